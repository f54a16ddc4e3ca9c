/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The link's parts that need no network: libnet against our encoder, the
 * neighbours, the ports.  Building with libnet needs a socket, so those tests
 * skip where a user namespace gives none.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "link/guard.h"
#include "link/inject_libnet.h"
#include "link/neighbour.h"
#include "link/offload.h"
#include "link/ports.h"
#include "link/route_mnl.h"
#include "wire/segment.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const uint8_t our_mac[ETH_ADDR_LEN] = { 2, 0, 0, 0, 0, 0xaa };
static const uint8_t their_mac[ETH_ADDR_LEN] = { 2, 0, 0, 0, 0, 0xbb };
static const uint8_t third_mac[ETH_ADDR_LEN] = { 2, 0, 0, 0, 0, 0xcc };

static struct ip_addr address(const char *text)
{
	struct ip_addr a;

	cr_assert_eq(ip_addr_parse(text, &a), 0, "%s", text);
	return a;
}

/* A network namespace of the test's own, as root or not. */
static void own_namespace(void)
{
	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		cr_skip_test("namespaces are forbidden here");
	cr_assert_eq(route_set_up(1), 0);
}

/* ---- libnet and the encoder ---- */

static uint32_t random_state;

static uint32_t random_u32(void)
{
	random_state = random_state * 1664525 + 1013904223;
	return random_state >> 8 ^ random_state << 16;
}

static void random_option(struct tcp_opt *o)
{
	static const uint32_t block[2][2] = { { 1000, 2000 }, { 0xfffffff0, 16 } };
	uint8_t body[6] = { 1, 2, 3, 4, 5, 6 };

	switch (random_u32() % 8) {
	case 0:
		tcp_opt_mss(o, (uint16_t)random_u32());
		break;
	case 1:
		tcp_opt_wscale(o, (uint8_t)random_u32());
		break;
	case 2:
		tcp_opt_timestamps(o, random_u32(), random_u32());
		break;
	case 3:
		tcp_opt_simple(o, TCP_OPT_SACK_PERMITTED);
		break;
	case 4:
		tcp_opt_sack(o, 1, block);
		break;
	case 5:
		tcp_opt_raw(o, 253, 8, body, sizeof(body));
		break;
	default:
		tcp_opt_simple(o, TCP_OPT_NOP);
		break;
	}
}

static void random_segment(struct segment *s, const uint8_t *data)
{
	bool ip6 = random_u32() & 1;

	memset(s, 0, sizeof(*s));
	s->src = address(ip6 ? "2001:db8::2" : "192.0.2.2");
	s->dst = address(ip6 ? "2001:db8::1" : "192.0.2.1");
	s->ttl = (uint8_t)random_u32();
	s->tos = (uint8_t)random_u32();
	s->ip_id = ip6 ? 0 : (uint16_t)random_u32();
	s->df = !ip6 && random_u32() & 1;
	s->sport = (uint16_t)random_u32();
	s->dport = (uint16_t)random_u32();
	s->seq = random_u32();
	s->ack = random_u32();
	s->flags = (uint8_t)random_u32();
	s->window = (uint16_t)random_u32();
	s->urgent = (uint16_t)random_u32();
	s->n_opt = (uint8_t)(random_u32() % 5);
	for (int i = 0; i < s->n_opt; i++)
		random_option(&s->opt[i]);
	s->data_len = random_u32() % 4 ? random_u32() % 1400 : 0;
	s->data = s->data_len ? data : NULL;
}

static void compare(struct inject *in, const struct segment *s, unsigned int n)
{
	static uint8_t packet[SEGMENT_PACKET_MAX];
	size_t len = segment_encode(s, packet, sizeof(packet)), frame_len;
	const uint8_t *frame;
	struct buf text = BUF_INIT;

	segment_describe(s, &text);
	cr_assert_eq(inject_build(in, s, packet, len, &frame, &frame_len), 0);
	cr_assert_eq(frame_len, ETH_HDR_LEN + len, "%u: %s: %zu bytes, not %zu", n, buf_str(&text),
		     frame_len - ETH_HDR_LEN, len);
	for (size_t i = 0; i < len; i++)
		cr_assert_eq(frame[ETH_HDR_LEN + i], packet[i],
			     "%u: %s: byte %zu is %02x at libnet's, %02x at ours", n,
			     buf_str(&text), i,
			     frame[ETH_HDR_LEN + i], packet[i]);
	cr_assert_eq(memcmp(frame, their_mac, ETH_ADDR_LEN), 0);
	cr_assert_eq(memcmp(frame + ETH_ADDR_LEN, our_mac, ETH_ADDR_LEN), 0);
	cr_assert_eq(frame[12], s->src.family == 4 ? 0x08 : 0x86);
	buf_fini(&text);
}

Test(link, libnet_builds_what_our_encoder_writes)
{
	static uint8_t data[1400];
	struct inject *in;
	struct segment s;
	unsigned int built = 0;

	own_namespace();
	cr_assert_eq(inject_open(INJECT_LINK, "lo", &in), 0);
	inject_set_ethernet(in, 4, their_mac, our_mac);
	inject_set_ethernet(in, 6, their_mac, our_mac);
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	for (unsigned int n = 0; n < 20000; n++) {
		random_segment(&s, data);
		built += inject_can_build(&s);
		compare(in, &s, n);
	}
	/* Only lists of options beyond 40 bytes are not for libnet here. */
	cr_assert_gt(built, 18000u);
	inject_close(in);
}

Test(link, what_libnet_cannot_say_leaves_as_encoded)
{
	static const struct segment odd[] = {
		{ .checksum_bad = true },
		{ .checksum_set = true, .checksum = 0x1234 },
		{ .data_offset_set = true, .data_offset = 4 },
		{ .reserved = 5 },
		{ .flags = TCP_AE | TCP_SYN },
		{ .opt_nopad = true, .n_opt = 1, .opt = { { .kind = TCP_OPT_NOP } } },
		{ .flow_label = 0x12345 },
		{ .raw = (const uint8_t *)"raw", .raw_len = 3 },
	};
	struct inject *in;

	own_namespace();
	cr_assert_eq(inject_open(INJECT_LINK, "lo", &in), 0);
	inject_set_ethernet(in, 4, their_mac, our_mac);
	inject_set_ethernet(in, 6, their_mac, our_mac);
	for (unsigned int i = 0; i < COUNT(odd); i++) {
		struct segment s = odd[i];

		s.src = address(s.flow_label ? "2001:db8::2" : "192.0.2.2");
		s.dst = address(s.flow_label ? "2001:db8::1" : "192.0.2.1");
		cr_assert_not(inject_can_build(&s), "%u", i);
		compare(in, &s, i);
	}
	inject_close(in);
}

/* ---- neighbours ---- */

static void neighbours_init(struct neighbours *n)
{
	memset(n, 0, sizeof(*n));
	memcpy(n->mac, our_mac, ETH_ADDR_LEN);
	n->family[0].own = address("192.0.2.2");
	n->family[0].next_hop = address("192.0.2.1");
	n->family[1].own = address("2001:db8::2");
	n->family[1].next_hop = address("2001:db8::1");
}

Test(link, neighbours_answer_for_their_own_addresses_only)
{
	static const struct {
		const char *target, *sender;
		bool answered;
	} asked[] = {
		{ "192.0.2.2", "192.0.2.1", true },
		{ "192.0.2.3", "192.0.2.1", false },
		{ "192.0.2.1", "192.0.2.3", false },
		{ "2001:db8::2", "2001:db8::1", true },
		{ "2001:db8::3", "2001:db8::1", false },
	};
	uint8_t frame[NEIGH_FRAME_MAX], reply[NEIGH_FRAME_MAX];
	struct neighbours n;
	struct neigh said;

	neighbours_init(&n);
	for (unsigned int i = 0; i < COUNT(asked); i++) {
		struct ip_addr target = address(asked[i].target);
		struct ip_addr sender = address(asked[i].sender);
		size_t len = neigh_request(&target, &sender, their_mac, frame);

		len = neighbour_hear(&n, frame, len, reply);
		cr_assert_eq(len != 0, asked[i].answered, "%s", asked[i].target);
		if (!len)
			continue;
		neigh_decode(&said, reply, len);
		cr_assert_eq(said.kind, NEIGH_REPLY);
		cr_assert(ip_addr_eq(&said.target, &target));
		cr_assert_eq(memcmp(said.mac, our_mac, ETH_ADDR_LEN), 0);
	}
	cr_assert_eq(neighbour_hear(&n, (const uint8_t *)"short", 5, reply), 0);
}

/* Says, as @mac, that it has @target; @n hears it. */
static void tell(struct neighbours *n, const char *target, const uint8_t *mac)
{
	struct neigh request = { .kind = NEIGH_REQUEST, .target = address(target) };
	uint8_t frame[NEIGH_FRAME_MAX], reply[NEIGH_FRAME_MAX];
	size_t len;

	request.sender = n->family[request.target.family == 6].own;
	memcpy(request.sender_mac, our_mac, ETH_ADDR_LEN);
	len = neigh_reply(&request, mac, frame);
	cr_assert_eq(neighbour_hear(n, frame, len, reply), 0);
}

Test(link, neighbours_learn_their_next_hops)
{
	struct neighbours n;

	neighbours_init(&n);
	cr_assert(neighbour_waiting(&n));
	tell(&n, "192.0.2.9", third_mac);
	cr_assert_not(n.family[0].known);
	tell(&n, "192.0.2.1", their_mac);
	cr_assert(n.family[0].known);
	cr_assert_eq(memcmp(n.family[0].next_hop_mac, their_mac, ETH_ADDR_LEN), 0);
	cr_assert(neighbour_waiting(&n), "IPv6 is still open");
	tell(&n, "2001:db8::1", third_mac);
	cr_assert_not(neighbour_waiting(&n));
	cr_assert_eq(memcmp(n.family[1].next_hop_mac, third_mac, ETH_ADDR_LEN), 0);
	cr_assert_not(n.family[0].taken);
}

Test(link, neighbours_notice_who_has_their_address)
{
	uint8_t frame[NEIGH_FRAME_MAX];
	struct neighbours n;
	struct neigh said;

	neighbours_init(&n);
	tell(&n, "192.0.2.2", our_mac);
	cr_assert_not(n.family[0].taken, "that was our own answer");
	tell(&n, "192.0.2.2", third_mac);
	cr_assert(n.family[0].taken);
	cr_assert_eq(memcmp(n.family[0].taken_mac, third_mac, ETH_ADDR_LEN), 0);

	/* The probe for it teaches nobody an address. */
	for (int i = 0; i < 2; i++) {
		static const uint8_t zeros[16];

		neigh_decode(&said, frame, neighbour_probe(&n, i, frame));
		cr_assert_eq(said.kind, NEIGH_REQUEST);
		cr_assert(ip_addr_eq(&said.target, &n.family[i].own));
		cr_assert_eq(memcmp(said.sender.b, zeros, i ? 16 : 4), 0);
	}
}

/* ---- ports ---- */

Test(link, ports_go_round_through_the_dynamic_ones)
{
	struct ports p;

	ports_init(&p, PORTS_COUNT - 1);
	cr_assert_eq(ports_take(&p, 4, 0), 65535);
	cr_assert_eq(ports_take(&p, 4, 0), PORTS_FIRST);
	cr_assert_eq(ports_take(&p, 6, PORTS_FIRST), PORTS_FIRST);
	cr_assert_eq(ports_take(&p, 4, PORTS_FIRST), -EADDRINUSE);
	ports_give(&p, 4, PORTS_FIRST);
	cr_assert_eq(ports_take(&p, 4, 0), PORTS_FIRST + 1, "used again as late as possible");
	for (int i = 0; i < PORTS_COUNT - 2; i++)
		cr_assert_gt(ports_take(&p, 4, 0), 0);
	cr_assert_eq(ports_take(&p, 4, 0), -EADDRNOTAVAIL);
}

/* ---- the kernel's side ---- */

Test(link, routes_and_interfaces)
{
	struct ip_addr lo4 = address("127.0.0.1"), lo6 = address("::1"), far = address("192.0.2.7");
	struct route_interface found;
	struct route route;

	own_namespace();
	cr_assert_eq(route_interface_by_name("lo", &found), 0);
	cr_assert(found.loopback && found.up && !found.ethernet);
	cr_assert_eq(found.index, 1);
	cr_assert_gt(found.mtu, 1500u);
	cr_assert_eq(route_interface_by_index(1, &found), 0);
	cr_assert_str_eq(found.name, "lo");
	cr_assert_eq(route_interface_by_name("none", &found), -ENODEV);
	cr_assert_eq(route_interface_by_name("a-name-that-is-too-long", &found), -ENODEV);
	cr_assert_eq(route_owns_address(&lo4, 0), 1);
	cr_assert_eq(route_owns_address(&lo6, 0), 1);
	cr_assert_eq(route_owns_address(&far, 0), 0);
	cr_assert_eq(route_find(&far, 0, &route), -ENETUNREACH);
	cr_assert_eq(route_add_address(1, &far, 24), 0);
	cr_assert_eq(route_owns_address(&far, 0), 1);
	cr_assert_eq(route_find(&far, 0, &route), 0);
	cr_assert(route.own && route.index == 1);
	cr_assert(ip_addr_eq(&route.source, &far));
}

Test(link, offloads_are_turned_off_and_read_back)
{
	struct route_veth veth = {
		.name = "one",
		.peer = "two",
		.index = 10,
		.peer_index = 11,
		.peer_pid = getpid(),
		.mac = { 2, 1 },
		.peer_mac = { 2, 2 },
	};
	struct route_interface found;
	struct buf names = BUF_INIT;
	int on;

	own_namespace();
	cr_assert_eq(route_add_veth(&veth), 0);
	cr_assert_eq(route_interface_by_name("two", &found), 0);
	cr_assert(found.ethernet && !found.up);
	cr_assert_eq(found.mac[1], 2);
	on = offload_read("one");
	cr_assert(on > 0 && on & OFFLOAD_TX_CHECKSUM && on & OFFLOAD_TSO, "%x", on);
	cr_assert_eq(offload_set("one", OFFLOAD_ALL, 0), 0);
	cr_assert_eq(offload_read("one"), 0);
	on = offload_set("one", OFFLOAD_TX_CHECKSUM | OFFLOAD_GRO, 1);
	cr_assert_eq(on, OFFLOAD_TX_CHECKSUM | OFFLOAD_GRO);
	offload_describe((unsigned int)on, &names);
	cr_assert_str_eq(buf_str(&names), "tx, gro");
	buf_fini(&names);
	cr_assert_lt(offload_read("none"), 0);
}

Test(link, guard_takes_ports_that_nobody_uses)
{
	struct ip_addr lo4 = address("127.0.0.1"), far = address("192.0.2.7");
	struct guard *g, *other;
	int port;

	own_namespace();
	g = guard_new(GUARD_LISTENER);
	other = guard_new(GUARD_LISTENER);
	port = guard_take(g, &lo4, 0, 0);
	cr_assert_geq(port, PORTS_FIRST);
	cr_assert_eq(guard_take(g, &lo4, 0, (uint16_t)port), -EADDRINUSE);
	cr_assert_eq(guard_take(other, &lo4, 0, (uint16_t)port), -EADDRINUSE);
	cr_assert_eq(guard_take(g, &far, 0, 0), -EADDRNOTAVAIL);
	guard_give(g, &lo4, (uint16_t)port);
	cr_assert_eq(guard_take(other, &lo4, 0, (uint16_t)port), port);
	guard_free(g);
	guard_free(other);
	guard_free(NULL);
}
