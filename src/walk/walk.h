/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walk: a plan, walked along a trace.
 *
 * Theory of operation
 *
 * A walk is the one interpreter of plans.  The engine feeds it each packet as it
 * is captured and asks what to do next; verify feeds it the saved trace and
 * collects what it found.  Both see the same steps taken at the same packets,
 * because a walk knows nothing but the plan, the packets in capture order and
 * the time up to which the capture was watched.
 *
 * Phases:
 *
 *   STEPS ----> CONFIRM ----> CLEANUP ----> DONE
 *     |            |             ^
 *     +-> ALIVE <--+             |
 *           +--------------------+
 *
 * STEPS walks the plan.  CONFIRM is the closing probe: if the plan ends with a
 * claim about the target's state, a segment is sent that tells such a state
 * from its opposite (an octet of old data draws an ACK with exact numbers from
 * every synchronized state; an ACK draws a reset from CLOSED and LISTEN).
 * ALIVE asks, after an answer that never came, whether the target answers at
 * all: only then is silence its fault; and after a reset, whether anybody still
 * listens.  CLEANUP resets the connection.
 *
 * An app step is complete when the application has answered; segments that came
 * after it was asked are kept for the next expectation.
 *
 * A send step is complete when its segment is seen in the capture.  A segment
 * of the target is compared with the step that waits (and, behind optional
 * steps, with those after them); if it does not match it is tolerated if the
 * model permits it and is a finding otherwise.  An answer that the model has to come
 * is owed, whether or not the case expects it (debt.c).  Segments that arrive while the
 * walk is not waiting for any are kept in a short backlog for the next
 * expectation.
 *
 * A silence ends when its time is over, or where the set-up of the run allows it (the
 * path keeps order) when a fence that was sent after the segment in question has been
 * answered; fence.c says when that is sound.
 *
 * Times: `within` and `after` count from the capture time of the packet that
 * completed the step before.
 *
 * Invariants: time never goes back; a step is completed at most once; findings
 * are only added.
 */
#ifndef WALK_WALK_H
#define WALK_WALK_H

#include "base/arena.h"
#include "match/match.h"
#include "model/lint.h"
#include "model/model.h"
#include "plan/plan.h"
#include "trace/trace.h"

enum finding_kind {
	FINDING_NO_ANSWER,    /* no segment matched an expectation in time */
	FINDING_LATE,	      /* the right segment, after the deadline */
	FINDING_EARLY,	      /* the right segment, before `after` */
	FINDING_UNEXPECTED,   /* a segment that no expectation takes and the
				   model does not permit */
	FINDING_NOT_SILENT,   /* a segment where silence was required */
	FINDING_STATE,	      /* a state claim that the packets contradict */
	FINDING_LINT,	      /* an invariant every segment must keep */
	FINDING_DEAD,	      /* the target stopped answering */
	FINDING_PRECONDITION, /* a step of `reach` was not met */
	FINDING_ALTERNATIVE,  /* an alternative that breaks a weaker requirement */
	FINDING_FAULT,	      /* trouble on our side */
	FINDING_APP,	      /* a call of the target's application answered wrongly */
	FINDING_CANNOT,	      /* the upper tester has no such primitive */
	FINDING_N
};

/* A finding as facts; verify makes the words. */
struct walk_finding {
	enum finding_kind kind;
	enum req_level level;
	uint16_t step;	   /* plan step, or TRACE_STEP_* */
	int32_t packet;	   /* offending or nearest, or -1 */
	int64_t since_ns;  /* when the step before was complete */
	int64_t waited_ns; /* NO_ANSWER, LATE: from then on */
	uint16_t states;   /* STATE: what the model holds possible */
	uint16_t asked;	   /* STATE of `confirm`: what it held possible; states: what
			      the answers leave; otherwise 0 */
	int8_t claim;	   /* STATE: enum tcp_state */
	uint8_t lint;	   /* LINT: index into lint_rules */
	uint8_t fault;	   /* FAULT: enum trace_fault_kind, or FAULT_NONE */
	int32_t app;	   /* APP, CANNOT, PRECONDITION: answer in the trace, or -1 */
	bool has_violation, has_diff;
	bool by_reset;			  /* a reset of the target is what went wrong */
	const struct model_row *row;	  /* the model's reason to expect something, or NULL */
	uint16_t answers;		  /* with it: what would have been right; 0: silence */
	bool silent;			  /* ... or silence as well */
	struct model_violation violation; /* UNEXPECTED */
	struct match_result diff;	  /* from the expectation, if it was waiting */
	const char *note;		  /* static, more words, or NULL */
};
#define WALK_MAX_FINDINGS 8

enum step_status {
	STEP_NOT_REACHED,
	STEP_DONE,
	STEP_SKIPPED, /* optional, or another branch was taken */
	STEP_FAILED,
};
struct step_result {
	enum step_status status;
	int packet;    /* that sent or satisfied it, or -1 */
	int64_t at_ns; /* when it was complete */
	bool fenced;   /* silence was proven by a fence, before its time was over */
};

enum walk_phase {
	WALK_STEPS,
	WALK_CONFIRM,
	WALK_ALIVE,
	WALK_CLEANUP,
	WALK_DONE
};

/* A probe in progress: the closing probe, a liveness probe, one of `confirm`. */
enum probe_kind {
	PROBE_HANDSHAKE, /* SYN on a flow of its own */
	PROBE_OLD_DATA,	 /* an old octet draws an ACK */
	PROBE_ACK,	 /* an ACK draws a reset */
	PROBE_LISTENER,	 /* as HANDSHAKE, to the port under test */
	PROBE_WRONG_ACK, /* an ACK of what was never sent */
	PROBE_PATIENCE,	 /* nothing: what is not acknowledged comes again */
	PROBE_N
};
struct walk_probe {
	enum probe_kind kind;
	bool active;
	bool want_reset; /* HANDSHAKE: answered, now reset it */
	uint8_t flow;
	uint8_t tries;	   /* segments seen to leave */
	uint8_t saw;	   /* the answer: enum probe_answer */
	int64_t due_ns;	   /* when to try again, or give up */
	int32_t wrong;	   /* an answer with other numbers came; 0: none */
	uint32_t ack;	   /* ACK field that was sent */
	uint32_t peer_ack; /* HANDSHAKE: SEQ for the reset */
};

/* What the last segment of ours calls for, and the numbers then. */
struct walk_due {
	bool set;
	struct model_due what;
	uint32_t ack, end;	/* SEG.ACK, SEG.SEQ+SEG.LEN */
	bool reset;		/* it was one */
	uint32_t before, after; /* the target's RCV.NXT, without it and with it */
	int64_t at_ns;
	int32_t packet;
};

/* A segment whose answer ends a silence early (fence.c). */
struct walk_fence {
	bool bare;	 /* no text and no FIN was sent since a step that sent nothing */
	bool sends;	 /* since then a step has sent something */
	bool wanted;	 /* by this step, and has not left */
	bool sent;	 /* and is not answered */
	uint8_t flow;	 /* 0: none so far */
	uint16_t n;	 /* so many were wanted */
	uint32_t number; /* that it acknowledges */
};

/* An answer that must come, and has not (debt.c). */
struct walk_debt {
	const struct model_row *row;
	uint16_t answers, step; /* step: which sent what is to be answered */
	enum req_level level;
	uint32_t need; /* an acknowledgment has to cover this */
	int64_t since_ns;
};
#define WALK_MAX_DEBTS 8

/* `confirm: state` in progress. */
struct walk_confirm {
	uint16_t asked; /* set of states that the target has to be in one of */
	uint16_t left;	/* that the answers so far leave */
	uint8_t used;	/* set of enum probe_kind */
	bool fin_sent;	/* the target had sent its FIN when this began */
	int32_t packet; /* last answer, or -1 */
};

struct walk_backlog {
	uint32_t packet;
	uint32_t rcv_nxt, target_snd_nxt; /* before it was counted */
	bool suspect;
	bool old; /* a retransmission, or an acknowledgment that was delayed */
	struct model_violation violation;
};
#define WALK_MAX_BACKLOG 64

struct walk {
	const struct plan *plan;
	const struct trace *trace;
	struct tcb tcb;
	struct model model;
	struct lint lint;
	uint64_t lint_told; /* rules that were found broken */

	enum walk_phase phase;
	uint16_t step;
	int64_t ref_ns; /* completion of the step before */
	int64_t now_ns;
	bool asked; /* the application, for this step */
	int64_t asked_ns;
	size_t asked_packets; /* of the trace before the question of the step before */
	bool noise;	      /* one-of: a segment broke the silence */
	bool failed;	      /* the plan was left before its end */
	int failed_finding;   /* what ALIVE must settle, or -1 */
	uint8_t asked_again;  /* refused: 1 reset the connection, 2 ask once more */
	int8_t claim;	      /* last claim that still holds */
	uint16_t claim_step;
	int32_t confirmed; /* packet that answered the closing probe, or -1 */

	struct walk_probe probe;
	uint8_t flows; /* flows used so far */
	bool heard;    /* the target sent something */
	uint32_t owed; /* RCV.NXT of the target before our last segment */
	struct walk_due due;
	struct walk_debt debt[WALK_MAX_DEBTS]; /* the oldest first */
	uint8_t n_debts;
	bool unsure;	    /* something was taken, or dropped */
	int64_t refused_ns; /* what draws an ACK that stacks limit was sent last */
	int unasked;	    /* finding that rests on the target being alive, or -1 */
	struct walk_confirm confirm;
	struct walk_fence fence;
	int64_t limited_ns;	      /* last ACK of what was not acceptable: RFC 5961 7 */
	int64_t text_ns, text_gap_ns; /* last text, SYN or FIN of the target; since it came
					 before, if it repeats */
	bool again;		      /* the packet being looked at repeats text, SYN or FIN */
	int64_t syn_ns, rtt_ns;	      /* our SYN; how long its answer took, 0: not known */
	const char *choice[8];	      /* rows of the model that answers showed */
	uint8_t n_choices;

	int32_t nearest; /* packet, or -1 */
	struct match_result nearest_diff;
	struct walk_backlog backlog[WALK_MAX_BACKLOG];
	uint8_t n_backlog;

	struct bound_segment *bound; /* one for each step */
	struct step_result *result;  /* one for each step */
	/* The worst, in the order they came; one more place for the rest. */
	struct walk_finding finding[WALK_MAX_FINDINGS + 1];
	uint8_t n_findings;
	uint16_t alt[8];       /* alternatives taken: one-of steps ... */
	uint16_t alt_index[8]; /* ... and which */
	uint8_t n_alts;
	struct segment scratch; /* the packet being looked at */
};

/*
 * Starts a walk of @plan; @trace->setup must be complete, packets are added to
 * the trace as they come.  Per-step storage is taken from @arena.
 */
void walk_init(struct walk *w, const struct plan *plan,
	       const struct trace *trace, struct arena *arena);

/* Takes the next packet of the trace, @i.  Packets come in capture order. */
void walk_packet(struct walk *w, size_t i);

/*
 * Takes question or answer @i of the application, between the packets that it
 * stands between in the trace.
 */
void walk_app(struct walk *w, size_t i);

/* Takes all packets, questions and answers of a finished trace in their order. */
void walk_facts(struct walk *w);

/* The capture was watched up to @now_ns, and nothing else was there. */
void walk_time(struct walk *w, int64_t now_ns);

/* What the walk waits for. */
enum walk_want_kind {
	WANT_SEND,
	WANT_APP, /* the application is to be asked what plan step @step says */
	WANT_TIME,
	WANT_NOTHING
};
struct walk_want {
	enum walk_want_kind kind;
	uint16_t step;	  /* SEND: tag of the packet, step or TRACE_STEP_*; APP */
	uint8_t flow;	  /* SEND: 0, or a flow with a tester port of its own */
	int64_t until_ns; /* TIME: walk_time() beyond this changes something */
};
void walk_want(const struct walk *w, struct walk_want *want);

/*
 * Builds the segment for WANT_SEND.  Source port of flows above 0 is left to the
 * caller.  Returns 0, or -ENODATA if the case refers to what never came.
 */
int walk_segment(const struct walk *w, int64_t now_ns, struct segment *s);

#endif
