/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the few octets of a packet that tell whose it is.
 */
#include "run/demux.h"

#include <string.h>

bool demux_ports(const struct link_packet *p, uint16_t *sport, uint16_t *dport,
		 uint8_t *family)
{
	const uint8_t *ip = p->ip;
	size_t off;

	if (p->cap_len < 20)
		return false;
	*family = ip[0] >> 4;
	off = *family == 4 ? (size_t)(ip[0] & 15) * 4 : 40;
	if ((*family != 4 && *family != 6) || p->cap_len < off + 4)
		return false;
	if ((*family == 4 ? ip[9] : ip[6]) != 6)
		return false;
	*sport = (uint16_t)(ip[off] << 8 | ip[off + 1]);
	*dport = (uint16_t)(ip[off + 2] << 8 | ip[off + 3]);
	return true;
}

bool demux_is_from(const struct link_packet *p, const struct ip_addr *a)
{
	return a->family == 4 ? !memcmp(p->ip + 12, a->b, 4)
			      : !memcmp(p->ip + 8, a->b, 16);
}
