/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bundled cases against the reference peer: a correct one, of whatever kind,
 * passes them all; a faulty one is noticed as tests/faults.tsv says; and every
 * case and every fault has its line there, for a case that nothing fails asks
 * nothing.  And what a case covers or a rule asks for can be explained.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../peer/peer_run.h"
#include "base/buf.h"
#include "model/lint.h"
#include "model/table.h"
#include "plan/target.h"
#include "report/requirements.h"
#include "trace/evidence.h"

#define MAX_LINES 1000

/* One line of faults.tsv. */
struct line {
	int number;
	char *text;
	const char *glob, *fault, *verdict, *finding;
	size_t runs;
	size_t wrong;
	bool any_finding; /* the verdict is enough */
};

struct table {
	struct line line[MAX_LINES];
	size_t n;
};

static void line_parse(struct line *l, char *text, int number)
{
	char *save = NULL;

	l->number = number;
	l->text = text;
	l->glob = strtok_r(text, "\t\n", &save);
	l->fault = strtok_r(NULL, "\t\n", &save);
	l->verdict = strtok_r(NULL, "\t\n", &save);
	l->finding = strtok_r(NULL, "\t\n", &save);
	cr_assert(l->finding != NULL, "faults.tsv:%d: four columns", number);
}

static void table_load(struct table *t)
{
	const char *top = getenv("abs_top_srcdir");
	char path[4096], text[1000];
	int number = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/faults.tsv", top ? top : ".");
	f = fopen(path, "r");
	cr_assert(f != NULL, "%s", path);
	t->n = 0;
	while (fgets(text, sizeof(text), f)) {
		number++;
		if (*text == '#')
			continue;
		cr_assert(t->n < MAX_LINES);
		line_parse(&t->line[t->n++], strdup(text), number);
	}
	fclose(f);
}

static void table_free(struct table *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->line[i].text);
}

static struct suite *suite_open(void)
{
	struct suite *s = peer_bundled_suite();

	cr_assert(s != NULL, "the bundled cases do not load");
	return s;
}

/* ---- the control group ---- */

static void spotless(void *arg, const struct plan *plan, const struct verdict *v,
		     const struct trace *t)
{
	const struct peer_kind *kind = arg;

	(void)t;
	cr_expect(!peer_notices(v), "%s, %s: %s", kind->name, plan->id, v->reason);
}

static void kind_passes(const struct suite *s, const struct peer_kind *kind, unsigned int jobs,
			uint64_t seed, bool in_order)
{
	struct peer_config cfg = kind->config;
	const struct plan **plans;
	size_t n = peer_plans_matching(s, NULL, &plans);

	cfg.seed = seed;
	cfg.in_order = in_order;
	cr_assert(n >= 100);
	cr_expect(peer_run(plans, n, &cfg, jobs, spotless, (void *)kind) == 0);
	free(plans);
}

Test(faults, a_correct_peer_of_any_kind_passes_every_case)
{
	struct suite *s = suite_open();

	for (size_t i = 0; i < peer_n_kinds; i++)
		kind_passes(s, &peer_kinds[i], 256, i, false);
	suite_free(s);
}

/* No fence accuses. */
Test(faults, so_it_does_where_fences_end_silences)
{
	struct suite *s = suite_open();

	for (size_t i = 0; i < peer_n_kinds; i++)
		kind_passes(s, &peer_kinds[i], 256, i, true);
	suite_free(s);
}

Test(faults, so_it_does_one_by_one)
{
	struct suite *s = suite_open();

	kind_passes(s, &peer_kinds[0], 1, 99, false);
	suite_free(s);
}

/* ---- the faults ---- */

static bool deviates(const struct verdict *v, const char *name)
{
	for (size_t i = 0; i < v->n_deviations; i++)
		if (!strcmp(v->deviation[i], name))
			return true;
	return false;
}

static void compare(void *arg, const struct plan *plan, const struct verdict *v,
		    const struct trace *t)
{
	struct line *l = arg;
	char text[200];
	size_t len = strlen(l->verdict);
	bool right;

	(void)t;
	peer_verdict_str(v, text, sizeof(text));
	right = !strncmp(text, l->verdict, len) && (!text[len] || text[len] == ' ');
	if (!strcmp(l->verdict, "pass"))
		right = right && deviates(v, l->finding);
	else if (!l->any_finding)
		right = right && strstr(text + len, l->finding);
	l->runs++;
	l->wrong += !right;
	cr_expect(right, "faults.tsv:%d: %s with %s: %s (%s)", l->number, plan->id, l->fault, text,
		  v->reason);
}

static struct peer_config config_of(const struct line *l)
{
	struct peer_config cfg = { .fault = NULL };

	for (size_t i = 0; i < peer_n_kinds; i++)
		if (!strncmp(l->fault, "kind:", 5) && !strcmp(l->fault + 5, peer_kinds[i].name))
			return peer_kinds[i].config;
	cfg.fault = peer_fault_find(l->fault);
	cr_assert(cfg.fault != NULL, "faults.tsv:%d: no fault \"%s\"", l->number, l->fault);
	return cfg;
}

static void hold_to_table(bool in_order)
{
	struct suite *s = suite_open();
	struct table *t = malloc(sizeof(*t));
	const struct plan **plans;

	table_load(t);
	for (size_t i = 0; i < t->n; i++) {
		struct line *l = &t->line[i];
		struct peer_config cfg = config_of(l);
		size_t n = peer_plans_matching(s, l->glob, &plans);

		cfg.in_order = in_order;
		l->any_finding = in_order;
		l->runs = l->wrong = 0;
		peer_run(plans, n, &cfg, 16, compare, l);
		cr_expect(l->runs > 0, "faults.tsv:%d: no case \"%s\"", l->number, l->glob);
		free(plans);
	}
	table_free(t);
	free(t);
	suite_free(s);
}

Test(faults, each_fault_is_noticed_as_the_table_says)
{
	hold_to_table(false);
}

/*
 * Fences hide none of them.  The finding may be another: what the target would have
 * sent again later is not waited for, and the next question finds out.
 */
Test(faults, so_it_is_where_fences_end_silences)
{
	hold_to_table(true);
}

/* ---- evidence ---- */

static void expect_same(const struct plan *plan, const struct verdict *a, const struct verdict *b)
{
	cr_expect(a->kind == b->kind && a->level == b->level && a->n_findings == b->n_findings &&
			  a->n_deviations == b->n_deviations &&
			  a->final_states == b->final_states && !strcmp(a->reason, b->reason),
		  "%s: live %s, offline %s", plan->id, a->reason, b->reason);
	for (size_t i = 0; i < a->n_findings && i < b->n_findings; i++)
		cr_expect(a->finding[i].kind == b->finding[i].kind &&
				  a->finding[i].packet == b->finding[i].packet,
			  "%s: finding %zu", plan->id, i);
}

/* Through the file and back: the verdict stays. */
static void judge_again(void *arg, const struct plan *plan, const struct verdict *v,
			const struct trace *t)
{
	struct evidence_note note = {
		.variant = plan->id,
		.verdict = verdict_names[v->kind],
		.packet = v->packet_note,
	};
	struct arena *arena = arena_new();
	struct buf b = BUF_INIT;
	struct evidence_info info;
	struct verdict again;
	struct diags ds;
	struct trace back;

	cr_assert(t != NULL);
	diags_init(&ds);
	trace_init(&back);
	evidence_format(t, &note, &b);
	cr_assert(evidence_parse((const uint8_t *)b.data, b.len, "evidence", arena, &back, &info,
				 &ds) == 0);
	verify_run(plan, &back, arena, &again);
	expect_same(plan, v, &again);
	++*(size_t *)arg;
	trace_fini(&back);
	diags_fini(&ds);
	buf_fini(&b);
	arena_free(arena);
}

/* Of a correct peer all, of each fault a share of them, by and by all. */
#define SHARES 32

Test(faults, evidence_gives_the_same_verdict)
{
	struct suite *s = suite_open();
	const struct plan **plans, **share;
	size_t n = peer_plans_matching(s, NULL, &plans), judged = 0, wanted = n;

	share = calloc(n, sizeof(*share));
	peer_run(plans, n, NULL, 64, judge_again, &judged);
	for (size_t i = 0; i < peer_n_faults; i++) {
		struct peer_config cfg = { .fault = &peer_faults[i] };
		size_t of_share = 0;

		for (size_t k = i % SHARES; k < n; k += SHARES)
			share[of_share++] = plans[k];
		peer_run(share, of_share, &cfg, 64, judge_again, &judged);
		wanted += of_share;
	}
	cr_expect(judged == wanted);
	free(share);
	free(plans);
	suite_free(s);
}

/* ---- the other way: by the application alone, or by services alone ---- */

static size_t plans_of_way(const struct suite *s, enum plan_way way, const struct plan ***plans)
{
	size_t n = peer_plans_matching(s, NULL, plans), k = 0;

	for (size_t i = 0; i < n; i++)
		if (plan_way_of((*plans)[i]) == way)
			(*plans)[k++] = (*plans)[i];
	return k;
}

static void way_passes(enum plan_way way, size_t at_least)
{
	const struct plan **plans;
	struct target target;
	struct suite *s;
	size_t n;

	target_init_way(&target, way);
	s = peer_bundled_suite_for(&target);
	cr_assert(s != NULL);
	n = plans_of_way(s, way, &plans);
	cr_expect(n >= at_least, "%zu plans", n);
	for (size_t i = 0; i < peer_n_kinds; i++)
		cr_expect(peer_run(plans, n, &peer_kinds[i].config, 256, spotless,
				   (void *)&peer_kinds[i]) == 0);
	free(plans);
	suite_free(s);
}

Test(faults, a_correct_peer_passes_by_the_application_alone)
{
	way_passes(PLAN_BY_APPLICATION, 3000);
}

Test(faults, a_correct_peer_passes_by_services_alone)
{
	way_passes(PLAN_BY_SERVICES, 3000);
}

/* ---- completeness ---- */

/* Marks in @noticed, by their place in the suite, the plans that a line says fail. */
static void mark_noticed(const struct line *l, const struct suite *s, bool *noticed)
{
	const struct plan **plans;
	size_t n, k = 0;

	if (strcmp(l->verdict, "fail") && strcmp(l->verdict, "warn"))
		return;
	n = peer_plans_matching(s, l->glob, &plans);
	/* They come in the order of the suite. */
	for (size_t i = 0; k < n; i++)
		if (suite_plan(s, i) == plans[k]) {
			noticed[i] = true;
			k++;
		}
	free(plans);
}

Test(faults, every_case_has_a_fault_that_it_notices)
{
	struct suite *s = suite_open();
	struct table *t = malloc(sizeof(*t));
	size_t n = suite_n_plans(s), cases = 0;
	bool *noticed = calloc(n, sizeof(*noticed));

	table_load(t);
	for (size_t i = 0; i < t->n; i++)
		mark_noticed(&t->line[i], s, noticed);
	for (size_t i = 0, end; i < n; i = end, cases++) {
		const char *id = suite_plan(s, i)->case_id;
		bool found = false;

		for (end = i; end < n && !strcmp(suite_plan(s, end)->case_id, id); end++)
			found |= noticed[end];
		cr_expect(found, "%s: no line in faults.tsv fails it", id);
	}
	cr_expect(cases > 100);
	free(noticed);
	table_free(t);
	free(t);
	suite_free(s);
}

Test(faults, every_fault_is_in_the_table)
{
	struct table *t = malloc(sizeof(*t));

	table_load(t);
	for (size_t i = 0; i < peer_n_faults; i++) {
		bool found = false;

		for (size_t k = 0; k < t->n && !found; k++)
			found = !strcmp(t->line[k].fault, peer_faults[i].name);
		cr_expect(found, "%s", peer_faults[i].name);
	}
	table_free(t);
	free(t);
}

/* ---- lint ---- */

static void note_rules(void *arg, const struct plan *plan, const struct verdict *v,
		       const struct trace *t)
{
	(void)plan;
	(void)t;
	for (size_t i = 0; i < v->n_findings; i++)
		for (size_t r = 0; r < lint_n_rules; r++)
			if (v->finding[i].kind == FINDING_LINT &&
			    !strcmp(v->finding[i].message, lint_rules[r].what))
				*(uint64_t *)arg |= UINT64_C(1) << r;
}

Test(faults, every_rule_of_lint_is_broken_by_a_fault_in_the_table)
{
	struct suite *s = suite_open();
	struct table *t = malloc(sizeof(*t));
	uint64_t broken = 0;

	table_load(t);
	for (size_t i = 0; i < t->n; i++) {
		struct peer_config cfg = config_of(&t->line[i]);
		const struct plan **plans;
		size_t n = peer_plans_matching(s, t->line[i].glob, &plans);

		peer_run(plans, n, &cfg, 16, note_rules, &broken);
		free(plans);
	}
	for (size_t r = 0; r < lint_n_rules; r++)
		cr_expect(broken >> r & 1, "%s", lint_rules[r].name);
	table_free(t);
	free(t);
	suite_free(s);
}

Test(faults, every_requirement_that_can_be_named_can_be_explained)
{
	struct suite *s = suite_open();

	for (size_t i = 0; i < suite_n_plans(s); i++) {
		const struct plan *p = suite_plan(s, i);

		for (size_t k = 0; k < p->n_covers; k++)
			cr_expect(requirement_find(p->covers[k]) != NULL, "%s covers %s",
				  p->case_id, p->covers[k]);
	}
	for (size_t i = 0; i < lint_n_rules; i++)
		cr_expect(requirement_find(lint_rules[i].requirement) != NULL, "lint %s: %s",
			  lint_rules[i].name, lint_rules[i].requirement);
	for (size_t i = 0; i < model_table_len; i++) {
		char label[64];

		snprintf(label, sizeof(label), "rfc9293:%s", model_table[i].clause);
		cr_expect(requirement_find(label) != NULL, "row %s: %s", model_table[i].id, label);
	}
	suite_free(s);
}
