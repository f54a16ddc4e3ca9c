/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference peer: what it sends.  Every segment passes emit(), where faults
 * spoil it; retransmission after RFC 6298, windows after RFC 9293 3.8.6.
 */
#include <string.h>

#include "base/log.h"
#include "peer_priv.h"
#include "wire/seq.h"
#include "wire/testability.h"

#define RETRIES_SYN_ACK 7 /* 1 + 2 + .. + 64 + 64 s: beyond three minutes (MUST-23) */
#define RETRIES 8	  /* 1 + 2 + .. + 64 + 64 s: beyond R2 (SHLD-11) */
#define CHALLENGE_GAP_NS 500000000LL

/* ---- one segment ---- */

static void emit(struct peer *p, struct peer_emission *e)
{
	uint8_t packet[4096];
	size_t len;

	e->copies = 1;
	peer_fault_spoil(p, e);
	len = segment_encode(&e->s, packet, sizeof(packet));
	if (!len)
		log_panic("the peer's packet is too large");
	for (unsigned int i = 0; i < e->copies; i++)
		vlink_send(p->v, e->delay_ns, packet, len);
}

static uint32_t ts_now(const struct peer *p)
{
	return (uint32_t)(p->now_ns / 1000000) + 4096;
}

static void option_add(struct segment *s, const struct tcp_opt *o)
{
	s->opt[s->n_opt++] = *o;
}

static void timestamps_add(struct peer *p, const struct peer_conn *c, struct segment *s)
{
	struct tcp_opt o;
	bool wanted = c->ts_on;

	if (peer_has(p, BUG_TIMESTAMPS_LOST) && !(s->flags & TCP_SYN))
		wanted = false;
	if (peer_has(p, BUG_TIMESTAMPS_LATER) && !(s->flags & TCP_SYN))
		wanted = true;
	if (!wanted)
		return;
	tcp_opt_simple(&o, TCP_OPT_NOP);
	option_add(s, &o);
	option_add(s, &o);
	if (peer_has(p, BUG_TIMESTAMP_ECHO_RELAPSES) && c->n_segments % 5 == 0)
		tcp_opt_timestamps(&o, ts_now(p), c->ts_first);
	else
		tcp_opt_timestamps(&o, ts_now(p), c->ts_recent);
	option_add(s, &o);
}

/* The block around what is held at @i, and all that touches it. */
static void block_grow(const struct peer_conn *c, unsigned int i, uint32_t block[2])
{
	bool more = true;

	block[0] = c->held[i].seq;
	block[1] = c->held[i].seq + c->held[i].len + c->held[i].fin;
	while (more) {
		more = false;
		for (i = 0; i < c->n_held; i++) {
			uint32_t left = c->held[i].seq;
			uint32_t right = left + c->held[i].len + c->held[i].fin;

			if (seq_gt(left, block[1]) || seq_lt(right, block[0]))
				continue;
			more |= seq_lt(left, block[0]) || seq_gt(right, block[1]);
			block[0] = seq_min(block[0], left);
			block[1] = seq_max(block[1], right);
		}
	}
}

/* RFC 2018 4: what is held, the last to come first. */
static void sack_add(struct peer *p, const struct peer_conn *c, struct segment *s)
{
	uint8_t room = c->ts_on ? 3 : TCP_SACK_MAX, n = 0;
	uint32_t block[TCP_SACK_MAX][2];
	struct tcp_opt o;

	if (!c->sack_on && !peer_has(p, BUG_SACK_UNPERMITTED))
		return;
	for (unsigned int i = c->n_held; i-- > 0 && n < room;) {
		bool told = false;

		for (uint8_t k = 0; k < n; k++)
			told |= seq_in(c->held[i].seq, block[k][0], block[k][1] - block[k][0]);
		if (!told)
			block_grow(c, i, block[n++]);
	}
	if (!n)
		return;
	tcp_opt_simple(&o, TCP_OPT_NOP);
	option_add(s, &o);
	option_add(s, &o);
	tcp_opt_sack(&o, n, (const uint32_t(*)[2])block);
	option_add(s, &o);
}

/* A segment of the connection with its numbers of now. */
static void conn_segment(struct peer *p, struct peer_conn *c, struct peer_emission *e,
			 uint16_t flags, uint32_t seq)
{
	uint32_t window = c->rcv_wnd >> (flags & TCP_SYN ? 0 : c->rcv_shift);

	memset(e, 0, sizeof(*e));
	e->conn = c;
	e->s.src = c->key.local;
	e->s.dst = c->key.remote;
	e->s.sport = c->key.lport;
	e->s.dport = c->key.rport;
	e->s.ttl = c->ttl;
	e->s.seq = seq;
	e->s.ack = c->rcv_nxt;
	e->s.flags = flags;
	e->s.window = window > UINT16_MAX ? UINT16_MAX : (uint16_t)window;
}

static void conn_emit(struct peer *p, struct peer_conn *c, struct peer_emission *e)
{
	timestamps_add(p, c, &e->s);
	if (!(e->s.flags & TCP_SYN))
		sack_add(p, c, &e->s);
	emit(p, e);
	c->n_segments++;
	c->last_ack_sent = c->rcv_nxt;
	c->ack_pending = c->ack_at_once = false;
	c->ack_ns = PEER_NEVER;
}

/* 3.9.1.1: what is not delivered in time ends the connection. */
void peer_user_arm(struct peer *p, struct peer_conn *c)
{
	if (c->rto_ns != PEER_NEVER && c->user_ns == PEER_NEVER && c->app && c->app->limit_ns)
		peer_conn_timer(p, &c->user_ns, p->now_ns + c->app->limit_ns);
}

static void rto_arm(struct peer *p, struct peer_conn *c)
{
	int64_t rto = PEER_RTO_NS << (c->retries < 7 ? c->retries : 6);

	if (peer_has(p, BUG_NO_BACKOFF))
		rto = PEER_RTO_NS;
	peer_conn_timer(p, &c->rto_ns, p->now_ns + (rto < PEER_RTO_MAX_NS ? rto : PEER_RTO_MAX_NS));
	peer_user_arm(p, c);
}

/* ---- handshake, ACK, reset ---- */

static void syn_options(struct peer *p, const struct peer_conn *c, struct segment *s)
{
	struct tcp_opt o;

	(void)p;
	tcp_opt_mss(&o, c->key.local.family == 6 ? 1440 : 1460);
	option_add(s, &o);
	if (c->scale_on) {
		tcp_opt_wscale(&o, PEER_SCALE);
		option_add(s, &o);
	}
	if (c->sack_on) {
		tcp_opt_simple(&o, TCP_OPT_SACK_PERMITTED);
		option_add(s, &o);
	}
}

void peer_send_syn(struct peer *p, struct peer_conn *c, bool again)
{
	struct peer_emission e;

	conn_segment(p, c, &e, TCP_SYN, c->iss);
	e.s.ack = 0;
	e.again = again;
	syn_options(p, c, &e.s);
	conn_emit(p, c, &e);
	if (c->rto_ns == PEER_NEVER)
		rto_arm(p, c);
}

void peer_send_abort(struct peer *p, struct peer_conn *c)
{
	struct peer_emission e;

	conn_segment(p, c, &e, TCP_RST, c->snd_nxt);
	e.s.ack = 0;
	emit(p, &e);
}

void peer_send_syn_ack(struct peer *p, struct peer_conn *c, bool again)
{
	struct peer_emission e;

	conn_segment(p, c, &e, TCP_SYN | TCP_ACK, c->iss);
	e.again = again;
	syn_options(p, c, &e.s);
	conn_emit(p, c, &e);
	if (c->rto_ns == PEER_NEVER)
		rto_arm(p, c);
}

/* An ACK for its own sake. */
static void ack_segment(struct peer *p, struct peer_conn *c, struct peer_emission *e)
{
	bool fin = p->cfg.repeats_fin && c->fin_sent && !peer_fin_acked(c);

	conn_segment(p, c, e, fin ? TCP_FIN | TCP_ACK : TCP_ACK, fin ? c->fin_seq : c->snd_nxt);
	e->again = fin;
}

void peer_send_ack(struct peer *p, struct peer_conn *c)
{
	struct peer_emission e;

	ack_segment(p, c, &e);
	conn_emit(p, c, &e);
}

/* RFC 5961 7 for the whole host, second by second as Linux counts. */
static bool spend_challenge(struct peer *p)
{
	if (!p->cfg.challenges)
		return true;
	if (p->now_ns / INT64_C(1000000000) != p->challenge_second) {
		p->challenge_second = p->now_ns / INT64_C(1000000000);
		p->challenged = 0;
	}
	return p->challenged++ < p->cfg.challenges;
}

void peer_send_challenge(struct peer *p, struct peer_conn *c, const struct segment *cause)
{
	struct peer_emission e;

	if (p->cfg.throttles && p->now_ns - c->challenged_ns < CHALLENGE_GAP_NS)
		return;
	if (!spend_challenge(p))
		return;
	c->challenged_ns = p->now_ns;
	ack_segment(p, c, &e);
	e.cause = cause;
	e.challenge = true;
	conn_emit(p, c, &e);
}

/* SEG.LEN as a bug may count it. */
static uint32_t reset_len(const struct peer *p, const struct segment *cause)
{
	uint32_t len = segment_len(cause);

	if (peer_has(p, BUG_RST_DATA_NOT_COUNTED))
		len -= cause->data_len;
	if (peer_has(p, BUG_RST_FIN_NOT_COUNTED) && (cause->flags & TCP_FIN))
		len--;
	return len;
}

void peer_send_reset(struct peer *p, const struct segment *cause)
{
	struct peer_emission e;

	memset(&e, 0, sizeof(e));
	e.cause = cause;
	e.s.src = cause->dst;
	e.s.dst = cause->src;
	e.s.sport = cause->dport;
	e.s.dport = cause->sport;
	if (cause->flags & TCP_ACK) {
		e.s.flags = TCP_RST;
		e.s.seq = cause->ack;
	} else {
		e.s.flags = TCP_RST | TCP_ACK;
		e.s.ack = cause->seq + reset_len(p, cause);
	}
	emit(p, &e);
}

/* ---- data and FIN ---- */

bool peer_fin_acked(const struct peer_conn *c)
{
	return c->fin_sent && seq_gt(c->snd_una, c->fin_seq);
}

/* Octets at SND.NXT that windows let go now. */
static uint32_t sendable(const struct peer_conn *c)
{
	uint32_t flight = c->snd_nxt - c->snd_una;
	uint32_t sent = c->snd_nxt - c->out_seq;
	uint32_t window = c->snd_wnd < c->cwnd ? c->snd_wnd : c->cwnd;
	uint32_t room = window > flight ? window - flight : 0;
	uint32_t waiting = c->out_len - sent;
	uint32_t n = waiting < c->send_mss ? waiting : c->send_mss;

	if (n <= room)
		return n;
	return flight ? 0 : room; /* 3.8.6.2.1: no small pieces while waiting */
}

static void fin_count(struct peer *p, struct peer_conn *c)
{
	c->fin_sent = true;
	c->fin_seq = c->snd_nxt;
	if (!peer_has(p, BUG_OWN_FIN_NOT_COUNTED))
		c->snd_nxt++;
	if (c->state == PEER_ESTABLISHED || c->state == PEER_SYN_RECEIVED)
		c->state = PEER_FIN_WAIT_1;
	else if (c->state == PEER_CLOSE_WAIT)
		c->state = PEER_LAST_ACK;
}

static void data_send(struct peer *p, struct peer_conn *c, uint32_t len)
{
	struct peer_emission e;
	uint32_t sent = c->snd_nxt - c->out_seq;
	bool last = sent + len == c->out_len;

	conn_segment(p, c, &e, TCP_ACK, c->snd_nxt);
	e.s.data = c->out + sent;
	e.s.data_len = len;
	if (last)
		e.s.flags |= TCP_PSH;
	c->snd_nxt += len;
	if (last && c->closing && p->cfg.fin_with_data) {
		e.s.flags |= TCP_FIN;
		fin_count(p, c);
	}
	conn_emit(p, c, &e);
}

static void fin_send(struct peer *p, struct peer_conn *c)
{
	struct peer_emission e;

	conn_segment(p, c, &e, TCP_FIN | TCP_ACK, c->snd_nxt);
	fin_count(p, c);
	conn_emit(p, c, &e);
}

static void ack_schedule(struct peer *p, struct peer_conn *c)
{
	if (!p->cfg.ack_delay_ns || c->ack_at_once)
		peer_send_ack(p, c);
	else if (c->ack_ns == PEER_NEVER)
		peer_conn_timer(p, &c->ack_ns, p->now_ns + p->cfg.ack_delay_ns);
}

void peer_output(struct peer *p, struct peer_conn *c)
{
	uint32_t n;

	if (c->state == PEER_CLOSED || c->state == PEER_SYN_SENT)
		return;
	/* 3.10.4: CLOSE in SYN-RECEIVED sends a FIN if nothing is to be sent. */
	if (c->state == PEER_SYN_RECEIVED && !(c->active && c->closing && !c->out_len))
		return;
	if (!c->fin_sent)
		peer_service_refill(c);
	while (!c->fin_sent && (n = sendable(c)) > 0)
		data_send(p, c, n);
	if (c->closing && !c->fin_sent && c->snd_nxt - c->out_seq == c->out_len)
		fin_send(p, c);
	if (c->ack_pending)
		ack_schedule(p, c);
	if (c->rto_ns == PEER_NEVER && c->state != PEER_TIME_WAIT &&
	    (c->snd_una != c->snd_nxt || c->snd_nxt - c->out_seq < c->out_len))
		rto_arm(p, c);
}

/* ---- again ---- */

/* The first segment that is not acknowledged; with a closed window one octet. */
void peer_retransmit_front(struct peer *p, struct peer_conn *c)
{
	struct peer_emission e;
	uint32_t off = c->snd_una - c->out_seq;
	uint32_t n = (c->fin_sent ? c->fin_seq : c->snd_nxt) - c->snd_una;

	if (peer_fin_acked(c))
		return;
	if (n > c->send_mss)
		n = c->send_mss;
	if (c->snd_una == c->snd_nxt && off < c->out_len) { /* 3.8.6.1: a probe */
		n = 1;
		c->snd_nxt++;
	}
	conn_segment(p, c, &e, TCP_ACK, c->snd_una);
	e.again = true;
	e.s.data = n ? c->out + off : NULL;
	e.s.data_len = n;
	if (c->fin_sent && c->snd_una + n == c->fin_seq)
		e.s.flags |= TCP_FIN;
	conn_emit(p, c, &e);
}

/* R2 (RFC 9293 3.8.3): so many times, or as long as the user wants. */
static bool gives_up(const struct peer *p, const struct peer_conn *c)
{
	bool opening = c->state == PEER_SYN_RECEIVED || c->state == PEER_SYN_SENT;

	if (peer_has(p, BUG_GIVES_UP_EARLY))
		return c->retries == 1;
	return c->user_ns == PEER_NEVER && c->retries == (opening ? RETRIES_SYN_ACK : RETRIES);
}

void peer_retransmit(struct peer *p, struct peer_conn *c)
{
	if (peer_has(p, BUG_NO_RETRANSMISSION))
		return;
	if (gives_up(p, c)) {
		c->error = TP_USER_TIMEOUT;
		c->state = PEER_CLOSED;
		return;
	}
	c->retries++;
	c->cwnd = c->send_mss;
	if (c->state == PEER_SYN_SENT)
		peer_send_syn(p, c, true);
	else if (c->snd_una == c->iss) /* also behind a FIN in SYN-RECEIVED */
		peer_send_syn_ack(p, c, true);
	else
		peer_retransmit_front(p, c);
	rto_arm(p, c);
}
