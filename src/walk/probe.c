/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probes: segments that ask the target where it stands, outside the steps of
 * the case.
 *
 *   HANDSHAKE   SYN from a port of its own to a listening port; any answer
 *               proves the target alive; a SYN,ACK is reset at once.
 *   OLD_DATA    one octet left of the window draws an acknowledgment with
 *               ACK=RCV.NXT from every synchronized state and from SYN-RECEIVED
 *               (RFC 9293 3.10.7.4, first check).  It carries an octet because
 *               stacks limit the rate at which they answer empty ones (RFC 5961
 *               section 7), ends one short of RCV.NXT because some take what
 *               touches the window for acceptable, and acknowledges nothing
 *               new, so that it disturbs nothing wherever it is processed.
 *   ACK         an acknowledgment draws a reset from CLOSED and LISTEN
 *               (3.10.7.1, 3.10.7.2).
 *   LISTENER    as HANDSHAKE, to the port under test: tells LISTEN from CLOSED.
 *   WRONG_ACK   acknowledges what was never sent: SYN-RECEIVED answers with a
 *               reset of the form <SEQ=SEG.ACK> and stays (fifth check), later
 *               states with an ACK; it changes nothing in either.
 *   PATIENCE    sends nothing: a SYN or FIN that is not acknowledged comes again
 *               (3.8.1, 3.10.8), one that is does not.
 */
#include <string.h>

#include "match/build.h"
#include "walk/internal.h"

#define PROBE_RETRY_NS INT64_C(600000000)
#define PROBE_TRIES 3

/*
 * What each probe draws from each state.  The follower judges the numbers of what
 * comes by the rows of its table; here only the kind of answer counts.  An ACK
 * may be missing where RFC 5961 section 7 lets a target limit them; RFC 5961
 * section 5 lets SYN-RECEIVED look at the range of the ACK first.
 */
/* clang-format off */
static const uint8_t draws[PROBE_N][TCP_N_STATES] = {
	[PROBE_OLD_DATA] = {
		[TCP_CLOSED] = SAW_RESET,
		[TCP_LISTEN] = SAW_RESET,
		[TCP_SYN_SENT] = SAW_RESET,
		[TCP_SYN_RECEIVED] = SAW_ACK | SAW_SYN_ACK,
		[TCP_ESTABLISHED] = SAW_ACK,
		[TCP_FIN_WAIT_1] = SAW_ACK,
		[TCP_FIN_WAIT_2] = SAW_ACK,
		[TCP_CLOSE_WAIT] = SAW_ACK,
		[TCP_CLOSING] = SAW_ACK,
		[TCP_LAST_ACK] = SAW_ACK,
		[TCP_TIME_WAIT] = SAW_ACK,
	},
	[PROBE_ACK] = {
		[TCP_CLOSED] = SAW_RESET,
		[TCP_LISTEN] = SAW_RESET,
		[TCP_SYN_SENT] = SAW_RESET,
		[TCP_SYN_RECEIVED] = SAW_ANY & ~SAW_RESET,
		[TCP_ESTABLISHED] = SAW_ANY & ~SAW_RESET,
		[TCP_FIN_WAIT_1] = SAW_ANY & ~SAW_RESET,
		[TCP_FIN_WAIT_2] = SAW_ANY & ~SAW_RESET,
		[TCP_CLOSE_WAIT] = SAW_ANY & ~SAW_RESET,
		[TCP_CLOSING] = SAW_ANY & ~SAW_RESET,
		[TCP_LAST_ACK] = SAW_ANY & ~SAW_RESET,
		[TCP_TIME_WAIT] = SAW_ANY & ~SAW_RESET,
	},
	/* Nothing about the connection, only about the port. */
	[PROBE_LISTENER] = {
		[TCP_CLOSED] = SAW_RESET,
		[TCP_LISTEN] = SAW_SYN_ACK,
		[TCP_SYN_SENT] = SAW_ANY,
		[TCP_SYN_RECEIVED] = SAW_ANY,
		[TCP_ESTABLISHED] = SAW_ANY,
		[TCP_FIN_WAIT_1] = SAW_ANY,
		[TCP_FIN_WAIT_2] = SAW_ANY,
		[TCP_CLOSE_WAIT] = SAW_ANY,
		[TCP_CLOSING] = SAW_ANY,
		[TCP_LAST_ACK] = SAW_ANY,
		[TCP_TIME_WAIT] = SAW_ANY,
	},
	[PROBE_WRONG_ACK] = {
		[TCP_CLOSED] = SAW_RESET,
		[TCP_LISTEN] = SAW_RESET,
		[TCP_SYN_SENT] = SAW_RESET,
		[TCP_SYN_RECEIVED] = SAW_RESET | SAW_ACK,
		[TCP_ESTABLISHED] = SAW_ACK | SAW_NOTHING,
		[TCP_FIN_WAIT_1] = SAW_ACK | SAW_NOTHING,
		[TCP_FIN_WAIT_2] = SAW_ACK | SAW_NOTHING,
		[TCP_CLOSE_WAIT] = SAW_ACK | SAW_NOTHING,
		[TCP_CLOSING] = SAW_ACK | SAW_NOTHING,
		[TCP_LAST_ACK] = SAW_ACK | SAW_NOTHING,
		[TCP_TIME_WAIT] = SAW_ACK | SAW_NOTHING,
	},
	/* Text may wait for its acknowledgment where the FIN is not sent yet, and a SYN
	 * where the user closed in SYN-RECEIVED. */
	[PROBE_PATIENCE] = {
		[TCP_CLOSED] = SAW_NOTHING,
		[TCP_LISTEN] = SAW_NOTHING,
		[TCP_SYN_SENT] = SAW_AGAIN_SYN,
		[TCP_SYN_RECEIVED] = SAW_AGAIN_SYN,
		[TCP_ESTABLISHED] = SAW_AGAIN_TEXT | SAW_NOTHING,
		[TCP_FIN_WAIT_1] = SAW_AGAIN_TEXT | SAW_AGAIN_SYN,
		[TCP_FIN_WAIT_2] = SAW_NOTHING,
		[TCP_CLOSE_WAIT] = SAW_AGAIN_TEXT | SAW_NOTHING,
		[TCP_CLOSING] = SAW_AGAIN_TEXT | SAW_AGAIN_SYN,
		[TCP_LAST_ACK] = SAW_AGAIN_TEXT,
		[TCP_TIME_WAIT] = SAW_NOTHING,
	},
};
/* clang-format on */

unsigned int probe_draws(enum probe_kind kind, enum tcp_state state)
{
	return draws[kind][state];
}

static const struct {
	int8_t probe; /* enum probe_kind, or -1 */
} claims[TCP_N_STATES] = {
	[TCP_CLOSED] = { PROBE_ACK },
	[TCP_LISTEN] = { PROBE_ACK },
	[TCP_SYN_SENT] = { -1 },
	[TCP_SYN_RECEIVED] = { PROBE_OLD_DATA },
	[TCP_ESTABLISHED] = { PROBE_OLD_DATA },
	[TCP_FIN_WAIT_1] = { PROBE_OLD_DATA },
	[TCP_FIN_WAIT_2] = { PROBE_OLD_DATA },
	[TCP_CLOSE_WAIT] = { PROBE_OLD_DATA },
	[TCP_CLOSING] = { PROBE_OLD_DATA },
	[TCP_LAST_ACK] = { PROBE_OLD_DATA },
	[TCP_TIME_WAIT] = { PROBE_OLD_DATA },
};

int probe_for_claim(int8_t claim)
{
	return claim < 0 ? -1 : claims[claim].probe;
}

static bool is_handshake(enum probe_kind kind)
{
	return kind == PROBE_HANDSHAKE || kind == PROBE_LISTENER;
}

/* One of the probes of `confirm: state`. */
static bool confirms(const struct walk *w)
{
	return w->phase == WALK_STEPS && w->plan->step[w->step].kind == PLAN_CONFIRM;
}

void probe_start(struct walk *w, enum probe_kind kind, int64_t t)
{
	struct walk_probe *p = &w->probe;

	memset(p, 0, sizeof(*p));
	p->kind = kind;
	p->active = true;
	p->due_ns = INT64_MAX;
	if (kind == PROBE_PATIENCE) {
		p->tries = PROBE_TRIES;
		p->due_ns = confirm_patience(w, t);
	}
	if (!is_handshake(kind))
		return;
	if (w->flows < UINT8_MAX)
		w->flows++;
	p->flow = w->flows;
	/* Nobody to ask: the question stays open, the walk goes on. */
	if (kind == PROBE_HANDSHAKE && !w->trace->setup.alive_port) {
		p->tries = PROBE_TRIES;
		p->due_ns = t;
	}
}

bool probe_wants(const struct walk *w)
{
	const struct walk_probe *p = &w->probe;

	return p->active && (p->want_reset || p->due_ns == INT64_MAX);
}

static uint32_t probe_iss(const struct walk *w)
{
	return w->trace->setup.iss ^ (UINT32_C(0x9e3779b9) * w->probe.flow);
}

void probe_segment(const struct walk *w, const struct match_env *env,
		   struct segment *s)
{
	static const uint8_t octet[1] = { 0 };
	const struct trace_setup *setup = &w->trace->setup;
	const struct walk_probe *p = &w->probe;
	uint32_t ack = w->tcb.irs_known ? w->tcb.rcv_nxt : 0;
	bool early = w->model.states & STATE_BIT(TCP_SYN_RECEIVED);
	/* Nothing new; in SYN-RECEIVED that would draw a reset (3.5.2). */
	uint32_t old_ack = w->model.iss_known && !early ? w->model.snd_una : ack;

	switch (p->kind) {
	case PROBE_HANDSHAKE:
	case PROBE_LISTENER:
		if (p->want_reset)
			build_plain(setup, env, TCP_RST, p->peer_ack, 0, s);
		else
			build_plain(setup, env, TCP_SYN, probe_iss(w), 0, s);
		s->n_opt = p->want_reset ? 0 : s->n_opt;
		s->dport = p->kind == PROBE_LISTENER ? setup->target_port : setup->alive_port;
		break;
	case PROBE_OLD_DATA:
		build_plain(setup, env, TCP_ACK, w->model.rcv_nxt - 2, old_ack, s);
		s->data = octet;
		s->data_len = 1;
		break;
	case PROBE_ACK:
		build_plain(setup, env, TCP_ACK, w->tcb.snd_nxt, ack, s);
		break;
	case PROBE_WRONG_ACK:
		build_plain(setup, env, TCP_ACK, w->model.rcv_nxt, w->model.snd_nxt + 1, s);
		break;
	case PROBE_PATIENCE:
	case PROBE_N:
		break;
	}
}

/* The probe's answer came, or will not come: on with the walk. */
static void probe_passed(struct walk *w, int32_t packet)
{
	w->probe.active = false;
	if (confirms(w)) {
		confirm_answer(w, w->probe.saw, packet);
		return;
	}
	if (w->phase == WALK_STEPS) {
		walk_complete(w, w->step, packet, w->now_ns);
		return;
	}
	if (w->phase == WALK_CONFIRM)
		w->confirmed = packet;
	w->phase = WALK_CLEANUP;
}

static uint16_t tag(const struct walk *w)
{
	return w->phase == WALK_CONFIRM	 ? TRACE_STEP_CONFIRM
		: w->phase == WALK_ALIVE ? TRACE_STEP_ALIVE
					 : w->step;
}

static void probe_dead(struct walk *w)
{
	struct walk_finding *f;

	w->probe.active = false;
	f = walk_find(w, FINDING_DEAD, LEVEL_MUST, tag(w), -1);
	walk_fail(w, f);
}

/* The connection did not answer: is the target there at all? */
static void probe_unanswered(struct walk *w)
{
	enum finding_kind kind = FINDING_NO_ANSWER;
	struct walk_finding *f;
	/*
	 * "an acknowledgment should be sent": RFC 9293 3.10.7.4 leaves an
	 * unanswered old segment below a MUST; a missing reset is the state's.
	 */
	enum req_level level = w->probe.kind == PROBE_OLD_DATA &&
			(w->phase == WALK_CONFIRM || confirms(w))
		? LEVEL_SHOULD
		: w->plan->level;

	w->probe.active = false;
	f = walk_find(w, kind, level, tag(w), -1);
	f->claim = w->phase == WALK_CONFIRM || confirms(w) ? w->claim : TCP_STATE_NONE;
	f->waited_ns = PROBE_TRIES * PROBE_RETRY_NS;
	walk_fail(w, f);
}

static void claim_broken(struct walk *w, size_t packet, const char *note)
{
	struct walk_finding *f;

	w->probe.active = false;
	f = walk_find(w,
		      w->phase == WALK_CONFIRM || confirms(w) ? FINDING_STATE
							      : FINDING_NOT_SILENT,
		      w->plan->level, tag(w), (int32_t)packet);
	f->claim = w->claim;
	f->note = note;
	walk_fail(w, f);
}

static const char wrong_ack[] = "the probe's answer acknowledges less than was sent";
static const char wrong_reset[] = "the reset's SEQ is not SEG.ACK";

void probe_due(struct walk *w, int64_t due)
{
	struct walk_probe *p = &w->probe;

	w->now_ns = due > w->now_ns ? due : w->now_ns;
	if (p->tries < PROBE_TRIES) {
		p->due_ns = INT64_MAX; /* send once more */
		return;
	}
	if (confirms(w) && (p->kind == PROBE_PATIENCE || p->kind == PROBE_WRONG_ACK)) {
		p->saw = SAW_NOTHING;
		probe_passed(w, -1);
	} else if (p->kind != PROBE_HANDSHAKE && p->wrong)
		claim_broken(w, (size_t)p->wrong - 1,
			     p->kind == PROBE_ACK ? wrong_reset : wrong_ack);
	else if (p->kind != PROBE_HANDSHAKE)
		probe_unanswered(w);
	else if (!w->trace->setup.alive_port)
		probe_passed(w, -1);
	else
		probe_dead(w);
}

void probe_tx(struct walk *w, const struct segment *s, int64_t t)
{
	struct walk_probe *p = &w->probe;

	/* The probe before, once more, while its answer was on the way. */
	if ((p->kind == PROBE_OLD_DATA && !s->data_len) ||
	    (p->kind == PROBE_WRONG_ACK && s->data_len))
		return;
	if (p->want_reset) {
		/* Or one more SYN that crossed the answer. */
		if (!(s->flags & TCP_RST))
			return;
		p->want_reset = false;
		probe_passed(w, -1);
		return;
	}
	p->ack = s->ack;
	p->tries++;
	p->due_ns = t + PROBE_RETRY_NS;
}

static void rx_handshake(struct walk *w, const struct segment *s)
{
	struct walk_probe *p = &w->probe;

	if (p->want_reset)
		return;
	p->due_ns = INT64_MAX;
	if ((s->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK)) {
		p->want_reset = true;
		p->saw = SAW_SYN_ACK;
		p->peer_ack = s->ack;
		return;
	}
	p->saw = s->flags & TCP_RST ? SAW_RESET : SAW_ACK;
	/* Where a listener is needed, a closed port is no question of the case. */
	if (w->phase == WALK_ALIVE && (s->flags & TCP_RST) &&
	    !(w->plan->needs >> NEED_CLOSED_PORT & 1) && !plan_asks_app(w->plan))
		walk_refused(w);
	else
		probe_passed(w, -1);
}

static void rx_old_data(struct walk *w, size_t packet, const struct segment *s)
{
	w->probe.saw = s->flags & TCP_RST ? SAW_RESET : SAW_ACK;
	if ((s->flags & TCP_RST) && confirms(w)) {
		probe_passed(w, (int32_t)packet);
		return;
	}
	if (s->flags & TCP_RST) {
		claim_broken(w, packet, "the probe drew a reset: the connection is gone");
		return;
	}
	if (!(s->flags & TCP_ACK))
		return;
	/* Data or a repeated FIN with the right numbers is as good a proof.
	 * Perhaps sent before it saw all of ours: then wait for a better one. */
	if (s->ack != w->model.rcv_nxt)
		w->probe.wrong = (int32_t)packet + 1;
	else
		probe_passed(w, (int32_t)packet);
}

static void rx_wrong_ack(struct walk *w, size_t packet, const struct segment *s)
{
	w->probe.saw = s->flags & TCP_RST ? SAW_RESET : SAW_ACK;
	if (!segment_len(s))
		probe_passed(w, (int32_t)packet);
}

static void rx_patience(struct walk *w, size_t packet, const struct segment *s)
{
	w->probe.saw = s->flags & TCP_SYN ? SAW_AGAIN_SYN : SAW_AGAIN_TEXT;
	if (w->again || ((s->flags & TCP_SYN) && !(s->flags & TCP_ACK)))
		probe_passed(w, (int32_t)packet);
}

/* @permitted: the model has a reason for it. */
static void rx_ack(struct walk *w, size_t packet, const struct segment *s, bool permitted)
{
	w->probe.saw = SAW_RESET;
	if (!(s->flags & TCP_RST)) {
		claim_broken(w, packet, "the probe drew no reset: the connection is still there");
		return;
	}
	/*
	 * With an ACK it has the wrong form, which the model says and cases ask
	 * for (SA-CLOSED-3); that there is no connection it proves all the same.
	 */
	if (s->seq != w->probe.ack && permitted) {
		/* It answers something earlier: the probe's own answer is to come. */
		w->probe.wrong = (int32_t)packet + 1;
		return;
	}
	if (s->seq != w->probe.ack) {
		claim_broken(w, packet, wrong_reset);
		return;
	}
	probe_passed(w, (int32_t)packet);
}

void probe_rx(struct walk *w, size_t packet, const struct segment *s,
	      bool permitted)
{
	if (!w->probe.active)
		return;
	/* Nothing was asked yet. */
	if (w->probe.tries == 0)
		return;
	switch (w->probe.kind) {
	case PROBE_HANDSHAKE:
	case PROBE_LISTENER:
		rx_handshake(w, s);
		break;
	case PROBE_OLD_DATA:
		rx_old_data(w, packet, s);
		break;
	case PROBE_ACK:
		rx_ack(w, packet, s, permitted);
		break;
	case PROBE_WRONG_ACK:
		rx_wrong_ack(w, packet, s);
		break;
	case PROBE_PATIENCE:
		rx_patience(w, packet, s);
		break;
	case PROBE_N:
		break;
	}
}
