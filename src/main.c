// SPDX-License-Identifier: BSD-2-Clause
/*
 * The program's entry point and nothing else: everything the program does is in
 * libshakedown.a, where the unit tests reach it.
 */
#include "cli/cli.h"

int main(int argc, char **argv)
{
	return cli_main(argc, argv);
}
