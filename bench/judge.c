/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judged runs: what `shakedown run` does with a plan, from the scheduler to the
 * verdict, with or without evidence on disk.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "run/sched.h"
#include "trace/evidence.h"
#include "verify/verify.h"

struct judge {
	struct arena *arena;
	const char *evidence_dir;
	struct bench_judged *out;
	unsigned int n;
};

/*
 * Reaction time, by the capture's clock: from the packet that completed a step
 * to the segment of the next step.
 */
static void note_reactions(const struct plan *plan, const struct trace *t,
			   const struct verdict *v, struct bench_reactions *r)
{
	int64_t cause_ns = -1;

	for (size_t i = 0; i < t->n_packets && r->n < BENCH_REACTIONS_MAX; i++) {
		const struct trace_packet *p = &t->packet[i];

		if (p->dir == TRACE_TX) {
			if (cause_ns >= 0 && p->step < plan->n_steps)
				r->us[r->n++] = (double)(p->ts_ns - cause_ns) / 1000;
			cause_ns = -1;
			continue;
		}
		for (size_t k = 0; k < plan->n_steps; k++)
			if (v->step[k].status == STEP_DONE && v->step[k].packet == (int)i)
				cause_ns = p->ts_ns;
	}
}

static void write_evidence(struct judge *j, const struct plan *plan, const struct trace *t,
			   const struct verdict *v)
{
	struct evidence_note note = {
		.variant = plan->id,
		.verdict = verdict_names[v->kind],
		.summary = v->reason,
		.program = "shakedown bench",
		.target = "lab",
		.packet = v->packet_note,
	};
	char path[4096];

	snprintf(path, sizeof(path), "%s/%u.pcapng", j->evidence_dir, j->n);
	if (evidence_write(path, t, &note) < 0)
		j->out->not_passed++;
}

static void ended(void *arg, const struct plan *plan, const struct trace *t, int64_t duration_ns)
{
	struct judge *j = arg;
	struct verdict v;

	(void)duration_ns;
	arena_reset(j->arena);
	verify_run(plan, t, j->arena, &v);
	if (v.kind != VERDICT_PASS)
		j->out->not_passed++;
	if (j->evidence_dir)
		write_evidence(j, plan, t, &v);
	if (j->out->reactions)
		note_reactions(plan, t, &v, j->out->reactions);
	j->n++;
}

static void skipped(void *arg, const struct plan *plan, const char *reason)
{
	struct judge *j = arg;

	fprintf(stderr, "bench: %s is skipped: %s\n", plan->id, reason);
	j->out->not_passed++;
}

/* How much was written; it stays there. */
static uint64_t weigh_evidence(const char *dir, unsigned int n)
{
	uint64_t bytes = 0;
	char path[4096];
	struct stat st;

	for (unsigned int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%u.pcapng", dir, i);
		if (stat(path, &st) == 0)
			bytes += (uint64_t)st.st_size;
	}
	return bytes;
}

int bench_judge(const struct plan *plan, struct link *link, const struct target *target,
		unsigned int runs, unsigned int in_flight, const char *evidence_dir,
		struct bench_judged *out)
{
	struct judge j = { .arena = arena_new(), .evidence_dir = evidence_dir, .out = out };
	struct sched_config cfg = { .link = link, .target = target, .jobs = in_flight, .seed = 1 };
	struct sched_sink sink = { .ended = ended, .skipped = skipped, .arg = &j };
	const struct plan **plans = calloc(runs, sizeof(*plans));
	int64_t start_ns, cpu_ns;
	int r;

	if (!plans)
		abort();
	for (unsigned int i = 0; i < runs; i++)
		plans[i] = plan;
	out->not_passed = 0;
	cpu_ns = bench_cpu_ns();
	start_ns = bench_now_ns();
	r = sched_run(&cfg, plans, runs, &sink);
	out->seconds = (double)(bench_now_ns() - start_ns) / 1e9;
	out->cpu_seconds = (double)(bench_cpu_ns() - cpu_ns) / 1e9;
	if (evidence_dir)
		out->evidence_bytes = weigh_evidence(evidence_dir, j.n);
	free(plans);
	arena_free(j.arena);
	if (r)
		fprintf(stderr, "bench: %s\n", strerror(-r));
	return r ? -1 : 0;
}
