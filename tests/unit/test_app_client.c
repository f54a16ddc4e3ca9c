/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The client of upper testers against one that is scripted: what it asks for in
 * which order, and what it makes of the answers.  The upper tester is a process
 * at the other end of a connection on the loopback.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "link/app_client.h"
#include "wire/testability.h"

/* Sockets have the ids 1, 2, ..; what is not asked for by a script is E_OK. */
struct stub {
	int fd, log; /* connection; what was asked, one a line */
	unsigned int sockets, asked;
	const char *missing;  /* a primitive that it does not have */
	unsigned int pending; /* RECEIVE_ONCE so often without anything */
	uint16_t accepts;     /* LISTEN_AND_ACCEPT: from this port; 0: nobody comes */
};

static void stub_send(struct stub *s, const struct tp_message *request, enum tp_type type,
		      uint8_t result, const char *layout, const struct tp_value *v)
{
	uint8_t out[400];
	struct tp_message m = *request;
	size_t len;

	m.type = (uint8_t)type;
	m.event = type == TP_EVENT;
	m.result = result;
	m.params = out + TP_HEAD;
	m.params_len = 0;
	if (result == TP_OK && layout)
		tp_params_encode(layout, v, out + TP_HEAD, sizeof(out) - TP_HEAD, &m.params_len);
	len = tp_message_encode(&m, out, sizeof(out));
	/* Who has gone does not hear it. */
	if (send(s->fd, out, len, MSG_NOSIGNAL) < 0)
		return;
}

static void stub_accept(struct stub *s, const struct tp_message *m, const struct tp_value *in)
{
	struct tp_value v[TP_PARAMS] = {
		{ .num = in[0].num },
		{ .num = 40 },
		{ .num = s->accepts },
		{ .addr = { 4, { 192, 0, 2, 2 } } },
	};

	stub_send(s, m, TP_EVENT, TP_OK, tp_primitives[TP_LISTEN_AND_ACCEPT].event, v);
}

static void stub_take(struct stub *s, const struct tp_message *m)
{
	enum tp_primitive_id id = tp_primitive_find(m->group, m->primitive);
	const struct tp_primitive *p = &tp_primitives[id];
	struct tp_value in[TP_PARAMS], out[TP_PARAMS] = { { .num = 0 } };
	uint8_t result = TP_OK;

	if (tp_params_decode(p->request, m->params, m->params_len, in))
		_exit(2);
	if (id != TP_GET_VERSION && id != TP_START_TEST)
		dprintf(s->log, "%s %u %u\n", p->name, in[0].num, in[1].num);
	if (s->missing && !strcmp(p->name, s->missing))
		result = TP_NTF;
	if (id == TP_CREATE_AND_BIND)
		out[0].num = ++s->sockets;
	if (id == TP_RECEIVE_ONCE && s->asked++ < s->pending)
		result = TP_PEN;
	out[1].bytes.at = (const uint8_t *)"data";
	out[1].bytes.len = id == TP_RECEIVE_ONCE && in[1].num < 4 ? (uint16_t)in[1].num : 4;
	stub_send(s, m, TP_RESPONSE, result, p->response, out);
	if (id == TP_LISTEN_AND_ACCEPT && s->accepts)
		stub_accept(s, m, in);
}

/* The stub's life: one connection. */
static void stub_run(struct stub *s, int listener)
{
	static uint8_t in[70000];
	size_t n_in = 0;
	ssize_t n;

	s->fd = accept(listener, NULL, NULL);
	while ((n = read(s->fd, in + n_in, sizeof(in) - n_in)) > 0) {
		struct tp_message m;
		long len;

		n_in += (size_t)n;
		while ((len = tp_message_decode(&m, in, n_in)) > 0) {
			stub_take(s, &m);
			n_in -= (size_t)len;
			memmove(in, in + len, n_in);
		}
	}
	_exit(0);
}

struct fixture {
	struct app_client *client;
	pid_t child;
	int pipe;
	struct app_reply reply; /* the latest, without its data */
	char log[1000];		/* after stop(): what the stub was asked, one a line */
};

/* A client, and a stub that does what @script says. */
static void start(struct fixture *f, struct stub script)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0), log[2];
	struct app_client_config cfg = { .agent = { 4, { 127, 0, 0, 1 } }, .fd = -1 };
	struct diags ds;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	cr_assert(!bind(listener, (struct sockaddr *)&at, len) && !listen(listener, 1));
	cr_assert(!getsockname(listener, (struct sockaddr *)&at, &len) && !pipe(log));
	f->child = fork();
	if (f->child == 0) {
		script.log = log[1];
		close(log[0]);
		stub_run(&script, listener);
	}
	close(listener);
	close(log[1]);
	f->pipe = log[0];
	cfg.port = ntohs(at.sin_port);
	cfg.tester4 = (struct ip_addr){ 4, { 192, 0, 2, 2 } };
	cfg.target4 = (struct ip_addr){ 4, { 192, 0, 2, 1 } };
	diags_init(&ds);
	cr_assert_eq(app_client_open(&cfg, &f->client, &ds), 0);
	diags_fini(&ds);
}

/* Ends both. */
static void stop(struct fixture *f)
{
	size_t len = 0;
	ssize_t n;

	app_client_close(f->client);
	while (len < sizeof(f->log) - 1 &&
	       (n = read(f->pipe, f->log + len, sizeof(f->log) - 1 - len)) > 0)
		len += (size_t)n;
	f->log[len] = '\0';
	close(f->pipe);
	waitpid(f->child, NULL, 0);
}

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void keep(void *arg, const struct app_reply *r)
{
	struct app_reply *kept = arg;

	*kept = *r;
	kept->data = NULL;
}

/* Waits for the answer, ten seconds at most. */
static uint8_t answer_of(struct fixture *f)
{
	int64_t end = now() + 10000000000LL;

	while (!app_client_turn(f->client, now()) && now() < end) {
		int64_t due = app_client_due_ns(f->client) - now();
		struct pollfd pfd;

		pfd.fd = app_client_fd(f->client, &pfd.events);
		poll(&pfd, 1, due < 0 ? 0 : due > 100000000 ? 100
							    : (int)(due / 1000000) + 1);
	}
	cr_assert_eq(app_client_deliver(f->client, keep, &f->reply), 1, "no answer");
	cr_expect(app_client_is_idle(f->client));
	return f->reply.result;
}

static uint8_t call_for(struct fixture *f, enum app_call what, int64_t wait_ns)
{
	struct app_request req = {
		.call = what,
		.family = 4,
		.tester_port = 5000,
		.target_port = 20000,
		.bytes = 4,
		.data = (const uint8_t *)"xy",
		.data_len = 2,
		.until_ns = now() + wait_ns,
	};

	cr_assert_eq(app_client_ask(f->client, &req, now()), 0);
	return answer_of(f);
}

static uint8_t call(struct fixture *f, enum app_call what)
{
	return call_for(f, what, 3000000000LL);
}

Test(app_client, connects_from_a_socket_of_its_own)
{
	struct fixture f;

	start(&f, (struct stub){ 0 });
	cr_expect_eq(call(&f, APP_CONNECT), TP_OK);
	cr_expect_eq(f.reply.tester_port, 5000);
	cr_expect_eq(f.reply.call, APP_CONNECT);
	cr_expect_eq(call(&f, APP_SEND), TP_OK);
	cr_expect_eq(call(&f, APP_CLOSE), TP_OK);
	cr_expect_eq(call(&f, APP_SEND), TP_NOT_EXIST, "it is closed");
	stop(&f);
	cr_expect_str_eq(f.log, "CREATE_AND_BIND 1 20000\nCONNECT 1 5000\nSEND_DATA 1 2\n"
				"CLOSE_SOCKET 1 0\nEND_TEST 0 0\n");
}

Test(app_client, an_option_comes_before_the_connection)
{
	struct fixture f;

	start(&f, (struct stub){ 0 });
	cr_expect_eq(call(&f, APP_OPTION), TP_OK);
	cr_expect_eq(call(&f, APP_CONNECT), TP_OK);
	stop(&f);
	cr_expect_str_eq(f.log, "CREATE_AND_BIND 1 20000\nCONFIGURE_SOCKET 1 0\nCONNECT 1 5000\n"
				"END_TEST 0 0\n");
}

Test(app_client, an_accepted_connection_is_the_one_of_its_port)
{
	struct fixture f;

	start(&f, (struct stub){ .accepts = 5000 });
	cr_expect_eq(call(&f, APP_LISTEN), TP_OK);
	cr_expect_eq(call(&f, APP_ACCEPT), TP_OK);
	cr_expect_eq(call(&f, APP_SHUTDOWN), TP_OK);
	app_client_end(f.client, 4, 5000);
	stop(&f);
	cr_expect_str_eq(f.log, "CREATE_AND_BIND 1 20000\nLISTEN_AND_ACCEPT 1 16\nSHUTDOWN 40 0\n"
				"CLOSE_SOCKET 40 1\nCLOSE_SOCKET 1 1\nEND_TEST 0 0\n");
}

Test(app_client, a_connection_of_somebody_else_is_aborted)
{
	struct fixture f;

	start(&f, (struct stub){ .accepts = 5001 });
	cr_expect_eq(call(&f, APP_LISTEN), TP_OK);
	cr_expect_eq(call_for(&f, APP_ACCEPT, 300000000), TP_PEN, "nobody came");
	stop(&f);
	cr_expect(strstr(f.log, "CLOSE_SOCKET 40 1\n"), "%s", f.log);
}

Test(app_client, receives_as_soon_as_there_is_something)
{
	struct fixture f;

	start(&f, (struct stub){ .pending = 3 });
	cr_expect_eq(call(&f, APP_CONNECT), TP_OK);
	cr_expect_eq(call(&f, APP_RECEIVE), TP_OK);
	cr_expect_eq(f.reply.data_len, 4);
	stop(&f);
	cr_expect(strstr(f.log, "RECEIVE_ONCE 1 4\nRECEIVE_ONCE 1 4\nRECEIVE_ONCE 1 4\n"
				"RECEIVE_ONCE 1 4\nEND_TEST"),
		  "%s", f.log);
}

Test(app_client, what_does_not_come_in_time_is_pending)
{
	struct fixture f;

	start(&f, (struct stub){ .pending = 1000000 });
	cr_expect_eq(call(&f, APP_CONNECT), TP_OK);
	cr_expect_eq(call_for(&f, APP_RECEIVE, 20000000), TP_PEN);
	cr_expect_eq(f.reply.data_len, 0);
	stop(&f);
}

Test(app_client, a_missing_primitive_is_named_and_the_rest_works)
{
	struct fixture f;

	start(&f, (struct stub){ .missing = "PAUSE_READING" });
	cr_expect_eq(call(&f, APP_CONNECT), TP_OK);
	cr_expect_eq(call(&f, APP_PAUSE), TP_NTF);
	cr_expect_eq(f.reply.missing, TP_PAUSE_READING);
	cr_expect_eq(call(&f, APP_SEND), TP_OK);
	stop(&f);
}

Test(app_client, resumes_by_forwarding_first)
{
	struct fixture f;

	start(&f, (struct stub){ 0 });
	cr_expect_eq(call(&f, APP_CONNECT), TP_OK);
	cr_expect_eq(call(&f, APP_RESUME), TP_OK);
	cr_expect_eq(call(&f, APP_PAUSE), TP_OK);
	cr_expect_eq(call(&f, APP_RESUME), TP_OK);
	stop(&f);
	cr_expect(strstr(f.log, "RECEIVE_AND_FORWARD 1 0\nPAUSE_READING 1 0\nRESUME_READING 1 0\n"),
		  "%s", f.log);
}

Test(app_client, one_call_at_a_time_and_none_without_a_connection)
{
	struct app_request req = { .call = APP_CONNECT, .family = 4, .tester_port = 7 };
	struct fixture f;

	start(&f, (struct stub){ 0 });
	cr_expect_eq(app_client_ask(f.client, &req, now()), 0);
	cr_expect_eq(app_client_ask(f.client, &req, now()), -EBUSY);
	req.tester_port = 8;
	cr_expect_eq(app_client_ask(f.client, &req, now()), 0, "another run waits for nobody");
	app_client_end(f.client, 4, 7);
	cr_expect_eq(answer_of(&f), TP_OK);
	cr_expect_eq(f.reply.tester_port, 8);
	kill(f.child, SIGKILL);
	waitpid(f.child, NULL, 0);
	while (app_client_fd(f.client, &(short){ 0 }) >= 0)
		app_client_turn(f.client, now());
	req.tester_port = 9;
	cr_expect_eq(app_client_ask(f.client, &req, now()), -ENOTCONN);
	stop(&f);
}

Test(app_client, nobody_there_is_said)
{
	struct app_client_config cfg = {
		.agent = { 4, { 127, 0, 0, 1 } },
		.port = 1,
		.fd = -1,
	};
	struct app_client *client;
	struct buf b = BUF_INIT;
	struct diags ds;

	diags_init(&ds);
	cr_expect_eq(app_client_open(&cfg, &client, &ds), -ECONNREFUSED);
	diags_render(&ds, false, &b);
	cr_expect(strstr(buf_str(&b), "no upper tester at 127.0.0.1 port 1 (TCP)"), "%s",
		  buf_str(&b));
	buf_fini(&b);
	diags_fini(&ds);
}
