/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tag expressions: parsed and evaluated in one go, since they are short and the
 * cases few.
 */
#include "cli/tagexpr.h"

#include <ctype.h>
#include <string.h>

#define MAX_DEPTH 50

struct tagexpr {
	const char *p;
	const char *const *tag;
	size_t n;
	void (*fn)(void *arg, const char *tag, size_t len);
	void *arg;
	unsigned int depth;
	const char *error; /* what was expected where p is */
};

static bool parse_or(struct tagexpr *x);

static size_t word_len(const char *p)
{
	size_t n = 0;

	while (isalnum((unsigned char)p[n]) || (p[n] && strchr("-_.", p[n])))
		n++;
	return n;
}

static void skip_blanks(struct tagexpr *x)
{
	x->p += strspn(x->p, " \t\n");
}

static bool take_word(struct tagexpr *x, const char *word)
{
	size_t n = strlen(word);

	skip_blanks(x);
	if (word_len(x->p) != n || strncmp(x->p, word, n))
		return false;
	x->p += n;
	return true;
}

static bool fail(struct tagexpr *x, const char *expected)
{
	if (!x->error)
		x->error = expected;
	return false;
}

static bool parse_tag(struct tagexpr *x)
{
	size_t n = word_len(x->p);
	bool has = false;

	if (!n || (n == 3 && !strncmp(x->p, "and", n)) || (n == 2 && !strncmp(x->p, "or", n)))
		return fail(x, "a tag");
	for (size_t i = 0; i < x->n; i++)
		has |= strlen(x->tag[i]) == n && !strncmp(x->tag[i], x->p, n);
	if (x->fn)
		x->fn(x->arg, x->p, n);
	x->p += n;
	return has;
}

static bool parse_factor(struct tagexpr *x)
{
	bool v;

	if (x->error || ++x->depth > MAX_DEPTH)
		return fail(x, "less nesting");
	if (take_word(x, "not")) {
		v = !parse_factor(x);
	} else if (*x->p == '(') {
		x->p++;
		v = parse_or(x);
		skip_blanks(x);
		if (*x->p == ')')
			x->p++;
		else
			fail(x, "\")\"");
	} else {
		v = parse_tag(x);
	}
	x->depth--;
	return v;
}

static bool parse_and(struct tagexpr *x)
{
	bool v = parse_factor(x);

	while (!x->error && take_word(x, "and"))
		v &= parse_factor(x);
	return v;
}

static bool parse_or(struct tagexpr *x)
{
	bool v = parse_and(x);

	while (!x->error && take_word(x, "or"))
		v |= parse_and(x);
	return v;
}

static bool parse(struct tagexpr *x, const char *text)
{
	bool v;

	x->p = text;
	v = parse_or(x);
	skip_blanks(x);
	if (*x->p)
		fail(x, "\"and\", \"or\" or the end");
	return v;
}

bool tagexpr_check(const char *text, struct diags *ds)
{
	struct tagexpr x = { .p = text };

	parse(&x, text);
	if (!x.error)
		return true;
	diag_add(ds, DIAG_ERROR, NULL, "--tag '%s': %s is expected %s%.20s%s", text, x.error,
		 *x.p ? "at \"" : "at its end", x.p, *x.p ? "\"" : "");
	diag_add_help(ds, "such as 'smoke', 'textbook and not slow', 'not (slow or smoke)'");
	return false;
}

bool tagexpr_match(const char *text, const char *const *tag, size_t n)
{
	struct tagexpr x = { .tag = tag, .n = n };

	return parse(&x, text) && !x.error;
}

void tagexpr_tags(const char *text, void (*fn)(void *arg, const char *tag, size_t len), void *arg)
{
	struct tagexpr x = { .fn = fn, .arg = arg };

	parse(&x, text);
}
