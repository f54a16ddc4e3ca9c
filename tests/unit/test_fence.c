/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fences: which silences they end early, which wait in full all the same, and what a
 * fence cannot see.
 */
#include "run_util.h"

#define SA (TCP_SYN | TCP_ACK)
#define A TCP_ACK
#define MS INT64_C(1000000)
#define WAIT_NS (250 * MS)

#define OPEN_STEPS                                         \
	"      - send: SYN\n"                              \
	"      - expect: {flags: SYN|ACK, ack: snd.nxt}\n" \
	"      - send: ACK\n"
#define FAR_RESET "      - send: {flags: RST, seq: snd.nxt - 100000}\n"
#define SILENCE "      - expect-none: 250ms\n"

/* What the tests vary; the rest is as it should be. */
struct scene {
	const char *head, *steps;
	const struct reply *reply; /* besides the SYN|ACK */
	bool disordered, mute;
	uint32_t off;
};

static void play_scene(const struct scene *sn, struct outcome *o)
{
	struct reply reply[2] = { { 1, SA, 0, 0, 0, NULL, 0 } };
	struct script sc = { .reply = reply, .n = sn->reply ? 2 : 1 };
	struct vlink_peer peer = { .receive = script_receive, .arg = &sc };
	struct link *link = vlink_open(NULL, &peer);

	if (sn->reply)
		reply[1] = *sn->reply;
	sc.answers_probes = true;
	sc.answers_fences = !sn->mute;
	sc.fence_off = sn->off;
	link->in_order = !sn->disordered;
	play_on(link, sn->head ? sn->head : "", sn->steps, o);
	cr_assert_eq(o->n, 1);
	cr_assert(o->same_offline, "another verdict offline");
	link->ops->close(link);
}

/* A verdict, and whether a fence was what ended the silence. */
static void expect_scene(const struct scene *sn, enum verdict_kind kind, unsigned int fenced)
{
	struct outcome o;

	play_scene(sn, &o);
	cr_assert(o.v.kind == kind, "%s: %s", verdict_names[o.v.kind], o.v.reason);
	cr_assert_eq(o.v.n_fenced, fenced, "%u", o.v.n_fenced);
	if (kind == VERDICT_PASS)
		cr_assert((o.duration_ns < WAIT_NS) == (fenced > 0), "%lld ns",
			  (long long)o.duration_ns);
	outcome_free(&o);
}

Test(fence, ends_a_silence)
{
	struct scene sn = { .steps = OPEN_STEPS FAR_RESET SILENCE };
	struct outcome o;

	expect_scene(&sn, VERDICT_PASS, 1);
	play_scene(&sn, &o);
	cr_assert_str_eq(o.v.reason, "every step was met, silence proven by a fence");
	outcome_free(&o);
}

Test(fence, each_silence_has_its_own)
{
	struct scene sn = { .steps = OPEN_STEPS FAR_RESET SILENCE FAR_RESET FAR_RESET SILENCE
			    "        state: ESTABLISHED\n"
			    "      - send: {flags: ACK, seq: snd.nxt - 1}\n" };
	struct outcome o;

	play_scene(&sn, &o);
	cr_assert_eq(o.v.n_fenced, 2);
	outcome_free(&o);
}

Test(fence, what_comes_before_its_answer_breaks_the_silence)
{
	static const struct reply r = { 3, A, 1, 0, 0, NULL, 0 };
	struct scene sn = { .steps = OPEN_STEPS FAR_RESET SILENCE, .reply = &r };

	expect_scene(&sn, VERDICT_FAIL, 0);
}

Test(fence, the_model_s_silence_ends_as_well)
{
	struct scene sn = { .steps = OPEN_STEPS FAR_RESET "      - expect: model\n" };

	expect_scene(&sn, VERDICT_PASS, 1);
}

/* ---- where it is not sound ---- */

Test(fence, not_where_nothing_is_known_of_order)
{
	struct scene sn = { .steps = OPEN_STEPS FAR_RESET SILENCE, .disordered = true };

	expect_scene(&sn, VERDICT_PASS, 0);
}

Test(fence, not_on_a_path_that_the_case_harms)
{
	struct scene sn = { .head = "    link:\n      - {drop: target, flags: FIN}\n",
			    .steps = OPEN_STEPS FAR_RESET SILENCE };

	expect_scene(&sn, VERDICT_PASS, 0);
}

Test(fence, not_after_text_or_fin)
{
	static const char *const sent[] = {
		"{flags: PSH|ACK, checksum: bad, data: abc}",
		"{flags: FIN, seq: snd.nxt}",
	};

	for (size_t i = 0; i < 2; i++) {
		char steps[400];
		struct scene sn = { .steps = steps };

		snprintf(steps, sizeof(steps), OPEN_STEPS "      - send: %s\n" SILENCE, sent[i]);
		expect_scene(&sn, VERDICT_PASS, 0);
		/* Nor if something else is sent behind it. */
		snprintf(steps, sizeof(steps), OPEN_STEPS "      - send: %s\n" FAR_RESET SILENCE,
			 sent[i]);
		expect_scene(&sn, VERDICT_PASS, 0);
	}
}

Test(fence, not_where_time_has_passed_since)
{
	struct scene sn = { .steps = OPEN_STEPS FAR_RESET "      - wait: 1ms\n" SILENCE };

	expect_scene(&sn, VERDICT_PASS, 0);
}

/* So long only a timer can be meant. */
Test(fence, not_in_a_long_silence)
{
	struct scene sn = { .steps = OPEN_STEPS FAR_RESET "      - expect-none: 501ms\n" };

	expect_scene(&sn, VERDICT_PASS, 0);
	sn.steps = OPEN_STEPS FAR_RESET "      - expect-none: rto-initial / 4\n";
	expect_scene(&sn, VERDICT_PASS, 0);
}

/* An answer that the fence overtook would be taken for the other choice. */
Test(fence, not_where_silence_is_one_of_several)
{
	struct scene sn = { .steps = OPEN_STEPS
			    "      - send: {flags: RST, seq: snd.nxt + 1}\n"
			    "      - one-of:\n"
			    "          - expect: {flags: ACK, within: 250ms}\n"
			    "          - expect-none: 250ms\n" };

	expect_scene(&sn, VERDICT_PASS, 0);
}

Test(fence, not_in_a_patient_case)
{
	struct scene sn = { .head = "    patient: yes\n",
			    .steps = OPEN_STEPS FAR_RESET SILENCE };

	expect_scene(&sn, VERDICT_PASS, 0);
}

/* ---- who says that order is kept, and who does not want to know ---- */

/* In how many runs of one a fence ended the silence. */
static unsigned int fenced_with(bool link_in_order, bool target_ordered, bool patience)
{
	static const struct reply reply = { 1, SA, 0, 0, 0, NULL, 0 };
	struct script sc = {
		.reply = &reply,
		.n = 1,
		.answers_probes = true,
		.answers_fences = true,
	};
	struct vlink_peer peer = { .receive = script_receive, .arg = &sc };
	struct link *link = vlink_open(NULL, &peer);
	struct suite *s = case_suite("", OPEN_STEPS FAR_RESET SILENCE);
	const struct plan *p = suite_plan(s, 0);
	struct outcome o = { .arena = arena_new() };
	struct sched_sink sink = { .ended = outcome_ended, .skipped = outcome_skipped, .arg = &o };
	struct target t;
	struct sched_config cfg = { .link = link, .target = &t, .patience = patience };
	unsigned int n;

	target_init_lab(&t);
	t.addr4 = link->target4;
	t.ordered = target_ordered;
	link->in_order = link_in_order;
	cr_assert_eq(sched_run(&cfg, &p, 1, &sink), 0);
	cr_assert_eq(o.v.kind, VERDICT_PASS);
	n = o.v.n_fenced;
	o.suite = s;
	outcome_free(&o);
	link->ops->close(link);
	return n;
}

Test(fence, the_link_or_the_profile_says_that_order_is_kept)
{
	cr_assert_eq(fenced_with(false, false, false), 0);
	cr_assert_eq(fenced_with(true, false, false), 1);
	cr_assert_eq(fenced_with(false, true, false), 1);
}

Test(fence, patience_wants_the_time_in_full)
{
	cr_assert_eq(fenced_with(true, false, true), 0);
	cr_assert_eq(fenced_with(false, true, true), 0);
}

/* ---- its answer ---- */

Test(fence, without_an_answer_the_wait_is_in_full)
{
	struct scene sn = { .steps = OPEN_STEPS FAR_RESET SILENCE, .mute = true };

	expect_scene(&sn, VERDICT_PASS, 0);
}

Test(fence, a_reset_of_something_else_is_no_answer)
{
	struct scene sn = { .steps = OPEN_STEPS FAR_RESET SILENCE, .off = 1 };

	expect_scene(&sn, VERDICT_PASS, 0);
}

/*
 * What it cannot see: a target that answers after a while, and later packets than
 * that.  Whoever is patient does.
 */
Test(fence, an_answer_that_is_late_is_for_the_patient)
{
	static const struct reply r = { 3, A, 1, 0, 100 * MS, NULL, 0 };
	struct scene sn = { .steps = OPEN_STEPS FAR_RESET SILENCE, .reply = &r };

	expect_scene(&sn, VERDICT_PASS, 1);
	sn.head = "    patient: yes\n";
	expect_scene(&sn, VERDICT_FAIL, 0);
}
