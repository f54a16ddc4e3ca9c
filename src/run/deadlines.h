/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The deadlines of many slots, the earliest first: a binary heap by index, so that
 * a round costs the same with sixteen runs in flight and with thousands.
 *
 * A deadline that moves to later stays where it is until it is reached: most do,
 * with each packet.
 */
#ifndef RUN_DEADLINES_H
#define RUN_DEADLINES_H

#include <stdbool.h>
#include <stdint.h>

struct deadlines {
	int64_t *due_ns; /* of each slot, in the heap */
	uint32_t *heap;	 /* slots */
	uint32_t *place; /* from 1, of each slot; 0: none */
	uint32_t n;
};

/* For slots 0 to @n_slots - 1; ended with deadlines_fini(). */
void deadlines_init(struct deadlines *d, uint32_t n_slots);
void deadlines_fini(struct deadlines *d);

/* @slot has to be looked at by @due_ns at the latest. */
void deadlines_set(struct deadlines *d, uint32_t slot, int64_t due_ns);

/* The earliest; INT64_MAX if there is none. */
int64_t deadlines_first(const struct deadlines *d);

/* Takes the earliest out if it is before @now_ns: true and its slot. */
bool deadlines_pop(struct deadlines *d, int64_t now_ns, uint32_t *slot);

#endif
