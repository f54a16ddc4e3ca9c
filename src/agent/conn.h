/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One accepted connection of a plain service: it turns what the socket does
 * into the calls of struct agent_service, and keeps what the peer's window did
 * not take.
 *
 * A connection ends in one of two ways: closed (FIN after everything that was
 * sent) or aborted (RST, or the peer's own reset).  Either way its descriptor
 * is closed at once, and its owner frees the memory with agent_conn_fini()
 * once the loop's turn is over.
 */
#ifndef AGENT_CONN_H
#define AGENT_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/loop.h"
#include "agent/service.h"

struct agent_conn {
	struct agent_watch watch; /* first: the loop hands it back */
	struct agent_loop *loop;
	const struct agent_service *service;
	uint8_t *pending;   /* owned: sent by the service, not yet */
	size_t pending_len; /* taken by the socket; NULL if none */
	size_t pending_off;
	uint32_t cursor; /* the service's own */
	bool wants_room; /* call on_writable */
	bool eof;	 /* the peer's FIN was read */
	bool finish;	 /* send FIN when nothing is pending */
	bool closing;	 /* close when nothing is pending */
};

/* For the owner; what the services may call is in service.h. */

/*
 * Starts @service on the connected, non-blocking socket @fd, which it owns from
 * now on; @c->watch.ready is the owner's, and must call agent_conn_handle().
 */
void agent_conn_init(struct agent_conn *c, struct agent_loop *loop, int fd,
		     const struct agent_service *service);

/* Does what @events call for. */
void agent_conn_handle(struct agent_conn *c, unsigned int events);

/* Resets the connection, unless it ended already. */
void agent_conn_abort(struct agent_conn *c);

/* False once the connection has ended. */
bool agent_conn_is_open(const struct agent_conn *c);

/* Frees what the connection holds, but not @c; resets it if still open. */
void agent_conn_fini(struct agent_conn *c);

#endif
