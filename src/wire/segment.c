/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing segments.  First the sizes are added up; then there is either room
 * for everything or nothing is written, and nothing else can go wrong.  This is
 * on the path of every packet: no allocation, each byte written once.
 */
#include "wire/segment.h"

#include <netinet/in.h>
#include <string.h>

#include "wire/checksum.h"
#include "wire/cursor.h"

#define IP4_HDR 20
#define IP6_HDR 40
#define TCP_HDR 20
#define IP_DF 0x4000
#define DEFAULT_TTL 64

/* Where things are in the packet to be written, in bytes. */
struct layout {
	bool v6;
	size_t ip_len;	 /* IP header, IPv4 options or extension headers included */
	size_t opts_len; /* options with padding */
	size_t tcp_len;	 /* whole segment */
};

static size_t round_up4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

static uint8_t opt_count(const struct segment *s)
{
	return s->n_opt < TCP_OPT_MAX ? s->n_opt : TCP_OPT_MAX;
}

static size_t opts_len(const struct segment *s)
{
	size_t len = tcp_opts_len(s->opt, opt_count(s));

	if (s->opt_nopad)
		return len;
	return round_up4(len > s->opt_len ? len : s->opt_len);
}

static void lay_out(struct layout *l, const struct segment *s)
{
	l->v6 = s->src.family == 6 || s->dst.family == 6;
	l->ip_len = l->v6 ? (size_t)IP6_HDR + s->ip_opt_len : IP4_HDR + round_up4(s->ip_opt_len);
	l->opts_len = s->raw ? 0 : opts_len(s);
	l->tcp_len = s->raw ? s->raw_len : TCP_HDR + l->opts_len + s->data_len;
}

static uint8_t ttl(const struct segment *s)
{
	return s->ttl || s->ttl_set ? s->ttl : DEFAULT_TTL;
}

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* RFC 791 3.1. */
static void write_ip4(struct wcur *c, const struct segment *s, const struct layout *l)
{
	size_t words = l->ip_len / 4;
	uint8_t *start = c->p;
	uint16_t sum;

	wcur_u8(c, (uint8_t)(0x40 | (words < 15 ? words : 15)));
	wcur_u8(c, s->tos);
	wcur_u16(c, (uint16_t)(s->ip_total_len_set ? s->ip_total_len : l->ip_len + l->tcp_len));
	wcur_u16(c, s->ip_id);
	wcur_u16(c, (uint16_t)(s->ip_frag | (s->df ? IP_DF : 0)));
	wcur_u8(c, ttl(s));
	wcur_u8(c, s->ip_proto_set ? s->ip_proto : IPPROTO_TCP);
	wcur_u16(c, 0);
	wcur_copy(c, s->src.b, 4);
	wcur_copy(c, s->dst.b, 4);
	if (s->ip_opt_len) {
		wcur_copy(c, s->ip_opt, s->ip_opt_len);
		wcur_copy(c, NULL, l->ip_len - IP4_HDR - s->ip_opt_len);
	}
	sum = (uint16_t)~inet_sum(start, l->ip_len, 0);
	put16(start + 10, s->ip_checksum_set ? s->ip_checksum : sum);
}

/* RFC 8200 3. */
static void write_ip6(struct wcur *c, const struct segment *s, const struct layout *l)
{
	size_t total = s->ip_total_len_set ? s->ip_total_len : l->ip_len + l->tcp_len;
	bool own_proto = s->ip_proto_set || s->ip_opt_len;

	wcur_u32(c, 6u << 28 | (uint32_t)s->tos << 20 | (s->flow_label & 0xfffff));
	wcur_u16(c, (uint16_t)(total - IP6_HDR));
	wcur_u8(c, own_proto ? s->ip_proto : IPPROTO_TCP);
	wcur_u8(c, ttl(s));
	wcur_copy(c, s->src.b, 16);
	wcur_copy(c, s->dst.b, 16);
	wcur_copy(c, s->ip_opt, s->ip_opt_len);
}

/* RFC 9293 3.1. */
static void write_tcp(struct wcur *c, const struct segment *s, const struct layout *l)
{
	size_t words = (TCP_HDR + l->opts_len + 3) / 4, pad;
	uint8_t offset = (uint8_t)(words < 15 ? words : 15), *opts;

	if (s->data_offset_set)
		offset = s->data_offset;
	wcur_u16(c, s->sport);
	wcur_u16(c, s->dport);
	wcur_u32(c, s->seq);
	wcur_u32(c, s->ack);
	wcur_u16(c, (uint16_t)(offset << 12 | (s->reserved & 7) << 9 | (s->flags & 0x1ff)));
	wcur_u16(c, s->window);
	wcur_u16(c, 0);
	wcur_u16(c, s->urgent);
	opts = wcur_take(c, l->opts_len);
	if (opts && l->opts_len) {
		pad = tcp_opts_encode(s->opt, opt_count(s), opts);
		memset(opts + pad, 0, l->opts_len - pad);
	}
	wcur_copy(c, s->data, s->data_len);
}

/*
 * A checksum that is wrong for certain.  Ones' complement has two zeros, so
 * that 0 and 0xffff verify alike; neither is used.  Nor is @partial, the sum of
 * the pseudo-header, which would look like checksum offload.  These are three
 * values, and there are four masks.
 */
static uint16_t spoil(uint16_t good, uint16_t partial)
{
	static const uint16_t masks[] = { 0x5555, 0xaaaa, 0x00ff, 0x0ff0 };
	uint16_t bad = good;
	size_t i;

	for (i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		bad = good ^ masks[i];
		if (bad != 0 && bad != 0xffff && bad != partial)
			break;
	}
	return bad;
}

static uint16_t checksum(const struct segment *s, const struct layout *l, const uint8_t *addrs,
			 const uint8_t *tcp)
{
	uint32_t pseudo = inet_pseudo_sum(addrs, l->v6 ? 32 : 8, IPPROTO_TCP, (uint32_t)l->tcp_len);
	uint16_t good = (uint16_t)~inet_sum(tcp, l->tcp_len, pseudo);

	return s->checksum_bad ? spoil(good, (uint16_t)pseudo) : good;
}

size_t segment_encode(const struct segment *s, uint8_t *out, size_t cap)
{
	struct wcur c = wcur_make(out, cap);
	struct layout l;
	uint8_t *tcp;

	lay_out(&l, s);
	if (l.ip_len + l.tcp_len > cap)
		return 0;
	if (l.v6)
		write_ip6(&c, s, &l);
	else
		write_ip4(&c, s, &l);
	tcp = c.p;
	if (s->raw) {
		wcur_copy(&c, s->raw, s->raw_len);
		return wcur_len(&c);
	}
	write_tcp(&c, s, &l);
	put16(tcp + 16,
	      s->checksum_set ? s->checksum : checksum(s, &l, out + (l.v6 ? 8 : 12), tcp));
	return wcur_len(&c);
}

uint32_t segment_len(const struct segment *s)
{
	return s->data_len + s->data_missing + !!(s->flags & TCP_SYN) + !!(s->flags & TCP_FIN);
}

const struct tcp_opt *segment_opt(const struct segment *s, uint8_t kind)
{
	uint8_t i;

	for (i = 0; i < opt_count(s); i++)
		if (s->opt[i].kind == kind)
			return &s->opt[i];
	return NULL;
}
