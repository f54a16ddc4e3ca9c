/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `shakedown doctor` finds, line by line, and what it asks the target over a
 * link that is open.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <stdbool.h>
#include <stdio.h>

#include "base/diag.h"
#include "link/link.h"
#include "plan/target.h"

struct arena;

enum doctor_grade {
	DOCTOR_OK,
	DOCTOR_WARN,
	DOCTOR_FAIL,
	DOCTOR_N
};

struct doctor {
	FILE *out;
	struct arena *arena;
	uint64_t seed;	    /* for the tester's numbers */
	bool lossy;	    /* packets get lost on the way */
	size_t n[DOCTOR_N]; /* lines of each grade */
};

/* Prints a line, and below it what to do about it (NULL: nothing). */
void doctor_say(struct doctor *d, enum doctor_grade grade, const char *remedy, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Prints what is in @ds: notes and warnings as warnings, errors as failures. */
void doctor_say_diags(struct doctor *d, const struct diags *ds);

/* Prints how many lines there were of each grade. */
void doctor_sum_up(struct doctor *d);

/*
 * Asks the target @t over @link: handshakes over each family, whose round trips
 * are timed and counted; then each port, whether it does what it is said to do;
 * last the capture, whether it lost anything of all that.
 */
void doctor_ask(struct doctor *d, struct link *link, const struct target *t);

#endif
