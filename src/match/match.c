/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Matching a captured segment against an expectation.
 */
#include "match/match.h"

#include <errno.h>
#include <string.h>

#include "wire/seq.h"

int match_env_get(void *arg, uint32_t ref, uint32_t *value)
{
	const struct match_env *env = arg;
	const struct bound_segment *b;
	enum seg_field f;

	if (!(ref & PLAN_REF_STEP_BIT))
		return tcb_get(env->tcb, (enum plan_var)ref, env->now_ns, value);
	f = PLAN_REF_FIELD_OF(ref);
	if (!env->bound)
		return -ENODATA;
	b = &env->bound[PLAN_REF_STEP_OF(ref)];
	if (!b->set || f >= FIELD_N || !(b->known >> f & 1))
		return -ENODATA;
	*value = b->value[f];
	return 0;
}

void bound_segment_set(struct bound_segment *b, const struct segment *s)
{
	b->set = true;
	b->known = 0;
	for (int f = 0; f < FIELD_N; f++) {
		if (segment_field(s, (enum seg_field)f, &b->value[f]) == 0)
			b->known |= 1u << f;
	}
}

static struct field_diff *add_diff(struct match_result *r, const struct matcher *m)
{
	struct field_diff *d = &r->diff[r->n < MATCH_MAX_DIFFS ? r->n
							       : MATCH_MAX_DIFFS - 1];

	*d = (struct field_diff){ .field = -1, .opt = -1, .m = m };
	r->n++;
	return d;
}

static uint32_t arg_value(const struct matcher *m, int i,
			  const struct match_env *env, bool *known)
{
	uint32_t v = 0;

	if (expr_eval(m->arg[i], match_env_get, (void *)env, &v) != 0)
		*known = false;
	return v;
}

static bool in_list(const struct matcher *m, uint32_t x,
		    const struct match_env *env, bool *known)
{
	for (int i = 0; i < m->n; i++) {
		bool k = true;

		if (arg_value(m, i, env, &k) == x && k)
			return true;
	}
	*known = true;
	return false;
}

/*
 * True if @x meets @m.  A value that is not known yet meets nothing: a
 * case that asks for it at that moment cannot be satisfied.
 */
static bool matcher_test(const struct matcher *m, uint32_t x, bool modular,
			 const struct match_env *env)
{
	bool known = true, ok;
	uint32_t a, b;

	switch (m->op) {
	case MATCH_NONE:
	case MATCH_ANY:
	case MATCH_PRESENT:
		return true;
	case MATCH_ABSENT:
		return false;
	case MATCH_EQ:
		a = arg_value(m, 0, env, &known);
		return known && x == a;
	case MATCH_NE:
		a = arg_value(m, 0, env, &known);
		return known && x != a;
	case MATCH_IN:
		ok = in_list(m, x, env, &known);
		return ok;
	case MATCH_RANGE:
		a = arg_value(m, 0, env, &known);
		b = arg_value(m, 1, env, &known);
		return known && (modular ? x - a <= b - a : x >= a && x <= b);
	case MATCH_MASK:
		a = arg_value(m, 0, env, &known);
		b = arg_value(m, 1, env, &known);
		return known && (x & a) == b;
	case MATCH_GOOD:
	case MATCH_BAD:
		return true; /* checksum: judged by its defect mark */
	}
	return false;
}

static void set_expected(struct field_diff *d, const struct matcher *m,
			 const struct match_env *env)
{
	if (m->op != MATCH_EQ)
		return;
	d->expected_known = true;
	d->expected = arg_value(m, 0, env, &d->expected_known);
}

/*
 * Flags are compared as a set without PSH, unless the case names PSH: when a
 * stack pushes is its own business (RFC 9293 3.9.1.2).
 */
static uint32_t flags_of(const struct segment *s, const struct matcher *m,
			 const struct match_env *env)
{
	bool known = true;

	if (m->op == MATCH_MASK)
		return s->flags;
	for (int i = 0; i < m->n; i++) {
		if (arg_value(m, i, env, &known) & TCP_PSH)
			return s->flags;
	}
	return s->flags & ~(uint32_t)TCP_PSH;
}

static void match_field(enum seg_field f, const struct matcher *m,
			const struct segment *s, const struct match_env *env,
			struct match_result *r)
{
	struct field_diff *d;
	uint32_t x = 0;
	bool there = segment_field(s, f, &x) == 0;

	if (m->op == MATCH_NONE)
		return;
	if (f == FIELD_FLAGS)
		x = flags_of(s, m, env);
	if (f == FIELD_CHECKSUM && (m->op == MATCH_GOOD || m->op == MATCH_BAD)) {
		bool bad = (s->defects & SEG_DEFECT_CHECKSUM) &&
			!(s->defects & SEG_DEFECT_CHECKSUM_PARTIAL);

		if (bad == (m->op == MATCH_BAD))
			return;
	} else if (there && matcher_test(m, x, seg_fields[f].modular, env)) {
		return;
	}
	d = add_diff(r, m);
	d->field = (int8_t)f;
	d->actual = x;
	d->actual_known = there;
	set_expected(d, m, env);
}

static bool opt_value(const struct tcp_opt *o, uint8_t which, uint32_t *v)
{
	if (!o->known)
		return false;
	switch (o->kind) {
	case TCP_OPT_MSS:
		*v = o->mss;
		return true;
	case TCP_OPT_WSCALE:
		*v = o->wscale;
		return true;
	case TCP_OPT_TIMESTAMPS:
		*v = which ? o->ts.ecr : o->ts.val;
		return true;
	case TCP_OPT_SACK:
		if (which / 2 >= o->sack.n)
			return false;
		*v = which % 2 ? o->sack.block[which / 2].right
			       : o->sack.block[which / 2].left;
		return true;
	default:
		return false;
	}
}

static void match_opt(const struct plan_opt_match *om, const struct segment *s,
		      const struct match_env *env, struct match_result *r)
{
	const struct tcp_opt *o = segment_opt(s, om->kind);
	struct field_diff *d;
	uint32_t x = 0;
	bool modular = om->kind == TCP_OPT_SACK || om->kind == TCP_OPT_TIMESTAMPS;
	bool ok;

	if (om->m.op == MATCH_NONE || om->m.op == MATCH_ANY)
		return;
	if (om->m.op == MATCH_ABSENT)
		ok = !o;
	else if (om->m.op == MATCH_PRESENT)
		ok = o != NULL;
	else
		ok = o && opt_value(o, om->value, &x) &&
			matcher_test(&om->m, x, modular, env);
	if (ok)
		return;
	d = add_diff(r, &om->m);
	d->opt = om->kind;
	d->opt_value = om->value;
	d->actual_known = o != NULL;
	if (o)
		opt_value(o, om->value, &d->actual);
	set_expected(d, &om->m, env);
}

/* Options outside the allowed set; NOP and EOL are padding, never an option. */
static void match_only(const struct plan_expect *e, const struct segment *s,
		       const struct match_env *env, struct match_result *r)
{
	for (uint8_t i = 0; i < s->n_opt; i++) {
		uint8_t k = s->opt[i].kind;
		bool allowed = k <= TCP_OPT_NOP;

		if (e->only_set)
			allowed |= e->only_kinds[k >> 6] >> (k & 63) & 1;
		/* MSS needs no offer: MAY-3 lets every SYN carry it. */
		if (e->only_offered)
			allowed |= tcb_offered(env->tcb, k) ||
				(k == TCP_OPT_MSS && (s->flags & TCP_SYN)) ||
				(k == TCP_OPT_SACK &&
				 tcb_offered(env->tcb, TCP_OPT_SACK_PERMITTED));
		if (!allowed) {
			struct field_diff *d = add_diff(r, NULL);

			d->opt = k;
			d->actual_known = true;
		}
	}
}

static void match_data(const struct plan_expect *e, const struct segment *s,
		       struct match_result *r)
{
	struct field_diff *d;

	if (!e->data_set)
		return;
	if (e->data_len == s->data_len &&
	    (!e->data_len || !memcmp(e->data, s->data, e->data_len)))
		return;
	d = add_diff(r, NULL);
	d->data = true;
	d->expected = e->data_len;
	d->actual = s->data_len;
	d->expected_known = d->actual_known = true;
}

bool match_expect(const struct plan_expect *e, const struct segment *s,
		  const struct match_env *env, struct match_result *r)
{
	r->n = 0;
	for (int f = 0; f < FIELD_N; f++)
		match_field((enum seg_field)f, &e->field[f], s, env, r);
	/* A segment with a bad checksum is none, unless the case asks for it. */
	if (e->field[FIELD_CHECKSUM].op == MATCH_NONE &&
	    (s->defects & SEG_DEFECT_CHECKSUM) &&
	    !(s->defects & SEG_DEFECT_CHECKSUM_PARTIAL)) {
		struct field_diff *d = add_diff(r, NULL);

		d->field = FIELD_CHECKSUM;
		d->actual = s->checksum;
		d->actual_known = true;
	}
	for (uint8_t i = 0; i < e->n_opt; i++)
		match_opt(&e->opt[i], s, env, r);
	if (e->only_offered || e->only_set)
		match_only(e, s, env, r);
	match_data(e, s, r);
	return r->n == 0;
}

unsigned int match_distance(const struct match_result *r)
{
	unsigned int d = 0;

	for (unsigned int i = 0; i < r->n && i < MATCH_MAX_DIFFS; i++)
		d += r->diff[i].field == FIELD_FLAGS ? 4 : 1;
	return d;
}
