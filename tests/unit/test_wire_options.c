/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests of TCP options, and of the text forms of everything in a segment.
 */
#include <criterion/criterion.h>
#include <errno.h>

#include "wire_util.h"

#define LENGTH SEG_DEFECT_OPT_LENGTH
#define PADDING SEG_DEFECT_OPT_PADDING
#define X8 "0000 0000 0000 0001"

struct space {
	const char *hex, *text; /* text: the options as described, comma separated */
	uint32_t defects;
	bool all_known; /* each is typed */
	bool dropped;	/* padding that is not kept */
};

/* clang-format off */
static const struct space spaces[] = {
	{ "", "", 0, true, false },
	{ "00", "eol", 0, true, false },
	{ "00000000", "eol", 0, true, true },
	{ "01", "nop", 0, true, false },
	{ "0101", "nop, nop", 0, true, false },
	{ "020405b4", "mss 1460", 0, true, false },
	{ "02040000", "mss 0", 0, true, false },
	{ "0204ffff", "mss 65535", 0, true, false },
	{ "030300", "wscale 0", 0, true, false },
	{ "0303ff", "wscale 255", 0, true, false },
	{ "0402", "sackOK", 0, true, false },
	{ "050a fffffff0 00000010", "sack 0xfffffff0-0x10", 0, true, false },
	{ "0512" X8 X8, "sack 0x0-0x1 0x0-0x1", 0, true, false },
	{ "051a" X8 X8 X8, "sack 0x0-0x1 0x0-0x1 0x0-0x1", 0, true, false },
	{ "0522" X8 X8 X8 X8, "sack 0x0-0x1 0x0-0x1 0x0-0x1 0x0-0x1", 0, true, false },
	{ "080a ffffffff 80000000", "ts val 4294967295 ecr 2147483648", 0, true, false },
	{ "1312 00112233445566778899aabbccddeeff",
	  "md5 length 18 0x00112233445566778899aabbccddeeff", 0, false, false },
	{ "1d04 0102", "ao length 4 0x0102", 0, false, false },
	{ "2202", "tfo length 2", 0, false, false },
	{ "2206 cafe0123", "tfo length 6 0xcafe0123", 0, false, false },
	{ "fe06 f9890001", "kind 254 length 6 0xf9890001", 0, false, false },
	{ "0602", "kind 6 length 2", 0, false, false },
	/* Lengths that no RFC gives these kinds: well-formed, but not typed. */
	{ "020305", "mss length 3 0x05", 0, false, false },
	{ "0205 05b400", "mss length 5 0x05b400", 0, false, false },
	{ "0302", "wscale length 2", 0, false, false },
	{ "0304 0707", "wscale length 4 0x0707", 0, false, false },
	{ "0403 01", "sackOK length 3 0x01", 0, false, false },
	{ "0502", "sack length 2", 0, false, false },
	{ "0509 00000000 000001", "sack length 9 0x00000000000001", 0, false, false },
	{ "050b" X8 "00", "sack length 11 0x000000000000000100", 0, false, false },
	{ "0809 00000000 000001", "ts length 9 0x00000000000001", 0, false, false },
	{ "080b" X8 "00", "ts length 11 0x000000000000000100", 0, false, false },
	/* Several, in order, twice the same. */
	{ "020405b4 0402 080a 00000001 00000000 01 030307",
	  "mss 1460, sackOK, ts val 1 ecr 0, nop, wscale 7", 0, true, false },
	{ "02040001 02040002", "mss 1, mss 2", 0, true, false },
	{ "0303 07 00", "wscale 7, eol", 0, true, false },
	/* After EOL nothing but zeros. */
	{ "0303 07 00 00000000", "wscale 7, eol", 0, true, true },
	{ "00 01", "eol then 0x01", PADDING, false, false },
	{ "00 00 020405b4", "eol then 0x00020405b4", PADDING, false, false },
	{ "01 00 00 ff", "nop, eol then 0x00ff", PADDING, false, false },
	/* A length that cannot be: the rest is not parsed. */
	{ "02", "mss without length", LENGTH, false, false },
	{ "01 fe", "nop, kind 254 without length", LENGTH, false, false },
	{ "0200 05b4 01", "mss length 0 0x05b401", LENGTH, false, false },
	{ "0201 05b4 01", "mss length 1 0x05b401", LENGTH, false, false },
	{ "fe00", "kind 254 length 0", LENGTH, false, false },
	{ "fe01", "kind 254 length 1", LENGTH, false, false },
	{ "0204 05", "mss length 4 0x05", LENGTH, false, false },
	{ "0204", "mss length 4", LENGTH, false, false },
	{ "01 0822" X8, "nop, ts length 34 0x0000000000000001", LENGTH, false, false },
	{ "05ff" X8, "sack length 255 0x0000000000000001", LENGTH, false, false },
	{ "0403", "sackOK length 3", LENGTH, false, false },
};
/* clang-format on */

static bool known_all(const struct tcp_opt *opt, uint8_t n)
{
	uint8_t i;

	for (i = 0; i < n; i++)
		if (!opt[i].known)
			return false;
	return true;
}

static void describe_all(const struct tcp_opt *opt, uint8_t n, struct buf *out)
{
	uint8_t i;

	for (i = 0; i < n; i++) {
		buf_adds(out, i ? ", " : "");
		tcp_opt_describe(&opt[i], out);
	}
}

Test(wire_options, every_kind_and_defect)
{
	uint8_t space[TCP_OPT_SPACE], out[TCP_OPT_SPACE + 2], *copy, n;
	struct tcp_opt opt[TCP_OPT_MAX];
	struct buf text = BUF_INIT;
	size_t i, len, back;
	uint32_t defects;

	for (i = 0; i < COUNT(spaces); i++) {
		const struct space *s = &spaces[i];

		len = from_hex(s->hex, space);
		copy = exact(space, len);
		memset(opt, 0xa5, sizeof(opt));
		defects = tcp_opts_decode(opt, &n, copy, len);
		buf_reset(&text);
		describe_all(opt, n, &text);
		cr_expect_str_eq(buf_str(&text), s->text, "%s: %s", s->hex, buf_str(&text));
		cr_expect_eq(defects, s->defects, "%s: %s", s->hex, defects_text(defects));
		cr_expect_eq(known_all(opt, n), s->all_known, "%s", s->hex);
		back = tcp_opts_encode(opt, n, out);
		cr_expect_eq(back < len, s->dropped, "%s", s->hex);
		cr_expect_arr_eq(out, space, back, "%s", s->hex);
		free(copy);
	}
	buf_fini(&text);
}

Test(wire_options, forty_of_one_byte)
{
	uint8_t space[TCP_OPT_SPACE], n;
	struct tcp_opt opt[TCP_OPT_MAX];

	memset(space, TCP_OPT_NOP, sizeof(space));
	cr_expect_eq(tcp_opts_decode(opt, &n, space, sizeof(space)), 0);
	cr_expect_eq(n, 40);
	space[39] = 2;
	cr_expect_eq(tcp_opts_decode(opt, &n, space, sizeof(space)), LENGTH);
	cr_expect_eq(n, 40);
	cr_expect(opt[39].bare);
}

static void expect_bytes(const struct tcp_opt *o, bool known, const char *hex)
{
	uint8_t out[TCP_OPT_SPACE + 2], want[TCP_OPT_SPACE + 2];
	size_t len = from_hex(hex, want);

	cr_expect_eq(tcp_opts_len(o, 1), len, "%s: %zu", hex, tcp_opts_len(o, 1));
	cr_expect_eq(tcp_opts_encode(o, 1, out), len, "%s", hex);
	cr_expect_arr_eq(out, want, len, "%s", hex);
	cr_expect_eq(o->known, known, "%s", hex);
}

/* The makers fill both the wire form and the typed part. */
Test(wire_options, makers)
{
	static const uint32_t blocks[5][2] = {
		{ 1, 2 }, { 0xfffffff0, 0x10 }, { 5, 6 }, { 7, 8 }, { 9, 10 }
	};
	struct tcp_opt o;

	memset(&o, 0xa5, sizeof(o));
	tcp_opt_mss(&o, 1460);
	expect_bytes(&o, true, "020405b4");
	cr_expect_eq(o.mss, 1460);
	tcp_opt_wscale(&o, 14);
	expect_bytes(&o, true, "03030e");
	cr_expect_eq(o.wscale, 14);
	tcp_opt_timestamps(&o, 0xfffffffe, 0x01020304);
	expect_bytes(&o, true, "080a fffffffe 01020304");
	cr_expect_eq(o.ts.val, 0xfffffffe);
	cr_expect_eq(o.ts.ecr, 0x01020304);
	tcp_opt_simple(&o, TCP_OPT_EOL);
	expect_bytes(&o, true, "00");
	tcp_opt_simple(&o, TCP_OPT_NOP);
	expect_bytes(&o, true, "01");
	cr_expect_eq(o.length, 1);
	tcp_opt_simple(&o, TCP_OPT_SACK_PERMITTED);
	expect_bytes(&o, true, "0402");
	tcp_opt_sack(&o, 2, blocks);
	expect_bytes(&o, true, "0512 00000001 00000002 fffffff0 00000010");
	cr_expect_eq(o.sack.n, 2);
	cr_expect_eq(o.sack.block[1].left, 0xfffffff0);
	cr_expect_eq(o.sack.block[1].right, 0x10);
	tcp_opt_sack(&o, 5, blocks); /* one too many: the first four */
	expect_bytes(&o, true, "0522 00000001 00000002 fffffff0 00000010"
			       "00000005 00000006 00000007 00000008");
	tcp_opt_sack(&o, 0, blocks);
	expect_bytes(&o, false, "0502");
}

Test(wire_options, raw_maker)
{
	static const uint8_t body[60] = { 5, 0xb4, 3 };
	struct tcp_opt o;

	memset(&o, 0xa5, sizeof(o));
	tcp_opt_raw(&o, TCP_OPT_MSS, 4, body, 2); /* consistent: typed */
	expect_bytes(&o, true, "020405b4");
	cr_expect_eq(o.mss, 1460);
	tcp_opt_raw(&o, TCP_OPT_MSS, 5, body, 2);
	expect_bytes(&o, false, "020505b4");
	tcp_opt_raw(&o, TCP_OPT_MSS, 4, body, 1);
	expect_bytes(&o, false, "020405");
	tcp_opt_raw(&o, TCP_OPT_MSS, 4, body, 3);
	expect_bytes(&o, false, "020405b403");
	tcp_opt_raw(&o, 254, 0, NULL, 0);
	expect_bytes(&o, false, "fe00");
	tcp_opt_raw(&o, TCP_OPT_NOP, 7, body, 1); /* NOP has no length byte */
	expect_bytes(&o, false, "0105");
	tcp_opt_raw(&o, 253, 255, body, sizeof(body)); /* cut at 40 */
	cr_expect_eq(tcp_opts_len(&o, 1), 42);
}

/* A header can hold 40 bytes; what is beyond is written all the same. */
Test(wire_options, more_than_a_header_holds)
{
	struct segment s = { .src = { .family = 4 }, .data_len = 3 }, back;
	static const uint8_t body[40] = { 0 };
	uint8_t out[200];
	size_t len;

	tcp_opt_raw(&s.opt[0], 253, 42, body, 40);
	tcp_opt_mss(&s.opt[1], 536);
	s.n_opt = 2;
	len = segment_encode(&s, out, sizeof(out));
	cr_expect_eq(len, 20 + 20 + 48 + 3);
	cr_expect_eq(out[32], 0xf0);
	segment_decode(&back, out, len, len);
	cr_expect_eq(back.defects, LENGTH, "%s", defects_text(back.defects));
	cr_expect_eq(back.opt_len, 40);
	cr_expect_eq(back.data_len, 11);
}

Test(wire_options, padding)
{
	struct segment s = { .src = { .family = 4 }, .data = (const uint8_t *)"ab", .data_len = 2 };
	struct segment back;
	uint8_t out[100];
	size_t len;

	tcp_opt_wscale(&s.opt[0], 7);
	s.n_opt = 1;
	len = segment_encode(&s, out, sizeof(out));
	cr_expect_eq(len, 46);
	cr_expect_arr_eq(out + 40, "\3\3\7\0ab", 6);
	s.opt_nopad = true;
	len = segment_encode(&s, out, sizeof(out));
	cr_expect_eq(len, 45);
	cr_expect_arr_eq(out + 40, "\3\3\7ab", 5);
	cr_expect_eq(out[32], 0x60);
	segment_decode(&back, out, len, len);
	cr_expect_eq(back.defects, LENGTH, "the payload became an option: %s",
		     defects_text(back.defects));
	cr_expect_eq(back.data_len, 1);
}

Test(wire_options, lookup_and_names)
{
	struct segment s = { 0 };
	int kind;

	cr_expect_null(segment_opt(&s, TCP_OPT_MSS));
	tcp_opt_mss(&s.opt[0], 1);
	tcp_opt_mss(&s.opt[1], 2);
	tcp_opt_wscale(&s.opt[2], 3);
	s.n_opt = 2;
	cr_expect_eq(segment_opt(&s, TCP_OPT_MSS), &s.opt[0]);
	cr_expect_null(segment_opt(&s, TCP_OPT_WSCALE));
	for (kind = 0; kind < 256; kind++)
		if (tcp_opt_name((uint8_t)kind))
			cr_expect_eq(tcp_opt_kind_parse(tcp_opt_name((uint8_t)kind)), kind);
	cr_expect_str_eq(tcp_opt_name(TCP_OPT_WSCALE), "window-scale");
	cr_expect_str_eq(tcp_opt_name(TCP_OPT_FASTOPEN), "fast-open");
	cr_expect_null(tcp_opt_name(254));
	cr_expect_eq(tcp_opt_kind_parse("wscale"), -EINVAL);
	cr_expect_eq(tcp_opt_kind_parse(""), -EINVAL);
}

Test(wire_options, flags_text)
{
	static const struct {
		const char *text;
		uint16_t flags;
	} good[] = {
		{ "SYN", TCP_SYN },
		{ "SYN|ACK", TCP_SYN | TCP_ACK },
		{ "ACK|SYN", TCP_SYN | TCP_ACK },
		{ " FIN | ACK ", TCP_FIN | TCP_ACK },
		{ "none", 0 },
		{ "all", 0x3f },
		{ "all|ECE", 0x7f },
		{ "AE|CWR|ECE", TCP_AE | TCP_CWR | TCP_ECE },
	};
	static const char *const bad[] = { "", " ", "syn", "SYN|", "|SYN", "SYN||ACK",
					   "SYNACK", "SYN,ACK", "NONE", "SY", "SYN|FOO", "FINE" };
	char text[TCP_FLAGS_STRLEN], small[8];
	uint16_t flags;
	uint32_t f;
	size_t i;

	for (i = 0; i < COUNT(good); i++) {
		cr_expect_eq(tcp_flags_parse(good[i].text, strlen(good[i].text), &flags), 0, "%s",
			     good[i].text);
		cr_expect_eq(flags, good[i].flags, "%s: %x", good[i].text, flags);
	}
	for (i = 0; i < COUNT(bad); i++)
		cr_expect_eq(tcp_flags_parse(bad[i], strlen(bad[i]), &flags), -EINVAL, "\"%s\"",
			     bad[i]);
	cr_expect_eq(tcp_flags_parse("SYN|ACKxyz", 7, &flags), 0); /* @len counts, not NUL */
	for (f = 0; f < 0x200; f++) {
		tcp_flags_str((uint16_t)f, text, sizeof(text));
		cr_expect_eq(tcp_flags_parse(text, strlen(text), &flags), 0, "%s", text);
		cr_expect_eq(flags, f, "%s", text);
	}
	cr_expect_str_eq(tcp_flags_str(TCP_ACK | TCP_SYN, text, sizeof(text)), "SYN|ACK");
	cr_expect_str_eq(tcp_flags_str(0, text, sizeof(text)), "none");
	cr_expect_str_eq(tcp_flags_str(0x1ff, small, sizeof(small)), "FIN|SYN");
}

Test(wire_options, addresses)
{
	static const char *const good[] = { "10.9.0.2", "0.0.0.0", "255.255.255.255", "fd00:9::2",
					    "::", "::1", "fe80::1234:5678:9abc:def0",
					    "::ffff:1.2.3.4" };
	static const char *const bad[] = { "", "10.9.0", "10.9.0.256", "10.9.0.2 ", "x",
					   "fd00::1::2", "fe80::1%lo", "10.9.0.2:80", ":" };
	char text[IP_ADDR_STRLEN];
	struct ip_addr a, b;
	size_t i;

	for (i = 0; i < COUNT(good); i++) {
		memset(&a, 0xa5, sizeof(a));
		cr_expect_eq(ip_addr_parse(good[i], &a), 0, "%s", good[i]);
		cr_expect_eq(a.family, strchr(good[i], ':') ? 6 : 4);
		cr_expect_str_eq(ip_addr_str(&a, text, sizeof(text)), good[i]);
		b = a;
		cr_expect(ip_addr_eq(&a, &b));
		b.b[a.family == 6 ? 15 : 3] ^= 1;
		cr_expect_not(ip_addr_eq(&a, &b), "%s", good[i]);
	}
	for (i = 0; i < COUNT(bad); i++)
		cr_expect_eq(ip_addr_parse(bad[i], &a), -EINVAL, "\"%s\"", bad[i]);
	a = b = (struct ip_addr){ 0 };
	cr_expect(ip_addr_eq(&a, &b));
	b.family = 4;
	cr_expect_not(ip_addr_eq(&a, &b));
	a.family = 4;
	a.b[9] = 1; /* beyond an IPv4 address */
	cr_expect(ip_addr_eq(&a, &b));
	a.family = 0;
	cr_expect_str_eq(ip_addr_str(&a, text, sizeof(text)), "-");
}

static void expect_description(const struct segment *s, const char *want)
{
	struct buf text = BUF_INIT;

	segment_describe(s, &text);
	cr_expect_str_eq(buf_str(&text), want, "%s", buf_str(&text));
	buf_fini(&text);
}

Test(wire_options, descriptions)
{
	struct segment s = { .flags = TCP_SYN | TCP_ACK, .seq = 1, .ack = 2, .window = 65535 };

	tcp_opt_mss(&s.opt[0], 1460);
	tcp_opt_simple(&s.opt[1], TCP_OPT_NOP);
	tcp_opt_wscale(&s.opt[2], 7);
	s.n_opt = 3;
	expect_description(&s, "SYN|ACK seq=0x1 ack=0x2 win=65535 len=0 <mss 1460, nop, wscale 7>");
	s = (struct segment){ .flags = TCP_RST, .seq = 0xffffffff };
	expect_description(&s, "RST seq=0xffffffff win=0 len=0");
	s.ack = 0x80000000; /* no ACK bit, but a number */
	s.urgent = 5;
	s.data_len = 10;
	s.data_missing = 20;
	s.defects = SEG_DEFECT_CHECKSUM | SEG_DEFECT_CHECKSUM_PARTIAL;
	expect_description(&s, "RST seq=0xffffffff ack=0x80000000 win=0 urg=5 len=30"
			       " [checksum, partial checksum]");
	s = (struct segment){ .flags = TCP_ACK };
	expect_description(&s, "ACK seq=0x0 ack=0x0 win=0 len=0");
	s = (struct segment){ .defects = SEG_DEFECT_NOT_TCP, .ip_len = 99, .ip_proto = 17 };
	expect_description(&s, "packet of 99 bytes, protocol 17 [not TCP]");
	s = (struct segment){ .raw = (const uint8_t *)"x", .raw_len = 1 };
	expect_description(&s, "raw segment, 1 bytes");
}

Test(wire_options, each_defect_has_its_name)
{
	char all[400], one[400];
	uint32_t d;

	snprintf(all, sizeof(all), "%s", defects_text(2 * SEG_DEFECT_RESERVED - 1));
	for (d = 1; d <= SEG_DEFECT_RESERVED; d <<= 1) {
		snprintf(one, sizeof(one), "%s", defects_text(d));
		cr_expect(one[0] && !strchr(one, ','), "%x: %s", d, one);
		cr_expect(strstr(all, one), "%s", one);
	}
	cr_expect_str_eq(defects_text(0), "");
}
