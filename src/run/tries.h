/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tries: how often each plan was run.  With it whatever is random in a run can go by
 * the seed, the variant and this number, not by when the run began.
 */
#ifndef RUN_TRIES_H
#define RUN_TRIES_H

#include <stdint.h>

#include "plan/plan.h"

struct tries;

/* Counts a run of @p: how many there were before.  *@t is made at first: NULL. */
uint32_t tries_count(struct tries **t, const struct plan *p);
/* NULL is accepted. */
void tries_free(struct tries *t);

#endif
