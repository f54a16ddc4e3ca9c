/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A binary heap of slots.
 */
#include "run/deadlines.h"

#include <stdlib.h>

#include "base/log.h"

static void *array(uint32_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		log_panic("out of memory");
	return p;
}

void deadlines_init(struct deadlines *d, uint32_t n_slots)
{
	d->due_ns = array(n_slots, sizeof(*d->due_ns));
	d->heap = array(n_slots, sizeof(*d->heap));
	d->place = array(n_slots, sizeof(*d->place));
	d->n = 0;
}

void deadlines_fini(struct deadlines *d)
{
	free(d->due_ns);
	free(d->heap);
	free(d->place);
}

static int64_t due_at(const struct deadlines *d, uint32_t i)
{
	return d->due_ns[d->heap[i]];
}

static void put(struct deadlines *d, uint32_t i, uint32_t slot)
{
	d->heap[i] = slot;
	d->place[slot] = i + 1;
}

static void swap(struct deadlines *d, uint32_t a, uint32_t b)
{
	uint32_t slot = d->heap[a];

	put(d, a, d->heap[b]);
	put(d, b, slot);
}

static void rise(struct deadlines *d, uint32_t i)
{
	while (i && due_at(d, i) < due_at(d, (i - 1) / 2)) {
		swap(d, i, (i - 1) / 2);
		i = (i - 1) / 2;
	}
}

static void sink(struct deadlines *d, uint32_t i)
{
	for (;;) {
		uint32_t least = 2 * i + 1;

		if (least >= d->n)
			return;
		if (least + 1 < d->n && due_at(d, least + 1) < due_at(d, least))
			least++;
		if (due_at(d, i) <= due_at(d, least))
			return;
		swap(d, i, least);
		i = least;
	}
}

void deadlines_set(struct deadlines *d, uint32_t slot, int64_t due_ns)
{
	if (!d->place[slot]) {
		d->due_ns[slot] = due_ns;
		put(d, d->n, slot);
		rise(d, d->n++);
	} else if (due_ns < d->due_ns[slot]) {
		d->due_ns[slot] = due_ns;
		rise(d, d->place[slot] - 1);
	}
}

int64_t deadlines_first(const struct deadlines *d)
{
	return d->n ? due_at(d, 0) : INT64_MAX;
}

bool deadlines_pop(struct deadlines *d, int64_t now_ns, uint32_t *slot)
{
	if (deadlines_first(d) >= now_ns)
		return false;
	*slot = d->heap[0];
	d->place[*slot] = 0;
	if (--d->n) {
		put(d, 0, d->heap[d->n]);
		sink(d, 0);
	}
	return true;
}
