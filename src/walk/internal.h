/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of this room share and nobody else needs.
 */
#ifndef WALK_INTERNAL_H
#define WALK_INTERNAL_H

#include "walk/walk.h"

/* Values for expressions at @now_ns. */
struct match_env walk_env(const struct walk *w, int64_t now_ns);

/* Adds a finding and returns it; when full a lesser one makes room, or this. */
struct walk_finding *walk_find(struct walk *w, enum finding_kind kind,
			       enum req_level level, uint16_t step,
			       int32_t packet);

/* What lint says of a segment of the target, once per rule. */
void walk_lint(struct walk *w, size_t packet, const struct segment *s);

/* The model does not permit @packet (the one in w->scratch). */
struct walk_finding *walk_find_unexpected(struct walk *w, size_t packet,
					  const struct model_violation *v);

/*
 * The model does not permit @packet, but step @taker (its alternative @alt, or
 * -1) takes it: a finding unless the case wants it so.
 */
void walk_find_taken(struct walk *w, int taker, int alt, size_t packet,
		     const struct model_violation *v);

/* How long @sum is for the target of this run, in ns. */
static inline int64_t walk_span(const struct walk *w, const struct timer_sum *sum)
{
	return timer_sum_ns(sum, &w->trace->setup.timers);
}

/* An expectation or alternatives. */
static inline bool walk_waits_for_segment(const struct plan_step *st)
{
	return st->kind == PLAN_EXPECT || st->kind == PLAN_ONE_OF;
}

/* Our segment @packet was sent; the target's RCV.NXT was @before (due.c). */
void due_note(struct walk *w, size_t packet, const struct segment *s, uint32_t before);

/* How a segment of the target stands to what the model asked for. */
enum due_fit {
	DUE_NOTHING, /* no answer: it may come at any time */
	DUE_RIGHT,
	DUE_WRONG, /* an answer, but another one */
};
/* To be asked before model_rx(). */
enum due_fit due_fit(const struct walk *w, const struct segment *s, bool old,
		     uint16_t *answer);
/* It came while `expect: model` waits. */
void due_rx(struct walk *w, size_t packet, enum due_fit fit, uint16_t answer,
	    bool permitted, const struct model_violation *v);
/* When waiting for it ends, and that it did. */
int64_t due_time(const struct walk *w);
void due_expired(struct walk *w);

/*
 * Answers that are owed (debt.c).  Our segment was sent, after due_note(), when the
 * target could be in @states; one of the target came, before model_rx(); the
 * application was asked.
 */
void debt_tx(struct walk *w, const struct segment *s, uint16_t step, uint16_t states);
void debt_rx(struct walk *w, const struct segment *s);
void debt_app(struct walk *w, enum app_call call);
/* When one is missing, INT64_MAX: none is; and that it is. */
int64_t debt_due(const struct walk *w);
void debt_expired(struct walk *w);

/* `confirm: state` (confirm.c). */
void confirm_start(struct walk *w, int64_t t);
/* How an answer to a probe looks; bits. */
enum probe_answer {
	SAW_ACK = 1 << 0,
	SAW_RESET = 1 << 1,
	SAW_SYN_ACK = 1 << 2,
	SAW_AGAIN_SYN = 1 << 3,	 /* a SYN once more */
	SAW_AGAIN_TEXT = 1 << 4, /* text or FIN once more */
	SAW_NOTHING = 1 << 5,
};
#define SAW_ANY 0x3f
/* @packet, -1 for none, answered the probe. */
void confirm_answer(struct walk *w, unsigned int saw, int32_t packet);
/* When PROBE_PATIENCE, begun at @t, is over. */
int64_t confirm_patience(const struct walk *w, int64_t t);

/* When time alone completes or fails the step, or a debt; INT64_MAX: never. */
int64_t walk_steps_due(const struct walk *w);

/* Leaves the plan: what comes next depends on what went wrong. */
void walk_fail(struct walk *w, struct walk_finding *f);

/* The liveness probe begins; it was refused with a reset. */
void walk_ask(struct walk *w);
void walk_refused(struct walk *w);

/* The last step is passed, and nothing is owed: on to the closing probe. */
void walk_end_plan(struct walk *w);

/* Goes to the step after @step, whose predecessor was complete at @t. */
void walk_enter(struct walk *w, uint16_t step, int64_t t);
void walk_complete(struct walk *w, uint16_t step, int32_t packet, int64_t t);

/* Application (app.c): the step has waited for an answer since it asked. */
int64_t walk_app_due(const struct walk *w);
void walk_app_expired(struct walk *w);

/* What came since the application was asked breaks a silence that begins now. */
void walk_app_silence(struct walk *w);

/* Done, if there is nothing to clean up. */
void walk_settle(struct walk *w);

/* Segments that came while nobody waited (backlog.c). */
void walk_backlog_add(struct walk *w, size_t packet, const struct tcb *before,
		      bool permitted, bool old, const struct model_violation *v);
/* Forgets the first @n; what the model does not permit of them is a finding. */
void walk_backlog_drop(struct walk *w, uint8_t n);

/*
 * Fences (fence.c).  A step of the case sent @s; a step that sends nothing is over; a
 * step begins that asks for silence.
 */
void fence_stimulus(struct walk *w, const struct segment *s);
void fence_forget(struct walk *w);
void fence_start(struct walk *w);
/* One is to be sent, and how it looks; one left; something came back. */
bool fence_wants(const struct walk *w);
void fence_segment(const struct walk *w, const struct match_env *env, struct segment *s);
void fence_tx(struct walk *w, uint8_t flow, const struct segment *s);
void fence_rx(struct walk *w, uint8_t flow, const struct segment *s);

/* Probes (probe.c). */
void probe_start(struct walk *w, enum probe_kind kind, int64_t t);
void probe_tx(struct walk *w, const struct segment *s, int64_t t);
void probe_rx(struct walk *w, size_t packet, const struct segment *s,
	      bool permitted);
void probe_due(struct walk *w, int64_t now_ns);
bool probe_wants(const struct walk *w);
void probe_segment(const struct walk *w, const struct match_env *env,
		   struct segment *s);
/* What each probe draws from a target in @state: set of enum probe_answer. */
unsigned int probe_draws(enum probe_kind kind, enum tcp_state state);
/* The closing probe for a claim, or -1 if there is none for that state. */
int probe_for_claim(int8_t claim);

#endif
