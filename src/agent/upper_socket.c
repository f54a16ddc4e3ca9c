/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The upper tester's sockets, what they are watched for, and what they have
 * still to send: see upper_priv.h.
 */
#include "agent/upper_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Sockets */

struct agent_upper_socket *upper_socket_find(struct agent_upper *u, uint32_t id)
{
	struct agent_upper_socket *s;

	LIST_FOREACH(s, &u->buckets[id % UPPER_BUCKETS], link)
	if (s->id == id && !s->leaving)
		return s;
	return NULL;
}

/* Ids go round, so that a closed socket's is not another's at once. */
static uint16_t new_id(struct agent_upper *u)
{
	struct agent_upper_socket *s;

	do {
		u->last_id = (uint16_t)(u->last_id == UINT16_MAX ? 1 : u->last_id + 1);
		LIST_FOREACH(s, &u->buckets[u->last_id % UPPER_BUCKETS], link)
		if (s->id == u->last_id)
			break;
	} while (s);
	return u->last_id;
}

struct agent_upper_socket *upper_socket_new(struct agent_upper *u, enum upper_state state)
{
	struct agent_upper_limits *limits = u->cfg.limits;
	struct agent_upper_socket *s = NULL;

	if (limits->n_sockets < limits->sockets && u->n_sockets < UINT16_MAX - 1)
		s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	limits->n_sockets++;
	u->n_sockets++;
	s->upper = u;
	s->state = state;
	s->id = new_id(u);
	STAILQ_INIT(&s->queue);
	LIST_INSERT_HEAD(&u->buckets[s->id % UPPER_BUCKETS], s, link);
	return s;
}

static void queue_pop(struct agent_upper_socket *s)
{
	struct upper_item *it = STAILQ_FIRST(&s->queue);

	STAILQ_REMOVE_HEAD(&s->queue, link);
	s->queue_len -= it->len;
	s->queue_items--;
	s->upper->cfg.limits->n_queued -= it->len;
	free(it);
}

static void queue_drop(struct agent_upper_socket *s)
{
	while (!STAILQ_EMPTY(&s->queue))
		queue_pop(s);
}

/* What listeners lacked may be there again. */
void upper_feed_starved(struct agent_upper *u)
{
	struct agent_upper_socket *s;

	if (!u->starved)
		return;
	u->starved = false;
	for (size_t i = 0; i < UPPER_BUCKETS; i++) {
		LIST_FOREACH(s, &u->buckets[i], link)
		{
			s->starved = false;
			upper_rearm(s);
		}
	}
}

/* Takes the socket out of the world, without a word to the stack. */
void upper_socket_free(struct agent_upper_socket *s)
{
	struct agent_upper *u = s->upper;

	queue_drop(s);
	LIST_REMOVE(s, link);
	u->n_sockets--;
	u->cfg.limits->n_sockets--;
	free(s);
}

void upper_socket_close(struct agent_upper_socket *s, bool abort)
{
	upper_ops(s)->close(upper_stack(s), s->sock, abort);
	upper_socket_free(s);
}

bool upper_wants_data(const struct agent_upper_socket *s)
{
	return s->forwarding && !s->paused && !s->upper->held && !s->leaving;
}

unsigned int upper_wanted_events(const struct agent_upper_socket *s)
{
	switch (s->state) {
	case UPPER_LISTENING:
		return s->accepts_left && !s->starved && !s->upper->held ? AGENT_STACK_READABLE : 0;
	case UPPER_CONNECTING:
		return AGENT_STACK_WRITABLE;
	case UPPER_CONNECTED:
		return (upper_wants_data(s) ? AGENT_STACK_READABLE : 0u) |
			(STAILQ_EMPTY(&s->queue) ? 0u : AGENT_STACK_WRITABLE);
	default:
		return 0;
	}
}

void upper_socket_fail(struct agent_upper_socket *s, int err)
{
	s->state = UPPER_BROKEN;
	s->error = err;
	s->forwarding = false;
	s->fin_due = false;
	queue_drop(s);
}

/* Asks the stack for what is wanted next. */
void upper_rearm(struct agent_upper_socket *s)
{
	unsigned int events = upper_wanted_events(s);
	int rc;

	if (events == s->armed)
		return;
	rc = upper_ops(s)->watch(upper_stack(s), s->sock, events);
	s->armed = events;
	if (rc < 0) {
		upper_socket_fail(s, rc);
		s->armed = 0;
	}
}

/* After something happened: closes what was only to be sent, else rearms. */
void upper_settle(struct agent_upper_socket *s)
{
	if (s->leaving && STAILQ_EMPTY(&s->queue)) {
		struct agent_upper *u = s->upper;

		upper_socket_close(s, s->state == UPPER_BROKEN);
		upper_feed_starved(u);
		return;
	}
	upper_rearm(s);
}

/* Sends what the stack takes; 0, or -errno when that broke the connection. */
int upper_queue_flush(struct agent_upper_socket *s)
{
	struct upper_item *it;
	long n = 0;

	while ((it = STAILQ_FIRST(&s->queue))) {
		n = upper_ops(s)->send(upper_stack(s), s->sock, it->data + it->off,
				       it->len - it->off, it->flags);
		if (n == -EAGAIN || n == 0)
			return 0;
		if (n < 0)
			break;
		s->state = UPPER_CONNECTED;
		it->off += (size_t)n;
		if (it->off >= it->len)
			queue_pop(s);
	}
	if (n >= 0 && s->fin_due) {
		s->fin_due = false;
		n = upper_ops(s)->shutdown(upper_stack(s), s->sock, AGENT_STACK_WRITE);
	}
	if (n >= 0)
		return 0;
	upper_socket_fail(s, (int)n);
	return (int)n;
}

/* The data, repeated up to @total bytes, or once if they are longer. */
static struct upper_item *item_new(const struct tp_value *data, size_t total)
{
	size_t len = data->bytes.len > total ? data->bytes.len : total;
	struct upper_item *it = malloc(sizeof(*it) + len);

	if (!it)
		return NULL;
	it->len = len;
	it->off = 0;
	for (size_t at = 0; at < len; at += data->bytes.len) {
		size_t n = len - at < data->bytes.len ? len - at : data->bytes.len;

		memcpy(it->data + at, data->bytes.at, n);
	}
	return it;
}

static bool queue_has_room(const struct agent_upper_socket *s, size_t len)
{
	const struct agent_upper_limits *limits = s->upper->cfg.limits;

	return s->queue_len + len <= AGENT_UPPER_QUEUE &&
		s->queue_items < AGENT_UPPER_QUEUE_REQUESTS &&
		limits->n_queued + len <= limits->queued;
}

enum tp_result upper_queue_data(struct agent_upper_socket *s, const struct tp_value *data,
				size_t total, unsigned int flags)
{
	struct upper_item *it = item_new(data, total);

	if (!it)
		return TP_RESOURCES;
	if (!queue_has_room(s, it->len)) {
		free(it);
		return TP_ISB;
	}
	it->flags = flags;
	STAILQ_INSERT_TAIL(&s->queue, it, link);
	s->queue_len += it->len;
	s->queue_items++;
	s->upper->cfg.limits->n_queued += it->len;
	return TP_OK;
}

void upper_starve(struct agent_upper_socket *s)
{
	s->starved = true;
	s->upper->starved = true;
}

void upper_close_all(struct agent_upper *u)
{
	struct agent_upper_socket *s;

	for (size_t i = 0; i < UPPER_BUCKETS; i++)
		while ((s = LIST_FIRST(&u->buckets[i])))
			upper_socket_close(s, true);
	u->starved = false;
}
