/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model: RFC 9293 3.10.7 followed segment by segment.
 *
 * Each story is a list of segments with sequence numbers relative to the two
 * initial ones (ISS of the tester 0x100 below the wrap, of the target 0x80
 * below it, so that every longer story crosses it), and after each segment the
 * states the target may be in, or the clause that the segment breaks.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "model/model.h"

#define US 0xfffffffcu	 /* the tester's ISS */
#define THEM 0xfffffffeu /* the target's */

#define S(x) STATE_BIT(TCP_##x)
#define F TCP_FIN
#define SY TCP_SYN
#define R TCP_RST
#define A TCP_ACK

struct line {
	char dir; /* '>' to the target, '<' from it, 0: end */
	uint16_t flags;
	uint32_t seq, ack; /* relative */
	uint32_t len;
	uint16_t states;    /* afterwards; 0: not looked at */
	const char *clause; /* '<': the violation, or NULL: permitted */
};

struct story {
	const char *name;
	enum tcp_state start;
	struct line line[16];
};

/* clang-format off */
#define OPEN_UP \
	{ '>', SY, 0, 0, 0, S(SYN_RECEIVED), NULL }, \
	{ '<', SY | A, 0, 1, 0, S(SYN_RECEIVED), NULL }, \
	{ '>', A, 1, 1, 0, S(ESTABLISHED), NULL }

static const struct story stories[] = {
	{ "handshake", TCP_LISTEN, { OPEN_UP } },
	{ "SYN,ACK with a wrong ACK", TCP_LISTEN, {
		{ '>', SY, 0, 0, 0, 0, NULL },
		{ '<', SY | A, 0, 2, 0, 0, "SA-LISTEN-3" } } },
	{ "SYN,ACK repeated with another ISS", TCP_LISTEN, {
		{ '>', SY, 0, 0, 0, 0, NULL },
		{ '<', SY | A, 0, 1, 0, 0, NULL },
		{ '<', SY | A, 5, 1, 0, 0, "SA-LISTEN-3" } } },
	{ "SYN,ACK nobody asked for", TCP_LISTEN, {
		{ '<', SY | A, 0, 1, 0, 0, "SA-LISTEN-2" } } },
	{ "listener resets a SYN", TCP_LISTEN, {
		{ '>', SY, 0, 0, 0, 0, NULL },
		{ '<', R | A, (uint32_t)-THEM, 1, 0, 0, "SA-LISTEN-3" } } },
	{ "ACK to a listener", TCP_LISTEN, {
		{ '>', A, 5, 77, 0, S(LISTEN), NULL },
		{ '<', R, 77, 0, 0, S(LISTEN), NULL } } },
	{ "reset with ACK bit for an ACK", TCP_LISTEN, {
		{ '>', A, 5, 77, 0, S(LISTEN), NULL },
		{ '<', R | A, 77, 5, 0, 0, "SA-LISTEN-2" } } },
	{ "reset with another SEQ", TCP_LISTEN, {
		{ '>', A, 5, 77, 0, S(LISTEN), NULL },
		{ '<', R, 78, 0, 0, 0, "SA-LISTEN-2" } } },
	{ "two resets for one ACK", TCP_LISTEN, {
		{ '>', A, 5, 77, 0, S(LISTEN), NULL },
		{ '<', R, 77, 0, 0, S(LISTEN), NULL },
		{ '<', R, 77, 0, 0, 0, "3.5.2" } } },
	{ "SYN to a closed port", TCP_CLOSED, {
		{ '>', SY, 0, 0, 0, S(CLOSED), NULL },
		{ '<', R | A, (uint32_t)-THEM, 1, 0, S(CLOSED), NULL } } },
	{ "SYN with data to a closed port", TCP_CLOSED, {
		{ '>', SY, 0, 0, 4, S(CLOSED), NULL },
		{ '<', R | A, (uint32_t)-THEM, 1, 0, 0, "SA-CLOSED-2" } } },
	{ "reset to a closed port is not answered", TCP_CLOSED, {
		{ '>', R, 0, 0, 0, S(CLOSED), NULL },
		{ '<', R, 0, 0, 0, 0, "3.5.2" } } },
	{ "four-way close, tester first", TCP_LISTEN, { OPEN_UP,
		{ '>', F | A, 1, 1, 0, S(CLOSE_WAIT), NULL },
		{ '<', A, 1, 2, 0, S(CLOSE_WAIT), NULL },
		{ '<', F | A, 1, 2, 0, S(LAST_ACK), NULL },
		{ '>', A, 2, 2, 0, S(CLOSED), NULL },
		{ '>', A, 2, 2, 0, S(CLOSED), NULL },
		{ '<', R, 2, 0, 0, S(CLOSED), NULL } } },
	{ "FIN acknowledged too far", TCP_LISTEN, { OPEN_UP,
		{ '>', F | A, 1, 1, 0, S(CLOSE_WAIT), NULL },
		{ '<', A, 1, 3, 0, 0, "3.4-ACK-BEYOND" } } },
	{ "four-way close, target first", TCP_LISTEN, { OPEN_UP,
		{ '<', A | F, 1, 1, 10, S(FIN_WAIT_1), NULL },
		{ '>', A, 1, 12, 0, S(FIN_WAIT_2), NULL },
		{ '>', A, 1, 12, 5, S(FIN_WAIT_2) | S(CLOSED), NULL },
		{ '<', A, 12, 6, 0, S(FIN_WAIT_2), NULL },
		{ '>', F | A, 6, 12, 0, S(TIME_WAIT), NULL },
		{ '<', A, 12, 7, 0, S(TIME_WAIT), NULL },
		{ '>', F | A, 6, 12, 0, S(TIME_WAIT), NULL },
		{ '<', A, 12, 7, 0, S(TIME_WAIT), NULL } } },
	{ "simultaneous close", TCP_LISTEN, { OPEN_UP,
		{ '<', A | F, 1, 1, 0, S(FIN_WAIT_1), NULL },
		{ '>', A | F, 1, 1, 0, S(CLOSING), NULL },
		{ '<', A, 2, 2, 0, S(CLOSING), NULL },
		{ '>', A, 2, 2, 0, S(TIME_WAIT), NULL } } },
	{ "FINs cross on the wire", TCP_LISTEN, { OPEN_UP,
		{ '>', A | F, 1, 1, 0, S(CLOSE_WAIT), NULL },
		{ '<', A | F, 1, 1, 0, S(CLOSING), NULL },
		{ '<', A, 2, 2, 0, S(CLOSING), NULL },
		{ '>', A, 2, 2, 0, S(TIME_WAIT), NULL } } },
	{ "FIN and ACK of the FIN in one", TCP_LISTEN, { OPEN_UP,
		{ '<', A | F, 1, 1, 0, S(FIN_WAIT_1), NULL },
		{ '>', A | F, 1, 2, 0, S(TIME_WAIT), NULL } } },
	{ "data after the FIN", TCP_LISTEN, { OPEN_UP,
		{ '<', A | F, 1, 1, 0, S(FIN_WAIT_1), NULL },
		{ '<', A, 2, 1, 4, 0, "3.6-AFTER-FIN" } } },
	{ "a gap in the target's data", TCP_LISTEN, { OPEN_UP,
		{ '<', A, 5, 1, 4, 0, "3.4-SEQ" } } },
	{ "an ACK without SND.NXT", TCP_LISTEN, { OPEN_UP,
		{ '<', A, 4, 1, 0, 0, "3.10.7.4-SEQ" } } },
	{ "acknowledges less than before", TCP_LISTEN, { OPEN_UP,
		{ '>', A, 1, 1, 10, S(ESTABLISHED), NULL },
		{ '<', A, 1, 11, 0, S(ESTABLISHED), NULL },
		{ '<', A, 1, 6, 0, 0, "3.4-ACK-BACKWARDS" } } },
	{ "data without ACK", TCP_LISTEN, { OPEN_UP,
		{ '<', TCP_PSH, 1, 0, 4, 0, "3.1-ACK" } } },
	{ "reset in ESTABLISHED", TCP_LISTEN, { OPEN_UP,
		{ '>', R, 1, 0, 0, S(CLOSED), NULL },
		{ '>', A, 1, 1, 0, S(CLOSED), NULL },
		{ '<', R, 1, 0, 0, S(CLOSED), NULL } } },
	{ "reset beside RCV.NXT: challenge or RFC 793", TCP_LISTEN, { OPEN_UP,
		{ '>', R, 2, 0, 0, S(ESTABLISHED) | S(CLOSED), NULL },
		{ '<', A, 1, 1, 0, S(ESTABLISHED), NULL } } },
	{ "reset outside the window", TCP_LISTEN, { OPEN_UP,
		{ '>', R, 0x100000, 0, 0, S(ESTABLISHED), NULL } } },
	{ "reset in SYN-RECEIVED", TCP_LISTEN, {
		{ '>', SY, 0, 0, 0, 0, NULL },
		{ '<', SY | A, 0, 1, 0, S(SYN_RECEIVED), NULL },
		{ '>', R, 1, 0, 0, S(LISTEN), NULL },
		{ '>', SY, 9, 0, 0, S(SYN_RECEIVED), NULL },
		{ '<', SY | A, 7, 10, 0, S(SYN_RECEIVED), NULL } } },
	{ "bad ACK in SYN-RECEIVED", TCP_LISTEN, {
		{ '>', SY, 0, 0, 0, 0, NULL },
		{ '<', SY | A, 0, 1, 0, S(SYN_RECEIVED), NULL },
		{ '>', A, 1, 2, 0, S(SYN_RECEIVED), NULL },
		{ '<', R, 2, 0, 0, S(SYN_RECEIVED), NULL },
		{ '>', A, 1, 1, 0, S(ESTABLISHED), NULL } } },
	{ "FIN beyond a hole, then the hole is filled", TCP_LISTEN, { OPEN_UP,
		{ '>', A | F, 11, 1, 4, S(ESTABLISHED), NULL },
		{ '<', A, 1, 1, 0, S(ESTABLISHED), NULL },
		{ '>', A, 1, 1, 10, S(ESTABLISHED) | S(CLOSE_WAIT), NULL },
		{ '<', A, 1, 16, 0, 0, NULL } } },
	{ "resets for no reason", TCP_LISTEN, { OPEN_UP,
		{ '<', R, 9, 0, 0, 0, "3.10.5-ABORT" } } },
	{ "application aborts", TCP_LISTEN, { OPEN_UP,
		{ '<', R | A, 1, 1, 0, S(CLOSED), NULL } } },
	{ "SYN without ACK for an answer", TCP_LISTEN, {
		{ '>', SY, 0, 0, 0, 0, NULL },
		{ '<', SY, 0, 0, 0, 0, "SA-LISTEN-3" } } },
};
/* clang-format on */

static void fill(struct segment *s, const struct line *l)
{
	bool tx = l->dir == '>';

	memset(s, 0, sizeof(*s));
	s->flags = l->flags;
	s->seq = l->seq + (tx ? US : THEM);
	s->ack = l->flags & TCP_ACK ? l->ack + (tx ? THEM : US) : 0;
	/* A reset's SEQ answers our ACK field, which counts from THEM. */
	s->window = 20000;
	s->data_len = l->len;
}

static void tell(const struct story *st, struct model *m)
{
	int64_t t = 1000000000;

	for (size_t i = 0; st->line[i].dir; i++) {
		const struct line *l = &st->line[i];
		struct model_violation v = { 0 };
		struct buf b = BUF_INIT;
		struct segment s;

		fill(&s, l);
		/* 300 ms apart: nothing crosses on the wire by accident. */
		t += 300000000;
		if (l->dir == '>') {
			model_tx(m, &s, t);
		} else {
			bool ok = model_rx(m, &s, t, &v);

			cr_assert(ok == !l->clause, "%s, line %zu: %s %s",
				  st->name, i, v.clause ? v.clause : "permitted",
				  v.what ? v.what : "");
			if (!ok) {
				cr_assert_str_eq(v.clause, l->clause,
						 "%s, line %zu: %s", st->name, i,
						 v.clause);
				return;
			}
		}
		model_states_str(m->states, &b);
		cr_assert(!l->states || m->states == l->states,
			  "%s, line %zu: %s", st->name, i, buf_str(&b));
		buf_fini(&b);
	}
}

Test(model, stories)
{
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		struct model m;

		model_init(&m, stories[i].start, true);
		tell(&stories[i], &m);
	}
}

/*
 * Every clause of the table is named, every row has a state and a name of its own,
 * and a check leads on to a later one.
 */
Test(model, table_is_complete)
{
	for (size_t i = 0; i < model_table_len; i++) {
		const struct model_row *r = &model_table[i];

		cr_assert(r->states != 0, "row %zu", i);
		cr_assert(r->id && r->clause && r->section && r->rules, "row %zu", i);
		cr_assert(model_row_find(r->id) == r, "%s stands twice", r->id);
		cr_assert(!r->then || (r->event == EVENT_SEGMENT && r->then > r->check),
			  "%s", r->id);
	}
}

static size_t ask(uint32_t rules, enum model_check check, enum tcp_state state,
		  uint32_t cond, const char **first, bool *pass)
{
	const struct model_row *row[MODEL_MAX_CHOICES];
	struct model_book book;
	size_t n;

	cr_assert_eq(model_book_init(&book, model_table, model_table_len, rules), 0);
	n = model_choices(&book, model_question(EVENT_SEGMENT, check), state, cond, row, pass);
	*first = n ? row[0]->id : "";
	return n;
}

/* Documents narrow a choice; where they say nothing it stays as it is. */
Test(model, rules_narrow_choices)
{
	const uint32_t rst = C_RST | C_SEQ_INEXACT;
	const char *id;
	bool pass;

	cr_assert_eq(ask(RULES_DEFAULT, CHECK_RST, TCP_ESTABLISHED, rst, &id, &pass), 2);
	cr_assert_eq(ask(RULES_RFC5961, CHECK_RST, TCP_ESTABLISHED, rst, &id, &pass), 1);
	cr_assert_str_eq(id, "SA-RST-3");
	cr_assert_eq(ask(RULES_RFC793, CHECK_RST, TCP_ESTABLISHED, rst, &id, &pass), 1);
	cr_assert_str_eq(id, "SA-RST-3.rfc793");
	cr_assert_eq(ask(RULES_RFC7323, CHECK_RST, TCP_ESTABLISHED, rst, &id, &pass), 2);
	cr_assert(!pass);
	/* Doing nothing is what RFC 9293 says of odd timestamps. */
	cr_assert_eq(ask(RULES_RFC9293, CHECK_SEQ, TCP_ESTABLISHED, C_TS_ODD | C_NO_RST, &id,
			 &pass),
		     0);
	cr_assert(pass);
	cr_assert_eq(ask(RULES_RFC7323, CHECK_SEQ, TCP_ESTABLISHED, C_TS_ODD | C_NO_RST, &id,
			 &pass),
		     2);
	cr_assert(!pass);
}

Test(model, rules_are_parsed)
{
	const char *bad;
	uint32_t rules;
	size_t len;

	cr_assert_eq(model_rules_parse("rfc793,practice", &rules, &bad, &len), 0);
	cr_assert_eq(rules, RULES_RFC793 | RULES_PRACTICE);
	cr_assert_eq(model_rules_parse("rfc5961,rfc79", &rules, &bad, &len), -EINVAL);
	cr_assert_eq(strncmp(bad, "rfc79", len), 0);
	cr_assert_eq(model_rules_parse("", &rules, &bad, &len), -EINVAL);
}

/* A table that is too long for its index is refused. */
Test(model, book_is_bounded)
{
	struct model_row many[MODEL_MAX_ASKED + 1];
	struct model_book book;

	for (size_t i = 0; i <= MODEL_MAX_ASKED; i++)
		many[i] = model_table[0];
	cr_assert_eq(model_book_init(&book, many, MODEL_MAX_ASKED, RULES_ALL), 0);
	cr_assert_eq(model_book_init(&book, many, MODEL_MAX_ASKED + 1, RULES_ALL), -E2BIG);
	cr_assert_eq(model_book_init(&book, many, MODEL_MAX_ROWS + 1, RULES_ALL), -E2BIG);
}

/* What crosses on the wire is explained by the state before. */
Test(model, crossing)
{
	const struct story open = { "open", TCP_LISTEN, { OPEN_UP } };
	struct line rst = { '>', R, 1, 0, 0, 0, NULL };
	struct line data = { '<', A, 1, 1, 100, 0, NULL };
	struct model_violation v;
	struct segment s;
	struct model m;

	model_init(&m, TCP_LISTEN, true);
	tell(&open, &m);
	fill(&s, &rst);
	model_tx(&m, &s, 5000000000);
	cr_assert(model_possible(&m, TCP_CLOSED));
	fill(&s, &data);
	cr_assert(model_rx(&m, &s, 5000100000, &v), "100 us later: it crossed");
	model_init(&m, TCP_LISTEN, true);
	tell(&open, &m);
	fill(&s, &rst);
	model_tx(&m, &s, 5000000000);
	fill(&s, &data);
	cr_assert(!model_rx(&m, &s, 6000000000, &v), "a second later: it did not");
}

/* An acknowledgment that a FIN overtook carries the numbers from before. */
Test(model, overtaken)
{
	const struct story open = {
		"open", TCP_LISTEN, { OPEN_UP, { '>', F | A, 1, 1, 0, S(CLOSE_WAIT), NULL } }
	};
	struct line fin = { '<', F | A, 1, 2, 0, 0, NULL };
	struct line ack = { '<', A, 1, 2, 0, 0, NULL };
	struct model_violation v;
	struct segment s;
	struct model m;

	for (int late = 0; late < 2; late++) {
		model_init(&m, TCP_LISTEN, true);
		tell(&open, &m);
		fill(&s, &fin);
		cr_assert(model_rx(&m, &s, 5000000000, &v));
		fill(&s, &ack);
		cr_assert(model_rx(&m, &s, late ? 5500000000 : 5000100000, &v) == !late);
		cr_assert_eq(m.states, S(LAST_ACK));
	}
}

/* On a path that may lose packets the state before stays possible. */
Test(model, lossy_path)
{
	struct line syn = { '>', SY, 0, 0, 0, 0, NULL };
	struct segment s;
	struct model m;

	model_init(&m, TCP_LISTEN, false);
	fill(&s, &syn);
	model_tx(&m, &s, 1000);
	cr_assert_eq(m.states, S(LISTEN) | S(SYN_RECEIVED));
}

/* A segment with a bad checksum moves nothing (MUST-3). */
Test(model, broken_segments)
{
	struct line syn = { '>', SY, 0, 0, 0, 0, NULL };
	struct segment s;
	struct model m;

	model_init(&m, TCP_LISTEN, true);
	fill(&s, &syn);
	s.defects = SEG_DEFECT_CHECKSUM;
	model_tx(&m, &s, 1000);
	cr_assert_eq(m.states, S(LISTEN));
	s.defects |= SEG_DEFECT_CHECKSUM_PARTIAL;
	model_tx(&m, &s, 2000);
	cr_assert_eq(m.states, S(SYN_RECEIVED), "filled in after the capture");
}
