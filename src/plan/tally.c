/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Telling each mistake once; see tally.h.
 */
#include "plan/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define ENTRIES_MAX 500

void tally_init(struct tally *t)
{
	memset(t, 0, sizeof(*t));
	t->arena = arena_new();
}

void tally_fini(struct tally *t)
{
	arena_free(t->arena);
	free(t->list);
	memset(t, 0, sizeof(*t));
}

static bool same_place(const struct mark *a, const struct mark *b)
{
	return a->src == b->src && a->line == b->line && a->col == b->col && a->width == b->width;
}

static struct tally_entry *find(struct tally *t, const struct diag *d)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (same_place(&t->list[i].d->at, &d->at) &&
		    !strcmp(t->list[i].d->message, d->message))
			return &t->list[i];
	return NULL;
}

static struct diag *copy_group(struct tally *t, const struct diag *d, size_t n)
{
	struct diag *copy = arena_memdup(t->arena, d, n * sizeof(*d));
	size_t i;

	for (i = 0; i < n; i++) {
		copy[i].message = arena_strdup(t->arena, d[i].message);
		copy[i].help = arena_strdup(t->arena, d[i].help);
	}
	return copy;
}

static void add(struct tally *t, const struct diag *d, size_t n, const char *variant)
{
	struct tally_entry *e;

	if (t->n == ENTRIES_MAX) {
		t->overflow++;
		return;
	}
	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 32;
		t->list = realloc(t->list, t->cap * sizeof(*t->list));
		if (!t->list)
			log_panic("out of memory");
	}
	e = &t->list[t->n++];
	e->d = copy_group(t, d, n);
	e->n = n;
	e->count = 1;
	e->variant = variant;
}

void tally_take(struct tally *t, struct diags *ds, const char *variant)
{
	struct tally_entry *e;
	size_t i, n;

	if (ds->n == 0 && ds->n_errors == 0)
		return;
	for (i = 0; i < ds->n; i += n) {
		for (n = 1; i + n < ds->n && ds->list[i + n].severity == DIAG_NOTE; n++)
			;
		e = find(t, &ds->list[i]);
		if (e)
			e->count += e->variant != variant || !variant;
		else
			add(t, &ds->list[i], n, variant);
	}
	diags_fini(ds);
	diags_init(ds);
}

static void tell(const struct tally_entry *e, size_t n_variants, struct diags *out)
{
	const struct diag *d = e->d;
	bool some = e->variant && e->count < n_variants;
	size_t i;

	for (i = 0; i < e->n; i++) {
		if (i == 0 && some && e->count > 1)
			diag_add(out, d[i].severity, &d[i].at, "%s (in %s and %zu more)",
				 d[i].message, e->variant, e->count - 1);
		else if (i == 0 && some)
			diag_add(out, d[i].severity, &d[i].at, "%s (in %s)", d[i].message,
				 e->variant);
		else
			diag_add(out, d[i].severity, &d[i].at, "%s", d[i].message);
		if (d[i].help)
			diag_add_help(out, "%s", d[i].help);
	}
}

void tally_flush(struct tally *t, size_t n_variants, struct diags *out)
{
	for (; t->begin < t->n; t->begin++)
		tell(&t->list[t->begin], n_variants, out);
	if (t->overflow && !out->n_errors)
		diag_add(out, DIAG_ERROR, NULL, "too many errors");
	t->overflow = 0;
}

void tally_drop(struct tally *t)
{
	t->n = t->begin;
	t->overflow = 0;
}

/* An error with its notes, on the way to its place. */
struct group {
	size_t first, n;
	size_t file; /* index of the first group in the same file */
	const struct mark *at;
};

static int by_place(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->at->line != y->at->line)
		return x->at->line < y->at->line ? -1 : 1;
	if (x->at->col != y->at->col)
		return x->at->col < y->at->col ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

static size_t make_groups(const struct diags *from, struct group *g)
{
	size_t i, k, n = 0;

	for (i = 0; i < from->n; i += g[n++].n) {
		g[n].first = g[n].file = i;
		g[n].at = &from->list[i].at;
		for (k = 1; i + k < from->n && from->list[i + k].severity == DIAG_NOTE; k++)
			;
		g[n].n = k;
		for (k = 0; k < n; k++)
			if (g[k].at->src == g[n].at->src && g[k].file < g[n].file)
				g[n].file = g[k].file;
	}
	return n;
}

void tally_sort(const struct diags *from, struct diags *out)
{
	struct group *g = calloc(from->n + 1, sizeof(*g));
	size_t n, i, k;

	if (!g)
		log_panic("out of memory");
	n = make_groups(from, g);
	qsort(g, n, sizeof(*g), by_place);
	for (i = 0; i < n; i++) {
		for (k = 0; k < g[i].n; k++) {
			const struct diag *d = &from->list[g[i].first + k];

			diag_add(out, d->severity, &d->at, "%s", d->message);
			if (d->help)
				diag_add_help(out, "%s", d->help);
		}
	}
	free(g);
}
