/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Selecting variants: see select.h.
 */
#include "cli/select.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/tagexpr.h"
#include "plan/pattern.h"

/* Left out where nothing asks for particular cases. */
#define TAG_SLOW "slow"

/* ---- one selector ---- */

bool select_is_path(const char *selector)
{
	size_t len = strlen(selector);

	if (len > 5 && !strcmp(selector + len - 5, ".yaml"))
		return true;
	return strchr(selector, '/') && access(selector, F_OK) == 0;
}

/* ---- all that was asked for ---- */

static bool below_path(const char *path, const char *file)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	return !strncmp(path, file, len) && (!file[len] || file[len] == '/');
}

/* @is_path: of each operand, since that is a question to the file system. */
static bool any_selector(const struct cli *cli, const bool *is_path, const struct plan *plan)
{
	for (size_t i = 0; i < cli->n_operands; i++) {
		const char *s = cli->operand[i];

		if (is_path[i] ? below_path(s, plan->file) : pattern_takes_plan(s, plan))
			return true;
	}
	return cli->n_operands == 0;
}

/* A label, with or without "rfcNNNN:" before it, or a pattern. */
static bool covers(const struct plan *plan, const char *label)
{
	for (size_t i = 0; i < plan->n_covers; i++) {
		const char *c = plan->covers[i], *colon = strchr(c, ':');

		if (pattern_takes_text(label, strlen(label), c) ||
		    (colon && pattern_takes_text(label, strlen(label), colon + 1)))
			return true;
	}
	return false;
}

static bool any_requirement(const struct options *o, const struct plan *plan)
{
	for (size_t i = 0; i < o->requirement.n; i++)
		if (covers(plan, o->requirement.item[i]))
			return true;
	return o->requirement.n == 0;
}

static bool any_level(const struct options *o, const struct plan *plan)
{
	for (size_t i = 0; i < o->level.n; i++)
		if (option_has_word(o->level.item[i], req_level_names[plan->level]))
			return true;
	return o->level.n == 0;
}

static bool tags_fit(const struct cli *cli, const struct plan *plan)
{
	const struct options *o = &cli->opt;

	if (o->tag)
		return tagexpr_match(o->tag, plan->tags, plan->n_tags);
	if (cli->n_operands || o->requirement.n || cli->slow_too)
		return true;
	return !tagexpr_match(TAG_SLOW, plan->tags, plan->n_tags);
}

static void select_plans(const struct cli *cli, struct selection *sel)
{
	size_t n = suite_n_plans(sel->suite);
	bool *is_path = arena_calloc(sel->arena, cli->n_operands + 1, sizeof(*is_path));

	for (size_t i = 0; i < cli->n_operands; i++)
		is_path[i] = select_is_path(cli->operand[i]);
	sel->plan = arena_calloc(sel->arena, n + 1, sizeof(*sel->plan));
	for (size_t i = 0; i < n; i++) {
		const struct plan *p = suite_plan(sel->suite, i);

		if (any_selector(cli, is_path, p) && any_requirement(&cli->opt, p) &&
		    any_level(&cli->opt, p) && tags_fit(cli, p))
			sel->plan[sel->n++] = p;
	}
}

/* ---- loading ---- */

static bool is_bundle(const char *dir)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s/fragments", dir);
	return access(path, F_OK) == 0;
}

const char *select_bundled_dir(struct arena *arena)
{
	const char *given = getenv("SHAKEDOWN_TESTCASES");
	char path[4096 + 16], *slash;
	ssize_t n;

	if (given && *given)
		return given;
	n = readlink("/proc/self/exe", path, 4095);
	path[n > 0 ? n : 0] = '\0';
	/* In the directory of the program and in the one above. */
	for (int i = 0; i < 2 && (slash = strrchr(path, '/')); i++) {
		strcpy(slash, "/testcases");
		if (is_bundle(path))
			return arena_strdup(arena, path);
		*slash = '\0';
	}
	return DEFAULT_TESTCASES_DIR;
}

/*
 * The files named as selectors, and where other selectors are among them also
 * what --cases says, or the bundled cases.
 */
static size_t collect_paths(const struct cli *cli, const char *bundled, const char **paths)
{
	size_t n = 0;

	for (size_t i = 0; i < cli->n_operands; i++)
		if (select_is_path(cli->operand[i]))
			paths[n++] = cli->operand[i];
	if (n && n == cli->n_operands)
		return n;
	for (size_t i = 0; i < cli->opt.cases.n; i++)
		paths[n++] = cli->opt.cases.item[i];
	if (n && !cli->opt.cases.n)
		paths[n++] = bundled;
	return n;
}

static int load(struct cli *cli, struct selection *sel, const struct target *target)
{
	const char *bundled, **paths;
	struct diags ds;
	size_t n;

	*sel = (struct selection){ .arena = arena_new() };
	bundled = select_bundled_dir(sel->arena);
	paths = arena_calloc(sel->arena, cli->n_operands + cli->opt.cases.n + 1, sizeof(*paths));
	n = collect_paths(cli, bundled, paths);
	diags_init(&ds);
	sel->suite = suite_load_for(target, paths, n, bundled, &ds);
	if (!sel->suite && access(bundled, F_OK) != 0)
		diag_add_help(&ds, "the bundled cases are not there; SHAKEDOWN_TESTCASES in the "
				   "environment says where they are");
	cli_show(cli, &ds);
	diags_fini(&ds);
	return sel->suite ? CLI_OK : CLI_BAD_CASES;
}

/* ---- nothing selected ---- */

const char *select_nearest(const struct suite *s, const char *word)
{
	size_t n = suite_n_plans(s), used = 0;
	const char **ids = calloc(n + 1, sizeof(*ids));
	const char *near = NULL;

	for (size_t i = 0; ids && i < n; i++) {
		const char *id = suite_plan(s, i)->case_id;

		if (!used || strcmp(ids[used - 1], id))
			ids[used++] = id;
	}
	if (ids)
		near = diag_nearest(word, ids, used);
	for (size_t i = 0; !near && i < used; i++)
		if (strstr(ids[i], word))
			near = ids[i];
	free(ids);
	return near;
}

static void explain_nothing(const struct cli *cli, const struct selection *sel, struct diags *ds)
{
	diag_add(ds, DIAG_ERROR, NULL, "nothing is selected");
	for (size_t i = 0; i < cli->n_operands; i++) {
		const char *near = select_nearest(sel->suite, cli->operand[i]);

		if (!near)
			continue;
		diag_add_help(ds, "did you mean '%s'?", near);
		return;
	}
	diag_add_help(ds, "`shakedown list` shows the cases there are, with their tags");
}

/* Selectors that take nothing, while others do. */
static void warn_of_idle(const struct cli *cli, const struct selection *sel, struct diags *ds)
{
	for (size_t i = 0; i < cli->n_operands; i++) {
		const char *s = cli->operand[i], *near;
		bool takes = select_is_path(s);

		for (size_t k = 0; !takes && k < suite_n_plans(sel->suite); k++)
			takes = pattern_takes_plan(s, suite_plan(sel->suite, k));
		if (takes)
			continue;
		near = select_nearest(sel->suite, s);
		diag_add(ds, DIAG_WARNING, NULL, "no case is called '%s'", s);
		if (near)
			diag_add_help(ds, "did you mean '%s'?", near);
	}
}

struct tag_check {
	const struct suite *suite;
	struct diags *ds;
};

static void check_tag(void *arg, const char *tag, size_t len)
{
	const struct tag_check *c = arg;

	for (size_t i = 0; i < suite_n_plans(c->suite); i++) {
		const struct plan *p = suite_plan(c->suite, i);

		for (size_t k = 0; k < p->n_tags; k++)
			if (strlen(p->tags[k]) == len && !strncmp(p->tags[k], tag, len))
				return;
	}
	diag_add(c->ds, DIAG_WARNING, NULL, "--tag: no case has the tag \"%.*s\"", (int)len, tag);
}

int selection_open_for(struct cli *cli, struct selection *sel, const struct target *target)
{
	struct diags ds;
	int status;

	*sel = (struct selection){ .suite = NULL };
	diags_init(&ds);
	if (cli->opt.tag && !tagexpr_check(cli->opt.tag, &ds)) {
		cli_show(cli, &ds);
		diags_fini(&ds);
		return CLI_USAGE;
	}
	status = load(cli, sel, target);
	if (status == CLI_OK) {
		struct tag_check check = { sel->suite, &ds };

		select_plans(cli, sel);
		if (cli->opt.tag)
			tagexpr_tags(cli->opt.tag, check_tag, &check);
		if (sel->n)
			warn_of_idle(cli, sel, &ds);
		else
			explain_nothing(cli, sel, &ds);
		status = sel->n ? CLI_OK : CLI_NOTHING;
	}
	cli_show(cli, &ds);
	diags_fini(&ds);
	return status;
}

int selection_open(struct cli *cli, struct selection *sel)
{
	return selection_open_for(cli, sel, NULL);
}

int selection_open_all_for(struct cli *cli, struct selection *sel, const struct target *target)
{
	struct cli all = *cli;
	int status;

	all.n_operands = 0;
	status = load(&all, sel, target);
	if (status)
		return status;
	sel->n = suite_n_plans(sel->suite);
	sel->plan = arena_calloc(sel->arena, sel->n + 1, sizeof(*sel->plan));
	for (size_t i = 0; i < sel->n; i++)
		sel->plan[i] = suite_plan(sel->suite, i);
	return CLI_OK;
}

int selection_open_all(struct cli *cli, struct selection *sel)
{
	return selection_open_all_for(cli, sel, NULL);
}

void selection_fini(struct selection *sel)
{
	suite_free(sel->suite);
	arena_free(sel->arena);
}
