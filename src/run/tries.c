/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A count for each plan, found by its address.
 */
#include "run/tries.h"

#include <stdlib.h>
#include <uthash.h>

#include "base/log.h"

struct tries {
	const struct plan *plan;
	uint32_t n;
	UT_hash_handle hh;
};

uint32_t tries_count(struct tries **t, const struct plan *p)
{
	struct tries *one;

	HASH_FIND_PTR(*t, &p, one);
	if (!one) {
		one = calloc(1, sizeof(*one));
		if (!one)
			log_panic("out of memory");
		one->plan = p;
		HASH_ADD_PTR(*t, plan, one);
	}
	return one->n++;
}

void tries_free(struct tries *t)
{
	struct tries *one, *next;

	HASH_ITER(hh, t, one, next) {
		HASH_DEL(t, one);
		free(one);
	}
}
