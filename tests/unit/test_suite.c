/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests of src/plan: a suite as a whole.  Which files it is loaded from, how
 * many plans it may come to, and that the bundled one stays within that.
 */
#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "plan/suite.h"
#include "plan_util.h"

struct tree {
	char dir[64];
};

static void tree_init(struct tree *t)
{
	strcpy(t->dir, "/tmp/shakedown-test-XXXXXX");
	cr_assert_not_null(mkdtemp(t->dir));
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void tree_fini(struct tree *t)
{
	nftw(t->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* Writes DIR/@name, making the directories on the way. */
static void tree_add(struct tree *t, const char *name, const char *text)
{
	char path[256], *slash;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", t->dir, name);
	for (slash = strchr(path + strlen(t->dir) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	f = fopen(path, "w");
	cr_assert_not_null(f, "%s", path);
	fputs(text, f);
	fclose(f);
}

static struct suite *tree_load(struct tree *t, const char *name, const char *bundled,
			       struct diags *ds)
{
	char path[256], dir[256];
	const char *paths[] = { path, path };

	snprintf(path, sizeof(path), "%s/%s", t->dir, name);
	snprintf(dir, sizeof(dir), "%s/%s", t->dir, bundled ? bundled : "");
	return suite_load(paths, 2, bundled ? dir : NULL, ds);
}

#define CASE_OF(area, step)                                                           \
	"format: 1\narea: " area "\ncases:\n  - {id: x, title: T, covers: [rfc1:x], " \
	"matrix: {ip: [4]}, steps: [" step "]}\n"
#define FRAGMENT(flags) \
	"format: 1\nfragments:\n  - {reaches: ESTABLISHED, steps: [send: " flags "]}\n"

/* Every file once, sorted by name, whatever is no case file left alone. */
Test(suite, files_below_a_directory)
{
	struct tree t;
	struct diags ds;
	struct suite *s;

	tree_init(&t);
	diags_init(&ds);
	tree_add(&t, "c/b.yaml", CASE_OF("b", "send: SYN"));
	tree_add(&t, "c/a/z.yaml", CASE_OF("z", "reach: ESTABLISHED"));
	tree_add(&t, "c/README", "no: [yaml");
	tree_add(&t, "c/.hidden.yaml", "no: [yaml");
	tree_add(&t, "c/fragments/f.yaml", FRAGMENT("ACK"));
	s = tree_load(&t, "c", NULL, &ds);
	cr_assert_not_null(s);
	cr_assert_eq(suite_n_plans(s), 2);
	cr_assert_str_eq(suite_plan(s, 0)->id, "z/x[ip=4]");
	cr_assert_str_eq(suite_plan(s, 1)->id, "b/x[ip=4]");
	suite_free(s);
	/* One file: the fragments above it are found. */
	s = tree_load(&t, "c/a/z.yaml", NULL, &ds);
	cr_assert_not_null(s);
	cr_assert_eq(suite_n_plans(s), 1);
	suite_free(s);
	diags_fini(&ds);
	tree_fini(&t);
}

/* The nearest fragments win; the bundled ones fill the gaps. */
Test(suite, nearest_fragments_first)
{
	struct tree t;
	struct diags ds;
	struct suite *s;

	tree_init(&t);
	diags_init(&ds);
	tree_add(&t, "mine/fragments/f.yaml", FRAGMENT("ACK"));
	tree_add(&t, "mine/x.yaml", CASE_OF("mine", "reach: ESTABLISHED, use: bundled"));
	tree_add(&t, "bundled/fragments/f.yaml", FRAGMENT("SYN"));
	tree_add(&t, "bundled/fragments/g.yaml",
		 "format: 1\nfragments:\n  - {name: bundled, steps: [wait: 1s]}\n");
	s = tree_load(&t, "mine", "bundled", &ds);
	cr_assert_not_null(s);
	cr_assert_eq(only(s)->step[0].send->flags, TCP_ACK);
	cr_assert_eq(only(s)->step[1].kind, PLAN_WAIT);
	suite_free(s);
	diags_fini(&ds);
	tree_fini(&t);
}

/* One bad file does not hide what is wrong in the next; marks outlive the suite. */
Test(suite, errors_of_all_files)
{
	struct buf b = BUF_INIT;
	struct tree t;
	struct diags ds;

	tree_init(&t);
	diags_init(&ds);
	tree_add(&t, "c/a.yaml", "format: [1");
	tree_add(&t, "c/b.yaml", CASE_OF("b", "send: SNY"));
	tree_add(&t, "c/c.yaml", CASE_OF("b", "send: SYN"));
	cr_assert_null(tree_load(&t, "c", NULL, &ds));
	cr_assert_eq(ds.n_errors, 3);
	diags_render(&ds, false, &b);
	cr_assert_not_null(strstr(buf_str(&b), "/c/b.yaml:4:74: error: unknown flag \"SNY\""),
			   "%s", buf_str(&b));
	cr_assert_not_null(strstr(buf_str(&b), "there is a case b/x already"), "%s",
			   buf_str(&b));
	cr_assert_null(tree_load(&t, "nothing", NULL, &ds));
	buf_reset(&b);
	diags_render(&ds, false, &b);
	cr_assert_not_null(strstr(buf_str(&b), "No such file"), "%s", buf_str(&b));
	buf_fini(&b);
	diags_fini(&ds);
	tree_fini(&t);
}

/* Limits */

/* Wherever the budget ends, there is a reason or a whole suite. */
static void check_budget(const char *text, uint64_t budget)
{
	const struct suite_limits limits = { .max_plans = 1000, .budget = budget };
	struct diags ds;
	struct suite *s;
	size_t i;

	diags_init(&ds);
	s = suite_load_text_within(&limits, "x.yaml", text, strlen(text), &ds);
	cr_assert_eq(!s, ds.n_errors > 0, "%u", (unsigned int)budget);
	for (i = 0; s && i < suite_n_plans(s); i++)
		cr_assert_eq(suite_plan(s, i)->n_steps, 2, "%u", (unsigned int)budget);
	suite_free(s);
	diags_fini(&ds);
}

Test(suite, what_a_suite_may_cost)
{
	static const struct suite_limits few = { .max_plans = 3, .budget = 1000000 };
	static const struct suite_limits little = { .max_plans = 1000, .budget = 10 };
	static const char text[] =
		HEAD CASE "    matrix: {a: [SYN, FIN, RST]}\n" STEPS "      - send: $a\n";
	struct diags ds;
	uint64_t i;

	diags_init(&ds);
	cr_assert_null(suite_load_text_within(&few, "x.yaml", text, strlen(text), &ds));
	cr_assert_eq(ds.n_errors, 1);
	cr_assert_str_eq(ds.list[0].message, "the suite has more than 3 variants");
	cr_assert_null(suite_load_text_within(&little, "x.yaml", text, strlen(text), &ds));
	cr_assert_eq(ds.n_errors, 2);
	cr_assert_str_eq(ds.list[1].message,
			 "the suite is too large: its variants have too many steps in all");
	for (i = 1; i < 200; i++)
		check_budget(text, i);
	diags_fini(&ds);
}

/* The bundled suite loads, and nearly none of its budget is used. */
Test(suite, the_bundled_suite_loads)
{
	const char *dir = getenv("SHAKEDOWN_TESTCASES");
	struct buf b = BUF_INIT;
	struct diags ds;
	struct suite *s;

	cr_assert_not_null(dir);
	diags_init(&ds);
	s = suite_load(NULL, 0, dir, &ds);
	diags_render(&ds, false, &b);
	cr_assert_not_null(s, "%s", buf_str(&b));
	cr_assert_gt(suite_n_plans(s), 100);
	suite_free(s);
	diags_fini(&ds);
	buf_fini(&b);
}
