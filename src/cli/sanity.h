/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sanity: before the suite one plain handshake with each port of the target that
 * is said to listen.
 *
 * A case that finds the port closed, or nobody there, would blame the target for
 * a service that was not started or an address that was mistyped.  So that is
 * found out first, and said in those words.  After each run that fails it is asked
 * again (run/sched.h), since what failed may have ended the target.
 */
#ifndef CLI_SANITY_H
#define CLI_SANITY_H

#include <stdbool.h>

#include "base/diag.h"
#include "link/link.h"
#include "plan/target.h"

struct plan;
struct suite;
struct trace;

/* The sanity case, a plan for each family; freed with suite_free(). */
struct suite *sanity_suite(void);

/*
 * What a run of it says of the target: false if nothing or a refusal came.  Trouble of
 * ours says nothing, and an answer that is wrong is one.
 */
bool sanity_is_answered(const struct plan *plan, const struct trace *t);

/*
 * Tries every listening port over each family that target and tester share.
 * Returns true if all answer; otherwise @ds says which does not, and what to do.
 */
bool sanity_check(struct link *link, const struct target *target, struct diags *ds);

#endif
