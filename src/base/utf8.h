/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * As much UTF-8 as it takes to show somebody else's text on a terminal.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

struct buf;

#define UTF8_REPLACEMENT 0xfffd

/*
 * Reads one character of @len > 0 bytes at @p into *cp and returns the bytes it
 * took.  A byte that is not valid UTF-8 counts as one replacement character.
 */
size_t utf8_get(const char *p, size_t len, uint32_t *cp);

/* Appends @cp, a valid code point. */
void utf8_add(struct buf *out, uint32_t cp);

/* Terminal columns: 0 for combining characters, 2 for wide ones, otherwise 1. */
unsigned int utf8_width(uint32_t cp);

#endif
