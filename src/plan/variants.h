/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Variants of a case: their ids, which of them are excluded, which parameters
 * nobody uses.
 */
#ifndef PLAN_VARIANTS_H
#define PLAN_VARIANTS_H

#include "plan/params.h"
#include "plan/plan.h"

/* The parameters of the variant at hand, sorted by key. */
const struct plan_param *variants_params(struct arena *arena, const struct params *p, size_t *n);

/* "area/slug[ip=4,k=v]" */
const char *variants_id(struct arena *arena, const char *case_id, const struct params *p);

/* False after errors: exclusions that name unknown parameters or values. */
bool variants_check_excludes(const struct testcase *t, struct diags *ds);

/* True if the variant is excluded; hit[i] becomes true for the exclusion that did it. */
bool variants_excluded(const struct testcase *t, const struct params *p, bool *hit);

/* What asking variants_excluded() costs, for params_spend(). */
uint64_t variants_exclude_cost(const struct testcase *t);

/*
 * Takes parameters out of play that came from the defaults and were not used,
 * and resets the rest to their first values; true if there were any.
 */
bool variants_drop_unused(struct params *p);

/* An error for each parameter of the case itself that was not used. */
void variants_check_used(const struct params *p, struct diags *ds);

#endif
