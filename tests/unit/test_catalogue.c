/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model's table against tests/catalogue.tsv, a catalogue of concrete tests of
 * TCPs that was drawn up from RFCs, public test suites and defects of real stacks,
 * before there was a table.
 *
 * A row of the kind `table` names a state, a segment with its numbers, and what may
 * follow.  The follower is led into that state by a conversation and given the
 * segment; the ways that the table's rows leave it are compared, as a set of answer
 * and next state, with what the row permits, and each answer is put into numbers as
 * the row says and must be taken, and not taken with others.
 *
 * What is no matter of one segment in one state is a row that names the bundled
 * case, or the rule of lint, which asks for it and the requirement that it covers;
 * or one that says why neither can.  No entry of the catalogue is without a row.
 */
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../peer/peer_run.h"
#include "base/buf.h"
#include "model/lint.h"
#include "model/model.h"
#include "report/requirements.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define MAX_ROWS 600
#define ISS 0xfffffe00u /* the tester's, and the target's: the numbers wrap soon */
#define ISS_OF_TARGET 0xffffff80u
#define WINDOW 20000u	     /* of the tester */
#define TARGET_WINDOW 65535u /* W */
#define GAP_NS INT64_C(210000000)

/* One row of the file. */
struct row {
	int line;
	char *text;
	const char *id, *by, *what, *segment, *right, *section;
};

struct rows {
	struct row row[MAX_ROWS];
	size_t n;
};

static void row_parse(struct row *r, char *text, int line)
{
	const char **field[] = { &r->id, &r->by, &r->what, &r->segment, &r->right, &r->section };
	char *save = NULL;

	r->line = line;
	r->text = text;
	for (size_t i = 0; i < COUNT(field); i++) {
		*field[i] = strtok_r(i ? NULL : text, "\t\n", &save);
		cr_assert(*field[i] != NULL, "catalogue.tsv:%d: six columns", line);
	}
	cr_assert(strtok_r(NULL, "\t\n", &save) == NULL, "catalogue.tsv:%d: six columns", line);
}

static struct rows *rows_load(void)
{
	struct rows *all = calloc(1, sizeof(*all));
	const char *top = getenv("abs_top_srcdir");
	char path[4096], text[1000];
	int line = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/catalogue.tsv", top ? top : ".");
	f = fopen(path, "r");
	cr_assert(f != NULL, "%s", path);
	while (fgets(text, sizeof(text), f)) {
		line++;
		if (*text == '#')
			continue;
		cr_assert(all->n < MAX_ROWS);
		row_parse(&all->row[all->n++], strdup(text), line);
	}
	fclose(f);
	return all;
}

static void rows_free(struct rows *all)
{
	for (size_t i = 0; i < all->n; i++)
		free(all->row[i].text);
	free(all);
}

/* ---- every entry ---- */

/* The groups of the catalogue, and how many entries each has. */
/* clang-format off */
static const struct {
	const char *group;
	int entries;
} groups[] = {
	{ "CL", 6 }, { "LI", 15 }, { "SR", 17 }, { "SS", 17 }, { "SO", 6 }, { "SP", 3 },
	{ "ES", 22 }, { "FW", 7 }, { "CG", 4 }, { "CW", 4 }, { "LA", 4 },
	{ "TW", 10 }, { "OP", 8 }, { "MB", 26 }
};
/* clang-format on */

static bool is_entry(const char *id)
{
	for (size_t g = 0; g < COUNT(groups); g++) {
		size_t len = strlen(groups[g].group);

		if (!strncmp(id, groups[g].group, len) && id[len] == '-')
			return atoi(id + len + 1) >= 1 && atoi(id + len + 1) <= groups[g].entries;
	}
	return false;
}

static bool has_row(const struct rows *all, const char *id)
{
	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(all->row[i].id, id))
			return true;
	return false;
}

Test(catalogue, every_entry_has_a_row)
{
	struct rows *all = rows_load();
	size_t entries = 0;

	for (size_t g = 0; g < COUNT(groups); g++) {
		for (int k = 1; k <= groups[g].entries; k++, entries++) {
			char id[32];

			snprintf(id, sizeof(id), "%s-%02d", groups[g].group, k);
			cr_expect(has_row(all, id), "%s has no row", id);
		}
	}
	cr_expect_eq(entries, 149);
	for (size_t i = 0; i < all->n; i++)
		cr_expect(is_entry(all->row[i].id), "catalogue.tsv:%d: %s", all->row[i].line,
			  all->row[i].id);
	rows_free(all);
}

/* ---- the follower in a state ---- */

struct play {
	struct model m;
	const struct row *row; /* for messages */
	int64_t now_ns;
	uint32_t snd_nxt, rcv_nxt; /* the tester's */
	uint32_t una;		   /* SND.UNA of the target */
	uint32_t ts;
	bool with_ts;
	enum tcp_state state;
};

static void add_timestamps(struct segment *s, uint32_t val)
{
	struct tcp_opt *o = &s->opt[s->n_opt++];

	*o = (struct tcp_opt){ .kind = TCP_OPT_TIMESTAMPS, .length = 10, .known = true };
	o->ts.val = val;
}

static void give(struct play *p, bool ours, uint16_t flags, uint32_t seq, uint32_t ack,
		 uint32_t len)
{
	struct segment s;

	memset(&s, 0, sizeof(s));
	s.flags = flags;
	s.seq = seq;
	s.ack = flags & TCP_ACK ? ack : 0;
	s.window = ours ? WINDOW : TARGET_WINDOW;
	s.data_len = len;
	if (p->with_ts)
		add_timestamps(&s, ++p->ts);
	p->now_ns += GAP_NS;
	if (ours) {
		model_tx(&p->m, &s, p->now_ns);
	} else {
		struct model_violation v;

		cr_assert(model_rx(&p->m, &s, p->now_ns, &v), "catalogue.tsv:%d: %s",
			  p->row->line, v.clause);
	}
}

static uint32_t length_of(uint16_t flags, uint32_t len)
{
	return len + ((flags & TCP_SYN) != 0) + ((flags & TCP_FIN) != 0);
}

/* The next segment in order of either side. */
static void ours(struct play *p, uint16_t flags, uint32_t len)
{
	give(p, true, flags, p->snd_nxt, p->rcv_nxt, len);
	p->snd_nxt += length_of(flags, len);
	if (flags & TCP_ACK)
		p->una = p->rcv_nxt;
}

static void theirs(struct play *p, uint16_t flags, uint32_t len)
{
	give(p, false, flags, p->rcv_nxt, p->snd_nxt, len);
	p->rcv_nxt += length_of(flags, len);
}

/*
 * The ways into the states, a letter a step: o is an active OPEN; s, S, a, d and f are
 * the target's SYN, SYN|ACK, ACK, data and FIN, N, A and F the tester's SYN, ACK and
 * FIN; x is the tester's FIN that crosses the target's.
 */
static const struct {
	const char *state, *way;
	enum tcp_state is;
} ways[] = {
	{ "CLOSED", "", TCP_CLOSED },
	{ "LISTEN", "", TCP_LISTEN },
	{ "SYN-SENT", "os", TCP_SYN_SENT },
	{ "SYN-RECEIVED", "NS", TCP_SYN_RECEIVED },
	{ "SYN-RECEIVED active", "osNS", TCP_SYN_RECEIVED },
	{ "ESTABLISHED", "NSA", TCP_ESTABLISHED },
	{ "ESTABLISHED outstanding", "NSAd", TCP_ESTABLISHED },
	{ "FIN-WAIT-1", "NSAf", TCP_FIN_WAIT_1 },
	{ "FIN-WAIT-2", "NSAfA", TCP_FIN_WAIT_2 },
	{ "CLOSING", "NSAfxa", TCP_CLOSING },
	{ "TIME-WAIT", "NSAfAFa", TCP_TIME_WAIT },
	{ "CLOSE-WAIT", "NSAFa", TCP_CLOSE_WAIT },
	{ "LAST-ACK", "NSAFaf", TCP_LAST_ACK },
};

static void one_step(struct play *p, char c)
{
	switch (c) {
	case 'o':
		model_app(&p->m, MODEL_CALL_OPEN_ACTIVE, p->now_ns);
		break;
	case 's':
		theirs(p, TCP_SYN, 0);
		break;
	case 'N':
		ours(p, TCP_SYN, 0);
		break;
	case 'S': /* of a simultaneous open: the SYN once more */
		p->rcv_nxt = ISS_OF_TARGET;
		theirs(p, TCP_SYN | TCP_ACK, 0);
		break;
	case 'A':
		ours(p, TCP_ACK, 0);
		break;
	case 'a':
		theirs(p, TCP_ACK, 0);
		break;
	case 'd':
		theirs(p, TCP_ACK, 10);
		break;
	case 'f':
		theirs(p, TCP_FIN | TCP_ACK, 0);
		break;
	case 'F':
		ours(p, TCP_FIN | TCP_ACK, 0);
		break;
	case 'x':
		give(p, true, TCP_FIN | TCP_ACK, p->snd_nxt++, p->rcv_nxt - 1, 0);
		break;
	default:
		cr_assert(false, "%c", c);
	}
}

/* Leads a follower into the state that @name is, " ts" for timestamps cut off. */
static enum tcp_state lead(struct play *p, const struct row *r, const char *name, uint32_t rules)
{
	size_t len = strlen(name), i = 0;
	bool closed;

	memset(p, 0, sizeof(*p));
	p->row = r;
	p->now_ns = 1000000000;
	p->ts = 1000;
	if (len > 3 && !strcmp(name + len - 3, " ts")) {
		p->with_ts = true;
		len -= 3;
	}
	while (i < COUNT(ways) && (strncmp(ways[i].state, name, len) || ways[i].state[len]))
		i++;
	cr_assert(i < COUNT(ways), "catalogue.tsv:%d: no state %s", r->line, name);
	closed = ways[i].is == TCP_CLOSED || strchr(ways[i].way, 'o');
	model_init(&p->m, closed ? TCP_CLOSED : TCP_LISTEN, true);
	p->m.book = model_book_of(rules);
	p->snd_nxt = ISS;
	p->una = p->rcv_nxt = ISS_OF_TARGET;
	for (const char *c = ways[i].way; *c; c++)
		one_step(p, *c);
	/* Nothing of this crosses what comes next. */
	p->m.changed_ns -= 1000000000;
	p->m.states &= (uint16_t) ~(ways[i].is == TCP_SYN_SENT ? STATE_BIT(TCP_CLOSED) : 0);
	cr_assert_eq(p->m.states, STATE_BIT(ways[i].is), "catalogue.tsv:%d: %s, but %x", r->line,
		     name, p->m.states);
	p->state = ways[i].is;
	return p->state;
}

/* ---- the segment ---- */

struct word {
	const char *name;
	uint32_t value;
};

/* The word that the @len octets at @text are. */
static uint32_t word_find(const struct row *r, const struct word *w, size_t n, const char *text,
			  size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(w[i].name) == len && !strncmp(w[i].name, text, len))
			return w[i].value;
	cr_assert(false, "catalogue.tsv:%d: what is \"%.*s\"?", r->line, (int)len, text);
	return 0;
}

/* clang-format off */
static const struct word flag_names[] = {
	{ "SYN", TCP_SYN }, { "ACK", TCP_ACK }, { "FIN", TCP_FIN }, { "RST", TCP_RST },
	{ "PSH", TCP_PSH }, { "URG", TCP_URG }, { "ECE", TCP_ECE }, { "CWR", TCP_CWR },
	{ "none", 0 }
};
static const struct word answer_names[] = {
	{ "nothing", 0 }, { "ack", ANS_ACK }, { "rst-seq", ANS_RST_SEQ },
	{ "rst-ack", ANS_RST_ACK }, { "syn-ack", ANS_SYN_ACK }, { "abort", ANS_RST_ABORT }
};
/* clang-format on */

static uint16_t flags_read(const struct row *r, const char *text, size_t len)
{
	uint16_t flags = 0;

	for (size_t at = 0; at < len;) {
		size_t n = strcspn(text + at, "|; ");

		flags |= (uint16_t)word_find(r, flag_names, COUNT(flag_names), text + at, n);
		at += n + 1;
	}
	return flags;
}

/* "next+W-1": RCV.NXT, SND.NXT and so on of the target. */
static uint32_t value_read(const struct play *p, const char *text, size_t len)
{
	/* clang-format off */
	const struct word names[] = {
		{ "next", p->snd_nxt }, { "irs", ISS }, { "nxt", p->rcv_nxt }, { "una", p->una },
		{ "iss", ISS_OF_TARGET }, { "W", TARGET_WINDOW }, { "maxwnd", WINDOW }
	};
	/* clang-format on */
	uint32_t sum = 0;

	for (size_t at = 0; at < len;) {
		bool minus = text[at] == '-';
		uint32_t term;
		size_t n;

		at += minus || text[at] == '+';
		n = strcspn(text + at, "+- ;");
		n = n < len - at ? n : len - at;
		if (isdigit((unsigned char)text[at]))
			term = (uint32_t)strtoul(text + at, NULL, 10);
		else
			term = word_find(p->row, names, COUNT(names), text + at, n);
		sum = minus ? sum - term : sum + term;
		at += n;
	}
	return sum;
}

static void word_read(struct play *p, struct segment *s, const char *text, size_t len)
{
	const char *eq = memchr(text, '=', len);
	size_t key = eq ? (size_t)(eq - text) : len;
	uint32_t value = eq ? value_read(p, eq + 1, len - key - 1) : 0;

	if (key == 3 && !strncmp(text, "seq", 3))
		s->seq = value;
	else if (key == 3 && !strncmp(text, "ack", 3))
		s->ack = value;
	else if (key == 3 && !strncmp(text, "len", 3))
		s->data_len = value;
	else if (key == 8 && !strncmp(text, "checksum", 8))
		s->defects |= SEG_DEFECT_CHECKSUM;
	else if (key == 6 && !strncmp(text, "offset", 6))
		s->defects |= SEG_DEFECT_DATA_OFFSET;
	else if (key == 5 && !strncmp(text, "no-ts", 5))
		s->n_opt = 0;
	else if (key == 6 && !strncmp(text, "old-ts", 6))
		s->opt[0].ts.val = p->ts - 500;
	else if (key == 6 && !strncmp(text, "add-ts", 6))
		add_timestamps(s, 1);
	else
		cr_assert(false, "catalogue.tsv:%d: what is \"%.*s\"?", p->row->line, (int)len,
			  text);
}

/* "FIN|ACK seq=next+1 ack=una len=4". */
static void segment_read(struct play *p, struct segment *s, const char *text, size_t len)
{
	size_t n = strcspn(text, " ;");

	n = n < len ? n : len;
	memset(s, 0, sizeof(*s));
	s->flags = flags_read(p->row, text, n);
	s->seq = p->snd_nxt;
	s->ack = s->flags & TCP_ACK ? p->rcv_nxt : 0;
	s->window = WINDOW;
	if (p->with_ts)
		add_timestamps(s, p->ts + 1);
	while (n < len) {
		size_t at = n + 1;

		n = at + strcspn(text + at, " ;");
		n = n < len ? n : len;
		word_read(p, s, text + at, n - at);
	}
}

/* ---- what may follow ---- */

#define MAX_WAYS 12

struct way {
	uint16_t answer;
	enum tcp_state state;
	uint32_t taken; /* octets that an acknowledgment covers beyond RCV.NXT */
};

static enum tcp_state state_read(const struct row *r, const char *text, size_t len)
{
	for (int st = 0; st < TCP_N_STATES; st++)
		if (strlen(tcp_state_names[st]) == len && !strncmp(tcp_state_names[st], text, len))
			return (enum tcp_state)st;
	cr_assert(false, "catalogue.tsv:%d: no state %s", r->line, text);
	return TCP_CLOSED;
}

/* "ack+4>CLOSE-WAIT". */
static struct way way_read(const struct row *r, const char *text, size_t len, enum tcp_state same)
{
	struct way w = { .state = same };
	size_t n = strcspn(text, "+> ");

	n = n < len ? n : len;
	w.answer = (uint16_t)word_find(r, answer_names, COUNT(answer_names), text, n);
	if (n < len && text[n] == '+') {
		w.taken = (uint32_t)strtoul(text + n + 1, NULL, 10);
		n += strcspn(text + n, "> ");
	}
	if (n < len && text[n] == '>')
		w.state = state_read(r, text + n + 1, len - n - 1);
	return w;
}

static size_t ways_read(const struct row *r, enum tcp_state same, struct way *way)
{
	size_t n = 0;

	for (const char *t = r->right; *t;) {
		size_t len = strcspn(t, " ");

		cr_assert(n < MAX_WAYS);
		way[n++] = way_read(r, t, len, same);
		t += len + strspn(t + len, " ");
	}
	return n;
}

static const char *way_name(uint16_t answer)
{
	for (size_t i = 0; i < COUNT(answer_names); i++)
		if (answer_names[i].value == answer)
			return answer_names[i].name;
	return "something else";
}

static bool is_right(const struct way *way, size_t n, uint16_t answer, enum tcp_state state)
{
	for (size_t i = 0; i < n; i++)
		if (way[i].answer == answer && way[i].state == state)
			return true;
	return false;
}

static bool table_has(const struct model_due *d, uint16_t answer, enum tcp_state state)
{
	for (uint8_t i = 0; i < d->n_choices; i++)
		if ((answer ? d->choice[i].answers & answer : !d->choice[i].answers) &&
		    (d->choice[i].states & STATE_BIT(state)))
			return true;
	/* What is broken does not come to the table. */
	return !d->n_choices && !answer && d->silent;
}

static void compare(const struct play *p, const char *what, const struct way *way, size_t n,
		    enum tcp_state same)
{
	const struct model_due *d = &p->m.due;

	cr_expect(!d->more, "catalogue.tsv:%d", p->row->line);
	for (size_t i = 0; i < COUNT(answer_names); i++) {
		uint16_t answer = (uint16_t)answer_names[i].value;

		for (int st = 0; st < TCP_N_STATES; st++) {
			bool right = is_right(way, n, answer, (enum tcp_state)st);
			bool has = table_has(d, answer, (enum tcp_state)st) &&
				(d->n_choices || st == (int)same);

			cr_expect(right == has,
				  "catalogue.tsv:%d, %s: %s: the table %s %s and %s", p->row->line,
				  p->row->id, what, has ? "permits" : "does not permit",
				  way_name(answer), tcp_state_names[st]);
		}
	}
}

/* The answer in numbers: true if there is something to be compared. */
static bool answer_build(const struct play *p, const struct segment *s, const struct way *w,
			 struct segment *a)
{
	memset(a, 0, sizeof(*a));
	a->window = TARGET_WINDOW;
	a->seq = p->rcv_nxt;
	a->ack = p->snd_nxt + w->taken;
	a->flags = TCP_ACK;
	if (p->with_ts)
		add_timestamps(a, p->ts + 1);
	switch (w->answer) {
	case ANS_ACK:
		if (p->state == TCP_SYN_SENT)
			a->ack = s->seq + 1 + w->taken;
		return true;
	case ANS_SYN_ACK:
		a->flags = TCP_SYN | TCP_ACK;
		a->seq = p->m.iss_known || p->m.active ? ISS_OF_TARGET : 77;
		/* The SYN again, or one that is challenged: as the first time. */
		a->ack = (p->state == TCP_SYN_RECEIVED ? p->snd_nxt : s->seq + 1) + w->taken;
		return true;
	case ANS_RST_SEQ:
		a->flags = TCP_RST;
		a->seq = s->ack;
		return true;
	case ANS_RST_ACK:
		a->flags = TCP_RST | TCP_ACK;
		a->seq = 0;
		a->ack = s->seq + segment_len(s);
		return true;
	default:
		return false;
	}
}

static bool is_taken(const struct play *p, const struct segment *a)
{
	struct model_violation v;
	struct model m = p->m;

	return model_rx(&m, a, p->now_ns + GAP_NS / 100, &v);
}

/* The right numbers are permitted, and others than all that are right are not. */
static void compare_numbers(const struct play *p, const char *what, const struct segment *s,
			    const struct way *way, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct segment a;

		if (!answer_build(p, s, &way[i], &a))
			continue;
		cr_expect(is_taken(p, &a), "catalogue.tsv:%d: %s: %s is not taken", p->row->line,
			  what, way_name(way[i].answer));
		if (a.flags & TCP_RST)
			a.seq += 11;
		else
			a.ack += 100;
		cr_expect(!is_taken(p, &a), "catalogue.tsv:%d: %s: %s with wrong numbers is taken",
			  p->row->line, what, way_name(way[i].answer));
	}
}

static void check_segment(const struct row *r, const char *state, uint32_t rules,
			  const char *text, size_t len)
{
	struct way way[MAX_WAYS];
	struct segment s;
	struct play p;
	enum tcp_state same = lead(&p, r, state, rules);
	size_t n = ways_read(r, same, way);
	char what[300];

	snprintf(what, sizeof(what), "%.*s in %s", (int)len, text, state);
	segment_read(&p, &s, text, len);
	p.now_ns += GAP_NS;
	model_tx(&p.m, &s, p.now_ns);
	compare(&p, what, way, n, same);
	compare_numbers(&p, what, &s, way, n);
}

/* States are separated by commas, segments by semicolons. */
static void check_state(const struct row *r, const char *state, uint32_t rules)
{
	for (const char *t = r->segment; *t;) {
		size_t len = strcspn(t, ";");

		check_segment(r, state, rules, t, len);
		t += len + strspn(t + len, "; ");
	}
}

static void check_table(const struct row *r)
{
	const char *bad, *rules_text = strchr(r->by, ':');
	char states[300], *save = NULL;
	uint32_t rules = 0;
	size_t len;

	if (rules_text)
		cr_assert_eq(model_rules_parse(rules_text + 1, &rules, &bad, &len), 0,
			     "catalogue.tsv:%d: %s", r->line, r->by);
	snprintf(states, sizeof(states), "%s", r->what);
	for (char *s = strtok_r(states, ",", &save); s; s = strtok_r(NULL, ",", &save))
		check_state(r, s, rules);
}

Test(catalogue, the_table_permits_what_the_catalogue_permits)
{
	struct rows *all = rows_load();
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		if (strncmp(all->row[i].by, "table", 5))
			continue;
		check_table(&all->row[i]);
		n++;
	}
	cr_expect_gt(n, 100);
	rows_free(all);
}

/* ---- cases, lint, reasons ---- */

static bool covers(const struct plan *p, const char *label)
{
	for (size_t i = 0; i < p->n_covers; i++) {
		const char *colon = strchr(p->covers[i], ':');

		if (colon && !strcmp(colon + 1, label))
			return true;
	}
	return false;
}

/* Every variant that the pattern matches covers the requirement. */
static void check_case(const struct suite *s, const struct row *r)
{
	const struct plan **plans;
	size_t n = peer_plans_matching(s, r->what, &plans);

	cr_expect(n > 0, "catalogue.tsv:%d: no case \"%s\"", r->line, r->what);
	for (size_t i = 0; i < n; i++)
		cr_expect(covers(plans[i], r->right), "catalogue.tsv:%d: %s does not cover %s",
			  r->line, plans[i]->id, r->right);
	free(plans);
}

static void check_lint(const struct row *r)
{
	for (size_t i = 0; i < lint_n_rules; i++) {
		const char *label = strchr(lint_rules[i].requirement, ':') + 1;

		if (strcmp(lint_rules[i].name, r->what))
			continue;
		cr_expect_str_eq(label, r->right, "catalogue.tsv:%d: %s", r->line, label);
		return;
	}
	cr_expect(false, "catalogue.tsv:%d: lint has no rule %s", r->line, r->what);
}

Test(catalogue, what_the_table_does_not_say_a_case_asks_or_a_reason_says_why_not)
{
	struct suite *s = peer_bundled_suite();
	struct rows *all = rows_load();

	cr_assert(s != NULL);
	for (size_t i = 0; i < all->n; i++) {
		const struct row *r = &all->row[i];

		if (!strcmp(r->by, "case"))
			check_case(s, r);
		else if (!strcmp(r->by, "lint"))
			check_lint(r);
		else if (!strcmp(r->by, "none"))
			cr_expect_gt(strlen(r->right), 30, "catalogue.tsv:%d: why not?", r->line);
		else
			cr_expect(!strncmp(r->by, "table", 5), "catalogue.tsv:%d: %s", r->line,
				  r->by);
	}
	rows_free(all);
	suite_free(s);
}
