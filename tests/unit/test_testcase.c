/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests of src/testcase: typed values, nodes with their marks, the schema
 * tables, and every diagnostic of the loader byte for byte (tests/diag).
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "plan/known.h"
#include "plan/profile.h"
#include "plan/suite.h"
#include "testcase/node.h"
#include "testcase/schema.h"
#include "testcase/timer.h"
#include "testcase/value.h"
#include "wire/segment.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Values */

Test(testcase, durations)
{
	static const struct {
		const char *text;
		enum value_error err;
		int64_t ns;
	} cases[] = {
		{ "0s", VALUE_OK, 0 },
		{ "1ns", VALUE_OK, 1 },
		{ "200us", VALUE_OK, 200000 },
		{ "300ms", VALUE_OK, 300000000 },
		{ "1.5s", VALUE_OK, 1500000000 },
		{ "0.001s", VALUE_OK, 1000000 },
		{ "2min", VALUE_OK, 120000000000 },
		{ "24h", VALUE_OK, 86400000000000 },
		{ "5 s", VALUE_OK, 5000000000 },
		{ "24.1h", VALUE_TOO_LARGE, 0 },
		{ "25h", VALUE_TOO_LARGE, 0 },
		{ "99999999999999999999999s", VALUE_TOO_LARGE, 0 },
		{ "99999999999999999999999ns", VALUE_TOO_LARGE, 0 },
		{ "5", VALUE_NO_UNIT, 0 },
		{ "1.5", VALUE_NO_UNIT, 0 },
		{ "1m", VALUE_BAD_UNIT, 0 },
		{ "1.s", VALUE_BAD_UNIT, 0 },
		{ "1.0001s", VALUE_BAD_UNIT, 0 },
		{ "-1s", VALUE_MALFORMED, 0 },
		{ "s", VALUE_MALFORMED, 0 },
		{ "", VALUE_MALFORMED, 0 },
		{ ".5s", VALUE_MALFORMED, 0 },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		int64_t ns = 0;

		cr_assert_eq(value_duration(cases[i].text, strlen(cases[i].text), &ns),
			     cases[i].err, "%s", cases[i].text);
		if (!cases[i].err)
			cr_assert_eq(ns, cases[i].ns, "%s", cases[i].text);
	}
}

#define SECOND INT64_C(1000000000)

/* A lifetime of 30 s and a least timeout of 200 ms; the rest as by default. */
static const struct timer_values some_timers = {
	{ [TIMER_MSL] = 30 * SECOND, [TIMER_RTO_MIN] = SECOND / 5 }
};

Test(testcase, sums_of_timers)
{
	static const struct {
		const char *text;
		enum timer_error err;
		int64_t ns, default_ns;
	} cases[] = {
		{ "300ms", TIMER_OK, 300000000, 300000000 },
		{ "5 s", TIMER_OK, 5 * SECOND, 5 * SECOND },
		{ "msl", TIMER_OK, 30 * SECOND, 120 * SECOND },
		{ "2 * msl + 5s", TIMER_OK, 65 * SECOND, 245 * SECOND },
		{ "5s + msl*2", TIMER_OK, 65 * SECOND, 245 * SECOND },
		{ "1.5 * rto-min", TIMER_OK, 300000000, 1500000000 },
		{ "rto-min / 4", TIMER_OK, 50000000, 250000000 },
		{ "2 * (msl + 1s) * 0.5", TIMER_OK, 31 * SECOND, 121 * SECOND },
		{ "msl + msl", TIMER_OK, 60 * SECOND, 240 * SECOND },
		{ " rto-initial + fin-wait-2 ", TIMER_OK, 63 * SECOND, 63 * SECOND },
		{ "100 * 1.5s", TIMER_OK, 150 * SECOND, 150 * SECOND },
		{ "2 * 3", TIMER_NO_UNIT, 0, 0 },
		{ "5", TIMER_NO_UNIT, 0, 0 },
		{ "5 parsecs", TIMER_BAD_UNIT, 0, 0 },
		{ "2 msl", TIMER_BAD_UNIT, 0, 0 },
		{ "msl2", TIMER_UNKNOWN, 0, 0 },
		{ "ms", TIMER_UNKNOWN, 0, 0 },
		{ "msl - 5s", TIMER_NEGATIVE, 0, 0 },
		{ "-5s", TIMER_NEGATIVE, 0, 0 },
		{ "msl * rto-min", TIMER_MALFORMED, 0, 0 },
		{ "5s / msl", TIMER_MALFORMED, 0, 0 },
		{ "msl / 0", TIMER_MALFORMED, 0, 0 },
		{ "msl +", TIMER_MALFORMED, 0, 0 },
		{ "(msl", TIMER_MALFORMED, 0, 0 },
		{ "msl)", TIMER_MALFORMED, 0, 0 },
		{ "()", TIMER_MALFORMED, 0, 0 },
		{ "", TIMER_MALFORMED, 0, 0 },
		{ "((((((((((((((((((msl))))))))))))))))))", TIMER_MALFORMED, 0, 0 },
		{ "101 * msl", TIMER_TOO_LARGE, 0, 0 },
		{ "60 * msl + 41 * msl", TIMER_TOO_LARGE, 0, 0 },
		{ "23h + 2h", TIMER_TOO_LARGE, 0, 0 },
		{ "999999999999999999999 * msl", TIMER_MALFORMED, 0, 0 },
	};
	static const struct timer_values none;
	struct timer_sum sum;
	size_t bad, len;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;

		cr_expect_eq(timer_sum_parse(text, strlen(text), &sum, &bad, &len), cases[i].err,
			     "%s", text);
		cr_expect(bad + len <= strlen(text) + 1, "%s", text);
		if (cases[i].err)
			continue;
		cr_expect_eq(timer_sum_ns(&sum, &some_timers), cases[i].ns, "%s", text);
		cr_expect_eq(timer_sum_ns(&sum, &none), cases[i].default_ns, "%s", text);
	}
}

static bool is_less(const char *a, const char *b)
{
	struct timer_sum x, y;
	size_t bad, len;

	cr_assert_eq(timer_sum_parse(a, strlen(a), &x, &bad, &len), TIMER_OK);
	cr_assert_eq(timer_sum_parse(b, strlen(b), &y, &bad, &len), TIMER_OK);
	return timer_sum_is_less(&x, &y);
}

/* Only what holds for every target. */
Test(testcase, sums_compared)
{
	cr_expect(is_less("1s", "2s"));
	cr_expect(is_less("msl", "2 * msl"));
	cr_expect(is_less("msl", "msl + 1ms"));
	cr_expect(is_less("0s", "rto-max"));
	cr_expect(!is_less("1s", "1s"));
	cr_expect(!is_less("msl", "msl"));
	cr_expect(!is_less("2 * msl", "msl + 1h"));
	cr_expect(!is_less("msl + 1s", "2 * msl"));
	cr_expect(!is_less("rto-min", "rto-max"));
}

Test(testcase, sizes_numbers_and_bools)
{
	uint32_t octets = 0;
	int64_t n = 0;
	uint8_t kind = 0;
	bool yes = false;

	cr_assert_eq(value_size("2KiB", 4, &octets), VALUE_OK);
	cr_assert_eq(octets, 2048);
	cr_assert_eq(value_size("16MiB", 5, &octets), VALUE_OK);
	cr_assert_eq(value_size("17MiB", 5, &octets), VALUE_TOO_LARGE);
	cr_assert_eq(value_size("100", 3, &octets), VALUE_NO_UNIT);
	cr_assert_eq(value_size("1kB", 3, &octets), VALUE_BAD_UNIT);

	cr_assert_eq(value_number("0xffffffff", 10, &n), VALUE_OK);
	cr_assert_eq(n, 0xffffffff);
	cr_assert_eq(value_number("4294967296", 10, &n), VALUE_TOO_LARGE);
	cr_assert_eq(value_number("99999999999999999999", 20, &n), VALUE_TOO_LARGE);
	cr_assert_eq(value_number("0x", 2, &n), VALUE_MALFORMED);
	cr_assert_eq(value_number("", 0, &n), VALUE_MALFORMED);
	cr_assert_eq(value_number("1_0", 3, &n), VALUE_MALFORMED);

	cr_assert_eq(value_bool("yes", 3, &yes), VALUE_OK);
	cr_assert(yes);
	cr_assert_eq(value_bool("false", 5, &yes), VALUE_OK);
	cr_assert_not(yes);
	cr_assert_eq(value_bool("Yes", 3, &yes), VALUE_MALFORMED);

	cr_assert_eq(value_kind("kind-254", 8, &kind), VALUE_OK);
	cr_assert_eq(kind, 254);
	cr_assert_eq(value_kind("kind-256", 8, &kind), VALUE_TOO_LARGE);
	cr_assert_eq(value_kind("kind-", 5, &kind), VALUE_MALFORMED);
}

Test(testcase, hexadecimal)
{
	static const struct {
		const char *text;
		int n; /* -1: malformed */
	} cases[] = {
		{ "", 0 },
		{ "00ff", 2 },
		{ "0x00ff", 2 },
		{ "00 ff:0A", 3 },
		{ "0", -1 },
		{ "0g", -1 },
		{ "0 0", -1 },
		{ "00-11", -1 },
		{ "0x", 0 },
		{ "0x0", -1 },
	};
	struct arena *arena = arena_new();
	const uint8_t *bytes;
	size_t i, n;

	for (i = 0; i < COUNT(cases); i++) {
		enum value_error err =
			value_hex(arena, cases[i].text, strlen(cases[i].text), &bytes, &n);

		cr_assert_eq(err, cases[i].n < 0 ? VALUE_MALFORMED : VALUE_OK, "%s", cases[i].text);
		if (!err)
			cr_assert_eq(n, (size_t)cases[i].n, "%s", cases[i].text);
	}
	value_hex(arena, "00 ff:0A", 8, &bytes, &n);
	cr_assert_eq(memcmp(bytes, "\x00\xff\x0a", 3), 0);
	arena_free(arena);
}

Test(testcase, flags_tell_the_bad_part)
{
	uint16_t flags;
	size_t bad, len;

	cr_assert_eq(value_flags("SYN | ACK", 9, &flags, &bad, &len), VALUE_OK);
	cr_assert_eq(flags, TCP_SYN | TCP_ACK);
	cr_assert_eq(value_flags("none", 4, &flags, &bad, &len), VALUE_OK);
	cr_assert_eq(flags, 0);
	cr_assert_eq(value_flags("SYN| AKC ", 9, &flags, &bad, &len), VALUE_MALFORMED);
	cr_assert_eq(bad, 5);
	cr_assert_eq(len, 3);
	cr_assert_eq(value_flags("SYN|", 4, &flags, &bad, &len), VALUE_MALFORMED);
	cr_assert_eq(len, 0);
}

/* Nodes */

struct parsed {
	struct arena *arena;
	struct diags ds;
	struct source src;
	struct node *root;
};

static void parse(struct parsed *p, const char *text, size_t len)
{
	p->arena = arena_new();
	diags_init(&p->ds);
	p->src.name = "x";
	p->src.text = text;
	p->src.len = len;
	p->root = node_parse(p->arena, &p->src, &p->ds);
}

static void forget(struct parsed *p)
{
	diags_fini(&p->ds);
	arena_free(p->arena);
}

static void assert_mark(const struct node *n, uint32_t line, uint32_t col, uint32_t width)
{
	cr_assert_not_null(n);
	cr_assert(n->at.line == line && n->at.col == col && n->at.width == width,
		  "expected %u:%u+%u, got %u:%u+%u", line, col, width, n->at.line, n->at.col,
		  n->at.width);
}

/* Columns count bytes, also behind characters of several bytes and behind CR LF. */
Test(testcase, marks_count_bytes)
{
	static const char text[] = "a: \xc3\xa9\xe2\x82\xac b\r\n"
				   "\xc3\xa9: {x: \"\xe2\x82\xac\", y: [1, 2]}\r\n"
				   "c:\n"
				   "  - z\n";
	struct parsed p;
	struct node *map;

	parse(&p, text, sizeof(text) - 1);
	cr_assert_eq(p.ds.n, 0);
	assert_mark(node_get(p.root, "a"), 1, 4, 7);
	map = node_get(p.root, "\xc3\xa9");
	assert_mark(map, 2, 5, 21);
	assert_mark(node_get(map, "x"), 2, 9, 5);
	assert_mark(node_get_key(map, "y"), 2, 16, 1);
	assert_mark(node_get(map, "y")->item[1], 2, 23, 1);
	assert_mark(node_get(p.root, "c")->item[0], 4, 5, 1);
	forget(&p);
}

/* More than one checkpoint of the table of marks. */
Test(testcase, marks_far_into_a_file)
{
	struct buf b = BUF_INIT;
	struct parsed p;
	unsigned int i;

	for (i = 0; i < 500; i++)
		buf_printf(&b, "k%u: \xc3\xa9%u\n", i, i);
	parse(&p, buf_str(&b), b.len);
	cr_assert_eq(p.root->n_pairs, 500);
	for (i = 0; i < 500; i++) {
		unsigned int digits = i < 10 ? 1 : i < 100 ? 2
							   : 3;

		assert_mark(p.root->pair[i].value, i + 1, 4 + digits, 2 + digits);
	}
	forget(&p);
	buf_fini(&b);
}

Test(testcase, nothing_is_guessed)
{
	static const char text[] = "{a: 5, b: yes, c: ~, d: \"5\", e: , f: 1e3, g: $x, h: \"$x\"}";
	struct parsed p;

	parse(&p, text, sizeof(text) - 1);
	cr_assert(node_is(node_get(p.root, "a"), "5"));
	cr_assert(node_is(node_get(p.root, "b"), "yes"));
	cr_assert(node_is(node_get(p.root, "c"), "~"));
	cr_assert(node_get(p.root, "d")->quoted);
	cr_assert_not(node_get(p.root, "a")->quoted);
	cr_assert_eq(node_get(p.root, "e")->len, 0);
	cr_assert_str_eq(node_kind_name(node_get(p.root, "e")), "nothing");
	cr_assert(node_get(p.root, "g")->has_param);
	cr_assert_not(node_get(p.root, "h")->has_param);
	cr_assert(p.root->has_param);
	cr_assert_null(node_get(p.root, "z"));
	forget(&p);
}

Test(testcase, aliases_share_the_node)
{
	static const char text[] = "{a: &x {k: [v]}, b: *x, c: [*x, *x]}";
	struct parsed p;

	parse(&p, text, sizeof(text) - 1);
	cr_assert_eq(p.ds.n, 0);
	cr_assert_eq(node_get(p.root, "a"), node_get(p.root, "b"));
	cr_assert_eq(node_get(p.root, "c")->item[1], node_get(p.root, "a"));
	/* The map and 3 keys; {k: [v]} is 4 nodes, 4 times; the list c. */
	cr_assert_eq(p.root->count, 1 + 3 + 4 * 4 + 1, "%u", p.root->count);
	cr_assert_eq(p.root->depth, 4);
	forget(&p);
}

Test(testcase, parameters_are_found_in_text)
{
	static const char text[] = "$a + $b-c- $ $1 $$d$e2";
	static const char *const found[] = { "$a", "$b-c", "$d", "$e2" };
	size_t pos = 0, len, i;

	for (i = 0; i < COUNT(found); i++) {
		cr_assert(node_next_param(text, sizeof(text) - 1, &pos, &len));
		cr_assert_eq(len, strlen(found[i]));
		cr_assert_eq(memcmp(text + pos, found[i], len), 0);
		pos += len;
	}
	cr_assert_not(node_next_param(text, sizeof(text) - 1, &pos, &len));
}

Test(testcase, files_that_cannot_be_read)
{
	static const char *const paths[] = { "/nowhere/at/all.yaml", "/" };
	struct arena *arena = arena_new();
	struct diags ds;
	size_t i;

	diags_init(&ds);
	for (i = 0; i < COUNT(paths); i++)
		cr_assert_null(node_read_file(arena, paths[i], &ds));
	cr_assert_eq(ds.n_errors, 2);
	cr_assert_str_eq(ds.list[0].message,
			 "cannot read /nowhere/at/all.yaml: No such file or directory");
	cr_assert_str_eq(ds.list[1].message, "cannot read /: Is a directory");
	cr_assert_null(node_read_file(arena, "/dev/zero", &ds));
	cr_assert_str_eq(ds.list[2].message, "/dev/zero is larger than 4 MiB");
	diags_fini(&ds);
	arena_free(arena);
}

/* Schema tables */

/* Help lines end up in tables of the manual: one line, no full stop. */
static void check_key(const struct schema_map *map, const struct schema_key *k)
{
	size_t len = strlen(k->help);

	cr_assert_gt(len, 0, "%s.%s", map->name, k->name);
	cr_assert_neq(k->help[len - 1], '.', "%s.%s", map->name, k->name);
	cr_assert_null(strchr(k->help, '\n'), "%s.%s", map->name, k->name);
	cr_assert_not_null(k->value, "%s.%s", map->name, k->name);
	if (!(k->flags & KEY_PATTERN))
		cr_assert_eq(schema_find_key(map, k->name), k, "%s.%s", map->name, k->name);
	cr_assert(!(k->flags & KEY_CHOICE) || map->choice, "%s.%s", map->name, k->name);
}

typedef const struct schema_map *map_at_fn(size_t i);

static size_t check_maps(map_at_fn *map_at)
{
	const struct schema_map *map;
	size_t i, j;

	for (i = 0; (map = map_at(i)); i++) {
		cr_assert(map->n_keys || map->other, "%s", map->name);
		cr_assert(!map->other || (map->other_key && map->other_help), "%s", map->name);
		for (j = 0; j < map->n_keys; j++)
			check_key(map, &map->key[j]);
		for (j = 0; j < i; j++)
			cr_assert_str_neq(map->name, map_at(j)->name);
	}
	return i;
}

Test(testcase, tables_are_complete)
{
	cr_assert_gt(check_maps(schema_map_at), 20);
	cr_assert_geq(check_maps(schema_target_map_at), 3);
	cr_assert_eq(check_maps(schema_known_map_at), 2);
}

/* Diagnostics */

static const char *source_dir(void)
{
	const char *dir = getenv("abs_top_srcdir");

	return dir ? dir : ".";
}

static char *diag_path(const char *name)
{
	char *path;

	cr_assert_geq(asprintf(&path, "%s/tests/diag/%s", source_dir(), name), 0);
	return path;
}

static bool read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	char chunk[4096];
	size_t n;

	if (!f)
		return false;
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(out, chunk, n);
	fclose(f);
	return true;
}

static void write_file(const char *path, const struct buf *b)
{
	FILE *f = fopen(path, "wb");

	cr_assert_not_null(f, "%s", path);
	cr_assert_eq(fwrite(b->data, 1, b->len, f), b->len);
	fclose(f);
}

/* Marks point into @src, which outlives them. */
typedef bool loads_fn(struct arena *arena, const struct source *src, struct diags *ds);

static bool suite_loads(struct arena *arena, const struct source *src, struct diags *ds)
{
	struct suite *s = suite_load_text(src->name, src->text, src->len, ds);

	(void)arena;
	suite_free(s);
	return s != NULL;
}

static bool profile_loads(struct arena *arena, const struct source *src, struct diags *ds)
{
	struct profile p;

	return !profile_load_source(arena, src, &p, ds);
}

static bool known_loads(struct arena *arena, const struct source *src, struct diags *ds)
{
	struct known_list list;

	known_init(&list);
	return !known_load_source(arena, src, &list, ds);
}

/* What loading NAME.yaml says must be NAME.err, byte for byte. */
static void check_pair(const char *name, loads_fn *loads)
{
	char *yaml = diag_path(name), *err = strdup(yaml);
	struct buf text = BUF_INIT, expected = BUF_INIT, actual = BUF_INIT;
	struct arena *arena = arena_new();
	struct source src;
	struct diags ds;

	strcpy(err + strlen(err) - 5, ".err");
	cr_assert(read_file(yaml, &text), "%s", yaml);
	diags_init(&ds);
	src = (struct source){ .name = name, .text = text.data, .len = text.len };
	cr_assert_not(loads(arena, &src, &ds), "%s loads", name);
	cr_assert_gt(ds.n_errors, 0, "%s", name);
	diags_render(&ds, false, &actual);
	if (getenv("SHAKEDOWN_TEST_UPDATE"))
		write_file(err, &actual);
	cr_expect(read_file(err, &expected), "%s is missing", err);
	cr_expect_str_eq(buf_str(&actual), buf_str(&expected), "%s says\n%s", name,
			 buf_str(&actual));
	diags_fini(&ds);
	arena_free(arena);
	buf_fini(&text);
	buf_fini(&expected);
	buf_fini(&actual);
	free(err);
	free(yaml);
}

static int is_yaml(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 5 && !strcmp(entry->d_name + len - 5, ".yaml");
}

static void check_pairs(const char *below, int at_least, loads_fn *loads)
{
	char *dir = diag_path(below), name[300];
	struct dirent **entry;
	int n = scandir(dir, &entry, is_yaml, alphasort), i;

	cr_assert_geq(n, at_least, "%s: %d files", dir, n);
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s%s", below, entry[i]->d_name);
		check_pair(name, loads);
		free(entry[i]);
	}
	free(entry);
	free(dir);
}

Test(testcase, diagnostics_byte_for_byte)
{
	check_pairs("", 80, suite_loads);
}

Test(testcase, diagnostics_of_profiles_byte_for_byte)
{
	check_pairs("target/", 10, profile_loads);
}

Test(testcase, diagnostics_of_known_deviations_byte_for_byte)
{
	check_pairs("known/", 5, known_loads);
}
