/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Patterns of ids: what selectors on the command line and lists of known
 * deviations name variants with.
 *
 * Only `*` and `?` are special.  Brackets stand for themselves in a text, and
 * behind a case id they hold parameters: "close/four-way[ip=4]" takes the
 * variants that have them, whatever else they have.
 */
#ifndef PLAN_PATTERN_H
#define PLAN_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "plan/plan.h"
#include "testcase/schema.h"

/* A longer pattern takes nothing. */
#define PATTERN_MAX SCHEMA_MAX_PATTERN

/* Whether the first @len octets of @pattern take the whole of @text. */
bool pattern_takes_text(const char *pattern, size_t len, const char *text);

/* Whether @pattern takes @plan: its id, its case, or its case and some parameters. */
bool pattern_takes_plan(const char *pattern, const struct plan *plan);

#endif
