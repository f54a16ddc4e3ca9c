/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * validate and schema: for those who write cases.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/select.h"
#include "testcase/schema.h"

static size_t count_cases(const struct suite *s)
{
	size_t n = 0;

	for (size_t i = 0; i < suite_n_plans(s); i++)
		n += !i || strcmp(suite_plan(s, i)->case_id, suite_plan(s, i - 1)->case_id);
	return n;
}

/* Everything that is wrong was shown by the time this returns. */
int command_validate(struct cli *cli)
{
	struct arena *arena = arena_new();
	struct suite *suite;
	struct diags ds;
	bool warned;

	diags_init(&ds);
	suite = suite_load(cli->operand, cli->n_operands, select_bundled_dir(arena), &ds);
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

int command_schema(struct cli *cli)
{
	struct buf b = BUF_INIT;

	(void)cli;
	schema_json(&b);
	fputs(buf_str(&b), stdout);
	buf_fini(&b);
	return CLI_OK;
}
