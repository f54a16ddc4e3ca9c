/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Doubt: a run has failed, and the target may be gone with it.
 *
 * Before any other run is started, a plain handshake asks whether it still answers;
 * once for all runs that failed meanwhile.  A target that does not may only be busy
 * with the other runs in flight, or with the end of the last: it is asked again when
 * nothing else goes on, a second later each time, until DOUBT_NS have passed.  Then it
 * is gone, and the runs that were not started yet never are.
 */
#ifndef RUN_DOUBT_H
#define RUN_DOUBT_H

#include "run/run.h"
#include "run/sched.h"

#define DOUBT_NS INT64_C(3000000000)
#define DOUBT_AGAIN_NS INT64_C(1000000000)

enum doubt_level {
	DOUBT_NONE,
	DOUBT_ASK,	 /* before any other run is started */
	DOUBT_ASK_ALONE, /* again, when nothing else goes on */
	DOUBT_GONE
};

struct doubt {
	enum doubt_level level;
	bool asking; /* right now */
	bool more;   /* and another run failed meanwhile */
	uint8_t family;
	uint16_t port;
	int64_t since_ns; /* asked first */
	int64_t next_ns;  /* not to be asked before */
};

/* @r has ended, and was told to @sink. */
void doubt_after(struct doubt *d, const struct sched_config *cfg, const struct sched_sink *sink,
		 const struct run *r);

/* Whether the question may be asked at @now_ns, with @n_used runs in flight. */
bool doubt_may_ask(const struct doubt *d, unsigned int n_used, int64_t now_ns);

/* When time alone changes that; INT64_MAX: never. */
int64_t doubt_due(const struct doubt *d, unsigned int n_used);

/* The plan that asks, if there is a doubt; NULL: none, or nobody to ask. */
const struct plan *doubt_plan(struct doubt *d, const struct sched_config *cfg);

/* Its run @r has ended. */
void doubt_settle(struct doubt *d, const struct sched_sink *sink, const struct run *r);

#endif
