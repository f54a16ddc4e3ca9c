/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The link that is worse on purpose: what the tester's capture shows of it and what
 * arrives, by rules and by chance; and the suite on such a path, where correct peers
 * of every kind must not be blamed for anything.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../peer/peer_run.h"
#include "base/buf.h"
#include "link/impair.h"
#include "link/vlink.h"
#include "plan/target.h"
#include "run/sched.h"
#include "sim/sim.h"
#include "trace/evidence.h"

#define START 1000000000LL
#define MS 1000000LL
#define PEER_PORT 7

/* ---- a peer that notes what arrives and may echo it ---- */

struct note {
	int64_t at_ns;
	uint16_t port;
	uint32_t seq;
	bool from_tester;
};

struct notes {
	struct note note[4000];
	int n;
};

struct bench {
	struct link *inner, *link;
	struct notes seen, arrived; /* by the tester's capture, at the peer */
	bool echoes;
	int port;
};

static void take_note(struct notes *n, int64_t at_ns, const uint8_t *packet, size_t len, bool out)
{
	struct segment s;

	segment_decode(&s, packet, len, len);
	cr_assert_lt(n->n, 4000);
	n->note[n->n++] = (struct note){ at_ns, out ? s.sport : s.dport, s.seq, out };
}

static void see(void *arg, const struct link_packet *p)
{
	struct bench *b = arg;
	struct segment s;

	segment_decode(&s, p->ip, p->cap_len, p->len);
	take_note(&b->seen, p->ts_ns, p->ip, p->cap_len, s.dport == PEER_PORT);
}

static size_t make(const struct bench *b, uint8_t *packet, uint32_t seq, uint16_t flags, bool out)
{
	static const uint8_t data[] = "data";
	struct segment s = { 0 };

	s.src = out ? b->inner->tester4 : b->inner->target4;
	s.dst = out ? b->inner->target4 : b->inner->tester4;
	s.sport = out ? (uint16_t)b->port : PEER_PORT;
	s.dport = out ? PEER_PORT : (uint16_t)b->port;
	s.seq = seq;
	s.flags = flags;
	s.data = data;
	s.data_len = flags & TCP_PSH ? 4 : 0;
	return segment_encode(&s, packet, 1500);
}

static void arrive(void *arg, struct vlink *v, int64_t now_ns, const uint8_t *packet, size_t len)
{
	struct bench *b = arg;
	uint8_t reply[1500];
	struct segment s;

	take_note(&b->arrived, now_ns, packet, len, true);
	segment_decode(&s, packet, len, len);
	if (b->echoes)
		vlink_send(v, 0, reply, make(b, reply, s.seq, s.flags, false));
}

static void bench_open(struct bench *b, const struct impair_config *cfg, bool echoes)
{
	struct vlink_peer peer = { .receive = arrive, .arg = b };

	memset(b, 0, sizeof(*b));
	b->echoes = echoes;
	b->inner = vlink_open(NULL, &peer);
	b->link = impair_open(b->inner, cfg);
	b->port = b->link->ops->claim(b->link, 4, 0);
	cr_assert_gt(b->port, 0);
}

static void bench_close(struct bench *b)
{
	b->link->ops->close(b->link);
	b->inner->ops->close(b->inner);
}

static void send(struct bench *b, uint32_t seq, uint16_t flags)
{
	uint8_t packet[1500];
	size_t len = make(b, packet, seq, flags, true);
	struct segment s;

	segment_decode(&s, packet, len, len);
	cr_assert_eq(b->link->ops->inject(b->link, &s, packet, len), 0);
}

/* Everything up to @until_ns. */
static void run(struct bench *b, int64_t until_ns)
{
	while (b->link->ops->poll(b->link, until_ns, see, b) > 0)
		;
	cr_assert_eq(b->link->ops->now_ns(b->link), until_ns);
}

/* "1 2 3": the numbers as they came. */
static const char *numbers(const struct notes *n, bool from_tester)
{
	static char text[2][400];
	char *out = text[from_tester];

	*out = '\0';
	for (int i = 0; i < n->n; i++)
		if (n->note[i].from_tester == from_tester)
			sprintf(out + strlen(out), "%s%u", *out ? " " : "", n->note[i].seq);
	return out;
}

static struct path_rule rule(enum path_act act, bool from_target, uint16_t nth)
{
	return (struct path_rule){
		.act = act, .from_target = from_target, .nth = nth, .times = 1, .behind = 1
	};
}

static void use(struct bench *b, const struct path_rule *r, size_t n)
{
	impair_set_rules(b->link, 4, (uint16_t)b->port, r, n);
}

/* Five segments, an echo each, by one rule: as captured, arrived, echoed. */
static void check_rule(struct path_rule r, const char *arrived, const char *echoed)
{
	struct bench b;

	bench_open(&b, NULL, true);
	use(&b, &r, 1);
	for (uint32_t i = 1; i <= 5; i++) {
		send(&b, i, TCP_ACK);
		run(&b, START + i * MS);
	}
	run(&b, START + 1000 * MS);
	cr_assert_str_eq(numbers(&b.seen, true), "1 2 3 4 5", "captured");
	cr_assert_str_eq(numbers(&b.arrived, true), arrived);
	cr_assert_str_eq(numbers(&b.seen, false), echoed);
	cr_assert_eq(impair_touched(b.link, 4, (uint16_t)b.port), 0);
	bench_close(&b);
}

Test(impair, rules_for_what_the_tester_sends)
{
	struct path_rule all = rule(PATH_DROP, false, 4), late = rule(PATH_DELAY, false, 2);
	struct path_rule far = rule(PATH_REORDER, false, 1), last = rule(PATH_REORDER, false, 5);
	struct path_rule copy = rule(PATH_DUPLICATE, false, 2);

	check_rule(rule(PATH_DROP, false, 2), "1 3 4 5", "1 3 4 5");
	check_rule(rule(PATH_DUPLICATE, false, 2), "1 2 2 3 4 5", "1 2 2 3 4 5");
	check_rule(rule(PATH_REORDER, false, 2), "1 3 2 4 5", "1 3 2 4 5");
	all.times = PATH_TIMES_ALL;
	check_rule(all, "1 2 3", "1 2 3");
	late.by_ns = 2 * MS + MS / 2;
	check_rule(late, "1 3 4 2 5", "1 3 4 2 5");
	far.behind = 3;
	check_rule(far, "2 3 4 1 5", "2 3 4 1 5");
	copy.by_ns = 2 * MS + MS / 2;
	check_rule(copy, "1 2 3 4 2 5", "1 2 3 4 2 5");
	/* Nothing overtakes it: it goes on all the same. */
	check_rule(last, "1 2 3 4 5", "1 2 3 4 5");
}

Test(impair, rules_for_what_the_target_sends)
{
	struct path_rule late = rule(PATH_DELAY, true, 1);

	late.by_ns = 2 * MS + MS / 2;
	check_rule(rule(PATH_DROP, true, 2), "1 2 3 4 5", "1 3 4 5");
	check_rule(rule(PATH_DUPLICATE, true, 5), "1 2 3 4 5", "1 2 3 4 5 5");
	check_rule(rule(PATH_REORDER, true, 2), "1 2 3 4 5", "1 3 2 4 5");
	check_rule(late, "1 2 3 4 5", "2 3 1 4 5");
}

Test(impair, times_are_those_of_the_capture)
{
	struct path_rule r[] = { rule(PATH_DELAY, false, 1), rule(PATH_DROP, false, 2),
				 rule(PATH_DELAY, true, 1) };
	struct bench b;

	r[0].by_ns = 20 * MS;
	r[2].by_ns = 30 * MS;
	bench_open(&b, NULL, true);
	use(&b, r, 3);
	send(&b, 1, TCP_ACK);
	send(&b, 2, TCP_ACK);
	run(&b, START + 100 * MS);
	cr_assert_eq(b.seen.n, 3);
	cr_assert_eq(b.seen.note[0].at_ns, START, "captured when it was sent");
	cr_assert_eq(b.seen.note[1].at_ns, START, "the lost one too");
	cr_assert_eq(b.arrived.note[0].at_ns, START + 20 * MS + VLINK_LATENCY_NS);
	cr_assert_eq(b.seen.note[2].at_ns, START + 50 * MS + 2 * VLINK_LATENCY_NS);
	bench_close(&b);
}

Test(impair, rules_choose_by_flags_and_data)
{
	struct path_rule r[] = { rule(PATH_DROP, false, 1), rule(PATH_DROP, false, 2) };
	struct bench b;

	r[0].data = PATH_DATA_SOME;
	r[1].flags_set = true;
	r[1].flags = TCP_ACK;
	r[1].data = PATH_DATA_NONE;
	bench_open(&b, NULL, false);
	use(&b, r, 2);
	send(&b, 1, TCP_ACK);
	send(&b, 2, TCP_SYN);
	send(&b, 3, TCP_PSH | TCP_ACK);
	send(&b, 4, TCP_PSH | TCP_ACK);
	send(&b, 5, TCP_ACK);
	send(&b, 6, TCP_ACK);
	run(&b, START + MS);
	cr_assert_str_eq(numbers(&b.arrived, true), "1 2 4 6");
	bench_close(&b);
}

Test(impair, equal_segments_are_told_apart)
{
	struct path_rule r = rule(PATH_DUPLICATE, false, 1);
	struct bench b;

	/* The copy of the first is under way when the second is sent. */
	r.by_ns = 5 * MS;
	bench_open(&b, NULL, false);
	use(&b, &r, 1);
	send(&b, 1, TCP_ACK);
	run(&b, START + MS);
	send(&b, 1, TCP_ACK);
	run(&b, START + 20 * MS);
	cr_assert_eq(b.seen.n, 2);
	cr_assert_eq(b.seen.note[1].at_ns, START + MS);
	cr_assert_eq(b.arrived.n, 3);
	bench_close(&b);
}

Test(impair, other_ports_are_left_alone)
{
	struct impair_config cfg = { .drop = IMPAIR_MILLION };
	struct bench b;

	bench_open(&b, &cfg, true);
	b.link->ops->release(b.link, 4, (uint16_t)b.port);
	send(&b, 1, TCP_ACK);
	run(&b, START + MS);
	cr_assert_str_eq(numbers(&b.seen, true), "1");
	cr_assert_str_eq(numbers(&b.seen, false), "1");
	bench_close(&b);
}

Test(impair, a_link_with_nothing_to_do_is_the_link)
{
	struct bench b;

	bench_open(&b, NULL, true);
	cr_assert(b.link->lossless);
	for (uint32_t i = 1; i <= 5; i++)
		send(&b, i, TCP_ACK);
	run(&b, START + MS);
	cr_assert_str_eq(numbers(&b.arrived, true), "1 2 3 4 5");
	cr_assert_str_eq(numbers(&b.seen, false), "1 2 3 4 5");
	cr_assert_eq(b.link->ops->poll(b.link, VLINK_NEVER, see, &b), -EDEADLK);
	bench_close(&b);
}

/* ---- trouble in earnest ---- */

static int (*true_inject)(struct link *, const struct segment *, const uint8_t *, size_t);
static int fail_from, n_injected;

static int failing_inject(struct link *l, const struct segment *s, const uint8_t *p, size_t len)
{
	return ++n_injected >= fail_from ? -ENOBUFS : true_inject(l, s, p, len);
}

/* What fails while nobody waits for it is lost in earnest: every run is told. */
Test(impair, what_cannot_be_sent_later_is_counted)
{
	struct path_rule r = rule(PATH_DELAY, false, 1);
	struct link_ops ops;
	struct link_stats st;
	struct bench b;

	r.by_ns = MS;
	bench_open(&b, NULL, false);
	use(&b, &r, 1);
	ops = *b.inner->ops;
	true_inject = ops.inject;
	ops.inject = failing_inject;
	b.inner->ops = &ops;
	n_injected = 0;
	fail_from = 1;
	send(&b, 1, TCP_ACK);
	run(&b, START + 10 * MS);
	b.link->ops->stats(b.link, &st);
	cr_assert_eq(st.dropped, 1);
	bench_close(&b);
}

static int silent_inject(struct link *l, const struct segment *s, const uint8_t *p, size_t len)
{
	(void)l;
	(void)s;
	(void)p;
	(void)len;
	return 0;
}

/* So is what is sent later and never captured: nothing left this host. */
Test(impair, what_is_never_captured_later_is_counted)
{
	struct path_rule r = rule(PATH_DELAY, false, 1);
	struct link_ops ops;
	struct link_stats st;
	struct bench b;

	r.by_ns = MS;
	bench_open(&b, NULL, false);
	use(&b, &r, 1);
	ops = *b.inner->ops;
	ops.inject = silent_inject;
	b.inner->ops = &ops;
	send(&b, 1, TCP_ACK);
	run(&b, START + 1000 * MS);
	b.link->ops->stats(b.link, &st);
	cr_assert_eq(st.dropped, 0, "it may still come");
	run(&b, START + 6000 * MS);
	b.link->ops->stats(b.link, &st);
	cr_assert_eq(st.dropped, 1);
	bench_close(&b);
}

/* ---- chance ---- */

static void send_many(struct bench *b, const struct impair_config *cfg, int n)
{
	bench_open(b, cfg, true);
	for (int i = 1; i <= n; i++) {
		send(b, (uint32_t)i, TCP_ACK);
		run(b, START + i * MS);
	}
	run(b, START + (n + 1000) * MS);
}

static bool same(const struct notes *a, const struct notes *b)
{
	if (a->n != b->n)
		return false;
	for (int i = 0; i < a->n; i++)
		if (a->note[i].at_ns != b->note[i].at_ns || a->note[i].seq != b->note[i].seq)
			return false;
	return true;
}

Test(impair, the_same_seed_does_the_same)
{
	struct impair_config cfg = {
		.drop = 100000,
		.duplicate = 50000,
		.reorder = 100000,
		.delay_ns = MS,
		.delay_max_ns = 20 * MS,
		.seed = 1,
	};
	struct bench *b = calloc(3, sizeof(*b));

	send_many(&b[0], &cfg, 500);
	send_many(&b[1], &cfg, 500);
	cfg.seed = 2;
	send_many(&b[2], &cfg, 500);
	cr_assert(same(&b[0].seen, &b[1].seen) && same(&b[0].arrived, &b[1].arrived));
	cr_assert_not(same(&b[0].arrived, &b[2].arrived));
	for (int i = 0; i < 3; i++)
		bench_close(&b[i]);
	free(b);
}

/* One seed: the share is what was asked for, within five standard deviations. */
static void check_share(uint64_t got, uint64_t of, double share)
{
	double expected = (double)of * share, slack = 5 * sqrt(expected * (1 - share)) + 1;

	cr_expect(fabs((double)got - expected) < slack, "%llu of %llu", (unsigned long long)got,
		  (unsigned long long)of);
}

Test(impair, shares_are_as_asked_for)
{
	struct impair_config cfg = {
		.drop = 100000,
		.duplicate = 50000,
		.reorder = 200000,
		.seed = 7,
	};
	struct bench *b = calloc(1, sizeof(*b));
	struct impair_stats st;

	send_many(b, &cfg, 1000);
	cr_assert_not(b->link->lossless);
	impair_get_stats(b->link, &st);
	check_share(st.dropped, st.segments, 0.1);
	check_share(st.duplicated, st.segments, 0.05 * 0.9 * 0.8);
	check_share(st.reordered, st.segments, 0.2 * 0.9);
	cr_assert_gt(impair_touched(b->link, 4, (uint16_t)b->port), 500);
	bench_close(b);
	free(b);
}

Test(impair, delay_alone_keeps_the_order)
{
	struct impair_config cfg = { .delay_ns = 0, .delay_max_ns = 50 * MS, .seed = 3 };
	struct bench *b = calloc(1, sizeof(*b));

	send_many(b, &cfg, 300);
	cr_assert_eq(b->arrived.n, 300);
	for (int i = 0; i < 300; i++)
		cr_assert_eq(b->arrived.note[i].seq, (uint32_t)i + 1);
	bench_close(b);
	free(b);
}

Test(impair, one_direction_only)
{
	struct impair_config in = { .drop = IMPAIR_MILLION, .spare_tester = true };
	struct impair_config out = { .drop = IMPAIR_MILLION, .spare_target = true };
	struct bench *b = calloc(1, sizeof(*b));

	send_many(b, &in, 5);
	cr_assert_eq(b->arrived.n, 5);
	cr_assert_str_eq(numbers(&b->seen, false), "");
	bench_close(b);
	send_many(b, &out, 5);
	cr_assert_eq(b->arrived.n, 0);
	cr_assert_str_eq(numbers(&b->seen, true), "1 2 3 4 5");
	bench_close(b);
	free(b);
}

/* ---- the text ---- */

Test(impair, texts)
{
	static const char *const good[][2] = {
		{ "drop=5%", "drop=5%,seed=0" },
		{ "seed=0x10,drop=0.25%,dup=100%", "drop=0.25%,dup=100%,seed=16" },
		{ "reorder=10%,dir=in", "reorder=10%,dir=in,seed=0" },
		{ "delay=20ms,dir=out", "delay=20ms,dir=out,seed=0" },
		{ "delay=0ms..1s,dir=both", "delay=0s..1s,seed=0" },
		{ "delay=1500us..2ms", "delay=1500us..2ms,seed=0" },
		{ "drop=0.0001%", "drop=0.0001%,seed=0" },
	};
	static const char *const bad[] = {
		"",
		"drop",
		"drop=",
		"drop=5",
		"drop=101%",
		"drop=-5%",
		"drop=5%%",
		"drop=.%",
		"drop=0%",
		"delay=20",
		"delay=ms",
		"delay=40ms..20ms",
		"delay=11s",
		"delay=1ms..",
		"dir=in",
		"dir=up,drop=1%",
		"seed=x,drop=1%",
		"seed=,drop=1%",
		"loss=5%",
		"drop=5%,",
		"drop=99999999999999999999%",
		"delay=99999999999999999999s",
		"drop=5%,seed=99999999999999999999999",
	};
	struct impair_config cfg;
	struct diags ds;
	struct buf b;

	diags_init(&ds);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		buf_init(&b);
		cr_assert_eq(impair_config_parse(good[i][0], &cfg, &ds), 0, "%s", good[i][0]);
		impair_config_str(&cfg, &b);
		cr_assert_str_eq(buf_str(&b), good[i][1]);
		buf_fini(&b);
	}
	cr_assert_eq(ds.n_errors, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t before = ds.n_errors;

		cr_assert_eq(impair_config_parse(bad[i], &cfg, &ds), -EINVAL, "%s", bad[i]);
		cr_assert_eq(ds.n_errors, before + 1, "%s", bad[i]);
	}
	diags_fini(&ds);
}

/* ---- the suite on a bad path ---- */

struct tally {
	const char *who;
	uint64_t seed;
	size_t n[VERDICT_N];
};

static void count(void *arg, const struct plan *plan, const struct verdict *v,
		  const struct trace *t)
{
	struct tally *y = arg;

	(void)t;
	y->n[v->kind]++;
	cr_expect(v->kind != VERDICT_FAIL && v->kind != VERDICT_ERROR, "%s, seed %llu, %s: %s",
		  y->who, (unsigned long long)y->seed, plan->id, v->reason);
}

static const struct impair_config bad_paths[] = {
	{
		.drop = 100000,
		.duplicate = 50000,
		.reorder = 100000,
		.delay_ns = MS,
		.delay_max_ns = 20 * MS,
	},
	{ .drop = 250000, .duplicate = 200000, .reorder = 250000, .delay_max_ns = 300 * MS },
	{ .duplicate = 300000, .reorder = 300000 },
	{ .drop = 150000, .spare_tester = true },
};
#define N_SEEDS 20
/* Everything but the matrix of transitions, which is ten times as large. */
#define TEXTBOOK "[!t]*"

static void sweep(const struct suite *s, const struct peer_kind *kind,
		  const struct impair_config *path, const char *glob, uint64_t n_seeds)
{
	const struct plan **plans;
	size_t n = peer_plans_matching(s, glob, &plans);
	struct tally y = { .who = kind->name };

	for (uint64_t seed = 1; seed <= n_seeds; seed++) {
		struct impair_config cfg = *path;

		cfg.seed = y.seed = seed;
		peer_run_impaired(plans, n, &kind->config, &cfg, 64, count, &y);
	}
	/* It says something all the same, and it did get in the way. */
	cr_expect_gt(y.n[VERDICT_PASS], n * n_seeds / 5);
	cr_expect_gt(y.n[VERDICT_INCONCLUSIVE], n * n_seeds / 50);
	free(plans);
}

static void sweep_kinds(const struct impair_config *path, const char *glob, uint64_t n_seeds)
{
	struct suite *s = peer_bundled_suite();

	cr_assert(s != NULL);
	for (size_t i = 0; i < peer_n_kinds; i++)
		sweep(s, &peer_kinds[i], path, glob, n_seeds);
	suite_free(s);
}

Test(impair, no_correct_peer_is_blamed_where_all_goes_wrong)
{
	sweep_kinds(&bad_paths[0], TEXTBOOK, N_SEEDS);
}

Test(impair, nor_where_it_goes_very_wrong)
{
	sweep_kinds(&bad_paths[1], TEXTBOOK, 6);
}

Test(impair, nor_where_nothing_is_lost)
{
	sweep_kinds(&bad_paths[2], TEXTBOOK, 6);
}

Test(impair, nor_where_its_answers_are_lost)
{
	sweep_kinds(&bad_paths[3], TEXTBOOK, 6);
}

Test(impair, nor_anywhere_in_the_matrix_of_transitions)
{
	sweep_kinds(&bad_paths[0], "transitions/*", 1);
}

/* ---- evidence ---- */

/* Through the file and back the verdict stays, and why it is excused. */
static void judge_again(void *arg, const struct plan *plan, const struct verdict *v,
			const struct trace *t)
{
	struct evidence_note note = { .variant = plan->id, .packet = v->packet_note };
	struct arena *arena = arena_new();
	struct buf b = BUF_INIT;
	struct evidence_info info;
	struct verdict again;
	struct diags ds;
	struct trace back;

	note.impairment = "drop=10%";
	diags_init(&ds);
	trace_init(&back);
	evidence_format(t, &note, &b);
	cr_assert(evidence_parse((const uint8_t *)b.data, b.len, "evidence", arena, &back, &info,
				 &ds) == 0);
	cr_assert_str_eq(info.impairment, "drop=10%");
	verify_run(plan, &back, arena, &again);
	cr_expect(again.kind == v->kind && again.excused == v->excused, "%s", plan->id);
	cr_expect_str_eq(again.reason, v->reason);
	*(size_t *)arg += v->excused;
	trace_fini(&back);
	diags_fini(&ds);
	buf_fini(&b);
	arena_free(arena);
}

Test(impair, evidence_gives_the_same_verdict)
{
	struct suite *s = peer_bundled_suite();
	struct impair_config cfg = bad_paths[0];
	const struct plan **plans;
	size_t n, excused = 0;

	cr_assert(s != NULL);
	n = peer_plans_matching(s, "[a-h]*", &plans);
	cfg.seed = 1;
	peer_run_impaired(plans, n, NULL, &cfg, 64, judge_again, &excused);
	cr_expect_gt(excused, n / 20);
	free(plans);
	suite_free(s);
}

/* ---- the same against the model's own target ---- */

static void sim_ended(void *arg, const struct plan *plan, const struct trace *t,
		      int64_t duration_ns)
{
	struct arena *arena = arena_new();
	struct verdict v;

	(void)duration_ns;
	verify_run(plan, t, arena, &v);
	count(arg, plan, &v, t);
	arena_free(arena);
}

static void sim_skipped(void *arg, const struct plan *plan, const char *reason)
{
	(void)arg;
	(void)plan;
	(void)reason;
}

Test(impair, nor_is_the_simulated_target)
{
	struct suite *s = peer_bundled_suite();
	struct tally y = { .who = "sim" };
	struct sched_sink sink = { .ended = sim_ended, .skipped = sim_skipped, .arg = &y };
	const struct plan **plans;
	size_t n;

	cr_assert(s != NULL);
	n = peer_plans_matching(s, TEXTBOOK, &plans);
	for (uint64_t seed = 1; seed <= N_SEEDS; seed++) {
		struct impair_config path = bad_paths[seed % 2];
		struct sim_config cfg = { .seed = seed };
		struct sim *sim = sim_open(&cfg);
		struct target target;
		struct sched_config sched = {
			.link = sim_link(sim),
			.target = &target,
			.jobs = 64,
			.seed = seed,
			.impair = &path,
		};

		target_init_lab(&target);
		target.addr4 = sched.link->target4;
		target.addr6 = sched.link->target6;
		path.seed = y.seed = seed;
		cr_assert_eq(sched_run(&sched, plans, n, &sink), 0);
		sim_close(sim);
	}
	cr_expect_gt(y.n[VERDICT_PASS], n * N_SEEDS / 5);
	free(plans);
	suite_free(s);
}

/* ---- the other way round: what is wrong is still noticed ---- */

struct blame {
	const char *fault;
	size_t fails;
};

static void note_fail(void *arg, const struct plan *plan, const struct verdict *v,
		      const struct trace *t)
{
	struct blame *b = arg;

	(void)plan;
	(void)t;
	b->fails += v->kind == VERDICT_FAIL;
}

/* A bad path excuses what does not come, not what comes and is wrong. */
Test(impair, what_is_wrong_is_a_failure_all_the_same)
{
	static const char *const faults[] = {
		"syn-ack-high",
		"fin-overcounted",
		"ack-beyond",
		"checksum-bad",
		"rst-ack-seq",
		"reserved-set",
		"isn-changes",
		"fin-again-moves",
		"syn-ack-again-moves",
		"resets-after-handshake",
		"ack-flag-missing",
	};
	struct suite *s = peer_bundled_suite();
	const struct plan **plans;
	size_t n;

	cr_assert(s != NULL);
	n = peer_plans_matching(s, TEXTBOOK, &plans);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct peer_config cfg = { .fault = peer_fault_find(faults[i]) };
		struct blame b = { .fault = faults[i] };

		cr_assert(cfg.fault != NULL, "%s", faults[i]);
		peer_run_impaired(plans, n, &cfg, &bad_paths[0], 64, note_fail, &b);
		cr_expect(b.fails > 0, "%s", faults[i]);
	}
	free(plans);
	suite_free(s);
}
