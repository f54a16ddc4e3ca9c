/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The timers of a target, and durations of a case in terms of them: "2 * msl + 5s".
 *
 * How long a stack waits is its own affair within what the RFCs allow; its profile
 * says it.  A plan holds the sum as it was written, the set-up of a run the values,
 * so that one plan serves every target and evidence is judged by the values it was
 * recorded with.
 */
#ifndef TESTCASE_TIMER_H
#define TESTCASE_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum timer {
	TIMER_MSL,	   /* maximum segment lifetime: TIME-WAIT lasts two */
	TIMER_RTO_INITIAL, /* retransmission timeout before the first measurement */
	TIMER_RTO_MIN,	   /* bounds of the retransmission timeout */
	TIMER_RTO_MAX,
	TIMER_FIN_WAIT_2, /* of connections that nobody reads from any more */
	TIMER_N
};

struct timer_info {
	const char *name;   /* "rto-min" */
	int64_t default_ns; /* where the profile does not say */
	const char *about;  /* one line for the manual */
	const char *from;   /* who says the default */
};
extern const struct timer_info timer_infos[TIMER_N];

/* No timer is shorter or longer: a millisecond, an hour. */
#define TIMER_MIN_NS INT64_C(1000000)
#define TIMER_MAX_NS INT64_C(3600000000000)

/* What is known of one target: 0 is not known, the default is taken. */
struct timer_values {
	int64_t ns[TIMER_N];
};

/* "300ms", "2 * msl + 5s": a constant, and thousandths of timers. */
struct timer_sum {
	int64_t ns;
	int32_t milli[TIMER_N];
};

enum timer_error {
	TIMER_OK,
	TIMER_UNKNOWN,	 /* a word that is no timer */
	TIMER_NO_UNIT,	 /* a bare number stands where a duration has to */
	TIMER_BAD_UNIT,	 /* a number with a unit that does not exist */
	TIMER_NEGATIVE,	 /* a minus: no sum may come out below zero */
	TIMER_TOO_LARGE, /* more than a day, or than a hundred times a timer */
	TIMER_MALFORMED, /* anything else */
};

/*
 * Reads a sum: terms joined by "+", each a duration or a timer, perhaps with
 * numbers before or behind ("*", "/").  After an error *bad and *bad_len tell the
 * part of the text that is wrong.
 */
enum timer_error timer_sum_parse(const char *text, size_t len, struct timer_sum *sum, size_t *bad,
				 size_t *bad_len);

/* Its length in ns for a target with these timers; 0 and more. */
int64_t timer_sum_ns(const struct timer_sum *sum, const struct timer_values *values);

/* True if @a is less than @b, whatever the timers are. */
bool timer_sum_is_less(const struct timer_sum *a, const struct timer_sum *b);

/* True if it holds no timer. */
bool timer_sum_is_const(const struct timer_sum *sum);

/* The value of one timer, or its default. */
int64_t timer_ns(const struct timer_values *values, enum timer timer);

#endif
