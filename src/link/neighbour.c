/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tester's half of ARP and neighbour discovery.
 */
#include "link/neighbour.h"

#include <string.h>

static struct neighbour_family *family_of(struct neighbours *n, const struct ip_addr *a)
{
	struct neighbour_family *f = &n->family[a->family == 6];

	return f->own.family ? f : NULL;
}

static void reply_heard(struct neighbours *n, const struct neigh *said)
{
	struct neighbour_family *f = family_of(n, &said->target);

	if (!f)
		return;
	if (ip_addr_eq(&said->target, &f->next_hop)) {
		memcpy(f->next_hop_mac, said->mac, ETH_ADDR_LEN);
		f->known = true;
	}
	/* Our own answers are heard as well. */
	if (ip_addr_eq(&said->target, &f->own) && memcmp(said->mac, n->mac, ETH_ADDR_LEN)) {
		memcpy(f->taken_mac, said->mac, ETH_ADDR_LEN);
		f->taken = true;
	}
}

size_t neighbour_hear(struct neighbours *n, const uint8_t *frame, size_t len,
		      uint8_t reply[NEIGH_FRAME_MAX])
{
	struct neighbour_family *f;
	struct neigh said;

	neigh_decode(&said, frame, len);
	if (said.kind == NEIGH_REPLY)
		reply_heard(n, &said);
	if (said.kind != NEIGH_REQUEST)
		return 0;
	f = family_of(n, &said.target);
	if (!f || !ip_addr_eq(&said.target, &f->own) ||
	    !memcmp(said.sender_mac, n->mac, ETH_ADDR_LEN))
		return 0;
	return neigh_reply(&said, n->mac, reply);
}

bool neighbour_waiting(const struct neighbours *n)
{
	for (int i = 0; i < 2; i++)
		if (n->family[i].own.family && !n->family[i].known && !n->family[i].taken)
			return true;
	return false;
}

size_t neighbour_ask(const struct neighbours *n, int i, uint8_t frame[NEIGH_FRAME_MAX])
{
	const struct neighbour_family *f = &n->family[i];

	return neigh_request(&f->next_hop, &f->own, n->mac, frame);
}

/*
 * A probe has no sender address (RFC 5227 section 1.1, RFC 4862 section 5.4.2),
 * so that nobody learns an address from it that may not be ours.
 */
size_t neighbour_probe(const struct neighbours *n, int i, uint8_t frame[NEIGH_FRAME_MAX])
{
	const struct neighbour_family *f = &n->family[i];
	struct ip_addr nobody = { .family = f->own.family };

	return neigh_request(&f->own, &nobody, n->mac, frame);
}
