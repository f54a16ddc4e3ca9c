/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rates and reaction times.  All of it in one lab; of each repetition the
 * judged runs and the bare loop come right after each other, so that a moment
 * in which the machine was busy elsewhere slows both.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/diag.h"

#define CASE "close-by-tester/four-way[ip=4,iss=random]"
/* In memory: how long a disk takes to create a file is not our figure. */
#define EVIDENCE_DIR "/dev/shm"
#define HELD 1024
#define LAB_REPS 5 /* openings of the lab, for the time it takes */

static const unsigned int in_flight[BENCH_LANES] = { 1, 16, 256, 1024, 4096 };

/* A suite that must load: the bundled textbook, or the bench's own file. */
static struct suite *load(const char *dir, const char *file, const char *bundled)
{
	struct buf text = BUF_INIT;
	struct diags ds;
	char path[4096];
	const char *paths[] = { path };
	struct suite *s;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	diags_init(&ds);
	s = suite_load(paths, 1, bundled, &ds);
	diags_render(&ds, false, &text);
	fputs(buf_str(&text), stderr);
	buf_fini(&text);
	diags_fini(&ds);
	if (!s)
		exit(1);
	return s;
}

static const struct plan *find(const struct suite *s, const char *id)
{
	const struct plan *p = suite_find(s, id);

	if (!p) {
		fprintf(stderr, "bench: there is no %s\n", id);
		exit(1);
	}
	return p;
}

/* What one repetition of a lane needs. */
struct bench_place {
	const struct bench_config *cfg;
	const struct plan *plan;
	struct link *link;
	const struct target *target;
	struct bare *bare;
	const char *dir;
	uint16_t port;
};

static int judge(const struct bench_place *p, struct bench_lane *lane, const char *dir,
		 struct bench_judged *j)
{
	if (bench_judge(p->plan, p->link, p->target, lane->runs, lane->in_flight, dir, j))
		return -1;
	lane->not_passed += j->not_passed;
	if (dir)
		lane->evidence_bytes = j->evidence_bytes;
	return 0;
}

static int judge_with_evidence(const struct bench_place *p, struct bench_lane *lane)
{
	struct bench_judged j = { 0 };
	char dir[64];

	snprintf(dir, sizeof(dir), "%s/%u-%u", p->dir, lane->in_flight, lane->with_evidence.n);
	if (mkdir(dir, 0700) < 0 || judge(p, lane, dir, &j))
		return -1;
	bench_sample_add(&lane->with_evidence, lane->runs / j.seconds);
	return 0;
}

static int repeat(const struct bench_place *p, struct bench_lane *lane)
{
	struct bench_judged j = { 0 };
	double seconds, cpu_seconds;
	unsigned int runs = lane->runs;

	if (judge(p, lane, NULL, &j) ||
	    bare_run(p->bare, p->port, runs, lane->in_flight, &seconds, &cpu_seconds))
		return -1;
	bench_sample_add(&lane->judged, runs / j.seconds);
	bench_sample_add(&lane->bare, runs / seconds);
	bench_sample_add(&lane->judged_per_bare, seconds / j.seconds);
	bench_sample_add(&lane->judged_cpu_us, j.cpu_seconds * 1e6 / runs);
	bench_sample_add(&lane->bare_cpu_us, cpu_seconds * 1e6 / runs);
	return judge_with_evidence(p, lane);
}

/* The first such round warms up: pages, caches, the target's tables. */
static int measure_reactions(const struct bench_place *p, struct bench_rates *out)
{
	for (unsigned int k = 0; k < BENCH_LANES; k++) {
		struct bench_judged j = { .reactions = &out->lane[k].reactions };

		j.reactions->n = 0;
		if (judge(p, &out->lane[k], NULL, &j))
			return -1;
	}
	return 0;
}

static int measure(const struct bench_place *p, struct bench_rates *out)
{
	if (measure_reactions(p, out))
		return -1;
	for (unsigned int rep = 0; rep < p->cfg->reps; rep++)
		for (unsigned int k = 0; k < BENCH_LANES; k++)
			if (repeat(p, &out->lane[k]))
				return -1;
	return measure_reactions(p, out);
}

static int time_labs(const struct bench_config *cfg, void *result)
{
	struct bench_sample *s = result;
	struct target target;
	int64_t start_ns;

	(void)cfg;
	for (int i = 0; i < LAB_REPS; i++) {
		start_ns = bench_now_ns();
		lab_close(bench_lab(&target));
		bench_sample_add(s, (double)(bench_now_ns() - start_ns) / 1e6);
	}
	return 0;
}

static int rates_in_child(const struct bench_config *cfg, void *result)
{
	struct bench_rates *out = result;
	char dir[] = EVIDENCE_DIR "/shakedown-bench-XXXXXX";
	struct bench_place p = { .cfg = cfg };
	struct target target;
	struct suite *s;
	struct lab *lab;
	const char *missing;
	int64_t start_ns = bench_now_ns();
	int r;

	s = load(cfg->testcases, "textbook", cfg->testcases);
	out->load_ms = (double)(bench_now_ns() - start_ns) / 1e6;
	p.plan = find(s, CASE);
	lab = bench_lab(&target);
	p.link = lab_link(lab);
	p.target = &target;
	p.port = (uint16_t)target_choose(&target, p.plan->needs, &missing);
	p.bare = bare_open(p.link);
	p.dir = mkdtemp(dir);
	if (!p.dir)
		perror("bench: " EVIDENCE_DIR);
	r = p.dir ? measure(&p, out) : -1;
	if (!r)
		bench_peers(cfg, p.link, p.port, out->peer);
	if (p.dir)
		bench_remove_dir(dir);
	bare_close(p.bare);
	lab_close(lab);
	suite_free(s);
	return r;
}

int bench_rates(const struct bench_config *cfg, struct bench_rates *out)
{
	memset(out, 0, sizeof(*out));
	for (unsigned int k = 0; k < BENCH_LANES; k++) {
		out->lane[k].in_flight = in_flight[k];
		out->lane[k].runs = cfg->runs > in_flight[k] ? cfg->runs : in_flight[k];
	}
	if (bench_in_child(rates_in_child, cfg, out, sizeof(*out), NULL))
		return -1;
	return bench_in_child(time_labs, cfg, &out->lab_ms, sizeof(out->lab_ms), NULL);
}

static int hold(const struct bench_config *cfg, void *result)
{
	struct bench_memory *m = result;
	struct bench_judged j = { 0 };
	struct suite *s = load(cfg->bench_dir, "held.yaml", cfg->testcases);
	const struct plan *p = find(s, "bench/held[ip=4]");
	struct target target;
	struct lab *lab = bench_lab(&target);
	int r = bench_judge(p, lab_link(lab), &target, m->held, m->held, NULL, &j);

	m->not_passed = j.not_passed;
	lab_close(lab);
	suite_free(s);
	return r;
}

int bench_memory(const struct bench_config *cfg, struct bench_memory *out)
{
	out->held = 1;
	if (bench_in_child(hold, cfg, out, sizeof(*out), &out->one_kb))
		return -1;
	out->held = HELD;
	return bench_in_child(hold, cfg, out, sizeof(*out), &out->held_kb);
}
