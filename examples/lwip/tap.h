/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lwIP's network interface over a TAP interface of Linux: what the kernel sends
 * out of the TAP interface lwIP receives, and the other way round.
 */
#ifndef EXAMPLES_LWIP_TAP_H
#define EXAMPLES_LWIP_TAP_H

#include <stddef.h>
#include <stdint.h>

/* An address that lwIP has on the interface, as it lies in a packet. */
struct tap_address {
	uint8_t ip[16];
	size_t len;	     /* 4 or 16 */
	unsigned int prefix; /* bits of the network; 64 for IPv6 */
};

/*
 * Opens the TAP interface @name, which is made unless it is there, and gives
 * lwIP, which must be initialised, its end of it with these addresses.  An
 * interface that was made here is gone with the process.  Returns a descriptor
 * that does not block, or -errno.
 */
int tap_open(const char *name, const struct tap_address *addresses, size_t n);

/* Hands lwIP one frame of @fd: 1, or 0 when there is none, or -errno. */
int tap_receive(int fd);

#endif
