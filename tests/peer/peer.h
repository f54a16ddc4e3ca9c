/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference peer: a TCP host in virtual time, hand-written from RFC 9293 and
 * RFC 5961, that tests run the suite against.  It knows nothing of src/model.
 *
 * It is the control group.  Without a fault every bundled case passes against
 * every kind of it (peer_kinds: the choices that the RFCs leave); with a fault
 * it breaks one rule and the cases that ask for the rule must notice.
 *
 * Services: echo 7, discard 9, daytime 13 (speaks, closes its side, reads on)
 * and chargen 19; every other port is closed.  Connections are told apart by
 * both addresses and ports, any number at a time, IPv4 and IPv6.
 *
 * Ports that no service has belong to the application that cases ask (link.app):
 * it listens, connects, sends, receives, shuts down, closes and aborts, and sets
 * options.  What it has no idea of (pause, resume) it does not have as a primitive.
 */
#ifndef PEER_PEER_H
#define PEER_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link/vlink.h"
#include "testcase/timer.h"

struct peer;

/* One rule broken on purpose. */
struct peer_fault {
	const char *name;  /* "fin-not-counted" */
	const char *about; /* one line: what it does wrong */
	int bug;	   /* enum peer_bug: wrong in the logic, or 0 */
	/* wrong on the wire: see peer_fault.c */
	unsigned int on, when;
	int how;
	int32_t by;
};
extern const struct peer_fault peer_faults[];
extern const size_t peer_n_faults;
const struct peer_fault *peer_fault_find(const char *name); /* or NULL */

/* The choices that a correct TCP has, and what a test wants to set. */
#define PEER_MSL_NS 30000000000LL

struct peer_config {
	const struct peer_fault *fault; /* NULL: correct */
	uint64_t seed;			/* of the initial sequence numbers */
	int64_t msl_ns;			/* 0: PEER_MSL_NS */
	int64_t ack_delay_ns;		/* delayed ACKs; 0: at once */
	int64_t app_delay_ns;		/* until a service acts; 0: 50 us, < 0: none */
	uint32_t isn;			/* of the first from each port, if isn_set */
	bool isn_set;
	bool rfc793;		      /* no RFC 5961: resets where the window is hit */
	bool no_options;	      /* neither timestamps nor scale nor SACK */
	bool fin_with_data;	      /* the FIN rides on the last data */
	bool syn_ack_again;	      /* repeats the SYN|ACK for a repeated SYN */
	bool takes_syn_data;	      /* acknowledges data on the SYN at once */
	bool drops_syn_fin;	      /* ignores SYN|FIN */
	bool throttles;		      /* RFC 5961 7: one challenge in 500 ms */
	bool repeats_fin;	      /* each ACK carries the FIN until that is acknowledged */
	unsigned int challenges;      /* of all connections, so many a second; 0: any */
	unsigned int told_challenges; /* what the tester knows of that */
	bool in_order;		      /* the tester is told that order is kept, and uses fences */
};

/* Correct TCPs that differ in everything the RFCs leave open. */
struct peer_kind {
	const char *name, *about;
	struct peer_config config;
};
extern const struct peer_kind peer_kinds[];
extern const size_t peer_n_kinds;

/* A new host; NULL: all defaults.  Never NULL; freed with peer_free(). */
struct peer *peer_new(const struct peer_config *cfg);
void peer_free(struct peer *p);

/* How long the timers of such a host are; @cfg may be NULL. */
void peer_timers(const struct peer_config *cfg, struct timer_values *values);

/* What vlink_open() wants to know of it. */
struct vlink_peer peer_callbacks(struct peer *p);

/* Connections that exist now, TIME-WAIT included. */
size_t peer_n_conns(const struct peer *p);

#endif
