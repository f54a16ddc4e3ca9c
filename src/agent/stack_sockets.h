/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stack of the upper tester (stack.h) that is this system's own: plain,
 * non-blocking stream sockets.
 */
#ifndef AGENT_STACK_SOCKETS_H
#define AGENT_STACK_SOCKETS_H

#include <stdint.h>
#include <sys/queue.h>

#include "agent/loop.h"
#include "agent/stack.h"

struct agent_stack_socket;
SLIST_HEAD(agent_stack_sockets, agent_stack_socket);

/* What the functions get as their stack. */
struct agent_stack {
	struct agent_loop *loop;
	uint32_t scope_id;		   /* interface of link-local addresses */
	struct agent_stack_sockets *ended; /* closed in this turn of the loop */
};

extern const struct agent_stack_ops agent_stack_sockets_ops;

/* Frees what was closed; not before the loop's turn is over. */
void agent_stack_bury(struct agent_stack_sockets *ended);

#endif
