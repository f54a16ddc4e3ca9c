/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated target: what it sends.
 */
#include <string.h>

#include "base/log.h"
#include "sim/sim_priv.h"
#include "wire/seq.h"

/* ---- one segment ---- */

/* Sends @s, which @row asked for: the row's numbers may be wrong on purpose. */
static void emit(struct sim *sim, struct segment *s, const struct model_row *row)
{
	uint8_t packet[4096];
	size_t len;

	if (row && row == sim->flipped) {
		s->seq += sim->cfg.flip.kind == FLIP_WRONG_SEQ;
		s->ack += sim->cfg.flip.kind == FLIP_WRONG_ACK;
	}
	len = segment_encode(s, packet, sizeof(packet));
	if (!len)
		log_panic("the simulated target's packet is too large");
	vlink_send(sim->v, 0, packet, len);
}

static void option_add(struct segment *s, const struct tcp_opt *o)
{
	s->opt[s->n_opt++] = *o;
}

static void timestamps_add(const struct sim *sim, const struct sim_conn *c, struct segment *s)
{
	struct tcp_opt o;

	if (!c->ts_on)
		return;
	tcp_opt_simple(&o, TCP_OPT_NOP);
	option_add(s, &o);
	option_add(s, &o);
	tcp_opt_timestamps(&o, (uint32_t)(sim->now_ns / 1000000) + 4096, c->ts_recent);
	option_add(s, &o);
}

/* A segment of the connection with its numbers of now. */
static void conn_segment(const struct sim_conn *c, struct segment *s, uint16_t flags,
			 uint32_t seq)
{
	uint32_t window = sim_window(c) >> (flags & TCP_SYN ? 0 : c->rcv_shift);

	memset(s, 0, sizeof(*s));
	s->src = c->key.local;
	s->dst = c->key.remote;
	s->sport = c->key.lport;
	s->dport = c->key.rport;
	s->ttl = c->ttl;
	s->seq = seq;
	s->ack = flags & TCP_ACK ? c->rcv_nxt : 0;
	s->flags = flags;
	s->window = (uint16_t)window;
}

static void conn_emit(struct sim *sim, struct sim_conn *c, struct segment *s,
		      const struct model_row *row)
{
	if (!(s->flags & TCP_RST))
		timestamps_add(sim, c, s);
	emit(sim, s, row ? row : c->ack_row);
	c->last_ack_sent = c->rcv_nxt;
	c->ack_row = NULL;
}

static void rto_arm(struct sim *sim, struct sim_conn *c)
{
	int64_t rto = SIM_RTO_NS << (c->retries < 7 ? c->retries : 6);

	sim_timer(sim, &c->rto_ns, sim->now_ns + (rto < SIM_RTO_MAX_NS ? rto : SIM_RTO_MAX_NS));
	sim_user_timer(sim, c);
}

/* ---- the answers of rows ---- */

static void send_syn(struct sim *sim, struct sim_conn *c, uint16_t flags,
		     const struct model_row *row)
{
	bool offers = flags == TCP_SYN && !(sim->cfg.rules[0] & RULES_RFC793);
	struct segment s;
	struct tcp_opt o;

	conn_segment(c, &s, flags, c->iss);
	tcp_opt_mss(&o, c->key.local.family == 6 ? 1440 : 1460);
	option_add(&s, &o);
	if (c->scale_on || offers) {
		tcp_opt_wscale(&o, SIM_SCALE);
		option_add(&s, &o);
	}
	if (c->sack_on || offers) {
		tcp_opt_simple(&o, TCP_OPT_SACK_PERMITTED);
		option_add(&s, &o);
	}
	conn_emit(sim, c, &s, row);
	if (c->rto_ns == SIM_NEVER)
		rto_arm(sim, c);
}

static void send_ack(struct sim *sim, struct sim_conn *c, const struct model_row *row)
{
	struct segment s;

	conn_segment(c, &s, TCP_ACK, c->snd_nxt);
	conn_emit(sim, c, &s, row);
}

/* The form of a reset depends on what it answers (3.10.7.1). */
static void send_reset(struct sim *sim, const struct sim_conn *c, const struct model_row *row,
		       const struct segment *cause)
{
	struct segment s;

	conn_segment(c, &s, TCP_RST, 0);
	s.window = 0;
	if (!cause) {
		s.seq = c->snd_nxt;
	} else if (cause->flags & TCP_ACK) {
		s.seq = cause->ack;
	} else {
		s.flags |= TCP_ACK;
		s.ack = cause->seq + segment_len(cause);
	}
	emit(sim, &s, row);
}

static void send_front(struct sim *sim, struct sim_conn *c, const struct model_row *row);

/*
 * An ACK may ride on what follows at once, but not one that drops its cause, or should
 * have.
 */
static void due_ack(struct sim *sim, struct sim_conn *c, const struct model_row *row)
{
	bool goes_on = row == sim->flipped && sim->cfg.flip.kind == FLIP_GO_ON;
	bool drops = row->event == EVENT_SEGMENT && (row->then == CHECK_N || goes_on);

	if (drops || !c->hh.tbl)
		send_ack(sim, c, row);
	else
		c->ack_row = row;
}

void sim_answer(struct sim *sim, struct sim_conn *c, const struct model_row *row,
		const struct segment *cause)
{
	uint16_t a = row->answers;

	if (a & (ANS_RST_SEQ | ANS_RST_ACK))
		send_reset(sim, c, row, cause);
	else if (a & ANS_RST_ABORT)
		send_reset(sim, c, row, NULL);
	else if (a & ANS_ACK)
		due_ack(sim, c, row);
	else if (a & ANS_SYN_ACK)
		send_syn(sim, c, TCP_SYN | TCP_ACK, row);
	else if (a & ANS_SYN)
		send_syn(sim, c, TCP_SYN, row);
	else if (a & ANS_FRONT)
		send_front(sim, c, row);
	if (a & ANS_DATA)
		c->data_row = row;
	if (a & ANS_FIN)
		c->fin_row = row;
}

/* ---- data and FIN ---- */

bool sim_fin_acked(const struct sim_conn *c)
{
	return c->fin_sent && seq_gt(c->snd_una, c->fin_seq);
}

bool sim_outstanding(const struct sim_conn *c)
{
	return c->snd_una != c->snd_nxt || c->out.len > c->snd_nxt - c->out_seq;
}

/* Octets at SND.NXT that windows let go now. */
static uint32_t sendable(const struct sim_conn *c)
{
	uint32_t flight = c->snd_nxt - c->snd_una;
	uint32_t sent = c->snd_nxt - c->out_seq;
	uint32_t most = SIM_FLIGHT * c->send_mss;
	uint32_t window = c->snd_wnd < most ? c->snd_wnd : most;
	uint32_t room = window > flight ? window - flight : 0;
	uint32_t waiting = (uint32_t)c->out.len - sent;
	uint32_t n = waiting < c->send_mss ? waiting : c->send_mss;

	if (n <= room)
		return n;
	return flight ? 0 : room; /* 3.8.6.2.1: no small pieces while waiting */
}

static void send_data(struct sim *sim, struct sim_conn *c, uint32_t len)
{
	uint32_t sent = c->snd_nxt - c->out_seq;
	struct segment s;

	conn_segment(c, &s, TCP_ACK, c->snd_nxt);
	s.data = (const uint8_t *)c->out.data + sent;
	s.data_len = len;
	if (sent + len == c->out.len)
		s.flags |= TCP_PSH;
	c->snd_nxt += len;
	conn_emit(sim, c, &s, c->data_row);
}

static void send_fin(struct sim *sim, struct sim_conn *c)
{
	struct segment s;

	conn_segment(c, &s, TCP_FIN | TCP_ACK, c->snd_nxt);
	c->fin_sent = true;
	c->fin_seq = c->snd_nxt++;
	conn_emit(sim, c, &s, c->fin_row);
}

/* The first segment that is not acknowledged; with a closed window one octet. */
static void send_text_again(struct sim *sim, struct sim_conn *c, const struct model_row *row)
{
	uint32_t off = c->snd_una - c->out_seq;
	uint32_t n = (c->fin_sent ? c->fin_seq : c->snd_nxt) - c->snd_una;
	struct segment s;

	if (sim_fin_acked(c))
		return;
	if (n > c->send_mss)
		n = c->send_mss;
	if (c->snd_una == c->snd_nxt && off < c->out.len) { /* 3.8.6.1: a probe */
		n = 1;
		c->snd_nxt++;
	}
	conn_segment(c, &s, TCP_ACK, c->snd_una);
	s.data = n ? (const uint8_t *)c->out.data + off : NULL;
	s.data_len = n;
	if (c->fin_sent && c->snd_una + n == c->fin_seq)
		s.flags |= TCP_FIN;
	conn_emit(sim, c, &s, row);
}

static void send_front(struct sim *sim, struct sim_conn *c, const struct model_row *row)
{
	bool syn = c->snd_una == c->iss; /* is at the front */

	if (c->state == TCP_SYN_SENT)
		send_syn(sim, c, TCP_SYN, row);
	else if (syn)
		send_syn(sim, c, TCP_SYN | TCP_ACK, row);
	else
		send_text_again(sim, c, row);
	rto_arm(sim, c);
}

void sim_output(struct sim *sim, struct sim_conn *c)
{
	uint32_t n;

	if (c->state < TCP_ESTABLISHED && c->state != TCP_SYN_RECEIVED)
		return;
	if (c->data_row && !c->fin_sent) {
		sim_service_refill(sim, c);
		while ((n = sendable(c)) > 0)
			send_data(sim, c, n);
	}
	/* CLOSE waits for what SEND gave (3.10.4, CLOSE-WAIT). */
	if (c->close_waits && c->state == TCP_CLOSE_WAIT &&
	    c->snd_nxt - c->out_seq == c->out.len) {
		c->close_waits = false;
		sim_call(sim, c, EVENT_CLOSE);
		return;
	}
	if (c->fin_row && !c->fin_sent && c->snd_nxt - c->out_seq == c->out.len)
		send_fin(sim, c);
	if (c->ack_row)
		send_ack(sim, c, NULL);
	if (c->rto_ns == SIM_NEVER && c->state != TCP_TIME_WAIT && sim_outstanding(c))
		rto_arm(sim, c);
}
