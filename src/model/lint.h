/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lint: invariants that every segment of a TCP keeps, whatever a case asks.
 * Each rule is one row: a label, a requirement, a predicate.
 *
 * A struct lint watches one end of one connection, the target; feed it what is
 * sent to that end with lint_tx() and what comes from it with lint_rx(), in the
 * order of the capture.  To judge both ends take two.
 *
 * A rule speaks up only where it is certain.  Between the capture and the target
 * packets may get lost and overtake each other, and the capture may begin in the
 * middle of the connection; what is not known is not judged.  That one segment
 * left before another is known from their acknowledgments, or from their
 * timestamps and echoes, since none of these goes back, not from their order in
 * the capture.
 */
#ifndef MODEL_LINT_H
#define MODEL_LINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/lint_text.h"
#include "plan/plan.h"
#include "wire/segment.h"

/* What the caller knows of the path and of the capture; bits. */
enum lint_path {
	LINT_ORDERED = 1, /* packets arrive, in the order in which they are captured */
	LINT_PARTIAL = 2, /* packets may have passed that the capture does not have */
};

/* What the SYNs of one end said; bits of what they offered. */
enum lint_offer {
	OFFER_WSCALE = 1,
	OFFER_TIMESTAMPS = 2,
	OFFER_SACK = 4,
	OFFER_ECN = 8, /* an ECN-setup SYN, or an answer with one of the bits */
	OFFER_AE = 16, /* RFC 9768: AE is not reserved here */
};
struct lint_syn {
	bool seen;
	bool first;	   /* it had no ACK: its end opened actively */
	uint8_t any, all;  /* enum lint_offer: in one of them, in each */
	uint8_t shift;	   /* of its window scale option, if any */
	uint32_t seq, end; /* its SEQ, and SEQ + SEG.LEN */
};

/*
 * The most of something that does not go back, and the segment that had it: its
 * ACK, and another value of it that does not go back either.
 */
struct lint_mark {
	bool known, acked, stamped;
	uint32_t value, ack, stamp;
	int64_t ts_ns;
};

#define LINT_MAX_TSVALS 8
/* A TSval of the other end, and the lowest SEG.SEQ that it came with. */
struct lint_tsval {
	uint32_t value, seq;
};

struct lint {
	struct arena *arena;
	uint8_t path; /* enum lint_path */
	struct lint_syn ours, theirs;
	struct lint_syn next; /* ours with another number, not answered yet */
	int64_t quiet_ns;     /* until then packets of an earlier connection may come */

	/* the target's */
	bool seq_known, ack_known;
	uint32_t snd_max;	/* after the last octet that it sent */
	uint32_t ack;		/* its highest acknowledgment */
	struct lint_mark right; /* furthest right edge of its window */
	struct lint_mark tsval, echo;
	struct lint_text text;

	/* the other end's */
	bool tx_known, tx_wild; /* its numbers are all over the place */
	bool tx_holes_lost;	/* too many holes to tell */
	uint32_t tx_lo, tx_hi;	/* all that it sent lies between */
	struct lint_ranges tx_hole;
	bool tx_ack_known;
	uint32_t tx_ack;	    /* its highest acknowledgment */
	bool fresh_known;	    /* its last segment had only new octets: */
	struct lint_range fresh;    /* these */
	uint8_t n_tsvals, tsval_at; /* kept, and where the next one goes */
	bool tsvals_lost;	    /* more of them, between lost_lo and lost_hi */
	struct lint_tsval tx_tsval[LINT_MAX_TSVALS];
	uint32_t ts_lo, ts_hi; /* of all */
	uint32_t lost_lo, lost_hi;
};

struct lint_seg;

struct lint_rule {
	const char *name;	 /* "mss-on-syn-only" */
	const char *requirement; /* "rfc9293:MUST-65" */
	enum req_level level;
	const char *what; /* what is wrong, without full stop */
	uint32_t needs;	  /* what the segment must have to be asked */
	bool (*broken)(const struct lint *l, const struct lint_seg *g);
};
extern const struct lint_rule lint_rules[];
extern const size_t lint_n_rules; /* at most 64 */

/*
 * A connection of which nothing is known yet; @path of enum lint_path.  Octets
 * are kept in @arena, or if that is NULL in memory that lint_fini() frees.
 */
void lint_init(struct lint *l, struct arena *arena, uint8_t path);
void lint_fini(struct lint *l);

/* A segment to the target was captured at @ts_ns. */
void lint_tx(struct lint *l, const struct segment *s, int64_t ts_ns);

/*
 * A segment of the target was captured at @ts_ns.  Returns the rules that it
 * breaks: bit i stands for lint_rules[i].
 */
uint64_t lint_rx(struct lint *l, const struct segment *s, int64_t ts_ns);

#endif
