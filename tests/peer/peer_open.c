/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference peer: a segment arrives in SYN-SENT.  RFC 9293 3.10.7.3 in its
 * order: ACK, RST, (security,) SYN, and everything else is dropped.
 */
#include "peer_priv.h"
#include "wire/seq.h"

static bool ack_is_good(const struct peer_conn *c, const struct segment *s)
{
	return seq_gt(s->ack, c->iss) && seq_le(s->ack, c->snd_nxt);
}

/* First and second; true: go on. */
static bool take_reset(struct peer *p, struct peer_conn *c, const struct segment *s)
{
	bool good = ack_is_good(c, s);

	if (!(s->flags & TCP_RST))
		return true;
	if (!(s->flags & TCP_ACK))
		good = peer_has(p, BUG_OPEN_RST_NO_ACK_TAKEN);
	else if (peer_has(p, BUG_OPEN_RST_BAD_ACK_TAKEN))
		good = true;
	if (!good || peer_has(p, BUG_OPEN_RST_IGNORED))
		return false;
	c->error = TP_REFUSED;
	c->state = PEER_CLOSED;
	return false;
}

static bool take_ack(struct peer *p, struct peer_conn *c, const struct segment *s)
{
	if (!(s->flags & TCP_ACK) || ack_is_good(c, s) || peer_has(p, BUG_OPEN_WRONG_ACK_OPENS))
		return true;
	if (!(s->flags & TCP_RST) && !peer_has(p, BUG_OPEN_WRONG_ACK_IGNORED))
		peer_send_reset(p, s);
	return (s->flags & TCP_RST) && peer_has(p, BUG_OPEN_RST_BAD_ACK_TAKEN);
}

/* Our SYN is acknowledged: ESTABLISHED, and an ACK, with what waits to be sent. */
static void established(struct peer *p, struct peer_conn *c, const struct segment *s)
{
	c->state = PEER_ESTABLISHED;
	c->snd_una = c->snd_nxt;
	c->rto_ns = c->user_ns = PEER_NEVER;
	c->retries = 0;
	c->in_open = true;
	c->snd_wl1 = s->seq;
	c->snd_wl2 = s->ack;
	if (!peer_has(p, BUG_OPEN_SYN_ACK_UNANSWERED))
		peer_send_ack(p, c);
}

/* Fourth: SYN. */
static void take_syn(struct peer *p, struct peer_conn *c, const struct segment *s)
{
	c->irs = s->seq;
	c->rcv_nxt = s->seq + 1;
	c->snd_wnd = c->max_snd_wnd = s->window;
	peer_options_take(p, c, s);
	c->cwnd = 4 * c->send_mss;
	if (s->flags & TCP_ACK) {
		established(p, c, s);
		return;
	}
	if (peer_has(p, BUG_OPEN_SYN_IGNORED))
		return;
	if (peer_has(p, BUG_OPEN_SYN_RESETS)) {
		peer_send_reset(p, s);
		c->state = PEER_CLOSED;
		return;
	}
	c->state = PEER_SYN_RECEIVED;
	peer_send_syn_ack(p, c, false);
}

void peer_syn_sent(struct peer *p, struct peer_conn *c, struct segment *s)
{
	if (!take_ack(p, c, s) || !take_reset(p, c, s))
		return;
	if (s->flags & TCP_SYN)
		take_syn(p, c, s);
	else if (peer_has(p, BUG_OPEN_FIN_RESETS))
		peer_send_reset(p, s);
	else if (peer_has(p, BUG_OPEN_ACK_OPENS) && (s->flags & TCP_ACK))
		c->state = PEER_ESTABLISHED;
}
