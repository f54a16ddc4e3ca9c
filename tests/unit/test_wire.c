/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests of the segment codec against packets that were put together from
 * the layouts in RFC 791, RFC 8200 and RFC 9293 (and read back with tcpdump),
 * not by our own encoder; and every defect.
 */
#include <criterion/criterion.h>

#include "wire/seq.h"
#include "wire_util.h"

/* clang-format off */
#define IP4_ADDRS "0a09 0002 0a09 0001"
#define IP6_ADDRS "fd00 0009 0000 0000 0000 0000 0000 0002" \
		  "fd00 0009 0000 0000 0000 0000 0000 0001"

#define A2 {4, {10, 9, 0, 2}}
#define A1 {4, {10, 9, 0, 1}}
#define B2 {6, {0xfd, 0, 0, 9, [15] = 2}}
#define B1 {6, {0xfd, 0, 0, 9, [15] = 1}}

/* A plain ACK from 7 to 50000, which the defect cases spoil. */
#define IP4_ACK "4500 0028 1234 4000 4006 1488" IP4_ADDRS
#define TCP_ACK_HEAD "0007 c350 0000 0001 0000 0002"
#define TCP_ACK_TAIL "5010 0200 d665 0000"

struct known {
	const char *name, *hex, *options, *data;
	struct segment want;
};

static const struct known known[] = {
	{ "SYN with the usual options, sequence number before the wrap",
	  "4500 003c 1234 4000 4006 1474" IP4_ADDRS
	  "9c40 0050 ffff fffe 0000 0000 a002 faf0 9c6a 0000"
	  "0204 05b4 0402 080a 0000 0001 0000 0000 0103 0307",
	  "<mss 1460, sackOK, ts val 1 ecr 0, nop, wscale 7>", "",
	  { .src = A2, .dst = A1, .ttl = 64, .ip_id = 0x1234, .df = true,
	    .ip_proto = 6, .ip_checksum = 0x1474, .ip_len = 60,
	    .sport = 40000, .dport = 80, .seq = 0xfffffffe, .flags = TCP_SYN,
	    .data_offset = 10, .window = 64240, .checksum = 0x9c6a,
	    .opt_len = 20, .n_opt = 5 } },
	{ "FIN|PSH|ACK with data and an odd length",
	  "452a 002d 0000 0000 0106 a58d" IP4_ADDRS
	  "0050 9c40 7fff ffff 0000 0001 5019 ffff 3b4f 0000 6865 6c6c 6f",
	  "", "hello",
	  { .src = A2, .dst = A1, .ttl = 1, .tos = 0x2a, .ip_proto = 6,
	    .ip_checksum = 0xa58d, .ip_len = 45,
	    .sport = 80, .dport = 40000, .seq = 0x7fffffff, .ack = 1,
	    .flags = TCP_FIN | TCP_PSH | TCP_ACK, .data_offset = 5,
	    .window = 65535, .checksum = 0x3b4f, .data_len = 5 } },
	{ "RST|ACK behind IPv4 options (router alert)",
	  "4600 002c 1234 4000 4006 7f7f" IP4_ADDRS "9404 0000"
	  "0007 c350 0000 0000 8000 0000 5014 0000 5864 0000",
	  "", "",
	  { .src = A2, .dst = A1, .ttl = 64, .ip_id = 0x1234, .df = true,
	    .ip_proto = 6, .ip_checksum = 0x7f7f, .ip_len = 44,
	    .ip_opt = (const uint8_t *)"\x94\4\0\0", .ip_opt_len = 4,
	    .sport = 7, .dport = 50000, .ack = 0x80000000,
	    .flags = TCP_RST | TCP_ACK, .data_offset = 5, .checksum = 0x5864 } },
	{ "IPv6, a SACK block across the wrap, EOL and padding",
	  "6b8b eef5 0024 06ff" IP6_ADDRS
	  "0007 c350 0000 0001 0000 0002 9010 0200 a946 0000"
	  "0101 050a ffff fff0 0000 0010 0101 0000",
	  "<nop, nop, sack 0xfffffff0-0x10, nop, nop, eol>", "",
	  { .src = B2, .dst = B1, .ttl = 255, .tos = 0xb8, .flow_label = 0xbeef5,
	    .ip_proto = 6, .ip_len = 76, .sport = 7, .dport = 50000, .seq = 1,
	    .ack = 2, .flags = TCP_ACK, .data_offset = 9, .window = 512,
	    .checksum = 0xa946, .opt_len = 16, .n_opt = 6 } },
	{ "IPv6, hop-by-hop and destination options",
	  "6000 0000 0024 0040" IP6_ADDRS
	  "3c00 0502 0000 0100 0600 0104 0000 0000"
	  "0007 c350 0000 0001 0000 0002 5010 0200 f063 0000",
	  "", "",
	  { .src = B2, .dst = B1, .ttl = 64, .ip_proto = 0, .ip_len = 76,
	    .ip_opt = (const uint8_t *)"\x3c\0\5\2\0\0\1\0\6\0\1\4\0\0\0",
	    .ip_opt_len = 16,
	    .sport = 7, .dport = 50000, .seq = 1, .ack = 2, .flags = TCP_ACK,
	    .data_offset = 5, .window = 512, .checksum = 0xf063 } },
	{ "all nine flags, urgent pointer, the IPv4 reserved bit",
	  "4500 0028 1234 8000 4006 d487" IP4_ADDRS
	  "0007 c350 0000 0001 0000 0002 51ff 0200 d466 0010",
	  "", "",
	  { .src = A2, .dst = A1, .ttl = 64, .ip_id = 0x1234, .ip_frag = 0x8000,
	    .ip_proto = 6, .ip_checksum = 0xd487, .ip_len = 40,
	    .sport = 7, .dport = 50000, .seq = 1, .ack = 2, .flags = 0x1ff,
	    .data_offset = 5, .window = 512, .checksum = 0xd466, .urgent = 16 } },
	{ "Ethernet padding is not payload",
	  IP4_ACK TCP_ACK_HEAD TCP_ACK_TAIL "0000 0000 0000",
	  "", "",
	  { .src = A2, .dst = A1, .ttl = 64, .ip_id = 0x1234, .df = true,
	    .ip_proto = 6, .ip_checksum = 0x1488, .ip_len = 40,
	    .sport = 7, .dport = 50000, .seq = 1, .ack = 2, .flags = TCP_ACK,
	    .data_offset = 5, .window = 512, .checksum = 0xd665 } },
};
/* clang-format on */

/* Options as text: "<...>", or "" if there are none. */
static void options_text(const struct segment *s, char *out, size_t cap)
{
	struct buf b = BUF_INIT;
	const char *p;

	segment_describe(s, &b);
	p = strchr(buf_str(&b), '<');
	snprintf(out, cap, "%s", p ? p : "");
	buf_fini(&b);
}

Test(wire, decode_known_packets)
{
	uint8_t packet[200], *copy;
	char options[300];
	struct segment s, want;
	const char *field;
	size_t i, len;

	for (i = 0; i < COUNT(known); i++) {
		const struct known *k = &known[i];

		len = from_hex(k->hex, packet);
		copy = exact(packet, len);
		memset(&s, 0xa5, sizeof(s)); /* as on the stack of a caller */
		segment_decode(&s, copy, len, len);
		want = k->want;
		want.data = (const uint8_t *)k->data;
		memcpy(want.opt, s.opt, sizeof(want.opt)); /* compared as text */
		field = difference(&s, &want);
		cr_expect_null(field, "%s: %s", k->name, field);
		options_text(&s, options, sizeof(options));
		cr_expect_str_eq(options, k->options, "%s: %s", k->name, options);
		free(copy);
	}
}

/* What was read without defects is written as it was. */
Test(wire, encode_known_packets)
{
	uint8_t packet[200], out[200];
	struct segment s;
	size_t i, len;

	for (i = 0; i < COUNT(known); i++) {
		len = from_hex(known[i].hex, packet);
		segment_decode(&s, packet, len, len);
		len = segment_encode(&s, out, sizeof(out));
		cr_expect_eq(len, s.ip_len, "%s: %zu", known[i].name, len);
		cr_expect_arr_eq(out, packet, s.ip_len, "%s", known[i].name);
	}
}

static struct segment plain_ack(uint8_t family)
{
	struct segment s = { .sport = 7, .dport = 50000, .seq = 1, .ack = 2, .window = 512 };
	static const struct ip_addr a4[] = { A2, A1 }, a6[] = { B2, B1 };

	s.src = family == 6 ? a6[0] : a4[0];
	s.dst = family == 6 ? a6[1] : a4[1];
	s.flags = TCP_ACK;
	s.df = true;
	s.ip_id = 0x1234;
	return s;
}

/* clang-format off */
struct defect {
	const char *name, *hex;
	size_t orig;		/* 0: as much as there is */
	uint32_t defects;
	uint32_t data_len, data_missing;
	uint8_t n_opt;
};

#define D(x) SEG_DEFECT_##x
#define IP6_ACK "6000 0000 0014 0640" IP6_ADDRS TCP_ACK_HEAD "5010 0200 f063 0000"

static const struct defect defects[] = {
	{ "nothing", "", 0, D(IP_HEADER) | D(NOT_TCP), 0, 0, 0 },
	{ "nothing captured", "", 60, D(TRUNCATED) | D(NOT_TCP), 0, 0, 0 },
	{ "version 5", "5500 0028 1234 4000 4006 1488" IP4_ADDRS
	  TCP_ACK_HEAD TCP_ACK_TAIL, 0,
	  D(IP_HEADER) | D(NOT_TCP), 0, 0, 0 },
	{ "half an IPv4 header", "4500 0028 1234 4000", 0, D(IP_HEADER) | D(NOT_TCP), 0, 0, 0 },
	{ "half an IPv4 header captured", "4500 0028 1234 4000", 40,
	  D(TRUNCATED) | D(NOT_TCP), 0, 0, 0 },
	{ "half an IPv6 header", "6000 0000 0014 0640 fd00", 0, D(IP_HEADER) | D(NOT_TCP), 0,
	  0, 0 },
	{ "half an IPv6 header captured", "6000 0000 0014 0640 fd00", 60,
	  D(TRUNCATED) | D(NOT_TCP), 0, 0, 0 },
	{ "IHL 4", "4400 0028 1234 4000 4006 1588" IP4_ADDRS
	  TCP_ACK_HEAD TCP_ACK_TAIL, 0,
	  D(IP_HEADER), 0, 0, 0 },
	{ "IHL beyond the packet", "4f00 0028 1234 4000 4006 0a88" IP4_ADDRS TCP_ACK_HEAD
	  TCP_ACK_TAIL,
	  0, D(IP_HEADER), 0, 0, 0 },
	{ "IPv4 options not captured", "4600 002c 1234 4000 4006 7f7f" IP4_ADDRS "9404", 44,
	  D(TRUNCATED) | D(SHORT), 0, 0, 0 },
	{ "total length shorter than the header",
	  "4500 0013 1234 4000 4006 149d" IP4_ADDRS
	  TCP_ACK_HEAD TCP_ACK_TAIL, 0,
	  D(IP_HEADER) | D(SHORT), 0, 0, 0 },
	{ "total length longer than the packet",
	  "4500 0029 1234 4000 4006 1487" IP4_ADDRS
	  TCP_ACK_HEAD TCP_ACK_TAIL, 0,
	  D(IP_HEADER) | D(TRUNCATED), 0, 1, 0 },
	{ "total length 0 (offload) with data",
	  "4500 0000 1234 4000 4006 14b0" IP4_ADDRS TCP_ACK_HEAD "5010 0200 7566 0000 6100", 0,
	  D(CHECKSUM), 2, 0, 0 },
	{ "total length 0 (offload), correct",
	  "4500 0000 1234 4000 4006 14b0" IP4_ADDRS TCP_ACK_HEAD TCP_ACK_TAIL, 0, 0, 0, 0, 0 },
	{ "IPv4 checksum", "4500 0028 1234 4000 4006 1489" IP4_ADDRS
	  TCP_ACK_HEAD TCP_ACK_TAIL, 0,
	  D(IP_CHECKSUM), 0, 0, 0 },
	{ "UDP", "4500 0028 1234 4000 4011 147d" IP4_ADDRS
	  TCP_ACK_HEAD TCP_ACK_TAIL, 0,
	  D(NOT_TCP), 0, 0, 0 },
	{ "first fragment", "4500 0028 1234 2000 4006 3488" IP4_ADDRS TCP_ACK_HEAD
	  "5010 0200 1111 0000", 0,
	  D(FRAGMENT), 0, 0, 0 },
	{ "later fragment", "4500 0028 1234 0001 4006 5487" IP4_ADDRS
	  TCP_ACK_HEAD TCP_ACK_TAIL, 0,
	  D(FRAGMENT) | D(NOT_TCP), 0, 0, 0 },
	{ "19 bytes of TCP", "4500 0027 1234 4000 4006 1489" IP4_ADDRS TCP_ACK_HEAD
	  "5010 0200 d665 00",
	  0, D(SHORT), 0, 0, 0 },
	{ "no TCP at all", "4500 0014 1234 4000 4006 149c" IP4_ADDRS, 0, D(SHORT), 0, 0, 0 },
	{ "19 bytes of TCP captured", IP4_ACK TCP_ACK_HEAD "5010 0200 d665 00", 40,
	  D(SHORT) | D(TRUNCATED), 0, 0, 0 },
	{ "data offset 4", IP4_ACK TCP_ACK_HEAD "4010 0200 e665 0000", 0, D(DATA_OFFSET), 0, 0, 0 },
	{ "data offset 0", IP4_ACK TCP_ACK_HEAD "0010 0200 2666 0000", 0, D(DATA_OFFSET), 0, 0, 0 },
	{ "data offset 6 without options", IP4_ACK TCP_ACK_HEAD "6010 0200 c665 0000", 0,
	  D(DATA_OFFSET), 0, 0, 0 },
	{ "data offset 15, what is there are options",
	  "4500 002c 1234 4000 4006 1484" IP4_ADDRS TCP_ACK_HEAD "f010 0200 345f 0000 0101 0101", 0,
	  D(DATA_OFFSET), 0, 0, 4 },
	{ "checksum", IP4_ACK TCP_ACK_HEAD "5010 0200 d666 0000", 0, D(CHECKSUM), 0, 0, 0 },
	{ "checksum 0", IP4_ACK TCP_ACK_HEAD "5010 0200 0000 0000", 0, D(CHECKSUM), 0, 0, 0 },
	{ "pseudo-header sum left for the network card",
	  IP4_ACK TCP_ACK_HEAD "5010 0200 142f 0000", 0, D(CHECKSUM) | D(CHECKSUM_PARTIAL), 0,
	  0, 0 },
	{ "the same inverted is just wrong", IP4_ACK TCP_ACK_HEAD "5010 0200 ebd0 0000", 0,
	  D(CHECKSUM), 0, 0, 0 },
	{ "the same with IPv6",
	  "6000 0000 0014 0640" IP6_ADDRS TCP_ACK_HEAD "5010 0200 fa30 0000", 0,
	  D(CHECKSUM) | D(CHECKSUM_PARTIAL), 0, 0, 0 },
	{ "the other zero of ones' complement is right", IP4_ACK
	  TCP_ACK_HEAD "5010 0200 ffff d665", 0, 0, 0, 0, 0 },
	{ "several at once: they add up", "4500 0028 1234 4000 4006 1489" IP4_ADDRS
	  TCP_ACK_HEAD "4e10 0200 d865 0001", 0,
	  D(IP_CHECKSUM) | D(RESERVED) | D(DATA_OFFSET) | D(CHECKSUM), 0, 0, 0 },
	{ "reserved bits", IP4_ACK TCP_ACK_HEAD "5e10 0200 c865 0000", 0, D(RESERVED), 0, 0, 0 },
	{ "data not captured, checksum not judged",
	  "4500 012c 1234 4000 4006 1384" IP4_ADDRS TCP_ACK_HEAD "5010 0200 1111 0000 6162", 300,
	  D(TRUNCATED), 2, 258, 0 },
	{ "options not captured",
	  "4500 0034 1234 4000 4006 147c" IP4_ADDRS TCP_ACK_HEAD
	  "8010 0200 1111 0000 0101 080a 0000",
	  52, D(TRUNCATED), 0, 0, 3 },
	{ "IPv6 payload length beyond the packet",
	  "6000 0000 0015 0640" IP6_ADDRS TCP_ACK_HEAD "5010 0200 f063 0000", 0,
	  D(IP_HEADER) | D(TRUNCATED), 0, 1, 0 },
	{ "IPv6 payload length 0 (offload)",
	  "6000 0000 0000 0640" IP6_ADDRS TCP_ACK_HEAD "5010 0200 f063 0000", 0, 0, 0, 0, 0 },
	{ "IPv6 no next header", "6000 0000 0014 3b40" IP6_ADDRS
	  TCP_ACK_HEAD TCP_ACK_TAIL, 0,
	  D(NOT_TCP), 0, 0, 0 },
	{ "IPv6 first fragment",
	  "6000 0000 001c 2c40" IP6_ADDRS "0600 0001 0000 0007"
	  TCP_ACK_HEAD TCP_ACK_TAIL, 0,
	  D(FRAGMENT), 0, 0, 0 },
	{ "IPv6 later fragment",
	  "6000 0000 001c 2c40" IP6_ADDRS "0600 0008 0000 0007"
	  TCP_ACK_HEAD TCP_ACK_TAIL, 0,
	  D(FRAGMENT) | D(NOT_TCP), 0, 0, 0 },
	{ "IPv6 fragment that is whole (RFC 6946)",
	  "6000 0000 001c 2c40" IP6_ADDRS "0600 0000 0000 0007" TCP_ACK_HEAD
	  "5010 0200 f063 0000", 0,
	  0, 0, 0, 0 },
	{ "IPv6 routing header with segments left",
	  "6000 0000 001c 2b40" IP6_ADDRS "0600 0401 0000 0000" TCP_ACK_HEAD
	  "5010 0200 1111 0000", 0,
	  D(NOT_TCP), 0, 0, 0 },
	{ "IPv6 routing header without segments left",
	  "6000 0000 001c 2b40" IP6_ADDRS "0600 0400 0000 0000" TCP_ACK_HEAD
	  "5010 0200 1111 0000", 0,
	  D(CHECKSUM), 0, 0, 0 },
	{ "IPv6 authentication header",
	  "6000 0000 0024 3340" IP6_ADDRS "0602 0000 0000 0001 0000 0002 dead beef"
	  TCP_ACK_HEAD "5010 0200 f063 0000", 0, 0, 0, 0, 0 },
	{ "IPv6 extension header beyond the packet",
	  "6000 0000 0010 0040" IP6_ADDRS "0602 0104 0000 0000 0000 0000 0000 0000", 0,
	  D(IP_HEADER) | D(NOT_TCP), 0, 0, 0 },
	{ "IPv6 extension header cut", "6000 0000 0004 0040" IP6_ADDRS "0600 0104", 0,
	  D(IP_HEADER) | D(NOT_TCP), 0, 0, 0 },
	{ "IPv6 extension header not captured", "6000 0000 001c 0040" IP6_ADDRS "0600 0104", 68,
	  D(TRUNCATED) | D(NOT_TCP), 0, 0, 0 },
	{ "plain IPv6", IP6_ACK, 0, 0, 0, 0, 0 },
	{ "original length below the captured one is ignored", IP6_ACK, 10, 0, 0, 0, 0 },
};
/* clang-format on */

Test(wire, defects)
{
	uint8_t packet[200], *copy;
	struct segment s;
	uint32_t seen = 0;
	size_t i, len;

	for (i = 0; i < COUNT(defects); i++) {
		const struct defect *d = &defects[i];

		len = from_hex(d->hex, packet);
		copy = exact(packet, len);
		memset(&s, 0xa5, sizeof(s));
		segment_decode(&s, copy, len, d->orig ? d->orig : len);
		cr_expect_eq(s.defects, d->defects, "%s: %s", d->name, defects_text(s.defects));
		cr_expect_eq(s.data_len, d->data_len, "%s: %u", d->name, s.data_len);
		cr_expect_eq(s.data_missing, d->data_missing, "%s: %u", d->name, s.data_missing);
		cr_expect_eq(s.n_opt, d->n_opt, "%s: %u", d->name, s.n_opt);
		cr_expect_eq(segment_has_tcp(&s), !(d->defects & (D(NOT_TCP) | D(SHORT))), "%s",
			     d->name);
		seen |= s.defects;
		free(copy);
	}
	/* Those of options have a test of their own. */
	cr_expect_eq(seen | D(OPT_LENGTH) | D(OPT_PADDING), 2 * D(RESERVED) - 1,
		     "a defect without a case: %x", seen);
}

Test(wire, encode_plain)
{
	uint8_t out[100], want[100];
	struct segment s;
	size_t len;

	s = plain_ack(4);
	len = from_hex(IP4_ACK TCP_ACK_HEAD TCP_ACK_TAIL, want);
	cr_expect_eq(segment_encode(&s, out, sizeof(out)), len);
	cr_expect_arr_eq(out, want, len);
	s = plain_ack(6);
	len = from_hex(IP6_ACK, want);
	cr_expect_eq(segment_encode(&s, out, sizeof(out)), len);
	cr_expect_arr_eq(out, want, len);
}

/* The only failure; what does not fit leaves the buffer alone. */
Test(wire, encode_into_too_little_room)
{
	struct segment s = plain_ack(4);
	size_t cap, i;
	uint8_t *out;

	s.data = (const uint8_t *)"abc";
	s.data_len = 3;
	tcp_opt_mss(&s.opt[0], 1);
	s.n_opt = 1;
	for (cap = 0; cap < 47; cap++) {
		out = malloc(cap + 1);
		memset(out, 0x5a, cap + 1);
		cr_expect_eq(segment_encode(&s, out, cap), 0, "%zu", cap);
		for (i = 0; i <= cap; i++)
			cr_expect_eq(out[i], 0x5a);
		free(out);
	}
	out = malloc(47);
	cr_expect_eq(segment_encode(&s, out, 47), 47);
	free(out);
}

/* clang-format off */
struct override {
	const char *name;
	struct segment set;	/* what differs from the plain ACK */
	size_t off;		/* where in the packet */
	const char *hex;	/* what stands there */
	uint32_t defects;	/* as read back */
};

static const struct override overrides[] = {
	{ "ttl 0 stands for 64", { .ttl = 0 }, 8, "40", 0 },
	{ "ttl 0 on purpose", { .ttl_set = true }, 8, "00", 0 },
	{ "ttl 255", { .ttl = 255 }, 8, "ff", 0 },
	{ "tos", { .tos = 0xb9 }, 1, "b9", 0 },
	{ "data offset 4", { .data_offset_set = true, .data_offset = 4 }, 32, "40",
	  D(DATA_OFFSET) },
	{ "data offset 15", { .data_offset_set = true, .data_offset = 15 }, 32, "f0",
	  D(DATA_OFFSET) },
	{ "data offset not set is ignored", { .data_offset = 15 }, 32, "50", 0 },
	{ "reserved bits", { .reserved = 7 }, 32, "5e10", D(RESERVED) },
	{ "reserved and AE are the old four reserved bits", { .reserved = 7, .flags = TCP_AE },
	  32, "5f10", D(RESERVED) },
	{ "checksum given", { .checksum_set = true, .checksum = 0xbeef }, 36, "beef", D(CHECKSUM) },
	{ "checksum zero", { .checksum_set = true }, 36, "0000", D(CHECKSUM) },
	{ "checksum given that happens to be right", { .checksum_set = true, .checksum = 0xd665 },
	  36, "d665", 0 },
	{ "checksum bad", { .checksum_bad = true }, 36, "8330", D(CHECKSUM) },
	{ "urgent pointer without URG", { .urgent = 0xffff }, 38, "ffff", 0 },
	{ "total length longer", { .ip_total_len_set = true, .ip_total_len = 50 }, 2, "0032",
	  D(IP_HEADER) | D(TRUNCATED) },
	{ "total length shorter", { .ip_total_len_set = true, .ip_total_len = 39 }, 2, "0027",
	  D(SHORT) },
	{ "IP checksum", { .ip_checksum_set = true, .ip_checksum = 0xdead }, 10, "dead",
	  D(IP_CHECKSUM) },
	{ "IP checksum zero", { .ip_checksum_set = true }, 10, "0000", D(IP_CHECKSUM) },
	{ "protocol", { .ip_proto_set = true, .ip_proto = 253 }, 9, "fd", D(NOT_TCP) },
	{ "protocol not set is ignored", { .ip_proto = 253 }, 9, "06", 0 },
	{ "more fragments", { .ip_frag = 0x2000 }, 6, "6000", D(FRAGMENT) },
	{ "IP options are padded", { .ip_opt = (const uint8_t *)"\1", .ip_opt_len = 1 }, 20,
	  "01000000", 0 },
	{ "IHL with them", { .ip_opt = (const uint8_t *)"\1", .ip_opt_len = 1 }, 0,
	  "4600 002c", 0 },
	{ "raw segment", { .raw = (const uint8_t *)"\xab\xcd\xef", .raw_len = 3 }, 0,
	  "4500 0017 1234 4000 4006 1499 0a09 0002 0a09 0001 abcd ef", D(SHORT) },
	{ "room for options that are not there", { .opt_len = 7 }, 32,
	  "7010 0200 b65d 0000 0000000000000000", 0 },
	{ "payload of zeros", { .data_len = 2 }, 36, "d663 0000 0000", 0 },
};
/* clang-format on */

/* Puts what @set has over the plain ACK. */
static struct segment overridden(const struct segment *set)
{
	struct segment s = *set, plain = plain_ack(4);

	s.src = plain.src;
	s.dst = plain.dst;
	s.sport = plain.sport;
	s.dport = plain.dport;
	s.seq = plain.seq;
	s.ack = plain.ack;
	s.flags |= plain.flags;
	s.window = plain.window;
	s.df = true;
	s.ip_id = plain.ip_id;
	return s;
}

Test(wire, encode_overrides)
{
	uint8_t out[200], want[64];
	struct segment s, back;
	size_t i, len, n;

	for (i = 0; i < COUNT(overrides); i++) {
		const struct override *o = &overrides[i];

		s = overridden(&o->set);
		len = segment_encode(&s, out, sizeof(out));
		n = from_hex(o->hex, want);
		cr_assert_geq(len, o->off + n, "%s", o->name);
		cr_expect_arr_eq(out + o->off, want, n, "%s: %02x%02x", o->name, out[o->off],
				 out[o->off + 1]);
		segment_decode(&back, out, len, len);
		cr_expect_eq(back.defects, o->defects, "%s: %s", o->name,
			     defects_text(back.defects));
	}
}

Test(wire, encode_ip6_overrides)
{
	static const uint8_t hop_by_hop[8] = { 6, 0, 1, 4 };
	struct segment s = plain_ack(6), back;
	uint8_t out[200];
	size_t len;

	s.flow_label = 0xfffabcde; /* 20 bits count */
	s.tos = 0x5a;
	s.ip_total_len_set = true;
	s.ip_total_len = 61;
	len = segment_encode(&s, out, sizeof(out));
	cr_expect_eq(len, 60);
	cr_expect_arr_eq(out, "\x65\xaa\xbc\xde\0\x15\6\x40", 8);

	s = plain_ack(6);
	s.ip_proto = 0;
	s.ip_opt = hop_by_hop;
	s.ip_opt_len = sizeof(hop_by_hop);
	len = segment_encode(&s, out, sizeof(out));
	segment_decode(&back, out, len, len);
	cr_expect_eq(back.defects, 0, "%s", defects_text(back.defects));
	cr_expect_eq(back.ip_proto, 0);
	cr_expect_eq(back.ip_opt_len, 8);
}

/* Wrong for certain, whatever the packet; and not what offload leaves. */
Test(wire, bad_checksum_is_always_bad)
{
	struct segment s = plain_ack(4), back;
	uint8_t out[100];
	uint32_t i;
	size_t len;

	s.checksum_bad = true;
	for (i = 0; i < 0x10000; i++) {
		s.window = (uint16_t)i;
		len = segment_encode(&s, out, sizeof(out));
		segment_decode(&back, out, len, len);
		cr_assert_eq(back.defects, D(CHECKSUM), "window %u: %s", i,
			     defects_text(back.defects));
		cr_assert_neq(back.checksum, 0, "window %u", i);
		cr_assert_neq(back.checksum, 0xffff, "window %u", i);
	}
}

/* A correct checksum passes for each value that it can have. */
Test(wire, good_checksum_is_always_good)
{
	struct segment s = plain_ack(6), back;
	uint8_t out[100];
	uint32_t i;
	size_t len;

	for (i = 0; i < 0x10000; i++) {
		s.urgent = (uint16_t)i;
		len = segment_encode(&s, out, sizeof(out));
		segment_decode(&back, out, len, len);
		cr_assert_eq(back.defects, 0, "urgent %u: %s", i, defects_text(back.defects));
	}
}

/* Each single bit flipped in the TCP part is noticed. */
Test(wire, checksum_notices_each_flipped_bit)
{
	uint8_t packet[200];
	size_t len = from_hex(known[0].hex, packet), bit;
	struct segment s;

	for (bit = 20 * 8; bit < len * 8; bit++) {
		packet[bit / 8] ^= (uint8_t)(1 << bit % 8);
		segment_decode(&s, packet, len, len);
		cr_expect(s.defects & D(CHECKSUM), "bit %zu", bit);
		packet[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

Test(wire, largest_packets)
{
	static uint8_t out[SEGMENT_PACKET_MAX], data[65535];
	struct segment s = plain_ack(6), back;
	size_t len;

	memset(data, 0xff, sizeof(data));
	s.data = data;
	s.data_len = 65535 - 20;
	len = segment_encode(&s, out, sizeof(out));
	cr_expect_eq(len, SEGMENT_PACKET_MAX);
	segment_decode(&back, out, len, len);
	cr_expect_eq(back.defects, 0, "%s", defects_text(back.defects));
	cr_expect_eq(back.data_len, s.data_len);
	s.data_len++;
	cr_expect_eq(segment_encode(&s, out, sizeof(out)), 0);
	s = plain_ack(4);
	s.data = data;
	s.data_len = 65535 - 40;
	len = segment_encode(&s, out, sizeof(out));
	cr_expect_eq(len, 65535);
	segment_decode(&back, out, len, len);
	cr_expect_eq(back.defects, 0, "%s", defects_text(back.defects));
}

Test(wire, segment_length_counts_syn_and_fin)
{
	struct segment s = { .data_len = 10 };

	cr_expect_eq(segment_len(&s), 10);
	s.flags = TCP_SYN;
	cr_expect_eq(segment_len(&s), 11);
	s.flags = TCP_SYN | TCP_FIN;
	cr_expect_eq(segment_len(&s), 12);
	s.flags = TCP_FIN | TCP_ACK | TCP_RST | TCP_PSH | TCP_URG;
	cr_expect_eq(segment_len(&s), 11);
	s.data_missing = 1000;
	cr_expect_eq(segment_len(&s), 1011);
}

Test(wire, sequence_arithmetic)
{
	static const struct {
		uint32_t a, b;
		int order; /* of a and b */
	} cases[] = {
		{ 0, 0, 0 },
		{ 0, 1, -1 },
		{ 0xffffffff, 0, -1 },
		{ 0, 0xffffffff, 1 },
		{ 0x7fffffff, 0, 1 },
		{ 0, 0x7fffffff, -1 },
		{ 0x80000001, 0, -1 },
		{ 0xfffffff0, 0x10, -1 },
		{ 0x10, 0xfffffff0, 1 },
		{ 0x7fffffff, 0x80000000, -1 },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		uint32_t a = cases[i].a, b = cases[i].b;
		int o = cases[i].order;

		cr_expect_eq(seq_lt(a, b), o < 0, "case %zu", i);
		cr_expect_eq(seq_le(a, b), o <= 0, "case %zu", i);
		cr_expect_eq(seq_gt(a, b), o > 0, "case %zu", i);
		cr_expect_eq(seq_ge(a, b), o >= 0, "case %zu", i);
		cr_expect_eq(seq_max(a, b), o < 0 ? b : a, "case %zu", i);
		cr_expect_eq(seq_min(a, b), o < 0 ? a : b, "case %zu", i);
	}
	cr_expect(seq_in(0xffffffff, 0xfffffffe, 3));
	cr_expect(seq_in(0, 0xfffffffe, 3));
	cr_expect_not(seq_in(1, 0xfffffffe, 3));
	cr_expect_not(seq_in(0xfffffffd, 0xfffffffe, 3));
	cr_expect_not(seq_in(5, 5, 0));
}

/* Against the sum as RFC 1071 writes it down: 16 bits at a time. */
static uint32_t slow_sum(const uint8_t *p, size_t len, uint32_t sum)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

Test(wire, checksum_of_all_lengths_and_alignments)
{
	static const uint8_t fills[] = { 0, 0xff, 0x80, 1 };
	uint8_t data[300];
	struct prng r = { 1 };
	size_t len, off, f, i;

	for (f = 0; f <= COUNT(fills); f++) {
		for (i = 0; i < sizeof(data); i++)
			data[i] = f < COUNT(fills) ? fills[f] : (uint8_t)prng_next(&r);
		for (len = 0; len < 200; len++)
			for (off = 0; off < 8; off++)
				cr_assert_eq(inet_sum(data + off, len, 0x1fffe),
					     slow_sum(data + off, len, 0x1fffe), "%zu %zu", len,
					     off);
	}
	/* RFC 1071, section 3. */
	cr_expect_eq(inet_sum("\0\1\xf2\3\xf4\xf5\xf6\xf7", 8, 0), 0xddf2);
	/* In two pieces. */
	cr_expect_eq(inet_sum(data + 10, 50, inet_sum(data, 10, 0)), inet_sum(data, 60, 0));
}
