/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A stack for the upper tester (agent/stack.h) that is all memory: what is sent
 * lies in tx, what is in rx will be received, and each call can be told to fail.
 */
#ifndef TESTS_FAKE_STACK_H
#define TESTS_FAKE_STACK_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/upper.h"

#define FAKE_SOCKS 64
#define FAKE_ROOM 70000

enum fake_call {
	FAKE_OPEN,
	FAKE_BIND,
	FAKE_LISTEN,
	FAKE_ACCEPT,
	FAKE_CONNECT,
	FAKE_SEND,
	FAKE_RECV,
	FAKE_SHUTDOWN,
	FAKE_CONFIGURE,
	FAKE_SET,
	FAKE_GET,
	FAKE_LOCAL,
	FAKE_WATCH,
	FAKE_N_CALLS
};

struct fake_sock {
	struct agent_upper_socket *owner;
	bool open, ipv6, aborted, eof, connecting;
	struct tp_addr addr, dest;
	uint16_t port, dest_port;
	unsigned int backlog, waiting; /* waiting: connections to accept */
	unsigned int watched, send_flags;
	int shut;  /* halves that were shut down, 1 << enum agent_stack_half */
	int error; /* what pending_error() tells, -errno */
	uint32_t options[AGENT_N_OPTIONS];
	uint8_t params[AGENT_N_PARAMS][40];
	uint8_t rx[4096], tx[FAKE_ROOM];
	size_t rx_len, tx_len, tx_room;
};

struct fake_stack {
	struct fake_sock socks[FAKE_SOCKS];
	size_t n_made;		 /* of them; they are not used again */
	int fails[FAKE_N_CALLS]; /* -errno for every such call, or 0 */
	bool slow_connect;
};

static inline size_t fake_count_open(const struct fake_stack *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_made; i++)
		n += f->socks[i].open;
	return n;
}

/* What must not happen, in a test or in the fuzzer. */
static inline struct fake_sock *fake_check(void *sock)
{
	struct fake_sock *s = sock;

	if (!s || !s->open)
		abort();
	return s;
}

static inline struct fake_sock *fake_make(struct fake_stack *f, struct agent_upper_socket *owner,
					  bool ipv6)
{
	struct fake_sock *s;

	if (f->n_made == FAKE_SOCKS)
		return NULL;
	s = &f->socks[f->n_made++];
	memset(s, 0, sizeof(*s));
	s->owner = owner;
	s->open = true;
	s->ipv6 = ipv6;
	s->tx_room = FAKE_ROOM;
	return s;
}

static inline int fake_open(void *stack, struct agent_upper_socket *owner, bool ipv6, void **sock)
{
	struct fake_stack *f = stack;

	if (f->fails[FAKE_OPEN])
		return f->fails[FAKE_OPEN];
	*sock = fake_make(f, owner, ipv6);
	return *sock ? 0 : -EMFILE;
}

static inline int fake_bind(void *stack, void *sock, const struct tp_addr *addr, uint16_t port)
{
	struct fake_sock *s = fake_check(sock);

	s->addr = *addr;
	s->port = port ? port : 50000;
	return ((struct fake_stack *)stack)->fails[FAKE_BIND];
}

static inline int fake_listen(void *stack, void *sock, unsigned int backlog)
{
	fake_check(sock)->backlog = backlog;
	return ((struct fake_stack *)stack)->fails[FAKE_LISTEN];
}

static inline int fake_accept(void *stack, void *sock, struct agent_upper_socket *owner,
			      void **conn, struct tp_addr *peer, uint16_t *port)
{
	struct fake_stack *f = stack;
	struct fake_sock *s = fake_check(sock);

	if (f->fails[FAKE_ACCEPT])
		return f->fails[FAKE_ACCEPT];
	if (!s->waiting)
		return -EAGAIN;
	*conn = fake_make(f, owner, s->ipv6);
	if (!*conn)
		return -EMFILE;
	s->waiting--;
	*peer = (struct tp_addr){ 4, { 192, 0, 2, 9 } };
	*port = 4711;
	return 0;
}

static inline int fake_connect(void *stack, void *sock, const struct tp_addr *addr, uint16_t port)
{
	struct fake_stack *f = stack;
	struct fake_sock *s = fake_check(sock);

	s->dest = *addr;
	s->dest_port = port;
	if (f->fails[FAKE_CONNECT])
		return f->fails[FAKE_CONNECT];
	s->connecting = f->slow_connect;
	return f->slow_connect ? -EINPROGRESS : 0;
}

static inline long fake_send(void *stack, void *sock, const uint8_t *data, size_t len,
			     unsigned int flags)
{
	struct fake_sock *s = fake_check(sock);
	size_t n = s->tx_room - s->tx_len < len ? s->tx_room - s->tx_len : len;

	if (((struct fake_stack *)stack)->fails[FAKE_SEND])
		return ((struct fake_stack *)stack)->fails[FAKE_SEND];
	if (!n || s->connecting)
		return -EAGAIN;
	memcpy(s->tx + s->tx_len, data, n);
	s->tx_len += n;
	s->send_flags = flags;
	return (long)n;
}

static inline long fake_recv(void *stack, void *sock, uint8_t *data, size_t len)
{
	struct fake_sock *s = fake_check(sock);
	size_t n = s->rx_len < len ? s->rx_len : len;

	if (((struct fake_stack *)stack)->fails[FAKE_RECV])
		return ((struct fake_stack *)stack)->fails[FAKE_RECV];
	if (!n)
		return s->eof ? 0 : -EAGAIN;
	memcpy(data, s->rx, n);
	memmove(s->rx, s->rx + n, s->rx_len - n);
	s->rx_len -= n;
	return (long)n;
}

static inline int fake_shutdown(void *stack, void *sock, enum agent_stack_half half)
{
	fake_check(sock)->shut |= 1 << half;
	return ((struct fake_stack *)stack)->fails[FAKE_SHUTDOWN];
}

static inline void fake_close(void *stack, void *sock, bool aborted)
{
	struct fake_sock *s = fake_check(sock);

	s->open = false;
	s->aborted = aborted;
	s->watched = 0;
}

static inline int fake_configure(void *stack, void *sock, enum agent_stack_param param,
				 const uint8_t *value, size_t len)
{
	memcpy(fake_check(sock)->params[param], value, len);
	return ((struct fake_stack *)stack)->fails[FAKE_CONFIGURE];
}

static inline int fake_set_option(void *stack, void *sock, enum agent_stack_option option,
				  uint32_t value)
{
	fake_check(sock)->options[option] = value;
	return ((struct fake_stack *)stack)->fails[FAKE_SET];
}

static inline int fake_get_option(void *stack, void *sock, enum agent_stack_option option,
				  uint32_t *value)
{
	*value = fake_check(sock)->options[option];
	return ((struct fake_stack *)stack)->fails[FAKE_GET];
}

static inline int fake_pending_error(void *stack, void *sock)
{
	struct fake_sock *s = fake_check(sock);
	int err = s->error;

	s->error = 0;
	return err;
}

static inline int fake_local_address(void *stack, void *sock, struct tp_addr *addr, uint16_t *port)
{
	const struct fake_sock *s = fake_check(sock);

	*addr = s->addr;
	if (!addr->len)
		addr->len = s->ipv6 ? 16 : 4;
	*port = s->port;
	return ((struct fake_stack *)stack)->fails[FAKE_LOCAL];
}

static inline int fake_watch(void *stack, void *sock, unsigned int events)
{
	fake_check(sock)->watched = events;
	return ((struct fake_stack *)stack)->fails[FAKE_WATCH];
}

static const struct agent_stack_ops fake_ops = {
	.open = fake_open,
	.bind = fake_bind,
	.listen = fake_listen,
	.accept = fake_accept,
	.connect = fake_connect,
	.send = fake_send,
	.recv = fake_recv,
	.shutdown = fake_shutdown,
	.close = fake_close,
	.configure = fake_configure,
	.set_option = fake_set_option,
	.get_option = fake_get_option,
	.pending_error = fake_pending_error,
	.local_address = fake_local_address,
	.watch = fake_watch,
};

#endif
