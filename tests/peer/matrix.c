/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For whoever writes cases or faults: what each case says of each fault.
 *
 *	peer-matrix			faults that no case notices
 *	peer-matrix -f FAULT [GLOB]	which runs notice it, and what they say
 *	peer-matrix -k KIND [GLOB]	a correct peer: runs that do not pass
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
	bool all, packets;
	size_t n, noticed;
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

static int usage(void)
{
	fputs("peer-matrix [-a] [-p] [-f FAULT] [-k KIND] [GLOB]\n", stderr);
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
	const struct plan **plans;
	const struct peer_kind *kind = NULL;
	const struct peer_fault *fault;
	bool table = true;
	size_t n;
	int c;

	if (!s)
		return 3;
	while ((c = getopt(argc, argv, "apf:k:")) != -1) {
		table = false;
		if (c == 'a') {
			view.all = true;
		} else if (c == 'p') {
			view.packets = true;
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
		peer_run(plans, n, &cfg, 64, show, &view);
	printf("# %zu runs, %zu not passed\n", view.n, view.noticed);
	free(plans);
	suite_free(s);
	return 0;
}
