/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Neighbours: what a tester with addresses of its own, that no kernel answers
 * for, says and hears on an Ethernet link (ARP, RFC 826; IPv6 neighbour
 * discovery, RFC 4861).  It answers who asks for its addresses, learns where
 * the next hops are, and notices if somebody else has one of its addresses
 * (RFC 5227, RFC 4862).
 *
 * Nothing in here sends: it turns frames heard into frames to send.
 */
#ifndef LINK_NEIGHBOUR_H
#define LINK_NEIGHBOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/frame.h"
#include "wire/segment.h"

/* One address family's half of it; unused while own.family is 0. */
struct neighbour_family {
	struct ip_addr own;
	struct ip_addr next_hop;
	bool known; /* next_hop_mac is set */
	uint8_t next_hop_mac[ETH_ADDR_LEN];
	bool taken; /* somebody else, at taken_mac, has our address */
	uint8_t taken_mac[ETH_ADDR_LEN];
};

struct neighbours {
	uint8_t mac[ETH_ADDR_LEN];	   /* our own */
	struct neighbour_family family[2]; /* IPv4, IPv6 */
};

/*
 * Takes notice of a frame heard on the link.  Returns the length of the frame
 * to send in answer, written to @reply, or 0 if nothing is to be said.
 */
size_t neighbour_hear(struct neighbours *n, const uint8_t *frame, size_t len,
		      uint8_t reply[NEIGH_FRAME_MAX]);

/* Whether any next hop is not known yet, and may still become known. */
bool neighbour_waiting(const struct neighbours *n);

/*
 * Writes the frame that asks for the next hop of family @i (0: IPv4, 1: IPv6),
 * or for our own address, to hear if somebody has it.  Returns its length.
 */
size_t neighbour_ask(const struct neighbours *n, int i, uint8_t frame[NEIGH_FRAME_MAX]);
size_t neighbour_probe(const struct neighbours *n, int i, uint8_t frame[NEIGH_FRAME_MAX]);

#endif
