/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of shakedown.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

/* Exit statuses, the same for every command; never a count. */
enum cli_status {
	CLI_OK = 0,	       /* everything selected ran, and nothing is wrong */
	CLI_NONCONFORMING = 1, /* the target broke a requirement */
	CLI_USAGE = 2,	       /* the command line is wrong */
	CLI_BAD_CASES = 3,     /* a case file is wrong; no packet was sent */
	CLI_INCOMPLETE = 4,    /* inconclusive, or trouble on the tester's side */
	CLI_NOTHING = 5,       /* nothing was selected, or nothing could be tested */
	CLI_UNWRITTEN = 6,     /* a report or evidence could not be written */
	CLI_INTERNAL = 70,     /* a bug of ours */
};

/* Of two statuses the one to end with: 70, 3, 2, then 6, 1, 4, 5, 0. */
int cli_status_worse(int a, int b);

/*
 * Runs the command that ARGV names; returns the exit status of the program.  May
 * reorder ARGV, and may be called again.
 */
int cli_main(int argc, char **argv);

#endif
