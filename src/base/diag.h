/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Diagnostics: what a person did wrong, with a mark that says where.
 *
 * A diagnostic is collected, not printed, so that a loader can report every
 * error of a file in one go.  diag_render() gives the one form in which all of
 * them are shown, and tests compare it byte for byte:
 *
 *     testcases/close.yaml:21:9: error: unknown key "flgas" in expect
 *        |
 *     21 |       - expect: {flgas: RST}
 *        |                  ^^^^^
 *        = help: did you mean "flags"?
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;

/* A source text that marks point into; shared by all marks of one file. */
struct source {
	const char *name; /* as the user wrote it, or "<stdin>" */
	const char *text; /* whole text, may hold NULs */
	size_t len;
};

/* A place in a source.  A mark with src == NULL means "no place". */
struct mark {
	const struct source *src;
	uint32_t line;	/* from 1 */
	uint32_t col;	/* from 1, in bytes of the line */
	uint32_t width; /* bytes to underline, at least 1 */
};

/*
 * A mark from a line and a column counted in characters, both from 1, as a YAML
 * parser counts them.  Lines end where YAML 1.1 says: LF, CR, CR LF, NEL, LS, PS.
 */
struct mark mark_from_chars(const struct source *src, uint32_t line, uint32_t char_col,
			    uint32_t width);

enum diag_severity {
	DIAG_ERROR,
	DIAG_WARNING,
	DIAG_NOTE
};

struct diag {
	enum diag_severity severity;
	struct mark at;
	const char *message; /* one line, no full stop */
	const char *help;    /* what to do about it, or NULL */
};

struct diags {
	struct arena *arena; /* owned: messages live here */
	struct diag *list;   /* owned, in order of discovery */
	size_t n, cap;
	size_t n_errors, n_warnings; /* found, kept or not */
	size_t limit;		     /* kept of each; further ones only counted (0: 100) */
	bool dropping;		     /* the one added last was only counted */
};

void diags_init(struct diags *ds);
void diags_fini(struct diags *ds);

/*
 * Adds a diagnostic.  The text is copied.  @at may be NULL.  diag_add_help()
 * sets the help of the diagnostic added last.
 */
void diag_add(struct diags *ds, enum diag_severity severity, const struct mark *at, const char *fmt,
	      ...) __attribute__((format(printf, 4, 5)));
void diag_add_help(struct diags *ds, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Appends the rendered form of one diagnostic, or of all, to @out. */
void diag_render(const struct diag *d, bool color, struct buf *out);
void diags_render(const struct diags *ds, bool color, struct buf *out);

/*
 * Appends the caret block alone (the "   |" lines) for @at with @label after
 * the carets (or NULL), as the failure report also shows it.
 */
void diag_render_excerpt(const struct mark *at, const char *label, bool color, struct buf *out);

/*
 * The candidate nearest to @word by edit distance, or NULL if none is near
 * enough to be worth suggesting.
 */
const char *diag_nearest(const char *word, const char *const *candidates, size_t n);

#endif
