/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The longest first, by whole seconds; else as they were.
 */
#include "run/order.h"

#include <stdlib.h>

#include "base/log.h"

#define SECOND_NS INT64_C(1000000000)

/* A plan and where it stood. */
struct place {
	const struct plan *plan;
	size_t i;
	int64_t seconds; /* that it takes at least */
};

static int by_length(const void *a, const void *b)
{
	const struct place *p = a, *q = b;

	if (p->seconds != q->seconds)
		return p->seconds > q->seconds ? -1 : 1;
	return p->i < q->i ? -1 : 1;
}

const struct plan **order_plans(const struct plan *const *plans, size_t n, bool many,
				const struct timer_values *timers)
{
	struct place *place = calloc(n + 1, sizeof(*place));
	const struct plan **order = calloc(n + 1, sizeof(*order));

	if (!place || !order)
		log_panic("out of memory");
	for (size_t i = 0; i < n; i++)
		place[i] = (struct place){ plans[i], i,
					   plan_least_ns(plans[i], timers) / SECOND_NS };
	if (many)
		qsort(place, n, sizeof(*place), by_length);
	for (size_t i = 0; i < n; i++)
		order[i] = place[i].plan;
	free(place);
	return order;
}
