/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP options: reading, writing and making them (RFC 9293 3.2).  One table says
 * which length makes an option of a kind the one its RFC defines, and how the
 * typed part is read; anything else stays raw.
 */
#include <string.h>

#include "wire/cursor.h"
#include "wire/segment.h"

static void read_nothing(struct tcp_opt *o, struct rcur *c)
{
	(void)o;
	(void)c;
}

static void read_mss(struct tcp_opt *o, struct rcur *c)
{
	o->mss = rcur_u16(c);
}

static void read_wscale(struct tcp_opt *o, struct rcur *c)
{
	o->wscale = rcur_u8(c);
}

static void read_timestamps(struct tcp_opt *o, struct rcur *c)
{
	o->ts.val = rcur_u32(c);
	o->ts.ecr = rcur_u32(c);
}

static void read_sack(struct tcp_opt *o, struct rcur *c)
{
	uint8_t i;

	o->sack.n = (uint8_t)(rcur_left(c) / 8);
	for (i = 0; i < o->sack.n; i++) {
		o->sack.block[i].left = rcur_u32(c);
		o->sack.block[i].right = rcur_u32(c);
	}
}

struct kind {
	void (*read)(struct tcp_opt *o, struct rcur *c);
	uint8_t min, max, step; /* the length byte; step 0: only min */
};

static const struct kind kinds[] = {
	[TCP_OPT_MSS] = { read_mss, 4, 4, 1 },		       /* RFC 9293 3.7.1 */
	[TCP_OPT_WSCALE] = { read_wscale, 3, 3, 1 },	       /* RFC 7323 2.2 */
	[TCP_OPT_SACK_PERMITTED] = { read_nothing, 2, 2, 1 },  /* RFC 2018 2 */
	[TCP_OPT_SACK] = { read_sack, 10, 34, 8 },	       /* RFC 2018 3 */
	[TCP_OPT_TIMESTAMPS] = { read_timestamps, 10, 10, 1 }, /* RFC 7323 3.2 */
};

static bool has_length(uint8_t kind)
{
	return kind != TCP_OPT_EOL && kind != TCP_OPT_NOP;
}

/* Sets the typed part if kind, length and body are those of an RFC. */
static void set_typed(struct tcp_opt *o)
{
	const struct kind *k;
	struct rcur c;

	o->known = false;
	if (!has_length(o->kind)) {
		o->known = o->raw_len == 0;
		return;
	}
	if (o->kind >= sizeof(kinds) / sizeof(kinds[0]))
		return;
	k = &kinds[o->kind];
	if (!k->read || o->bare || o->length < k->min || o->length > k->max)
		return;
	if ((o->length - k->min) % k->step || o->raw_len != o->length - 2)
		return;
	c = rcur_make(o->raw, o->raw_len);
	k->read(o, &c);
	o->known = true;
}

static void set_head(struct tcp_opt *o, uint8_t kind, uint8_t length)
{
	o->kind = kind;
	o->length = length;
	o->bare = false;
	o->raw_len = 0;
}

static void set_body(struct tcp_opt *o, const uint8_t *body, size_t len)
{
	o->raw_len = (uint8_t)(len < TCP_OPT_SPACE ? len : TCP_OPT_SPACE);
	if (o->raw_len)
		memcpy(o->raw, body, o->raw_len);
	set_typed(o);
}

/* What follows EOL must be zero (MUST-69); if not, it is kept as evidence. */
static uint32_t read_padding(struct tcp_opt *o, struct rcur *c)
{
	size_t left = rcur_left(c), i;
	const uint8_t *p = rcur_take(c, left);

	for (i = 0; i < left; i++)
		if (p[i]) {
			set_body(o, p, left);
			return SEG_DEFECT_OPT_PADDING;
		}
	o->known = true;
	return 0;
}

/* An option with a length byte, its kind already read. */
static uint32_t read_option(struct tcp_opt *o, struct rcur *c)
{
	size_t left = rcur_left(c);

	if (!left) {
		o->bare = true;
		o->known = false;
		return SEG_DEFECT_OPT_LENGTH;
	}
	o->length = rcur_u8(c);
	left--;
	if (o->length < 2 || o->length - 2u > left) {
		set_body(o, rcur_take(c, left), left);
		return SEG_DEFECT_OPT_LENGTH;
	}
	set_body(o, rcur_take(c, o->length - 2u), o->length - 2u);
	return 0;
}

uint32_t tcp_opts_decode(struct tcp_opt *opt, uint8_t *n, const uint8_t *p, size_t len)
{
	struct rcur c = rcur_make(p, len < TCP_OPT_SPACE ? len : TCP_OPT_SPACE);
	uint32_t defects = 0;
	struct tcp_opt *o;

	for (*n = 0; rcur_left(&c) && !defects;) {
		o = &opt[(*n)++];
		set_head(o, rcur_u8(&c), 1);
		if (o->kind == TCP_OPT_EOL)
			return read_padding(o, &c);
		if (o->kind == TCP_OPT_NOP)
			o->known = true;
		else
			defects = read_option(o, &c);
	}
	return defects;
}

static size_t head_len(const struct tcp_opt *o)
{
	return !has_length(o->kind) || o->bare ? 1 : 2;
}

static size_t body_len(const struct tcp_opt *o)
{
	return o->raw_len < TCP_OPT_SPACE ? o->raw_len : TCP_OPT_SPACE;
}

size_t tcp_opts_len(const struct tcp_opt *opt, uint8_t n)
{
	size_t len = 0;
	uint8_t i;

	for (i = 0; i < n; i++)
		len += head_len(&opt[i]) + body_len(&opt[i]);
	return len;
}

size_t tcp_opts_encode(const struct tcp_opt *opt, uint8_t n, uint8_t *out)
{
	uint8_t *p = out;
	size_t body;
	uint8_t i;

	for (i = 0; i < n; i++) {
		*p++ = opt[i].kind;
		if (head_len(&opt[i]) == 2)
			*p++ = opt[i].length;
		body = body_len(&opt[i]);
		memcpy(p, opt[i].raw, body);
		p += body;
	}
	return (size_t)(p - out);
}

void tcp_opt_raw(struct tcp_opt *o, uint8_t kind, uint8_t length, const uint8_t *body,
		 uint8_t body_len)
{
	set_head(o, kind, has_length(kind) ? length : 1);
	set_body(o, body, body_len);
}

void tcp_opt_mss(struct tcp_opt *o, uint16_t mss)
{
	uint8_t body[2];
	struct wcur c = wcur_make(body, sizeof(body));

	wcur_u16(&c, mss);
	tcp_opt_raw(o, TCP_OPT_MSS, 4, body, sizeof(body));
}

void tcp_opt_wscale(struct tcp_opt *o, uint8_t shift)
{
	tcp_opt_raw(o, TCP_OPT_WSCALE, 3, &shift, 1);
}

void tcp_opt_timestamps(struct tcp_opt *o, uint32_t val, uint32_t ecr)
{
	uint8_t body[8];
	struct wcur c = wcur_make(body, sizeof(body));

	wcur_u32(&c, val);
	wcur_u32(&c, ecr);
	tcp_opt_raw(o, TCP_OPT_TIMESTAMPS, 10, body, sizeof(body));
}

void tcp_opt_simple(struct tcp_opt *o, uint8_t kind)
{
	tcp_opt_raw(o, kind, 2, NULL, 0);
}

void tcp_opt_sack(struct tcp_opt *o, uint8_t n, const uint32_t (*block)[2])
{
	uint8_t body[TCP_SACK_MAX * 8];
	struct wcur c = wcur_make(body, sizeof(body));
	uint8_t i;

	for (i = 0; i < n && i < TCP_SACK_MAX; i++) {
		wcur_u32(&c, block[i][0]);
		wcur_u32(&c, block[i][1]);
	}
	tcp_opt_raw(o, TCP_OPT_SACK, (uint8_t)(2 + wcur_len(&c)), body, (uint8_t)wcur_len(&c));
}
