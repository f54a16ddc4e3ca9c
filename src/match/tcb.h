/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tester's own connection record, and what the wire tells of the target's.
 *
 * Every variable is named as in RFC 9293 section 3.3.1 and seen from the tester:
 * SND.* is what the tester sends, RCV.* what the target sends.  The target's
 * variables are deduced from its segments: its SND.NXT is the highest sequence
 * number seen plus one, its RCV.NXT the highest acknowledgment.
 *
 * The record only follows the packets that were captured.  A segment that the
 * tester bent on purpose (other sequence number, spoilt checksum) does not
 * advance SND.NXT: a correct peer would not have counted it either.
 *
 * Either end may open: what both SYNs offered is in use from the later one on.
 */
#ifndef MATCH_TCB_H
#define MATCH_TCB_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"
#include "wire/segment.h"

struct tcb {
	uint32_t iss, irs;
	uint32_t snd_una, snd_nxt, snd_wnd; /* snd_wnd already scaled */
	uint32_t rcv_nxt, rcv_wnd;	    /* rcv_wnd already scaled */
	uint32_t target_snd_nxt;	    /* highest SEG.SEQ + SEG.LEN seen */
	uint32_t last_ack;		    /* last ACK field we sent; 0: none */
	uint32_t ts_recent;		    /* last TSval from the target */
	uint32_t ts_offset;		    /* our TSval at time start_ns */
	int64_t start_ns;
	uint16_t mss;	     /* our default MSS option */
	uint16_t target_mss; /* from its SYN; 0: no option seen */
	uint16_t window;     /* our window field, unscaled */
	uint64_t offered[4]; /* option kinds in our SYN, as a bit set */
	struct tcb_syn {     /* ours with another number, not yet answered */
		bool set;
		uint32_t seq, end;
		uint64_t offered[4];
		bool ws, ts;
		uint8_t shift;
	} next;
	bool irs_known; /* a SYN came from the target */
	bool syn_sent;
	bool our_ws, our_ts;		 /* our SYN had the option */
	bool target_ws, target_ts;	 /* the target's had */
	bool ws_ok, ts_ok;		 /* both SYNs had it: in use */
	uint8_t our_shift, target_shift; /* target_shift: 0 unless in use */
	uint8_t target_wscale;		 /* of its SYN */
};

/* A closed connection whose ISS is chosen already. */
void tcb_init(struct tcb *t, uint32_t iss, uint16_t window, uint16_t mss);

/* Follows a captured segment of ours, or of the target. */
void tcb_tx(struct tcb *t, const struct segment *s);
void tcb_rx(struct tcb *t, const struct segment *s);

/* True if option @kind was in our SYN. */
bool tcb_offered(const struct tcb *t, uint8_t kind);

/* The tester's timestamp clock at @now_ns: one tick a millisecond. */
uint32_t tcb_ts_now(const struct tcb *t, int64_t now_ns);

/* Value of one variable: 0, or -ENODATA (irs before the target's SYN ...). */
int tcb_get(const struct tcb *t, enum plan_var var, int64_t now_ns, uint32_t *value);

/* One field of a segment as a number: 0, or -ENODATA (tsval without option). */
int segment_field(const struct segment *s, enum seg_field f, uint32_t *value);

#endif
