/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a list of known deviations says of a verdict.  The verdict stays what it
 * is: a run that fails as expected has still failed.
 */
#include "plan/known.h"
#include "verify/verify.h"

static bool breaks_something(const struct verdict *v)
{
	return verdict_breaks(v, true);
}

/* Nothing was broken that the entry does not name. */
static bool as_expected(const struct known_entry *e, const struct verdict *v)
{
	bool any = e->requirements.n == 0;

	for (size_t i = 0; i < v->n_findings; i++) {
		if (v->finding[i].level == LEVEL_MAY)
			continue;
		if (!known_expects(e, v->finding[i].requirement))
			return false;
		any = true;
	}
	return any;
}

/* The first entry that expects this, or else the first that speaks of the run. */
static void find_expected(const struct known_entry *e, const struct plan *plan,
			  const char *target, struct verdict *v)
{
	v->entry = e;
	v->known = KNOWN_OTHERWISE;
	for (; e; e = known_find(e->next, plan, target)) {
		if (!as_expected(e, v))
			continue;
		v->entry = e;
		v->known = KNOWN_EXPECTED;
		return;
	}
}

void verdict_compare_known(const struct known_list *list, const struct plan *plan,
			   const char *target, struct arena *arena, struct verdict *v)
{
	const struct known_entry *e = known_find(list->first, plan, target);

	if (!e || (v->kind != VERDICT_PASS && v->kind != VERDICT_FAIL))
		return;
	if (breaks_something(v)) {
		find_expected(e, plan, target, v);
		return;
	}
	v->entry = e;
	v->known = KNOWN_PASSED;
	v->reason = arena_printf(arena, "it passed, but is listed as a known deviation (%s)",
				 known_reasons[e->reason].name);
}
