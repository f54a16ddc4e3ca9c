/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The schema of case files, of target profiles and of lists of known deviations:
 * one constant table per YAML mapping.
 *
 * The loader checks nodes against it, and the JSON Schema for editors, the
 * tables of the manual page, `explain` and completion are made from it, so that
 * they cannot disagree.
 *
 * A value may be written as a scalar, a list or a map; a schema has at most one
 * way for each of the three, so that the kind of a node alone decides which
 * rules it is held to, and a message never says "none of seven alternatives".
 */
#ifndef TESTCASE_SCHEMA_H
#define TESTCASE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "testcase/node.h"

struct buf;
struct schema;
struct schema_check;

/* What a scalar may say: one of the words, or what the check takes. */
struct schema_scalar {
	const char *name;	       /* "duration" */
	const char *expected;	       /* "a duration with a unit, such as 300ms" */
	const char *(*word)(size_t i); /* words, NULL at the end; or NULL: none */
	/* Adds an error and returns false; NULL if only words are allowed. */
	bool (*check)(const struct schema_scalar *s, const struct node *n,
		      struct schema_check *c);
	bool text;	     /* may stand in quotes */
	bool number;	     /* a text that editors may take for a number */
	int64_t min, max;    /* of numbers and of constant expressions */
	const char *pattern; /* regular expression for editors, or NULL */
};

enum schema_key_flag {
	KEY_REQUIRED = 1,
	KEY_CHOICE = 2,	 /* exactly one of these in a map */
	KEY_PARAMS = 4,	 /* "$name" may stand for anything in it */
	KEY_PATTERN = 8, /* "kind-N": N stands for a number up to 255 */
};

struct schema_key {
	const char *name;
	const struct schema *value;
	unsigned int flags; /* enum schema_key_flag */
	const char *help;   /* one line, without a full stop */
};

struct schema_map {
	const char *name; /* "case": completes "unknown key .. in a" */
	const struct schema_key *key;
	size_t n_keys;
	const struct schema *other;	       /* values of keys that are not listed, or NULL */
	const struct schema_scalar *other_key; /* what such a key looks like */
	const char *other_help;
	const char *choice;   /* what KEY_CHOICE keys are ("action"), or NULL */
	bool choice_optional; /* none of them will do as well */
	/* Rules that the table cannot tell; the keys are known to be good. */
	bool (*check)(const struct node *map, struct schema_check *c);
};

struct schema {
	const char *name;     /* "expectation": the manual's and the JSON Schema's */
	const char *expected; /* "flags or an expectation map" */
	bool anything;	      /* no rules */
	const struct schema_scalar *scalar;
	const struct schema *item;   /* of a list */
	size_t min_items, max_items; /* 0: no limit */
	const struct schema_map *map;
};

struct schema_check {
	struct diags *ds;
	bool params; /* a plain scalar with "$name" is good for anything */
};

/* A whole case file, and the parts that are checked again with parameters put in. */
extern const struct schema schema_file;
extern const struct schema schema_step;
extern const struct schema schema_tester;
extern const struct schema schema_link;
/* A whole target profile, and a whole list of known deviations. */
extern const struct schema schema_target;
extern const struct schema schema_known;

/* What the command line and a profile take at most. */
#define SCHEMA_MAX_JOBS 60000
#define SCHEMA_MAX_RATE 1000000
/* The longest pattern of ids. */
#define SCHEMA_MAX_PATTERN 256

/*
 * Holds @n to @s: true, or false after adding every error found.  Nodes with an
 * error in them are marked `bad`.
 */
bool schema_check_node(const struct schema *s, struct node *n, struct schema_check *c);

/* The key of @map with this name (patterns included), or NULL. */
const struct schema_key *schema_find_key(const struct schema_map *map, const char *name);

/*
 * Every mapping of the language in the order a reader meets them, for manuals
 * and completion: NULL at the end.  No two have the same name.
 */
const struct schema_map *schema_map_at(size_t i);
/* The same of target profiles, and of lists of known deviations. */
const struct schema_map *schema_target_map_at(size_t i);
const struct schema_map *schema_known_map_at(size_t i);

/* "a duration with a unit, such as 300ms": what may stand for @s. */
const char *schema_expected(const struct schema *s);

/* Appends @root as a JSON Schema (draft 7), "shakedown case file", to @out. */
void schema_json(const struct schema *root, const char *title, struct buf *out);

#endif
