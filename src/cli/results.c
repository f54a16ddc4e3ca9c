/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Results on their way to the reports.
 */
#include "cli/results.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "config.h"
#include "verify/verify.h"

static int64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

const char *results_run_id(struct arena *arena)
{
	uint64_t id = (uint64_t)now_ns(CLOCK_REALTIME);

	if (getrandom(&id, sizeof(id), GRND_NONBLOCK) != sizeof(id))
		id = id * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)getpid();
	return arena_printf(arena, "%016llx", (unsigned long long)id);
}

/* ---- opening ---- */

/* Length of "FORMAT=" at the start of @p, or 0. */
static size_t format_prefix(const char *p, const struct report_format **format)
{
	for (const struct report_format *f = report_formats; f->name; f++) {
		size_t len = strlen(f->name);

		if (f->to_file && !strncmp(p, f->name, len) && p[len] == '=') {
			*format = f;
			return len + 1;
		}
	}
	return 0;
}

static bool open_one(struct results *r, const char *format, const char *path,
		     const struct report_options *opt, struct diags *ds)
{
	struct report *report = report_open(format, path, opt, ds);

	if (report)
		r->report[r->n_reports++] = report;
	return report != NULL;
}

static int bad_report(const char *spec, struct diags *ds)
{
	diag_add(ds, DIAG_ERROR, NULL, "--report \"%s\": not FORMAT=FILE", spec);
	diag_add_help(ds, "such as --report junit=result.xml,json=result.json; `shakedown run "
			  "--help` lists the formats");
	return CLI_USAGE;
}

/* "junit=FILE,json=FILE": a comma ends a file name if a format follows it. */
static int open_files(struct results *r, const char *spec, const struct report_options *opt,
		      struct diags *ds)
{
	const struct report_format *f, *next;
	const char *p = spec;

	while (*p) {
		size_t len = format_prefix(p, &f), n;
		const char *path;

		if (!len)
			return bad_report(spec, ds);
		p += len;
		for (n = 0; p[n] && !(p[n] == ',' && format_prefix(p + n + 1, &next));)
			n++;
		if (!n)
			return bad_report(spec, ds);
		path = arena_strndup(r->cli->opt.arena, p, n);
		if (!open_one(r, f->name, path, opt, ds))
			return CLI_UNWRITTEN;
		p += n + (p[n] == ',');
	}
	return CLI_OK;
}

static size_t most_reports(const struct options *o)
{
	size_t n = 1;

	for (size_t i = 0; i < o->report.n; i++)
		for (const char *p = o->report.item[i]; *p; p++)
			n += *p == '=';
	return n;
}

int results_open(struct results *r, struct cli *cli)
{
	const struct options *o = &cli->opt;
	struct report_options to_stdout = {
		.color = cli_wants_color(o, STDOUT_FILENO),
		.progress = isatty(STDERR_FILENO) && !o->quiet,
		.verbose = o->quiet ? -1 : (int)(o->verbose > 2 ? 2 : o->verbose),
	},
			      to_file = { .verbose = 1 };
	struct diags ds;
	int status = CLI_OK;

	*r = (struct results){ .cli = cli };
	r->report = arena_calloc(o->arena, most_reports(o), sizeof(struct report *));
	diags_init(&ds);
	if (!open_one(r, o->format, NULL, &to_stdout, &ds))
		status = CLI_USAGE;
	for (size_t i = 0; i < o->report.n && !status; i++)
		status = open_files(r, o->report.item[i], &to_file, &ds);
	cli_show(cli, &ds);
	diags_fini(&ds);
	return status;
}

/* ---- results ---- */

static void fill_suite(struct results *r)
{
	static char hostname[256];

	if (gethostname(hostname, sizeof(hostname) - 1))
		strcpy(hostname, "localhost");
	r->suite.program = PACKAGE_NAME " " PACKAGE_VERSION;
	r->suite.hostname = hostname;
	r->suite.start_ns = now_ns(CLOCK_REALTIME);
	r->suite.strict = r->cli->opt.strict;
	r->start_ns = now_ns(CLOCK_MONOTONIC);
	if (!r->suite.target)
		r->suite.target = "no target";
	if (!r->suite.rerun_prefix)
		r->suite.rerun_prefix = "shakedown run";
	if (!r->suite.run_id)
		r->suite.run_id = results_run_id(r->cli->opt.arena);
}

void results_start(struct results *r)
{
	fill_suite(r);
	for (size_t i = 0; i < r->n_reports; i++)
		report_start(r->report[i], &r->suite);
}

static bool breaks_should(const struct verdict *v)
{
	for (size_t i = 0; i < v->n_findings; i++)
		if (v->finding[i].level == LEVEL_SHOULD)
			return true;
	return false;
}

static void count(struct results *r, const struct verdict *v)
{
	struct report_totals *t = &r->totals;

	t->n[v->kind]++;
	t->deviations += v->n_deviations;
	if (v->kind == VERDICT_FAIL && v->level == LEVEL_MUST)
		t->must++;
	else if (v->kind == VERDICT_FAIL || (v->kind == VERDICT_PASS && breaks_should(v)))
		t->should++;
	if (verdict_is_nonconforming(v, r->suite.strict))
		r->nonconforming++;
}

void results_add(struct results *r, const struct report_result *res)
{
	struct report_result numbered = *res;

	numbered.index = ++r->done;
	count(r, res->verdict);
	for (size_t i = 0; i < r->n_reports; i++)
		report_result(r->report[i], &numbered);
}

void results_progress(struct results *r, size_t done, size_t running)
{
	for (size_t i = 0; i < r->n_reports; i++)
		report_progress(r->report[i], done, running);
}

void results_progress_text(struct results *r, const char *(*text)(void *arg), void *arg)
{
	for (size_t i = 0; i < r->n_reports; i++)
		if (report_progress_due(r->report[i]))
			report_progress_text(r->report[i], text(arg));
}

void results_unwritten(struct results *r, const char *path, int err)
{
	if (r->status != CLI_UNWRITTEN)
		log_msg(LOG_ERROR, "cannot write %s: %s", path, strerror(-err));
	r->status = CLI_UNWRITTEN;
}

/* ---- the end ---- */

/*
 * Nothing could be run: files say so in their own way, for programs that wait
 * for them; people have read why.
 */
static void finish_unstarted(struct results *r)
{
	r->totals.interrupted = true;
	r->totals.exit_status = CLI_INCOMPLETE;
	fill_suite(r);
	for (size_t i = 1; i < r->n_reports; i++) {
		report_start(r->report[i], &r->suite);
		report_finish(r->report[i], &r->totals);
	}
}

int results_status(const struct report_totals *t, size_t nonconforming)
{
	int status = CLI_OK;
	size_t judged = t->n[VERDICT_PASS] + t->n[VERDICT_FAIL];

	if (!judged && !t->interrupted)
		status = CLI_NOTHING;
	if (t->n[VERDICT_INCONCLUSIVE] || t->n[VERDICT_ERROR] || t->interrupted)
		status = cli_status_worse(status, CLI_INCOMPLETE);
	if (nonconforming)
		status = cli_status_worse(status, CLI_NONCONFORMING);
	return status;
}

int results_close(struct results *r)
{
	bool started = r->suite.program;
	int status = results_status(&r->totals, r->nonconforming);

	status = cli_status_worse(status, r->status);
	r->totals.exit_status = status;
	r->totals.duration_ns = now_ns(CLOCK_MONOTONIC) - r->start_ns;
	if (!started)
		finish_unstarted(r);
	for (size_t i = 0; i < r->n_reports; i++) {
		int err;

		if (started)
			report_finish(r->report[i], &r->totals);
		err = report_close(r->report[i]);
		if (err)
			results_unwritten(r, "a report", err);
	}
	if (started && status == CLI_NOTHING && r->totals.n[VERDICT_SKIP])
		log_msg(LOG_WARN, "nothing was tested: every case was skipped");
	return cli_status_worse(status, r->status);
}
