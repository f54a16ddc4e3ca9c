/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests of src/expr: values, normalised text, references, and the
 * diagnostics byte for byte.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "expr/expr.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* References: "a", "b", "probe-1.seq" by their index; "unset" has no value. */
static const char *const names[] = { "a", "b", "probe-1.seq", "unset" };
static const uint32_t values[] = { 0xffffffff, 7, 1000 };

static int resolve(void *arg, const char *name, size_t len, uint32_t *ref,
		   const char **suggestion)
{
	uint32_t i;

	for (i = 0; i < COUNT(names); i++) {
		if (strlen(names[i]) == len && !memcmp(names[i], name, len)) {
			*ref = i;
			return 0;
		}
	}
	if (len == 5 && !memcmp(name, "unste", 5))
		*suggestion = "unset";
	return -ENOENT;
}

static int get(void *arg, uint32_t ref, uint32_t *value)
{
	if (ref >= COUNT(values))
		return -ENODATA;
	*value = values[ref];
	return 0;
}

struct fixture {
	struct arena *arena;
	struct diags ds;
	struct source src;
};

static void setup(struct fixture *f)
{
	f->arena = arena_new();
	diags_init(&f->ds);
}

static void teardown(struct fixture *f)
{
	diags_fini(&f->ds);
	arena_free(f->arena);
}

static const struct expr *parse(struct fixture *f, const char *text)
{
	struct mark at = { &f->src, 1, 1, (uint32_t)strlen(text) };

	f->src.name = "x";
	f->src.text = text;
	f->src.len = strlen(text);
	return expr_parse(f->arena, text, strlen(text), &at, resolve, NULL, &f->ds);
}

Test(expr, values_are_modulo_2_to_the_32)
{
	static const struct {
		const char *text;
		int err;
		uint32_t value;
		const char *normal;
	} cases[] = {
		{ "1", 0, 1, "1" },
		{ "0xffff_ffff", 0, 0xffffffff, "0xffff_ffff" },
		{ "0b101", 0, 5, "0b101" },
		{ "  1+2 ", 0, 3, "1 + 2" },
		{ "2 + 3 * 4", 0, 14, "2 + 3 * 4" },
		{ "(2+3)*4", 0, 20, "(2 + 3) * 4" },
		{ "10 - 3 - 2", 0, 5, "10 - 3 - 2" },
		{ "100 / 10 / 5", 0, 2, "100 / 10 / 5" },
		{ "17 % 5", 0, 2, "17 % 5" },
		{ "-1", 0, 0xffffffff, "-1" },
		{ "--1", 0, 1, "--1" },
		{ "~0", 0, 0xffffffff, "~0" },
		{ "~a", 0, 0, "~a" },
		{ "a + 1", 0, 0, "a + 1" },
		{ "a + a", 0, 0xfffffffe, "a + a" },
		{ "b - 8", 0, 0xffffffff, "b - 8" },
		{ "b -1", 0, 6, "b - 1" },
		{ "b*b", 0, 49, "b * b" },
		{ "probe-1.seq - 1", 0, 999, "probe-1.seq - 1" },
		{ "0xffffffff * 0xffffffff", 0, 1, "0xffffffff * 0xffffffff" },
		{ "unset + 1", -ENODATA, 0, "unset + 1" },
		{ "1 / 0", -EDOM, 0, "1 / 0" },
		{ "1 % (b - 7)", -EDOM, 0, "1 % (b - 7)" },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		struct fixture f;
		const struct expr *e;
		uint32_t value = 0;

		setup(&f);
		e = parse(&f, cases[i].text);
		cr_assert_not_null(e, "%s", cases[i].text);
		cr_assert_eq(f.ds.n, 0, "%s", cases[i].text);
		cr_assert_eq(expr_eval(e, get, NULL, &value), cases[i].err, "%s",
			     cases[i].text);
		cr_assert_eq(value, cases[i].value, "%s gives %u", cases[i].text, value);
		cr_assert_str_eq(expr_text(e), cases[i].normal);
		teardown(&f);
	}
}

Test(expr, mistakes_are_marked_to_the_column)
{
	static const struct {
		const char *text;
		uint32_t col, width;
		const char *message, *help;
	} cases[] = {
		{ "", 1, 1, "the expression ends too early",
		  "a number or a name is missing at the end" },
		{ "1 +", 3, 1, "the expression ends too early",
		  "a number or a name is missing at the end" },
		{ "1 + + 2", 5, 1, "expected a number or a name here", NULL },
		{ "(1 + 2", 1, 1, "this \"(\" is never closed", NULL },
		{ "1 2", 3, 1, "expected an operator or the end of the expression here",
		  "operators are + - * / % and ~" },
		{ "1)", 2, 1, "expected an operator or the end of the expression here",
		  "operators are + - * / % and ~" },
		{ "b + 1s", 5, 2, "\"1s\" is not a number",
		  "numbers are decimal, 0x hexadecimal or 0b binary, without a unit" },
		{ "0x", 1, 2, "\"0x\" is not a number",
		  "numbers are decimal, 0x hexadecimal or 0b binary, without a unit" },
		{ "b + 4294967296", 5, 10, "4294967296 does not fit in 32 bits", NULL },
		{ "1 + unste", 5, 5, "unknown name \"unste\"", "did you mean \"unset\"?" },
		{ "b-7", 1, 3, "unknown name \"b-7\"",
		  "a minus needs blanks around it: \"b - 7\"" },
		{ "nobody", 1, 6, "unknown name \"nobody\"", NULL },
		{ "A", 1, 1, "expected a number or a name here", NULL },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		struct fixture f;
		const struct diag *d;

		setup(&f);
		cr_assert_null(parse(&f, cases[i].text), "%s", cases[i].text);
		cr_assert_eq(f.ds.n, 1, "%s", cases[i].text);
		d = &f.ds.list[0];
		cr_assert_str_eq(d->message, cases[i].message);
		cr_assert_eq(d->at.col, cases[i].col, "%s: column %u", cases[i].text,
			     d->at.col);
		cr_assert_eq(d->at.width, cases[i].width, "%s: %u", cases[i].text, d->at.width);
		if (cases[i].help)
			cr_assert_str_eq(d->help, cases[i].help);
		else
			cr_assert_null(d->help, "%s", cases[i].text);
		teardown(&f);
	}
}

/* Neither the parser's recursion nor the evaluator's stack can be overrun. */
Test(expr, depth_is_bounded)
{
	static const char *const shapes[] = { "(", "-", "1 + (2 * ", "1 + ", "~(" };
	size_t i;

	for (i = 0; i < COUNT(shapes); i++) {
		struct buf b = BUF_INIT;
		struct fixture f;
		int k;

		for (k = 0; k < 100000; k++)
			buf_adds(&b, shapes[i]);
		setup(&f);
		cr_assert_null(parse(&f, buf_str(&b)), "%s", shapes[i]);
		cr_assert_eq(f.ds.n_errors, 1, "%s", shapes[i]);
		teardown(&f);
		buf_fini(&b);
	}
}

static void collect(void *arg, uint32_t ref)
{
	uint32_t *seen = arg;

	*seen = *seen * 10 + ref + 1;
}

Test(expr, references_and_constants)
{
	struct fixture f;
	uint32_t seen = 0, value = 0;
	const struct expr *e;

	setup(&f);
	e = parse(&f, "a + b * probe-1.seq - a");
	expr_refs(e, collect, &seen);
	cr_assert_eq(seen, 1231, "got %u", seen);
	cr_assert_not(expr_is_const(e, &value));
	cr_assert(expr_is_const(parse(&f, "2 * 3"), &value));
	cr_assert_eq(value, 6);
	e = expr_const(f.arena, 42);
	cr_assert(expr_is_const(e, &value));
	cr_assert_eq(value, 42);
	cr_assert_str_eq(expr_text(e), "42");
	teardown(&f);
}
