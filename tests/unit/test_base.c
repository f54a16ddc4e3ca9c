/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests of src/base: arena, buffer, diagnostics (byte for byte),
 * suggestions, messages.
 */
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/log.h"
#include "base/utf8.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

Test(base, arena_gives_zeroed_aligned_memory)
{
	static const size_t sizes[] = { 1, 0, 7, 16, 4000, 5000, 100000, 3 };
	struct arena *a = arena_new();
	unsigned char *p;
	size_t round, i, j;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < 200; i++) {
			size_t size = sizes[i % COUNT(sizes)];

			p = arena_alloc(a, size);
			cr_assert_eq((uintptr_t)p % 16, 0, "size %zu", size);
			for (j = 0; j < size; j++)
				cr_assert_eq(p[j], 0, "size %zu", size);
			memset(p, 0xff, size);
		}
		arena_reset(a);
	}
	arena_free(a);
	arena_free(NULL);
}

Test(base, arena_pieces_do_not_overlap)
{
	struct arena *a = arena_new();
	unsigned char *p[300];
	size_t i, j;

	for (i = 0; i < COUNT(p); i++) {
		p[i] = arena_calloc(a, i, 3);
		memset(p[i], (int)(i & 0xff), i * 3);
	}
	for (i = 0; i < COUNT(p); i++)
		for (j = 0; j < i * 3; j++)
			cr_assert_eq(p[i][j], i & 0xff);
	arena_free(a);
}

Test(base, arena_copies)
{
	struct arena *a = arena_new();
	char long_text[9000];
	char *s;

	cr_assert_str_eq(arena_strdup(a, "abc"), "abc");
	cr_assert_null(arena_strdup(a, NULL));
	cr_assert_str_eq(arena_strndup(a, "abcdef", 3), "abc");
	cr_assert_str_eq(arena_strndup(a, "ab", 10), "ab");
	cr_assert_arr_eq(arena_memdup(a, "a\0b", 3), "a\0b", 3);
	cr_assert_not_null(arena_memdup(a, NULL, 0));
	cr_assert_str_eq(arena_printf(a, "%d-%s", 7, "x"), "7-x");
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	s = arena_printf(a, "<%s>", long_text);
	cr_assert_eq(strlen(s), sizeof(long_text) + 1);
	arena_free(a);
}

Test(base, arena_overflow_ends_the_program, .exit_code = 70)
{
	static struct arena *volatile a; /* reachable: no leak to report */

	a = arena_new();
	arena_calloc(a, SIZE_MAX / 2, 3);
}

Test(base, buffer_grows_and_stays_a_string)
{
	struct buf b = BUF_INIT;
	char want[3000];
	size_t i;

	cr_assert_str_eq(buf_str(&b), "");
	buf_adds(&b, "");
	cr_assert_str_eq(buf_str(&b), "");
	for (i = 0; i < sizeof(want) - 1; i++) {
		want[i] = (char)('a' + i % 26);
		buf_addc(&b, want[i]);
		cr_assert_eq(b.len, i + 1);
		cr_assert_eq(b.data[b.len], '\0');
		cr_assert_lt(b.len, b.cap);
	}
	want[i] = '\0';
	cr_assert_str_eq(buf_str(&b), want);
	buf_reset(&b);
	cr_assert_str_eq(buf_str(&b), "");
	buf_printf(&b, "%s%s", want, want);
	cr_assert_eq(b.len, 2 * (sizeof(want) - 1));
	buf_reset(&b);
	buf_pad(&b, '-', 3);
	buf_add(&b, "x\0y", 3);
	cr_assert_eq(b.len, 6);
	cr_assert_arr_eq(b.data, "---x\0y\0", 7);
	buf_fini(&b);
	cr_assert_null(b.data);
	buf_printf(&b, "again %d", 1);
	cr_assert_str_eq(buf_str(&b), "again 1");
	buf_fini(&b);
}

struct excerpt_case {
	const char *name, *text;
	uint32_t line, col, width;
	const char *want;
};

static const struct excerpt_case excerpt_cases[] = {
	{ "simple", "- expect: {flgas: RST}\n", 1, 12, 5,
	  "  |\n1 | - expect: {flgas: RST}\n  |            ^^^^^\n" },
	{ "second line, no line feed at the end", "a\nbcd", 2, 2, 1, "  |\n2 | bcd\n  |  ^\n" },
	{ "width clipped at the end of the line", "ab: cd\nxyz", 1, 5, 99,
	  "  |\n1 | ab: cd\n  |     ^^\n" },
	{ "width 0 counts as 1", "abc", 1, 2, 0, "  |\n1 | abc\n  |  ^\n" },
	{ "column 0 counts as 1", "abc", 1, 0, 1, "  |\n1 | abc\n  | ^\n" },
	{ "past the end of the line", "abc\n", 1, 9, 2, "  |\n1 | abc\n  |    ^\n" },
	{ "past the end of the text", "abc\n", 2, 1, 1, "  |\n2 |\n  | ^\n" },
	{ "far past the end of the text", "abc", 7, 3, 1, "  |\n7 |\n  | ^\n" },
	{ "empty text", "", 1, 1, 1, "  |\n1 |\n  | ^\n" },
	{ "tabs are one column", "\ta\tb", 1, 4, 1, "  |\n1 |  a b\n  |    ^\n" },
	{ "CR LF", "ab\r\ncd\r\n", 2, 1, 9, "  |\n2 | cd\n  | ^^\n" },
	{ "lone CR, NEL, LS",
	  "a\rb\xc2\x85"
	  "c\xe2\x80\xa8"
	  "d",
	  4, 1, 1, "  |\n4 | d\n  | ^\n" },
	{ "two-byte characters", "\xc3\xa4\xc3\xb6: \xc3\xbc\xc3\x9f", 1, 7, 4,
	  "  |\n1 | \xc3\xa4\xc3\xb6: \xc3\xbc\xc3\x9f\n  |     ^^\n" },
	{ "wide characters", "\xe6\xbc\xa2: x", 1, 6, 1, "  |\n1 | \xe6\xbc\xa2: x\n  |     ^\n" },
	{ "combining characters", "e\xcc\x81x", 1, 4, 1, "  |\n1 | e\xcc\x81x\n  |  ^\n" },
	{ "mark inside a character",
	  "\xc3\xa4"
	  "b",
	  1, 2, 1,
	  "  |\n1 | \xc3\xa4"
	  "b\n  | ^\n" },
	{ "not UTF-8", "\xff\xc3(x", 1, 4, 1, "  |\n1 | \xef\xbf\xbd\xef\xbf\xbd(x\n  |    ^\n" },
	{ "control characters", "\033[31mx\x7f\xc2\x9b", 1, 6, 1,
	  "  |\n1 | \xef\xbf\xbd[31mx\xef\xbf\xbd\xef\xbf\xbd\n  |      ^\n" },
	{ "byte order mark",
	  "\xef\xbb\xbf"
	  "ab",
	  1, 4, 2, "  |\n1 | ab\n  | ^^\n" },
	{ "wide line number", "\n\n\n\n\n\n\n\n\n\n\n\nabc", 13, 3, 1,
	  "   |\n13 | abc\n   |   ^\n" },
	{ "no line", "abc", 0, 0, 1, "" },
};

Test(base, excerpt)
{
	size_t i;

	for (i = 0; i < COUNT(excerpt_cases); i++) {
		const struct excerpt_case *c = &excerpt_cases[i];
		struct source src = { "f", c->text, strlen(c->text) };
		struct mark at = { &src, c->line, c->col, c->width };
		struct buf out = BUF_INIT;

		diag_render_excerpt(&at, NULL, false, &out);
		cr_expect_str_eq(buf_str(&out), c->want, "%s:\n%s", c->name, buf_str(&out));
		buf_fini(&out);
	}
}

Test(base, excerpt_of_a_text_with_nul)
{
	struct source src = { "f", "a\0b\nc", 5 };
	struct mark at = { &src, 1, 3, 1 };
	struct buf out = BUF_INIT;

	diag_render_excerpt(&at, "here", false, &out);
	cr_expect_str_eq(buf_str(&out),
			 "  |\n1 | a\xef\xbf\xbd"
			 "b\n  |   ^ here\n");
	buf_fini(&out);
}

Test(base, excerpt_of_a_long_line)
{
	char text[1000];
	struct source src = { "f", text, sizeof(text) };
	struct mark at = { &src, 1, 501, 3 };
	struct buf out = BUF_INIT, want = BUF_INIT;

	memset(text, 'x', sizeof(text));
	diag_render_excerpt(&at, NULL, false, &out);
	buf_adds(&want, "  |\n1 | ...");
	buf_pad(&want, 'x', 160);
	buf_adds(&want, "...\n  |    ");
	buf_pad(&want, ' ', 60);
	buf_adds(&want, "^^^\n");
	cr_expect_str_eq(buf_str(&out), buf_str(&want));
	buf_reset(&out);
	at.col = 3;
	at.width = 999;
	diag_render_excerpt(&at, NULL, false, &out);
	buf_reset(&want);
	buf_adds(&want, "  |\n1 | ");
	buf_pad(&want, 'x', 160);
	buf_adds(&want, "...\n  |   ");
	buf_pad(&want, '^', 158);
	buf_adds(&want, "\n");
	cr_expect_str_eq(buf_str(&out), buf_str(&want));
	buf_fini(&out);
	buf_fini(&want);
}

/* Never crashes and always ends each line, whatever the text and mark. */
Test(base, excerpt_of_noise)
{
	uint32_t x = 1, i, j;

	for (i = 0; i < 20000; i++) {
		char text[300];
		struct source src = { "f", text, 0 };
		struct mark at = { &src, 0, 0, 0 };
		struct buf out = BUF_INIT;

		x = x * 1664525 + 1013904223;
		src.len = (x >> 8) % sizeof(text);
		for (j = 0; j < src.len; j++) {
			x = x * 1664525 + 1013904223;
			text[j] = (char)(x >> 24);
		}
		at.line = (x >> 5) % 6;
		at.col = (x >> 9) % 320;
		at.width = (x >> 19) % 320;
		diag_render_excerpt(&at, NULL, false, &out);
		if (at.line)
			cr_assert_eq(out.data[out.len - 1], '\n');
		buf_fini(&out);
	}
}

static const char source_text[] = "steps:\n  - expect: {flgas: RST}\n";
static const struct source source = { "close.yaml", source_text, sizeof(source_text) - 1 };

Test(base, diagnostics_byte_for_byte)
{
	struct mark at = { &source, 2, 14, 5 };
	struct mark line_only = { &source, 1, 0, 1 };
	struct mark file_only = { &source, 0, 0, 0 };
	struct buf out = BUF_INIT;
	struct diags ds;

	diags_init(&ds);
	diag_add(&ds, DIAG_ERROR, &at, "unknown key \"%s\" in %s", "flgas", "expect");
	diag_add_help(&ds, "did you mean \"%s\"?", "flags");
	diag_add(&ds, DIAG_WARNING, &line_only, "steps look odd");
	diag_add(&ds, DIAG_NOTE, &file_only, "the file as a whole");
	diag_add(&ds, DIAG_ERROR, NULL, "no place: \033[2J%s\xc2\x9b", "a\nb\tc");
	diag_add_help(&ds, "try again");
	diags_render(&ds, false, &out);
	cr_expect_str_eq(buf_str(&out),
			 "close.yaml:2:14: error: unknown key \"flgas\" in expect\n"
			 "  |\n"
			 "2 |   - expect: {flgas: RST}\n"
			 "  |              ^^^^^\n"
			 "  = help: did you mean \"flags\"?\n"
			 "close.yaml:1: warning: steps look odd\n"
			 "  |\n"
			 "1 | steps:\n"
			 "  | ^\n"
			 "close.yaml: note: the file as a whole\n"
			 "error: no place: \\x1b[2Ja\\nb\\tc\\u009b\n"
			 "  = help: try again\n",
			 "%s", buf_str(&out));
	cr_expect_eq(ds.n, 4);
	cr_expect_eq(ds.n_errors, 2);
	cr_expect_eq(ds.n_warnings, 1);
	buf_reset(&out);
	diag_render(&ds.list[0], true, &out);
	cr_expect_str_eq(buf_str(&out),
			 "\033[1mclose.yaml:2:14: \033[1;31merror:\033[0m\033[1m "
			 "unknown key \"flgas\" in expect\033[0m\n"
			 "\033[34m  |\033[0m\n"
			 "\033[34m2 |\033[0m   - expect: {flgas: RST}\n"
			 "\033[34m  |\033[0m              \033[1;31m^^^^^\033[0m\n"
			 "  \033[34m= \033[0mhelp: did you mean \"flags\"?\n");
	buf_fini(&out);
	diags_fini(&ds);
}

Test(base, diagnostics_beyond_the_limit_are_counted)
{
	struct buf out = BUF_INIT;
	struct diags ds;
	int i;

	diags_init(&ds);
	ds.limit = 2;
	for (i = 0; i < 5; i++) {
		diag_add(&ds, DIAG_ERROR, NULL, "e%d", i);
		diag_add(&ds, DIAG_NOTE, NULL, "n%d", i);
		diag_add_help(&ds, "h%d", i);
	}
	diags_render(&ds, false, &out);
	cr_expect_str_eq(buf_str(&out),
			 "error: e0\nnote: n0\n  = help: h0\n"
			 "error: e1\nnote: n1\n  = help: h1\n"
			 "3 more errors are not shown\n",
			 "%s", buf_str(&out));
	cr_expect_eq(ds.n_errors, 5);
	buf_fini(&out);
	diags_fini(&ds);
}

Test(base, marks_from_character_columns)
{
	static const struct source src = { "f", "a\n\xc3\xa4\xc3\xb6x\n", 8 };
	static const struct {
		uint32_t line, ccol, col;
	} cases[] = {
		{ 1, 1, 1 },
		{ 2, 1, 1 },
		{ 2, 2, 3 },
		{ 2, 3, 5 },
		{ 2, 4, 6 },
		{ 2, 9, 6 },
		{ 2, 0, 1 },
		{ 3, 1, 1 },
		{ 9, 5, 1 },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		struct mark m = mark_from_chars(&src, cases[i].line, cases[i].ccol, 0);

		cr_expect_eq(m.col, cases[i].col, "case %zu: %u", i, m.col);
		cr_expect_eq(m.line, cases[i].line);
		cr_expect_eq(m.width, 1);
		cr_expect_eq(m.src, &src);
	}
}

Test(base, nearest_word)
{
	static const char *const words[] = {
		"flags",
		"seq",
		"ack",
		"window",
		"urgent",
		"checksum",
		"within",
		"FIN-WAIT-1",
		"FIN-WAIT-2",
		"ESTABLISHED",
		NULL,
	};
	static const struct {
		const char *word, *want;
	} cases[] = {
		{ "flgas", "flags" },  /* swap */
		{ "flag", "flags" },   /* insert */
		{ "flagss", "flags" }, /* delete */
		{ "flogs", "flags" },  /* replace */
		{ "seqq", "seq" },
		{ "sek", "seq" },
		{ "widnow", "window" },
		{ "windows", "window" },
		{ "wihtin", "within" },
		{ "chekcsm", "checksum" },
		{ "fin-wait-1", "FIN-WAIT-1" },
		{ "FINWAIT2", "FIN-WAIT-2" },
		{ "established", "ESTABLISHED" },
		{ "ESTABLISHD", "ESTABLISHED" },
		{ "ACK", "ack" },
		{ "a", NULL },
		{ "", NULL },
		{ "xyz", NULL },
		{ "flxyz", NULL },
		{ "payload", NULL },
		{ "sxy", NULL },
		{ "a-word-that-is-longer-than-any-word-anybody-would-ever-use-"
		  "as-a-key",
		  NULL },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		const char *got = diag_nearest(cases[i].word, words, COUNT(words));

		if (cases[i].want)
			cr_expect(got && !strcmp(got, cases[i].want), "%s: %s", cases[i].word,
				  got ? got : "NULL");
		else
			cr_expect_null(got, "%s: %s", cases[i].word, got);
	}
	cr_expect_null(diag_nearest("x", NULL, 0));
}

Test(base, utf8_round_trip)
{
	struct buf b = BUF_INIT;
	uint32_t cp, got;

	for (cp = 0; cp <= 0x10ffff; cp++) {
		if (cp >= 0xd800 && cp < 0xe000)
			continue;
		buf_reset(&b);
		utf8_add(&b, cp);
		cr_assert_eq(utf8_get(b.data, b.len, &got), b.len, "%x", cp);
		cr_assert_eq(got, cp);
		if (b.len > 1) {
			cr_assert_eq(utf8_get(b.data, b.len - 1, &got), 1);
			cr_assert_eq(got, UTF8_REPLACEMENT);
		}
	}
	buf_fini(&b);
}

Test(base, utf8_refuses_what_is_not_utf8)
{
	static const char *const bad[] = {
		"\x80",
		"\xc0\xaf",
		"\xc1\xbf",
		"\xe0\x80\xaf",
		"\xed\xa0\x80",
		"\xf0\x80\x80\xaf",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xff",
		"\xc3(",
		"\xe2\x82(",
	};
	uint32_t cp;
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		cr_expect_eq(utf8_get(bad[i], strlen(bad[i]), &cp), 1, "case %zu", i);
		cr_expect_eq(cp, UTF8_REPLACEMENT, "case %zu", i);
	}
}

/* What the messages of @level look like on standard error. */
static void logged(enum log_level threshold, char *text, size_t cap)
{
	FILE *saved = stderr, *f = fmemopen(text, cap, "w");

	cr_assert_not_null(f);
	log_set_level(threshold);
	stderr = f;
	log_msg(LOG_ERROR, "e %d", 1);
	log_msg(LOG_WARN, "w %s", "x");
	log_msg(LOG_INFO, "i");
	log_msg(LOG_DEBUG, "d");
	stderr = saved;
	fclose(f);
}

Test(base, log_levels)
{
	char text[400];

	logged(LOG_WARN, text, sizeof(text));
	cr_expect(strstr(text, ": error: e 1\n"), "%s", text);
	cr_expect(strstr(text, ": warning: w x\n"), "%s", text);
	cr_expect_null(strstr(text, ": i\n"));
	logged(LOG_DEBUG, text, sizeof(text));
	cr_expect(strstr(text, ": i\n"), "%s", text);
	cr_expect(strstr(text, ": debug: d\n"), "%s", text);
	logged(LOG_ERROR, text, sizeof(text));
	cr_expect_null(strstr(text, "warning"));
}

Test(base, panic_exits_with_70, .exit_code = 70)
{
	log_panic("on purpose");
}

Test(base, json_text_has_what_was_put_in)
{
	struct json *o = json_new_object(), *a = json_new_array();
	struct buf out = BUF_INIT;

	json_push_string(a, "two\n\"lines\"");
	json_push_string(a, "bad \xff byte");
	json_push_string(a, NULL);
	json_push(a, json_new_real(0.25));
	json_set_string(o, "z", "\xe2\x86\x90");
	json_set(o, "a", a);
	json_set_int(o, "int", INT64_MIN);
	json_set_bool(o, "bool", true);
	json_add_text(&out, o, 0);
	cr_assert_str_eq(buf_str(&out),
			 "{\"z\":\"\xe2\x86\x90\",\"a\":[\"two\\n\\\"lines\\\"\","
			 "\"bad \xef\xbf\xbd byte\",null,0.25],"
			 "\"int\":-9223372036854775808,\"bool\":true}");
	json_free(o);

	o = json_new_object();
	json_set(o, "empty", json_new_object());
	json_set_int(o, "n", 1);
	buf_reset(&out);
	json_add_text(&out, o, 2);
	cr_assert_str_eq(buf_str(&out), "{\n  \"empty\": {},\n  \"n\": 1\n}");
	json_free(o);
	json_free(NULL);
	buf_fini(&out);
}
