/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: any bytes as a case file, all the way to plans, their text and
 * the rendered diagnostics, and as a list of known deviations.  Limits are small,
 * so that an input that asks for much work is soon done with.
 */
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "plan/known.h"
#include "plan/plan_text.h"
#include "plan/suite.h"
#include "plan/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every index must stay in the plan, and every path must end. */
static void check_plan(const struct plan *p)
{
	size_t i, k;

	for (i = 0; i < p->n_steps; i++) {
		const struct plan_step *s = &p->step[i];

		if (s->next <= i || s->next > p->n_steps)
			__builtin_trap();
		for (k = 0; s->kind == PLAN_ONE_OF && k < s->one_of.n; k++)
			if (s->one_of.alt[k].first <= i || s->one_of.alt[k].first >= s->next)
				__builtin_trap();
	}
	if (!p->n_steps || p->step[p->n_steps - 1].kind != PLAN_END)
		__builtin_trap();
}

static void look_at(const struct suite *s, struct buf *b)
{
	size_t i;

	for (i = 0; i < suite_n_plans(s); i++) {
		const struct plan *p = suite_plan(s, i);

		if (suite_find(s, p->id) != p)
			__builtin_trap();
		check_plan(p);
		if (i < 4)
			plan_add_text(p, b);
	}
}

/* The same bytes as a list of known deviations. */
static void read_known(const uint8_t *data, size_t size, struct diags *ds)
{
	struct source src = { "fuzz.yaml", (const char *)data, size };
	struct arena *arena = arena_new();
	size_t errors = ds->n_errors;
	struct known_list list;
	int err;

	known_init(&list);
	err = known_load_source(arena, &src, &list, ds);
	if (!err == (ds->n_errors > errors))
		__builtin_trap();
	for (const struct known_entry *e = list.first; e; e = e->next) {
		if (!e->cases.n || !*e->why || e->reason >= REASON_N)
			__builtin_trap();
		known_is_about(e, "the lab (Linux 6.18)");
		list.n--;
	}
	if (list.n)
		__builtin_trap();
	arena_free(arena);
}

static const struct suite_limits limits = { .max_plans = 200, .budget = 20000 };

/* What has been found good is good on every way: by services alone, by the application alone. */
static void plan_otherwise(const uint8_t *data, size_t size, size_t n, struct buf *b)
{
	for (enum plan_way way = PLAN_BY_SERVICES; way < PLAN_N_WAYS; way++) {
		struct target target;
		struct diags ds;
		struct suite *s;

		diags_init(&ds);
		target_init_way(&target, way);
		s = suite_load_text_for(&target, &limits, "fuzz.yaml", (const char *)data, size,
					&ds);
		/* It may have cost too much. */
		if (s && suite_n_plans(s) != n)
			__builtin_trap();
		if (s)
			look_at(s, b);
		suite_free(s);
		diags_fini(&ds);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b = BUF_INIT;
	struct diags ds;
	struct suite *s;

	diags_init(&ds);
	s = suite_load_text_within(&limits, "fuzz.yaml", (const char *)data, size, &ds);
	/* Either a suite or a reason. */
	if (!s == !ds.n_errors)
		__builtin_trap();
	diags_render(&ds, true, &b);
	if (s) {
		look_at(s, &b);
		plan_otherwise(data, size, suite_n_plans(s), &b);
	}
	read_known(data, size, &ds);
	suite_free(s);
	diags_fini(&ds);
	buf_fini(&b);
	return 0;
}
