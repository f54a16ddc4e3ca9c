/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which variants a command is about.
 *
 * A selector is a case id, a pattern of case ids (`*`, `?`), either with
 * parameters in brackets behind it ("close/four-way[ip=4]": the variants that
 * have them; brackets stand for themselves and are no pattern), or the path of
 * a case file or directory.
 */
#ifndef CLI_SELECT_H
#define CLI_SELECT_H

#include "base/arena.h"
#include "cli/command.h"
#include "plan/suite.h"

/* The suite and the variants of it that were selected. */
struct selection {
	struct arena *arena;
	struct suite *suite;
	const struct plan **plan;
	size_t n;
};

struct target;

/* Whether a selector means files: it ends in .yaml, or has a / and exists. */
bool select_is_path(const char *selector);

/*
 * Loads what the command line names and selects from it.  Returns CLI_OK, or
 * CLI_USAGE, CLI_BAD_CASES or CLI_NOTHING after showing why.  selection_fini()
 * is to be called in any case.  Cases are planned for @target, if it is not NULL: by
 * what it provides (suite_load_for()).
 */
int selection_open_for(struct cli *cli, struct selection *sel, const struct target *target);
int selection_open(struct cli *cli, struct selection *sel);

/* Loads the suite and selects all of it, for commands that take no selectors. */
int selection_open_all(struct cli *cli, struct selection *sel);
int selection_open_all_for(struct cli *cli, struct selection *sel, const struct target *target);
void selection_fini(struct selection *sel);

/* Where the bundled cases are: $SHAKEDOWN_TESTCASES, beside the program, or installed. */
const char *select_bundled_dir(struct arena *arena);

/* The case or variant id of @s nearest to @word, or NULL. */
const char *select_nearest(const struct suite *s, const char *word);

#endif
