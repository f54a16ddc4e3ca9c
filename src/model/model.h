/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The follower: knows by the table (table.h) which states the target can be in
 * and which segments it may send.
 *
 * Theory of operation
 *
 * The follower sees the connection under test from outside.  Every segment of
 * the tester is put through the table (table.c) in the order of the RFC's
 * checks, for each state that the target may be in; what comes out is the set
 * of states afterwards, and answers that the target may now give (a reset needs
 * such a permission, called a credit).  Every segment of the target is compared
 * with what a TCP in one of those states may send: its numbers first, then its
 * control bits.  What only the target's application decides (sending, closing)
 * is permitted wherever the state permits it, and moves the state on.
 *
 * Variables carry RFC 9293's names as the target sees them: RCV.NXT is what it
 * expects from the tester, SND.NXT what it sends next.  The target's RCV.NXT is
 * not visible; it lies between its last acknowledgment (rcv_nxt_lo) and the end
 * of what the tester sent in order (rcv_nxt).  Text beyond the window that it
 * told of may be taken all the same, since that may have grown: rcv_max.
 *
 * Where RFCs allow several reactions the table has a row for each and the set
 * of states holds every outcome.  On a path that may lose packets the state
 * before a segment of the tester stays possible.
 *
 * The follower follows one connection, whoever opens it.  It is used by walk (to
 * know unexpected segments), by verify, and for both ends of conversations that
 * others captured; it never sees a clock but the packets' own.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/table.h"
#include "plan/plan.h" /* enum req_level */
#include "wire/segment.h"

#define STATE_BIT(s) (1u << (s))

struct buf;

/* A permission to answer one segment of the tester. */
struct model_credit {
	uint16_t answers;
	uint32_t seq, ack; /* of RST_SEQ: seq; of RST_ACK: ack */
	const char *clause;
};
#define MODEL_MAX_CREDITS 64
#define MODEL_MAX_RANGES 8
#define MODEL_MAX_WAYS 16

/* A segment of ours, as far as the table looks at it. */
struct model_sent {
	int64_t ts_ns;
	uint32_t seq, ack, data_len, ts_val;
	uint16_t flags, window;
	uint8_t shift;
	bool ws, ts;
};
#define MODEL_MAX_SENT 6

/* Numbers of the connection before: late segments of it still carry them. */
struct model_past {
	bool set;
	uint32_t irs, rcv_nxt, iss, snd_nxt;
};

/* What our SYN says. */
struct model_syn {
	bool set;
	uint32_t irs, end; /* its SEQ, and SEQ + SEG.LEN */
	uint16_t window;
	bool ws, ts;
	uint8_t shift;
	uint32_t ts_val;
};

/*
 * Calls of the target's application, as an upper tester reports them (RFC 9293
 * 3.10.1 to 3.10.5).  SHUTDOWN is "no more data to send": CLOSE with receiving
 * left open, which looks the same from outside.  TIMEOUT is no call, but what its
 * user was told: the user timeout has ended the connection (3.10.8).
 */
enum model_call {
	MODEL_CALL_OPEN_PASSIVE,
	MODEL_CALL_OPEN_ACTIVE,
	MODEL_CALL_SEND,
	MODEL_CALL_RECEIVE,
	MODEL_CALL_CLOSE,
	MODEL_CALL_SHUTDOWN,
	MODEL_CALL_ABORT,
	MODEL_CALL_TIMEOUT,
	MODEL_N_CALLS
};

/*
 * What the tester's last segment calls for, in the states possible then.  A
 * choice that an RFC permits (an alternative of level `may`) does not weaken what
 * follows from it.
 */
struct model_due {
	uint16_t answers;	     /* set of enum model_answer: any of them, or ... */
	bool silent;		     /* ... nothing at all may follow */
	bool drops;		     /* without an answer the segment is always dropped */
	bool takes, keeps;	     /* an answer may cover its text and FIN; may not */
	bool opens;		     /* it is a SYN that may have been taken */
	enum req_level level;	     /* of the weakest of the rows taken */
	const struct model_row *row; /* for the clause; NULL: none was taken */
	enum tcp_state from;	     /* where that way through the checks began */
	/* The ways through the checks: what each answers, by which row, and the set
	 * of states that it leads to. */
	struct {
		uint16_t answers, states;
		const struct model_row *row;
	} choice[MODEL_MAX_WAYS];
	uint8_t n_choices;
	bool more; /* than there is room for */
};

/*
 * A sequence number that only grows, and how far it was behind a while ago: what
 * is still on its way may carry any number from there on.  Counted in 64 bits,
 * since a fast path goes around the 32 in less than that while.
 */
struct model_trail {
	uint64_t now, was, before; /* low 32 bits: the number */
	int64_t turned_ns;	   /* `was` is from then, `before` older */
	bool set;
};

/*
 * What a follower of a capture from anywhere knows (anywhere.c).  Numbers of the
 * target are lower bounds, since what it sent may have been lost before the
 * capture; what it received is bounded from above by what passed the capture.
 */
#define MODEL_ACKS 8
struct model_anywhere {
	bool iss_exact, irs_exact;     /* the SYN was seen */
	bool scale_known;	       /* of our windows: both SYNs were seen */
	bool offered;		       /* offered_right is set */
	bool syn_cut;		       /* a SYN was not captured as far as its options */
	bool shrunk;		       /* our right edge moved to the left */
	bool syn_again;		       /* our SYN, since its SYN,ACK */
	bool heard;		       /* anything of the other end */
	bool refused;		       /* by our reset: a doubled SYN starts anew */
	bool ended;		       /* it sent a reset of any kind */
	bool reset;		       /* the target aborted, at reset_ns */
	bool opened;		       /* it sent something after its SYN */
	bool syn_acked;		       /* our acknowledgment of its SYN was looked at, */
	bool fin_acked;		       /* ... and of its FIN */
	int64_t start_ns;	       /* of what we know of this connection */
	int64_t reset_ns, zero_ns;     /* our window was last zero */
	struct model_trail snd_nxt;    /* of the target */
	struct model_trail acked;      /* by the target */
	struct model_trail our_ack;    /* by us */
	uint32_t our_acks[MODEL_ACKS]; /* the latest that differ */
	uint8_t n_acks, next_ack;
};

struct model {
	const struct model_book *book;
	bool anywhere;		   /* a capture from anywhere is followed */
	struct model_anywhere any; /* only then */
	uint16_t states;	   /* set of states the target may be in */
	bool lossless;		   /* everything sent arrives, in order */
	bool unordered;		   /* or late, or twice: see late.c; set after model_init() */
	bool listens;		   /* the port does, when the connection is gone */
	bool active;		   /* the target sent the first SYN */

	/* A SYN that may have opened a new connection, while the old one may
	 * still be there: the numbers below are those of the old one. */
	struct model_syn again;
	bool old_alive; /* the old one may be; or it only crosses the SYN */

	/* receiving side of the target */
	bool irs_known;
	uint32_t irs; /* our ISS, as it sees it */
	uint32_t rcv_nxt, rcv_nxt_lo;
	uint32_t syn_end;   /* of what our SYN carried: kept, or not */
	uint32_t rcv_max;   /* it may have taken as much, against all odds */
	bool fin_max;	    /* our FIN ends there */
	uint32_t rcv_right; /* furthest right edge it ever advertised */
	bool rcv_wnd_known;
	bool fin_received; /* our FIN is in rcv_nxt */
	uint32_t fin_end;
	uint32_t snd_nxt_at_fin; /* the target's, when it took our FIN */
	struct {
		uint32_t left, right;
		bool fin;
	} range[MODEL_MAX_RANGES];
	uint8_t n_ranges; /* received beyond a hole */

	/* sending side of the target */
	bool iss_known;
	uint32_t iss, snd_una, snd_nxt;
	bool fin_sent;
	uint32_t fin_seq;
	uint32_t snd_wnd, max_snd_wnd;
	uint32_t offered_right; /* furthest right edge we ever offered */
	/* SND.NXT and acknowledgment before they last moved, and when: a
	 * segment that was overtaken on the way still carries them. */
	uint32_t snd_nxt_was, rcv_nxt_was;
	int64_t snd_moved_ns, rcv_moved_ns;
	int64_t iss_ns; /* when the latest SYN,ACK came */
	uint8_t our_shift, target_shift;
	bool our_ws, their_ws, ws_ok;
	bool our_ts, their_ts, ts_ok;
	uint16_t syn_window; /* of the target's own SYN, never scaled */
	uint32_t ts_max;     /* newest value of our timestamps */

	uint16_t before;      /* states before the last change, and when: */
	int64_t changed_ns;   /* what was sent then may still arrive */
	int64_t last_ns;      /* time of the last packet */
	int64_t time_wait_ns; /* when TIME-WAIT was entered; 0: not */

	struct model_credit credit[MODEL_MAX_CREDITS];
	uint8_t n_credits;
	struct model_due due;

	struct model_past past;
	/* Our latest segments, where they may arrive again (late.c). */
	struct model_sent sent[MODEL_MAX_SENT];
	uint8_t n_sent;
};

/*
 * Starts with the target in @state (LISTEN or CLOSED), by the default book;
 * another may be put into m->book right after.
 */
void model_init(struct model *m, enum tcp_state state, bool lossless);

/* A segment of the tester was seen on the wire. */
void model_tx(struct model *m, const struct segment *s, int64_t ts_ns);

/*
 * The target's application is about to make @call, or has just made it: what the
 * call leads to is possible from now on.  To be told before the first segment
 * that the call may cause is given to model_rx().  Nothing that was possible
 * before ends with it, since nobody knows when the call takes effect.
 */
void model_app(struct model *m, enum model_call call, int64_t ts_ns);

/*
 * The same for an end of a conversation that somebody captured, anywhere on its
 * path and perhaps from its middle on.  @m knows nothing at first; the end's
 * segments go to model_rx(), those of the other end to model_tx().  Loss,
 * duplication and reordering on either side of the capture are no violations.
 *
 * The port numbers stand for one connection: when the same ports are used again,
 * the caller starts another follower.
 */
void model_init_anywhere(struct model *m);

/*
 * A segment of the other end that belongs to an earlier connection of the same
 * ports: all it can do is draw a reset or an ACK.
 */
void model_stray_tx(struct model *m, const struct segment *s, int64_t ts_ns);

/* What a violation rests on. */
enum model_proof {
	PROOF_SEEN,	/* on what was seen */
	PROOF_COMPLETE, /* on that the capture missed no segment of the other end */
	/* On what the other end says next: that it has not sent what is acknowledged
	 * (an empty segment with SEQ below `claimed`), or that its window ends before
	 * what was sent (at `claimed`).  Else the capture missed something. */
	PROOF_UNSENT,
	PROOF_SHUT,
};

/* Why a segment of the target is not permitted. */
struct model_violation {
	const char *clause; /* "SA-CLOSED-1"; requirement label or clause id */
	const char *rfc;    /* "rfc9293" */
	const char *what;   /* one sentence without full stop */
	enum req_level level;
	int8_t field; /* the offending enum seg_field, or -1 */
	bool has_value;
	uint32_t value; /* what it should have been, if has_value */

	enum model_proof proof;
	uint32_t claimed; /* PROOF_UNSENT, PROOF_SHUT: the number in question */

	/* What the target could have been in, and where its numbers stood. */
	uint16_t states;
	bool numbers;		 /* the three below are known */
	uint32_t snd_nxt;	 /* SND.NXT */
	uint32_t ack_lo, ack_hi; /* RCV.NXT is one of these */
};

/*
 * A segment of the target: true if permitted; otherwise false and @v says why.
 * Follows the segment in either case.
 */
bool model_rx(struct model *m, const struct segment *s, int64_t ts_ns,
	      struct model_violation *v);

/*
 * What would have been permitted instead, appended to @out: "an ACK with
 * SEQ=0x00000002 and ACK=0x00000005, data, or a FIN".
 */
void model_permitted_str(const struct model_violation *v, struct buf *out);

/*
 * The last segment of the tester was answered with @answer (one enum model_answer),
 * or not at all (0): the ways that say otherwise are out.
 */
void model_answered(struct model *m, const struct model_due *due, uint16_t answer);

/* Something else than the segments proved that the target is in one of @states. */
void model_learn(struct model *m, uint16_t states);

/*
 * Where the window ends that our segment @s offers the target; to be asked only
 * after PROOF_SHUT, which rests on that the scale is known.
 */
uint32_t model_offered_right(const struct model *m, const struct segment *s);

/* True if the target may be in @state. */
bool model_possible(const struct model *m, enum tcp_state state);

/* True if the segment repeats sequence space that was sent before. */
bool model_is_retransmission(const struct model *m, const struct segment *s);

/* "CLOSE-WAIT or LAST-ACK", appended to @out. */
void model_states_str(uint16_t states, struct buf *out);

#endif
