/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One connection of a plain service on agent/stack.h: what the services call
 * (agent/service.h), and what calls the services.
 */
#include "services.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "agent/service.h"

#define CHUNK 16384
#define BACKLOG 255

struct agent_conn {
	const struct agent_stack_ops *ops;
	void *stack, *sock; /* sock NULL: ended */
	const struct agent_service *service;
	bool listening;
	uint8_t *pending; /* owned: sent by the service, not taken by the stack */
	size_t pending_len, pending_off;
	uint32_t cursor; /* the service's own */
	bool wants_room, eof, finish, closing;
};

/* A stack knows its owners by the upper tester's name of them only. */
static struct agent_upper_socket *as_owner(struct agent_conn *c)
{
	return (struct agent_upper_socket *)(void *)c;
}

static void drop_pending(struct agent_conn *c)
{
	free(c->pending);
	c->pending = NULL;
	c->pending_len = c->pending_off = 0;
}

static void end(struct agent_conn *c, bool abort)
{
	if (!c->sock)
		return;
	c->ops->close(c->stack, c->sock, abort);
	c->sock = NULL;
	drop_pending(c);
}

/* Bytes taken; an error other than "full" ends the connection. */
static size_t write_some(struct agent_conn *c, const uint8_t *data, size_t len)
{
	long n = c->ops->send(c->stack, c->sock, data, len, AGENT_STACK_PUSH);

	if (n >= 0)
		return (size_t)n;
	if (n != -EAGAIN)
		end(c, true);
	return 0;
}

static void keep(struct agent_conn *c, const uint8_t *data, size_t len)
{
	size_t old = c->pending_len - c->pending_off;
	uint8_t *all = malloc(old + len);

	if (!all) {
		end(c, true);
		return;
	}
	if (old)
		memcpy(all, c->pending + c->pending_off, old);
	memcpy(all + old, data, len);
	drop_pending(c);
	c->pending = all;
	c->pending_len = old + len;
}

/* Carries out what waited for the pending data to be gone. */
static void settle(struct agent_conn *c)
{
	if (!c->sock || c->pending)
		return;
	if (c->closing) {
		end(c, false);
	} else if (c->finish) {
		c->finish = false;
		if (c->ops->shutdown(c->stack, c->sock, AGENT_STACK_WRITE) < 0)
			end(c, true);
	}
}

/* For the services */

size_t agent_conn_offer(struct agent_conn *c, const uint8_t *data, size_t len)
{
	return c->sock ? write_some(c, data, len) : 0;
}

void agent_conn_send(struct agent_conn *c, const uint8_t *data, size_t len)
{
	size_t n = 0, more = c->pending ? 0 : 1;

	/* A stack may take less than it has room for. */
	while (n < len && more)
		n += more = agent_conn_offer(c, data + n, len - n);
	if (n < len && c->sock)
		keep(c, data + n, len - n);
}

void agent_conn_want_room(struct agent_conn *c)
{
	c->wants_room = true;
}

void agent_conn_finish(struct agent_conn *c)
{
	c->finish = true;
	settle(c);
}

void agent_conn_close(struct agent_conn *c)
{
	c->closing = true;
	settle(c);
}

uint32_t *agent_conn_cursor(struct agent_conn *c)
{
	return &c->cursor;
}

/* For the stack */

static bool wants_data(const struct agent_conn *c)
{
	return c->sock && !c->pending && !c->eof && !c->closing;
}

static void read_once(struct agent_conn *c)
{
	uint8_t chunk[CHUNK];
	long n = c->ops->recv(c->stack, c->sock, chunk, sizeof(chunk));

	if (n > 0) {
		c->service->on_data(c, chunk, (size_t)n);
	} else if (n == 0) {
		c->eof = true;
		c->service->on_eof(c);
	} else if (n != -EAGAIN) {
		/* The peer's reset, most of all. */
		end(c, true);
	}
}

static void flush(struct agent_conn *c)
{
	c->pending_off += write_some(c, c->pending + c->pending_off,
				     c->pending_len - c->pending_off);
	if (c->pending_off == c->pending_len)
		drop_pending(c);
	settle(c);
}

static void watch_and_release(struct agent_conn *c)
{
	unsigned int events = wants_data(c) ? AGENT_STACK_READABLE : 0;

	if (!c->sock) {
		free(c);
		return;
	}
	if (c->pending || c->wants_room)
		events |= AGENT_STACK_WRITABLE;
	c->ops->watch(c->stack, c->sock, events);
}

static void accept_all(struct agent_conn *l)
{
	struct tp_addr peer;
	uint16_t port;
	int rc;

	do {
		struct agent_conn *c = calloc(1, sizeof(*c));

		if (!c)
			return;
		c->ops = l->ops;
		c->stack = l->stack;
		c->service = l->service;
		rc = l->ops->accept(l->stack, l->sock, as_owner(c), &c->sock, &peer, &port);
		if (rc == 0)
			c->service->on_open(c);
		watch_and_release(c);
	} while (rc == 0 || rc == -ECONNABORTED);
}

void services_ready(struct agent_upper_socket *owner, unsigned int events)
{
	struct agent_conn *c = (void *)owner;

	if (c->listening) {
		accept_all(c);
		return;
	}
	/* Whoever reads or writes a broken connection learns why. */
	if (events & AGENT_STACK_BROKEN)
		events |= AGENT_STACK_READABLE | AGENT_STACK_WRITABLE;
	if (events & AGENT_STACK_READABLE && wants_data(c))
		read_once(c);
	if (events & AGENT_STACK_WRITABLE && c->sock) {
		if (c->pending)
			flush(c);
		else if (c->wants_room)
			c->service->on_writable(c);
	}
	watch_and_release(c);
}

static int listen_for(struct agent_conn *l, const struct tp_addr *addr)
{
	int rc = l->ops->open(l->stack, as_owner(l), addr->len == 16, &l->sock);

	if (rc == 0)
		rc = l->ops->bind(l->stack, l->sock, addr, l->service->port);
	if (rc == 0)
		rc = l->ops->listen(l->stack, l->sock, BACKLOG);
	if (rc == 0)
		rc = l->ops->watch(l->stack, l->sock, AGENT_STACK_READABLE);
	return rc;
}

int services_listen(const struct agent_stack_ops *ops, void *stack, const struct tp_addr *addr)
{
	for (size_t i = 0; i < AGENT_N_SERVICES; i++) {
		struct agent_conn *l = calloc(1, sizeof(*l));
		int rc = l ? 0 : -ENOMEM;

		if (l) {
			l->ops = ops;
			l->stack = stack;
			l->service = &agent_services[i];
			l->listening = true;
			rc = listen_for(l, addr);
		}
		if (rc < 0)
			return rc;
	}
	return 0;
}
