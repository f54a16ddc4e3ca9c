/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Results on their way to the reports, and the exit status they make: what run
 * and verify have in common.
 */
#ifndef CLI_RESULTS_H
#define CLI_RESULTS_H

#include "cli/command.h"
#include "report/report.h"

struct results {
	struct cli *cli;
	struct report **report;
	size_t n_reports;
	struct report_suite suite;
	struct report_totals totals;
	size_t done;
	size_t nonconforming; /* runs that count against the target */
	int64_t start_ns;     /* CLOCK_MONOTONIC */
	int status;	      /* CLI_UNWRITTEN once something could not be written */
};

/*
 * Opens what --format and --report name.  Returns CLI_OK, or the exit status
 * after showing what is wrong.
 */
int results_open(struct results *r, struct cli *cli);

/* The reports start; r->suite is filled in but for program, host and time. */
void results_start(struct results *r);

/* One run has ended. */
void results_add(struct results *r, const struct report_result *res);
void results_progress(struct results *r, size_t done, size_t running);
/* The same in other words; @text is asked for only if it is shown. */
void results_progress_text(struct results *r, const char *(*text)(void *arg), void *arg);

/* Something beside the reports could not be written; shows it once. */
void results_unwritten(struct results *r, const char *path, int err);

/*
 * Ends and closes the reports; returns the exit status.  Also to be called after
 * results_open() alone.
 */
int results_close(struct results *r);

/* The status for these counts. */
int results_status(const struct report_totals *t, size_t nonconforming);

/* 16 hexadecimal digits nobody had before, from the clock and the process. */
const char *results_run_id(struct arena *arena);

#endif
