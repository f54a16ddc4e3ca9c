/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The server: listens for the plain services on the addresses it was told, and
 * on no other, and looks after the connections it accepts.
 *
 * Testers abandon connections by design.  So there is a limit to how many are
 * kept and to how long one may be idle (nothing read, nothing sent); beyond
 * either, the one idle longest is reset.  Beside them is the control port of the
 * upper tester, control.h, if it is asked for.  One thread, one loop; every
 * connection costs a descriptor and some hundred bytes.
 */
#ifndef AGENT_SERVER_H
#define AGENT_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "agent/control.h"
#include "agent/service.h"
#include "agent/sock.h"

struct agent_server_config {
	const struct agent_addr *addrs; /* the caller's */
	size_t n_addrs;
	uint16_t ports[AGENT_N_SERVICES]; /* 0: not this service */
	size_t max_conns;		  /* at least 1 */
	uint64_t idle_ms;		  /* 0: no limit */
	struct agent_control_config control;
};

/* Why a server could not be had. */
struct agent_trouble {
	int error;		       /* -errno */
	const struct agent_addr *addr; /* with port and name of the service, */
	uint16_t port;		       /* what could not be listened on; */
	const char *service;	       /* else NULL */
};

/* What happened so far. */
struct agent_server_stats {
	uint64_t accepted;
	uint64_t crowded_out; /* reset because there were too many */
	uint64_t expired;     /* reset because they were idle too long */
};

struct agent_server;

/*
 * A server that already listens everywhere: a connection made from now on will
 * be served.  @cfg is copied, but not its addresses.  NULL on failure, with the
 * cause in @trouble; nothing is listened on then.
 */
struct agent_server *agent_server_new(const struct agent_server_config *cfg,
				      struct agent_trouble *trouble);

/* Resets all connections and stops listening.  NULL is accepted. */
void agent_server_free(struct agent_server *s);

/*
 * Serves until @stop_fd, the reading end of a pipe, can be read from.  0, or
 * -errno.
 */
int agent_server_run(struct agent_server *s, int stop_fd);

struct agent_server_stats agent_server_get_stats(const struct agent_server *s);

/* What the control port did; all zero if there is none. */
struct agent_control_stats agent_server_get_control_stats(const struct agent_server *s);

#endif
