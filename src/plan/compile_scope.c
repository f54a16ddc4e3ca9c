/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names in expressions: the plan's variables, and the segments that steps have
 * named.
 *
 * A segment can be referred to where its step has been passed on every path:
 * not after the branch of a one-of that it stands in, and not if its step is
 * optional.  Names are a list from the youngest to the oldest; a fragment that
 * uses a name again hides the older one, the same list of steps must not.
 */
#include <errno.h>
#include <string.h>

#include "plan/compile.h"

#define CANDIDATES_MAX 128

/* First words of the variables: a segment of that name would be confusing. */
static const char *const reserved[] = { "iss", "irs", "snd", "rcv", "mss", "target", "ts" };

static const struct compile_name *find_name(const struct compile_name *n, const char *name,
					    size_t len)
{
	while (n && (strlen(n->name) != len || memcmp(n->name, name, len) != 0))
		n = n->up;
	return n;
}

static bool check_definition(struct compiler *c, const char *name, const struct mark *at)
{
	const struct compile_name *other = find_name(c->names, name, strlen(name));
	size_t i;

	for (i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		if (strcmp(reserved[i], name))
			continue;
		diag_add(c->ds, DIAG_ERROR, at, "\"%s\" is a name of the language", name);
		diag_add_help(c->ds, "call the segment something else");
		return false;
	}
	if (!other || other->instance != c->chain->instance)
		return true;
	diag_add(c->ds, DIAG_ERROR, at, "a segment is named \"%s\" already", name);
	diag_add(c->ds, DIAG_NOTE, &other->at, "the first one is here");
	return false;
}

void compile_define(struct compiler *c, const char *name, const struct mark *at, uint32_t step,
		    bool optional)
{
	struct compile_name *n;

	if (!check_definition(c, name, at))
		return;
	n = arena_alloc(c->arena, sizeof(*n));
	n->up = c->names;
	n->name = name;
	n->at = *at;
	n->step = step;
	n->instance = c->chain->instance;
	n->optional = optional;
	c->names = n;
	c->n_names++;
}

void compile_hide(struct compiler *c, const struct compile_name *mark)
{
	struct compile_name *copy;

	while (c->names != mark) {
		copy = arena_memdup(c->arena, c->names, sizeof(*copy));
		copy->up = c->hidden;
		c->hidden = copy;
		c->names = c->names->up;
	}
}

static int plan_var(const char *name, size_t len)
{
	int i;

	for (i = 0; i < VAR_N; i++)
		if (strlen(plan_var_names[i]) == len && !memcmp(plan_var_names[i], name, len))
			return i;
	return -1;
}

static int expr_field(const char *name, size_t len)
{
	int i;

	for (i = 0; i < FIELD_N; i++)
		if (seg_fields[i].in_expr && strlen(seg_fields[i].name) == len &&
		    !memcmp(seg_fields[i].name, name, len))
			return i;
	return -1;
}

/* What resolving one expression needs to know. */
struct resolving {
	struct compiler *c;
	const struct node *n;
};

static void complain(struct resolving *r, const struct compile_name *name, const char *why)
{
	diag_add(r->c->ds, DIAG_ERROR, &r->n->at, "\"%s\" cannot be referred to here: %s",
		 name->name, why);
	diag_add(r->c->ds, DIAG_NOTE, &name->at, "the segment is named here");
}

/* Every name that might have been meant. */
static size_t candidates(const struct compiler *c, const char **list)
{
	const struct compile_name *n;
	size_t i, k = 0;

	for (i = 0; i < VAR_N; i++)
		list[k++] = plan_var_names[i];
	for (n = c->names; n; n = n->up)
		for (i = 0; i < FIELD_N && k < CANDIDATES_MAX; i++)
			if (seg_fields[i].in_expr)
				list[k++] = arena_printf(c->arena, "%s.%s", n->name,
							 seg_fields[i].name);
	return k;
}

static int unknown(struct resolving *r, const char *name, size_t len, const char **suggestion)
{
	const char *list[CANDIDATES_MAX];
	size_t n = candidates(r->c, list);

	if (find_name(r->c->names, name, len)) {
		*suggestion = arena_printf(r->c->arena, "%.*s.seq", (int)len, name);
		return -ENOENT;
	}
	*suggestion = diag_nearest(arena_strndup(r->c->arena, name, len), list, n);
	return -ENOENT;
}

static int step_field(struct resolving *r, const struct compile_name *n, const char *field,
		      size_t len, uint32_t *ref)
{
	int f = expr_field(field, len);

	if (f < 0)
		return -ENOENT;
	if (n->optional) {
		complain(r, n, "its step is optional");
		return -EINVAL;
	}
	r->c->refers_to_step = true;
	*ref = PLAN_REF_STEP(n->step, f);
	return 0;
}

static int resolve(void *arg, const char *name, size_t len, uint32_t *ref, const char **suggestion)
{
	struct resolving *r = arg;
	const char *dot = memchr(name, '.', len);
	const struct compile_name *n;
	size_t first = dot ? (size_t)(dot - name) : len;
	int var = plan_var(name, len), err = -ENOENT;

	if (var >= 0) {
		*ref = (uint32_t)var;
		return 0;
	}
	params_spend(r->c->params, r->c->n_names / 8);
	n = find_name(r->c->names, name, first);
	if (dot && n)
		err = step_field(r, n, dot + 1, len - first - 1, ref);
	else if (dot && (n = find_name(r->c->hidden, name, first))) {
		complain(r, n, "its step is not on every path");
		return -EINVAL;
	}
	return err == -ENOENT ? unknown(r, name, len, suggestion) : err;
}

const struct expr *compile_expr(struct compiler *c, const struct node *n)
{
	struct resolving r = { c, n };
	const struct expr *e;

	e = expr_parse(c->arena, n->text, n->len, &n->at, resolve, &r, c->ds);
	c->failed |= !e;
	return e;
}

static int resolve_nothing(void *arg, const char *name, size_t len, uint32_t *ref,
			   const char **suggestion)
{
	struct resolving *r = arg;

	(void)ref, (void)suggestion;
	diag_add(r->c->ds, DIAG_ERROR, &r->n->at,
		 "\"%.*s\" has no value before the first segment", (int)len, name);
	diag_add_help(r->c->ds, "only numbers can stand here");
	return -EINVAL;
}

const struct expr *compile_constant(struct compiler *c, const struct node *n)
{
	struct resolving r = { c, n };
	const struct expr *e;

	e = expr_parse(c->arena, n->text, n->len, &n->at, resolve_nothing, &r, c->ds);
	c->failed |= !e;
	return e;
}
