/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Properties of the segment codec over random segments and random bytes, the
 * same in every run.
 */
#include <criterion/criterion.h>

#include "wire_util.h"

#define ROUNDS 20000

static void random_addr(struct prng *r, struct ip_addr *a, uint8_t family)
{
	uint64_t v;
	int i;

	memset(a, 0, sizeof(*a));
	a->family = family;
	for (i = 0; i < (family == 6 ? 16 : 4); i++) {
		v = prng_next(r);
		a->b[i] = (uint8_t)v;
	}
}

/* A value as tests like them: often next to a wrap. */
static uint32_t random_seq(struct prng *r)
{
	static const uint32_t edges[] = { 0, 0x80000000, 0x10000, 0xffff0000 };

	if (prng_below(r, 2))
		return (uint32_t)prng_next(r);
	return edges[prng_below(r, COUNT(edges))] + prng_below(r, 5) - 2;
}

/* Adds an option of any sort that fits into @room; returns its bytes. */
static size_t random_option(struct prng *r, struct tcp_opt *o, size_t room)
{
	static const uint8_t kinds[] = { 2, 3, 4, 5, 8, 19, 29, 34, 253, 254 };
	uint32_t block[TCP_SACK_MAX][2];
	uint8_t body[TCP_OPT_SPACE], len;
	size_t i;

	for (i = 0; i < TCP_SACK_MAX; i++) {
		block[i][0] = random_seq(r);
		block[i][1] = random_seq(r);
	}
	for (i = 0; i < sizeof(body); i++)
		body[i] = (uint8_t)prng_next(r);
	switch (prng_below(r, 7)) {
	case 0:
		tcp_opt_mss(o, (uint16_t)prng_next(r));
		break;
	case 1:
		tcp_opt_wscale(o, (uint8_t)prng_next(r));
		break;
	case 2:
		tcp_opt_simple(o, TCP_OPT_SACK_PERMITTED);
		break;
	case 3:
		tcp_opt_timestamps(o, random_seq(r), random_seq(r));
		break;
	case 4:
		tcp_opt_sack(o, (uint8_t)(1 + prng_below(r, 4)),
			     (const uint32_t(*)[2])block);
		break;
	case 5:
		len = (uint8_t)prng_below(r, 39);
		tcp_opt_raw(o, kinds[prng_below(r, COUNT(kinds))], (uint8_t)(len + 2), body, len);
		break;
	default:
		tcp_opt_simple(o, TCP_OPT_NOP);
		break;
	}
	if (prng_below(r, 4) == 0 || tcp_opts_len(o, 1) > room)
		tcp_opt_simple(o, TCP_OPT_NOP);
	return tcp_opts_len(o, 1);
}

/* Options that fill whole words, or end in EOL. */
static void random_options(struct prng *r, struct segment *s)
{
	size_t want = prng_below(r, 41), len = 0;

	while (len < want)
		len += random_option(r, &s->opt[s->n_opt++], TCP_OPT_SPACE - len);
	if (len % 4)
		tcp_opt_simple(&s->opt[s->n_opt++], TCP_OPT_EOL);
}

static void random_segment(struct prng *r, struct segment *s, const uint8_t *data, size_t len)
{
	uint8_t family = prng_below(r, 2) ? 4 : 6;

	memset(s, 0, sizeof(*s));
	random_addr(r, &s->src, family);
	random_addr(r, &s->dst, family);
	s->ttl = (uint8_t)prng_next(r);
	s->ttl_set = true;
	s->tos = (uint8_t)prng_next(r);
	s->ip_id = family == 4 ? (uint16_t)prng_next(r) : 0;
	s->df = family == 4 && prng_below(r, 2);
	s->flow_label = family == 6 ? prng_below(r, 1u << 20) : 0;
	s->sport = (uint16_t)prng_next(r);
	s->dport = (uint16_t)prng_next(r);
	s->seq = random_seq(r);
	s->ack = random_seq(r);
	s->flags = (uint16_t)prng_below(r, 0x200);
	s->window = (uint16_t)prng_next(r);
	s->urgent = (uint16_t)prng_next(r);
	random_options(r, s);
	s->data = data;
	s->data_len = prng_below(r, (uint32_t)len);
}

/* What encode computes, as decode reports it. */
static void complete(struct segment *s, const struct segment *decoded, size_t len)
{
	size_t options = tcp_opts_len(s->opt, s->n_opt);

	s->opt_len = (uint8_t)((options + 3) / 4 * 4);
	s->data_offset = (uint8_t)(5 + s->opt_len / 4);
	s->ip_proto = 6;
	s->ip_len = (uint32_t)len;
	s->checksum = decoded->checksum; /* verified by its defect */
	s->ip_checksum = decoded->ip_checksum;
}

/* decode(encode(s)) == s. */
Test(wire_random, segments_survive)
{
	static uint8_t data[1500], out[2000];
	struct segment s, back;
	struct prng r = { 42 };
	const char *field;
	uint8_t *copy;
	size_t i, len;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)prng_next(&r);
	for (i = 0; i < ROUNDS; i++) {
		random_segment(&r, &s, data, i % 8 ? 32 : sizeof(data));
		len = segment_encode(&s, out, sizeof(out));
		copy = exact(out, len);
		segment_decode(&back, copy, len, len);
		cr_assert_eq(back.defects, 0, "round %zu: %s", i, defects_text(back.defects));
		complete(&s, &back, len);
		field = difference(&s, &back);
		cr_assert_null(field, "round %zu: %s", i, field);
		free(copy);
	}
}

/* Bytes that start like a packet, so that the deeper parts are reached. */
static size_t random_packet(struct prng *r, uint8_t *p, size_t cap)
{
	static const uint8_t starts[] = { 0x45, 0x45, 0x46, 0x4f, 0x60, 0x60, 0x44, 0x00 };
	static const uint8_t nexts[] = { 6, 6, 6, 0, 43, 44, 51, 60, 59, 17 };
	size_t len = prng_below(r, (uint32_t)cap), i;

	for (i = 0; i < len; i++)
		p[i] = (uint8_t)prng_next(r);
	if (len < 60 || prng_below(r, 16) == 0)
		return len;
	p[0] = starts[prng_below(r, COUNT(starts))];
	if (p[0] >> 4 == 6) {
		p[4] = (uint8_t)((len - 40) >> 8);
		p[5] = (uint8_t)(len - 40);
		p[6] = nexts[prng_below(r, COUNT(nexts))];
		p[40] = nexts[prng_below(r, COUNT(nexts))];
		p[41] &= 1;
		if (p[6] == 6)
			p[52] = (uint8_t)prng_next(r);
		return len;
	}
	p[2] = (uint8_t)(len >> 8);
	p[3] = (uint8_t)len;
	p[6] &= 0xe0 & (uint8_t)prng_next(r);
	p[7] = 0;
	p[9] = 6;
	return len;
}

static void check_limits(const struct segment *s, const uint8_t *p, size_t cap)
{
	uint8_t i;

	cr_assert_leq(s->n_opt, TCP_OPT_MAX);
	cr_assert_leq(s->opt_len, TCP_OPT_SPACE);
	cr_assert(s->data_len == 0 || (s->data >= p && s->data + s->data_len <= p + cap));
	for (i = 0; i < s->n_opt; i++)
		cr_assert_leq(s->opt[i].raw_len, TCP_OPT_SPACE);
	if (s->ip_opt_len)
		cr_assert(s->ip_opt >= p && s->ip_opt + s->ip_opt_len <= p + cap);
}

/*
 * Any bytes have a reading; what it says, encoded and read again, says the
 * same; and bytes without defects come out as they went in.
 */
Test(wire_random, bytes_never_crash)
{
	uint8_t packet[300], out[700], out2[700], *copy;
	size_t i, len, cap, n, n2;
	struct segment s, back;
	struct prng r = { 7 };
	struct buf text = BUF_INIT;

	for (i = 0; i < 4 * ROUNDS; i++) {
		len = random_packet(&r, packet, sizeof(packet));
		cap = prng_below(&r, 4) ? len : prng_below(&r, (uint32_t)len + 1);
		copy = exact(packet, cap);
		segment_decode(&s, copy, cap, len);
		check_limits(&s, copy, cap);
		buf_reset(&text);
		segment_describe(&s, &text);
		if (s.defects == 0) {
			cr_assert_eq(segment_encode(&s, out, sizeof(out)), s.ip_len);
			cr_assert_arr_eq(out, packet, s.ip_len, "round %zu", i);
		}
		n = segment_encode(&s, out, sizeof(out));
		cr_assert(n > 0);
		segment_decode(&back, out, n, n);
		n2 = segment_encode(&back, out2, sizeof(out2));
		if (segment_has_tcp(&s) && !(s.defects & SEG_DEFECT_FRAGMENT)) {
			cr_assert_eq(n, n2, "round %zu", i);
			cr_assert_arr_eq(out, out2, n, "round %zu", i);
		}
		free(copy);
	}
	buf_fini(&text);
}

/* Random option space is written back as it was, defects and all. */
Test(wire_random, option_bytes_survive)
{
	struct tcp_opt opt[TCP_OPT_MAX];
	uint8_t space[TCP_OPT_SPACE], out[2 * TCP_OPT_SPACE], *copy;
	struct prng r = { 3 };
	size_t i, j, len, n;
	uint32_t defects, seen = 0;
	uint8_t n_opt;

	for (i = 0; i < 10 * ROUNDS; i++) {
		len = prng_below(&r, TCP_OPT_SPACE + 1);
		for (j = 0; j < len; j++)
			space[j] = (uint8_t)prng_below(&r, prng_below(&r, 2) ? 12 : 256);
		copy = exact(space, len);
		defects = tcp_opts_decode(opt, &n_opt, copy, len);
		seen |= defects;
		n = tcp_opts_encode(opt, n_opt, out);
		cr_assert_eq(n, tcp_opts_len(opt, n_opt));
		cr_assert_leq(n, len);
		cr_assert_arr_eq(out, space, n);
		for (j = n; j < len; j++)
			cr_assert_eq(space[j], 0, "only padding is left out");
		cr_assert(n == len || opt[n_opt - 1].kind == TCP_OPT_EOL);
		free(copy);
	}
	cr_expect_eq(seen, SEG_DEFECT_OPT_LENGTH | SEG_DEFECT_OPT_PADDING);
}
