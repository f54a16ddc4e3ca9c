/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers that the model says must come, in cases that do not ask for them
 * (walk/debt.c): which of them are missed, and what is no reason to miss one.
 */
#include "run_util.h"

#define SA (TCP_SYN | TCP_ACK)
#define A TCP_ACK
#define R TCP_RST
#define MS INT64_C(1000000)
#define N(x) (sizeof(x) / sizeof((x)[0]))

#define OPEN_STEPS                                         \
	"      - send: SYN\n"                              \
	"      - expect: {flags: SYN|ACK, ack: snd.nxt}\n" \
	"      - send: ACK\n"
#define DATA "      - send: {flags: PSH|ACK, data: text}\n"
#define OLD "      - send: {flags: PSH|ACK, seq: iss - 99, data: text}\n"
#define WAIT "      - wait: 10ms\n"

static const struct reply opened[] = { { 1, SA, 0, 0, 0, NULL, 0 } };

/* Plays the steps; @requirement is what a missing answer breaks, NULL: none is. */
static void story_of(const char *head, const char *steps, const struct reply *reply, size_t n,
		     bool alive, enum verdict_kind kind, const char *requirement)
{
	struct outcome o;

	play(head, steps, reply, n, alive, &o);
	cr_assert_eq(o.n, 1);
	cr_expect(o.same_offline, "another verdict offline");
	cr_expect(o.v.kind == kind, "%s%s: %s", steps, verdict_names[o.v.kind], o.v.reason);
	cr_expect_eq(o.v.n_findings != 0, requirement != NULL, "%s%s", steps, o.v.reason);
	if (requirement && o.v.n_findings)
		cr_expect_str_eq(o.v.finding[0].requirement, requirement, "%s%s", steps,
				 o.v.reason);
	outcome_free(&o);
}

static void story(const char *steps, const struct reply *reply, size_t n, enum verdict_kind kind,
		  const char *requirement)
{
	story_of("", steps, reply, n, true, kind, requirement);
}

Test(debt, text_is_acknowledged)
{
	static const struct reply late[] = { { 1, SA, 0, 0, 0, NULL, 0 },
					     { 3, A, 1, 0, 900 * MS, NULL, 0 } };
	static const struct reply less[] = { { 1, SA, 0, 0, 0, NULL, 0 },
					     { 3, A, 1, -1, 1 * MS, NULL, 0 } };

	story(OPEN_STEPS DATA, opened, 1, VERDICT_FAIL, "rfc9293:SA-TXT-1");
	story(OPEN_STEPS DATA WAIT, opened, 1, VERDICT_FAIL, "rfc9293:SA-TXT-1");
	story(OPEN_STEPS DATA "      - wait: 3s\n", opened, 1, VERDICT_FAIL, "rfc9293:SA-TXT-1");
	story(OPEN_STEPS DATA, less, N(less), VERDICT_FAIL, "rfc9293:SA-TXT-1");
	/* Late, which no case asked: but it came. */
	story(OPEN_STEPS DATA, late, N(late), VERDICT_PASS, NULL);
}

/* By the acknowledgment of what came later, too. */
Test(debt, one_acknowledgment_may_do_for_several)
{
	static const struct reply both[] = { { 1, SA, 0, 0, 0, NULL, 0 },
					     { 4, A, 1, 0, 400 * MS, NULL, 0 } };

	story(OPEN_STEPS DATA DATA, both, N(both), VERDICT_PASS, NULL);
}

Test(debt, a_reset_pays)
{
	static const struct reply reset[] = { { 1, SA, 0, 0, 0, NULL, 0 },
					      { 3, R, 1, 0, 1 * MS, NULL, 0 } };

	story(OPEN_STEPS DATA WAIT, reset, N(reset), VERDICT_PASS, NULL);
}

Test(debt, what_ends_the_connection_ends_it)
{
	story(OPEN_STEPS DATA "      - send: RST\n", opened, 1, VERDICT_PASS, NULL);
}

/* What should be answered is a warning, and the case goes on. */
Test(debt, unacceptable_segments_are_acknowledged)
{
	static const struct reply answered[] = { { 1, SA, 0, 0, 0, NULL, 0 },
						 { 3, A, 1, 96, 1 * MS, NULL, 0 } };

	story(OPEN_STEPS OLD WAIT, opened, 1, VERDICT_PASS, "rfc9293:SA-SEQ-2");
	story(OPEN_STEPS OLD WAIT DATA, opened, 1, VERDICT_FAIL, "rfc9293:SA-TXT-1");
	story(OPEN_STEPS OLD WAIT, answered, N(answered), VERDICT_PASS, NULL);
}

/* RFC 5961 7, and what stacks limit besides. */
Test(debt, limited_answers_are_not_owed)
{
	static const struct reply one[] = { { 1, SA, 0, 0, 0, NULL, 0 },
					    { 3, A, 1, 96, 1 * MS, NULL, 0 } };

	story(OPEN_STEPS OLD WAIT OLD WAIT, one, N(one), VERDICT_PASS, NULL);
	story(OPEN_STEPS OLD "      - wait: 1200ms\n" OLD WAIT, one, N(one), VERDICT_PASS,
	      "rfc9293:SA-SEQ-2");
	story(OPEN_STEPS "      - send: {flags: SYN, seq: snd.nxt}\n" WAIT, opened, 1, VERDICT_PASS,
	      NULL);
	story(OPEN_STEPS "      - send: {flags: ACK, ack: rcv.nxt + 1}\n" WAIT, opened, 1,
	      VERDICT_PASS, NULL);
}

Test(debt, no_connection)
{
	static const char gone[] = "      - send: SYN\n"
				   "      - expect: SYN|ACK\n"
				   "      - send: RST\n"
				   "      - send: {flags: ACK, ack: 77}\n" WAIT;
	static const struct reply reset[] = { { 1, SA, 0, 0, 0, NULL, 0 },
					      { 3, R, 0, 0, 1 * MS, NULL, R_RST_FOR_ACK } };

	story(gone, opened, 1, VERDICT_FAIL, "rfc9293:SA-LISTEN-2");
	story(gone, reset, N(reset), VERDICT_PASS, NULL);
	story("      - send: SYN\n" WAIT, NULL, 0, VERDICT_FAIL, "rfc9293:SA-LISTEN-3");
}

/* What lies beyond a hole may have been kept or not, and the FIN of a SYN taken. */
Test(debt, what_may_have_been_dropped)
{
	static const char hole[] = OPEN_STEPS
		"      - send: {flags: PSH|ACK, seq: snd.nxt + 4, data: more}\n" WAIT
		"      - send: {flags: PSH|ACK, seq: iss + 1, data: text}\n" WAIT;
	static const struct reply dropped[] = { { 1, SA, 0, 0, 0, NULL, 0 },
						{ 3, A, 1, -8, 1 * MS, NULL, 0 },
						{ 4, A, 1, 0, 1 * MS, NULL, 0 } };

	story(hole, dropped, N(dropped), VERDICT_PASS, NULL);
}

/* Nobody is there at all: that is another matter. */
Test(debt, silence_of_the_dead)
{
	struct outcome o;

	play("", OPEN_STEPS DATA WAIT, opened, 1, false, &o);
	cr_expect(o.v.kind == VERDICT_INCONCLUSIVE, "%s", o.v.reason);
	cr_expect_eq(o.v.finding[0].kind, FINDING_DEAD);
	outcome_free(&o);
	play("", OPEN_STEPS OLD WAIT, opened, 1, false, &o);
	cr_expect(o.v.kind == VERDICT_INCONCLUSIVE, "%s", o.v.reason);
	outcome_free(&o);
}

/* A path that loses or overtakes explains what is missing. */
Test(debt, not_on_a_bad_path)
{
	story_of("    link:\n      - {drop: target, data: yes}\n", OPEN_STEPS DATA WAIT, opened, 1,
		 true, VERDICT_PASS, NULL);
}

/* The time of an expectation is its author's. */
Test(debt, an_expectation_waits_its_own_time)
{
	static const struct reply late[] = { { 1, SA, 0, 0, 0, NULL, 0 },
					     { 3, A, 1, 0, 1500 * MS, NULL, 0 } };

	story(OPEN_STEPS DATA "      - expect: {flags: ACK, ack: snd.nxt, within: 2s}\n", late,
	      N(late), VERDICT_PASS, NULL);
}

/* Of a segment that has other ports nothing is known. */
Test(debt, other_ports_are_another_connection)
{
	story(OPEN_STEPS "      - send: {flags: PSH|ACK, data: text, dport: 9}\n" WAIT, opened, 1,
	      VERDICT_PASS, NULL);
}
