/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes the command line apart and hands over to the command it names.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "cli/command.h"

int cli_status_worse(int a, int b)
{
	static const int order[] = {
		CLI_INTERNAL, CLI_BAD_CASES, CLI_USAGE, CLI_UNWRITTEN,
		CLI_NONCONFORMING, CLI_INCOMPLETE, CLI_NOTHING
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return CLI_OK;
}

void cli_show(const struct cli *cli, struct diags *ds)
{
	struct buf b = BUF_INIT;

	diags_render(ds, cli->color, &b);
	fflush(stdout);
	fputs(buf_str(&b), stderr);
	buf_fini(&b);
	diags_fini(ds);
	diags_init(ds);
}

/* NO_COLOR: https://no-color.org */
bool cli_wants_color(const struct options *o, int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (o->color && strcmp(o->color, "auto"))
		return !strcmp(o->color, "always");
	return !(no && *no) && !(term && !strcmp(term, "dumb")) && isatty(fd);
}

static int usage_error(struct cli *cli, struct diags *ds)
{
	const char *name = cli->command ? cli->command->name : NULL;

	cli_show(cli, ds);
	fprintf(stderr, "`shakedown %s%s--help` shows what there is\n", name ? name : "",
		name ? " " : "");
	return CLI_USAGE;
}

static int dispatch(struct cli *cli, struct diags *ds)
{
	if (cli->opt.version)
		return command_version(cli);
	if (cli->opt.help)
		return command_help(cli);
	if (cli->command)
		return cli->command->main(cli);
	diag_add(ds, DIAG_ERROR, NULL, "no command is given");
	return usage_error(cli, ds);
}

/* Output that cannot be written is a failure, whatever else was found. */
static int flush_output(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	clearerr(stdout);
	log_msg(LOG_ERROR, "cannot write to standard output");
	return cli_status_worse(status, CLI_UNWRITTEN);
}

int cli_main(int argc, char **argv)
{
	struct diags ds;
	struct cli cli;
	int status;

	diags_init(&ds);
	status = options_parse(&cli, argc, argv, &ds);
	cli.color = cli_wants_color(&cli.opt, STDERR_FILENO);
	status = status ? usage_error(&cli, &ds) : dispatch(&cli, &ds);
	options_fini(&cli.opt);
	diags_fini(&ds);
	return flush_output(status);
}
