/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line: what it takes apart, what it selects, how it ends.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cli/cli.h"
#include "cli/command.h"
#include "cli/evidence_dir.h"
#include "cli/results.h"
#include "cli/select.h"
#include "cli/tagexpr.h"
#include "cli/target_arg.h"
#include "plan/pattern.h"

#define MAX_WORDS 32

/* One command line, taken apart at blanks, and what became of it. */
struct line {
	char text[512];
	char *argv[MAX_WORDS + 1];
	int argc;
	struct cli cli;
	struct diags ds;
	int err;
};

static void split_line(struct line *l, const char *text)
{
	char *save = NULL;

	snprintf(l->text, sizeof(l->text), "shakedown %s", text);
	l->argc = 0;
	for (char *w = strtok_r(l->text, " ", &save); w; w = strtok_r(NULL, " ", &save))
		l->argv[l->argc++] = w;
	l->argv[l->argc] = NULL;
}

static void parse(struct line *l, const char *text)
{
	split_line(l, text);
	diags_init(&l->ds);
	l->err = options_parse(&l->cli, l->argc, l->argv, &l->ds);
}

static void done(struct line *l)
{
	options_fini(&l->cli.opt);
	diags_fini(&l->ds);
}

static int call(const char *text)
{
	struct line l;

	split_line(&l, text);
	return cli_main(l.argc, l.argv);
}

/* The first error of a line, and its help. */
static void expect_error(const char *text, const char *message, const char *help)
{
	struct line l;

	parse(&l, text);
	cr_assert_eq(l.err, -EINVAL, "%s: no error", text);
	cr_assert_str_eq(l.ds.list[0].message, message, "%s: %s", text, l.ds.list[0].message);
	if (help)
		cr_assert_str_eq(l.ds.list[0].help ? l.ds.list[0].help : "", help, "%s: %s", text,
				 l.ds.list[0].help);
	done(&l);
}

static void clear_environment(void)
{
	char name[OPTION_ENVIRONMENT_MAX];

	for (size_t i = 0; i < n_option_rows; i++)
		unsetenv(option_environment(&option_rows[i], name));
}

TestSuite(cli, .init = clear_environment);

Test(cli, no_command_is_a_usage_error)
{
	cr_assert_eq(call(""), CLI_USAGE);
}

Test(cli, every_command_has_help)
{
	char text[64];

	for (size_t i = 0; i < COMMAND_N; i++) {
		snprintf(text, sizeof(text), "%s --help", commands[i].name);
		cr_assert_eq(call(text), CLI_OK, "%s", text);
		snprintf(text, sizeof(text), "help %s", commands[i].name);
		cr_assert_eq(call(text), CLI_OK, "%s", text);
	}
	cr_assert_eq(call("--help"), CLI_OK);
	cr_assert_eq(call("--version"), CLI_OK);
	cr_assert_eq(call("run --version"), CLI_OK);
}

Test(cli, the_table_of_options_is_sound)
{
	for (size_t i = 0; i < n_option_rows; i++) {
		const struct option_row *r = &option_rows[i];

		cr_assert(r->set && r->help && r->commands, "--%s", r->name);
		cr_assert(!r->word || r->arg, "--%s has words but no argument", r->name);
		cr_assert_neq(r->help[strlen(r->help) - 1], '.', "--%s", r->name);
		for (size_t k = 0; k < i; k++) {
			const struct option_row *other = &option_rows[k];
			bool same = !strcmp(r->name, other->name);

			/* Commands may mean different things by one name. */
			cr_assert(!same || !(r->commands & other->commands), "--%s twice", r->name);
			cr_assert(!same || (r->letter == other->letter && !r->arg == !other->arg),
				  "--%s", r->name);
			cr_assert(same || !r->letter || r->letter != other->letter, "-%c twice",
				  r->letter);
		}
	}
}

Test(cli, options_stand_anywhere)
{
	static const char *const lines[] = {
		"run a/b -j 7 --seed 0x10 --strict", "-j7 --strict --seed=16 run a/b",
		"--seed 16 run --strict a/b --jobs 7", "run --strict -j 7 --seed 16 -- a/b"
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct line l;

		parse(&l, lines[i]);
		cr_assert_eq(l.err, 0, "%s", lines[i]);
		cr_assert_eq(l.cli.command, &commands[COMMAND_RUN], "%s", lines[i]);
		cr_assert_eq(l.cli.opt.jobs, 7, "%s", lines[i]);
		cr_assert_eq(l.cli.opt.seed, 16, "%s", lines[i]);
		cr_assert(l.cli.opt.seed_set && l.cli.opt.strict, "%s", lines[i]);
		cr_assert_eq(l.cli.n_operands, 1, "%s", lines[i]);
		cr_assert_str_eq(l.cli.operand[0], "a/b", "%s", lines[i]);
		done(&l);
	}
}

Test(cli, presets_and_repetition)
{
	struct line l;

	parse(&l, "run -vvv --target 192.0.2.1:7 --target [2001:db8::1]:7 --cases x --cases y");
	cr_assert_eq(l.err, 0);
	cr_assert_eq(l.cli.opt.verbose, 3);
	cr_assert_eq(l.cli.opt.target.n, 2);
	cr_assert_eq(l.cli.opt.cases.n, 2);
	cr_assert_str_eq(l.cli.opt.cases.item[1], "y");
	cr_assert_str_eq(l.cli.opt.format, "human");
	cr_assert_eq(l.cli.opt.repeat, 1);
	cr_assert(!l.cli.opt.seed_set);
	done(&l);
}

Test(cli, an_option_may_depend_on_its_command)
{
	static const struct {
		const char *line, *format;
	} table[] = {
		{ "run", "human" },
		{ "model", "text" },
		{ "list", "text" },
		{ "--format dot model", "dot" },
		{ "--form dot model", "dot" },
		{ "list -f json", "json" },
		{ "verify x -fjsonl", "jsonl" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct line l;

		parse(&l, table[i].line);
		cr_assert_eq(l.err, 0, "%s", table[i].line);
		cr_assert_str_eq(l.cli.opt.format, table[i].format, "%s", table[i].line);
		done(&l);
	}
	expect_error("-f dot list", "--format: \"dot\" is not text or json", NULL);
	expect_error("model -f human", "--format: \"human\" is not text, md, dot, json or mdoc",
		     NULL);
	expect_error("plan --format json", "plan does not take --format",
		     "it is an option of: run, list, verify, model");
}

Test(cli, mistakes_are_named)
{
	expect_error("rnu", "unknown command \"rnu\"", "did you mean \"run\"?");
	expect_error("run --sede 1", "unknown option --sede", "did you mean --seed?");
	expect_error("run --re x", "ambiguous option --re", NULL);
	expect_error("run -z", "unknown option -z", NULL);
	expect_error("run --seed", "--seed needs an argument", NULL);
	expect_error("run --strict=1", "--strict takes no argument", NULL);
	expect_error("list --jobs 4", "list does not take --jobs", "it is an option of: run");
	expect_error("run --jobs 0", "--jobs: \"0\" is not a number from 1 to 60000", NULL);
	expect_error("run --repeat 0x", "--repeat: \"0x\" is not a number from 1 to 1000000", NULL);
	expect_error("run --format tapp", "--format: \"tapp\" is not human, tap or jsonl",
		     "did you mean \"tap\"?");
	expect_error("list --level must,shuold", "--level: \"shuold\" is not must, should or may",
		     "did you mean \"should\"?");
	expect_error("schema case x", "schema does not take \"x\"", NULL);
	expect_error("verify", "verify needs FILE...", NULL);
}

Test(cli, the_environment_counts_where_the_line_is_silent)
{
	struct line l;

	setenv("SHAKEDOWN_MAX_FAIL", "3", 1);
	setenv("SHAKEDOWN_FORMAT", "tap", 1);
	setenv("SHAKEDOWN_STRICT", "no", 1);
	setenv("SHAKEDOWN_QUIET", "1", 1);
	parse(&l, "run --format jsonl");
	cr_assert_eq(l.err, 0);
	cr_assert_eq(l.cli.opt.max_fail, 3);
	cr_assert_str_eq(l.cli.opt.format, "jsonl");
	cr_assert(!l.cli.opt.strict);
	cr_assert(l.cli.opt.quiet);
	done(&l);

	/* What a command does not take does not disturb it. */
	setenv("SHAKEDOWN_MAX_FAIL", "many", 1);
	parse(&l, "list");
	cr_assert_eq(l.err, 0);
	done(&l);
	expect_error("run", "--max-fail: \"many\" is not a number from 1 to 4294967295", NULL);
}

Test(cli, numbers)
{
	uint64_t n;

	cr_assert_eq(option_number("0xffffffffffffffff", 0, UINT64_MAX, &n), 0);
	cr_assert_eq(n, UINT64_MAX);
	cr_assert_eq(option_number("18446744073709551616", 0, UINT64_MAX, &n), -EINVAL);
	cr_assert_eq(option_number("-1", 0, UINT64_MAX, &n), -EINVAL);
	cr_assert_eq(option_number(" 1", 0, UINT64_MAX, &n), -EINVAL);
	cr_assert_eq(option_number("", 0, UINT64_MAX, &n), -EINVAL);
	cr_assert_eq(option_number("010", 0, 100, &n), 0);
	cr_assert_eq(n, 10);
}

Test(cli, the_worse_status_wins)
{
	static const int order[] = { 70, 3, 2, 6, 1, 4, 5, 0 };

	for (size_t i = 0; i < 8; i++)
		for (size_t k = 0; k < 8; k++)
			cr_assert_eq(cli_status_worse(order[i], order[k]), order[i < k ? i : k],
				     "%d and %d", order[i], order[k]);
}

Test(cli, status_of_counts)
{
	struct report_totals t = { .n = { [VERDICT_PASS] = 1 } };

	cr_assert_eq(results_status(&t, 0), CLI_OK);
	cr_assert_eq(results_status(&t, 1), CLI_NONCONFORMING);
	t.n[VERDICT_INCONCLUSIVE] = 1;
	cr_assert_eq(results_status(&t, 0), CLI_INCOMPLETE);
	cr_assert_eq(results_status(&t, 1), CLI_NONCONFORMING);
	t = (struct report_totals){ .n = { [VERDICT_ERROR] = 1 } };
	cr_assert_eq(results_status(&t, 0), CLI_INCOMPLETE);
	t = (struct report_totals){ .n = { [VERDICT_SKIP] = 9 } };
	cr_assert_eq(results_status(&t, 0), CLI_NOTHING);
	t.interrupted = true;
	cr_assert_eq(results_status(&t, 0), CLI_INCOMPLETE);
}

/* ---- selecting ---- */

static const struct plan *example_plan(void)
{
	static const struct plan_param params[] = { { "flags", "FIN|ACK" }, { "ip", "4" } };
	static const struct plan plan = {
		.id = "close/four-way[flags=FIN|ACK,ip=4]",
		.case_id = "close/four-way",
		.param = params,
		.n_param = 2,
	};

	return &plan;
}

Test(cli, selectors)
{
	static const struct {
		const char *selector;
		bool takes;
	} table[] = {
		{ "close/four-way", true },
		{ "close/*", true },
		{ "*", true },
		{ "*four*", true },
		{ "close/four-wa?", true },
		{ "close", false },
		{ "close/four", false },
		{ "close/four-way[flags=FIN|ACK,ip=4]", true },
		{ "close/four-way[ip=4,flags=FIN|ACK]", true },
		{ "close/four-way[ip=4]", true },
		{ "*[ip=4]", true },
		{ "*[flags=FIN*]", true },
		{ "close/four-way[ip=6]", false },
		{ "close/four-way[ip=4,flags=ACK]", false },
		{ "close/four-way[ip=4", false },
		{ "close/four-way[]", true },
		{ "close/four-way[port=4]", false },
		{ "close/four-wa[xyz]", false }, /* no pattern */
		{ "close/[a-z]*", false },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		cr_assert_eq(pattern_takes_plan(table[i].selector, example_plan()), table[i].takes,
			     "%s", table[i].selector);
}

Test(cli, tag_expressions)
{
	static const char *const tags[] = { "smoke", "textbook" };
	static const struct {
		const char *text;
		bool holds;
	} table[] = {
		{ "smoke", true },
		{ "slow", false },
		{ "not slow", true },
		{ "not not smoke", true },
		{ "smoke and slow", false },
		{ "smoke or slow", true },
		{ "slow or slow and slow or smoke", true },
		{ "slow and slow or smoke", true },
		{ "slow and (slow or smoke)", false },
		{ "not (slow or smoke)", false },
		{ "(smoke)and(textbook)", true },
		{ "not smoke or textbook", true },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct diags ds;

		diags_init(&ds);
		cr_assert(tagexpr_check(table[i].text, &ds), "%s", table[i].text);
		diags_fini(&ds);
		cr_assert_eq(tagexpr_match(table[i].text, tags, 2), table[i].holds, "%s",
			     table[i].text);
	}
}

Test(cli, bad_tag_expressions)
{
	static const char *const table[] = {
		"",
		"and",
		"smoke smoke",
		"smoke and",
		"(smoke",
		"smoke)",
		"not",
		"smoke | slow",
		"()",
	};
	char deep[300];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct diags ds;

		diags_init(&ds);
		cr_assert_not(tagexpr_check(table[i], &ds), "%s", table[i]);
		cr_assert_eq(ds.n_errors, 1, "%s", table[i]);
		diags_fini(&ds);
	}
	memset(deep, '(', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	cr_assert_not(tagexpr_match(deep, NULL, 0));
}

/* ---- targets ---- */

static int parse_target(const char *text, struct target *t, struct line *l)
{
	parse(l, text);
	cr_assert_eq(l->err, 0, "%s", text);
	return target_arg_parse(&l->cli.opt, NULL, t, &l->ds);
}

Test(cli, targets)
{
	struct target t;
	struct line l;

	cr_assert_eq(parse_target("run --target 192.0.2.1:80 --target [2001:db8::1]:80 "
				  "--port 9=quiet,closes-on-fin --closed-port 1",
				  &t, &l),
		     CLI_OK);
	cr_assert_eq(t.addr4.family, 4);
	cr_assert_eq(t.addr6.family, 6);
	cr_assert_eq(t.n_ports, 3);
	cr_assert_eq(t.port[0].port, 80);
	cr_assert_eq(t.port[0].provides, target_wellknown(80));
	cr_assert_eq(t.port[1].provides,
		     1u << NEED_LISTENER | 1u << NEED_QUIET | 1u << NEED_CLOSES_ON_FIN);
	cr_assert_eq(t.port[2].port, 1);
	cr_assert_eq(t.port[2].provides, 1u << NEED_CLOSED_PORT);
	done(&l);

	cr_assert_eq(parse_target("run --target 192.0.2.1:4242 --provides echo", &t, &l), CLI_OK);
	cr_assert_eq(t.port[0].provides, 1u << NEED_LISTENER | 1u << NEED_ECHO);
	done(&l);

	cr_assert_eq(parse_target("run --target 192.0.2.1 --port 7", &t, &l), CLI_OK);
	cr_assert_eq(t.port[0].provides, target_wellknown(7));
	done(&l);
}

Test(cli, bad_targets)
{
	static const char *const table[] = {
		"192.0.2.1",
		"192.0.2.1:0",
		"192.0.2.1:65536",
		"192.0.2.1:x",
		":80",
		"2001:db8::1",
		"[2001:db8::1",
		"[2001:db8::1]x",
		"192.0.2.1:80 --target 192.0.2.2:80",
		"192.0.2.1:80 --target [::1]:81",
		"192.0.2.1:80 --port 80",
		"192.0.2.1:80 --port x=echo",
		"192.0.2.1:80 --port 7=ehco",
		"192.0.2.1:80 --closed-port x",
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char text[128];
		struct target t;
		struct line l;

		snprintf(text, sizeof(text), "run --target %s", table[i]);
		cr_assert_eq(parse_target(text, &t, &l), CLI_USAGE, "%s", table[i]);
		cr_assert_eq(l.ds.n_errors, 1, "%s", table[i]);
		done(&l);
	}
}

static int parse_with_profile(const char *options, const char *text, struct target *t,
			      struct profile *p, struct line *l)
{
	struct source src = { .name = "profile", .text = text, .len = strlen(text) };

	parse(l, options);
	cr_assert_eq(l->err, 0, "%s", options);
	l->cli.opt.target_profile = "p.yaml";
	cr_assert_eq(profile_load_source(l->cli.opt.arena, &src, p, &l->ds), 0);
	return target_arg_parse(&l->cli.opt, p, t, &l->ds);
}

#define PROFILE                                                 \
	"format: 1\nkind: target\nvendor: Example\nname: PLC\n" \
	"addresses: {ipv4: 192.0.2.7, ipv6: '2001:db8::7'}\n"   \
	"source: {ipv4: 192.0.2.9}\njobs: 4\nrate: 10\n"        \
	"timers: {msl: 30s, fin-wait-2: 20s}\n"                 \
	"ports:\n  - {port: 7, provides: [echo]}\n  - {port: 80}\nclosed-ports: [1]\n"

Test(cli, a_profile_describes_a_target)
{
	struct profile p;
	struct target t;
	struct line l;

	cr_assert_eq(parse_with_profile("run", PROFILE, &t, &p, &l), CLI_OK);
	cr_assert_str_eq(t.name, "Example PLC (192.0.2.7 and 2001:db8::7)");
	cr_assert_eq(t.addr4.b[3], 7);
	cr_assert_eq(t.addr6.family, 6);
	cr_assert_eq(t.n_ports, 3);
	cr_assert_eq(t.port[0].provides, 1u << NEED_LISTENER | 1u << NEED_ECHO);
	cr_assert_eq(t.port[1].provides, target_wellknown(80));
	cr_assert_eq(t.port[2].provides, 1u << NEED_CLOSED_PORT);
	cr_assert_eq(t.rate, 10);
	cr_assert_eq(t.timers.ns[TIMER_MSL], 30000000000);
	cr_assert_eq(t.timers.ns[TIMER_FIN_WAIT_2], 20000000000);
	cr_assert_eq(t.timers.ns[TIMER_RTO_MIN], 0, "nobody said it");
	cr_assert_eq(p.jobs, 4);
	cr_assert_eq(p.source4.b[3], 9);
	cr_assert_eq(p.source6.family, 0);
	done(&l);
}

Test(cli, the_command_line_overrides_the_profile)
{
	struct profile p;
	struct target t;
	struct line l;

	cr_assert_eq(parse_with_profile("run --target 192.0.2.8 --port 7=quiet --closed-port 80",
					PROFILE, &t, &p, &l),
		     CLI_OK);
	cr_assert_str_eq(t.name, "Example PLC (192.0.2.8)");
	cr_assert_eq(t.addr4.b[3], 8);
	cr_assert_eq(t.addr6.family, 0);
	cr_assert_eq(t.n_ports, 3);
	cr_assert_eq(t.port[0].port, 7);
	cr_assert_eq(t.port[0].provides, 1u << NEED_LISTENER | 1u << NEED_QUIET);
	cr_assert_eq(t.port[1].port, 80);
	cr_assert_eq(t.port[1].provides, 1u << NEED_CLOSED_PORT);
	cr_assert_eq(t.port[2].port, 1);
	done(&l);
}

Test(cli, a_profile_may_need_more)
{
	struct profile p;
	struct target t;
	struct line l;

#define NAMELESS "format: 1\nkind: target\nname: x\n"
	cr_assert_eq(parse_with_profile("run", NAMELESS "closed-ports: [1]", &t, &p, &l),
		     CLI_USAGE);
	cr_assert(strstr(l.ds.list[0].message, "no address"));
	done(&l);
	cr_assert_eq(parse_with_profile("run --target 192.0.2.8", NAMELESS, &t, &p, &l),
		     CLI_USAGE);
	cr_assert(strstr(l.ds.list[0].message, "no port"));
	done(&l);
	cr_assert_eq(parse_with_profile("run --target 192.0.2.8:80", NAMELESS, &t, &p, &l), CLI_OK);
	done(&l);
}

/* ---- evidence ---- */

Test(cli, names_of_evidence)
{
	struct buf a = BUF_INIT, b = BUF_INIT;

	evidence_dir_name("close/four-way[ip=4,iss=random]", &a);
	cr_assert_str_eq(buf_str(&a), "close.four-way.ip-4.iss-random");
	buf_reset(&a);
	evidence_dir_name("x/y[f=FIN|ACK]", &a);
	evidence_dir_name("x/y[f=FIN_ACK]", &b);
	cr_assert(strcmp(buf_str(&a), buf_str(&b)));
	cr_assert_null(strpbrk(buf_str(&a), "/|[]"));
	buf_fini(&a);
	buf_fini(&b);
}
