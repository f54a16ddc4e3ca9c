/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lwIP as a stack of the agent: the functions of agent/stack.h on lwIP's raw
 * interface, which is callbacks.  The callbacks only keep what came; whoever
 * waits for it is called from stack_dispatch(), after lwIP has sent what it
 * wanted to send by itself, an acknowledgment most of all.  So a connection
 * that is closed on FIN takes the step to CLOSE-WAIT for all to see.
 *
 * One thread does everything; lwIP is initialised with lwip_init() and its
 * timers run from sys_check_timeouts().
 */
#ifndef EXAMPLES_LWIP_STACK_H
#define EXAMPLES_LWIP_STACK_H

#include <stdbool.h>

#include "agent/stack.h"

/* What the functions get as their stack: whom to tell what happens. */
struct lwip_stack {
	void (*ready)(struct agent_upper_socket *owner, unsigned int events);
};

extern const struct agent_stack_ops lwip_stack_ops;

/*
 * Tells everybody once what holds of what they watch.  Returns whether somebody
 * may have more to be told.
 */
bool stack_dispatch(void);

#endif
