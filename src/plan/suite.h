/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A suite: case files loaded, checked and expanded to plans.
 */
#ifndef PLAN_SUITE_H
#define PLAN_SUITE_H

#include "plan/plan.h"

struct suite;

/*
 * Loads case files (or every *.yaml below a directory, sorted by name) and
 * expands them.  `fragments/` beside or above them (and the bundled ones)
 * gives the ways into the states.  All errors go to @ds; with any error the
 * result is NULL.  The caller frees the suite with suite_free(); plans and
 * their marks live as long as it.
 */
struct suite *suite_load(const char *const *paths, size_t n_paths,
			 const char *bundled_dir, struct diags *ds);
void suite_free(struct suite *s);

/*
 * The same for one text without files: no fragments but its own.  @name is the
 * file's name in messages.
 */
struct suite *suite_load_text(const char *name, const char *text, size_t len,
			      struct diags *ds);

/* Most variants of one suite. */
#define SUITE_MAX_PLANS 100000

size_t suite_n_plans(const struct suite *s);
const struct plan *suite_plan(const struct suite *s, size_t i);
/* By variant id, or NULL. */
const struct plan *suite_find(const struct suite *s, const char *id);

#endif
