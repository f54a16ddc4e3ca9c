/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arena: memory that is given back all at once.
 *
 * Plans, typed cases and traces are trees with one lifetime; they live in an
 * arena, so nobody has to free a node.  Running out of memory ends the program
 * with a message: there is nothing useful a tester could still do.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* A new, empty arena; never NULL.  The caller frees it with arena_free(). */
struct arena *arena_new(void);

/* Gives back everything ever allocated from @a.  NULL is accepted. */
void arena_free(struct arena *a);

/* Forgets everything allocated, but keeps the memory for re-use. */
void arena_reset(struct arena *a);

/* @size zeroed bytes, aligned for any type; never NULL; owned by the arena. */
void *arena_alloc(struct arena *a, size_t size);

/* @n zeroed elements of @size bytes; overflow of the product ends the program. */
void *arena_calloc(struct arena *a, size_t n, size_t size);

/* Copies; the results are owned by the arena.  arena_strdup(NULL) is NULL. */
void *arena_memdup(struct arena *a, const void *p, size_t len);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

#endif
