/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The path of the scheduler's runs: the link itself, or one around it that makes it
 * worse (link/impair.h), by chance for every run or by the rules of a case for its
 * own.
 */
#ifndef RUN_PATH_H
#define RUN_PATH_H

#include "run/run.h"
#include "run/sched.h"

/* The link to use: cfg->link, or one around it for path_close(). */
struct link *path_open(const struct sched_config *cfg, const struct plan *const *plans,
		       size_t n_plans);
/* Hands the statistics over; leaves cfg->link open. */
void path_close(const struct sched_config *cfg, struct link *path);

/* Chance leaves this tester port alone until a run begins on it. */
void path_spare(const struct sched_config *cfg, struct link *path, uint8_t family,
		uint16_t port);

/*
 * What chance does to flow @flow of a run goes by @key, a number of the run, not by the
 * port it was given.
 */
void path_key(const struct sched_config *cfg, struct link *path, const struct run *r,
	      uint8_t flow, uint64_t key);

/* A run begins: its rules, if it has any, hold for its tester port. */
void path_set_up(const struct sched_config *cfg, struct link *path, const struct run *r);
/* It has ended: how many of its segments chance has touched. */
uint32_t path_touched(const struct sched_config *cfg, const struct link *path,
		      const struct run *r);

/* Sends @s, built in @packet (SEGMENT_PACKET_MAX octets); no run waits for it to leave. */
void path_send(struct link *path, const struct segment *s, uint8_t *packet);

#endif
