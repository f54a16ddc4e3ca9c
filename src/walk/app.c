/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Steps that ask the target's application: the question leaves, the answer comes.
 *
 * What a case says of the answer is the target's to keep: a written result, data
 * that must be received, a connection to be accepted.  An application that merely
 * cannot do what it was asked leaves the question of the case open, and one that
 * says nothing at all is no part of the target.
 */
#include <string.h>

#include "walk/internal.h"
#include "wire/testability.h"

/* Beyond what the call itself waits for: then nobody is there to answer. */
#define ANSWER_NS INT64_C(3000000000)

/* The calls of RFC 9293 3.10 that move the connection on. */
static const struct {
	bool told;
	enum model_call call;
} model_calls[APP_N_CALLS] = {
	[APP_LISTEN] = { true, MODEL_CALL_OPEN_PASSIVE },
	[APP_CONNECT] = { true, MODEL_CALL_OPEN_ACTIVE },
	[APP_SEND] = { true, MODEL_CALL_SEND },
	[APP_RECEIVE] = { true, MODEL_CALL_RECEIVE },
	[APP_SHUTDOWN] = { true, MODEL_CALL_SHUTDOWN },
	[APP_CLOSE] = { true, MODEL_CALL_CLOSE },
	[APP_ABORT] = { true, MODEL_CALL_ABORT },
};

static const struct plan_app *app_of(const struct walk *w)
{
	return w->plan->step[w->step].app;
}

static bool waits(const struct walk *w)
{
	return w->phase == WALK_STEPS && w->plan->step[w->step].kind == PLAN_APP;
}

int64_t walk_app_due(const struct walk *w)
{
	return w->asked ? w->asked_ns + walk_span(w, &app_of(w)->within) + ANSWER_NS : INT64_MAX;
}

void walk_app_expired(struct walk *w)
{
	struct walk_finding *f = walk_find(w, FINDING_FAULT, LEVEL_MUST, w->step, -1);

	f->fault = FAULT_UPPER;
	walk_fail(w, f);
}

/* The listener alone is meant: a connection, if there is one, stays as it is. */
static bool is_of_connection(const struct walk *w, const struct plan_app *a)
{
	const uint16_t without = STATE_BIT(TCP_CLOSED) | STATE_BIT(TCP_LISTEN);

	if (a->call == APP_SHUTDOWN && a->how == APP_SHUTDOWN_READ)
		return false;
	return !a->of_listener || !(w->model.states & ~without);
}

static void question(struct walk *w, const struct trace_app *t)
{
	const struct plan_app *a = app_of(w);

	w->asked = true;
	w->asked_ns = w->now_ns;
	w->asked_packets = t->packets;
	debt_app(w, a->call);
	if (model_calls[a->call].told && is_of_connection(w, a))
		model_app(&w->model, model_calls[a->call].call, w->now_ns);
}

static bool has_data(const struct walk *w, size_t i)
{
	const struct trace_app *t = &w->trace->app[i];
	const struct plan_app *a = app_of(w);

	if (a->call != APP_RECEIVE || t->result != TP_OK)
		return true;
	if (a->data_set)
		return t->len == a->data_len &&
			(!t->len || !memcmp(trace_app_data(w->trace, i), a->data, t->len));
	return t->len >= a->bytes;
}

static bool is_wanted(const struct plan_app *a, uint8_t result)
{
	for (uint8_t i = 0; i < a->n_result; i++)
		if (a->result[i] == result)
			return true;
	return false;
}

/* What is wrong with an answer that is not the one the case wants. */
static enum finding_kind kind_of(const struct walk *w, const struct trace_app *t)
{
	const struct plan_app *a = app_of(w);
	bool handed_over = a->call == APP_RECEIVE || a->call == APP_ACCEPT;

	if (t->result == TP_NTF)
		return FINDING_CANNOT;
	if (w->plan->step[w->step].precondition)
		return FINDING_PRECONDITION;
	if (a->result_set || (handed_over && (t->result == TP_OK || t->result == TP_PEN)))
		return FINDING_APP;
	return FINDING_PRECONDITION;
}

static void answer(struct walk *w, size_t i)
{
	const struct trace_app *t = &w->trace->app[i];
	struct walk_finding *f;

	/* The target gives up without a word to the other end (3.10.8). */
	if (t->call == APP_ERROR && t->result == TP_USER_TIMEOUT)
		model_app(&w->model, MODEL_CALL_TIMEOUT, w->now_ns);
	if (is_wanted(app_of(w), t->result) && has_data(w, i)) {
		/* From now on, not from the question: an upper tester may be slow. */
		walk_complete(w, w->step, -1, w->now_ns);
		return;
	}
	f = walk_find(w, kind_of(w, t), w->plan->level, w->step, -1);
	f->app = (int32_t)i;
	walk_fail(w, f);
}

void walk_app(struct walk *w, size_t i)
{
	const struct trace_app *t = &w->trace->app[i];

	/* Time alone may have led to the question; a late answer is no clock. */
	if ((!t->answer || waits(w)) && t->ts_ns > w->now_ns) {
		walk_time(w, t->ts_ns);
		w->now_ns = t->ts_ns;
	}
	if (waits(w) && t->step == w->step && t->call == app_of(w)->call && t->answer == w->asked) {
		if (t->answer)
			answer(w, i);
		else
			question(w, t);
	} else if (!t->answer) {
		/* Live and offline walk the same way, or the trace is none of ours. */
		walk_fail(w, walk_find(w, FINDING_FAULT, LEVEL_MUST, w->step, -1));
	}
	/* An answer that came after its time says nothing any more. */
	walk_settle(w);
}

void walk_app_silence(struct walk *w)
{
	for (uint8_t i = 0; i < w->n_backlog; i++) {
		const struct walk_backlog *b = &w->backlog[i];
		struct walk_finding *f;

		if (b->packet < w->asked_packets || (!b->suspect && b->old))
			continue;
		f = walk_find(w, FINDING_NOT_SILENT, w->plan->level, w->step, (int32_t)b->packet);
		f->has_violation = b->suspect;
		f->violation = b->violation;
		walk_fail(w, f);
		return;
	}
}

void walk_facts(struct walk *w)
{
	const struct trace *t = w->trace;
	size_t k = 0;

	for (size_t i = 0; i < t->n_packets; i++) {
		for (; k < t->n_app && t->app[k].packets <= i; k++)
			walk_app(w, k);
		walk_packet(w, i);
	}
	for (; k < t->n_app; k++)
		walk_app(w, k);
}
