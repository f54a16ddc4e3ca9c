/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine in virtual time: every way a step can end, every fault of our own,
 * and that the saved evidence gives the same verdict again.
 */
#include "run/deadlines.h"
#include "run/fresh.h"
#include "run_util.h"

#define SA (TCP_SYN | TCP_ACK)
#define A TCP_ACK
#define FA (TCP_FIN | TCP_ACK)
#define MS INT64_C(1000000)

#define OPEN_STEPS                                         \
	"      - send: SYN\n"                              \
	"      - expect: {flags: SYN|ACK, ack: snd.nxt}\n" \
	"      - send: ACK\n"

struct scene {
	const char *name, *head, *steps;
	struct reply reply[8];
	bool dead; /* nobody answers probes */
	enum verdict_kind verdict;
	int finding;	   /* enum finding_kind of the first, or -1 */
	const char *words; /* in its message, or NULL */
};

/* clang-format off */
static const struct scene scenes[] = {
	{ "handshake", "", OPEN_STEPS,
	  { { 1, SA, 0, 0, 0, NULL, 0 } }, false, VERDICT_PASS, -1, NULL },
	{ "the ACK number is one too high", "", OPEN_STEPS,
	  { { 1, SA, 0, 1, 0, NULL, 0 } }, false, VERDICT_FAIL,
	  FINDING_UNEXPECTED, "acknowledges SEG.SEQ+1" },
	{ "the checksum is bad", "", OPEN_STEPS,
	  { { 1, SA, 0, 0, 0, NULL, R_BAD_CHECKSUM } }, false, VERDICT_FAIL,
	  FINDING_LINT, "checksum" },
	{ "no answer, but alive", "", OPEN_STEPS,
	  { { 0, 0, 0, 0, 0, NULL, 0 } }, false, VERDICT_FAIL,
	  FINDING_NO_ANSWER, "no matching segment in 1.000 s (0 segments seen)" },
	{ "no answer, and dead", "", OPEN_STEPS,
	  { { 0, 0, 0, 0, 0, NULL, 0 } }, true, VERDICT_INCONCLUSIVE,
	  FINDING_DEAD, "does not answer" },
	{ "the answer comes too late", "", OPEN_STEPS,
	  { { 1, SA, 0, 0, 1000 * MS, NULL, 0 } }, false, VERDICT_FAIL,
	  FINDING_LATE, "too late" },
	{ "just in time", "", OPEN_STEPS,
	  { { 1, SA, 0, 0, 999 * MS, NULL, 0 } }, false, VERDICT_PASS, -1, NULL },
	{ "too early", "",
	  "      - send: SYN\n"
	  "      - expect: {flags: SYN|ACK, after: 10ms}\n",
	  { { 1, SA, 0, 0, 9 * MS, NULL, 0 } }, false, VERDICT_FAIL,
	  FINDING_EARLY, "too early" },
	{ "a listener resets", "", OPEN_STEPS,
	  { { 1, TCP_RST | A, 0, 0, 0, NULL, R_RST_FOR_SYN } }, false,
	  VERDICT_FAIL, FINDING_UNEXPECTED, "a listener answers" },
	{ "the port was closed meanwhile", "", OPEN_STEPS,
	  { { 1, TCP_RST | A, 0, 0, 0, NULL, R_RST_FOR_SYN },
	    { 2, TCP_RST | A, 0, 0, 0, NULL, R_RST_FOR_SYN },
	    { 4, TCP_RST | A, 0, 0, 0, NULL, R_RST_FOR_SYN } }, true,
	  VERDICT_INCONCLUSIVE, FINDING_PRECONDITION, "nobody listens" },
	/* The probe is refused as long as the connection under test is there. */
	{ "a target that takes one connection at a time", "",
	  OPEN_STEPS "      - send: FIN|ACK\n      - expect: {flags: ACK, ack: snd.nxt}\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 },
	    { 4, TCP_RST | A, 0, 0, 0, NULL, R_RST_FOR_SYN },
	    { 6, SA, 0, 0, 0, NULL, 0 } }, true,
	  VERDICT_FAIL, FINDING_NO_ANSWER, NULL },
	{ "reset, and then nobody is there any more", "", OPEN_STEPS,
	  { { 1, TCP_RST | A, 0, 0, 0, NULL, R_RST_FOR_SYN } }, true,
	  VERDICT_INCONCLUSIVE, FINDING_DEAD, NULL },
	{ "silence", "",
	  OPEN_STEPS "      - expect-none: 200ms\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 } }, false, VERDICT_PASS, -1, NULL },
	{ "silence broken", "",
	  OPEN_STEPS "      - expect-none: 200ms\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 }, { 2, A, 1, 0, 100 * MS, NULL, 0 } },
	  false, VERDICT_FAIL, FINDING_NOT_SILENT, "silence" },
	{ "silence, but nobody is there any more", "",
	  OPEN_STEPS "      - expect-none: 200ms\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 } }, true, VERDICT_INCONCLUSIVE,
	  FINDING_DEAD, NULL },
	{ "a repeated SYN,ACK breaks no silence", "",
	  "      - send: SYN\n      - expect: {flags: SYN|ACK}\n"
	  "      - expect-none: 2s\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 }, { 1, SA, 0, 0, 1000 * MS, NULL, 0 } },
	  false, VERDICT_PASS, -1, NULL },
	{ "an optional segment is there", "",
	  OPEN_STEPS
	  "      - send: FIN|ACK\n"
	  "      - optional: {flags: ACK, ack: snd.nxt}\n"
	  "      - expect: {flags: FIN|ACK, ack: snd.nxt}\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 }, { 3, A, 1, 0, 0, NULL, 0 },
	    { 3, FA, 1, 0, 5 * MS, NULL, 0 } }, false, VERDICT_PASS, -1, NULL },
	{ "an optional segment is not there", "",
	  OPEN_STEPS
	  "      - send: FIN|ACK\n"
	  "      - optional: {flags: ACK, ack: snd.nxt}\n"
	  "      - expect: {flags: FIN|ACK, ack: snd.nxt}\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 }, { 3, FA, 1, 0, 5 * MS, NULL, 0 } },
	  false, VERDICT_PASS, -1, NULL },
	{ "neither the optional segment nor the one behind it", "",
	  OPEN_STEPS
	  "      - send: FIN|ACK\n"
	  "      - optional: {flags: ACK, ack: snd.nxt}\n"
	  "      - expect: {flags: FIN|ACK, ack: snd.nxt}\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 } }, false, VERDICT_FAIL,
	  FINDING_NO_ANSWER, NULL },
	{ "alternatives: the first", "",
	  OPEN_STEPS
	  "      - send: {flags: RST, seq: snd.nxt + 100}\n"
	  "      - one-of:\n"
	  "          - expect: {flags: ACK}\n"
	  "          - expect-none: 300ms\n"
	  "            deviation: rfc793\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 }, { 3, A, 1, -100, 0, NULL, 0 } },
	  false, VERDICT_PASS, -1, NULL },
	{ "alternatives: silence, a should broken", "",
	  OPEN_STEPS
	  "      - send: {flags: RST, seq: snd.nxt + 100}\n"
	  "      - one-of:\n"
	  "          - expect: {flags: ACK}\n"
	  "          - expect-none: 300ms\n"
	  "            deviation: rfc793\n"
	  "            level: should\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 } }, false, VERDICT_PASS,
	  FINDING_ALTERNATIVE, "rfc793" },
	{ "alternatives: none of them", "",
	  OPEN_STEPS
	  "      - send: {flags: RST, seq: snd.nxt + 100}\n"
	  "      - one-of:\n"
	  "          - expect: {flags: ACK, window: 1}\n"
	  "          - expect: {flags: RST}\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 } }, false, VERDICT_FAIL,
	  FINDING_NO_ANSWER, NULL },
	{ "a state claim that holds", "",
	  OPEN_STEPS "        state: ESTABLISHED\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 }, { 3, A, 1, 1, 0, NULL, 0 } }, false,
	  VERDICT_PASS, -1, NULL },
	{ "a state claim that the segments contradict", "",
	  OPEN_STEPS "        state: CLOSE-WAIT\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 }, { 3, A, 1, 1, 0, NULL, 0 } }, false,
	  VERDICT_FAIL, FINDING_STATE, "CLOSE-WAIT is claimed" },
	{ "a state claim that the closing probe contradicts", "",
	  OPEN_STEPS "        state: ESTABLISHED\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 }, { 3, TCP_RST, 1, 0, 0, NULL, 0 } },
	  false, VERDICT_FAIL, FINDING_STATE, "the probe drew a reset" },
	{ "CLOSED is claimed, but it still answers", "",
	  OPEN_STEPS "      - send: RST\n        state: CLOSED\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 }, { 4, A, 1, 0, 0, NULL, 0 } },
	  false, VERDICT_FAIL, FINDING_STATE, "no reset" },
	{ "CLOSED proven", "",
	  OPEN_STEPS "      - send: RST\n        state: CLOSED\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 },
	    { 4, TCP_RST, 0, 0, 0, NULL, R_RST_FOR_ACK } },
	  false, VERDICT_PASS, -1, NULL },
	{ "an unanswered closing probe is a warning", "",
	  OPEN_STEPS "        state: ESTABLISHED\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 } }, false, VERDICT_PASS,
	  FINDING_NO_ANSWER, "closing probe of ESTABLISHED" },
	{ "a precondition that is not met", "",
	  "      - reach: ESTABLISHED\n      - send: FIN|ACK\n",
	  { { 0, 0, 0, 0, 0, NULL, 0 } }, false, VERDICT_INCONCLUSIVE,
	  FINDING_PRECONDITION, "precondition" },
	{ "an answer between two sends is kept for the expectation", "",
	  OPEN_STEPS
	  "      - send: {flags: ACK, data: abc}\n"
	  "      - wait: 50ms\n"
	  "      - expect: {flags: ACK, ack: snd.nxt, seq: target.snd.nxt}\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 }, { 3, A, 1, 0, 10 * MS, NULL, 0 } },
	  false, VERDICT_PASS, -1, NULL },
	{ "a forbidden answer during a wait is not forgotten", "",
	  OPEN_STEPS
	  "      - send: {flags: ACK, data: abc}\n"
	  "      - wait: 50ms\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 }, { 3, A, 1, 1000, 10 * MS, NULL, 0 } },
	  false, VERDICT_FAIL, FINDING_UNEXPECTED, "never sent" },
	{ "alive: connection", "",
	  OPEN_STEPS "      - alive: connection\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 }, { 3, A, 1, 1, 0, NULL, 0 } },
	  false, VERDICT_PASS, -1, NULL },
	{ "alive: connection, but it is gone", "",
	  OPEN_STEPS "      - alive: connection\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 }, { 3, TCP_RST, 1, 0, 0, NULL, 0 } },
	  false, VERDICT_FAIL, FINDING_NOT_SILENT, "the connection is gone" },
	{ "named segments", "",
	  "      - send: SYN\n        as: first\n"
	  "      - expect: {flags: SYN|ACK, ack: first.seq + first.len}\n"
	  "        as: second\n"
	  "      - send: {flags: ACK, ack: second.end}\n",
	  { { 1, SA, 0, 0, 0, NULL, 0 } }, false, VERDICT_PASS, -1, NULL },
	/* Trouble on our side is never the target's. */
	{ "fault: partial checksums", "", OPEN_STEPS,
	  { { 1, SA, 0, 0, 0, NULL, R_PARTIAL } }, false, VERDICT_ERROR,
	  FINDING_FAULT, NULL },
	{ "fault: the capture lost a packet", "", OPEN_STEPS,
	  { { 1, SA, 0, 0, 0, NULL, 0 }, { 1, 0, 0, 0, 0, NULL, R_DROP_ONE } },
	  false, VERDICT_ERROR, FINDING_FAULT, NULL },
	{ "fault: our kernel resets the connection", "", OPEN_STEPS,
	  { { 1, SA, 0, 0, 0, NULL, 0 },
	    { 1, TCP_RST, 0, 0, 0, NULL, R_AS_TESTER } },
	  false, VERDICT_ERROR, FINDING_FAULT, NULL },
};
/* clang-format on */

Test(run, scenes)
{
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		const struct scene *sc = &scenes[i];
		struct outcome o;

		if (strstr(sc->steps, "reach"))
			continue; /* wants fragments: see below */
		play(sc->head, sc->steps, sc->reply, 8, !sc->dead, &o);
		cr_assert_eq(o.n, 1, "%s", sc->name);
		cr_assert(o.v.kind == sc->verdict, "%s: %s: %s", sc->name,
			  verdict_names[o.v.kind], o.v.reason);
		cr_assert((sc->finding < 0) == (o.v.n_findings == 0),
			  "%s: %zu findings: %s", sc->name, o.v.n_findings,
			  o.v.reason);
		if (sc->finding >= 0)
			cr_assert((int)o.v.finding[0].kind == sc->finding,
				  "%s: %s", sc->name,
				  finding_names[o.v.finding[0].kind]);
		if (sc->words)
			cr_assert(strstr(o.v.finding[0].message, sc->words),
				  "%s: %s", sc->name, o.v.finding[0].message);
		cr_assert(o.same_offline, "%s: another verdict offline", sc->name);
		outcome_free(&o);
	}
}

static int inject_fails(struct link *l, const struct segment *s,
			const uint8_t *packet, size_t len)
{
	(void)l;
	(void)s;
	(void)packet;
	(void)len;
	return -EPERM;
}

static int inject_vanishes(struct link *l, const struct segment *s,
			   const uint8_t *packet, size_t len)
{
	(void)l;
	(void)s;
	(void)packet;
	(void)len;
	return 0;
}

static int no_port(struct link *l, uint8_t family, uint16_t port)
{
	(void)l;
	(void)family;
	(void)port;
	return -EADDRINUSE;
}

/* A link with one operation replaced. */
static void play_broken(void (*spoil)(struct link_ops *ops),
			enum trace_fault_kind kind)
{
	struct link *link = vlink_open(NULL, NULL);
	struct link_ops ops = *link->ops;
	struct outcome o;

	spoil(&ops);
	link->ops = &ops;
	play_on(link, "", OPEN_STEPS, &o);
	cr_assert_eq(o.n, 1);
	cr_assert_eq(o.v.kind, VERDICT_ERROR);
	cr_assert(strstr(o.v.finding[0].message, trace_faults[kind].what),
		  "%s", o.v.finding[0].message);
	cr_assert(o.v.finding[0].remedy);
	cr_assert(o.same_offline);
	outcome_free(&o);
	link->ops->close(link);
}

static void spoil_inject(struct link_ops *ops)
{
	ops->inject = inject_fails;
}
static void spoil_capture(struct link_ops *ops)
{
	ops->inject = inject_vanishes;
}
static void spoil_ports(struct link_ops *ops)
{
	ops->claim = no_port;
}

/* Each look at the clock finds it set once more. */
static void clock_is_set(struct link *l, struct link_stats *st)
{
	static uint64_t steps;

	(void)l;
	*st = (struct link_stats){ .clock_steps = steps++ };
}

static void spoil_clock(struct link_ops *ops)
{
	ops->stats = clock_is_set;
}

Test(run, our_own_faults)
{
	play_broken(spoil_clock, FAULT_CLOCK);
	play_broken(spoil_inject, FAULT_INJECT);
	play_broken(spoil_capture, FAULT_UNSEEN);
	play_broken(spoil_ports, FAULT_PORT);
}

Test(run, what_the_target_lacks_is_skipped)
{
	struct link *link = vlink_open(NULL, NULL);
	struct outcome o = { 0 };
	struct sched_sink sink = { .ended = outcome_ended, .skipped = outcome_skipped, .arg = &o };
	struct suite *s = case_suite("    needs: [echo]\n", OPEN_STEPS);
	const struct plan *p = suite_plan(s, 0);
	struct target t = { .addr4 = link->target4 };
	struct sched_config cfg = { .link = link, .target = &t };

	t.port[0].port = 80;
	t.port[0].provides = 1u << NEED_LISTENER;
	t.n_ports = 1;
	cr_assert_eq(sched_run(&cfg, &p, 1, &sink), 0);
	cr_assert_eq(o.skipped, 1);
	cr_assert(strstr(o.reason, "echo"), "%s", o.reason);
	suite_free(s);
	link->ops->close(link);
}

/* Twice: everything ends at once, and says why. */
Test(run, interrupted)
{
	static volatile sig_atomic_t stop = 2;
	struct link *link = vlink_open(NULL, NULL);
	struct outcome o = { .arena = arena_new() };
	struct sched_sink sink = { .ended = outcome_ended, .skipped = outcome_skipped, .arg = &o };
	struct suite *s = case_suite("", OPEN_STEPS);
	const struct plan *p = suite_plan(s, 0);
	struct target t = { .addr4 = link->target4 };
	struct sched_config cfg = { .link = link, .target = &t, .stop = &stop };

	sink.not_started = outcome_not_started;
	cr_assert_eq(sched_run(&cfg, &p, 1, &sink), -EINTR);
	cr_assert_eq(o.n, 0);
	cr_assert_eq(o.not_started, 1);
	arena_free(o.arena);
	suite_free(s);
	link->ops->close(link);
}

/* ---- the resets at the end ---- */

static void nobody_listens(void *arg, const struct link_packet *p)
{
	(void)arg;
	(void)p;
}

/* How many segments the peer got of a handshake that is then reset. */
static int segments_with(bool lossless)
{
	static const struct reply r = { 1, TCP_SYN | TCP_ACK, 0, 0, 0, NULL, R_NORMAL };
	struct script sc = { .reply = &r, .n = 1 };
	struct vlink_peer peer = { .receive = script_receive, .arg = &sc };
	struct link *link = vlink_open(NULL, &peer);
	struct outcome o;

	link->lossless = lossless;
	play_on(link, "", "      - send: SYN\n      - expect: SYN|ACK\n", &o);
	cr_assert_eq(o.v.kind, VERDICT_PASS, "%s", o.v.reason);
	cr_assert(o.same_offline);
	while (link->ops->poll(link, link->ops->now_ns(link) + 1000000, nobody_listens, NULL) > 0)
		;
	outcome_free(&o);
	link->ops->close(link);
	return sc.count;
}

Test(run, resets_go_out_more_than_once_where_one_may_be_lost)
{
	cr_assert_eq(segments_with(true), 2);
	cr_assert_eq(segments_with(false), 3);
}

/* ---- a target that wants its runs spaced ---- */

struct starts {
	struct outcome o;
	int64_t at_ns[8];
	const struct plan *plan[8];
};

static void note_start(void *arg, const struct plan *p, const struct trace *t, int64_t duration_ns)
{
	struct starts *s = arg;

	(void)p;
	(void)duration_ns;
	cr_assert_lt(s->o.n, 8);
	s->at_ns[s->o.n++] = t->start_ns;
}

static void note_plan(void *arg, const struct plan *p, const struct trace *t, int64_t duration_ns)
{
	struct starts *s = arg;

	s->plan[s->o.n] = p;
	note_start(arg, p, t, duration_ns);
}

/* Eight runs that each take 700 ms; between them one that is skipped. */
static void run_eight(unsigned int rate, unsigned int jobs, struct starts *starts)
{
	struct link *link = vlink_open(NULL, NULL);
	struct sched_sink sink = { .ended = note_start, .skipped = outcome_skipped, .arg = starts };
	struct suite *s = case_suite("", "      - wait: 700ms\n      - send: RST\n");
	struct suite *echo = case_suite("    needs: [echo]\n", OPEN_STEPS);
	const struct plan *plans[9];
	struct target t = { .addr4 = link->target4, .n_ports = 1, .rate = rate };
	struct sched_config cfg = { .link = link, .target = &t, .jobs = jobs };

	for (size_t i = 0; i < 9; i++)
		plans[i] = suite_plan(i == 4 ? echo : s, 0);
	t.port[0] = (struct target_port){ 80, 1u << NEED_LISTENER };
	memset(starts, 0, sizeof(*starts));
	cr_assert_eq(sched_run(&cfg, plans, 9, &sink), 0);
	cr_assert_eq(starts->o.n, 8);
	cr_assert_eq(starts->o.skipped, 1);
	suite_free(s);
	suite_free(echo);
	link->ops->close(link);
}

Test(run, starts_are_spaced_by_the_rate)
{
	struct starts s;

	run_eight(4, 8, &s);
	for (size_t i = 1; i < 8; i++) {
		cr_assert_geq(s.at_ns[i] - s.at_ns[i - 1], 250 * MS, "%zu", i);
		cr_assert_leq(s.at_ns[i] - s.at_ns[i - 1], 260 * MS, "%zu", i);
	}
	run_eight(0, 8, &s);
	cr_assert_eq(s.at_ns[7], s.at_ns[0]);
	/* The rate is no promise: two at a time make no more than two in 700 ms. */
	run_eight(100, 2, &s);
	for (size_t i = 2; i < 8; i++)
		cr_assert_geq(s.at_ns[i] - s.at_ns[i - 2], 700 * MS, "%zu", i);
}

/* A scheduler that follows another does not know when that one last started a run. */
Test(run, the_first_start_is_spaced_too)
{
	struct starts s;
	int64_t fast;

	run_eight(0, 8, &s);
	fast = s.at_ns[0];
	run_eight(2, 8, &s);
	cr_assert_geq(s.at_ns[0] - fast, 500 * MS);
}

/* Those that wait for whole seconds begin, unless there is only one at a time. */
Test(run, the_longest_start_first)
{
	static const char *const waits[] = { "700ms", "3s", "900ms", "5s", "3s" };
	static const char order[][6] = { "31402", "01234" };
	struct suite *s[5];
	const struct plan *plans[5];

	for (size_t i = 0; i < 5; i++) {
		char steps[100];

		snprintf(steps, sizeof(steps), "      - wait: %s\n      - send: RST\n", waits[i]);
		s[i] = case_suite("", steps);
		plans[i] = suite_plan(s[i], 0);
	}
	for (unsigned int k = 0; k < 2; k++) {
		struct link *link = vlink_open(NULL, NULL);
		struct starts starts = { .o.n = 0 };
		struct sched_sink sink = { .ended = note_plan, .arg = &starts };
		struct target t = { .addr4 = link->target4, .n_ports = 1, .rate = k ? 0 : 10 };
		struct sched_config cfg = { .link = link, .target = &t, .jobs = k ? 1 : 5 };

		t.port[0] = (struct target_port){ 80, 1u << NEED_LISTENER };
		cr_assert_eq(sched_run(&cfg, plans, 5, &sink), 0);
		cr_assert_eq(starts.o.n, 5);
		for (size_t i = 0; i < 5; i++) {
			size_t rank = 0;

			for (size_t j = 0; j < 5; j++)
				rank += starts.at_ns[j] < starts.at_ns[i];
			cr_assert_eq(starts.plan[i], plans[order[k][rank] - '0'], "%u: %zu", k, i);
		}
		link->ops->close(link);
	}
	for (size_t i = 0; i < 5; i++)
		suite_free(s[i]);
}

/* The earliest first, whatever moves. */
Test(run, deadlines)
{
	int64_t due[50];
	struct deadlines d;
	uint32_t slot, random = 1;

	deadlines_init(&d, 50);
	for (size_t i = 0; i < 50; i++)
		due[i] = INT64_MAX;
	for (int k = 0; k < 20000; k++) {
		int64_t first = INT64_MAX, when;

		random = random * 1664525 + 1013904223;
		slot = (random >> 8) % 50;
		when = (random >> 16) % 1000 + k;
		deadlines_set(&d, slot, when);
		if (when < due[slot])
			due[slot] = when;
		for (size_t i = 0; i < 50; i++)
			first = due[i] < first ? due[i] : first;
		cr_assert_eq(deadlines_first(&d), first);
		cr_assert_not(deadlines_pop(&d, first, &slot));
		if (k % 3)
			continue;
		cr_assert(deadlines_pop(&d, first + 1, &slot));
		cr_assert_eq(due[slot], first);
		due[slot] = INT64_MAX;
	}
	deadlines_fini(&d);
}

/* ---- 4-tuples that are proven closed ---- */

/* A target that says of the first @in_use 4-tuples that something is there. */
struct remembers {
	int in_use, asked;
	bool silent;
};

static void answer_plainly(struct vlink *v, const struct segment *got, uint16_t flags,
			   uint32_t seq, uint32_t ack)
{
	struct segment s = { 0 };
	uint8_t packet[200];

	s.src = got->dst;
	s.dst = got->src;
	s.sport = got->dport;
	s.dport = got->sport;
	s.flags = flags;
	s.seq = seq;
	s.ack = ack;
	s.window = 1000;
	vlink_send(v, 0, packet, segment_encode(&s, packet, sizeof(packet)));
}

static void remembers_receive(void *arg, struct vlink *v, int64_t now_ns, const uint8_t *packet,
			      size_t len)
{
	struct remembers *r = arg;
	struct segment s;

	(void)now_ns;
	segment_decode(&s, packet, len, len);
	if (s.flags == TCP_SYN) {
		answer_plainly(v, &s, TCP_SYN | TCP_ACK, 7000, s.seq + 1);
	} else if (s.flags == TCP_ACK) {
		r->asked++;
		if (r->silent)
			return;
		if (r->asked <= r->in_use)
			answer_plainly(v, &s, TCP_ACK, 5000, 6000);
		else
			answer_plainly(v, &s, TCP_RST, s.ack, 0);
	}
}

/* So many runs one after the other; returns how often the target was asked. */
static int prove_runs(struct remembers *r, size_t n, struct outcome *o)
{
	struct vlink_peer peer = { .receive = remembers_receive, .arg = r };
	struct link *link = vlink_open(NULL, &peer);
	struct sched_sink sink = { .ended = outcome_ended, .skipped = outcome_skipped, .arg = o };
	struct suite *s = case_suite("", "      - send: SYN\n"
					 "      - expect: {flags: SYN|ACK, ack: snd.nxt}\n");
	const struct plan *plans[8];
	struct target t = { .addr4 = link->target4, .n_ports = 1 };
	struct sched_config cfg = { .link = link, .target = &t, .jobs = 1, .prove_closed = true };

	for (size_t i = 0; i < n; i++)
		plans[i] = suite_plan(s, 0);
	t.port[0] = (struct target_port){ 80, 1u << NEED_LISTENER };
	*o = (struct outcome){ .arena = arena_new() };
	cr_assert_eq(sched_run(&cfg, plans, n, &sink), 0);
	cr_assert_eq(o->n, n);
	suite_free(s);
	link->ops->close(link);
	return r->asked;
}

static void prove_check(int in_use, bool silent, size_t n, int asked, enum verdict_kind kind)
{
	struct remembers r = { .in_use = in_use, .silent = silent };
	struct outcome o;

	cr_assert_eq(prove_runs(&r, n, &o), asked, "%d", r.asked);
	cr_assert_eq(o.v.kind, kind, "%s", o.v.reason);
	outcome_free(&o);
}

Test(run, what_is_not_closed_is_not_used)
{
	prove_check(0, false, 1, 1, VERDICT_PASS);
	prove_check(2, false, 1, 3, VERDICT_PASS);
	/* Who answers so always, or never, is not asked for ever. */
	prove_check(99, false, 6, FRESH_MAX_PORTS * FRESH_MAX_SILENT, VERDICT_PASS);
	prove_check(0, true, 6, FRESH_MAX_SILENT, VERDICT_PASS);
}
