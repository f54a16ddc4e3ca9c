/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control port: see control.h.
 *
 * Requesters stand in one queue in the order of their last request, so that
 * the head is the next to expire.  Those that ended wait in a second one until
 * the loop's turn is over: an event may still be on its way to their sockets,
 * and requester_end() may be called from deep within one of them.
 */
#include "agent/control.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "agent/stack_sockets.h"
#include "agent/upper.h"
#include "wire/testability.h"

/* Requesters at the same time: of UDP those without sockets give way. */
#define REQUESTERS_MAX 256

/* Unsent bytes above which a requester is held, and below which no longer. */
#define OUT_HIGH 262144
#define OUT_LOW 65536

/* All the data of SEND_DATA that wait here. */
#define QUEUED_MAX (64u << 20)

#define DATAGRAMS_PER_TURN 64
#define FIRST_ROOM 2048

/* Where a datagram came from, and to which of our addresses. */
struct origin {
	struct sockaddr_storage peer;
	socklen_t peer_len;
	_Alignas(struct cmsghdr) uint8_t local[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	size_t local_len; /* the control message, as it came */
};

struct bytes {
	uint8_t *p; /* owned */
	size_t len, room;
};

struct requester {
	struct agent_watch watch; /* first: the TCP connection, or fd -1 */
	struct agent_control *control;
	struct agent_upper *upper;
	struct agent_stack stack;
	uint64_t active_ms;
	int udp_fd;	      /* to answer on, or -1; the listener's */
	struct origin origin; /* UDP: who */
	struct bytes in, out; /* TCP: not a whole message yet; not sent yet */
	bool held, ended;
	bool eof; /* TCP: the requester closed first */
	TAILQ_ENTRY(requester)
	link;
};

TAILQ_HEAD(requesters, requester);

struct listener {
	struct agent_watch watch; /* first */
	struct agent_control *control;
};

struct agent_control {
	struct agent_control_config cfg;
	struct agent_loop *loop;
	struct listener *listeners;
	size_t n_listeners;
	struct requesters requesters; /* silent longest first */
	struct requesters ended;
	size_t n_requesters;
	struct agent_stack_sockets ended_sockets;
	struct agent_upper_limits limits;
	struct agent_control_stats stats;
	uint8_t datagram[65536];
};

/* Requesters */

static void requester_end(struct requester *r)
{
	struct agent_control *c = r->control;

	if (r->ended)
		return;
	r->ended = true;
	TAILQ_REMOVE(&c->requesters, r, link);
	TAILQ_INSERT_TAIL(&c->ended, r, link);
	c->n_requesters--;
	if (r->eof)
		close(r->watch.fd);
	else if (r->watch.fd >= 0)
		agent_sock_abort(r->watch.fd);
	r->watch.fd = -1;
}

static void requester_touch(struct requester *r)
{
	r->active_ms = agent_loop_now_ms(r->control->loop);
	TAILQ_REMOVE(&r->control->requesters, r, link);
	TAILQ_INSERT_TAIL(&r->control->requesters, r, link);
}

static uint32_t scope_of(const struct sockaddr_storage *ss)
{
	return ss->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)ss)->sin6_scope_id : 0;
}

/* Somebody over UDP who has no sockets has nothing to lose. */
static bool make_room(struct agent_control *c)
{
	struct requester *r;

	if (c->n_requesters < REQUESTERS_MAX)
		return true;
	TAILQ_FOREACH(r, &c->requesters, link)
	{
		if (r->udp_fd >= 0 && !agent_upper_count_sockets(r->upper)) {
			requester_end(r);
			return true;
		}
	}
	return false;
}

static void emit_event(void *requester, const uint8_t *event, size_t len);

static struct requester *requester_new(struct agent_control *c, const struct origin *origin)
{
	struct requester *r = make_room(c) ? calloc(1, sizeof(*r)) : NULL;
	struct agent_upper_config cfg = { .ops = c->cfg.ops,
					  .stack = c->cfg.stack,
					  .limits = &c->limits,
					  .emit = emit_event,
					  .requester = r };

	if (!r)
		return NULL;
	if (!cfg.ops) {
		cfg.ops = &agent_stack_sockets_ops;
		cfg.stack = &r->stack;
	}
	r->stack = (struct agent_stack){ c->loop, scope_of(&origin->peer), &c->ended_sockets };
	r->upper = agent_upper_new(&cfg);
	if (!r->upper) {
		free(r);
		return NULL;
	}
	r->control = c;
	r->origin = *origin;
	r->watch.fd = r->udp_fd = -1;
	r->watch.armed = AGENT_UNARMED;
	r->active_ms = agent_loop_now_ms(c->loop);
	TAILQ_INSERT_TAIL(&c->requesters, r, link);
	c->n_requesters++;
	return r;
}

static void bury_ended(struct agent_control *c)
{
	struct requester *r;

	while ((r = TAILQ_FIRST(&c->ended))) {
		TAILQ_REMOVE(&c->ended, r, link);
		agent_upper_free(r->upper);
		free(r->in.p);
		free(r->out.p);
		free(r);
	}
	agent_stack_bury(&c->ended_sockets);
}

/* Makes room for @more bytes; false without memory. */
static bool bytes_grow(struct bytes *b, size_t more)
{
	size_t room = b->room ? b->room : FIRST_ROOM;
	uint8_t *p;

	while (room < b->len + more)
		room *= 2;
	if (room == b->room)
		return true;
	p = realloc(b->p, room);
	if (!p)
		return false;
	b->p = p;
	b->room = room;
	return true;
}

static void bytes_drop(struct bytes *b, size_t n)
{
	b->len -= n;
	if (b->len)
		memmove(b->p, b->p + n, b->len);
}

/* Answers over UDP */

static void send_datagram(int fd, const struct origin *o, const uint8_t *data, size_t len)
{
	struct iovec iov = { .iov_base = (void *)(uintptr_t)data, .iov_len = len };
	struct origin to = *o;
	struct msghdr msg = {
		.msg_name = &to.peer,
		.msg_namelen = to.peer_len,
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = to.local_len ? to.local : NULL,
		.msg_controllen = to.local_len,
	};

	/* UDP: what the system does not take is lost, as the network may. */
	if (sendmsg(fd, &msg, MSG_NOSIGNAL) < 0)
		return;
}

/* Answers over TCP */

static void stream_rearm(struct requester *r)
{
	unsigned int events = (r->held ? 0u : AGENT_READABLE) |
		(r->out.len ? AGENT_WRITABLE : 0u);

	if (!r->ended && agent_loop_watch(r->control->loop, &r->watch, events) < 0)
		requester_end(r);
}

static void stream_flush(struct requester *r)
{
	ssize_t n = 0;

	while (r->out.len) {
		n = send(r->watch.fd, r->out.p, r->out.len, MSG_NOSIGNAL);
		if (n <= 0)
			break;
		bytes_drop(&r->out, (size_t)n);
	}
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		requester_end(r);
		return;
	}
	if (r->held ? r->out.len < OUT_LOW : r->out.len > OUT_HIGH) {
		r->held = !r->held;
		agent_upper_hold(r->upper, r->held);
	}
}

static void stream_send(struct requester *r, const uint8_t *data, size_t len)
{
	if (!bytes_grow(&r->out, len)) {
		requester_end(r);
		return;
	}
	memcpy(r->out.p + r->out.len, data, len);
	r->out.len += len;
	if (r->out.len == len || r->out.len > OUT_HIGH)
		stream_flush(r);
	stream_rearm(r);
}

static void emit_event(void *requester, const uint8_t *event, size_t len)
{
	struct requester *r = requester;

	if (r->ended)
		return;
	if (r->udp_fd >= 0)
		send_datagram(r->udp_fd, &r->origin, event, len);
	else
		stream_send(r, event, len);
}

/* Requests over TCP */

static void stream_serve(struct requester *r, const struct tp_message *m)
{
	uint8_t response[AGENT_UPPER_REPLY_MAX];

	requester_touch(r);
	r->control->stats.requests++;
	stream_send(r, response, agent_upper_serve(r->upper, m, response));
}

/* Serves what is whole of what was read. */
static void stream_process(struct requester *r)
{
	struct tp_message m;
	size_t off = 0;
	long n = 0;

	while (!r->ended && !r->held) {
		n = tp_message_decode(&m, r->in.p + off, r->in.len - off);
		if (n <= 0)
			break;
		if (!tp_message_is_request(&m)) {
			n = -EBADMSG;
			break;
		}
		off += (size_t)n;
		stream_serve(r, &m);
	}
	bytes_drop(&r->in, off);
	if (n < 0) {
		r->control->stats.garbage++;
		requester_end(r);
	}
}

static void stream_read(struct requester *r)
{
	ssize_t n;

	if (!bytes_grow(&r->in, FIRST_ROOM)) {
		requester_end(r);
		return;
	}
	n = recv(r->watch.fd, r->in.p + r->in.len, r->in.room - r->in.len, 0);
	if (n > 0) {
		r->in.len += (size_t)n;
		stream_process(r);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		r->eof = n == 0;
		requester_end(r);
	}
}

static void stream_ready(struct agent_watch *w, unsigned int events)
{
	struct requester *r = (struct requester *)w;
	bool was_held = r->held;

	if (events & AGENT_BROKEN) {
		requester_end(r);
		return;
	}
	if (events & AGENT_WRITABLE)
		stream_flush(r);
	if (was_held && !r->held && !r->ended)
		stream_process(r);
	if (events & AGENT_READABLE && !r->held && !r->ended)
		stream_read(r);
	stream_rearm(r);
}

static void stream_accept(struct agent_watch *w, unsigned int events)
{
	struct agent_control *c = ((struct listener *)w)->control;
	struct origin o = { .peer_len = sizeof(o.peer) };
	int fd = agent_sock_accept(w->fd);
	struct requester *r = NULL;

	(void)events;
	if (fd < 0)
		return;
	if (getpeername(fd, (struct sockaddr *)&o.peer, &o.peer_len) < 0) {
		agent_sock_abort(fd);
		return;
	}
	if (agent_net_allows(c->cfg.nets, c->cfg.n_nets, &o.peer))
		r = requester_new(c, &o);
	else
		c->stats.refused++;
	if (!r) {
		agent_sock_abort(fd);
		return;
	}
	r->watch.fd = fd;
	r->watch.ready = stream_ready;
	stream_rearm(r);
}

/* Requests over UDP */

static struct requester *datagram_requester(struct agent_control *c, int fd,
					    const struct origin *o)
{
	struct requester *r;

	TAILQ_FOREACH(r, &c->requesters, link)
	if (r->udp_fd == fd && r->origin.peer_len == o->peer_len &&
	    !memcmp(&r->origin.peer, &o->peer, o->peer_len))
		return r;
	r = requester_new(c, o);
	if (r)
		r->udp_fd = fd;
	return r;
}

static void datagram_serve(struct agent_control *c, int fd, const struct origin *o,
			   const struct tp_message *m)
{
	struct requester *r = datagram_requester(c, fd, o);
	uint8_t response[AGENT_UPPER_REPLY_MAX];
	size_t len;

	c->stats.requests++;
	if (r) {
		requester_touch(r);
		r->origin = *o;
		len = agent_upper_serve(r->upper, m, response);
	} else {
		len = agent_upper_refuse(m, TP_RESOURCES, response);
	}
	send_datagram(fd, o, response, len);
}

/* A datagram may hold several messages. */
static void datagram_process(struct agent_control *c, int fd, const struct origin *o, size_t len)
{
	struct tp_message m;
	size_t off = 0;

	while (off < len) {
		long n = tp_message_decode(&m, c->datagram + off, len - off);

		if (n <= 0 || !tp_message_is_request(&m)) {
			c->stats.garbage++;
			return;
		}
		datagram_serve(c, fd, o, &m);
		off += (size_t)n;
	}
}

/* Reads the next datagram into c->datagram; its length, or below 0. */
static ssize_t datagram_read(struct agent_control *c, int fd, struct origin *o)
{
	struct iovec iov = { .iov_base = c->datagram, .iov_len = sizeof(c->datagram) };
	struct msghdr msg = {
		.msg_name = &o->peer,
		.msg_namelen = sizeof(o->peer),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = o->local,
		.msg_controllen = sizeof(o->local),
	};
	ssize_t n;

	memset(o, 0, sizeof(*o));
	n = recvmsg(fd, &msg, 0);
	o->peer_len = msg.msg_namelen;
	o->local_len = msg.msg_flags & MSG_CTRUNC ? 0 : msg.msg_controllen;
	return n;
}

static void datagram_ready(struct agent_watch *w, unsigned int events)
{
	struct agent_control *c = ((struct listener *)w)->control;
	struct origin o;
	ssize_t n;

	(void)events;
	for (int i = 0; i < DATAGRAMS_PER_TURN; i++) {
		n = datagram_read(c, w->fd, &o);
		if (n < 0)
			return;
		if (agent_net_allows(c->cfg.nets, c->cfg.n_nets, &o.peer))
			datagram_process(c, w->fd, &o, (size_t)n);
		else
			c->stats.refused++;
	}
}

/* The whole */

static int listener_add(struct agent_control *c, int fd,
			void (*ready)(struct agent_watch *w, unsigned int events))
{
	struct listener *l = &c->listeners[c->n_listeners];

	if (fd < 0)
		return fd;
	l->watch.fd = fd;
	l->watch.armed = AGENT_UNARMED;
	l->watch.ready = ready;
	l->control = c;
	c->n_listeners++;
	return agent_loop_watch(c->loop, &l->watch, AGENT_READABLE);
}

static int listeners_open(struct agent_control *c, const struct agent_addr **where)
{
	c->listeners = calloc(2 * c->cfg.n_addrs, sizeof(*c->listeners));
	if (!c->listeners)
		return -ENOMEM;
	for (size_t i = 0; i < c->cfg.n_addrs; i++) {
		const struct agent_addr *a = &c->cfg.addrs[i];
		int rc = listener_add(c, agent_sock_listen(a, c->cfg.port, false), stream_accept);

		if (rc == 0)
			rc = listener_add(c, agent_sock_datagram(a, c->cfg.port), datagram_ready);
		if (rc < 0) {
			*where = a;
			return rc;
		}
	}
	return 0;
}

int agent_control_new(const struct agent_control_config *cfg, struct agent_loop *loop,
		      struct agent_control **out, const struct agent_addr **where)
{
	struct agent_control *c = calloc(1, sizeof(*c));
	int rc;

	*where = NULL;
	if (!c)
		return -ENOMEM;
	c->cfg = *cfg;
	c->loop = loop;
	c->limits.sockets = cfg->max_sockets;
	c->limits.queued = QUEUED_MAX;
	TAILQ_INIT(&c->requesters);
	TAILQ_INIT(&c->ended);
	SLIST_INIT(&c->ended_sockets);
	rc = listeners_open(c, where);
	if (rc < 0) {
		agent_control_free(c);
		return rc;
	}
	*out = c;
	return 0;
}

void agent_control_free(struct agent_control *c)
{
	struct requester *r;

	if (!c)
		return;
	for (size_t i = 0; i < c->n_listeners; i++)
		close(c->listeners[i].watch.fd);
	while ((r = TAILQ_FIRST(&c->requesters)))
		requester_end(r);
	bury_ended(c);
	free(c->listeners);
	free(c);
}

uint64_t agent_control_due_ms(const struct agent_control *c)
{
	const struct requester *r = TAILQ_FIRST(&c->requesters);

	return r && c->cfg.idle_ms ? r->active_ms + c->cfg.idle_ms : UINT64_MAX;
}

void agent_control_tick(struct agent_control *c)
{
	while (agent_control_due_ms(c) <= agent_loop_now_ms(c->loop)) {
		requester_end(TAILQ_FIRST(&c->requesters));
		c->stats.expired++;
	}
	bury_ended(c);
}

struct agent_control_stats agent_control_get_stats(const struct agent_control *c)
{
	return c->stats;
}
