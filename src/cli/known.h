/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The known deviations that count in a run: those of --known, and the bundled
 * list of the lab's own kernels.
 */
#ifndef CLI_KNOWN_H
#define CLI_KNOWN_H

#include "cli/command.h"
#include "plan/known.h"
#include "plan/suite.h"

struct known {
	struct known_list list;
	/* Where the entries of the user begin; those before are bundled. */
	const struct known_entry *users;
};

/*
 * Reads the lists.  CLI_OK, or CLI_BAD_CASES after showing what is wrong.  All of
 * it lives in cli->opt.arena.
 */
int known_open(struct cli *cli, struct known *known);

/*
 * To be asked when all of @suite was selected: shows each pattern of the user's
 * lists that takes none of its variants.  CLI_OK, or CLI_NONCONFORMING if there
 * were any; entries about other targets do not count.
 */
int known_check_stale(const struct cli *cli, const struct known *known,
		      const struct suite *suite, const char *target);

#endif
