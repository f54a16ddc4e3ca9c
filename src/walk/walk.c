/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walking a plan: packets, time, and what the walk wants next.
 */
#include "walk/walk.h"

#include <errno.h>
#include <string.h>

#include "match/build.h"
#include "walk/internal.h"
#include "wire/seq.h"

struct match_env walk_env(const struct walk *w, int64_t now_ns)
{
	return (struct match_env){ .tcb = &w->tcb, .bound = w->bound, .now_ns = now_ns };
}

static uint32_t start_iss(const struct walk *w)
{
	struct match_env env = walk_env(w, 0);
	uint32_t iss = w->trace->setup.iss;

	if (w->plan->iss)
		expr_eval(w->plan->iss, match_env_get, &env, &iss);
	return iss;
}

void walk_init(struct walk *w, const struct plan *plan,
	       const struct trace *trace, struct arena *arena)
{
	const struct trace_setup *setup = &trace->setup;
	bool closed = (plan->needs >> NEED_CLOSED_PORT & 1) || plan_asks_app(plan);

	memset(w, 0, offsetof(struct walk, backlog));
	w->n_backlog = w->n_findings = w->n_alts = 0;
	w->plan = plan;
	w->trace = trace;
	w->bound = arena_calloc(arena, plan->n_steps, sizeof(*w->bound));
	w->result = arena_calloc(arena, plan->n_steps, sizeof(*w->result));
	for (uint16_t i = 0; i < plan->n_steps; i++)
		w->result[i].packet = -1;
	tcb_init(&w->tcb, 0, plan->window, setup->mss);
	tcb_init(&w->tcb, start_iss(w), plan->window, setup->mss);
	w->tcb.ts_offset = setup->ts_offset;
	w->tcb.start_ns = trace->start_ns;
	model_init(&w->model, closed ? TCP_CLOSED : TCP_LISTEN, setup->lossless);
	w->model.book = model_book_of(setup->rules);
	w->model.unordered = setup->unordered;
	lint_init(&w->lint, arena, setup->lossless ? LINT_ORDERED : 0);
	w->nearest = -1;
	w->failed_finding = w->unasked = -1;
	w->claim = TCP_STATE_NONE;
	w->asked_packets = SIZE_MAX;
	fence_forget(w);
	w->confirmed = -1;
	w->now_ns = trace->start_ns;
	walk_enter(w, 0, trace->start_ns);
}

/* Matching */

static bool match_one(struct walk *w, uint16_t step, const struct segment *s,
		      const struct match_env *env, int32_t packet)
{
	struct match_result r;

	if (match_expect(w->plan->step[step].expect, s, env, &r))
		return true;
	if (w->nearest < 0 || match_distance(&r) <= match_distance(&w->nearest_diff)) {
		w->nearest = packet;
		w->nearest_diff = r;
	}
	return false;
}

static int match_alternatives(struct walk *w, uint16_t step,
			      const struct segment *s,
			      const struct match_env *env, int32_t packet)
{
	const struct plan_step *st = &w->plan->step[step];

	for (uint16_t i = 0; i < st->one_of.n; i++) {
		uint16_t first = st->one_of.alt[i].first;

		if (w->plan->step[first].kind == PLAN_EXPECT &&
		    match_one(w, first, s, env, packet))
			return i;
	}
	return -1;
}

/*
 * It is named after a document that the user does not judge by (--rules); RFC 9293
 * keeps what RFC 793 said where an alternative has that name.
 */
static bool is_ruled_out(const struct walk *w, const struct plan_alt *alt)
{
	uint32_t chosen = w->trace->setup.rules;
	const char *bad;
	uint32_t rules;
	size_t len;

	if (!chosen || (chosen & RULES_RFC9293) || !alt->name ||
	    model_rules_parse(alt->name, &rules, &bad, &len))
		return false;
	return !(rules & chosen);
}

/* Notes which alternative was taken, and what that breaks. */
static void take_alternative(struct walk *w, uint16_t step, uint16_t i,
			     int32_t packet, int64_t t)
{
	const struct plan_alt *alt = &w->plan->step[step].one_of.alt[i];

	if (w->n_alts < 8) {
		w->alt[w->n_alts] = step;
		w->alt_index[w->n_alts++] = i;
	}
	if (is_ruled_out(w, alt))
		walk_find(w, FINDING_ALTERNATIVE, w->plan->level, step, packet)->note = alt->name;
	else if (alt->level >= 0)
		walk_find(w, FINDING_ALTERNATIVE, (enum req_level)alt->level,
			  step, packet)
			->note = alt->name;
	w->result[step].status = STEP_DONE;
	w->result[step].packet = packet;
	w->result[step].at_ns = t;
	walk_complete(w, alt->first, packet, t);
}

/*
 * The step that @s completes, looking past optional ones, or -1.  For one-of,
 * *alt says which.
 */
static int find_taker(struct walk *w, const struct segment *s,
		      const struct match_env *env, int32_t packet, int *alt)
{
	uint16_t i = w->step;

	for (;;) {
		const struct plan_step *st = &w->plan->step[i];

		*alt = -1;
		if (st->kind == PLAN_EXPECT) {
			if (match_one(w, i, s, env, packet))
				return i;
		} else if (st->kind == PLAN_ONE_OF) {
			*alt = match_alternatives(w, i, s, env, packet);
			return *alt >= 0 ? i : -1;
		}
		if (st->kind != PLAN_EXPECT || !st->optional)
			return -1;
		i = st->next;
	}
}

static int64_t after_of(const struct walk *w, int taker, int alt)
{
	const struct plan_step *st = &w->plan->step[taker];

	if (alt >= 0)
		st = &w->plan->step[st->one_of.alt[alt].first];
	return walk_span(w, &st->expect->after);
}

/* @packet completes step @taker; optional ones before it were not needed. */
static void take(struct walk *w, int taker, int alt, size_t packet,
		 const struct segment *s, int64_t t)
{
	uint16_t target = alt >= 0
		? w->plan->step[taker].one_of.alt[alt].first
		: (uint16_t)taker;

	for (uint16_t i = w->step; i != taker; i = w->plan->step[i].next)
		w->result[i].status = STEP_SKIPPED;
	bound_segment_set(&w->bound[target], s);
	if (after_of(w, taker, alt) && t - w->ref_ns < after_of(w, taker, alt)) {
		struct walk_finding *f;

		w->step = (uint16_t)taker;
		f = walk_find(w, FINDING_EARLY, w->plan->level, (uint16_t)taker,
			      (int32_t)packet);
		f->waited_ns = t - w->ref_ns;
		walk_fail(w, f);
		return;
	}
	if (alt >= 0)
		take_alternative(w, (uint16_t)taker, (uint16_t)alt,
				 (int32_t)packet, t);
	else
		walk_complete(w, (uint16_t)taker, (int32_t)packet, t);
}

/* Segments that came while nobody waited; true if one was taken. */
static bool try_backlog(struct walk *w)
{
	for (uint8_t i = 0; i < w->n_backlog; i++) {
		struct walk_backlog b = w->backlog[i];
		struct tcb tcb = w->tcb;
		struct match_env env = walk_env(w, w->now_ns);
		struct segment s;
		int alt, taker;

		/* RCV.* as it stood when the segment came. */
		tcb.rcv_nxt = b.rcv_nxt;
		tcb.target_snd_nxt = b.target_snd_nxt;
		env.tcb = &tcb;
		trace_decode(w->trace, b.packet, &s);
		taker = find_taker(w, &s, &env, (int32_t)b.packet, &alt);
		if (taker < 0)
			continue;
		walk_backlog_drop(w, i);
		walk_backlog_drop(w, 0);
		memmove(w->backlog, w->backlog + 1,
			(size_t)(--w->n_backlog) * sizeof(w->backlog[0]));
		if (b.suspect)
			walk_find_taken(w, taker, alt, b.packet, &b.violation);
		take(w, taker, alt, b.packet, &s,
		     w->trace->packet[b.packet].ts_ns);
		return true;
	}
	return false;
}

/* Steps */

static void check_claim(struct walk *w, uint16_t step)
{
	const struct plan_step *st = &w->plan->step[step];
	struct walk_finding *f;

	if (st->state == TCP_STATE_NONE) {
		if (st->kind == PLAN_SEND || st->kind == PLAN_EXPECT)
			w->claim = TCP_STATE_NONE;
		return;
	}
	w->claim = st->state;
	w->claim_step = step;
	if (model_possible(&w->model, (enum tcp_state)st->state))
		return;
	f = walk_find(w, FINDING_STATE, w->plan->level, step,
		      w->result[step].packet);
	f->claim = st->state;
}

void walk_complete(struct walk *w, uint16_t step, int32_t packet, int64_t t)
{
	w->result[step].status = STEP_DONE;
	w->result[step].packet = packet;
	w->result[step].at_ns = t;
	if (w->plan->step[step].kind != PLAN_APP && w->plan->step[step].kind != PLAN_STATE)
		w->asked_packets = SIZE_MAX;
	if (w->plan->step[step].kind != PLAN_SEND && w->plan->step[step].kind != PLAN_STATE)
		fence_forget(w);
	check_claim(w, step);
	walk_enter(w, w->plan->step[step].next, t);
}

void walk_enter(struct walk *w, uint16_t step, int64_t t)
{
	const struct plan_step *st = &w->plan->step[step];

	w->step = step;
	/* A segment from the backlog came before the step that waited for it. */
	if (t > w->ref_ns)
		w->ref_ns = t;
	w->nearest = -1;
	w->noise = false;
	w->asked = false;
	switch (st->kind) {
	case PLAN_STATE:
		walk_complete(w, step, -1, t);
		break;
	case PLAN_END:
		if (!w->n_debts)
			walk_end_plan(w);
		break;
	case PLAN_ALIVE:
		walk_backlog_drop(w, w->n_backlog);
		probe_start(w, st->alive == ALIVE_HANDSHAKE ? PROBE_HANDSHAKE : PROBE_OLD_DATA, t);
		break;
	case PLAN_EXPECT:
	case PLAN_ONE_OF:
		try_backlog(w);
		break;
	case PLAN_EXPECT_NONE:
		walk_app_silence(w);
		if (!w->failed)
			walk_backlog_drop(w, w->n_backlog);
		fence_start(w);
		break;
	case PLAN_CONFIRM:
		walk_backlog_drop(w, w->n_backlog);
		confirm_start(w, t);
		break;
	case PLAN_MODEL:
		fence_start(w);
		break;
	case PLAN_SEND:
	case PLAN_WAIT:
	case PLAN_APP:
	case PLAN_N_KINDS:
		break;
	}
}

/* A segment while an expectation waits. */
static void rx_expect(struct walk *w, size_t packet, const struct segment *s,
		      int taker, int alt, bool permitted, bool old,
		      const struct model_violation *v)
{
	const struct plan_step *st = &w->plan->step[w->step];

	if (taker >= 0) {
		if (!permitted)
			walk_find_taken(w, taker, alt, packet, v);
		take(w, taker, alt, packet, s, w->now_ns);
		return;
	}
	if (st->kind == PLAN_ONE_OF && !(permitted && old))
		w->noise = true;
	if (!permitted)
		walk_fail(w, walk_find_unexpected(w, packet, v));
}

static void rx_silence(struct walk *w, size_t packet, const struct segment *s,
		       bool permitted, bool old,
		       const struct model_violation *v)
{
	struct walk_finding *f;

	if (permitted && old)
		return;
	f = walk_find(w, FINDING_NOT_SILENT, w->plan->level, w->step,
		      (int32_t)packet);
	(void)s;
	if (!permitted) {
		f->has_violation = true;
		f->violation = *v;
	}
	walk_fail(w, f);
}

/* The answer that was missed arrives while the liveness probe runs. */
static void rx_late(struct walk *w, size_t packet, const struct segment *s)
{
	struct walk_finding *f;
	struct match_env env = walk_env(w, w->now_ns);
	int alt;

	if (w->failed_finding < 0)
		return;
	f = &w->finding[w->failed_finding];
	if (f->kind != FINDING_NO_ANSWER || f->step >= w->plan->n_steps)
		return;
	w->step = f->step;
	if (find_taker(w, s, &env, (int32_t)packet, &alt) < 0)
		return;
	f->kind = FINDING_LATE;
	f->packet = (int32_t)packet;
	f->waited_ns = w->now_ns - w->ref_ns;
	f->has_diff = false;
}

/*
 * No answer to our last segment: a retransmission, or the acknowledgment of what
 * came before and may be delayed (RFC 9293 3.8.6.3).
 */
static bool is_old(const struct walk *w, const struct segment *s)
{
	const struct model *m = &w->model;

	if (model_is_retransmission(m, s))
		return true;
	return m->iss_known && s->flags == TCP_ACK && !s->data_len &&
		seq_gt(s->ack, m->rcv_nxt_lo) && seq_le(s->ack, w->owed);
}

/*
 * RFC 9293 3.5.1: our first SYN is acknowledged with other numbers where the
 * target knows an earlier connection of ours by these ports.  Numbers of this run
 * are none of those: where it sends a second SYN, and a reset in between was lost,
 * the earlier connection is its own.
 */
static bool is_of_earlier(const struct walk *w, const struct segment *s)
{
	const struct model *m = &w->model;

	if (!m->irs_known || w->tcb.irs_known ||
	    (s->flags & (TCP_ACK | TCP_SYN | TCP_RST)) != TCP_ACK)
		return false;
	if (m->again.set && seq_in(s->ack, m->again.irs, m->again.end - m->again.irs + 1))
		return false;
	return !seq_in(s->ack, m->irs, m->syn_end - m->irs + 1) &&
		!seq_in(s->ack, w->tcb.iss, w->tcb.snd_nxt - w->tcb.iss + 1);
}

static void rx_earlier(struct walk *w, size_t packet)
{
	struct walk_finding *f = walk_find(w, FINDING_FAULT, LEVEL_MUST, w->step, (int32_t)packet);

	f->fault = FAULT_PORT;
	walk_fail(w, f);
}

static void rx_steps(struct walk *w, size_t packet, const struct segment *s)
{
	const struct plan_step *st = &w->plan->step[w->step];
	struct match_env env = walk_env(w, w->now_ns);
	struct model_violation v;
	bool waiting = walk_waits_for_segment(st);
	bool old = is_old(w, s), earlier = is_of_earlier(w, s);
	int alt = -1, taker = waiting ? find_taker(w, s, &env, (int32_t)packet, &alt) : -1;
	uint16_t answer;
	enum due_fit fit = due_fit(w, s, old, &answer);
	bool permitted = model_rx(&w->model, s, w->now_ns, &v);
	struct tcb before = w->tcb;

	tcb_rx(&w->tcb, s);
	if (st->kind == PLAN_MODEL)
		due_rx(w, packet, fit, answer, permitted, &v);
	else if (st->kind == PLAN_CONFIRM && !permitted)
		walk_fail(w, walk_find_unexpected(w, packet, &v));
	else if (st->kind == PLAN_CONFIRM)
		probe_rx(w, packet, s, permitted);
	else if (earlier && taker < 0)
		rx_earlier(w, packet);
	else if (waiting)
		rx_expect(w, packet, s, taker, alt, permitted, old, &v);
	else if (st->kind == PLAN_EXPECT_NONE)
		rx_silence(w, packet, s, permitted, old, &v);
	else if (st->kind == PLAN_ALIVE && st->alive == ALIVE_CONNECTION)
		probe_rx(w, packet, s, permitted);
	else
		walk_backlog_add(w, packet, &before, permitted, old, &v);
}

static void rx_after(struct walk *w, size_t packet, const struct segment *s)
{
	struct model_violation v;
	bool permitted;

	if (w->phase == WALK_ALIVE)
		rx_late(w, packet, s);
	permitted = model_rx(&w->model, s, w->now_ns, &v);
	tcb_rx(&w->tcb, s);
	if (w->phase != WALK_CONFIRM)
		return;
	if (!permitted) {
		struct walk_finding *f = walk_find_unexpected(w, packet, &v);

		f->step = TRACE_STEP_CONFIRM;
		f->claim = w->claim;
		walk_fail(w, f);
		return;
	}
	probe_rx(w, packet, s, permitted);
}

/* When the target last sent what has to be acknowledged. */
static void note_text(struct walk *w, const struct segment *s)
{
	w->again = model_is_retransmission(&w->model, s);
	if (!segment_len(s) || (s->flags & TCP_RST))
		return;
	w->text_gap_ns = w->again ? w->now_ns - w->text_ns : 0;
	w->text_ns = w->now_ns;
}

/* From our SYN, or SYN,ACK, to what acknowledges it. */
static void note_rtt(struct walk *w, const struct segment *s)
{
	if (!w->rtt_ns && w->syn_ns && (s->flags & TCP_ACK))
		w->rtt_ns = w->now_ns - w->syn_ns;
}

static void packet_rx(struct walk *w, size_t i, const struct segment *s)
{
	if (w->trace->packet[i].flow != 0) {
		if (w->probe.active && w->probe.flow == w->trace->packet[i].flow)
			probe_rx(w, i, s, true);
		else
			fence_rx(w, w->trace->packet[i].flow, s);
		return;
	}
	if (w->phase == WALK_CLEANUP || w->phase == WALK_DONE)
		return;
	w->heard = true;
	note_text(w, s);
	note_rtt(w, s);
	debt_rx(w, s);
	walk_lint(w, i, s);
	if (w->phase == WALK_STEPS)
		rx_steps(w, i, s);
	else
		rx_after(w, i, s);
}

static void cleanup_done(struct walk *w)
{
	w->phase = WALK_DONE;
	if (w->asked_again != 1)
		return;
	w->asked_again = 2;
	walk_ask(w);
}

/* A probe that went out once more while its answer was on the way. */
static bool is_spare_probe(const struct walk *w, uint16_t step)
{
	if (step == TRACE_STEP_CONFIRM)
		return w->phase > WALK_CONFIRM;
	if (step == TRACE_STEP_ALIVE)
		return w->phase > WALK_ALIVE;
	if (step >= w->plan->n_steps)
		return false;
	if (w->plan->step[step].kind == PLAN_CONFIRM)
		return true;
	return w->plan->step[step].kind == PLAN_ALIVE &&
		w->result[step].status != STEP_NOT_REACHED;
}

/* What was wanted has left. */
static void tx_wanted(struct walk *w, size_t i, const struct segment *s)
{
	if (w->phase == WALK_CLEANUP) {
		cleanup_done(w);
	} else if (w->probe.active) {
		probe_tx(w, s, w->now_ns);
	} else {
		bound_segment_set(&w->bound[w->step], s);
		fence_stimulus(w, s);
		walk_complete(w, w->step, (int32_t)i, w->now_ns);
	}
}

static void packet_tx(struct walk *w, size_t i, const struct segment *s)
{
	const struct trace_packet *p = &w->trace->packet[i];
	struct walk_want want;

	if (p->step == TRACE_STEP_FOREIGN)
		return;
	if (p->step == TRACE_STEP_FENCE) {
		fence_tx(w, p->flow, s);
		return;
	}
	if (p->flow == 0) {
		uint16_t states = w->model.states;

		w->owed = w->model.rcv_nxt;
		if (s->flags & TCP_SYN)
			w->syn_ns = w->now_ns;
		tcb_tx(&w->tcb, s);
		model_tx(&w->model, s, w->now_ns);
		lint_tx(&w->lint, s, w->now_ns);
		due_note(w, i, s, w->owed);
		debt_tx(w, s, p->step, states);
	}
	walk_want(w, &want);
	if (want.kind == WANT_SEND && want.step == p->step && want.flow == p->flow)
		tx_wanted(w, i, s);
	/* Live and offline walk the same way, or our own clock misled us. */
	else if (!is_spare_probe(w, p->step))
		walk_fail(w, walk_find(w, FINDING_FAULT, LEVEL_MUST, p->step, (int32_t)i));
}

void walk_packet(struct walk *w, size_t i)
{
	const struct trace_packet *p = &w->trace->packet[i];

	if (p->ts_ns > w->now_ns) {
		walk_time(w, p->ts_ns);
		w->now_ns = p->ts_ns;
	}
	trace_decode(w->trace, i, &w->scratch);
	if (p->dir == TRACE_TX)
		packet_tx(w, i, &w->scratch);
	else
		packet_rx(w, i, &w->scratch);
	walk_settle(w);
}

/* Time */

/* The last of a chain of optional steps and what stands behind it. */
static uint16_t chain_end(const struct walk *w)
{
	uint16_t i = w->step;

	while (w->plan->step[i].kind == PLAN_EXPECT && w->plan->step[i].optional &&
	       walk_waits_for_segment(&w->plan->step[w->plan->step[i].next]))
		i = w->plan->step[i].next;
	return i;
}

/* The alternative that is silence, or -1. */
static int silent_alternative(const struct walk *w, const struct plan_step *st)
{
	for (uint16_t i = 0; i < st->one_of.n; i++) {
		if (w->plan->step[st->one_of.alt[i].first].kind == PLAN_EXPECT_NONE)
			return i;
	}
	return -1;
}

static int64_t one_of_due(const struct walk *w, const struct plan_step *st)
{
	const struct timer_values *timers = &w->trace->setup.timers;
	int silent = w->noise ? -1 : silent_alternative(w, st);

	if (silent < 0)
		return plan_one_of_ns(w->plan, st, timers);
	return plan_alt_ns(w->plan, &st->one_of.alt[silent], timers);
}

/* When time alone completes or fails the step; INT64_MAX: never. */
static int64_t step_due(const struct walk *w)
{
	const struct plan_step *st = &w->plan->step[w->step];
	const struct plan_step *end;

	switch (st->kind) {
	case PLAN_APP:
		return walk_app_due(w);
	case PLAN_WAIT:
	case PLAN_EXPECT_NONE:
		return w->ref_ns + walk_span(w, st->wait);
	case PLAN_MODEL:
		return due_time(w);
	case PLAN_ONE_OF:
		return w->ref_ns + one_of_due(w, st);
	case PLAN_EXPECT:
		end = &w->plan->step[chain_end(w)];
		if (end->kind == PLAN_ONE_OF)
			return w->ref_ns + one_of_due(w, end);
		return w->ref_ns + walk_span(w, &end->expect->within);
	default:
		return INT64_MAX;
	}
}

int64_t walk_steps_due(const struct walk *w)
{
	int64_t step = step_due(w), debt = debt_due(w);

	return debt < step ? debt : step;
}

static void no_answer(struct walk *w, uint16_t step)
{
	const struct plan_step *st = &w->plan->step[step];
	struct walk_finding *f;

	w->step = step;
	f = walk_find(w, st->precondition ? FINDING_PRECONDITION : FINDING_NO_ANSWER,
		      w->plan->level, step, w->nearest);
	f->waited_ns = w->now_ns - w->ref_ns;
	if (w->nearest >= 0) {
		f->has_diff = true;
		f->diff = w->nearest_diff;
	}
	walk_fail(w, f);
}

static void step_expired(struct walk *w, int64_t due)
{
	uint16_t end = chain_end(w);
	const struct plan_step *st = &w->plan->step[end];
	int silent;

	w->now_ns = due;
	if (debt_due(w) == due) {
		debt_expired(w);
		return;
	}
	if (st->kind == PLAN_APP) {
		walk_app_expired(w);
		return;
	}
	if (st->kind == PLAN_MODEL) {
		due_expired(w);
		return;
	}
	if (st->kind == PLAN_WAIT || st->kind == PLAN_EXPECT_NONE) {
		walk_complete(w, end, -1, due);
		return;
	}
	for (uint16_t i = w->step; i != end; i = w->plan->step[i].next)
		w->result[i].status = STEP_SKIPPED;
	w->step = end;
	silent = st->kind == PLAN_ONE_OF && !w->noise
		? silent_alternative(w, st)
		: -1;
	if (silent >= 0) {
		take_alternative(w, end, (uint16_t)silent, -1, due);
	} else if (st->kind == PLAN_EXPECT && st->optional) {
		w->result[end].status = STEP_SKIPPED;
		walk_enter(w, st->next, due);
	} else {
		no_answer(w, end);
	}
}

void walk_time(struct walk *w, int64_t now_ns)
{
	for (;;) {
		int64_t due = w->probe.active	 ? w->probe.due_ns
			: w->phase == WALK_STEPS ? walk_steps_due(w)
						 : INT64_MAX;

		if (due >= now_ns || w->phase == WALK_DONE)
			break;
		if (w->probe.active)
			probe_due(w, due);
		else
			step_expired(w, due);
		walk_settle(w);
	}
	if (now_ns > w->now_ns)
		w->now_ns = now_ns;
}
