/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Owners: which run a port belongs to.  A run is found by the tester's port; where
 * the application is asked, the target's port is the run's as well, since the tester
 * chooses it.
 */
#ifndef RUN_OWNERS_H
#define RUN_OWNERS_H

#include "link/link.h"
#include "plan/target.h"

/* Whom a tester port belongs to. */
struct owner {
	uint16_t slot; /* from 1; 0: nobody */
	uint8_t flow;
	bool worn; /* it has had an owner before */
};

struct owners {
	struct link *link;
	const struct target *target;
	struct owner *of[2]; /* 65536 each: IPv4, IPv6 */
	uint8_t *app_used;   /* 65536 */
	uint16_t next_app;
};

/*
 * Ports of @link; those of the upper tester are @target's, from @app_first of them on.
 * Ended with owners_fini().
 */
void owners_init(struct owners *o, struct link *link, const struct target *target,
		 uint16_t app_first);
void owners_fini(struct owners *o);

/* Takes a tester port of @family (4 or 6) for flow @flow of @slot: it, or -errno. */
int owners_take(struct owners *o, uint16_t slot, uint8_t flow, uint8_t family);
/* Gives it back. */
void owners_give(struct owners *o, uint8_t family, uint16_t port);

/* Takes a port of the upper tester's that no run in flight has: it, or -EADDRINUSE. */
int owners_take_app(struct owners *o);
void owners_give_app(struct owners *o, uint16_t port);

/* Whom tester port @port belongs to; never NULL. */
static inline const struct owner *owners_of(const struct owners *o, uint8_t family, uint16_t port)
{
	return &o->of[family == 6][port];
}

#endif
