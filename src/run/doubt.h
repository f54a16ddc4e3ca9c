/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Doubt: a run has failed, and the target may be gone with it.
 *
 * Before any other run is started, a plain handshake asks whether it still answers;
 * once for all runs that failed meanwhile.  A target that does not may only be busy
 * with the other runs in flight: it is asked once more when nothing else goes on.
 * Then it is gone, and the runs that were not started yet never are.
 */
#ifndef RUN_DOUBT_H
#define RUN_DOUBT_H

#include "run/run.h"
#include "run/sched.h"

enum doubt_level {
	DOUBT_NONE,
	DOUBT_ASK,	 /* before any other run is started */
	DOUBT_ASK_ALONE, /* once more, when nothing else goes on */
	DOUBT_GONE
};

struct doubt {
	enum doubt_level level;
	bool asking; /* right now */
	bool more;   /* and another run failed meanwhile */
	uint8_t family;
	uint16_t port;
};

/* @r has ended, and was told to @sink. */
void doubt_after(struct doubt *d, const struct sched_config *cfg, const struct sched_sink *sink,
		 const struct run *r);

/* Whether the question may be asked now, with @n_used runs in flight. */
bool doubt_may_ask(const struct doubt *d, unsigned int n_used);

/* The plan that asks, if there is a doubt; NULL: none, or nobody to ask. */
const struct plan *doubt_plan(struct doubt *d, const struct sched_config *cfg);

/* Its run @r has ended. */
void doubt_settle(struct doubt *d, const struct sched_sink *sink, const struct run *r);

#endif
