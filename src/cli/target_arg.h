/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The target as the command line describes it.
 */
#ifndef CLI_TARGET_ARG_H
#define CLI_TARGET_ARG_H

#include "cli/options.h"
#include "plan/profile.h"

/*
 * Takes --target, --provides, --port and --closed-port to a target, and what
 * they do not say from @p (NULL: there is no profile).  Names of hosts are
 * looked up.  Returns CLI_OK; CLI_USAGE, or CLI_INCOMPLETE if a name cannot be
 * looked up, with errors in @ds.  Strings live in o->arena.
 */
int target_arg_parse(const struct options *o, const struct profile *p, struct target *t,
		     struct diags *ds);

/* Takes --source, once for each family: CLI_OK or CLI_USAGE. */
int target_arg_sources(const struct options *o, struct ip_addr *v4, struct ip_addr *v6,
		       struct diags *ds);

/* "echo,quiet" to a set of enum plan_need: 0 or -EINVAL with an error. */
int target_arg_needs(const char *text, uint32_t *set, struct diags *ds);

#endif
