/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests in, responses and events out: see upper.h and upper_priv.h.
 */
#include "agent/upper_priv.h"

#include <errno.h>
#include <stdlib.h>

enum tp_result agent_upper_result(int err)
{
	static const struct {
		int err;
		enum tp_result result;
	} results[] = {
		{ 0, TP_OK },
		{ EINVAL, TP_INV },
		{ ENOTSUP, TP_INV },
		{ ENOPROTOOPT, TP_NTF }, /* the tester skips what asks for it */
		{ EAFNOSUPPORT, TP_INV },
		{ EAGAIN, TP_PEN },
		{ EINPROGRESS, TP_OK },
		{ ENODEV, TP_IIF },
		{ EADDRINUSE, TP_EXISTS },
		{ EISCONN, TP_EXISTS },
		{ EALREADY, TP_EXISTS },
		{ ENOTCONN, TP_NOT_EXIST },
		{ EPIPE, TP_CLOSING },
		{ ECONNRESET, TP_RESET },
		{ ECONNABORTED, TP_RESET },
		{ ETIMEDOUT, TP_USER_TIMEOUT },
		{ ECONNREFUSED, TP_REFUSED },
		{ ENOMEM, TP_RESOURCES },
		{ ENOBUFS, TP_RESOURCES },
		{ EMFILE, TP_RESOURCES },
		{ ENFILE, TP_RESOURCES },
	};

	for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++)
		if (results[i].err == -err)
			return results[i].result;
	return TP_NOK;
}

/* Events */

static void emit(struct agent_upper *u, enum tp_primitive_id id,
		 const struct tp_value *values)
{
	const struct tp_primitive *p = &tp_primitives[id];
	uint8_t event[AGENT_UPPER_REPLY_MAX];
	struct tp_message m = {
		.service = TP_SERVICE,
		.event = true,
		.group = p->group,
		.primitive = p->primitive,
		.protocol = 1,
		.interface = 1,
		.type = TP_EVENT,
		.params = event + TP_HEAD,
	};
	size_t len;

	if (tp_params_encode(p->event, values, event + TP_HEAD,
			     sizeof(event) - TP_HEAD, &m.params_len) < 0)
		return;
	len = tp_message_encode(&m, event, sizeof(event));
	u->cfg.emit(u->cfg.requester, event, len);
}

static void forward_event(struct agent_upper_socket *s, const uint8_t *data, size_t len)
{
	struct tp_value v[2] = { { .num = (uint32_t)len } };

	v[1].bytes.at = data;
	v[1].bytes.len = (uint16_t)(len < s->max_fwd ? len : s->max_fwd);
	emit(s->upper, TP_RECEIVE_AND_FORWARD, v);
}

/* Reads once for RECEIVE_AND_FORWARD; an empty event says that it is the end. */
static void forward_once(struct agent_upper_socket *s)
{
	uint8_t chunk[AGENT_UPPER_CHUNK];
	size_t room = sizeof(chunk);
	long n;

	if (s->max_len != UPPER_NO_LIMIT && s->max_len - s->forwarded < room)
		room = s->max_len - s->forwarded;
	n = upper_ops(s)->recv(upper_stack(s), s->sock, chunk, room);
	if (n == -EAGAIN)
		return;
	if (n < 0) {
		upper_socket_fail(s, (int)n);
		return;
	}
	s->forwarded += (size_t)n;
	if (n == 0 || (s->max_len != UPPER_NO_LIMIT && s->forwarded >= s->max_len))
		s->forwarding = false;
	forward_event(s, chunk, (size_t)n);
}

static void accept_once(struct agent_upper_socket *s)
{
	struct agent_upper_socket *conn = upper_socket_new(s->upper, UPPER_CONNECTED);
	struct tp_value v[4] = { { .num = s->id } };
	uint16_t port = 0;
	int rc;

	if (!conn) {
		upper_starve(s);
		return;
	}
	rc = upper_ops(s)->accept(upper_stack(s), s->sock, conn, &conn->sock, &v[3].addr, &port);
	if (rc < 0) {
		upper_socket_free(conn);
		if (rc == -EMFILE || rc == -ENOMEM || rc == -ENOBUFS)
			upper_starve(s);
		else if (rc != -EAGAIN && rc != -ECONNABORTED)
			upper_socket_fail(s, rc);
		return;
	}
	conn->ipv6 = s->ipv6;
	if (s->accepts_left != UPPER_NO_LIMIT)
		s->accepts_left--;
	v[1].num = conn->id;
	v[2].num = port;
	emit(s->upper, TP_LISTEN_AND_ACCEPT, v);
}

static void connect_done(struct agent_upper_socket *s)
{
	int err = upper_ops(s)->pending_error(upper_stack(s), s->sock);

	if (err < 0) {
		upper_socket_fail(s, err);
		return;
	}
	s->state = UPPER_CONNECTED;
	upper_queue_flush(s);
}

static void connected_ready(struct agent_upper_socket *s, unsigned int events)
{
	if (events & AGENT_STACK_WRITABLE)
		upper_queue_flush(s);
	if (s->state == UPPER_CONNECTED && events & AGENT_STACK_READABLE && upper_wants_data(s))
		forward_once(s);
}

void agent_upper_ready(struct agent_upper_socket *s, unsigned int events)
{
	/* Whoever reads or writes a broken connection learns why. */
	if (events & AGENT_STACK_BROKEN)
		events |= AGENT_STACK_READABLE | AGENT_STACK_WRITABLE;
	if (s->state == UPPER_LISTENING) {
		if (upper_wanted_events(s))
			accept_once(s);
	} else if (s->state == UPPER_CONNECTING) {
		if (events & AGENT_STACK_WRITABLE)
			connect_done(s);
	} else if (s->state == UPPER_CONNECTED) {
		connected_ready(s, events);
	}
	upper_settle(s);
}

void agent_upper_hold(struct agent_upper *u, bool held)
{
	struct agent_upper_socket *s;

	if (u->held == held)
		return;
	u->held = held;
	for (size_t i = 0; i < UPPER_BUCKETS; i++)
		LIST_FOREACH(s, &u->buckets[i], link)
	upper_rearm(s);
}

/* Requests */

static enum tp_result run(struct upper_call *c, const struct tp_message *request,
			  enum tp_primitive_id id)
{
	struct tp_value in[TP_PARAMS];

	if (tp_params_decode(tp_primitives[id].request, request->params,
			     request->params_len, in) < 0 &&
	    !upper_handlers[id].any_params)
		return TP_INV;
	c->in = in;
	if (upper_handlers[id].on_socket) {
		c->s = upper_socket_find(c->u, in[0].num);
		if (!c->s)
			return TP_ISD;
	}
	return upper_handlers[id].run(c);
}

static struct tp_message response_to(const struct tp_message *request)
{
	struct tp_message m = *request;

	m.type = TP_RESPONSE;
	m.params = NULL;
	m.params_len = 0;
	return m;
}

size_t agent_upper_refuse(const struct tp_message *request, enum tp_result result,
			  uint8_t *out)
{
	struct tp_message m = response_to(request);

	m.result = (uint8_t)result;
	return tp_message_encode(&m, out, AGENT_UPPER_REPLY_MAX);
}

size_t agent_upper_serve(struct agent_upper *u, const struct tp_message *request,
			 uint8_t *out)
{
	enum tp_primitive_id id = tp_primitive_find(request->group, request->primitive);
	struct tp_value values[TP_PARAMS] = { { 0 } };
	struct tp_message m = response_to(request);
	uint8_t bytes[AGENT_UPPER_CHUNK];
	struct upper_call c = {
		.u = u,
		.ops = u->cfg.ops,
		.stack = u->cfg.stack,
		.out = values,
		.bytes = bytes,
	};
	enum tp_result result;

	if (id == TP_N_PRIMITIVES)
		return agent_upper_refuse(request, TP_NTF, out);
	upper_feed_starved(u);
	result = run(&c, request, id);
	if (result != TP_OK)
		return agent_upper_refuse(request, result, out);
	m.params = out + TP_HEAD;
	if (tp_params_encode(tp_primitives[id].response, values, out + TP_HEAD,
			     AGENT_UPPER_REPLY_MAX - TP_HEAD, &m.params_len) < 0)
		return agent_upper_refuse(request, TP_ISB, out);
	m.result = TP_OK;
	return tp_message_encode(&m, out, AGENT_UPPER_REPLY_MAX);
}

/* The whole */

struct agent_upper *agent_upper_new(const struct agent_upper_config *cfg)
{
	struct agent_upper *u = calloc(1, sizeof(*u));

	if (!u)
		return NULL;
	u->cfg = *cfg;
	for (size_t i = 0; i < UPPER_BUCKETS; i++)
		LIST_INIT(&u->buckets[i]);
	return u;
}

void agent_upper_free(struct agent_upper *u)
{
	if (!u)
		return;
	upper_close_all(u);
	free(u);
}

size_t agent_upper_count_sockets(const struct agent_upper *u)
{
	return u->n_sockets;
}
