/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One connection of a plain service: see conn.h.
 */
#include "agent/conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/service.h"
#include "agent/sock.h"

/*
 * Bytes read at once, and so the most that is ever pending for an echo: small,
 * because thousands of peers may leave that much unread.
 */
#define CHUNK 16384

/* Reads in a row from a peer that sent its FIN, to reach the FIN behind them. */
#define READS_TO_EOF 16

static void conn_drop_pending(struct agent_conn *c)
{
	free(c->pending);
	c->pending = NULL;
	c->pending_len = c->pending_off = 0;
}

static void conn_end(struct agent_conn *c, void (*close_fd)(int fd))
{
	int fd = c->watch.fd;

	if (fd < 0)
		return;
	c->watch.fd = -1;
	close_fd(fd);
	conn_drop_pending(c);
}

static void close_gracefully(int fd)
{
	close(fd);
}

void agent_conn_abort(struct agent_conn *c)
{
	conn_end(c, agent_sock_abort);
}

bool agent_conn_is_open(const struct agent_conn *c)
{
	return c->watch.fd >= 0;
}

/* Bytes taken by the socket; an error other than "full" ends the connection. */
static size_t conn_write(struct agent_conn *c, const uint8_t *data, size_t len)
{
	ssize_t n;

	do {
		n = send(c->watch.fd, data, len, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n >= 0)
		return (size_t)n;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		agent_conn_abort(c);
	return 0;
}

static void conn_keep(struct agent_conn *c, const uint8_t *data, size_t len)
{
	size_t old = c->pending_len - c->pending_off;
	uint8_t *all = malloc(old + len);

	if (!all) {
		agent_conn_abort(c);
		return;
	}
	if (old)
		memcpy(all, c->pending + c->pending_off, old);
	memcpy(all + old, data, len);
	conn_drop_pending(c);
	c->pending = all;
	c->pending_len = old + len;
}

void agent_conn_send(struct agent_conn *c, const uint8_t *data, size_t len)
{
	size_t n = c->pending ? 0 : agent_conn_offer(c, data, len);

	if (n < len && agent_conn_is_open(c))
		conn_keep(c, data + n, len - n);
}

size_t agent_conn_offer(struct agent_conn *c, const uint8_t *data, size_t len)
{
	return agent_conn_is_open(c) ? conn_write(c, data, len) : 0;
}

void agent_conn_want_room(struct agent_conn *c)
{
	c->wants_room = true;
}

/* Carries out what waited for the pending data to be gone. */
static void conn_settle(struct agent_conn *c)
{
	if (!agent_conn_is_open(c) || c->pending)
		return;
	if (c->closing) {
		conn_end(c, close_gracefully);
	} else if (c->finish) {
		c->finish = false;
		if (shutdown(c->watch.fd, SHUT_WR) < 0)
			agent_conn_abort(c);
	}
}

void agent_conn_finish(struct agent_conn *c)
{
	c->finish = true;
	conn_settle(c);
}

void agent_conn_close(struct agent_conn *c)
{
	c->closing = true;
	conn_settle(c);
}

uint32_t *agent_conn_cursor(struct agent_conn *c)
{
	return &c->cursor;
}

static void conn_flush(struct agent_conn *c)
{
	c->pending_off += conn_write(c, c->pending + c->pending_off,
				     c->pending_len - c->pending_off);
	if (c->pending_off == c->pending_len)
		conn_drop_pending(c);
	conn_settle(c);
}

static bool conn_wants_data(const struct agent_conn *c)
{
	return agent_conn_is_open(c) && !c->pending && !c->eof && !c->closing;
}

/* Reads once; false if there was nothing more to read now. */
static bool conn_read(struct agent_conn *c)
{
	uint8_t chunk[CHUNK];
	ssize_t n = recv(c->watch.fd, chunk, sizeof(chunk), 0);

	if (n > 0) {
		c->service->on_data(c, chunk, (size_t)n);
		return true;
	}
	if (n == 0) {
		/* Else the close that follows would hide the step to CLOSE-WAIT. */
		agent_sock_ack_now(c->watch.fd);
		c->eof = true;
		c->service->on_eof(c);
	} else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
		/* The peer's reset, most of all: the connection is gone. */
		agent_conn_abort(c);
	}
	return false;
}

/* Asks the loop for what is wanted next. */
static void conn_rearm(struct agent_conn *c)
{
	unsigned int events = 0;

	if (!agent_conn_is_open(c))
		return;
	if (conn_wants_data(c))
		events |= AGENT_READABLE;
	if (c->pending || c->wants_room)
		events |= AGENT_WRITABLE;
	if (agent_loop_watch(c->loop, &c->watch, events) < 0)
		agent_conn_abort(c);
}

void agent_conn_init(struct agent_conn *c, struct agent_loop *loop, int fd,
		     const struct agent_service *service)
{
	c->watch.fd = fd;
	c->watch.armed = AGENT_UNARMED;
	c->loop = loop;
	c->service = service;
	c->pending = NULL;
	c->pending_len = c->pending_off = 0;
	c->cursor = 0;
	c->wants_room = c->eof = c->finish = c->closing = false;
	service->on_open(c);
	conn_rearm(c);
}

void agent_conn_handle(struct agent_conn *c, unsigned int events)
{
	int reads = events & AGENT_HANGUP ? READS_TO_EOF : 1;

	/* Whoever reads or writes a broken connection learns why. */
	if (events & AGENT_BROKEN)
		events |= AGENT_READABLE | AGENT_WRITABLE;
	if (events & AGENT_READABLE)
		while (reads-- > 0 && conn_wants_data(c) && conn_read(c))
			;
	if (events & AGENT_WRITABLE && agent_conn_is_open(c)) {
		if (c->pending)
			conn_flush(c);
		else if (c->wants_room)
			c->service->on_writable(c);
	}
	conn_rearm(c);
}

void agent_conn_fini(struct agent_conn *c)
{
	agent_conn_abort(c);
	conn_drop_pending(c);
}
