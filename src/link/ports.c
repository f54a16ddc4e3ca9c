/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bit for each port, and a hand that goes round.
 */
#include "link/ports.h"

#include <errno.h>
#include <string.h>

static uint8_t port_bit(uint16_t port)
{
	return (uint8_t)(1u << port % 8);
}

void ports_init(struct ports *p, uint32_t start)
{
	memset(p, 0, sizeof(*p));
	p->next = (uint16_t)(PORTS_FIRST + start % PORTS_COUNT);
}

bool ports_taken(const struct ports *p, uint8_t family, uint16_t port)
{
	return p->taken[family == 6][port / 8] & port_bit(port);
}

/* The next port that is free, or 0. */
static uint16_t port_choose(struct ports *p, uint8_t family)
{
	for (int i = 0; i < PORTS_COUNT; i++) {
		uint16_t port = p->next;

		p->next = (uint16_t)(port == UINT16_MAX ? PORTS_FIRST : port + 1);
		if (!ports_taken(p, family, port))
			return port;
	}
	return 0;
}

int ports_take(struct ports *p, uint8_t family, uint16_t port)
{
	if (port == 0)
		port = port_choose(p, family);
	else if (ports_taken(p, family, port))
		return -EADDRINUSE;
	if (port == 0)
		return -EADDRNOTAVAIL;
	p->taken[family == 6][port / 8] |= port_bit(port);
	return port;
}

void ports_give(struct ports *p, uint8_t family, uint16_t port)
{
	p->taken[family == 6][port / 8] &= (uint8_t)~port_bit(port);
}
