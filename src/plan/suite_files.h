/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which files make up a suite: the paths given, what lies below directories,
 * and the fragments beside and above them.
 */
#ifndef PLAN_SUITE_FILES_H
#define PLAN_SUITE_FILES_H

#include "base/diag.h"

struct suite_files {
	char **path; /* malloc'ed; fragments first, nearest first */
	size_t n, cap;
	size_t n_fragments; /* how many of them are in a directory `fragments` */
};

/*
 * Finds the files for @paths (for @bundled_dir alone if there are none).  What
 * cannot be read is an error.  The caller calls suite_files_fini().
 */
void suite_files_find(struct suite_files *f, const char *const *paths, size_t n_paths,
		      const char *bundled_dir, struct diags *ds);
void suite_files_fini(struct suite_files *f);

#endif
