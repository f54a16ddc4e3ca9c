/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The upper tester: what a request of the Testability Protocol does to sockets.
 * It knows no transport (control.h brings the requests) and no sockets (stack.h
 * has them); one upper tester serves one requester, whose sockets no other one
 * sees.
 *
 * No primitive waits.  CONNECT answers when the SYN is on its way, SEND_DATA
 * when the data are queued here; how that ends is seen on the wire, or by
 * GET_PENDING_ERROR.  The application reads only when told: by
 * RECEIVE_AND_FORWARD from then on, by RECEIVE_ONCE once; so a receive window
 * that closes is one message away from one that stays open.
 *
 *	fresh --LISTEN_AND_ACCEPT--> listening
 *	  |--CONNECT--> connecting --> connected --(error)--> broken
 *	(accepted) --------------------^
 *	any --CLOSE_SOCKET--> leaving (queue is sent first) --> gone
 */
#ifndef AGENT_UPPER_H
#define AGENT_UPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/stack.h"
#include "wire/testability.h"

/* Longest payload of an event, so that it fits in one datagram, unfragmented. */
#define AGENT_UPPER_CHUNK 1200

/* SEND_DATA that one socket keeps: bytes after repetition, and requests. */
#define AGENT_UPPER_QUEUE 1048576
#define AGENT_UPPER_QUEUE_REQUESTS 256

/* Longest response and longest event. */
#define AGENT_UPPER_REPLY_MAX (TP_HEAD + AGENT_UPPER_CHUNK + 16)

/* What all upper testers of one program share; the caller's. */
struct agent_upper_limits {
	size_t sockets; /* that there may be */
	size_t n_sockets;
	size_t queued; /* bytes of SEND_DATA that may be kept */
	size_t n_queued;
};

struct agent_upper_config {
	const struct agent_stack_ops *ops;
	void *stack; /* for ops */
	struct agent_upper_limits *limits;
	/* Takes a whole event for the requester, at any time but in serve(). */
	void (*emit)(void *requester, const uint8_t *event, size_t len);
	void *requester; /* for emit */
};

struct agent_upper;

/* A new upper tester without sockets; NULL without memory.  Copies @cfg. */
struct agent_upper *agent_upper_new(const struct agent_upper_config *cfg);

/* Resets and closes every socket.  NULL is accepted. */
void agent_upper_free(struct agent_upper *u);

/*
 * Does what a request asks (tp_message_is_request() holds) and writes the
 * response to @out, AGENT_UPPER_REPLY_MAX bytes.  Returns its length; there is
 * always one.
 */
size_t agent_upper_serve(struct agent_upper *u, const struct tp_message *request,
			 uint8_t *out);

/* Writes a response without parameters; as agent_upper_serve(). */
size_t agent_upper_refuse(const struct tp_message *request, enum tp_result result,
			  uint8_t *out);

/* For the stack: @events (enum agent_stack_event) hold on the socket of @s. */
void agent_upper_ready(struct agent_upper_socket *s, unsigned int events);

/* While held nothing is read or accepted, and so no event emitted. */
void agent_upper_hold(struct agent_upper *u, bool held);

/* Sockets there are, with those that are still sending before they close. */
size_t agent_upper_count_sockets(const struct agent_upper *u);

/* The result id for -errno @err. */
enum tp_result agent_upper_result(int err);

#endif
