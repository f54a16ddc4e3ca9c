/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated target: its services, echo (RFC 862), discard (RFC 863), daytime
 * (RFC 867) and chargen (RFC 864), as users of the calls of RFC 9293 3.9.1.
 */
#include "sim/sim_priv.h"

#define CHARGEN_AHEAD 16384u /* octets that chargen keeps ready */

static void send_text(struct sim *sim, struct sim_conn *c, const char *data, size_t len)
{
	if (!c->fin_queued)
		sim_send(sim, c, data, len);
}

static void close_side(struct sim *sim, struct sim_conn *c)
{
	c->fin_queued = true;
	sim_call(sim, c, EVENT_CLOSE);
}

static void nothing(struct sim *sim, struct sim_conn *c)
{
	(void)sim;
	(void)c;
}

static void echo_data(struct sim *sim, struct sim_conn *c)
{
	send_text(sim, c, c->in.data, c->in.len);
}

static void daytime_open(struct sim *sim, struct sim_conn *c)
{
	static const char text[] = "Thursday, January 1, 1970 00:00:01-UTC\r\n";

	send_text(sim, c, text, sizeof(text) - 1);
	close_side(sim, c);
}

static void chargen_fill(struct sim_conn *c)
{
	char line[95];

	for (int i = 0; i < 95; i++)
		line[i] = (char)(' ' + i);
	while (c->out.len < CHARGEN_AHEAD)
		buf_add(&c->out, line, sizeof(line));
}

static void chargen_open(struct sim *sim, struct sim_conn *c)
{
	chargen_fill(c);
	sim_call(sim, c, EVENT_SEND);
}

static const struct sim_service services[] = {
	{ 7, nothing, echo_data, false },
	{ 9, nothing, nothing, false },
	{ 13, daytime_open, nothing, false },
	{ 19, chargen_open, nothing, true },
};

const struct sim_service *sim_service_find(uint16_t port)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (services[i].port == port)
			return &services[i];
	return NULL;
}

void sim_service_refill(struct sim *sim, struct sim_conn *c)
{
	(void)sim;
	if (c->service && c->service->endless && !c->fin_queued)
		chargen_fill(c);
}

/* What chargen has ready but did not send is not worth sending any more. */
static void hear_eof(struct sim *sim, struct sim_conn *c)
{
	uint32_t sent = c->snd_nxt - c->out_seq;

	if (c->fin_queued)
		return;
	if (c->service->endless && sent < c->out.len)
		c->out.len = sent;
	close_side(sim, c);
}

void sim_service_run(struct sim *sim, struct sim_conn *c)
{
	bool opened = c->opened, eof = c->eof;

	c->opened = c->eof = false;
	if (!c->service)
		return;
	if (opened)
		c->service->open(sim, c);
	if (c->in.len)
		c->service->data(sim, c);
	buf_reset(&c->in);
	if (eof)
		hear_eof(sim, c);
}
