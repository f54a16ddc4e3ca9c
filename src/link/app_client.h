/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The client of an upper tester: calls of the target's application (wire/app.h)
 * as primitives of the Testability Protocol (wire/testability.h).
 *
 * Each run has an endpoint, known by the tester's port: a listening socket, a
 * connected one, and at most one call that is under way.  A call may take several
 * primitives, such as a socket and a CONNECT; nothing here waits, so any number
 * of endpoints are served side by side.  An accepted connection goes to the
 * endpoint whose port it came from.
 *
 * A primitive that the upper tester does not have answers the call, and says so;
 * everything else goes on working.
 */
#ifndef LINK_APP_CLIENT_H
#define LINK_APP_CLIENT_H

#include "link/link.h"

struct diags;
struct app_client;

struct app_client_config {
	struct ip_addr agent; /* where the upper tester is; not used with fd */
	uint16_t port;
	bool datagrams;			 /* UDP, not TCP */
	int fd;				 /* a socket to be connected to there; -1: a new one */
	struct ip_addr tester4, tester6; /* whom it is to connect to ... */
	struct ip_addr target4, target6; /* ... and from where */
};

/*
 * Connects to the upper tester and hears that it is there.  Returns 0 and the
 * client in *out; or -errno with a diagnostic.  @cfg->fd is taken in any case.
 */
int app_client_open(const struct app_client_config *cfg, struct app_client **out,
		    struct diags *ds);

/* Of the protocol that is spoken there: major, minor, patch; all 0 if it does not say. */
const uint16_t *app_client_version(const struct app_client *c);

/* Has it end all it has open, and frees the client.  NULL is accepted. */
void app_client_close(struct app_client *c);

/* Begins a call: 0, -EBUSY while one is under way, -ENOTCONN if nobody is there. */
int app_client_ask(struct app_client *c, const struct app_request *req, int64_t now_ns);

/* Aborts what the endpoint has open; a call under way is never answered. */
void app_client_end(struct app_client *c, uint8_t family, uint16_t tester_port);

/* What to poll() for: the descriptor, and events in *events. */
int app_client_fd(const struct app_client *c, short *events);
/* When app_client_turn() has work again though nothing came; INT64_MAX: never. */
int64_t app_client_due_ns(const struct app_client *c);
/* No call is under way. */
bool app_client_is_idle(const struct app_client *c);

/* Reads what came and goes on with calls.  Returns how many answers are ready. */
size_t app_client_turn(struct app_client *c, int64_t now_ns);
/* Hands out the answers that are ready, and forgets them.  Returns how many. */
size_t app_client_deliver(struct app_client *c, link_reply_fn *fn, void *arg);

#endif
