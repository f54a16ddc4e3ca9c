/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Somebody's capture, judged: for the command verify.
 */
#ifndef CLI_CAPTURE_H
#define CLI_CAPTURE_H

#include "cli/results.h"

struct conv_pick;

/* What --end names. */
struct capture_ends {
	struct conv_pick *pick;
	size_t n;
};

/* Reads --end: CLI_OK, or CLI_USAGE with errors in @ds.  Lives in o->arena. */
int capture_ends_parse(const struct options *o, struct capture_ends *ends, struct diags *ds);

/*
 * Judges the capture @path and gives @r a result for each end of each
 * conversation; results_start() was called.  Lines about the whole are added to
 * @r->totals.  Returns CLI_OK, or CLI_INCOMPLETE with an error in @ds if the file
 * cannot be read, or not up to its end.
 */
int capture_judge(struct results *r, const char *path, const struct capture_ends *ends,
		  struct diags *ds);

#endif
