/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See variants.h.
 */
#include "plan/variants.h"

#include <string.h>

#include "base/buf.h"

#define CANDIDATES_MAX 64

const struct plan_param *variants_params(struct arena *arena, const struct params *p, size_t *n)
{
	struct plan_param *list = arena_calloc(arena, p->n + 1, sizeof(*list));
	size_t i;

	*n = 0;
	for (i = 0; i < p->n; i++) {
		if (p->dropped[i])
			continue;
		list[*n].key = p->param[i].name;
		list[(*n)++].value = p->param[i].value[p->chosen[i]].name;
	}
	return list;
}

const char *variants_id(struct arena *arena, const char *case_id, const struct params *p)
{
	struct buf b = BUF_INIT;
	const char *id;
	size_t i;

	for (i = 0; i < p->n; i++)
		if (!p->dropped[i])
			buf_printf(&b, "%s%s=%s", b.len ? "," : "", p->param[i].name,
				   p->param[i].value[p->chosen[i]].name);
	id = arena_printf(arena, "%s[%s]", case_id, buf_str(&b));
	buf_fini(&b);
	return id;
}

static const struct testcase_param *find_param(const struct testcase *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->n_params; i++)
		if (!strcmp(t->param[i].name, name))
			return &t->param[i];
	return NULL;
}

static void suggest(const char *word, const char *const *words, size_t n, const char *what,
		    struct diags *ds)
{
	const char *near = diag_nearest(word, words, n);
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", words[i]);
	if (near)
		diag_add_help(ds, "did you mean \"%s\"?", near);
	else
		diag_add_help(ds, "%s: %s", what, buf_str(&b));
	buf_fini(&b);
}

static bool check_value(const struct testcase_param *p, const struct node *v, struct diags *ds)
{
	const char *words[CANDIDATES_MAX];
	size_t i;

	for (i = 0; i < p->n_values; i++)
		if (node_is(v, p->value[i].name))
			return true;
	for (i = 0; i < p->n_values && i < CANDIDATES_MAX; i++)
		words[i] = p->value[i].name;
	diag_add(ds, DIAG_ERROR, &v->at, "\"%s\" is not a value of \"%s\"", v->text, p->name);
	suggest(v->text, words, i, "values are", ds);
	return false;
}

static bool check_param(const struct testcase *t, const struct node *key, struct diags *ds)
{
	const char *words[CANDIDATES_MAX];
	size_t i;

	for (i = 0; i < t->n_params && i < CANDIDATES_MAX; i++)
		words[i] = t->param[i].name;
	if (t->matrix_bad)
		return false;
	diag_add(ds, DIAG_ERROR, &key->at, "no parameter \"%s\" in the matrix of this case",
		 key->text);
	suggest(key->text, words, i, "parameters are", ds);
	return false;
}

/* One exclusion: the defaults' may speak of parameters that a case does not have. */
static bool check_exclude(const struct testcase *t, const struct testcase_exclude *x,
			  struct diags *ds)
{
	bool good = true;
	size_t i, j;

	for (i = 0; i < x->n_params && !x->from_defaults; i++) {
		const struct testcase_param *p = find_param(t, x->param[i].key->text);
		const struct node *v = x->param[i].values;

		if (!p)
			good &= check_param(t, x->param[i].key, ds);
		else if (v->kind == NODE_SCALAR)
			good &= check_value(p, v, ds);
		else
			for (j = 0; j < v->n_items; j++)
				good &= check_value(p, v->item[j], ds);
	}
	return good;
}

bool variants_check_excludes(const struct testcase *t, struct diags *ds)
{
	bool good = true;
	size_t i;

	for (i = 0; i < t->n_excludes; i++)
		good &= check_exclude(t, &t->exclude[i], ds);
	return good;
}

static bool has_value(const struct node *values, const char *name)
{
	size_t i;

	if (values->kind == NODE_SCALAR)
		return node_is(values, name);
	for (i = 0; i < values->n_items; i++)
		if (node_is(values->item[i], name))
			return true;
	return false;
}

static bool excludes(const struct testcase_exclude *x, const struct params *p)
{
	const char *value;
	size_t i;

	for (i = 0; i < x->n_params; i++) {
		value = params_value(p, x->param[i].key->text);
		if (!value || !has_value(x->param[i].values, value))
			return false;
	}
	return x->n_params > 0;
}

bool variants_excluded(const struct testcase *t, const struct params *p, bool *hit)
{
	size_t i;

	for (i = 0; i < t->n_excludes; i++) {
		if (!excludes(&t->exclude[i], p))
			continue;
		hit[i] = true;
		return true;
	}
	return false;
}

uint64_t variants_exclude_cost(const struct testcase *t)
{
	uint64_t cost = 1;
	size_t i, j;

	for (i = 0; i < t->n_excludes; i++)
		for (j = 0; j < t->exclude[i].n_params; j++)
			cost += t->exclude[i].param[j].values->count;
	return cost;
}

/* `ip` is used by every case: it chooses the address family. */
static bool is_unused(const struct params *p, size_t i)
{
	return !p->used[i] && !p->dropped[i] && strcmp(p->param[i].name, "ip") != 0;
}

bool variants_drop_unused(struct params *p)
{
	bool any = false;
	size_t i;

	for (i = 0; i < p->n; i++)
		if (p->param[i].from_defaults && is_unused(p, i))
			any = p->dropped[i] = true;
	if (any)
		memset(p->chosen, 0, p->n * sizeof(*p->chosen));
	return any;
}

void variants_check_used(const struct params *p, struct diags *ds)
{
	size_t i;

	for (i = 0; i < p->n && !p->bad; i++) {
		if (!is_unused(p, i))
			continue;
		diag_add(ds, DIAG_ERROR, &p->param[i].at, "parameter \"%s\" is never used",
			 p->param[i].name);
		diag_add_help(ds, "put $%s in a step, or leave the parameter out",
			      p->param[i].name);
	}
}
