/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one can ask a node, and reading a file into a source.  Who makes the
 * nodes is yaml.c.
 */
#include "testcase/node.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"

static struct node_pair *find_pair(const struct node *map, const char *key)
{
	size_t i;

	if (map->kind != NODE_MAP)
		return NULL;
	for (i = 0; i < map->n_pairs; i++)
		if (node_is(map->pair[i].key, key))
			return &map->pair[i];
	return NULL;
}

struct node *node_get(const struct node *map, const char *key)
{
	struct node_pair *p = find_pair(map, key);

	return p ? p->value : NULL;
}

struct node *node_get_key(const struct node *map, const char *key)
{
	struct node_pair *p = find_pair(map, key);

	return p ? p->key : NULL;
}

bool node_is(const struct node *n, const char *text)
{
	return n->kind == NODE_SCALAR && n->len == strlen(text) && !memcmp(n->text, text, n->len);
}

const char *node_kind_name(const struct node *n)
{
	static const char *const names[] = { "text", "a list", "a map" };

	if (n->kind == NODE_SCALAR && n->len == 0 && !n->quoted)
		return "nothing";
	return names[n->kind];
}

static bool is_param_char(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (!first && ((c >= '0' && c <= '9') || c == '-'));
}

bool node_next_param(const char *text, size_t text_len, size_t *pos, size_t *len)
{
	size_t i, j;

	for (i = *pos; i + 1 < text_len; i++) {
		if (text[i] != '$' || !is_param_char(text[i + 1], true))
			continue;
		for (j = i + 2; j < text_len && is_param_char(text[j], false); j++)
			;
		while (text[j - 1] == '-')
			j--;
		*pos = i;
		*len = j - i;
		return true;
	}
	return false;
}

/* Reads at most one byte more than allowed, so that "too large" is seen. */
static int read_all(FILE *f, struct buf *b)
{
	char chunk[16384];
	size_t n;

	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0) {
		buf_add(b, chunk, n);
		if (b->len > NODE_MAX_BYTES)
			return -EFBIG;
	}
	return ferror(f) ? -(errno ? errno : EIO) : 0;
}

static int read_regular(const char *path, struct buf *b)
{
	FILE *f = fopen(path, "re");
	struct stat st;
	int err;

	if (!f)
		return -errno;
	if (fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode))
		err = -EISDIR;
	else
		err = read_all(f, b);
	fclose(f);
	return err;
}

const struct source *node_read_file(struct arena *arena, const char *path, struct diags *ds)
{
	struct source *src = arena_alloc(arena, sizeof(*src));
	struct buf b = BUF_INIT;
	int err = read_regular(path, &b);

	src->name = arena_strdup(arena, path);
	src->text = "";
	if (err == -EFBIG) {
		diag_add(ds, DIAG_ERROR, NULL, "%s is larger than %u MiB", path,
			 NODE_MAX_BYTES >> 20);
		diag_add_help(ds, "is it a case file? Split it by area if it is");
	} else if (err) {
		diag_add(ds, DIAG_ERROR, NULL, "cannot read %s: %s", path, strerror(-err));
	} else {
		buf_addc(&b, '\0');
		src->text = arena_memdup(arena, b.data, b.len--);
		src->len = b.len;
	}
	buf_fini(&b);
	return err ? NULL : src;
}
