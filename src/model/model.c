/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Following the tester's segments through the table: which states the target
 * can be in afterwards, and what it may answer.
 */
#include "model/model.h"

#include <string.h>

#include "base/buf.h"
#include "model/internal.h"
#include "wire/seq.h"

void model_init(struct model *m, enum tcp_state state, bool lossless)
{
	memset(m, 0, sizeof(*m));
	m->book = model_book_of(0);
	m->states = STATE_BIT(state);
	m->lossless = lossless;
	m->listens = state == TCP_LISTEN;
}

void model_answered(struct model *m, const struct model_due *due, uint16_t answer)
{
	uint16_t states = 0;

	for (uint8_t i = 0; i < due->n_choices; i++) {
		if (answer ? due->choice[i].answers & answer : !due->choice[i].answers)
			states |= due->choice[i].states;
	}
	/* On a bad path either may be lost; what its application does, it may do. */
	if (m->lossless && !due->more && (states & m->states))
		m->states &= states;
}

void model_learn(struct model *m, uint16_t states)
{
	m->states = states;
	m->before = 0;
}

bool model_possible(const struct model *m, enum tcp_state state)
{
	return m->states & STATE_BIT(state);
}

void model_states_str(uint16_t states, struct buf *out)
{
	const char *sep = "";

	for (int s = 0; s < TCP_N_STATES; s++) {
		if (!(states & STATE_BIT(s)))
			continue;
		buf_printf(out, "%s%s", sep, tcp_state_names[s]);
		sep = " or ";
	}
	if (!*sep)
		buf_adds(out, "no state");
}

/* The receive window that the target last offered, from its RCV.NXT. */
static uint32_t rcv_wnd(const struct model *m)
{
	if (!m->rcv_wnd_known)
		return 65535;
	return seq_gt(m->rcv_right, m->rcv_nxt) ? m->rcv_right - m->rcv_nxt : 0;
}

/* RFC 9293 3.10.7.4, table 6: the four cases of acceptability. */
static bool seq_acceptable(const struct model *m, uint32_t seq, uint32_t len)
{
	uint32_t wnd = rcv_wnd(m);

	if (len == 0)
		return wnd == 0 ? seq == m->rcv_nxt : seq_in(seq, m->rcv_nxt, wnd);
	if (wnd == 0)
		return false;
	return seq_in(seq, m->rcv_nxt, wnd) ||
		seq_in(seq + len - 1, m->rcv_nxt, wnd);
}

static uint32_t classify_seq(const struct model *m, const struct segment *s)
{
	uint32_t c = seq_gt(s->seq, m->rcv_nxt) ? C_SEQ_ABOVE : 0;
	uint32_t max = seq_max(m->rcv_nxt, m->rcv_max);

	if (seq_le(s->seq, max) && seq_gt(s->seq + segment_len(s), m->rcv_nxt))
		c |= C_SEQ_NEXT;
	if (seq_gt(s->seq, m->rcv_nxt) && segment_len(s))
		c |= C_HELD;
	/* Into a zero window as well, and its octets are no text (MUST-66, 3.5.3). */
	if ((s->flags & TCP_RST) && s->seq == m->rcv_nxt)
		return c | C_SEQ_EXACT;
	if (!seq_acceptable(m, s->seq, segment_len(s)))
		return c | C_SEQ_BAD;
	return c | (s->seq == m->rcv_nxt ? C_SEQ_EXACT : C_SEQ_INEXACT);
}

static uint32_t classify_ack(const struct model *m, const struct segment *s)
{
	uint32_t c = 0;

	if (!(s->flags & TCP_ACK) || !m->iss_known)
		return C_ACK_NOT_GOOD;
	if (seq_gt(s->ack, m->snd_nxt))
		return C_ACK_BEYOND | C_ACK_NOT_GOOD;
	if (m->fin_sent && s->ack == m->fin_seq + 1)
		c |= C_ACK_FIN;
	if (seq_gt(s->ack, m->snd_una))
		return c | C_ACK_GOOD;
	if (seq_lt(s->ack, m->snd_una - m->max_snd_wnd))
		c |= C_ACK_TOO_OLD;
	return c | C_ACK_OLD | C_ACK_NOT_GOOD;
}

static uint32_t classify_timestamps(const struct model *m, const struct segment *s)
{
	const struct tcp_opt *o = segment_opt(s, TCP_OPT_TIMESTAMPS);
	bool odd = !o || !o->known || seq_lt(o->ts.val, m->ts_max);

	return (o ? C_TS : 0) | (m->ts_ok && odd ? C_TS_ODD : 0);
}

static uint32_t classify(const struct model *m, const struct segment *s)
{
	uint32_t c = 0;

	c |= s->flags & TCP_RST ? C_RST : C_NO_RST;
	c |= s->flags & TCP_SYN ? C_SYN : C_NO_SYN;
	c |= s->flags & TCP_ACK ? C_ACK : C_NO_ACK;
	if (s->data_len)
		c |= C_TEXT;
	/* What its user does cannot be seen: it may read no more. */
	c |= classify_timestamps(m, s) | (m->active ? C_ACTIVE : C_PASSIVE) | C_ABANDONED;
	if (s->flags & TCP_URG)
		c |= C_URG;
	if (s->flags & TCP_FIN)
		c |= C_FIN;
	if (!m->irs_known)
		return c | classify_ack(m, s);
	return c | classify_seq(m, s) | classify_ack(m, s);
}

/* What comes out of one segment, over all states and alternatives. */
struct outcome {
	const struct segment *s;
	uint32_t cond;
	bool fin_maybe; /* a remembered FIN beyond a hole was reached */
	uint16_t states;
	uint16_t text_states; /* states that reached the text with room for it */
	uint16_t credited;    /* set of enum model_answer: resets it may be answered with */
	bool acked;	      /* the acknowledgment was processed */
	bool opened;	      /* LISTEN or TIME-WAIT took the SYN */
	bool synced;	      /* SYN-SENT took the SYN */
};

#define RESETS (ANS_RST_SEQ | ANS_RST_ACK | ANS_RST_ABORT)

/* The form of a reset depends on what it answers (3.10.7.1). */
static uint16_t row_answers(const struct segment *s, const struct model_row *row)
{
	const uint16_t other = s->flags & TCP_ACK ? ANS_RST_ACK : ANS_RST_SEQ;

	return row->answers & (uint16_t)~other;
}

/* A segment is answered once, whichever row says so. */
static void add_credit(struct model *m, struct outcome *o, const struct model_row *row)
{
	const struct segment *s = o->s;
	uint16_t answers = row_answers(s, row) & RESETS & (uint16_t)~o->credited;
	struct model_credit *c;

	if (!answers)
		return;
	o->credited |= answers;
	if (m->n_credits == MODEL_MAX_CREDITS) {
		memmove(m->credit, m->credit + 1,
			sizeof(m->credit) - sizeof(m->credit[0]));
		m->n_credits--;
	}
	c = &m->credit[m->n_credits++];
	c->answers = answers;
	c->seq = s->ack;
	c->ack = s->seq + segment_len(s);
	c->clause = row->clause;
}

/* Where a segment is on its way through the checks, for one hypothesis. */
struct path {
	enum tcp_state from, state;
	uint16_t answers;	     /* given so far */
	uint32_t effects;	     /* set of enum model_effect so far */
	bool dropped;		     /* a row ended the way */
	enum req_level level;	     /* of the weakest row so far */
	const struct model_row *row; /* that answered, or the last */
};

static void add_choice(struct model_due *d, const struct path *p)
{
	for (uint8_t i = 0; i < d->n_choices; i++) {
		if (d->choice[i].row == p->row && d->choice[i].answers == p->answers) {
			d->choice[i].states |= (uint16_t)STATE_BIT(p->state);
			return;
		}
	}
	if (d->n_choices == MODEL_MAX_WAYS) {
		d->more = true;
		return;
	}
	d->choice[d->n_choices].answers = p->answers;
	d->choice[d->n_choices].states = (uint16_t)STATE_BIT(p->state);
	d->choice[d->n_choices++].row = p->row;
}

/*
 * The clause to cite, of several: one that wants an answer, of the latest state, where
 * the target is unless something of ours was lost.
 */
static bool is_told_by(const struct model_due *d, const struct path *p)
{
	if (!d->row || !p->answers != !d->row->answers)
		return !d->row || p->answers;
	return p->from > d->from;
}

/* One way through the checks is complete: what it calls for. */
static void end_path(struct model *m, const struct path *p)
{
	struct model_due *d = &m->due;

	if (p->answers) {
		d->answers |= p->answers;
		if (p->answers & ANS_ACK) {
			d->takes |= (p->effects & (FX_TEXT | FX_FIN)) != 0;
			d->keeps |= !(p->effects & (FX_TEXT | FX_FIN));
			d->opens |= (p->effects & FX_IRS) != 0;
		}
	} else {
		d->drops = p->dropped && (d->drops || !d->silent);
		d->silent = true;
	}
	add_choice(d, p);
	if (p->level > d->level)
		d->level = p->level;
	if (!is_told_by(d, p))
		return;
	d->row = p->row;
	d->from = p->from;
}

static void run_checks(struct model *m, struct outcome *o, enum model_check check,
		       const struct path *p);

static void take_row(struct model *m, struct outcome *o, const struct model_row *row,
		     const struct path *before)
{
	struct path p = *before;
	enum model_check then = row->then ? row->then : row->check + 1;

	p.answers |= row_answers(o->s, row);
	p.effects |= row->effects;
	p.dropped = then == CHECK_N;
	if (row->level > p.level && !(row->alternative && row->level == LEVEL_MAY))
		p.level = row->level;
	if (!p.row || row->answers || !before->answers)
		p.row = row;
	p.state = model_row_next(row, before->state);
	add_credit(m, o, row);
	if (before->state == TCP_SYN_SENT && (row->effects & FX_IRS))
		o->synced = true;
	if (p.state == TCP_SYN_RECEIVED && p.state != before->state &&
	    before->state != TCP_SYN_SENT) {
		o->opened = true;
		end_path(m, &p);
	} else if (then == CHECK_N) {
		o->states |= STATE_BIT(p.state);
		end_path(m, &p);
	} else {
		run_checks(m, o, then, &p);
	}
}

/*
 * Puts the segment through the checks from @check on.  Recursion is as deep as
 * there are checks; it branches where a row is an alternative.
 */
static void run_checks(struct model *m, struct outcome *o, enum model_check check,
		       const struct path *p)
{
	const struct model_row *row[MODEL_MAX_CHOICES];
	bool pass;
	size_t n;

	if (check == CHECK_N) {
		o->states |= STATE_BIT(p->state);
		end_path(m, p);
		return;
	}
	if (check == CHECK_TEXT)
		o->text_states |= STATE_BIT(p->state);
	if (check > CHECK_ACK)
		o->acked = true;
	n = model_choices(m->book, model_question(EVENT_SEGMENT, check), p->state, o->cond,
			  row, &pass);
	for (size_t i = 0; i < n; i++)
		take_row(m, o, row[i], p);
	if (pass || (check == CHECK_FIN && o->fin_maybe))
		run_checks(m, o, check + 1, p);
}

/* The whole way of the segment from @check on, for a target in @state. */
static void run_state(struct model *m, struct outcome *o, enum model_check check,
		      enum tcp_state state)
{
	const struct path p = { .from = state, .state = state };

	run_checks(m, o, check, &p);
}

struct model_syn model_read_syn(const struct segment *s)
{
	const struct tcp_opt *o = segment_opt(s, TCP_OPT_WSCALE);
	const struct tcp_opt *t = segment_opt(s, TCP_OPT_TIMESTAMPS);
	bool ws = o && o->known, ts = t && t->known;

	return (struct model_syn){
		.set = true,
		.irs = s->seq,
		.end = s->seq + segment_len(s),
		.window = s->window,
		.ws = ws,
		.shift = ws ? (o->wscale > 14 ? 14 : o->wscale) : 0,
		.ts = ts,
		.ts_val = ts ? t->ts.val : 0,
	};
}

void model_open(struct model *m, const struct model_syn *syn)
{
	if (m->irs_known && m->iss_known)
		m->past = (struct model_past){ true, m->irs, m->rcv_nxt, m->iss, m->snd_nxt };
	m->irs_known = true;
	m->irs = syn->irs;
	m->rcv_nxt_lo = syn->irs + 1;
	/* Data in a SYN may be kept or not (SA-LISTEN-4): SYN,ACK will tell. */
	m->rcv_nxt = m->rcv_max = m->syn_end = syn->end;
	m->fin_max = false;
	m->rcv_wnd_known = false;
	m->fin_received = m->fin_sent = m->iss_known = m->ws_ok = false;
	m->n_ranges = 0;
	m->our_ws = syn->ws;
	m->our_shift = syn->shift;
	m->our_ts = syn->ts;
	m->ts_max = syn->ts_val;
	m->ts_ok = false;
	m->target_shift = 0;
	m->snd_wnd = m->max_snd_wnd = syn->window;
	m->time_wait_ns = 0;
	m->active = m->their_ws = m->their_ts = false;
	m->again.set = false;
	m->snd_moved_ns = m->rcv_moved_ns = INT64_MIN / 2;
}

/* Perhaps taken, perhaps not: acknowledgments up to there will do. */
static void note_beyond(struct model *m, const struct segment *s)
{
	uint32_t end = s->seq + segment_len(s), max = seq_max(m->rcv_nxt, m->rcv_max);

	if (seq_gt(s->seq, max) || !seq_gt(end, max))
		return;
	m->rcv_max = end;
	m->fin_max = s->flags & TCP_FIN;
}

static void remember_range(struct model *m, const struct segment *s)
{
	if (!segment_len(s))
		return;
	if (m->n_ranges == MODEL_MAX_RANGES) {
		m->rcv_max = seq_max(m->rcv_max, s->seq + segment_len(s));
		m->fin_max = false;
		return;
	}
	m->range[m->n_ranges].left = s->seq;
	m->range[m->n_ranges].right = s->seq + segment_len(s);
	m->range[m->n_ranges].fin = s->flags & TCP_FIN;
	m->n_ranges++;
}

/* Ranges that RCV.NXT has reached; true if a FIN was among them. */
static bool absorb_ranges(struct model *m)
{
	bool fin = false, again = true;

	while (again) {
		again = false;
		for (uint8_t i = 0; i < m->n_ranges; i++) {
			if (seq_gt(m->range[i].left, m->rcv_nxt))
				continue;
			if (seq_gt(m->range[i].right, m->rcv_nxt)) {
				m->rcv_nxt = m->range[i].right;
				fin |= m->range[i].fin;
			}
			m->range[i] = m->range[--m->n_ranges];
			again = true;
			break;
		}
	}
	return fin;
}

/*
 * Text and FIN in order advance RCV.NXT (RFC 9293 3.10.7.4, seventh and
 * eighth check).  Returns true if a remembered FIN was reached.
 */
static bool accept_text(struct model *m, const struct segment *s)
{
	uint32_t end = s->seq + segment_len(s);

	if (m->fin_received)
		return false;
	if (seq_gt(s->seq, m->rcv_nxt)) {
		remember_range(m, s);
		return false;
	}
	if (seq_gt(end, m->rcv_nxt)) {
		m->rcv_nxt = end;
		m->fin_received = s->flags & TCP_FIN;
		if (m->fin_received)
			m->fin_end = end;
	}
	if (m->fin_received || !absorb_ranges(m))
		return false;
	m->fin_received = true;
	m->fin_end = m->rcv_nxt;
	return true;
}

/* The states that take text, and those that a FIN can move on. */
#define TEXT_STATES (STATE_BIT(TCP_ESTABLISHED) | STATE_BIT(TCP_FIN_WAIT_1) | \
		     STATE_BIT(TCP_FIN_WAIT_2))

/*
 * Whether the text would be taken must be known before the checks run to the
 * FIN, since a FIN beyond a hole is not processed.
 */
static void settle_fin(struct model *m, struct outcome *o)
{
	const struct segment *s = o->s;

	/* With a SYN it never gets there. */
	if (!(s->flags & TCP_FIN) || (s->flags & TCP_SYN))
		return;
	if (seq_gt(s->seq, m->rcv_nxt))
		o->cond &= ~(uint32_t)C_FIN;
	/* Beyond the right edge: cut off with the text, or taken. */
	else if (m->rcv_wnd_known &&
		 seq_gt(s->seq + segment_len(s), m->rcv_right + 1))
		o->fin_maybe = true;
}

static void accept_ack(struct model *m, const struct segment *s)
{
	if (!(s->flags & TCP_ACK))
		return;
	if (seq_gt(s->ack, m->snd_una) && seq_le(s->ack, m->snd_nxt))
		m->snd_una = s->ack;
	m->snd_wnd = (uint32_t)s->window << (m->ws_ok && !(s->flags & TCP_SYN) ? m->our_shift : 0);
	if (m->snd_wnd > m->max_snd_wnd)
		m->max_snd_wnd = m->snd_wnd;
}

static bool is_broken(const struct segment *s)
{
	const uint32_t broken = SEG_DEFECT_IP_HEADER | SEG_DEFECT_IP_CHECKSUM |
		SEG_DEFECT_NOT_TCP | SEG_DEFECT_SHORT | SEG_DEFECT_DATA_OFFSET;

	/* A partial checksum is filled in after the capture. */
	if ((s->defects & SEG_DEFECT_CHECKSUM) &&
	    !(s->defects & SEG_DEFECT_CHECKSUM_PARTIAL))
		return true;
	return s->defects & broken;
}

/*
 * Also in a segment that the RFC would drop: a stack that takes the window from
 * it breaks no rule that could be seen from outside.
 */
static void note_offer(struct model *m, const struct segment *s)
{
	uint8_t shift = m->ws_ok && !(s->flags & TCP_SYN) ? m->our_shift : 0;
	uint32_t wnd = (uint32_t)s->window << shift;

	if ((s->flags & TCP_ACK) && m->iss_known)
		m->offered_right = seq_max(m->offered_right, s->ack + wnd);
}

static void note_timestamps(struct model *m, const struct segment *s)
{
	const struct tcp_opt *o = segment_opt(s, TCP_OPT_TIMESTAMPS);

	if (o && o->known)
		m->ts_max = seq_max(m->ts_max, o->ts.val);
}

/* A text or FIN was reached in a state that takes it: move RCV.NXT. */
static void settle_text(struct model *m, struct outcome *o)
{
	if (!(o->text_states & TEXT_STATES)) {
		/* A FIN behind their FIN: perhaps RCV.NXT moves over it too. */
		if ((o->s->flags & TCP_FIN) && o->text_states && (o->cond & C_SEQ_EXACT))
			m->rcv_max = o->s->seq + segment_len(o->s);
		return;
	}
	if (o->cond & (C_SEQ_BAD | C_TS_ODD | C_ACK_TOO_OLD)) {
		note_beyond(m, o->s);
		return;
	}
	/* A FIN remembered from beyond a hole is processed now, or forgotten. */
	if (accept_text(m, o->s)) {
		o->fin_maybe = true;
		o->cond |= C_FIN;
		for (int st = 0; st < TCP_N_STATES; st++) {
			if (o->text_states & STATE_BIT(st))
				run_state(m, o, CHECK_FIN, (enum tcp_state)st);
		}
	}
}

/* How long TIME-WAIT surely lasts; beyond it the target may have left. */
#define TIME_WAIT_SURE_NS INT64_C(1000000000)

static void pass_time(struct model *m, int64_t ts_ns)
{
	m->last_ns = ts_ns;
	if (!(m->states & STATE_BIT(TCP_TIME_WAIT)))
		m->time_wait_ns = 0;
	else if (!m->time_wait_ns)
		m->time_wait_ns = ts_ns;
	else if (ts_ns - m->time_wait_ns > TIME_WAIT_SURE_NS)
		m->states |= STATE_BIT(TCP_CLOSED);
}

/*
 * A SYN was taken, perhaps: a new connection record (RFC 9293 3.10.7.2), now or,
 * if the old connection may still be heard of, with the SYN,ACK.
 */
static void settle_open(struct model *m, struct outcome *o, uint16_t before)
{
	struct model_syn syn = model_read_syn(o->s);

	m->old_alive = o->states & RECEIVING_STATES;
	/* Of a connection whose SYN,ACK was not seen nothing comes, unless that was lost. */
	if ((m->iss_known || !m->lossless) && (m->old_alive || (before & RECEIVING_STATES)))
		m->again = syn;
	else
		model_open(m, &syn);
	o->states |= STATE_BIT(TCP_SYN_RECEIVED);
}

/* The connection is gone but the port listens: it may be asked instead. */
static void try_listener(struct model *m, struct outcome *o)
{
	struct outcome l = *o;

	if (!m->listens)
		return;
	run_state(m, &l, CHECK_FIRST, TCP_LISTEN);
	o->opened = l.opened;
}

void model_run_states(struct model *m, const struct segment *s)
{
	struct outcome o = { .s = s, .cond = classify(m, s) };

	for (int st = 0; st < TCP_N_STATES; st++) {
		if (m->states & STATE_BIT(st))
			run_state(m, &o, st <= TCP_SYN_SENT ? CHECK_FIRST : CHECK_SEQ,
				  (enum tcp_state)st);
	}
	m->states |= o.states;
	if (o.opened)
		m->states |= STATE_BIT(TCP_SYN_RECEIVED);
}

void model_tx(struct model *m, const struct segment *s, int64_t ts_ns)
{
	if (m->anywhere) {
		model_anywhere_tx(m, s, ts_ns);
		return;
	}
	if (m->unordered && !is_broken(s))
		model_remember(m, s, ts_ns);
	model_follow_tx(m, s, ts_ns);
}

void model_follow_tx(struct model *m, const struct segment *s, int64_t ts_ns)
{
	struct outcome o = { .s = s };
	bool had_fin = m->fin_received;
	uint16_t before;

	pass_time(m, ts_ns);
	model_forget_old(m, ts_ns);
	before = m->states;
	m->due = (struct model_due){ .silent = is_broken(s), .drops = is_broken(s) };
	if (is_broken(s))
		return;
	note_offer(m, s);
	o.cond = classify(m, s);
	note_timestamps(m, s);
	if (m->irs_known)
		settle_fin(m, &o);
	for (int st = 0; st < TCP_N_STATES; st++) {
		if (before & STATE_BIT(st))
			run_state(m, &o, st <= TCP_SYN_SENT ? CHECK_FIRST : CHECK_SEQ,
				  (enum tcp_state)st);
	}
	if (before & STATE_BIT(TCP_CLOSED))
		try_listener(m, &o);
	if (o.synced)
		model_learn_irs(m, s, o.states & ~STATE_BIT(TCP_SYN_RECEIVED));
	settle_text(m, &o);
	if (m->fin_received && !had_fin)
		m->snd_nxt_at_fin = m->snd_nxt;
	if (o.opened)
		settle_open(m, &o, model_states_at(m, ts_ns));
	else if (o.acked)
		accept_ack(m, s);
	if (o.states != before) {
		/* Several changes at once: each may be crossed. */
		m->before = model_states_at(m, ts_ns);
		m->changed_ns = ts_ns;
	}
	m->states = o.states;
	if (!m->lossless)
		m->states |= before;
	pass_time(m, ts_ns);
}
