/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attempts on a path that loses packets: a lost SYN is no failure of the target,
 * an answer that never comes is, and what was seen and is wrong is at once.
 */
#include "cli/attempts.h"
#include "run_util.h"

#define STEPS                 \
	"      - send: SYN\n" \
	"      - expect: {flags: SYN|ACK, ack: snd.nxt}\n"

struct tries {
	struct attempts *attempts;
	struct outcome o;
	size_t n_ended;
	struct script *script;
};

static bool again(void *arg, const struct plan *p, const struct trace *t)
{
	struct tries *tr = arg;
	struct verdict v;

	/* The next run comes from another port. */
	tr->script->main_port = 0;
	verify_run(p, t, tr->o.arena, &v);
	return attempts_again(tr->attempts, p, &v);
}

static void ended(void *arg, const struct plan *p, const struct trace *t, int64_t duration_ns)
{
	struct tries *tr = arg;

	(void)duration_ns;
	tr->n_ended++;
	verify_run(p, t, tr->o.arena, &tr->o.v);
	attempts_settle(tr->attempts, p, tr->o.arena, &tr->o.v);
}

/* Replies to the @n-th SYN only; returns how many SYNs were sent. */
static int try(const struct reply *reply, enum verdict_kind want)
{
	struct script sc = { .reply = reply, .n = 1, .answers_probes = true };
	struct vlink_peer peer = { .receive = script_receive, .arg = &sc };
	struct link *link = vlink_open(NULL, &peer);
	struct tries tr = { .attempts = attempts_new(), .script = &sc };
	struct sched_sink sink = { .again = again, .ended = ended, .arg = &tr };
	struct suite *s = case_suite("", STEPS);
	const struct plan *p = suite_plan(s, 0);
	struct target t;
	struct sched_config cfg = { .link = link, .target = &t, .seed = 7 };

	target_init_lab(&t);
	t.addr4 = link->target4;
	tr.o.arena = arena_new();
	cr_assert_eq(sched_run(&cfg, &p, 1, &sink), 0);
	cr_assert_eq(tr.n_ended, 1);
	cr_assert_eq(tr.o.v.kind, want, "%s: %s", verdict_names[tr.o.v.kind], tr.o.v.reason);
	attempts_free(tr.attempts);
	arena_free(tr.o.arena);
	suite_free(s);
	link->ops->close(link);
	return sc.count;
}

Test(attempts, answered_at_once)
{
	struct reply r = { 1, TCP_SYN | TCP_ACK, 0, 0, 0, NULL, R_NORMAL };

	try(&r, VERDICT_PASS);
}

Test(attempts, the_first_was_lost)
{
	struct reply r = { 2, TCP_SYN | TCP_ACK, 0, 0, 0, NULL, R_NORMAL };

	try(&r, VERDICT_INCONCLUSIVE);
}

Test(attempts, never_answered)
{
	struct reply r = { 99, TCP_SYN | TCP_ACK, 0, 0, 0, NULL, R_NORMAL };

	cr_assert_eq(try(&r, VERDICT_FAIL), ATTEMPTS_MAX);
}

Test(attempts, a_wrong_answer_is_wrong_at_once)
{
	struct reply r = { 1, TCP_SYN | TCP_ACK, 0, 1, 0, NULL, R_NORMAL };

	/* The SYN, and the reset that cleans up. */
	cr_assert_leq(try(&r, VERDICT_FAIL), 2);
}
