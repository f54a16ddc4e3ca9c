/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counting through the variants of a case like an odometer, and putting the
 * values in.
 *
 * A scalar that is "$name" and nothing else is replaced by the value's node,
 * whatever that is, mark included: if the value is wrong there, the message
 * points at the value.  Inside a longer text the value's text is put in.
 */
#include "plan/params.h"

#include <string.h>

#include "base/buf.h"

void params_init(struct params *p, struct arena *arena, const struct testcase *t,
		 uint64_t *budget)
{
	p->budget = budget;
	p->param = t->param;
	p->n = t->n_params;
	p->bad = t->matrix_bad;
	p->chosen = arena_calloc(arena, p->n + 1, sizeof(*p->chosen));
	p->used = arena_calloc(arena, p->n + 1, sizeof(*p->used));
	p->dropped = arena_calloc(arena, p->n + 1, sizeof(*p->dropped));
}

bool params_spend(struct params *p, uint64_t cost)
{
	*p->budget -= cost < *p->budget ? cost : *p->budget;
	return *p->budget > 0;
}

static size_t n_values(const struct params *p, size_t i)
{
	return p->dropped[i] ? 1 : p->param[i].n_values;
}

uint64_t params_count(const struct params *p)
{
	uint64_t count = 1;
	size_t i;

	for (i = 0; i < p->n; i++)
		if (__builtin_mul_overflow(count, n_values(p, i), &count))
			return UINT64_MAX;
	return count;
}

bool params_next(struct params *p)
{
	size_t i;

	for (i = p->n; i-- > 0;) {
		if (++p->chosen[i] < n_values(p, i))
			return true;
		p->chosen[i] = 0;
	}
	return false;
}

static long find(const struct params *p, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (strlen(p->param[i].name) == len && !memcmp(p->param[i].name, name, len))
			return (long)i;
	return -1;
}

const char *params_value(const struct params *p, const char *name)
{
	long i = find(p, name, strlen(name));

	return i < 0 || p->dropped[i] ? NULL : p->param[i].value[p->chosen[i]].name;
}

static void use_in_text(struct params *p, const struct node *n)
{
	size_t pos = 0, len;
	long i;

	while (node_next_param(n->text, n->len, &pos, &len)) {
		i = find(p, n->text + pos + 1, len - 1);
		if (i >= 0)
			p->used[i] = true;
		pos += len;
	}
}

void params_use(struct params *p, const struct node *n)
{
	size_t i;

	if (!n->has_param)
		return;
	if (n->kind == NODE_SCALAR)
		use_in_text(p, n);
	for (i = 0; n->kind == NODE_LIST && i < n->n_items; i++)
		params_use(p, n->item[i]);
	for (i = 0; n->kind == NODE_MAP && i < n->n_pairs; i++)
		params_use(p, n->pair[i].value);
}

#define CANDIDATES_MAX 32

static void unknown(const struct params *p, const struct node *n, size_t pos, size_t len,
		    struct diags *ds)
{
	const char *candidates[CANDIDATES_MAX], *near;
	struct mark at = n->at;
	char name[64];
	size_t i;

	if (at.width == n->len) {
		at.col += (uint32_t)pos;
		at.width = (uint32_t)len;
	}
	len = len - 1 < sizeof(name) ? len - 1 : sizeof(name) - 1;
	memcpy(name, n->text + pos + 1, len);
	name[len] = '\0';
	for (i = 0; i < p->n && i < CANDIDATES_MAX; i++)
		candidates[i] = p->param[i].name;
	near = diag_nearest(name, candidates, i);
	diag_add(ds, DIAG_ERROR, &at, "no parameter \"%s\" in the matrix of this case", name);
	if (near)
		diag_add_help(ds, "did you mean \"$%s\"?", near);
	else
		diag_add_help(ds, "give it values under \"matrix\", or quote the text if \"$\" is "
				  "just a character");
}

/* The value node for the parameter at @pos of @n, or NULL after an error. */
static struct node *value_at(struct params *p, const struct node *n, size_t pos, size_t len,
			     struct diags *ds)
{
	long i = find(p, n->text + pos + 1, len - 1);
	struct node *v;

	if (i < 0) {
		if (!p->bad)
			unknown(p, n, pos, len, ds);
		return NULL;
	}
	p->used[i] = true;
	v = p->param[i].value[p->chosen[i]].node;
	return params_spend(p, v->count) ? v : NULL;
}

/* A sum put into a product must stay a sum; flags joined by "|" stay as they are. */
static bool needs_parentheses(const struct node *v)
{
	return strpbrk(v->text, "+*/% ") && !strchr(v->text, '|');
}

static bool add_value(struct params *p, const struct node *n, size_t pos, size_t len,
		      struct buf *out, struct diags *ds)
{
	const struct node *v = value_at(p, n, pos, len, ds);

	if (!v)
		return false;
	if (v->kind != NODE_SCALAR) {
		diag_add(ds, DIAG_ERROR, &n->at, "the value of $%.*s is %s: it cannot stand inside "
						 "a text",
			 (int)len - 1, n->text + pos + 1, node_kind_name(v));
		return false;
	}
	buf_printf(out, needs_parentheses(v) ? "(%s)" : "%s", v->text);
	return true;
}

static struct node *copy_scalar(struct arena *arena, const struct node *n, const struct buf *text)
{
	struct node *copy = arena_memdup(arena, n, sizeof(*n));

	copy->text = arena_strndup(arena, buf_str(text), text->len);
	copy->len = strlen(copy->text);
	copy->has_param = copy->bad = false;
	copy->cache[0] = copy->cache[1] = NULL;
	return copy;
}

static struct node *in_text(struct params *p, struct arena *arena, const struct node *n,
			    struct diags *ds)
{
	size_t pos = 0, done = 0, len;
	struct buf b = BUF_INIT;
	bool good = true;
	struct node *copy;

	while (node_next_param(n->text, n->len, &pos, &len)) {
		buf_add(&b, n->text + done, pos - done);
		good &= add_value(p, n, pos, len, &b, ds);
		done = pos += len;
	}
	buf_add(&b, n->text + done, n->len - done);
	copy = good ? copy_scalar(arena, n, &b) : NULL;
	buf_fini(&b);
	return copy;
}

static struct node *in_scalar(struct params *p, struct arena *arena, struct node *n,
			      struct diags *ds)
{
	size_t pos = 0, len;
	struct node *v;

	if (!node_next_param(n->text, n->len, &pos, &len) || pos != 0 || len != n->len)
		return in_text(p, arena, n, ds);
	v = value_at(p, n, pos, len, ds);
	if (v && !v->at.src) { /* a family nobody wrote down */
		v = arena_memdup(arena, v, sizeof(*v));
		v->at = n->at;
	}
	return v;
}

static struct node *copy_inner(struct arena *arena, const struct node *n)
{
	struct node *copy = arena_memdup(arena, n, sizeof(*n));

	copy->has_param = copy->bad = false;
	copy->cache[0] = copy->cache[1] = NULL;
	if (n->kind == NODE_LIST)
		copy->item = arena_calloc(arena, n->n_items, sizeof(*n->item));
	else
		copy->pair = arena_calloc(arena, n->n_pairs, sizeof(*n->pair));
	return copy;
}

struct node *params_substitute(struct params *p, struct arena *arena, struct node *n,
			       struct diags *ds)
{
	struct node *copy;
	bool good = true;
	size_t i;

	if (!params_spend(p, 1))
		return NULL;
	if (!n->has_param)
		return n;
	if (n->kind == NODE_SCALAR)
		return in_scalar(p, arena, n, ds);
	copy = copy_inner(arena, n);
	for (i = 0; n->kind == NODE_LIST && i < n->n_items; i++) {
		copy->item[i] = params_substitute(p, arena, n->item[i], ds);
		good &= copy->item[i] != NULL;
	}
	for (i = 0; n->kind == NODE_MAP && i < n->n_pairs; i++) {
		copy->pair[i].key = n->pair[i].key;
		copy->pair[i].value = params_substitute(p, arena, n->pair[i].value, ds);
		good &= copy->pair[i].value != NULL;
	}
	return good ? copy : NULL;
}
