/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The segment that a step sends.  The schema has found the nodes good, so only
 * names can still be wrong here.
 */
#include <string.h>

#include "plan/compile.h"
#include "testcase/value.h"

uint16_t compile_flags(const struct node *n)
{
	size_t bad, bad_len;
	uint16_t flags = 0;

	value_flags(n->text, n->len, &flags, &bad, &bad_len);
	return flags;
}

int64_t compile_duration(const struct node *n)
{
	int64_t ns = 0;

	value_duration(n->text, n->len, &ns);
	return ns;
}

struct timer_sum compile_span(const struct node *n)
{
	struct timer_sum sum = { .ns = PLAN_WITHIN_DEFAULT_NS };
	size_t bad, bad_len;

	if (n)
		timer_sum_parse(n->text, n->len, &sum, &bad, &bad_len);
	return sum;
}

static int64_t number(const struct node *n)
{
	int64_t v = 0;

	value_number(n->text, n->len, &v);
	return v;
}

/* Data: a text, {hex: ..} or {fill: B, size: S} */

static void fill_data(struct compiler *c, const struct node *n, const uint8_t **data, uint32_t *len)
{
	const struct node *size = node_get(n, "size");
	uint8_t *p;

	value_size(size->text, size->len, len);
	p = arena_alloc(c->arena, *len + 1);
	memset(p, (int)number(node_get(n, "fill")), *len);
	*data = p;
}

void compile_data(struct compiler *c, const struct node *n, const uint8_t **data, uint32_t *len)
{
	const struct node *hex = n->kind == NODE_MAP ? node_get(n, "hex") : NULL;
	size_t octets;

	if (n->kind == NODE_SCALAR) {
		*data = (const uint8_t *)n->text;
		*len = (uint32_t)n->len;
	} else if (hex) {
		value_hex(c->arena, hex->text, hex->len, data, &octets);
		*len = (uint32_t)octets;
	} else {
		fill_data(c, n, data, len);
	}
}

/* Options */

uint8_t compile_option_kind(const struct node *name)
{
	int known = tcp_opt_kind_parse(name->text);
	uint8_t kind = 0;

	if (known >= 0)
		return (uint8_t)known;
	value_kind(name->text, name->len, &kind);
	return kind;
}

static const struct expr **values(struct compiler *c, struct plan_opt *o, size_t n)
{
	const struct expr **val = arena_calloc(c->arena, n, sizeof(*val));

	o->val = val;
	o->n_val = (uint8_t)n;
	return val;
}

static const struct expr *variable(struct compiler *c, const struct node *n, const char *name)
{
	struct node var = { .kind = NODE_SCALAR, .at = n->at, .text = name, .len = strlen(name) };

	return compile_expr(c, &var);
}

static void timestamps(struct compiler *c, struct plan_opt *o, const struct node *n)
{
	const struct expr **val = values(c, o, 2);
	const struct node *tsval = node_get(n, "val"), *tsecr = node_get(n, "ecr");

	val[0] = tsval ? compile_expr(c, tsval) : variable(c, n, "ts.now");
	val[1] = tsecr ? compile_expr(c, tsecr) : variable(c, n, "ts.recent");
}

static void sack_blocks(struct compiler *c, struct plan_opt *o, const struct node *n)
{
	const struct expr **val = values(c, o, n->n_items * 2);
	size_t i;

	for (i = 0; i < n->n_items; i++) {
		val[2 * i] = compile_expr(c, n->item[i]->item[0]);
		val[2 * i + 1] = compile_expr(c, n->item[i]->item[1]);
	}
}

static void raw_body(struct compiler *c, struct plan_opt *o, const struct node *hex)
{
	size_t octets = 0;

	if (!hex)
		return;
	value_hex(c->arena, hex->text, hex->len, &o->body, &octets);
	o->body_len = (uint8_t)octets;
}

static void any_kind(struct compiler *c, struct plan_opt *o, const struct node *n)
{
	const struct node *length = node_get(n, "length");

	o->kind = (uint8_t)number(node_get(n, "kind"));
	if (length)
		o->length = (int16_t)number(length);
	raw_body(c, o, node_get(n, "data"));
}

static void option_value(struct compiler *c, struct plan_opt *o, const struct node *n)
{
	switch (o->kind) {
	case TCP_OPT_MSS:
	case TCP_OPT_WSCALE:
		values(c, o, 1)[0] = compile_expr(c, n);
		break;
	case TCP_OPT_TIMESTAMPS:
		timestamps(c, o, n);
		break;
	case TCP_OPT_SACK:
		sack_blocks(c, o, n);
		break;
	default:
		raw_body(c, o, n);
		break;
	}
}

static void one_option(struct compiler *c, struct plan_opt *o, const struct node *n)
{
	o->at = n->at;
	o->length = -1;
	if (n->kind == NODE_SCALAR) {
		o->kind = compile_option_kind(n);
	} else if (node_get(n, "kind")) {
		any_kind(c, o, n);
	} else {
		o->kind = compile_option_kind(n->pair[0].key);
		option_value(c, o, n->pair[0].value);
	}
}

const struct plan_opt *compile_options(struct compiler *c, const struct node *n, uint8_t *n_opt)
{
	struct plan_opt *o;
	size_t i;

	*n_opt = 0;
	if (n->kind != NODE_LIST)
		return NULL;
	o = arena_calloc(c->arena, n->n_items + 1, sizeof(*o));
	for (i = 0; i < n->n_items; i++)
		one_option(c, &o[i], n->item[i]);
	*n_opt = (uint8_t)n->n_items;
	return o;
}

/* Fields */

static void checksum(struct compiler *c, struct plan_send *s, const struct node *n)
{
	static const char *const words[] = { "good", "bad", "zero" };
	size_t i;

	for (i = 0; i < 3; i++) {
		if (node_is(n, words[i])) {
			s->checksum = (enum plan_checksum)i;
			return;
		}
	}
	s->checksum = CHECKSUM_VALUE;
	s->field[FIELD_CHECKSUM] = compile_expr(c, n);
}

static const struct expr *yes_or_no(struct compiler *c, const struct node *n)
{
	bool yes = false;

	value_bool(n->text, n->len, &yes);
	return expr_const(c->arena, yes);
}

static void fields(struct compiler *c, struct plan_send *s, const struct node *n)
{
	const struct node *ip = node_get(n, "ip"), *v;
	size_t i;

	for (i = 0; i < FIELD_N; i++) {
		const struct node *where = seg_fields[i].ip ? ip : n;

		v = where && seg_fields[i].in_send ? node_get(where, seg_fields[i].name) : NULL;
		if (!v)
			continue;
		if (i == FIELD_FLAGS)
			s->flags = compile_flags(v);
		else if (i == FIELD_CHECKSUM)
			checksum(c, s, v);
		else if (i == FIELD_DF)
			s->field[i] = yes_or_no(c, v);
		else
			s->field[i] = compile_expr(c, v);
	}
}

static void raw_segment(struct compiler *c, struct plan_send *s, const struct node *hex)
{
	size_t octets = 0;

	if (!hex)
		return;
	value_hex(c->arena, hex->text, hex->len, &s->raw, &octets);
	s->raw_len = (uint32_t)octets;
}

static void segment_map(struct compiler *c, struct plan_send *s, const struct node *n)
{
	const struct node *options = node_get(n, "options"), *data = node_get(n, "data");
	const struct node *padding = node_get(n, "options-padding");
	bool padded = true;

	fields(c, s, n);
	if (options) {
		s->options_set = true;
		s->opt = compile_options(c, options, &s->n_opt);
	}
	if (padding)
		value_bool(padding->text, padding->len, &padded);
	s->options_nopad = !padded;
	if (data)
		compile_data(c, data, &s->data, &s->data_len);
	raw_segment(c, s, node_get(n, "raw"));
}

const struct plan_send *compile_send(struct compiler *c, const struct node *n)
{
	struct plan_send *s = arena_alloc(c->arena, sizeof(*s));

	if (n->kind == NODE_SCALAR)
		s->flags = compile_flags(n);
	else
		segment_map(c, s, n);
	return s;
}
