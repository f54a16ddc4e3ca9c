/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parameters of a case with one value chosen for each, and what becomes of
 * "$name" in the nodes of its steps.
 */
#ifndef PLAN_PARAMS_H
#define PLAN_PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "testcase/testcase.h"

/* Most variants that one case may have. */
#define PARAMS_MAX_VARIANTS 20000

struct params {
	const struct testcase_param *param; /* sorted by name */
	size_t n;
	bool bad;	  /* some are missing because they are wrong: that was said */
	uint32_t *chosen; /* for each: index of its value */
	bool *used;	  /* for each: some step has asked for it */
	uint64_t *budget; /* of the suite: what may still be done, see params_spend() */
	bool *dropped;	  /* for each: out of play, one value only */
};

/* All parameters of @t at their first values. */
void params_init(struct params *p, struct arena *arena, const struct testcase *t,
		 uint64_t *budget);

/*
 * Takes @cost (about the nodes looked at) out of the budget; false if nothing
 * is left.  A small file can ask for endless work; this is where it ends.
 */
bool params_spend(struct params *p, uint64_t cost);

/* How many variants there are, exclusions not counted; UINT64_MAX if too many to count. */
uint64_t params_count(const struct params *p);

/* Steps to the next variant; false after the last. */
bool params_next(struct params *p);

/* The name of the value chosen for @name, or NULL if there is no such parameter. */
const char *params_value(const struct params *p, const char *name);

/* Marks every parameter that @n asks for as used. */
void params_use(struct params *p, const struct node *n);

/*
 * @n with the values put in: @n itself if it holds no parameter, otherwise a
 * copy in @arena.  NULL after adding an error, or if the budget is spent.
 */
struct node *params_substitute(struct params *p, struct arena *arena, struct node *n,
			       struct diags *ds);

#endif
