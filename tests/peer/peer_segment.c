/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference peer: a segment arrives for a connection.  RFC 9293 3.10.7.4
 * check by check, in its order; each check says whether to go on with the next.
 */
#include <stdlib.h>
#include <string.h>

#include "peer_priv.h"
#include "wire/seq.h"

typedef bool check_fn(struct peer *p, struct peer_conn *c, struct segment *s);

static void conn_close(struct peer_conn *c)
{
	c->state = PEER_CLOSED;
}

static void time_wait_start(struct peer *p, struct peer_conn *c)
{
	c->rto_ns = c->user_ns = PEER_NEVER;
	if (peer_has(p, BUG_TIME_WAIT_SKIPPED)) {
		peer_output(p, c);
		conn_close(c);
		return;
	}
	c->state = PEER_TIME_WAIT;
	peer_conn_timer(p, &c->wait_ns,
			p->now_ns + (peer_has(p, BUG_TIME_WAIT_SHORT) ? 1 : 2) * p->cfg.msl_ns);
}

/* ---- first check: timestamps (RFC 7323 5.3) and sequence number ---- */

static bool check_timestamps(struct peer *p, struct peer_conn *c, struct segment *s)
{
	const struct tcp_opt *ts = segment_opt(s, TCP_OPT_TIMESTAMPS);

	if (!c->ts_on || (s->flags & TCP_RST))
		return true;
	if (!ts || !ts->known)
		return false; /* RFC 7323 3.2: should be dropped silently */
	if (seq_lt(ts->ts.val, c->ts_recent)) {
		peer_send_challenge(p, c, s);
		return false;
	}
	return true;
}

/* RFC 9293 table 6; the window is never zero here. */
static bool is_acceptable(const struct peer_conn *c, const struct segment *s)
{
	uint32_t len = segment_len(s);

	if (seq_in(s->seq, c->rcv_nxt, c->rcv_wnd))
		return true;
	return len && seq_in(s->seq + len - 1, c->rcv_nxt, c->rcv_wnd);
}

/* What follows an unacceptable segment that is no reset. */
static void unacceptable(struct peer *p, struct peer_conn *c, struct segment *s)
{
	bool syn_again = c->state == PEER_SYN_RECEIVED &&
		(s->flags & TCP_SYN) && s->seq == c->irs;

	if (c->state == PEER_TIME_WAIT && (s->flags & TCP_FIN)) {
		time_wait_start(p, c);
		if (peer_has(p, BUG_TIME_WAIT_SILENT))
			return;
	}
	if (syn_again && peer_has(p, BUG_SYN_AGAIN_IGNORED))
		return;
	if (syn_again && peer_has(p, BUG_ISN_CHANGES)) {
		c->iss = c->snd_una = c->iss + 64000;
		c->snd_nxt = c->out_seq = c->iss + 1;
	}
	if (syn_again && (p->cfg.syn_ack_again || peer_has(p, BUG_ISN_CHANGES)))
		peer_send_syn_ack(p, c, true);
	else
		peer_send_challenge(p, c, s);
}

/* Bugs with a segment outside the window; true if one took it. */
static bool unacceptable_bugs(struct peer *p, struct peer_conn *c, struct segment *s)
{
	bool before = seq_lt(s->seq, c->rcv_nxt);

	if (peer_has(p, BUG_SYN_OLD_RESETS) && (s->flags & TCP_SYN) &&
	    c->state == PEER_ESTABLISHED) {
		peer_send_reset(p, s);
		conn_close(c);
		return true;
	}
	if (peer_has(p, BUG_DUPLICATE_IGNORED) && before)
		return true;
	if (peer_has(p, BUG_OUT_OF_WINDOW_IGNORED))
		return true;
	if (peer_has(p, BUG_OUT_OF_WINDOW_OPENS) && c->state == PEER_SYN_RECEIVED) {
		c->state = PEER_ESTABLISHED;
		c->snd_una = c->snd_nxt;
		c->rto_ns = c->user_ns = PEER_NEVER;
		return true;
	}
	if (peer_has(p, BUG_DUPLICATE_TAKEN) && before && s->data_len) {
		c->service->on_data(c, s->data, s->data_len);
		peer_output(p, c);
		return true;
	}
	return false;
}

/* Cuts off what lies outside the window, SYN and FIN included. */
static void trim(struct peer *p, struct peer_conn *c, struct segment *s)
{
	uint32_t old = seq_lt(s->seq, c->rcv_nxt) ? c->rcv_nxt - s->seq : 0;
	uint32_t right = c->rcv_nxt + c->rcv_wnd;

	if (peer_has(p, BUG_OVERLAP_TAKEN_TWICE) && old && old < s->data_len) {
		s->seq = c->rcv_nxt;
		return;
	}
	if (old && (s->flags & TCP_SYN)) {
		s->flags &= (uint16_t)~TCP_SYN;
		s->seq++;
		old--;
	}
	if (old) {
		s->seq += old;
		s->data += old;
		s->data_len -= old;
	}
	if (s->data_len && seq_gt(s->seq + s->data_len, right)) {
		s->data_len = right - s->seq;
		s->flags &= (uint16_t)~TCP_FIN;
	}
}

static bool check_sequence(struct peer *p, struct peer_conn *c, struct segment *s)
{
	const struct tcp_opt *ts = segment_opt(s, TCP_OPT_TIMESTAMPS);

	if (peer_has(p, BUG_RST_ANYWHERE) && (s->flags & TCP_RST))
		s->seq = c->rcv_nxt;
	if (!is_acceptable(c, s)) {
		if (!(s->flags & TCP_RST) && !unacceptable_bugs(p, c, s))
			unacceptable(p, c, s);
		return false;
	}
	/* RFC 7323 4.3: only from what is at the left edge or before it. */
	if (c->ts_on && ts &&
	    (seq_le(s->seq, c->last_ack_sent) || peer_has(p, BUG_TIMESTAMP_OF_HOLE)))
		c->ts_recent = ts->ts.val;
	trim(p, c, s);
	return true;
}

/* ---- second: RST ---- */

static bool rst_is_ignored(const struct peer *p, const struct peer_conn *c, const struct segment *s)
{
	if (peer_has(p, BUG_RST_IGNORED))
		return true;
	if (peer_has(p, BUG_RST_WITH_DATA_IGNORED) && s->data_len)
		return true;
	if (peer_has(p, BUG_RST_ACK_NUMBER_CHECKED) && (s->flags & TCP_ACK) &&
	    s->ack != c->snd_nxt)
		return true;
	if (peer_has(p, BUG_RST_IN_SYN_RECEIVED_IGNORED) && c->state == PEER_SYN_RECEIVED)
		return true;
	if (peer_has(p, BUG_RST_IN_FIN_WAIT_IGNORED) && c->state == PEER_FIN_WAIT_2)
		return true;
	return peer_has(p, BUG_RST_IN_LAST_ACK_IGNORED) && c->state == PEER_LAST_ACK;
}

static bool check_reset(struct peer *p, struct peer_conn *c, struct segment *s)
{
	if (!(s->flags & TCP_RST))
		return true;
	if (peer_has(p, BUG_TIME_WAIT_OPENS) && c->state == PEER_TIME_WAIT && (s->flags & TCP_SYN))
		return true;
	if (s->seq != c->rcv_nxt && !p->cfg.rfc793) {
		if (!peer_has(p, BUG_NEAR_RST_IGNORED))
			peer_send_challenge(p, c, s);
		return peer_has(p, BUG_NEAR_RST_PROCESSED);
	}
	if (rst_is_ignored(p, c, s))
		return false;
	if (peer_has(p, BUG_RST_ANSWERED))
		peer_send_reset(p, s);
	c->error = c->state == PEER_SYN_RECEIVED ? TP_REFUSED : TP_RESET;
	conn_close(c);
	return false;
}

/* ---- fourth: SYN (the third, security, is no concern) ---- */

static bool check_syn(struct peer *p, struct peer_conn *c, struct segment *s)
{
	if (!(s->flags & TCP_SYN))
		return true;
	if (peer_has(p, BUG_TIME_WAIT_OPENS) && c->state == PEER_TIME_WAIT) {
		c->rcv_nxt = s->seq + 1;
		c->state = PEER_ESTABLISHED;
		c->wait_ns = PEER_NEVER;
		peer_send_syn_ack(p, c, true);
		return false;
	}
	if (c->state == PEER_SYN_RECEIVED && !c->active) {
		if (!peer_has(p, BUG_SYN_IN_SYN_RECEIVED_IGNORED))
			conn_close(c); /* back to LISTEN */
	} else if (peer_has(p, BUG_SYN_IN_ESTABLISHED_IGNORED)) {
		return false;
	} else if (peer_has(p, BUG_SYN_IN_ESTABLISHED_REOPENS)) {
		c->rcv_nxt = s->seq + 1;
		peer_send_syn_ack(p, c, true);
	} else if (p->cfg.rfc793) {
		peer_send_reset(p, s);
		conn_close(c);
	} else {
		peer_send_challenge(p, c, s);
	}
	return false;
}

/* ---- fifth: ACK ---- */

static void out_drop(struct peer_conn *c, uint32_t ack)
{
	uint32_t n = seq_gt(ack, c->out_seq) ? ack - c->out_seq : 0;

	if (n > c->out_len)
		n = c->out_len;
	if (!n)
		return;
	memmove(c->out, c->out + n, c->out_len - n);
	c->out_len -= n;
	c->out_seq += n;
}

/* Something new is acknowledged (RFC 6298 5.2, 5.3). */
static void acknowledged(struct peer *p, struct peer_conn *c, uint32_t ack)
{
	bool recovering = c->retries > 0;

	c->snd_una = ack;
	out_drop(c, ack);
	c->retries = 0;
	c->cwnd += c->send_mss;
	c->user_ns = PEER_NEVER;
	if (c->snd_una == c->snd_nxt) {
		c->rto_ns = PEER_NEVER;
		return;
	}
	peer_conn_timer(p, &c->rto_ns, p->now_ns + PEER_RTO_NS);
	peer_user_arm(p, c);
	if (recovering)
		peer_retransmit_front(p, c);
}

static void window_update(struct peer_conn *c, const struct segment *s)
{
	if (!seq_lt(c->snd_wl1, s->seq) &&
	    !(c->snd_wl1 == s->seq && seq_le(c->snd_wl2, s->ack)))
		return;
	c->snd_wnd = (uint32_t)((uint64_t)s->window << c->snd_shift);
	c->snd_wl1 = s->seq;
	c->snd_wl2 = s->ack;
	if (c->snd_wnd > c->max_snd_wnd)
		c->max_snd_wnd = c->snd_wnd;
}

/* The handshake's last step; the application hears of it. */
static bool ack_in_syn_received(struct peer *p, struct peer_conn *c, struct segment *s)
{
	bool good = seq_lt(c->snd_una, s->ack) && seq_le(s->ack, c->snd_nxt);

	if (!good && !peer_has(p, BUG_WRONG_ACK_OPENS)) {
		if (!peer_has(p, BUG_WRONG_ACK_IGNORED))
			peer_send_reset(p, s);
		if (peer_has(p, BUG_WRONG_ACK_ENDS))
			conn_close(c);
		return false;
	}
	c->state = PEER_ESTABLISHED;
	c->snd_wnd = (uint32_t)((uint64_t)s->window << c->snd_shift);
	c->max_snd_wnd = c->snd_wnd;
	c->snd_wl1 = s->seq;
	c->snd_wl2 = s->ack;
	c->in_open = true;
	if (peer_has(p, BUG_EARLY_DATA_LOST))
		s->data_len = 0;
	if (peer_has(p, BUG_EARLY_FIN_LOST))
		s->flags &= (uint16_t)~TCP_FIN;
	acknowledged(p, c, good ? s->ack : c->snd_nxt);
	return true;
}

/* ESTABLISHED and later: is the ACK field one to go on with? */
static bool ack_is_usable(struct peer *p, struct peer_conn *c, struct segment *s)
{
	if (seq_gt(s->ack, c->snd_nxt)) {
		if (peer_has(p, BUG_ACK_OF_UNSENT_TAKEN))
			return true;
		if (!peer_has(p, BUG_ACK_OF_UNSENT_IGNORED))
			peer_send_challenge(p, c, s);
		return false;
	}
	/* RFC 5961 5.2 (MAY-12) */
	if (!p->cfg.rfc793 && seq_lt(s->ack, c->snd_una - c->max_snd_wnd)) {
		peer_send_challenge(p, c, s);
		return false;
	}
	return !(peer_has(p, BUG_OLD_ACK_DROPS_DATA) && seq_lt(s->ack, c->snd_una));
}

/* What the ACK of our own FIN means in each state; true: go on. */
static bool ack_of_fin(struct peer *p, struct peer_conn *c)
{
	bool acked = peer_fin_acked(c);

	switch (c->state) {
	case PEER_FIN_WAIT_1:
		if (acked)
			c->state = PEER_FIN_WAIT_2;
		if (acked && peer_has(p, BUG_FIN_WAIT_2_TIMER))
			peer_conn_timer(p, &c->wait_ns, p->now_ns + 60000000000LL);
		if (acked && peer_has(p, BUG_FIN_WAIT_2_ENDS))
			conn_close(c);
		return true;
	case PEER_CLOSING:
		if (acked)
			time_wait_start(p, c);
		return acked;
	case PEER_LAST_ACK:
		if (acked && !peer_has(p, BUG_LAST_ACK_STAYS))
			conn_close(c);
		return !acked;
	default:
		return true;
	}
}

static bool check_ack(struct peer *p, struct peer_conn *c, struct segment *s)
{
	if (!(s->flags & TCP_ACK))
		return peer_has(p, BUG_DATA_WITHOUT_ACK_TAKEN);
	if (c->state == PEER_SYN_RECEIVED)
		return ack_in_syn_received(p, c, s);
	if (!ack_is_usable(p, c, s))
		return false;
	if (seq_gt(s->ack, c->snd_una) && seq_le(s->ack, c->snd_nxt))
		acknowledged(p, c, s->ack);
	if (seq_le(c->snd_una, s->ack) && !peer_has(p, BUG_WINDOW_UPDATE_IGNORED))
		window_update(c, s);
	if (!c->snd_wnd && c->retries > 6) /* MUST-37: who answers probes may stay */
		c->retries = 6;
	return ack_of_fin(p, c) && c->state != PEER_CLOSED;
}

/* ---- seventh: text (the sixth, urgent, changes nothing here) ---- */

static void deliver(struct peer *p, struct peer_conn *c, const uint8_t *data, uint32_t len)
{
	if (!len)
		return;
	if (c->in_len + len > c->in_cap) {
		c->in_cap = 2 * (c->in_len + len);
		c->in = peer_realloc(c->in, c->in_cap);
	}
	memcpy(c->in + c->in_len, data, len);
	c->in_len += len;
	c->rcv_nxt += len;
	c->ack_pending = true;
	if (peer_has(p, BUG_WINDOW_SHRINKS) && c->rcv_wnd > 2 * len)
		c->rcv_wnd -= 2 * len;
}

/* SHLD-31: kept until the hole is filled; MAY-13: an ACK says where it is. */
static void hold(struct peer *p, struct peer_conn *c, const struct segment *s)
{
	struct peer_held *h = &c->held[c->n_held];

	c->ack_pending = c->ack_at_once = true;
	if (peer_has(p, BUG_HOLE_ACKED))
		c->rcv_nxt = s->seq + s->data_len;
	if (peer_has(p, BUG_OUT_OF_ORDER_DROPPED) || c->n_held == PEER_HELD_MAX)
		return;
	h->seq = s->seq;
	h->len = s->data_len;
	h->fin = s->flags & TCP_FIN;
	h->data = peer_realloc(NULL, s->data_len + 1);
	if (s->data_len)
		memcpy(h->data, s->data, s->data_len);
	c->n_held++;
}

static bool may_receive(const struct peer_conn *c)
{
	return c->state == PEER_ESTABLISHED || c->state == PEER_FIN_WAIT_1 ||
		c->state == PEER_FIN_WAIT_2;
}

static bool take_text(struct peer *p, struct peer_conn *c, struct segment *s)
{
	if (!may_receive(c))
		return true;
	if (peer_has(p, BUG_URGENT_DROPPED) && (s->flags & TCP_URG))
		return false;
	if (peer_has(p, BUG_OPTIONS_ON_DATA_DROPPED) && s->n_opt && s->data_len &&
	    !segment_opt(s, TCP_OPT_TIMESTAMPS))
		return false;
	if (peer_has(p, BUG_DATA_REFUSED_IN_FIN_WAIT) && c->state != PEER_ESTABLISHED &&
	    s->data_len) {
		peer_send_reset(p, s);
		conn_close(c);
		return false;
	}
	if (s->seq != c->rcv_nxt) {
		if (segment_len(s))
			hold(p, c, s);
		return false;
	}
	deliver(p, c, s->data, s->data_len);
	return true;
}

/* ---- eighth: FIN ---- */

static void fin_taken(struct peer *p, struct peer_conn *c)
{
	switch (c->state) {
	case PEER_ESTABLISHED:
		c->state = PEER_CLOSE_WAIT;
		break;
	case PEER_FIN_WAIT_1:
		if (peer_has(p, BUG_CLOSING_SKIPPED))
			time_wait_start(p, c);
		else
			c->state = PEER_CLOSING;
		if (peer_has(p, BUG_CLOSING_ENDS)) {
			peer_output(p, c);
			conn_close(c);
		}
		break;
	case PEER_FIN_WAIT_2:
		time_wait_start(p, c);
		break;
	default:
		break;
	}
}

static void fin_process(struct peer *p, struct peer_conn *c)
{
	c->rcv_nxt++;
	c->fin_received = true;
	c->in_eof = true;
	c->ack_pending = true;
	/* An active closer has nothing to wait for: at once. */
	c->ack_at_once |= c->state != PEER_ESTABLISHED;
	fin_taken(p, c);
}

/* Segments that were kept and are in order now. */
static void held_take(struct peer *p, struct peer_conn *c)
{
	for (unsigned int i = 0; i < c->n_held; i++) {
		struct peer_held h = c->held[i];
		uint32_t old = c->rcv_nxt - h.seq;

		if (seq_gt(h.seq, c->rcv_nxt))
			continue;
		c->held[i] = c->held[--c->n_held];
		if (old <= h.len) {
			deliver(p, c, h.data + old, h.len - old);
			if (h.fin && may_receive(c))
				fin_process(p, c);
		}
		c->ack_at_once = true;
		free(h.data);
		i = UINT32_MAX; /* from the start: the order is any */
	}
}

static bool take_fin(struct peer *p, struct peer_conn *c, struct segment *s)
{
	if ((s->flags & TCP_FIN) && may_receive(c)) {
		if (peer_has(p, BUG_FIN_IGNORED))
			return false;
		if (peer_has(p, BUG_FIN_RESETS)) {
			peer_send_reset(p, s);
			conn_close(c);
			return false;
		}
		fin_process(p, c);
	} else if ((s->flags & TCP_FIN) && !s->data_len && s->seq == c->rcv_nxt) {
		/* A second one, behind the first: acknowledged, and no more, but that
		 * TIME-WAIT lasts for 2 MSL from it. */
		c->ack_pending = c->ack_at_once = true;
		if (c->state == PEER_TIME_WAIT)
			time_wait_start(p, c);
	}
	if (c->state != PEER_CLOSED)
		held_take(p, c);
	return true;
}

void peer_segment(struct peer *p, struct peer_conn *c, struct segment *s)
{
	static check_fn *const check[] = {
		check_timestamps, check_sequence, check_reset, check_syn,
		check_ack, take_text, take_fin
	};

	for (size_t i = 0; i < sizeof(check) / sizeof(check[0]) && c->state != PEER_SYN_SENT; i++)
		if (!check[i](p, c, s))
			break;
	if (c->state == PEER_SYN_SENT)
		peer_syn_sent(p, c, s);
	if (c->state == PEER_CLOSED)
		return;
	if ((c->in_open || c->in_len || c->in_eof) && c->state != PEER_SYN_RECEIVED) {
		if (p->cfg.app_delay_ns < 0)
			peer_service_run(p, c);
		else if (c->app_ns == PEER_NEVER)
			peer_conn_timer(p, &c->app_ns, p->now_ns + p->cfg.app_delay_ns);
	}
	peer_output(p, c);
}
