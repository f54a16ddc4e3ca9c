/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From libyaml's events to nodes.  The only file that includes yaml.h.
 *
 * libyaml counts characters, our marks count bytes, and libyaml takes more
 * characters for line breaks than an editor does; so of its marks only the
 * index is used, and is looked up in a table of checkpoints.
 *
 * What hostile input could do is bounded here: nesting (the recursion of
 * every later walk), the number of nodes with aliases written out (the time of
 * every later walk), and cycles (an alias inside its own anchor).
 */
#include <yaml.h>

#include <string.h>
#include <uthash.h>

#include "base/utf8.h"
#include "testcase/node.h"

#define CHECKPOINT_CHARS 128

/* Where character number (index of the checkpoint * CHECKPOINT_CHARS) stands. */
struct checkpoint {
	size_t offset, line_start;
	uint32_t line;
};

struct anchor {
	const char *name;
	struct node *node; /* NULL while what it names is still being read */
	struct mark at;
	UT_hash_handle hh;
};

struct reader {
	yaml_parser_t parser;
	struct arena *arena;
	const struct source *src;
	struct diags *ds;
	struct checkpoint *check;
	size_t n_checks;
	struct anchor *anchors;
	unsigned int depth;
	uint32_t count;
	bool stop; /* nothing sensible can follow: no more events */
};

/* One step of the walk over the text: a character, and what follows a newline. */
static void advance(const struct source *src, struct checkpoint *c)
{
	uint32_t cp;

	c->offset += utf8_get(src->text + c->offset, src->len - c->offset, &cp);
	if (cp == '\n') {
		c->line++;
		c->line_start = c->offset;
	}
}

static void make_checkpoints(struct reader *r)
{
	struct checkpoint c = { 0, 0, 1 };
	size_t n = 0;

	r->check =
		arena_calloc(r->arena, r->src->len / CHECKPOINT_CHARS + 1, sizeof(*r->check));
	do {
		if (n++ % CHECKPOINT_CHARS == 0)
			r->check[r->n_checks++] = c;
		if (c.offset < r->src->len)
			advance(r->src, &c);
	} while (c.offset < r->src->len);
}

static struct checkpoint locate(const struct reader *r, size_t index)
{
	size_t i = index / CHECKPOINT_CHARS, left;
	struct checkpoint c;

	if (i >= r->n_checks)
		i = r->n_checks - 1;
	c = r->check[i];
	for (left = index - i * CHECKPOINT_CHARS; left && c.offset < r->src->len; left--)
		advance(r->src, &c);
	return c;
}

static struct mark mark_of(const struct reader *r, const struct checkpoint *c, size_t width)
{
	struct mark m = { r->src, c->line, (uint32_t)(c->offset - c->line_start) + 1,
			  width ? (uint32_t)width : 1 };

	return m;
}

/* From @start to @end, but never beyond the end of the first line. */
static struct mark mark_between(const struct reader *r, const yaml_mark_t *start,
				const yaml_mark_t *end)
{
	struct checkpoint a = locate(r, start->index), b = locate(r, end->index);
	const char *nl;

	if (b.offset <= a.offset)
		return mark_of(r, &a, 1);
	nl = memchr(r->src->text + a.offset, '\n', b.offset - a.offset);
	if (nl)
		b.offset = (size_t)(nl - r->src->text);
	while (b.offset > a.offset && strchr(" \t\r", r->src->text[b.offset - 1]))
		b.offset--;
	return mark_of(r, &a, b.offset - a.offset);
}

static struct mark mark_point(const struct reader *r, const yaml_mark_t *at)
{
	struct checkpoint c = locate(r, at->index);

	return mark_of(r, &c, 1);
}

struct advice {
	const char *problem; /* what libyaml says, or its start */
	const char *help;
};

static const struct advice advices[] = {
	{ "mapping values are not allowed",
	  "a \": \" starts a value; if it belongs to a text, put the text in quotes" },
	{ "found character that cannot start any token",
	  "a text that starts with this character must stand in quotes" },
	{ "found a tab character", "indent with blanks, not tabs" },
	{ "could not find expected ':'", "every line of a map is \"key: value\"" },
	{ "did not find expected key", "keys of one map must stand in the same column" },
	{ "did not find expected '-' indicator",
	  "the items of a list must start with \"-\" in the same column" },
	{ "did not find expected ',' or '}'", "is a \"}\" or a comma missing?" },
	{ "did not find expected ',' or ']'", "is a \"]\" or a comma missing?" },
	{ "found unexpected end of stream", "a quote is never closed" },
	{ "control characters", "case files are plain UTF-8 text" },
};

static const char *advice_for(const struct reader *r, const char *problem)
{
	size_t at = locate(r, r->parser.problem_mark.index).offset, i;

	if (r->parser.error == YAML_SCANNER_ERROR && at < r->src->len &&
	    r->src->text[at] == '\t')
		return "indent with blanks, not tabs";

	for (i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (!strncmp(problem, advices[i].problem, strlen(advices[i].problem)))
			return advices[i].help;
	return strstr(problem, "UTF-8") ? "case files are plain UTF-8 text" : NULL;
}

/* The reader's errors carry a byte offset, all others a mark. */
static struct mark problem_mark(const struct reader *r)
{
	struct checkpoint c = { 0, 0, 1 };

	if (r->parser.error != YAML_READER_ERROR)
		return mark_point(r, &r->parser.problem_mark);
	while (c.offset < r->parser.problem_offset && c.offset < r->src->len)
		advance(r->src, &c);
	return mark_of(r, &c, 1);
}

static void syntax_error(struct reader *r)
{
	const char *problem = r->parser.problem ? r->parser.problem : "unknown trouble";
	const char *help = advice_for(r, problem);
	struct mark at = problem_mark(r);

	diag_add(r->ds, DIAG_ERROR, &at, "not YAML: %s", problem);
	if (help)
		diag_add_help(r->ds, "%s", help);
	if (r->parser.context && r->parser.error != YAML_READER_ERROR &&
	    r->parser.context_mark.index != r->parser.problem_mark.index) {
		at = mark_point(r, &r->parser.context_mark);
		diag_add(r->ds, DIAG_NOTE, &at, "%s that starts here", r->parser.context);
	}
	r->stop = true;
}

/* The next event, which the caller deletes; false after an error. */
static bool next_event(struct reader *r, yaml_event_t *ev)
{
	if (r->stop)
		return false;
	if (!yaml_parser_parse(&r->parser, ev)) {
		syntax_error(r);
		return false;
	}
	return true;
}

static struct node *new_node(struct reader *r, enum node_kind kind, const yaml_event_t *ev)
{
	struct node *n = arena_alloc(r->arena, sizeof(*n));

	n->kind = kind;
	n->at = mark_between(r, &ev->start_mark, &ev->end_mark);
	n->count = 1;
	return n;
}

/* Counts @n more nodes; false (once with an error) if they are too many. */
static bool count_nodes(struct reader *r, uint32_t n, const struct mark *at)
{
	if (r->stop)
		return false;
	r->count += n;
	if (r->count <= NODE_MAX_COUNT)
		return true;
	diag_add(r->ds, DIAG_ERROR, at,
		 "the file holds more than %d nodes with aliases written out", NODE_MAX_COUNT);
	diag_add_help(r->ds, "use fewer aliases, or split the file");
	r->stop = true;
	return false;
}

static bool check_depth(struct reader *r, unsigned int depth, const struct mark *at)
{
	if (depth <= NODE_MAX_DEPTH)
		return true;
	diag_add(r->ds, DIAG_ERROR, at, "nested deeper than %d levels", NODE_MAX_DEPTH);
	r->stop = true;
	return false;
}

static void check_tag(struct reader *r, const yaml_char_t *tag, const struct mark *at)
{
	if (!tag)
		return;
	diag_add(r->ds, DIAG_ERROR, at, "a tag (\"%s\") has no meaning here",
		 (const char *)tag);
	diag_add_help(r->ds, "leave the tag out: the schema knows the type of every value");
}

static struct anchor *find_anchor(struct reader *r, const yaml_char_t *name)
{
	struct anchor *a;

	HASH_FIND_STR(r->anchors, (const char *)name, a);
	return a;
}

/* A later anchor of the same name takes the place of the earlier one. */
static struct anchor *open_anchor(struct reader *r, const yaml_char_t *name,
				  const struct mark *at)
{
	struct anchor *a;

	if (!name)
		return NULL;
	a = find_anchor(r, name);
	if (!a) {
		a = arena_alloc(r->arena, sizeof(*a));
		a->name = arena_strdup(r->arena, (const char *)name);
		HASH_ADD_KEYPTR(hh, r->anchors, a->name, strlen(a->name), a);
	}
	a->node = NULL;
	a->at = *at;
	return a;
}

static struct node *read_alias(struct reader *r, const yaml_event_t *ev)
{
	const char *name = (const char *)ev->data.alias.anchor;
	struct anchor *a = find_anchor(r, ev->data.alias.anchor);
	struct mark at = mark_between(r, &ev->start_mark, &ev->end_mark);

	if (!a) {
		diag_add(r->ds, DIAG_ERROR, &at, "no anchor \"&%s\" comes before this alias",
			 name);
	} else if (!a->node) {
		diag_add(r->ds, DIAG_ERROR, &at, "\"*%s\" stands inside what it refers to",
			 name);
		diag_add(r->ds, DIAG_NOTE, &a->at, "the anchor is here");
	} else if (count_nodes(r, a->node->count, &at) &&
		   check_depth(r, r->depth + a->node->depth, &at)) {
		return a->node;
	}
	r->stop = true;
	return NULL;
}

static bool scalar_has_param(const struct node *n)
{
	size_t pos = 0, len;

	return !n->quoted && node_next_param(n->text, n->len, &pos, &len);
}

static struct node *read_scalar(struct reader *r, const yaml_event_t *ev)
{
	struct node *n = new_node(r, NODE_SCALAR, ev);
	struct anchor *a = open_anchor(r, ev->data.scalar.anchor, &n->at);

	check_tag(r, ev->data.scalar.tag, &n->at);
	/* libyaml puts a NUL after the value, which may hold others. */
	n->text = arena_memdup(r->arena, ev->data.scalar.value, ev->data.scalar.length + 1);
	n->len = ev->data.scalar.length;
	n->quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	n->has_param = scalar_has_param(n);
	if (a)
		a->node = n;
	return count_nodes(r, 1, &n->at) ? n : NULL;
}

static struct node *read_node(struct reader *r, yaml_event_t *ev);

/* A growing list of pointers, in the arena: the old halves are left behind. */
struct growing {
	struct node **p;
	size_t n, cap;
};

static void grow(struct reader *r, struct growing *g, struct node *n)
{
	struct node **bigger;

	if (g->n == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 4;
		bigger = arena_calloc(r->arena, g->cap, sizeof(*bigger));
		if (g->n)
			memcpy(bigger, g->p, g->n * sizeof(*bigger));
		g->p = bigger;
	}
	g->p[g->n++] = n;
}

/* Takes @child into @parent's figures. */
static void adopt(struct node *parent, const struct node *child)
{
	parent->count += child->count;
	parent->has_param |= child->has_param;
	if (parent->depth <= child->depth)
		parent->depth = child->depth + 1;
}

/* Nodes up to the event @end, whose own end goes to *last. */
static void read_children(struct reader *r, yaml_event_type_t end, struct growing *g,
			  yaml_mark_t *last)
{
	yaml_event_t ev;
	struct node *child;
	bool done = false;

	while (!done && next_event(r, &ev)) {
		done = ev.type == end;
		*last = ev.end_mark;
		child = done ? NULL : read_node(r, &ev);
		if (child)
			grow(r, g, child);
		yaml_event_delete(&ev);
	}
}

static struct node *read_list(struct reader *r, const yaml_event_t *ev)
{
	struct node *n = new_node(r, NODE_LIST, ev);
	struct anchor *a = open_anchor(r, ev->data.sequence_start.anchor, &n->at);
	struct growing g = { NULL, 0, 0 };
	yaml_mark_t last;
	size_t i;

	check_tag(r, ev->data.sequence_start.tag, &n->at);
	if (!count_nodes(r, 1, &n->at))
		return NULL;
	read_children(r, YAML_SEQUENCE_END_EVENT, &g, &last);
	if (r->stop)
		return NULL;
	n->item = g.p;
	n->n_items = g.n;
	for (i = 0; i < g.n; i++)
		adopt(n, g.p[i]);
	if (ev->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE)
		n->at = mark_between(r, &ev->start_mark, &last);
	if (a)
		a->node = n;
	return n;
}

static bool check_key(struct reader *r, const struct node *key)
{
	if (key->kind != NODE_SCALAR) {
		diag_add(r->ds, DIAG_ERROR, &key->at, "a key must be a word, not %s",
			 node_kind_name(key));
		return false;
	}
	if (!key->quoted && node_is(key, "<<")) {
		diag_add(r->ds, DIAG_ERROR, &key->at, "merge keys (\"<<\") are not supported");
		diag_add_help(r->ds,
			      "use \"defaults\", a fragment or a matrix parameter instead");
		return false;
	}
	return true;
}

struct seen_key {
	const struct node *key;
	UT_hash_handle hh;
};

/* True if @key is new among *seen, to which it is added. */
static bool check_duplicate(struct reader *r, struct seen_key **seen, const struct node *key)
{
	struct seen_key *s;

	HASH_FIND(hh, *seen, key->text, key->len, s);
	if (s) {
		diag_add(r->ds, DIAG_ERROR, &key->at, "duplicate key \"%s\"", key->text);
		diag_add(r->ds, DIAG_NOTE, &s->key->at, "the first one is here");
		return false;
	}
	s = arena_alloc(r->arena, sizeof(*s));
	s->key = key;
	HASH_ADD_KEYPTR(hh, *seen, key->text, key->len, s);
	return true;
}

/* Pairs up keys and values; what has no usable key is left out. */
static void make_pairs(struct reader *r, struct node *n, const struct growing *g)
{
	struct seen_key *seen = NULL;
	size_t i;

	n->pair = arena_calloc(r->arena, g->n / 2 + 1, sizeof(*n->pair));
	for (i = 0; i + 1 < g->n; i += 2) {
		adopt(n, g->p[i]);
		adopt(n, g->p[i + 1]);
		if (!check_key(r, g->p[i]) || !check_duplicate(r, &seen, g->p[i]))
			continue;
		n->pair[n->n_pairs].key = g->p[i];
		n->pair[n->n_pairs++].value = g->p[i + 1];
	}
	HASH_CLEAR(hh, seen);
}

static struct node *read_map(struct reader *r, const yaml_event_t *ev)
{
	struct node *n = new_node(r, NODE_MAP, ev);
	struct anchor *a = open_anchor(r, ev->data.mapping_start.anchor, &n->at);
	struct growing g = { NULL, 0, 0 };
	yaml_mark_t last;

	check_tag(r, ev->data.mapping_start.tag, &n->at);
	if (!count_nodes(r, 1, &n->at))
		return NULL;
	read_children(r, YAML_MAPPING_END_EVENT, &g, &last);
	if (r->stop)
		return NULL;
	make_pairs(r, n, &g);
	if (ev->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE)
		n->at = mark_between(r, &ev->start_mark, &last);
	else if (g.n && !a)
		n->at = g.p[0]->at;
	if (a)
		a->node = n;
	return n;
}

static struct node *read_nested(struct reader *r, const yaml_event_t *ev)
{
	struct mark at = mark_point(r, &ev->start_mark);
	struct node *n = NULL;

	if (check_depth(r, ++r->depth, &at))
		n = ev->type == YAML_SEQUENCE_START_EVENT ? read_list(r, ev) : read_map(r, ev);
	r->depth--;
	return n;
}

/* The node that starts with @ev, or NULL if reading must stop. */
static struct node *read_node(struct reader *r, yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_ALIAS_EVENT:
		return read_alias(r, ev);
	case YAML_SCALAR_EVENT:
		return read_scalar(r, ev);
	default:
		return read_nested(r, ev);
	}
}

static void empty_file(struct reader *r)
{
	struct mark at = { r->src, 0, 0, 0 };

	diag_add(r->ds, DIAG_ERROR, &at, "the file holds no YAML document");
	diag_add_help(r->ds, "a case file starts with \"format: 1\" and \"area: NAME\"");
}

static void second_document(struct reader *r, const yaml_event_t *ev)
{
	struct mark at = mark_between(r, &ev->start_mark, &ev->end_mark);

	diag_add(r->ds, DIAG_ERROR, &at, "a second document starts here");
	diag_add_help(r->ds, "put all cases under one \"cases:\", or in a file of their own");
	r->stop = true;
}

static struct node *read_stream(struct reader *r)
{
	struct node *root = NULL;
	bool done = false, started = false;
	yaml_event_t ev;

	while (!done && next_event(r, &ev)) {
		switch (ev.type) {
		case YAML_STREAM_START_EVENT:
		case YAML_DOCUMENT_END_EVENT:
			break;
		case YAML_DOCUMENT_START_EVENT:
			if (started)
				second_document(r, &ev);
			started = true;
			break;
		case YAML_STREAM_END_EVENT:
			done = true;
			break;
		default:
			root = read_node(r, &ev);
			break;
		}
		yaml_event_delete(&ev);
	}
	if (!started && !r->stop)
		empty_file(r);
	return root;
}

struct node *node_parse(struct arena *arena, const struct source *src, struct diags *ds)
{
	struct reader r = { .arena = arena, .src = src, .ds = ds };
	struct node *root = NULL;

	make_checkpoints(&r);
	if (yaml_parser_initialize(&r.parser)) {
		/* Without this, libyaml would look for UTF-16. */
		yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
		yaml_parser_set_input_string(&r.parser, (const unsigned char *)src->text,
					     src->len);
		root = read_stream(&r);
		yaml_parser_delete(&r.parser);
	}
	HASH_CLEAR(hh, r.anchors);
	return root;
}
