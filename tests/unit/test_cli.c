// SPDX-License-Identifier: BSD-2-Clause
/*
 * The command line, called as main() calls it.
 */
#include <criterion/criterion.h>

#include "cli/cli.h"

Test(cli, no_command_is_a_usage_error)
{
	char program[] = "shakedown";
	char *argv[] = { program, NULL };

	cr_assert_eq(cli_main(1, argv), CLI_USAGE);
}
