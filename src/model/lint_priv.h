/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the rules of lint and the bookkeeping behind them share.
 */
#ifndef MODEL_LINT_PRIV_H
#define MODEL_LINT_PRIV_H

#include "model/lint.h"

/* What a segment has, as far as rules ask for it; bits. */
enum lint_has {
	HAS_SYN = 1u << 0,
	HAS_ACK = 1u << 1,
	HAS_RST = 1u << 2,
	HAS_LATER = 1u << 3, /* neither SYN nor RST */
	HAS_DATA = 1u << 4,
	HAS_DEFECT = 1u << 5,
	HAS_MSS = 1u << 6,
	HAS_WSCALE = 1u << 7,
	HAS_TS = 1u << 8,
	HAS_SACK = 1u << 9,
	HAS_SACK_OK = 1u << 10,
	HAS_TWICE = 1u << 11,  /* an option of one kind two times */
	HAS_SOUND = 1u << 12,  /* intact, and of this connection: numbers count */
	HAS_TS_OK = 1u << 13,  /* HAS_TS, SOUND, ACK and no RST */
	HAS_BLOCKS = 1u << 14, /* HAS_SACK of a right length, SOUND, ACK, not SYN */
};

/* A segment of the target as the rules see it. */
struct lint_seg {
	const struct segment *s;
	int64_t ts_ns;
	uint32_t has;					   /* enum lint_has */
	const struct tcp_opt *opt[TCP_OPT_TIMESTAMPS + 1]; /* the first of its kind */
	bool opts_whole;				   /* all options were captured */
	bool again;					   /* some of its octets were sent before */
};

/*
 * True if the segment surely left after the one of the mark: its acknowledgment or
 * its stamp is higher (@stamp: NULL if it has none), or nothing overtakes here and
 * it came long after.
 */
bool lint_is_later(const struct lint *l, const struct lint_seg *g, const struct lint_mark *m,
		   const uint32_t *stamp);

/* True if so, and @value is less than that of the mark all the same. */
bool lint_went_back(const struct lint *l, const struct lint_seg *g, const struct lint_mark *m,
		    uint32_t value, const uint32_t *stamp);

/* The segment's TSval, or NULL: a stamp for what has nothing to do with clocks. */
const uint32_t *lint_own_stamp(const struct lint_seg *g);

/*
 * The index, from @from on, of the SACK block that holds what the other end's last
 * segment brought, or -1.
 */
int lint_holds_fresh(const struct lint *l, const struct lint_seg *g, int from);

/* An octet that the target sends at its left edge to see whether we are there. */
bool lint_is_keepalive(const struct lint *l, const struct segment *s);

/* True if @value may be a TSval that the other end sent. */
bool lint_tsval_sent(const struct lint *l, uint32_t value);

/* SEG.SEQ of the text: behind the SYN. */
static inline uint32_t lint_text_seq(const struct segment *s)
{
	return s->seq + ((s->flags & TCP_SYN) != 0);
}

/* The shift of the target's window field, or -1 if that is not known. */
int lint_window_shift(const struct lint *l);

/* How far the capture's order may be wrong where LINT_ORDERED is not promised. */
#define LINT_SKEW (UINT32_C(1) << 20)

#endif
