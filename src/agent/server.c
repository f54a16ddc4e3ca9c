/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Listeners and the connections they accept: see server.h.
 *
 * Connections stand in one queue in the order of their last activity, so the
 * head is both the next to expire and the first to go when there are too many.
 * Connections that ended are moved to a second queue and freed when the loop's
 * turn is over, because the loop may still hold an event for them.
 */
#include "agent/server.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

#include "agent/conn.h"
#include "agent/loop.h"

/* Accepted in a row before the established ones get their turn. */
#define ACCEPTS_PER_TURN 256

/* How long listeners rest when the system has no descriptor left for us. */
#define REST_MS 100

struct client {
	struct agent_conn conn; /* first: its watch is what the loop knows */
	struct agent_server *server;
	uint64_t active_ms; /* loop time of the last activity */
	TAILQ_ENTRY(client)
	link;
};

TAILQ_HEAD(clients, client);

struct listener {
	struct agent_watch watch; /* first */
	struct agent_server *server;
	const struct agent_service *service;
};

struct agent_server {
	struct agent_watch stopper; /* first: the pipe that ends it all */
	struct agent_server_config cfg;
	struct agent_loop *loop;
	struct listener *listeners;
	size_t n_listeners;
	struct clients clients; /* idle longest first */
	struct clients ended;
	size_t n_clients;
	bool stopped;
	uint64_t rest_until_ms; /* listeners are off; 0: they are on */
	struct agent_server_stats stats;
	struct agent_control *control; /* or NULL */
};

/* Clients */

static void client_retire(struct client *cl)
{
	struct agent_server *s = cl->server;

	TAILQ_REMOVE(&s->clients, cl, link);
	TAILQ_INSERT_TAIL(&s->ended, cl, link);
	s->n_clients--;
}

/* After anything happened on it: last in the queue, or out of it. */
static void client_touch(struct client *cl)
{
	struct agent_server *s = cl->server;

	if (!agent_conn_is_open(&cl->conn)) {
		client_retire(cl);
		return;
	}
	cl->active_ms = agent_loop_now_ms(s->loop);
	TAILQ_REMOVE(&s->clients, cl, link);
	TAILQ_INSERT_TAIL(&s->clients, cl, link);
}

static void client_ready(struct agent_watch *w, unsigned int events)
{
	struct client *cl = (struct client *)w;

	agent_conn_handle(&cl->conn, events);
	client_touch(cl);
}

static void client_reset(struct client *cl)
{
	agent_conn_abort(&cl->conn);
	client_retire(cl);
}

static bool reset_idlest(struct agent_server *s)
{
	struct client *cl = TAILQ_FIRST(&s->clients);

	if (!cl)
		return false;
	client_reset(cl);
	s->stats.crowded_out++;
	return true;
}

static void client_add(struct agent_server *s, int fd,
		       const struct agent_service *service)
{
	struct client *cl = malloc(sizeof(*cl));

	if (!cl) {
		agent_sock_abort(fd);
		return;
	}
	if (s->n_clients >= s->cfg.max_conns)
		reset_idlest(s);
	s->stats.accepted++;
	s->n_clients++;
	cl->server = s;
	TAILQ_INSERT_TAIL(&s->clients, cl, link);
	cl->conn.watch.ready = client_ready;
	agent_conn_init(&cl->conn, s->loop, fd, service);
	client_touch(cl);
}

static void bury_ended(struct agent_server *s)
{
	struct client *cl;

	while ((cl = TAILQ_FIRST(&s->ended))) {
		TAILQ_REMOVE(&s->ended, cl, link);
		agent_conn_fini(&cl->conn);
		free(cl);
	}
}

static uint64_t expiry_ms(const struct agent_server *s, const struct client *cl)
{
	return cl->active_ms + s->cfg.idle_ms;
}

static void reset_expired(struct agent_server *s)
{
	uint64_t now = agent_loop_now_ms(s->loop);
	struct client *cl;

	if (!s->cfg.idle_ms)
		return;
	while ((cl = TAILQ_FIRST(&s->clients)) && expiry_ms(s, cl) <= now) {
		client_reset(cl);
		s->stats.expired++;
	}
}

/* Listeners */

static int listeners_watch(struct agent_server *s, unsigned int events)
{
	for (size_t i = 0; i < s->n_listeners; i++) {
		int rc = agent_loop_watch(s->loop, &s->listeners[i].watch,
					  events);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/*
 * No descriptor or memory for the next connection: make room, or if all of it
 * is used elsewhere stop listening for a while, lest the loop spin.
 */
static bool make_room(struct agent_server *s)
{
	if (reset_idlest(s))
		return true;
	s->rest_until_ms = agent_loop_now_ms(s->loop) + REST_MS;
	listeners_watch(s, 0);
	return false;
}

static void listener_ready(struct agent_watch *w, unsigned int events)
{
	struct listener *l = (struct listener *)w;
	struct agent_server *s = l->server;

	(void)events;
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		int fd = agent_sock_accept(w->fd);

		if (fd >= 0)
			client_add(s, fd, l->service);
		else if (fd == -EMFILE ? !make_room(s) : fd != -ECONNABORTED)
			return;
	}
}

static void listeners_wake(struct agent_server *s)
{
	if (!s->rest_until_ms ||
	    agent_loop_now_ms(s->loop) < s->rest_until_ms)
		return;
	s->rest_until_ms = 0;
	listeners_watch(s, AGENT_READABLE);
}

static int listener_add(struct agent_server *s, const struct agent_addr *addr,
			size_t service)
{
	struct listener *l = &s->listeners[s->n_listeners];
	int fd = agent_sock_listen(addr, s->cfg.ports[service],
				   agent_services[service].talkative);

	if (fd < 0)
		return fd;
	l->watch.fd = fd;
	l->watch.armed = AGENT_UNARMED;
	l->watch.ready = listener_ready;
	l->server = s;
	l->service = &agent_services[service];
	s->n_listeners++;
	return 0;
}

static int listeners_open(struct agent_server *s, struct agent_trouble *t)
{
	s->listeners = calloc(s->cfg.n_addrs * AGENT_N_SERVICES,
			      sizeof(*s->listeners));
	if (!s->listeners)
		return -ENOMEM;
	for (size_t i = 0; i < s->cfg.n_addrs * AGENT_N_SERVICES; i++) {
		const struct agent_addr *addr =
			&s->cfg.addrs[i / AGENT_N_SERVICES];
		size_t service = i % AGENT_N_SERVICES;
		int rc = 0;

		if (s->cfg.ports[service])
			rc = listener_add(s, addr, service);
		if (rc < 0) {
			t->addr = addr;
			t->port = s->cfg.ports[service];
			t->service = agent_services[service].name;
			return rc;
		}
	}
	return listeners_watch(s, AGENT_READABLE);
}

static int control_open(struct agent_server *s, struct agent_trouble *t)
{
	int rc;

	if (!s->cfg.control.port)
		return 0;
	rc = agent_control_new(&s->cfg.control, s->loop, &s->control, &t->addr);
	if (rc < 0 && t->addr) {
		t->port = s->cfg.control.port;
		t->service = "testability";
	}
	return rc;
}

/* The whole */

struct agent_server *agent_server_new(const struct agent_server_config *cfg,
				      struct agent_trouble *trouble)
{
	struct agent_server *s = calloc(1, sizeof(*s));

	*trouble = (struct agent_trouble){ .error = -ENOMEM };
	if (!s)
		return NULL;
	s->cfg = *cfg;
	TAILQ_INIT(&s->clients);
	TAILQ_INIT(&s->ended);
	s->loop = agent_loop_new();
	if (s->loop)
		trouble->error = listeners_open(s, trouble);
	else
		trouble->error = -errno;
	if (trouble->error == 0)
		trouble->error = control_open(s, trouble);
	if (trouble->error < 0) {
		agent_server_free(s);
		return NULL;
	}
	return s;
}

void agent_server_free(struct agent_server *s)
{
	struct client *cl;

	if (!s)
		return;
	agent_control_free(s->control);
	for (size_t i = 0; i < s->n_listeners; i++)
		close(s->listeners[i].watch.fd);
	while ((cl = TAILQ_FIRST(&s->clients)))
		client_reset(cl);
	bury_ended(s);
	free(s->listeners);
	agent_loop_free(s->loop);
	free(s);
}

/* Milliseconds until something is due, -1 if nothing is. */
static int next_timeout_ms(const struct agent_server *s)
{
	const struct client *cl = TAILQ_FIRST(&s->clients);
	uint64_t now = agent_loop_now_ms(s->loop);
	uint64_t due = s->rest_until_ms ? s->rest_until_ms : UINT64_MAX;

	if (cl && s->cfg.idle_ms && expiry_ms(s, cl) < due)
		due = expiry_ms(s, cl);
	if (s->control && agent_control_due_ms(s->control) < due)
		due = agent_control_due_ms(s->control);
	if (due == UINT64_MAX)
		return -1;
	if (due <= now)
		return 0;
	return due - now > INT_MAX ? INT_MAX : (int)(due - now);
}

static void stopper_ready(struct agent_watch *w, unsigned int events)
{
	struct agent_server *s = (struct agent_server *)w;

	(void)events;
	s->stopped = true;
}

int agent_server_run(struct agent_server *s, int stop_fd)
{
	int rc;

	s->stopper = (struct agent_watch){ .fd = stop_fd,
					   .armed = AGENT_UNARMED,
					   .ready = stopper_ready };
	rc = agent_loop_watch(s->loop, &s->stopper, AGENT_READABLE);
	while (rc == 0 && !s->stopped) {
		rc = agent_loop_turn(s->loop, next_timeout_ms(s));
		reset_expired(s);
		listeners_wake(s);
		bury_ended(s);
		if (s->control)
			agent_control_tick(s->control);
	}
	return rc;
}

struct agent_server_stats agent_server_get_stats(const struct agent_server *s)
{
	return s->stats;
}

struct agent_control_stats agent_server_get_control_stats(const struct agent_server *s)
{
	return s->control ? agent_control_get_stats(s->control) : (struct agent_control_stats){ 0 };
}
