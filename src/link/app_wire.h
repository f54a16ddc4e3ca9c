/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests to an upper tester and what comes back, over TCP or UDP: messages of
 * the Testability Protocol on a socket that never blocks.  Which request an
 * answer belongs to is app_client.c's affair.
 */
#ifndef LINK_APP_WIRE_H
#define LINK_APP_WIRE_H

#include "wire/segment.h"
#include "wire/testability.h"

struct diags;
struct app_wire;

struct app_wire_config {
	struct ip_addr addr;
	uint16_t port;
	bool datagrams; /* UDP, not TCP */
	int fd;		/* to be connected; -1: a new one */
};

/* A response or an event. */
struct app_message {
	bool event;
	enum tp_primitive_id primitive;
	uint32_t id;		      /* of the request */
	uint8_t result;		      /* enum tp_result */
	const struct tp_value *value; /* TP_PARAMS; valid during the call */
	int64_t now_ns;
};
typedef void app_message_fn(void *arg, const struct app_message *m);

/*
 * Connects, asks for the version and waits for the answer, a second at most.
 * Returns 0, or -errno with a diagnostic.  cfg->fd is taken in any case.
 */
int app_wire_open(const struct app_wire_config *cfg, struct app_wire **out, struct diags *ds);

/* Ends the test, and frees it.  NULL is accepted. */
void app_wire_close(struct app_wire *w);

/* False once the connection has ended. */
bool app_wire_is_up(const struct app_wire *w);

/* Of the protocol there: major, minor, patch; all 0 if it did not say. */
const uint16_t *app_wire_version(const struct app_wire *w);

/* Sends a request, now or as soon as there is room for it. */
void app_wire_ask(struct app_wire *w, enum tp_primitive_id primitive, uint32_t id,
		  const struct tp_value *value);

/* What to poll() for. */
int app_wire_fd(const struct app_wire *w, short *events);

/* Sends what waits, and hands out what came until there is no more. */
void app_wire_turn(struct app_wire *w, int64_t now_ns, app_message_fn *fn, void *arg);

#endif
