/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a report format is made of.  Inside src/report only.
 *
 * A new format is a file like tap.c: a struct that starts with struct report, a
 * constant struct report_ops, and a line in report_formats[] (report.c).  Its
 * functions append to @out; report.c writes that out after each of them.
 *
 * A file whose end must be closed (JSON, XML) stays complete at any moment:
 * set @tail to how many of the bytes in @out are the closing ones.  They are
 * written, and overwritten by what comes next.
 */
#ifndef REPORT_FORMAT_H
#define REPORT_FORMAT_H

#include "base/buf.h"
#include "report/progress.h"
#include "report/report.h"
#include "report/text.h"

struct report_ops {
	size_t size; /* of the format's struct; zeroed at report_open() */
	void (*start)(struct report *r);
	void (*result)(struct report *r, const struct report_result *res);
	void (*finish)(struct report *r, const struct report_totals *t);
	void (*fini)(struct report *r); /* NULL: nothing to free */
};

struct report {
	const struct report_ops *ops;
	struct report_options opt;
	const struct report_suite *suite; /* from report_start() on */
	size_t n[STATUS_N];		  /* results so far, the present one included */
	size_t must, should, known;	  /* likewise: see struct report_totals */
	size_t deviations;
	struct buf out;	 /* to be written */
	size_t tail;	 /* of it, closing bytes */
	struct buf head; /* if not empty: what the file starts with from now
					     on, as long as what it started with before */

	/* report.c's own */
	int fd;
	bool owned;	/* fd is to be closed */
	bool seekable;	/* a file of our own: tail and head can be overwritten */
	size_t written; /* without the tail */
	struct buf all; /* not seekable, but it has tails: kept to the end */
	int err;	/* first failure, -errno */
	struct progress progress;
};

extern const struct report_ops human_ops, tap_ops, jsonl_ops, junit_ops, json_ops;

#endif
