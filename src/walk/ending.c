/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a walk ends: what a failure leads to, what is asked when the steps are over,
 * and whether there is a connection to be reset.
 */
#include "walk/internal.h"

/* A connection is there to be reset: its receiver knows our numbers. */
static bool cleanup_needed(const struct walk *w)
{
	const uint16_t gone = STATE_BIT(TCP_CLOSED) | STATE_BIT(TCP_LISTEN);

	return w->model.irs_known && (w->model.states & ~gone);
}

/* The target's reset is what went wrong. */
static bool is_by_reset(const struct walk *w, const struct walk_finding *f)
{
	struct segment s;

	if (f->packet < 0 || (size_t)f->packet >= w->trace->n_packets)
		return false;
	trace_decode(w->trace, (size_t)f->packet, &s);
	return w->trace->packet[f->packet].dir == TRACE_RX && (s.flags & TCP_RST);
}

static bool is_settled_by_asking(const struct walk_finding *f)
{
	return f->kind == FINDING_NO_ANSWER ||
		(f->by_reset && f->kind != FINDING_FAULT && f->kind != FINDING_PRECONDITION);
}

void walk_ask(struct walk *w)
{
	w->phase = WALK_ALIVE;
	probe_start(w, PROBE_HANDSHAKE, w->now_ns);
}

void walk_fail(struct walk *w, struct walk_finding *f)
{
	w->failed = true;
	f->by_reset = is_by_reset(w, f);
	if (w->phase == WALK_STEPS && w->step < w->plan->n_steps &&
	    w->result[w->step].status == STEP_NOT_REACHED) {
		w->result[w->step].status = STEP_FAILED;
		w->result[w->step].packet = f->packet;
	}
	/*
	 * Silence is the target's fault only if it is alive, and a reset only if
	 * somebody still listens on the port.
	 */
	if (is_settled_by_asking(f) && w->trace->setup.alive_port) {
		w->failed_finding = (int)(f - w->finding);
		walk_ask(w);
		return;
	}
	/* Nobody to ask, and never a word: is there anybody? */
	if (f->kind == FINDING_NO_ANSWER && !w->heard) {
		f->kind = FINDING_DEAD;
		f->note = "nothing was heard from the target, and no other port is known to ask";
	}
	w->probe.active = false;
	w->phase = WALK_CLEANUP;
}

void walk_refused(struct walk *w)
{
	struct walk_finding *f = &w->finding[w->failed_finding];

	w->probe.active = false;
	w->phase = WALK_CLEANUP;
	/* A small target may take one connection at a time: free it first. */
	if (w->asked_again == 0 && cleanup_needed(w)) {
		w->asked_again = 1;
		return;
	}
	f->kind = FINDING_PRECONDITION;
	f->note = "nobody listens on the port";
}

static void end_steps(struct walk *w)
{
	int probe = probe_for_claim(w->claim);

	if (w->phase == WALK_STEPS && probe >= 0 && !w->failed) {
		w->phase = WALK_CONFIRM;
		probe_start(w, (enum probe_kind)probe, w->ref_ns);
		return;
	}
	w->phase = WALK_CLEANUP;
}

/* The steps are over, and nothing is owed; what was is settled by asking. */
void walk_end_plan(struct walk *w)
{
	walk_backlog_drop(w, w->n_backlog);
	w->result[w->step].status = STEP_DONE;
	if (w->unasked < 0 || probe_for_claim(w->claim) >= 0) {
		end_steps(w);
		return;
	}
	w->failed_finding = w->unasked;
	walk_ask(w);
}

void walk_settle(struct walk *w)
{
	if (w->phase == WALK_STEPS && w->plan->step[w->step].kind == PLAN_END && !w->n_debts)
		walk_end_plan(w);
	if (w->phase == WALK_CLEANUP && !cleanup_needed(w))
		w->phase = WALK_DONE;
}
