/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * help and version: what the tables say, for people.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cli/command.h"
#include "config.h"

static void show_option(const struct option_row *r)
{
	char letter[] = "-x, ", left[64];

	letter[1] = r->letter;
	snprintf(left, sizeof(left), "%s--%s%s%s", r->letter ? letter : "    ", r->name,
		 r->arg ? "=" : "", r->arg ? r->arg : "");
	printf("  %-28s  %s", left, r->help);
	if (r->preset)
		printf(" (default: %s)", r->preset);
	putchar('\n');
	if (!r->word)
		return;
	printf("  %-28s    ", "");
	for (size_t i = 0; r->word(i); i++)
		printf("%s%s", i ? ", " : "", r->word(i));
	putchar('\n');
}

static void show_options(uint32_t set)
{
	puts("\nOptions:");
	for (size_t i = 0; i < n_option_rows; i++)
		if (option_rows[i].commands & set)
			show_option(&option_rows[i]);
}

static void show_command(const struct command *c)
{
	printf("Usage: shakedown %s [OPTION...]%s%s\n\n%c%s.\n", c->name, *c->operands ? " " : "",
	       c->operands, c->help[0] - 'a' + 'A', c->help + 1);
	if (c->about)
		printf("%s\n", c->about);
	show_options(command_bit(c));
	puts("\nAn option that is not given is looked for in the environment: --max-fail in\n"
	     "SHAKEDOWN_MAX_FAIL.  The whole story: man shakedown");
}

static void show_program(void)
{
	puts("Usage: shakedown COMMAND [OPTION...] [ARGUMENT...]\n\n"
	     "Tells whether a TCP does what the RFCs say, and shows the packets that prove it.\n\n"
	     "Commands:");
	for (size_t i = 0; i < COMMAND_N; i++)
		printf("  %-12s%s\n", commands[i].name, commands[i].help);
	puts("\nStart with `shakedown run`: it tests this machine's own TCP in a throwaway lab.\n"
	     "`shakedown COMMAND --help` shows the options of a command.\n\n"
	     "Exit status: 0 conforming, 1 not conforming, 2 usage, 3 bad case file,\n"
	     "4 inconclusive or trouble of the tester, 5 nothing to test, 6 report not written.");
}

int command_help(struct cli *cli)
{
	const struct command *c = cli->command;

	if (c && c->main == command_help && cli->n_operands) {
		c = command_find(cli->operand[0]);
		if (!c) {
			fprintf(stderr, "error: unknown command \"%s\"\n", cli->operand[0]);
			return CLI_USAGE;
		}
		show_command(c);
		return CLI_OK;
	}
	if (c && (c->main != command_help || cli->opt.help))
		show_command(c);
	else
		show_program();
	return CLI_OK;
}

int command_version(struct cli *cli)
{
	(void)cli;
	puts(PACKAGE_STRING);
	return CLI_OK;
}
