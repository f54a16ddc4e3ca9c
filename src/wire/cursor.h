/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cursors over bytes in network order, with an error that sticks: reading past
 * the end gives zeros, writing past it goes nowhere, and the one who cares asks
 * once, at the end.  So a codec has no length checks to forget.
 */
#ifndef WIRE_CURSOR_H
#define WIRE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rcur {
	const uint8_t *p, *end;
	bool error; /* something was read that is not there */
};

struct wcur {
	uint8_t *start, *p, *end;
	bool error; /* something did not fit */
};

static inline struct rcur rcur_make(const void *p, size_t len)
{
	const uint8_t *b = p;

	return (struct rcur){ b, b + len, false };
}

static inline size_t rcur_left(const struct rcur *c)
{
	return (size_t)(c->end - c->p);
}

/* Skips @n bytes and returns where they start; NULL if they are not there. */
static inline const uint8_t *rcur_take(struct rcur *c, size_t n)
{
	const uint8_t *p = c->p;

	if (n > rcur_left(c)) {
		c->error = true;
		c->p = c->end;
		return NULL;
	}
	c->p += n;
	return p;
}

static inline uint8_t rcur_u8(struct rcur *c)
{
	const uint8_t *p = rcur_take(c, 1);

	return p ? p[0] : 0;
}

static inline uint16_t rcur_u16(struct rcur *c)
{
	const uint8_t *p = rcur_take(c, 2);

	return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline uint32_t rcur_u32(struct rcur *c)
{
	const uint8_t *p = rcur_take(c, 4);

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

/* Copies @n bytes to @out, or zeros. */
static inline void rcur_copy(struct rcur *c, void *out, size_t n)
{
	const uint8_t *p = rcur_take(c, n);

	if (p)
		memcpy(out, p, n);
	else
		memset(out, 0, n);
}

static inline struct wcur wcur_make(void *p, size_t cap)
{
	uint8_t *b = p;

	return (struct wcur){ b, b, b + cap, false };
}

/* Bytes written so far. */
static inline size_t wcur_len(const struct wcur *c)
{
	return (size_t)(c->p - c->start);
}

/* Room for @n bytes, to be filled by the caller; NULL if there is none. */
static inline uint8_t *wcur_take(struct wcur *c, size_t n)
{
	uint8_t *p = c->p;

	if (n > (size_t)(c->end - c->p)) {
		c->error = true;
		c->p = c->end;
		return NULL;
	}
	c->p += n;
	return p;
}

static inline void wcur_u8(struct wcur *c, uint8_t v)
{
	uint8_t *p = wcur_take(c, 1);

	if (p)
		p[0] = v;
}

static inline void wcur_u16(struct wcur *c, uint16_t v)
{
	uint8_t *p = wcur_take(c, 2);

	if (p) {
		p[0] = (uint8_t)(v >> 8);
		p[1] = (uint8_t)v;
	}
}

static inline void wcur_u32(struct wcur *c, uint32_t v)
{
	wcur_u16(c, (uint16_t)(v >> 16));
	wcur_u16(c, (uint16_t)v);
}

/* @n bytes of @src, or zeros if that is NULL. */
static inline void wcur_copy(struct wcur *c, const void *src, size_t n)
{
	uint8_t *p = wcur_take(c, n);

	if (p && src && n)
		memcpy(p, src, n);
	else if (p)
		memset(p, 0, n);
}

#endif
