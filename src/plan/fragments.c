/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The register of fragments.
 */
#include "plan/fragments.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"

#define CANDIDATES_MAX 64

void fragments_init(struct fragments *f)
{
	memset(f, 0, sizeof(*f));
}

void fragments_fini(struct fragments *f)
{
	free(f->list);
	free(f->cyclic);
	memset(f, 0, sizeof(*f));
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool is_by_application(const struct testcase_fragment *x)
{
	return x->needs >> NEED_UPPER_TESTER & 1;
}

bool fragments_same(const struct testcase_fragment *a, const struct testcase_fragment *b)
{
	return same_text(a->name, b->name) && a->reaches == b->reaches &&
		same_text(a->via, b->via) && is_by_application(a) == is_by_application(b);
}

static size_t directory_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

static bool same_directory(const char *a, const char *b)
{
	return directory_len(a) == directory_len(b) && !strncmp(a, b, directory_len(a));
}

void fragments_duplicate(const struct testcase_fragment *first,
			 const struct testcase_fragment *again, struct diags *ds)
{
	diag_add(ds, DIAG_ERROR, &again->at, "this fragment is defined twice");
	if (again->reaches >= 0)
		diag_add_help(ds, "tell ways into the same state apart by \"via\"");
	diag_add(ds, DIAG_NOTE, &first->at, "the first one is here");
}

/* NULL if @again may be added. */
static const struct testcase_fragment *find_same(const struct testcase_fragment *const *list,
						 size_t n,
						 const struct testcase_fragment *again)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (fragments_same(list[i], again))
			return list[i];
	return NULL;
}

static void add(struct fragments *f, const struct testcase_fragment *x)
{
	if (f->n == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 32;
		f->list = realloc(f->list, f->cap * sizeof(*f->list));
		if (!f->list)
			log_panic("out of memory");
	}
	f->list[f->n++] = x;
}

static bool is_named(const struct testcase_fragment *x)
{
	return x->name || x->reaches >= 0;
}

void fragments_add(struct fragments *f, const struct testcase_file *file, struct diags *ds)
{
	const struct testcase_fragment *same;
	size_t i;

	for (i = 0; i < file->n_fragments; i++) {
		const struct testcase_fragment *x = &file->fragment[i];

		if (!is_named(x))
			continue;
		same = find_same(f->list, f->n, x);
		if (!same)
			add(f, x);
		else if (same_directory(same->file->src->name, file->src->name))
			fragments_duplicate(same, x, ds);
	}
}

bool fragments_add_cyclic(struct fragments *f, const struct testcase_fragment *x)
{
	size_t i;

	for (i = 0; i < f->n_cyclic; i++)
		if (f->cyclic[i] == x)
			return false;
	f->cyclic = realloc(f->cyclic, (f->n_cyclic + 1) * sizeof(*f->cyclic));
	if (!f->cyclic)
		log_panic("out of memory");
	f->cyclic[f->n_cyclic++] = x;
	return true;
}

struct wanted {
	const char *name;
	int state;
	const char *via;
	enum plan_way way;
	const uint32_t *needs; /* of the case; NULL: no matter which */
};

static bool is_that_way(const struct testcase_fragment *x, const struct wanted *w)
{
	if (w->needs && (*w->needs ^ x->needs) & 1u << NEED_HALF_CLOSE)
		return false;
	return w->way == PLAN_AS_WRITTEN || is_by_application(x) == (w->way == PLAN_BY_APPLICATION);
}

static bool matches(const struct testcase_fragment *x, const struct wanted *w)
{
	if (!is_that_way(x, w))
		return false;
	if (w->name)
		return same_text(x->name, w->name);
	return x->reaches == w->state && x->reaches >= 0 &&
		(!w->via || same_text(x->via, w->via));
}

static const struct testcase_fragment *find(const struct fragments *f,
					    const struct testcase_file *file,
					    const struct wanted *w)
{
	size_t i;

	for (i = 0; file && i < file->n_fragments; i++)
		if (matches(&file->fragment[i], w))
			return &file->fragment[i];
	for (i = 0; i < f->n; i++)
		if (matches(f->list[i], w))
			return f->list[i];
	return NULL;
}

const struct testcase_fragment *fragments_find(const struct fragments *f,
					       const struct testcase_file *file,
					       const char *name, int state, const char *via,
					       enum plan_way way, uint32_t needs)
{
	struct wanted w = { name, state, via, way, way == PLAN_BY_APPLICATION ? &needs : NULL };
	const struct testcase_fragment *x = find(f, file, &w);

	w.needs = NULL;
	x = x ? x : find(f, file, &w);
	w.way = PLAN_AS_WRITTEN;
	return x ? x : find(f, file, &w);
}

struct listing {
	const char *word[CANDIDATES_MAX];
	size_t n;
};

static void list_word(struct listing *l, const char *word)
{
	size_t i;

	for (i = 0; word && i < l->n; i++)
		if (!strcmp(l->word[i], word))
			return;
	if (word && l->n < CANDIDATES_MAX)
		l->word[l->n++] = word;
}

/* What a step could have said instead: names, states, or ways into @state. */
static void list_one(struct listing *l, const struct testcase_fragment *x, bool names,
		     int state)
{
	if (names)
		list_word(l, x->name);
	else if (x->reaches == state)
		list_word(l, x->via);
}

void fragments_suggest(const struct fragments *f, const struct testcase_file *file,
		       const char *name, int state, struct diags *ds)
{
	struct listing l = { .n = 0 };
	struct buf b = BUF_INIT;
	const char *near;
	size_t i;

	for (i = 0; file && i < file->n_fragments; i++)
		list_one(&l, &file->fragment[i], name, state);
	for (i = 0; i < f->n; i++)
		list_one(&l, f->list[i], name, state);
	near = name ? diag_nearest(name, l.word, l.n) : NULL;
	for (i = 0; i < l.n; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", l.word[i]);
	if (near)
		diag_add_help(ds, "did you mean \"%s\"?", near);
	else if (l.n)
		diag_add_help(ds, "there is %s%s", name ? "" : "via ", buf_str(&b));
	else
		diag_add_help(ds,
			      "fragments are found in this file and in \"fragments\" beside or "
			      "above it");
	buf_fini(&b);
}
