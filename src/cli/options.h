/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options: one table from which the command line and the environment are
 * read, and from which --help and completion are made.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

struct arena;

/* Texts in the order in which they were given. */
struct option_list {
	const char **item;
	size_t n, cap;
};

/* What was said; zeroed, and with the defaults of the table. */
struct options {
	struct arena *arena; /* of lists and of what the environment says */

	/* which cases */
	struct option_list cases;
	const char *tag;
	struct option_list requirement;
	struct option_list level;

	/* which target */
	struct option_list target;
	const char *target_profile;
	struct option_list provides;
	struct option_list port;
	struct option_list closed_port;
	const char *agent; /* [udp:|tcp:]ADDR[:PORT] */
	const char *interface;
	struct option_list source;
	bool set_offloads;
	const char *impair;    /* what the tester does to the path, or NULL */
	const char *rst_guard; /* "listener" or "nft" */

	/* how to run */
	uint64_t jobs; /* 0: by the target */
	uint64_t rate; /* runs started a second; 0: by the target */
	uint64_t seed;
	bool seed_set;
	uint64_t repeat;
	uint64_t max_fail; /* 0: no limit */
	uint64_t retries;
	bool retries_set;
	bool patience;
	const char *flaky; /* "fail", "inconclusive" or "pass" */
	bool strict;
	struct option_list known;
	struct option_list rules; /* see options_rules() */

	/* what to show */
	const char *format;
	struct option_list event;
	struct option_list report;
	const char *evidence;
	const char *keep;
	const char *color;
	uint64_t verbose;
	bool quiet;
	bool variants;
	bool hex;
	const char *case_id;
	struct option_list end; /* of conversations, to be judged */
	bool help, version;
};

struct option_row;

/* Takes @arg (NULL if the option has none); false after an error in @ds. */
typedef bool option_set_fn(struct options *o, const struct option_row *row, const char *arg,
			   struct diags *ds);
/* The words an option may be given, by index; NULL at the end. */
typedef const char *option_word_fn(size_t i);

struct option_row {
	const char *name;
	char letter;	   /* or 0 */
	const char *arg;   /* name of the argument; NULL: none */
	const char *help;  /* one line, without a full stop */
	uint32_t commands; /* set of COMMAND_BIT() */
	option_set_fn *set;
	size_t offset;	      /* of what it sets in struct options */
	uint64_t min, max;    /* of numbers */
	option_word_fn *word; /* or NULL */
	const char *complete; /* "files", "directories", "cases", or NULL */
	bool no_environment;  /* is not read from SHAKEDOWN_NAME */
	const char *preset;   /* what it is if nobody says, or NULL */
};
/* A row is the first of its name: the parser knows the name by this one. */
bool option_is_first(const struct option_row *row);
/* The row of the same name that belongs to the commands @set, or @row. */
const struct option_row *option_for(const struct option_row *row, uint32_t set);

/*
 * Several rows may have the same name, if they belong to different commands: what
 * an option takes can depend on them.
 */
extern const struct option_row option_rows[];
extern const size_t n_option_rows;

struct cli;

/*
 * Takes the command line apart into @cli: command, options, operands.  Options
 * may stand anywhere; what the command line does not say, the environment may.
 * Returns 0, or -EINVAL with the errors in @ds.  cli->command is NULL if none
 * was named.
 */
int options_parse(struct cli *cli, int argc, char **argv, struct diags *ds);
void options_fini(struct options *o);

/* "SHAKEDOWN_MAX_FAIL" of --max-fail, into @out. */
#define OPTION_ENVIRONMENT_MAX 64
const char *option_environment(const struct option_row *row, char out[OPTION_ENVIRONMENT_MAX]);

/* What --rules says, a set of enum model_rules; 0: nothing. */
uint32_t options_rules(const struct options *o);

/* A number in decimal or hexadecimal (0x) from @min to @max: 0 or -EINVAL. */
int option_number(const char *text, uint64_t min, uint64_t max, uint64_t *out);

/* True if @list, words with commas between them, has @word in it. */
bool option_has_word(const char *list, const char *word);

/* What all that is random is derived from: --seed, or a random number. */
uint64_t options_choose_seed(const struct options *o);

#endif
