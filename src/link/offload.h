/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Offloads of a network interface that falsify what a capture shows: checksums
 * left to the hardware are captured before they are there, and segments are
 * captured before they are cut (TSO, GSO) or after they were merged (GRO, LRO).
 */
#ifndef LINK_OFFLOAD_H
#define LINK_OFFLOAD_H

#include <stdint.h>

struct buf;

enum offload {
	OFFLOAD_TX_CHECKSUM = 1u << 0, /* packets leave with partial checksums */
	OFFLOAD_TSO = 1u << 1,
	OFFLOAD_GSO = 1u << 2,
	OFFLOAD_GRO = 1u << 3,
	OFFLOAD_LRO = 1u << 4,
};
#define OFFLOAD_ALL 0x1fu

/* Offloads that are on at @interface, as a set of enum offload, or -errno. */
int offload_read(const char *interface);

/*
 * Turns the offloads in the set @which on or off and reads back.  Returns all
 * that are on afterwards, as a set, or -errno if nothing could even be read.
 * Refusals show in the result alone: what matters is what is on.
 */
int offload_set(const char *interface, unsigned int which, int on);

/* Names, comma separated: "tx, gro" (as `ethtool -K` has them). */
void offload_describe(unsigned int set, struct buf *out);

#endif
