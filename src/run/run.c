/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run: events in, actions out.
 */
#include "run/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "wire/testability.h"

/* Sent, but the capture shows nothing of it: something is wrong with us. */
#define UNSEEN_NS INT64_C(1000000000)
/* A segment of ours that left this late may itself have changed the outcome. */
#define LATE_NS INT64_C(500000000)

void run_init(struct run *r)
{
	memset(r, 0, sizeof(*r));
	trace_init(&r->trace);
	r->arena = arena_new();
}

void run_fini(struct run *r)
{
	trace_fini(&r->trace);
	arena_free(r->arena);
	free(r->pending.tcp);
}

void run_start(struct run *r, const struct plan *plan,
	       const struct trace_setup *setup, int64_t now_ns)
{
	trace_reset(&r->trace);
	arena_reset(r->arena);
	r->plan = plan;
	r->trace.setup = *setup;
	r->trace.start_ns = now_ns;
	r->trace.end_ns = now_ns;
	r->pending.active = false;
	r->pending.wanted_ns = 0;
	r->ended = false;
	memset(r->port, 0, sizeof(r->port));
	r->port[0] = setup->tester_port;
	walk_init(&r->walk, plan, &r->trace, r->arena);
}

/* Where the TCP header begins; 0 if this is no packet of ours. */
static size_t tcp_offset(const uint8_t *ip, size_t len)
{
	if (len >= 20 && ip[0] >> 4 == 4)
		return (size_t)(ip[0] & 15) * 4;
	return len >= 40 && ip[0] >> 4 == 6 ? 40 : 0;
}

/*
 * True if the captured packet is the one that was handed to the link last.
 * Only the TCP part is compared: a raw socket's kernel fills in the IP header.
 */
static bool is_pending(const struct run *r, uint8_t flow, const uint8_t *ip,
		       uint32_t cap_len)
{
	const struct run_pending *p = &r->pending;
	size_t off = tcp_offset(ip, cap_len);

	return p->active && p->flow == flow && off <= cap_len &&
		cap_len - off == p->tcp_len &&
		memcmp(ip + off, p->tcp, p->tcp_len) == 0;
}

static void end(struct run *r, int64_t now_ns)
{
	r->ended = true;
	r->ended_ns = now_ns;
	if (now_ns > r->trace.end_ns)
		r->trace.end_ns = now_ns;
}

void run_abort(struct run *r, enum trace_fault_kind why, int64_t now_ns,
	       int64_t detail)
{
	trace_add_fault(&r->trace, why, now_ns, r->walk.step, detail);
	end(r, now_ns);
}

static bool is_rst(const uint8_t *ip, uint32_t cap_len)
{
	size_t off = tcp_offset(ip, cap_len);

	return off && off + 14 <= cap_len && (ip[off + 13] & TCP_RST);
}

static uint16_t tag_tx(struct run *r, uint8_t flow, int64_t ts_ns,
		       const uint8_t *ip, uint32_t cap_len)
{
	struct run_pending *p = &r->pending;

	if (!is_pending(r, flow, ip, cap_len)) {
		/* Not ours: this host's kernel answers for the tester. */
		if (is_rst(ip, cap_len))
			trace_add_fault(&r->trace, FAULT_LEAK, ts_ns,
					r->walk.step, 0);
		return TRACE_STEP_FOREIGN;
	}
	p->active = false;
	if (p->wanted_ns && ts_ns - p->wanted_ns > LATE_NS)
		trace_add_fault(&r->trace, FAULT_LATE, ts_ns, p->step,
				ts_ns - p->wanted_ns);
	p->wanted_ns = 0;
	return p->step;
}

void run_packet(struct run *r, enum trace_dir dir, uint8_t flow, int64_t ts_ns,
		const uint8_t *ip, uint32_t cap_len, uint32_t len)
{
	uint16_t step = TRACE_STEP_NONE;
	long i;

	if (r->ended)
		return;
	if (dir == TRACE_TX)
		step = tag_tx(r, flow, ts_ns, ip, cap_len);
	i = trace_add(&r->trace, ts_ns, dir, step, flow, ip, cap_len, len);
	if (i < 0) {
		run_abort(r, FAULT_LIMIT, ts_ns, 0);
		return;
	}
	if (ts_ns > r->trace.end_ns)
		r->trace.end_ns = ts_ns;
	walk_packet(&r->walk, (size_t)i);
}

void run_time(struct run *r, int64_t now_ns)
{
	if (r->ended)
		return;
	if (r->pending.active) {
		if (now_ns - r->pending.sent_ns > UNSEEN_NS)
			run_abort(r, FAULT_UNSEEN, now_ns, 0);
		return;
	}
	if (now_ns > r->trace.end_ns)
		r->trace.end_ns = now_ns;
	walk_time(&r->walk, now_ns);
}

/*
 * When a segment was due: as soon as the step before was complete.  Counted
 * from there, a stalled tester shows as such and not as a slow target.
 */
static int64_t due_since(const struct run *r, int64_t now_ns)
{
	const struct walk *w = &r->walk;

	return w->phase == WALK_STEPS && !w->probe.active ? w->ref_ns : now_ns;
}

void run_next(struct run *r, int64_t now_ns, struct run_action *a)
{
	struct walk_want want;

	*a = (struct run_action){ .kind = RUN_DONE };
	if (r->ended)
		return;
	if (r->pending.active) {
		a->kind = RUN_WAIT;
		a->until_ns = r->pending.sent_ns + UNSEEN_NS;
		return;
	}
	walk_want(&r->walk, &want);
	if (want.kind == WANT_NOTHING) {
		end(r, r->trace.end_ns);
	} else if (want.kind == WANT_APP) {
		a->kind = RUN_APP;
	} else if (want.kind == WANT_TIME) {
		a->kind = RUN_WAIT;
		a->until_ns = want.until_ns;
	} else if (want.flow >= RUN_MAX_FLOWS) {
		run_abort(r, FAULT_LIMIT, now_ns, want.flow);
	} else {
		a->kind = RUN_SEND;
		a->flow = want.flow;
		r->pending.step = want.step;
		r->pending.flow = want.flow;
		if (!r->pending.wanted_ns)
			r->pending.wanted_ns = due_since(r, now_ns);
	}
}

void run_request(const struct run *r, int64_t now_ns, struct app_request *req)
{
	const struct plan_app *a = r->plan->step[r->walk.step].app;

	*req = (struct app_request){
		.call = a->call,
		.family = r->plan->family,
		.tester_port = r->trace.setup.tester_port,
		.target_port = r->trace.setup.target_port,
		.of_listener = a->of_listener,
		.how = a->how,
		.option = a->option,
		.value = a->value,
		.urgent = a->urgent,
		.push = a->push,
		.data = a->data,
		.data_len = a->data_len,
		.bytes = a->bytes,
		.wanted = a->result[0],
		.until_ns = now_ns + timer_sum_ns(&a->within, &r->trace.setup.timers),
	};
}

static void note_app(struct run *r, const struct trace_app *app, const uint8_t *data)
{
	long i = trace_add_app(&r->trace, app, data);

	if (i < 0) {
		run_abort(r, FAULT_LIMIT, app->ts_ns, 0);
		return;
	}
	if (app->ts_ns > r->trace.end_ns)
		r->trace.end_ns = app->ts_ns;
	walk_app(&r->walk, (size_t)i);
}

void run_asked(struct run *r, int64_t now_ns, int err)
{
	const struct trace_app app = {
		.ts_ns = now_ns,
		.step = r->walk.step,
		.call = (uint8_t)r->plan->step[r->walk.step].app->call,
		.missing = TP_N_PRIMITIVES,
	};

	note_app(r, &app, NULL);
	if (err < 0 && !r->ended)
		run_abort(r, FAULT_UPPER, now_ns, err);
}

void run_reply(struct run *r, const struct app_reply *reply)
{
	const struct trace_app app = {
		.ts_ns = reply->ts_ns,
		.step = r->walk.step,
		.answer = true,
		.call = (uint8_t)reply->call,
		.result = reply->result,
		.missing = reply->missing,
		.len = reply->data_len,
	};

	if (!r->ended && r->walk.asked && r->walk.phase == WALK_STEPS)
		note_app(r, &app, reply->data);
}

int run_segment(struct run *r, int64_t now_ns, struct segment *s)
{
	int e = walk_segment(&r->walk, now_ns, s);

	if (e) {
		run_abort(r, FAULT_INJECT, now_ns, e);
		return e;
	}
	if (r->pending.flow)
		s->sport = r->port[r->pending.flow];
	return 0;
}

void run_sent(struct run *r, const uint8_t *packet, size_t len, int64_t now_ns,
	      int err)
{
	struct run_pending *p = &r->pending;
	size_t off = tcp_offset(packet, len);

	if (err < 0) {
		run_abort(r, FAULT_INJECT, now_ns, err);
		return;
	}
	p->active = true;
	p->sent_ns = now_ns;
	p->tcp_len = len - off;
	if (p->tcp_len > p->tcp_cap) {
		p->tcp_cap = p->tcp_len < 2048 ? 2048 : p->tcp_len;
		free(p->tcp);
		p->tcp = malloc(p->tcp_cap);
		if (!p->tcp)
			log_panic("out of memory");
	}
	memcpy(p->tcp, packet + off, p->tcp_len);
}
