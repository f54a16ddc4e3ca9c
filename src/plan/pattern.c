/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Patterns of ids: see pattern.h.
 */
#include "plan/pattern.h"

#include <fnmatch.h>
#include <string.h>

bool pattern_takes_text(const char *pattern, size_t len, const char *text)
{
	char escaped[2 * PATTERN_MAX + 1];
	size_t n = 0;

	if (len > PATTERN_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (strchr("[]\\", pattern[i]))
			escaped[n++] = '\\';
		escaped[n++] = pattern[i];
	}
	escaped[n] = '\0';
	return fnmatch(escaped, text, 0) == 0;
}

static bool has_param(const struct plan *plan, const char *key, size_t key_len,
		      const char *value, size_t value_len)
{
	for (size_t i = 0; i < plan->n_param; i++) {
		const struct plan_param *p = &plan->param[i];

		if (strlen(p->key) == key_len && !strncmp(p->key, key, key_len))
			return pattern_takes_text(value, value_len, p->value);
	}
	return false;
}

/* "[k=v,k=v]": true if the variant has all of them. */
static bool params_match(const char *p, const struct plan *plan)
{
	size_t len = strlen(p);

	if (len < 2 || p[len - 1] != ']')
		return false;
	for (p++, len -= 2; len;) {
		const char *comma = memchr(p, ',', len);
		size_t n = comma ? (size_t)(comma - p) : len;
		const char *equals = memchr(p, '=', n);

		if (!equals)
			return false;
		if (!has_param(plan, p, (size_t)(equals - p), equals + 1,
			       (size_t)(p + n - equals - 1)))
			return false;
		p += n + (comma != NULL);
		len -= n + (comma != NULL);
	}
	return true;
}

bool pattern_takes_plan(const char *pattern, const struct plan *plan)
{
	size_t len = strcspn(pattern, "[");

	if (!strcmp(pattern, plan->id))
		return true;
	if (!pattern_takes_text(pattern, len, plan->case_id))
		return false;
	return !pattern[len] || params_match(pattern + len, plan);
}
