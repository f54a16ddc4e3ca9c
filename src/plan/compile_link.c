/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `link`: what the path does to segments of a case.
 */
#include "plan/compile.h"
#include "testcase/value.h"

static uint16_t count_or(const struct node *map, const char *key, uint16_t otherwise)
{
	const struct node *n = node_get(map, key);
	int64_t v = otherwise;

	if (n && node_is(n, "all"))
		return PATH_TIMES_ALL;
	if (n)
		value_number(n->text, n->len, &v);
	return (uint16_t)v;
}

static enum path_data data_of(const struct node *map)
{
	const struct node *n = node_get(map, "data");
	bool yes = false;

	if (!n)
		return PATH_DATA_EITHER;
	value_bool(n->text, n->len, &yes);
	return yes ? PATH_DATA_SOME : PATH_DATA_NONE;
}

static void read_rule(const struct node *map, struct path_rule *r)
{
	const struct node *flags = node_get(map, "flags"), *by = node_get(map, "by");

	while (!node_get(map, path_act_names[r->act]))
		r->act++;
	r->from_target = node_is(node_get(map, path_act_names[r->act]), "target");
	r->flags_set = flags != NULL;
	r->flags = flags ? compile_flags(flags) : 0;
	r->data = data_of(map);
	r->nth = count_or(map, "nth", 1);
	r->times = count_or(map, "times", 1);
	r->behind = count_or(map, "behind", 1);
	r->by_ns = by ? compile_duration(by) : 0;
}

void compile_link(struct compiler *c, struct node *list, struct plan *plan)
{
	struct schema_check check = { .ds = c->ds };
	struct path_rule *rule;

	if (!list || list->bad) {
		if (list)
			params_use(c->params, list);
		return;
	}
	if (list->has_param)
		list = params_substitute(c->params, c->arena, list, c->ds);
	if (!list || !schema_check_node(&schema_link, list, &check))
		return;
	rule = arena_calloc(c->arena, list->n_items, sizeof(*rule));
	for (size_t i = 0; i < list->n_items; i++)
		read_rule(list->item[i], &rule[i]);
	plan->link = rule;
	plan->n_link = (uint8_t)list->n_items;
}
