/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other RST guard: an nftables table that drops what arrives for guarded
 * ports, after the capture saw it.  For kernels without TCP-MD5, and for those
 * who guard more ports than they want sockets for.  Takes CAP_NET_ADMIN; the
 * table has an owner, so nobody else can change it, and it goes with us.
 *
 * Built only with --with-nftables: libnftables is under the GPL.  Otherwise
 * guard_nft_open() says -EOPNOTSUPP.
 */
#ifndef LINK_GUARD_NFT_H
#define LINK_GUARD_NFT_H

#include <stdint.h>

#include "wire/segment.h"

struct guard_nft;

/* An empty table.  Returns 0, -EOPNOTSUPP if not built in, -EPERM, or -EIO. */
int guard_nft_open(struct guard_nft **out);

/* Removes the table.  NULL is accepted. */
void guard_nft_close(struct guard_nft *g);

/* Begins, or ends, to drop what arrives for @port of @a.  0 or -errno. */
int guard_nft_add(struct guard_nft *g, const struct ip_addr *a, uint16_t port);
int guard_nft_remove(struct guard_nft *g, const struct ip_addr *a, uint16_t port);

#endif
