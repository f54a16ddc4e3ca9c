/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bench: how fast fully judged handshake+close runs are, beside a loop that
 * does the same segments and checks nothing, in one lab and in one process, so
 * that what is compared shares machine, kernel, load and moment.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link/lab.h"
#include "link/link.h"
#include "plan/suite.h"
#include "plan/target.h"
#include "trace/trace.h"

#define BENCH_LANES 5
#define BENCH_REPS_MAX 25
#define BENCH_REACTIONS_MAX 4096

struct bench_config {
	const char *testcases; /* directory of the bundled cases */
	const char *bench_dir; /* directory of this bench's own files */
	const char *program;   /* the shakedown to be timed as a whole */
	unsigned int runs;     /* of one measurement, unless more are in flight */
	unsigned int reps;
	bool json;
};

/* Repetitions of one figure. */
struct bench_sample {
	unsigned int n;
	double v[BENCH_REPS_MAX];
};
void bench_sample_add(struct bench_sample *s, double v);
/* The value below which @part (0 to 1) of the sample lies; 0 if it is empty. */
double bench_quantile(const struct bench_sample *s, double part);
double bench_median(const struct bench_sample *s);

/* From a segment of the target to our answer, in microseconds. */
struct bench_reactions {
	unsigned int n;
	double us[BENCH_REACTIONS_MAX];
};
double bench_reaction_quantile(const struct bench_reactions *r, double part);

/* One number of runs in flight; rates are runs per second. */
struct bench_lane {
	unsigned int in_flight;
	unsigned int runs; /* of one measurement: as many at least */
	struct bench_sample judged, with_evidence, bare;
	struct bench_sample judged_per_bare;		/* of neighbours in time */
	struct bench_sample judged_cpu_us, bare_cpu_us; /* a run, of this process */
	unsigned int not_passed;			/* verdicts other than pass */
	uint64_t evidence_bytes;			/* of one repetition */
	struct bench_reactions reactions;
};

/* Another program that does something like it; rate 0: it did not run. */
struct bench_peer {
	char name[32], what[96];
	double rate;
	char skipped[96]; /* why, if it did not run */
};
#define BENCH_PEERS 2

/* What the process that has the lab measured. */
struct bench_rates {
	struct bench_sample lab_ms; /* lab_open() */
	double load_ms;		    /* loading and expanding the textbook suite */
	struct bench_lane lane[BENCH_LANES];
	struct bench_peer peer[BENCH_PEERS];
};
/* 0, or -1 after a message. */
int bench_rates(const struct bench_config *cfg, struct bench_rates *out);

/* Peak memory of a process with many connections held open at once. */
struct bench_memory {
	unsigned int held;
	long one_kb, held_kb; /* with one, with @held */
	unsigned int not_passed;
};
int bench_memory(const struct bench_config *cfg, struct bench_memory *out);

/* `shakedown run` as a user runs it, one process from start to exit. */
struct bench_suite {
	const char *what;
	struct bench_sample wall_ms, cpu_ms;
	long peak_kb;
	int status; /* exit status, or -1 if it could not be run */
	char summary[160];
};
#define BENCH_SUITES 4
int bench_suites(const struct bench_config *cfg, struct bench_suite *out);

/* ---- the parts ---- */

int64_t bench_now_ns(void);
/*
 * Of this process, in and out of the kernel.  Sending on veth runs the target's
 * receiving half within the call, so that half is in here too.
 */
int64_t bench_cpu_ns(void);
/* A directory and all that is in it. */
void bench_remove_dir(const char *dir);

/*
 * Runs @fn in a process of its own and hands over its result.  Returns what @fn
 * returned, or -1 if the process died.  *peak_kb, if not NULL, is the most
 * memory it had.
 */
int bench_in_child(int (*fn)(const struct bench_config *cfg, void *result),
		   const struct bench_config *cfg, void *result, size_t len, long *peak_kb);

/* The lab with a target that has its ports; ends the process if there is none. */
struct lab *bench_lab(struct target *target);

/* What one measurement of judged runs gives. */
struct bench_judged {
	double seconds, cpu_seconds;
	unsigned int not_passed;
	uint64_t evidence_bytes;
	struct bench_reactions *reactions; /* to be added to, or NULL */
};
/* @runs of @plan with @in_flight; evidence goes to @evidence_dir, or nowhere. */
int bench_judge(const struct plan *plan, struct link *link, const struct target *target,
		unsigned int runs, unsigned int in_flight, const char *evidence_dir,
		struct bench_judged *out);

/* The bare loop: handshakes and closes from an address of its own on the lab. */
struct bare;
struct bare *bare_open(const struct link *link);
/* 0, or -1 after a message. */
int bare_run(struct bare *b, uint16_t port, unsigned int runs, unsigned int in_flight,
	     double *seconds, double *cpu_seconds);
/* Answers ARP for the address until the process is killed. */
_Noreturn void bare_answer_arp(struct bare *b);
void bare_close(struct bare *b);
/* The address and hardware address it has. */
extern const char *const bare_ip_text, *const bare_mac_text;

/* The programs of others that are installed here. */
void bench_peers(const struct bench_config *cfg, const struct link *link, uint16_t port,
		 struct bench_peer *peer);

struct bench_results {
	struct bench_rates rates;
	struct bench_memory memory;
	struct bench_suite suite[BENCH_SUITES];
};
void bench_show(const struct bench_config *cfg, const struct bench_results *r);
void bench_show_json(const struct bench_config *cfg, const struct bench_results *r);

#endif
