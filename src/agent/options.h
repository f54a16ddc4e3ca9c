/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of shakedown-agent, as one table that the parser and --help
 * are made from.
 */
#ifndef AGENT_OPTIONS_H
#define AGENT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/allow.h"
#include "agent/service.h"
#include "agent/sock.h"

struct agent_options {
	struct agent_addr *addrs; /* owned: --bind */
	size_t n_addrs;
	bool chosen[AGENT_N_SERVICES];	  /* --services=LIST */
	uint16_t ports[AGENT_N_SERVICES]; /* resolved; 0: off */
	unsigned long port_base;
	size_t max_conns;
	uint64_t idle_ms;
	bool testability;		/* --testability[=WHERE] */
	uint16_t control_port;		/* 0: off */
	struct agent_addr control_addr; /* with has_control_addr, else addrs */
	bool has_control_addr;
	struct agent_net *nets; /* owned: --allow */
	size_t n_nets;
	size_t max_sockets;
	uint64_t control_idle_ms;
	int ready_fd; /* -1: nobody waits */
	bool verbose, help, version;
};

/*
 * Reads the command line into @o, complete with defaults.  0, or -EINVAL after
 * a message on standard error; agent_options_fini() either way.
 */
int agent_options_parse(struct agent_options *o, int argc, char **argv);

void agent_options_fini(struct agent_options *o);

/* Prints what --help shows to standard output. */
void agent_options_print_help(void);

#endif
