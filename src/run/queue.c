/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A list in order, and a line for each thing that is waited for.
 */
#include "run/queue.h"

#include <stdlib.h>

#include "base/log.h"

/* Plans that wait for the same, in their order. */
struct queue_group {
	uint32_t what;
	const struct plan **plan;
	size_t n, next, cap;
};

static void append(const struct plan ***list, size_t *n, size_t *cap, const struct plan *p)
{
	if (*n == *cap) {
		*cap = *cap ? 2 * *cap : 16;
		*list = realloc(*list, *cap * sizeof(**list));
		if (!*list)
			log_panic("out of memory");
	}
	(*list)[(*n)++] = p;
}

void queue_init(struct queue *q, const struct plan **plan, size_t n, queue_may_fn *may,
		void *arg)
{
	*q = (struct queue){ .may = may, .arg = arg, .plan = plan, .n = n };
}

void queue_fini(struct queue *q)
{
	for (size_t i = 0; i < q->n_groups; i++)
		free(q->group[i].plan);
	free(q->group);
	free(q->again);
	free(q->plan);
}

void queue_again(struct queue *q, const struct plan *p)
{
	append(&q->again, &q->n_again, &q->cap_again, p);
}

bool queue_is_empty(const struct queue *q)
{
	return q->next == q->n && q->next_again == q->n_again && !q->waiting;
}

static struct queue_group *group_of(struct queue *q, uint32_t what)
{
	for (size_t i = 0; i < q->n_groups; i++)
		if (q->group[i].what == what)
			return &q->group[i];
	q->group = realloc(q->group, (q->n_groups + 1) * sizeof(*q->group));
	if (!q->group)
		log_panic("out of memory");
	q->group[q->n_groups] = (struct queue_group){ .what = what };
	return &q->group[q->n_groups++];
}

static void pass_over(struct queue *q, const struct plan *p, uint32_t what)
{
	struct queue_group *g = group_of(q, what);

	if (g->next == g->n)
		g->next = g->n = 0;
	append(&g->plan, &g->n, &g->cap, p);
	q->waiting++;
}

static const struct plan *leave(struct queue *q, struct queue_group *g)
{
	q->waiting--;
	return g->plan[g->next++];
}

static const struct plan *take(struct queue *q)
{
	if (q->next < q->n)
		return q->plan[q->next++];
	return q->next_again < q->n_again ? q->again[q->next_again++] : NULL;
}

const struct plan *queue_next(struct queue *q)
{
	const struct plan *p;
	uint32_t what;

	for (size_t i = 0; i < q->n_groups && q->waiting; i++) {
		struct queue_group *g = &q->group[i];

		if (g->next < g->n && q->may(q->arg, g->plan[g->next], &what))
			return leave(q, g);
	}
	while ((p = take(q))) {
		if (q->may(q->arg, p, &what))
			return p;
		pass_over(q, p, what);
	}
	return NULL;
}

const struct plan *queue_any(struct queue *q)
{
	for (size_t i = 0; i < q->n_groups; i++)
		if (q->group[i].next < q->group[i].n)
			return leave(q, &q->group[i]);
	return take(q);
}
