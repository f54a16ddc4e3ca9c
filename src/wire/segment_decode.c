/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading segments.  Any bytes have a reading; what is wrong with them is said
 * in marks.  Three lengths are told apart all the way down:
 *
 *	orig	what was on the wire, link-layer padding included
 *	ip_len	what the IP header says: the packet ends here
 *	cap	what there is to read
 *
 * Padding after ip_len is cut off.  If cap ends before ip_len, the packet is
 * TRUNCATED, and what would need all of it (the checksum) is not judged.
 */
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#include "wire/checksum.h"
#include "wire/cursor.h"
#include "wire/segment.h"

#define IP4_HDR 20
#define IP6_HDR 40
#define TCP_HDR 20
#define IP4_DF 0x4000
#define IP4_MF 0x2000
#define IP4_OFFSET 0x1fff
#define IP6_MF 0x0001
#define IP6_OFFSET 0xfff8
#define PROTO_MOBILITY 135 /* RFC 6275 */
#define PROTO_HIP 139	   /* RFC 7401 */
#define PROTO_SHIM6 140	   /* RFC 5533 */

struct packet {
	const uint8_t *p;
	size_t cap, orig;
	size_t off;	      /* where the TCP header starts */
	const uint8_t *addrs; /* both addresses, for the pseudo-header */
	size_t addrs_len;
};

static void set_addr(struct ip_addr *a, uint8_t family, const uint8_t *b)
{
	a->family = family;
	if (family == 6) {
		memcpy(a->b, b, 16);
	} else {
		memcpy(a->b, b, 4);
		memset(a->b + 4, 0, 12);
	}
}

/*
 * Settles the length of the packet: @claimed by the header, or the length on
 * the wire where the header leaves it open, as segmentation offload does.
 */
static void set_ip_len(struct segment *s, const struct packet *k, uint32_t claimed, bool open)
{
	s->ip_len = open ? (uint32_t)k->orig : claimed;
	if (s->ip_len > k->orig)
		s->defects |= SEG_DEFECT_IP_HEADER;
	if (s->ip_len > k->cap)
		s->defects |= SEG_DEFECT_TRUNCATED;
}

/* A header that is not there: not captured, or never sent. */
static void no_ip_header(struct segment *s, const struct packet *k)
{
	s->ip_len = (uint32_t)k->orig;
	s->defects |= SEG_DEFECT_NOT_TCP;
	s->defects |= k->cap < k->orig ? SEG_DEFECT_TRUNCATED : SEG_DEFECT_IP_HEADER;
}

/* The header length, in range; options may not have been captured whole. */
static size_t ip4_header_len(struct segment *s, const struct packet *k)
{
	size_t hlen = (k->p[0] & 15) * 4u;

	if (hlen < IP4_HDR || hlen > s->ip_len) {
		s->defects |= SEG_DEFECT_IP_HEADER;
		return IP4_HDR;
	}
	if (hlen > k->cap)
		return k->cap;
	s->ip_opt = hlen > IP4_HDR ? k->p + IP4_HDR : NULL;
	s->ip_opt_len = (uint16_t)(hlen - IP4_HDR);
	if (inet_sum(k->p, hlen, 0) != 0xffff)
		s->defects |= SEG_DEFECT_IP_CHECKSUM;
	return hlen;
}

/* RFC 791 3.1. */
static void decode_ip4(struct segment *s, struct packet *k)
{
	struct rcur c = rcur_make(k->p, k->cap);
	uint16_t total, frag;

	if (k->cap < IP4_HDR) {
		no_ip_header(s, k);
		return;
	}
	rcur_u8(&c);
	s->tos = rcur_u8(&c);
	total = rcur_u16(&c);
	s->ip_id = rcur_u16(&c);
	frag = rcur_u16(&c);
	s->df = frag & IP4_DF;
	s->ip_frag = frag & (uint16_t)~IP4_DF;
	s->ttl = rcur_u8(&c);
	s->ip_proto = rcur_u8(&c);
	s->ip_checksum = rcur_u16(&c);
	k->addrs = rcur_take(&c, 8);
	k->addrs_len = 8;
	set_addr(&s->src, 4, k->addrs);
	set_addr(&s->dst, 4, k->addrs + 4);
	set_ip_len(s, k, total, total == 0);
	k->off = ip4_header_len(s, k);
	if (frag & (IP4_MF | IP4_OFFSET))
		s->defects |= SEG_DEFECT_FRAGMENT;
	if (frag & IP4_OFFSET || s->ip_proto != IPPROTO_TCP)
		s->defects |= SEG_DEFECT_NOT_TCP;
}

/* RFC 8200 4.5.  A fragment that is whole all by itself is none (RFC 6946). */
static bool fragment_header(struct segment *s, const uint8_t *p)
{
	uint16_t word = (uint16_t)(p[2] << 8 | p[3]);

	if (word & (IP6_MF | IP6_OFFSET))
		s->defects |= SEG_DEFECT_FRAGMENT;
	return !(word & IP6_OFFSET);
}

/*
 * Length of the extension header @proto at @p (8 bytes or more), or 0 if the
 * segment behind it is not to be read here.  While a routing header has segments
 * left, the packet is on its way to another destination (RFC 8200 4.4).
 */
static size_t extension_len(struct segment *s, uint8_t proto, const uint8_t *p)
{
	switch (proto) {
	case IPPROTO_ROUTING:
		return p[3] ? 0 : (p[1] + 1u) * 8;
	case IPPROTO_HOPOPTS:
	case IPPROTO_DSTOPTS:
	case PROTO_MOBILITY:
	case PROTO_HIP:
	case PROTO_SHIM6:
		return (p[1] + 1u) * 8;
	case IPPROTO_AH: /* RFC 4302 2.2 */
		return (p[1] + 2u) * 4;
	case IPPROTO_FRAGMENT:
		return fragment_header(s, p) ? 8 : 0;
	default:
		return 0;
	}
}

static bool is_extension(uint8_t proto)
{
	static const uint8_t protos[] = {
		IPPROTO_HOPOPTS,
		IPPROTO_ROUTING,
		IPPROTO_FRAGMENT,
		IPPROTO_AH,
		IPPROTO_DSTOPTS,
		PROTO_MOBILITY,
		PROTO_HIP,
		PROTO_SHIM6,
	};

	return memchr(protos, proto, sizeof(protos));
}

/* Goes through the extension headers up to TCP, or to where that ends. */
static void skip_extensions(struct segment *s, struct packet *k)
{
	size_t end = s->ip_len < k->cap ? s->ip_len : k->cap, left, len;
	uint8_t proto = s->ip_proto;

	for (; is_extension(proto); k->off += len) {
		left = end - k->off;
		len = left < 8 ? 8 : extension_len(s, proto, k->p + k->off);
		if (len > left) {
			if (!(s->defects & SEG_DEFECT_TRUNCATED))
				s->defects |= SEG_DEFECT_IP_HEADER;
			len = 0;
		}
		if (!len)
			break;
		proto = k->p[k->off];
	}
	if (proto != IPPROTO_TCP)
		s->defects |= SEG_DEFECT_NOT_TCP;
	s->ip_opt_len = (uint16_t)(k->off - IP6_HDR);
	s->ip_opt = s->ip_opt_len ? k->p + IP6_HDR : NULL;
}

/* RFC 8200 3. */
static void decode_ip6(struct segment *s, struct packet *k)
{
	struct rcur c = rcur_make(k->p, k->cap);
	uint32_t word, payload;

	if (k->cap < IP6_HDR) {
		no_ip_header(s, k);
		return;
	}
	word = rcur_u32(&c);
	s->tos = (uint8_t)(word >> 20);
	s->flow_label = word & 0xfffff;
	payload = rcur_u16(&c);
	s->ip_proto = rcur_u8(&c);
	s->ttl = rcur_u8(&c);
	k->addrs = rcur_take(&c, 32);
	k->addrs_len = 32;
	set_addr(&s->src, 6, k->addrs);
	set_addr(&s->dst, 6, k->addrs + 16);
	set_ip_len(s, k, IP6_HDR + payload, payload == 0);
	k->off = IP6_HDR;
	skip_extensions(s, k);
}

/* The fixed part of the header, as far as it is there. */
static void decode_fixed(struct segment *s, struct rcur *c)
{
	uint16_t word;

	s->sport = rcur_u16(c);
	s->dport = rcur_u16(c);
	s->seq = rcur_u32(c);
	s->ack = rcur_u32(c);
	word = rcur_u16(c);
	s->data_offset = (uint8_t)(word >> 12);
	s->reserved = word >> 9 & 7;
	s->flags = word & 0x1ff;
	s->window = rcur_u16(c);
	s->checksum = rcur_u16(c);
	s->urgent = rcur_u16(c);
	if (s->reserved)
		s->defects |= SEG_DEFECT_RESERVED;
}

/* Bytes of options, of the @rest that the segment has after the fixed part. */
static size_t options_len(struct segment *s, size_t rest)
{
	size_t len = s->data_offset * 4u;

	if (len < TCP_HDR) {
		s->defects |= SEG_DEFECT_DATA_OFFSET;
		return 0;
	}
	len -= TCP_HDR;
	if (len > rest) {
		s->defects |= SEG_DEFECT_DATA_OFFSET;
		return rest;
	}
	return len;
}

/* @rest bytes belong to the segment after the fixed part; @c has the captured. */
static void decode_options_and_data(struct segment *s, struct rcur *c, size_t rest)
{
	size_t len = options_len(s, rest), there;
	uint32_t defects;

	s->opt_len = (uint8_t)len;
	there = len < rcur_left(c) ? len : rcur_left(c);
	defects = tcp_opts_decode(s->opt, &s->n_opt, rcur_take(c, there), there);
	if (there < len) /* the last option is cut by the capture, not wrong */
		defects &= ~(uint32_t)SEG_DEFECT_OPT_LENGTH;
	s->defects |= defects;
	s->data_len = (uint32_t)rcur_left(c);
	s->data_missing = (uint32_t)(rest - len) - s->data_len;
	s->data = rcur_take(c, s->data_len);
}

/*
 * A checksum that equals the pseudo-header sum is what a sender leaves there
 * for its network card to complete: seen on the sending host, and on virtual
 * links that never complete it.
 */
static void verify_checksum(struct segment *s, const struct packet *k, const uint8_t *tcp,
			    size_t len)
{
	uint32_t pseudo = inet_pseudo_sum(k->addrs, k->addrs_len, IPPROTO_TCP, (uint32_t)len);

	if (inet_sum(tcp, len, pseudo) == 0xffff)
		return;
	s->defects |= SEG_DEFECT_CHECKSUM;
	if (s->checksum == pseudo)
		s->defects |= SEG_DEFECT_CHECKSUM_PARTIAL;
}

static void decode_tcp(struct segment *s, const struct packet *k)
{
	size_t len = s->ip_len > k->off ? s->ip_len - k->off : 0;
	size_t there = k->cap > k->off ? k->cap - k->off : 0;
	struct rcur c;

	if (there > len)
		there = len;
	c = rcur_make(k->p + k->off, there);
	decode_fixed(s, &c);
	if (c.error) {
		s->defects |= SEG_DEFECT_SHORT;
		return;
	}
	decode_options_and_data(s, &c, len - TCP_HDR);
	if (!(s->defects & (SEG_DEFECT_TRUNCATED | SEG_DEFECT_FRAGMENT)))
		verify_checksum(s, k, k->p + k->off, len);
}

void segment_decode(struct segment *s, const uint8_t *packet, size_t cap_len, size_t orig_len)
{
	struct packet k = { .p = packet, .cap = cap_len, .orig = orig_len };

	/* All but the options, which are 3 KB. */
	memset(s, 0, offsetof(struct segment, opt));
	memset(&s->n_opt, 0, sizeof(*s) - offsetof(struct segment, n_opt));
	if (k.orig < k.cap)
		k.orig = k.cap;
	switch (k.cap ? packet[0] >> 4 : 0) {
	case 4:
		decode_ip4(s, &k);
		break;
	case 6:
		decode_ip6(s, &k);
		break;
	default:
		no_ip_header(s, &k);
		if (k.cap)
			s->defects |= SEG_DEFECT_IP_HEADER;
	}
	s->ttl_set = s->ttl == 0;
	if (!(s->defects & SEG_DEFECT_NOT_TCP))
		decode_tcp(s, &k);
}
