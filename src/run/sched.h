/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler: many runs in flight on one link, told apart by the tester's
 * port.  One loop polls the capture, hands each packet to its run, carries out
 * what the runs want, and starts the next run when one has ended.
 */
#ifndef RUN_SCHED_H
#define RUN_SCHED_H

#include <signal.h>

#include "link/impair.h"
#include "link/link.h"
#include "plan/target.h"
#include "run/run.h"

struct sched_config {
	struct link *link;
	const struct target *target;
	unsigned int jobs; /* most runs in flight; 0: 1 */
	uint64_t seed;	   /* ISS and timestamps are derived from it */
	uint32_t rules;	   /* documents to judge by: enum model_rules; 0: default */
	/* The target is asked whether a 4-tuple is closed before it is first used. */
	bool prove_closed;
	bool patience; /* silence is waited for in full, never ended by a fence */
	/* What chance does to the path (link/impair.h); NULL: nothing. */
	const struct impair_config *impair;
	/* Filled in when it is over, if anything could be impaired; may be NULL. */
	struct impair_stats *impaired;
	/*
	 * Set by a signal handler: 1 starts no further run, 2 ends all now.
	 * NULL: never.
	 */
	const volatile sig_atomic_t *stop;
	/*
	 * After a run that left doubts (sink.in_doubt) one of these asks whether the
	 * target still answers, one for each family; none: it is not asked.
	 */
	const struct plan *const *sanity;
	size_t n_sanity;
};

struct sched_sink {
	/*
	 * A run has ended: true to run the plan once more and not to report
	 * this run.  May be NULL: every run is reported.
	 */
	bool (*again)(void *arg, const struct plan *plan, const struct trace *trace);
	/* A run has ended; the trace is valid during the call. */
	void (*ended)(void *arg, const struct plan *plan,
		      const struct trace *trace, int64_t duration_ns);
	/*
	 * Called after ended(): true if the target is to be asked by sched_config.sanity
	 * whether it still answers, before any other run is started.  NULL: never.
	 */
	bool (*in_doubt)(void *arg, const struct plan *plan, const struct trace *trace);
	/* It was asked so: true if it does. */
	bool (*asked)(void *arg, const struct plan *plan, const struct trace *trace);
	/*
	 * It did not, and not later either, with nothing else going on: no further run is
	 * started.
	 */
	void (*gone)(void *arg);
	/* A plan cannot be run against this target. */
	void (*skipped)(void *arg, const struct plan *plan, const char *reason);
	/*
	 * It was stopped before this plan was started, or run once more.  May
	 * be NULL.
	 */
	void (*not_started)(void *arg, const struct plan *plan);
	/* Called now and then, at least every 100 ms; may be NULL. */
	void (*progress)(void *arg, size_t done, size_t running);
	void *arg;
};

/*
 * Runs all plans, in their order, but those first that wait longest (by whole
 * seconds) if several may run at a time.  Returns 0, -EINTR if it was stopped
 * before every plan was run, or another -errno if the link failed (what had
 * ended was reported).
 */
int sched_run(const struct sched_config *cfg, const struct plan *const *plans,
	      size_t n_plans, const struct sched_sink *sink);

#endif
