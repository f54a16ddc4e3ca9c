/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The figures as a table, and as JSON.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"

static void cpu_model(char *out, size_t cap)
{
	FILE *f = fopen("/proc/cpuinfo", "r");
	char line[256];
	char *p;

	snprintf(out, cap, "unknown CPU");
	while (f && fgets(line, sizeof(line), f)) {
		p = strchr(line, ':');
		if (strncmp(line, "model name", 10) || !p)
			continue;
		p[strcspn(p, "\n")] = '\0';
		snprintf(out, cap, "%s", p + 2);
		break;
	}
	if (f)
		fclose(f);
}

static double load_average(void)
{
	double load = 0;

	return getloadavg(&load, 1) == 1 ? load : 0;
}

static void show_machine(const struct bench_config *cfg)
{
	struct utsname u;
	char cpu[200];

	uname(&u);
	cpu_model(cpu, sizeof(cpu));
	printf("%s %s %s, %ld CPUs (%s), load %.1f\n", u.sysname, u.release, u.machine,
	       sysconf(_SC_NPROCESSORS_ONLN), cpu, load_average());
	printf("%u runs a measurement, median of %u repetitions [from quartile to quartile]\n\n",
	       cfg->runs, cfg->reps);
}

static void show_lane(const struct bench_lane *l)
{
	char judged[64];

	snprintf(judged, sizeof(judged), "%.0f [%.0f - %.0f]", bench_median(&l->judged),
		 bench_quantile(&l->judged, 0.25), bench_quantile(&l->judged, 0.75));
	printf("%9u  %-24s%14.0f%11.0f%13.2f%9.0f ms%11.0f us (%.0f us)", l->in_flight, judged,
	       bench_median(&l->with_evidence), bench_median(&l->bare),
	       bench_median(&l->judged_per_bare), 1e6 / bench_median(&l->judged),
	       bench_median(&l->judged_cpu_us), bench_median(&l->bare_cpu_us));
	if (l->not_passed)
		printf("   %u NOT PASSED", l->not_passed);
	putchar('\n');
}

static void show_lanes(const struct bench_rates *r)
{
	printf("Handshakes and closes per second in the lab\n");
	printf("%9s  %-24s%14s%11s%13s%12s%22s\n", "in flight", "judged", "with evidence",
	       "bare loop", "judged/bare", "1,000 take", "CPU a run     (bare)");
	for (int k = 0; k < BENCH_LANES; k++)
		show_lane(&r->lane[k]);
	printf("\n");
}

static void show_peer(const struct bench_rates *r, const struct bench_peer *p, double most)
{
	if (p->rate <= 0) {
		printf("  %-20s %s: skipped\n", p->name, p->skipped);
		return;
	}
	printf("  %-20s %6.0f per second: %s\n", p->name, p->rate, p->what);
	printf("  %-20s judged runs, one in flight: %.1f times that; at their best: %.1f times\n",
	       "", bench_median(&r->lane[0].judged) / p->rate, most / p->rate);
}

static void show_peers(const struct bench_rates *r)
{
	double most = 0;

	for (int k = 0; k < BENCH_LANES; k++)
		if (bench_median(&r->lane[k].judged) > most)
			most = bench_median(&r->lane[k].judged);
	printf("Others on the same target\n");
	for (int i = 0; i < BENCH_PEERS; i++)
		show_peer(r, &r->peer[i], most);
	printf("\n");
}

static void show_reactions(const struct bench_rates *r)
{
	printf("From the target's segment to our answer, by the capture's clock (us)\n");
	printf("%9s%9s%9s%9s%10s\n", "in flight", "p50", "p90", "p99", "answers");
	for (int k = 0; k < BENCH_LANES; k++) {
		const struct bench_reactions *us = &r->lane[k].reactions;

		printf("%9u%9.1f%9.1f%9.1f%10u\n", r->lane[k].in_flight,
		       bench_reaction_quantile(us, 0.5), bench_reaction_quantile(us, 0.9),
		       bench_reaction_quantile(us, 0.99), us->n);
	}
	printf("\n");
}

static void show_memory(const struct bench_memory *m)
{
	printf("Memory, %u connections held open: peak %.1f MB; with one: %.1f MB; %.1f KB each\n",
	       m->held, (double)m->held_kb / 1024, (double)m->one_kb / 1024,
	       (double)(m->held_kb - m->one_kb) / (m->held - 1));
	if (m->not_passed)
		printf("   %u NOT PASSED\n", m->not_passed);
}

static void show_suite(const struct bench_suite *s)
{
	printf("%-42s ", s->what);
	if (!s->wall_ms.n) {
		printf("it did not run (exit status %d)\n", s->status);
		return;
	}
	printf("%.2f s [%.2f - %.2f], CPU %.2f s, peak %.1f MB, exit status %d\n",
	       bench_median(&s->wall_ms) / 1e3, bench_quantile(&s->wall_ms, 0.25) / 1e3,
	       bench_quantile(&s->wall_ms, 0.75) / 1e3, bench_median(&s->cpu_ms) / 1e3,
	       (double)s->peak_kb / 1024, s->status);
	printf("%-42s %s\n", "", s->summary);
}

void bench_show(const struct bench_config *cfg, const struct bench_results *r)
{
	show_machine(cfg);
	show_lanes(&r->rates);
	show_peers(&r->rates);
	show_reactions(&r->rates);
	show_memory(&r->memory);
	printf("Evidence: %.1f KB a run\n",
	       (double)r->rates.lane[0].evidence_bytes / 1024 / cfg->runs);
	printf("Setting up and closing the lab: %.0f ms; loading the textbook suite: %.0f ms\n",
	       bench_median(&r->rates.lab_ms), r->rates.load_ms);
	printf("\nshakedown run, from start to exit\n");
	for (int i = 0; i < BENCH_SUITES; i++)
		show_suite(&r->suite[i]);
}

/* ---- JSON ---- */

static void set_real(struct json *o, const char *key, double v)
{
	json_set(o, key, json_new_real(v));
}

static struct json *sample_json(const struct bench_sample *s)
{
	struct json *o = json_new_object(), *all = json_new_array();

	set_real(o, "median", bench_median(s));
	for (unsigned int i = 0; i < s->n; i++)
		json_push(all, json_new_real(s->v[i]));
	json_set(o, "all", all);
	return o;
}

static struct json *lane_json(const struct bench_lane *l)
{
	struct json *o = json_new_object(), *us = json_new_object();

	json_set_int(o, "in_flight", l->in_flight);
	json_set_int(o, "runs", l->runs);
	json_set(o, "judged_per_s", sample_json(&l->judged));
	json_set(o, "with_evidence_per_s", sample_json(&l->with_evidence));
	json_set(o, "bare_per_s", sample_json(&l->bare));
	json_set(o, "judged_per_bare", sample_json(&l->judged_per_bare));
	json_set(o, "judged_cpu_us", sample_json(&l->judged_cpu_us));
	json_set(o, "bare_cpu_us", sample_json(&l->bare_cpu_us));
	json_set_int(o, "not_passed", l->not_passed);
	json_set_int(us, "answers", l->reactions.n);
	set_real(us, "p50", bench_reaction_quantile(&l->reactions, 0.5));
	set_real(us, "p90", bench_reaction_quantile(&l->reactions, 0.9));
	set_real(us, "p99", bench_reaction_quantile(&l->reactions, 0.99));
	json_set(o, "reaction_us", us);
	return o;
}

static struct json *peer_json(const struct bench_peer *p)
{
	struct json *o = json_new_object();

	json_set_string(o, "name", p->name);
	json_set_string(o, "what", p->what);
	if (p->rate > 0)
		set_real(o, "per_s", p->rate);
	else
		json_set_string(o, "skipped", p->skipped);
	return o;
}

static struct json *machine_json(void)
{
	struct json *o = json_new_object();
	struct utsname u;
	char cpu[200];

	uname(&u);
	cpu_model(cpu, sizeof(cpu));
	json_set_string(o, "system", u.sysname);
	json_set_string(o, "release", u.release);
	json_set_string(o, "machine", u.machine);
	json_set_string(o, "cpu", cpu);
	json_set_int(o, "cpus", sysconf(_SC_NPROCESSORS_ONLN));
	set_real(o, "load", load_average());
	return o;
}

static struct json *suite_json(const struct bench_suite *s)
{
	struct json *o = json_new_object();

	json_set_string(o, "what", s->what);
	json_set_int(o, "exit_status", s->status);
	json_set(o, "wall_ms", sample_json(&s->wall_ms));
	json_set(o, "cpu_ms", sample_json(&s->cpu_ms));
	json_set_int(o, "peak_kb", s->peak_kb);
	json_set_string(o, "summary", s->summary);
	return o;
}

static struct json *memory_json(const struct bench_memory *m)
{
	struct json *o = json_new_object();

	json_set_int(o, "held", m->held);
	json_set_int(o, "peak_kb", m->held_kb);
	json_set_int(o, "peak_kb_with_one", m->one_kb);
	json_set_int(o, "not_passed", m->not_passed);
	return o;
}

void bench_show_json(const struct bench_config *cfg, const struct bench_results *r)
{
	struct json *o = json_new_object(), *lanes = json_new_array(), *peers = json_new_array();
	struct json *suites = json_new_array();
	struct buf text = BUF_INIT;

	json_set(o, "machine", machine_json());
	json_set_int(o, "runs", cfg->runs);
	json_set_int(o, "repetitions", cfg->reps);
	for (int k = 0; k < BENCH_LANES; k++)
		json_push(lanes, lane_json(&r->rates.lane[k]));
	json_set(o, "lanes", lanes);
	for (int i = 0; i < BENCH_PEERS; i++)
		json_push(peers, peer_json(&r->rates.peer[i]));
	json_set(o, "peers", peers);
	json_set(o, "lab_ms", sample_json(&r->rates.lab_ms));
	set_real(o, "load_suite_ms", r->rates.load_ms);
	json_set(o, "memory", memory_json(&r->memory));
	json_set_int(o, "evidence_bytes", (int64_t)r->rates.lane[0].evidence_bytes);
	for (int i = 0; i < BENCH_SUITES; i++)
		json_push(suites, suite_json(&r->suite[i]));
	json_set(o, "suites", suites);
	json_add_text(&text, o, 2);
	puts(buf_str(&text));
	buf_fini(&text);
	json_free(o);
}
