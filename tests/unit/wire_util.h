/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helpers of the wire tests: packets written as hex, segments compared field by
 * field, numbers that are random but the same in every run.
 */
#ifndef TESTS_UNIT_WIRE_UTIL_H
#define TESTS_UNIT_WIRE_UTIL_H

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "wire/segment.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Bytes of @hex (blanks skipped) to @out; returns how many. */
static inline size_t from_hex(const char *hex, uint8_t *out)
{
	char pair[3] = { 0 };
	size_t n = 0;

	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		cr_assert(isxdigit((unsigned char)hex[0]) && isxdigit((unsigned char)hex[1]), "%s",
			  hex);
		pair[0] = *hex++;
		pair[1] = *hex;
		out[n++] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return n;
}

/*
 * The same packet in memory of exactly its size, so that a sanitizer sees each
 * byte read beyond it.
 */
static inline uint8_t *exact(const uint8_t *p, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	cr_assert_not_null(copy);
	memcpy(copy, p, len);
	return copy;
}

/* Compares two option lists; false if they differ. */
static inline bool same_options(const struct segment *a, const struct segment *b)
{
	const struct tcp_opt *x, *y;
	int i;

	if (a->n_opt != b->n_opt)
		return false;
	for (i = 0; i < a->n_opt; i++) {
		x = &a->opt[i];
		y = &b->opt[i];
		if (x->kind != y->kind || x->length != y->length || x->known != y->known)
			return false;
		if (x->bare != y->bare || x->raw_len != y->raw_len)
			return false;
		if (memcmp(x->raw, y->raw, x->raw_len))
			return false;
	}
	return true;
}

/* The name of a field in which the segments differ, or NULL. */
static inline const char *difference(const struct segment *a, const struct segment *b)
{
#define SAME(field)               \
	if (a->field != b->field) \
		return #field;
	if (!ip_addr_eq(&a->src, &b->src))
		return "src";
	if (!ip_addr_eq(&a->dst, &b->dst))
		return "dst";
	SAME(ttl)
	SAME(tos)
	SAME(ip_id)
	SAME(df)
	SAME(flow_label)
	SAME(ip_proto)
	SAME(ip_frag)
	SAME(ip_checksum)
	SAME(ip_opt_len)
	SAME(ip_len)
	SAME(sport)
	SAME(dport)
	SAME(seq)
	SAME(ack)
	SAME(flags)
	SAME(reserved)
	SAME(data_offset)
	SAME(window)
	SAME(checksum)
	SAME(urgent)
	SAME(opt_len)
	SAME(data_len)
	SAME(data_missing)
	SAME(defects)
#undef SAME
	if (!same_options(a, b))
		return "options";
	if (a->data_len && memcmp(a->data, b->data, a->data_len))
		return "data";
	if (a->ip_opt_len && memcmp(a->ip_opt, b->ip_opt, a->ip_opt_len))
		return "ip_opt";
	return NULL;
}

/* Text of @defects, valid until the next call. */
static inline const char *defects_text(uint32_t defects)
{
	static char text[400];
	struct buf b = BUF_INIT;

	segment_defects_str(defects, &b);
	snprintf(text, sizeof(text), "%s", buf_str(&b));
	buf_fini(&b);
	return text;
}

struct prng {
	uint64_t state;
};

/* splitmix64. */
static inline uint64_t prng_next(struct prng *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* 0 to n - 1. */
static inline uint32_t prng_below(struct prng *r, uint32_t n)
{
	return (uint32_t)(prng_next(r) % n);
}

#endif
