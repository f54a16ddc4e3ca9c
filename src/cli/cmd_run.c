/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run: cases against a target.  Everything that can be wrong is looked for
 * before the first packet: the command line, then the cases, then the link.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "cli/attempts.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/evidence_dir.h"
#include "cli/known.h"
#include "cli/results.h"
#include "cli/sanity.h"
#include "cli/select.h"
#include "report/text.h"
#include "run/sched.h"
#include "verify/verify.h"

#define DEFAULT_EVIDENCE "shakedown-out"

struct run_command {
	struct cli *cli;
	struct selection sel;
	struct connection conn;
	struct results results;
	struct evidence_dir evidence;
	struct arena *arena; /* of one verdict */
	struct attempts *attempts;
	bool tries_again; /* what missed something, or did not pass */
	struct known known;
	unsigned int cut_off; /* runs in a row of which nothing left this host */
	bool failed;	      /* the last run that ended */
	const char *gone;     /* why the others were not started, or NULL */
};

/* The link is given up after so many runs in a row. */
#define CUT_OFF_MAX 3

/* ---- signals: once, finish what is in flight; twice, end at once ---- */

static volatile sig_atomic_t stop;
static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
	if (stop < 2)
		stop++;
}

/* No SA_RESTART: the capture must notice. */
static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	stop = interrupted = 0;
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* ---- results ---- */

static void add_result(struct run_command *c, struct report_result *res)
{
	int err = evidence_dir_write(&c->evidence, &c->results.suite, res, c->results.done + 1,
				     &res->evidence);

	if (err) {
		results_unwritten(&c->results, res->evidence, err);
		res->evidence = NULL;
	}
	results_add(&c->results, res);
	arena_reset(c->arena);
	if (c->cli->opt.max_fail && c->results.nonconforming >= c->cli->opt.max_fail && !stop)
		stop = 1;
}

static bool was_late(const struct trace *t)
{
	for (size_t i = 0; i < t->n_faults; i++)
		if (t->fault[i].kind == FAULT_LATE)
			return true;
	return false;
}

/*
 * Where a packet can be lost between the target and us, or the user wants it; and
 * anywhere what we were too late for.
 */
static bool on_again(void *arg, const struct plan *plan, const struct trace *trace)
{
	struct run_command *c = arg;
	struct verdict v;
	bool again;

	/* Most are judged only once. */
	if (!c->tries_again && !was_late(trace))
		return false;
	verify_run(plan, trace, c->arena, &v);
	again = (c->tries_again || v.late) && attempts_again(c->attempts, plan, &v);
	arena_reset(c->arena);
	return again;
}

/* Nothing leaves this host any more. */
static bool is_cut_off(const struct trace *t)
{
	for (size_t i = 0; i < t->n_faults; i++)
		if (t->fault[i].kind == FAULT_UNSEEN || t->fault[i].kind == FAULT_INJECT)
			return true;
	return false;
}

static void give_up(struct run_command *c, const char *why)
{
	if (stop)
		return;
	c->gone = why;
	stop = 1;
}

/* What is gone would make every other run wait for nothing. */
static void watch_target(struct run_command *c, const struct verdict *v, const struct trace *t)
{
	c->failed = v->kind == VERDICT_FAIL || (v->kind == VERDICT_INCONCLUSIVE && !v->excused);
	c->cut_off = is_cut_off(t) ? c->cut_off + 1 : 0;
	if (c->cut_off >= CUT_OFF_MAX)
		give_up(c, "nothing left for the target any more");
}

static bool on_in_doubt(void *arg, const struct plan *plan, const struct trace *trace)
{
	const struct run_command *c = arg;

	(void)plan;
	(void)trace;
	return c->failed;
}

static bool on_asked(void *arg, const struct plan *plan, const struct trace *trace)
{
	(void)arg;
	return sanity_is_answered(plan, trace);
}

static void on_gone(void *arg)
{
	give_up(arg, "the target no longer answered a plain handshake");
}

static void on_ended(void *arg, const struct plan *plan, const struct trace *trace,
		     int64_t duration_ns)
{
	struct run_command *c = arg;
	struct verdict v;
	struct report_result res = {
		.plan = plan,
		.trace = trace,
		.verdict = &v,
		.duration_ns = duration_ns,
	};

	verify_run(plan, trace, c->arena, &v);
	attempts_settle(c->attempts, plan, c->arena, &v);
	watch_target(c, &v, trace);
	verdict_compare_known(&c->known.list, plan, c->conn.target.name, c->arena, &v);
	add_result(c, &res);
}

static void on_skipped(void *arg, const struct plan *plan, const char *reason)
{
	struct run_command *c = arg;
	struct verdict v;
	struct report_result res = { .plan = plan, .verdict = &v };

	verdict_without_trace(plan, VERDICT_SKIP, reason, c->arena, &v);
	add_result(c, &res);
}

static void on_not_started(void *arg, const struct plan *plan)
{
	struct run_command *c = arg;
	struct verdict v;
	struct report_result res = { .plan = plan, .verdict = &v };

	if (!c->gone)
		return;
	verdict_without_trace(plan, VERDICT_INCONCLUSIVE, c->gone, c->arena, &v);
	add_result(c, &res);
}

static void on_progress(void *arg, size_t done, size_t running)
{
	struct run_command *c = arg;

	results_progress(&c->results, done, running);
}

/* ---- the command that runs one variant again ---- */

static void add_option(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, " --%s", name);
	if (!value)
		return;
	buf_addc(b, ' ');
	text_add_shell(b, value);
}

static void add_options(struct buf *b, const char *name, const struct option_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		add_option(b, name, list->item[i]);
}

/* The program, a command of it, and where the cases are. */
static void add_command(struct buf *b, const struct cli *cli, const char *command)
{
	text_add_shell(b, cli->program);
	buf_printf(b, " %s", command);
	for (size_t i = 0; i < cli->n_operands; i++)
		if (select_is_path(cli->operand[i]))
			add_option(b, "cases", cli->operand[i]);
	add_options(b, "cases", &cli->opt.cases);
}

static const char *explain_prefix(const struct cli *cli)
{
	struct buf b = BUF_INIT;
	const char *s;

	add_command(&b, cli, "explain");
	s = arena_strdup(cli->opt.arena, buf_str(&b));
	buf_fini(&b);
	return s;
}

static const char *rerun_prefix(const struct cli *cli)
{
	const struct options *o = &cli->opt;
	struct buf b = BUF_INIT;
	const char *s;

	add_command(&b, cli, "run");
	add_options(&b, "target", &o->target);
	if (o->target_profile)
		add_option(&b, "target-profile", o->target_profile);
	add_options(&b, "provides", &o->provides);
	add_options(&b, "port", &o->port);
	add_options(&b, "closed-port", &o->closed_port);
	if (o->agent)
		add_option(&b, "agent", o->agent);
	if (o->interface)
		add_option(&b, "interface", o->interface);
	add_options(&b, "source", &o->source);
	if (strcmp(o->rst_guard, "listener"))
		add_option(&b, "rst-guard", o->rst_guard);
	if (o->set_offloads)
		add_option(&b, "set-offloads", NULL);
	if (o->impair)
		add_option(&b, "impair", o->impair);
	if (o->patience)
		add_option(&b, "patience", NULL);
	add_options(&b, "rules", &o->rules);
	add_options(&b, "known", &o->known);
	s = arena_strdup(o->arena, buf_str(&b));
	buf_fini(&b);
	return s;
}

/* ---- the flow ---- */

static int open_evidence(struct run_command *c)
{
	const struct options *o = &c->cli->opt;
	struct evidence_dir *d = &c->evidence;
	struct diags ds;
	int err;

	d->failed_only = !strcmp(o->keep, "failed");
	d->numbered = o->repeat > 1;
	if (!o->evidence)
		d->dir = arena_printf(o->arena, DEFAULT_EVIDENCE "/%s", c->results.suite.run_id);
	else if (strcmp(o->evidence, "none"))
		d->dir = o->evidence;
	if (!strcmp(o->keep, "none"))
		d->dir = NULL;
	err = evidence_dir_open(d);
	if (!err)
		return CLI_OK;
	diags_init(&ds);
	diag_add(&ds, DIAG_ERROR, NULL, "no evidence can go into %s: %s", d->dir, strerror(-err));
	diag_add_help(&ds, "--evidence names another directory, --evidence none keeps none");
	cli_show(c->cli, &ds);
	diags_fini(&ds);
	return CLI_UNWRITTEN;
}

static const struct plan *const *repeat_plans(const struct run_command *c, size_t *n)
{
	size_t times = c->cli->opt.repeat;
	const struct plan **plans;

	*n = c->sel.n * times;
	plans = arena_calloc(c->sel.arena, *n, sizeof(*plans));
	for (size_t i = 0; i < *n; i++)
		plans[i] = c->sel.plan[i % c->sel.n];
	return plans;
}

static void describe_suite(struct run_command *c, uint64_t seed, size_t n)
{
	struct report_suite *s = &c->results.suite;

	s->target = c->conn.target.name;
	s->target_notes = c->conn.profile.notes;
	s->tester = c->conn.tester;
	s->seed = seed;
	s->n_planned = n;
	s->rerun_prefix = rerun_prefix(c->cli);
	s->explain_prefix = explain_prefix(c->cli);
}

/* Chance by the same number as all else, unless it has one of its own. */
static const struct impair_config *describe_impairment(struct run_command *c, uint64_t seed)
{
	struct buf b = BUF_INIT;

	if (!c->cli->opt.impair)
		return NULL;
	if (!c->conn.impair.seed_set)
		c->conn.impair.seed = seed;
	impair_config_str(&c->conn.impair, &b);
	c->results.suite.impaired = arena_strdup(c->cli->opt.arena, buf_str(&b));
	buf_fini(&b);
	return &c->conn.impair;
}

static void note_impairment(struct run_command *c, const struct impair_stats *st)
{
	struct report_totals *t = &c->results.totals;
	struct arena *arena = c->cli->opt.arena;
	const char **note = arena_calloc(arena, t->n_notes + 1, sizeof(*note));

	for (size_t i = 0; i < t->n_notes; i++)
		note[i] = t->note[i];
	note[t->n_notes++] = arena_printf(
		arena,
		"impaired on purpose: of %" PRIu64 " segments %" PRIu64 " lost, %" PRIu64
		" doubled, %" PRIu64 " overtaken, %" PRIu64 " delayed",
		st->segments, st->dropped, st->duplicated, st->reordered, st->delayed);
	t->note = note;
}

static int run_plans(struct run_command *c)
{
	struct sched_sink sink = {
		.again = on_again,
		.ended = on_ended,
		.in_doubt = on_in_doubt,
		.asked = on_asked,
		.gone = on_gone,
		.skipped = on_skipped,
		.not_started = on_not_started,
		.progress = on_progress,
		.arg = c,
	};
	struct sched_config cfg = {
		.link = c->conn.link,
		.target = &c->conn.target,
		.jobs = c->cli->opt.jobs ? (unsigned int)c->cli->opt.jobs : c->conn.jobs,
		.seed = c->cli->opt.seed,
		.rules = options_rules(&c->cli->opt),
		/* A lab is new, and so is a simulated target. */
		.prove_closed = !c->conn.lab && !c->conn.sim,
		.patience = c->cli->opt.patience,
		.stop = &stop,
	};
	struct suite *sanity = sanity_suite();
	const struct plan *ask[2];
	struct impair_stats impaired;
	size_t n;
	const struct plan *const *plans = repeat_plans(c, &n);
	int err;

	cfg.impair = describe_impairment(c, cfg.seed);
	cfg.impaired = &impaired;
	cfg.sanity = ask;
	for (; cfg.n_sanity < 2 && cfg.n_sanity < suite_n_plans(sanity); cfg.n_sanity++)
		ask[cfg.n_sanity] = suite_plan(sanity, cfg.n_sanity);
	c->tries_again = !c->conn.link->lossless || cfg.impair || c->cli->opt.retries_set;
	describe_suite(c, cfg.seed, n);
	results_start(&c->results);
	err = sched_run(&cfg, plans, n, &sink);
	suite_free(sanity);
	if (cfg.impair)
		note_impairment(c, &impaired);
	if (err && err != -EINTR) {
		log_msg(LOG_ERROR, "the link failed: %s", strerror(-err));
		return CLI_INCOMPLETE;
	}
	if (!connection_alive(&c->conn)) {
		log_msg(LOG_ERROR, "the lab's services ended before the run did: failures prove "
				   "nothing");
		return CLI_INCOMPLETE;
	}
	return CLI_OK;
}

static void say_why_ended(const struct run_command *c)
{
	if (interrupted)
		log_msg(LOG_WARN, "interrupted");
	else if (c->gone)
		log_msg(LOG_ERROR, "the target cannot be reached any more");
	else if (stop)
		log_msg(LOG_WARN, "stopped after %zu failures (--max-fail)",
			c->results.nonconforming);
}

static int finish_reports(struct run_command *c, int status)
{
	bool started = c->results.suite.program;
	int end;

	c->results.totals.interrupted = started && (interrupted || status != CLI_OK);
	end = results_close(&c->results);
	if (!started)
		return status;
	say_why_ended(c);
	return cli_status_worse(status, end);
}

/* What can fail without a packet comes first. */
static int run_with_reports(struct run_command *c)
{
	int status = results_open(&c->results, c->cli), stale = CLI_OK;

	c->results.suite.run_id = results_run_id(c->cli->opt.arena);
	if (status == CLI_OK)
		status = open_evidence(c);
	if (status == CLI_OK)
		status = connection_open(c->cli, &c->conn);
	if (status == CLI_OK)
		status = run_plans(c);
	if (status == CLI_OK && !stop && !c->cli->n_operands)
		stale = known_check_stale(c->cli, &c->known, c->sel.suite, c->conn.target.name);
	connection_close(&c->conn);
	return cli_status_worse(finish_reports(c, status), stale);
}

/* --flaky names a verdict. */
static enum verdict_kind flaky_verdict(const struct options *o)
{
	int kind = VERDICT_PASS;

	while (kind < VERDICT_N && strcmp(verdict_names[kind], o->flaky) != 0)
		kind++;
	return (enum verdict_kind)kind;
}

int command_run(struct cli *cli)
{
	struct run_command c = { .cli = cli };
	int status;

	c.evidence.fd = -1;
	/* Now, since the simulated target takes it as well. */
	cli->opt.seed = options_choose_seed(&cli->opt);
	cli->opt.seed_set = true;
	status = connection_describe(cli, &c.conn);
	if (status)
		return status;
	status = known_open(cli, &c.known);
	if (status == CLI_OK)
		status = selection_open_for(cli, &c.sel, &c.conn.target);
	if (status == CLI_OK) {
		c.arena = arena_new();
		c.attempts = attempts_new(cli->opt.retries_set ? (int)cli->opt.retries : -1,
					  flaky_verdict(&cli->opt));
		catch_signals();
		status = run_with_reports(&c);
		evidence_dir_close(&c.evidence);
		arena_free(c.arena);
		attempts_free(c.attempts);
	}
	selection_fini(&c.sel);
	return status;
}
