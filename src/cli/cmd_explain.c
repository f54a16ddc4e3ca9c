/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain: what a case does and why, or what a requirement or a row of the model
 * says and which cases ask for it.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/select.h"
#include "model/row_text.h"
#include "plan/pattern.h"
#include "plan/plan_text.h"
#include "report/requirements.h"
#include "report/text.h"

#define WIDTH 78
#define INDENT 2
#define LABEL 11 /* columns of what stands before a value */

/* Words of @text from column @col on, lines broken at WIDTH. */
static void show_words(const char *text, size_t col)
{
	size_t at = WIDTH + 1;

	while (*text) {
		size_t len = strcspn(text, " \t\n");

		if (len && at + 1 + len > WIDTH) {
			printf("%s%*s", at > WIDTH ? "" : "\n", (int)col, "");
			at = col;
		} else if (len) {
			putchar(' ');
			at++;
		}
		printf("%.*s", (int)len, text);
		at += len;
		text += len + strspn(text + len, " \t\n");
	}
	putchar('\n');
}

static void show_label(const char *label)
{
	printf("%*s%-*s", INDENT, "", LABEL, label);
}

/* ---- requirements ---- */

/* With or without "rfcNNNN:", in any case. */
static bool label_is(const struct requirement *r, const char *text)
{
	const char *colon = strchr(r->label, ':');

	return !strcasecmp(r->label, text) || (colon && !strcasecmp(colon + 1, text));
}

static void show_requirement_line(const char *label)
{
	const struct requirement *r = requirement_find(label);

	if (!r) {
		printf("%s\n", label);
		return;
	}
	printf("%s  RFC %s %s%s%s\n", label, r->rfc, r->section, *r->strength ? ", " : "",
	       r->strength);
	show_words(r->meaning, INDENT + LABEL + 2);
}

static bool covers(const struct plan *p, const char *label)
{
	for (size_t i = 0; i < p->n_covers; i++)
		if (!strcmp(p->covers[i], label))
			return true;
	return false;
}

static void show_covering(const struct suite *s, const char *label)
{
	const char *last = "";
	size_t n = 0;

	for (size_t i = 0; i < suite_n_plans(s); i++) {
		const struct plan *p = suite_plan(s, i);

		if (!covers(p, label) || !strcmp(p->case_id, last))
			continue;
		show_label(n++ ? "" : "cases");
		printf("%s  %s\n", p->case_id, p->title);
		last = p->case_id;
	}
	if (!n) {
		show_label("cases");
		puts("none of these");
	}
}

/* ---- rows of the model ---- */

/* The words of a row, from the left margin on. */
static void show_sentence(const struct model_row *row, size_t col)
{
	struct buf b = BUF_INIT;

	model_add_sentence(&b, row);
	show_words(buf_str(&b), col);
	buf_fini(&b);
}

/* The rows of the table that a clause stands behind. */
static void show_rows(const char *label)
{
	const char *clause = strchr(label, ':') + 1;
	size_t n = 0;

	for (size_t i = 0; i < model_table_len; i++) {
		const struct model_row *row = &model_table[i];

		if (strncmp(label, "rfc9293:", 8) || strcmp(row->clause, clause))
			continue;
		show_label(n++ ? "" : "model");
		puts(row->id);
		show_sentence(row, INDENT + LABEL + 2);
	}
}

static void show_text(const char *label, void (*add)(struct buf *b, const struct model_row *row),
		      const struct model_row *row)
{
	struct buf b = BUF_INIT;

	add(&b, row);
	show_label(label);
	puts(buf_str(&b));
	buf_fini(&b);
}

static void add_clause(struct buf *b, const struct model_row *row)
{
	buf_printf(b, "%s, section %s", row->clause, row->section);
}

static void add_rules(struct buf *b, const struct model_row *row)
{
	model_add_rules(b, row->rules);
}

/* With its id, in any case. */
static bool explain_row(const char *id, const struct suite *s)
{
	const struct model_row *row = model_table;
	char label[64];

	while (row < model_table + model_table_len && strcasecmp(row->id, id))
		row++;
	if (row == model_table + model_table_len)
		return false;
	printf("%s\n", row->id);
	show_sentence(row, INDENT);
	show_text("event", model_add_question, row);
	show_label("level");
	puts(req_level_names[row->level]);
	show_text("clause", add_clause, row);
	show_text("allowed by", add_rules, row);
	snprintf(label, sizeof(label), "rfc9293:%s", row->clause);
	show_covering(s, label);
	return true;
}

/* ---- requirements again ---- */

static void show_requirement(const struct requirement *r, const struct suite *s)
{
	printf("%s\n", r->label);
	show_words(r->meaning, INDENT);
	show_label("where");
	printf("RFC %s section %s\n", r->rfc, r->section);
	if (*r->strength) {
		show_label("strength");
		puts(r->strength);
	}
	show_rows(r->label);
	show_covering(s, r->label);
}

/* Labels of different RFCs may end alike: all of them are shown. */
static size_t explain_label(const char *text, const struct suite *s)
{
	size_t n = 0;

	for (const struct requirement *r = requirements; r->label; r++) {
		if (!label_is(r, text))
			continue;
		if (n++)
			putchar('\n');
		show_requirement(r, s);
	}
	return n;
}

/* ---- cases ---- */

static void show_tags(const struct plan *p)
{
	if (!p->n_tags)
		return;
	show_label("tags");
	for (size_t i = 0; i < p->n_tags; i++)
		printf("%s%s", i ? ", " : "", p->tags[i]);
	putchar('\n');
}

static void show_needs(const struct plan *p)
{
	size_t n = 0;

	for (size_t i = 0; i < NEED_N; i++) {
		if (!(p->needs >> i & 1))
			continue;
		show_label(n++ ? "" : "needs");
		printf("%s: %s\n", plan_needs[i].name, plan_needs[i].about);
	}
}

static void show_uses(const struct plan *p)
{
	size_t n = 0;

	for (size_t i = 0; i < USE_N; i++) {
		if (!(p->uses >> i & 1))
			continue;
		show_label(n++ ? "" : "uses");
		printf("%s: %s\n", plan_uses[i].name, plan_uses[i].about);
	}
	if (!p->patient)
		return;
	show_label("patient");
	puts("silence is waited for in full");
}

static void show_covers(const struct plan *p)
{
	for (size_t i = 0; i < p->n_covers; i++) {
		show_label(i ? "" : "covers");
		show_requirement_line(p->covers[i]);
	}
}

/* The steps alone: plan_add_text() puts a head before them. */
static void show_steps(const struct plan *p)
{
	struct buf b = BUF_INIT;
	char *rest, *line;

	plan_add_text(p, &b);
	rest = strstr(b.data, "\n  ");
	show_label("steps");
	printf("of %s\n", p->id);
	while ((line = strsep(&rest, "\n")))
		if (*line)
			printf("%*s%s\n", INDENT, "", line);
	buf_fini(&b);
}

static void show_case(const struct suite *s, size_t first, size_t n)
{
	const struct plan *p = suite_plan(s, first);
	struct buf place = BUF_INIT;

	printf("%s\n", p->case_id);
	show_words(p->title, INDENT);
	if (p->about) {
		putchar('\n');
		show_words(p->about, INDENT);
	}
	putchar('\n');
	show_label("level");
	puts(req_level_names[p->level]);
	show_tags(p);
	show_needs(p);
	show_uses(p);
	show_covers(p);
	show_label("variants");
	printf("%zu\n", n);
	text_add_place(&place, &p->at);
	show_label("where");
	puts(buf_str(&place));
	buf_fini(&place);
	show_steps(p);
}

/* The variants of a case stand together; one that was asked for is the example. */
static size_t explain_cases(const char *selector, const struct suite *s)
{
	size_t n = suite_n_plans(s), shown = 0;

	for (size_t i = 0; i < n;) {
		const struct plan *p = suite_plan(s, i);
		size_t end = i, hit = n;

		for (; end < n && !strcmp(suite_plan(s, end)->case_id, p->case_id); end++)
			if (hit == n && pattern_takes_plan(selector, suite_plan(s, end)))
				hit = end;
		if (hit < n) {
			if (shown++)
				putchar('\n');
			show_case(s, hit, end - i);
		}
		i = end;
	}
	return shown;
}

static void unknown(const struct cli *cli, const char *what, const struct suite *s)
{
	const char *near = select_nearest(s, what);
	struct diags ds;

	diags_init(&ds);
	diag_add(&ds, DIAG_ERROR, NULL, "no case, requirement or row is called \"%s\"", what);
	if (near)
		diag_add_help(&ds, "did you mean '%s'?", near);
	else
		diag_add_help(&ds, "`shakedown list` shows the cases");
	cli_show(cli, &ds);
	diags_fini(&ds);
}

int command_explain(struct cli *cli)
{
	struct selection sel;
	int status = selection_open_all(cli, &sel);

	for (size_t i = 0; i < cli->n_operands && status != CLI_BAD_CASES; i++) {
		const char *what = cli->operand[i];

		if (i)
			putchar('\n');
		if (explain_label(what, sel.suite) || explain_row(what, sel.suite) ||
		    explain_cases(what, sel.suite))
			continue;
		unknown(cli, what, sel.suite);
		status = CLI_NOTHING;
	}
	selection_fini(&sel);
	return status;
}
