/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding case files.  A file is known by its device and inode, so that the
 * same one is loaded once however it was reached.
 */
#include "plan/suite_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"

#define LEVELS_UP 4
#define LEVELS_DOWN 16

struct finder {
	struct suite_files *files;
	struct diags *ds;
	struct file_id {
		dev_t dev;
		ino_t ino;
	} * seen;
	size_t n_seen, cap_seen;
};

static void *grown(void *p, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return p;
	*cap = *cap ? *cap * 2 : 32;
	p = realloc(p, *cap * size);
	if (!p)
		log_panic("out of memory");
	return p;
}

static char *copy(const char *s)
{
	char *p = strdup(s);

	if (!p)
		log_panic("out of memory");
	return p;
}

static char *join(const char *dir, const char *name)
{
	size_t len = strlen(dir);
	char *p;

	while (len > 1 && dir[len - 1] == '/')
		len--;
	if (asprintf(&p, "%.*s%s%s", (int)len, dir, len && dir[len - 1] == '/' ? "" : "/", name) <
	    0)
		log_panic("out of memory");
	return p;
}

/* True the first time it is asked about a file or directory. */
static bool is_new(struct finder *f, const struct stat *st)
{
	size_t i;

	for (i = 0; i < f->n_seen; i++)
		if (f->seen[i].dev == st->st_dev && f->seen[i].ino == st->st_ino)
			return false;
	f->seen = grown(f->seen, f->n_seen, &f->cap_seen, sizeof(*f->seen));
	f->seen[f->n_seen].dev = st->st_dev;
	f->seen[f->n_seen++].ino = st->st_ino;
	return true;
}

static void cannot(struct finder *f, const char *path, int err)
{
	diag_add(f->ds, DIAG_ERROR, NULL, "cannot read %s: %s", path, strerror(err));
}

static void add_file(struct finder *f, const char *path, const struct stat *st)
{
	struct suite_files *files = f->files;

	if (!is_new(f, st))
		return;
	files->path = grown(files->path, files->n, &files->cap, sizeof(*files->path));
	files->path[files->n++] = copy(path);
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool is_case_file(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && !strcmp(name + len - 5, ".yaml");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_below(struct finder *f, const char *dir, int levels);

static void add_entry(struct finder *f, const char *path, int levels)
{
	struct stat st;

	if (stat(path, &st) < 0)
		cannot(f, path, errno);
	else if (S_ISDIR(st.st_mode) && levels > 0)
		add_below(f, path, levels - 1);
	else if (S_ISREG(st.st_mode) && is_case_file(path))
		add_file(f, path, &st);
}

/* Every *.yaml below @dir, sorted by name. */
static void add_below(struct finder *f, const char *dir, int levels)
{
	struct dirent **entry;
	int n = scandir(dir, &entry, visible, by_name), i;
	char *path;

	if (n < 0) {
		cannot(f, dir, errno);
		return;
	}
	for (i = 0; i < n; i++) {
		path = join(dir, entry[i]->d_name);
		add_entry(f, path, levels);
		free(path);
		free(entry[i]);
	}
	free(entry);
}

/* True if there is a directory of fragments in @dir. */
static bool add_fragments_in(struct finder *f, const char *dir)
{
	char *path = join(dir, "fragments");
	struct stat st;
	bool found = stat(path, &st) == 0 && S_ISDIR(st.st_mode);

	if (found)
		add_below(f, path, LEVELS_DOWN);
	free(path);
	return found;
}

/* The directory above @dir: its parent by name, or "..". */
static char *above(const char *dir)
{
	char *path = copy(dir), *slash;
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
	slash = strrchr(path, '/');
	if (!strcmp(path, ".") || (slash ? !strcmp(slash, "/..") : !strcmp(path, ".."))) {
		char *up = join(path, "..");

		free(path);
		return up;
	}
	if (!slash) {
		free(path);
		return copy(".");
	}
	slash[slash == path] = '\0';
	return path;
}

/* The nearest fragments: those beside @path, or in a directory above it. */
static void add_fragments_of(struct finder *f, const char *path)
{
	struct stat st;
	char *dir, *up;
	int i;

	if (stat(path, &st) < 0)
		return; /* said when its turn comes */
	dir = S_ISDIR(st.st_mode) ? copy(path) : above(path);
	for (i = 0; i < LEVELS_UP && !add_fragments_in(f, dir); i++) {
		up = above(dir);
		free(dir);
		dir = up;
	}
	free(dir);
}

static void add_path(struct finder *f, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		cannot(f, path, errno);
	else if (S_ISDIR(st.st_mode))
		add_below(f, path, LEVELS_DOWN);
	else
		add_file(f, path, &st);
}

void suite_files_find(struct suite_files *files, const char *const *paths, size_t n_paths,
		      const char *bundled_dir, struct diags *ds)
{
	struct finder f = { .files = files, .ds = ds };
	size_t i;

	memset(files, 0, sizeof(*files));
	for (i = 0; i < n_paths; i++)
		add_fragments_of(&f, paths[i]);
	if (bundled_dir)
		add_fragments_in(&f, bundled_dir);
	files->n_fragments = files->n;
	for (i = 0; i < n_paths; i++)
		add_path(&f, paths[i]);
	if (n_paths == 0 && bundled_dir)
		add_path(&f, bundled_dir);
	free(f.seen);
}

void suite_files_fini(struct suite_files *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		free(f->path[i]);
	free(f->path);
	memset(f, 0, sizeof(*f));
}
