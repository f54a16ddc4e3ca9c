/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lint: invariants that every segment of the target keeps, whatever the case
 * asks.  Each rule is one row: a label, a requirement, a predicate.
 */
#ifndef MODEL_LINT_H
#define MODEL_LINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/plan.h"
#include "wire/segment.h"

/* What the rules must know of the connection so far. */
struct lint_context {
	const uint64_t *offered; /* option kinds in the tester's SYN, a bit set */
	bool syn_seen;		 /* the tester's SYN is known */
	bool ts_ok, sack_ok;	 /* agreed on by both SYNs */
	/* The target's receive window so far; not known where packets may
	 * overtake each other. */
	bool window_known;
	uint32_t ack_lo;       /* its highest acknowledgment */
	uint32_t window_right; /* furthest right edge it offered */
	uint8_t window_shift;  /* of its window field */
};

struct lint_rule {
	const char *name;	 /* "mss-on-syn-only" */
	const char *requirement; /* "rfc9293:MUST-65" */
	enum req_level level;
	const char *what; /* what is wrong, without full stop */
	bool (*broken)(const struct segment *s, const struct lint_context *c);
};
extern const struct lint_rule lint_rules[];
extern const size_t lint_n_rules;

/*
 * Rules that @s breaks: up to @cap indices into lint_rules in @out.  Returns
 * how many.
 */
size_t lint_segment(const struct segment *s, const struct lint_context *c,
		    uint8_t *out, size_t cap);

#endif
