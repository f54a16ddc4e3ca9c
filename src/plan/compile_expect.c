/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The segment that a step expects: matchers of fields and options.
 */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "plan/compile.h"
#include "testcase/value.h"

/* How the values of a matcher are read: as flags, or as expressions. */
typedef const struct expr *value_fn(struct compiler *c, const struct node *n);

static const struct expr *flags_value(struct compiler *c, const struct node *n)
{
	return expr_const(c->arena, compile_flags(n));
}

/* A value as a person reads it. */
static const char *value_text(struct compiler *c, value_fn *value, const struct expr *e,
			      const struct node *n)
{
	char flags[TCP_FLAGS_STRLEN];

	if (value == flags_value)
		return arena_strdup(c->arena,
				    tcp_flags_str(compile_flags(n), flags, sizeof(flags)));
	return e ? expr_text(e) : "";
}

static const struct expr **args(struct compiler *c, struct matcher *m, size_t n)
{
	const struct expr **arg = arena_calloc(c->arena, n + 1, sizeof(*arg));

	m->arg = arg;
	m->n = (uint8_t)n;
	return arg;
}

static void match_one(struct compiler *c, struct matcher *m, enum match_op op, value_fn *value,
		      const struct node *n)
{
	const struct expr *e = value(c, n);

	m->op = op;
	args(c, m, 1)[0] = e;
	m->text = arena_printf(c->arena, "%s%s", op == MATCH_NE ? "not " : "",
			       value_text(c, value, e, n));
}

/* A list of more values than a matcher can hold would be a mistake anyway. */
static void match_list(struct compiler *c, struct matcher *m, enum match_op op, value_fn *value,
		       const struct node *list)
{
	size_t i, n = list->n_items;
	const struct expr **arg;
	struct buf b = BUF_INIT;

	if (n > 255) {
		diag_add(c->ds, DIAG_ERROR, &list->at, "more than 255 values in one matcher");
		c->failed = true;
		n = 255;
	}
	arg = args(c, m, n);
	m->op = op;
	buf_adds(&b, op == MATCH_IN ? "one of " : "");
	for (i = 0; i < n; i++) {
		arg[i] = value(c, list->item[i]);
		if (i)
			buf_adds(&b, op == MATCH_IN ? ", " : " .. ");
		buf_adds(&b, value_text(c, value, arg[i], list->item[i]));
	}
	m->text = arena_strndup(c->arena, buf_str(&b), b.len);
	buf_fini(&b);
}

static void match_mask(struct compiler *c, struct matcher *m, value_fn *value,
		       const struct node *mask, const struct node *under)
{
	const struct expr **arg = args(c, m, 2);

	m->op = MATCH_MASK;
	arg[0] = value(c, mask);
	arg[1] = value(c, under);
	m->text = arena_printf(c->arena, "%s under mask %s", value_text(c, value, arg[1], under),
			       value_text(c, value, arg[0], mask));
}

static void match_map(struct compiler *c, struct matcher *m, value_fn *value, const struct node *n)
{
	const struct node *v;

	if ((v = node_get(n, "in")))
		match_list(c, m, MATCH_IN, value, v);
	else if ((v = node_get(n, "range")))
		match_list(c, m, MATCH_RANGE, value, v);
	else if ((v = node_get(n, "not")))
		match_one(c, m, MATCH_NE, value, v);
	else
		match_mask(c, m, value, node_get(n, "mask"), node_get(n, "value"));
}

struct match_word {
	const char *word;
	enum match_op op;
};

static const struct match_word match_words[] = {
	{ "any", MATCH_ANY },
	{ "present", MATCH_PRESENT },
	{ "absent", MATCH_ABSENT },
	{ "good", MATCH_GOOD },
	{ "bad", MATCH_BAD },
};

/* True if the word alone is the matcher.  No name of a value is among them. */
static bool match_by_word(struct matcher *m, const struct node *n)
{
	size_t i;

	for (i = 0; i < sizeof(match_words) / sizeof(match_words[0]); i++) {
		if (!node_is(n, match_words[i].word))
			continue;
		m->op = match_words[i].op;
		m->text = match_words[i].word;
		return true;
	}
	return false;
}

static void matcher(struct compiler *c, struct matcher *m, value_fn *value, const struct node *n)
{
	m->at = n->at;
	if (n->kind == NODE_MAP)
		match_map(c, m, value, n);
	else if (!match_by_word(m, n))
		match_one(c, m, MATCH_EQ, value, n);
}

static const struct expr *bool_value(struct compiler *c, const struct node *n)
{
	bool yes = false;

	value_bool(n->text, n->len, &yes);
	return expr_const(c->arena, yes);
}

static value_fn *value_of(size_t field)
{
	if (field == FIELD_FLAGS)
		return flags_value;
	return field == FIELD_DF ? bool_value : compile_expr;
}

static void fields(struct compiler *c, struct plan_expect *x, const struct node *n)
{
	const struct node *ip = node_get(n, "ip"), *v;
	size_t i;

	for (i = 0; i < FIELD_N; i++) {
		const struct node *where = seg_fields[i].ip ? ip : n;

		v = where && seg_fields[i].in_expect ? node_get(where, seg_fields[i].name) : NULL;
		if (v)
			matcher(c, &x->field[i], value_of(i), v);
	}
}

/* Options */

struct option_list {
	struct plan_opt_match *list;
	size_t n;
};

static void option_matcher(struct compiler *c, struct option_list *l, const struct node *key,
			   uint8_t value, const struct node *n)
{
	struct plan_opt_match *o = &l->list[l->n++];

	o->at = key->at;
	o->kind = compile_option_kind(key);
	o->value = value;
	matcher(c, &o->m, compile_expr, n);
}

static void timestamps(struct compiler *c, struct option_list *l, const struct node *key,
		       const struct node *n)
{
	const struct node *val = node_get(n, "val"), *ecr = node_get(n, "ecr");

	if (val)
		option_matcher(c, l, key, 0, val);
	if (ecr)
		option_matcher(c, l, key, 1, ecr);
}

/* Values 2i and 2i + 1 are the edges of block i. */
static void sack_blocks(struct compiler *c, struct option_list *l, const struct node *key,
			const struct node *n)
{
	size_t i;

	for (i = 0; i < n->n_items * 2; i++)
		option_matcher(c, l, key, (uint8_t)i, n->item[i / 2]->item[i % 2]);
}

static void only(struct plan_expect *x, const struct node *n)
{
	uint8_t kind;
	size_t i;

	x->only_offered = n->kind == NODE_SCALAR;
	x->only_set = n->kind == NODE_LIST;
	for (i = 0; n->kind == NODE_LIST && i < n->n_items; i++) {
		kind = compile_option_kind(n->item[i]);
		x->only_kinds[kind / 64] |= UINT64_C(1) << kind % 64;
	}
}

/* Room for every key, plus the other seven edges of a SACK and a second timestamp. */
#define EXTRA_OPTIONS 8

static void options(struct compiler *c, struct plan_expect *x, const struct node *n)
{
	struct option_list l = { NULL, 0 };
	size_t i;

	l.list = arena_calloc(c->arena, n->n_pairs + EXTRA_OPTIONS, sizeof(*l.list));
	for (i = 0; i < n->n_pairs; i++) {
		const struct node *key = n->pair[i].key, *v = n->pair[i].value;

		if (node_is(key, "only"))
			only(x, v);
		else if (v->kind == NODE_LIST)
			sack_blocks(c, &l, key, v);
		else if (v->kind == NODE_MAP && node_is(key, "timestamps"))
			timestamps(c, &l, key, v);
		else
			option_matcher(c, &l, key, 0, v);
	}
	x->opt = l.list;
	x->n_opt = (uint8_t)(l.n < 255 ? l.n : 255);
}

static void times(struct compiler *c, struct plan_expect *x, const struct node *n)
{
	const struct node *within = node_get(n, "within"), *after = node_get(n, "after");

	if (within) {
		x->within = compile_span(within);
		x->within_given = true;
	}
	if (after)
		x->after = compile_span(after);
	if (timer_sum_is_less(&x->after, &x->within))
		return;
	diag_add(c->ds, DIAG_ERROR, after ? &after->at : &within->at,
		 "the segment is to come after it is due");
	if (timer_sum_is_const(&x->after) && timer_sum_is_const(&x->within))
		diag_add_help(c->ds, "\"after\" must be less than \"within\", which is 1s if not "
				     "written");
	else
		diag_add_help(c->ds, "\"after\" must be less than \"within\" whatever the timers "
				     "are");
	c->failed = true;
}

static void expectation_map(struct compiler *c, struct plan_expect *x, const struct node *n)
{
	const struct node *opts = node_get(n, "options"), *data = node_get(n, "data");

	fields(c, x, n);
	if (opts)
		options(c, x, opts);
	if (data) {
		x->data_set = true;
		compile_data(c, data, &x->data, &x->data_len);
	}
	times(c, x, n);
}

const struct plan_expect *compile_expect(struct compiler *c, const struct node *n)
{
	struct plan_expect *x = arena_alloc(c->arena, sizeof(*x));

	x->within = compile_span(NULL);
	if (n->kind == NODE_MAP)
		expectation_map(c, x, n);
	else
		matcher(c, &x->field[FIELD_FLAGS], flags_value, n);
	return x;
}
