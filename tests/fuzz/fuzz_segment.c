/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target of src/wire.  The first byte chooses the link type, the second
 * says how many bytes at the end were not captured, the third what is overridden
 * on encoding; the rest is a frame.
 *
 * Besides not crashing: what is read lies inside the frame; what is written
 * and read again says the same; a packet without defects is written as it was;
 * our own checksums are right, and our wrong ones are wrong.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "wire/frame.h"
#include "wire/segment.h"

#define HEAD 3
#define ROOM 70000

#define CHECK(condition)          \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int linktypes[] = { FRAME_RAW, FRAME_ETHERNET, FRAME_NULL, FRAME_RAW_DLT,
				 FRAME_LINUX_SLL, FRAME_LINUX_SLL2, FRAME_IPV4, FRAME_IPV6 };

static uint8_t first[ROOM], second[ROOM];

static void check_inside(const struct segment *s, const uint8_t *p, size_t cap)
{
	uint8_t i;

	CHECK(s->n_opt <= TCP_OPT_MAX && s->opt_len <= TCP_OPT_SPACE);
	for (i = 0; i < s->n_opt; i++)
		CHECK(s->opt[i].raw_len <= TCP_OPT_SPACE);
	CHECK(!s->data_len || (s->data >= p && s->data_len <= (size_t)(p + cap - s->data)));
	CHECK(!s->ip_opt_len || (s->ip_opt >= p && s->ip_opt_len <= (size_t)(p + cap - s->ip_opt)));
}

static void describe(const struct segment *s)
{
	char text[IP_ADDR_STRLEN];
	struct buf b = BUF_INIT;

	segment_describe(s, &b);
	CHECK(b.len > 0);
	ip_addr_str(&s->src, text, sizeof(text));
	buf_fini(&b);
}

/* What is no defect, and yet written otherwise: see wire/segment.h. */
static bool other_form(const struct segment *s, const uint8_t *p)
{
	if (s->checksum == 0xffff || s->ip_checksum == 0xffff)
		return true;
	return p[0] >> 4 == 4 ? !p[2] && !p[3] : !p[4] && !p[5];
}

static void check_equal(const uint8_t *a, const uint8_t *b, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		CHECK(a[i] == b[i]);
}

/* Written and read again until nothing changes: that must be at once. */
static void check_round_trip(const struct segment *s, const uint8_t *p)
{
	static struct segment back;
	size_t n, n2;

	n = segment_encode(s, first, sizeof(first));
	CHECK(n > 0 || s->ip_len > SEGMENT_PACKET_MAX);
	if (!n)
		return;
	if (!s->defects && !other_form(s, p)) {
		CHECK(n == s->ip_len);
		check_equal(first, p, n);
	}
	if (!segment_has_tcp(s) || s->defects & SEG_DEFECT_FRAGMENT || n > 0xffff)
		return;
	segment_decode(&back, first, n, n);
	CHECK(!(back.defects & SEG_DEFECT_CHECKSUM));
	n2 = segment_encode(&back, second, sizeof(second));
	CHECK(n == n2);
	check_equal(first, second, n);
}

/* Whatever is asked for is written, and has a reading. */
static void check_overrides(struct segment *s, uint8_t wishes)
{
	static struct segment back;
	size_t n;

	s->data_offset_set = wishes & 1;
	s->opt_nopad = wishes & 2;
	s->checksum_bad = wishes & 4;
	s->checksum_set = wishes & 8;
	s->ip_total_len_set = wishes & 16;
	s->ip_proto_set = wishes & 32;
	s->ip_checksum_set = wishes & 64;
	if (wishes & 128 && s->data_len) {
		s->raw = s->data;
		s->raw_len = s->data_len;
	}
	s->ip_total_len = (uint16_t)(s->window ^ s->urgent);
	n = segment_encode(s, first, sizeof(first));
	segment_decode(&back, first, n, n);
	describe(&back);
	if ((wishes & 0xfc) == 4 && n && n <= 0xffff && segment_has_tcp(&back) &&
	    !(back.defects & (SEG_DEFECT_FRAGMENT | SEG_DEFECT_TRUNCATED)))
		CHECK((back.defects & (SEG_DEFECT_CHECKSUM | SEG_DEFECT_CHECKSUM_PARTIAL)) ==
		      SEG_DEFECT_CHECKSUM);
}

static void check_neighbour(const uint8_t *frame, size_t len)
{
	static const uint8_t mac[ETH_ADDR_LEN] = { 2, 0, 0, 0, 0, 1 };
	uint8_t out[NEIGH_FRAME_MAX];
	struct neigh n, back;

	neigh_decode(&n, frame, len);
	if (n.kind != NEIGH_REQUEST)
		return;
	neigh_decode(&back, out, neigh_reply(&n, mac, out));
	CHECK(back.kind == NEIGH_REPLY);
	CHECK(ip_addr_eq(&back.target, &n.target));
	check_equal(back.mac, mac, sizeof(mac));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct segment s;
	const uint8_t *frame = data + HEAD;
	size_t len, off;

	if (size < HEAD)
		return 0;
	len = size - HEAD;
	check_neighbour(frame, len);
	if (!frame_ip_offset(linktypes[data[0] % 8], frame, len, &off))
		return 0;
	CHECK(off < len);
	segment_decode(&s, frame + off, len - off, len - off + data[1]);
	check_inside(&s, frame + off, len - off);
	describe(&s);
	check_round_trip(&s, frame + off);
	check_overrides(&s, data[2]);
	return 0;
}
