/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * validate and schema: for those who write cases, target profiles and lists of
 * known deviations.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cli/command.h"
#include "cli/select.h"
#include "plan/file_kind.h"
#include "plan/known.h"
#include "plan/profile.h"
#include "testcase/schema.h"

static size_t count_cases(const struct suite *s)
{
	size_t n = 0;

	for (size_t i = 0; i < suite_n_plans(s); i++)
		n += !i || strcmp(suite_plan(s, i)->case_id, suite_plan(s, i - 1)->case_id);
	return n;
}

static int validate_profile(struct cli *cli, const char *path)
{
	struct arena *arena = arena_new();
	struct profile p;
	struct diags ds;
	int err;

	diags_init(&ds);
	err = profile_load(arena, path, &p, &ds);
	cli_show(cli, &ds);
	diags_fini(&ds);
	if (!err)
		printf("%s, %zu ports: good\n", profile_label(arena, &p, &p.target),
		       p.target.n_ports);
	arena_free(arena);
	return err ? CLI_BAD_CASES : CLI_OK;
}

static int validate_known(struct cli *cli, const char *path)
{
	struct arena *arena = arena_new();
	struct known_list list;
	struct diags ds;
	int err;

	known_init(&list);
	diags_init(&ds);
	err = known_load(arena, path, &list, &ds);
	cli_show(cli, &ds);
	diags_fini(&ds);
	if (!err)
		printf("%zu known deviation%s: good\n", list.n, list.n == 1 ? "" : "s");
	arena_free(arena);
	return err ? CLI_BAD_CASES : CLI_OK;
}

static int validate_cases(struct cli *cli, const char *const *path, size_t n)
{
	struct arena *arena = arena_new();
	struct suite *suite;
	struct diags ds;
	bool warned;

	diags_init(&ds);
	suite = suite_load(path, n, select_bundled_dir(arena), &ds);
	warned = ds.n_warnings;
	cli_show(cli, &ds);
	if (suite)
		printf("%zu cases, %zu variants: good%s\n", count_cases(suite),
		       suite_n_plans(suite), warned ? ", with warnings" : "");
	diags_fini(&ds);
	arena_free(arena);
	if (!suite)
		return CLI_BAD_CASES;
	suite_free(suite);
	return CLI_OK;
}

/* Everything that is wrong was shown by the time this returns. */
int command_validate(struct cli *cli)
{
	const char **cases = arena_calloc(cli->opt.arena, cli->n_operands + 1, sizeof(*cases));
	static int (*const validate[])(struct cli * cli, const char *path) = {
		[FILE_TARGET] = validate_profile,
		[FILE_DEVIATIONS] = validate_known,
	};
	size_t n_cases = 0;
	int status = CLI_OK;

	for (size_t i = 0; i < cli->n_operands; i++) {
		enum file_kind kind = file_kind(cli->operand[i]);

		if (kind == FILE_CASES)
			cases[n_cases++] = cli->operand[i];
		else if (validate[kind](cli, cli->operand[i]))
			status = CLI_BAD_CASES;
	}
	if ((n_cases || !cli->n_operands) && validate_cases(cli, cases, n_cases))
		status = CLI_BAD_CASES;
	return status;
}

/* ---- schema ---- */

static const struct {
	const char *name, *title;
	const struct schema *schema;
} schemas[] = {
	{ "case", "shakedown case file", &schema_file },
	{ "target", "shakedown target profile", &schema_target },
	{ "deviations", "shakedown known deviations", &schema_known },
};
#define N_SCHEMAS (sizeof(schemas) / sizeof(schemas[0]))

static int no_such_schema(struct cli *cli, const char *name)
{
	struct diags ds;

	diags_init(&ds);
	diag_add(&ds, DIAG_ERROR, NULL, "no schema of \"%s\"", name);
	diag_add_help(&ds, "there is one of case files, \"case\", of target profiles, \"target\", "
			   "and of known deviations, \"deviations\"");
	cli_show(cli, &ds);
	diags_fini(&ds);
	return CLI_USAGE;
}

int command_schema(struct cli *cli)
{
	const char *name = cli->n_operands ? cli->operand[0] : schemas[0].name;
	struct buf b = BUF_INIT;
	size_t i = 0;

	while (i < N_SCHEMAS && strcmp(schemas[i].name, name))
		i++;
	if (i == N_SCHEMAS)
		return no_such_schema(cli, name);
	schema_json(schemas[i].schema, schemas[i].title, &b);
	fputs(buf_str(&b), stdout);
	buf_fini(&b);
	return CLI_OK;
}
