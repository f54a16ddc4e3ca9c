/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * completion: a script for bash, made from the tables of commands and options.
 */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "testcase/vocab.h"

static void show_commands(void)
{
	printf("\tcommands='");
	for (size_t i = 0; i < COMMAND_N; i++)
		printf("%s%s", i ? " " : "", commands[i].name);
	printf("'\n\tstates='");
	for (size_t i = 0; i < TCP_N_STATES; i++)
		printf("%s%s", i ? " " : "", tcp_state_names[i]);
	puts("'");
}

/* "--target=" wants an argument; the blank after it would be in the way. */
static void show_options_of(const struct command *c)
{
	printf("\t%s) options='", c->name);
	for (size_t i = 0; i < n_option_rows; i++)
		if (option_rows[i].commands & command_bit(c))
			printf(" --%s%s", option_rows[i].name, option_rows[i].arg ? "=" : "");
	printf("' operands='%s' ;;\n", c->complete ? c->complete : "");
}

/* What the values of an option are: words, or a kind that bash knows to find. */
static void show_words_of(const struct option_row *r, const char **before)
{
	for (size_t i = 0; r->word && r->word(i); i++) {
		printf("%s%s%s", *before, r->word(i), r->complete ? "=" : "");
		*before = " ";
	}
}

/* Of all rows with this name: which command is meant may not be known yet. */
static void show_values_of(const struct option_row *r)
{
	const char *before = "";

	if (!r->arg || !option_is_first(r))
		return;
	printf("\t--%s", r->name);
	if (r->letter)
		printf(" | -%c", r->letter);
	printf(") values='%s'", r->complete ? r->complete : "");
	printf(" words='");
	for (size_t i = 0; i < n_option_rows; i++)
		if (!strcmp(option_rows[i].name, r->name))
			show_words_of(&option_rows[i], &before);
	puts("' ;;");
}

static const char head[] =
	"# SPDX-License-Identifier: BSD-2-Clause\n"
	"#\n"
	"# Bash completion for shakedown, made by `shakedown completion bash`; case ids\n"
	"# come from the program's own list.\n"
	"\n"
	"_shakedown_options()\n"
	"{\n"
	"\tcase $1 in\n";

static const char values_head[] =
	"\tesac\n"
	"}\n"
	"\n"
	"_shakedown_values()\n"
	"{\n"
	"\tvalues= words=\n"
	"\tcase $1 in\n";

static const char tail[] =
	"\tesac\n"
	"}\n"
	"\n"
	"# _shakedown_complete KIND WORDS PROGRAM TYPED\n"
	"_shakedown_complete()\n"
	"{\n"
	"\tlocal done= last=$4 list=$2\n"
	"\tcase $1 in\n"
	"\tcases) list=$(\"$3\" list 2>/dev/null | sed 's/  .*//') ;;\n"
	"\tinterfaces) list=$(ls /sys/class/net 2>/dev/null) ;;\n"
	"\tcommands) list=$commands ;;\n"
	"\tbash) list=bash ;;\n"
	"\tstates) list=$states ;;\n"
	"\tschemas) list='case target deviations' ;;\n"
	"\tdirectories) compopt -o filenames 2>/dev/null\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -d -- \"$4\"); return ;;\n"
	"\tfiles)\n"
	"\t\tif [[ -n $2 && $4 != *=* ]]; then\n"
	"\t\t\tcompopt -o nospace 2>/dev/null\n"
	"\t\telse\n"
	"\t\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\t\tmapfile -t COMPREPLY < <(compgen -f -- \"${4#*=}\")\n"
	"\t\t\treturn\n"
	"\t\tfi ;;\n"
	"\tesac\n"
	"\t# The last of a list with commas.\n"
	"\tif [[ $last == *,* ]]; then\n"
	"\t\tdone=${last%,*},\n"
	"\t\tlast=${last##*,}\n"
	"\tfi\n"
	"\tmapfile -t COMPREPLY < <(compgen -P \"$done\" -W \"$list\" -- \"$last\")\n"
	"}\n"
	"\n"
	"_shakedown()\n"
	"{\n"
	"\t# Bash has split the line at = and : too; what counts is between blanks.\n"
	"\tlocal word=${COMP_LINE:0:COMP_POINT} before command= w commands states\n"
	"\tlocal options= operands= values= words=\n"
	"\tlocal -a line\n"
	"\tread -ra line <<<\"$word\"\n"
	"\t[[ $word == *[[:blank:]] ]] && line+=('')\n"
	"\tword=${line[-1]}\n"
	"\tbefore=${line[-2]-}\n"
	"\tfor w in \"${line[@]:1:${#line[@]}-2}\"; do\n"
	"\t\t_shakedown_options \"$w\"\n"
	"\t\t[[ -n $options ]] && command=$w && break\n"
	"\tdone\n";

static const char end[] =
	"\tCOMPREPLY=()\n"
	"\tif [[ $word == --*=* ]]; then\n"
	"\t\t_shakedown_values \"${word%%=*}\"\n"
	"\t\t_shakedown_complete \"$values\" \"$words\" \"$1\" \"${word#*=}\"\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tif [[ $before == -* && $before != *=* ]]; then\n"
	"\t\t_shakedown_values \"$before\"\n"
	"\t\tif [[ -n $values$words ]]; then\n"
	"\t\t\t_shakedown_complete \"$values\" \"$words\" \"$1\" \"$word\"\n"
	"\t\t\treturn\n"
	"\t\tfi\n"
	"\tfi\n"
	"\tif [[ $word == -* ]]; then\n"
	"\t\t_shakedown_options \"${command:-run}\"\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
	"\t\t[[ ${COMPREPLY-} != *= ]] || compopt -o nospace 2>/dev/null\n"
	"\telif [[ -z $command ]]; then\n"
	"\t\t_shakedown_complete commands '' \"$1\" \"$word\"\n"
	"\telse\n"
	"\t\t_shakedown_complete \"$operands\" '' \"$1\" \"$word\"\n"
	"\tfi\n"
	"}\n"
	"\n"
	"complete -F _shakedown shakedown\n";

int command_completion(struct cli *cli)
{
	struct diags ds;

	if (strcmp(cli->operand[0], "bash")) {
		diags_init(&ds);
		diag_add(&ds, DIAG_ERROR, NULL, "no completion for \"%s\"", cli->operand[0]);
		diag_add_help(&ds, "there is one for bash");
		cli_show(cli, &ds);
		diags_fini(&ds);
		return CLI_USAGE;
	}
	fputs(head, stdout);
	for (size_t i = 0; i < COMMAND_N; i++)
		show_options_of(&commands[i]);
	fputs(values_head, stdout);
	for (size_t i = 0; i < n_option_rows; i++)
		show_values_of(&option_rows[i]);
	fputs(tail, stdout);
	show_commands();
	fputs(end, stdout);
	return CLI_OK;
}
