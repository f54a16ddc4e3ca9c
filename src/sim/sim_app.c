/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated target: its application when cases ask it to act (wire/app.h).
 *
 * Each run has an endpoint, known by the tester's port: perhaps a listening port,
 * perhaps a connection.  Its calls are put to the table as every other event, and
 * what the table tells the user is the answer.
 */
#include <string.h>

#include "sim/sim_priv.h"
#include "wire/testability.h"

#define RETRY_NS 1000000 /* how often a call that waits looks again */

static struct sim_app_key key_of(uint8_t family, uint16_t tester_port)
{
	struct sim_app_key key;

	memset(&key, 0, sizeof(key));
	key.family = family;
	key.tester_port = tester_port;
	return key;
}

static struct sim_app *app_find(struct sim *sim, uint8_t family, uint16_t tester_port)
{
	struct sim_app_key key = key_of(family, tester_port);
	struct sim_app *a;

	HASH_FIND(hh, sim->apps, &key, sizeof(key), a);
	return a;
}

static struct sim_app *app_get(struct sim *sim, const struct app_request *req)
{
	struct sim_app *a = app_find(sim, req->family, req->tester_port);

	if (a)
		return a;
	a = sim_zalloc(sizeof(*a));
	a->key = key_of(req->family, req->tester_port);
	a->port = req->target_port;
	a->due_ns = a->limit_ns = SIM_NEVER;
	HASH_ADD(hh, sim->apps, key, sizeof(a->key), a);
	return a;
}

enum tcp_state sim_app_state(const struct sim *sim, uint8_t family, uint16_t port)
{
	const struct sim_app *a;

	for (a = sim->apps; a; a = a->hh.next)
		if (a->listener != TCP_CLOSED && a->port == port && a->key.family == family)
			return a->listener;
	return TCP_CLOSED;
}

int64_t sim_app_limit(struct sim *sim, const struct sim_key *key)
{
	const struct sim_app *a = app_find(sim, key->local.family, key->rport);

	return a && a->port == key->lport ? a->limit_ns : SIM_NEVER;
}

static struct sim_conn *conn_of(struct sim *sim, const struct sim_app *a)
{
	struct sim_key key;
	struct sim_conn *c;

	sim_key_of(sim, a->key.family, a->port, a->key.tester_port, &key);
	HASH_FIND(hh, sim->conns, &key, sizeof(key), c);
	return c;
}

/* ---- what the user is told ---- */

static const struct {
	const char *signal;
	uint8_t result;
} results[] = {
	{ "error: connection does not exist", TP_NOT_EXIST },
	{ "error: connection closing", TP_CLOSING },
	{ "error: connection already exists", TP_EXISTS },
	{ "connection reset", TP_RESET },
	{ "connection refused", TP_REFUSED },
	{ "error: connection aborted due to user timeout", TP_USER_TIMEOUT },
};

static uint8_t result_of(const char *signal)
{
	for (size_t i = 0; signal && i < sizeof(results) / sizeof(results[0]); i++)
		if (strcmp(results[i].signal, signal) == 0)
			return results[i].result;
	return TP_OK;
}

void sim_app_signal(struct sim *sim, const struct sim_conn *c, const char *signal)
{
	struct sim_app *a = app_find(sim, c->key.local.family, c->key.rport);

	if (a && a->port == c->key.lport && result_of(signal) != TP_OK)
		a->error = result_of(signal);
}

static void answer(struct sim *sim, struct sim_app *a, uint8_t result, const void *data,
		   size_t len)
{
	struct app_reply reply = {
		.family = a->key.family,
		.tester_port = a->key.tester_port,
		.call = a->req.call,
		.result = result,
		.data = data,
		.data_len = (uint32_t)len,
	};

	a->busy = false;
	a->due_ns = SIM_NEVER;
	vlink_reply(sim->v, 0, &reply);
}

/* Nothing yet: looked for again in a moment, or that is the answer. */
static void retry(struct sim *sim, struct sim_app *a, uint8_t otherwise)
{
	if (sim->now_ns >= a->req.until_ns)
		answer(sim, a, otherwise, NULL, 0);
	else
		sim_timer(sim, &a->due_ns, sim->now_ns + RETRY_NS);
}

/* ---- the calls ---- */

/* What the table tells the user of a call, unless it is for calls that waited. */
static void answer_call(struct sim *sim, struct sim_app *a, const char *told)
{
	bool error = told && strncmp(told, "error:", 6) == 0;

	answer(sim, a, error ? result_of(told) : TP_OK, NULL, 0);
}

static void call(struct sim *sim, struct sim_app *a, struct sim_conn *c, enum model_event event)
{
	if (!c) {
		answer(sim, a, TP_NOT_EXIST, NULL, 0);
		return;
	}
	answer_call(sim, a, sim_call(sim, c, event));
	sim_conn_settle(sim, c);
}

static void call_listener(struct sim *sim, struct sim_app *a, enum model_event event)
{
	answer_call(sim, a, sim_call_listener(sim, &a->listener, event));
}

static void do_listen(struct sim *sim, struct sim_app *a, struct sim_conn *c)
{
	(void)c;
	call_listener(sim, a, EVENT_OPEN_PASSIVE);
}

static void do_accept(struct sim *sim, struct sim_app *a, struct sim_conn *c)
{
	if (c && c->state >= TCP_ESTABLISHED)
		answer(sim, a, TP_OK, NULL, 0);
	else
		retry(sim, a, TP_PEN);
}

static void do_connect(struct sim *sim, struct sim_app *a, struct sim_conn *c)
{
	struct sim_key key;

	if (!c) {
		sim_key_of(sim, a->key.family, a->port, a->key.tester_port, &key);
		c = sim_conn_new(sim, &key);
		c->active_open = true;
	}
	call(sim, a, c, EVENT_OPEN_ACTIVE);
}

static void do_send(struct sim *sim, struct sim_app *a, struct sim_conn *c)
{
	if (!c) {
		answer(sim, a, TP_NOT_EXIST, NULL, 0);
		return;
	}
	answer_call(sim, a, sim_send(sim, c, a->data.data, a->data.len));
	sim_conn_settle(sim, c);
}

/* RECEIVE is carried out: with what was there, or what the table says instead. */
static void receive(struct sim *sim, struct sim_app *a, struct sim_conn *c)
{
	struct buf got = BUF_INIT;
	const char *told;

	if (c->in.len)
		buf_add(&got, c->in.data, c->in.len);
	told = sim_receive(sim, c);
	if (told && result_of(told) != TP_OK)
		answer(sim, a, result_of(told), NULL, 0);
	else
		answer(sim, a, TP_OK, got.data, got.len);
	buf_fini(&got);
	sim_conn_settle(sim, c);
}

static void do_receive(struct sim *sim, struct sim_app *a, struct sim_conn *c)
{
	bool late = sim->now_ns >= a->req.until_ns;

	if (!c)
		answer(sim, a, a->error ? a->error : TP_NOT_EXIST, NULL, 0);
	else if (c->in.len >= a->req.bytes || c->fin_received || (c->in.len && late))
		receive(sim, a, c);
	else
		retry(sim, a, TP_PEN);
}

static void do_close(struct sim *sim, struct sim_app *a, struct sim_conn *c)
{
	enum model_event event = a->req.call == APP_ABORT ? EVENT_ABORT : EVENT_CLOSE;

	if (a->req.of_listener) {
		call_listener(sim, a, event);
		return;
	}
	if (c && a->req.call == APP_CLOSE)
		c->abandoned = true;
	call(sim, a, c, event);
}

static void do_shutdown(struct sim *sim, struct sim_app *a, struct sim_conn *c)
{
	if (a->req.how != APP_SHUTDOWN_READ)
		call(sim, a, c, EVENT_CLOSE);
	else
		answer(sim, a, c ? TP_OK : TP_NOT_EXIST, NULL, 0);
}

/* Nobody reads unless told to. */
static void do_pause(struct sim *sim, struct sim_app *a, struct sim_conn *c)
{
	if (c)
		c->drained = false;
	answer(sim, a, c ? TP_OK : TP_NOT_EXIST, NULL, 0);
}

static void do_resume(struct sim *sim, struct sim_app *a, struct sim_conn *c)
{
	answer(sim, a, c ? TP_OK : TP_NOT_EXIST, NULL, 0);
	if (!c)
		return;
	c->drained = true;
	if (!c->in.len)
		return;
	sim_receive(sim, c);
	sim_conn_settle(sim, c);
}

/* The user timeout (3.9.1.1); 0 is for none. */
static void set_limit(struct sim *sim, struct sim_app *a, struct sim_conn *c)
{
	a->limit_ns = a->req.value ? a->req.value * 1000000LL : SIM_NEVER;
	if (!c)
		return;
	c->limit_ns = a->limit_ns;
	c->user_ns = SIM_NEVER;
	sim_user_timer(sim, c);
}

/* Those that show on the wire; the others change nothing that could be seen. */
static void do_option(struct sim *sim, struct sim_app *a, struct sim_conn *c)
{
	const char *name = app_options[a->req.option].name;

	if (c && !strcmp(name, "ttl"))
		c->ttl = (uint8_t)a->req.value;
	if (!strcmp(name, "user-timeout"))
		set_limit(sim, a, c);
	answer(sim, a, TP_OK, NULL, 0);
}

static void do_error(struct sim *sim, struct sim_app *a, struct sim_conn *c)
{
	(void)c;
	if (a->error)
		answer(sim, a, a->error, NULL, 0);
	else
		retry(sim, a, TP_OK);
}

static void (*const calls[APP_N_CALLS])(struct sim *, struct sim_app *, struct sim_conn *) = {
	[APP_LISTEN] = do_listen,
	[APP_ACCEPT] = do_accept,
	[APP_CONNECT] = do_connect,
	[APP_SEND] = do_send,
	[APP_RECEIVE] = do_receive,
	[APP_SHUTDOWN] = do_shutdown,
	[APP_CLOSE] = do_close,
	[APP_ABORT] = do_close,
	[APP_PAUSE] = do_pause,
	[APP_RESUME] = do_resume,
	[APP_OPTION] = do_option,
	[APP_ERROR] = do_error,
};

/* ---- the callbacks ---- */

static void begin(struct sim *sim, struct vlink *v, int64_t now_ns)
{
	sim->v = v;
	sim->now_ns = now_ns;
}

void sim_app_ask(void *arg, struct vlink *v, int64_t now_ns, const struct app_request *req)
{
	struct sim *sim = arg;
	struct sim_app *a;

	begin(sim, v, now_ns);
	a = app_get(sim, req);
	a->req = *req;
	buf_reset(&a->data);
	if (req->data_len)
		buf_add(&a->data, req->data, req->data_len);
	a->busy = true;
	calls[req->call](sim, a, conn_of(sim, a));
}

static void app_free(struct sim *sim, struct sim_app *a)
{
	HASH_DEL(sim->apps, a);
	buf_fini(&a->data);
	free(a);
}

void sim_app_end(void *arg, struct vlink *v, int64_t now_ns, uint8_t family,
		 uint16_t tester_port)
{
	struct sim *sim = arg;
	struct sim_app *a = app_find(sim, family, tester_port);
	struct sim_conn *c;

	begin(sim, v, now_ns);
	if (!a)
		return;
	c = conn_of(sim, a);
	if (c) {
		sim_call(sim, c, EVENT_ABORT);
		/* Also one whose row is wrong on purpose. */
		c->state = TCP_CLOSED;
		sim_conn_settle(sim, c);
	}
	app_free(sim, a);
}

int64_t sim_app_expire(struct sim *sim)
{
	struct sim_app *a, *next;
	int64_t due = SIM_NEVER;

	HASH_ITER(hh, sim->apps, a, next) {
		if (a->busy && a->due_ns <= sim->now_ns) {
			a->due_ns = SIM_NEVER;
			calls[a->req.call](sim, a, conn_of(sim, a));
		}
		if (a->due_ns < due)
			due = a->due_ns;
	}
	return due;
}

void sim_app_free_all(struct sim *sim)
{
	struct sim_app *a, *next;

	HASH_ITER(hh, sim->apps, a, next)
		app_free(sim, a);
}
