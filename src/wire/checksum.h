/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checksums over pseudo-headers, for the codecs of this room (inet_sum() itself
 * is in wire/segment.h).
 */
#ifndef WIRE_CHECKSUM_H
#define WIRE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/*
 * Sum of the pseudo-header for @len bytes of @proto (RFC 9293 3.1, RFC 8200
 * 8.1), to go on with; folded, not inverted.  @addrs are source and destination
 * as they stand in the IP header, one behind the other.
 */
uint32_t inet_pseudo_sum(const uint8_t *addrs, size_t addrs_len, uint8_t proto, uint32_t len);

#endif
