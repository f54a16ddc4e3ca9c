/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Queue: the plans that wait to be started, and which of them is next.
 *
 * They are taken in their order.  One that may not begin now, because of what it
 * shares with runs in flight, is passed over, and stands first in line among those
 * that share the same.
 */
#ifndef RUN_QUEUE_H
#define RUN_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/plan.h"

/*
 * May a run of @p begin now?  If not, *@group becomes what it waits for: as long as one
 * of a group may not begin, none of them may.
 */
typedef bool queue_may_fn(void *arg, const struct plan *p, uint32_t *group);

struct queue_group;

struct queue {
	queue_may_fn *may;
	void *arg;
	const struct plan **plan; /* in order of start */
	size_t n, next;
	const struct plan **again; /* to be run once more, after the others */
	size_t n_again, next_again, cap_again;
	struct queue_group *group; /* those passed over */
	size_t n_groups, waiting;
};

/* @plan becomes the queue's, freed by queue_fini(). */
void queue_init(struct queue *q, const struct plan **plan, size_t n, queue_may_fn *may,
		void *arg);
void queue_fini(struct queue *q);

/* @p is to be run once more. */
void queue_again(struct queue *q, const struct plan *p);

bool queue_is_empty(const struct queue *q);

/* Takes the first plan that may begin now; NULL: there is none. */
const struct plan *queue_next(struct queue *q);

/* Takes any plan, in no order; NULL: it is empty. */
const struct plan *queue_any(struct queue *q);

#endif
