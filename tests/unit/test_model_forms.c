/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of RFC 9293 as it is printed: every row in every form, the filters,
 * the state diagram against figure 5, and the manual against the table.  With
 * UPDATE_GOLDEN=1 in the environment the manual is written anew.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cli/cli.h"
#include "cli/model_forms.h"
#include "model/row_text.h"

#define S(x) (1u << TCP_##x)

static const struct model_view everything = { ~0u, ~0u, RULES_ALL };

static struct buf out;

static const char *form(const char *name, const struct model_view *view)
{
	const struct model_form *f = model_forms;

	while (strcmp(f->name, name))
		f++;
	buf_reset(&out);
	f->add(view, &out);
	return buf_str(&out);
}

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	for (; (text = strstr(text, word)); text++)
		n++;
	return n;
}

Test(model_forms, every_row_is_once_in_every_form)
{
	static const struct {
		const char *form, *before, *after; /* the id */
	} table[] = {
		{ "text", "\n  ", " " },
		{ "md", "\n| ", " |" },
		{ "json", "\"id\": \"", "\"" },
		{ "mdoc", "\n.It Li ", " Pq " },
	};
	char line[128];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		form(table[i].form, &everything);
		for (size_t k = 0; k < model_table_len; k++) {
			snprintf(line, sizeof(line), "%s%s%s", table[i].before,
				 model_table[k].id, table[i].after);
			cr_assert_eq(count(buf_str(&out), line), 1, "%s: %s", table[i].form,
				     model_table[k].id);
		}
	}
}

static size_t n_rows(struct model_view view)
{
	size_t n = 0;

	for (size_t i = model_view_next(&view, 0); i < model_table_len;
	     i = model_view_next(&view, i + 1))
		n++;
	return n;
}

Test(model_forms, views)
{
	struct model_view view = everything;

	cr_assert_eq(n_rows(view), model_table_len);
	view.states = S(TIME_WAIT);
	form("text", &view);
	cr_assert(strstr(buf_str(&out), "  SA-RST-6.rfc1337 "));
	cr_assert(strstr(buf_str(&out), "  TO-3 "));
	cr_assert_not(strstr(buf_str(&out), "  SA-LISTEN-1 "));
	cr_assert_not(strstr(buf_str(&out), "OPEN-1"));
	view.rules = RULES_RFC1337;
	cr_assert_eq(n_rows(view), 2);
	view.rules = RULES_RFC793;
	form("text", &view);
	cr_assert_not(strstr(buf_str(&out), "TIMEOUT"), "only what says so");
	view = everything;
	view.events = 1u << EVENT_TIME_WAIT_TIMEOUT;
	cr_assert_eq(n_rows(view), 1);
	view.states = S(CLOSED);
	cr_assert_eq(n_rows(view), 0);
	cr_assert_str_eq(form("text", &view), "");
}

static void expect_sentence(const char *id, const char *sentence)
{
	const struct model_row *row = model_row_find(id);

	cr_assert(row, "%s", id);
	buf_reset(&out);
	model_add_sentence(&out, row);
	cr_assert_str_eq(buf_str(&out), sentence, "%s: %s", id, buf_str(&out));
}

Test(model_forms, rows_in_words)
{
	expect_sentence("SA-CLOSED-3", "In CLOSED, if ACK: answers <SEQ=SEG.ACK><CTL=RST>.");
	expect_sentence("SA-LISTEN-1", "In LISTEN, if RST: drops it.");
	expect_sentence("SA-ACK-5", "In ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2, CLOSE-WAIT, CLOSING, "
				    "if SEG.ACK=<SND.UNA: goes on with the next check.  "
				    "Effects: SND.WND=SEG.WND.");
	expect_sentence("SA-RST-6.rfc1337",
			"In TIME-WAIT, if RST and SEG.SEQ=RCV.NXT: drops it.  A choice: the next "
			"row that holds is right as well.");
	expect_sentence("SA-SYNSENT-5",
			"In SYN-SENT, if SYN and ACK: answers <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, "
			"goes to ESTABLISHED, goes on with the URG bit.  Effects: "
			"RCV.NXT=SEG.SEQ+1, SND.UNA=SEG.ACK, SND.WND=SEG.WND.");
	expect_sentence("CLOSE-8", "In CLOSING, LAST-ACK, TIME-WAIT, on CLOSE: sends nothing.  The "
				   "user is told \"error: connection closing\".");
	expect_sentence("TO-3", "In TIME-WAIT, on TIME-WAIT TIMEOUT: goes to CLOSED.");
	expect_sentence("SA-ACK-1", "In SYN-RECEIVED, any synchronized, if no ACK: drops it.");
}

/* ---- figure 5, copied by hand; note 2 names what it leaves out ---- */

static const struct {
	const char *from, *to, *step;
} figure5[] = {
	{ "CLOSED", "LISTEN", "passive OPEN" },
	{ "LISTEN", "CLOSED", "CLOSE" },
	{ "CLOSED", "SYN-SENT", "active OPEN / snd SYN" },
	{ "SYN-SENT", "CLOSED", "CLOSE" },
	{ "SYN-RECEIVED", "LISTEN", "rcv RST" },
	{ "LISTEN", "SYN-RECEIVED", "rcv SYN / snd SYN,ACK" },
	{ "LISTEN", "SYN-SENT", "SEND / snd SYN" },
	{ "SYN-SENT", "SYN-RECEIVED", "rcv SYN / snd SYN,ACK" },
	{ "SYN-SENT", "ESTABLISHED", "rcv SYN,ACK / snd ACK" },
	{ "SYN-RECEIVED", "ESTABLISHED", "rcv ACK of SYN" },
	{ "SYN-RECEIVED", "FIN-WAIT-1", "CLOSE / snd FIN" },
	{ "ESTABLISHED", "FIN-WAIT-1", "CLOSE / snd FIN" },
	{ "ESTABLISHED", "CLOSE-WAIT", "rcv FIN / snd ACK" },
	{ "FIN-WAIT-1", "FIN-WAIT-2", "rcv ACK of FIN" },
	{ "FIN-WAIT-1", "CLOSING", "rcv FIN / snd ACK" },
	{ "CLOSE-WAIT", "LAST-ACK", "CLOSE / snd FIN" },
	{ "FIN-WAIT-2", "TIME-WAIT", "rcv FIN / snd ACK" },
	{ "CLOSING", "TIME-WAIT", "rcv ACK of FIN" },
	{ "LAST-ACK", "CLOSED", "rcv ACK of FIN" },
	{ "TIME-WAIT", "CLOSED", "timeout 2 MSL" },
};
/* What section 3.10 has beyond the figure, without cutting a connection short. */
static const char *const beyond_figure5[] = {
	"\t\"SYN-RECEIVED\" -> \"CLOSE-WAIT\"", /* eighth check: also in SYN-RECEIVED */
	"\t\"TIME-WAIT\" -> \"SYN-RECEIVED\"",	/* MAY-2 */
};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Whether the solid arrow of figure 5 has the step among its own. */
static void expect_arrow(size_t i)
{
	char arrow[100], step[64];
	const char *line;
	char *label;

	snprintf(arrow, sizeof(arrow), "\t\"%s\" -> \"%s\" [label=", figure5[i].from,
		 figure5[i].to);
	snprintf(step, sizeof(step), "%s\\n", figure5[i].step);
	for (line = strstr(buf_str(&out), arrow); line; line = strstr(line + 1, arrow)) {
		label = strndup(line, strcspn(line, "]"));
		if (strstr(label, step) && !strstr(label, "dashed")) {
			free(label);
			return;
		}
		free(label);
	}
	cr_assert_fail("%s -> %s: no \"%s\"", figure5[i].from, figure5[i].to, figure5[i].step);
}

Test(model_forms, the_diagram_is_figure_5)
{
	size_t arrows;

	form("dot", &everything);
	for (size_t i = 0; i < COUNT(figure5); i++)
		expect_arrow(i);
	for (size_t i = 0; i < COUNT(beyond_figure5); i++)
		cr_assert_eq(count(buf_str(&out), beyond_figure5[i]), 1, "%s", beyond_figure5[i]);
	arrows = count(buf_str(&out), " -> ") - count(buf_str(&out), "dashed");
	cr_assert_eq(arrows, COUNT(figure5) + COUNT(beyond_figure5), "%zu solid arrows:\n%s",
		     arrows, buf_str(&out));
}

/* ---- the manual ---- */

static char *read_page(const char *path)
{
	FILE *f = fopen(path, "r");
	struct buf page = BUF_INIT;
	char chunk[4096];
	size_t n;

	cr_assert(f, "%s", path);
	while ((n = fread(chunk, 1, sizeof(chunk), f)))
		buf_add(&page, chunk, n);
	fclose(f);
	return page.data;
}

static void write_page(const char *path, const char *head, size_t head_len, const char *tail)
{
	FILE *f = fopen(path, "w");

	cr_assert(f, "%s", path);
	fprintf(f, "%.*s%s%s", (int)head_len, head, buf_str(&out), tail);
	fclose(f);
}

Test(model_forms, the_manual_has_the_table)
{
	static const char mark[] = ".\\\" model\n", end[] = ".Sh SEE ALSO";
	const char *top = getenv("abs_top_srcdir");
	char path[4096], *page, *table, *tail;

	if (!top)
		cr_skip_test("abs_top_srcdir is not set");
	snprintf(path, sizeof(path), "%s/man/shakedown-model.7", top);
	page = read_page(path);
	table = strstr(page, mark);
	tail = strstr(page, end);
	cr_assert(table && tail && table < tail);
	table += strlen(mark);
	form("mdoc", &everything);
	if (getenv("UPDATE_GOLDEN"))
		write_page(path, page, (size_t)(table - page), tail);
	else
		cr_assert(out.len == (size_t)(tail - table) &&
				  !memcmp(table, out.data, out.len),
			  "shakedown-model.7 is not what the table says; UPDATE_GOLDEN=1 make "
			  "check writes it anew");
	free(page);
}
