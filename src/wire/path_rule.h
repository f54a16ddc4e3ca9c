/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules of a path that is bad on purpose: which segments of one connection it
 * loses, doubles, holds up, or lets be overtaken.  A case asks for them (`link:`),
 * the link carries them out (link/impair.h).
 *
 * A rule counts the segments that it is about, those of one end with these control
 * bits, from 1 in each run; it touches the nth and so many after it.  Of the rules
 * that take a segment the first one that touches it decides; all of them count it.
 */
#ifndef WIRE_PATH_RULE_H
#define WIRE_PATH_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/segment.h"

enum path_act {
	PATH_DROP,
	PATH_DUPLICATE, /* arrives twice, the copy `by_ns` later */
	PATH_DELAY,	/* arrives `by_ns` later */
	PATH_REORDER,	/* arrives behind the `behind` next ones of its end */
	PATH_N_ACTS
};
extern const char *const path_act_names[PATH_N_ACTS]; /* "drop", ... */

enum path_data {
	PATH_DATA_EITHER,
	PATH_DATA_SOME, /* only segments with data */
	PATH_DATA_NONE,
};

#define PATH_TIMES_ALL 0 /* of `times` */
/* Most rules of one case, and what its numbers can be. */
#define PATH_MAX_RULES 16
#define PATH_MAX_COUNT 1000
#define PATH_MAX_BEHIND 10
/* A segment that nothing overtakes goes on all the same after this. */
#define PATH_HOLD_NS INT64_C(200000000)

struct path_rule {
	enum path_act act;
	bool from_target;
	bool flags_set;
	uint16_t flags; /* exactly these; PSH counts only if it is named */
	enum path_data data;
	uint16_t nth, times;
	uint16_t behind;
	int64_t by_ns;
};

/* Whether the rule is about such a segment; it says nothing of nth and times. */
bool path_rule_takes(const struct path_rule *r, bool from_target, uint16_t flags,
		     uint32_t data_len);

/* Whether it touches the @n-th segment that it is about, counted from 1. */
bool path_rule_touches(const struct path_rule *r, uint32_t n);

#endif
