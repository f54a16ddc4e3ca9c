/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Integer expressions modulo 2^32: the values of sequence numbers and other
 * fields in a case ("snd.nxt - 1", "irs + 1", "first.seq + first.len").
 *
 *   expr   := term (("+" | "-") term)*
 *   term   := factor (("*" | "/" | "%") factor)*
 *   factor := number | name | "-" factor | "~" factor | "(" expr ")"
 *   number := decimal | 0x hexadecimal | 0b binary, with optional "_"
 *   name   := word ("." word)*          word := [a-z][a-z0-9-]*
 *
 * "-" between two words with blanks around it is a minus; inside a word
 * ("probe-1.seq") it belongs to the word.
 *
 * Names are resolved when the text is parsed, to references that the caller
 * defines, so that evaluation needs no strings and no memory.
 */
#ifndef EXPR_EXPR_H
#define EXPR_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"

struct expr; /* immutable, lives in an arena */

/*
 * Resolves @name.  Returns 0 and sets *ref, or -ENOENT; may then set
 * *suggestion to a near name (or leave it).
 */
typedef int expr_resolve_fn(void *arg, const char *name, size_t len,
			    uint32_t *ref, const char **suggestion);
/* The value of a reference: 0, or -ENODATA if it is not known (yet). */
typedef int expr_get_fn(void *arg, uint32_t ref, uint32_t *value);

/*
 * Parses @text, which stands at @at in its source.  Returns the expression in
 * @arena, or NULL after adding an error (with the exact column) to @ds.
 */
const struct expr *expr_parse(struct arena *arena, const char *text, size_t len,
			      const struct mark *at, expr_resolve_fn *resolve,
			      void *arg, struct diags *ds);

/* An expression that is just a number. */
const struct expr *expr_const(struct arena *arena, uint32_t value);

/* 0 and *out; -ENODATA if a name has no value yet; -EDOM for division by 0. */
int expr_eval(const struct expr *e, expr_get_fn *get, void *arg, uint32_t *out);

/* True and *out if no name occurs in it. */
bool expr_is_const(const struct expr *e, uint32_t *out);

/* The text as written (normalised blanks), owned by the arena of @e. */
const char *expr_text(const struct expr *e);

/* Calls @fn for each reference in it. */
void expr_refs(const struct expr *e, void (*fn)(void *arg, uint32_t ref), void *arg);

#endif
