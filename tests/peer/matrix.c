/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For whoever writes cases or faults: what each case says of each fault.
 *
 *	peer-matrix			faults that no case notices
 *	peer-matrix -f FAULT [GLOB]	which runs notice it, and what they say
 *	peer-matrix -k KIND [GLOB]	a correct peer: runs that do not pass
 *	peer-matrix -i IMPAIR [-k KIND] [GLOB]	the same on a bad path: runs that fail
 *	peer-matrix -a [GLOB]		all: case, fault, verdict, one a line
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "peer_run.h"
#include "wire/segment.h"

struct view {
	const char *fault;
	bool all, packets, fails_only;
	size_t n, noticed, kind[VERDICT_N];
};

static void print_packets(const struct trace *t)
{
	struct segment s;
	struct buf b;

	for (size_t i = 0; t && i < t->n_packets; i++) {
		const struct trace_packet *p = &t->packet[i];

		buf_init(&b);
		trace_decode(t, i, &s);
		segment_describe(&s, &b);
		printf("    %10.6f %s step %#x flow %u %.*s\n",
		       (double)(p->ts_ns - t->start_ns) / 1e9, p->dir == TRACE_TX ? ">" : "<",
		       p->step, p->flow, (int)b.len, (const char *)b.data);
		buf_fini(&b);
	}
}

static void show(void *arg, const struct plan *plan, const struct verdict *v,
		 const struct trace *t)
{
	struct view *view = arg;
	char text[200];

	view->n++;
	view->kind[v->kind]++;
	if (view->fails_only && v->kind != VERDICT_FAIL && v->kind != VERDICT_ERROR)
		return;
	if (!peer_notices(v) && !view->all)
		return;
	view->noticed += peer_notices(v);
	printf("%s\t%s\t%s\t%s\n", plan->id, view->fault, peer_verdict_str(v, text, sizeof(text)),
	       v->reason);
	if (view->packets)
		print_packets(t);
}

static void count(void *arg, const struct plan *plan, const struct verdict *v,
		  const struct trace *t)
{
	(void)plan;
	(void)t;
	*(size_t *)arg += verdict_is_nonconforming(v, true);
}

static void unnoticed(const struct plan *const *plans, size_t n)
{
	for (size_t i = 0; i < peer_n_faults; i++) {
		struct peer_config cfg = { .fault = &peer_faults[i] };
		size_t fails = 0;

		peer_run(plans, n, &cfg, 64, count, &fails);
		if (!fails)
			printf("%s: %s\n", peer_faults[i].name, peer_faults[i].about);
	}
}

static int read_impair(const char *text, struct impair_config *cfg)
{
	struct diags ds;
	int r;

	diags_init(&ds);
	r = impair_config_parse(text, cfg, &ds);
	diags_fini(&ds);
	return r;
}

static int usage(void)
{
	fputs("peer-matrix [-a] [-p] [-i IMPAIR] [-f FAULT] [-k KIND] [GLOB]\n", stderr);
	return 2;
}

static const struct peer_kind *kind_find(const char *name)
{
	for (size_t i = 0; i < peer_n_kinds; i++)
		if (!strcmp(peer_kinds[i].name, name))
			return &peer_kinds[i];
	return NULL;
}

int main(int argc, char **argv)
{
	struct suite *s = peer_bundled_suite();
	struct peer_config cfg = { 0 };
	struct view view = { .fault = "-" };
	struct impair_config impair;
	const struct plan **plans;
	const struct peer_kind *kind = NULL;
	const struct peer_fault *fault;
	bool table = true;
	size_t n;
	int c;

	if (!s)
		return 3;
	while ((c = getopt(argc, argv, "api:f:k:")) != -1) {
		table = false;
		if (c == 'a') {
			view.all = true;
		} else if (c == 'p') {
			view.packets = true;
		} else if (c == 'i' && !read_impair(optarg, &impair)) {
			view.fails_only = true;
		} else if (c == 'f' && (cfg.fault = peer_fault_find(optarg))) {
			view.fault = optarg;
		} else if (c == 'k' && (kind = kind_find(optarg))) {
			fault = cfg.fault;
			cfg = kind->config;
			cfg.fault = fault;
		} else {
			return usage();
		}
	}
	n = peer_plans_matching(s, argv[optind], &plans);
	if (table)
		unnoticed(plans, n);
	else
		peer_run_impaired(plans, n, &cfg, view.fails_only ? &impair : NULL, 64, show,
				  &view);
	printf("# %zu runs, %zu not passed\n", view.n, view.noticed);
	if (view.fails_only)
		printf("# pass %zu fail %zu inconclusive %zu error %zu\n", view.kind[VERDICT_PASS],
		       view.kind[VERDICT_FAIL], view.kind[VERDICT_INCONCLUSIVE],
		       view.kind[VERDICT_ERROR]);
	free(plans);
	suite_free(s);
	return 0;
}
