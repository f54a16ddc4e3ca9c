/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the walk wants next, and the segments that it sends.
 */
#include "match/build.h"
#include "walk/internal.h"

static uint16_t probe_tag(const struct walk *w)
{
	switch (w->phase) {
	case WALK_CONFIRM:
		return TRACE_STEP_CONFIRM;
	case WALK_ALIVE:
		return TRACE_STEP_ALIVE;
	default:
		return w->step;
	}
}

void walk_want(const struct walk *w, struct walk_want *want)
{
	*want = (struct walk_want){ .kind = WANT_NOTHING };
	if (w->phase == WALK_DONE)
		return;
	if (w->phase == WALK_CLEANUP) {
		want->kind = WANT_SEND;
		want->step = TRACE_STEP_CLEANUP;
	} else if (w->probe.active) {
		want->kind = probe_wants(w) ? WANT_SEND : WANT_TIME;
		want->step = probe_tag(w);
		want->flow = w->probe.flow;
		want->until_ns = w->probe.due_ns;
	} else if (fence_wants(w)) {
		want->kind = WANT_SEND;
		want->step = TRACE_STEP_FENCE;
		want->flow = w->fence.flow;
	} else if (w->plan->step[w->step].kind == PLAN_SEND) {
		want->kind = WANT_SEND;
		want->step = w->step;
	} else if (w->plan->step[w->step].kind == PLAN_APP && !w->asked) {
		want->kind = WANT_APP;
		want->step = w->step;
	} else {
		want->kind = WANT_TIME;
		want->until_ns = walk_steps_due(w);
	}
}

int walk_segment(const struct walk *w, int64_t now_ns, struct segment *s)
{
	struct match_env env = walk_env(w, now_ns);

	if (w->phase == WALK_CLEANUP) {
		build_plain(&w->trace->setup, &env, TCP_RST, w->model.rcv_nxt, 0, s);
		return 0;
	}
	if (w->probe.active) {
		probe_segment(w, &env, s);
		return 0;
	}
	if (fence_wants(w)) {
		fence_segment(w, &env, s);
		return 0;
	}
	return build_send(w->plan, w->plan->step[w->step].send,
			  &w->trace->setup, &env, s);
}
