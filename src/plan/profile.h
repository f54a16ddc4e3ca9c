/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A target profile: a file that says of a target what options would say, so that
 * it need not be said again with each run.
 */
#ifndef PLAN_PROFILE_H
#define PLAN_PROFILE_H

#include "base/diag.h"
#include "plan/target.h"

struct arena;

struct profile {
	const char *name;   /* NULL: there is no profile */
	const char *vendor; /* this and all below: or NULL */
	const char *version, *notes;
	struct target target; /* addresses, ports, timers and rate; without a name */
	const char *interface;
	struct ip_addr source4, source6; /* family 0: not said */
	unsigned int jobs;		 /* 0: not said */
};

/*
 * Reads the profile @path or @src: 0, or -EINVAL with all that is wrong in @ds.
 * Strings and marks live in @arena.
 */
int profile_load(struct arena *arena, const char *path, struct profile *p, struct diags *ds);
int profile_load_source(struct arena *arena, const struct source *src, struct profile *p,
			struct diags *ds);

/* "Example PLC 1.4 (192.0.2.7 and 2001:db8::7)", with the addresses of @t. */
const char *profile_label(struct arena *arena, const struct profile *p, const struct target *t);

#endif
