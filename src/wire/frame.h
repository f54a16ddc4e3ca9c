/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Link-layer framing around the segments: Ethernet, and the neighbour protocols
 * a tester with an address of its own must speak (ARP, RFC 826; IPv6 neighbour
 * discovery, RFC 4861).  Pure functions over bytes.
 */
#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/segment.h"

#define ETH_ADDR_LEN 6
#define ETH_HDR_LEN 14

/* What a captured frame starts with (the values of libpcap's DLT_*). */
enum frame_linktype {
	FRAME_NULL = 0, /* BSD loopback: 4 bytes of address family */
	FRAME_ETHERNET = 1,
	FRAME_RAW_DLT = 12, /* IP, no header: DLT_RAW, what a live handle says */
	FRAME_RAW = 101,    /* the same in a file (LINKTYPE_RAW) */
	FRAME_LOOP = 108,   /* the same as NULL, but in network order (OpenBSD) */
	FRAME_LINUX_SLL = 113,
	FRAME_IPV4 = 228,
	FRAME_IPV6 = 229,
	FRAME_LINUX_SLL2 = 276,
};

/*
 * Finds the IP packet in a frame: skips the link header and VLAN tags.  Returns
 * false if the frame holds no IP (or the link type is unknown); otherwise
 * *off is where the packet starts.
 */
bool frame_ip_offset(int linktype, const uint8_t *frame, size_t len, size_t *off);

/* True if frame_ip_offset() knows the link type. */
bool frame_linktype_known(int linktype);

/* What a neighbour frame says, for one who asks or answers. */
enum neigh_kind {
	NEIGH_NONE,
	NEIGH_REQUEST,
	NEIGH_REPLY
};
struct neigh {
	enum neigh_kind kind;
	struct ip_addr target; /* asked for, or answered about */
	struct ip_addr sender; /* who asks (may be unspecified: DAD, ARP probe) */
	uint8_t sender_mac[ETH_ADDR_LEN];
	uint8_t mac[ETH_ADDR_LEN]; /* reply: the answer */
};
/* Reads an Ethernet frame; kind is NEIGH_NONE if it is neither ARP nor NS/NA. */
void neigh_decode(struct neigh *n, const uint8_t *frame, size_t len);

#define NEIGH_FRAME_MAX 96
/*
 * Writes the Ethernet frame that answers @request ("@request->target is at
 * @mac"), or that asks for @target on behalf of @self at @mac.  Returns the
 * length; @out holds NEIGH_FRAME_MAX bytes.
 */
size_t neigh_reply(const struct neigh *request, const uint8_t mac[ETH_ADDR_LEN], uint8_t *out);
size_t neigh_request(const struct ip_addr *target, const struct ip_addr *self,
		     const uint8_t mac[ETH_ADDR_LEN], uint8_t *out);

#endif
