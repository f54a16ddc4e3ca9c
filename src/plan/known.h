/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Known deviations: which variants a target is known to fail, and why.
 *
 * They stand in files of their own (shakedown-deviations(5)), each with a reason.
 * A deviation that is known is no news, so it does not fail a run; but it stays a
 * deviation, and never makes a target conforming.
 */
#ifndef PLAN_KNOWN_H
#define PLAN_KNOWN_H

#include "base/diag.h"
#include "plan/plan.h"

struct arena;

/* Words, or patterns, and where each of them stands. */
struct known_words {
	const char *const *word;
	const struct mark *at;
	size_t n;
};

struct known_entry {
	struct known_entry *next;
	struct known_words cases;	 /* patterns (plan/pattern.h), at least one */
	struct known_words requirements; /* labels; none: whatever is broken */
	struct known_words targets;	 /* patterns of names; none: any target */
	struct known_words file_targets; /* likewise, of the whole file */
	enum known_reason reason;
	const char *why;
	const char *link, *since; /* or NULL */
	struct mark at;
};

/* Of any number of files, in the order in which they were read. */
struct known_list {
	struct known_entry *first, **end;
	size_t n;
};

void known_init(struct known_list *list);

/*
 * Appends what the file @path or @src holds: 0, or -EINVAL with all that is wrong
 * in @ds.  Entries, strings and marks live in @arena.
 */
int known_load(struct arena *arena, const char *path, struct known_list *list, struct diags *ds);
int known_load_source(struct arena *arena, const struct source *src, struct known_list *list,
		      struct diags *ds);

/*
 * The first entry from @e on (list->first, or what comes after the last one found)
 * that is about @plan on the target of this name; or NULL.
 */
const struct known_entry *known_find(const struct known_entry *e, const struct plan *plan,
				     const char *target);

/* Whether @e is about the target of this name. */
bool known_is_about(const struct known_entry *e, const char *target);

/* Whether @e expects that @requirement is broken. */
bool known_expects(const struct known_entry *e, const char *requirement);

#endif
