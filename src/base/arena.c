/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arena: a chain of blocks that grow by doubling, filled from the front.
 * Under AddressSanitizer everything not handed out is poisoned, with a gap
 * after each piece, so that an overrun is found as with malloc().
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONS 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONS 1
#endif

#ifdef ARENA_POISONS
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#define ARENA_GAP 16
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#define ARENA_GAP 0
#endif

#define BLOCK_FIRST 4096
#define BLOCK_LARGEST (1024 * 1024)

struct block {
	struct block *next;
	size_t cap, used; /* bytes of data[] */
	alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct block *first;
	struct block *cur; /* blocks before it are full */
	size_t next_cap;
};

/* A block for at least @size bytes, put in the chain after the current one. */
static void add_block(struct arena *a, size_t size)
{
	size_t cap = a->next_cap > size ? a->next_cap : size;
	struct block *b = malloc(sizeof(*b) + cap);

	if (!b)
		log_panic("out of memory");
	b->cap = cap;
	b->used = 0;
	POISON(b->data, cap);
	b->next = a->cur ? a->cur->next : NULL;
	if (a->cur)
		a->cur->next = b;
	else
		a->first = b;
	a->cur = b;
	if (a->next_cap < BLOCK_LARGEST)
		a->next_cap *= 2;
}

struct arena *arena_new(void)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (!a)
		log_panic("out of memory");
	a->next_cap = BLOCK_FIRST;
	return a;
}

void arena_free(struct arena *a)
{
	struct block *b, *next;

	if (!a)
		return;
	for (b = a->first; b; b = next) {
		next = b->next;
		UNPOISON(b->data, b->cap);
		free(b);
	}
	free(a);
}

void arena_reset(struct arena *a)
{
	struct block *b;

	for (b = a->first; b; b = b->next) {
		b->used = 0;
		POISON(b->data, b->cap);
	}
	a->cur = a->first;
}

static bool fits(const struct block *b, size_t size)
{
	return size <= b->cap - b->used;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	size_t step;
	void *p;

	if (size > SIZE_MAX / 2)
		log_panic("allocation of %zu bytes", size);
	step = (size + ARENA_GAP + align - 1) / align * align;
	while (a->cur && !fits(a->cur, step) && a->cur->next)
		a->cur = a->cur->next;
	if (!a->cur || !fits(a->cur, step))
		add_block(a, step);
	p = a->cur->data + a->cur->used;
	a->cur->used += step;
	UNPOISON(p, size);
	return memset(p, 0, size);
}

void *arena_calloc(struct arena *a, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		log_panic("allocation of %zu times %zu bytes", n, size);
	return arena_alloc(a, total);
}

void *arena_memdup(struct arena *a, const void *p, size_t len)
{
	void *copy = arena_alloc(a, len);

	if (len)
		memcpy(copy, p, len);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_memdup(a, s, strlen(s) + 1) : NULL;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	size_t n = strnlen(s, len);
	char *copy = arena_alloc(a, n + 1);

	memcpy(copy, s, n);
	return copy;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return s;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *s;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		log_panic("cannot format \"%s\"", fmt);
	s = arena_alloc(a, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	return s;
}
