/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Holding nodes to the schema.  The rules themselves are in schema_tables.c and
 * what scalars look like in schema_scalar.c.
 */
#include "testcase/schema.h"

#include <string.h>

#include "base/buf.h"
#include "testcase/schema_priv.h"

#define CANDIDATES_MAX 64

/* Finding near words takes time; nobody reads the thousandth suggestion. */
#define SUGGESTIONS_MAX 200

static bool check_value(const struct schema *s, struct node *n, struct schema_check *c);

const char *schema_expected(const struct schema *s)
{
	if (s->expected)
		return s->expected;
	if (s->scalar && !s->item && !s->map)
		return s->scalar->expected;
	if (s->item)
		return "a list";
	return s->map ? "a map" : "a value";
}

const struct schema_key *schema_find_key(const struct schema_map *map, const char *name)
{
	size_t i;

	for (i = 0; i < map->n_keys; i++) {
		const struct schema_key *k = &map->key[i];

		if (k->flags & KEY_PATTERN ? schema_is_kind(name) : !strcmp(k->name, name))
			return k;
	}
	return NULL;
}

static void list_keys(const struct schema_map *map, unsigned int flags, struct buf *out)
{
	size_t i;

	for (i = 0; i < map->n_keys; i++)
		if ((map->key[i].flags & flags) == flags)
			buf_printf(out, "%s%s", out->len ? ", " : "", map->key[i].name);
}

static void unknown_key(const struct schema_map *map, const struct node *key,
			struct schema_check *c)
{
	const char *candidates[CANDIDATES_MAX], *near;
	struct buf b = BUF_INIT;
	size_t i;

	if (c->ds->n_errors > SUGGESTIONS_MAX) {
		diag_add(c->ds, DIAG_ERROR, &key->at, "unknown key \"%s\"", key->text);
		return;
	}

	for (i = 0; i < map->n_keys && i < CANDIDATES_MAX; i++)
		candidates[i] = map->key[i].name;
	near = diag_nearest(key->text, candidates, i);
	diag_add(c->ds, DIAG_ERROR, &key->at, "unknown key \"%s\" in %s", key->text, map->name);
	list_keys(map, 0, &b);
	if (near)
		diag_add_help(c->ds, "did you mean \"%s\"?", near);
	else
		diag_add_help(c->ds, "keys here are: %s", buf_str(&b));
	buf_fini(&b);
}

static bool check_free_key(const struct schema_map *map, struct node_pair *p,
			   struct schema_check *c)
{
	p->key->bad |= !map->other_key->check(map->other_key, p->key, c);
	return check_value(map->other, p->value, c) && !p->key->bad;
}

static bool check_pair(const struct schema_map *map, struct node_pair *p, struct schema_check *c)
{
	const struct schema_key *k = schema_find_key(map, p->key->text);
	struct schema_check below = *c;

	if (!k && map->other)
		return check_free_key(map, p, c);
	if (!k) {
		unknown_key(map, p->key, c);
		return false;
	}
	/* Below the value, not in its place: the list of steps itself must be there. */
	below.params |= k->flags & KEY_PARAMS && p->value->kind != NODE_SCALAR;
	return check_value(k->value, p->value, &below);
}

static bool check_required(const struct schema_map *map, const struct node *n,
			   struct schema_check *c)
{
	bool good = true;
	size_t i;

	for (i = 0; i < map->n_keys; i++) {
		const struct schema_key *k = &map->key[i];

		if (!(k->flags & KEY_REQUIRED) || node_get(n, k->name))
			continue;
		diag_add(c->ds, DIAG_ERROR, &n->at, "\"%s\" is missing in %s", k->name, map->name);
		diag_add_help(c->ds, "%s: %s", k->name, k->help);
		good = false;
	}
	return good;
}

static void no_choice(const struct schema_map *map, const struct node *n, struct schema_check *c)
{
	struct buf b = BUF_INIT;

	list_keys(map, KEY_CHOICE, &b);
	diag_add(c->ds, DIAG_ERROR, &n->at, "%s needs %s", map->name, map->choice);
	diag_add_help(c->ds, "one of: %s", buf_str(&b));
	buf_fini(&b);
}

/* Exactly one of the choices; an unknown key has been complained about already. */
static bool check_choice(const struct schema_map *map, const struct node *n,
			 struct schema_check *c, bool keys_good)
{
	const struct node *first = NULL;
	bool good = true;
	size_t i;

	for (i = 0; map->choice && i < n->n_pairs; i++) {
		const struct schema_key *k = schema_find_key(map, n->pair[i].key->text);

		if (!k || !(k->flags & KEY_CHOICE))
			continue;
		if (!first) {
			first = n->pair[i].key;
			continue;
		}
		diag_add(c->ds, DIAG_ERROR, &n->pair[i].key->at,
			 "%s has %s already, \"%s\": \"%s\" cannot stand beside it", map->name,
			 map->choice, first->text, k->name);
		good = false;
	}
	if (map->choice && !first && !map->choice_optional && keys_good) {
		no_choice(map, n, c);
		good = false;
	}
	return good;
}

static bool check_map(const struct schema_map *map, struct node *n, struct schema_check *c)
{
	bool good = true;
	size_t i;

	for (i = 0; i < n->n_pairs; i++)
		good &= check_pair(map, &n->pair[i], c);
	good &= check_choice(map, n, c, good);
	good &= check_required(map, n, c);
	if (good && map->check)
		good = map->check(n, c);
	return good;
}

static bool check_list(const struct schema *s, struct node *n, struct schema_check *c)
{
	bool good = true;
	size_t i;

	for (i = 0; i < n->n_items; i++)
		good &= check_value(s->item, n->item[i], c);
	if (n->n_items >= s->min_items && (!s->max_items || n->n_items <= s->max_items))
		return good;
	if (s->min_items == s->max_items)
		diag_add(c->ds, DIAG_ERROR, &n->at, "expected exactly %zu items here, not %zu",
			 s->min_items, n->n_items);
	else if (n->n_items == 0)
		diag_add(c->ds, DIAG_ERROR, &n->at, "this list must not be empty");
	else if (n->n_items < s->min_items)
		diag_add(c->ds, DIAG_ERROR, &n->at, "expected at least %zu items here, not %zu",
			 s->min_items, n->n_items);
	else
		diag_add(c->ds, DIAG_ERROR, &n->at, "expected at most %zu items here, not %zu",
			 s->max_items, n->n_items);
	return false;
}

static bool wrong_kind(const struct schema *s, const struct node *n, struct schema_check *c)
{
	if (n->kind != NODE_SCALAR)
		diag_add(c->ds, DIAG_ERROR, &n->at, "expected %s, not %s", schema_expected(s),
			 node_kind_name(n));
	else
		schema_expected_not(schema_expected(s), n, c);
	if (n->kind == NODE_SCALAR && n->len && n->len < 32 && s->item && s->item->scalar)
		diag_add_help(c->ds, "a list of one is written [%s]", n->text);
	return false;
}

static bool check_kind(const struct schema *s, struct node *n, struct schema_check *c)
{
	if (s->anything || (c->params && n->kind == NODE_SCALAR && n->has_param))
		return true;
	if (n->kind == NODE_SCALAR && s->scalar)
		return schema_check_scalar(s, n, c);
	if (n->kind == NODE_LIST && s->item)
		return check_list(s, n, c);
	if (n->kind == NODE_MAP && s->map)
		return check_map(s->map, n, c);
	return wrong_kind(s, n, c);
}

static bool check_value(const struct schema *s, struct node *n, struct schema_check *c)
{
	bool good = check_kind(s, n, c);

	n->bad |= !good;
	return good;
}

bool schema_check_node(const struct schema *s, struct node *n, struct schema_check *c)
{
	return check_value(s, n, c);
}
