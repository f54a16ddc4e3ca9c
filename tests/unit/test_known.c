/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Known deviations: what a list says of which run, and what becomes of verdicts.
 * What is wrong with a list is tested in tests/diag/known.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "plan/file_kind.h"
#include "plan/known.h"
#include "plan/suite.h"
#include "verify/verify.h"

#define LAB "the lab (Linux 6.18.44)"

static struct arena *arena;
static struct known_list list;
static struct verdict verdict;

static void setup(void)
{
	arena = arena_new();
	known_init(&list);
}

static void teardown(void)
{
	arena_free(arena);
}

TestSuite(known, .init = setup, .fini = teardown);

/* Reads a list with these entries, which must be good. */
static void load(const char *entries)
{
	char *text = arena_printf(arena, "format: 1\nkind: deviations\n%s", entries);
	struct source *src = arena_calloc(arena, 1, sizeof(*src));
	struct buf b = BUF_INIT;
	struct diags ds;
	int err;

	*src = (struct source){ "known.yaml", text, strlen(text) };
	diags_init(&ds);
	err = known_load_source(arena, src, &list, &ds);
	diags_render(&ds, false, &b);
	cr_assert_eq(err, 0, "%s", buf_str(&b));
	buf_fini(&b);
	diags_fini(&ds);
}

static const struct plan_param params[] = { { "ip", "4" }, { "seq", "edge" } };
static const struct plan plan = {
	.id = "reset/outside[ip=4,seq=edge]",
	.case_id = "reset/outside",
	.param = params,
	.n_param = 2,
};

/* Compares a run that broke these with the list: what it says, and whether it counts. */
static enum known_outcome compare(enum verdict_kind kind, const struct finding *f, size_t n,
				  const char *target)
{
	verdict = (struct verdict){
		.kind = kind,
		.level = LEVEL_MUST,
		.reason = "the reason",
		.finding = f,
		.n_findings = n,
	};
	verdict_compare_known(&list, &plan, target, arena, &verdict);
	cr_assert_eq(!verdict.entry, verdict.known == KNOWN_NOT);
	return verdict.known;
}

static const struct finding rst1 = { .level = LEVEL_MUST, .requirement = "rfc9293:SA-RST-1" };
static const struct finding both[] = {
	{ .level = LEVEL_MUST, .requirement = "rfc9293:SA-RST-1" },
	{ .level = LEVEL_MUST, .requirement = "rfc9293:MUST-2" },
};
static const struct finding weaker[] = {
	{ .level = LEVEL_MUST, .requirement = "rfc9293:SA-RST-1" },
	{ .level = LEVEL_SHOULD, .requirement = "rfc9293:SHLD-5" },
};
static const struct finding allowed[] = {
	{ .level = LEVEL_MUST, .requirement = "rfc9293:SA-RST-1" },
	{ .level = LEVEL_MAY, .requirement = "rfc9293:MAY-1" },
};

#define ENTRY(cases, more) \
	"deviations:\n  - cases: " cases "\n    reason: by-design\n    why: So.\n" more

Test(known, everything_is_read)
{
	const struct known_entry *e;

	load("targets: [\"*Linux 6.*\", \"*Linux 7.*\"]\n"
	     "deviations:\n"
	     "  - cases: [\"reset/*[ip=4]\", a/b]\n"
	     "    requirements: [rfc9293:SA-RST-1]\n"
	     "    targets: [\"*18.44)\"]\n"
	     "    reason: under-investigation\n"
	     "    why: >\n      Nobody\n      knows.\n\n"
	     "    link: https://example.org/1\n"
	     "    since: \"6.18\"\n"
	     "  - {cases: [c/d], reason: target-defect, why: It is wrong.}\n");
	cr_assert_eq(list.n, 2);
	e = list.first;
	cr_assert_eq(e->cases.n, 2);
	cr_assert_str_eq(e->cases.word[1], "a/b");
	cr_assert_eq(e->cases.at[1].line, 5);
	cr_assert_str_eq(e->requirements.word[0], "rfc9293:SA-RST-1");
	cr_assert_str_eq(e->targets.word[0], "*18.44)");
	cr_assert_eq(e->file_targets.n, 2);
	cr_assert_eq(e->reason, REASON_UNDER_INVESTIGATION);
	cr_assert_str_eq(e->why, "Nobody knows.");
	cr_assert_str_eq(e->link, "https://example.org/1");
	cr_assert_str_eq(e->since, "6.18");
	cr_assert_eq(e->at.line, 5);
	e = e->next;
	cr_assert_eq(e->reason, REASON_TARGET_DEFECT);
	cr_assert(!e->link && !e->since && !e->requirements.n && !e->targets.n);
	cr_assert_eq(e->file_targets.n, 2);
	cr_assert_null(e->next);
	/* The next file comes after it. */
	load("deviations: []\n");
	load(ENTRY("[e/f]", ""));
	cr_assert_eq(list.n, 3);
	cr_assert_str_eq(e->next->cases.word[0], "e/f");
	cr_assert_eq(e->next->file_targets.n, 0);
}

Test(known, a_failure_that_is_listed_does_not_count)
{
	load(ENTRY("[\"reset/outside[seq=edge]\"]", ""));
	cr_assert_eq(compare(VERDICT_FAIL, &rst1, 1, LAB), KNOWN_EXPECTED);
	cr_assert_eq(verdict.entry, list.first);
	cr_assert_eq(verdict.kind, VERDICT_FAIL);
	cr_assert_str_eq(verdict.reason, "the reason");
	cr_assert(verdict_breaks(&verdict, false));
	cr_assert_not(verdict_is_nonconforming(&verdict, true));
	/* Without labels, whatever it broke. */
	cr_assert_eq(compare(VERDICT_FAIL, both, 2, LAB), KNOWN_EXPECTED);
	cr_assert_eq(compare(VERDICT_PASS, weaker + 1, 1, LAB), KNOWN_EXPECTED);
	cr_assert_not(verdict_is_nonconforming(&verdict, true));
}

Test(known, a_pass_that_was_not_expected_counts)
{
	load(ENTRY("[reset/*]", "    requirements: [rfc9293:SA-RST-1]\n"));
	cr_assert_eq(compare(VERDICT_PASS, NULL, 0, LAB), KNOWN_PASSED);
	cr_assert(verdict_is_nonconforming(&verdict, false));
	cr_assert_not(verdict_breaks(&verdict, true));
	cr_assert_str_eq(verdict.reason,
			 "it passed, but is listed as a known deviation (by-design)");
	/* What only may be is no failure either. */
	cr_assert_eq(compare(VERDICT_PASS, allowed + 1, 1, LAB), KNOWN_PASSED);
}

Test(known, a_failure_of_another_kind_counts)
{
	load(ENTRY("[reset/*]", "    requirements: [rfc9293:SA-RST-1]\n"));
	cr_assert_eq(compare(VERDICT_FAIL, &rst1, 1, LAB), KNOWN_EXPECTED);
	cr_assert_eq(compare(VERDICT_FAIL, allowed, 2, LAB), KNOWN_EXPECTED);
	cr_assert_eq(compare(VERDICT_FAIL, both + 1, 1, LAB), KNOWN_OTHERWISE);
	cr_assert(verdict_is_nonconforming(&verdict, false));
	cr_assert_eq(compare(VERDICT_FAIL, both, 2, LAB), KNOWN_OTHERWISE);
	cr_assert_eq(compare(VERDICT_FAIL, weaker, 2, LAB), KNOWN_OTHERWISE);
	cr_assert_eq(compare(VERDICT_PASS, weaker + 1, 1, LAB), KNOWN_OTHERWISE);
	cr_assert(verdict_is_nonconforming(&verdict, false));
	cr_assert_eq(compare(VERDICT_FAIL, NULL, 0, LAB), KNOWN_OTHERWISE);
	/* Unless another entry has it. */
	load(ENTRY("[reset/outside]", "    requirements: [rfc9293:SA-RST-1, rfc9293:MUST-2]\n"));
	cr_assert_eq(compare(VERDICT_FAIL, both, 2, LAB), KNOWN_EXPECTED);
	cr_assert_eq(verdict.entry, list.first->next);
}

Test(known, what_was_not_judged_is_left_alone)
{
	load(ENTRY("[reset/*]", ""));
	cr_assert_eq(compare(VERDICT_INCONCLUSIVE, &rst1, 1, LAB), KNOWN_NOT);
	cr_assert_eq(compare(VERDICT_ERROR, &rst1, 1, LAB), KNOWN_NOT);
	cr_assert_eq(compare(VERDICT_SKIP, NULL, 0, LAB), KNOWN_NOT);
}

Test(known, other_cases_and_targets_are_left_alone)
{
	static const char *const others[] = { "[reset/inside]", "[\"reset/outside[ip=6]\"]",
					      "[\"reset/outside[seq=edge,ip=6]\"]", "[close/*]" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		load(arena_printf(arena, ENTRY("%s", ""), others[i]));
	cr_assert_eq(compare(VERDICT_FAIL, &rst1, 1, LAB), KNOWN_NOT);
	cr_assert(verdict_is_nonconforming(&verdict, false));
	load("targets: [\"the lab (*)\"]\n" ENTRY("[reset/*]", "    targets: [\"*Linux 6.*\"]\n"));
	cr_assert_eq(compare(VERDICT_FAIL, &rst1, 1, "10.1.0.7 port 80"), KNOWN_NOT);
	cr_assert_eq(compare(VERDICT_FAIL, &rst1, 1, "the lab (Linux 7.1)"), KNOWN_NOT);
	cr_assert_eq(compare(VERDICT_FAIL, &rst1, 1, "Linux 6.18"), KNOWN_NOT);
	cr_assert_eq(compare(VERDICT_PASS, NULL, 0, "the lab (Linux 7.1)"), KNOWN_NOT);
	cr_assert_eq(compare(VERDICT_FAIL, &rst1, 1, LAB), KNOWN_EXPECTED);
}

/* ---- the bundled list ---- */

static const char *in_source(const char *path)
{
	const char *top = getenv("abs_top_srcdir");

	return arena_printf(arena, "%s/%s", top ? top : ".", path);
}

static bool is_listed(const struct suite *suite, const struct known_entry *e, const char *target)
{
	size_t n = 0;

	for (size_t i = 0; i < suite_n_plans(suite); i++) {
		struct known_entry alone = *e;

		alone.next = NULL;
		n += known_find(&alone, suite_plan(suite, i), target) != NULL;
	}
	return n > 0;
}

static void check_list(const char *path, const struct suite *suite, const char *target)
{
	struct diags ds;

	diags_init(&ds);
	known_init(&list);
	cr_assert_eq(known_load(arena, in_source(path), &list, &ds), 0, "%s", path);
	for (const struct known_entry *e = list.first; e; e = e->next) {
		cr_assert(is_listed(suite, e, target), "%s:%u: no case has it", path, e->at.line);
		cr_assert(e->requirements.n, "%s:%u: what is broken?", path, e->at.line);
		cr_assert(e->file_targets.n, "%s: what target?", path);
		cr_assert(e->link, "%s:%u: no evidence", path, e->at.line);
	}
	diags_fini(&ds);
}

Test(known, published_lists_are_good_and_each_entry_takes_a_case)
{
	const char *dirs[] = { in_source("testcases"), in_source("examples/window-edge.yaml") };
	struct suite *suite;
	struct diags ds;

	diags_init(&ds);
	suite = suite_load(dirs, 2, dirs[0], &ds);
	cr_assert(suite);
	check_list("reports/known/linux.yaml", suite, LAB);
	check_list("reports/known/lwip.yaml", suite, "lwIP 2.1.3 (192.0.2.1)");
	suite_free(suite);
	diags_fini(&ds);
}

Test(known, kinds_of_files_are_told_apart)
{
	cr_assert_eq(file_kind(in_source("reports/known/linux.yaml")), FILE_DEVIATIONS);
	cr_assert_eq(file_kind(in_source("tests/diag/known/kind-wrong.yaml")), FILE_DEVIATIONS);
	cr_assert_eq(file_kind(in_source("examples/target.yaml")), FILE_TARGET);
	cr_assert_eq(file_kind(in_source("tests/diag/target/kind-wrong.yaml")), FILE_TARGET);
	cr_assert_eq(file_kind(in_source("examples/hello.yaml")), FILE_CASES);
	cr_assert_eq(file_kind(in_source("examples")), FILE_CASES);
	cr_assert_eq(file_kind(in_source("examples/nothing")), FILE_CASES);
}
