/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The suite against the reference peer, in virtual time and in one thread.
 */
#include "peer_run.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/log.h"
#include "plan/target.h"
#include "run/sched.h"

struct sink {
	peer_run_fn *fn;
	void *arg;
	struct arena *arena;
};

static void on_ended(void *arg, const struct plan *plan, const struct trace *trace,
		     int64_t duration_ns)
{
	struct sink *k = arg;
	struct verdict v;

	(void)duration_ns;
	verify_run(plan, trace, k->arena, &v);
	k->fn(k->arg, plan, &v, trace);
	arena_reset(k->arena);
}

static void on_skipped(void *arg, const struct plan *plan, const char *reason)
{
	struct sink *k = arg;
	struct verdict v;

	verdict_without_trace(plan, VERDICT_SKIP, reason, k->arena, &v);
	k->fn(k->arg, plan, &v, NULL);
	arena_reset(k->arena);
}

int peer_run(const struct plan *const *plans, size_t n_plans, const struct peer_config *cfg,
	     unsigned int jobs, peer_run_fn *fn, void *arg)
{
	return peer_run_impaired(plans, n_plans, cfg, NULL, jobs, fn, arg);
}

int peer_run_impaired(const struct plan *const *plans, size_t n_plans,
		      const struct peer_config *cfg, const struct impair_config *impair,
		      unsigned int jobs, peer_run_fn *fn, void *arg)
{
	struct sink k = { fn, arg, arena_new() };
	struct sched_sink sink = { .ended = on_ended, .skipped = on_skipped, .arg = &k };
	struct peer *peer = peer_new(cfg);
	struct vlink_peer callbacks = peer_callbacks(peer);
	struct link *l = vlink_open(NULL, &callbacks);
	struct target target;
	struct sched_config sched = {
		.link = l,
		.target = &target,
		.jobs = jobs,
		.seed = 1,
		.impair = impair,
	};
	int r;

	target_init_lab(&target);
	peer_timers(cfg, &target.timers);
	target.ordered = cfg && cfg->in_order;
	target.challenge_acks = cfg ? cfg->told_challenges : 0;
	target.addr4 = l->target4;
	target.addr6 = l->target6;
	r = sched_run(&sched, plans, n_plans, &sink);
	l->ops->close(l);
	peer_free(peer);
	arena_free(k.arena);
	return r;
}

struct suite *peer_bundled_suite(void)
{
	return peer_bundled_suite_for(NULL);
}

struct suite *peer_bundled_suite_for(const struct target *target)
{
	const char *dir = getenv("SHAKEDOWN_TESTCASES");
	struct suite *s = NULL;
	struct diags ds;
	struct buf b;

	if (!dir) /* run by hand, at the top of the tree */
		dir = "testcases";
	diags_init(&ds);
	s = suite_load_for(target, &dir, 1, dir, &ds);
	if (!s) {
		buf_init(&b);
		diags_render(&ds, false, &b);
		fwrite(b.data, 1, b.len, stderr);
		buf_fini(&b);
	}
	diags_fini(&ds);
	return s;
}

size_t peer_plans_matching(const struct suite *s, const char *glob, const struct plan ***plans)
{
	size_t n = 0, all = suite_n_plans(s);

	*plans = malloc((all + 1) * sizeof(**plans));
	if (!*plans)
		log_panic("out of memory");
	for (size_t i = 0; i < all; i++) {
		const struct plan *p = suite_plan(s, i);

		if (!glob || !fnmatch(glob, p->case_id, 0) || !fnmatch(glob, p->id, 0))
			(*plans)[n++] = p;
	}
	return n;
}

bool peer_notices(const struct verdict *v)
{
	return v->kind != VERDICT_PASS || verdict_is_nonconforming(v, true);
}

const char *peer_verdict_str(const struct verdict *v, char *out, size_t cap)
{
	bool warning = v->kind == VERDICT_PASS && peer_notices(v);
	const char *kind = warning ? "warn" : verdict_names[v->kind];

	if (v->n_findings)
		snprintf(out, cap, "%s %s %s", kind, v->finding[0].requirement,
			 finding_names[v->finding[0].kind]);
	else
		snprintf(out, cap, "%s", kind);
	return out;
}
