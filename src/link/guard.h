/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The RST guard, for when the tester borrows an address that its own kernel
 * answers for: to the kernel each answer of the target belongs to no connection,
 * and it would reset it (RFC 9293 3.10.7.1).
 *
 * The guard is a listening socket on the tester's address and port that demands
 * a TCP-MD5 signature (RFC 2385) of everybody.  The kernel finds the listener,
 * misses the signature, and drops the segment without a word - after the
 * capture saw it.  This takes no privilege beyond CAP_NET_RAW (and
 * CAP_NET_BIND_SERVICE below 1024), keeps other programs off the port, and ends
 * with the process however it ends.
 */
#ifndef LINK_GUARD_H
#define LINK_GUARD_H

#include <stdint.h>

#include "wire/segment.h"

struct guard;

enum guard_kind {
	GUARD_LISTENER, /* falls back to the other where the kernel has no TCP-MD5 */
	GUARD_NFT,	/* an nftables table (guard_nft.h); ports are reserved all the same */
};

/* Guards ports of the tester's addresses; never NULL. */
struct guard *guard_new(enum guard_kind kind);

/* Gives back every port.  NULL is accepted. */
void guard_free(struct guard *g);

/*
 * Takes @port of @address, or with 0 a free one; @index is the interface, for
 * IPv6 link-local addresses.  Returns the port; -EADDRINUSE if anybody uses it;
 * -EADDRNOTAVAIL if the address is not this host's, or no port is free;
 * -EACCES below 1024 without privilege; -EOPNOTSUPP where neither the kernel has
 * TCP-MD5 nor this program nftables; -EMFILE; or another -errno.
 */
int guard_take(struct guard *g, const struct ip_addr *address, int index, uint16_t port);

/* Gives a port back: from then on the kernel resets what still arrives. */
void guard_give(struct guard *g, const struct ip_addr *address, uint16_t port);

#endif
