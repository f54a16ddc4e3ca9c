/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The link: inject, capture, clock.  Everything that touches the outside sits
 * behind this small table of operations, so that the same engine runs on live
 * packets and in virtual time (vlink.h).
 *
 * Capture is the truth: a link delivers what the capture saw, our own
 * injections included, with the capture's timestamps, in capture order.
 */
#ifndef LINK_LINK_H
#define LINK_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/app.h"
#include "wire/segment.h"

struct diags;
struct link;

/* One captured packet; the bytes are valid during the callback only. */
struct link_packet {
	int64_t ts_ns;	   /* CLOCK_REALTIME of the capture, or virtual */
	const uint8_t *ip; /* from the IP header on */
	uint32_t cap_len;  /* bytes there */
	uint32_t len;	   /* bytes the packet had */
};
typedef void link_packet_fn(void *arg, const struct link_packet *packet);
typedef void link_reply_fn(void *arg, const struct app_reply *reply);

struct link_stats {
	uint64_t captured; /* packets delivered */
	uint64_t dropped;  /* packets the capture lost: affected runs are `error` */
	uint64_t injected;
	uint64_t clock_steps; /* times the clock was set, or the machine slept */
};

struct link_ops {
	/* The clock that timestamps are of, in ns. */
	int64_t (*now_ns)(struct link *l);

	/*
	 * Sends one segment now.  @packet is its encoded IP packet
	 * (segment_encode() of @s), for links that send bytes.
	 * Returns 0 or -errno.
	 */
	int (*inject)(struct link *l, const struct segment *s,
		      const uint8_t *packet, size_t len);

	/*
	 * Delivers captured packets, in order, until none is waiting (or a
	 * bounded number were delivered) ; if none is waiting at first, waits
	 * for one until @until_ns.  Returns the number delivered, 0 on
	 * timeout, -EINTR on a signal, or another -errno.
	 */
	int (*poll)(struct link *l, int64_t until_ns, link_packet_fn *fn, void *arg);

	/*
	 * Takes a tester port (0: any free one) for @family so that no kernel
	 * answers for it; returns the port, or -errno.  link_release() gives
	 * it back.
	 */
	int (*claim)(struct link *l, uint8_t family, uint16_t port);
	void (*release)(struct link *l, uint8_t family, uint16_t port);

	/*
	 * Asks the target's application for @req, which is copied, and returns
	 * at once: 0, or -errno (-EOPNOTSUPP if nobody can be asked).  The
	 * answer comes while polling, through link.on_reply; no other question
	 * of the same tester port may be open.  NULL: there is no upper tester.
	 */
	int (*app)(struct link *l, const struct app_request *req);
	/*
	 * The run of this tester port is over: what its application still has
	 * open is aborted.  No answer comes any more.
	 */
	void (*app_end)(struct link *l, uint8_t family, uint16_t tester_port);

	void (*stats)(struct link *l, struct link_stats *st);
	void (*close)(struct link *l); /* frees @l */
};

/* Links embed this as their first member. */
struct link {
	const struct link_ops *ops;
	const char *name;		 /* interface, or "virtual" */
	struct ip_addr tester4, tester6; /* our addresses; family 0: none */
	struct ip_addr target4, target6;
	uint32_t mtu;		 /* bytes of the largest IP packet */
	bool partial_ok;	 /* partial checksums are normal here (loopback) */
	bool unordered;		 /* segments are doubled or overtaken, on purpose */
	bool lossless;		 /* nothing is lost and nothing overtaken (lab) */
	bool in_order;		 /* the target works on what it gets one after the other,
				    whatever connection it is of (lab) */
	bool upper_tester;	 /* app() has somebody to ask */
	link_reply_fn *on_reply; /* set by who calls app(); called by poll(), which */
	void *reply_arg;	 /* counts replies as it counts packets */
};

#endif
