/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line and the environment, read by the table of options.
 *
 * getopt_long() takes the line apart with the options of all commands, so that
 * they may stand before the command's name too; whether an option belongs to
 * the command is looked at afterwards.  What was given is kept until then, since
 * the environment only counts for what the line does not say.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cli/command.h"

#define MAX_ROWS 64
#define FIRST_LONG 256 /* above every letter */

struct given {
	const struct option_row *row;
	const char *arg;
};

struct parse {
	struct cli *cli;
	struct diags *ds;
	struct given *given;
	size_t n;
};

static void make_getopt_tables(struct option *longs, char *shorts)
{
	size_t n = 0;

	*shorts++ = ':';
	for (size_t i = 0; i < n_option_rows; i++) {
		const struct option_row *r = &option_rows[i];

		if (!option_is_first(r))
			continue;
		longs[n++] = (struct option){
			.name = r->name,
			.has_arg = r->arg ? required_argument : no_argument,
			.val = FIRST_LONG + (int)i,
		};
		if (!r->letter)
			continue;
		*shorts++ = r->letter;
		if (r->arg)
			*shorts++ = ':';
	}
	longs[n] = (struct option){ 0 };
	*shorts = '\0';
}

static const struct option_row *row_of(int value)
{
	if (value >= FIRST_LONG)
		return &option_rows[value - FIRST_LONG];
	for (size_t i = 0; i < n_option_rows; i++)
		if (option_rows[i].letter && option_rows[i].letter == value)
			return &option_rows[i];
	return NULL;
}

/* ---- mistakes ---- */

static void suggest_option(const char *name, struct diags *ds)
{
	const char *names[MAX_ROWS];
	const char *near;

	for (size_t i = 0; i < n_option_rows; i++)
		names[i] = option_rows[i].name;
	near = diag_nearest(name, names, n_option_rows);
	if (near)
		diag_add_help(ds, "did you mean --%s?", near);
}

static bool is_ambiguous(const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < n_option_rows; i++)
		n += option_is_first(&option_rows[i]) &&
			!strncmp(option_rows[i].name, name, strlen(name));
	return n > 1;
}

/* What getopt_long() did not take; it says so in optopt, or not at all. */
static void unknown_option(struct parse *p, const char *word)
{
	const struct option_row *row = row_of(optopt);
	char name[64];

	if (row) {
		diag_add(p->ds, DIAG_ERROR, NULL, "--%s takes no argument", row->name);
	} else if (optopt) {
		diag_add(p->ds, DIAG_ERROR, NULL, "unknown option -%c", optopt);
	} else {
		word += strspn(word, "-");
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
		diag_add(p->ds, DIAG_ERROR, NULL, "%s option --%s",
			 is_ambiguous(name) ? "ambiguous" : "unknown", name);
		suggest_option(name, p->ds);
	}
}

static void unknown_command(const char *name, struct diags *ds)
{
	const char *names[COMMAND_N];
	const char *near;

	for (size_t i = 0; i < COMMAND_N; i++)
		names[i] = commands[i].name;
	near = diag_nearest(name, names, COMMAND_N);
	diag_add(ds, DIAG_ERROR, NULL, "unknown command \"%s\"", name);
	if (near)
		diag_add_help(ds, "did you mean \"%s\"?", near);
	else
		diag_add_help(ds, "`shakedown help` lists the commands");
}

static void foreign_option(const struct option_row *row, const struct command *c, struct diags *ds)
{
	struct buf b = BUF_INIT;

	for (uint32_t i = 0; i < COMMAND_N; i++)
		if (option_for(row, COMMAND_BIT(i))->commands & COMMAND_BIT(i))
			buf_printf(&b, "%s%s", b.len ? ", " : "", commands[i].name);
	diag_add(ds, DIAG_ERROR, NULL, "%s does not take --%s", c->name, row->name);
	diag_add_help(ds, "it is an option of: %s", buf_str(&b));
	buf_fini(&b);
}

/* ---- the environment ---- */

const char *option_environment(const struct option_row *row, char out[OPTION_ENVIRONMENT_MAX])
{
	size_t n = (size_t)snprintf(out, OPTION_ENVIRONMENT_MAX, "SHAKEDOWN_%s", row->name);

	for (size_t i = 0; i < n; i++)
		if (out[i] == '-')
			out[i] = '_';
		else if (out[i] >= 'a' && out[i] <= 'z')
			out[i] = (char)(out[i] - 'a' + 'A');
	return out;
}

static bool means_no(const char *text)
{
	static const char *const words[] = { "", "0", "no", "false", "off" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(text, words[i]))
			return true;
	return false;
}

static bool was_given(const struct parse *p, const struct option_row *row)
{
	for (size_t i = 0; i < p->n; i++)
		if (!strcmp(p->given[i].row->name, row->name))
			return true;
	return false;
}

/* An option without argument is set unless the value says no. */
static void environment_option(struct parse *p, const struct option_row *row)
{
	char name[OPTION_ENVIRONMENT_MAX];
	const char *value = getenv(option_environment(row, name));
	size_t n = p->ds->n_errors;

	if (!value || !*value || (!row->arg && means_no(value)))
		return;
	row->set(&p->cli->opt, row, row->arg ? value : NULL, p->ds);
	if (p->ds->n_errors > n)
		diag_add(p->ds, DIAG_NOTE, NULL, "this comes from the environment: %s", name);
}

/* ---- the whole ---- */

static void apply(struct parse *p)
{
	const struct command *c = p->cli->command;
	uint32_t bit = c ? command_bit(c) : 0;

	for (size_t i = 0; i < n_option_rows; i++) {
		const struct option_row *row = &option_rows[i];

		if (row->preset && option_for(row, bit) == row)
			row->set(&p->cli->opt, row, row->preset, p->ds);
		if (!row->no_environment && (row->commands & bit) && !was_given(p, row))
			environment_option(p, row);
	}
	for (size_t i = 0; i < p->n; i++) {
		const struct given *g = &p->given[i];
		const struct option_row *row = option_for(g->row, bit);

		if (c && !(row->commands & bit))
			foreign_option(row, c, p->ds);
		else
			row->set(&p->cli->opt, row, g->arg, p->ds);
	}
}

static void take_line(struct parse *p, int argc, char **argv)
{
	struct option longs[MAX_ROWS];
	char shorts[2 * MAX_ROWS + 2];
	int value;

	make_getopt_tables(longs, shorts);
	optind = 0; /* as glibc wants it before another line */
	opterr = 0;
	while ((value = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (value == '?')
			unknown_option(p, argv[optind - 1]);
		else if (value == ':')
			diag_add(p->ds, DIAG_ERROR, NULL, "%s needs an argument", argv[optind - 1]);
		else
			p->given[p->n++] = (struct given){ row_of(value), optarg };
	}
}

static void check_operands(const struct cli *cli, struct diags *ds)
{
	const struct command *c = cli->command;

	if (cli->opt.help || cli->opt.version)
		return;
	if (cli->n_operands < c->min_operands)
		diag_add(ds, DIAG_ERROR, NULL, "%s needs %s", c->name, c->operands);
	else if (cli->n_operands > c->max_operands)
		diag_add(ds, DIAG_ERROR, NULL, "%s does not take \"%s\"", c->name,
			 cli->operand[c->max_operands]);
}

/* One letter, one option. */
static size_t most_options(int argc, char **argv)
{
	size_t n = 1;

	for (int i = 0; i < argc; i++)
		n += strlen(argv[i]);
	return n;
}

int options_parse(struct cli *cli, int argc, char **argv, struct diags *ds)
{
	struct parse p = { .cli = cli, .ds = ds };

	memset(cli, 0, sizeof(*cli));
	cli->program = argc > 0 ? argv[0] : "shakedown";
	cli->opt.arena = arena_new();
	p.given = arena_calloc(cli->opt.arena, most_options(argc, argv), sizeof(*p.given));
	take_line(&p, argc, argv);
	if (optind < argc) {
		cli->command = command_find(argv[optind]);
		if (!cli->command)
			unknown_command(argv[optind], ds);
		optind++;
	}
	cli->operand = (const char *const *)argv + optind;
	cli->n_operands = (size_t)(argc - optind);
	apply(&p);
	if (cli->command && !ds->n_errors)
		check_operands(cli, ds);
	return ds->n_errors ? -EINVAL : 0;
}

void options_fini(struct options *o)
{
	arena_free(o->arena);
	o->arena = NULL;
}
