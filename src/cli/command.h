/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands: one table that the parser, --help, completion and the tests of
 * the manual page read.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/diag.h"
#include "cli/cli.h"
#include "cli/options.h"

enum command_id {
	COMMAND_RUN,
	COMMAND_DOCTOR,
	COMMAND_LIST,
	COMMAND_EXPLAIN,
	COMMAND_VALIDATE,
	COMMAND_PLAN,
	COMMAND_VERIFY,
	COMMAND_MODEL,
	COMMAND_SCHEMA,
	COMMAND_COMPLETION,
	COMMAND_HELP,
	COMMAND_VERSION,
	COMMAND_N
};
/* Sets of commands. */
#define COMMAND_BIT(id) (1u << (id))
#define COMMAND_ALL (COMMAND_BIT(COMMAND_N) - 1)

/* One call of the program. */
struct cli {
	const char *program; /* as it was called: argv[0] */
	const struct command *command;
	struct options opt;
	const char *const *operand;
	size_t n_operands;
	bool color;    /* of standard error */
	bool slow_too; /* slow cases are not left out */
};

struct command {
	const char *name;
	const char *operands; /* "[SELECTOR...]"; "" if it takes none */
	const char *help;     /* one line, without a full stop */
	const char *about;    /* more lines for its --help, or NULL */
	/* Returns an exit status; has said on standard error what is wrong. */
	int (*main)(struct cli *cli);
	size_t min_operands, max_operands;
	/* What an operand may be, for completion: words, "files", "cases". */
	const char *complete;
};
extern const struct command commands[COMMAND_N];

/* By name, or NULL. */
const struct command *command_find(const char *name);
/* Its bit in sets of commands. */
uint32_t command_bit(const struct command *c);

int command_run(struct cli *cli);
int command_doctor(struct cli *cli);
int command_list(struct cli *cli);
int command_explain(struct cli *cli);
int command_validate(struct cli *cli);
int command_plan(struct cli *cli);
int command_verify(struct cli *cli);
int command_model(struct cli *cli);
int command_schema(struct cli *cli);
int command_completion(struct cli *cli);
int command_help(struct cli *cli);
int command_version(struct cli *cli);

/* Renders what is in @ds on standard error and empties it. */
void cli_show(const struct cli *cli, struct diags *ds);

/* Whether what goes to @fd is to be coloured: --color, NO_COLOR, a terminal. */
bool cli_wants_color(const struct options *o, int fd);

#endif
