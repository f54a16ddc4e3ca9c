/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A target that opens: its application's calls, its SYN, and what our SYN or
 * SYN,ACK tells it in SYN-SENT (RFC 9293 3.10.1 to 3.10.5 and 3.10.7.3).
 */
#include "model/model.h"

#include "model/internal.h"
#include "wire/seq.h"

static const enum model_event events[MODEL_N_CALLS] = {
	[MODEL_CALL_OPEN_PASSIVE] = EVENT_OPEN_PASSIVE,
	[MODEL_CALL_OPEN_ACTIVE] = EVENT_OPEN_ACTIVE,
	[MODEL_CALL_SEND] = EVENT_SEND,
	[MODEL_CALL_RECEIVE] = EVENT_RECEIVE,
	[MODEL_CALL_CLOSE] = EVENT_CLOSE,
	[MODEL_CALL_SHUTDOWN] = EVENT_CLOSE,
	[MODEL_CALL_ABORT] = EVENT_ABORT,
	[MODEL_CALL_TIMEOUT] = EVENT_USER_TIMEOUT,
};

/*
 * States that the call leads to.  Where it sends a segment the state comes with
 * that: data may be queued before a FIN (3.10.4).  Only a SYN is waited for.
 */
static uint16_t states_after(const struct model *m, enum model_event event,
			     enum tcp_state state, uint32_t cond)
{
	const struct model_row *row[MODEL_MAX_CHOICES];
	uint16_t states = 0;
	bool pass;
	size_t n = model_choices(m->book, model_question(event, CHECK_FIRST), state, cond, row,
				 &pass);

	for (size_t i = 0; i < n; i++) {
		if (row[i]->answers == ANS_NONE || (row[i]->answers & ANS_SYN))
			states |= STATE_BIT(model_row_next(row[i], state));
	}
	return states;
}

/* Without a connection the numbers of the last one are forgotten. */
static void forget_connection(struct model *m)
{
	const uint16_t none = STATE_BIT(TCP_CLOSED) | STATE_BIT(TCP_LISTEN);

	if (m->states & ~none)
		return;
	m->irs_known = m->iss_known = false;
	m->fin_sent = m->fin_received = false;
	m->active = false;
}

void model_app(struct model *m, enum model_call call, int64_t ts_ns)
{
	const uint32_t unseen = C_PENDING | C_UNREAD;
	uint16_t before = m->states;

	model_forget_old(m, ts_ns);
	if (call == MODEL_CALL_OPEN_ACTIVE)
		forget_connection(m);
	if (call == MODEL_CALL_OPEN_PASSIVE)
		m->listens = true;
	for (int st = 0; st < TCP_N_STATES; st++) {
		if (!(before & STATE_BIT(st)))
			continue;
		m->states |= states_after(m, events[call], (enum tcp_state)st, 0);
		m->states |= states_after(m, events[call], (enum tcp_state)st, unseen);
	}
}

/* Options hold where both SYNs have them (RFC 7323 2.2, 3.2). */
static void settle_options(struct model *m)
{
	m->ws_ok = m->our_ws && m->their_ws;
	m->ts_ok = m->our_ts && m->their_ts;
	if (!m->ws_ok)
		m->target_shift = 0;
}

void model_learn_irs(struct model *m, const struct segment *s, bool in_order)
{
	struct model_syn syn = model_read_syn(s);

	m->irs_known = true;
	m->irs = syn.irs;
	m->syn_end = syn.end;
	m->rcv_nxt = in_order ? syn.irs + 1 : syn.end;
	m->rcv_max = syn.end;
	m->rcv_nxt_lo = m->rcv_nxt_was = syn.irs + 1;
	m->rcv_right = syn.irs + 1 + m->syn_window;
	m->rcv_wnd_known = m->iss_known;
	m->fin_max = m->fin_received = false;
	m->n_ranges = 0;
	m->our_ws = syn.ws;
	m->our_shift = syn.shift;
	m->our_ts = syn.ts;
	m->ts_max = syn.ts_val;
	m->snd_wnd = m->max_snd_wnd = syn.window;
	settle_options(m);
	if (m->iss_known)
		m->offered_right = m->iss + 1 + syn.window;
}

/* Its numbers are known; SYN-SENT, unless our SYN has crossed this one. */
static void follow_syn(struct model *m, const struct segment *s)
{
	const struct tcp_opt *o = segment_opt(s, TCP_OPT_WSCALE);
	uint16_t opening = STATE_BIT(TCP_SYN_SENT) | STATE_BIT(TCP_SYN_RECEIVED);

	m->active = true;
	m->iss_known = true;
	m->iss = m->snd_una = s->seq;
	m->snd_nxt = m->snd_nxt_was = s->seq + segment_len(s);
	m->offered_right = m->snd_nxt;
	m->fin_sent = false;
	m->their_ws = o && o->known;
	m->target_shift = m->their_ws ? (o->wscale > 14 ? 14 : o->wscale) : 0;
	m->their_ts = segment_opt(s, TCP_OPT_TIMESTAMPS);
	m->syn_window = s->window;
	m->snd_moved_ns = m->rcv_moved_ns = INT64_MIN / 2;
	if (m->states & STATE_BIT(TCP_SYN_RECEIVED)) {
		m->rcv_right = m->irs + 1 + s->window;
		m->rcv_wnd_known = true;
		m->offered_right = m->iss + 1 + m->snd_wnd;
		settle_options(m);
	}
	if (m->states & opening)
		m->states &= opening;
	m->before = 0;
}

bool model_rx_syn(struct model *m, const struct segment *s, int64_t ts_ns,
		  struct model_violation *v)
{
	uint16_t states = model_states_at(m, ts_ns);
	/* Until it knows that ours has come it may repeat it (3.8.1). */
	uint16_t again = STATE_BIT(TCP_SYN_SENT) | STATE_BIT(TCP_SYN_RECEIVED);

	if (!(states & (m->active ? again : STATE_BIT(TCP_SYN_SENT))))
		return model_violate_value(v, "SA-LISTEN-3", FIELD_FLAGS, TCP_SYN | TCP_ACK,
					   "a SYN without ACK answers nothing");
	if (m->active && m->iss_known && s->seq != m->iss)
		return model_violate_value(v, "OPEN-2", FIELD_SEQ, m->iss,
					   "a repeated SYN has the same ISS");
	if (!m->active || !m->iss_known)
		follow_syn(m, s);
	return true;
}
