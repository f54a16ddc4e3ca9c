/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What runs share: who waits for whom, who does not, and that without it a target that
 * counts its challenge ACKs would be blamed for it.
 */
#include "../peer/peer_run.h"
#include "run/queue.h"
#include "run/share.h"
#include "run_util.h"

#define SECOND INT64_C(1000000000)
#define BIT(use) (1u << USE_##use)

/* ---- who has what ---- */

static const struct plan_step three_sends[] = {
	{ .kind = PLAN_SEND }, { .kind = PLAN_SEND }, { .kind = PLAN_SEND }, { .kind = PLAN_END }
};
static const struct plan plain = { .step = three_sends, .n_steps = 4 };
static const struct plan quiet = { .uses = BIT(QUIET), .step = three_sends, .n_steps = 4 };
static const struct plan filler = { .uses = BIT(BACKLOG), .step = three_sends, .n_steps = 4 };
static const struct plan challenge = {
	.uses = BIT(CHALLENGE_ACKS),
	.step = three_sends,
	.n_steps = 4,
};

static bool may(struct share *s, const struct plan *p, uint16_t port)
{
	return share_may_begin(s, p, port, port, 0);
}

Test(share, who_wants_quiet_is_alone)
{
	struct target t = { .n_ports = 0 };
	struct share s;

	share_init(&s, &t);
	cr_assert(may(&s, &quiet, 7));
	share_begin(&s, &plain, 7, 7);
	cr_assert_not(may(&s, &quiet, 7));
	cr_assert_not(may(&s, &quiet, 9));
	share_end(&s, &plain, 7, 7, 0);
	share_begin(&s, &quiet, 7, 7);
	cr_assert_not(may(&s, &plain, 9));
	cr_assert_not(may(&s, &quiet, 9));
	share_end(&s, &quiet, 7, 7, 0);
	cr_assert(may(&s, &plain, 7));
	share_fini(&s);
}

Test(share, who_fills_a_backlog_has_the_port)
{
	struct target t = { .n_ports = 0 };
	struct share s;

	share_init(&s, &t);
	share_begin(&s, &plain, 7, 7);
	cr_assert_not(may(&s, &filler, 7));
	cr_assert(may(&s, &filler, 9));
	share_begin(&s, &filler, 9, 9);
	cr_assert(may(&s, &plain, 7));
	cr_assert_not(may(&s, &plain, 9));
	/* Nor who asks there for signs of life. */
	cr_assert_not(share_may_begin(&s, &plain, 1, 9, 0));
	share_end(&s, &filler, 9, 9, 0);
	cr_assert(may(&s, &plain, 9));
	share_begin(&s, &plain, 1, 9);
	cr_assert_not(may(&s, &filler, 9));
	share_fini(&s);
}

Test(share, challenge_acks_are_counted_for_a_second)
{
	struct target t = { .challenge_acks = 20 };
	struct share s;
	unsigned int cost = share_cost(&challenge);

	cr_assert(cost > 3 && 2 * cost <= 20 && 3 * cost > 20);
	cr_assert_eq(share_cost(&plain), 0);
	share_init(&s, &t);
	share_begin(&s, &challenge, 7, 7);
	cr_assert(may(&s, &challenge, 7));
	share_begin(&s, &challenge, 7, 7);
	cr_assert_not(may(&s, &challenge, 7));
	cr_assert(may(&s, &plain, 7));
	cr_assert_eq(share_due(&s), INT64_MAX);
	share_end(&s, &challenge, 7, 7, 5);
	cr_assert_not(share_may_begin(&s, &challenge, 7, 7, SECOND + 4));
	cr_assert_eq(share_due(&s), SECOND + 5);
	cr_assert(share_may_begin(&s, &challenge, 7, 7, SECOND + 5));
	/* A clock that is set back is no reason to wait. */
	share_begin(&s, &challenge, 7, 7);
	share_end(&s, &challenge, 7, 7, 100 * SECOND);
	cr_assert(may(&s, &challenge, 7));
	share_fini(&s);
}

Test(share, a_budget_that_is_too_small_lets_one_in)
{
	struct target t = { .challenge_acks = 1 };
	struct share s;

	share_init(&s, &t);
	cr_assert(may(&s, &challenge, 7));
	share_begin(&s, &challenge, 7, 7);
	cr_assert_not(may(&s, &challenge, 7));
	share_fini(&s);
}

Test(share, many_ends_are_remembered)
{
	struct target t = { .challenge_acks = 100000 };
	struct share s;

	share_init(&s, &t);
	for (int i = 0; i < 1000; i++) {
		share_begin(&s, &challenge, 7, 7);
		share_end(&s, &challenge, 7, 7, i);
		if (i % 3 == 0)
			share_may_begin(&s, &challenge, 7, 7, SECOND + i - 200);
	}
	cr_assert(share_may_begin(&s, &challenge, 7, 7, 3 * SECOND));
	cr_assert_eq(s.spent, 0);
	cr_assert_eq(share_due(&s), INT64_MAX);
	share_fini(&s);
}

/* ---- the line ---- */

static bool is_odd(void *arg, const struct plan *p, uint32_t *group)
{
	*group = p->uses;
	return p->n_steps % 2 == *(int *)arg % 2 || p->n_steps > 100;
}

/* Those passed over come first as soon as they may, in their order. */
Test(share, who_is_passed_over_is_first_in_line)
{
	static const struct plan p[] = {
		{ .n_steps = 1 },
		{ .n_steps = 2 },
		{ .n_steps = 3 },
		{ .n_steps = 4 },
		{ .n_steps = 101 },
	};
	const struct plan **list = calloc(5, sizeof(*list));
	int odd = 0;
	struct queue q;

	for (int i = 0; i < 5; i++)
		list[i] = &p[i];
	queue_init(&q, list, 5, is_odd, &odd);
	cr_assert_eq(queue_next(&q), &p[1]);
	odd = 1;
	cr_assert_eq(queue_next(&q), &p[0]);
	odd = 0;
	cr_assert_eq(queue_next(&q), &p[3]);
	cr_assert_eq(queue_next(&q), &p[4]);
	cr_assert_null(queue_next(&q));
	cr_assert_not(queue_is_empty(&q));
	queue_again(&q, &p[0]);
	cr_assert_null(queue_next(&q));
	odd = 1;
	cr_assert_eq(queue_next(&q), &p[2]);
	cr_assert_eq(queue_any(&q), &p[0]);
	cr_assert_null(queue_any(&q));
	cr_assert(queue_is_empty(&q));
	queue_fini(&q);
}

/* ---- with runs ---- */

struct watch {
	size_t ended, unhappy;
};

static void note(void *arg, const struct plan *plan, const struct verdict *v, const struct trace *t)
{
	struct watch *w = arg;

	(void)plan;
	(void)t;
	w->ended++;
	w->unhappy += peer_notices(v);
}

/* How many runs of the matrix are unhappy with a target that allows @budget a second. */
static size_t unhappy_with(unsigned int budget, unsigned int told)
{
	const struct peer_config cfg = { .challenges = budget, .told_challenges = told };
	struct suite *s = peer_bundled_suite();
	struct watch w = { 0, 0 };
	const struct plan **plans;
	size_t n;

	cr_assert(s != NULL);
	n = peer_plans_matching(s, "transitions/established*", &plans);
	cr_assert(n > 100);
	cr_assert_eq(peer_run(plans, n, &cfg, 256, note, &w), 0);
	cr_assert_eq(w.ended, n);
	free(plans);
	suite_free(s);
	return w.unhappy;
}

/* The same target, the same runs: only who is let in when is different. */
Test(share, a_target_that_counts_is_not_blamed)
{
	cr_assert(unhappy_with(40, 0) > 10);
	cr_assert_eq(unhappy_with(40, 40), 0);
	cr_assert_eq(unhappy_with(0, 0), 0);
}

/* ---- in flight ---- */

/* How long @times runs of a case take that waits for a second. */
static int64_t time_of(const char *head, size_t times)
{
	static const struct reply reply = { 1, TCP_RST | TCP_ACK, 0, 0, 0, NULL, R_RST_FOR_SYN };
	struct script sc = { .reply = &reply, .n = 1 };
	struct vlink_peer peer = { .receive = script_receive, .arg = &sc };
	struct link *link = vlink_open(NULL, &peer);
	struct suite *s = case_suite(head, "      - wait: 1s\n");
	const struct plan *plans[8];
	struct outcome o = { .arena = arena_new(), .suite = s };
	struct sched_sink sink = { .ended = outcome_ended, .skipped = outcome_skipped, .arg = &o };
	struct target t;
	struct sched_config cfg = { .link = link, .target = &t, .jobs = 8 };
	int64_t start = link->ops->now_ns(link), took;

	for (size_t i = 0; i < times; i++)
		plans[i] = suite_plan(s, 0);
	target_init_lab(&t);
	t.addr4 = link->target4;
	cr_assert_eq(sched_run(&cfg, plans, times, &sink), 0);
	cr_assert_eq(o.n, times);
	took = link->ops->now_ns(link) - start;
	outcome_free(&o);
	link->ops->close(link);
	return took;
}

Test(share, only_those_who_share_wait_for_each_other)
{
	cr_assert(time_of("", 8) < 2 * SECOND);
	cr_assert(time_of("    uses: [challenge-acks]\n", 8) < 2 * SECOND);
	cr_assert(time_of("    uses: [quiet]\n", 8) >= 8 * SECOND);
	cr_assert(time_of("    uses: [backlog]\n", 8) >= 8 * SECOND);
}
