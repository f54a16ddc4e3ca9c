/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent's plain services (agent/service.h) on any stack that has the
 * functions of agent/stack.h.
 */
#ifndef EXAMPLES_LWIP_SERVICES_H
#define EXAMPLES_LWIP_SERVICES_H

#include "agent/stack.h"

/* To be called when something happens on a socket of the services. */
void services_ready(struct agent_upper_socket *owner, unsigned int events);

/*
 * Listens for all services at their own ports on @addr.  The stack is kept, and
 * so is what is listened on, until the program ends.  0, or -errno.
 */
int services_listen(const struct agent_stack_ops *ops, void *stack, const struct tp_addr *addr);

#endif
