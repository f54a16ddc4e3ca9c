/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All fragments that a suite knows, and which of them a step means.
 */
#ifndef PLAN_FRAGMENTS_H
#define PLAN_FRAGMENTS_H

#include "plan/plan.h"
#include "testcase/testcase.h"

struct fragments {
	const struct testcase_fragment **list; /* malloc'ed */
	size_t n, cap;
	/* Those found to use themselves: complained about once. */
	const struct testcase_fragment **cyclic;
	size_t n_cyclic;
	bool too_many; /* written out: complained about once */
};

void fragments_init(struct fragments *f);
void fragments_fini(struct fragments *f);

/*
 * True if a step that means the one means the other as well: neither name nor way
 * tell them apart, nor that one is gone by services and the other by the application.
 */
bool fragments_same(const struct testcase_fragment *a, const struct testcase_fragment *b);

/* Says that @again is defined a second time. */
void fragments_duplicate(const struct testcase_fragment *first,
			 const struct testcase_fragment *again, struct diags *ds);

/*
 * Makes the fragments of @file visible everywhere.  One of the same name that
 * was added from another directory before stands in its way silently: what is
 * nearer to the cases comes first.
 */
void fragments_add(struct fragments *f, const struct testcase_file *file, struct diags *ds);

/*
 * The fragment @name, or the one that reaches @state (by @via, if given), as
 * seen from @file: its own come first.  By services or by the application if there
 * is one that does it so, and there one that agrees with @needs on NEED_HALF_CLOSE;
 * otherwise the first.  NULL if there is none.
 */
const struct testcase_fragment *fragments_find(const struct fragments *f,
					       const struct testcase_file *file, const char *name,
					       int state, const char *via, enum plan_way way,
					       uint32_t needs);

/* Remembers that @x uses itself; false if that was known. */
bool fragments_add_cyclic(struct fragments *f, const struct testcase_fragment *x);

/* Adds the help for a step that asked for a fragment that is not there. */
void fragments_suggest(const struct fragments *f, const struct testcase_file *file,
		       const char *name, int state, struct diags *ds);

#endif
