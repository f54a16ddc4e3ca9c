/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long a plan takes at least.
 */
#include "plan/plan.h"

static int64_t step_least_ns(const struct plan_step *st)
{
	switch (st->kind) {
	case PLAN_WAIT:
	case PLAN_EXPECT_NONE:
		return st->wait_ns;
	case PLAN_EXPECT:
		return st->optional ? 0 : st->expect->after_ns;
	default:
		return 0;
	}
}

int64_t plan_least_ns(const struct plan *p)
{
	int64_t sum = 0;

	/* Of alternatives none is counted: any may be taken. */
	for (uint16_t i = 0; p->step[i].kind != PLAN_END; i = p->step[i].next)
		sum += step_least_ns(&p->step[i]);
	return sum;
}
