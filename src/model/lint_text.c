/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets of ranges, and the ring of octets that one end sent last.
 */
#include "model/lint_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "wire/seq.h"

/* ---- ranges ---- */

static void drop(struct lint_ranges *set, uint8_t i)
{
	set->r[i] = set->r[--set->n];
}

static uint8_t lowest(const struct lint_ranges *set)
{
	uint8_t low = 0;

	for (uint8_t i = 1; i < set->n; i++)
		if (seq_lt(set->r[i].left, set->r[low].left))
			low = i;
	return low;
}

bool lint_ranges_add(struct lint_ranges *set, uint32_t left, uint32_t right)
{
	bool room;

	/* The usual case: one more piece at the end. */
	if (set->n == 1 && set->r[0].right == left) {
		set->r[0].right = right;
		return true;
	}
	for (uint8_t i = 0; i < set->n;) {
		if (seq_gt(set->r[i].left, right) || seq_lt(set->r[i].right, left)) {
			i++;
			continue;
		}
		left = seq_min(left, set->r[i].left);
		right = seq_max(right, set->r[i].right);
		drop(set, i);
		i = 0;
	}
	room = set->n < LINT_MAX_RANGES;
	if (!room)
		drop(set, lowest(set));
	set->r[set->n++] = (struct lint_range){ left, right };
	return room;
}

bool lint_ranges_cut(struct lint_ranges *set, uint32_t left, uint32_t right)
{
	bool room = true;

	for (uint8_t i = set->n; i-- > 0;) {
		struct lint_range *r = &set->r[i];
		bool below = seq_lt(r->left, left), above = seq_gt(r->right, right);

		if (seq_ge(r->left, right) || seq_le(r->right, left))
			continue;
		if (below && above) {
			if (set->n < LINT_MAX_RANGES)
				set->r[set->n++] = (struct lint_range){ right, r->right };
			else
				room = false;
			r->right = left;
		} else if (below) {
			r->right = left;
		} else if (above) {
			r->left = right;
		} else {
			drop(set, i);
		}
	}
	return room;
}

bool lint_ranges_touch(const struct lint_ranges *set, uint32_t left, uint32_t right)
{
	for (uint8_t i = 0; i < set->n; i++)
		if (seq_lt(left, set->r[i].right) && seq_lt(set->r[i].left, right))
			return true;
	return false;
}

/* ---- octets ---- */

/* Octets from @seq on that lie in one piece of the ring, @len at most. */
static uint32_t in_one_piece(const struct lint_text *t, uint32_t seq, uint32_t len)
{
	uint32_t rest = t->size - (seq & (t->size - 1));

	return len < rest ? len : rest;
}

static uint8_t *octet_at(const struct lint_text *t, uint32_t seq)
{
	return t->octet + (seq & (t->size - 1));
}

static bool differs_in(const struct lint_text *t, uint32_t seq, const uint8_t *data, uint32_t len)
{
	while (len) {
		uint32_t n = in_one_piece(t, seq, len);

		if (memcmp(octet_at(t, seq), data, n) != 0)
			return true;
		seq += n;
		data += n;
		len -= n;
	}
	return false;
}

bool lint_text_differs(const struct lint_text *t, uint32_t seq, const uint8_t *data, uint32_t len)
{
	for (uint8_t i = 0; i < t->have.n; i++) {
		const struct lint_range *r = &t->have.r[i];
		uint32_t left = seq_max(seq, r->left);
		uint32_t right = seq_min(seq + len, r->right);

		/* Numbers half a circle apart have no order: then nothing is shared. */
		if (left - seq >= len || right - left > len - (left - seq))
			continue;
		if (differs_in(t, left, data + (left - seq), right - left))
			return true;
	}
	return false;
}

static void write_at(struct lint_text *t, uint32_t seq, const uint8_t *data, uint32_t len)
{
	while (len) {
		uint32_t n = in_one_piece(t, seq, len);

		memcpy(octet_at(t, seq), data, n);
		seq += n;
		data += n;
		len -= n;
	}
}

/* Another ring with @size octets and what the old one knows. */
static void grow(struct lint_text *t, struct arena *arena, uint32_t size)
{
	struct lint_text old = *t;

	t->size = size;
	t->octet = arena ? arena_alloc(arena, size) : malloc(size);
	if (!t->octet)
		log_panic("out of memory");
	for (uint8_t i = 0; i < old.have.n; i++) {
		struct lint_range r = old.have.r[i];

		while (r.left != r.right) {
			uint32_t n = in_one_piece(&old, r.left, r.right - r.left);

			write_at(t, r.left, octet_at(&old, r.left), n);
			r.left += n;
		}
	}
	if (!arena)
		free(old.octet);
}

/* Room for everything from @una up to @right, as far as it may grow. */
static void make_room(struct lint_text *t, struct arena *arena, uint32_t una, uint32_t right)
{
	uint32_t want = seq_lt(una, right) ? right - una : 0;
	uint32_t size = t->size ? t->size : LINT_TEXT_MIN;

	while (size < want && size < LINT_TEXT_MAX)
		size *= 2;
	if (size != t->size)
		grow(t, arena, size);
	/* A ring has room for its last octets. */
	t->right = right;
	while (t->have.n) {
		uint8_t low = lowest(&t->have);
		struct lint_range *r = &t->have.r[low];

		if (seq_ge(r->left, right - size))
			break;
		if (seq_gt(r->right, right - size)) {
			r->left = right - size;
			break;
		}
		drop(&t->have, low);
	}
}

/* Where some of it is known already: the first version stays. */
static void keep_unknown(struct lint_text *t, uint32_t seq, const uint8_t *data, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		if (!lint_ranges_touch(&t->have, seq + i, seq + i + 1))
			*octet_at(t, seq + i) = data[i];
}

void lint_text_keep(struct lint_text *t, struct arena *arena, uint32_t seq, const uint8_t *data,
		    uint32_t len, uint32_t una)
{
	uint32_t end = seq + len, cut;

	if (!len)
		return;
	if (!t->have.n || seq_gt(end, t->right))
		make_room(t, arena, seq_min(seq, una), end);
	/* What is too old, or too long for the largest ring. */
	cut = seq_lt(seq, t->right - t->size) ? t->right - t->size - seq : 0;
	if (cut >= len)
		return;
	seq += cut;
	data += cut;
	len -= cut;
	if (lint_ranges_touch(&t->have, seq, end))
		keep_unknown(t, seq, data, len);
	else
		write_at(t, seq, data, len);
	lint_ranges_add(&t->have, seq, end);
}

void lint_text_reset(struct lint_text *t)
{
	t->have.n = 0;
}

void lint_text_fini(struct lint_text *t)
{
	free(t->octet);
	*t = (struct lint_text){ .octet = NULL };
}
