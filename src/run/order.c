/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Those that want something to themselves first, then the longest, by whole seconds;
 * else as they were.
 */
#include "run/order.h"

#include <stdlib.h>

#include "base/log.h"

#define SECOND_NS INT64_C(1000000000)

/* A plan and where it stood. */
struct place {
	const struct plan *plan;
	size_t i;
	int alone;	 /* with the target: 2, with a port: 1 */
	int64_t seconds; /* that it takes at least */
};

static int by_length(const void *a, const void *b)
{
	const struct place *p = a, *q = b;

	if (p->alone != q->alone)
		return p->alone > q->alone ? -1 : 1;
	if (p->seconds != q->seconds)
		return p->seconds > q->seconds ? -1 : 1;
	return p->i < q->i ? -1 : 1;
}

static int alone_with(const struct plan *p)
{
	return p->uses >> USE_QUIET & 1 ? 2 : p->uses >> USE_BACKLOG & 1;
}

const struct plan **order_plans(const struct plan *const *plans, size_t n, bool many,
				const struct timer_values *timers)
{
	struct place *place = calloc(n + 1, sizeof(*place));
	const struct plan **order = calloc(n + 1, sizeof(*order));

	if (!place || !order)
		log_panic("out of memory");
	for (size_t i = 0; i < n; i++)
		place[i] = (struct place){ plans[i], i, alone_with(plans[i]),
					   plan_least_ns(plans[i], timers) / SECOND_NS };
	if (many)
		qsort(place, n, sizeof(*place), by_length);
	for (size_t i = 0; i < n; i++)
		order[i] = place[i].plan;
	free(place);
	return order;
}
