/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Collecting diagnostics, and the frame of their text: the line with place,
 * severity and message, and the help line.  The caret block is in excerpt.c,
 * "did you mean" in nearest.c.
 */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"

#define DEFAULT_LIMIT 100

struct look {
	const char *name;
	const char *color;
};

static const struct look looks[] = {
	[DIAG_ERROR] = { "error", "\033[1;31m" },
	[DIAG_WARNING] = { "warning", "\033[1;33m" },
	[DIAG_NOTE] = { "note", "\033[1;36m" },
};

#define BOLD "\033[1m"
#define GUTTER "\033[34m"
#define PLAIN "\033[0m"

void diags_init(struct diags *ds)
{
	memset(ds, 0, sizeof(*ds));
	ds->arena = arena_new();
}

void diags_fini(struct diags *ds)
{
	arena_free(ds->arena);
	free(ds->list);
	memset(ds, 0, sizeof(*ds));
}

/*
 * Counts, and says whether this one is kept.  A note belongs to what was said
 * before it, and shares its fate.
 */
static bool keep(struct diags *ds, enum diag_severity severity)
{
	size_t limit = ds->limit ? ds->limit : DEFAULT_LIMIT;

	if (severity == DIAG_ERROR)
		ds->dropping = ++ds->n_errors > limit;
	else if (severity == DIAG_WARNING)
		ds->dropping = ++ds->n_warnings > limit;
	return !ds->dropping;
}

static struct diag *append(struct diags *ds)
{
	if (ds->n == ds->cap) {
		ds->cap = ds->cap ? ds->cap * 2 : 8;
		ds->list = realloc(ds->list, ds->cap * sizeof(*ds->list));
		if (!ds->list)
			log_panic("out of memory");
	}
	return &ds->list[ds->n++];
}

void diag_add(struct diags *ds, enum diag_severity severity, const struct mark *at, const char *fmt,
	      ...)
{
	struct diag *d;
	va_list ap;

	if (!keep(ds, severity))
		return;
	d = append(ds);
	memset(d, 0, sizeof(*d));
	d->severity = severity;
	if (at)
		d->at = *at;
	va_start(ap, fmt);
	d->message = arena_vprintf(ds->arena, fmt, ap);
	va_end(ap);
}

void diag_add_help(struct diags *ds, const char *fmt, ...)
{
	va_list ap;

	if (ds->dropping || !ds->n)
		return;
	va_start(ap, fmt);
	ds->list[ds->n - 1].help = arena_vprintf(ds->arena, fmt, ap);
	va_end(ap);
}

/*
 * Adds text that may quote a hostile file: control characters are spelt out,
 * so that a message stays one line and cannot steer the terminal.
 */
static void add_safe(struct buf *out, const char *s)
{
	const unsigned char *p;

	for (p = (const unsigned char *)s; *p; p++) {
		if (*p == '\n')
			buf_adds(out, "\\n");
		else if (*p == '\t')
			buf_adds(out, "\\t");
		else if (*p < 0x20 || *p == 0x7f)
			buf_printf(out, "\\x%02x", *p);
		else if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
			buf_printf(out, "\\u%04x", *++p);
		else
			buf_addc(out, (char)*p);
	}
}

static void add_place(struct buf *out, const struct mark *at)
{
	if (!at->src)
		return;
	add_safe(out, at->src->name);
	if (at->line)
		buf_printf(out, ":%u", at->line);
	if (at->line && at->col)
		buf_printf(out, ":%u", at->col);
	buf_adds(out, ": ");
}

/* Where the "=" of the help line stands: under the bar of the excerpt. */
static int help_indent(const struct mark *at)
{
	char digits[16];

	if (!at->src || !at->line)
		return 2;
	return snprintf(digits, sizeof(digits), "%u", at->line) + 1;
}

void diag_render(const struct diag *d, bool color, struct buf *out)
{
	const struct look *look = &looks[d->severity];

	buf_adds(out, color ? BOLD : "");
	add_place(out, &d->at);
	buf_printf(out, "%s%s:%s ", color ? look->color : "", look->name, color ? PLAIN BOLD : "");
	add_safe(out, d->message);
	buf_printf(out, "%s\n", color ? PLAIN : "");
	diag_render_excerpt(&d->at, NULL, color, out);
	if (!d->help)
		return;
	buf_pad(out, ' ', (size_t)help_indent(&d->at));
	buf_printf(out, "%s= %shelp: ", color ? GUTTER : "", color ? PLAIN : "");
	add_safe(out, d->help);
	buf_addc(out, '\n');
}

void diags_render(const struct diags *ds, bool color, struct buf *out)
{
	size_t limit = ds->limit ? ds->limit : DEFAULT_LIMIT;
	size_t i;

	for (i = 0; i < ds->n; i++)
		diag_render(&ds->list[i], color, out);
	if (ds->n_errors > limit)
		buf_printf(out, "%zu more errors are not shown\n", ds->n_errors - limit);
}
