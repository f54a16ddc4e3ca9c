/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated target: an event is put to the table, and the row that comes out
 * is carried out.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "sim/sim_priv.h"
#include "wire/seq.h"

#define RETRIES_SYN 7 /* 1 + 2 + .. + 64 + 64 s: beyond three minutes (MUST-23) */
#define RETRIES 8     /* 1 + 2 + .. + 64 + 64 s: beyond R2 (SHLD-11) */
#define APP_DELAY_NS 50000

/* ---- which row ---- */

/* How early the simulation's documents name one that allows @rules. */
static size_t rank(const struct sim *sim, uint32_t rules)
{
	size_t i = 0;

	while (i < sim->cfg.n_rules && !(rules & sim->cfg.rules[i]))
		i++;
	return i;
}

/* What may be done comes last; what should be done stands first where it can be. */
static bool is_better(const struct sim *sim, const struct model_row *a,
		      const struct model_row *b)
{
	size_t ra = rank(sim, a->rules), rb = rank(sim, b->rules);

	if (sim->quiet && !a->answers != !b->answers)
		return !a->answers;
	return ra < rb || (ra == rb && a->level < LEVEL_MAY && b->level == LEVEL_MAY);
}

/* The row taken for the question, or NULL: nothing is done. */
static const struct model_row *choose(const struct sim *sim, unsigned int question,
				      enum tcp_state state, uint32_t cond)
{
	const struct model_row *row[MODEL_MAX_CHOICES], *best;
	bool pass;
	size_t n = model_choices(&sim->book, question, state, cond, row, &pass);

	if (n == 0)
		return NULL;
	best = row[0];
	for (size_t i = 0; i < n; i++) {
		if (row[i] == sim->flipped)
			return sim_flip_row(sim, state);
		if (is_better(sim, row[i], best))
			best = row[i];
	}
	if (pass && rank(sim, RULES_RFC9293) < rank(sim, best->rules))
		return NULL;
	return best;
}

/* ---- what holds ---- */

static uint32_t conn_cond(const struct sim_conn *c)
{
	uint32_t sent = c->snd_nxt - c->out_seq;
	uint32_t cond = c->active_open ? C_ACTIVE : C_PASSIVE;

	if (!c->fin_sent && c->out.len > sent)
		cond |= C_PENDING;
	if (c->in.len)
		cond |= C_UNREAD;
	if (c->abandoned)
		cond |= C_ABANDONED;
	if (sim_outstanding(c))
		cond |= C_OUTSTANDING;
	return cond;
}

static uint32_t flag_cond(const struct segment *s)
{
	uint32_t cond = 0;

	cond |= s->flags & TCP_RST ? C_RST : C_NO_RST;
	cond |= s->flags & TCP_SYN ? C_SYN : C_NO_SYN;
	cond |= s->flags & TCP_ACK ? C_ACK : C_NO_ACK;
	if (s->flags & TCP_URG)
		cond |= C_URG;
	if (s->flags & TCP_FIN)
		cond |= C_FIN;
	if (s->data_len)
		cond |= C_TEXT;
	if (segment_opt(s, TCP_OPT_TIMESTAMPS))
		cond |= C_TS;
	return cond;
}

uint32_t sim_window(const struct sim_conn *c)
{
	return c->in.len < SIM_WINDOW ? SIM_WINDOW - (uint32_t)c->in.len : 0;
}

/* RFC 9293 table 6. */
static bool is_acceptable(const struct sim_conn *c, const struct segment *s)
{
	uint32_t len = segment_len(s), wnd = sim_window(c);

	if (wnd == 0)
		return len == 0 && s->seq == c->rcv_nxt;
	return seq_in(s->seq, c->rcv_nxt, wnd) ||
		(len && seq_in(s->seq + len - 1, c->rcv_nxt, wnd));
}

static uint32_t seq_cond(const struct sim_conn *c, const struct segment *s)
{
	uint32_t len = segment_len(s), cond = 0;

	if (seq_gt(s->seq, c->rcv_nxt))
		cond |= len ? C_SEQ_ABOVE | C_HELD : C_SEQ_ABOVE;
	if (!is_acceptable(c, s)) {
		/* Text at RCV.NXT that a zero window has no room for. */
		if (len && s->seq == c->rcv_nxt)
			cond |= C_SEQ_NEXT;
		return cond | C_SEQ_BAD;
	}
	return cond | (s->seq == c->rcv_nxt ? C_SEQ_EXACT : C_SEQ_INEXACT);
}

static uint32_t ack_cond(const struct sim_conn *c, const struct segment *s)
{
	uint32_t cond = 0;

	if (!(s->flags & TCP_ACK))
		return C_ACK_NOT_GOOD;
	if (seq_gt(s->ack, c->snd_nxt))
		return C_ACK_BEYOND | C_ACK_NOT_GOOD;
	if (c->fin_sent && s->ack == c->fin_seq + 1)
		cond |= C_ACK_FIN;
	if (seq_gt(s->ack, c->snd_una))
		return cond | C_ACK_GOOD;
	if (seq_lt(s->ack, c->snd_una - c->max_snd_wnd))
		cond |= C_ACK_TOO_OLD;
	return cond | C_ACK_OLD | C_ACK_NOT_GOOD;
}

/* RFC 7323 3.2 and 5.3. */
static uint32_t ts_cond(const struct sim_conn *c, const struct segment *s)
{
	const struct tcp_opt *o = segment_opt(s, TCP_OPT_TIMESTAMPS);

	if (!c->ts_on || (s->flags & TCP_RST))
		return 0;
	return !o || !o->known || seq_lt(o->ts.val, c->ts_recent) ? C_TS_ODD : 0;
}

static uint32_t classify(const struct sim_conn *c, const struct segment *s)
{
	uint32_t cond = flag_cond(s) | conn_cond(c);

	if (c->state <= TCP_LISTEN)
		return cond;
	if (c->state == TCP_SYN_SENT)
		return cond | ack_cond(c, s);
	return cond | seq_cond(c, s) | ack_cond(c, s) | ts_cond(c, s);
}

/* ---- effects ---- */

/* RFC 9293 3.7.1 (MUST-14 to MUST-16): what may be sent in one segment. */
static uint32_t mss_of(const struct segment *syn)
{
	const struct tcp_opt *o = segment_opt(syn, TCP_OPT_MSS);
	uint32_t link = syn->src.family == 6 ? 1440 : 1460;
	uint32_t mss = syn->src.family == 6 ? 1220 : 536;

	if (o && o->known && o->mss)
		mss = o->mss;
	return mss < link ? mss : link;
}

/* Only what both SYNs have (RFC 7323, RFC 2018); RFC 793 knows none of it. */
static void take_options(struct sim *sim, struct sim_conn *c, const struct segment *syn)
{
	const struct tcp_opt *ts = segment_opt(syn, TCP_OPT_TIMESTAMPS);
	const struct tcp_opt *scale = segment_opt(syn, TCP_OPT_WSCALE);

	c->send_mss = mss_of(syn);
	if (rank(sim, RULES_RFC793) == 0)
		return;
	c->sack_on = segment_opt(syn, TCP_OPT_SACK_PERMITTED);
	if (scale && scale->known) {
		c->scale_on = true;
		c->snd_shift = scale->wscale > 14 ? 14 : scale->wscale;
		c->rcv_shift = SIM_SCALE;
	}
	if (ts && ts->known) {
		c->ts_on = true;
		c->ts_recent = ts->ts.val;
		if (c->send_mss > 12)
			c->send_mss -= 12;
	}
}

/* What the peer offers, scaled; RFC 5961 5 keeps the largest ever received. */
static uint32_t offer_of(const struct sim_conn *c, const struct segment *s)
{
	return (uint32_t)s->window << (s->flags & TCP_SYN ? 0 : c->snd_shift);
}

static void note_offer(struct sim_conn *c, const struct segment *s)
{
	uint32_t offer = offer_of(c, s);

	if (offer > c->max_snd_wnd)
		c->max_snd_wnd = offer;
}

static void take_irs(struct sim *sim, struct sim_conn *c, const struct segment *s)
{
	c->irs = s->seq;
	c->rcv_nxt = s->seq + 1;
	/* The window is an effect of its own: LISTEN takes that of the next ACK. */
	c->snd_wnd = c->max_snd_wnd = 0;
	c->snd_wl1 = s->seq;
	c->snd_wl2 = s->ack;
	take_options(sim, c, s);
	note_offer(c, s);
}

static void take_iss(struct sim *sim, struct sim_conn *c)
{
	c->iss = sim_isn(sim);
	c->snd_una = c->iss;
	c->snd_nxt = c->out_seq = c->iss + 1;
}

void sim_user_timer(struct sim *sim, struct sim_conn *c)
{
	if (c->limit_ns != SIM_NEVER && c->user_ns == SIM_NEVER && sim_outstanding(c))
		sim_timer(sim, &c->user_ns, sim->now_ns + c->limit_ns);
}

/* Something is acknowledged (RFC 6298 5.2, 5.3). */
static void take_ack(struct sim *sim, struct sim_conn *c, uint32_t ack)
{
	uint32_t n = seq_gt(ack, c->out_seq) ? ack - c->out_seq : 0;

	if (seq_le(ack, c->snd_una) || seq_gt(ack, c->snd_nxt))
		return;
	c->snd_una = ack;
	if (n > c->out.len)
		n = (uint32_t)c->out.len;
	if (n) {
		memmove(c->out.data, c->out.data + n, c->out.len - n);
		c->out.len -= n;
		c->out_seq += n;
	}
	c->retries = 0;
	c->rto_ns = c->user_ns = SIM_NEVER;
	if (c->snd_una != c->snd_nxt)
		sim_timer(sim, &c->rto_ns, sim->now_ns + SIM_RTO_NS);
	sim_user_timer(sim, c);
}

/* 3.10.7.4, fifth: not from an old segment; but the first of all (3.10.7.3). */
static void take_window(struct sim_conn *c, const struct segment *s)
{
	if (!(s->flags & TCP_SYN) &&
	    (seq_lt(s->ack, c->snd_una) ||
	     (!seq_lt(c->snd_wl1, s->seq) &&
	      !(c->snd_wl1 == s->seq && seq_le(c->snd_wl2, s->ack)))))
		return;
	c->snd_wnd = offer_of(c, s);
	c->snd_wl1 = s->seq;
	c->snd_wl2 = s->ack;
	/* MUST-37: who answers probes of its closed window may stay. */
	if (!c->snd_wnd && c->retries > RETRIES - 2)
		c->retries = RETRIES - 2;
}

/* SHLD-31: kept until the hole is filled. */
static void hold(struct sim_conn *c, const struct segment *s)
{
	struct sim_held *h = &c->held[c->n_held];

	if (c->n_held == SIM_HELD_MAX)
		return;
	h->seq = s->seq;
	h->len = s->data_len;
	h->fin = s->flags & TCP_FIN;
	h->data = malloc(s->data_len + 1);
	if (!h->data)
		log_panic("out of memory");
	if (s->data_len)
		memcpy(h->data, s->data, s->data_len);
	c->n_held++;
}

static void deliver(struct sim_conn *c, const uint8_t *data, uint32_t len)
{
	if (len)
		buf_add(&c->in, data, len);
	c->rcv_nxt += len;
}

static void take_fin(struct sim_conn *c)
{
	c->rcv_nxt++;
	c->eof = c->fin_received = true;
}

/* One event on its way through the table. */
struct event {
	struct sim *sim;
	struct sim_conn *c;
	const struct segment *s; /* NULL: not a segment */
};

static void take_effects(struct event *e, uint32_t fx)
{
	struct sim_conn *c = e->c;

	if (fx & FX_IRS)
		take_irs(e->sim, c, e->s);
	if (fx & FX_ISS)
		take_iss(e->sim, c);
	if (fx & FX_ACK)
		take_ack(e->sim, c, e->s->ack);
	if (fx & FX_WINDOW)
		take_window(c, e->s);
	if (fx & FX_TEXT) {
		if (e->s->seq == c->rcv_nxt)
			deliver(c, e->s->data, e->s->data_len);
		else
			hold(c, e->s);
	}
	if (fx & FX_FIN)
		take_fin(c);
	if (fx & FX_DELIVER)
		buf_reset(&c->in);
	if ((fx & FX_QUEUE) && e->sim->give_len)
		buf_add(&c->out, e->sim->give, e->sim->give_len);
	if ((fx & FX_2MSL) && c->state == TCP_TIME_WAIT)
		sim_enter(e->sim, c, TCP_TIME_WAIT);
	if (fx & FX_FLUSH)
		c->rto_ns = c->user_ns = SIM_NEVER;
}

/* LISTEN and TIME-WAIT take a SYN: a record of its own, or a new one. */
static void fresh_conn(struct event *e)
{
	struct sim_key key = e->c->key;

	if (e->c->hh.tbl) {
		e->c->fin_sent = e->c->fin_queued = e->c->eof = e->c->opened = false;
		e->c->fin_received = e->c->close_waits = false;
		e->c->ts_on = e->c->scale_on = e->c->sack_on = false;
		e->c->snd_shift = e->c->rcv_shift = 0;
		e->c->active_open = false;
		e->c->retries = 0;
		e->c->ack_row = e->c->data_row = e->c->fin_row = NULL;
		buf_reset(&e->c->in);
		buf_reset(&e->c->out);
		return;
	}
	e->c = sim_conn_new(e->sim, &key);
}

/* Carries the row out. */
static void take_row(struct event *e, const struct model_row *row)
{
	enum tcp_state next = model_row_next(row, e->c->state);
	const uint32_t fresh = FX_IRS | FX_ISS;

	if ((row->effects & fresh) == fresh)
		fresh_conn(e);
	take_effects(e, row->effects);
	if (row->user && e->s)
		sim_app_signal(e->sim, e->c, row->user);
	sim_answer(e->sim, e->c, row, e->s);
	if (next != e->c->state && (e->c->hh.tbl || next <= TCP_LISTEN))
		sim_enter(e->sim, e->c, next);
}

/* ---- segments ---- */

/* Cuts off what lies outside the window, SYN and FIN included. */
static void trim(const struct sim_conn *c, struct segment *s)
{
	uint32_t old = seq_lt(s->seq, c->rcv_nxt) ? c->rcv_nxt - s->seq : 0;
	uint32_t right = c->rcv_nxt + sim_window(c);

	if (old && (s->flags & TCP_SYN)) {
		s->flags &= (uint16_t)~TCP_SYN;
		s->seq++;
		old--;
	}
	if (old > s->data_len)
		old = s->data_len;
	if (old) {
		s->seq += old;
		s->data += old;
		s->data_len -= old;
	}
	if (s->data_len && seq_gt(s->seq + s->data_len, right)) {
		s->data_len = seq_gt(right, s->seq) ? right - s->seq : 0;
		s->flags &= (uint16_t)~TCP_FIN;
	}
}

/* RFC 7323 4.3: only from what is at the left edge or before it. */
static void take_timestamp(struct sim_conn *c, const struct segment *s)
{
	const struct tcp_opt *o = segment_opt(s, TCP_OPT_TIMESTAMPS);

	if (c->ts_on && o && o->known && seq_le(s->seq, c->last_ack_sent) &&
	    seq_ge(o->ts.val, c->ts_recent))
		c->ts_recent = o->ts.val;
}

/* A FIN is processed in its turn only; behind one that was, text has no turn. */
static uint32_t fin_in_order(const struct sim_conn *c, const struct segment *s, uint32_t cond)
{
	if (s->seq + s->data_len == c->rcv_nxt || (c->fin_received && s->seq == c->rcv_nxt))
		return cond;
	return cond & ~(uint32_t)C_FIN;
}

static void run_checks(struct event *e, struct segment *s)
{
	unsigned int check = e->c->state <= TCP_SYN_SENT ? CHECK_FIRST : CHECK_SEQ;
	uint32_t cond = classify(e->c, s), cut;

	while (check < CHECK_N) {
		const struct model_row *row = choose(e->sim, check, e->c->state, cond);

		if (row)
			take_row(e, row);
		check = row && row->then ? row->then : check + 1;
		if (check == CHECK_RST && e->c->state > TCP_SYN_SENT) {
			take_timestamp(e->c, s);
			cut = cond & C_SEQ_NEXT ? C_TEXT : 0;
			trim(e->c, s);
			cond = classify(e->c, s) | cut;
		}
		if (check == CHECK_URG && (s->flags & TCP_ACK))
			note_offer(e->c, s);
		if (check == CHECK_FIN)
			cond = fin_in_order(e->c, s, cond);
	}
}

/* Segments that were kept and are in order now. */
static void take_held(struct event *e)
{
	struct sim_conn *c = e->c;

	for (unsigned int i = 0; i < c->n_held; i++) {
		struct sim_held h = c->held[i];
		uint32_t old = c->rcv_nxt - h.seq;
		const struct model_row *row;

		if (seq_gt(h.seq, c->rcv_nxt))
			continue;
		c->held[i] = c->held[--c->n_held];
		if (old <= h.len && !c->fin_received) {
			deliver(c, h.data + old, h.len - old);
			row = h.fin ? choose(e->sim, CHECK_FIN, c->state, C_FIN) : NULL;
			if (row)
				take_row(e, row);
		}
		free(h.data);
		i = UINT32_MAX; /* from the start: the order is any */
	}
}

/* CLOSE and SEND that waited for ESTABLISHED. */
static void resume_calls(struct sim *sim, struct sim_conn *c)
{
	if (c->out.len)
		sim_call(sim, c, EVENT_SEND);
	if (!c->close_waits)
		return;
	c->close_waits = false;
	sim_call(sim, c, EVENT_CLOSE);
}

void sim_segment(struct sim *sim, struct sim_conn *c, struct segment *s)
{
	struct event e = { sim, c, s };

	run_checks(&e, s);
	c = e.c;
	if (c->state <= TCP_LISTEN || !c->hh.tbl)
		return;
	take_held(&e);
	if (c->drained)
		buf_reset(&c->in);
	if (c->state >= TCP_ESTABLISHED) {
		if (c->opened)
			resume_calls(sim, c);
		if (c->service && (c->opened || c->in.len || c->eof) && c->app_ns == SIM_NEVER)
			sim_timer(sim, &c->app_ns, sim->now_ns + APP_DELAY_NS);
	}
	sim_output(sim, c);
}

/* ---- other events ---- */

/* R2 was reached: give up (3.8.3), unless the user has said when (3.9.1.1). */
static bool gives_up(struct sim_conn *c)
{
	bool syn = c->state == TCP_SYN_RECEIVED || c->state == TCP_SYN_SENT;
	bool last = c->retries++ == (syn ? RETRIES_SYN : RETRIES);

	return last && c->user_ns == SIM_NEVER;
}

/* Who only says that there is no more to send reads on (3.6.1, SHLD-3). */
static uint32_t call_cond(const struct sim_conn *c, enum model_event event)
{
	uint32_t cond = conn_cond(c);

	return event == EVENT_CLOSE && !c->abandoned ? cond & ~(uint32_t)C_UNREAD : cond;
}

const char *sim_call(struct sim *sim, struct sim_conn *c, enum model_event event)
{
	struct event e = { sim, c, NULL };
	const struct model_row *row;

	if (event == EVENT_RETRANSMISSION_TIMEOUT && gives_up(c))
		event = EVENT_USER_TIMEOUT;
	row = choose(sim, model_question(event, CHECK_FIRST), c->state, call_cond(c, event));
	if (!row)
		return NULL;
	if (event == EVENT_USER_TIMEOUT)
		sim_app_signal(sim, c, row->user);
	if (event == EVENT_CLOSE && (row->effects & FX_QUEUE))
		c->close_waits = true;
	take_row(&e, row);
	if (c->state > TCP_LISTEN)
		sim_output(sim, c);
	return row->user;
}

const char *sim_receive(struct sim *sim, struct sim_conn *c)
{
	const char *told;

	/* 3.8.6.2.2: the window is not told of for a few octets. */
	sim->quiet = sim_window(c) >= SIM_WINDOW / 2;
	told = sim_call(sim, c, EVENT_RECEIVE);
	sim->quiet = false;
	return told;
}

const char *sim_call_listener(struct sim *sim, enum tcp_state *state, enum model_event event)
{
	const struct model_row *row =
		choose(sim, model_question(event, CHECK_FIRST), *state, 0);

	if (!row)
		return NULL;
	*state = model_row_next(row, *state);
	return row->user;
}

const char *sim_send(struct sim *sim, struct sim_conn *c, const void *data, size_t len)
{
	const char *told;

	sim->give = data;
	sim->give_len = len;
	told = sim_call(sim, c, EVENT_SEND);
	sim->give_len = 0;
	return told;
}
