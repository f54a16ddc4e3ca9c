/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Endpoints and their calls.  A call asks for one primitive after another until
 * it is answered: what comes next is decided from the call and from what the
 * endpoint has, by the functions in next_of[].
 */
#include "link/app_client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "link/app_wire.h"
#include "wire/testability.h"

#define NO_SOCKET (-1)
#define RETRY_NS INT64_C(1000000) /* until nothing to read is asked for again */
#define BACKLOG 16		  /* connections that a listener accepts */
#define PORT_ANY 0xffff
#define READ_MAX 1200 /* octets that RECEIVE_ONCE gives */
#define SEQ_BITS 12   /* of a request id; the rest is the endpoint */

struct endpoint {
	bool used, busy;
	uint8_t family;
	uint16_t tester_port, target_port;
	int listener, conn, fresh; /* socket ids, or NO_SOCKET */
	bool drained;		   /* RECEIVE_AND_FORWARD was asked for */
	struct app_request req;
	uint8_t *data;	/* of req: a copy */
	uint32_t id;	/* request that is not answered yet; 0: none */
	uint16_t seq;	/* of request ids */
	uint8_t asked;	/* its primitive */
	int64_t due_ns; /* waits until then; INT64_MAX: for an answer */
	uint8_t *got;	/* RECEIVE: so far */
	uint32_t n_got;
};

/* An answer that is ready. */
struct ready {
	struct app_reply reply;
	uint8_t *data;
};

struct app_client {
	struct app_wire *wire;
	struct app_client_config cfg;
	struct endpoint *ep;
	size_t n_ep, n_busy;
	uint16_t *of_port[2]; /* 65536 each: endpoint + 1 */
	struct ready *ready;
	size_t n_ready, cap_ready;
};

static void *xrealloc(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n ? n : 1, size);
	if (!p)
		log_panic("out of memory");
	return p;
}

static struct tp_addr tp_addr_of(const struct ip_addr *a)
{
	struct tp_addr t = { .len = a->family == 6 ? 16 : 4 };

	memcpy(t.ip, a->b, t.len);
	return t;
}

/* ---- answers ---- */

static void answer(struct app_client *c, struct endpoint *e, uint8_t result)
{
	struct ready *r;

	if (c->n_ready == c->cap_ready) {
		c->cap_ready = c->cap_ready ? 2 * c->cap_ready : 16;
		c->ready = xrealloc(c->ready, c->cap_ready, sizeof(*c->ready));
	}
	r = &c->ready[c->n_ready++];
	*r = (struct ready){
		.reply = {
			.family = e->family,
			.tester_port = e->tester_port,
			.call = e->req.call,
			.result = result,
			.missing = result == TP_NTF ? e->asked : TP_N_PRIMITIVES,
			.data_len = e->n_got,
		},
		.data = e->got,
	};
	free(e->data);
	e->data = e->got = NULL;
	e->n_got = 0;
	e->busy = false;
	e->id = 0;
	c->n_busy--;
}

/* ---- asking ---- */

static void ask(struct app_client *c, struct endpoint *e, enum tp_primitive_id primitive,
		const struct tp_value *values)
{
	uint32_t index = (uint32_t)(e - c->ep) + 1;

	e->seq = (e->seq + 1) & ((1u << SEQ_BITS) - 1);
	e->id = index << SEQ_BITS | e->seq;
	e->asked = (uint8_t)primitive;
	e->due_ns = INT64_MAX;
	app_wire_ask(c->wire, primitive, e->id, values);
}

/* Nobody waits for the answer. */
static void abort_socket(struct app_client *c, int socket)
{
	struct tp_value v[TP_PARAMS] = { { .num = (uint32_t)socket }, { .num = 1 } };

	if (socket != NO_SOCKET)
		app_wire_ask(c->wire, TP_CLOSE_SOCKET, 0, v);
}

static void ask_socket(struct app_client *c, struct endpoint *e)
{
	bool v6 = e->family == 6;
	struct tp_value v[TP_PARAMS] = {
		{ .num = 1 },
		{ .num = e->target_port },
		{ .addr = tp_addr_of(v6 ? &c->cfg.target6 : &c->cfg.target4) },
	};

	ask(c, e, TP_CREATE_AND_BIND, v);
}

/* One primitive that is about a socket, with up to two numbers more. */
static void ask_of(struct app_client *c, struct endpoint *e, enum tp_primitive_id primitive,
		   int socket, uint32_t a, uint32_t b)
{
	struct tp_value v[TP_PARAMS] = { { .num = (uint32_t)socket }, { .num = a }, { .num = b } };

	ask(c, e, primitive, v);
}

static bool has_socket(struct app_client *c, struct endpoint *e, int *socket)
{
	if (*socket == NO_SOCKET) {
		*socket = e->fresh;
		e->fresh = NO_SOCKET;
	}
	if (*socket == NO_SOCKET)
		ask_socket(c, e);
	return *socket != NO_SOCKET;
}

/*
 * A connection that is being made may still be accepted.  False: the endpoint
 * waits for it, or the call is answered.
 */
static bool has_conn(struct app_client *c, struct endpoint *e)
{
	if (e->conn != NO_SOCKET)
		return true;
	if (e->listener == NO_SOCKET)
		answer(c, e, TP_NOT_EXIST);
	else
		e->due_ns = e->req.until_ns;
	return false;
}

/* ---- calls: what comes first, or next ---- */

static void next_listen(struct app_client *c, struct endpoint *e)
{
	if (has_socket(c, e, &e->listener))
		ask_of(c, e, TP_LISTEN_AND_ACCEPT, e->listener, BACKLOG, 0);
}

static void next_accept(struct app_client *c, struct endpoint *e)
{
	if (has_conn(c, e))
		answer(c, e, TP_OK);
}

static void next_connect(struct app_client *c, struct endpoint *e)
{
	bool v6 = e->family == 6;
	struct tp_value v[TP_PARAMS] = {
		{ .num = 0 },
		{ .num = e->tester_port },
		{ .addr = tp_addr_of(v6 ? &c->cfg.tester6 : &c->cfg.tester4) },
	};

	if (!has_socket(c, e, &e->conn))
		return;
	v[0].num = (uint32_t)e->conn;
	ask(c, e, TP_CONNECT, v);
}

/* Flags of SEND_DATA, as they stand in a TCP header. */
#define SEND_PUSH 0x08
#define SEND_URGENT 0x20

static void next_send(struct app_client *c, struct endpoint *e)
{
	struct tp_value v[TP_PARAMS] = {
		{ .num = (uint32_t)e->conn },
		{ .num = e->req.data_len },
		{ .num = (e->req.push ? SEND_PUSH : 0u) | (e->req.urgent ? SEND_URGENT : 0u) },
		{ .bytes = { e->data, (uint16_t)e->req.data_len } },
	};

	if (!has_conn(c, e))
		return;
	v[0].num = (uint32_t)e->conn;
	ask(c, e, TP_SEND_DATA, v);
}

static void next_receive(struct app_client *c, struct endpoint *e)
{
	uint32_t wanted = e->req.bytes - e->n_got;

	if (has_conn(c, e))
		ask_of(c, e, TP_RECEIVE_ONCE, e->conn, wanted < READ_MAX ? wanted : READ_MAX, 0);
}

static void next_shutdown(struct app_client *c, struct endpoint *e)
{
	if (has_conn(c, e))
		ask_of(c, e, TP_SHUTDOWN, e->conn, e->req.how, 0);
}

/* CLOSE and ABORT: the socket is none of ours any more. */
static void next_close(struct app_client *c, struct endpoint *e)
{
	int *socket = e->req.of_listener ? &e->listener : &e->conn;

	if (e->req.of_listener ? e->listener == NO_SOCKET : !has_conn(c, e)) {
		if (e->req.of_listener)
			answer(c, e, TP_NOT_EXIST);
		return;
	}
	ask_of(c, e, TP_CLOSE_SOCKET, *socket, e->req.call == APP_ABORT, 0);
	*socket = NO_SOCKET;
	e->drained &= e->req.of_listener;
}

static void next_pause(struct app_client *c, struct endpoint *e)
{
	if (has_conn(c, e))
		ask_of(c, e, TP_PAUSE_READING, e->conn, 0, 0);
}

static void next_resume(struct app_client *c, struct endpoint *e)
{
	if (!has_conn(c, e))
		return;
	if (e->drained)
		ask_of(c, e, TP_RESUME_READING, e->conn, 0, 0);
	else
		ask_of(c, e, TP_RECEIVE_AND_FORWARD, e->conn, 0, PORT_ANY);
}

static void next_option(struct app_client *c, struct endpoint *e)
{
	const struct app_option_info *o = &app_options[e->req.option];
	uint32_t value = e->req.value;
	uint8_t octets[2] = { (uint8_t)(value >> 8), (uint8_t)value };
	int *socket = e->req.of_listener && e->listener != NO_SOCKET ? &e->listener : &e->conn;
	struct tp_value v[TP_PARAMS] = { { .num = 0 }, { .num = o->id } };

	/* Before the connection is opened: a socket that will be it. */
	if (*socket == NO_SOCKET)
		socket = &e->fresh;
	if (*socket == NO_SOCKET) {
		ask_socket(c, e);
		return;
	}
	v[0].num = (uint32_t)*socket;
	v[2].num = value;
	v[2].bytes.at = octets + 2 - o->size;
	v[2].bytes.len = o->size;
	ask(c, e, o->size ? TP_CONFIGURE_SOCKET : TP_SET_OPTION, v);
}

static void next_error(struct app_client *c, struct endpoint *e)
{
	if (has_conn(c, e))
		ask_of(c, e, TP_GET_PENDING_ERROR, e->conn, 0, 0);
}

static void (*const next_of[APP_N_CALLS])(struct app_client *c, struct endpoint *e) = {
	[APP_LISTEN] = next_listen,
	[APP_ACCEPT] = next_accept,
	[APP_CONNECT] = next_connect,
	[APP_SEND] = next_send,
	[APP_RECEIVE] = next_receive,
	[APP_SHUTDOWN] = next_shutdown,
	[APP_CLOSE] = next_close,
	[APP_ABORT] = next_close,
	[APP_PAUSE] = next_pause,
	[APP_RESUME] = next_resume,
	[APP_OPTION] = next_option,
	[APP_ERROR] = next_error,
};

/* ---- what came ---- */

/* Nothing yet: asked for again in a moment, or that is the answer. */
static void retry(struct app_client *c, struct endpoint *e, uint8_t otherwise, int64_t now_ns)
{
	if (now_ns >= e->req.until_ns)
		answer(c, e, otherwise);
	else
		e->due_ns = now_ns + RETRY_NS < e->req.until_ns ? now_ns + RETRY_NS
								: e->req.until_ns;
}

static void received(struct app_client *c, struct endpoint *e, uint8_t result,
		     const struct tp_value *v, int64_t now_ns)
{
	bool end = result == TP_OK && (v[0].num & 1);

	if (result == TP_OK && v[1].bytes.len) {
		e->got = xrealloc(e->got, e->n_got + v[1].bytes.len, 1);
		memcpy(e->got + e->n_got, v[1].bytes.at, v[1].bytes.len);
		e->n_got += v[1].bytes.len;
	}
	if (result != TP_OK && result != TP_PEN)
		answer(c, e, result);
	else if (e->n_got >= e->req.bytes || (end && e->n_got))
		answer(c, e, TP_OK);
	else if (end)
		answer(c, e, TP_CLOSING);
	else if (result == TP_OK)
		next_receive(c, e);
	else
		retry(c, e, e->n_got ? TP_OK : TP_PEN, now_ns);
}

static void pending_error(struct app_client *c, struct endpoint *e, uint8_t result,
			  const struct tp_value *v, int64_t now_ns)
{
	uint8_t error = result == TP_OK ? (uint8_t)v[0].num : result;

	if (error == e->req.wanted || (error != TP_OK && error != TP_PEN))
		answer(c, e, error);
	else
		retry(c, e, error, now_ns);
}

/* The endpoint's request is answered. */
static void on_response(struct app_client *c, struct endpoint *e, uint8_t result,
			const struct tp_value *v, int64_t now_ns)
{
	e->id = 0;
	if (e->asked == TP_RECEIVE_ONCE) {
		received(c, e, result, v, now_ns);
	} else if (e->asked == TP_GET_PENDING_ERROR) {
		pending_error(c, e, result, v, now_ns);
	} else if (e->asked == TP_CREATE_AND_BIND && result == TP_OK) {
		e->fresh = (int)v[0].num;
		next_of[e->req.call](c, e);
	} else {
		e->drained |= e->asked == TP_RECEIVE_AND_FORWARD && result == TP_OK;
		answer(c, e, result);
	}
}

static struct endpoint *endpoint_of(struct app_client *c, uint8_t family, uint16_t port)
{
	uint16_t i = c->of_port[family == 6][port];

	return i ? &c->ep[i - 1] : NULL;
}

/* A connection was accepted: LISTEN_AND_ACCEPT's event. */
static void on_accepted(struct app_client *c, const struct tp_value *v)
{
	struct endpoint *e = endpoint_of(c, v[3].addr.len == 16 ? 6 : 4, (uint16_t)v[2].num);

	if (!e || e->listener != (int)v[0].num || e->conn != NO_SOCKET) {
		abort_socket(c, (int)v[1].num);
		return;
	}
	e->conn = (int)v[1].num;
	if (e->busy && !e->id)
		next_of[e->req.call](c, e);
}

static void on_message(void *arg, const struct app_message *m)
{
	struct app_client *c = arg;
	size_t index = m->id >> SEQ_BITS;
	struct endpoint *e = index && index <= c->n_ep ? &c->ep[index - 1] : NULL;

	if (m->event && m->primitive == TP_LISTEN_AND_ACCEPT)
		on_accepted(c, m->value);
	else if (m->event)
		return; /* what RECEIVE_AND_FORWARD read is to be forgotten */
	else if (e && e->used && e->busy && e->id == m->id)
		on_response(c, e, m->result, m->value, m->now_ns);
	else if (m->primitive == TP_CREATE_AND_BIND && m->result == TP_OK)
		abort_socket(c, (int)m->value[0].num);
}

/* ---- the interface ---- */

static struct endpoint *endpoint_new(struct app_client *c, const struct app_request *req)
{
	size_t i = 0;

	while (i < c->n_ep && c->ep[i].used)
		i++;
	if (i == c->n_ep) {
		c->n_ep = c->n_ep ? 2 * c->n_ep : 16;
		c->ep = xrealloc(c->ep, c->n_ep, sizeof(*c->ep));
		memset(c->ep + i, 0, (c->n_ep - i) * sizeof(*c->ep));
	}
	c->ep[i] = (struct endpoint){
		.used = true,
		.family = req->family,
		.tester_port = req->tester_port,
		.target_port = req->target_port,
		.listener = NO_SOCKET,
		.conn = NO_SOCKET,
		.fresh = NO_SOCKET,
		.seq = c->ep[i].seq,
		.due_ns = INT64_MAX,
	};
	c->of_port[req->family == 6][req->tester_port] = (uint16_t)(i + 1);
	return &c->ep[i];
}

int app_client_ask(struct app_client *c, const struct app_request *req, int64_t now_ns)
{
	struct endpoint *e = endpoint_of(c, req->family, req->tester_port);

	(void)now_ns;
	if (!app_wire_is_up(c->wire))
		return -ENOTCONN;
	if (e && e->busy)
		return -EBUSY;
	if (!e)
		e = endpoint_new(c, req);
	e->req = *req;
	if (req->data_len && req->call == APP_SEND) {
		e->data = xrealloc(NULL, req->data_len, 1);
		memcpy(e->data, req->data, req->data_len);
	}
	e->busy = true;
	e->due_ns = INT64_MAX;
	c->n_busy++;
	next_of[req->call](c, e);
	return 0;
}

void app_client_end(struct app_client *c, uint8_t family, uint16_t tester_port)
{
	struct endpoint *e = endpoint_of(c, family, tester_port);

	if (!e)
		return;
	abort_socket(c, e->conn);
	abort_socket(c, e->listener);
	abort_socket(c, e->fresh);
	c->n_busy -= e->busy;
	free(e->data);
	free(e->got);
	e->data = e->got = NULL;
	e->used = e->busy = false;
	c->of_port[family == 6][tester_port] = 0;
}

int app_client_fd(const struct app_client *c, short *events)
{
	return app_wire_fd(c->wire, events);
}

bool app_client_is_idle(const struct app_client *c)
{
	return !c->n_busy && !c->n_ready;
}

int64_t app_client_due_ns(const struct app_client *c)
{
	int64_t due = INT64_MAX;

	for (size_t i = 0; i < c->n_ep && c->n_busy; i++)
		if (c->ep[i].busy && !c->ep[i].id && c->ep[i].due_ns < due)
			due = c->ep[i].due_ns;
	return due;
}

/* Calls that waited: asked for again, or at their end. */
static void on_due(struct app_client *c, struct endpoint *e, int64_t now_ns)
{
	bool waits_for_conn = e->conn == NO_SOCKET;

	e->due_ns = INT64_MAX;
	if (waits_for_conn && now_ns >= e->req.until_ns)
		answer(c, e, TP_PEN);
	else
		next_of[e->req.call](c, e);
}

size_t app_client_turn(struct app_client *c, int64_t now_ns)
{
	app_wire_turn(c->wire, now_ns, on_message, c);
	for (size_t i = 0; i < c->n_ep && c->n_busy; i++) {
		struct endpoint *e = &c->ep[i];

		if (e->busy && !e->id && e->due_ns <= now_ns)
			on_due(c, e, now_ns);
	}
	for (size_t i = 0; i < c->n_ready; i++)
		c->ready[i].reply.ts_ns = now_ns;
	return c->n_ready;
}

size_t app_client_deliver(struct app_client *c, link_reply_fn *fn, void *arg)
{
	size_t n = c->n_ready;

	c->n_ready = 0;
	for (size_t i = 0; i < n; i++) {
		struct ready r = c->ready[i];

		r.reply.data = r.data;
		if (fn)
			fn(arg, &r.reply);
		free(r.data);
	}
	return n;
}

int app_client_open(const struct app_client_config *cfg, struct app_client **out,
		    struct diags *ds)
{
	struct app_client *c = xrealloc(NULL, 1, sizeof(*c));
	const struct app_wire_config wire = {
		.addr = cfg->agent,
		.port = cfg->port,
		.datagrams = cfg->datagrams,
		.fd = cfg->fd,
	};
	int err;

	memset(c, 0, sizeof(*c));
	c->cfg = *cfg;
	for (int i = 0; i < 2; i++) {
		c->of_port[i] = xrealloc(NULL, 65536, sizeof(*c->of_port[i]));
		memset(c->of_port[i], 0, 65536 * sizeof(*c->of_port[i]));
	}
	err = app_wire_open(&wire, &c->wire, ds);
	if (err) {
		app_client_close(c);
		return err;
	}
	*out = c;
	return 0;
}

const uint16_t *app_client_version(const struct app_client *c)
{
	return app_wire_version(c->wire);
}

void app_client_close(struct app_client *c)
{
	if (!c)
		return;
	app_wire_close(c->wire);
	for (size_t i = 0; i < c->n_ep; i++) {
		free(c->ep[i].data);
		free(c->ep[i].got);
	}
	for (size_t i = 0; i < c->n_ready; i++)
		free(c->ready[i].data);
	free(c->ready);
	free(c->of_port[0]);
	free(c->of_port[1]);
	free(c->ep);
	free(c);
}
