/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a YAML file is meant to be.
 */
#include "plan/file_kind.h"

#include <string.h>
#include <sys/stat.h>

#include "testcase/node.h"

/* Whoever mistyped it gets the message of the loader that was meant. */
static enum file_kind kind_named(const char *name)
{
	static const char *const names[] = { "target", "deviations" };
	const char *near = diag_nearest(name, names, sizeof(names) / sizeof(names[0]));

	return near && !strcmp(near, "deviations") ? FILE_DEVIATIONS : FILE_TARGET;
}

static enum file_kind kind_of(const struct node *root)
{
	const struct node *kind = NULL;

	if (root && root->kind == NODE_MAP)
		kind = node_get(root, "kind");
	if (!kind)
		return FILE_CASES;
	return kind->kind == NODE_SCALAR ? kind_named(kind->text) : FILE_TARGET;
}

enum file_kind file_kind(const char *path)
{
	enum file_kind kind = FILE_CASES;
	const struct source *src;
	struct arena *arena;
	struct diags ds;
	struct stat st;

	/* What is not a file may be read only once. */
	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return kind;
	arena = arena_new();
	diags_init(&ds);
	src = node_read_file(arena, path, &ds);
	if (src)
		kind = kind_of(node_parse(arena, src, &ds));
	diags_fini(&ds);
	arena_free(arena);
	return kind;
}
