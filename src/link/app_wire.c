/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages on a socket.  A stream is read into one buffer and taken apart; of
 * datagrams each is read by itself, and one that cannot be sent is lost, as any
 * datagram may be.
 */
#include "link/app_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/log.h"

#define HELLO_MS 1000 /* for connection and first answer each */

struct app_wire {
	int fd;
	bool datagrams, up, greeted;
	uint16_t version[3]; /* that it said: major, minor, patch; 0 0 0 for none */
	struct buf out;	     /* waits to be sent */
	size_t n_in;
	uint8_t message[TP_MESSAGE_MAX];
	uint8_t in[2 * TP_MESSAGE_MAX];
};

bool app_wire_is_up(const struct app_wire *w)
{
	return w->up;
}

/* ---- sending ---- */

static void flush(struct app_wire *w)
{
	ssize_t n;

	if (!w->out.len || !w->up)
		return;
	n = send(w->fd, w->out.data, w->out.len, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EINTR && !w->datagrams)
		w->up = false;
	if (w->datagrams) {
		buf_reset(&w->out);
	} else if (n > 0) {
		w->out.len -= (size_t)n;
		memmove(w->out.data, w->out.data + n, w->out.len);
	}
}

void app_wire_ask(struct app_wire *w, enum tp_primitive_id primitive, uint32_t id,
		  const struct tp_value *value)
{
	static const struct tp_value none[TP_PARAMS];
	const struct tp_primitive *p = &tp_primitives[primitive];
	struct tp_message m = {
		.service = TP_SERVICE,
		.group = p->group,
		.primitive = p->primitive,
		.request_id = id,
		.protocol = 1,
		.interface = 1,
		.type = TP_REQUEST,
		.params = w->message + TP_HEAD,
	};
	size_t len;

	if (tp_params_encode(p->request, value ? value : none, w->message + TP_HEAD,
			     sizeof(w->message) - TP_HEAD, &m.params_len))
		return;
	len = tp_message_encode(&m, w->message, sizeof(w->message));
	buf_add(&w->out, w->message, len);
	flush(w);
}

/* ---- hearing ---- */

static void hear(struct app_wire *w, const struct tp_message *m, int64_t now_ns,
		 app_message_fn *fn, void *arg)
{
	enum tp_primitive_id id = tp_primitive_find(m->group, m->primitive);
	struct tp_value value[TP_PARAMS] = { { 0 } };
	struct app_message out = {
		.event = m->type == TP_EVENT || m->event,
		.primitive = id,
		.id = m->request_id,
		.result = m->result,
		.value = value,
		.now_ns = now_ns,
	};
	const char *layout;

	if (m->service != TP_SERVICE || id == TP_N_PRIMITIVES)
		return;
	layout = out.event ? tp_primitives[id].event : tp_primitives[id].response;
	if (!layout || (!out.event && m->type != TP_RESPONSE))
		return;
	/* Without E_OK there are no parameters. */
	if ((out.event || m->result == TP_OK) &&
	    tp_params_decode(layout, m->params, m->params_len, value))
		out.result = TP_NOK;
	if (id == TP_GET_VERSION) {
		w->greeted = true;
		for (size_t i = 0; i < 3; i++)
			w->version[i] = (uint16_t)value[i].num;
	}
	if (fn)
		fn(arg, &out);
}

/* Takes apart what has been read; what is left of a stream moves to the front. */
static void take_messages(struct app_wire *w, int64_t now_ns, app_message_fn *fn, void *arg)
{
	struct tp_message m;
	size_t at = 0;
	long n;

	while ((n = tp_message_decode(&m, w->in + at, w->n_in - at)) > 0) {
		hear(w, &m, now_ns, fn, arg);
		at += (size_t)n;
	}
	if (n < 0 && !w->datagrams)
		w->up = false;
	w->n_in -= at;
	memmove(w->in, w->in + at, w->n_in);
	if (w->datagrams)
		w->n_in = 0;
}

void app_wire_turn(struct app_wire *w, int64_t now_ns, app_message_fn *fn, void *arg)
{
	ssize_t n;

	flush(w);
	while (w->up) {
		n = recv(w->fd, w->in + w->n_in, sizeof(w->in) - w->n_in, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		/* A refused datagram is told of by a later call. */
		if (n < 0 && errno != EAGAIN && !w->datagrams)
			w->up = false;
		if (n == 0 && !w->datagrams)
			w->up = false;
		if (n <= 0)
			return;
		w->n_in += (size_t)n;
		take_messages(w, now_ns, fn, arg);
	}
}

const uint16_t *app_wire_version(const struct app_wire *w)
{
	return w->version;
}

int app_wire_fd(const struct app_wire *w, short *events)
{
	*events = (short)(POLLIN | (w->out.len ? POLLOUT : 0));
	return w->up ? w->fd : -1;
}

/* ---- opening ---- */

static socklen_t sockaddr_of(const struct app_wire_config *cfg, struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *v4 = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	if (cfg->addr.family == 6) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(cfg->port);
		memcpy(&v6->sin6_addr, cfg->addr.b, 16);
		return sizeof(*v6);
	}
	v4->sin_family = AF_INET;
	v4->sin_port = htons(cfg->port);
	memcpy(&v4->sin_addr, cfg->addr.b, 4);
	return sizeof(*v4);
}

/* Ready for @events: 0, -ETIMEDOUT, or -errno of the socket. */
static int await(int fd, short events)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	socklen_t len = sizeof(int);
	int n, err = 0;

	do
		n = poll(&pfd, 1, HELLO_MS);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n ? -errno : -ETIMEDOUT;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
	return -err;
}

static int make_connection(struct app_wire *w, const struct app_wire_config *cfg)
{
	int type = (cfg->datagrams ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, on = 1;
	struct sockaddr_storage ss;
	socklen_t len = sockaddr_of(cfg, &ss);

	if (w->fd < 0)
		w->fd = socket(ss.ss_family, type, 0);
	if (w->fd < 0)
		return -errno;
	fcntl(w->fd, F_SETFL, fcntl(w->fd, F_GETFL) | O_NONBLOCK);
	if (!cfg->datagrams)
		setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (!connect(w->fd, (struct sockaddr *)&ss, len))
		return 0;
	return errno == EINPROGRESS ? await(w->fd, POLLOUT) : -errno;
}

/* Somebody is there who speaks the protocol. */
static int greet(struct app_wire *w)
{
	int err = 0;

	app_wire_ask(w, TP_GET_VERSION, 0, NULL);
	while (!err && w->up && !w->greeted) {
		err = await(w->fd, POLLIN);
		if (!err)
			app_wire_turn(w, 0, NULL, NULL);
	}
	if (!err && !w->greeted)
		err = -ECONNRESET;
	return err;
}

int app_wire_open(const struct app_wire_config *cfg, struct app_wire **out, struct diags *ds)
{
	struct app_wire *w = calloc(1, sizeof(*w));
	char text[IP_ADDR_STRLEN];
	int err;

	if (!w)
		log_panic("out of memory");
	buf_init(&w->out);
	w->fd = cfg->fd;
	w->datagrams = cfg->datagrams;
	err = make_connection(w, cfg);
	w->up = !err;
	if (!err)
		err = greet(w);
	if (!err) {
		app_wire_ask(w, TP_START_TEST, 0, NULL);
		*out = w;
		return 0;
	}
	diag_add(ds, DIAG_ERROR, NULL, "no upper tester at %s port %u (%s): %s",
		 ip_addr_str(&cfg->addr, text, sizeof(text)), cfg->port,
		 cfg->datagrams ? "UDP" : "TCP", strerror(-err));
	diag_add_help(ds, "start one on the target's host: shakedown-agent --testability --allow "
			  "THIS-HOST");
	w->up = false;
	app_wire_close(w);
	return err;
}

void app_wire_close(struct app_wire *w)
{
	if (!w)
		return;
	if (w->up)
		app_wire_ask(w, TP_END_TEST, 0, NULL);
	if (w->fd >= 0)
		close(w->fd);
	buf_fini(&w->out);
	free(w);
}
