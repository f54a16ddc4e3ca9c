/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which plans were tried how often.
 */
#include "cli/attempts.h"

#include <stdlib.h>
#include <uthash.h>

#include "base/arena.h"
#include "base/log.h"

/* So many wrong failures of a whole suite are borne. */
#define MAY_BE_CHANCE 0.001

struct attempt {
	const struct plan *plan;
	unsigned int failed, excused;
	UT_hash_handle hh;
};

struct attempts {
	int retries; /* < 0: by what is missing */
	enum verdict_kind flaky;
	struct attempt *by_plan;
	size_t settled; /* plans */
	/* Of those that came through at last: their runs, and which missed something. */
	size_t tried, missed;
	bool lossy; /* what one run missed came in the next */
};

struct attempts *attempts_new(int retries, enum verdict_kind flaky)
{
	struct attempts *a = calloc(1, sizeof(*a));

	if (!a)
		log_panic("out of memory");
	a->retries = retries;
	a->flaky = flaky;
	return a;
}

static void forget(struct attempts *a, struct attempt *one)
{
	HASH_DEL(a->by_plan, one);
	free(one);
}

void attempts_free(struct attempts *a)
{
	struct attempt *one, *next;

	if (!a)
		return;
	HASH_ITER(hh, a->by_plan, one, next)
		forget(a, one);
	free(a);
}

static struct attempt *find(struct attempts *a, const struct plan *plan)
{
	struct attempt *one;

	HASH_FIND_PTR(a->by_plan, &plan, one);
	return one;
}

/* Something did not come, or came too late; nothing that came is wrong. */
static bool something_missing(const struct verdict *v)
{
	bool missing = false;

	if (v->kind == VERDICT_ERROR)
		return false;
	for (size_t i = 0; i < v->n_findings; i++) {
		const struct finding *f = &v->finding[i];

		if (f->level == LEVEL_MAY)
			continue;
		/* A target that is dead was asked three times already. */
		if (f->kind == FINDING_DEAD)
			return false;
		if (f->by_path)
			missing = true;
		else if (f->level == LEVEL_MUST)
			return false;
	}
	return missing;
}

static struct attempt *add(struct attempts *a, const struct plan *plan)
{
	struct attempt *one = calloc(1, sizeof(*one));

	if (!one)
		log_panic("out of memory");
	one->plan = plan;
	HASH_ADD_PTR(a->by_plan, plan, one);
	return one;
}

/* As often as the user said, whatever it was. */
static bool retry(struct attempts *a, const struct plan *plan, const struct verdict *v)
{
	struct attempt *one = find(a, plan);

	if (v->kind == VERDICT_PASS)
		return false;
	if (!one)
		one = add(a, plan);
	return ++one->failed <= (unsigned int)a->retries;
}

/* It was impaired on purpose, or we were late: that proves nothing, of the path neither. */
static bool try_excused(struct attempts *a, const struct plan *plan)
{
	struct attempt *one = find(a, plan);

	if (!one)
		one = add(a, plan);
	return ++one->excused < ATTEMPTS_MAX_LOSSY;
}

bool attempts_again(struct attempts *a, const struct plan *plan, const struct verdict *v)
{
	struct attempt *one;

	if (v->excused || v->late)
		return try_excused(a, plan);
	if (a->retries >= 0)
		return retry(a, plan, v);
	one = find(a, plan);
	if (!something_missing(v))
		return false;
	if (!one)
		one = add(a, plan);
	return ++one->failed < (a->lossy ? ATTEMPTS_MAX_LOSSY : ATTEMPTS_MAX);
}

/*
 * How many of all plans may have missed something @n times in a row by chance?  What
 * never comes says nothing of the path, or a target that fails much would excuse
 * itself: only plans that came through at last tell how much is lost.
 */
static double expected_by_chance(const struct attempts *a, unsigned int n)
{
	double lost = (double)(a->missed + 1) / (double)(a->tried + 2);
	double plans = (double)a->settled;

	while (n--)
		plans *= lost;
	return plans;
}

static bool proves_nothing(const struct attempts *a, const struct attempt *one,
			   const struct verdict *v)
{
	return v->kind == VERDICT_FAIL && a->lossy && something_missing(v) &&
		expected_by_chance(a, one->failed) > MAY_BE_CHANCE;
}

void attempts_settle(struct attempts *a, const struct plan *plan, struct arena *arena,
		     struct verdict *v)
{
	struct attempt *one = find(a, plan);

	a->settled++;
	if (!something_missing(v)) {
		a->tried += 1 + (one ? one->failed : 0);
		a->missed += one ? one->failed : 0;
	}
	if (!one)
		return;
	if (!one->failed) {
		/* Only our own doing so far: a pass is a pass. */
	} else if (a->retries >= 0 && v->kind == VERDICT_PASS) {
		v->kind = a->flaky;
		v->reason = arena_printf(arena, "flaky: it passed in attempt %u only",
					 one->failed + one->excused + 1);
	} else if (a->retries >= 0) {
		/* As it is. */
	} else if (!something_missing(v) && v->kind == VERDICT_PASS) {
		a->lossy = true;
		v->kind = VERDICT_INCONCLUSIVE;
		v->reason = arena_printf(arena,
					 "met in attempt %u only: the path loses packets, or the "
					 "target does not always answer",
					 one->failed + one->excused + 1);
	} else if (proves_nothing(a, one, v)) {
		v->kind = VERDICT_INCONCLUSIVE;
		v->reason = arena_printf(arena,
					 "not met in %u attempts, but the path loses so "
					 "many packets that it may be chance",
					 one->failed);
	}
	forget(a, one);
}
