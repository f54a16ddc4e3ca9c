/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the upper tester share: upper.c brings requests in and
 * events out, upper_calls.c has one handler for each primitive, upper_socket.c
 * the sockets.  For nobody else.
 *
 * A socket is watched only for what its state can use, so that a broken one
 * that nobody asks about costs nothing.  Any call that sends or reads may find
 * that the connection broke (upper_socket_fail()); only upper_socket_free()
 * ends the life of a struct agent_upper_socket.
 */
#ifndef AGENT_UPPER_PRIV_H
#define AGENT_UPPER_PRIV_H

#include <sys/queue.h>

#include "agent/upper.h"

/* A count without end: maxLen of RECEIVE_AND_FORWARD, maxCon. */
#define UPPER_NO_LIMIT 0xffff

#define UPPER_BUCKETS 256

enum upper_state {
	UPPER_FRESH,
	UPPER_LISTENING,
	UPPER_CONNECTING,
	UPPER_CONNECTED,
	UPPER_BROKEN
};

/* Data of one SEND_DATA that the stack has not taken yet. */
struct upper_item {
	STAILQ_ENTRY(upper_item)
	link;
	size_t len, off;
	unsigned int flags; /* enum agent_stack_flag */
	uint8_t data[];
};

struct agent_upper_socket {
	LIST_ENTRY(agent_upper_socket)
	link;
	struct agent_upper *upper;
	void *sock;
	uint16_t id;
	enum upper_state state;
	bool ipv6;
	unsigned int armed;
	int error; /* -errno that broke it, until asked for */

	STAILQ_HEAD(, upper_item)
	queue;
	size_t queue_len, queue_items;
	bool fin;     /* no SEND_DATA any more */
	bool fin_due; /* shut down once the queue is empty */
	bool leaving; /* close once the queue is empty; unknown to requests */

	bool forwarding, paused;
	uint16_t max_fwd, max_len;
	size_t forwarded;

	uint16_t accepts_left; /* UPPER_NO_LIMIT: without end */
	bool starved;	       /* could not accept for want of resources */
};

LIST_HEAD(bucket, agent_upper_socket);

struct agent_upper {
	struct agent_upper_config cfg;
	struct bucket buckets[UPPER_BUCKETS]; /* by id */
	size_t n_sockets;
	uint16_t last_id;
	bool held;
	bool starved; /* a listener of ours is */
};

/* A primitive at work. */
struct upper_call {
	struct agent_upper *u;
	const struct agent_stack_ops *ops;
	void *stack;
	struct agent_upper_socket *s; /* for what is about a socket */
	const struct tp_value *in;
	struct tp_value *out;
	uint8_t *bytes; /* AGENT_UPPER_CHUNK for out */
};

struct upper_handler {
	enum tp_result (*run)(struct upper_call *c);
	bool on_socket;	 /* the first parameter is a socket id */
	bool any_params; /* they are of no interest */
};

/* By enum tp_primitive_id. */
extern const struct upper_handler upper_handlers[TP_N_PRIMITIVES];

static inline const struct agent_stack_ops *upper_ops(const struct agent_upper_socket *s)
{
	return s->upper->cfg.ops;
}

static inline void *upper_stack(const struct agent_upper_socket *s)
{
	return s->upper->cfg.stack;
}

/* A socket with a new id, and none of the stack yet; NULL beyond the limits. */
struct agent_upper_socket *upper_socket_new(struct agent_upper *u, enum upper_state state);

/* Takes the socket out of the world, without a word to the stack. */
void upper_socket_free(struct agent_upper_socket *s);

/* Closes it in the stack too. */
void upper_socket_close(struct agent_upper_socket *s, bool abort);

/* Resets them all. */
void upper_close_all(struct agent_upper *u);

/* The socket that a requester means, or NULL. */
struct agent_upper_socket *upper_socket_find(struct agent_upper *u, uint32_t id);

/* Notes that its connection broke; what it should have sent is dropped. */
void upper_socket_fail(struct agent_upper_socket *s, int err);

/* Asks the stack for the events that are wanted now. */
void upper_rearm(struct agent_upper_socket *s);
unsigned int upper_wanted_events(const struct agent_upper_socket *s);
bool upper_wants_data(const struct agent_upper_socket *s);

/* After something happened: closes what was only to be sent, else rearms. */
void upper_settle(struct agent_upper_socket *s);

/* Queues @data, repeated up to @total bytes; TP_ISB beyond the limits. */
enum tp_result upper_queue_data(struct agent_upper_socket *s, const struct tp_value *data,
				size_t total, unsigned int flags);

/* Sends what the stack takes; 0, or -errno when that broke the connection. */
int upper_queue_flush(struct agent_upper_socket *s);

/* A listener could not accept for want of resources; they may be back. */
void upper_starve(struct agent_upper_socket *s);
void upper_feed_starved(struct agent_upper *u);

#endif
