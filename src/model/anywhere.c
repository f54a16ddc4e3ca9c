/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Following one end of a conversation that somebody captured.
 *
 * Where the capture was taken is not known: at either end, or in the middle.  So
 * a segment of the other end may have been lost on its way to this one, one of
 * this end may have been lost before the capture saw it, and either may have
 * been overtaken.  What is judged is what holds all the same:
 *
 *   - what passed the capture is all that this end can have received, so that an
 *     acknowledgment of more is false, unless the capture missed something;
 *   - its own numbers never go back, but for what is still on its way; after a
 *     while (CROSSING_NS) nothing is;
 *   - it keeps within the furthest edge that any window ever offered;
 *   - a FIN stays where it is and ends what is sent;
 *   - a reset either answers something, in the form that 3.10.7.1 asks for, or
 *     ends the connection at SND.NXT.
 *
 * Mandated answers that did not come, and which of its states it is in, cannot be
 * judged this way; the set of states is kept for the words of a violation.
 */
#include <string.h>

#include "model/internal.h"
#include "wire/seq.h"

/* Nothing is on its way for longer than this. */
#define CROSSING_NS INT64_C(3000000000)
/* A keep-alive or window probe comes after a quiet time at least this long. */
#define QUIET_NS INT64_C(900000000)
/* A capture that starts in the middle: what was under way then is settled. */
#define SETTLING_NS INT64_C(10000000000)
/* A window that was zero so recently may still be probed. */
#define ZERO_WINDOW_NS INT64_C(120000000000)
/* Numbers further apart than this are not compared: they may have wrapped. */
#define FAR (UINT32_C(1) << 30)

#define ALL_STATES ((uint16_t)((1u << TCP_N_STATES) - 1))

void model_init_anywhere(struct model *m)
{
	model_init(m, TCP_CLOSED, false);
	m->anywhere = true;
	m->listens = true;
	m->states = ALL_STATES;
	m->any.start_ns = INT64_MIN;
}

/* Trails */

/* @exact: nothing older is on its way, since this is where it begins. */
static void trail_start(struct model_trail *t, uint32_t seq, int64_t now_ns, bool exact)
{
	/* Room below, so that counting back never goes under zero. */
	t->now = (UINT64_C(1) << 33) + seq;
	t->was = t->before = exact ? t->now : t->now - FAR;
	t->turned_ns = now_ns;
	t->set = true;
}

/* @exact: as for trail_start(), if it is the first. */
static void trail_move(struct model_trail *t, uint32_t seq, int64_t now_ns, bool exact)
{
	uint32_t step = seq - (uint32_t)t->now;

	if (!t->set) {
		trail_start(t, seq, now_ns, exact);
		return;
	}
	if ((int32_t)step <= 0)
		return;
	if (now_ns - t->turned_ns >= CROSSING_NS) {
		t->before = now_ns - t->turned_ns >= 2 * CROSSING_NS ? t->now : t->was;
		t->was = t->now;
		t->turned_ns = now_ns;
	}
	t->now += step;
}

/* How far back something that is still on its way may lie. */
static uint32_t trail_reach(const struct model_trail *t, int64_t now_ns)
{
	int64_t age = now_ns - t->turned_ns;
	uint64_t low = age < CROSSING_NS ? t->before : age < 2 * CROSSING_NS ? t->was
									     : t->now;

	return t->now - low < FAR ? (uint32_t)(t->now - low) : FAR;
}

/* True if @seq is not newer than the trail, and not older than what is on its way. */
static bool trail_covers(const struct model_trail *t, uint32_t seq, int64_t now_ns)
{
	return t->set && (uint32_t)t->now - seq <= trail_reach(t, now_ns);
}

/* The other end's segments */

/* Everything up to @right has passed: RCV.NXT may be there. */
static void raise_rcv_nxt(struct model *m, uint32_t right)
{
	bool again = true;

	m->rcv_nxt = seq_max(m->rcv_nxt, right);
	while (again) {
		again = false;
		for (uint8_t i = 0; i < m->n_ranges; i++) {
			if (seq_gt(m->range[i].left, m->rcv_nxt))
				continue;
			m->rcv_nxt = seq_max(m->rcv_nxt, m->range[i].right);
			m->range[i] = m->range[--m->n_ranges];
			again = true;
			break;
		}
	}
}

/* Without room the hole before the first of them is given up: an upper bound. */
static void hold_range(struct model *m, uint32_t left, uint32_t right)
{
	uint8_t first = 0;

	for (uint8_t i = 0; i < m->n_ranges; i++) {
		if (seq_gt(left, m->range[i].right) || seq_gt(m->range[i].left, right)) {
			if (seq_lt(m->range[i].left, m->range[first].left))
				first = i;
			continue;
		}
		m->range[i].left = seq_min(m->range[i].left, left);
		m->range[i].right = seq_max(m->range[i].right, right);
		return;
	}
	if (m->n_ranges == MODEL_MAX_RANGES)
		raise_rcv_nxt(m, m->range[first].right);
	if (seq_le(left, m->rcv_nxt)) {
		raise_rcv_nxt(m, right);
		return;
	}
	m->range[m->n_ranges].left = left;
	m->range[m->n_ranges].right = right;
	m->range[m->n_ranges++].fin = false;
}

static void note_text(struct model *m, const struct segment *s)
{
	uint32_t end = s->seq + segment_len(s);

	if (!m->irs_known) {
		m->irs_known = true;
		m->irs = s->seq - 1;
		m->rcv_nxt = end;
	} else if (seq_le(s->seq, m->rcv_nxt)) {
		if (seq_gt(end, m->rcv_nxt))
			raise_rcv_nxt(m, end);
	} else {
		hold_range(m, s->seq, end);
	}
}

/* Cut off by the snap length: whether a window scale was offered is not known. */
static bool is_cut(const struct segment *s)
{
	return (s->defects & SEG_DEFECT_TRUNCATED) && !s->data_len;
}

static void settle_scale(struct model *m, const struct segment *s)
{
	m->any.syn_cut |= is_cut(s);
	m->any.scale_known = m->any.iss_exact && m->any.irs_exact && !m->any.syn_cut;
	m->ws_ok = m->our_ws && m->their_ws;
}

static void note_syn(struct model *m, const struct segment *s)
{
	struct model_syn syn = model_read_syn(s);

	m->any.syn_again = true;
	if (m->any.irs_exact)
		return;
	m->any.irs_exact = true;
	m->irs_known = true;
	m->irs = syn.irs;
	m->syn_end = syn.end;
	m->n_ranges = 0;
	m->rcv_nxt = syn.end;
	m->our_ws = syn.ws;
	m->our_shift = syn.shift;
	m->our_ts = syn.ts;
	m->snd_wnd = syn.window;
	settle_scale(m, s);
}

static uint8_t offer_shift(const struct model *m, const struct segment *s)
{
	return m->ws_ok && !(s->flags & TCP_SYN) ? m->our_shift : 0;
}

uint32_t model_offered_right(const struct model *m, const struct segment *s)
{
	return s->ack + ((uint32_t)s->window << offer_shift(m, s));
}

static void note_offer(struct model *m, const struct segment *s, int64_t ts_ns)
{
	uint32_t right = model_offered_right(m, s), unit = UINT32_C(1) << offer_shift(m, s);

	if (!s->window)
		m->any.zero_ns = ts_ns;
	if (!m->any.scale_known)
		return;
	if (!m->any.offered || seq_gt(right, m->offered_right))
		m->offered_right = right;
	else if (m->offered_right - right >= unit &&
		 seq_ge(s->ack, (uint32_t)m->any.our_ack.now))
		m->any.shrunk = true;
	m->any.offered = true;
}

static void note_ack(struct model *m, const struct segment *s, int64_t ts_ns)
{
	struct model_anywhere *any = &m->any;
	uint8_t last = (uint8_t)(any->next_ack + MODEL_ACKS - 1) % MODEL_ACKS;

	note_offer(m, s, ts_ns);
	if (!any->our_ack.set && any->iss_exact)
		trail_start(&any->our_ack, m->iss + 1, ts_ns, true);
	trail_move(&any->our_ack, s->ack, ts_ns, false);
	m->snd_una = (uint32_t)any->our_ack.now;
	if (any->n_acks && any->our_acks[last] == s->ack)
		return;
	any->our_acks[any->next_ack] = s->ack;
	any->next_ack = (uint8_t)(any->next_ack + 1) % MODEL_ACKS;
	if (any->n_acks < MODEL_ACKS)
		any->n_acks++;
}

/* What changes no state that is possible anyway needs no look at the table. */
static bool changes_states(struct model *m, const struct segment *s)
{
	if ((s->flags & (TCP_SYN | TCP_FIN | TCP_RST)) || !(s->flags & TCP_ACK))
		return true;
	if (m->fin_sent && !m->any.fin_acked && s->ack == m->fin_seq + 1) {
		m->any.fin_acked = true;
		return true;
	}
	if (!m->any.syn_acked && (m->states & STATE_BIT(TCP_SYN_RECEIVED))) {
		m->any.syn_acked = true;
		return true;
	}
	return false;
}

/* A FIN may arrive after what is before it, whatever passes first here. */
static void note_fin(struct model *m, const struct segment *s)
{
	if (!(s->flags & TCP_FIN) || (s->flags & (TCP_RST | TCP_SYN)))
		return;
	m->fin_received = true;
	m->fin_end = s->seq + segment_len(s);
	if (m->states & STATE_BIT(TCP_ESTABLISHED))
		m->states |= STATE_BIT(TCP_CLOSE_WAIT);
	if (m->states & STATE_BIT(TCP_FIN_WAIT_1))
		m->states |= STATE_BIT(TCP_CLOSING);
	if (m->states & STATE_BIT(TCP_FIN_WAIT_2))
		m->states |= STATE_BIT(TCP_TIME_WAIT);
	if ((m->states & STATE_BIT(TCP_CLOSING)) && m->any.fin_acked)
		m->states |= STATE_BIT(TCP_TIME_WAIT);
}

void model_anywhere_tx(struct model *m, const struct segment *s, int64_t ts_ns)
{
	bool run = changes_states(m, s);

	if (m->any.start_ns == INT64_MIN)
		m->any.start_ns = ts_ns;
	m->last_ns = ts_ns;
	if (run)
		model_run_states(m, s);
	note_fin(m, s);
	m->any.heard = true;
	if (s->flags & TCP_RST) {
		m->states |= STATE_BIT(TCP_CLOSED);
		m->any.refused = true;
		return;
	}
	if (s->flags & TCP_SYN)
		note_syn(m, s);
	else
		note_text(m, s);
	if (s->flags & TCP_ACK)
		note_ack(m, s, ts_ns);
}

void model_stray_tx(struct model *m, const struct segment *s, int64_t ts_ns)
{
	uint16_t states = m->states;

	if (s->flags & TCP_RST)
		return;
	m->states = STATE_BIT(TCP_CLOSED);
	model_run_states(m, s); /* for the permission to reset */
	m->states |= states;
	(void)ts_ns;
}

/* This end's segments */

/* Where nothing more may be sent: beyond every window that was offered. */
static bool within_offer(const struct model *m, uint32_t seq)
{
	if (m->any.offered)
		return seq_le(seq, m->offered_right + 1);
	return seq - (uint32_t)m->any.snd_nxt.now < FAR;
}

static bool answers_an_ack(const struct model *m, uint32_t seq, int64_t ts_ns)
{
	for (uint8_t i = 0; i < m->any.n_acks; i++) {
		if (m->any.our_acks[i] == seq)
			return true;
	}
	return trail_covers(&m->any.our_ack, seq, ts_ns);
}

static bool is_abort(const struct model *m, const struct segment *s, int64_t ts_ns)
{
	const struct model_trail *nxt = &m->any.snd_nxt;

	if (!nxt->set)
		return !m->any.irs_exact; /* nothing is known of it */
	if (trail_covers(nxt, s->seq, ts_ns))
		return true;
	if (seq_gt(s->seq, (uint32_t)nxt->now))
		return within_offer(m, s->seq);
	/* Linux takes the right edge where its numbers are beyond it. */
	return m->any.shrunk && seq_ge(s->seq, m->snd_una);
}

/* Of what the last segment permits the first: that of CLOSED, if it may be. */
static bool reset_form(const struct model *m, const struct segment *s,
		       struct model_violation *v)
{
	uint8_t i = m->n_credits;

	while (i > 1 && m->credit[i - 2].seq == m->credit[m->n_credits - 1].seq &&
	       m->credit[i - 2].ack == m->credit[m->n_credits - 1].ack)
		i--;
	if (i && (m->credit[i - 1].answers & (ANS_RST_SEQ | ANS_RST_ACK)))
		return model_wrong_form(&m->credit[i - 1], s, v);
	return model_violate(v, "3.5.2", FIELD_FLAGS, "a reset that no segment called for");
}

static bool rx_reset(struct model *m, const struct segment *s, int64_t ts_ns,
		     struct model_violation *v)
{
	bool answers = model_credit_fits(m, s) ||
		(!(s->flags & TCP_ACK) && answers_an_ack(m, s->seq, ts_ns));

	m->any.ended = true;
	/* Without the other direction nobody knows what it answers. */
	if (!m->any.heard)
		return true;
	if (is_abort(m, s, ts_ns)) {
		if (m->any.opened && !m->any.reset) {
			m->any.reset = true;
			m->any.reset_ns = ts_ns;
		}
		m->states = STATE_BIT(TCP_CLOSED) | STATE_BIT(TCP_LISTEN);
		return true;
	}
	if (answers) {
		m->states |= STATE_BIT(TCP_CLOSED);
		return true;
	}
	if (m->any.snd_nxt.set && m->any.opened)
		model_violate_value(v, "3.10.5-ABORT", FIELD_SEQ, (uint32_t)m->any.snd_nxt.now,
				    "a reset that nothing called for, and its SEQ is not SND.NXT");
	else
		reset_form(m, s, v);
	v->proof = PROOF_COMPLETE; /* or it answers what was missed */
	return false;
}

/* Options hold where both SYNs have them; the window of a SYN is never scaled. */
static void learn_syn(struct model *m, const struct segment *s, int64_t ts_ns)
{
	struct model_syn syn = model_read_syn(s);

	m->iss_known = m->any.iss_exact = true;
	m->iss = s->seq;
	/* Text in a SYN may have to be sent again (RFC 7413 4.2). */
	trail_start(&m->any.snd_nxt, s->seq + 1, ts_ns, true);
	m->snd_nxt = s->seq + 1;
	m->their_ws = syn.ws;
	m->their_ts = syn.ts;
	settle_scale(m, s);
	m->any.syn_again = m->any.offered = m->any.shrunk = m->any.reset = false;
	m->any.refused = false;
	m->fin_sent = m->any.fin_acked = m->any.syn_acked = false;
	if (m->any.scale_known) {
		m->offered_right = s->seq + 1 + m->snd_wnd;
		m->any.offered = true;
	}
}

static bool rx_syn(struct model *m, const struct segment *s, int64_t ts_ns)
{
	if (!m->any.iss_exact || s->seq != m->iss)
		learn_syn(m, s, ts_ns);
	m->active = true;
	m->states = STATE_BIT(TCP_SYN_SENT) | STATE_BIT(TCP_CLOSED);
	if (m->any.irs_exact)
		m->states |= STATE_BIT(TCP_SYN_RECEIVED) | STATE_BIT(TCP_ESTABLISHED);
	return true;
}

static bool rx_syn_ack(struct model *m, const struct segment *s, int64_t ts_ns,
		       struct model_violation *v)
{
	/* Sent again it may acknowledge what came meanwhile. */
	uint32_t end = m->any.iss_exact ? seq_max(m->syn_end, m->rcv_nxt) : m->syn_end;

	if (m->any.irs_exact && (seq_lt(s->ack, m->irs + 1) || seq_gt(s->ack, end))) {
		model_violate_value(v, "SA-LISTEN-3", FIELD_ACK, m->irs + 1,
				    "SYN,ACK acknowledges SEG.SEQ+1");
		v->proof = PROOF_COMPLETE; /* or it answers a SYN that was missed */
		return false;
	}
	/* Asked again, a listener without memory may choose anew (RFC 4987 3.6). */
	if (m->any.iss_exact && s->seq != m->iss && !m->any.syn_again && !m->any.refused) {
		model_violate_value(v, "SA-LISTEN-3", FIELD_SEQ, m->iss,
				    "a repeated SYN,ACK has the same ISS");
		v->proof = PROOF_COMPLETE;
		return false;
	}
	if (!m->any.iss_exact || s->seq != m->iss)
		learn_syn(m, s, ts_ns);
	m->any.syn_again = false;
	if (!m->irs_known) {
		m->irs_known = true;
		m->irs = s->ack - 1;
		m->rcv_nxt = s->ack;
	}
	trail_move(&m->any.acked, s->ack, ts_ns, true);
	m->rcv_nxt_lo = (uint32_t)m->any.acked.now;
	m->states = STATE_BIT(TCP_SYN_RECEIVED) | STATE_BIT(TCP_ESTABLISHED) |
		STATE_BIT(TCP_CLOSED);
	return true;
}

/* Also first sight of this end, or of the other. */
static void learn_midway(struct model *m, const struct segment *s, int64_t ts_ns)
{
	if (!m->iss_known) {
		m->iss_known = true;
		m->iss = s->seq - FAR;
		trail_start(&m->any.snd_nxt, s->seq, ts_ns, false);
		m->snd_nxt = s->seq;
	}
	if (!m->irs_known) {
		m->irs_known = true;
		m->irs = s->ack - FAR;
		m->rcv_nxt = s->ack;
	}
}

/* More than passed the capture: false, or the capture missed it. */
static bool check_ack_beyond(struct model *m, const struct segment *s, int64_t ts_ns,
			     struct model_violation *v)
{
	uint32_t could = m->rcv_nxt;

	if (seq_le(s->ack, could))
		return true;
	if (!m->any.irs_exact && ts_ns - m->any.start_ns < SETTLING_NS) {
		raise_rcv_nxt(m, s->ack);
		return true;
	}
	model_violate_value(v, "3.4-ACK-BEYOND", FIELD_ACK, could,
			    "acknowledges what was never sent in order");
	v->proof = PROOF_UNSENT;
	v->claimed = s->ack;
	/* Once is enough; with a hole in the capture this is the truth. */
	raise_rcv_nxt(m, s->ack);
	return false;
}

/* What was sent before is sent again: may be the very same octets (MAY-4). */
static bool is_old_text(const struct model *m, const struct segment *s)
{
	uint32_t len = segment_len(s);

	return len && seq_le(s->seq + len, (uint32_t)m->any.snd_nxt.now);
}

static bool check_ack(struct model *m, const struct segment *s, int64_t ts_ns,
		      struct model_violation *v)
{
	bool from_here = m->any.irs_exact && m->rcv_nxt - m->irs < FAR;

	if (!check_ack_beyond(m, s, ts_ns, v))
		return false;
	if (!m->any.acked.set || seq_ge(s->ack, (uint32_t)m->any.acked.now) ||
	    trail_covers(&m->any.acked, s->ack, ts_ns))
		return true;
	if (is_old_text(m, s) && (!from_here || seq_gt(s->ack, m->irs)))
		return true;
	model_violate_value(v, "3.4-ACK-BACKWARDS", FIELD_ACK, (uint32_t)m->any.acked.now,
			    "acknowledges less than before");
	v->proof = PROOF_COMPLETE; /* or a SYN was missed that began another connection */
	return false;
}

/* One before SND.NXT, with an octet or without (3.8.4, 3.8.6.1). */
static bool is_probe(const struct model *m, const struct segment *s, int64_t ts_ns)
{
	bool closed = m->any.zero_ns && ts_ns - m->any.zero_ns < ZERO_WINDOW_NS;

	return (closed || ts_ns - m->last_ns >= QUIET_NS) && segment_len(s) <= 1 &&
		!(s->flags & TCP_FIN) && s->seq == (uint32_t)m->any.snd_nxt.now - 1;
}

static bool beyond_offer(struct model_violation *v, const struct model *m, uint32_t seq,
			 uint32_t end)
{
	model_violate_value(v, "3.8.6-WINDOW", FIELD_DATA_LEN,
			    seq_gt(m->offered_right, seq) ? m->offered_right - seq : 0,
			    "sends beyond the window that it was offered");
	v->proof = PROOF_SHUT;
	v->claimed = end;
	return false;
}

static bool check_empty(const struct model *m, const struct segment *s, int64_t ts_ns,
			struct model_violation *v)
{
	uint32_t now = (uint32_t)m->any.snd_nxt.now;

	if (seq_gt(s->seq, now))
		return within_offer(m, s->seq) || beyond_offer(v, m, s->seq, s->seq);
	if (trail_covers(&m->any.snd_nxt, s->seq, ts_ns) || is_probe(m, s, ts_ns))
		return true;
	if (m->any.shrunk && seq_ge(s->seq, m->snd_una))
		return true;
	return model_violate_value(v, "3.10.7.4-SEQ", FIELD_SEQ, now,
				   "an acknowledgment carries SEQ=SND.NXT");
}

/* Unless a SYN was missed that began another connection. */
static bool after_fin(struct model_violation *v, uint32_t seq, const char *what)
{
	model_violate_value(v, "3.6-AFTER-FIN", FIELD_SEQ, seq, what);
	v->proof = PROOF_COMPLETE;
	return false;
}

static bool check_fin(const struct model *m, const struct segment *s, struct model_violation *v)
{
	uint32_t end = s->seq + segment_len(s), now = (uint32_t)m->any.snd_nxt.now;

	if (m->fin_sent && seq_gt(end, m->fin_seq + 1))
		return after_fin(v, m->fin_seq + 1, "sends new data after its FIN");
	if (!(s->flags & TCP_FIN))
		return true;
	if (m->fin_sent && end != m->fin_seq + 1)
		return after_fin(v, m->fin_seq, "repeats its FIN at another sequence number");
	if (!m->fin_sent && seq_lt(end, now))
		return after_fin(v, now, "its FIN stands before data that it has sent");
	return true;
}

static bool check_text(const struct model *m, const struct segment *s, int64_t ts_ns,
		       struct model_violation *v)
{
	bool from_here = m->any.iss_exact && (uint32_t)m->any.snd_nxt.now - m->iss < FAR;
	uint32_t end = s->seq + s->data_len + s->data_missing;

	if (is_probe(m, s, ts_ns))
		return true;
	if (from_here && seq_le(s->seq, m->iss))
		return model_violate_value(v, "3.4-SEQ", FIELD_SEQ, (uint32_t)m->any.snd_nxt.now,
					   "its data begins at or before its ISS");
	if (!check_fin(m, s, v))
		return false;
	/* One octet may probe a zero window (3.8.6.1). */
	if (m->any.offered && end != s->seq + 1 && seq_gt(end, m->offered_right))
		return beyond_offer(v, m, s->seq, end);
	return true;
}

/* The FIN: its acknowledgment tells whether ours had come before. */
static void follow_fin(struct model *m, const struct segment *s)
{
	m->fin_sent = true;
	m->fin_seq = s->seq + s->data_len + s->data_missing;
	m->states &= RECEIVING_STATES;
	m->states |= STATE_BIT(TCP_FIN_WAIT_1) | STATE_BIT(TCP_FIN_WAIT_2) |
		STATE_BIT(TCP_CLOSED);
	if (m->fin_received)
		m->states |= STATE_BIT(TCP_LAST_ACK) | STATE_BIT(TCP_CLOSING) |
			STATE_BIT(TCP_TIME_WAIT);
	m->states &= (uint16_t) ~(STATE_BIT(TCP_SYN_RECEIVED) | STATE_BIT(TCP_ESTABLISHED) |
				  STATE_BIT(TCP_CLOSE_WAIT));
}

static void follow(struct model *m, const struct segment *s, int64_t ts_ns)
{
	uint32_t end = s->seq + segment_len(s);
	const uint16_t open = STATE_BIT(TCP_SYN_RECEIVED) | STATE_BIT(TCP_ESTABLISHED) |
		STATE_BIT(TCP_FIN_WAIT_1) | STATE_BIT(TCP_FIN_WAIT_2);

	if ((s->flags & TCP_FIN) && !m->fin_sent)
		follow_fin(m, s);
	trail_move(&m->any.snd_nxt, end, ts_ns, false);
	m->snd_nxt = (uint32_t)m->any.snd_nxt.now;
	if (!m->any.acked.set && m->any.irs_exact)
		trail_start(&m->any.acked, m->irs + 1, ts_ns, true);
	trail_move(&m->any.acked, s->ack, ts_ns, false);
	m->rcv_nxt_lo = (uint32_t)m->any.acked.now;
	m->any.opened = true;
	if (m->any.reset && ts_ns - m->any.reset_ns < CROSSING_NS)
		return;
	/* Whoever sends this has a connection, and is past SYN-RECEIVED with data. */
	m->states &= RECEIVING_STATES;
	if (m->active || segment_len(s))
		m->states &= (uint16_t)~STATE_BIT(TCP_SYN_RECEIVED);
	if (!m->fin_sent)
		m->states |= STATE_BIT(TCP_ESTABLISHED);
	if (m->fin_received && s->ack == m->fin_end)
		m->states = (m->states & (uint16_t)~open) |
			STATE_BIT(m->fin_sent ? TCP_LAST_ACK : TCP_CLOSE_WAIT);
}

static bool rx_other(struct model *m, const struct segment *s, int64_t ts_ns,
		     struct model_violation *v)
{
	bool ok;

	if (!(s->flags & TCP_ACK))
		return model_violate(v, "3.1-ACK", FIELD_FLAGS,
				     "a segment without ACK after the handshake");
	if (m->any.reset && ts_ns - m->any.reset_ns > CROSSING_NS)
		return model_violate(v, "SA-CLOSED-1", FIELD_FLAGS,
				     "sends on a connection that it has reset");
	learn_midway(m, s, ts_ns);
	ok = check_ack(m, s, ts_ns, v);
	if (ok)
		ok = segment_len(s) ? check_text(m, s, ts_ns, v) : check_empty(m, s, ts_ns, v);
	if (ok || v->proof == PROOF_UNSENT || v->proof == PROOF_SHUT)
		follow(m, s, ts_ns);
	return ok;
}

bool model_anywhere_rx(struct model *m, const struct segment *s, int64_t ts_ns,
		       struct model_violation *v)
{
	if (m->any.start_ns == INT64_MIN)
		m->any.start_ns = ts_ns;
	v->proof = PROOF_SEEN;
	if (s->flags & TCP_RST)
		return rx_reset(m, s, ts_ns, v);
	if ((s->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
		return rx_syn(m, s, ts_ns);
	if (s->flags & TCP_SYN)
		return rx_syn_ack(m, s, ts_ns, v);
	return rx_other(m, s, ts_ns, v);
}
