/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our own packets, from sending to capture.
 *
 * Only the TCP part is compared: a raw socket's kernel fills in the IP header.
 */
#include "link/impair_echo.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/log.h"

/* A capture that is so late does not come at all. */
#define EXPIRED_NS INT64_C(5000000000)

struct echo {
	struct echo *prev, *next;
	int64_t sent_ns;
	bool shown;
	uint8_t family;
	size_t len;
	uint8_t tcp[];
};

size_t echo_tcp_offset(const uint8_t *ip, size_t len)
{
	if (len >= 20 && ip[0] >> 4 == 4)
		return (size_t)(ip[0] & 15) * 4;
	return len >= 40 && ip[0] >> 4 == 6 ? 40 : 0;
}

static void forget(struct echoes *e, struct echo *one)
{
	DL_DELETE(e->list, one);
	free(one);
}

void echo_add(struct echoes *e, const uint8_t *ip, size_t len, int64_t now_ns, bool shown)
{
	size_t off = echo_tcp_offset(ip, len);
	struct echo *one;

	if (off > len)
		off = len;
	one = calloc(1, sizeof(*one) + len - off);
	if (!one)
		log_panic("out of memory");
	one->sent_ns = now_ns;
	one->shown = shown;
	one->family = len ? ip[0] >> 4 : 0;
	one->len = len - off;
	memcpy(one->tcp, ip + off, len - off);
	DL_APPEND(e->list, one);
}

void echo_cancel(struct echoes *e)
{
	if (e->list)
		forget(e, e->list->prev);
}

bool echo_swallows(struct echoes *e, const uint8_t *ip, size_t len)
{
	size_t off = echo_tcp_offset(ip, len);
	struct echo *one;

	if (!off || off > len)
		return false;
	DL_FOREACH(e->list, one) {
		bool shown = one->shown;

		if (one->len != len - off || one->family != ip[0] >> 4 ||
		    memcmp(one->tcp, ip + off, one->len) != 0)
			continue;
		forget(e, one);
		return !shown;
	}
	return false;
}

uint64_t echo_expire(struct echoes *e, int64_t now_ns)
{
	uint64_t missed = 0;

	while (e->list && now_ns - e->list->sent_ns > EXPIRED_NS) {
		missed += !e->list->shown;
		forget(e, e->list);
	}
	return missed;
}

void echo_fini(struct echoes *e)
{
	while (e->list)
		forget(e, e->list);
}
