/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The target and the link to it: the built-in lab, or what --target and
 * --target-profile say.
 */
#ifndef CLI_CONNECTION_H
#define CLI_CONNECTION_H

#include "cli/command.h"
#include "link/impair.h"
#include "link/link.h"
#include "plan/profile.h"

struct lab;
struct live_config;
struct sim;

struct connection {
	struct target target;
	struct profile profile; /* its name is NULL if there is none */
	struct link *link;
	struct lab *lab;	     /* or NULL */
	struct sim *sim;	     /* or NULL; with neither the link is ours */
	const char *agent;	     /* "127.0.0.1 port 10000, version 1.2.0"; NULL without one */
	struct impair_config impair; /* what --impair asks for */
	const char *tester;	     /* "eth1 192.0.2.9", for the report */
	unsigned int jobs;	     /* runs at a time, if the user does not say */
};

/*
 * Reads what the options say of the target, without touching the network (but
 * for names that must be looked up): CLI_OK, or the exit status after showing
 * what is wrong.
 */
int connection_describe(struct cli *cli, struct connection *c);

/* Whether the link is to be a live one: neither the lab's nor a simulated one. */
bool connection_is_live(const struct cli *cli);

/* How the live link is to be: CLI_OK, or an exit status with errors in @ds. */
int connection_config(const struct cli *cli, const struct connection *c, struct live_config *cfg,
		      struct diags *ds);

/*
 * Opens the link and does nothing with it; the same.  connection_close() is to be
 * called in any case.
 */
int connection_start(struct cli *cli, struct connection *c, struct diags *ds);

/*
 * Opens the link and sees that the target is there: CLI_OK, or the exit status
 * after showing what is wrong.  connection_close() is to be called in any case.
 */
int connection_open(struct cli *cli, struct connection *c);
/* Whether the target is still what it was: the lab's services have not ended. */
bool connection_alive(struct connection *c);
void connection_close(struct connection *c);

#endif
