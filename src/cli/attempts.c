/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which plans were tried how often.
 */
#include "cli/attempts.h"

#include <stdlib.h>
#include <uthash.h>

#include "base/arena.h"
#include "base/log.h"

struct attempt {
	const struct plan *plan;
	unsigned int failed;
	UT_hash_handle hh;
};

struct attempts {
	struct attempt *by_plan;
};

struct attempts *attempts_new(void)
{
	struct attempts *a = calloc(1, sizeof(*a));

	if (!a)
		log_panic("out of memory");
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
	if (v->kind != VERDICT_FAIL && v->kind != VERDICT_INCONCLUSIVE)
		return false;
	for (size_t i = 0; i < v->n_findings; i++) {
		switch (v->finding[i].kind) {
		case FINDING_DEAD: /* asked three times already */
			return false;
		case FINDING_NO_ANSWER:
		case FINDING_LATE:
		case FINDING_PRECONDITION:
			break;
		default:
			if (v->finding[i].level == LEVEL_MUST)
				return false;
		}
	}
	return true;
}

bool attempts_again(struct attempts *a, const struct plan *plan, const struct verdict *v)
{
	struct attempt *one = find(a, plan);

	if (!something_missing(v) || (one && one->failed + 1 >= ATTEMPTS_MAX))
		return false;
	if (!one) {
		one = calloc(1, sizeof(*one));
		if (!one)
			log_panic("out of memory");
		one->plan = plan;
		HASH_ADD_PTR(a->by_plan, plan, one);
	}
	one->failed++;
	return true;
}

void attempts_settle(struct attempts *a, const struct plan *plan, struct arena *arena,
		     struct verdict *v)
{
	struct attempt *one = find(a, plan);

	if (!one)
		return;
	if (v->kind == VERDICT_PASS) {
		v->kind = VERDICT_INCONCLUSIVE;
		v->reason = arena_printf(arena,
					 "met in attempt %u only: the path loses packets, or the "
					 "target does not always answer",
					 one->failed + 1);
	}
	forget(a, one);
}
