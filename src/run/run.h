/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine: one run of one plan.  No I/O in here: it is fed events (a packet
 * was captured, time has passed, a segment was handed to the link) and hands
 * back actions (send this, wait until then, done).  It records facts in the
 * trace and judges nothing.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "walk/walk.h"

#define RUN_MAX_FLOWS 64

/* A segment handed to the link that the capture has not shown yet. */
struct run_pending {
	bool active;
	uint16_t step;
	uint8_t flow;
	int64_t wanted_ns, sent_ns;
	uint8_t *tcp; /* its TCP part, for recognition */
	size_t tcp_len, tcp_cap;
};

struct run {
	const struct plan *plan;
	struct trace trace;
	struct walk walk;
	struct arena *arena; /* per-step storage; emptied by run_start() */
	struct run_pending pending;
	uint16_t port[RUN_MAX_FLOWS]; /* tester's port of each flow */
	bool ended;
	int64_t ended_ns;
};

void run_init(struct run *r);
void run_fini(struct run *r);

/* Starts a run; storage of the run before is used again. */
void run_start(struct run *r, const struct plan *plan,
	       const struct trace_setup *setup, int64_t now_ns);

/* Event: a packet of flow @flow was captured. */
void run_packet(struct run *r, enum trace_dir dir, uint8_t flow, int64_t ts_ns,
		const uint8_t *ip, uint32_t cap_len, uint32_t len);

/* Event: the capture was watched up to @now_ns. */
void run_time(struct run *r, int64_t now_ns);

/* Event: the segment of the last RUN_SEND went out, or failed (@err < 0). */
void run_sent(struct run *r, const uint8_t *packet, size_t len, int64_t now_ns,
	      int err);

/* Event: the question of the last RUN_APP left, or could not (@err < 0). */
void run_asked(struct run *r, int64_t now_ns, int err);

/* Event: the application answered; one that nobody waits for is ignored. */
void run_reply(struct run *r, const struct app_reply *reply);

/* Event: the run is to end now for this reason. */
void run_abort(struct run *r, enum trace_fault_kind why, int64_t now_ns,
	       int64_t detail);

enum run_action_kind {
	RUN_SEND,
	RUN_APP,
	RUN_WAIT,
	RUN_DONE
};
struct run_action {
	enum run_action_kind kind;
	uint8_t flow;	  /* SEND: port[flow] must be set before run_segment() */
	int64_t until_ns; /* WAIT: call run_time() after this */
};
/* What to do next. */
void run_next(struct run *r, int64_t now_ns, struct run_action *a);

/* What to ask of the application after RUN_APP. */
void run_request(const struct run *r, int64_t now_ns, struct app_request *req);

/* Builds the segment of RUN_SEND; 0, or -ENODATA after ending the run. */
int run_segment(struct run *r, int64_t now_ns, struct segment *s);

#endif
