/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Samples and their quantiles; the clock.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t bench_now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

int64_t bench_cpu_ns(void)
{
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

void bench_sample_add(struct bench_sample *s, double v)
{
	if (s->n < BENCH_REPS_MAX)
		s->v[s->n++] = v;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double quantile(const double *v, unsigned int n, double part)
{
	double *sorted, q;

	if (n == 0)
		return 0;
	sorted = malloc(n * sizeof(*sorted));
	if (!sorted)
		abort();
	memcpy(sorted, v, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_value);
	q = sorted[(unsigned int)(part * (n - 1) + 0.5)];
	free(sorted);
	return q;
}

double bench_quantile(const struct bench_sample *s, double part)
{
	return quantile(s->v, s->n, part);
}

double bench_median(const struct bench_sample *s)
{
	return quantile(s->v, s->n, 0.5);
}

double bench_reaction_quantile(const struct bench_reactions *r, double part)
{
	return quantile(r->us, r->n, part);
}
