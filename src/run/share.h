/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Share: what runs have in common besides the link, and who may have it now.
 *
 * A case says what it uses (enum plan_use).  `quiet` is the whole target: the run is
 * alone.  `backlog` is the listener of the port it speaks to: no other run speaks to
 * that port meanwhile.  `challenge-acks` is a budget of the whole target (RFC 5961
 * section 7 leaves its size open): the runs that use it are let in as long as all they
 * may draw fits into it, in any second.  Only those who share wait for each other.
 */
#ifndef RUN_SHARE_H
#define RUN_SHARE_H

#include "plan/target.h"

struct share_spent {
	int64_t until_ns;
	unsigned int cost;
};

struct share {
	unsigned int budget;   /* challenge ACKs a second; 0: no limit is known */
	unsigned int spent;    /* that runs in flight may draw, and drew in the last second */
	unsigned int running;  /* runs in flight */
	bool alone;	       /* one of them is */
	uint16_t *port_runs;   /* 65536: runs in flight that speak to the port */
	uint8_t *port_taken;   /* 65536: by one alone */
	struct share_spent *q; /* of runs that ended, the earliest first */
	size_t first, n, cap;
};

/* What @target has to share.  Ended with share_fini(). */
void share_init(struct share *s, const struct target *target);
void share_fini(struct share *s);

/*
 * Whether a run of @p on these ports of the target (@alive: where it asks for signs of
 * life; 0 is none) may begin at @now_ns.
 */
bool share_may_begin(struct share *s, const struct plan *p, uint16_t port, uint16_t alive,
		     int64_t now_ns);
/* It begins; it has ended. */
void share_begin(struct share *s, const struct plan *p, uint16_t port, uint16_t alive);
void share_end(struct share *s, const struct plan *p, uint16_t port, uint16_t alive,
	       int64_t now_ns);

/* When time alone lets more runs begin; INT64_MAX: never. */
int64_t share_due(const struct share *s);

/*
 * How many challenge ACKs a run of @p may draw: each segment it sends may, and the
 * probes that ask for the state; 0 if it does not use them.
 */
unsigned int share_cost(const struct plan *p);

#endif
