/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON, written: the one file that includes jansson.h.  A struct json is a
 * json_t under another name.
 */
#include "base/json.h"

#include <jansson.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/utf8.h"

/* jansson returns NULL where memory or arguments fail, and the latter do not. */
static struct json *checked(json_t *j)
{
	if (!j)
		log_panic("cannot make a JSON value");
	return (struct json *)j;
}

static json_t *of(struct json *j)
{
	return (json_t *)j;
}

struct json *json_new_object(void)
{
	return checked(json_object());
}

struct json *json_new_array(void)
{
	return checked(json_array());
}

/* A string that jansson refused, with its bad bytes replaced. */
static json_t *repaired_string(const char *s)
{
	size_t len = strlen(s), n;
	struct buf text = BUF_INIT;
	json_t *j;
	uint32_t cp;

	for (; len; s += n, len -= n) {
		n = utf8_get(s, len, &cp);
		utf8_add(&text, cp);
	}
	j = json_string(buf_str(&text));
	buf_fini(&text);
	return j;
}

struct json *json_new_string(const char *s)
{
	json_t *j;

	if (!s)
		return checked(json_null());
	j = json_string(s);
	return checked(j ? j : repaired_string(s));
}

struct json *json_new_int(int64_t v)
{
	return checked(json_integer(v));
}

struct json *json_new_real(double v)
{
	return checked(json_real(v));
}

struct json *json_new_bool(bool v)
{
	return checked(json_boolean(v));
}

void json_free(struct json *j)
{
	json_decref(of(j));
}

void json_set(struct json *object, const char *key, struct json *value)
{
	if (json_object_set_new_nocheck(of(object), key, of(value)))
		log_panic("cannot set \"%s\" of a JSON object", key);
}

void json_push(struct json *array, struct json *value)
{
	if (json_array_append_new(of(array), of(value)))
		log_panic("cannot append to a JSON array");
}

void json_set_string(struct json *object, const char *key, const char *s)
{
	json_set(object, key, json_new_string(s));
}

void json_set_int(struct json *object, const char *key, int64_t v)
{
	json_set(object, key, json_new_int(v));
}

void json_set_bool(struct json *object, const char *key, bool v)
{
	json_set(object, key, json_new_bool(v));
}

void json_push_string(struct json *array, const char *s)
{
	json_push(array, json_new_string(s));
}

static int add_chunk(const char *p, size_t len, void *out)
{
	buf_add(out, p, len);
	return 0;
}

void json_add_text(struct buf *out, const struct json *j, int indent)
{
	size_t flags = indent ? JSON_INDENT(indent) : JSON_COMPACT;

	flags |= JSON_ENCODE_ANY | JSON_REAL_PRECISION(15);
	if (json_dump_callback((const json_t *)j, add_chunk, out, flags))
		log_panic("cannot write a JSON value");
}
