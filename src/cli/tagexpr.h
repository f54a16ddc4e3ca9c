/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tag expressions, as in --tag 'smoke and not (slow or flaky)'.
 *
 *   expr := term ("or" term)*       term   := factor ("and" factor)*
 *   factor := "not" factor | "(" expr ")" | tag
 */
#ifndef CLI_TAGEXPR_H
#define CLI_TAGEXPR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

/* Checks @text; false after an error in @ds. */
bool tagexpr_check(const char *text, struct diags *ds);

/* Whether tags @tag[0..n) fulfil @text, which was checked. */
bool tagexpr_match(const char *text, const char *const *tag, size_t n);

/* Calls @fn for each tag that @text names. */
void tagexpr_tags(const char *text, void (*fn)(void *arg, const char *tag, size_t len), void *arg);

#endif
