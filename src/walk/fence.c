/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fences: silence that is proven before its time is over.
 *
 * Where a path keeps order, and the target answers what it gets in that order, a
 * segment sent after the one in question and answered first says that nothing was to
 * come.  The fence is an ACK from a port of its own, where the target knows of no
 * connection: LISTEN and CLOSED answer it at once with <SEQ=SEG.ACK><CTL=RST> (RFC
 * 9293 3.10.7.1, 3.10.7.2), it leaves nothing behind, and the connection under test
 * does not see it.
 *
 * It is sent only
 *
 *   where silence is the one outcome that meets the step.  So a fence that is answered
 *   too early, by a target that works on several things at a time, hides what comes
 *   later at worst; it never accuses.  Of alternatives, one of which is silence, or of
 *   an ACK that may be limited (RFC 5961 7), that would not hold;
 *
 *   where all that was sent since anything else happened carries neither text nor FIN.
 *   Such a segment is answered by TCP itself and at once, if it is.  The acknowledgment
 *   of text may be delayed (3.8.6.3), and text and FIN that were taken by mistake may
 *   show only in what the application does then;
 *
 *   where the silence is too short to be about a timer: 0.5 s is below the second that
 *   a retransmission takes at first (RFC 6298 2.1).  One that is written in terms of a
 *   timer is about that timer, however short it is.
 *
 * All else waits in full, and so does a silence whose fence draws no answer.
 */
#include "match/build.h"
#include "walk/internal.h"

#define FENCE_MAX_NS INT64_C(500000000)

/* Nothing but silence meets the step. */
static bool wants_silence(const struct walk *w)
{
	const struct plan_step *st = &w->plan->step[w->step];

	if (st->kind == PLAN_EXPECT_NONE)
		return timer_sum_is_const(st->wait) && walk_span(w, st->wait) <= FENCE_MAX_NS;
	return st->kind == PLAN_MODEL && w->due.set && !w->due.what.answers;
}

static bool is_sound(const struct walk *w)
{
	return w->trace->setup.fences && w->phase == WALK_STEPS && !w->failed &&
		w->fence.bare && !w->noise && wants_silence(w);
}

void fence_stimulus(struct walk *w, const struct segment *s)
{
	const uint32_t odd = ~(uint32_t)(SEG_DEFECT_CHECKSUM | SEG_DEFECT_RESERVED);

	w->fence.bare &= !s->data_len && !(s->flags & TCP_FIN) && !(s->defects & odd);
	w->fence.sends = true;
}

void fence_forget(struct walk *w)
{
	w->fence.bare = true;
	w->fence.sends = false;
}

void fence_start(struct walk *w)
{
	w->fence.sent = false;
	w->fence.wanted = false;
	if (!w->fence.sends || !is_sound(w) || w->flows == UINT8_MAX)
		return;
	if (!w->fence.flow)
		w->fence.flow = ++w->flows;
	/* Another for each: an answer that was waited for in vain is no answer to this. */
	w->fence.number = w->trace->setup.iss + UINT32_C(0x9e3779b9) * ++w->fence.n;
	w->fence.wanted = true;
}

bool fence_wants(const struct walk *w)
{
	return w->fence.wanted && is_sound(w);
}

void fence_segment(const struct walk *w, const struct match_env *env, struct segment *s)
{
	build_plain(&w->trace->setup, env, TCP_ACK, ~w->fence.number, w->fence.number, s);
	s->n_opt = 0;
}

void fence_tx(struct walk *w, uint8_t flow, const struct segment *s)
{
	/* Or the silence was broken, or over, while it left. */
	if (!fence_wants(w) || flow != w->fence.flow)
		return;
	w->fence.wanted = false;
	w->fence.sent = true;
	w->fence.number = s->ack;
}

void fence_rx(struct walk *w, uint8_t flow, const struct segment *s)
{
	if (!w->fence.sent || flow != w->fence.flow || !is_sound(w) ||
	    !(s->flags & TCP_RST) || s->seq != w->fence.number)
		return;
	w->fence.sent = false;
	w->result[w->step].fenced = true;
	if (w->plan->step[w->step].kind == PLAN_MODEL)
		due_expired(w);
	else
		walk_complete(w, w->step, -1, w->now_ns);
}
