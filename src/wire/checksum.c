/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Internet checksum (RFC 1071).  The sum is taken in the machine's byte
 * order, eight bytes at a time, and turned around at the end: section 2(B) of
 * the RFC says that this comes to the same.
 */
#include <arpa/inet.h>
#include <string.h>

#include "wire/checksum.h"
#include "wire/segment.h"

static uint16_t fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint64_t load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

uint32_t inet_sum(const void *data, size_t len, uint32_t sum)
{
	const uint8_t *p = data;
	uint64_t a = 0, b = 0;
	uint8_t last[4] = { 0 };

	for (; len >= 16; p += 16, len -= 16) {
		a += load32(p) + load32(p + 4);
		b += load32(p + 8) + load32(p + 12);
	}
	for (; len >= 4; p += 4, len -= 4)
		a += load32(p);
	if (len) {
		memcpy(last, p, len);
		b += load32(last);
	}
	return fold((uint64_t)ntohs(fold(a + b)) + sum);
}

uint32_t inet_pseudo_sum(const uint8_t *addrs, size_t addrs_len, uint8_t proto, uint32_t len)
{
	return inet_sum(addrs, addrs_len, proto + (len >> 16) + (len & 0xffff));
}
