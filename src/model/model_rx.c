/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Following the target's segments: may a TCP in one of these states send this?
 */
#include "model/model.h"

#include <string.h>

#include "model/internal.h"
#include "wire/seq.h"

/*
 * A segment of the target that left before it saw our last one arrives after
 * it.  For this long the states before that one still explain a segment.
 */
#define CROSSING_LOCAL_NS INT64_C(200000000)
#define CROSSING_NS INT64_C(2000000000)

/* A keep-alive or window probe repeats old sequence space after a quiet time. */
#define PROBE_QUIET_NS INT64_C(1000000000)

bool model_violate(struct model_violation *v, const char *clause, enum seg_field field,
		   const char *what)
{
	*v = (struct model_violation){
		.clause = clause,
		.rfc = "rfc9293",
		.what = what,
		.level = LEVEL_MUST,
		.field = (int8_t)field,
	};
	return false;
}

bool model_violate_value(struct model_violation *v, const char *clause, enum seg_field field,
			 uint32_t value, const char *what)
{
	model_violate(v, clause, field, what);
	v->has_value = true;
	v->value = value;
	return false;
}

static bool is_recent(const struct model *m, int64_t then_ns, int64_t now_ns)
{
	return now_ns - then_ns < (m->lossless ? CROSSING_LOCAL_NS : CROSSING_NS);
}

uint16_t model_states_at(const struct model *m, int64_t ts_ns)
{
	if (m->before && is_recent(m, m->changed_ns, ts_ns))
		return m->states | m->before;
	return m->states;
}

void model_forget_old(struct model *m, int64_t ts_ns)
{
	if (m->again.set && !m->old_alive && !is_recent(m, m->changed_ns, ts_ns))
		model_open(m, &m->again);
}

/* SND.NXT or the acknowledgment moves: keep where it stood a moment ago. */
static void move(const struct model *m, uint32_t *value, uint32_t to,
		 uint32_t *was, int64_t *moved_ns, int64_t now_ns)
{
	if (!seq_gt(to, *value))
		return;
	if (!is_recent(m, *moved_ns, now_ns))
		*was = *value;
	*moved_ns = now_ns;
	*value = to;
}

bool model_is_retransmission(const struct model *m, const struct segment *s)
{
	uint32_t len = segment_len(s);

	return len && m->iss_known && !(s->flags & TCP_RST) &&
		seq_ge(s->seq, m->iss) && seq_le(s->seq + len, m->snd_nxt);
}

/* RST */

static bool credit_fits(const struct model *m, const struct model_credit *c,
			const struct segment *s)
{
	bool ack = s->flags & TCP_ACK;

	if ((c->answers & ANS_RST_SEQ) && !ack && s->seq == c->seq)
		return true;
	if ((c->answers & ANS_RST_ACK) && ack && s->seq == 0 && s->ack == c->ack)
		return true;
	return (c->answers & ANS_RST_ABORT) && m->iss_known && s->seq == m->snd_nxt;
}

bool model_credit_fits(const struct model *m, const struct segment *s)
{
	for (uint8_t i = m->n_credits; i-- > 0;) {
		if (credit_fits(m, &m->credit[i], s))
			return true;
	}
	return false;
}

static bool use_credit(struct model *m, const struct segment *s)
{
	for (uint8_t i = m->n_credits; i-- > 0;) {
		if (!credit_fits(m, &m->credit[i], s))
			continue;
		if (m->credit[i].answers & ANS_RST_ABORT)
			m->states = STATE_BIT(TCP_CLOSED);
		/* The network may deliver a reset twice. */
		if (!m->lossless)
			return true;
		memmove(&m->credit[i], &m->credit[i + 1],
			(size_t)(m->n_credits - i - 1) * sizeof(m->credit[0]));
		m->n_credits--;
		return true;
	}
	return false;
}

/* The reset has a reason but the wrong form: say what it should have been. */
bool model_wrong_form(const struct model_credit *c, const struct segment *s,
		      struct model_violation *v)
{
	bool ack = s->flags & TCP_ACK;

	if (c->answers & ANS_RST_SEQ) {
		if (ack)
			return model_violate_value(v, c->clause, FIELD_FLAGS, TCP_RST,
						   "a reset that answers an ACK "
						   "carries no ACK bit");
		return model_violate_value(v, c->clause, FIELD_SEQ, c->seq,
					   "a reset that answers an ACK "
					   "takes SEG.ACK as its SEQ");
	}
	if (!ack)
		return model_violate_value(v, c->clause, FIELD_FLAGS, TCP_RST | TCP_ACK,
					   "a reset that answers a segment "
					   "without ACK carries one");
	if (s->seq != 0)
		return model_violate_value(v, c->clause, FIELD_SEQ, 0,
					   "a reset that answers a segment "
					   "without ACK has SEQ 0");
	return model_violate_value(v, c->clause, FIELD_ACK, c->ack,
				   "a reset that answers a segment without ACK "
				   "acknowledges SEG.SEQ+SEG.LEN");
}

/* SEQ=SND.NXT, where what stands before it may have been lost or overtaken. */
static bool is_abort(const struct model *m, const struct segment *s, uint16_t states)
{
	if (!(states & RECEIVING_STATES) || !m->iss_known)
		return false;
	return s->seq == m->snd_nxt ||
		(!m->lossless && seq_gt(s->seq, m->snd_nxt) &&
		 seq_le(s->seq, m->offered_right));
}

static bool rx_rst(struct model *m, const struct segment *s, int64_t ts_ns,
		   struct model_violation *v)
{
	uint16_t states = model_states_at(m, ts_ns);
	bool abort = is_abort(m, s, states);

	/* With the numbers of an answer it may be an ABORT all the same. */
	if (use_credit(m, s)) {
		m->states |= abort ? STATE_BIT(TCP_CLOSED) : 0;
		return true;
	}
	/* The application aborts, or the target gives up (3.10.5, 3.8.3). */
	if (abort) {
		m->before = m->lossless ? 0 : states;
		m->changed_ns = ts_ns;
		m->states = STATE_BIT(TCP_CLOSED);
		return true;
	}
	for (uint8_t i = m->n_credits; i-- > 0;) {
		if (m->credit[i].answers & (ANS_RST_SEQ | ANS_RST_ACK))
			return model_wrong_form(&m->credit[i], s, v);
	}
	if ((m->states & STATE_BIT(TCP_SYN_RECEIVED)) && !m->iss_known)
		return model_violate(v, "SA-LISTEN-3", FIELD_FLAGS,
				     "a listener answers a SYN with SYN,ACK");
	if ((states & RECEIVING_STATES) && m->iss_known)
		return model_violate_value(v, "3.10.5-ABORT", FIELD_SEQ, m->snd_nxt,
					   "a reset that nothing called for, "
					   "and its SEQ is not SND.NXT");
	return model_violate(v, "3.5.2", FIELD_FLAGS,
			     "a reset that no segment called for");
}

/* SYN */

static void learn_options(struct model *m, const struct segment *s)
{
	const struct tcp_opt *o = segment_opt(s, TCP_OPT_WSCALE);

	m->ws_ok = m->our_ws && o && o->known;
	m->ts_ok = m->our_ts && segment_opt(s, TCP_OPT_TIMESTAMPS);
	m->target_shift = m->ws_ok ? (o->wscale > 14 ? 14 : o->wscale) : 0;
}

static void learn_window(struct model *m, const struct segment *s)
{
	uint32_t wnd = (uint32_t)s->window << (s->flags & TCP_SYN ? 0 : m->target_shift);
	uint32_t right = s->ack + wnd;

	if (!m->rcv_wnd_known || seq_gt(right, m->rcv_right))
		m->rcv_right = right;
	m->rcv_wnd_known = true;
}

static bool check_syn_ack(struct model *m, const struct segment *s,
			  struct model_violation *v)
{
	/* Sent again it may acknowledge what came meanwhile. */
	uint32_t end = m->iss_known ? seq_max(m->rcv_nxt, m->rcv_max) : m->syn_end;

	if (seq_lt(s->ack, m->irs + 1) || seq_gt(s->ack, end))
		return model_violate_value(v, "SA-LISTEN-3", FIELD_ACK, m->irs + 1,
					   "SYN,ACK acknowledges SEG.SEQ+1");
	if (m->iss_known && s->seq != m->iss)
		return model_violate_value(v, "SA-LISTEN-3", FIELD_SEQ, m->iss,
					   "a repeated SYN,ACK has the same ISS");
	return true;
}

/* The first one: the target's numbers are known. */
static void follow_syn_ack(struct model *m, const struct segment *s)
{
	m->iss_known = true;
	m->iss = m->snd_una = s->seq;
	m->snd_nxt = m->snd_nxt_was = s->seq + 1;
	/* The window of our SYN, never scaled. */
	m->offered_right = m->snd_nxt + m->snd_wnd;
	m->rcv_nxt_was = s->ack;
	learn_options(m, s);
	m->rcv_nxt = s->ack;
	/* Or it has crossed what took the target out of that state again. */
	if (!(m->states & STATE_BIT(TCP_SYN_RECEIVED)))
		return;
	m->states = STATE_BIT(TCP_SYN_RECEIVED);
	m->before = 0;
}

static bool rx_syn(struct model *m, const struct segment *s, int64_t ts_ns,
		   struct model_violation *v)
{
	uint16_t states = model_states_at(m, ts_ns);
	/* Repeated while our ACK was on its way. */
	uint16_t may = STATE_BIT(TCP_SYN_RECEIVED) | STATE_BIT(TCP_ESTABLISHED);

	if (!(s->flags & TCP_ACK))
		return model_rx_syn(m, s, ts_ns, v);
	/* It is still on its way, once more. */
	if (!m->lossless && m->iss_known && s->seq == m->iss && is_recent(m, m->iss_ns, ts_ns))
		may |= RECEIVING_STATES | STATE_BIT(TCP_LISTEN) | STATE_BIT(TCP_CLOSED);
	/* CLOSE in SYN-RECEIVED (3.10.4): the SYN is still to be acknowledged. */
	if (m->iss_known && s->seq == m->iss && (!m->lossless || m->snd_una == m->iss))
		may |= STATE_BIT(TCP_FIN_WAIT_1) | STATE_BIT(TCP_CLOSING);
	if (!(states & may) || !m->irs_known)
		return model_violate(v, "SA-LISTEN-2", FIELD_FLAGS,
				     "a SYN,ACK that no SYN called for");
	if (m->again.set && seq_gt(s->ack, m->again.irs) && seq_le(s->ack, m->again.end)) {
		model_open(m, &m->again);
		m->states = STATE_BIT(TCP_SYN_RECEIVED);
	}
	if (!check_syn_ack(m, s, v))
		return false;
	m->iss_ns = ts_ns;
	if (!m->iss_known)
		follow_syn_ack(m, s);
	else if (m->active && (m->states & STATE_BIT(TCP_SYN_RECEIVED)))
		m->rcv_nxt = s->ack; /* simultaneous open: text of our SYN taken or not */
	/* Who acknowledges our SYN has left SYN-SENT for good. */
	if (m->states & (uint16_t)~STATE_BIT(TCP_SYN_SENT))
		m->states &= (uint16_t)~STATE_BIT(TCP_SYN_SENT);
	learn_window(m, s);
	m->rcv_nxt_lo = seq_max(m->rcv_nxt_lo, s->ack);
	return true;
}

/* Everything else */

static bool check_ack_number(const struct model *m, const struct segment *s,
			     int64_t ts_ns, struct model_violation *v)
{
	bool overtaken = is_recent(m, m->rcv_moved_ns, ts_ns) &&
		seq_ge(s->ack, m->rcv_nxt_was);
	/* May be the same octets again, its header included (MAY-4). */
	bool verbatim = model_is_retransmission(m, s) && seq_gt(s->ack, m->irs);

	if (seq_gt(s->ack, seq_max(m->rcv_nxt, m->rcv_max)))
		return model_violate_value(v, "3.4-ACK-BEYOND", FIELD_ACK, m->rcv_nxt,
					   "acknowledges what was never sent in order");
	if (seq_lt(s->ack, m->rcv_nxt_lo) && !overtaken && !verbatim)
		return model_violate_value(v, "3.4-ACK-BACKWARDS", FIELD_ACK,
					   m->rcv_nxt_lo,
					   "acknowledges less than before");
	return true;
}

/*
 * Asks whether we are there: one before SND.NXT, with an octet of garbage or
 * without (3.8.4), after a quiet time or while our window is closed.
 */
static bool is_probe(const struct model *m, const struct segment *s, int64_t ts_ns)
{
	bool quiet = ts_ns - m->last_ns >= PROBE_QUIET_NS || m->snd_wnd == 0;

	return quiet && s->seq == m->snd_nxt - 1 && segment_len(s) <= 1 &&
		!(s->flags & TCP_FIN);
}

static bool check_empty(const struct model *m, const struct segment *s,
			int64_t ts_ns, struct model_violation *v)
{
	/* After our window shrank SND.NXT may lie beyond it (3.8.6). */
	bool shrunk = seq_gt(m->snd_nxt, m->snd_una + m->snd_wnd);

	if (s->seq == m->snd_nxt || is_probe(m, s, ts_ns))
		return true;
	if (shrunk && seq_ge(s->seq, m->snd_una) && seq_lt(s->seq, m->snd_nxt))
		return true;
	/* Sent before a segment that overtook it. */
	if (is_recent(m, m->snd_moved_ns, ts_ns) && seq_lt(s->seq, m->snd_nxt) &&
	    seq_ge(s->seq, m->snd_nxt_was))
		return true;
	/* What it sent before that was lost on the way, or has been overtaken. */
	if (!m->lossless && !m->fin_sent && seq_gt(s->seq, m->snd_nxt) &&
	    seq_le(s->seq, m->offered_right + 1))
		return true;
	return model_violate_value(v, "3.10.7.4-SEQ", FIELD_SEQ, m->snd_nxt,
				   "an acknowledgment carries SEQ=SND.NXT");
}

static bool check_window(const struct model *m, const struct segment *s,
			 struct model_violation *v)
{
	uint32_t end = s->seq + s->data_len, right = m->offered_right;

	/* One octet may probe a zero window (3.8.6.1). */
	if (s->data_len <= 1 || seq_le(end, right))
		return true;
	return model_violate_value(v, "3.8.6-WINDOW", FIELD_DATA_LEN,
				   seq_gt(right, s->seq) ? right - s->seq : 0,
				   "sends beyond the window that it was offered");
}

static bool check_text(const struct model *m, const struct segment *s,
		       uint16_t states, struct model_violation *v)
{
	const uint16_t sending = STATE_BIT(TCP_ESTABLISHED) |
		STATE_BIT(TCP_CLOSE_WAIT);
	uint32_t end = s->seq + segment_len(s);

	if (seq_le(s->seq, m->iss))
		return model_violate_value(v, "3.4-SEQ", FIELD_SEQ, m->snd_nxt,
					   "its data begins at or before its ISS");
	if (m->lossless && seq_gt(s->seq, m->snd_nxt))
		return model_violate_value(v, "3.4-SEQ", FIELD_SEQ, m->snd_nxt,
					   "leaves a gap in its sequence numbers");
	if (m->fin_sent && seq_gt(end, m->fin_seq + 1))
		return model_violate_value(v, "3.6-AFTER-FIN", FIELD_SEQ, m->snd_nxt,
					   "sends new data after its FIN");
	if (m->fin_sent && (s->flags & TCP_FIN) && end != m->fin_seq + 1)
		return model_violate_value(v, "3.6-AFTER-FIN", FIELD_SEQ, m->fin_seq,
					   "repeats its FIN at another sequence number");
	/* CLOSE in SYN-RECEIVED sends a FIN at once (3.10.4). */
	if (seq_gt(end, m->snd_nxt) && !(states & sending) &&
	    !((states & STATE_BIT(TCP_SYN_RECEIVED)) && !s->data_len))
		return model_violate(v, "3.3.2-SENDING", FIELD_DATA_LEN,
				     "sends new data in a state that cannot send");
	return check_window(m, s, v);
}

/*
 * The target's FIN.  In CLOSE-WAIT its acknowledgment tells what it had seen:
 * if it does not cover our FIN the two have crossed, and with ours in hand it
 * is CLOSING now (RFC 9293 3.6, figure 13).
 */
static void follow_fin(struct model *m, const struct segment *s)
{
	uint16_t next = 0;

	m->fin_sent = true;
	m->fin_seq = s->seq + s->data_len;
	if (m->states & (STATE_BIT(TCP_ESTABLISHED) | STATE_BIT(TCP_SYN_RECEIVED)))
		next |= STATE_BIT(TCP_FIN_WAIT_1);
	if (m->states & STATE_BIT(TCP_CLOSE_WAIT))
		next |= m->fin_received && seq_lt(s->ack, m->fin_end)
			? STATE_BIT(TCP_CLOSING)
			: STATE_BIT(TCP_LAST_ACK);
	/* Or this is it once more, and the first one, which crossed ours, was lost; or
	 * CLOSE came before our FIN, and text that a window held was before it (3.10.4). */
	if ((next & STATE_BIT(TCP_LAST_ACK)) && m->fin_received &&
	    (!m->lossless || seq_gt(m->fin_seq, m->snd_nxt_at_fin)))
		next |= STATE_BIT(TCP_CLOSING);
	if (next)
		m->states = next;
	/* Otherwise it crossed what ended the connection: that stays ended. */
	m->before = next ? 0 : m->before | STATE_BIT(TCP_FIN_WAIT_1);
}

/*
 * What was taken against all odds: data on our SYN, text beyond the window.  An
 * acknowledgment of our FIN proves that it was processed.
 */
static void follow_ack(struct model *m, const struct segment *s)
{
	const uint16_t open = STATE_BIT(TCP_SYN_RECEIVED) |
		STATE_BIT(TCP_ESTABLISHED) | STATE_BIT(TCP_FIN_WAIT_1) |
		STATE_BIT(TCP_FIN_WAIT_2);

	/* The text of the SYN that answered the target's was not kept (SA-SYNSENT-5). */
	if (m->active && m->rcv_nxt == m->syn_end && seq_lt(s->ack, m->syn_end))
		m->rcv_nxt = s->ack;
	m->rcv_nxt = seq_max(m->rcv_nxt, s->ack);
	if (m->fin_max && s->ack == m->rcv_max) {
		m->fin_received = true;
		m->fin_end = m->rcv_max;
		m->snd_nxt_at_fin = m->snd_una;
	}
	if (m->fin_received && seq_ge(s->ack, m->fin_end) && (m->states & ~open))
		m->states &= (uint16_t)~open;
}

/* Who sends text has left SYN-SENT for good; a SYN of then may still come. */
static void leave_syn_sent(struct model *m, int64_t ts_ns)
{
	const uint16_t opening = STATE_BIT(TCP_SYN_SENT);

	if (!(m->states & opening) || !(m->states & RECEIVING_STATES))
		return;
	m->states &= (uint16_t)~opening;
	m->before = m->lossless ? 0 : model_states_at(m, ts_ns) | opening;
	m->changed_ns = ts_ns;
}

static void follow_text(struct model *m, const struct segment *s, int64_t ts_ns)
{
	uint32_t end = s->seq + segment_len(s);

	move(m, &m->rcv_nxt_lo, s->ack, &m->rcv_nxt_was, &m->rcv_moved_ns, ts_ns);
	follow_ack(m, s);
	learn_window(m, s);
	if (segment_len(s) && seq_gt(end, m->snd_nxt)) {
		move(m, &m->snd_nxt, end, &m->snd_nxt_was, &m->snd_moved_ns, ts_ns);
		if ((s->flags & TCP_FIN) && !m->fin_sent)
			follow_fin(m, s);
	}
	leave_syn_sent(m, ts_ns);
	/* Who sends this is neither closed nor listening, unless it crossed. */
	if ((m->states & RECEIVING_STATES) && !is_recent(m, m->changed_ns, ts_ns))
		m->states &= RECEIVING_STATES;
}

static bool no_connection(const struct model *m, struct model_violation *v)
{
	const char *clause = "SA-CLOSED-1";

	if (m->states & STATE_BIT(TCP_SYN_SENT))
		return model_violate(v, "SA-SYNSENT-7", FIELD_FLAGS,
				     "sends before its SYN was answered");
	if (m->states & STATE_BIT(TCP_LISTEN))
		clause = "SA-LISTEN-5";
	return model_violate(v, clause, FIELD_FLAGS,
			     "sends on a connection that does not exist");
}

/*
 * Its SYN,ACK was lost or has been overtaken, and this acknowledges a repeated SYN
 * or other segments that are not acceptable (3.10.7.4, first check).
 */
static bool is_after_lost_syn(const struct model *m, const struct segment *s)
{
	if (m->lossless || segment_len(s))
		return false;
	if (m->again.set && seq_gt(s->ack, m->again.irs) && seq_le(s->ack, m->again.end))
		return true;
	return !m->iss_known && seq_gt(s->ack, m->irs) && seq_le(s->ack, m->syn_end);
}

static bool rx_other(struct model *m, const struct segment *s, int64_t ts_ns,
		     struct model_violation *v)
{
	uint16_t states = model_states_at(m, ts_ns);
	bool ok;

	if (!(states & RECEIVING_STATES))
		return no_connection(m, v);
	if (!(s->flags & TCP_ACK))
		return model_violate(v, "3.1-ACK", FIELD_FLAGS,
				     "a segment without ACK after the handshake");
	if (is_after_lost_syn(m, s))
		return true;
	if (!m->iss_known)
		return model_violate(v, "SA-LISTEN-3", FIELD_FLAGS,
				     "answers a SYN with something else than SYN,ACK");
	ok = check_ack_number(m, s, ts_ns, v);
	if (ok)
		ok = segment_len(s) ? is_probe(m, s, ts_ns) || check_text(m, s, states, v)
				    : check_empty(m, s, ts_ns, v);
	if (ok)
		follow_text(m, s, ts_ns);
	return ok;
}

/* Where the target stood: to be said if the segment is not permitted. */
static void note_position(const struct model *m, int64_t ts_ns, struct model_violation *v)
{
	v->states = model_states_at(m, ts_ns);
	v->numbers = m->iss_known && m->irs_known;
	v->snd_nxt = m->snd_nxt;
	v->ack_lo = m->rcv_nxt_lo;
	v->ack_hi = m->rcv_nxt;
}

bool model_rx(struct model *m, const struct segment *s, int64_t ts_ns,
	      struct model_violation *v)
{
	struct model before;

	if (!m->unordered || m->anywhere)
		return model_follow_rx(m, s, ts_ns, v);
	before = *m;
	return model_follow_rx(m, s, ts_ns, v) || model_rx_late(m, &before, s, ts_ns);
}

bool model_follow_rx(struct model *m, const struct segment *s, int64_t ts_ns,
		     struct model_violation *v)
{
	struct model_violation at;
	bool ok;

	model_forget_old(m, ts_ns);
	note_position(m, ts_ns, &at);
	if (m->anywhere)
		ok = model_anywhere_rx(m, s, ts_ns, v);
	else if (s->flags & TCP_RST)
		ok = rx_rst(m, s, ts_ns, v);
	else if (s->flags & TCP_SYN)
		ok = rx_syn(m, s, ts_ns, v);
	else
		ok = rx_other(m, s, ts_ns, v);
	m->last_ns = ts_ns;
	if (!ok) {
		v->states = at.states;
		v->numbers = at.numbers;
		v->snd_nxt = at.snd_nxt;
		v->ack_lo = at.ack_lo;
		v->ack_hi = at.ack_hi;
	}
	return ok;
}
