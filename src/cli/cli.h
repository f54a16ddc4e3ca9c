// SPDX-License-Identifier: BSD-2-Clause
/*
 * The command line of shakedown.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

/* Exit statuses, the same for every command. */
enum cli_status {
	CLI_OK = 0,    /* conforming, or nothing to complain about */
	CLI_USAGE = 2, /* the command line is wrong */
};

/* Runs the command that ARGV names; returns the exit status of the program. */
int cli_main(int argc, char **argv);

#endif
