/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests of link-layer framing and of the neighbour protocols, against
 * frames put together from RFC 826 and RFC 4861 (and read back with tcpdump).
 */
#include <criterion/criterion.h>

#include "wire/frame.h"
#include "wire_util.h"

#define MACS "0200 0000 0001 0200 0000 0002"

struct framed {
	const char *name;
	int linktype;
	const char *hex;
	int off; /* -1: no IP */
};

/* clang-format off */
static const struct framed frames[] = {
	{ "Ethernet IPv4", FRAME_ETHERNET, MACS "0800 45", 14 },
	{ "Ethernet IPv6", FRAME_ETHERNET, MACS "86dd 60", 14 },
	{ "Ethernet, IP of a wrong version is still IP", FRAME_ETHERNET, MACS "0800 00", 14 },
	{ "802.1Q", FRAME_ETHERNET, MACS "8100 0001 0800 45", 18 },
	{ "802.1ad", FRAME_ETHERNET, MACS "88a8 0001 8100 0002 86dd 60", 22 },
	{ "QinQ before the standard", FRAME_ETHERNET, MACS "9100 0001 8100 0002 0800 45", 22 },
	{ "ARP", FRAME_ETHERNET, MACS "0806 0001", -1 },
	{ "ARP in a VLAN", FRAME_ETHERNET, MACS "8100 0001 0806 0001", -1 },
	{ "802.3 length", FRAME_ETHERNET, MACS "0026 4242 0300", -1 },
	{ "header alone", FRAME_ETHERNET, MACS "0800", -1 },
	{ "header cut", FRAME_ETHERNET, MACS "08", -1 },
	{ "tag cut", FRAME_ETHERNET, MACS "8100 0001 08", -1 },
	{ "nothing", FRAME_ETHERNET, "", -1 },
	{ "raw IPv4", FRAME_RAW, "45", 0 },
	{ "raw IPv6", FRAME_RAW, "60", 0 },
	{ "raw, neither", FRAME_RAW, "50", -1 },
	{ "raw, nothing", FRAME_RAW, "", -1 },
	{ "raw as a live handle numbers it", FRAME_RAW_DLT, "45", 0 },
	{ "IPv4 alone", FRAME_IPV4, "45", 0 },
	{ "IPv6 alone", FRAME_IPV6, "60", 0 },
	{ "loopback, little-endian", FRAME_NULL, "02000000 45", 4 },
	{ "loopback, big-endian", FRAME_NULL, "00000002 45", 4 },
	{ "loopback IPv6 of Linux", FRAME_NULL, "0a000000 60", 4 },
	{ "loopback IPv6 of macOS", FRAME_NULL, "1e000000 60", 4 },
	{ "loopback, other family", FRAME_NULL, "07000000 60", -1 },
	{ "loopback, absurd family", FRAME_NULL, "02020202 60", -1 },
	{ "loopback of OpenBSD", FRAME_LOOP, "00000018 60", 4 },
	{ "loopback cut", FRAME_NULL, "020000", -1 },
	{ "cooked", FRAME_LINUX_SLL, "0000 0001 0006 0200 0000 0002 0000 0800 45", 16 },
	{ "cooked, ARP", FRAME_LINUX_SLL, "0000 0001 0006 0200 0000 0002 0000 0806 00", -1 },
	{ "cooked, VLAN", FRAME_LINUX_SLL,
	  "0000 0001 0006 0200 0000 0002 0000 8100 0001 86dd 60", 20 },
	{ "cooked 2", FRAME_LINUX_SLL2,
	  "86dd 0000 0000 0003 0001 0006 0200 0000 0002 0000 60", 20 },
	{ "cooked 2, ARP", FRAME_LINUX_SLL2,
	  "0806 0000 0000 0003 0001 0006 0200 0000 0002 0000 00", -1 },
	{ "cooked 2 cut", FRAME_LINUX_SLL2, "0800 0000 0000 0003", -1 },
	{ "unknown link type", 147, "45", -1 },
};
/* clang-format on */

Test(wire_frame, ip_offset)
{
	uint8_t frame[100], *copy;
	size_t i, len, off;
	bool found;

	for (i = 0; i < COUNT(frames); i++) {
		const struct framed *f = &frames[i];

		len = from_hex(f->hex, frame);
		copy = exact(frame, len);
		off = 999;
		found = frame_ip_offset(f->linktype, copy, len, &off);
		cr_expect_eq(found, f->off >= 0, "%s", f->name);
		if (found)
			cr_expect_eq((int)off, f->off, "%s: %zu", f->name, off);
		free(copy);
	}
}

static const uint8_t mac1[] = { 2, 0, 0, 0, 0, 1 }, mac2[] = { 2, 0, 0, 0, 0, 2 };

static struct ip_addr addr(const char *text)
{
	struct ip_addr a;

	cr_assert_eq(ip_addr_parse(text, &a), 0, "%s", text);
	return a;
}

/* clang-format off */
/* Who has 10.9.0.2?  Tell 10.9.0.1 (02:00:00:00:00:01). */
#define ARP_WHO_HAS \
	"ffff ffff ffff 0200 0000 0001 0806" \
	"0001 0800 06 04 0001 0200 0000 0001 0a09 0001 0000 0000 0000 0a09 0002"
/* 10.9.0.2 is at 02:00:00:00:00:02. */
#define ARP_IS_AT \
	"0200 0000 0001 0200 0000 0002 0806" \
	"0001 0800 06 04 0002 0200 0000 0002 0a09 0002 0200 0000 0001 0a09 0001"
#define FD00_9 "fd00 0009 0000 0000 0000 0000 0000"
#define ND_HEAD "86dd 6000 0000 0020 3aff"
/* fd00:9::1 asks for fd00:9::2. */
#define NS_FROM "3333 ff00 0002 0200 0000 0001"
#define NS_IP FD00_9 "0001 ff02 0000 0000 0000 0000 0001 ff00 0002"
#define NS_BODY "8700 7d85 0000 0000" FD00_9 "0002"
#define NS NS_FROM ND_HEAD NS_IP NS_BODY "0101 0200 0000 0001"
/* fd00:9::2 answers, solicited and overriding. */
#define NA \
	"0200 0000 0001 0200 0000 0002" ND_HEAD FD00_9 "0002" FD00_9 "0001" \
	"8800 1c7f 6000 0000" FD00_9 "0002 0201 0200 0000 0002"
/* Someone without an address asks for fd00:9::2. */
#define NS_DAD \
	"3333 ff00 0002 0200 0000 0001 86dd 6000 0000 0018 3aff" \
	"0000 0000 0000 0000 0000 0000 0000 0000 ff02 0000 0000 0000 0000 0001 ff00 0002" \
	"8700 7d9a 0000 0000" FD00_9 "0002"
#define NA_DAD \
	"3333 0000 0001 0200 0000 0002" ND_HEAD FD00_9 "0002" \
	"ff02 0000 0000 0000 0000 0000 0000 0001" \
	"8800 5a86 2000 0000" FD00_9 "0002 0201 0200 0000 0002"

struct heard {
	const char *name, *hex;
	enum neigh_kind kind;
	const char *target, *sender;
	const uint8_t *mac;	/* sender_mac of a request, mac of a reply */
};

static const struct heard heard[] = {
	{ "ARP request", ARP_WHO_HAS, NEIGH_REQUEST, "10.9.0.2", "10.9.0.1", mac1 },
	{ "ARP request, padded", ARP_WHO_HAS "0000 0000 0000 0000", NEIGH_REQUEST, "10.9.0.2",
	  "10.9.0.1", mac1 },
	{ "ARP probe",
	  "ffff ffff ffff 0200 0000 0001 0806"
	  "0001 0800 06 04 0001 0200 0000 0001 0000 0000 0000 0000 0000 0a09 0002",
	  NEIGH_REQUEST, "10.9.0.2", "0.0.0.0", mac1 },
	{ "ARP reply", ARP_IS_AT, NEIGH_REPLY, "10.9.0.2", "10.9.0.2", mac2 },
	{ "solicitation", NS, NEIGH_REQUEST, "fd00:9::2", "fd00:9::1", mac1 },
	{ "solicitation, trailing bytes", NS "0000 0000", NEIGH_REQUEST, "fd00:9::2", "fd00:9::1",
	  mac1 },
	{ "duplicate address detection", NS_DAD, NEIGH_REQUEST, "fd00:9::2", "::", mac1 },
	{ "advertisement", NA, NEIGH_REPLY, "fd00:9::2", "fd00:9::2", mac2 },
	{ "advertisement of all nodes", NA_DAD, NEIGH_REPLY, "fd00:9::2", "fd00:9::2", mac2 },
	{ "nothing", "", NEIGH_NONE, NULL, NULL, NULL },
	{ "ARP cut", "ffff ffff ffff 0200 0000 0001 0806"
	  "0001 0800 06 04 0001 0200 0000 0001 0a09 0001 0000 0000 0000 0a09 00",
	  NEIGH_NONE, NULL, NULL, NULL },
	{ "ARP for other hardware", "ffff ffff ffff 0200 0000 0001 0806"
	  "0006 0800 06 04 0001 0200 0000 0001 0a09 0001 0000 0000 0000 0a09 0002",
	  NEIGH_NONE, NULL, NULL, NULL },
	{ "ARP for another protocol", "ffff ffff ffff 0200 0000 0001 0806"
	  "0001 0801 06 04 0001 0200 0000 0001 0a09 0001 0000 0000 0000 0a09 0002",
	  NEIGH_NONE, NULL, NULL, NULL },
	{ "ARP with other sizes", "ffff ffff ffff 0200 0000 0001 0806"
	  "0001 0800 08 04 0001 0200 0000 0001 0a09 0001 0000 0000 0000 0a09 0002",
	  NEIGH_NONE, NULL, NULL, NULL },
	{ "RARP", "ffff ffff ffff 0200 0000 0001 0806"
	  "0001 0800 06 04 0003 0200 0000 0001 0a09 0001 0000 0000 0000 0a09 0002",
	  NEIGH_NONE, NULL, NULL, NULL },
	{ "hop limit 254: a router was between",
	  NS_FROM "86dd 6000 0000 0020 3afe" NS_IP NS_BODY "0101 0200 0000 0001",
	  NEIGH_NONE, NULL, NULL, NULL },
	{ "wrong checksum", NS_FROM ND_HEAD NS_IP "8700 7d86 0000 0000" FD00_9 "0002"
	  "0101 0200 0000 0001", NEIGH_NONE, NULL, NULL, NULL },
	{ "code 1", NS_FROM ND_HEAD NS_IP "8701 7d84 0000 0000" FD00_9 "0002"
	  "0101 0200 0000 0001", NEIGH_NONE, NULL, NULL, NULL },
	{ "option of length 0", NS_FROM ND_HEAD NS_IP "8700 7d86 0000 0000" FD00_9 "0002"
	  "0100 0200 0000 0001", NEIGH_NONE, NULL, NULL, NULL },
	{ "option too long", NS_FROM ND_HEAD NS_IP "8700 7d84 0000 0000" FD00_9 "0002"
	  "0102 0200 0000 0001", NEIGH_NONE, NULL, NULL, NULL },
	{ "router solicitation", NS_FROM ND_HEAD NS_IP "8500 7f85 0000 0000" FD00_9 "0002"
	  "0101 0200 0000 0001", NEIGH_NONE, NULL, NULL, NULL },
	{ "solicitation cut", NS_FROM ND_HEAD NS_IP NS_BODY "0101 0200 0000",
	  NEIGH_NONE, NULL, NULL, NULL },
	{ "IPv6 addresses cut, no payload", NS_FROM "86dd 6000 0000 0000 3aff fd",
	  NEIGH_NONE, NULL, NULL, NULL },
	{ "TCP over IPv6", NS_FROM "86dd 6000 0000 0020 06ff" NS_IP NS_BODY "0101 0200 0000 0001",
	  NEIGH_NONE, NULL, NULL, NULL },
};
/* clang-format on */

static void expect_heard(const struct heard *h, const struct neigh *n)
{
	struct ip_addr a;

	cr_expect_eq(n->kind, h->kind, "%s: %d", h->name, n->kind);
	if (n->kind != h->kind || h->kind == NEIGH_NONE)
		return;
	a = addr(h->target);
	cr_expect(ip_addr_eq(&n->target, &a), "%s", h->name);
	a = addr(h->sender);
	cr_expect(ip_addr_eq(&n->sender, &a), "%s", h->name);
	cr_expect_arr_eq(h->kind == NEIGH_REQUEST ? n->sender_mac : n->mac, h->mac, 6, "%s",
			 h->name);
}

Test(wire_frame, neighbours_heard)
{
	uint8_t frame[200], *copy;
	struct neigh n;
	size_t i, len;

	for (i = 0; i < COUNT(heard); i++) {
		len = from_hex(heard[i].hex, frame);
		copy = exact(frame, len);
		memset(&n, 0xa5, sizeof(n));
		neigh_decode(&n, copy, len);
		expect_heard(&heard[i], &n);
		free(copy);
	}
}

/* A solicitation without the option: the frame says who asks. */
Test(wire_frame, solicitation_without_option)
{
	uint8_t frame[200];
	struct neigh n;
	size_t len = from_hex(NS_FROM "86dd 6000 0000 0018 3aff" NS_IP "8700 808f 0000 0000" FD00_9
				      "0002",
			      frame);

	neigh_decode(&n, frame, len);
	cr_expect_eq(n.kind, NEIGH_REQUEST);
	cr_expect_arr_eq(n.sender_mac, mac1, 6);
}

/* The first byte that differs says enough. */
static void expect_frame(const char *name, const uint8_t *out, size_t len, const char *hex)
{
	uint8_t want[200];
	size_t n = from_hex(hex, want), i = 0;

	cr_expect_eq(len, n, "%s: %zu", name, len);
	while (i < n && i < len && out[i] == want[i])
		i++;
	cr_expect_eq(i, n, "%s: byte %zu", name, i);
}

Test(wire_frame, neighbours_answered)
{
	static const struct {
		const char *name, *request, *reply;
	} cases[] = {
		{ "ARP", ARP_WHO_HAS, ARP_IS_AT },
		{ "ND", NS, NA },
		{ "ND, duplicate address detection", NS_DAD, NA_DAD },
	};
	uint8_t frame[200], out[NEIGH_FRAME_MAX];
	struct neigh n;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		neigh_decode(&n, frame, from_hex(cases[i].request, frame));
		expect_frame(cases[i].name, out, neigh_reply(&n, mac2, out), cases[i].reply);
	}
}

Test(wire_frame, neighbours_asked)
{
	static const struct {
		const char *name, *target, *self, *want;
	} cases[] = {
		{ "ARP", "10.9.0.2", "10.9.0.1", ARP_WHO_HAS },
		{ "ND", "fd00:9::2", "fd00:9::1", NS },
		{ "ND without an address", "fd00:9::2", "::", NS_DAD },
	};
	uint8_t out[NEIGH_FRAME_MAX];
	size_t i, len;

	for (i = 0; i < COUNT(cases); i++) {
		struct ip_addr target = addr(cases[i].target), self = addr(cases[i].self);

		len = neigh_request(&target, &self, mac1, out);
		expect_frame(cases[i].name, out, len, cases[i].want);
	}
}

/* Any bytes may arrive. */
Test(wire_frame, noise)
{
	static const int types[] = { FRAME_NULL, FRAME_ETHERNET, FRAME_RAW,
				     FRAME_LINUX_SLL, FRAME_LINUX_SLL2, FRAME_IPV6 };
	static const char *const starts[] = { ARP_WHO_HAS, NS, NA, MACS "8100" };
	uint8_t frame[200], *copy;
	struct prng r = { 9 };
	struct neigh n;
	size_t i, j, len, off;

	for (i = 0; i < 20000; i++) {
		len = from_hex(starts[prng_below(&r, COUNT(starts))], frame);
		for (j = prng_below(&r, 8); j > 0; j--)
			frame[prng_below(&r, (uint32_t)len)] = (uint8_t)prng_next(&r);
		len = prng_below(&r, (uint32_t)len + 1);
		copy = exact(frame, len);
		neigh_decode(&n, copy, len);
		if (frame_ip_offset(types[prng_below(&r, COUNT(types))], copy, len, &off))
			cr_assert_lt(off, len);
		free(copy);
	}
}
