/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long a plan and its alternatives take, with the timers of a target.
 */
#include "plan/plan.h"

int64_t plan_alt_ns(const struct plan *p, const struct plan_alt *alt,
		    const struct timer_values *timers)
{
	const struct plan_step *st = &p->step[alt->first];

	return timer_sum_ns(st->kind == PLAN_EXPECT ? &st->expect->within : st->wait, timers);
}

int64_t plan_one_of_ns(const struct plan *p, const struct plan_step *one_of,
		       const struct timer_values *timers)
{
	int64_t longest = 0;

	for (uint16_t i = 0; i < one_of->one_of.n; i++) {
		int64_t ns = plan_alt_ns(p, &one_of->one_of.alt[i], timers);

		longest = ns > longest ? ns : longest;
	}
	return longest;
}

static uint32_t sum_timers(const struct timer_sum *sum)
{
	uint32_t set = 0;

	for (int i = 0; i < TIMER_N; i++)
		if (sum->milli[i])
			set |= 1u << i;
	return set;
}

static uint32_t step_timers(const struct plan_step *st)
{
	switch (st->kind) {
	case PLAN_WAIT:
	case PLAN_EXPECT_NONE:
	case PLAN_MODEL:
		return sum_timers(st->wait);
	case PLAN_EXPECT:
		return sum_timers(&st->expect->after) | sum_timers(&st->expect->within);
	case PLAN_APP:
		return sum_timers(&st->app->within);
	default:
		return 0;
	}
}

uint32_t plan_timers(const struct plan *p)
{
	uint32_t set = 0;

	for (uint16_t i = 0; i < p->n_steps; i++)
		set |= step_timers(&p->step[i]);
	return set;
}

static int64_t step_least_ns(const struct plan_step *st, const struct timer_values *timers)
{
	switch (st->kind) {
	case PLAN_WAIT:
	case PLAN_EXPECT_NONE:
		return timer_sum_ns(st->wait, timers);
	case PLAN_EXPECT:
		return st->optional ? 0 : timer_sum_ns(&st->expect->after, timers);
	default:
		return 0;
	}
}

int64_t plan_least_ns(const struct plan *p, const struct timer_values *timers)
{
	int64_t sum = 0;

	/* Of alternatives none is counted: any may be taken. */
	for (uint16_t i = 0; p->step[i].kind != PLAN_END; i = p->step[i].next)
		sum += step_least_ns(&p->step[i], timers);
	return sum;
}
