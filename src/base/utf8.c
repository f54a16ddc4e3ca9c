/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UTF-8 (RFC 3629) in and out.  The locale is not asked: the same text gives
 * the same bytes everywhere, which tests of diagnostics rely on.
 */
#include "base/utf8.h"

#include "base/buf.h"

static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };

static size_t sequence_len(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	if (first >= 0xf0 && first < 0xf5)
		return 4;
	return 0;
}

size_t utf8_get(const char *p, size_t len, uint32_t *cp)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t n = sequence_len(u[0]), i;
	uint32_t c;

	*cp = UTF8_REPLACEMENT;
	if (n == 0 || n > len)
		return 1;
	c = n == 1 ? u[0] : u[0] & (0x7fu >> n);
	for (i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 1;
		c = c << 6 | (u[i] & 0x3f);
	}
	if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 1;
	*cp = c;
	return n;
}

void utf8_add(struct buf *out, uint32_t cp)
{
	if (cp >= 0x10000) {
		buf_addc(out, (char)(0xf0 | cp >> 18));
		buf_addc(out, (char)(0x80 | (cp >> 12 & 0x3f)));
	} else if (cp >= 0x800) {
		buf_addc(out, (char)(0xe0 | cp >> 12));
	}
	if (cp >= 0x800)
		buf_addc(out, (char)(0x80 | (cp >> 6 & 0x3f)));
	else if (cp >= 0x80)
		buf_addc(out, (char)(0xc0 | cp >> 6));
	buf_addc(out, (char)(cp < 0x80 ? cp : 0x80 | (cp & 0x3f)));
}

struct range {
	uint32_t first, last;
	unsigned int width;
};

/* The blocks that matter in prose; not the whole of Unicode's table. */
static const struct range ranges[] = {
	{ 0x0300, 0x036f, 0 }, /* combining marks */
	{ 0x1100, 0x115f, 2 }, /* Hangul Jamo */
	{ 0x200b, 0x200f, 0 }, /* zero-width and direction marks */
	{ 0x202a, 0x202e, 0 },
	{ 0x2e80, 0xa4cf, 2 }, /* CJK */
	{ 0xac00, 0xd7a3, 2 }, /* Hangul */
	{ 0xf900, 0xfaff, 2 },
	{ 0xfe00, 0xfe0f, 0 }, /* variation selectors */
	{ 0xfe30, 0xfe6f, 2 },
	{ 0xff00, 0xff60, 2 }, /* full-width forms */
	{ 0xffe0, 0xffe6, 2 },
	{ 0x1f300, 0x1f64f, 2 }, /* pictographs */
	{ 0x1f900, 0x1f9ff, 2 },
	{ 0x20000, 0x3fffd, 2 },
};

unsigned int utf8_width(uint32_t cp)
{
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (cp >= ranges[i].first && cp <= ranges[i].last)
			return ranges[i].width;
	return 1;
}
