/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The schema as a JSON Schema (draft 7), for editors that complete and check
 * YAML while it is written.
 *
 * Every schema becomes a definition, made when it is first referred to.  Below
 * keys that take parameters the definition is another one ("NAME-in-steps"), in
 * which "$name" may stand for anything.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "testcase/schema.h"

#define DEFINITIONS_MAX 128

/* A schema that was referred to; the list grows while definitions are made. */
struct definition {
	const struct schema *s;
	bool params;
};

struct writer {
	struct json *definitions;
	struct definition list[DEFINITIONS_MAX];
	size_t n;
};

static const char *schema_name(const struct schema *s)
{
	return s->name ? s->name : s->scalar->name;
}

static void definition_name(const struct definition *d, char *out, size_t cap)
{
	snprintf(out, cap, "%s%s", schema_name(d->s), d->params ? "-in-steps" : "");
}

/* Two schemas of one name would be one definition: that is a bug in the tables. */
static void new_definition(struct writer *w, const struct schema *s, bool params)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->list[i].s != s && !strcmp(schema_name(w->list[i].s), schema_name(s)))
			log_panic("two schemas are named %s", schema_name(s));
	if (w->n == DEFINITIONS_MAX)
		log_panic("more than %d definitions in the schema", DEFINITIONS_MAX);
	w->list[w->n++] = (struct definition){ s, params };
}

/* {"$ref": "#/definitions/NAME"} */
static struct json *reference(struct writer *w, const struct schema *s, bool params)
{
	struct json *j = json_new_object();
	char name[64], ref[96];
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->list[i].s == s && w->list[i].params == params)
			break;
	if (i == w->n)
		new_definition(w, s, params);
	definition_name(&w->list[i], name, sizeof(name));
	snprintf(ref, sizeof(ref), "#/definitions/%s", name);
	json_set_string(j, "$ref", ref);
	return j;
}

static struct json *pattern(const char *regexp)
{
	struct json *j = json_new_object();

	json_set_string(j, "type", "string");
	json_set_string(j, "pattern", regexp);
	return j;
}

/*
 * An editor reads YAML by the rules of YAML 1.2, where 5 is a number and true a
 * boolean; here both are text until the schema says what they are.
 */
static struct json *any_scalar(void)
{
	struct json *j = json_new_object(), *types = json_new_array();

	json_push_string(types, "string");
	json_push_string(types, "integer");
	json_set(j, "type", types);
	return j;
}

static struct json *words(const struct schema_scalar *s)
{
	struct json *j = json_new_object(), *list = json_new_array();
	size_t i;

	for (i = 0; s->word(i); i++) {
		const char *word = s->word(i);

		json_push_string(list, word);
		if (!strcmp(word, "true") || !strcmp(word, "false"))
			json_push(list, json_new_bool(word[0] == 't'));
		else if (word[0] >= '0' && word[0] <= '9')
			json_push(list, json_new_int(word[0] - '0'));
	}
	json_set(j, "enum", list);
	return j;
}

static struct json *integer(const struct schema_scalar *s)
{
	struct json *j = json_new_object();

	json_set_string(j, "type", "integer");
	json_set_int(j, "minimum", s->min);
	json_set_int(j, "maximum", s->max);
	return j;
}

static void add_scalar(struct json *any, const struct schema_scalar *s)
{
	if (s->word)
		json_push(any, words(s));
	if (!s->check)
		return;
	if (s->number)
		json_push(any, integer(s));
	if (s->pattern)
		json_push(any, pattern(s->pattern));
	else if (s->max && s->min == s->max)
		json_push(any, integer(s));
	else
		json_push(any, any_scalar());
}

static struct json *list_of(struct writer *w, const struct schema *s, bool params)
{
	struct json *j = json_new_object();

	json_set_string(j, "type", "array");
	json_set(j, "items", reference(w, s->item, params));
	if (s->min_items)
		json_set_int(j, "minItems", (int64_t)s->min_items);
	if (s->max_items)
		json_set_int(j, "maxItems", (int64_t)s->max_items);
	return j;
}

static void add_property(struct writer *w, struct json *properties, struct json *patterns,
			 const struct schema_key *k, bool params)
{
	struct json *j = json_new_object(), *all = json_new_array();

	/* "$name" in place of the whole is let pass: an editor need not know all. */
	/* In draft 7 nothing may stand beside "$ref". */
	json_push(all, reference(w, k->value, params || (k->flags & KEY_PARAMS)));
	json_set(j, "allOf", all);
	json_set_string(j, "description", k->help);
	if (k->flags & KEY_PATTERN)
		json_set(patterns, "^kind-[0-9]{1,3}$", j);
	else
		json_set(properties, k->name, j);
}

static struct json *required_keys(const struct schema_map *map)
{
	struct json *list = NULL;
	size_t i;

	for (i = 0; i < map->n_keys; i++) {
		if (!(map->key[i].flags & KEY_REQUIRED))
			continue;
		list = list ? list : json_new_array();
		json_push_string(list, map->key[i].name);
	}
	return list;
}

/* Exactly one of the choices: [{"required": ["send"]}, ..] */
static struct json *choices(const struct schema_map *map)
{
	struct json *one_of = json_new_array();
	size_t i;

	for (i = 0; i < map->n_keys; i++) {
		struct json *j, *list;

		if (!(map->key[i].flags & KEY_CHOICE))
			continue;
		j = json_new_object();
		list = json_new_array();
		json_push_string(list, map->key[i].name);
		json_set(j, "required", list);
		json_push(one_of, j);
	}
	return one_of;
}

static struct json *map_of(struct writer *w, const struct schema_map *map, bool params)
{
	struct json *j = json_new_object(), *properties = json_new_object();
	struct json *patterns = json_new_object(), *required = required_keys(map);
	size_t i;

	for (i = 0; i < map->n_keys; i++)
		add_property(w, properties, patterns, &map->key[i], params);
	json_set_string(j, "type", "object");
	json_set(j, "properties", properties);
	json_set(j, "patternProperties", patterns);
	json_set(j, "additionalProperties",
		 map->other ? reference(w, map->other, params) : json_new_bool(false));
	if (required)
		json_set(j, "required", required);
	if (map->choice && !map->choice_optional)
		json_set(j, "oneOf", choices(map));
	return j;
}

static struct json *definition(struct writer *w, const struct definition *d)
{
	struct json *j = json_new_object(), *any;

	if (d->s->anything)
		return j;
	any = json_new_array();
	json_set_string(j, "description", schema_expected(d->s));
	if (d->s->scalar)
		add_scalar(any, d->s->scalar);
	if (d->s->item)
		json_push(any, list_of(w, d->s, d->params));
	if (d->s->map)
		json_push(any, map_of(w, d->s->map, d->params));
	if (d->params)
		json_push(any, pattern("\\$[a-z]"));
	json_set(j, "anyOf", any);
	return j;
}

void schema_json(const struct schema *s, const char *title, struct buf *out)
{
	struct writer w = { .definitions = json_new_object(), .n = 0 };
	struct json *root = reference(&w, s, false), *all, *j;
	char name[64];
	size_t i;

	/* The list grows while this loop runs. */
	for (i = 0; i < w.n; i++) {
		struct definition d = w.list[i];

		definition_name(&d, name, sizeof(name));
		json_set(w.definitions, name, definition(&w, &d));
	}
	j = json_new_object();
	json_set_string(j, "$schema", "http://json-schema.org/draft-07/schema#");
	json_set_string(j, "title", title);
	all = json_new_array();
	json_push(all, root);
	json_set(j, "allOf", all);
	json_set(j, "definitions", w.definitions);
	json_add_text(out, j, 2);
	buf_addc(out, '\n');
	json_free(j);
}
