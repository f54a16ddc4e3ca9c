/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Namespaces for the lab: the tester's own network namespace, entered by this
 * very process, through a user namespace where it is not privileged.
 */
#ifndef LINK_LAB_NS_H
#define LINK_LAB_NS_H

#include <sys/types.h>

struct diags;

/*
 * Moves this process into a new network namespace.  An unprivileged process
 * gets a user namespace too, in which it is root, and stays there.  The process
 * must have one thread.  Returns a descriptor of the network namespace it left,
 * for lab_ns_leave(), or -errno with a diagnostic that says what forbids it.
 */
int lab_ns_enter(struct diags *ds);

/*
 * Goes back to the namespace @old and closes it.  After a user namespace was
 * needed there is no way back, and the process stays where it is.
 */
void lab_ns_leave(int old);

/*
 * Forks a child that is the first process of new network and process
 * namespaces: when it ends, all that descends from it ends.  Like fork(): 0 in
 * the child, its process id, or -errno.
 */
pid_t lab_ns_fork(void);

#endif
