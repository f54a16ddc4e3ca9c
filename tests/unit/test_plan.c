/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests of src/plan: what becomes of a case.  Texts go in, plans come out;
 * what is wrong with a text is tested in tests/diag, files are in test_suite.c.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/buf.h"
#include "plan/plan_text.h"
#include "plan/target.h"
#include "plan_util.h"
#include "testcase/schema.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct plan *find(const struct suite *s, const char *id)
{
	const struct plan *p = suite_find(s, id);

	cr_assert_not_null(p, "%s", id);
	return p;
}

static int no_value(void *arg, uint32_t ref, uint32_t *value)
{
	return -1;
}

static uint32_t constant(const struct expr *e)
{
	uint32_t v = 0;

	cr_assert_not_null(e);
	cr_assert_eq(expr_eval(e, no_value, NULL, &v), 0, "%s", expr_text(e));
	return v;
}

static void keep_ref(void *arg, uint32_t ref)
{
	*(uint32_t *)arg = ref;
}

/* The last name in @e. */
static uint32_t ref_in(const struct expr *e)
{
	uint32_t ref = 0;

	cr_assert_not_null(e);
	expr_refs(e, keep_ref, &ref);
	return ref;
}

/* The kinds of all steps with the index of the next, as in "send>1 end>2". */
static void assert_shape(const struct plan *p, const char *shape)
{
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < p->n_steps; i++)
		buf_printf(&b, "%s%s>%u", i ? " " : "", plan_step_kind_names[p->step[i].kind],
			   p->step[i].next);
	cr_assert_str_eq(buf_str(&b), shape);
	buf_fini(&b);
}

Test(plan, straight_line)
{
	struct suite *s =
		load(CASE_STEPS "      - send: SYN\n"
				"        as: syn\n"
				"      - expect: {flags: SYN|ACK, ack: syn.end, within: 2s}\n"
				"        state: SYN-RECEIVED\n"
				"      - wait: 300ms\n"
				"      - state: SYN-RECEIVED\n"
				"      - alive: connection\n");
	const struct plan *p = only(s);
	const struct plan_expect *x = p->step[1].expect;

	cr_assert_str_eq(p->id, "a/x[ip=4]");
	cr_assert_str_eq(p->case_id, "a/x");
	cr_assert_str_eq(p->title, "T");
	cr_assert_null(p->about);
	cr_assert_eq(p->family, 4);
	cr_assert_eq(p->level, LEVEL_MUST);
	cr_assert_eq(p->needs, 1u << NEED_LISTENER);
	cr_assert_eq(p->n_covers, 1);
	cr_assert_eq(p->window, 65535);
	cr_assert_null(p->iss);
	cr_assert_not(p->syn_options_set);
	assert_shape(p, "send>1 expect>2 wait>3 state>4 alive>5 end>6");
	cr_assert_str_eq(p->step[0].name, "syn");
	cr_assert_eq(p->step[0].send->flags, TCP_SYN);
	cr_assert_null(p->step[0].send->field[FIELD_SEQ]);
	cr_assert_eq(p->step[0].state, TCP_STATE_NONE);
	cr_assert_eq(p->step[0].at.line, 9);
	cr_assert_eq(p->step[0].at.col, 9);
	cr_assert_eq(p->step[1].state, TCP_SYN_RECEIVED);
	cr_assert_eq(p->step[1].state_at.line, 12);
	cr_assert_eq(x->field[FIELD_FLAGS].op, MATCH_EQ);
	cr_assert_eq(constant(x->field[FIELD_FLAGS].arg[0]), TCP_SYN | TCP_ACK);
	cr_assert_eq(x->field[FIELD_ACK].op, MATCH_EQ);
	cr_assert_eq(ref_in(x->field[FIELD_ACK].arg[0]), PLAN_REF_STEP(0, FIELD_END));
	cr_assert_eq(x->field[FIELD_SEQ].op, MATCH_NONE);
	cr_assert_eq(x->within.ns, 2000000000);
	cr_assert(x->within_given);
	cr_assert_eq(p->step[2].wait->ns, 300000000);
	cr_assert_eq(p->step[3].state, TCP_SYN_RECEIVED);
	cr_assert_eq(p->step[4].alive, ALIVE_CONNECTION);
	suite_free(s);
}

/* Silence is followed by a probe, unless the case has one there itself. */
Test(plan, silence_is_followed_by_a_probe)
{
	struct suite *s =
		load(CASE_STEPS "      - expect-none: 1s\n"
				"      - expect-none: {for: 2s}\n"
				"        state: LISTEN\n"
				"      - alive: handshake\n"
				"      - one-of:\n"
				"          - expect-none: 1s\n"
				"          - {expect: RST, then: [expect-none: 1s]}\n"
				"          - {expect-none: 1s, then: [alive: connection]}\n"
				"      - alive: handshake\n"
				"      - expect-none: 1s\n");
	const struct plan *p = only(s);

	assert_shape(p,
		     "expect-none>1 alive>2 expect-none>3 alive>4 one-of>10 "
		     "expect-none>10 expect>7 expect-none>10 expect-none>9 alive>10 "
		     "alive>11 expect-none>12 alive>13 end>14");
	cr_assert_eq(p->step[1].alive, ALIVE_HANDSHAKE);
	cr_assert_eq(p->step[2].state, TCP_LISTEN);
	cr_assert_eq(p->step[2].wait->ns, 2000000000);
	suite_free(s);
}

Test(plan, alternatives_join_again)
{
	struct suite *s = load(
		CASE_STEPS
		"      - one-of:\n"
		"          - {expect: {flags: ACK, within: 3s}, as: a, state: CLOSING,\n"
		"             then: [send: {flags: ACK, seq: a.ack}]}\n"
		"          - expect: RST\n"
		"            level: should\n"
		"            deviation: rfc793\n"
		"            then:\n"
		"              - one-of: [{expect: SYN}, {expect: FIN, then: [wait: 1s]}]\n"
		"        state: CLOSED\n"
		"      - send: RST\n");
	const struct plan *p = only(s);
	const struct plan_step *one = &p->step[0], *inner = &p->step[4];

	assert_shape(p,
		     "one-of>8 expect>2 send>8 expect>4 one-of>8 expect>8 expect>7 wait>8 "
		     "state>9 send>10 end>11");
	cr_assert_eq(one->one_of.n, 2);
	cr_assert_eq(one->one_of.alt[0].first, 1);
	cr_assert_eq(one->one_of.alt[1].first, 3);
	cr_assert_eq(one->one_of.alt[0].level, -1);
	cr_assert_null(one->one_of.alt[0].name);
	cr_assert_eq(one->one_of.alt[1].level, LEVEL_SHOULD);
	cr_assert_str_eq(one->one_of.alt[1].name, "rfc793");
	cr_assert_eq(plan_one_of_ns(p, one, &(struct timer_values){ { 0 } }), 3000000000);
	cr_assert_eq(one->state, TCP_STATE_NONE);
	cr_assert_eq(inner->one_of.alt[1].first, 6);
	cr_assert_eq(p->step[1].state, TCP_CLOSING);
	cr_assert_eq(p->step[8].state, TCP_CLOSED);
	cr_assert_eq(ref_in(p->step[2].send->field[FIELD_SEQ]), PLAN_REF_STEP(1, FIELD_ACK));
	suite_free(s);
}

static const char with_fragments[] =
	HEAD "fragments:\n"
	     "  - reaches: SYN-RECEIVED\n"
	     "    steps:\n"
	     "      - {send: SYN, as: s}\n"
	     "      - {expect: {flags: SYN|ACK, ack: s.end}}\n"
	     "  - reaches: ESTABLISHED\n"
	     "    via: passive\n"
	     "    needs: [echo]\n"
	     "    steps: [reach: SYN-RECEIVED, {send: ACK, state: ESTABLISHED}]\n"
	     "  - reaches: ESTABLISHED\n"
	     "    via: other\n"
	     "    steps: [reach: SYN-RECEIVED, {send: PSH|ACK}]\n"
	     "  - name: hello\n"
	     "    steps: [{send: {flags: ACK, data: hello}, as: s}]\n" CASE ONLY_IPV4
	     "    needs: [quiet]\n" STEPS "      - {send: RST, as: s}\n"
	     "      - reach: ESTABLISHED\n"
	     "      - reach: {state: ESTABLISHED, via: other}\n"
	     "        state: ESTABLISHED\n"
	     "      - use: hello\n"
	     "      - send: {flags: ACK, seq: s.seq}\n";

Test(plan, fragments_are_written_out)
{
	struct suite *s = load(with_fragments);
	const struct plan *p = only(s);

	assert_shape(p,
		     "send>1 send>2 expect>3 send>4 send>5 expect>6 send>7 state>8 send>9 "
		     "send>10 end>11");
	cr_assert_null(p->step[0].from);
	cr_assert_not(p->step[0].precondition);
	cr_assert_str_eq(p->step[1].from, "reach SYN-RECEIVED");
	cr_assert(p->step[1].precondition);
	cr_assert_str_eq(p->step[3].from, "reach ESTABLISHED via passive");
	cr_assert_eq(p->step[3].state, TCP_ESTABLISHED);
	cr_assert_eq(p->step[6].send->flags, TCP_PSH | TCP_ACK);
	cr_assert_str_eq(p->step[8].from, "use hello");
	cr_assert_not(p->step[8].precondition);
	/* What a fragment reaches is claimed, although no step says so. */
	cr_assert_eq(p->step[2].state, TCP_SYN_RECEIVED);
	cr_assert_eq(p->step[2].state_at.line, 4);
	cr_assert_eq(p->step[6].state, TCP_ESTABLISHED);
	/* Names: each instance its own, the youngest wins. */
	cr_assert_eq(ref_in(p->step[2].expect->field[FIELD_ACK].arg[0]),
		     PLAN_REF_STEP(1, FIELD_END));
	cr_assert_eq(ref_in(p->step[5].expect->field[FIELD_ACK].arg[0]),
		     PLAN_REF_STEP(4, FIELD_END));
	cr_assert_eq(ref_in(p->step[9].send->field[FIELD_SEQ]), PLAN_REF_STEP(8, FIELD_SEQ));
	cr_assert_eq(p->needs, 1u << NEED_QUIET | 1u << NEED_ECHO);
	suite_free(s);
}

/* A fragment that ends in alternatives reaches its state where they join. */
Test(plan, fragment_that_ends_in_alternatives)
{
	struct suite *s = load(
		HEAD "fragments:\n"
		     "  - reaches: CLOSED\n"
		     "    steps:\n"
		     "      - one-of: [{expect: RST}, {expect: FIN, then: [wait: 1s]}]\n" CASE
			     ONLY_IPV4 STEPS "      - reach: CLOSED\n");
	const struct plan *p = only(s);

	assert_shape(p, "one-of>4 expect>4 expect>3 wait>4 state>5 end>6");
	cr_assert_eq(p->step[4].state, TCP_CLOSED);
	cr_assert_eq(p->step[3].state, TCP_STATE_NONE);
	suite_free(s);
}

Test(plan, matrix_multiplies)
{
	struct suite *s =
		load(HEAD CASE
		     "    matrix:\n"
		     "      flags: [RST, RST|ACK]\n"
		     "      at: {exact: rcv.nxt, off: rcv.nxt + 1}\n"
		     "    exclude:\n"
		     "      - {flags: RST|ACK, at: [off], ip: 6, because: no reason}\n" STEPS
		     "      - send: {flags: $flags, seq: ($at) * 2}\n"
		     "      - send: {flags: $flags|FIN, seq: $at * 2}\n"
		     "      - send: {seq: $at}\n");
	const struct plan *p = find(s, "a/x[at=off,flags=RST|ACK,ip=4]");

	cr_assert_eq(suite_n_plans(s), 7);
	cr_assert_null(suite_find(s, "a/x[at=off,flags=RST|ACK,ip=6]"));
	cr_assert_eq(find(s, "a/x[at=exact,flags=RST,ip=6]")->family, 6);
	cr_assert_eq(p->n_param, 3);
	cr_assert_str_eq(p->param[0].key, "at");
	cr_assert_str_eq(p->param[0].value, "off");
	cr_assert_eq(p->step[0].send->flags, TCP_RST | TCP_ACK);
	cr_assert_eq(p->step[1].send->flags, TCP_RST | TCP_ACK | TCP_FIN);
	/* A sum stays a sum in a product. */
	cr_assert_str_eq(expr_text(p->step[1].send->field[FIELD_SEQ]), "(rcv.nxt + 1) * 2");
	cr_assert_str_eq(expr_text(p->step[2].send->field[FIELD_SEQ]), "rcv.nxt + 1");
	suite_free(s);
}

Test(plan, parameters_may_be_maps_and_lists)
{
	struct suite *s =
		load(HEAD CASE
		     "    matrix:\n"
		     "      ip: [6]\n"
		     "      seg: {syn: SYN, fin: {flags: FIN, seq: 5}}\n"
		     "      opts: {none: none, mss: [{mss: 536}, nop]}\n"
		     "      to: [ESTABLISHED, LISTEN]\n" STEPS "      - send: $seg\n"
		     "      - send: {flags: SYN, options: $opts, data: \"$seg\", window: $ip}\n"
		     "      - {state: $to, note: $5}\n");
	const struct plan *p = find(s, "a/x[ip=6,opts=mss,seg=fin,to=LISTEN]");

	cr_assert_eq(suite_n_plans(s), 8);
	cr_assert_eq(p->step[0].send->flags, TCP_FIN);
	cr_assert_eq(constant(p->step[0].send->field[FIELD_SEQ]), 5);
	cr_assert_eq(p->step[1].send->n_opt, 2);
	cr_assert_eq(p->step[1].send->opt[0].kind, TCP_OPT_MSS);
	cr_assert_eq(p->step[1].send->data_len, 4, "what is quoted is a text");
	cr_assert_eq(constant(p->step[1].send->field[FIELD_WINDOW]), 6);
	cr_assert_eq(p->step[2].state, TCP_LISTEN);
	p = find(s, "a/x[ip=6,opts=none,seg=syn,to=ESTABLISHED]");
	cr_assert_eq(p->step[0].send->flags, TCP_SYN);
	cr_assert(p->step[1].send->options_set);
	cr_assert_eq(p->step[1].send->n_opt, 0);
	suite_free(s);
}

Test(plan, defaults_and_what_overrides_them)
{
	struct suite *s = load(
		HEAD "defaults:\n"
		     "  level: should\n"
		     "  tags: [smoke]\n"
		     "  needs: [echo]\n"
		     "  uses: [challenge-acks]\n"
		     "  matrix: {ip: [4], iss: {zero: 0, wrap: 0xffffffff}, unused: [1, 2]}\n"
		     "  exclude: [{iss: wrap, nobody: 1, because: other cases}]\n"
		     "  tester: {iss: $iss, window: 1000}\n"
		     "cases:\n"
		     "  - {id: a, title: A, covers: [rfc1:x], steps: [send: SYN]}\n"
		     "  - id: b\n"
		     "    title: B\n"
		     "    about: more\n"
		     "    covers: [rfc1:x]\n"
		     "    level: may\n"
		     "    tags: [slow, smoke]\n"
		     "    needs: [quiet]\n"
		     "    uses: [quiet]\n"
		     "    patient: yes\n"
		     "    tester: {iss: random, syn-options: [sack-permitted]}\n"
		     "    steps: [send: SYN]\n");
	const struct plan *a = find(s, "a/a[ip=4,iss=wrap]"), *b = find(s, "a/b[ip=4]");

	/* b's own tester does not use $iss, and nobody uses $unused. */
	cr_assert_eq(suite_n_plans(s), 3);
	cr_assert_eq(a->level, LEVEL_SHOULD);
	cr_assert_eq(constant(a->iss), 0xffffffff);
	cr_assert_eq(a->window, 1000);
	cr_assert_eq(a->needs, 1u << NEED_ECHO);
	cr_assert_eq(a->uses, 1u << USE_CHALLENGE_ACKS);
	cr_assert_not(a->patient);
	cr_assert_eq(b->uses, 1u << USE_CHALLENGE_ACKS | 1u << USE_QUIET);
	cr_assert(b->patient);
	cr_assert_eq(b->level, LEVEL_MAY);
	cr_assert_str_eq(b->about, "more");
	cr_assert_null(b->iss);
	cr_assert_eq(b->window, 1000);
	cr_assert_eq(b->n_syn_opt, 1);
	cr_assert_eq(b->syn_opt[0].kind, TCP_OPT_SACK_PERMITTED);
	cr_assert_eq(b->needs, 1u << NEED_ECHO | 1u << NEED_QUIET);
	cr_assert_eq(b->n_tags, 2);
	cr_assert_str_eq(b->tags[0], "smoke");
	cr_assert_str_eq(b->tags[1], "slow");
	suite_free(s);
}

Test(plan, everything_that_can_be_sent)
{
	struct suite *s = load(
		CASE_STEPS
		"      - send:\n"
		"          flags: SYN|AE\n"
		"          seq: iss - 1\n"
		"          ack: 7\n"
		"          window: 0xffff\n"
		"          urgent: 3\n"
		"          data: {fill: 0x55, size: 3B}\n"
		"          options:\n"
		"            - {mss: 1460}\n"
		"            - {window-scale: 14}\n"
		"            - sack-permitted\n"
		"            - {timestamps: {val: 5}}\n"
		"            - {sack: [[1, 2], [rcv.nxt, 4]]}\n"
		"            - {fast-open: \"\"}\n"
		"            - {kind: 254, length: 3, data: 00 ff}\n"
		"            - eol\n"
		"          options-padding: no\n"
		"          checksum: 0x1234\n"
		"          data-offset: 4\n"
		"          reserved: 7\n"
		"          sport: 1\n"
		"          dport: 2\n"
		"          ip: {ttl: 1, tos: 2, df: yes, id: 3, flow-label: 0xfffff}\n"
		"      - send: {flags: ACK, checksum: bad, options: none, data: {hex: 00 01}}\n"
		"      - send: {raw: 00 01 02}\n");
	const struct plan *p = only(s);
	const struct plan_send *x = p->step[0].send;
	static const struct {
		enum seg_field field;
		uint32_t value;
	} fields[] = {
		{ FIELD_ACK, 7 },
		{ FIELD_WINDOW, 0xffff },
		{ FIELD_URGENT, 3 },
		{ FIELD_CHECKSUM, 0x1234 },
		{ FIELD_DATA_OFFSET, 4 },
		{ FIELD_RESERVED, 7 },
		{ FIELD_SPORT, 1 },
		{ FIELD_DPORT, 2 },
		{ FIELD_TTL, 1 },
		{ FIELD_TOS, 2 },
		{ FIELD_DF, 1 },
		{ FIELD_IP_ID, 3 },
		{ FIELD_FLOW_LABEL, 0xfffff },
	};
	size_t i;

	cr_assert_eq(x->flags, TCP_SYN | TCP_AE);
	for (i = 0; i < COUNT(fields); i++)
		cr_assert_eq(constant(x->field[fields[i].field]), fields[i].value, "%s",
			     seg_fields[fields[i].field].name);
	cr_assert_eq(ref_in(x->field[FIELD_SEQ]), VAR_ISS);
	cr_assert_eq(x->checksum, CHECKSUM_VALUE);
	cr_assert(x->options_nopad);
	cr_assert_eq(x->data_len, 3);
	cr_assert_eq(memcmp(x->data, "UUU", 3), 0);
	cr_assert_eq(x->n_opt, 8);
	cr_assert_eq(constant(x->opt[0].val[0]), 1460);
	cr_assert_eq(x->opt[0].length, -1);
	cr_assert_eq(x->opt[2].n_val, 0);
	cr_assert_eq(constant(x->opt[3].val[0]), 5);
	cr_assert_eq(ref_in(x->opt[3].val[1]), VAR_TS_RECENT);
	cr_assert_eq(x->opt[4].n_val, 4);
	cr_assert_eq(ref_in(x->opt[4].val[2]), VAR_RCV_NXT);
	cr_assert_eq(x->opt[5].kind, TCP_OPT_FASTOPEN);
	cr_assert_eq(x->opt[5].body_len, 0);
	cr_assert_eq(x->opt[6].kind, 254);
	cr_assert_eq(x->opt[6].length, 3);
	cr_assert_eq(memcmp(x->opt[6].body, "\0\xff", 2), 0);
	cr_assert_eq(x->opt[7].kind, TCP_OPT_EOL);
	x = p->step[1].send;
	cr_assert_eq(x->checksum, CHECKSUM_BAD);
	cr_assert(x->options_set);
	cr_assert_eq(x->data_len, 2);
	cr_assert_eq(p->step[2].send->raw_len, 3);
	suite_free(s);
}

static void assert_matcher(const struct matcher *m, enum match_op op, size_t n,
			   const char *text)
{
	cr_assert_eq(m->op, op, "%s: op %d", text, m->op);
	cr_assert_eq(m->n, n, "%s: %u values", text, m->n);
	cr_assert_str_eq(m->text, text);
	cr_assert_not_null(m->at.src, "%s", text);
}

Test(plan, every_matcher)
{
	struct suite *s =
		load(CASE_STEPS
		     "      - optional:\n"
		     "          flags: {mask: RST|SYN, value: RST}\n"
		     "          seq: {range: [irs, irs+5]}\n"
		     "          ack: {in: [1, 2, iss]}\n"
		     "          window: {not: 0}\n"
		     "          urgent: any\n"
		     "          length: {mask: 1, value: 0}\n"
		     "          checksum: any\n"
		     "          ip: {ttl: 64, df: yes}\n"
		     "          data: \"\"\n"
		     "          after: 1ms\n"
		     "          options:\n"
		     "            mss: {range: [1, 1460]}\n"
		     "            window-scale: absent\n"
		     "            sack: [[1, 2]]\n"
		     "            timestamps: {val: present, ecr: 5}\n"
		     "            kind-254: any\n"
		     "            only: [mss, kind-254]\n"
		     "      - expect: {flags: {in: [RST, RST|ACK]}, options: {only: offered}}\n"
		     "      - expect: any\n");
	const struct plan *p = only(s);
	const struct plan_expect *x = p->step[0].expect;

	cr_assert(p->step[0].optional);
	assert_matcher(&x->field[FIELD_FLAGS], MATCH_MASK, 2, "RST under mask SYN|RST");
	assert_matcher(&x->field[FIELD_SEQ], MATCH_RANGE, 2, "irs .. irs + 5");
	assert_matcher(&x->field[FIELD_ACK], MATCH_IN, 3, "one of 1, 2, iss");
	assert_matcher(&x->field[FIELD_WINDOW], MATCH_NE, 1, "not 0");
	assert_matcher(&x->field[FIELD_URGENT], MATCH_ANY, 0, "any");
	assert_matcher(&x->field[FIELD_DATA_LEN], MATCH_MASK, 2, "0 under mask 1");
	assert_matcher(&x->field[FIELD_CHECKSUM], MATCH_ANY, 0, "any");
	assert_matcher(&x->field[FIELD_TTL], MATCH_EQ, 1, "64");
	assert_matcher(&x->field[FIELD_DF], MATCH_EQ, 1, "1");
	cr_assert(x->data_set);
	cr_assert_eq(x->data_len, 0);
	cr_assert_eq(x->after.ns, 1000000);
	cr_assert_eq(x->within.ns, PLAN_WITHIN_DEFAULT_NS);
	cr_assert_not(x->within_given);
	cr_assert_eq(x->n_opt, 7);
	assert_matcher(&x->opt[0].m, MATCH_RANGE, 2, "1 .. 1460");
	assert_matcher(&x->opt[1].m, MATCH_ABSENT, 0, "absent");
	cr_assert_eq(x->opt[2].kind, TCP_OPT_SACK);
	cr_assert_eq(x->opt[3].value, 1);
	assert_matcher(&x->opt[3].m, MATCH_EQ, 1, "2");
	assert_matcher(&x->opt[4].m, MATCH_PRESENT, 0, "present");
	cr_assert_eq(x->opt[5].value, 1);
	cr_assert_eq(x->opt[6].kind, 254);
	cr_assert(x->only_set);
	cr_assert_not(x->only_offered);
	cr_assert_eq(x->only_kinds[0], 1u << TCP_OPT_MSS);
	cr_assert_eq(x->only_kinds[3], UINT64_C(1) << (254 - 192));
	assert_matcher(&p->step[1].expect->field[FIELD_FLAGS], MATCH_IN, 2,
		       "one of RST, RST|ACK");
	cr_assert(p->step[1].expect->only_offered);
	assert_matcher(&p->step[2].expect->field[FIELD_FLAGS], MATCH_ANY, 0, "any");
	suite_free(s);
}

/* One node under an anchor, once as a segment and once as an expectation. */
Test(plan, one_node_two_uses)
{
	struct suite *s = load(CASE_STEPS "      - send: &x {flags: SYN, seq: 5}\n"
					  "      - expect: *x\n"
					  "      - send: *x\n");
	const struct plan *p = only(s);

	cr_assert_eq(p->step[0].send->flags, TCP_SYN);
	cr_assert_eq(constant(p->step[1].expect->field[FIELD_SEQ].arg[0]), 5);
	cr_assert_eq(p->step[1].expect->within.ns, PLAN_WITHIN_DEFAULT_NS);
	cr_assert_eq(p->step[0].send, p->step[2].send, "what is the same is shared");
	suite_free(s);
}

/* Tables */

static const struct schema_map *map_named(const char *name)
{
	const struct schema_map *map;
	size_t i;

	for (i = 0; (map = schema_map_at(i)); i++)
		if (!strcmp(map->name, name))
			return map;
	cr_assert_fail("no map %s", name);
	return NULL;
}

/* Every field that can be sent or expected is a key, and the other way round. */
Test(plan, fields_are_keys_of_the_schema)
{
	const struct schema_map *send = map_named("send"), *ip = map_named("ip");
	const struct schema_map *expect = map_named("expect"),
				*ip_expect = map_named("ip to expect");
	size_t i;

	for (i = 0; i < FIELD_N; i++) {
		const struct seg_field_info *f = &seg_fields[i];

		cr_assert_not_null(f->name, "%zu", i);
		cr_assert(f->in_expr, "%s", f->name);
		cr_assert_eq(schema_find_key(f->ip ? ip : send, f->name) != NULL, f->in_send,
			     "%s", f->name);
		cr_assert_eq(schema_find_key(f->ip ? ip_expect : expect, f->name) != NULL,
			     f->in_expect, "%s", f->name);
	}
	for (i = 0; i < VAR_N; i++)
		cr_assert_not_null(plan_var_names[i], "%zu", i);
	for (i = 0; i < PLAN_N_KINDS; i++)
		cr_assert_not_null(plan_step_kind_names[i], "%zu", i);
	for (i = 0; i < NEED_N; i++)
		cr_assert_not_null(plan_needs[i].about, "%zu", i);
}

/* Text */

Test(plan, text_of_a_plan)
{
	struct suite *s = load(
		HEAD
		"fragments:\n"
		"  - {reaches: SYN-RECEIVED, steps: [send: SYN, expect: SYN|ACK]}\n" CASE
			ONLY_IPV4 "    tester: {iss: 5}\n"
		"    uses: [backlog]\n"
		"    patient: yes\n" STEPS
		"      - reach: SYN-RECEIVED\n"
		"      - send: {flags: ACK, seq: iss + 1, data: hello, options: [nop, {mss: 5}]}\n"
		"        as: it\n"
		"      - one-of:\n"
		"          - expect: {flags: RST, seq: {not: it.ack}, after: 10ms}\n"
		"            state: LISTEN\n"
		"          - {expect-none: 1500ms, level: may, deviation: mute}\n"
		"      - optional: {options: {timestamps: {ecr: 5}, only: offered}, data: \"\"}\n");
	struct buf b = BUF_INIT;

	plan_add_text(only(s), &b);
	cr_assert_str_eq(
		buf_str(&b),
		"a/x[ip=4]\n"
		"# T\n"
		"# must; needs listener; uses backlog; patient\n"
		"# covers rfc9293:MUST-1\n"
		"# iss 5\n"
		"  # reach SYN-RECEIVED\n"
		"  send    SYN seq=snd.nxt ack=0 win=65535 <mss>\n"
		"  expect  SYN|ACK within 1 s  state SYN-RECEIVED\n"
		"  # the case\n"
		"  send    ACK seq=iss+1 ack=rcv.nxt win=65535 <nop, mss 5> data \"hello\"  as it\n"
		"  one-of  2 alternatives\n"
		"    either:\n"
		"      expect  RST seq not it.ack after 10 ms within 1 s  state LISTEN\n"
		"    or (may) deviation mute:\n"
		"      expect-none nothing for 1.5 s\n"
		"      alive   handshake\n"
		"  optional any segment timestamps ecr=5 only options offered no data "
		"within 1 s\n");
	buf_reset(&b);
	plan_describe_expect(only(s), 3, &b);
	cr_assert_str_eq(buf_str(&b),
			 "RST seq not it.ack after 10 ms within 1 s or nothing for 1.5 s");
	buf_fini(&b);
	suite_free(s);
}

Test(plan, durations_in_text)
{
	static const struct {
		int64_t ns;
		const char *text;
	} cases[] = {
		{ 0, "0 ns" },
		{ 1, "1 ns" },
		{ 1500, "1.5 us" },
		{ 1000001, "1000.001 us" },
		{ 1001000, "1.001 ms" },
		{ 250000000, "250 ms" },
		{ 1500000000, "1.5 s" },
		{ 61000000000, "61 s" },
		{ 120000000000, "2 min" },
	};
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		buf_reset(&b);
		plan_add_duration(cases[i].ns, &b);
		cr_assert_str_eq(buf_str(&b), cases[i].text);
	}
	buf_fini(&b);
}

/* One plan, and targets with different timers. */
Test(plan, timers_of_the_target)
{
	static const struct timer_values none, quick = { { [TIMER_MSL] = 1000000000 } };
	struct suite *s = load(CASE_STEPS
			       "      - send: SYN\n"
			       "      - expect: {flags: RST, after: msl, "
			       "within: 0.5 * rto-max + msl}\n"
			       "      - wait: 2 * msl + 5s\n");
	const struct plan *p = only(s);
	struct buf b = BUF_INIT;

	cr_assert_eq(plan_timers(p), 1u << TIMER_MSL | 1u << TIMER_RTO_MAX);
	cr_assert_eq(plan_least_ns(p, &none), 365000000000);
	cr_assert_eq(plan_least_ns(p, &quick), 8000000000);
	plan_describe_step(p, 1, &b);
	cr_assert_not_null(strstr(buf_str(&b), "after msl within msl + 0.5 * rto-max"), "%s",
			   buf_str(&b));
	plan_describe_step(p, 2, &b);
	cr_assert_not_null(strstr(buf_str(&b), "2 * msl + 5 s"), "%s", buf_str(&b));
	buf_fini(&b);
	suite_free(s);
}

/* Targets */

Test(plan, what_must_be_known)
{
	struct suite *s = load(HEAD CASE ONLY_IPV4 "    needs: [known-timers]\n" STEPS
						   "      - send: SYN\n"
						   "      - wait: 1.9 * msl\n");
	const struct plan *p = only(s);
	const char *missing = NULL;
	struct target t;

	target_init_lab(&t);
	cr_assert_eq(target_choose_for(&t, p, &missing), -1);
	cr_assert_not_null(strstr(missing, "msl"), "%s", missing);
	t.timers.ns[TIMER_MSL] = 1;
	cr_assert_eq(target_choose_for(&t, p, &missing), 7);
	suite_free(s);
}

Test(plan, the_port_that_provides)
{
	const char *missing = NULL;
	struct target t;

	target_init_lab(&t);
	cr_assert_eq(target_choose(&t, 1u << NEED_LISTENER, &missing), 7);
	cr_assert_eq(target_choose(&t, 1u << NEED_CLOSES_FIRST, &missing), 13);
	cr_assert_eq(target_choose(&t, 1u << NEED_SENDS_FOREVER, &missing), 19);
	cr_assert_neq(target_choose(&t, 1u << NEED_CLOSED_PORT, &missing), -1);
	cr_assert_null(missing);
	cr_assert_eq(target_choose(&t, 1u << NEED_ECHO | 1u << NEED_CLOSES_FIRST, &missing),
		     -1);
	cr_assert_not_null(strstr(missing, "no single port"));
	t.n_ports = 1;
	cr_assert_eq(target_choose(&t, 1u << NEED_CLOSED_PORT, &missing), -1);
	cr_assert_not_null(strstr(missing, "closed-port"));
	cr_assert(target_wellknown(13) & 1u << NEED_SPEAKS_FIRST);
	cr_assert_eq(target_wellknown(4711), 1u << NEED_LISTENER);
}
