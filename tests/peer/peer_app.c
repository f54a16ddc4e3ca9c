/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference peer: the application that cases ask.  It has one end for each
 * port of the tester: a listener, a connection, and at most one call that waits.
 */
#include <stdlib.h>
#include <string.h>

#include "peer_priv.h"

/* ---- what comes ---- */

static void nothing_opens(struct peer_conn *c)
{
	(void)c;
}

static void keep(struct peer_conn *c, const uint8_t *data, uint32_t len)
{
	struct peer_app *a = c->app;

	if (!a || !len)
		return;
	a->got = peer_realloc(a->got, a->n_got + len);
	memcpy(a->got + a->n_got, data, len);
	a->n_got += len;
}

const struct peer_service peer_app_service = { 0, nothing_opens, keep, false };

struct peer_app *peer_app_listening(struct peer *p, const struct segment *s)
{
	struct peer_app_key key = { s->src.family, s->sport };
	struct peer_app *a;

	HASH_FIND(hh, p->apps, &key, sizeof(key), a);
	return a && a->listens && a->target_port == s->dport ? a : NULL;
}

bool peer_app_listens(const struct peer *p, const struct segment *s)
{
	const struct peer_app *a;

	for (a = p->apps; a; a = a->hh.next)
		if (a->listens && a->target_port == s->dport && a->key.family == s->src.family)
			return true;
	return false;
}

void peer_app_conn_gone(struct peer *p, struct peer_conn *c)
{
	struct peer_app *a = c->app;

	if (!peer_has(p, BUG_RESET_NOT_TOLD))
		a->error = c->error;
	if (peer_has(p, BUG_OPEN_REFUSED_LISTENS) && c->active && c->error == TP_REFUSED)
		a->listens = true;
	a->conn = NULL;
	c->app = NULL;
}

/* ---- answers ---- */

static void answer(struct peer *p, struct peer_app *a, uint8_t result, uint32_t n_data)
{
	struct app_reply r = {
		.family = (uint8_t)a->key.family,
		.tester_port = a->key.tester_port,
		.call = a->req.call,
		.result = result,
		.missing = result == TP_NTF ? TP_PAUSE_READING : TP_N_PRIMITIVES,
		.data = a->got,
		.data_len = n_data,
	};

	a->asked = false;
	vlink_reply(p->v, 0, &r);
	if (peer_has(p, BUG_RECEIVED_TWICE))
		return;
	if (n_data)
		memmove(a->got, a->got + n_data, a->n_got - n_data);
	a->n_got -= n_data;
}

static bool is_open(const struct peer_app *a)
{
	return a->conn && a->conn->state > PEER_SYN_RECEIVED;
}

static void receive(struct peer *p, struct peer_app *a, bool late)
{
	uint32_t n = a->n_got < a->req.bytes ? a->n_got : a->req.bytes;

	if (n == a->req.bytes || (n && (a->eof || late)))
		answer(p, a, TP_OK, n);
	else if (a->eof)
		answer(p, a, TP_CLOSING, 0);
	else if (!a->conn && !a->listens)
		answer(p, a, a->error ? a->error : TP_NOT_EXIST, 0);
	else if (late)
		answer(p, a, TP_PEN, 0);
}

static void tell_error(struct peer *p, struct peer_app *a, bool late)
{
	if (a->error == TP_OK && a->req.wanted != TP_OK && !late)
		return;
	answer(p, a, a->error, 0);
	a->error = TP_OK;
}

static void progress(struct peer *p, struct peer_app *a, bool late)
{
	if (a->req.call == APP_RECEIVE)
		receive(p, a, late);
	else if (a->req.call == APP_ERROR)
		tell_error(p, a, late);
	else if (is_open(a) || late)
		answer(p, a, is_open(a) ? TP_OK : TP_PEN, 0);
}

void peer_app_news(struct peer *p, struct peer_app *a)
{
	if (a->asked)
		progress(p, a, false);
}

int64_t peer_app_expire(struct peer *p)
{
	struct peer_app *a, *next;
	int64_t earliest = PEER_NEVER;

	HASH_ITER(hh, p->apps, a, next) {
		if (a->asked)
			progress(p, a, a->req.until_ns <= p->now_ns);
		if (a->asked && a->req.until_ns < earliest)
			earliest = a->req.until_ns;
	}
	return earliest;
}

/* ---- calls ---- */

static struct peer_app *app_of(struct peer *p, const struct app_request *req)
{
	struct peer_app_key key = { req->family, req->tester_port };
	struct peer_app *a;

	HASH_FIND(hh, p->apps, &key, sizeof(key), a);
	if (a)
		return a;
	a = peer_realloc(NULL, sizeof(*a));
	memset(a, 0, sizeof(*a));
	a->key = key;
	a->target_port = req->target_port;
	HASH_ADD(hh, p->apps, key, sizeof(a->key), a);
	return a;
}

static void connection_made(struct peer *p, struct peer_app *a)
{
	struct link *l = (struct link *)p->v;
	bool v6 = a->key.family == 6;
	struct peer_key key;

	memset(&key, 0, sizeof(key));
	key.lport = a->target_port;
	key.rport = a->key.tester_port;
	key.local.family = key.remote.family = (uint8_t)a->key.family;
	memcpy(key.local.b, v6 ? l->target6.b : l->target4.b, v6 ? 16 : 4);
	memcpy(key.remote.b, v6 ? l->tester6.b : l->tester4.b, v6 ? 16 : 4);
	a->conn = peer_conn_open(p, &key);
	a->conn->app = a;
	peer_send_syn(p, a->conn, false);
}

static void call_connect(struct peer *p, struct peer_app *a)
{
	if (a->conn) {
		answer(p, a, TP_EXISTS, 0);
		return;
	}
	connection_made(p, a);
	answer(p, a, TP_OK, 0);
}

static void call_send(struct peer *p, struct peer_app *a, const struct app_request *req)
{
	struct peer_conn *c = a->conn;

	if (!c || c->closing) {
		answer(p, a, c ? TP_CLOSING : TP_NOT_EXIST, 0);
		return;
	}
	c->out = peer_realloc(c->out, c->out_len + req->data_len + 1);
	c->out_cap = c->out_len + req->data_len + 1;
	memcpy(c->out + c->out_len, req->data, req->data_len);
	if (c->state > PEER_SYN_RECEIVED || !peer_has(p, BUG_EARLY_SEND_LOST))
		c->out_len += req->data_len;
	if (c->state > PEER_SYN_RECEIVED)
		peer_output(p, c);
	answer(p, a, TP_OK, 0);
}

/* Came, and nobody read it: 3.6.1, SHLD-3. */
static bool is_unread(const struct peer *p, const struct peer_app *a)
{
	return (a->n_got || a->conn->in_len) && !peer_has(p, BUG_UNREAD_NOT_TOLD);
}

/* CLOSE (3.10.4), and half of it. */
static void call_close(struct peer *p, struct peer_app *a, bool shutdown)
{
	struct peer_conn *c = a->conn;

	if (!c) {
		answer(p, a, TP_NOT_EXIST, 0);
		return;
	}
	if (c->state == PEER_SYN_SENT) {
		if (!peer_has(p, BUG_OPEN_CLOSE_STAYS))
			peer_conn_drop(p, c);
	} else if (!shutdown && !c->closing && is_unread(p, a)) {
		peer_send_abort(p, c);
		peer_conn_drop(p, c);
	} else if (c->closing && peer_has(p, BUG_CLOSE_AGAIN_ENDS)) {
		peer_conn_drop(p, c);
	} else if (!(shutdown && a->req.how == APP_SHUTDOWN_READ) && !peer_has(p, BUG_NO_FIN)) {
		c->closing = true;
		peer_output(p, c);
	}
	answer(p, a, TP_OK, 0);
}

static bool reset_is_due(const struct peer *p, const struct peer_conn *c)
{
	if (peer_has(p, BUG_ABORT_SILENT))
		return false;
	return c->state != PEER_SYN_SENT && c->state != PEER_CLOSING &&
		c->state != PEER_LAST_ACK && c->state != PEER_TIME_WAIT;
}

/* ABORT (3.10.5). */
static void call_abort(struct peer *p, struct peer_app *a)
{
	if (!a->conn) {
		answer(p, a, TP_NOT_EXIST, 0);
		return;
	}
	if (reset_is_due(p, a->conn))
		peer_send_abort(p, a->conn);
	if (!peer_has(p, BUG_ABORT_STAYS))
		peer_conn_drop(p, a->conn);
	answer(p, a, TP_OK, 0);
}

/* Options of a listener are known too, and show nothing; the other call is CLOSE. */
static void call_of_listener(struct peer *p, struct peer_app *a, const struct app_request *req)
{
	answer(p, a, a->listens ? TP_OK : TP_NOT_EXIST, 0);
	if (req->call != APP_OPTION)
		a->listens &= peer_has(p, BUG_LISTENER_STAYS);
}

/* The user timeout (RFC 9293 3.9.1.1); 0 is for none. */
static void set_limit(struct peer *p, struct peer_app *a, const struct app_request *req)
{
	if (peer_has(p, BUG_USER_TIMEOUT_IGNORED))
		return;
	a->limit_ns = req->value * 1000000LL;
	if (!a->conn)
		return;
	a->conn->user_ns = PEER_NEVER;
	peer_user_arm(p, a->conn);
}

/* Of the options those that show on the wire; all are known. */
static void call_option(struct peer *p, struct peer_app *a, const struct app_request *req)
{
	const char *name = app_options[req->option].name;

	if (a->conn && !strcmp(name, "ttl") && !peer_has(p, BUG_TTL_FIXED))
		a->conn->ttl = (uint8_t)req->value;
	if (!strcmp(name, "user-timeout"))
		set_limit(p, a, req);
	answer(p, a, TP_OK, 0);
}

static void carry_out(struct peer *p, struct peer_app *a, const struct app_request *req)
{
	switch (req->call) {
	case APP_LISTEN:
		a->listens = true;
		answer(p, a, TP_OK, 0);
		break;
	case APP_CONNECT:
		call_connect(p, a);
		break;
	case APP_SEND:
		call_send(p, a, req);
		break;
	case APP_SHUTDOWN:
	case APP_CLOSE:
		call_close(p, a, req->call == APP_SHUTDOWN);
		break;
	case APP_ABORT:
		call_abort(p, a);
		break;
	case APP_OPTION:
		call_option(p, a, req);
		break;
	case APP_ACCEPT:
	case APP_RECEIVE:
	case APP_ERROR:
		peer_conn_timer(p, &a->req.until_ns, req->until_ns);
		progress(p, a, false);
		break;
	default:
		answer(p, a, TP_NTF, 0);
	}
}

void peer_app_call(void *arg, struct vlink *v, int64_t now_ns, const struct app_request *req)
{
	struct peer *p = arg;
	struct peer_app *a = app_of(p, req);

	p->v = v;
	p->now_ns = now_ns;
	a->asked = true;
	a->req = *req;
	if (req->of_listener)
		call_of_listener(p, a, req);
	else
		carry_out(p, a, req);
}

static void app_free(struct peer *p, struct peer_app *a)
{
	HASH_DEL(p->apps, a);
	free(a->got);
	free(a);
}

void peer_app_end(void *arg, struct vlink *v, int64_t now_ns, uint8_t family,
		  uint16_t tester_port)
{
	struct peer *p = arg;
	struct peer_app_key key = { family, tester_port };
	struct peer_app *a;

	p->v = v;
	p->now_ns = now_ns;
	HASH_FIND(hh, p->apps, &key, sizeof(key), a);
	if (!a)
		return;
	if (a->conn)
		peer_conn_drop(p, a->conn);
	app_free(p, a);
}

void peer_app_free_all(struct peer *p)
{
	struct peer_app *a, *next;

	HASH_ITER(hh, p->apps, a, next)
		app_free(p, a);
}
