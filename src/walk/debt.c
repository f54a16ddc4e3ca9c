/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debts: answers that the model says must come, whether or not the case asks for
 * them.
 *
 * A segment of ours makes one if every way that it can go through the table, in
 * every state that the target may be in, ends in an answer.  It is paid by an
 * acknowledgment that covers what has to be covered, or by a reset.  What is not
 * paid a second later is missing, not late: RFC 9293 3.8.6.3 allows half of that for
 * the acknowledgment of text (MUST-40), and nothing for the rest.  While an
 * expectation waits its own time counts, and at the end of its steps a case waits
 * for what is owed; so it costs time only where an answer is missing.
 *
 * The model has one record of numbers for all its hypotheses, so a debt is made only
 * where there is one: a single state, and nothing behind that may have been taken or
 * dropped, unless the target has said since that it took all of it.
 *
 * None is made where silence has another reason: on a path that may lose or overtake
 * packets; for an ACK that RFC 5961 asks for and section 7 lets a target limit, on
 * this connection or for all; for a second unacceptable segment within a second,
 * which stacks limit in the same way; for segments with options that may be reason
 * enough to drop them; and for the SYN|ACK of a simultaneous open.  What a SYN or a
 * reset of ours, CLOSE or ABORT may have ended is not owed any more.
 */
#include <string.h>

#include "walk/internal.h"
#include "wire/seq.h"

#define OWED_NS INT64_C(1000000000)

/* An ACK that takes nothing, and it is not the first check that wants it. */
static bool is_challenge(const struct model_due *d)
{
	for (uint8_t i = 0; i < d->n_choices; i++) {
		const struct model_row *row = d->choice[i].row;

		if ((d->choice[i].answers & ANS_ACK) && row && row->check != CHECK_SEQ)
			return true;
	}
	return false;
}

/* It may be dropped with an ACK, which stacks limit. */
static bool is_refused(const struct model_due *d)
{
	return (d->answers & ANS_ACK) && d->keeps && !d->opens;
}

/* Keys that nobody agreed on, and lists that make no sense (MUST-7). */
static bool has_odd_options(const struct segment *s)
{
	const uint32_t odd = SEG_DEFECT_OPT_LENGTH | SEG_DEFECT_OPT_PADDING;

	return (s->defects & odd) || segment_opt(s, TCP_OPT_MD5) || segment_opt(s, TCP_OPT_AO);
}

static bool is_of_connection(const struct walk *w, const struct segment *s)
{
	const struct trace_setup *setup = &w->trace->setup;

	return s->sport == setup->tester_port && s->dport == setup->target_port;
}

/* RFC 9293 3.5, figure 7: it opens, where the first check has it acknowledged. */
static bool opens_simultaneously(const struct walk *w, const struct segment *s)
{
	const uint16_t syn_ack = TCP_SYN | TCP_ACK;

	return (s->flags & syn_ack) == syn_ack && w->model.active &&
		model_possible(&w->model, TCP_SYN_RECEIVED);
}

static bool is_single(uint16_t states)
{
	return states && !(states & (states - 1));
}

static bool is_owed(const struct walk *w, const struct segment *s, uint16_t states)
{
	const struct trace_setup *setup = &w->trace->setup;
	const struct model_due *d = &w->due.what;

	if (!setup->lossless || setup->unordered || !d->answers || d->silent || d->more)
		return false;
	if (w->unsure || !is_single(states))
		return false;
	if (!is_of_connection(w, s) || has_odd_options(s) || opens_simultaneously(w, s))
		return false;
	if (!is_refused(d))
		return true;
	return !is_challenge(d) && (!w->refused_ns || w->now_ns - w->refused_ns >= OWED_NS);
}

/* What an acknowledgment has to cover, as far as the window reached. */
static uint32_t needed(const struct walk *w)
{
	const struct model *m = &w->model;
	const struct walk_due *d = &w->due;

	if (!d->what.takes || d->what.keeps || d->what.opens)
		return d->before;
	if (m->rcv_wnd_known && seq_gt(d->after, m->rcv_right))
		return m->rcv_right;
	return d->after;
}

/* Taken or not, or in part: what the model counts is the most that may be. */
static bool is_ambiguous(const struct walk *w)
{
	const struct model *m = &w->model;

	return w->due.what.n_choices > 1 || w->due.what.more ||
		(m->rcv_wnd_known && seq_gt(m->rcv_nxt, m->rcv_right));
}

static bool is_of_plan(const struct walk *w, uint16_t step)
{
	return w->phase == WALK_STEPS && step < w->plan->n_steps &&
		w->plan->step[step].kind == PLAN_SEND;
}

void debt_tx(struct walk *w, const struct segment *s, uint16_t step, uint16_t states)
{
	bool owed = is_of_plan(w, step) && is_owed(w, s, states);

	w->unsure |= is_ambiguous(w);
	if (is_refused(&w->due.what))
		w->refused_ns = w->now_ns;
	if (s->flags & (TCP_RST | TCP_SYN))
		w->n_debts = 0;
	if (!owed || w->n_debts == WALK_MAX_DEBTS)
		return;
	w->debt[w->n_debts++] = (struct walk_debt){
		.row = w->due.what.row,
		.answers = w->due.what.answers,
		.level = w->due.what.level,
		.need = needed(w),
		.since_ns = w->now_ns,
		.step = step,
	};
}

static bool pays(const struct walk_debt *d, const struct segment *s)
{
	const uint16_t syn_ack = TCP_SYN | TCP_ACK;

	if (s->flags & TCP_RST)
		return true;
	if ((d->answers & ANS_SYN_ACK) && (s->flags & syn_ack) == syn_ack)
		return true;
	return (d->answers & ANS_ACK) && (s->flags & TCP_ACK) && seq_ge(s->ack, d->need);
}

void debt_rx(struct walk *w, const struct segment *s)
{
	uint8_t left = 0;

	for (uint8_t i = 0; i < w->n_debts; i++) {
		if (!pays(&w->debt[i], s))
			w->debt[left++] = w->debt[i];
	}
	w->n_debts = left;
	/* It took all that it may have taken, and keeps nothing beyond a hole. */
	if ((s->flags & TCP_ACK) && !w->model.n_ranges &&
	    s->ack == seq_max(w->model.rcv_nxt, w->model.rcv_max))
		w->unsure = false;
}

void debt_app(struct walk *w, enum app_call call)
{
	if (call == APP_CLOSE || call == APP_ABORT || call == APP_SHUTDOWN)
		w->n_debts = 0;
}

/* The first one that is left. */
int64_t debt_due(const struct walk *w)
{
	const struct plan_step *st = &w->plan->step[w->step];

	if (!w->n_debts || walk_waits_for_segment(st) || st->kind == PLAN_MODEL)
		return INT64_MAX;
	return w->debt[0].since_ns + OWED_NS;
}

void debt_expired(struct walk *w)
{
	struct walk_debt d = w->debt[0];
	struct walk_finding *f = walk_find(w, FINDING_NO_ANSWER, d.level, d.step, -1);

	memmove(w->debt, w->debt + 1, (size_t)--w->n_debts * sizeof(w->debt[0]));
	f->row = d.row;
	f->answers = d.answers;
	f->since_ns = d.since_ns;
	f->waited_ns = w->now_ns - d.since_ns;
	/* Less than a MUST does not keep the case from what it asks. */
	if (d.level == LEVEL_MUST)
		walk_fail(w, f);
	else
		w->unasked = (int)(f - w->finding);
}
