/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model's table against tests/clauses.tsv, which says the same of RFC 9293
 * section 3.10 and was written from its text alone.
 *
 * The table is a list in which the order counts, the clauses are sentences that
 * stand for themselves.  Each event in each state is asked about in every situation
 * that can be and that either side tells from another: what the table permits must
 * be what the clauses permit, in both directions, and every line and every row must
 * have its say somewhere.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/table.h"

#define S(x) (1u << TCP_##x)
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define MAX_CLAUSES 200
#define SHOWN 20 /* mismatches that are printed */

enum then {
	THEN_ON,
	THEN_STOP,
	THEN_URG
};

struct clause {
	int line;
	char *text; /* owns the strings */
	const char *name, *section;
	bool unused_is_right; /* "~" */
	enum model_event event;
	int check; /* enum model_check; calls and timeouts: CHECK_FIRST */
	uint16_t states;
	uint32_t need, absent; /* sets of enum model_cond */
	uint16_t answers;
	int next; /* enum tcp_state or NEXT_SAME */
	enum then then;
	uint32_t effects, open; /* done, and done or not */
	uint32_t rules;
	bool said;
};

struct clauses {
	struct clause c[MAX_CLAUSES];
	size_t n;
};

/* ---- reading the file ---- */

struct word {
	const char *name;
	uint32_t bit, opposite; /* of "!name": a bit of its own, or 0 */
};

/* clang-format off */
static const struct word cond_words[] = {
	{ "RST", C_RST, C_NO_RST }, { "SYN", C_SYN, C_NO_SYN }, { "ACK", C_ACK, C_NO_ACK },
	{ "FIN", C_FIN, 0 }, { "text", C_TEXT, 0 }, { "URG", C_URG, 0 },
	{ "outside", C_SEQ_BAD, 0 }, { "exact", C_SEQ_EXACT, 0 }, { "inside", C_SEQ_INEXACT, 0 },
	{ "above", C_SEQ_ABOVE, 0 }, { "next", C_SEQ_NEXT, 0 }, { "hole", C_HELD, 0 },
	{ "ack-new", C_ACK_GOOD, 0 }, { "ack-bad", C_ACK_NOT_GOOD, 0 },
	{ "ack-old", C_ACK_OLD, 0 }, { "ack-ancient", C_ACK_TOO_OLD, 0 },
	{ "ack-future", C_ACK_BEYOND, 0 }, { "ack-fin", C_ACK_FIN, 0 },
	{ "ts", C_TS, 0 }, { "ts-odd", C_TS_ODD, 0 }, { "passive", C_PASSIVE, 0 },
	{ "active", C_ACTIVE, 0 }, { "pending", C_PENDING, 0 }, { "unread", C_UNREAD, 0 },
	{ "outstanding", C_OUTSTANDING, 0 }, { "abandoned", C_ABANDONED, 0 }, { NULL, 0, 0 }
};
static const struct word answer_words[] = {
	{ "nothing", 0, 0 }, { "ack", ANS_ACK, 0 }, { "rst-seq", ANS_RST_SEQ, 0 },
	{ "rst-ack", ANS_RST_ACK, 0 }, { "syn-ack", ANS_SYN_ACK, 0 }, { "abort", ANS_RST_ABORT, 0 },
	{ "syn", ANS_SYN, 0 }, { "data", ANS_DATA, 0 }, { "fin", ANS_FIN, 0 },
	{ "front", ANS_FRONT, 0 }, { NULL, 0, 0 }
};
static const struct word effect_words[] = {
	{ "iss", FX_ISS, 0 }, { "irs", FX_IRS, 0 }, { "ack", FX_ACK, 0 }, { "wnd", FX_WINDOW, 0 },
	{ "text", FX_TEXT, 0 }, { "fin", FX_FIN, 0 }, { "2msl", FX_2MSL, 0 },
	{ "queue", FX_QUEUE, 0 }, { "flush", FX_FLUSH, 0 }, { "deliver", FX_DELIVER, 0 },
	{ NULL, 0, 0 }
};
static const struct word event_words[] = {
	{ "open-passive", EVENT_OPEN_PASSIVE, 0 }, { "open-active", EVENT_OPEN_ACTIVE, 0 },
	{ "send", EVENT_SEND, 0 }, { "receive", EVENT_RECEIVE, 0 }, { "close", EVENT_CLOSE, 0 },
	{ "abort", EVENT_ABORT, 0 }, { "status", EVENT_STATUS, 0 }, { "segment", EVENT_SEGMENT, 0 },
	{ "user-timeout", EVENT_USER_TIMEOUT, 0 },
	{ "retransmission-timeout", EVENT_RETRANSMISSION_TIMEOUT, 0 },
	{ "time-wait-timeout", EVENT_TIME_WAIT_TIMEOUT, 0 }, { NULL, 0, 0 }
};
static const struct word check_words[] = {
	{ "-", CHECK_FIRST, 0 }, { "at-once", CHECK_FIRST, 0 }, { "sequence", CHECK_SEQ, 0 },
	{ "rst", CHECK_RST, 0 }, { "syn", CHECK_SYN, 0 }, { "ack", CHECK_ACK, 0 },
	{ "urg", CHECK_URG, 0 }, { "text", CHECK_TEXT, 0 }, { "fin", CHECK_FIN, 0 },
	{ NULL, 0, 0 }
};
static const struct word then_words[] = {
	{ "on", THEN_ON, 0 }, { "stop", THEN_STOP, 0 }, { "urg", THEN_URG, 0 }, { NULL, 0, 0 }
};
/* clang-format on */

static const struct word *word_find(const struct clause *c, const struct word *w, const char *text)
{
	for (; w->name; w++)
		if (!strcmp(w->name, text))
			return w;
	cr_assert(false, "clauses.tsv:%d: what is \"%s\"?", c->line, text);
	return NULL;
}

static void read_conds(struct clause *c, char *text)
{
	char *save = NULL;

	for (char *w = strtok_r(text, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		const struct word *word;

		if (!strcmp(w, "-"))
			continue;
		word = word_find(c, cond_words, w + (*w == '!'));
		if (*w != '!')
			c->need |= word->bit;
		else if (word->opposite)
			c->need |= word->opposite;
		else
			c->absent |= word->bit;
	}
}

static void read_effects(struct clause *c, char *text)
{
	char *save = NULL;

	for (char *w = strtok_r(text, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		size_t len = strlen(w);
		bool open = w[len - 1] == '?';

		if (!strcmp(w, "-"))
			continue;
		if (open)
			w[len - 1] = '\0';
		*(open ? &c->open : &c->effects) |= word_find(c, effect_words, w)->bit;
	}
}

static int state_find(const struct clause *c, const char *name)
{
	for (int st = 0; st < TCP_N_STATES; st++)
		if (!strcmp(tcp_state_names[st], name))
			return st;
	cr_assert(false, "clauses.tsv:%d: no state %s", c->line, name);
	return 0;
}

static void read_states(struct clause *c, char *text)
{
	char *save = NULL;

	for (char *w = strtok_r(text, ",", &save); w; w = strtok_r(NULL, ",", &save))
		c->states |= (uint16_t)(1u << state_find(c, w));
}

static void read_answers(struct clause *c, char *text)
{
	char *save = NULL;

	for (char *w = strtok_r(text, "|", &save); w; w = strtok_r(NULL, "|", &save))
		c->answers |= (uint16_t)word_find(c, answer_words, w)->bit;
}

static void read_rules(struct clause *c, char *text)
{
	char *save = NULL;

	for (char *w = strtok_r(text, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		const char *bad;
		uint32_t rules;
		size_t len;

		cr_assert_eq(model_rules_parse(w, &rules, &bad, &len), 0, "clauses.tsv:%d: %s",
			     c->line, w);
		c->rules |= rules;
	}
}

static void read_clause(struct clause *c, char *text, int line)
{
	char *field[11], *save = NULL;

	memset(c, 0, sizeof(*c));
	c->line = line;
	c->text = text;
	for (size_t i = 0; i < COUNT(field); i++) {
		field[i] = strtok_r(i ? NULL : text, "\t\n", &save);
		cr_assert(field[i] != NULL, "clauses.tsv:%d: eleven columns", line);
	}
	c->unused_is_right = *field[0] == '~';
	c->name = field[0] + c->unused_is_right;
	c->section = field[1];
	c->event = (enum model_event)word_find(c, event_words, field[2])->bit;
	c->check = (int)word_find(c, check_words, field[3])->bit;
	read_states(c, field[4]);
	read_conds(c, field[5]);
	read_answers(c, field[6]);
	c->next = strcmp(field[7], "=") ? state_find(c, field[7]) : NEXT_SAME;
	c->then = (enum then)word_find(c, then_words, field[8])->bit;
	read_effects(c, field[9]);
	read_rules(c, field[10]);
}

static void clauses_load(struct clauses *all)
{
	const char *top = getenv("abs_top_srcdir");
	char path[4096], text[1000];
	int line = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/clauses.tsv", top ? top : ".");
	f = fopen(path, "r");
	cr_assert(f != NULL, "%s", path);
	all->n = 0;
	while (fgets(text, sizeof(text), f)) {
		line++;
		if (*text == '#')
			continue;
		cr_assert(all->n < MAX_CLAUSES);
		read_clause(&all->c[all->n++], strdup(text), line);
	}
	fclose(f);
}

static void clauses_free(struct clauses *all)
{
	for (size_t i = 0; i < all->n; i++)
		free(all->c[i].text);
	free(all);
}

/* ---- situations ---- */

/* Of a group of which one bit is told from others, one holds. */
static const uint32_t groups[] = {
	C_RST | C_NO_RST,
	C_SYN | C_NO_SYN,
	C_ACK | C_NO_ACK,
	C_PASSIVE | C_ACTIVE,
	C_SEQ_BAD | C_SEQ_EXACT | C_SEQ_INEXACT,
};

#define ACK_FIELD (C_ACK_GOOD | C_ACK_OLD | C_ACK_BEYOND | C_ACK_NOT_GOOD | C_ACK_TOO_OLD | \
		   C_ACK_FIN)
#define ACK_CLASS (C_ACK_GOOD | C_ACK_OLD | C_ACK_BEYOND)

static bool is_single(uint32_t bits)
{
	return bits && !(bits & (bits - 1));
}

/* RFC 9293 3.4: how SEG.ACK stands to SND.UNA and SND.NXT. */
static bool ack_can_be(uint32_t cond, unsigned int state)
{
	const uint16_t none_sent = S(SYN_SENT) | S(SYN_RECEIVED) | S(ESTABLISHED) | S(CLOSE_WAIT);
	const uint16_t all_acked = S(FIN_WAIT_2) | S(TIME_WAIT);
	uint32_t class = cond & ACK_CLASS;

	if (!(cond & C_ACK_GOOD) != !!(cond & C_ACK_NOT_GOOD))
		return false;
	if (cond & C_NO_ACK)
		return !(cond & (ACK_FIELD & ~(uint32_t)C_ACK_NOT_GOOD));
	if (!is_single(class))
		return false;
	if ((cond & C_ACK_TOO_OLD) && class != C_ACK_OLD)
		return false;
	if ((1u << state & all_acked) && class == C_ACK_GOOD)
		return false;
	if (!(cond & C_ACK_FIN))
		return true;
	/* The end of all that was sent: new where it is not acknowledged yet. */
	if (1u << state & none_sent)
		return false;
	return class == (1u << state & all_acked ? C_ACK_OLD : C_ACK_GOOD) &&
		!(cond & C_ACK_TOO_OLD);
}

static bool can_be(enum model_event event, int check, unsigned int state, uint32_t told,
		   uint32_t cond)
{
	const uint16_t quiet = S(CLOSED) | S(LISTEN) | S(FIN_WAIT_2) | S(TIME_WAIT);

	for (size_t i = 0; i < COUNT(groups); i++)
		if ((told & groups[i]) && !is_single(cond & groups[i]))
			return false;
	if ((told & ACK_FIELD) && !ack_can_be(cond, state))
		return false;
	if ((cond & C_SEQ_EXACT) && (cond & C_SEQ_ABOVE))
		return false;
	if ((cond & C_OUTSTANDING) && (1u << state & quiet))
		return false;
	if (event != EVENT_SEGMENT)
		return true;
	/* The checks before have dropped it, or moved the state on. */
	if (check > CHECK_SEQ && (cond & C_SEQ_BAD) && (cond & C_RST))
		return false;
	return state != TCP_SYN_RECEIVED || (check != CHECK_URG && check != CHECK_TEXT);
}

/* What the rows and the clauses for one question in one state tell apart. */
static uint32_t told_apart(const struct clauses *all, enum model_event event, int check,
			   unsigned int state)
{
	uint32_t told = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct clause *c = &all->c[i];

		if (c->event == event && c->check == check && (c->states & 1u << state))
			told |= c->need | c->absent;
	}
	for (size_t i = 0; i < model_table_len; i++) {
		const struct model_row *r = &model_table[i];

		if (r->event == event && (int)r->check == check && (r->states & 1u << state))
			told |= r->cond;
	}
	if (told & ACK_FIELD)
		told |= ACK_FIELD | C_ACK | C_NO_ACK;
	for (size_t i = 0; i < COUNT(groups); i++)
		if (told & groups[i])
			told |= groups[i];
	return told;
}

/* ---- comparing ---- */

struct question {
	enum model_event event;
	int check;
	unsigned int state;
	uint32_t cond;
};

struct tally {
	struct clauses *all;
	const struct model_row *table; /* of model_table_len rows */
	bool aloud;
	bool taken[MODEL_MAX_ROWS]; /* rows that had their say */
	size_t situations, wrong;
};

static bool holds(const struct clause *c, const struct question *q)
{
	return c->event == q->event && c->check == q->check && (c->states & 1u << q->state) &&
		(c->need & q->cond) == c->need && !(c->absent & q->cond);
}

static void complain(struct tally *t, const struct question *q, const char *what,
		     const char *name)
{
	struct buf b = BUF_INIT;

	if (t->wrong++ >= SHOWN || !t->aloud)
		return;
	for (int i = 0; i < MODEL_N_CONDS; i++)
		if (q->cond >> i & 1)
			buf_printf(&b, "%s%s", b.len ? ", " : "", model_cond_names[i]);
	cr_expect(false, "%s in %s, check %s, where %s: %s %s", model_event_names[q->event],
		  tcp_state_names[q->state], model_check_names[q->check], buf_str(&b), what, name);
	buf_fini(&b);
}

static enum then then_of(const struct model_row *r)
{
	if (r->then == CHECK_URG && r->check == CHECK_FIRST)
		return THEN_URG;
	return r->then == CHECK_N ? THEN_STOP : THEN_ON;
}

/* Is what the row does what the clause says? */
static bool agrees(const struct model_row *r, const struct clause *c, const struct question *q)
{
	enum tcp_state next = c->next == NEXT_SAME ? (enum tcp_state)q->state
						   : (enum tcp_state)c->next;

	if (r->answers != c->answers || model_row_next(r, (enum tcp_state)q->state) != next)
		return false;
	if (q->event == EVENT_SEGMENT && then_of(r) != c->then)
		return false;
	return (c->effects & ~r->effects) == 0 && (r->effects & ~(c->effects | c->open)) == 0;
}

static bool does_nothing(const struct clause *c)
{
	return !c->answers && c->next == NEXT_SAME && !c->effects &&
		(c->event != EVENT_SEGMENT || c->then == THEN_ON);
}

/* Rows that no clause accounts for. */
static void compare_rows(struct tally *t, const struct question *q,
			 const struct model_row *const *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool done = false, named = false, by = false;

		t->taken[row[i] - t->table] = true;
		for (size_t k = 0; k < t->all->n; k++) {
			const struct clause *c = &t->all->c[k];
			bool name = !strcmp(c->name, row[i]->clause) &&
				!strcmp(c->section, row[i]->section);

			if (!holds(c, q) || !agrees(row[i], c, q))
				continue;
			done = true;
			named |= name;
			by |= name && (row[i]->rules & c->rules) == row[i]->rules;
		}
		if (!done)
			complain(t, q, "no clause accounts for the row", row[i]->id);
		else if (!named)
			complain(t, q, "clauses do this, but none of the name that is in",
				 row[i]->id);
		else if (!by)
			complain(t, q, "other documents say so than", row[i]->id);
	}
}

/* Clauses that no row carries out, and doing nothing. */
static void compare_clauses(struct tally *t, const struct question *q,
			    const struct model_row *const *row, size_t n, bool pass)
{
	bool any = false, nothing = false;

	for (size_t k = 0; k < t->all->n; k++) {
		struct clause *c = &t->all->c[k];
		bool done = false;

		if (!holds(c, q))
			continue;
		c->said = true;
		any |= !c->unused_is_right;
		nothing |= does_nothing(c);
		done = c->unused_is_right || (pass && does_nothing(c));
		for (size_t i = 0; i < n && !done; i++)
			done = agrees(row[i], c, q);
		if (!done)
			complain(t, q, "the table does not do what is said by", c->name);
	}
	if (pass && any && !nothing)
		complain(t, q, "the table may do", "nothing");
	if (!pass && !any)
		complain(t, q, "the table must not do", "anything");
}

static void ask(struct tally *t, const struct model_book *book, const struct question *q)
{
	const struct model_row *row[MODEL_MAX_CHOICES];
	unsigned int question = model_question(q->event, (enum model_check)q->check);
	bool pass;
	size_t n = model_choices(book, question, (enum tcp_state)q->state, q->cond, row, &pass);

	t->situations++;
	compare_rows(t, q, row, n);
	compare_clauses(t, q, row, n, pass);
}

static void ask_all(struct tally *t, const struct model_book *book, enum model_event event,
		    int check, unsigned int state)
{
	uint32_t told = told_apart(t->all, event, check, state), cond = 0;

	/* All subsets of what is told apart. */
	do {
		struct question q = { event, check, state, cond };

		if (can_be(event, check, state, told, cond))
			ask(t, book, &q);
		cond = (cond - told) & told;
	} while (cond);
}

static void compare(struct tally *t)
{
	struct model_book *book = malloc(sizeof(*book));

	cr_assert_eq(model_book_init(book, t->table, model_table_len, RULES_ALL), 0);
	t->situations = t->wrong = 0;
	for (int event = 0; event < EVENT_N; event++) {
		int checks = event == EVENT_SEGMENT ? CHECK_N : 1;

		for (int check = 0; check < checks; check++)
			for (unsigned int st = 0; st < TCP_N_STATES; st++)
				ask_all(t, book, (enum model_event)event, check, st);
	}
	free(book);
}

Test(clauses, the_table_says_what_the_text_says)
{
	struct tally t = {
		.all = calloc(1, sizeof(*t.all)),
		.table = model_table,
		.aloud = true,
	};

	clauses_load(t.all);
	compare(&t);
	cr_expect_eq(t.wrong, 0, "%zu of %zu situations", t.wrong, t.situations);
	cr_expect_gt(t.situations, 700);
	for (size_t i = 0; i < t.all->n; i++)
		cr_expect(t.all->c[i].said, "clauses.tsv:%d: never holds", t.all->c[i].line);
	for (size_t i = 0; i < model_table_len; i++)
		cr_expect(t.taken[i], "the row %s is never taken", model_table[i].id);
	clauses_free(t.all);
}

/* ---- does it notice? ---- */

/* News for the user, or a window that may be taken or not: no row would do too. */
static bool says_nothing(const struct model_row *r)
{
	return !r->answers && r->next == NEXT_SAME && !(r->effects & ~(uint32_t)FX_WINDOW) &&
		(r->event != EVENT_SEGMENT || r->then != CHECK_N);
}

static void wrong_answer(struct model_row *r)
{
	r->answers ^= ANS_ACK;
}

static void wrong_state(struct model_row *r)
{
	r->next = r->next == TCP_LAST_ACK ? TCP_CLOSED : TCP_LAST_ACK;
	if (r->states == S(LAST_ACK))
		r->next = TCP_LISTEN;
}

static void wrong_effect(struct model_row *r)
{
	r->effects ^= FX_ISS;
}

static void no_row(struct model_row *r)
{
	r->states = 0;
}

static void wrong_order(struct model_row *r)
{
	r->alternative = !r->alternative;
}

/*
 * A table with one row wrong does not pass.  Where two rows do the same an
 * alternative is none.
 */
Test(clauses, a_wrong_row_is_noticed)
{
	static void (*const wrong[])(struct model_row * r) = {
		wrong_answer, wrong_state, wrong_effect, no_row, wrong_order
	};
	struct model_row *table = malloc(model_table_len * sizeof(*table));
	struct tally t = { .all = calloc(1, sizeof(*t.all)), .table = table };
	size_t missed = 0;

	clauses_load(t.all);
	for (size_t i = 0; i < model_table_len; i++) {
		for (size_t w = 0; w < COUNT(wrong); w++) {
			if (wrong[w] == no_row && says_nothing(&model_table[i]))
				continue;
			memcpy(table, model_table, model_table_len * sizeof(*table));
			wrong[w](&table[i]);
			compare(&t);
			if (wrong[w] == wrong_order)
				missed += t.wrong == 0;
			else
				cr_expect(t.wrong > 0, "%s, wrong in way %zu", table[i].id, w);
		}
	}
	cr_expect_leq(missed, model_table_len / 4, "%zu", missed);
	free(table);
	clauses_free(t.all);
}

/* All eight events in all eleven states, but where the text leaves one out. */
Test(clauses, every_event_is_described_in_every_state)
{
	static const struct {
		enum model_event event;
		uint16_t states;
	} left_out[] = {
		{ EVENT_OPEN_PASSIVE, S(LISTEN) },
		{ EVENT_USER_TIMEOUT, S(CLOSED) },
		/* nothing is in the queue, or there is no such timer */
		{ EVENT_RETRANSMISSION_TIMEOUT,
		  S(CLOSED) | S(LISTEN) | S(FIN_WAIT_2) | S(TIME_WAIT) },
		{ EVENT_TIME_WAIT_TIMEOUT, ((1u << TCP_N_STATES) - 1) & ~S(TIME_WAIT) },
	};
	struct clauses *all = calloc(1, sizeof(*all));
	uint16_t described[EVENT_N] = { 0 };

	clauses_load(all);
	for (size_t i = 0; i < all->n; i++)
		described[all->c[i].event] |= all->c[i].states;
	for (size_t i = 0; i < COUNT(left_out); i++) {
		cr_expect_eq(described[left_out[i].event] & left_out[i].states, 0);
		described[left_out[i].event] |= left_out[i].states;
	}
	for (int event = 0; event < EVENT_N; event++)
		cr_expect_eq(described[event], (1u << TCP_N_STATES) - 1, "%s: %x",
			     model_event_names[event], described[event]);
	clauses_free(all);
}
