/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lint rules.  Each is a predicate and a row of the table at the end; what
 * they know of the connection is kept by lint_state.c.
 *
 * There is no rule where the RFCs forbid nothing: a reset may have data (RFC 9293
 * 3.5.3), PSH may stand anywhere, and an urgent pointer may point ahead of its
 * segment, into it, and behind it in what is sent again (RFC 9293 3.8.5, RFC
 * 6093).  That ACKs go back, and what lies beyond a window, the model says.
 */
#include "model/lint.h"

#include "model/lint_priv.h"
#include "wire/seq.h"

/* True if the other end surely did not offer it in any SYN. */
static bool not_offered(const struct lint *l, enum lint_offer offer)
{
	return !(l->path & LINT_PARTIAL) && l->ours.seen &&
		!((l->ours.any | l->next.any) & offer);
}

/*
 * The same of what a SYN,ACK may only have if the SYN had it.  When both ends open
 * at the same time it repeats the offer of its own end's SYN.
 */
static bool unasked(const struct lint *l, enum lint_offer offer)
{
	return not_offered(l, offer) && !(l->theirs.first && (l->theirs.any & offer));
}

/* True if the SYNs surely did not agree on it. */
static bool not_agreed(const struct lint *l, enum lint_offer offer)
{
	return not_offered(l, offer) || (l->theirs.seen && !(l->theirs.any & offer));
}

/* ---- header ---- */

static bool bad_checksum(const struct lint *l, const struct lint_seg *g)
{
	(void)l;
	return (g->s->defects & SEG_DEFECT_CHECKSUM) &&
		!(g->s->defects & SEG_DEFECT_CHECKSUM_PARTIAL);
}

static bool bad_ip_checksum(const struct lint *l, const struct lint_seg *g)
{
	(void)l;
	return g->s->defects & SEG_DEFECT_IP_CHECKSUM;
}

static bool bad_offset(const struct lint *l, const struct lint_seg *g)
{
	(void)l;
	return g->s->defects & SEG_DEFECT_DATA_OFFSET;
}

/* RFC 9768 makes AE of the fourth, where the SYN of either end asks for it. */
static bool reserved_bits(const struct lint *l, const struct lint_seg *g)
{
	if (g->s->reserved)
		return true;
	return (g->s->flags & TCP_AE) && not_offered(l, OFFER_AE) &&
		l->theirs.seen && !(l->theirs.any & OFFER_AE);
}

static bool bad_option_length(const struct lint *l, const struct lint_seg *g)
{
	(void)l;
	return g->s->defects & SEG_DEFECT_OPT_LENGTH;
}

static bool padding(const struct lint *l, const struct lint_seg *g)
{
	(void)l;
	return g->s->defects & SEG_DEFECT_OPT_PADDING;
}

/* A row that asks for what must not be there needs nothing more. */
static bool always(const struct lint *l, const struct lint_seg *g)
{
	(void)l;
	(void)g;
	return true;
}

static bool outside_syn(const struct lint *l, const struct lint_seg *g)
{
	(void)l;
	return !(g->has & HAS_SYN);
}

static bool syn_fin(const struct lint *l, const struct lint_seg *g)
{
	(void)l;
	return g->s->flags & TCP_FIN;
}

static bool rst_with_syn_fin(const struct lint *l, const struct lint_seg *g)
{
	(void)l;
	return g->s->flags & (TCP_SYN | TCP_FIN);
}

/* ---- options of SYNs ---- */

static bool mss_zero(const struct lint *l, const struct lint_seg *g)
{
	const struct tcp_opt *o = g->opt[TCP_OPT_MSS];

	(void)l;
	return o->known && !o->mss;
}

static bool wscale_not_offered(const struct lint *l, const struct lint_seg *g)
{
	(void)g;
	return unasked(l, OFFER_WSCALE);
}

static bool wscale_too_large(const struct lint *l, const struct lint_seg *g)
{
	const struct tcp_opt *o = g->opt[TCP_OPT_WSCALE];

	(void)l;
	return o->known && o->wscale > 14;
}

/* Left out in a repeated SYN it may be, to get through to the other end. */
static bool wscale_changes(const struct lint *l, const struct lint_seg *g)
{
	const struct tcp_opt *o = g->opt[TCP_OPT_WSCALE];

	return o->known && l->theirs.seen && l->theirs.seq == g->s->seq &&
		(l->theirs.any & OFFER_WSCALE) && o->wscale != l->theirs.shift;
}

/* ---- ECN ---- */

/* An ECN-setup SYN,ACK. */
static bool ecn_not_offered(const struct lint *l, const struct lint_seg *g)
{
	return (g->s->flags & (TCP_ECE | TCP_CWR)) == TCP_ECE && not_offered(l, OFFER_ECN);
}

/*
 * A SYN with one of the bits, a SYN,ACK with CWR: means neither yes nor no.  To
 * a SYN of RFC 9768 there are more answers.
 */
static bool ecn_half(const struct lint *l, const struct lint_seg *g)
{
	const uint16_t both = TCP_ECE | TCP_CWR;
	uint16_t bits = g->s->flags & both;

	if (g->s->flags & TCP_AE)
		return false;
	if (g->has & HAS_ACK)
		return (bits & TCP_CWR) && not_offered(l, OFFER_AE);
	return bits && bits != both;
}

static bool ecn_not_agreed(const struct lint *l, const struct lint_seg *g)
{
	return (g->s->flags & (TCP_ECE | TCP_CWR)) && not_agreed(l, OFFER_ECN);
}

/* ---- timestamps ---- */

static bool ts_not_offered(const struct lint *l, const struct lint_seg *g)
{
	(void)g;
	return unasked(l, OFFER_TIMESTAMPS);
}

static bool ts_not_agreed(const struct lint *l, const struct lint_seg *g)
{
	(void)g;
	return not_agreed(l, OFFER_TIMESTAMPS);
}

/* Only where every SYN of both had it: one without may be what was taken. */
static bool ts_missing(const struct lint *l, const struct lint_seg *g)
{
	return l->ours.seen && l->theirs.seen && !(g->has & HAS_TS) && g->opts_whole &&
		(l->ours.all & l->theirs.all & OFFER_TIMESTAMPS);
}

static bool ts_backwards(const struct lint *l, const struct lint_seg *g)
{
	const struct tcp_opt *o = g->opt[TCP_OPT_TIMESTAMPS];

	return lint_went_back(l, g, &l->tsval, o->ts.val, &o->ts.ecr);
}

static bool echo_without_ack(const struct lint *l, const struct lint_seg *g)
{
	const struct tcp_opt *o = g->opt[TCP_OPT_TIMESTAMPS];

	(void)l;
	return !(g->has & HAS_ACK) && o->known && o->ts.ecr;
}

static bool echo_of_nothing(const struct lint *l, const struct lint_seg *g)
{
	return l->n_tsvals && !lint_tsval_sent(l, g->opt[TCP_OPT_TIMESTAMPS]->ts.ecr);
}

/* TS.Recent only moves on (RFC 7323 4.3 (2)). */
static bool echo_backwards(const struct lint *l, const struct lint_seg *g)
{
	const struct tcp_opt *o = g->opt[TCP_OPT_TIMESTAMPS];

	return lint_went_back(l, g, &l->echo, o->ts.ecr, &o->ts.val);
}

/*
 * TS.Recent takes from a segment only if SEG.SEQ =< Last.ACK.sent.  That is no
 * higher than the acknowledgment of what is sent after it.
 */
static bool echo_beyond_hole(const struct lint *l, const struct lint_seg *g)
{
	uint32_t ecr = g->opt[TCP_OPT_TIMESTAMPS]->ts.ecr;

	if (l->path != LINT_ORDERED || !l->ours.seen)
		return false;
	if (l->tsvals_lost && seq_ge(ecr, l->lost_lo) && seq_le(ecr, l->lost_hi))
		return false;
	for (uint8_t i = 0; i < l->n_tsvals; i++)
		if (l->tx_tsval[i].value == ecr)
			return seq_gt(l->tx_tsval[i].seq, g->s->ack);
	return false;
}

/* ---- SACK ---- */

static bool sack_not_permitted(const struct lint *l, const struct lint_seg *g)
{
	(void)g;
	return not_offered(l, OFFER_SACK);
}

static bool sack_length(const struct lint *l, const struct lint_seg *g)
{
	(void)l;
	return !g->opt[TCP_OPT_SACK]->known && g->opts_whole;
}

static struct lint_range block(const struct lint_seg *g, int i)
{
	const struct tcp_opt *o = g->opt[TCP_OPT_SACK];

	return (struct lint_range){ o->sack.block[i].left, o->sack.block[i].right };
}

static int n_blocks(const struct lint_seg *g)
{
	return g->opt[TCP_OPT_SACK]->sack.n;
}

static bool is_within(const struct lint_range *in, const struct lint_range *out)
{
	return seq_ge(in->left, out->left) && seq_le(in->right, out->right);
}

static bool sack_empty(const struct lint *l, const struct lint_seg *g)
{
	(void)l;
	for (int i = 0; i < n_blocks(g); i++)
		if (!seq_lt(block(g, i).left, block(g, i).right))
			return true;
	return false;
}

/*
 * The octet that the ACK names has not been received, so no block holds it; and
 * only the first may tell of what lies below, received twice (RFC 2883 4).
 */
static bool sack_below_ack(const struct lint *l, const struct lint_seg *g)
{
	(void)l;
	for (int i = 0; i < n_blocks(g); i++) {
		struct lint_range b = block(g, i);

		if (seq_le(b.left, g->s->ack) && (i > 0 || seq_gt(b.right, g->s->ack)))
			return true;
	}
	return false;
}

/*
 * No octet is in two blocks, but for a duplicate's.  Blocks that only touch are
 * one, strictly (RFC 2018 3: "isolated"), but a receiver keeps few blocks (4) and
 * may have forgotten that it has what is between; no key word asks it to join them.
 */
static bool sack_overlap(const struct lint *l, const struct lint_seg *g)
{
	(void)l;
	for (int i = 0; i < n_blocks(g); i++) {
		struct lint_range a = block(g, i);

		for (int k = i + 1; k < n_blocks(g); k++) {
			struct lint_range b = block(g, k);
			bool duplicate = i == 0 && is_within(&a, &b);

			if (seq_lt(a.left, b.right) && seq_lt(b.left, a.right) && !duplicate)
				return true;
		}
	}
	return false;
}

static bool sack_of_nothing(const struct lint *l, const struct lint_seg *g)
{
	uint32_t slack = l->path & LINT_ORDERED ? 0 : LINT_SKEW;

	if ((l->path & LINT_PARTIAL) || !l->tx_known || l->tx_wild)
		return false;
	for (int i = 0; i < n_blocks(g); i++) {
		struct lint_range b = block(g, i);

		if (seq_gt(b.right, l->tx_hi + slack))
			return true;
		if (l->ours.seen && seq_lt(b.left, l->tx_lo))
			return true;
		if (!slack && !l->tx_holes_lost && lint_ranges_touch(&l->tx_hole, b.left, b.right))
			return true;
	}
	return false;
}

int lint_holds_fresh(const struct lint *l, const struct lint_seg *g, int from)
{
	for (int i = from; l->fresh_known && i < n_blocks(g); i++) {
		struct lint_range b = block(g, i);

		if (is_within(&l->fresh, &b))
			return i;
	}
	return -1;
}

/*
 * Nothing came after the other end's last segment, whose octets were all new: the
 * first ACK that tells of it has it in the first block, unless it moves on.
 */
static bool sack_not_first(const struct lint *l, const struct lint_seg *g)
{
	return l->path == LINT_ORDERED && l->ack_known && g->s->ack == l->ack &&
		!(g->has & HAS_DATA) && lint_holds_fresh(l, g, 0) > 0;
}

/* ---- window, octets ---- */

/* By less than one unit of the scaled field: rounding (RFC 7323 2.4). */
static bool window_shrunk(const struct lint *l, const struct lint_seg *g)
{
	const struct segment *s = g->s;
	int shift = lint_window_shift(l);
	uint32_t right, unit;

	if (shift < 0 || !l->right.known)
		return false;
	unit = UINT32_C(1) << shift;
	right = s->ack + ((uint32_t)s->window << shift);
	if (!seq_lt(right + unit - 1, l->right.value))
		return false;
	if (l->path == LINT_ORDERED && !g->again)
		return seq_ge(s->ack, l->ack);
	return lint_is_later(l, g, &l->right, lint_own_stamp(g));
}

static bool octets_differ(const struct lint *l, const struct lint_seg *g)
{
	const struct segment *s = g->s;

	/* MAY-6: a keep-alive's octet is any.  A reset's are no text (3.5.3). */
	return g->again && !lint_is_keepalive(l, s) && !(g->has & HAS_RST) &&
		lint_text_differs(&l->text, lint_text_seq(s), s->data, s->data_len);
}

#define SYN_ACK (HAS_SYN | HAS_ACK)

/* clang-format off */
const struct lint_rule lint_rules[] = {
	{ "checksum", "rfc9293:MUST-2", LEVEL_MUST,
	  "its checksum is wrong", HAS_DEFECT, bad_checksum },
	{ "ip-checksum", "rfc791:3.1-CHECKSUM", LEVEL_MUST,
	  "the checksum of its IP header is wrong", HAS_DEFECT, bad_ip_checksum },
	{ "data-offset", "rfc9293:3.1-HEADER", LEVEL_MUST,
	  "its data offset points outside the segment", HAS_DEFECT, bad_offset },
	{ "reserved-bits", "rfc9293:3.1-HEADER", LEVEL_MUST,
	  "reserved bits are not zero", 0, reserved_bits },
	{ "option-length", "rfc9293:MUST-68", LEVEL_MUST,
	  "an option has an impossible length", HAS_DEFECT, bad_option_length },
	{ "option-padding", "rfc9293:MUST-69", LEVEL_MUST,
	  "the padding after the options is not zero", HAS_DEFECT, padding },
	{ "option-twice", "rfc9293:3.2-TWICE", LEVEL_SHOULD,
	  "an option stands in it twice", HAS_TWICE, always },

	{ "mss-on-syn-only", "rfc9293:MUST-65", LEVEL_MUST,
	  "an MSS option outside a SYN", HAS_MSS, outside_syn },
	{ "mss-zero", "rfc9293:3.7.1-ZERO", LEVEL_SHOULD,
	  "an MSS option that permits no data at all", HAS_MSS, mss_zero },
	{ "window-scale-on-syn-only", "rfc7323:2.2-WS", LEVEL_MUST,
	  "a window scale option outside a SYN", HAS_WSCALE, outside_syn },
	{ "window-scale-unasked", "rfc7323:2.2-WS", LEVEL_MUST,
	  "a window scale option that the SYN did not offer",
	  SYN_ACK | HAS_WSCALE, wscale_not_offered },
	{ "window-scale-too-large", "rfc7323:2.3-SHIFT", LEVEL_MUST,
	  "a window scale beyond 14", HAS_SYN | HAS_WSCALE, wscale_too_large },
	{ "window-scale-changes", "rfc7323:2.1-FIXED", LEVEL_MUST,
	  "a repeated SYN with another window scale",
	  HAS_SOUND | HAS_SYN | HAS_WSCALE, wscale_changes },
	{ "sack-permitted-on-syn-only", "rfc2018:2-PERMITTED", LEVEL_MUST,
	  "a SACK-permitted option outside a SYN", HAS_SACK_OK, outside_syn },

	{ "ecn-unasked", "rfc3168:6.1.1-SETUP", LEVEL_MUST,
	  "an ECN-setup SYN,ACK although the SYN did not ask for it",
	  HAS_SOUND | SYN_ACK, ecn_not_offered },
	{ "ecn-half", "rfc3168:6.1.1-CLEAR", LEVEL_SHOULD,
	  "bits of ECN that neither ask for it nor answer", HAS_SOUND | HAS_SYN, ecn_half },
	{ "ecn-not-agreed", "rfc3168:6.1.1-BITS", LEVEL_SHOULD,
	  "bits of ECN although the SYNs did not agree on it",
	  HAS_SOUND | HAS_LATER, ecn_not_agreed },

	{ "timestamps-unasked", "rfc7323:3.2-TS", LEVEL_MUST,
	  "a timestamps option that the SYN did not offer", SYN_ACK | HAS_TS, ts_not_offered },
	{ "timestamps-not-agreed", "rfc7323:3.2-TS", LEVEL_SHOULD,
	  "a timestamps option although the SYNs did not agree on it",
	  HAS_LATER | HAS_TS, ts_not_agreed },
	{ "timestamps-missing", "rfc7323:R7323-TS-1", LEVEL_MUST,
	  "no timestamps option although both SYNs had one",
	  HAS_SOUND | HAS_LATER, ts_missing },
	{ "timestamp-backwards", "rfc7323:5.4-CLOCK", LEVEL_MUST,
	  "its timestamp is older than one that it sent before", HAS_TS_OK, ts_backwards },
	{ "timestamp-echo", "rfc7323:3.2-ECHO", LEVEL_MUST,
	  "it echoes a timestamp that was never sent", HAS_TS_OK, echo_of_nothing },
	{ "timestamp-echo-without-ack", "rfc7323:3.2-ECHO-ZERO", LEVEL_SHOULD,
	  "it has no ACK, but echoes a timestamp", HAS_SYN | HAS_TS, echo_without_ack },
	{ "timestamp-echo-backwards", "rfc7323:4.3-RECENT", LEVEL_MUST,
	  "it echoes an older timestamp than before", HAS_TS_OK, echo_backwards },
	{ "timestamp-echo-beyond-hole", "rfc7323:4.3-RECENT", LEVEL_MUST,
	  "it echoes the timestamp of a segment beyond what it acknowledges",
	  HAS_TS_OK, echo_beyond_hole },

	{ "sack-not-permitted", "rfc2018:4-SACK", LEVEL_MUST,
	  "a SACK option that the other end's SYN did not permit", HAS_SACK, sack_not_permitted },
	{ "sack-on-syn", "rfc2018:3-ESTABLISHED", LEVEL_MUST,
	  "a SACK option on a SYN", HAS_SYN | HAS_SACK, always },
	{ "sack-length", "rfc2018:3-BLOCKS", LEVEL_MUST,
	  "a SACK option that does not hold one to four blocks",
	  HAS_SACK, sack_length },
	{ "sack-empty", "rfc2018:3-BLOCKS", LEVEL_MUST,
	  "a SACK block that ends where it begins or before", HAS_BLOCKS, sack_empty },
	{ "sack-below-ack", "rfc2018:3-BLOCKS", LEVEL_MUST,
	  "a SACK block that its ACK has reached", HAS_BLOCKS, sack_below_ack },
	{ "sack-overlap", "rfc2018:3-BLOCKS", LEVEL_MUST,
	  "SACK blocks that overlap", HAS_BLOCKS, sack_overlap },
	{ "sack-of-nothing", "rfc2018:3-BLOCKS", LEVEL_MUST,
	  "a SACK block of what was never sent", HAS_BLOCKS, sack_of_nothing },
	{ "sack-first-block", "rfc2018:R2018-SACK", LEVEL_MUST,
	  "its first SACK block lacks the segment that came last", HAS_BLOCKS, sack_not_first },

	{ "window-shrunk", "rfc9293:SHLD-14", LEVEL_SHOULD,
	  "the right edge of its window moved to the left",
	  HAS_SOUND | HAS_LATER | HAS_ACK, window_shrunk },
	{ "retransmission-differs", "rfc9293:3.4-OCTETS", LEVEL_MUST,
	  "it sends again, but not the same octets", HAS_SOUND | HAS_DATA, octets_differ },
	{ "syn-and-fin", "rfc9293:3.5-SYN-FIN", LEVEL_MUST,
	  "SYN and FIN in one segment", HAS_SYN, syn_fin },
	{ "reset-form", "rfc9293:3.5.2-FORM", LEVEL_MUST,
	  "a reset with SYN or FIN", HAS_RST, rst_with_syn_fin },
};
/* clang-format on */
const size_t lint_n_rules = sizeof(lint_rules) / sizeof(lint_rules[0]);
_Static_assert(sizeof(lint_rules) / sizeof(lint_rules[0]) <= 64, "a bit for each");
