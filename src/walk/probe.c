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
 */
#include <string.h>

#include "match/build.h"
#include "walk/internal.h"

#define PROBE_RETRY_NS INT64_C(600000000)
#define PROBE_TRIES 3

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

void probe_start(struct walk *w, enum probe_kind kind, int64_t t)
{
	struct walk_probe *p = &w->probe;

	memset(p, 0, sizeof(*p));
	p->kind = kind;
	p->active = true;
	p->due_ns = INT64_MAX;
	if (kind == PROBE_HANDSHAKE) {
		if (w->flows < UINT8_MAX)
			w->flows++;
		p->flow = w->flows;
		/* Nobody to ask: the question stays open, the walk goes on. */
		if (!w->trace->setup.alive_port) {
			p->tries = PROBE_TRIES;
			p->due_ns = t;
		}
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
	uint32_t old_ack = w->tcb.last_ack ? w->tcb.last_ack : ack;

	switch (p->kind) {
	case PROBE_HANDSHAKE:
		if (p->want_reset)
			build_plain(setup, env, TCP_RST, p->peer_ack, 0, s);
		else
			build_plain(setup, env, TCP_SYN, probe_iss(w), 0, s);
		s->n_opt = p->want_reset ? 0 : s->n_opt;
		s->dport = setup->alive_port;
		break;
	case PROBE_OLD_DATA:
		build_plain(setup, env, TCP_ACK, w->model.rcv_nxt - 2, old_ack, s);
		s->data = octet;
		s->data_len = 1;
		break;
	case PROBE_ACK:
		build_plain(setup, env, TCP_ACK, w->tcb.snd_nxt, ack, s);
		break;
	}
}

/* The probe's answer came, or will not come: on with the walk. */
static void probe_passed(struct walk *w, int32_t packet)
{
	w->probe.active = false;
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
			w->phase == WALK_CONFIRM
		? LEVEL_SHOULD
		: w->plan->level;

	w->probe.active = false;
	f = walk_find(w, kind, level, tag(w), -1);
	f->claim = w->phase == WALK_CONFIRM ? w->claim : TCP_STATE_NONE;
	f->waited_ns = PROBE_TRIES * PROBE_RETRY_NS;
	walk_fail(w, f);
}

static void claim_broken(struct walk *w, size_t packet, const char *note)
{
	struct walk_finding *f;

	w->probe.active = false;
	f = walk_find(w, w->phase == WALK_CONFIRM ? FINDING_STATE : FINDING_NOT_SILENT,
		      w->plan->level, tag(w), (int32_t)packet);
	f->claim = w->claim;
	f->note = note;
	walk_fail(w, f);
}

void probe_due(struct walk *w, int64_t due)
{
	struct walk_probe *p = &w->probe;

	w->now_ns = due > w->now_ns ? due : w->now_ns;
	if (p->tries < PROBE_TRIES) {
		p->due_ns = INT64_MAX; /* send once more */
		return;
	}
	if (p->kind != PROBE_HANDSHAKE && p->wrong)
		claim_broken(w, (size_t)p->wrong - 1,
			     "the probe's answer acknowledges less than was sent");
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
		p->peer_ack = s->ack;
		return;
	}
	/* Where a listener is needed, a closed port is no question of the case. */
	if (w->phase == WALK_ALIVE && (s->flags & TCP_RST) &&
	    !(w->plan->needs >> NEED_CLOSED_PORT & 1) && !plan_asks_app(w->plan))
		walk_refused(w);
	else
		probe_passed(w, -1);
}

static void rx_old_data(struct walk *w, size_t packet, const struct segment *s)
{
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

static void rx_ack(struct walk *w, size_t packet, const struct segment *s)
{
	if (!(s->flags & TCP_RST)) {
		claim_broken(w, packet, "the probe drew no reset: the connection is still there");
		return;
	}
	/*
	 * With an ACK it has the wrong form, which the model says and cases ask
	 * for (SA-CLOSED-3); that there is no connection it proves all the same.
	 */
	if (s->seq != w->probe.ack) {
		claim_broken(w, packet, "the reset's SEQ is not SEG.ACK");
		return;
	}
	probe_passed(w, (int32_t)packet);
}

void probe_rx(struct walk *w, size_t packet, const struct segment *s,
	      bool permitted)
{
	(void)permitted;
	if (!w->probe.active)
		return;
	/* Nothing was asked yet. */
	if (w->probe.tries == 0)
		return;
	switch (w->probe.kind) {
	case PROBE_HANDSHAKE:
		rx_handshake(w, s);
		break;
	case PROBE_OLD_DATA:
		rx_old_data(w, packet, s);
		break;
	case PROBE_ACK:
		rx_ack(w, packet, s);
		break;
	}
}
