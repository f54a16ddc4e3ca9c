/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control port: brings requests of the Testability Protocol, over UDP and
 * over TCP, to upper testers, and their responses and events back.
 *
 * A requester is a TCP connection, or an address and port that datagrams come
 * from.  Each has an upper tester of its own, which ends with all its sockets
 * when the TCP connection does, when nothing was asked for too long, or on
 * END_TEST.  Whoever is not allowed is not answered: his datagrams are dropped,
 * his connection is reset.  So is what is no request; a stream that cannot be
 * read on is reset, too.
 *
 * A requester over TCP that does not read what it is sent has its sockets stop
 * reading, and its requests wait, until it does; over UDP it misses events.
 */
#ifndef AGENT_CONTROL_H
#define AGENT_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include "agent/allow.h"
#include "agent/loop.h"
#include "agent/sock.h"
#include "agent/stack.h"

struct agent_control_config {
	const struct agent_addr *addrs; /* to listen on; the caller's */
	size_t n_addrs;
	uint16_t port;		      /* 0: no control port at all */
	const struct agent_net *nets; /* beside loopback; the caller's */
	size_t n_nets;
	size_t max_sockets; /* of all upper testers */
	uint64_t idle_ms;   /* since the last request; 0: no limit */
	/* Whose sockets requesters get: NULL for the system's own (stack.h). */
	const struct agent_stack_ops *ops;
	void *stack; /* for ops */
};

struct agent_control_stats {
	uint64_t requests; /* answered */
	uint64_t refused;  /* datagrams and connections not allowed */
	uint64_t garbage;  /* what was no request */
	uint64_t expired;  /* requesters silent for too long */
};

struct agent_control;

/*
 * Listens everywhere, and works within @loop from then on.  Copies @cfg, but
 * neither addresses nor networks.  0; or -errno with, if that was it, the
 * address in @where that cannot be listened on.
 */
int agent_control_new(const struct agent_control_config *cfg, struct agent_loop *loop,
		      struct agent_control **out, const struct agent_addr **where);

/* Ends every upper tester and stops listening.  NULL is accepted. */
void agent_control_free(struct agent_control *c);

/* To be called after each turn of the loop: ends what has to. */
void agent_control_tick(struct agent_control *c);

/* Loop time in ms at which agent_control_tick() has work; UINT64_MAX: never. */
uint64_t agent_control_due_ms(const struct agent_control *c);

struct agent_control_stats agent_control_get_stats(const struct agent_control *c);

#endif
