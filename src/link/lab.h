/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The built-in lab: this machine's kernel as the target, in a throwaway network
 * namespace, with its plain services run by shakedown-agent; and a link to it
 * from a namespace of the tester's own, where no kernel owns the tester's
 * addresses.  Needs no privilege where user namespaces are allowed.
 *
 *	tester process                      target's namespace
 *	192.0.2.2, 2001:db8::2  <- veth ->  192.0.2.1, 2001:db8::1
 *	(own MAC, own ARP and ND)           kernel TCP, shakedown-agent
 *
 * Nothing has a name outside and nothing is left behind: the namespaces live as
 * long as the processes in them, and those end with the tester, also if it is
 * killed.
 */
#ifndef LINK_LAB_H
#define LINK_LAB_H

#include <stdbool.h>
#include <stdint.h>

struct diags;
struct lab;
struct link;

/* Timers of the target's kernel that can be set, in ns; 0: it does not say. */
struct lab_timers {
	int64_t fin_timeout_ns; /* FIN-WAIT-2 of closed sockets */
	int64_t rto_min_ns, rto_max_ns;
};

struct lab_config {
	const char *agent; /* path of shakedown-agent; NULL: looked for */
};

/*
 * Builds the lab, starts the agent and waits until its services listen.  From
 * then on this process is in the tester's network namespace (and, if it was not
 * privileged, in a user namespace); it must have one thread.  The agent is
 * $SHAKEDOWN_AGENT, or shakedown-agent next to this program, or where it would
 * be installed.
 *
 * Returns 0, or -errno with a diagnostic: -ENOENT without the agent, -EPERM and
 * others where the system forbids namespaces, -ETIMEDOUT, -ECHILD if the agent
 * ended.
 */
int lab_open(const struct lab_config *cfg, struct lab **out, struct diags *ds);

/* The link to the target, owned by the lab: not to be closed by the caller. */
struct link *lab_link(struct lab *lab);

/* The target: "Linux 6.1.0-18-amd64". */
const char *lab_target_name(const struct lab *lab);

/* How the target's kernel is set; owned by the lab. */
const struct lab_timers *lab_timers(const struct lab *lab);

/*
 * Challenge ACKs that the target's kernel sends in any second, over all connections;
 * 0: as many as are due.
 */
unsigned int lab_challenge_acks(const struct lab *lab);

/* Whether the target's processes still live. */
bool lab_alive(struct lab *lab);

/*
 * Ends the target's processes and waits for their end; goes back to the network
 * namespace it came from where that is allowed.  NULL is accepted.
 */
void lab_close(struct lab *lab);

#endif
