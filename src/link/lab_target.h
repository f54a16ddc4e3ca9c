/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The target's side of the lab: what the child process does in its own network
 * and process namespaces.  It sets up its end of the link, starts the agent,
 * and then only waits: as the first process of its process namespace it takes
 * the agent with it when it ends, and it ends with its parent.
 */
#ifndef LINK_LAB_TARGET_H
#define LINK_LAB_TARGET_H

#include <stdint.h>

#include "link/lab.h"
#include "wire/segment.h"

#define LAB_TESTER_INTERFACE "tester"
#define LAB_TARGET_INTERFACE "target"

/* The lab's addresses (RFC 5737, RFC 3849: for documentation, never routed). */
extern const struct ip_addr lab_tester4, lab_target4, lab_tester6, lab_target6;

/* What the child tells the parent once its end of the link is up, or is not. */
struct lab_target_report {
	int32_t err;	   /* 0 or -errno */
	uint32_t offloads; /* still on at its end: enum offload */
	uint8_t ip6;	   /* IPv6 works */
	struct lab_timers timers;
	char what[64]; /* what failed, if err */
};

/*
 * Where the agent's control port is: in the target's namespace only, so that what
 * is asked of it never meets the link under test.  The report brings a socket of
 * that namespace along, which the tester connects when the agent is ready.
 */
extern const struct ip_addr lab_control;
#define LAB_CONTROL_PORT 10000

/* Sends or receives @r and a descriptor: 0 or -errno. */
int lab_report_send(int control, const struct lab_target_report *r, int fd);
int lab_report_receive(int control, struct lab_target_report *r, int *fd);

struct lab_target_config {
	const char *agent; /* path of the program */
	int control;	   /* socket: a byte comes when the link exists; the report goes back */
	int ready;	   /* pipe for the agent's "ready" */
};

/* The child's life; does not return. */
_Noreturn void lab_target_run(const struct lab_target_config *cfg);

#endif
