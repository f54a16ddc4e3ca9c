/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Set-up: all that a run of a plan is given before it begins, and what is random in it,
 * which follows from the seed and the variant alone.
 */
#ifndef RUN_SETUP_H
#define RUN_SETUP_H

#include "run/sched.h"

/* A number that follows from these three: for ISS and the like only. */
uint64_t setup_mix(uint64_t seed, const char *s, uint64_t salt);

/*
 * Fills in @s for a run of @p on @path, all but the ports.  Fences are allowed where
 * path and target keep order and nobody asked for patience.
 */
void setup_of(const struct sched_config *cfg, const struct link *path, const struct plan *p,
	      struct trace_setup *s);

/* And the ports; @alive_port listens, where the one of the run does not. */
void setup_ports(const struct plan *p, uint16_t port, uint16_t tester_port, uint16_t alive_port,
		 struct trace_setup *s);

/* The tester's numbers in a run of @variant with this seed. */
void setup_numbers(uint64_t seed, const char *variant, uint32_t *iss, uint32_t *ts_offset);

#endif
