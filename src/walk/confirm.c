/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `confirm: state`: probes until the answers leave no state that the target must
 * not be in, or none that it may be in.
 *
 * The states asked for are the one that the case claims, or else those that the
 * model holds possible.  Every answer takes away the states that do not give it
 * (probe.c has the table); the next probe is one that can tell a state asked for
 * from another that is left.  Probes that end a connection or move it on are not
 * among them, so the case goes on as if nothing had been asked.  What they
 * cannot tell apart: CLOSING from LAST-ACK, which differ only in what follows the
 * ACK of the FIN.
 */
#include <string.h>

#include "walk/internal.h"
#include "wire/seq.h"

#define ALL_STATES ((1u << TCP_N_STATES) - 1)
#define GONE (STATE_BIT(TCP_CLOSED) | STATE_BIT(TCP_LISTEN))
/* Something that was sent is not acknowledged: it comes again. */
#define UNACKED (STATE_BIT(TCP_SYN_SENT) | STATE_BIT(TCP_SYN_RECEIVED) | \
		 STATE_BIT(TCP_FIN_WAIT_1) | STATE_BIT(TCP_CLOSING) |    \
		 STATE_BIT(TCP_LAST_ACK))
#define HAS_OUR_FIN (STATE_BIT(TCP_CLOSE_WAIT) | STATE_BIT(TCP_CLOSING) | \
		     STATE_BIT(TCP_LAST_ACK) | STATE_BIT(TCP_TIME_WAIT))
#define SENT_ITS_FIN (STATE_BIT(TCP_FIN_WAIT_1) | STATE_BIT(TCP_FIN_WAIT_2) | \
		      STATE_BIT(TCP_CLOSING) | STATE_BIT(TCP_LAST_ACK) |      \
		      STATE_BIT(TCP_TIME_WAIT))

/*
 * How long nothing may come again before all counts as acknowledged: beyond the
 * first retransmission of a second (RFC 6298 2.1), or of the three of RFC 1122
 * 4.2.3.1 where one has to come; or beyond the next of a series that doubles.
 */
#define QUIET_NS INT64_C(1500000000)
#define AGAIN_NS INT64_C(4000000000)

static uint16_t asked_states(const struct walk *w)
{
	const struct model *m = &w->model;
	uint16_t s = m->states;

	if (w->claim != TCP_STATE_NONE && model_possible(m, (enum tcp_state)w->claim))
		s = (uint16_t)STATE_BIT(w->claim);
	/* Where the port listens, a connection that is gone leaves a listener. */
	if (m->listens && (s & STATE_BIT(TCP_CLOSED)))
		s |= STATE_BIT(TCP_LISTEN);
	return s;
}

static void begin(struct walk *w)
{
	w->confirm = (struct walk_confirm){
		.asked = asked_states(w),
		.left = ALL_STATES & ~(w->model.active ? 0 : STATE_BIT(TCP_SYN_SENT)),
		.fin_sent = w->model.fin_sent,
		.packet = w->confirm.packet,
	};
}

/* A state asked for and another that is left answer @kind differently. */
static bool separates(const struct walk_confirm *c, enum probe_kind kind)
{
	for (int a = 0; a < TCP_N_STATES; a++) {
		if (!(c->left & c->asked & STATE_BIT(a)))
			continue;
		for (int b = 0; b < TCP_N_STATES; b++) {
			unsigned int draws = probe_draws(kind, (enum tcp_state)b);
			bool other = (c->left & STATE_BIT(b)) &&
				(kind != PROBE_LISTENER || !(c->asked & STATE_BIT(b)));

			if (other && draws != probe_draws(kind, (enum tcp_state)a))
				return true;
		}
	}
	return false;
}

static void confirmed(struct walk *w)
{
	uint16_t states = w->confirm.left & w->confirm.asked & w->model.states;

	if (states)
		model_learn(&w->model, states);
	w->claim = TCP_STATE_NONE;
	w->result[w->step].packet = w->confirm.packet;
	walk_complete(w, w->step, w->confirm.packet, w->now_ns);
}

static void ask_next(struct walk *w)
{
	static const enum probe_kind order[] = {
		PROBE_LISTENER, PROBE_WRONG_ACK, PROBE_PATIENCE
	};
	struct walk_confirm *c = &w->confirm;
	enum probe_kind first = w->model.iss_known ? PROBE_OLD_DATA : PROBE_ACK;

	if (!c->used) {
		c->used = (uint8_t)(1u << first);
		probe_start(w, first, w->now_ns);
		return;
	}
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if ((c->used >> order[i] & 1) || !separates(c, order[i]))
			continue;
		c->used |= (uint8_t)(1u << order[i]);
		probe_start(w, order[i], w->now_ns);
		return;
	}
	confirmed(w);
}

void confirm_start(struct walk *w, int64_t t)
{
	(void)t;
	w->confirm.packet = -1;
	begin(w);
	ask_next(w);
}

/* What the numbers of an acknowledgment tell, and what was seen of FINs before. */
static uint16_t by_numbers(const struct walk *w)
{
	const struct model *m = &w->model;
	uint16_t states = m->fin_sent ? SENT_ITS_FIN : (uint16_t)~SENT_ITS_FIN;

	/* The probe's answer acknowledges RCV.NXT. */
	return states & (m->fin_received ? HAS_OUR_FIN : (uint16_t)~HAS_OUR_FIN);
}

static uint16_t by_answer(const struct walk *w, unsigned int saw)
{
	uint16_t states = 0;

	for (int st = 0; st < TCP_N_STATES; st++) {
		if (probe_draws(w->probe.kind, (enum tcp_state)st) & saw)
			states |= (uint16_t)STATE_BIT(st);
	}
	if (w->probe.kind == PROBE_OLD_DATA && saw == SAW_ACK)
		states &= by_numbers(w);
	return states;
}

void confirm_answer(struct walk *w, unsigned int saw, int32_t packet)
{
	struct walk_confirm *c = &w->confirm;
	struct walk_finding *f;

	c->left &= by_answer(w, saw);
	if (packet >= 0)
		c->packet = packet;
	/* Its application closed meanwhile: another state, another question. */
	if (w->model.fin_sent && !c->fin_sent) {
		w->claim = TCP_STATE_NONE;
		begin(w);
	}
	if (c->left & c->asked) {
		ask_next(w);
		return;
	}
	f = walk_find(w, FINDING_STATE, w->plan->level, w->step, packet);
	f->claim = w->claim;
	f->asked = c->asked;
	f->states = c->left;
	walk_fail(w, f);
}

int64_t confirm_patience(const struct walk *w, int64_t t)
{
	int64_t wait = w->confirm.asked & UNACKED ? AGAIN_NS : QUIET_NS;
	int64_t gap = w->text_gap_ns / 2 * 5, due;

	if (gap > wait)
		wait = gap;
	if (!w->model.lossless)
		wait *= 2;
	due = (w->text_ns ? w->text_ns : t) + wait;
	return due > t ? due : t;
}
