/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The octets that one end sent last, so that what it sends again can be compared
 * with them.
 *
 * The memory is bounded: a ring that is not there before the first octet comes,
 * grows with what the other end has not acknowledged yet, and beyond
 * LINT_TEXT_MAX forgets the oldest.  What it has forgotten, and what the capture
 * never had, is not compared.
 */
#ifndef MODEL_LINT_TEXT_H
#define MODEL_LINT_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

#define LINT_TEXT_MIN 2048u   /* octets of the first ring */
#define LINT_TEXT_MAX 262144u /* octets of the largest */
#define LINT_MAX_RANGES 4

/* Sequence numbers from left up to, not including, right. */
struct lint_range {
	uint32_t left, right;
};

/* Ranges that neither overlap nor touch, in no order. */
struct lint_ranges {
	struct lint_range r[LINT_MAX_RANGES];
	uint8_t n;
};

/*
 * Takes @left up to @right into the set, or out of it.  False if there were too
 * many pieces: the first forgets the lowest then, the second what is above.
 */
bool lint_ranges_add(struct lint_ranges *set, uint32_t left, uint32_t right);
bool lint_ranges_cut(struct lint_ranges *set, uint32_t left, uint32_t right);
/* True if a part of @left up to @right is in the set. */
bool lint_ranges_touch(const struct lint_ranges *set, uint32_t left, uint32_t right);

/* All zeros: nothing is known. */
struct lint_text {
	uint8_t *octet; /* of number x at x % size; NULL: none yet */
	uint32_t size;	/* a power of two */
	uint32_t right; /* after the last octet that is known, if have.n */
	struct lint_ranges have;
};

/* True if an octet at @seq and on was known to be another one. */
bool lint_text_differs(const struct lint_text *t, uint32_t seq, const uint8_t *data, uint32_t len);

/*
 * Keeps what is not known yet of @len octets at @seq; @una is the first octet
 * that may still be sent again.  Memory comes from @arena, or if that is NULL
 * from malloc() and goes back with lint_text_fini().
 */
void lint_text_keep(struct lint_text *t, struct arena *arena, uint32_t seq, const uint8_t *data,
		    uint32_t len, uint32_t una);

/* Forgets the octets and keeps the ring: another connection begins. */
void lint_text_reset(struct lint_text *t);
/* Only where no arena was given. */
void lint_text_fini(struct lint_text *t);

#endif
