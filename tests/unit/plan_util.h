/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests of plans: a text goes in, its plans come out.
 */
#ifndef PLAN_UTIL_H
#define PLAN_UTIL_H

#include <criterion/criterion.h>
#include <string.h>

#include "base/buf.h"
#include "plan/suite.h"

/* What a case consists of, to be written one behind the other. */
#define HEAD "format: 1\narea: a\n"
#define CASE "cases:\n  - id: x\n    title: T\n    covers: [rfc9293:MUST-1]\n"
#define ONLY_IPV4 "    matrix: {ip: [4]}\n"
#define STEPS "    steps:\n"
#define CASE_STEPS HEAD CASE ONLY_IPV4 STEPS

/* Loads @text; what is said about it fails the test.  The caller frees it. */
static inline struct suite *load(const char *text)
{
	struct buf b = BUF_INIT;
	struct diags ds;
	struct suite *s;

	diags_init(&ds);
	s = suite_load_text("x.yaml", text, strlen(text), &ds);
	diags_render(&ds, false, &b);
	cr_assert_not_null(s, "%s", buf_str(&b));
	cr_assert_eq(ds.n, 0, "%s", buf_str(&b));
	buf_fini(&b);
	diags_fini(&ds);
	return s;
}

/* The one plan of a suite. */
static inline const struct plan *only(const struct suite *s)
{
	cr_assert_eq(suite_n_plans(s), 1, "%zu plans", suite_n_plans(s));
	return suite_plan(s, 0);
}

#endif
