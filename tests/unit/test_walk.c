/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The walk in its corners: what is found when much is found, what counts as
 * silence, and trouble that is the tester's own and never the target's.
 */
#include "run_util.h"

#define SA (TCP_SYN | TCP_ACK)
#define A TCP_ACK
#define MS INT64_C(1000000)

#define OPEN_STEPS                                         \
	"      - send: SYN\n"                              \
	"      - expect: {flags: SYN|ACK, ack: snd.nxt}\n" \
	"      - send: ACK\n"
#define N(x) (sizeof(x) / sizeof((x)[0]))

static void expect_verdict(const struct outcome *o, enum verdict_kind kind, int finding)
{
	cr_assert_eq(o->n, 1);
	cr_assert(o->v.kind == kind, "%s: %s", verdict_names[o->v.kind], o->v.reason);
	cr_assert(o->same_offline, "another verdict offline");
	if (finding >= 0)
		cr_assert((int)o->v.finding[0].kind == finding, "%s: %s",
			  finding_names[o->v.finding[0].kind], o->v.reason);
	else
		cr_assert_eq(o->v.n_findings, 0, "%s", o->v.reason);
}

/* Runs the steps after the handshake, judges, and forgets. */
static void story(const char *head, const char *steps, const struct reply *reply, size_t n,
		  enum verdict_kind kind, int finding)
{
	struct outcome o;

	play(head, steps, reply, n, true, &o);
	expect_verdict(&o, kind, finding);
	outcome_free(&o);
}

/* New data is no silence, though the model permits it. */
Test(walk, data_is_not_the_silent_alternative)
{
	static const struct reply reply[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 3, A, 1, -100, 10 * MS, "x", 0 },
	};

	story("",
	      OPEN_STEPS
	      "      - send: {flags: RST, seq: snd.nxt + 100}\n"
	      "      - one-of:\n"
	      "          - expect: {flags: RST}\n"
	      "          - expect-none: 300ms\n",
	      reply, N(reply), VERDICT_FAIL, FINDING_NO_ANSWER);
}

static void flood(int before, int after)
{
	static const struct reply reply[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 3, A, 1, 1000, 10 * MS, NULL, 0 },
	};
	struct buf b = BUF_INIT;

	buf_adds(&b, OPEN_STEPS);
	for (int i = 0; i < before; i++)
		buf_adds(&b, "      - state: CLOSE-WAIT\n");
	buf_adds(&b, "      - send: {flags: ACK, data: abc}\n"
		     "      - wait: 50ms\n"
		     "      - alive: handshake\n");
	for (int i = 0; i < after; i++)
		buf_adds(&b, "      - state: CLOSE-WAIT\n");
	story("    level: should\n", buf_str(&b), reply, N(reply), VERDICT_FAIL,
	      FINDING_UNEXPECTED);
	buf_fini(&b);
}

/* A flood of small findings does not wash away a large one. */
Test(walk, the_worst_finding_is_kept)
{
	flood(0, WALK_MAX_FINDINGS + 1);
	flood(WALK_MAX_FINDINGS - 1, 1);
	flood(WALK_MAX_FINDINGS + 1, 0);
	flood(WALK_MAX_FINDINGS + 1, WALK_MAX_FINDINGS + 1);
}

/* Nor what makes all of them worthless. */
Test(walk, that_the_target_died_is_kept)
{
	static const struct reply reply[] = { { 1, SA, 0, 0, 0, NULL, 0 } };
	struct buf b = BUF_INIT;
	struct outcome o;

	buf_adds(&b, OPEN_STEPS);
	for (int i = 0; i < WALK_MAX_FINDINGS + 1; i++)
		buf_adds(&b, "      - state: CLOSE-WAIT\n");
	buf_adds(&b, "      - expect: {flags: ACK, within: 10ms}\n");
	play("    level: should\n", buf_str(&b), reply, N(reply), false, &o);
	expect_verdict(&o, VERDICT_INCONCLUSIVE, FINDING_DEAD);
	outcome_free(&o);
	buf_fini(&b);
}

Test(walk, many_liveness_probes)
{
	static const struct reply reply[] = { { 1, SA, 0, 0, 0, NULL, 0 } };
	struct buf b = BUF_INIT;

	buf_adds(&b, OPEN_STEPS);
	for (int i = 0; i < 40; i++)
		buf_adds(&b, "      - alive: handshake\n");
	story("", buf_str(&b), reply, N(reply), VERDICT_PASS, -1);
	buf_fini(&b);
}

/* What an expectation does not speak of is the model's to judge. */
Test(walk, an_expectation_excuses_only_what_it_says)
{
	static const struct reply reply[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 3, A, 5, 0, 0, NULL, 0 },
	};

	story("", OPEN_STEPS "      - send: {flags: ACK, data: abc}\n"
			     "      - expect: {flags: ACK, ack: snd.nxt}\n",
	      reply, N(reply), VERDICT_FAIL, FINDING_UNEXPECTED);
	story("", OPEN_STEPS "      - send: {flags: ACK, data: abc}\n"
			     "      - wait: 10ms\n"
			     "      - expect: {flags: ACK, ack: snd.nxt}\n",
	      reply, N(reply), VERDICT_FAIL, FINDING_UNEXPECTED);
	story("", OPEN_STEPS "      - send: {flags: ACK, data: abc}\n"
			     "      - expect: {flags: ACK, seq: irs + 5, ack: snd.nxt}\n",
	      reply, N(reply), VERDICT_PASS, -1);
}

/* An alternative that is named, or whose level is, is taken as it is. */
Test(walk, an_alternative_may_be_wrong_by_name)
{
	static const struct reply reply[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 3, A, 5, 0, 0, NULL, 0 },
	};
#define ALTERNATIVES(more)                                   \
	OPEN_STEPS "      - send: {flags: ACK, data: abc}\n" \
		   "      - one-of:\n"                       \
		   "          - expect: {flags: ACK}\n" more \
		   "          - expect: {flags: RST}\n"

	story("", ALTERNATIVES(""), reply, N(reply), VERDICT_FAIL, FINDING_UNEXPECTED);
	story("", ALTERNATIVES("            deviation: odd\n"), reply, N(reply), VERDICT_PASS, -1);
	story("", ALTERNATIVES("            level: must\n"), reply, N(reply), VERDICT_FAIL,
	      FINDING_ALTERNATIVE);
	story("", ALTERNATIVES("            level: should\n"), reply, N(reply), VERDICT_PASS,
	      FINDING_ALTERNATIVE);
}

/* Data before the handshake is complete: unless the case has it so. */
Test(walk, data_that_is_expected_is_excused)
{
	static const struct reply reply[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 1, A, 1, 0, 10 * MS, "abc", 0 },
	};
	const char *open = "      - send: SYN\n      - expect: SYN|ACK\n";
	struct buf b = BUF_INIT;

	buf_printf(&b, "%s      - expect: {flags: ACK}\n", open);
	story("", buf_str(&b), reply, N(reply), VERDICT_FAIL, FINDING_UNEXPECTED);
	buf_reset(&b);
	buf_printf(&b, "%s      - expect: {flags: ACK, length: 3}\n", open);
	story("", buf_str(&b), reply, N(reply), VERDICT_PASS, -1);
	buf_reset(&b);
	buf_printf(&b, "%s      - expect: {flags: ACK, data: abc}\n", open);
	story("", buf_str(&b), reply, N(reply), VERDICT_PASS, -1);
	buf_fini(&b);
}

/* A segment that is wrong and not what was expected either: both are told. */
Test(walk, what_is_wrong_is_compared_with_the_expectation)
{
	static const struct reply reply[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 3, A, 1, 1, 0, NULL, 0 },
	};
	struct outcome o;

	play("", OPEN_STEPS "      - send: {flags: ACK, data: abc}\n"
			    "      - expect: {flags: ACK, ack: snd.nxt}\n",
	     reply, N(reply), true, &o);
	expect_verdict(&o, VERDICT_FAIL, FINDING_UNEXPECTED);
	cr_assert_str_eq(o.v.finding[0].requirement, "rfc9293:3.4-ACK-BEYOND");
	cr_assert_eq(o.v.finding[0].n_mismatch, 1);
	cr_assert_str_eq(o.v.finding[0].mismatch[0].field, "ack");
	outcome_free(&o);
	/* While it waits nothing is expected. */
	play("", OPEN_STEPS "      - send: {flags: ACK, data: abc}\n"
			    "      - expect-none: 10ms\n",
	     reply, N(reply), true, &o);
	expect_verdict(&o, VERDICT_FAIL, FINDING_NOT_SILENT);
	cr_assert_eq(o.v.finding[0].n_mismatch, 0);
	outcome_free(&o);
}

/* Each rule is told once, and each rule that is broken is. */
Test(walk, lint_is_told_once)
{
	static const struct reply reply[] = {
		{ 1, SA, 0, 0, 0, NULL, R_BAD_CHECKSUM },
		{ 1, SA | TCP_FIN, 0, -1, 1 * MS, NULL, R_BAD_CHECKSUM },
		{ 1, SA | TCP_FIN, 0, -1, 2 * MS, NULL, R_BAD_CHECKSUM },
		{ 1, SA, 0, 0, 3 * MS, NULL, 0 },
	};
	struct outcome o;
	int n = 0;

	play("", "      - send: SYN\n      - wait: 50ms\n", reply, N(reply), true, &o);
	cr_assert_eq(o.v.kind, VERDICT_FAIL);
	for (size_t i = 0; i < o.v.n_findings; i++)
		n += o.v.finding[i].kind == FINDING_LINT;
	cr_assert_eq(n, 2);
	outcome_free(&o);
}

/* A delayed acknowledgment of what came before is no answer. */
Test(walk, silence_and_the_delayed_ack)
{
	static const struct reply delayed[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 3, A, 1, 0, 100 * MS, NULL, 0 },
	};
	static const struct reply twice[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 3, A, 1, 0, 100 * MS, NULL, 0 },
		{ 3, A, 1, 0, 110 * MS, NULL, 0 },
	};
	static const struct reply answer[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 4, A, 1, 0, 100 * MS, NULL, 0 },
	};
	const char *steps = OPEN_STEPS
		"      - send: {flags: ACK, data: abc}\n"
		"      - send: {flags: RST, seq: snd.nxt - 1000}\n"
		"      - expect-none: 300ms\n";
	const char *more = OPEN_STEPS
		"      - send: {flags: ACK, data: abc}\n"
		"      - send: {flags: ACK, data: abc}\n"
		"      - expect-none: 300ms\n";

	story("", steps, delayed, N(delayed), VERDICT_PASS, -1);
	story("", steps, twice, N(twice), VERDICT_FAIL, FINDING_NOT_SILENT);
	story("", more, answer, N(answer), VERDICT_FAIL, FINDING_NOT_SILENT);
}

/*
 * RFC 9293 3.5.1: an ACK of other numbers answers our first SYN where the target
 * still has an earlier connection from the port.  That is our doing.
 */
Test(walk, an_earlier_connection_is_the_testers_trouble)
{
	static const struct reply old[] = { { 1, A, 77, 123456, 0, NULL, 0 } };
	static const struct reply wrong[] = { { 1, A, 0, 0, 0, NULL, 0 } };
	static const struct reply again[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 4, A, 1, -1000, 400 * MS, NULL, 0 },
	};
	struct outcome o;

	play("", OPEN_STEPS, old, N(old), true, &o);
	expect_verdict(&o, VERDICT_ERROR, FINDING_FAULT);
	cr_assert_str_eq(o.v.finding[0].message, trace_faults[FAULT_PORT].what);
	cr_assert_str_eq(o.v.finding[0].remedy, trace_faults[FAULT_PORT].remedy);
	outcome_free(&o);
	story("", OPEN_STEPS, wrong, N(wrong), VERDICT_FAIL, FINDING_UNEXPECTED);
	/* Ours it has ended, or should have. */
	story("",
	      OPEN_STEPS
	      "      - send: RST\n"
	      "      - send: {flags: SYN, seq: iss + 1000}\n"
	      "      - expect: SYN|ACK\n",
	      again, N(again), VERDICT_FAIL, FINDING_UNEXPECTED);
}

/* Nobody to ask whether the target is there, and it never said a word. */
Test(walk, silence_of_a_target_that_was_never_heard)
{
	struct link *link = vlink_open(NULL, NULL);
	struct outcome o = { .arena = arena_new() };
	struct sched_sink sink = { .ended = outcome_ended, .skipped = outcome_skipped, .arg = &o };
	struct suite *s = case_suite("    needs: [closed-port]\n",
				     "      - send: SYN\n      - expect: RST|ACK\n");
	const struct plan *p = suite_plan(s, 0);
	struct target t = { .addr4 = link->target4, .n_ports = 1 };
	struct sched_config cfg = { .link = link, .target = &t };

	t.port[0].port = 1;
	t.port[0].provides = 1u << NEED_CLOSED_PORT;
	cr_assert_eq(sched_run(&cfg, &p, 1, &sink), 0);
	expect_verdict(&o, VERDICT_INCONCLUSIVE, FINDING_DEAD);
	cr_assert(strstr(o.v.reason, "nothing was heard"), "%s", o.v.reason);
	arena_free(o.arena);
	suite_free(s);
	link->ops->close(link);
}

/* A trace as the sink has it, changed: the verdict. */
struct changed {
	void (*change)(struct trace *t);
	struct arena *arena;
	struct verdict v;
	int finding;
};

static void changed_ended(void *arg, const struct plan *p, const struct trace *t,
			  int64_t duration_ns)
{
	struct changed *f = arg;
	struct trace copy = *t;

	(void)duration_ns;
	copy.packet = malloc(t->n_packets * sizeof(*t->packet));
	memcpy(copy.packet, t->packet, t->n_packets * sizeof(*t->packet));
	f->change(&copy);
	verify_run(p, &copy, f->arena, &f->v);
	f->finding = f->v.n_findings ? (int)f->v.finding[0].kind : -1;
	free(copy.packet);
}

static void add_late(struct trace *t)
{
	trace_add_fault(t, FAULT_LATE, t->end_ns, 0, 0);
}

static enum verdict_kind verdict_with(void (*change)(struct trace *t), const char *head,
				      const char *steps, const struct reply *reply, size_t n)
{
	struct script sc = { .reply = reply, .n = n, .answers_probes = true };
	struct vlink_peer peer = { .receive = script_receive, .arg = &sc };
	struct link *link = vlink_open(NULL, &peer);
	struct changed f = { .change = change, .arena = arena_new() };
	struct sched_sink sink = { .ended = changed_ended, .arg = &f };
	struct suite *s = case_suite(head, steps);
	const struct plan *p = suite_plan(s, 0);
	struct target t;
	struct sched_config cfg = { .link = link, .target = &t };

	target_init_lab(&t);
	t.addr4 = link->target4;
	cr_assert_eq(sched_run(&cfg, &p, 1, &sink), 0);
	/* Only then another attempt is worth it. */
	cr_assert_eq(f.v.late, f.v.kind == VERDICT_ERROR && change == add_late);
	arena_free(f.arena);
	suite_free(s);
	link->ops->close(link);
	return f.v.kind;
}

static void add_drops(struct trace *t)
{
	trace_add_fault(t, FAULT_DROPS, t->end_ns, 0, 0);
}

/* Our own delay can have made a warning as well as a failure, but no pass. */
Test(walk, late_segments_of_ours)
{
	static const struct reply good[] = { { 1, SA, 0, 0, 0, NULL, 0 } };
	static const struct reply none[] = { { 0, 0, 0, 0, 0, NULL, 0 } };

	cr_assert_eq(verdict_with(add_late, "", OPEN_STEPS, good, 1), VERDICT_PASS);
	cr_assert_eq(verdict_with(add_late, "", OPEN_STEPS, none, 1), VERDICT_ERROR);
	cr_assert_eq(verdict_with(add_late, "    level: should\n", OPEN_STEPS, none, 1),
		     VERDICT_ERROR);
	cr_assert_eq(verdict_with(add_drops, "", OPEN_STEPS, good, 1), VERDICT_ERROR);
}

/* The probe went out once more while its answer was on the way. */
static void answer_first(struct trace *t)
{
	size_t i = t->n_packets - 1;
	struct trace_packet probe;

	while (t->packet[i].step != TRACE_STEP_CONFIRM)
		i--;
	probe = t->packet[i];
	t->packet[i] = t->packet[i + 1];
	cr_assert_eq(t->packet[i].dir, TRACE_RX);
	probe.ts_ns = t->packet[i].ts_ns;
	t->packet[i + 1] = probe;
}

Test(walk, a_probe_crosses_its_answer)
{
	static const struct reply reply[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 3, A, 1, 1, 650 * MS, NULL, 0 },
	};

	cr_assert_eq(verdict_with(answer_first, "", OPEN_STEPS "        state: ESTABLISHED\n",
				  reply, N(reply)),
		     VERDICT_PASS);
}

/* Steps and flows of evidence are anybody's. */
static void wrong_step(struct trace *t)
{
	t->packet[2].step = 0;
}

static void wrong_flow(struct trace *t)
{
	t->packet[2].flow = 3;
}

static void early_cleanup(struct trace *t)
{
	t->packet[2].step = TRACE_STEP_CLEANUP;
}

static void step_of_a_probe(struct trace *t)
{
	t->packet[3].step = 2;
}

static void no_such_step(struct trace *t)
{
	t->packet[3].step = 60000;
}

Test(walk, what_nobody_asked_to_send_is_our_fault)
{
	static const struct reply reply[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 3, A, 1, 1, 0, NULL, 0 },
	};
	void (*const change[])(struct trace *) = { wrong_step, wrong_flow, early_cleanup,
						   step_of_a_probe, no_such_step };

	const char *steps = OPEN_STEPS "        state: ESTABLISHED\n";
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < N(change); i++)
		cr_assert_eq(verdict_with(change[i], "", steps, reply, N(reply)), VERDICT_ERROR,
			     "%zu", i);
	buf_adds(&b, OPEN_STEPS);
	for (int i = 0; i < WALK_MAX_FINDINGS + 1; i++)
		buf_adds(&b, "      - state: CLOSE-WAIT\n");
	buf_adds(&b, "      - state: ESTABLISHED\n");
	cr_assert_eq(verdict_with(no_such_step, "", buf_str(&b), reply, N(reply)), VERDICT_ERROR);
	buf_fini(&b);
}

/* What was in memory before does not matter: judged in a dirty place, and again. */
static void pure_ended(void *arg, const struct plan *p, const struct trace *t,
		       int64_t duration_ns)
{
	struct outcome *o = arg;
	struct arena *dirty = arena_new();
	struct verdict v;

	outcome_ended(arg, p, t, duration_ns);
	for (int fill = 0; fill < 256; fill += 51) {
		for (int i = 0; i < 64; i++)
			memset(arena_alloc(dirty, 16384), fill, 16384);
		arena_reset(dirty);
		verify_run(p, t, dirty, &v);
		cr_assert(same_verdict(&o->v, &v, p), "%d: %s, %s", fill, o->v.reason, v.reason);
		for (size_t i = 0; i < t->n_packets; i++)
			cr_assert_str_eq(o->v.packet_note[i], v.packet_note[i]);
	}
	arena_free(dirty);
}

Test(walk, a_verdict_depends_on_plan_and_trace_alone)
{
	static const struct reply reply[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 3, A, 1, 1000, 10 * MS, NULL, 0 },
		{ 3, A, 4, -1, 20 * MS, NULL, R_BAD_CHECKSUM },
		{ 6, A, 1, 0, 0, NULL, 0 },
	};
	struct script sc = { .reply = reply, .n = N(reply), .answers_probes = true };
	struct vlink_peer peer = { .receive = script_receive, .arg = &sc };
	struct link *link = vlink_open(NULL, &peer);
	struct outcome o = { .arena = arena_new() };
	struct sched_sink sink = { .ended = pure_ended, .arg = &o };
	const char *steps = OPEN_STEPS
		"        state: CLOSE-WAIT\n"
		"      - send: {flags: ACK, data: abc}\n"
		"      - wait: 50ms\n"
		"      - alive: handshake\n"
		"      - one-of:\n"
		"          - expect: RST\n"
		"          - expect-none: 10ms\n"
		"            level: should\n"
		"            deviation: quiet\n"
		"      - expect: {flags: ACK, window: 1, within: 10ms}\n";
	struct suite *s = case_suite("", steps);
	const struct plan *p = suite_plan(s, 0);
	struct target t;
	struct sched_config cfg = { .link = link, .target = &t };

	target_init_lab(&t);
	t.addr4 = link->target4;
	cr_assert_eq(sched_run(&cfg, &p, 1, &sink), 0);
	cr_assert_eq(o.n, 1);
	cr_assert_geq(o.v.n_findings, 5);
	arena_free(o.arena);
	suite_free(s);
	link->ops->close(link);
}

/* The tester's numbers: those of the case, or of the set-up. */
struct numbers {
	uint32_t seq, iss, tsval, ts_offset, late_tsval;
};

static void numbers_ended(void *arg, const struct plan *p, const struct trace *t,
			  int64_t duration_ns)
{
	struct numbers *n = arg;
	struct segment s;

	(void)p;
	(void)duration_ns;
	trace_decode(t, 0, &s);
	n->seq = s.seq;
	n->iss = t->setup.iss;
	n->ts_offset = t->setup.ts_offset;
	n->tsval = segment_opt(&s, TCP_OPT_TIMESTAMPS)->ts.val;
	trace_decode(t, 1, &s);
	n->late_tsval = segment_opt(&s, TCP_OPT_TIMESTAMPS)->ts.val;
}

static struct numbers numbers_of(const char *tester)
{
	struct link *link = vlink_open(NULL, NULL);
	struct numbers n = { 0 };
	struct sched_sink sink = { .ended = numbers_ended, .arg = &n };
	const char *steps = "      - send: {flags: SYN, options: [{timestamps: "
			    "{val: ts.now, ecr: 0}}]}\n"
			    "      - wait: 70ms\n"
			    "      - send: {flags: SYN, options: [{timestamps: "
			    "{val: ts.now, ecr: 0}}]}\n";
	struct suite *s = case_suite(tester, steps);
	const struct plan *p = suite_plan(s, 0);
	struct target t = { .n_ports = 0 };
	struct sched_config cfg = { .link = link, .target = &t, .seed = 3 };

	target_init_lab(&t);
	t.addr4 = link->target4;
	cr_assert_eq(sched_run(&cfg, &p, 1, &sink), 0);
	suite_free(s);
	link->ops->close(link);
	return n;
}

Test(walk, numbers_of_the_tester)
{
	struct numbers n = numbers_of("    tester: {iss: 0xfffffffe}\n");

	cr_assert_eq(n.seq, 0xfffffffe);
	cr_assert_eq(n.tsval, n.ts_offset);
	cr_assert(n.late_tsval - n.tsval >= 70 && n.late_tsval - n.tsval <= 80, "%u",
		  n.late_tsval - n.tsval);
	n = numbers_of("");
	cr_assert_eq(n.seq, n.iss);
	cr_assert_neq(n.iss, 0);
}

/* What each step came to, and the candidate that was nearest. */
Test(walk, steps_and_the_nearest_segment)
{
	static const struct reply nearer_first[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 3, A, 1, 0, 0, NULL, 0 },
		{ 3, A, 1, 0, 5 * MS, "x", 0 },
	};
	static const struct reply nearer_last[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 3, A, 1, 0, 0, "x", 0 },
		{ 3, A, 2, 0, 5 * MS, NULL, 0 },
	};
	static const struct reply tie[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 3, A, 1, 0, 0, NULL, 0 },
		{ 3, A, 1, 0, 5 * MS, NULL, 0 },
	};
	const struct {
		const struct reply *reply;
		int nearest;
	} table[] = { { nearer_first, 4 }, { nearer_last, 5 }, { tie, 5 } };
	const char *steps = OPEN_STEPS
		"      - send: {flags: ACK, data: abc}\n"
		"      - expect: {flags: FIN|ACK, length: 0}\n"
		"      - send: ACK\n";

	for (size_t i = 0; i < N(table); i++) {
		struct outcome o;

		play("", steps, table[i].reply, 3, true, &o);
		expect_verdict(&o, VERDICT_FAIL, FINDING_NO_ANSWER);
		cr_assert_eq(o.v.finding[0].packet, table[i].nearest, "%zu: %d", i,
			     o.v.finding[0].packet);
		cr_assert_eq(o.v.finding[0].n_mismatch, 1);
		cr_assert_eq(o.v.step[3].status, STEP_DONE);
		cr_assert_eq(o.v.step[3].packet, 3);
		cr_assert_eq(o.v.step[4].status, STEP_FAILED);
		cr_assert_eq(o.v.step[4].packet, table[i].nearest);
		cr_assert_eq(o.v.step[5].status, STEP_NOT_REACHED);
		cr_assert_eq(o.v.step[5].packet, -1);
		outcome_free(&o);
	}
}

/* More segments than are kept while nobody waits. */
Test(walk, a_flood_while_nobody_waits)
{
	struct reply reply[2 + WALK_MAX_BACKLOG] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 3, A, 1, 1000, 1 * MS, NULL, 0 },
	};
	const char *steps = OPEN_STEPS
		"      - send: {flags: ACK, data: abc}\n"
		"      - wait: 200ms\n"
		"      - expect: {flags: ACK, ack: snd.nxt}\n";

	for (size_t i = 2; i < N(reply); i++)
		reply[i] = (struct reply){ 3, A, 1, 0, (int64_t)i * MS, NULL, 0 };
	story("", steps, reply, N(reply), VERDICT_FAIL, FINDING_UNEXPECTED);
	reply[1].ack = 0;
	story("", steps, reply, N(reply), VERDICT_PASS, -1);
}

/* Numbers of the target are those of the moment when a segment came. */
Test(walk, what_was_kept_is_matched_as_it_came)
{
	static const struct reply reply[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 3, A, 1, 0, 1 * MS, "one", 0 },
		{ 3, A, 4, 0, 2 * MS, "two", 0 },
	};

	story("",
	      OPEN_STEPS
	      "      - send: {flags: ACK, data: abc}\n"
	      "      - wait: 20ms\n"
	      "      - expect: {flags: ACK, seq: rcv.nxt, data: one}\n"
	      "      - expect: {flags: ACK, seq: rcv.nxt, data: two}\n"
	      "      - send: {flags: ACK, ack: irs + 7}\n",
	      reply, N(reply), VERDICT_PASS, -1);
}

static size_t n_packets_seen;

static void count_ended(void *arg, const struct plan *p, const struct trace *t, int64_t duration_ns)
{
	outcome_ended(arg, p, t, duration_ns);
	n_packets_seen = t->n_packets;
}

/* What was never opened, or is gone, is not reset. */
Test(walk, nothing_is_cleaned_up_where_nothing_is)
{
	static const struct reply refused[] = { { 1, TCP_RST | A, 0, 0, 0, NULL, R_RST_FOR_SYN } };
	struct script sc = { .reply = refused, .n = 1, .answers_probes = true };
	struct vlink_peer peer = { .receive = script_receive, .arg = &sc };
	struct link *link = vlink_open(NULL, &peer);
	struct outcome o = { .arena = arena_new() };
	struct sched_sink sink = { .ended = count_ended, .arg = &o };
	struct suite *s = case_suite("    needs: [closed-port]\n",
				     "      - send: SYN\n      - expect: RST|ACK\n");
	const struct plan *p = suite_plan(s, 0);
	struct target t;
	struct sched_config cfg = { .link = link, .target = &t };

	target_init_lab(&t);
	t.addr4 = link->target4;
	cr_assert_eq(sched_run(&cfg, &p, 1, &sink), 0);
	cr_assert_eq(o.v.kind, VERDICT_PASS, "%s", o.v.reason);
	cr_assert_eq(n_packets_seen, 2);
	arena_free(o.arena);
	suite_free(s);
	link->ops->close(link);
}

/* The reset for the FIN comes late: it is no answer to the closing probe. */
Test(walk, a_late_reset_is_not_the_probes)
{
	static const struct reply all[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 4, TCP_RST | A, 0, 0, 10000000, NULL, R_RST_FOR_SYN },
		{ 5, TCP_RST, 0, 0, 0, NULL, R_RST_FOR_ACK },
		{ 6, TCP_RST, 0, 0, 20000000, NULL, R_RST_FOR_ACK },
	};
	const char *steps = OPEN_STEPS
		"      - send: {flags: RST}\n"
		"      - send: {flags: FIN}\n"
		"      - send: ACK\n"
		"      - expect: {flags: RST, seq: rcv.nxt}\n"
		"        state: CLOSED\n";
	struct outcome o;

	play("", steps, all, N(all), true, &o);
	expect_verdict(&o, VERDICT_PASS, -1);
	outcome_free(&o);
	/* Without the probe's own it proves nothing. */
	play("", steps, all, N(all) - 1, true, &o);
	expect_verdict(&o, VERDICT_FAIL, FINDING_STATE);
	outcome_free(&o);
}

/* What the closing probe found is told: of which claim, by which packet. */
Test(walk, words_of_the_closing_probe)
{
	static const struct reply holds[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 3, A, 1, 1, 0, NULL, 0 },
	};
	static const struct reply gone[] = {
		{ 1, SA, 0, 0, 0, NULL, 0 },
		{ 3, TCP_RST, 1, 0, 0, NULL, 0 },
	};
	const char *steps = OPEN_STEPS "        state: ESTABLISHED\n";
	struct outcome o;

	play("", steps, holds, N(holds), true, &o);
	expect_verdict(&o, VERDICT_PASS, -1);
	cr_assert(strstr(o.v.packet_note[3], "closing probe"), "%s", o.v.packet_note[3]);
	cr_assert(strstr(o.v.packet_note[4], "answer to the closing probe of ESTABLISHED"), "%s",
		  o.v.packet_note[4]);
	outcome_free(&o);
	play("", steps, gone, N(gone), true, &o);
	expect_verdict(&o, VERDICT_FAIL, FINDING_STATE);
	cr_assert(strstr(o.v.reason, "ESTABLISHED is claimed, but the probe drew a reset"), "%s",
		  o.v.reason);
	outcome_free(&o);
}
