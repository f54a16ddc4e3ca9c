/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plain services of the reference peer: echo (RFC 862), discard (RFC 863),
 * daytime (RFC 867), chargen (RFC 864).  Each closes when the other side has.
 */
#include <stdlib.h>
#include <string.h>

#include "peer_priv.h"

#define CHARGEN_AHEAD 16384u /* bytes that chargen keeps ready to be sent */

static void service_send(struct peer_conn *c, const void *data, uint32_t len)
{
	if (c->closing)
		return;
	if (c->out_len + len > c->out_cap) {
		c->out_cap = 2 * (c->out_len + len);
		c->out = peer_realloc(c->out, c->out_cap);
	}
	memcpy(c->out + c->out_len, data, len);
	c->out_len += len;
}

static void nothing_opens(struct peer_conn *c)
{
	(void)c;
}

static void nothing_read(struct peer_conn *c, const uint8_t *data, uint32_t len)
{
	(void)c;
	(void)data;
	(void)len;
}

static void echo_read(struct peer_conn *c, const uint8_t *data, uint32_t len)
{
	service_send(c, data, len);
}

static void daytime_open(struct peer_conn *c)
{
	static const char text[] = "Thursday, January 1, 1970 00:00:01-UTC\r\n";

	service_send(c, text, sizeof(text) - 1);
	c->closing = true;
}

static void chargen_fill(struct peer_conn *c)
{
	char line[95];

	for (int i = 0; i < 95; i++)
		line[i] = (char)(' ' + i);
	while (c->out_len < CHARGEN_AHEAD)
		service_send(c, line, sizeof(line));
}

static const struct peer_service services[] = {
	{ 7, nothing_opens, echo_read, false },
	{ 9, nothing_opens, nothing_read, false },
	{ 13, daytime_open, nothing_read, false },
	{ 19, chargen_fill, nothing_read, true },
};

const struct peer_service *peer_service_find(uint16_t port)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (services[i].port == port)
			return &services[i];
	return NULL;
}

void peer_service_refill(struct peer_conn *c)
{
	if (c->service->endless && !c->closing)
		chargen_fill(c);
}

/* What chargen has ready but did not send is not worth sending any more. */
static void service_close(struct peer *p, struct peer_conn *c)
{
	uint32_t sent = c->snd_nxt - c->out_seq;

	if (peer_has(p, BUG_NO_FIN))
		return;
	if (c->service->endless && sent < c->out_len)
		c->out_len = sent;
	c->closing = true;
}

bool peer_service_run(struct peer *p, struct peer_conn *c)
{
	bool any = c->in_open || c->in_len || c->in_eof;

	if (c->in_open)
		c->service->on_open(c);
	if (peer_has(p, BUG_NO_FIN))
		c->closing = false;
	if (c->in_len)
		c->service->on_data(c, c->in, c->in_len);
	if (c->in_eof && c->app)
		c->app->eof = true;
	else if (c->in_eof && !c->closing)
		service_close(p, c);
	c->in_open = c->in_eof = false;
	c->in_len = 0;
	return any;
}
