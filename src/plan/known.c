/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Known deviations: from nodes that the schema has found good to entries.
 */
#include "plan/known.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "plan/pattern.h"
#include "testcase/schema.h"

void known_init(struct known_list *list)
{
	*list = (struct known_list){ .end = &list->first };
}

/* ---- reading ---- */

static struct known_words read_words(struct arena *arena, const struct node *list)
{
	struct known_words w = { .n = list ? list->n_items : 0 };
	const char **word = arena_calloc(arena, w.n + 1, sizeof(*word));
	struct mark *at = arena_calloc(arena, w.n + 1, sizeof(*at));

	for (size_t i = 0; i < w.n; i++) {
		word[i] = list->item[i]->text;
		at[i] = list->item[i]->at;
	}
	w.word = word;
	w.at = at;
	return w;
}

static const char *text_of(const struct node *map, const char *key)
{
	const struct node *n = node_get(map, key);

	return n ? n->text : NULL;
}

/* A block of YAML ends with a newline. */
static const char *trimmed(struct arena *arena, const char *text)
{
	size_t len;

	text += strspn(text, " \t\n");
	len = strlen(text);
	while (len && strchr(" \t\n", text[len - 1]))
		len--;
	return arena_strndup(arena, text, len);
}

static enum known_reason reason_of(const struct node *n)
{
	unsigned int i = 0;

	while (i < REASON_N - 1 && !node_is(n, known_reasons[i].name))
		i++;
	return i;
}

static void read_entry(struct arena *arena, const struct node *root, const struct node *n,
		       struct known_list *list)
{
	struct known_entry *e = arena_calloc(arena, 1, sizeof(*e));

	*e = (struct known_entry){
		.cases = read_words(arena, node_get(n, "cases")),
		.requirements = read_words(arena, node_get(n, "requirements")),
		.targets = read_words(arena, node_get(n, "targets")),
		.file_targets = read_words(arena, node_get(root, "targets")),
		.reason = reason_of(node_get(n, "reason")),
		.why = trimmed(arena, text_of(n, "why")),
		.link = text_of(n, "link"),
		.since = text_of(n, "since"),
		.at = node_get_key(n, "cases")->at,
	};
	*list->end = e;
	list->end = &e->next;
	list->n++;
}

int known_load_source(struct arena *arena, const struct source *src, struct known_list *list,
		      struct diags *ds)
{
	struct schema_check c = { .ds = ds };
	size_t errors = ds->n_errors;
	struct node *root = node_parse(arena, src, ds);
	const struct node *entries;

	if (root)
		schema_check_node(&schema_known, root, &c);
	if (!root || ds->n_errors > errors)
		return -EINVAL;
	entries = node_get(root, "deviations");
	for (size_t i = 0; i < entries->n_items; i++)
		read_entry(arena, root, entries->item[i], list);
	return 0;
}

int known_load(struct arena *arena, const char *path, struct known_list *list, struct diags *ds)
{
	const struct source *src = node_read_file(arena, path, ds);

	return src ? known_load_source(arena, src, list, ds) : -EINVAL;
}

/* ---- asking ---- */

static bool any_name(const struct known_words *patterns, const char *name)
{
	for (size_t i = 0; i < patterns->n; i++)
		if (pattern_takes_text(patterns->word[i], strlen(patterns->word[i]), name))
			return true;
	return patterns->n == 0;
}

bool known_is_about(const struct known_entry *e, const char *target)
{
	return any_name(&e->targets, target) && any_name(&e->file_targets, target);
}

static bool any_plan(const struct known_words *patterns, const struct plan *plan)
{
	for (size_t i = 0; i < patterns->n; i++)
		if (pattern_takes_plan(patterns->word[i], plan))
			return true;
	return false;
}

const struct known_entry *known_find(const struct known_entry *e, const struct plan *plan,
				     const char *target)
{
	while (e && !(any_plan(&e->cases, plan) && known_is_about(e, target)))
		e = e->next;
	return e;
}

bool known_expects(const struct known_entry *e, const char *requirement)
{
	for (size_t i = 0; i < e->requirements.n; i++)
		if (!strcmp(e->requirements.word[i], requirement))
			return true;
	return e->requirements.n == 0;
}
