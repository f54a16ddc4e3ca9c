/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lint remembers of a connection: both ends' SYNs, the furthest numbers of
 * each, and what one end may have got from the other.
 */
#include <string.h>

#include "model/lint_priv.h"
#include "wire/seq.h"

/* A packet of an earlier connection may come for so long. */
#define QUIET_NS INT64_C(2000000000)

/* On an ordered path, two packets that the processors of one host swapped. */
#define SWAP_NS INT64_C(200000000)

/* RFC 7323 5.5: half the range of the fastest clock that may stand still. */
#define TS_OUTDATED_NS (INT64_C(24) * 24 * 3600 * 1000000000)

/* Numbers further apart are of no connection (RFC 7323 2.3: windows < 2^30). */
#define FAR (UINT32_C(1) << 29)

/* Where the capture may lack packets, so much of a clock's way is unknown. */
#define TS_UNSEEN (UINT32_C(1) << 28)

void lint_init(struct lint *l, struct arena *arena, uint8_t path)
{
	memset(l, 0, sizeof(*l));
	l->arena = arena;
	l->path = path;
	l->quiet_ns = INT64_MIN;
}

void lint_fini(struct lint *l)
{
	if (!l->arena)
		lint_text_fini(&l->text);
}

/* The segment did not arrive like this, or not all of it was captured. */
static bool is_spoilt(const struct segment *s)
{
	const uint32_t bad = SEG_DEFECT_IP_HEADER | SEG_DEFECT_IP_CHECKSUM |
		SEG_DEFECT_NOT_TCP | SEG_DEFECT_FRAGMENT | SEG_DEFECT_SHORT |
		SEG_DEFECT_DATA_OFFSET;

	if ((s->defects & SEG_DEFECT_CHECKSUM) && !(s->defects & SEG_DEFECT_CHECKSUM_PARTIAL))
		return true;
	return s->defects & bad;
}

static bool is_far(uint32_t a, uint32_t b)
{
	uint32_t d = a - b;

	return d >= FAR && d <= -FAR;
}

/* ---- SYNs ---- */

static struct lint_syn read_syn(const struct segment *s)
{
	const uint16_t ecn = TCP_ECE | TCP_CWR;
	struct lint_syn syn = { .seen = true, .seq = s->seq, .end = s->seq + segment_len(s) };
	uint8_t offer = 0;

	for (uint8_t i = 0; i < s->n_opt; i++) {
		const struct tcp_opt *o = &s->opt[i];

		if (o->kind == TCP_OPT_TIMESTAMPS)
			offer |= OFFER_TIMESTAMPS;
		if (o->kind == TCP_OPT_SACK_PERMITTED)
			offer |= OFFER_SACK;
		if (o->kind != TCP_OPT_WSCALE || !o->known)
			continue;
		offer |= OFFER_WSCALE;
		syn.shift = o->wscale;
	}
	if (s->flags & TCP_ACK ? s->flags & (ecn | TCP_AE) : (s->flags & ecn) == ecn)
		offer |= OFFER_ECN;
	if ((s->flags & (TCP_AE | TCP_ACK)) == TCP_AE)
		offer |= OFFER_AE;
	syn.any = syn.all = offer;
	return syn;
}

/* A SYN again; its options may have been left out on the way to success. */
static void merge_syn(struct lint_syn *syn, const struct lint_syn *more)
{
	syn->any |= more->any;
	syn->all &= more->all;
	if (more->any & OFFER_WSCALE)
		syn->shift = more->shift;
	syn->end = seq_max(syn->end, more->end);
}

static void note_offer(struct lint *l, const struct segment *s)
{
	struct lint_syn syn = read_syn(s);

	if (l->ours.seen && l->ours.seq == syn.seq)
		merge_syn(&l->ours, &syn);
	else if (!l->ours.seen && (!l->tx_known || (s->flags & TCP_ACK)))
		l->ours = syn;
	else if (l->next.seen && l->next.seq == syn.seq)
		merge_syn(&l->next, &syn);
	else if (!(s->flags & TCP_ACK))
		l->next = syn;
}

/* The target's numbers begin anew. */
static void forget_target(struct lint *l)
{
	l->seq_known = l->ack_known = false;
	l->right.known = l->tsval.known = l->echo.known = false;
	lint_text_reset(&l->text);
}

static bool answers(const struct lint_syn *syn, const struct segment *s)
{
	return syn->seen && seq_gt(s->ack, syn->seq) && seq_le(s->ack, syn->end);
}

/* The target took a SYN of ours that had another number (RFC 9293 3.6.1). */
static void reopen(struct lint *l, int64_t ts_ns)
{
	l->ours = l->next;
	l->next.seen = l->theirs.seen = false;
	l->tx_hole.n = 0;
	l->tx_lo = l->tx_hi = l->ours.seq;
	l->tx_known = l->tx_wild = true;
	l->tx_ack_known = l->fresh_known = false;
	forget_target(l);
	if (l->path != LINT_ORDERED)
		l->quiet_ns = ts_ns + QUIET_NS;
}

/* A SYN of the target, before it is judged: does another connection begin? */
static void begin_theirs(struct lint *l, const struct segment *s, int64_t ts_ns)
{
	if ((s->flags & TCP_ACK) && answers(&l->next, s))
		reopen(l, ts_ns);
	if (l->theirs.seen && l->theirs.seq == s->seq)
		return;
	/* The target opens one itself, ours is still to come. */
	if (l->theirs.seen && !(s->flags & TCP_ACK))
		l->ours.seen = false;
	if ((l->theirs.seen || l->seq_known) && l->path != LINT_ORDERED)
		l->quiet_ns = ts_ns + QUIET_NS;
	forget_target(l);
	l->theirs = read_syn(s);
	l->theirs.first = !(s->flags & TCP_ACK);
}

static void note_theirs(struct lint *l, const struct segment *s)
{
	struct lint_syn syn = read_syn(s);

	merge_syn(&l->theirs, &syn);
}

int lint_window_shift(const struct lint *l)
{
	const struct lint_syn *a = &l->ours, *b = &l->theirs;

	if (!a->seen || !b->seen || a->any != a->all || b->any != b->all)
		return -1;
	if (!(a->any & b->any & OFFER_WSCALE))
		return 0;
	return b->shift > 14 ? 14 : b->shift;
}

/* ---- what the other end sent ---- */

static void note_tsval(struct lint *l, const struct segment *s)
{
	const struct tcp_opt *o = segment_opt(s, TCP_OPT_TIMESTAMPS);
	struct lint_tsval *slot;

	if (!o || !o->known)
		return;
	for (uint8_t i = 0; i < l->n_tsvals; i++) {
		slot = &l->tx_tsval[i];
		if (slot->value == o->ts.val) {
			slot->seq = seq_min(slot->seq, s->seq);
			return;
		}
	}
	slot = &l->tx_tsval[l->tsval_at];
	l->ts_lo = l->n_tsvals ? seq_min(l->ts_lo, o->ts.val) : o->ts.val;
	l->ts_hi = l->n_tsvals ? seq_max(l->ts_hi, o->ts.val) : o->ts.val;
	if (l->n_tsvals < LINT_MAX_TSVALS) {
		l->n_tsvals++;
	} else {
		l->lost_lo = l->tsvals_lost ? seq_min(l->lost_lo, slot->value) : slot->value;
		l->lost_hi = l->tsvals_lost ? seq_max(l->lost_hi, slot->value) : slot->value;
		l->tsvals_lost = true;
	}
	*slot = (struct lint_tsval){ o->ts.val, s->seq };
	l->tsval_at = (uint8_t)((l->tsval_at + 1) % LINT_MAX_TSVALS);
}

bool lint_tsval_sent(const struct lint *l, uint32_t value)
{
	uint32_t below, above;

	for (uint8_t i = 0; i < l->n_tsvals; i++)
		if (l->tx_tsval[i].value == value)
			return true;
	if (l->tsvals_lost && seq_ge(value, l->lost_lo) && seq_le(value, l->lost_hi))
		return true;
	/* Values from before the capture began. */
	if (!l->ours.seen && seq_le(value, l->ts_hi))
		return true;
	if (l->path == LINT_ORDERED)
		return false;
	/* A first SYN that was not captured; an answer captured too early. */
	below = l->ts_lo - TS_UNSEEN;
	above = l->ts_hi + (l->path & LINT_PARTIAL ? TS_UNSEEN : LINT_SKEW);
	return seq_in(value, below, above - below + 1);
}

static void note_octets(struct lint *l, const struct segment *s)
{
	uint32_t end = s->seq + segment_len(s);

	if (end == s->seq)
		return;
	if (!l->tx_known) {
		l->tx_known = true;
		l->tx_lo = s->seq;
		l->tx_hi = s->seq;
	}
	/* Old or wild numbers of a tester that bends them. */
	if (is_far(s->seq, l->tx_hi) || is_far(end, l->tx_hi)) {
		l->tx_wild = true;
		return;
	}
	if (seq_gt(s->seq, l->tx_hi))
		l->tx_holes_lost |= !lint_ranges_add(&l->tx_hole, l->tx_hi, s->seq);
	else if (l->tx_hole.n)
		l->tx_holes_lost |= !lint_ranges_cut(&l->tx_hole, s->seq, end);
	l->fresh_known = seq_ge(s->seq, l->tx_hi) && s->data_len && !s->defects &&
		!(s->flags & (TCP_SYN | TCP_FIN));
	l->fresh = (struct lint_range){ s->seq, end };
	l->tx_lo = seq_min(l->tx_lo, s->seq);
	l->tx_hi = seq_max(l->tx_hi, end);
}

void lint_tx(struct lint *l, const struct segment *s, int64_t ts_ns)
{
	(void)ts_ns;
	if (!segment_has_tcp(s))
		return;
	/* What arrives spoilt is not taken; that is for cases to find out. */
	note_tsval(l, s);
	if (s->flags & TCP_RST)
		return;
	if ((s->flags & TCP_SYN) && !is_spoilt(s))
		note_offer(l, s);
	note_octets(l, s);
	if (!(s->flags & TCP_ACK) || is_spoilt(s))
		return;
	l->tx_ack = l->tx_ack_known ? seq_max(l->tx_ack, s->ack) : s->ack;
	l->tx_ack_known = true;
}

/* ---- what the target sent ---- */

const uint32_t *lint_own_stamp(const struct lint_seg *g)
{
	return g->has & HAS_TS_OK ? &g->opt[TCP_OPT_TIMESTAMPS]->ts.val : NULL;
}

bool lint_is_later(const struct lint *l, const struct lint_seg *g, const struct lint_mark *m,
		   const uint32_t *stamp)
{
	if (!(g->has & HAS_ACK))
		return false;
	if (!m->acked || seq_gt(g->s->ack, m->ack))
		return true;
	if (stamp && m->stamped && seq_gt(*stamp, m->stamp))
		return true;
	/* The same octets again may be the same packet again (MAY-4). */
	return l->path == LINT_ORDERED && !g->again && g->s->ack == m->ack &&
		g->ts_ns - m->ts_ns > SWAP_NS;
}

bool lint_is_keepalive(const struct lint *l, const struct segment *s)
{
	return s->data_len <= 1 && l->seq_known && s->seq == l->snd_max - 1 &&
		!(s->flags & TCP_SYN) && (!l->tx_ack_known || seq_ge(l->tx_ack, l->snd_max));
}

static bool is_outdated(const struct lint_mark *m, const struct lint_seg *g)
{
	return g->ts_ns - m->ts_ns >= TS_OUTDATED_NS;
}

bool lint_went_back(const struct lint *l, const struct lint_seg *g, const struct lint_mark *m,
		    uint32_t value, const uint32_t *stamp)
{
	return m->known && seq_lt(value, m->value) && !is_outdated(m, g) &&
		lint_is_later(l, g, m, stamp);
}

static void move_mark(struct lint_mark *m, const struct lint_seg *g, uint32_t value,
		      const uint32_t *stamp)
{
	bool acked = g->has & HAS_ACK;

	if (m->known && seq_lt(value, m->value) && !is_outdated(m, g))
		return;
	if (!m->known || value != m->value) {
		*m = (struct lint_mark){
			true, acked, stamp != NULL, value, g->s->ack, stamp ? *stamp : 0, g->ts_ns
		};
		return;
	}
	/* The earliest segment that had it. */
	if (acked && m->acked)
		m->ack = seq_min(m->ack, g->s->ack);
	if (stamp && m->stamped)
		m->stamp = seq_min(m->stamp, *stamp);
}

static void note_window(struct lint *l, const struct lint_seg *g)
{
	int shift = g->has & HAS_SYN ? 0 : lint_window_shift(l);

	if (shift >= 0 && (g->has & HAS_ACK))
		move_mark(&l->right, g, g->s->ack + ((uint32_t)g->s->window << shift),
			  lint_own_stamp(g));
}

static void note_text(struct lint *l, const struct segment *s)
{
	uint32_t seq = lint_text_seq(s);

	if (!s->data_len || lint_is_keepalive(l, s))
		return;
	if (l->text.have.n && is_far(seq, l->text.right))
		lint_text_reset(&l->text);
	lint_text_keep(&l->text, l->arena, seq, s->data, s->data_len,
		       l->tx_ack_known ? l->tx_ack : seq);
}

static void note_numbers(struct lint *l, const struct lint_seg *g)
{
	const struct segment *s = g->s;
	const struct tcp_opt *ts = g->opt[TCP_OPT_TIMESTAMPS];
	uint32_t end = s->seq + segment_len(s);

	if (ts && ts->known)
		move_mark(&l->tsval, g, ts->ts.val, g->has & HAS_TS_OK ? &ts->ts.ecr : NULL);
	if (g->has & HAS_TS_OK)
		move_mark(&l->echo, g, ts->ts.ecr, &ts->ts.val);
	note_window(l, g);
	note_text(l, s);
	l->snd_max = l->seq_known ? seq_max(l->snd_max, end) : end;
	l->seq_known = true;
	if (!(g->has & HAS_ACK))
		return;
	l->ack = l->ack_known ? seq_max(l->ack, s->ack) : s->ack;
	l->ack_known = true;
}

/* ---- a segment as the rules see it ---- */

/* The capture ends within the options. */
static bool options_cut(const struct segment *s)
{
	return (s->defects & SEG_DEFECT_TRUNCATED) && !s->data_len &&
		tcp_opts_len(s->opt, s->n_opt) < s->opt_len;
}

static void read_options(struct lint_seg *g)
{
	static const uint32_t has[] = {
		[TCP_OPT_MSS] = HAS_MSS,
		[TCP_OPT_WSCALE] = HAS_WSCALE,
		[TCP_OPT_SACK_PERMITTED] = HAS_SACK_OK,
		[TCP_OPT_SACK] = HAS_SACK,
		[TCP_OPT_TIMESTAMPS] = HAS_TS,
	};
	const struct segment *s = g->s;

	for (uint8_t i = 0; i < s->n_opt; i++) {
		uint8_t kind = s->opt[i].kind;

		if (kind >= sizeof(has) / sizeof(has[0]) || !has[kind])
			continue;
		if (g->opt[kind])
			g->has |= HAS_TWICE;
		else
			g->opt[kind] = &s->opt[i];
		g->has |= has[kind];
	}
}

static uint32_t flags_had(const struct segment *s)
{
	uint32_t has = 0;

	has |= s->flags & TCP_SYN ? HAS_SYN : 0;
	has |= s->flags & TCP_ACK ? HAS_ACK : 0;
	has |= s->flags & TCP_RST ? HAS_RST : 0;
	has |= s->flags & (TCP_SYN | TCP_RST) ? 0 : HAS_LATER;
	has |= s->data_len ? HAS_DATA : 0;
	return has | (s->defects ? HAS_DEFECT : 0);
}

static void read_seg(const struct lint *l, const struct segment *s, int64_t ts_ns,
		     struct lint_seg *g)
{
	const struct tcp_opt *ts, *sack;

	memset(g, 0, sizeof(*g));
	g->s = s;
	g->ts_ns = ts_ns;
	g->has = flags_had(s);
	g->opts_whole = !options_cut(s) && !(s->defects & SEG_DEFECT_OPT_LENGTH);
	if (s->n_opt)
		read_options(g);
	if (is_spoilt(s) || (ts_ns < l->quiet_ns && !(g->has & HAS_SYN)))
		return;
	g->has |= HAS_SOUND;
	g->again = segment_len(s) && l->seq_known && seq_lt(s->seq, l->snd_max);
	if ((g->has & (HAS_ACK | HAS_RST)) != HAS_ACK)
		return;
	ts = g->opt[TCP_OPT_TIMESTAMPS];
	sack = g->opt[TCP_OPT_SACK];
	if (ts && ts->known)
		g->has |= HAS_TS_OK;
	if (sack && sack->known && !(g->has & HAS_SYN))
		g->has |= HAS_BLOCKS;
}

static uint64_t judge(const struct lint *l, const struct lint_seg *g)
{
	uint64_t broken = 0;

	for (size_t i = 0; i < lint_n_rules; i++) {
		const struct lint_rule *r = &lint_rules[i];

		if ((g->has & r->needs) == r->needs && r->broken(l, g))
			broken |= UINT64_C(1) << i;
	}
	return broken;
}

uint64_t lint_rx(struct lint *l, const struct segment *s, int64_t ts_ns)
{
	struct lint_seg g;
	uint64_t broken;
	bool opens;

	if (!segment_has_tcp(s))
		return 0;
	opens = (s->flags & (TCP_SYN | TCP_RST)) == TCP_SYN && !is_spoilt(s);
	if (opens)
		begin_theirs(l, s, ts_ns);
	read_seg(l, s, ts_ns, &g);
	broken = judge(l, &g);
	if (opens)
		note_theirs(l, s);
	if ((g.has & HAS_SOUND) && !(g.has & HAS_RST))
		note_numbers(l, &g);
	/* Said or not: once is enough. */
	if ((g.has & HAS_BLOCKS) && lint_holds_fresh(l, &g, 0) >= 0)
		l->fresh_known = false;
	return broken;
}
