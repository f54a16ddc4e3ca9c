/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From nodes to typed cases.  The schema has complained about whatever is
 * wrong; here the good parts are taken out, and the rules that reach over more
 * than one mapping are checked.
 */
#include "testcase/testcase.h"

#include <stdlib.h>
#include <string.h>

#include "testcase/schema_priv.h"
#include "testcase/value.h"

struct loader {
	struct arena *arena;
	struct diags *ds;
	const struct node *defaults; /* or NULL */
	struct testcase_file *file;
};

/* The good value of @key: NULL if it is missing or wrong. */
static struct node *good(const struct node *map, const char *key)
{
	struct node *n = map && map->kind == NODE_MAP ? node_get(map, key) : NULL;

	return n && !n->bad ? n : NULL;
}

static const char *text_or(const struct node *map, const char *key, const char *otherwise)
{
	const struct node *n = good(map, key);

	return n ? n->text : otherwise;
}

static size_t n_items(const struct node *list)
{
	return list && list->kind == NODE_LIST ? list->n_items : 0;
}

static bool has_word(const char *const *words, size_t n, const char *word)
{
	while (n--)
		if (!strcmp(words[n], word))
			return true;
	return false;
}

/* The words of both lists, each once. */
static const char *const *join_words(struct loader *l, const struct node *a, const struct node *b,
				     size_t *n)
{
	const struct node *lists[] = { a, b };
	const char **words = arena_calloc(l->arena, n_items(a) + n_items(b) + 1, sizeof(*words));
	size_t i, j;

	*n = 0;
	for (i = 0; i < 2; i++)
		for (j = 0; j < n_items(lists[i]); j++)
			if (!has_word(words, *n, lists[i]->item[j]->text))
				words[(*n)++] = lists[i]->item[j]->text;
	return words;
}

static uint32_t needs_of(const struct node *list)
{
	uint32_t set = 0;
	size_t i, need;

	for (i = 0; i < n_items(list); i++)
		for (need = 0; need < NEED_N; need++)
			if (node_is(list->item[i], plan_needs[need].name))
				set |= UINT32_C(1) << need;
	return set;
}

static uint32_t uses_of(const struct node *list)
{
	uint32_t set = 0;
	size_t i, use;

	for (i = 0; i < n_items(list); i++)
		for (use = 0; use < USE_N; use++)
			if (node_is(list->item[i], plan_uses[use].name))
				set |= UINT32_C(1) << use;
	return set;
}

static bool is_yes(const struct node *n)
{
	bool yes = false;

	if (n)
		value_bool(n->text, n->len, &yes);
	return yes;
}

static int word_index(const struct node *n, const char *const *words, size_t n_words, int otherwise)
{
	size_t i;

	for (i = 0; n && i < n_words; i++)
		if (node_is(n, words[i]))
			return (int)i;
	return otherwise;
}

static enum req_level level_of(const struct loader *l, const struct node *n)
{
	const struct node *level = good(n, "level");

	level = level ? level : good(l->defaults, "level");
	return (enum req_level)word_index(level, req_level_names, 3, LEVEL_MUST);
}

/* Parameters */

static bool no_params_inside(struct loader *l, const struct node *n)
{
	if (!n->has_param)
		return true;
	diag_add(l->ds, DIAG_ERROR, &n->at, "a value of a parameter cannot use parameters");
	diag_add_help(l->ds, "write the values out");
	return false;
}

/* A value of the list form is its own name, so it has to look like one. */
static bool value_has_name(struct loader *l, const struct node *n)
{
	struct schema_check c = { .ds = l->ds };

	if (n->kind == NODE_SCALAR)
		return scalar_param_value.check(&scalar_param_value, n, &c);
	diag_add(l->ds, DIAG_ERROR, &n->at, "this value needs a name: it is %s", node_kind_name(n));
	diag_add_help(l->ds, "write the values as a map: {name: value, ..}");
	return false;
}

static void add_value(struct loader *l, struct testcase_param *p, struct testcase_value *values,
		      const char *name, struct node *node)
{
	size_t i;

	for (i = 0; i < p->n_values; i++) {
		if (strcmp(values[i].name, name))
			continue;
		diag_add(l->ds, DIAG_ERROR, &node->at, "\"%s\" is among the values of \"%s\" twice",
			 name, p->name);
		return;
	}
	values[p->n_values].name = name;
	values[p->n_values++].node = node;
}

static void read_values(struct loader *l, struct testcase_param *p, const struct node *n)
{
	size_t count = n->kind == NODE_LIST ? n->n_items : n->n_pairs, i;
	struct testcase_value *values = arena_calloc(l->arena, count + 1, sizeof(*values));

	p->value = values;
	for (i = 0; i < count; i++) {
		struct node *v = n->kind == NODE_LIST ? n->item[i] : n->pair[i].value;

		if (!no_params_inside(l, v))
			continue;
		if (n->kind == NODE_MAP)
			add_value(l, p, values, n->pair[i].key->text, v);
		else if (value_has_name(l, v))
			add_value(l, p, values, v->text, v);
	}
	if (count == 0)
		diag_add(l->ds, DIAG_ERROR, &n->at, "parameter \"%s\" has no values", p->name);
}

static void read_param(struct loader *l, struct testcase *t, struct testcase_param *params,
		       const struct node_pair *pair, bool from_defaults)
{
	struct testcase_param *p = &params[t->n_params];
	size_t i, errors;

	for (i = 0; i < t->n_params; i++)
		if (!strcmp(params[i].name, pair->key->text))
			return; /* the case's own stands before that of the defaults */
	if (pair->value->bad || pair->key->bad) {
		t->matrix_bad = true;
		return;
	}
	p->name = pair->key->text;
	p->at = pair->key->at;
	p->from_defaults = from_defaults;
	errors = l->ds->n_errors;
	read_values(l, p, pair->value);
	t->matrix_bad |= l->ds->n_errors > errors;
	if (p->n_values)
		t->n_params++;
}

/* A case that does not speak of `ip` gets both families. */
static void default_families(struct loader *l, struct testcase *t, struct testcase_param *params)
{
	static struct node four = { .text = "4", .len = 1 }, six = { .text = "6", .len = 1 };
	static const struct testcase_value both[] = { { "4", &four }, { "6", &six } };
	struct testcase_param *p = &params[t->n_params];
	size_t i;

	for (i = 0; i < t->n_params; i++)
		if (!strcmp(params[i].name, "ip"))
			return;
	p->name = "ip";
	p->at = t->at;
	p->value = both;
	p->n_values = 2;
	p->from_defaults = true;
	t->n_params++;
}

static int by_name(const void *a, const void *b)
{
	const struct testcase_param *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void read_matrix(struct loader *l, struct testcase *t, const struct node *n)
{
	const struct node *own = node_get(n, "matrix"), *def = NULL;
	struct testcase_param *params;
	size_t i, max = 1;

	if (l->defaults)
		def = node_get(l->defaults, "matrix");
	own = own && own->kind == NODE_MAP ? own : NULL;
	def = def && def->kind == NODE_MAP ? def : NULL;
	max += (own ? own->n_pairs : 0) + (def ? def->n_pairs : 0);
	params = arena_calloc(l->arena, max, sizeof(*params));
	t->param = params;
	for (i = 0; own && i < own->n_pairs; i++)
		read_param(l, t, params, &own->pair[i], false);
	for (i = 0; def && i < def->n_pairs; i++)
		read_param(l, t, params, &def->pair[i], true);
	default_families(l, t, params);
	qsort(params, t->n_params, sizeof(*params), by_name);
}

/* Exclusions */

static void read_exclude(struct loader *l, struct testcase_exclude *x, const struct node *n,
			 bool from_defaults)
{
	size_t i;

	x->at = n->at;
	x->because = text_or(n, "because", "");
	x->from_defaults = from_defaults;
	x->param = arena_calloc(l->arena, n->n_pairs, sizeof(*x->param));
	for (i = 0; i < n->n_pairs; i++) {
		if (node_is(n->pair[i].key, "because"))
			continue;
		x->param[x->n_params].key = n->pair[i].key;
		x->param[x->n_params++].values = n->pair[i].value;
	}
	if (x->n_params == 0)
		diag_add(l->ds, DIAG_ERROR, &n->at, "this exclusion names no parameter");
}

static void read_excludes(struct loader *l, struct testcase *t, const struct node *n)
{
	const struct node *lists[] = { node_get(n, "exclude"), good(l->defaults, "exclude") };
	struct testcase_exclude *x;
	size_t i, j;

	x = arena_calloc(l->arena, n_items(lists[0]) + n_items(lists[1]) + 1, sizeof(*x));
	t->exclude = x;
	for (i = 0; i < 2; i++)
		for (j = 0; j < n_items(lists[i]); j++)
			if (!lists[i]->item[j]->bad)
				read_exclude(l, &x[t->n_excludes++], lists[i]->item[j], i == 1);
}

/* Cases */

/* The list of steps, also if some of them are wrong: each knows that itself. */
static struct node *steps_of(const struct node *n)
{
	struct node *steps = node_get(n, "steps");

	return steps && steps->kind == NODE_LIST && steps->n_items ? steps : NULL;
}

static struct mark mark_of(const struct node *n, const char *key)
{
	const struct node *value = node_get(n, key);

	return value ? value->at : n->at;
}

static void read_case(struct loader *l, struct testcase *t, struct node *n)
{
	t->file = l->file;
	t->at = mark_of(n, "id");
	t->area = l->file->area;
	t->id = text_or(n, "id", "");
	t->title = text_or(n, "title", "");
	t->about = text_or(n, "about", NULL);
	t->covers = join_words(l, good(n, "covers"), NULL, &t->n_covers);
	t->tags = join_words(l, good(l->defaults, "tags"), good(n, "tags"), &t->n_tags);
	t->level = level_of(l, n);
	t->needs = needs_of(good(l->defaults, "needs")) | needs_of(good(n, "needs"));
	t->uses = uses_of(good(l->defaults, "uses")) | uses_of(good(n, "uses"));
	t->patient = is_yes(good(n, "patient"));
	t->tester[0] = node_get(n, "tester");
	t->tester[1] = l->defaults ? node_get(l->defaults, "tester") : NULL;
	t->link = node_get(n, "link");
	t->steps = steps_of(n);
	read_matrix(l, t, n);
	read_excludes(l, t, n);
}

static void read_cases(struct loader *l, const struct node *list)
{
	struct testcase *t = arena_calloc(l->arena, n_items(list) + 1, sizeof(*t));
	size_t i;

	l->file->testcase = t;
	for (i = 0; i < n_items(list); i++)
		if (list->item[i]->kind == NODE_MAP)
			read_case(l, &t[l->file->n_cases++], list->item[i]);
}

static void read_fragments(struct loader *l, const struct node *list)
{
	struct testcase_fragment *f = arena_calloc(l->arena, n_items(list) + 1, sizeof(*f));
	size_t i;

	l->file->fragment = f;
	for (i = 0; i < n_items(list); i++) {
		const struct node *n = list->item[i];

		if (n->kind != NODE_MAP)
			continue;
		f->file = l->file;
		f->name = text_or(n, "name", NULL);
		f->at = mark_of(n, f->name ? "name" : "reaches");
		f->reaches = word_index(good(n, "reaches"), tcp_state_names, TCP_N_STATES,
					TCP_STATE_NONE);
		f->via = text_or(n, "via", NULL);
		f->needs = needs_of(good(n, "needs"));
		f->steps = steps_of(n);
		f++;
		l->file->n_fragments++;
	}
}

const struct testcase_file *testcase_load(struct arena *arena, const struct source *src,
					  struct diags *ds)
{
	struct loader l = { .arena = arena, .ds = ds };
	struct schema_check c = { .ds = ds };
	struct node *root;

	l.file = arena_alloc(arena, sizeof(*l.file));
	l.file->src = src;
	l.file->area = "";
	root = node_parse(arena, src, ds);
	if (!root)
		return l.file;
	schema_check_node(&schema_file, root, &c);
	if (root->kind != NODE_MAP)
		return l.file;
	l.defaults = node_get(root, "defaults");
	if (l.defaults && l.defaults->kind != NODE_MAP)
		l.defaults = NULL;
	l.file->area = text_or(root, "area", "");
	read_fragments(&l, node_get(root, "fragments"));
	read_cases(&l, node_get(root, "cases"));
	return l.file;
}

const char *testcase_fragment_label(struct arena *arena, const struct testcase_fragment *f)
{
	if (f->name)
		return arena_printf(arena, "use %s", f->name);
	if (f->reaches < 0)
		return "a fragment";
	if (f->via)
		return arena_printf(arena, "reach %s via %s", tcp_state_names[f->reaches], f->via);
	return arena_printf(arena, "reach %s", tcp_state_names[f->reaches]);
}
