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
	struct tries tr = { .attempts = attempts_new(-1, VERDICT_FAIL), .script = &sc };
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

/* ---- verdicts as they come, of plans that are nothing but names ---- */

struct course {
	struct attempts *attempts;
	struct arena *arena;
	struct plan plan[40];
	struct finding finding;
	struct verdict v;
};

/* A verdict with one finding, or a clean pass. */
static void make_verdict(struct course *c, enum finding_kind kind, enum req_level level)
{
	/* As verify sees it: what is wrong in itself no path explains. */
	bool by_path = kind != FINDING_LINT && kind != FINDING_UNEXPECTED;

	c->finding = (struct finding){ .kind = kind, .level = level, .by_path = by_path };
	c->v = (struct verdict){
		.kind = level == LEVEL_MUST ? VERDICT_FAIL : VERDICT_PASS,
		.finding = &c->finding,
		.n_findings = 1,
	};
}

static void make_pass(struct course *c)
{
	c->v = (struct verdict){ .kind = VERDICT_PASS };
}

/* How often plan @i is run if it misses the same thing each time; c->v at the end. */
static unsigned int runs_of(struct course *c, size_t i, enum finding_kind kind,
			    enum req_level level)
{
	unsigned int n = 1;

	for (make_verdict(c, kind, level); attempts_again(c->attempts, &c->plan[i], &c->v); n++)
		cr_assert_lt(n, 100u);
	attempts_settle(c->attempts, &c->plan[i], c->arena, &c->v);
	return n;
}

/* Plan @i misses something once and passes then. */
static void recovers(struct course *c, size_t i)
{
	make_verdict(c, FINDING_NO_ANSWER, LEVEL_MUST);
	cr_assert(attempts_again(c->attempts, &c->plan[i], &c->v));
	make_pass(c);
	cr_assert_not(attempts_again(c->attempts, &c->plan[i], &c->v));
	attempts_settle(c->attempts, &c->plan[i], c->arena, &c->v);
	cr_assert_eq(c->v.kind, VERDICT_INCONCLUSIVE);
}

static void passes(struct course *c, size_t from, size_t n)
{
	for (size_t i = from; i < from + n; i++) {
		make_pass(c);
		cr_assert_not(attempts_again(c->attempts, &c->plan[i], &c->v));
		attempts_settle(c->attempts, &c->plan[i], c->arena, &c->v);
		cr_assert_eq(c->v.kind, VERDICT_PASS);
	}
}

static struct course *course_new(void)
{
	struct course *c = calloc(1, sizeof(*c));

	c->attempts = attempts_new(-1, VERDICT_FAIL);
	c->arena = arena_new();
	return c;
}

static void course_free(struct course *c)
{
	attempts_free(c->attempts);
	arena_free(c->arena);
	free(c);
}

Test(attempts, what_is_missing_below_a_must_is_asked_for_again)
{
	struct course *c = course_new();

	cr_assert_eq(runs_of(c, 0, FINDING_NO_ANSWER, LEVEL_SHOULD), ATTEMPTS_MAX);
	cr_assert_eq(c->v.kind, VERDICT_PASS);
	cr_assert_eq(runs_of(c, 1, FINDING_ALTERNATIVE, LEVEL_SHOULD), ATTEMPTS_MAX);
	cr_assert_eq(runs_of(c, 2, FINDING_ALTERNATIVE, LEVEL_MAY), 1);
	cr_assert_eq(runs_of(c, 5, FINDING_STATE, LEVEL_SHOULD), ATTEMPTS_MAX);
	cr_assert_eq(runs_of(c, 3, FINDING_DEAD, LEVEL_MUST), 1);
	cr_assert_eq(runs_of(c, 4, FINDING_LINT, LEVEL_MUST), 1);
	cr_assert_eq(c->v.kind, VERDICT_FAIL);
	course_free(c);
}

Test(attempts, a_path_known_to_lose_packets_is_asked_more_often)
{
	struct course *c = course_new();

	passes(c, 0, 30);
	cr_assert_eq(runs_of(c, 30, FINDING_NO_ANSWER, LEVEL_MUST), ATTEMPTS_MAX);
	cr_assert_eq(c->v.kind, VERDICT_FAIL);
	recovers(c, 31);
	cr_assert_eq(runs_of(c, 32, FINDING_NO_ANSWER, LEVEL_MUST), ATTEMPTS_MAX_LOSSY);
	cr_assert_eq(c->v.kind, VERDICT_FAIL);
	course_free(c);
}

Test(attempts, a_path_that_loses_most_proves_nothing)
{
	struct course *c = course_new();

	recovers(c, 0);
	cr_assert_eq(runs_of(c, 1, FINDING_NO_ANSWER, LEVEL_MUST), ATTEMPTS_MAX_LOSSY);
	cr_assert_eq(c->v.kind, VERDICT_INCONCLUSIVE);
	/* What is wrong is wrong all the same. */
	cr_assert_eq(runs_of(c, 2, FINDING_UNEXPECTED, LEVEL_MUST), 1);
	cr_assert_eq(c->v.kind, VERDICT_FAIL);
	course_free(c);
}

/* Its many failures are no reason to believe that the path loses packets. */
Test(attempts, a_target_that_never_answers_does_not_excuse_itself)
{
	struct course *c = course_new();

	passes(c, 0, 9);
	recovers(c, 9);
	for (size_t i = 10; i < 30; i++) {
		cr_assert_eq(runs_of(c, i, FINDING_NO_ANSWER, LEVEL_MUST), ATTEMPTS_MAX_LOSSY);
		cr_assert_eq(c->v.kind, VERDICT_FAIL, "%zu: %s", i, c->v.reason);
	}
	course_free(c);
}

/* Half of the runs miss something: of 40 plans one may well miss eight in a row. */
Test(attempts, with_many_plans_chance_has_many_occasions)
{
	struct course *c = course_new();

	for (size_t i = 0; i < 39; i++)
		recovers(c, i);
	cr_assert_eq(runs_of(c, 39, FINDING_NO_ANSWER, LEVEL_MUST), ATTEMPTS_MAX_LOSSY);
	cr_assert_eq(c->v.kind, VERDICT_INCONCLUSIVE);
	course_free(c);
}

/* The user says how often, and what it is worth when it passes at last. */
Test(attempts, retries)
{
	static const enum verdict_kind worth[] = { VERDICT_FAIL, VERDICT_INCONCLUSIVE,
						   VERDICT_PASS };
	struct course *c = course_new();

	for (size_t i = 0; i < 3; i++) {
		attempts_free(c->attempts);
		c->attempts = attempts_new(2, worth[i]);
		/* Also what is wrong, not only what is missing. */
		cr_assert_eq(runs_of(c, 0, FINDING_UNEXPECTED, LEVEL_MUST), 3);
		cr_assert_eq(c->v.kind, VERDICT_FAIL);
		make_verdict(c, FINDING_UNEXPECTED, LEVEL_MUST);
		cr_assert(attempts_again(c->attempts, &c->plan[1], &c->v));
		make_pass(c);
		cr_assert_not(attempts_again(c->attempts, &c->plan[1], &c->v));
		attempts_settle(c->attempts, &c->plan[1], c->arena, &c->v);
		cr_assert_eq(c->v.kind, worth[i]);
		passes(c, 2, 3);
	}
	attempts_free(c->attempts);
	c->attempts = attempts_new(0, VERDICT_FAIL);
	cr_assert_eq(runs_of(c, 0, FINDING_NO_ANSWER, LEVEL_MUST), 1);
	course_free(c);
}

/* The tester was held up: it tries again, and what passes then has passed. */
Test(attempts, a_tester_that_is_late_tries_again)
{
	const struct verdict late = { .kind = VERDICT_ERROR, .late = true };
	struct verdict pass = { .kind = VERDICT_PASS };
	struct attempts *a = attempts_new(-1, VERDICT_FAIL);
	struct arena *arena = arena_new();
	const struct plan plan = { .id = "t/c" };

	cr_assert(attempts_again(a, &plan, &late));
	cr_assert_not(attempts_again(a, &plan, &pass));
	attempts_settle(a, &plan, arena, &pass);
	cr_assert_eq(pass.kind, VERDICT_PASS);
	for (int i = 1; i < ATTEMPTS_MAX_LOSSY; i++)
		cr_assert(attempts_again(a, &plan, &late));
	cr_assert_not(attempts_again(a, &plan, &late));
	attempts_free(a);
	arena_free(arena);
}
