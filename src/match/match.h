/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Matching: does this segment meet that expectation?
 *
 * Pure.  Live values are compared field by field, by name, and every field that
 * differs is reported, not the first: the failure report shows them all, and
 * the nearest of several candidates is the one with the fewest.
 */
#ifndef MATCH_MATCH_H
#define MATCH_MATCH_H

#include "match/tcb.h"

/*
 * Values for expressions: the connection record and the segments bound by `as`.
 * @bound has one slot for each step of the plan.
 */
struct bound_segment {
	bool set;
	uint32_t value[FIELD_N];
	uint32_t known; /* bit set of enum seg_field */
};
struct match_env {
	const struct tcb *tcb;
	const struct bound_segment *bound;
	int64_t now_ns;
};

/* An expr_get_fn over a struct match_env. */
int match_env_get(void *env, uint32_t ref, uint32_t *value);

/* Keeps the fields of @s as the values of a named step. */
void bound_segment_set(struct bound_segment *b, const struct segment *s);

/* One field that differs. */
struct field_diff {
	int8_t field;		 /* enum seg_field, or -1: option or data */
	int16_t opt;		 /* option kind, or -1 */
	uint8_t opt_value;	 /* which value of the option (0 or 1) */
	bool data;		 /* the payload differs */
	const struct matcher *m; /* what was asked, or NULL */
	bool expected_known;	 /* expected below is valid (MATCH_EQ) */
	bool actual_known;	 /* false: absent */
	uint32_t expected, actual;
};
#define MATCH_MAX_DIFFS 24
struct match_result {
	unsigned int n; /* differing fields; 0: it matches */
	struct field_diff diff[MATCH_MAX_DIFFS];
};

/*
 * Compares @s with @e.  Returns true if it matches; otherwise false with every
 * difference in @r.  Time is not looked at.
 */
bool match_expect(const struct plan_expect *e, const struct segment *s,
		  const struct match_env *env, struct match_result *r);

/* How far from matching: for ranking candidates; flags weigh most. */
unsigned int match_distance(const struct match_result *r);

#endif
