/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A suite: case files loaded, checked and expanded to plans.
 */
#ifndef PLAN_SUITE_H
#define PLAN_SUITE_H

#include "plan/plan.h"

struct suite;
struct target;

/*
 * Loads case files (or every *.yaml below a directory, sorted by name) and
 * expands them.  `fragments/` beside or above them (and the bundled ones)
 * gives the ways into the states.  All errors go to @ds; with any error the
 * result is NULL.  The caller frees the suite with suite_free(); plans and
 * their marks live as long as it.
 */
struct suite *suite_load(const char *const *paths, size_t n_paths,
			 const char *bundled_dir, struct diags *ds);
/*
 * The same for one target: a variant that it does not provide for as it is written is
 * planned by services instead of the application, or the other way round, where that
 * comes to the same and the target provides for it.  @target is read now only.
 */
struct suite *suite_load_for(const struct target *target, const char *const *paths,
			     size_t n_paths, const char *bundled_dir, struct diags *ds);
void suite_free(struct suite *s);

/*
 * The same for one text without files: no fragments but its own.  @name is the
 * file's name in messages.
 */
struct suite *suite_load_text(const char *name, const char *text, size_t len, struct diags *ds);

/*
 * What a suite may cost: variants, and a budget of work that is about the
 * number of nodes and steps handled for all of them.
 */
struct suite_limits {
	size_t max_plans;
	uint64_t budget;
};
extern const struct suite_limits suite_limits_default;
struct suite *suite_load_text_within(const struct suite_limits *limits, const char *name,
				     const char *text, size_t len, struct diags *ds);
/* The same for one target, as suite_load_for() does it with files. */
struct suite *suite_load_text_for(const struct target *target, const struct suite_limits *limits,
				  const char *name, const char *text, size_t len,
				  struct diags *ds);

size_t suite_n_plans(const struct suite *s);
const struct plan *suite_plan(const struct suite *s, size_t i);
/* By variant id, or NULL. */
const struct plan *suite_find(const struct suite *s, const char *id);

#endif
