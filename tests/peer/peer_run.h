/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running plans against the reference peer: engine, virtual link, verdict.
 */
#ifndef PEER_PEER_RUN_H
#define PEER_PEER_RUN_H

#include "link/impair.h"
#include "peer.h"
#include "plan/suite.h"
#include "trace/trace.h"
#include "verify/verify.h"

/* One run has ended; all is valid during the call. */
typedef void peer_run_fn(void *arg, const struct plan *plan, const struct verdict *v,
			 const struct trace *t);

/*
 * Runs @plans against one new peer of @cfg, @jobs in flight; 0 or -errno.  A
 * plan that the peer has no service for is told with the verdict `skip`.
 */
int peer_run(const struct plan *const *plans, size_t n_plans, const struct peer_config *cfg,
	     unsigned int jobs, peer_run_fn *fn, void *arg);

/* The same on a path that chance makes worse (link/impair.h); NULL: as good as it is. */
int peer_run_impaired(const struct plan *const *plans, size_t n_plans,
		      const struct peer_config *cfg, const struct impair_config *impair,
		      unsigned int jobs, peer_run_fn *fn, void *arg);

/* The bundled cases; prints why and returns NULL if they do not load. */
struct suite *peer_bundled_suite(void);
/* The same, planned for @target. */
struct suite *peer_bundled_suite_for(const struct target *target);

/*
 * Those plans of @s whose case id matches the pattern @glob (NULL: all); the
 * caller frees *plans.  Returns how many.
 */
size_t peer_plans_matching(const struct suite *s, const char *glob, const struct plan ***plans);

/* True unless the verdict is a pass without a warning. */
bool peer_notices(const struct verdict *v);

/*
 * What a verdict says in one line, for the table of faults: fail, warn (a pass
 * in which a `should` was broken), pass, ..., and what the worst finding is,
 * "fail rfc9293:SA-FIN-2 no-answer".
 */
const char *peer_verdict_str(const struct verdict *v, char *out, size_t cap);

#endif
