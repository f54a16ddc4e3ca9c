/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * YAML as a tree of nodes with marks.
 *
 * Nothing is guessed from the look of a scalar: "5", "yes" and "~" are text
 * until the schema says what they are.  Anchors and aliases are followed (an
 * alias is the same node again, so the tree may share parts); tags, merge keys,
 * a second document and recursive aliases are errors.
 */
#ifndef TESTCASE_NODE_H
#define TESTCASE_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"

enum node_kind {
	NODE_SCALAR,
	NODE_LIST,
	NODE_MAP
};

struct node {
	enum node_kind kind;
	bool quoted;	      /* scalar: in quotes or a block: text, nothing else */
	bool has_param;	      /* a plain scalar in it holds a $name */
	bool bad;	      /* the schema found an error in it */
	uint8_t depth;	      /* levels below it, 0 for a scalar */
	struct mark at;	      /* where it starts; the whole scalar is underlined */
	uint32_t count;	      /* nodes in it with aliases written out, itself included */
	const void *cache[2]; /* what a compiler made of it, to be shared */
	union {
		struct {
			const char *text; /* NUL-terminated, may hold NULs */
			size_t len;
		};
		struct {
			struct node **item;
			size_t n_items;
		};
		struct {
			struct node_pair *pair;
			size_t n_pairs;
		};
	};
};

struct node_pair {
	struct node *key; /* always a scalar */
	struct node *value;
};

#define NODE_MAX_DEPTH 64
#define NODE_MAX_COUNT 100000
#define NODE_MAX_BYTES (4u << 20)

/*
 * Reads the file @path into a source that lives in @arena.  Returns NULL after
 * adding an error if it cannot be read or is larger than NODE_MAX_BYTES.
 */
const struct source *node_read_file(struct arena *arena, const char *path, struct diags *ds);

/*
 * Parses @src to a tree in @arena.  Returns NULL after adding an error if there
 * is no tree to speak of.  After an error inside a tree (a duplicate key, a tag)
 * the tree is returned all the same, so that the rest can be checked: compare
 * ds->n_errors.
 */
struct node *node_parse(struct arena *arena, const struct source *src, struct diags *ds);

/* The value of @key in the map @map, or NULL. */
struct node *node_get(const struct node *map, const char *key);
/* The key's own node, for its mark, or NULL. */
struct node *node_get_key(const struct node *map, const char *key);

/* True if @n is a scalar with exactly this text. */
bool node_is(const struct node *n, const char *text);

/* "text", "a list", "a map": for messages. */
const char *node_kind_name(const struct node *n);

/*
 * Finds the next "$name" in @text from *pos on: true, its start (the "$") in
 * *pos, its length with the "$" in *len.
 */
bool node_next_param(const char *text, size_t text_len, size_t *pos, size_t *len);

#endif
