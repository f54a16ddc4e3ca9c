/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reports: one stream of results, shown in several forms.
 *
 * A report is a small table of functions; each is told when the suite starts,
 * when a run has ended, and when the suite ends.  Results arrive in the order in
 * which runs end; nothing is kept that a report does not need, and files are
 * written as results come, so that a run cut short leaves a report behind.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdio.h>

#include "base/diag.h"
#include "verify/verdict.h"

/* What is known before the first run. */
struct report_suite {
	const char *program;	  /* "shakedown 0.1.0" */
	const char *run_id;	  /* 16 hex digits */
	const char *target;	  /* name of the target */
	const char *target_notes; /* what else its profile says, or NULL */
	const char *impaired;	  /* what the tester does to the path on purpose, or NULL */
	const char *tester;	  /* interface and addresses, for the header */
	const char *hostname;
	int64_t start_ns; /* CLOCK_REALTIME */
	uint64_t seed;
	size_t n_planned;	    /* runs to come; 0: nobody knows */
	bool strict;		    /* a broken `should` counts */
	const char *rerun_prefix;   /* "shakedown run --target 10.1.0.7:80" */
	const char *explain_prefix; /* "shakedown explain --cases my.yaml"; NULL: without --cases */
};

/* One run that has ended. */
struct report_result {
	const struct plan *plan;
	const struct trace *trace; /* NULL for skip */
	const struct verdict *verdict;
	const char *evidence; /* path of the pcapng, or NULL */
	bool capture;	      /* an end of a conversation in somebody's capture: @evidence */
	const char *rerun;    /* command that gives this result again; NULL: by the suite */
	int64_t duration_ns;
	size_t index; /* how many runs have ended, this one included */
};

struct report_totals {
	size_t n[VERDICT_N];
	/* These four a report counts itself, and ignores here. */
	size_t must, should; /* runs that broke a requirement, by its level */
	size_t known;	     /* runs that broke what counts, and were known to */
	size_t deviations;
	int64_t duration_ns;
	bool interrupted;
	int exit_status;
	const char *const *note; /* lines about the whole, such as what was not judged */
	size_t n_notes;
};

struct report;	   /* open report */
struct report_ops; /* how a format works: report/format.h */

struct report_format {
	const char *name; /* "human", "tap", "jsonl", "junit", "json" */
	const char *about;
	bool to_stdout; /* may be named in --format */
	bool to_file;	/* may be named in --report */
	const struct report_ops *ops;
};
/* All formats, for option checking, help and completion; ends with name NULL. */
extern const struct report_format report_formats[];

struct report_options {
	bool color;
	bool progress; /* stderr is a TTY */
	int verbose;   /* 0: failures; 1: every run; -1: only the end */
};

/*
 * Opens a report of format @name on @path ("-" or NULL: standard output).
 * Returns NULL and adds to @ds if the format is unknown or the file cannot be
 * written.
 */
struct report *report_open(const char *name, const char *path, const struct report_options *opt,
			   struct diags *ds);
/* @s and its strings stay until report_close(). */
void report_start(struct report *r, const struct report_suite *s);
void report_result(struct report *r, const struct report_result *res);
/* Progress: @done runs have ended, @running are in flight.  Cheap to call often. */
void report_progress(struct report *r, size_t done, size_t running);
/* The same in other words: @text is one line. */
void report_progress_text(struct report *r, const char *text);
/* True if progress would be shown now. */
bool report_progress_due(struct report *r);
void report_finish(struct report *r, const struct report_totals *t);
/* Flushes, frees; 0 or -errno if anything could not be written. */
int report_close(struct report *r);

#endif
