/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests of src/report: one made-up suite that ends in every possible way,
 * written in every format and compared byte for byte with tests/unit/report/.
 * With UPDATE_GOLDEN=1 in the environment those files are written instead.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report/format.h"
#include "report/requirements.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define START INT64_C(1700000000123456789)

static const char case_text[] = "cases:\n"
				"  - id: ack-draws-reset\n"
				"    steps:\n"
				"      - send: {flags: ACK, as: probe}\n"
				"      - expect: {flags: RST, seq: probe.ack, within: 1s}\n"
				"        state: LISTEN\n";
static const struct source case_file = {
	"testcases/listen.yaml",
	case_text,
	sizeof(case_text) - 1,
};

static const struct plan_step steps[] = {
	{ .kind = PLAN_SEND, .next = 1 },
	{ .kind = PLAN_EXPECT, .next = 2 },
	{ .kind = PLAN_END },
};
static const struct step_result step_results[] = {
	{ STEP_DONE, 0, 0, false },
	{ STEP_FAILED, -1, 0, false },
	{ STEP_NOT_REACHED, -1, 0, false },
};
static const char *const covers[] = { "rfc9293:SA-LISTEN-2" };
static const char *const tags[] = { "smoke", "textbook" };
static const struct plan_param params[] = { { "ip", "4" } };

static struct plan make_plan(const char *id, const char *case_id, const char *title)
{
	return (struct plan){
		.id = id,
		.case_id = case_id,
		.area = "listen",
		.title = title,
		.file = case_file.name,
		.covers = covers,
		.n_covers = 1,
		.tags = tags,
		.n_tags = 2,
		.param = params,
		.n_param = 1,
		.step = steps,
		.n_steps = COUNT(steps),
	};
}

/* ACK out, RST|ACK back after 1.5 ms. */
static void make_trace(struct trace *t)
{
	struct segment s = {
		.src = { 4, { 10, 99, 0, 1 } },
		.dst = { 4, { 10, 99, 0, 2 } },
		.sport = 49152,
		.dport = 7,
		.seq = 0x1000,
		.ack = 0x2e1f0002,
		.flags = TCP_ACK,
		.window = 65535,
	};
	uint8_t packet[200];
	size_t len;

	trace_init(t);
	len = segment_encode(&s, packet, sizeof(packet));
	trace_add(t, START, TRACE_TX, 0, 0, packet, (uint32_t)len, (uint32_t)len);
	s.flags = TCP_RST | TCP_ACK;
	s.seq = 0;
	s.window = 0;
	len = segment_encode(&s, packet, sizeof(packet));
	trace_add(t, START + 1500000, TRACE_RX, TRACE_STEP_NONE, 0, packet, (uint32_t)len,
		  (uint32_t)len);
}

/* The run ends @kind with these findings. */
static struct verdict make_verdict(enum verdict_kind kind, enum req_level level, const char *reason,
				   const struct finding *finding, size_t n)
{
	return (struct verdict){
		.kind = kind,
		.level = level,
		.reason = reason,
		.finding = finding,
		.n_findings = n,
		.step = step_results,
		.final_states = 1u << TCP_LISTEN | 1u << TCP_CLOSED,
	};
}

static const struct mismatch mismatches[] = {
	{ "flags", "RST", "RST|ACK" },
	{ "seq", "probe.ack (0x2e1f0002)", "0x00000000" },
	{ "ack", "absent", "0x2e1f0002" },
	{ "option mss", "1460", "absent" },
};

static const struct finding findings[] = {
	{
		.kind = FINDING_NO_ANSWER,
		.level = LEVEL_MUST,
		.requirement = "rfc9293:SA-LISTEN-2",
		.step = 1,
		.at = { &case_file, 5, 9, 6 },
		.message = "no matching segment in 1.000 s (1 segment seen)",
		.expected = "RST seq=probe.ack within 1 s",
		.packet = 1,
		.mismatch = mismatches,
		.n_mismatch = 3,
	},
	{
		.kind = FINDING_LINT,
		.level = LEVEL_SHOULD,
		.requirement = "rfc5961:3.2",
		.step = -1,
		.message = "a reset with a window",
		.packet = 1,
	},
	{
		.kind = FINDING_PRECONDITION,
		.level = LEVEL_MUST,
		.requirement = "rfc9293:3.6-case-2",
		.step = 0,
		.at = { &case_file, 4, 9, 4 },
		.message = "the precondition was not reached",
		.expected = "SYN|ACK",
		.packet = -1,
	},
	{
		.kind = FINDING_FAULT,
		.level = LEVEL_MUST,
		.requirement = "rfc9293:SA-LISTEN-2",
		.step = -1,
		.message = "this host's kernel reset the connection",
		.packet = 1,
		.remedy = "use an address nobody owns with --source",
	},
	{
		.kind = FINDING_NO_ANSWER,
		.level = LEVEL_MUST,
		.requirement = "vendor\033[31m rule",
		.step = 1,
		.at = { &case_file, 5, 17, 18 },
		.message = "<nothing> & \"nobody\" \033[2J\xff",
		.expected = "SYN|ACK seq=1 window not 0 mss present timestamps ecr=5"
			    " only options mss, nop",
		.packet = 1,
		.mismatch = mismatches + 3,
		.n_mismatch = 1,
	},
};

static const char known_text[] = "deviations:\n  - cases: [listen/*]\n";
static const struct source known_file = { "known.yaml", known_text, sizeof(known_text) - 1 };
static const struct known_entry known_entry = {
	.reason = REASON_TARGET_DEFECT,
	.why = "it counts\none # too many",
	.link = "https://example.org/1",
	.since = "6.18",
	.at = { &known_file, 2, 5, 5 },
};

static const char *const deviations[] = { "rfc793-reset", "no-mss" };

static const struct report_suite suite = {
	.program = "shakedown 0.1.0",
	.run_id = "8f2a6c1100000001",
	.target = "lab",
	.tester = "veth0 10.99.0.1",
	.hostname = "buildhost",
	.start_ns = START,
	.seed = 0xfedcba9876543210,
	.n_planned = 12,
	.rerun_prefix = "shakedown run",
};

/* Everything that can happen, in one suite. */
static void feed_results(struct report *r, const struct trace *t)
{
	struct plan plan[] = {
		make_plan("listen/syn[ip=4]", "listen/syn", "A SYN is answered"),
		make_plan("listen/syn[ip=6]", "listen/syn", "A SYN is answered"),
		make_plan("listen/ack-draws-reset[ip=4]", "listen/ack-draws-reset",
			  "An ACK that arrives in LISTEN is answered with a reset"),
		make_plan("listen/lint", "listen/lint", "Resets are as they should be"),
		make_plan("listen/reach", "listen/reach", "Half the way"),
		make_plan("listen/leak", "listen/leak", "The tester's own trouble"),
		make_plan("listen/skip", "listen/skip", "Needs what is not there"),
		make_plan("listen/it's", "listen/it's",
			  "Title \\ #1 <&> \"x\" \033[31m\n\xff\x01 end"),
		make_plan("listen/known", "listen/known", "What is known to fail"),
		make_plan("listen/mended", "listen/mended", "What was known to fail"),
		make_plan("listen/worse", "listen/worse", "What fails in another way"),
	};
	struct verdict verdict[] = {
		make_verdict(VERDICT_PASS, LEVEL_MUST, "every step was met", NULL, 0),
		make_verdict(VERDICT_PASS, LEVEL_MUST, "every step was met", NULL, 0),
		make_verdict(VERDICT_FAIL, LEVEL_MUST, findings[0].message, findings, 2),
		make_verdict(VERDICT_PASS, LEVEL_SHOULD, findings[1].message, findings + 1, 1),
		make_verdict(VERDICT_INCONCLUSIVE, LEVEL_MUST,
			     "the precondition of step 1 was not reached", findings + 2, 1),
		make_verdict(VERDICT_ERROR, LEVEL_MUST, findings[3].message, findings + 3, 1),
		make_verdict(VERDICT_SKIP, LEVEL_MUST, "the target has no echo # service", NULL, 0),
		make_verdict(VERDICT_FAIL, LEVEL_MUST, findings[4].message, findings + 4, 1),
		make_verdict(VERDICT_FAIL, LEVEL_MUST, findings[0].message, findings, 1),
		make_verdict(VERDICT_PASS, LEVEL_MUST, "it passed, but is listed", NULL, 0),
		make_verdict(VERDICT_FAIL, LEVEL_MUST, findings[0].message, findings, 1),
	};

	verdict[1].deviation = deviations;
	verdict[1].n_deviations = 2;
	for (size_t i = 8; i < 11; i++)
		verdict[i].entry = &known_entry;
	verdict[8].known = KNOWN_EXPECTED;
	verdict[9].known = KNOWN_PASSED;
	verdict[10].known = KNOWN_OTHERWISE;
	for (size_t i = 0; i < COUNT(plan); i++) {
		struct report_result res = {
			.plan = &plan[i],
			.trace = verdict[i].kind == VERDICT_SKIP ? NULL : t,
			.verdict = &verdict[i],
			.evidence = verdict[i].kind == VERDICT_SKIP ? NULL : "out/a run.pcapng",
			.duration_ns = (int64_t)i * 1003000000 / 3,
			.index = i + 1,
		};

		report_result(r, &res);
		report_progress(r, i + 1, 2);
	}
}

static const struct report_totals totals = {
	.n = { 4, 4, 1, 1, 1 },
	.must = 2,
	.should = 1,
	.deviations = 2,
	.duration_ns = 1234567890,
	.exit_status = 1,
};

static struct report *open_report(const char *name, const char *path, struct report_options opt)
{
	struct diags ds;
	struct report *r;

	diags_init(&ds);
	r = report_open(name, path, &opt, &ds);
	cr_assert_not_null(r, "%s", ds.n ? ds.list[0].message : "");
	diags_fini(&ds);
	return r;
}

/* Writes the whole suite to @path; the result of report_close(). */
static int write_report(const char *name, const char *path, struct report_options opt)
{
	struct report *r = open_report(name, path, opt);
	struct trace t;

	make_trace(&t);
	report_start(r, &suite);
	feed_results(r, &t);
	report_finish(r, &totals);
	trace_fini(&t);
	return report_close(r);
}

static void read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	char chunk[4096];
	size_t n;

	buf_reset(out);
	cr_assert_not_null(f, "%s: %s", path, strerror(errno));
	while ((n = fread(chunk, 1, sizeof(chunk), f)))
		buf_add(out, chunk, n);
	fclose(f);
}

static const struct report_options no_options = { .verbose = 0 };

static char dir[32];

static const char *in_dir(const char *name)
{
	static char path[100];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void setup(void)
{
	strcpy(dir, "/tmp/test_report.XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
}

static void teardown(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(report, .init = setup, .fini = teardown);

static const char *golden_path(const char *name)
{
	static char path[4096];
	const char *top = getenv("abs_top_srcdir");

	snprintf(path, sizeof(path), "%s/tests/unit/report/%s", top ? top : ".", name);
	return path;
}

static void assert_golden(const char *name, const char *path)
{
	struct buf actual = BUF_INIT, golden = BUF_INIT;

	read_file(path, &actual);
	if (getenv("UPDATE_GOLDEN")) {
		FILE *f = fopen(golden_path(name), "wb");

		cr_assert_not_null(f);
		fwrite(actual.data, 1, actual.len, f);
		fclose(f);
	}
	read_file(golden_path(name), &golden);
	cr_assert_str_eq(buf_str(&actual), buf_str(&golden), "%s:\n%s", name, buf_str(&actual));
	cr_assert_eq(actual.len, golden.len, "%s", name);
	buf_fini(&actual);
	buf_fini(&golden);
}

Test(report, every_format_is_as_promised)
{
	static const struct {
		const char *format, *golden;
		struct report_options opt;
	} table[] = {
		{ "human", "human.txt", { .verbose = 0 } },
		{ "human", "human-verbose.txt", { .verbose = 1 } },
		{ "human", "human-quiet.txt", { .verbose = -1 } },
		{ "tap", "report.tap", { 0 } },
		{ "jsonl", "report.jsonl", { 0 } },
		{ "json", "report.json", { 0 } },
		{ "junit", "report.xml", { 0 } },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		const char *path = in_dir(table[i].golden);

		cr_assert_eq(write_report(table[i].format, path, table[i].opt), 0);
		assert_golden(table[i].golden, path);
	}
}

/* Takes the colour out of @b. */
static void strip_colour(struct buf *b)
{
	char *to = b->data;

	for (const char *from = b->data; *from; from++) {
		if (*from == '\033')
			from += strcspn(from, "m");
		else
			*to++ = *from;
	}
	*to = '\0';
	b->len = (size_t)(to - b->data);
}

Test(report, colour_changes_nothing_else)
{
	struct buf plain = BUF_INIT, coloured = BUF_INIT;
	size_t len;

	cr_assert_eq(write_report("human", in_dir("p"),
				  (struct report_options){ .verbose = 1 }),
		     0);
	read_file(in_dir("p"), &plain);
	cr_assert_null(strchr(buf_str(&plain), '\033'));
	cr_assert_eq(write_report("human", in_dir("c"),
				  (struct report_options){ .verbose = 1, .color = true }),
		     0);
	read_file(in_dir("c"), &coloured);
	len = coloured.len;
	strip_colour(&coloured);
	cr_assert_lt(coloured.len, len);
	cr_assert_str_eq(buf_str(&plain), buf_str(&coloured));
	buf_fini(&plain);
	buf_fini(&coloured);
}

/* What comes out of a pipe, where nothing can be overwritten. */
Test(report, is_the_same_through_a_pipe)
{
	for (const struct report_format *f = report_formats; f->name; f++) {
		struct buf file = BUF_INIT, piped = BUF_INIT;
		char path[32], chunk[4096];
		int fd[2];
		ssize_t n;

		cr_assert_eq(write_report(f->name, in_dir("file"), no_options), 0);
		read_file(in_dir("file"), &file);
		cr_assert_eq(pipe2(fd, O_CLOEXEC), 0);
		fcntl(fd[1], F_SETPIPE_SZ, 1 << 20);
		snprintf(path, sizeof(path), "/dev/fd/%d", fd[1]);
		cr_assert_eq(write_report(f->name, path, no_options), 0);
		close(fd[1]);
		while ((n = read(fd[0], chunk, sizeof(chunk))) > 0)
			buf_add(&piped, chunk, (size_t)n);
		close(fd[0]);
		cr_assert_str_eq(buf_str(&file), buf_str(&piped), "%s", f->name);
		buf_fini(&file);
		buf_fini(&piped);
	}
}

Test(report, a_full_disk_is_noticed)
{
	if (access("/dev/full", W_OK))
		cr_skip_test("there is no /dev/full");
	for (const struct report_format *f = report_formats; f->name; f++)
		cr_assert_eq(write_report(f->name, "/dev/full", no_options),
			     -ENOSPC, "%s", f->name);
}

Test(report, what_cannot_be_opened_is_a_diagnostic)
{
	struct report_options opt = { 0 };
	struct buf text = BUF_INIT;
	struct diags ds;

	diags_init(&ds);
	cr_assert_null(report_open("tab", NULL, &opt, &ds));
	cr_assert_null(report_open("json", "/no/such/directory/x", &opt, &ds));
	diags_render(&ds, false, &text);
	cr_assert_str_eq(buf_str(&text),
			 "error: unknown report format \"tab\"\n"
			 "  = help: did you mean \"tap\"?\n"
			 "error: cannot write the report /no/such/directory/x: "
			 "No such file or directory\n");
	buf_fini(&text);
	diags_fini(&ds);
}

/* The output of a shell command, and its exit status. */
static int run(const char *command, struct buf *out)
{
	FILE *f = popen(command, "r");
	char line[512];
	int status;

	buf_reset(out);
	while (fgets(line, sizeof(line), f))
		buf_adds(out, line);
	status = pclose(f);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void copy_file(const char *from, const char *to)
{
	struct buf b = BUF_INIT;
	FILE *f;

	read_file(from, &b);
	f = fopen(to, "wb");
	cr_assert_not_null(f);
	fwrite(buf_str(&b), 1, b.len, f);
	fclose(f);
	buf_fini(&b);
}

/*
 * Runs @validator on @golden and on what runs would leave behind that are killed
 * before the first result, after it, and after many.
 */
static void assert_valid_at_any_time(const char *format, const char *validator, const char *golden)
{
	struct report *r = open_report(format, in_dir("cut"), no_options);
	struct plan plan = make_plan("listen/a[ip=4]", "listen/a", "A title");
	struct verdict fail = make_verdict(VERDICT_FAIL, LEVEL_MUST, "reason", findings, 2);
	struct report_result res = {
		.plan = &plan,
		.verdict = &fail,
		.duration_ns = 1000000000000,
	};
	struct buf command = BUF_INIT, out = BUF_INIT;
	char cut[128], copy[160];
	struct trace t;

	make_trace(&t);
	res.trace = &t;
	snprintf(cut, sizeof(cut), "%s", in_dir("cut"));
	buf_printf(&command, "%s '%s'", validator, golden);
	report_start(r, &suite);
	for (res.index = 0; res.index < 12; res.index++) {
		if (res.index == 0 || res.index == 1 || res.index == 11) {
			snprintf(copy, sizeof(copy), "%s.%zu", cut, res.index);
			copy_file(cut, copy);
			buf_printf(&command, " %s", copy);
		}
		report_result(r, &res);
	}
	report_finish(r, &totals);
	cr_assert_eq(report_close(r), 0);
	buf_printf(&command, " %s 2>&1", cut);
	cr_assert_eq(run(buf_str(&command), &out), 0, "%s", buf_str(&out));
	trace_fini(&t);
	buf_fini(&command);
	buf_fini(&out);
}

static const char *schema(const char *name)
{
	static char path[4096];
	const char *top = getenv("abs_top_srcdir");

	snprintf(path, sizeof(path), "%s/reports/schema/%s", top ? top : ".", name);
	return path;
}

Test(report, junit_keeps_to_the_strict_profile)
{
	struct buf validator = BUF_INIT;

	if (system("xmllint --version >/dev/null 2>&1"))
		cr_skip_test("xmllint is not installed");
	buf_printf(&validator, "xmllint --noout --nonet --schema '%s'", schema("junit.xsd"));
	assert_valid_at_any_time("junit", buf_str(&validator), golden_path("report.xml"));
	buf_fini(&validator);
}

static const char check_json[] =
	"import json, sys, jsonschema\n"
	"schema = json.load(open(sys.argv[1]))\n"
	"jsonschema.Draft7Validator.check_schema(schema)\n"
	"validator = jsonschema.Draft7Validator(schema)\n"
	"for name in sys.argv[2:]:\n"
	"    text = open(name).read()\n"
	"    for one in text.splitlines() if \"events\" in sys.argv[1] else [text]:\n"
	"        validator.validate(json.loads(one))\n";

Test(report, json_keeps_to_its_schemas)
{
	static const char *const table[][3] = {
		{ "json", "report.json", "report.json" },
		{ "jsonl", "events.json", "report.jsonl" },
	};
	struct buf validator = BUF_INIT;

	if (system("python3 -c 'import jsonschema' >/dev/null 2>&1"))
		cr_skip_test("python3-jsonschema is not installed");
	for (size_t i = 0; i < COUNT(table); i++) {
		buf_reset(&validator);
		buf_printf(&validator, "python3 -c '%s' '%s'", check_json, schema(table[i][1]));
		assert_valid_at_any_time(table[i][0], buf_str(&validator),
					 golden_path(table[i][2]));
	}
	buf_fini(&validator);
}

/* The last sentence, and the verdicts it follows from. */
Test(report, says_whether_the_target_conforms)
{
	static const struct {
		size_t n[STATUS_N];
		struct report_totals t;
		bool strict;
		const char *sentence;
	} table[] = {
		{ { 5 }, { .must = 0 }, false, "YES" },
		{ { 5, 0, 2, 0, 0, 3 }, { .should = 2 }, false, "YES - 2 SHOULD, 3 skipped" },
		{ { 5, 1 }, { .must = 1 }, false, "NO - 1 MUST violated" },
		{ { 5, 1 }, { .must = 1, .should = 2 }, false, "NO - 1 MUST violated, 2 SHOULD" },
		{ { 5, 2 }, { .should = 2 }, true, "NO - 2 SHOULD violated" },
		{ { 5, 0, 0, 1, 1 }, { .must = 0 }, false, "INCOMPLETE - 1 inconclusive, 1 error" },
		{ { 5 }, { .interrupted = true }, false, "INCOMPLETE - interrupted" },
		{ { 0, 0, 0, 0, 0, 4 }, { .must = 0 }, false, "INCOMPLETE - 4 skipped" },
		{ { 0 }, { .must = 0 }, false, "INCOMPLETE" },
		{ { 5, [STATUS_KNOWN] = 2 }, { .known = 2 }, false, "NO - 2 known deviations" },
		{ { [STATUS_KNOWN] = 1 }, { .known = 1 }, false, "NO - 1 known deviation" },
		{ { 5, 1, [STATUS_KNOWN] = 2 },
		  { .must = 1, .known = 2 },
		  false,
		  "NO - 1 MUST violated, 2 known deviations" },
		/* A SHOULD that is known is worth no more than one that is not. */
		{ { [STATUS_KNOWN] = 1 }, { .known = 0 }, false, "YES - 1 known deviation" },
		{ { 5, [STATUS_UNEXPECTED] = 1 },
		  { .known = 0 },
		  false,
		  "YES - 1 listed as known that passed" },
		{ { 0, 0, 0, 1, [STATUS_KNOWN] = 1 },
		  { .known = 0 },
		  false,
		  "INCOMPLETE - 1 known deviation, 1 inconclusive" },
	};
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < COUNT(table); i++) {
		buf_reset(&out);
		text_add_conformance(&out, table[i].n, &table[i].t, table[i].strict);
		cr_assert_str_eq(buf_str(&out) + strlen("Conformance: "), table[i].sentence);
	}
	buf_fini(&out);
}

Test(report, a_broken_should_is_a_warning_unless_strict)
{
	struct verdict should = make_verdict(VERDICT_PASS, LEVEL_SHOULD, "", findings + 1, 1);
	struct verdict fail = make_verdict(VERDICT_FAIL, LEVEL_MUST, "", findings, 1);
	struct verdict error = make_verdict(VERDICT_ERROR, LEVEL_MUST, "", findings + 1, 1);

	cr_assert_eq(status_of(&should, false), STATUS_WARNING);
	cr_assert_eq(status_of(&should, true), STATUS_FAIL);
	cr_assert_eq(status_of(&fail, false), STATUS_FAIL);
	cr_assert_eq(status_of(&error, true), STATUS_ERROR);
	should.known = fail.known = KNOWN_EXPECTED;
	cr_assert_eq(status_of(&should, true), STATUS_KNOWN);
	cr_assert_eq(status_of(&fail, false), STATUS_KNOWN);
	should.known = fail.known = KNOWN_OTHERWISE;
	cr_assert_eq(status_of(&should, false), STATUS_FAIL);
	cr_assert_eq(status_of(&fail, false), STATUS_FAIL);
	should.known = KNOWN_PASSED;
	cr_assert_eq(status_of(&should, false), STATUS_UNEXPECTED);
}

Test(report, words_are_quoted_for_the_shell)
{
	static const char *const table[][2] = {
		{ "close/four-way", "close/four-way" },
		{ "a[ip=4]", "'a[ip=4]'" },
		{ "it's", "'it'\\''s'" },
		{ "", "''" },
		{ "$(rm)", "'$(rm)'" },
		{ "~x", "'~x'" },
	};
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < COUNT(table); i++) {
		buf_reset(&out);
		text_add_shell(&out, table[i][0]);
		cr_assert_str_eq(buf_str(&out), table[i][1]);
	}
	buf_fini(&out);
}

Test(report, requirements_say_where_they_stand)
{
	static const char *const table[][2] = {
		{ "rfc9293:SA-LISTEN-3", "RFC 9293 3.10.7.2" },
		{ "rfc9293:MUST-14", "RFC 9293 3.1" },
		{ "rfc7323:R7323-TS-1", "RFC 7323 3.2" },
		{ "rfc9293:R7323-TS-1", "RFC 7323 3.2" },
		{ "rfc1122:MUST-14", "RFC 1122 MUST-14" },
		{ "rfc5961:3.2", "RFC 5961 3.2" },
		{ "rfc9293:3.6-case-2", "RFC 9293 3.6 case-2" },
		{ "rfc9293:SA-NONE-1", "RFC 9293 SA-NONE-1" },
		{ "house-rule", "house-rule" },
		{ "rfc:x", "rfc:x" },
	};
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < COUNT(table); i++) {
		buf_reset(&out);
		text_add_requirement(&out, table[i][0]);
		cr_assert_str_eq(buf_str(&out), table[i][1]);
	}
	buf_fini(&out);
}

Test(report, every_requirement_is_there_once)
{
	size_t n = 0;

	for (const struct requirement *r = requirements; r->label; r++, n++) {
		cr_assert_eq(requirement_find(r->label), r, "%s stands there twice", r->label);
		cr_assert(*r->rfc && *r->section && *r->meaning, "%s", r->label);
		cr_assert_not_null(strchr(r->label, ':'), "%s", r->label);
		cr_assert(!strncmp(r->label + 3, r->rfc, strlen(r->rfc)), "%s", r->label);
		cr_assert_lt(strlen(r->meaning), 100, "%s", r->label);
	}
	cr_assert_geq(n, 185);
	cr_assert_null(requirement_find("rfc9293:MUST-999"));
}

Test(report, progress_is_erased_before_anything_else_and_rare)
{
	struct buf seen = BUF_INIT;
	struct progress p;
	int fd = open(in_dir("tty"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	progress_init(&p, true, fd);
	cr_assert(progress_due(&p, 0));
	progress_draw(&p, "1", 0);
	cr_assert_not(progress_due(&p, 99999999));
	cr_assert(progress_due(&p, 100000000));
	progress_draw(&p, "2", 100000000);
	progress_erase(&p);
	progress_erase(&p);
	read_file(in_dir("tty"), &seen);
	cr_assert_str_eq(buf_str(&seen), "1\r\033[K2\r\033[K");
	progress_init(&p, false, fd);
	cr_assert_not(progress_due(&p, INT64_MAX));
	close(fd);
	buf_fini(&seen);
}

/* How often @word stands in the report of @n runs that end for the same reason. */
static int count_words(enum verdict_kind kind, size_t n, int verbose, const char *word)
{
	struct plan plan = make_plan("listen/leak", "listen/leak", "The tester's own trouble");
	struct verdict v = make_verdict(kind, LEVEL_MUST, findings[3].message, findings + 3, 1);
	struct report_options opt = { .verbose = verbose };
	struct report *r = open_report("human", in_dir("same"), opt);
	struct buf b = BUF_INIT;
	struct trace t;
	int found = 0;

	make_trace(&t);
	report_start(r, &suite);
	for (size_t i = 0; i < n; i++) {
		struct report_result res = { .plan = &plan, .trace = &t, .verdict = &v };

		res.index = i + 1;
		report_result(r, &res);
	}
	report_finish(r, &totals);
	cr_assert_eq(report_close(r), 0);
	read_file(in_dir("same"), &b);
	for (const char *p = buf_str(&b); (p = strstr(p, word)); p++)
		found++;
	buf_fini(&b);
	trace_fini(&t);
	return found;
}

Test(report, the_same_trouble_is_shown_in_full_three_times)
{
	cr_assert_eq(count_words(VERDICT_ERROR, 7, 0, "rerun"), 3);
	cr_assert_eq(count_words(VERDICT_ERROR, 7, 0, findings[3].message), 7);
	cr_assert_eq(count_words(VERDICT_INCONCLUSIVE, 7, 0, "rerun"), 3);
	cr_assert_eq(count_words(VERDICT_ERROR, 7, 1, "rerun"), 7);
	cr_assert_eq(count_words(VERDICT_ERROR, 7, -1, "rerun"), 0);
	/* A failure is what this program is for. */
	cr_assert_eq(count_words(VERDICT_FAIL, 7, 0, "rerun"), 7);
}

/* The end names so many reasons and counts the others. */
Test(report, no_skipped_run_is_forgotten_at_the_end)
{
	struct plan plan = make_plan("listen/skip", "listen/skip", "Needs what is not there");
	struct report *r = open_report("human", in_dir("many"), no_options);
	struct buf b = BUF_INIT;
	char reason[32];

	report_start(r, &suite);
	for (int i = 0; i < 35; i++) {
		struct verdict v = make_verdict(VERDICT_SKIP, LEVEL_MUST, reason, NULL, 0);
		struct report_result res = { .plan = &plan, .verdict = &v };

		snprintf(reason, sizeof(reason), "reason %d of them", i);
		report_result(r, &res);
	}
	report_finish(r, &totals);
	cr_assert_eq(report_close(r), 0);
	read_file(in_dir("many"), &b);
	cr_assert_not_null(strstr(buf_str(&b), " 1  reason 31 of them\n"));
	cr_assert_not_null(strstr(buf_str(&b), " 3  others\n"));
	cr_assert_null(strstr(buf_str(&b), "reason 32"));
	buf_fini(&b);
}
