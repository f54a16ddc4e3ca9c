/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated target, under the suite.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../peer/peer_run.h"
#include "base/buf.h"
#include "base/diag.h"
#include "plan/target.h"
#include "run/sched.h"
#include "sim/sim.h"

struct count {
	struct arena *arena;
	size_t n[VERDICT_N], noticed;
	bool tell;
};

static void on_ended(void *arg, const struct plan *plan, const struct trace *t, int64_t ns)
{
	struct count *k = arg;
	struct verdict v;
	char text[200];

	(void)ns;
	verify_run(plan, t, k->arena, &v);
	k->n[v.kind]++;
	k->noticed += peer_notices(&v);
	if (k->tell && peer_notices(&v))
		printf("# %s: %s\n", plan->id, peer_verdict_str(&v, text, sizeof(text)));
	arena_reset(k->arena);
}

static void on_skipped(void *arg, const struct plan *plan, const char *reason)
{
	(void)plan;
	(void)reason;
	((struct count *)arg)->n[VERDICT_SKIP]++;
}

/* The cases that match @glob against the simulated target that @text names. */
static struct count play_by(uint32_t rules, const char *text, const char *glob)
{
	struct count k = { .arena = arena_new(), .tell = !rules && !strstr(text, "flip") };
	struct sched_sink sink = { .ended = on_ended, .skipped = on_skipped, .arg = &k };
	struct suite *suite = peer_bundled_suite();
	const struct plan **plans;
	struct sim_config cfg;
	struct target target;
	struct sched_config sched = { .target = &target, .jobs = 256, .seed = 1, .rules = rules };
	struct diags ds;
	struct sim *sim;
	size_t n;

	cr_assert(suite != NULL);
	diags_init(&ds);
	cr_assert_eq(sim_config_parse(text, &cfg, &ds), 0, "%s", text);
	diags_fini(&ds);
	cfg.seed = 1;
	sim = sim_open(&cfg);
	sched.link = sim_link(sim);
	n = peer_plans_matching(suite, glob, &plans);
	target_init_lab(&target);
	sim_timers(&target.timers);
	target.addr4 = sched.link->target4;
	target.addr6 = sched.link->target6;
	cr_assert_eq(sched_run(&sched, plans, n, &sink), 0);
	sim_close(sim);
	free(plans);
	suite_free(suite);
	arena_free(k.arena);
	return k;
}

static struct count play(const char *text, const char *glob)
{
	return play_by(0, text, glob);
}

/* What one document allows another may not: the judge goes by those it is told. */
Test(sim, judged_by)
{
	cr_expect_eq(play_by(RULES_RFC5961, ":rfc5961", "[!t]*").noticed, 0);
	cr_expect_eq(play_by(RULES_RFC5961, ":rfc5961", "transitions/established*").noticed, 0);
	cr_expect_gt(play_by(RULES_RFC5961, ":rfc793", "*").noticed, 0);
	cr_expect_gt(play_by(RULES_RFC793, ":rfc5961", "*").noticed, 0);
	cr_expect_gt(play(":rfc793", "transitions/syn-received").noticed, 0);
	cr_expect_eq(play_by(RULES_RFC793, ":rfc793", "*").noticed, 0);
	/* The matrix of transitions finds where the older two say something else. */
	cr_expect_eq(play_by(RULES_RFC9293, ":rfc793", "[!t]*").noticed, 0);
	cr_expect_eq(play_by(RULES_RFC9293, ":rfc5961", "[!ct]*").noticed, 0);
	cr_expect_eq(play_by(RULES_RFC9293, ":rfc5961", "c[!h]*").noticed, 0);
	cr_expect_gt(play_by(RULES_RFC9293, ":rfc5961", "transitions/syn-received").noticed, 0);
	/* 3.10.7.4, fourth: who came from LISTEN returns there, and does not challenge. */
	cr_expect_gt(play_by(RULES_RFC9293, ":rfc5961", "challenge/syn-in-syn*").noticed, 0);
}

/*
 * Whatever documents it follows, all cases pass; but who goes by RFC 793 resets what
 * RFC 9293 does not (SA-SYN-1), and is judged by that, too.
 */
Test(sim, passes)
{
	static const char *const sims[] = {
		"", ":rfc9293", ":rfc5961", ":rfc793", ":rfc1122,rfc9293", ":rfc1337,rfc5961",
		":rfc6191,rfc5961", ":rfc7323,rfc5961", ":practice,rfc9293"
	};

	for (size_t i = 0; i < sizeof(sims) / sizeof(sims[0]); i++) {
		uint32_t rules = strcmp(sims[i], ":rfc793") ? 0 : RULES_ALL;
		struct count k = play_by(rules, sims[i], NULL);

		cr_expect(k.noticed == 0 && k.n[VERDICT_PASS] > 600, "sim%s: %zu passed, %zu not",
			  sims[i], k.n[VERDICT_PASS], k.noticed);
	}
}

/* One row wrong is a target that is wrong: one of each kind. */
Test(sim, flips)
{
	static const struct {
		const char *flip, *cases;
	} rows[] = {
		{ "SA-RST-3/no-answer", "*" },
		{ "SA-RST-3@ESTABLISHED/no-answer", "*" },
		{ "SA-LISTEN-2/answer=ack", "*" },
		{ "SA-CLOSED-3/seq", "*" },
		{ "SA-LISTEN-3/ack", "*" },
		{ "SA-FIN-5/next=CLOSED", "*" },
		{ "SA-ACK-4/go-on", "*" },
		{ "SA-RST-2/next=same", "*" },
		{ "SA-ACK-2/drop", "*" },
		{ "SA-TXT-1/no-effect=text", "*" },
		{ "SA-SEQ-2/missing", "*" },
		{ "TO-1", "*" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[100];
		struct count k;

		snprintf(text, sizeof(text), ":flip=%s", rows[i].flip);
		k = play(text, rows[i].cases);
		cr_expect(k.noticed > 0, "%s", rows[i].flip);
	}
}

/* Each wrong version of each row has a name of its own, and is found by it. */
Test(sim, flip_names)
{
	struct sim_flip all[SIM_MAX_FLIPS];
	struct sim_config cfg;
	struct diags ds;

	for (size_t row = 0; row < model_table_len; row++) {
		size_t n = sim_flips(row, all);

		cr_assert(n > 0 && n < SIM_MAX_FLIPS, "%s", model_table[row].id);
		for (size_t i = 0; i < n; i++) {
			struct buf b = BUF_INIT;

			buf_adds(&b, ":flip=");
			sim_flip_str(&all[i], &b);
			diags_init(&ds);
			cr_assert_eq(sim_config_parse(buf_str(&b), &cfg, &ds), 0, "%s",
				     buf_str(&b));
			cr_assert_eq(cfg.flip.row, row);
			cr_assert_eq(cfg.flip.kind, all[i].kind);
			cr_assert_eq(cfg.flip.value, all[i].value, "%s", buf_str(&b));
			diags_fini(&ds);
			buf_fini(&b);
		}
	}
}

/* What another choice of the RFCs does is not wrong; everything else is. */
Test(sim, choices_are_not_wrong)
{
	static const struct {
		const char *flip;
		enum tcp_state state;
		bool choice;
	} rows[] = {
		{ "SA-RST-3/missing", TCP_ESTABLISHED, true },
		{ "SA-RST-3/no-answer", TCP_ESTABLISHED, false },
		{ "SA-RST-3/next=CLOSED", TCP_ESTABLISHED, false },
		{ "SA-SYN-2/answer=reset", TCP_ESTABLISHED, false },
		{ "SA-RST-2/no-effect=flush", TCP_ESTABLISHED, true },
		{ "SA-RST-2/missing", TCP_ESTABLISHED, false },
		{ "SA-TXT-2.ack/no-answer", TCP_CLOSING, true },
		{ "SA-TXT-2/next=CLOSED", TCP_CLOSING, false },
		{ "SA-ACK-6/no-answer", TCP_ESTABLISHED, false },
		{ "SA-LISTEN-3/no-answer", TCP_LISTEN, false },
		{ "SA-FIN-2/seq", TCP_ESTABLISHED, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_config cfg;
		struct diags ds;
		char text[100];

		snprintf(text, sizeof(text), ":flip=%s", rows[i].flip);
		diags_init(&ds);
		cr_assert_eq(sim_config_parse(text, &cfg, &ds), 0, "%s", text);
		diags_fini(&ds);
		cr_expect_eq(sim_flip_is_choice(&cfg.flip, rows[i].state), rows[i].choice, "%s",
			     rows[i].flip);
	}
}

/* What is mistyped is told, with what there is. */
Test(sim, mistakes)
{
	static const struct {
		const char *text, *message;
	} bad[] = {
		{ ":rfc1", "no such set of rules" },
		{ ":", "no such set of rules" },
		{ ":rfc793,flip=SA-RST-9", "no such row" },
		{ ":flip=SA-RST-3@LISTEN/no-answer", "not a state of this row" },
		{ ":flip=SA-RST-3@/no-answer", "not a state of this row" },
		{ ":flip=SA-RST-3/upside-down", "cannot be wrong in that way" },
		{ ":flip=", "no such row" },
	};
	struct sim_config cfg;
	struct diags ds;
	struct buf b;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		diags_init(&ds);
		buf_init(&b);
		cr_assert_eq(sim_config_parse(bad[i].text, &cfg, &ds), -EINVAL, "%s", bad[i].text);
		diags_render(&ds, false, &b);
		cr_assert(strstr(buf_str(&b), bad[i].message), "%s", buf_str(&b));
		cr_assert(strstr(buf_str(&b), "help"), "%s", buf_str(&b));
		buf_fini(&b);
		diags_fini(&ds);
	}
}
