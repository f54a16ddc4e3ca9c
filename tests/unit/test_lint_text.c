/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The octets that lint remembers, against an array that remembers them all: a
 * difference that is told is one, and of a stream without holes none is missed
 * that is not older than the ring.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "model/lint_text.h"

#define SPACE (4 * LINT_TEXT_MAX) /* octets of the stream */
#define BASE (0u - SPACE / 2)	  /* the number of its first: it wraps in the middle */
#define ROUNDS 20000
#define LEN_MAX 3000

static uint64_t state;

/* xorshift64: the same numbers each time. */
static uint32_t random_below(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % n;
}

struct memory {
	struct lint_text text;
	uint8_t *octet; /* what came first */
	uint8_t *is_known;
	uint8_t buffer[LEN_MAX];
};

static void begin(struct memory *m, uint64_t seed)
{
	memset(m, 0, sizeof(*m));
	state = seed;
	m->octet = calloc(1, SPACE);
	m->is_known = calloc(1, SPACE);
}

static void end(struct memory *m)
{
	free(m->octet);
	free(m->is_known);
	lint_text_fini(&m->text);
}

/* As it came first, or new. */
static void fill(struct memory *m, uint32_t at, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		m->buffer[i] = m->is_known[at + i] ? m->octet[at + i]
						   : (uint8_t)random_below(256);
}

static void keep(struct memory *m, uint32_t at, uint32_t len, uint32_t una, struct arena *arena)
{
	for (uint32_t i = 0; i < len; i++) {
		if (!m->is_known[at + i])
			m->octet[at + i] = m->buffer[i];
		m->is_known[at + i] = 1;
	}
	lint_text_keep(&m->text, arena, BASE + at, m->buffer, len, BASE + una);
	cr_assert(m->text.size <= LINT_TEXT_MAX);
}

static void any_order(uint64_t seed, struct arena *arena)
{
	uint32_t front = 0;
	struct memory m;
	size_t told = 0;

	begin(&m, seed);
	for (int i = 0; i < ROUNDS && front < SPACE - 3 * LEN_MAX; i++) {
		uint32_t back = front < 20000 ? front : 20000;
		uint32_t at = front - random_below(back + 1) + random_below(LEN_MAX);
		uint32_t len = random_below(LEN_MAX);
		bool change = len && random_below(10) == 0, differs;

		fill(&m, at, len);
		differs = lint_text_differs(&m.text, BASE + at, m.buffer, len);
		cr_assert(!differs, "round %d: nothing was changed", i);
		if (change) {
			m.buffer[random_below(len)] ^= 1;
			told += lint_text_differs(&m.text, BASE + at, m.buffer, len);
			continue;
		}
		keep(&m, at, len, front, arena);
		front = at + len > front ? at + len : front;
	}
	cr_assert(told > 100, "%zu", told);
	if (arena)
		m.text.octet = NULL;
	end(&m);
}

Test(lint_text, in_any_order_no_difference_is_made_up)
{
	struct arena *arena = arena_new();

	any_order(1, NULL);
	any_order(2, arena);
	arena_free(arena);
}

Test(lint_text, no_difference_in_what_is_outstanding_is_missed)
{
	uint32_t front = 0, una = 0;
	struct memory m;

	begin(&m, 3);
	while (front < SPACE - LEN_MAX) {
		uint32_t len = 1 + random_below(LEN_MAX - 1), out, at;

		fill(&m, front, len);
		keep(&m, front, len, una, NULL);
		front += len;
		if (front - una > LINT_TEXT_MAX || random_below(300) == 0)
			una = front - random_below((front - una) / 2 + 1);
		out = front - una;
		if (!out)
			continue;
		at = una + random_below(out);
		len = 1 + random_below(front - at < LEN_MAX ? front - at : LEN_MAX);
		fill(&m, at, len);
		cr_assert(!lint_text_differs(&m.text, BASE + at, m.buffer, len));
		m.buffer[random_below(len)] ^= 0x80;
		cr_assert(lint_text_differs(&m.text, BASE + at, m.buffer, len),
			  "%u octets outstanding, %u at %u", out, len, at);
	}
	cr_assert_eq(m.text.size, LINT_TEXT_MAX, "it has grown");
	end(&m);
}

Test(lint_text, little_is_outstanding_little_is_kept)
{
	uint32_t front = 0;
	struct memory m;

	begin(&m, 4);
	while (front < SPACE - LEN_MAX) {
		uint32_t len = 1 + random_below(500);

		fill(&m, front, len);
		keep(&m, front, len, front, NULL);
		front += len;
	}
	cr_assert_eq(m.text.size, LINT_TEXT_MIN);
	lint_text_reset(&m.text);
	m.buffer[0] = (uint8_t)~m.octet[front - 1];
	cr_assert(!lint_text_differs(&m.text, BASE + front - 1, m.buffer, 1), "forgotten");
	end(&m);
}

/* A segment longer than the ring leaves its end. */
Test(lint_text, longer_than_the_largest_ring)
{
	uint32_t len = LINT_TEXT_MAX + 1000;
	uint8_t *data = calloc(1, len);
	struct lint_text t = { .size = 0 };

	lint_text_keep(&t, NULL, 5, data, len, 5);
	data[len - 1] ^= 1;
	cr_assert(lint_text_differs(&t, 5, data, len));
	data[len - 1] ^= 1;
	data[1000] ^= 1;
	cr_assert(lint_text_differs(&t, 5, data, len));
	data[1000] ^= 1;
	data[999] ^= 1;
	cr_assert(!lint_text_differs(&t, 5, data, len), "forgotten");
	lint_text_fini(&t);
	free(data);
}

Test(lint_text, ranges)
{
	struct lint_ranges r = { .n = 0 };

	for (uint32_t i = 0; i < LINT_MAX_RANGES; i++)
		cr_assert(lint_ranges_add(&r, 0xfffffff0 + 10 * i, 0xfffffff0 + 10 * i + 5));
	cr_assert(lint_ranges_touch(&r, 0xfffffff4, 0xfffffff6));
	cr_assert(!lint_ranges_touch(&r, 0xfffffff5, 0xfffffffa));
	cr_assert(!lint_ranges_add(&r, 100, 101), "one too many: the lowest goes");
	cr_assert(!lint_ranges_touch(&r, 0xfffffff0, 0xfffffff5));
	cr_assert(lint_ranges_add(&r, 0xffffffff, 4), "two become one");
	cr_assert_eq(r.n, LINT_MAX_RANGES - 1);
	cr_assert(lint_ranges_touch(&r, 8, 9));
	cr_assert(lint_ranges_cut(&r, 0, 2), "in the middle");
	cr_assert_eq(r.n, LINT_MAX_RANGES);
	cr_assert(!lint_ranges_touch(&r, 0, 2));
	cr_assert(lint_ranges_touch(&r, 0xffffffff, 0) && lint_ranges_touch(&r, 2, 3));
	cr_assert(!lint_ranges_cut(&r, 4, 5), "no room for what is above");
	cr_assert(lint_ranges_cut(&r, 0xfffffff0, 200));
	cr_assert_eq(r.n, 0);
}
