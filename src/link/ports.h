/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tester's ports that are taken, per address family, and the choice of a
 * free one: going round through the dynamic ports, so that a port is used
 * again as late as possible (the other end may still be in TIME-WAIT).
 */
#ifndef LINK_PORTS_H
#define LINK_PORTS_H

#include <stdbool.h>
#include <stdint.h>

#define PORTS_FIRST 49152 /* RFC 6335 section 6: dynamic ports */
#define PORTS_COUNT (65536 - PORTS_FIRST)

struct ports {
	uint8_t taken[2][65536 / 8]; /* a bit per port; IPv4, IPv6 */
	uint16_t next;		     /* where the search goes on */
};

/* No port taken; the choice begins at the @start'th dynamic port. */
void ports_init(struct ports *p, uint32_t start);

/*
 * Takes @port, or with 0 the next free dynamic one, for @family (4 or 6).
 * Returns the port, -EADDRINUSE, or -EADDRNOTAVAIL if none is free.
 */
int ports_take(struct ports *p, uint8_t family, uint16_t port);

/* Gives a port back; one that is not taken is left alone. */
void ports_give(struct ports *p, uint8_t family, uint16_t port);

bool ports_taken(const struct ports *p, uint8_t family, uint16_t port);

#endif
