/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A link in virtual time: the same operations as on live packets, but the clock
 * jumps to the next event and the other end is a callback.  No system call, no
 * thread, no privilege; two runs with the same inputs give the same packets
 * with the same timestamps in the same order.
 *
 * What the tester injects at time T is captured at T (so the tester sees its
 * own packets, as on a live link) and reaches the peer at T + latency.  What
 * the peer sends with a delay D at time U is captured at U + D + latency.
 * Events of the same time happen in the order in which they were made.
 */
#ifndef LINK_VLINK_H
#define LINK_VLINK_H

#include <stddef.h>
#include <stdint.h>

#include "link/link.h"

struct vlink;

#define VLINK_NEVER INT64_MAX
#define VLINK_LATENCY_NS 10000 /* one way, if the config says 0 */

/*
 * The other end.  It acts from its callbacks only, with vlink_send(); any of
 * them may be NULL.
 */
struct vlink_peer {
	/* A packet of the tester arrived; the bytes are valid during the call. */
	void (*receive)(void *arg, struct vlink *v, int64_t now_ns, const uint8_t *packet,
			size_t len);
	/* When timer() is to be called next, or VLINK_NEVER. */
	int64_t (*next_timer)(void *arg);
	void (*timer)(void *arg, struct vlink *v, int64_t now_ns);
	/*
	 * Its application is asked for something: it acts and answers, now or
	 * later, with vlink_reply(); @req is valid during the call.  NULL: there
	 * is no upper tester.
	 */
	void (*app)(void *arg, struct vlink *v, int64_t now_ns, const struct app_request *req);
	/* Whatever it has open with this port of the tester is aborted. */
	void (*app_end)(void *arg, struct vlink *v, int64_t now_ns, uint8_t family,
			uint16_t tester_port);
	void *arg;
};

struct vlink_config {
	struct ip_addr tester4, tester6; /* all four unset: the lab's */
	struct ip_addr target4, target6;
	int64_t start_ns;   /* first time of the clock; 0: one second */
	int64_t latency_ns; /* one way; 0: VLINK_LATENCY_NS, < 0: none */
	uint32_t mtu;	    /* 0: 1500 */
};

/*
 * A new link, closed with its close operation.  @cfg may be NULL (all
 * defaults), @peer too (a peer that is silent); both are copied.  Never NULL.
 *
 * Its poll() returns -EDEADLK if asked to wait for ever while nothing is due:
 * no event could ever come.
 */
struct link *vlink_open(const struct vlink_config *cfg, const struct vlink_peer *peer);

/* The virtual link that @l, made by vlink_open(), is. */
struct vlink *vlink_of(struct link *l);

/* The clock, in ns. */
int64_t vlink_now(const struct vlink *v);

/*
 * Sends a packet (copied) to the tester: it leaves the peer @delay_ns from now
 * and is captured one latency later.  A negative delay counts as 0.
 */
void vlink_send(struct vlink *v, int64_t delay_ns, const void *packet, size_t len);

/* Answers a question: @reply (copied, ts_ns filled in) arrives like a packet. */
void vlink_reply(struct vlink *v, int64_t delay_ns, const struct app_reply *reply);

/* Counts @n packets as lost by the capture, for tests of what follows. */
void vlink_add_dropped(struct vlink *v, uint64_t n);

#endif
