/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify: verdicts out of captures.  Evidence of runs is judged by its case, and
 * needs the case files; any other capture is judged by the model alone.  Neither
 * needs a network or a privilege.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cli/capture.h"
#include "cli/command.h"
#include "cli/known.h"
#include "cli/results.h"
#include "cli/select.h"
#include "plan/target.h"
#include "report/text.h"
#include "trace/evidence.h"
#include "verify/verify.h"

/* One file with what was read from it. */
struct exhibit {
	const char *path;
	struct trace trace;
	struct evidence_info info;
	const struct plan *plan;
};

struct verify_command {
	struct cli *cli;
	struct selection sel;
	struct selection way[PLAN_N_WAYS]; /* the same cases, all of them that way */
	struct results results;
	struct known known;
	struct arena *arena; /* of the run */
	struct exhibit *exhibit;
	size_t n_exhibits, n; /* the latter: good ones */
	const char **capture; /* files that are no evidence */
	size_t n_captures;
	struct capture_ends ends;
	bool bad; /* some could not be read */
};

/* Steps that the plan has, or that no plan has. */
static bool steps_fit(const struct trace *t, const struct plan *p)
{
	for (size_t i = 0; i < t->n_packets; i++) {
		uint16_t step = t->packet[i].step;

		if (step >= p->n_steps && step < TRACE_STEP_FIRST)
			return false;
	}
	return t->setup.tester.family == p->family;
}

/*
 * The plan as the target's ports or its application took part: @as_written, unless
 * the evidence says otherwise.
 */
static const struct plan *plan_of_way(struct verify_command *c, enum plan_way way,
				      const struct plan *as_written)
{
	struct selection *sel = &c->way[way];
	struct target target;

	if (way == PLAN_AS_WRITTEN || plan_way_of(as_written) == way)
		return as_written;
	target_init_way(&target, way);
	if (!sel->arena && selection_open_all_for(c->cli, sel, &target))
		return as_written;
	return suite_find(sel->suite, as_written->id);
}

static const struct plan *find_plan(struct verify_command *c, const struct exhibit *e,
				    struct diags *ds)
{
	const char *id = c->cli->opt.case_id ? c->cli->opt.case_id : e->info.variant;
	const struct plan *p = id ? suite_find(c->sel.suite, id) : NULL;
	const char *near;

	if (p)
		p = plan_of_way(c, (enum plan_way)e->trace.setup.way, p);
	if (p && steps_fit(&e->trace, p))
		return p;
	if (p) {
		diag_add(ds, DIAG_ERROR, NULL, "%s does not fit %s", e->path, p->id);
		diag_add_help(ds, "it is evidence of another case, or of another version of it");
		return NULL;
	}
	diag_add(ds, DIAG_ERROR, NULL, "%s is evidence of \"%s\", which none of these cases has",
		 e->path, id ? id : "");
	near = id ? select_nearest(c->sel.suite, id) : NULL;
	if (near)
		diag_add_help(ds, "`shakedown list --variants '%s'` shows what there is", near);
	else
		diag_add_help(ds, "--cases says where they are, --case names the variant");
	return NULL;
}

/*
 * What is no evidence is somebody's capture, and needs no case; so is all of which
 * one end is to be judged.
 */
static bool sort_operands(struct verify_command *c)
{
	size_t n = c->cli->n_operands;

	c->capture = arena_calloc(c->arena, n, sizeof(*c->capture));
	c->exhibit = arena_calloc(c->arena, n, sizeof(*c->exhibit));
	for (size_t i = 0; i < n; i++) {
		const char *path = c->cli->operand[i];

		if (!c->ends.n && evidence_probe(path))
			c->exhibit[c->n_exhibits++].path = path;
		else
			c->capture[c->n_captures++] = path;
	}
	return c->n_exhibits;
}

/* Reads evidence; what cannot be judged is shown and left out. */
static void read_exhibits(struct verify_command *c)
{
	struct diags ds;

	diags_init(&ds);
	for (size_t i = 0; i < c->n_exhibits; i++) {
		struct exhibit *e = &c->exhibit[c->n];

		e->path = c->exhibit[i].path;
		trace_init(&e->trace);
		e->plan = NULL;
		if (!evidence_read(e->path, c->arena, &e->trace, &e->info, &ds))
			e->plan = find_plan(c, e, &ds);
		if (e->plan && c->cli->opt.rules.n)
			e->trace.setup.rules = options_rules(&c->cli->opt);
		if (e->plan) {
			c->n++;
		} else {
			trace_fini(&e->trace);
			c->bad = true;
		}
	}
	cli_show(c->cli, &ds);
	diags_fini(&ds);
}

static void note_difference(const struct verify_command *c, const struct exhibit *e,
			    const struct verdict *v)
{
	struct diags ds;

	if (!e->info.verdict || !strcmp(e->info.verdict, verdict_names[v->kind]))
		return;
	diags_init(&ds);
	diag_add(&ds, DIAG_NOTE, NULL, "%s: the verdict was %s when it was recorded, and is %s now",
		 e->path, e->info.verdict, verdict_names[v->kind]);
	cli_show(c->cli, &ds);
	diags_fini(&ds);
}

static void judge(struct verify_command *c, const struct exhibit *e, struct arena *arena)
{
	struct verdict v;
	struct report_result res = {
		.plan = e->plan,
		.trace = &e->trace,
		.verdict = &v,
		.evidence = e->path,
		.duration_ns = e->trace.end_ns - e->trace.start_ns,
	};

	verify_run(e->plan, &e->trace, arena, &v);
	verdict_compare_known(&c->known.list, e->plan, e->info.target ? e->info.target : "",
			      arena, &v);
	results_add(&c->results, &res);
	note_difference(c, e, &v);
}

static void add_command(struct buf *b, const struct cli *cli, const char *command)
{
	text_add_shell(b, cli->program);
	buf_printf(b, " %s", command);
	for (size_t i = 0; i < cli->opt.cases.n; i++) {
		buf_adds(b, " --cases ");
		text_add_shell(b, cli->opt.cases.item[i]);
	}
}

static const char *explain_prefix(const struct verify_command *c)
{
	struct buf b = BUF_INIT;
	const char *prefix;

	add_command(&b, c->cli, "explain");
	prefix = arena_strdup(c->arena, buf_str(&b));
	buf_fini(&b);
	return prefix;
}

/* The lab's addresses are for documentation (RFC 5737, RFC 3849): no target has them. */
static const char *rerun_prefix(const struct verify_command *c)
{
	const struct trace_setup *s = &c->exhibit->trace.setup;
	bool v6 = s->target.family == 6;
	char address[IP_ADDR_STRLEN];
	struct buf b = BUF_INIT;
	const char *prefix;

	add_command(&b, c->cli, "run");
	ip_addr_str(&s->target, address, sizeof(address));
	if (strcmp(address, "192.0.2.1") && strcmp(address, "2001:db8::1"))
		buf_printf(&b, " --target %s%s%s:%u", v6 ? "'[" : "", address, v6 ? "]'" : "",
			   s->target_port);
	for (size_t i = 0; i < c->cli->opt.known.n; i++) {
		buf_adds(&b, " --known ");
		text_add_shell(&b, c->cli->opt.known.item[i]);
	}
	prefix = arena_strdup(c->arena, buf_str(&b));
	buf_fini(&b);
	return prefix;
}

static void describe_suite(struct verify_command *c)
{
	struct report_suite *s = &c->results.suite;
	const struct exhibit *first = c->exhibit;

	s->run_id = results_run_id(c->arena);
	s->explain_prefix = explain_prefix(c);
	if (!c->n) {
		s->target = c->capture[0];
		return;
	}
	s->target = first->info.target;
	if (!s->target || !*s->target)
		s->target = "saved evidence";
	s->seed = first->trace.setup.seed;
	s->n_planned = c->n_captures ? 0 : c->n;
	s->rerun_prefix = rerun_prefix(c);
}

static void judge_captures(struct verify_command *c)
{
	struct diags ds;

	diags_init(&ds);
	for (size_t i = 0; i < c->n_captures; i++) {
		if (capture_judge(&c->results, c->capture[i], &c->ends, &ds))
			c->bad = true;
		cli_show(c->cli, &ds);
	}
	diags_fini(&ds);
}

static int judge_all(struct verify_command *c)
{
	struct arena *arena;
	int status = results_open(&c->results, c->cli);

	if (status || (!c->n && !c->n_captures)) {
		results_close(&c->results);
		return status;
	}
	arena = arena_new();
	describe_suite(c);
	results_start(&c->results);
	for (size_t i = 0; i < c->n; i++) {
		judge(c, &c->exhibit[i], arena);
		arena_reset(arena);
	}
	arena_free(arena);
	judge_captures(c);
	return results_close(&c->results);
}

static int judge_evidence_too(struct verify_command *c)
{
	int status = selection_open_all(c->cli, &c->sel);

	if (status == CLI_OK)
		status = known_open(c->cli, &c->known);
	if (status == CLI_OK)
		read_exhibits(c);
	return status;
}

int command_verify(struct cli *cli)
{
	struct verify_command c = { .cli = cli, .arena = cli->opt.arena };
	struct diags ds;
	int status;

	diags_init(&ds);
	status = capture_ends_parse(&cli->opt, &c.ends, &ds);
	cli_show(cli, &ds);
	diags_fini(&ds);
	if (status)
		return status;
	if (sort_operands(&c))
		status = judge_evidence_too(&c);
	if (status == CLI_OK) {
		status = judge_all(&c);
		if (c.bad)
			status = cli_status_worse(status, CLI_INCOMPLETE);
	}
	for (size_t i = 0; i < c.n; i++)
		trace_fini(&c.exhibit[i].trace);
	for (int way = 0; way < PLAN_N_WAYS; way++)
		if (c.way[way].arena)
			selection_fini(&c.way[way]);
	if (c.sel.arena)
		selection_fini(&c.sel);
	return status;
}
