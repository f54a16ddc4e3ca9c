/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pcapng blocks: type, total length, body, total length again; options are
 * code, length, value, and everything is padded to four bytes.
 */
#include "trace/pcapng.h"

#include <string.h>

#include "base/buf.h"

#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define BLOCK_OVERHEAD 12 /* type and both lengths */
#define SECTION_FIXED 16  /* magic, version, section length */
#define VERSION_MAJOR 1
#define OPTION_MAX 0xffffu

void pcapng_add_u16(struct buf *out, uint16_t v)
{
	const uint8_t b[2] = { (uint8_t)v, (uint8_t)(v >> 8) };

	buf_add(out, b, sizeof(b));
}

void pcapng_add_u32(struct buf *out, uint32_t v)
{
	const uint8_t b[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16),
			       (uint8_t)(v >> 24) };

	buf_add(out, b, sizeof(b));
}

void pcapng_add_time(struct buf *out, uint64_t v)
{
	pcapng_add_u32(out, (uint32_t)(v >> 32));
	pcapng_add_u32(out, (uint32_t)v);
}

static size_t padding(size_t len)
{
	return -len & 3;
}

void pcapng_add_padded(struct buf *out, const void *p, size_t len)
{
	buf_add(out, p, len);
	buf_pad(out, '\0', padding(len));
}

void pcapng_add_option(struct buf *out, uint16_t code, const void *p, size_t len)
{
	if (len > OPTION_MAX)
		len = OPTION_MAX;
	pcapng_add_u16(out, code);
	pcapng_add_u16(out, (uint16_t)len);
	pcapng_add_padded(out, p, len);
}

size_t pcapng_begin(struct buf *out, uint32_t type)
{
	size_t block = out->len;

	pcapng_add_u32(out, type);
	pcapng_add_u32(out, 0); /* its length: pcapng_end() knows */
	return block;
}

void pcapng_end(struct buf *out, size_t block)
{
	uint32_t len;

	pcapng_add_u32(out, PCAPNG_OPT_END);
	len = (uint32_t)(out->len - block + 4);
	pcapng_add_u32(out, len);
	memcpy(out->data + block + 4, out->data + out->len - 4, 4);
}

size_t pcapng_begin_section(struct buf *out)
{
	size_t block = pcapng_begin(out, PCAPNG_SECTION);

	pcapng_add_u32(out, BYTE_ORDER_MAGIC);
	pcapng_add_u16(out, VERSION_MAJOR);
	pcapng_add_u16(out, 0);
	pcapng_add_u32(out, UINT32_MAX); /* section length: not said */
	pcapng_add_u32(out, UINT32_MAX);
	return block;
}

static const uint8_t *take(struct pcapng_cursor *c, size_t len)
{
	const uint8_t *p = c->p;

	if (c->bad || len > c->left) {
		c->bad = true;
		return NULL;
	}
	c->p += len;
	c->left -= len;
	return p;
}

/* An unsigned number of @n bytes. */
static uint64_t number(struct pcapng_cursor *c, unsigned int n)
{
	const uint8_t *p = take(c, n);
	uint64_t v = 0;

	for (unsigned int i = 0; p && i < n; i++)
		v = v << 8 | p[c->big_endian ? i : n - 1 - i];
	return v;
}

uint16_t pcapng_u16(struct pcapng_cursor *c)
{
	return (uint16_t)number(c, 2);
}

uint32_t pcapng_u32(struct pcapng_cursor *c)
{
	return (uint32_t)number(c, 4);
}

uint64_t pcapng_u64(struct pcapng_cursor *c)
{
	return number(c, 8);
}

uint64_t pcapng_time(struct pcapng_cursor *c)
{
	uint64_t high = number(c, 4);

	return high << 32 | number(c, 4);
}

const uint8_t *pcapng_padded(struct pcapng_cursor *c, size_t len)
{
	const uint8_t *p = take(c, len);

	take(c, padding(len));
	return c->bad ? NULL : p;
}

bool pcapng_next_option(struct pcapng_cursor *c, struct pcapng_option *o)
{
	if (!c->left)
		return false; /* a block may end without the end option */
	o->code = pcapng_u16(c);
	o->len = pcapng_u16(c);
	if (c->bad || o->code == PCAPNG_OPT_END)
		return false;
	o->value = pcapng_padded(c, o->len);
	return o->value != NULL;
}

void pcapng_read(struct pcapng_reader *r, const uint8_t *p, size_t len)
{
	*r = (struct pcapng_reader){ .start = p, .p = p, .left = len };
}

size_t pcapng_offset(const struct pcapng_reader *r)
{
	return (size_t)(r->p - r->start);
}

static bool fail(struct pcapng_reader *r, const char *error)
{
	r->error = error;
	return false;
}

/*
 * A section header says in which byte order it is written, and its length comes
 * before that.  Its type reads the same in both.
 */
static bool read_byte_order(struct pcapng_reader *r)
{
	static const uint8_t little[4] = { 0x4d, 0x3c, 0x2b, 0x1a };
	static const uint8_t big[4] = { 0x1a, 0x2b, 0x3c, 0x4d };

	if (r->left < BLOCK_OVERHEAD + SECTION_FIXED)
		return fail(r, "the section header is cut short");
	if (memcmp(r->p + 8, little, 4) && memcmp(r->p + 8, big, 4))
		return fail(r, "the byte-order magic is neither of the two");
	r->big_endian = r->p[8] == big[0];
	return true;
}

static bool read_section(struct pcapng_reader *r, struct pcapng_block *b)
{
	pcapng_u32(&b->body); /* magic */
	if (pcapng_u16(&b->body) != VERSION_MAJOR)
		return fail(r, "its version of the format is not 1");
	pcapng_u16(&b->body);
	pcapng_u64(&b->body);
	return !b->body.bad || fail(r, "the section header is too short");
}

bool pcapng_next(struct pcapng_reader *r, struct pcapng_block *b)
{
	static const uint8_t section[4] = { 0x0a, 0x0d, 0x0d, 0x0a };
	struct pcapng_cursor c, tail;
	uint32_t len;

	if (r->error || !r->left)
		return false;
	if (r->left < BLOCK_OVERHEAD)
		return fail(r, "a block is cut short");
	if (!memcmp(r->p, section, 4)) {
		if (!read_byte_order(r))
			return false;
	} else if (r->p == r->start) {
		return fail(r, "it does not start with a section header");
	}

	c = (struct pcapng_cursor){ .p = r->p, .left = r->left, .big_endian = r->big_endian };
	b->type = pcapng_u32(&c);
	len = pcapng_u32(&c);
	if (len < BLOCK_OVERHEAD || len % 4)
		return fail(r, "a block's length is impossible");
	if (len > r->left)
		return fail(r, "a block is cut short");
	tail = c;
	take(&tail, len - BLOCK_OVERHEAD);
	if (pcapng_u32(&tail) != len)
		return fail(r, "a block's two lengths differ");

	b->body = c;
	b->body.left = len - BLOCK_OVERHEAD;
	if (b->type == PCAPNG_SECTION && !read_section(r, b))
		return false;
	r->p += len;
	r->left -= len;
	return true;
}
