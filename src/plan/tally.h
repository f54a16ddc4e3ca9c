/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One text, many variants: every variant finds the same mistakes again.  The
 * tally says each once, and names the variants only where it matters.
 */
#ifndef PLAN_TALLY_H
#define PLAN_TALLY_H

#include "base/arena.h"
#include "base/diag.h"

struct tally_entry {
	const struct diag *d; /* the error and the notes after it */
	size_t n;
	size_t count;	     /* variants that have it */
	const char *variant; /* the first of them */
};

struct tally {
	struct arena *arena;
	struct tally_entry *list; /* malloc'ed */
	size_t n, cap;
	size_t begin;	 /* entries of the case at hand start here */
	size_t overflow; /* errors beyond what is worth telling */
};

void tally_init(struct tally *t);
void tally_fini(struct tally *t);

/* Takes everything out of @ds, found in @variant (NULL: not in a variant), and empties it. */
void tally_take(struct tally *t, struct diags *ds, const char *variant);

/*
 * Ends a case of @n_variants: its new entries go to @out.  What was told
 * before, by this or another case, is not told again.
 */
void tally_flush(struct tally *t, size_t n_variants, struct diags *out);

/*
 * Appends everything in @from to @out, by file in the order in which the files
 * first appear, then by line and column; notes stay behind their errors.
 */
void tally_sort(const struct diags *from, struct diags *out);

/* Forgets the entries of the case at hand. */
void tally_drop(struct tally *t);

#endif
