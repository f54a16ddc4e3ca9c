/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A rehearsal: a plan walked through with a target that answers what the case
 * hopes for, to show the bytes that would be sent.
 */
#ifndef CLI_REHEARSE_H
#define CLI_REHEARSE_H

#include "plan/plan.h"

struct buf;

/*
 * Appends each segment of a run of @plan with this seed: those of the tester
 * with their bytes, those that are assumed of the target without.  Addresses,
 * ports and the target's numbers are examples, and said to be.
 */
void rehearse_plan(const struct plan *plan, uint64_t seed, struct buf *out);

#endif
