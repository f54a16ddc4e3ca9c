/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `expect: model` and `confirm: state`, answer by answer, right and wrong.
 */
#include "run_util.h"

#define SA (TCP_SYN | TCP_ACK)
#define FA (TCP_FIN | TCP_ACK)
#define R TCP_RST
#define A TCP_ACK
#define MS INT64_C(1000000)
#define N(x) (sizeof(x) / sizeof((x)[0]))

#define OPEN                                               \
	"      - send: SYN\n"                              \
	"      - expect: {flags: SYN|ACK, ack: snd.nxt}\n" \
	"      - send: ACK\n"
#define OPENED                          \
	{                               \
		1, SA, 0, 0, 0, NULL, 0 \
	}

#define NOTHING (-1)

/* The steps after the handshake, what comes, and the verdict. */
struct story {
	const char *what, *steps;
	struct reply reply[4];
	enum verdict_kind kind;
	int finding; /* the worst, or NOTHING */
	const char *deviation, *requirement;
};

#define PASSES VERDICT_PASS, NOTHING, NULL, NULL
#define TAKES(row) VERDICT_PASS, NOTHING, row, NULL
#define FAILS(f) VERDICT_FAIL, FINDING_##f, NULL, NULL
#define FAILS_BY(f, requirement) VERDICT_FAIL, FINDING_##f, NULL, requirement
/* With a requirement below MUST. */
#define WARNS(f) VERDICT_PASS, FINDING_##f, NULL, NULL
#define WARNS_BY(f, requirement) VERDICT_PASS, FINDING_##f, NULL, requirement

static bool deviates(const struct verdict *v, const char *name)
{
	for (size_t i = 0; i < v->n_deviations; i++)
		if (!strcmp(v->deviation[i], name))
			return true;
	return false;
}

static void tell(const char *opening, const struct story *s)
{
	struct buf b = BUF_INIT;
	struct outcome o;
	size_t n = 0;

	while (n < N(s->reply) && s->reply[n].on)
		n++;
	buf_printf(&b, "%s%s", opening, s->steps);
	play("    level: may\n", buf_str(&b), s->reply, n, true, &o);
	cr_assert_eq(o.n, 1);
	cr_expect(o.same_offline, "%s: another verdict offline", s->what);
	cr_expect(o.v.kind == s->kind, "%s: %s: %s", s->what, verdict_names[o.v.kind],
		  o.v.reason);
	if (s->finding == NOTHING)
		cr_expect_eq(o.v.n_findings, 0, "%s: %s", s->what, o.v.reason);
	else
		cr_expect(o.v.n_findings && (int)o.v.finding[0].kind == s->finding, "%s: %s",
			  s->what, o.v.reason);
	if (s->requirement && o.v.n_findings)
		cr_expect_str_eq(o.v.finding[0].requirement, s->requirement, "%s", s->what);
	if (s->deviation)
		cr_expect(deviates(&o.v, s->deviation), "%s: not %s", s->what, s->deviation);
	outcome_free(&o);
	buf_fini(&b);
}

#define MODEL "      - expect: model\n"
#define OLD "      - send: {flags: ACK, seq: snd.nxt - 8, data: abcd}\n" MODEL
#define DATA "      - send: {flags: ACK, data: abcd}\n" MODEL
#define FAR "      - send: {flags: RST, seq: snd.nxt + 70000}\n" MODEL
#define NEAR "      - send: {flags: RST, seq: snd.nxt + 100}\n" MODEL
#define BARE "      - send: {flags: none, data: abcd}\n" MODEL
#define TWICE OLD OLD

/* clang-format off */
static const struct story answers[] = {
	/* outside the window: an ACK should come */
	{ "right", OLD, { OPENED, { 3, A, 1, 4, 0, NULL, 0 } }, PASSES },
	{ "missing", OLD, { OPENED }, WARNS_BY(NO_ANSWER, "rfc9293:SA-SEQ-2") },
	{ "its ACK too high", OLD, { OPENED, { 3, A, 1, 5, 0, NULL, 0 } }, FAILS(UNEXPECTED) },
	{ "its SEQ too high", OLD, { OPENED, { 3, A, 2, 4, 0, NULL, 0 } }, FAILS(UNEXPECTED) },
	{ "a reset, though it looks like an abort", OLD,
	  { OPENED, { 3, R, 1, 0, 0, NULL, 0 } }, FAILS_BY(UNEXPECTED, "rfc9293:SA-SEQ-2") },
	{ "once may be enough", TWICE, { OPENED, { 3, A, 1, 4, 0, NULL, 0 } }, PASSES },

	/* text in order: an ACK of it must come */
	{ "acknowledged", DATA, { OPENED, { 3, A, 1, 0, 0, NULL, 0 } }, PASSES },
	{ "on data", DATA, { OPENED, { 3, A, 1, 0, 0, "xy", 0 } }, PASSES },
	{ "on a FIN", DATA, { OPENED, { 3, FA, 1, 0, 0, NULL, 0 } }, PASSES },
	{ "delayed", DATA, { OPENED, { 3, A, 1, 0, 490 * MS, NULL, 0 } }, PASSES },
	{ "too late", DATA,
	  { OPENED, { 3, A, 1, 0, 1100 * MS, NULL, 0 } }, FAILS_BY(NO_ANSWER, "rfc9293:SA-TXT-1") },
	{ "not covered", DATA, { OPENED, { 3, A, 1, -4, 0, NULL, 0 } }, FAILS(NO_ANSWER) },
	{ "covered in part", DATA, { OPENED, { 3, A, 1, -1, 0, NULL, 0 } }, FAILS(NO_ANSWER) },
	{ "data that does not cover it", DATA,
	  { OPENED, { 3, A, 1, -4, 0, "xy", 0 } }, FAILS(NO_ANSWER) },
	{ "only after data that does not", DATA,
	  { OPENED, { 3, A, 1, -4, 0, "xy", 0 }, { 3, A, 3, 0, 9 * MS, NULL, 0 } }, PASSES },

	/* dropped: silence */
	{ "silence", FAR, { OPENED }, PASSES },
	{ "a reset answered", FAR,
	  { OPENED, { 3, A, 1, -70000, 0, NULL, 0 } }, FAILS_BY(NOT_SILENT, "rfc9293:SA-RST-1") },
	{ "what the application sends", FAR, { OPENED, { 3, A, 1, -70000, 0, "x", 0 } }, PASSES },
	{ "an ACK too many", BARE,
	  { OPENED, { 3, A, 1, -4, 0, NULL, 0 } }, WARNS_BY(NOT_SILENT, "rfc9293:SA-ACK-1") },

	/* a choice */
	{ "challenged", NEAR, { OPENED, { 3, A, 1, -100, 0, NULL, 0 } }, TAKES("SA-RST-3") },
	{ "reset as of old", NEAR, { OPENED }, TAKES("SA-RST-3.rfc793") },
	{ "a reset for a reset", NEAR, { OPENED, { 3, R, 1, 0, 0, NULL, 0 } }, FAILS(UNEXPECTED) },
};
/* clang-format on */

Test(answers, as_the_model_says)
{
	for (size_t i = 0; i < N(answers); i++)
		tell(OPEN, &answers[i]);
}

#define CONFIRM "      - confirm: state\n"
#define CLAIM(s) CONFIRM "        state: " s "\n"
#define TO_CLOSE_WAIT "      - send: FIN|ACK\n      - expect: {flags: ACK, ack: snd.nxt}\n"
#define TO_FIN_WAIT_1 "      - expect: {flags: FIN|ACK}\n"
#define TO_FIN_WAIT_2 TO_FIN_WAIT_1 "      - send: ACK\n"
#define FIN_COMES                       \
	{                               \
		2, FA, 1, 0, 0, NULL, 0 \
	}

/* clang-format off */
/* Segment 3 is the old octet, ending one before RCV.NXT, if nothing was sent before. */
static const struct story states[] = {
	{ "ESTABLISHED", CONFIRM,
	  { OPENED, { 3, A, 1, 1, 0, NULL, 0 }, { 4, A, 1, 0, 0, NULL, 0 } }, PASSES },
	{ "ESTABLISHED that limits its ACKs", CONFIRM,
	  { OPENED, { 3, A, 1, 1, 0, NULL, 0 } }, PASSES },
	{ "twice, with data between", CONFIRM DATA CONFIRM,
	  { OPENED, { 3, A, 1, 1, 0, NULL, 0 }, { 7, A, 1, 0, 0, NULL, 0 },
	    { 8, A, 1, 1, 0, NULL, 0 } },
	  PASSES },
	{ "SYN-RECEIVED for ESTABLISHED", CLAIM("ESTABLISHED"),
	  { OPENED, { 3, A, 1, 1, 0, NULL, 0 }, { 4, R, 0, 0, 0, NULL, R_RST_FOR_ACK } },
	  FAILS(UNEXPECTED) },
	{ "CLOSED for ESTABLISHED", CONFIRM,
	  { OPENED, { 3, R, 0, 0, 0, NULL, R_RST_FOR_ACK } }, WARNS(STATE) },
	{ "nothing for ESTABLISHED", CONFIRM, { OPENED }, WARNS(NO_ANSWER) },

	{ "CLOSED after a reset", "      - send: RST\n" CONFIRM,
	  { OPENED, { 4, R, 0, 0, 0, NULL, R_RST_FOR_ACK } }, PASSES },
	{ "ESTABLISHED after a reset", "      - send: RST\n" CONFIRM,
	  { OPENED, { 4, A, 1, 1, 0, NULL, 0 } }, WARNS(STATE) },
	{ "CLOSED of two", NEAR CONFIRM,
	  { OPENED, { 4, R, 0, 0, 0, NULL, R_RST_FOR_ACK } }, PASSES },
	{ "silent, so CLOSED of two, and yet ESTABLISHED", NEAR CONFIRM,
	  { OPENED, { 4, A, 1, 1, 0, NULL, 0 } }, FAILS(UNEXPECTED) },

	{ "CLOSE-WAIT", TO_CLOSE_WAIT CLAIM("CLOSE-WAIT"),
	  { OPENED, { 3, A, 1, 0, 0, NULL, 0 }, { 4, A, 1, 1, 0, NULL, 0 } }, PASSES },
	{ "CLOSE-WAIT for CLOSED",
	  "      - send: FIN|ACK\n      - expect: {flags: ACK, ack: snd.nxt}\n" CONFIRM,
	  { OPENED, { 3, A, 1, 0, 0, NULL, 0 }, { 4, R, 0, 0, 0, NULL, R_RST_FOR_ACK } },
	  WARNS(STATE) },

	{ "FIN-WAIT-1", TO_FIN_WAIT_1 CLAIM("FIN-WAIT-1"),
	  { OPENED, FIN_COMES, { 3, A, 2, 1, 0, NULL, 0 }, { 2, FA, 1, 0, 1000 * MS, NULL, 0 } },
	  PASSES },
	{ "FIN-WAIT-1 with three seconds", TO_FIN_WAIT_1 CONFIRM,
	  { OPENED, FIN_COMES, { 3, A, 2, 1, 0, NULL, 0 }, { 2, FA, 1, 0, 3000 * MS, NULL, 0 } },
	  PASSES },
	{ "FIN-WAIT-2 for FIN-WAIT-1", TO_FIN_WAIT_1 CONFIRM,
	  { OPENED, FIN_COMES, { 3, A, 2, 1, 0, NULL, 0 } }, WARNS(STATE) },
	{ "FIN-WAIT-2", TO_FIN_WAIT_2 CLAIM("FIN-WAIT-2"),
	  { OPENED, FIN_COMES, { 4, A, 2, 1, 0, NULL, 0 } }, PASSES },
	{ "FIN-WAIT-1 for FIN-WAIT-2", TO_FIN_WAIT_2 CONFIRM,
	  { OPENED, FIN_COMES, { 4, A, 2, 1, 0, NULL, 0 }, { 4, FA, 1, 1, 1000 * MS, NULL, 0 } },
	  WARNS(STATE) },
};
/* clang-format on */

Test(answers, states_are_confirmed)
{
	for (size_t i = 0; i < N(states); i++)
		tell(OPEN, &states[i]);
}

/* SYN-RECEIVED is told from ESTABLISHED by a reset, or else by its SYN,ACK again. */
Test(answers, syn_received)
{
	/* clang-format off */
	static const struct story stories[] = {
		{ "by a reset", CONFIRM,
		  { OPENED, { 2, A, 1, 1, 0, NULL, 0 }, { 3, R, 0, 0, 0, NULL, R_RST_FOR_ACK } },
		  PASSES },
		{ "by its SYN,ACK again", CONFIRM,
		  { OPENED, { 2, A, 1, 1, 0, NULL, 0 }, { 3, A, 1, 0, 0, NULL, 0 },
		    { 1, SA, 0, 0, 1000 * MS, NULL, 0 } },
		  PASSES },
		{ "ESTABLISHED all the time", CONFIRM,
		  { OPENED, { 2, A, 1, 1, 0, NULL, 0 }, { 3, A, 1, 0, 0, NULL, 0 } },
		  WARNS(STATE) },
	};
	/* clang-format on */

	for (size_t i = 0; i < N(stories); i++)
		tell("      - send: SYN\n      - expect: {flags: SYN|ACK, ack: snd.nxt}\n",
		     &stories[i]);
}
