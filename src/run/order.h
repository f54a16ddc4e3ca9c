/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order in which plans are started.
 */
#ifndef RUN_ORDER_H
#define RUN_ORDER_H

#include <stddef.h>

#include "plan/plan.h"

/*
 * A new array of @n plans, to be freed by the caller, in order of start: if @many
 * may run at a time, those that have the target or a port to themselves begin, while
 * nothing else has to end for them; then those that wait for protocol timers, so that
 * the others are done meanwhile and all of it takes as long as the longest timer of this
 * target.  One at a time it makes no difference, and the order stays as it is.
 */
const struct plan **order_plans(const struct plan *const *plans, size_t n, bool many,
				const struct timer_values *timers);

#endif
