/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mutation score of the suite: each row of the model's table, in each of its
 * states, wrong in each plausible way, is a simulated target, and the bundled cases
 * are run against it until one notices.
 *
 *	mutation [-v] [-o REPORT] [-f FLIP] LIST [GLOB]
 *
 * LIST has a line for each wrong version that no test of what is seen on the wire
 * can notice, or that we do not notice yet:
 *
 *	FLIP<tab>equivalent|open<tab>REASON
 *
 * What does the same as another choice of the table (sim_flip_is_choice) is no wrong
 * version, and is not counted.
 *
 * where FLIP is a pattern (fnmatch).  The exit status is 1 if a survivor is not in
 * the list, or if a line of it matches none.  With -f only such wrong versions are
 * played, and with GLOB only such cases; then no line of the list is missed.
 */
#include <errno.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "plan/suite.h"
#include "plan/target.h"
#include "run/sched.h"
#include "sim/sim.h"
#include "verify/verify.h"

#define JOBS 256
#define MAX_LINES 1000

/* A line of LIST. */
struct listed {
	char *text;
	const char *pattern, *kind, *reason;
	size_t n; /* survivors that it explains */
};

/* By state, and the sum. */
struct score {
	size_t all, noticed, equivalent, open;
};

struct mutation {
	struct suite *suite;
	const struct plan **plans;
	size_t n_plans;
	struct arena *arena;
	struct target target;
	volatile sig_atomic_t stop;
	const char *noticed_by; /* id of the plan, or NULL */
	struct listed list[MAX_LINES];
	size_t n_list, unlisted;
	struct score by_state[TCP_N_STATES], sum;
	bool verbose;
	const char *only; /* -f, or NULL */
	FILE *report;
};

/* ---- one mutant ---- */

static void on_ended(void *arg, const struct plan *plan, const struct trace *trace, int64_t ns)
{
	struct mutation *m = arg;
	struct verdict v;

	(void)ns;
	verify_run(plan, trace, m->arena, &v);
	if (!m->noticed_by &&
	    (v.kind != VERDICT_PASS || verdict_is_nonconforming(&v, true))) {
		m->noticed_by = plan->id;
		m->stop = 2;
	}
	arena_reset(m->arena);
}

static void on_skipped(void *arg, const struct plan *plan, const char *reason)
{
	(void)arg;
	(void)plan;
	(void)reason;
}

/* Runs the cases until one notices; the one that did so last begins. */
static void play(struct mutation *m, const struct sim_flip *flip)
{
	struct sim_config cfg = { .seed = 1, .flip = *flip, .flipped = true };
	struct sched_sink sink = { .ended = on_ended, .skipped = on_skipped, .arg = m };
	struct sched_config sched = {
		.target = &m->target, .jobs = JOBS, .seed = 1, .stop = &m->stop
	};
	struct sim *sim = sim_open(&cfg);

	sched.link = sim_link(sim);
	m->target.addr4 = sched.link->target4;
	m->target.addr6 = sched.link->target6;
	m->stop = 0;
	m->noticed_by = NULL;
	(void)sched_run(&sched, m->plans, m->n_plans, &sink);
	sim_close(sim);
}

/* ---- the list ---- */

static int load_list(struct mutation *m, const char *path)
{
	char text[2000];
	FILE *f = fopen(path, "r");

	if (!f)
		return -errno;
	while (fgets(text, sizeof(text), f) && m->n_list < MAX_LINES) {
		struct listed *l = &m->list[m->n_list];
		char *save = NULL;

		if (*text == '#' || *text == '\n')
			continue;
		l->text = strdup(text);
		l->pattern = strtok_r(l->text, "\t\n", &save);
		l->kind = strtok_r(NULL, "\t\n", &save);
		l->reason = strtok_r(NULL, "\t\n", &save);
		if (!l->reason || (strcmp(l->kind, "equivalent") && strcmp(l->kind, "open"))) {
			fprintf(stderr, "%s: %s: three columns: FLIP, equivalent or open, REASON\n",
				path, l->pattern);
			fclose(f);
			return -EINVAL;
		}
		m->n_list++;
	}
	fclose(f);
	return 0;
}

static struct listed *find_listed(struct mutation *m, const char *name)
{
	for (size_t i = 0; i < m->n_list; i++)
		if (fnmatch(m->list[i].pattern, name, 0) == 0)
			return &m->list[i];
	return NULL;
}

/* ---- the score ---- */

static void count(struct mutation *m, enum tcp_state state, const char *name)
{
	struct listed *l = m->noticed_by ? NULL : find_listed(m, name);
	struct score *s[] = { &m->by_state[state], &m->sum };
	bool equivalent = l && !strcmp(l->kind, "equivalent");

	for (size_t i = 0; i < 2; i++) {
		s[i]->all++;
		s[i]->noticed += m->noticed_by != NULL;
		s[i]->equivalent += equivalent;
		s[i]->open += !m->noticed_by && !equivalent;
	}
	if (l)
		l->n++;
	if (!m->noticed_by && !l) {
		m->unlisted++;
		printf("not noticed: %s\n", name);
	} else if (m->verbose) {
		printf("%s: %s\n", name, m->noticed_by ? m->noticed_by : l->reason);
	}
}

static void play_row(struct mutation *m, size_t row, enum tcp_state state)
{
	struct sim_flip all[SIM_MAX_FLIPS];
	size_t n = sim_flips(row, all);

	for (size_t i = 0; i < n; i++) {
		struct buf name = BUF_INIT;

		if (sim_flip_is_choice(&all[i], state))
			continue;
		all[i].states = (uint16_t)(1u << state);
		sim_flip_str(&all[i], &name);
		if (!m->only || fnmatch(m->only, buf_str(&name), 0) == 0) {
			play(m, &all[i]);
			count(m, state, buf_str(&name));
		}
		buf_fini(&name);
	}
}

static void score_line(FILE *f, const char *name, const struct score *s)
{
	size_t asked = s->all - s->equivalent;

	fprintf(f, "%-14s %8zu %9zu %12zu %6zu %7.1f %%\n", name, s->all, s->noticed,
		s->equivalent, s->open, asked ? 100.0 * (double)s->noticed / (double)asked : 100.0);
}

static void show(struct mutation *m, FILE *f)
{
	fprintf(f, "%-14s %8s %9s %12s %6s %9s\n", "state", "mutants", "noticed", "equivalent",
		"open", "score");
	for (int st = 0; st < TCP_N_STATES; st++)
		score_line(f, tcp_state_names[st], &m->by_state[st]);
	score_line(f, "all", &m->sum);
}

/* ---- */

static const struct plan **choose_plans(const struct suite *s, const char *glob, size_t *n)
{
	const struct plan **plans = malloc((suite_n_plans(s) + 1) * sizeof(*plans));

	*n = 0;
	for (size_t i = 0; plans && i < suite_n_plans(s); i++) {
		const struct plan *p = suite_plan(s, i);

		if (!glob || fnmatch(glob, p->case_id, 0) == 0)
			plans[(*n)++] = p;
	}
	return plans;
}

static int load_suite(struct mutation *m, const char *glob)
{
	const char *dir = getenv("SHAKEDOWN_TESTCASES");
	struct diags ds;

	if (!dir)
		dir = "testcases";
	diags_init(&ds);
	m->suite = suite_load(&dir, 1, dir, &ds);
	diags_fini(&ds);
	if (!m->suite) {
		fprintf(stderr, "mutation: the cases in %s do not load\n", dir);
		return -EINVAL;
	}
	m->plans = choose_plans(m->suite, glob, &m->n_plans);
	return m->plans ? 0 : -ENOMEM;
}

static bool parse_options(struct mutation *m, int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "vo:f:")) != -1) {
		if (opt == 'v')
			m->verbose = true;
		else if (opt == 'f')
			m->only = optarg;
		else if (opt != 'o')
			return false;
		else if (!(m->report = fopen(optarg, "w"))) {
			perror(optarg);
			return false;
		}
	}
	return optind < argc && argc - optind <= 2;
}

static bool stale_lines(const struct mutation *m)
{
	bool any = false;

	for (size_t i = 0; i < m->n_list; i++) {
		if (m->list[i].n)
			continue;
		printf("noticed, but still in the list: %s\n", m->list[i].pattern);
		any = true;
	}
	return any;
}

static void finish(struct mutation *m)
{
	for (size_t i = 0; i < m->n_list; i++)
		free(m->list[i].text);
	if (m->report) {
		show(m, m->report);
		fclose(m->report);
	}
	free(m->plans);
	suite_free(m->suite);
	arena_free(m->arena);
}

int main(int argc, char **argv)
{
	static struct mutation m;
	const char *glob;
	bool bad;

	if (!parse_options(&m, argc, argv)) {
		fprintf(stderr, "usage: mutation [-v] [-o REPORT] [-f FLIP] LIST [GLOB]\n");
		return 2;
	}
	glob = argv[optind + 1];
	if (load_list(&m, argv[optind]) || load_suite(&m, glob))
		return 2;
	m.arena = arena_new();
	target_init_lab(&m.target);
	sim_timers(&m.target.timers);
	for (int st = 0; st < TCP_N_STATES; st++) {
		fprintf(stderr, "%s%s", tcp_state_names[st], st + 1 < TCP_N_STATES ? " " : "\n");
		for (size_t row = 0; row < model_table_len; row++)
			if (model_table[row].states & 1u << st)
				play_row(&m, row, (enum tcp_state)st);
	}
	show(&m, stdout);
	bad = m.unlisted > 0 || (!glob && !m.only && stale_lines(&m));
	finish(&m);
	return bad;
}
