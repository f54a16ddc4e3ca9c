/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The directory that a run leaves its captures in: one file for each variant.
 */
#ifndef CLI_EVIDENCE_DIR_H
#define CLI_EVIDENCE_DIR_H

#include <limits.h>

#include "base/buf.h"
#include "report/report.h"

struct evidence_dir {
	const char *dir; /* NULL: nothing is kept */
	bool failed_only;
	bool numbered; /* variants come more than once */
	int fd;
	bool made; /* by evidence_dir_open() */
	size_t n_written;
	struct buf file, summary;
	char path[PATH_MAX]; /* of the file written last */
};

/* Makes the directory and those above it; 0 or -errno. */
int evidence_dir_open(struct evidence_dir *d);
/* Takes the directory away again if it was made for nothing. */
void evidence_dir_close(struct evidence_dir *d);

/*
 * Writes the evidence of one run unless it need not be kept.  Returns 0 with
 * *path (NULL if nothing was kept, else valid until the next call), or -errno
 * with the path that could not be written.
 */
int evidence_dir_write(struct evidence_dir *d, const struct report_suite *suite,
		       const struct report_result *res, size_t index, const char **path);

/* Appends a variant id in letters that every file system takes. */
void evidence_dir_name(const char *id, struct buf *out);

#endif
