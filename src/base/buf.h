/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A growing byte buffer that is also a string: the text is always followed by
 * a NUL that is not counted in its length.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data; /* NUL-terminated, or NULL while nothing was added */
	size_t len; /* bytes without the NUL */
	size_t cap; /* bytes allocated */
};

/* clang-format off */
#define BUF_INIT { NULL, 0, 0 }
/* clang-format on */

void buf_init(struct buf *b);
/* Frees the storage; the buffer may be used again afterwards. */
void buf_fini(struct buf *b);
/* Empties the buffer and keeps its storage. */
void buf_reset(struct buf *b);
/* The text, "" if nothing was added; valid until the next change. */
const char *buf_str(const struct buf *b);

void buf_add(struct buf *b, const void *p, size_t len);
void buf_addc(struct buf *b, char c);
void buf_adds(struct buf *b, const char *s);
/* @n copies of @c. */
void buf_pad(struct buf *b, char c, size_t n);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

#endif
