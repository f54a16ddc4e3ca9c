/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose packet is this?  Asked of every one that is captured, so without decoding it.
 */
#ifndef RUN_DEMUX_H
#define RUN_DEMUX_H

#include "link/link.h"

/* Its ports and family (4 or 6); false if it is no TCP, or cut off before them. */
bool demux_ports(const struct link_packet *p, uint16_t *sport, uint16_t *dport,
		 uint8_t *family);

/* Its source is @a, of the same family. */
bool demux_is_from(const struct link_packet *p, const struct ip_addr *a);

#endif
