/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ARP (RFC 826) and IPv6 neighbour discovery (RFC 4861), as much of them as an
 * address takes that no kernel owns: to ask, to answer, to be asked.
 */
#include <netinet/in.h>

#include "wire/checksum.h"
#include "wire/cursor.h"
#include "wire/frame.h"

#define ETHERTYPE_IP4 0x0800
#define ETHERTYPE_ARP 0x0806
#define ETHERTYPE_IP6 0x86dd

#define ARP_ETHERNET 1
#define ARP_REQUEST 1
#define ARP_REPLY 2

#define ND_HOP_LIMIT 255 /* RFC 4861 7.1: proves that no router was between */
#define ND_NS 135
#define ND_NA 136
#define ND_FIXED 24 /* type to target address */
#define ND_OPT_SOURCE 1
#define ND_OPT_TARGET 2
#define NA_SOLICITED 0x40000000u
#define NA_OVERRIDE 0x20000000u

static const uint8_t broadcast_mac[ETH_ADDR_LEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const struct ip_addr all_nodes = { 6, { 0xff, 0x02, [15] = 1 } };

static bool is_unspecified(const struct ip_addr *a)
{
	static const uint8_t zeros[16];

	return !memcmp(a->b, zeros, a->family == 4 ? 4 : 16);
}

static void read_addr(struct rcur *c, struct ip_addr *a, uint8_t family)
{
	*a = (struct ip_addr){ .family = family };
	rcur_copy(c, a->b, family == 6 ? 16 : 4);
}

static void decode_arp(struct neigh *n, struct rcur *c)
{
	uint16_t op;

	if (rcur_u16(c) != ARP_ETHERNET || rcur_u16(c) != ETHERTYPE_IP4)
		return;
	if (rcur_u8(c) != ETH_ADDR_LEN || rcur_u8(c) != 4)
		return;
	op = rcur_u16(c);
	rcur_copy(c, n->sender_mac, ETH_ADDR_LEN);
	read_addr(c, &n->sender, 4);
	rcur_take(c, ETH_ADDR_LEN);
	read_addr(c, &n->target, 4);
	if (c->error)
		return;
	if (op == ARP_REQUEST) {
		n->kind = NEIGH_REQUEST;
	} else if (op == ARP_REPLY) {
		n->kind = NEIGH_REPLY;
		n->target = n->sender;
		memcpy(n->mac, n->sender_mac, ETH_ADDR_LEN);
	}
}

/* The options: false if they are malformed (RFC 4861 4.6: then discard). */
static bool read_nd_options(struct rcur *c, uint8_t wanted, uint8_t mac[ETH_ADDR_LEN])
{
	const uint8_t *body;
	uint8_t type, words;

	while (rcur_left(c)) {
		type = rcur_u8(c);
		words = rcur_u8(c);
		if (!words)
			return false;
		body = rcur_take(c, words * 8u - 2);
		if (!body)
			return false;
		if (type == wanted && words == 1)
			memcpy(mac, body, ETH_ADDR_LEN);
	}
	return true;
}

/* RFC 4861 4.3, 4.4, with the checks of 7.1.1 and 7.1.2. */
static void decode_nd(struct neigh *n, struct rcur *c)
{
	uint8_t type = rcur_u8(c), code = rcur_u8(c);
	struct ip_addr target;

	rcur_u16(c); /* checksum, verified before */
	rcur_u32(c);
	read_addr(c, &target, 6);
	if (c->error || code != 0 || target.b[0] == 0xff)
		return;
	memcpy(n->mac, n->sender_mac, ETH_ADDR_LEN);
	if (type == ND_NS && read_nd_options(c, ND_OPT_SOURCE, n->sender_mac))
		n->kind = NEIGH_REQUEST;
	else if (type == ND_NA && read_nd_options(c, ND_OPT_TARGET, n->mac))
		n->kind = NEIGH_REPLY;
	n->target = target;
}

static void decode_ip6(struct neigh *n, struct rcur *c)
{
	const uint8_t *addrs, *icmp;
	uint16_t len;

	if (rcur_u32(c) >> 28 != 6)
		return;
	len = rcur_u16(c);
	if (rcur_u8(c) != IPPROTO_ICMPV6 || rcur_u8(c) != ND_HOP_LIMIT)
		return;
	addrs = rcur_take(c, 32);
	icmp = rcur_take(c, len);
	if (!addrs || !icmp)
		return;
	n->sender.family = 6;
	memcpy(n->sender.b, addrs, 16);
	if (inet_sum(icmp, len, inet_pseudo_sum(addrs, 32, IPPROTO_ICMPV6, len)) != 0xffff)
		return;
	*c = rcur_make(icmp, len);
	decode_nd(n, c);
}

void neigh_decode(struct neigh *n, const uint8_t *frame, size_t len)
{
	struct rcur c = rcur_make(frame, len);
	uint16_t type;

	memset(n, 0, sizeof(*n));
	rcur_take(&c, ETH_ADDR_LEN);
	rcur_copy(&c, n->sender_mac, ETH_ADDR_LEN);
	type = rcur_u16(&c);
	if (type == ETHERTYPE_ARP)
		decode_arp(n, &c);
	else if (type == ETHERTYPE_IP6)
		decode_ip6(n, &c);
	if (n->kind == NEIGH_NONE)
		memset(n, 0, sizeof(*n));
}

static void write_ethernet(struct wcur *c, const uint8_t *dst, const uint8_t *src, uint16_t type)
{
	wcur_copy(c, dst, ETH_ADDR_LEN);
	wcur_copy(c, src, ETH_ADDR_LEN);
	wcur_u16(c, type);
}

struct arp {
	uint16_t op;
	const uint8_t *sha, *spa, *tha, *tpa; /* hardware and protocol addresses; NULL: zeros */
};

static void write_arp(struct wcur *c, const struct arp *a)
{
	wcur_u16(c, ARP_ETHERNET);
	wcur_u16(c, ETHERTYPE_IP4);
	wcur_u8(c, ETH_ADDR_LEN);
	wcur_u8(c, 4);
	wcur_u16(c, a->op);
	wcur_copy(c, a->sha, ETH_ADDR_LEN);
	wcur_copy(c, a->spa, 4);
	wcur_copy(c, a->tha, ETH_ADDR_LEN);
	wcur_copy(c, a->tpa, 4);
}

struct nd {
	uint8_t type;
	uint32_t flags;
	struct ip_addr src, dst;
	const struct ip_addr *target;
	uint8_t opt;	    /* kind of the link-layer address option */
	const uint8_t *mac; /* in that option; NULL: no option */
};

static void write_nd(struct wcur *c, const struct nd *m)
{
	uint16_t len = m->mac ? ND_FIXED + 8 : ND_FIXED, sum;
	uint8_t *ip = c->p, *icmp;

	wcur_u32(c, 6u << 28);
	wcur_u16(c, len);
	wcur_u8(c, IPPROTO_ICMPV6);
	wcur_u8(c, ND_HOP_LIMIT);
	wcur_copy(c, m->src.b, 16);
	wcur_copy(c, m->dst.b, 16);
	icmp = c->p;
	wcur_u8(c, m->type);
	wcur_u8(c, 0);
	wcur_u16(c, 0);
	wcur_u32(c, m->flags);
	wcur_copy(c, m->target->b, 16);
	if (m->mac) {
		wcur_u8(c, m->opt);
		wcur_u8(c, 1);
		wcur_copy(c, m->mac, ETH_ADDR_LEN);
	}
	sum = (uint16_t)~inet_sum(icmp, len, inet_pseudo_sum(ip + 8, 32, IPPROTO_ICMPV6, len));
	icmp[2] = (uint8_t)(sum >> 8);
	icmp[3] = (uint8_t)sum;
}

/* RFC 2464 7: 33-33 and the last four bytes of the group. */
static void multicast_mac(const struct ip_addr *group, uint8_t mac[ETH_ADDR_LEN])
{
	mac[0] = mac[1] = 0x33;
	memcpy(mac + 2, group->b + 12, 4);
}

/*
 * Someone who has no address yet (duplicate address detection) cannot be
 * answered but through all nodes, unsolicited (RFC 4861 7.2.4).
 */
static void reply_nd(struct wcur *c, const struct neigh *rq, const uint8_t *mac)
{
	bool dad = is_unspecified(&rq->sender);
	struct nd m = { .type = ND_NA,
			.flags = dad ? NA_OVERRIDE : NA_SOLICITED | NA_OVERRIDE,
			.src = rq->target,
			.dst = dad ? all_nodes : rq->sender,
			.target = &rq->target,
			.opt = ND_OPT_TARGET,
			.mac = mac };
	uint8_t to[ETH_ADDR_LEN];

	memcpy(to, rq->sender_mac, ETH_ADDR_LEN);
	if (dad)
		multicast_mac(&all_nodes, to);
	write_ethernet(c, to, mac, ETHERTYPE_IP6);
	write_nd(c, &m);
}

size_t neigh_reply(const struct neigh *request, const uint8_t mac[ETH_ADDR_LEN], uint8_t *out)
{
	struct wcur c = wcur_make(out, NEIGH_FRAME_MAX);
	struct arp a = { ARP_REPLY, mac, request->target.b, request->sender_mac,
			 request->sender.b };

	if (request->target.family == 6) {
		reply_nd(&c, request, mac);
	} else {
		write_ethernet(&c, request->sender_mac, mac, ETHERTYPE_ARP);
		write_arp(&c, &a);
	}
	return wcur_len(&c);
}

/* The solicited-node multicast address of @target (RFC 4291 2.7.1). */
static struct ip_addr solicited_node(const struct ip_addr *target)
{
	struct ip_addr group = { 6, { 0xff, 0x02, [11] = 1, 0xff } };

	memcpy(group.b + 13, target->b + 13, 3);
	return group;
}

static void request_nd(struct wcur *c, const struct ip_addr *target, const struct ip_addr *self,
		       const uint8_t *mac)
{
	struct nd m = { .type = ND_NS,
			.src = *self,
			.dst = solicited_node(target),
			.target = target,
			.opt = ND_OPT_SOURCE,
			.mac = is_unspecified(self) ? NULL : mac };
	uint8_t to[ETH_ADDR_LEN];

	multicast_mac(&m.dst, to);
	write_ethernet(c, to, mac, ETHERTYPE_IP6);
	write_nd(c, &m);
}

size_t neigh_request(const struct ip_addr *target, const struct ip_addr *self,
		     const uint8_t mac[ETH_ADDR_LEN], uint8_t *out)
{
	struct wcur c = wcur_make(out, NEIGH_FRAME_MAX);
	struct arp a = { ARP_REQUEST, mac, self->b, NULL, target->b };

	if (target->family == 6) {
		request_nd(&c, target, self, mac);
	} else {
		write_ethernet(&c, broadcast_mac, mac, ETHERTYPE_ARP);
		write_arp(&c, &a);
	}
	return wcur_len(&c);
}
