/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON, written.  A thin cover over jansson, which no other file sees: values
 * are built, put into each other, appended to a buffer as text, and freed.
 *
 * Members keep the order in which they were set.  Strings may hold anything;
 * bytes that are not UTF-8 are replaced.  Running out of memory ends the
 * program.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct json;

/* A value of its own; the caller puts it somewhere or frees it. */
struct json *json_new_object(void);
struct json *json_new_array(void);
struct json *json_new_string(const char *s); /* NULL: null */
struct json *json_new_int(int64_t v);
struct json *json_new_real(double v); /* must be finite */
struct json *json_new_bool(bool v);

/* Frees @j with all that was put into it; NULL is accepted. */
void json_free(struct json *j);

/* Puts @value into an object or at the end of an array, and owns it from then on. */
void json_set(struct json *object, const char *key, struct json *value);
void json_push(struct json *array, struct json *value);

/* The same for plain values. */
void json_set_string(struct json *object, const char *key, const char *s);
void json_set_int(struct json *object, const char *key, int64_t v);
void json_set_bool(struct json *object, const char *key, bool v);
void json_push_string(struct json *array, const char *s);

/*
 * Appends the text of @j: on one line if @indent is 0, otherwise with that many
 * spaces for each level.  No newline at the end.
 */
void json_add_text(struct buf *out, const struct json *j, int indent);

#endif
