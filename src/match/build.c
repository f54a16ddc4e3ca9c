/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Building the tester's segments.
 */
#include "match/build.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* Everything but the option array, which is large and filled as needed. */
static void segment_clear(struct segment *s)
{
	memset(s, 0, offsetof(struct segment, opt));
	memset(&s->n_opt, 0, sizeof(*s) - offsetof(struct segment, n_opt));
}

static void address(struct segment *s, const struct trace_setup *setup)
{
	s->src = setup->tester;
	s->dst = setup->target;
	s->sport = setup->tester_port;
	s->dport = setup->target_port;
	s->ttl = 64;
	s->df = true;
}

static void add_timestamps(struct segment *s, const struct match_env *env)
{
	const struct tcb *t = env->tcb;

	if (!t->ts_ok || (s->flags & TCP_SYN))
		return;
	tcp_opt_simple(&s->opt[s->n_opt++], TCP_OPT_NOP);
	tcp_opt_simple(&s->opt[s->n_opt++], TCP_OPT_NOP);
	tcp_opt_timestamps(&s->opt[s->n_opt++], tcb_ts_now(t, env->now_ns),
			   t->ts_recent);
}

void build_plain(const struct trace_setup *setup, const struct match_env *env,
		 uint16_t flags, uint32_t seq, uint32_t ack, struct segment *s)
{
	segment_clear(s);
	address(s, setup);
	s->flags = flags;
	s->seq = seq;
	s->ack = flags & TCP_ACK ? ack : 0;
	s->window = env->tcb->window;
	if (flags & TCP_SYN)
		tcp_opt_mss(&s->opt[s->n_opt++], setup->mss);
	else if (!(flags & TCP_RST))
		add_timestamps(s, env);
}

static int eval(const struct expr *e, const struct match_env *env, uint32_t *v)
{
	return expr_eval(e, match_env_get, (void *)env, v);
}

static int build_opt(const struct plan_opt *po, const struct match_env *env,
		     struct tcp_opt *o)
{
	uint32_t v[2 * TCP_SACK_MAX] = { 0 };
	int r;

	if (po->body || (po->length >= 0 && !po->n_val)) {
		uint8_t len = po->length >= 0 ? (uint8_t)po->length
					      : (uint8_t)(po->body_len + 2);

		tcp_opt_raw(o, po->kind, len, po->body, po->body_len);
		return 0;
	}
	for (uint8_t i = 0; i < po->n_val && i < 2 * TCP_SACK_MAX; i++) {
		r = eval(po->val[i], env, &v[i]);
		if (r)
			return r;
	}
	switch (po->kind) {
	case TCP_OPT_MSS:
		tcp_opt_mss(o, (uint16_t)v[0]);
		break;
	case TCP_OPT_WSCALE:
		tcp_opt_wscale(o, (uint8_t)v[0]);
		break;
	case TCP_OPT_TIMESTAMPS:
		tcp_opt_timestamps(o, v[0], v[1]);
		break;
	case TCP_OPT_SACK:
		tcp_opt_sack(o, po->n_val / 2, (const uint32_t(*)[2])v);
		break;
	case TCP_OPT_EOL:
	case TCP_OPT_NOP:
	case TCP_OPT_SACK_PERMITTED:
		tcp_opt_simple(o, po->kind);
		break;
	default:
		tcp_opt_raw(o, po->kind, 2, NULL, 0);
	}
	/* A typed value with a length byte of the case's own. */
	if (po->length >= 0)
		o->length = (uint8_t)po->length;
	return 0;
}

static int build_opts(const struct plan_opt *opt, uint8_t n,
		      const struct match_env *env, struct segment *s)
{
	for (uint8_t i = 0; i < n && s->n_opt < TCP_OPT_MAX; i++) {
		int r = build_opt(&opt[i], env, &s->opt[s->n_opt++]);

		if (r)
			return r;
	}
	return 0;
}

static int build_options(const struct plan *plan, const struct plan_send *send,
			 const struct trace_setup *setup,
			 const struct match_env *env, struct segment *s)
{
	s->opt_nopad = send->options_nopad;
	if (send->options_set)
		return build_opts(send->opt, send->n_opt, env, s);
	if (!(s->flags & TCP_SYN)) {
		if (!(s->flags & TCP_RST))
			add_timestamps(s, env);
		return 0;
	}
	if (plan->syn_options_set)
		return build_opts(plan->syn_opt, plan->n_syn_opt, env, s);
	tcp_opt_mss(&s->opt[s->n_opt++], setup->mss);
	return 0;
}

/* Where an overriding field goes: offset and size in struct segment. */
static const struct {
	enum seg_field field;
	uint16_t off;
	uint8_t size;
} slots[] = {
#define SLOT(f, m)                                                               \
	{                                                                        \
		f, offsetof(struct segment, m), sizeof(((struct segment *)0)->m) \
	}
	SLOT(FIELD_SEQ, seq),
	SLOT(FIELD_ACK, ack),
	SLOT(FIELD_WINDOW, window),
	SLOT(FIELD_URGENT, urgent),
	SLOT(FIELD_DATA_OFFSET, data_offset),
	SLOT(FIELD_CHECKSUM, checksum),
	SLOT(FIELD_TTL, ttl),
	SLOT(FIELD_TOS, tos),
	SLOT(FIELD_IP_ID, ip_id),
	SLOT(FIELD_FLOW_LABEL, flow_label),
	SLOT(FIELD_SPORT, sport),
	SLOT(FIELD_DPORT, dport),
#undef SLOT
};

static void store(struct segment *s, uint16_t off, uint8_t size, uint32_t v)
{
	uint8_t *p = (uint8_t *)s + off;
	uint16_t v16 = (uint16_t)v;

	if (size == 4)
		memcpy(p, &v, 4);
	else if (size == 2)
		memcpy(p, &v16, 2);
	else
		*p = (uint8_t)v;
}

static int build_fields(const struct plan_send *send, const struct match_env *env,
			struct segment *s)
{
	uint32_t v;
	int r;

	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
		const struct expr *e = send->field[slots[i].field];

		if (!e)
			continue;
		r = eval(e, env, &v);
		if (r)
			return r;
		store(s, slots[i].off, slots[i].size, v);
	}
	if (send->field[FIELD_RESERVED]) {
		r = eval(send->field[FIELD_RESERVED], env, &v);
		if (r)
			return r;
		s->reserved = v >> 1 & 7;
		s->flags |= v & 1 ? TCP_AE : 0;
	}
	if (send->field[FIELD_DF]) {
		r = eval(send->field[FIELD_DF], env, &v);
		if (r)
			return r;
		s->df = v != 0;
	}
	return 0;
}

int build_send(const struct plan *plan, const struct plan_send *send,
	       const struct trace_setup *setup, const struct match_env *env,
	       struct segment *s)
{
	int r;

	segment_clear(s);
	address(s, setup);
	s->flags = send->flags;
	s->window = env->tcb->window;
	s->seq = env->tcb->snd_nxt;
	/* ACK without anything received yet: 0, unless the case says. */
	s->ack = (s->flags & TCP_ACK) && env->tcb->irs_known ? env->tcb->rcv_nxt : 0;
	s->data = send->data;
	s->data_len = send->data_len;
	s->raw = send->raw;
	s->raw_len = send->raw_len;
	r = build_fields(send, env, s);
	if (r)
		return r;
	s->data_offset_set = send->field[FIELD_DATA_OFFSET] != NULL;
	s->ttl_set = send->field[FIELD_TTL] != NULL;
	s->checksum_bad = send->checksum == CHECKSUM_BAD;
	s->checksum_set = send->checksum == CHECKSUM_ZERO ||
		send->checksum == CHECKSUM_VALUE;
	if (send->checksum == CHECKSUM_ZERO)
		s->checksum = 0;
	return build_options(plan, send, setup, env, s);
}
