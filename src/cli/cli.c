// SPDX-License-Identifier: BSD-2-Clause
/*
 * Takes the command line apart and hands over to the command it names.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "config.h"

int cli_main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts(PACKAGE_STRING);
		return CLI_OK;
	}
	fprintf(stderr, "usage: shakedown --version\n");
	return CLI_USAGE;
}
