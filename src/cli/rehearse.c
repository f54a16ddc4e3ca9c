/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rehearsing a plan.
 *
 * The walk that runs and judges plans says what is to be sent; the answers are
 * made from what the plan expects, and where it leaves a field open from what a
 * correct peer would use.  Optional segments do not come, of alternatives the
 * first that is a segment does, and probes are answered as the claim wants it.
 */
#include "cli/rehearse.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "expr/expr.h"
#include "plan/plan_text.h"
#include "plan/target.h"
#include "run/setup.h"
#include "walk/walk.h"

#define TESTER_PORT 40000
#define TARGET_ISS UINT32_C(0x70000000)
#define STEP_NS 1000000 /* between two packets */
#define MAX_PACKETS 200
#define BYTES_PER_ROW 16

struct rehearsal {
	const struct plan *plan;
	struct trace trace;
	struct walk walk;
	struct arena *arena;
	int64_t now_ns;
	struct segment last; /* of ours */
	uint8_t packet[SEGMENT_PACKET_MAX];
	struct buf *out;
};

/* ---- showing ---- */

static void add_bytes(const uint8_t *p, size_t len, struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		if (i % BYTES_PER_ROW == 0)
			buf_printf(out, "%s      %04zx ", i ? "\n" : "", i);
		buf_printf(out, "%s%02x", i % 8 ? " " : "  ", p[i]);
	}
	buf_addc(out, '\n');
}

static void add_label(uint16_t step, struct buf *out)
{
	static const struct {
		uint16_t step;
		const char *name;
	} names[] = {
		{ TRACE_STEP_CONFIRM, "probe of the state" },
		{ TRACE_STEP_ALIVE, "liveness probe" },
		{ TRACE_STEP_CLEANUP, "clean-up" },
		{ TRACE_STEP_FENCE, "fence" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].step == step)
			buf_printf(out, "  (%s)", names[i].name);
}

static void take(struct rehearsal *r, const struct segment *s, enum trace_dir dir, uint16_t step,
		 uint8_t flow)
{
	size_t len = segment_encode(s, r->packet, sizeof(r->packet));
	struct segment seen;
	long i;

	r->now_ns += STEP_NS;
	i = trace_add(&r->trace, r->now_ns, dir, step, flow, r->packet, (uint32_t)len,
		      (uint32_t)len);
	if (i < 0)
		return;
	trace_decode(&r->trace, (size_t)i, &seen);
	buf_adds(r->out, dir == TRACE_TX ? "  > " : "  < ");
	segment_describe(&seen, r->out);
	add_label(step, r->out);
	buf_adds(r->out, dir == TRACE_TX ? "\n" : "  (assumed)\n");
	if (dir == TRACE_TX)
		add_bytes(r->packet, len, r->out);
	walk_packet(&r->walk, (size_t)i);
}

/* ---- answering ---- */

/* Where the next segment of the target stands; a SYN or FIN again where it stood. */
static uint32_t answer_seq(const struct model *m, uint16_t flags)
{
	if (!m->iss_known)
		return TARGET_ISS;
	if (flags & TCP_SYN)
		return m->iss;
	return flags & TCP_FIN && m->fin_sent ? m->fin_seq : m->snd_nxt;
}

/* A value for an option of which nothing is said but that it is there. */
static uint32_t option_preset(const struct rehearsal *r, uint8_t kind, uint8_t value)
{
	const struct tcp_opt *ours = segment_opt(&r->last, kind);

	if (kind == TCP_OPT_TIMESTAMPS && value)
		return ours ? ours->ts.val : 0;
	return kind == TCP_OPT_MSS ? 1460 : 7;
}

/* A segment from the target on the connection under test. */
static void answer_base(const struct rehearsal *r, uint16_t flags, struct segment *s)
{
	const struct trace_setup *setup = &r->trace.setup;
	const struct model *m = &r->walk.model;

	memset(s, 0, sizeof(*s));
	s->src = setup->target;
	s->dst = setup->tester;
	s->sport = r->last.dport;
	s->dport = r->last.sport;
	s->flags = flags;
	s->seq = answer_seq(m, flags);
	if (flags & TCP_ACK)
		s->ack = m->irs_known ? m->rcv_nxt : r->walk.tcb.snd_nxt;
	s->window = 65535;
	if (r->walk.tcb.ts_ok && !(flags & TCP_RST))
		tcp_opt_timestamps(&s->opt[s->n_opt++], option_preset(r, TCP_OPT_TIMESTAMPS, 0),
				   option_preset(r, TCP_OPT_TIMESTAMPS, 1));
}

/* A value that the matcher takes: false if it leaves the field open. */
static bool pick(const struct rehearsal *r, const struct matcher *m, uint32_t *v)
{
	struct match_env env = {
		.tcb = &r->walk.tcb, .bound = r->walk.bound, .now_ns = r->now_ns
	};
	const struct expr *e;

	switch (m->op) {
	case MATCH_EQ:
	case MATCH_IN:
	case MATCH_RANGE:
		e = m->arg[0];
		break;
	case MATCH_MASK:
		e = m->arg[1];
		break;
	default:
		return false;
	}
	return !expr_eval(e, match_env_get, &env, v);
}

static struct tcp_opt *find_option(struct segment *s, uint8_t kind)
{
	for (uint8_t i = 0; i < s->n_opt; i++)
		if (s->opt[i].kind == kind)
			return &s->opt[i];
	return NULL;
}

/* Each of the two values has a matcher of its own. */
static void put_timestamps(const struct rehearsal *r, struct tcp_opt *o, bool again, uint8_t value,
			   uint32_t v)
{
	uint32_t other = option_preset(r, TCP_OPT_TIMESTAMPS, !value);

	if (again)
		other = value ? o->ts.val : o->ts.ecr;
	tcp_opt_timestamps(o, value ? other : v, value ? v : other);
}

static void pick_option(const struct rehearsal *r, const struct plan_opt_match *om,
			struct segment *s)
{
	struct tcp_opt *known = find_option(s, om->kind), *o = known ? known : &s->opt[s->n_opt];
	uint32_t v = option_preset(r, om->kind, om->value);

	if (om->m.op == MATCH_ABSENT || om->m.op == MATCH_ANY)
		return;
	pick(r, &om->m, &v);
	switch (om->kind) {
	case TCP_OPT_MSS:
		tcp_opt_mss(o, (uint16_t)v);
		break;
	case TCP_OPT_WSCALE:
		tcp_opt_wscale(o, (uint8_t)v);
		break;
	case TCP_OPT_TIMESTAMPS:
		put_timestamps(r, o, known, om->value, v);
		break;
	case TCP_OPT_SACK_PERMITTED:
		tcp_opt_simple(o, om->kind);
		break;
	default:
		return;
	}
	s->n_opt += !known;
}

static const uint8_t zeros[65535];

static void answer_expect(const struct rehearsal *r, const struct plan_expect *e,
			  struct segment *s)
{
	uint32_t v = TCP_ACK;

	pick(r, &e->field[FIELD_FLAGS], &v);
	answer_base(r, (uint16_t)v, s);
	if (pick(r, &e->field[FIELD_SEQ], &v))
		s->seq = v;
	if (pick(r, &e->field[FIELD_ACK], &v))
		s->ack = v;
	if (pick(r, &e->field[FIELD_WINDOW], &v))
		s->window = (uint16_t)v;
	if (pick(r, &e->field[FIELD_DATA_LEN], &v) && v <= 1400) {
		s->data = zeros;
		s->data_len = v;
	}
	if (e->data_set) {
		s->data = e->data;
		s->data_len = e->data_len;
	}
	for (uint8_t i = 0; i < e->n_opt && s->n_opt < TCP_OPT_MAX; i++)
		pick_option(r, &e->opt[i], s);
}

/* The first of the answers that the model asks for; false if it asks for silence. */
static bool answer_model(const struct rehearsal *r, struct segment *s)
{
	const struct walk_due *d = &r->walk.due;
	uint16_t a = d->what.answers;

	if (a & ANS_ACK) {
		answer_base(r, TCP_ACK, s);
		s->ack = d->what.takes ? d->after : d->before;
	} else if (a & ANS_SYN_ACK) {
		answer_base(r, TCP_SYN | TCP_ACK, s);
		s->seq = TARGET_ISS;
	} else if (a & ANS_RST_ACK) {
		answer_base(r, TCP_RST | TCP_ACK, s);
		s->seq = 0;
		s->ack = d->end;
	} else {
		answer_base(r, TCP_RST, s);
		s->seq = a & ANS_RST_SEQ ? d->ack : r->walk.model.snd_nxt;
		s->ack = 0;
	}
	return a != 0;
}

/* The SYN or the FIN once more; false if nothing would come again. */
static bool answer_patience(const struct rehearsal *r, struct segment *s)
{
	uint16_t asked = r->walk.confirm.asked;
	bool syn = asked & STATE_BIT(TCP_SYN_RECEIVED);
	const uint16_t again = STATE_BIT(TCP_FIN_WAIT_1) | STATE_BIT(TCP_CLOSING) |
		STATE_BIT(TCP_LAST_ACK);

	answer_base(r, syn ? TCP_SYN | TCP_ACK : TCP_FIN | TCP_ACK, s);
	s->seq = r->walk.model.snd_nxt - 1;
	if (asked & STATE_BIT(TCP_SYN_SENT)) {
		answer_base(r, TCP_SYN, s);
		s->seq = r->walk.model.iss;
		s->ack = 0;
		return true;
	}
	return syn || (asked & again);
}

static void answer_reset(const struct rehearsal *r, struct segment *s)
{
	answer_base(r, TCP_RST, s);
	s->seq = r->last.ack;
	s->ack = 0;
}

static void answer_probe(const struct rehearsal *r, struct segment *s)
{
	const struct segment *probe = &r->last;

	const uint16_t gone = STATE_BIT(TCP_CLOSED) | STATE_BIT(TCP_LISTEN) |
		STATE_BIT(TCP_SYN_SENT);
	bool confirm = r->walk.phase == WALK_STEPS &&
		r->plan->step[r->walk.step].kind == PLAN_CONFIRM;

	switch (r->walk.probe.kind) {
	case PROBE_HANDSHAKE:
	case PROBE_LISTENER:
		answer_base(r, TCP_SYN | TCP_ACK, s);
		s->seq = TARGET_ISS;
		s->ack = probe->seq + 1;
		break;
	case PROBE_OLD_DATA:
		answer_base(r, TCP_ACK, s);
		if (confirm && (r->walk.confirm.asked & gone))
			answer_reset(r, s);
		break;
	case PROBE_WRONG_ACK:
		answer_base(r, TCP_ACK, s);
		if (r->walk.confirm.asked & STATE_BIT(TCP_SYN_RECEIVED))
			answer_reset(r, s);
		break;
	case PROBE_ACK:
		answer_reset(r, s);
		break;
	case PROBE_PATIENCE:
	case PROBE_N:
		break;
	}
}

static void not_before(struct rehearsal *r, int64_t ns)
{
	if (r->now_ns < ns)
		r->now_ns = ns;
}

/* What the walk waits for, or false if only time will do. */
static bool make_answer(struct rehearsal *r, struct segment *s, uint8_t *flow)
{
	const struct plan_step *st = &r->plan->step[r->walk.step];

	*flow = 0;
	if (r->walk.probe.active) {
		*flow = r->walk.probe.flow;
		if (r->walk.probe.kind == PROBE_PATIENCE)
			return answer_patience(r, s);
		answer_probe(r, s);
		return r->walk.probe.tries > 0;
	}
	if (r->walk.phase != WALK_STEPS)
		return false;
	for (uint16_t i = 0; st->kind == PLAN_ONE_OF && i < st->one_of.n; i++)
		if (r->plan->step[st->one_of.alt[i].first].kind == PLAN_EXPECT) {
			answer_expect(r, r->plan->step[st->one_of.alt[i].first].expect, s);
			return true;
		}
	if (st->kind == PLAN_MODEL)
		return answer_model(r, s);
	/* What may be absent is, where something must come after it. */
	while (st->kind == PLAN_EXPECT && st->optional &&
	       r->plan->step[st->next].kind == PLAN_EXPECT)
		st = &r->plan->step[st->next];
	if (st->kind != PLAN_EXPECT || st->optional)
		return false;
	not_before(r, r->walk.ref_ns + timer_sum_ns(&st->expect->after, &r->trace.setup.timers));
	answer_expect(r, st->expect, s);
	return true;
}

/* ---- the whole ---- */

static void set_up(struct rehearsal *r, uint64_t seed)
{
	struct trace_setup *s = &r->trace.setup;
	const char *missing;
	struct target lab;
	int port;

	target_init_lab(&lab);
	port = target_choose(&lab, r->plan->needs, &missing);
	ip_addr_parse(r->plan->family == 6 ? "2001:db8::2" : "192.0.2.2", &s->tester);
	ip_addr_parse(r->plan->family == 6 ? "2001:db8::1" : "192.0.2.1", &s->target);
	s->tester_port = TESTER_PORT;
	s->target_port = port > 0 ? (uint16_t)port : 7;
	s->alive_port = 7;
	s->mss = r->plan->family == 6 ? 1440 : 1460;
	s->seed = seed;
	setup_numbers(seed, r->plan->id, &s->iss, &s->ts_offset);
	r->trace.start_ns = r->now_ns;
}

static bool send_one(struct rehearsal *r, const struct walk_want *want)
{
	struct segment s;

	if (walk_segment(&r->walk, r->now_ns, &s)) {
		buf_adds(r->out, "  what follows needs values that only the target can give\n");
		return false;
	}
	if (want->flow)
		s.sport = (uint16_t)(TESTER_PORT + want->flow);
	r->last = s;
	take(r, &s, TRACE_TX, want->step, want->flow);
	return true;
}

static bool wait_one(struct rehearsal *r, const struct walk_want *want)
{
	struct segment s;
	uint8_t flow, findings = r->walk.n_findings;

	if (make_answer(r, &s, &flow)) {
		take(r, &s, TRACE_RX, TRACE_STEP_NONE, flow);
	} else {
		if (r->walk.phase == WALK_STEPS && !r->walk.probe.active) {
			buf_adds(r->out, "    ");
			plan_describe_step(r->plan, r->walk.step, r->out);
			buf_addc(r->out, '\n');
		}
		if (want->until_ns > r->now_ns)
			r->now_ns = want->until_ns;
		r->now_ns++;
		walk_time(&r->walk, r->now_ns);
	}
	if (r->walk.n_findings == findings)
		return true;
	buf_adds(r->out, "  what follows depends on the target's own answers\n");
	return false;
}

/* The application does what it is asked for, and receives what is wanted. */
static void ask_one(struct rehearsal *r, uint16_t step)
{
	const struct plan_app *a = r->plan->step[step].app;
	struct trace_app app = { .step = step, .call = (uint8_t)a->call };
	static const uint8_t nothing[TRACE_MAX_APP_BYTES];
	uint32_t wanted = a->call == APP_RECEIVE ? a->data_set ? a->data_len : a->bytes : 0;
	long i;

	buf_adds(r->out, "    ");
	plan_describe_step(r->plan, step, r->out);
	buf_addc(r->out, '\n');
	for (int k = 0; k < 2; k++) {
		app.ts_ns = r->now_ns += STEP_NS;
		app.answer = k;
		app.result = k ? a->result[0] : 0;
		app.len = k && wanted <= sizeof(nothing) ? wanted : 0;
		i = trace_add_app(&r->trace, &app, a->data_set ? a->data : nothing);
		if (i >= 0)
			walk_app(&r->walk, (size_t)i);
	}
}

static void walk_through(struct rehearsal *r)
{
	struct walk_want want;
	bool go_on = true;

	for (int i = 0; go_on && i < MAX_PACKETS; i++) {
		walk_want(&r->walk, &want);
		if (want.kind == WANT_NOTHING)
			return;
		if (want.kind == WANT_APP)
			ask_one(r, want.step);
		else
			go_on = want.kind == WANT_SEND ? send_one(r, &want) : wait_one(r, &want);
	}
}

void rehearse_plan(const struct plan *plan, uint64_t seed, struct buf *out)
{
	struct rehearsal *r = calloc(1, sizeof(*r));
	char tester[IP_ADDR_STRLEN], target[IP_ADDR_STRLEN];

	if (!r)
		log_panic("out of memory");
	r->plan = plan;
	r->out = out;
	r->arena = arena_new();
	r->now_ns = INT64_C(1000000000);
	trace_init(&r->trace);
	set_up(r, seed);
	buf_printf(out, "  bytes, if the tester is %s port %u and the target, %s port %u,\n",
		   ip_addr_str(&r->trace.setup.tester, tester, sizeof(tester)),
		   r->trace.setup.tester_port,
		   ip_addr_str(&r->trace.setup.target, target, sizeof(target)),
		   r->trace.setup.target_port);
	buf_printf(out, "  answers as hoped for, from the initial sequence number 0x%08x on:\n",
		   TARGET_ISS);
	walk_init(&r->walk, plan, &r->trace, r->arena);
	walk_through(r);
	trace_fini(&r->trace);
	arena_free(r->arena);
	free(r);
}
