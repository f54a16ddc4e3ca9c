/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Matching and building: each matcher against a segment that meets it and one
 * that does not, with the names of all fields that differ; and what `send`
 * makes of the connection record.
 */
#include "match/build.h"
#include "run_util.h"

static struct tcb tcb;
static uint8_t body[] = { 'a', 'b', 'c' };

/* SYN|ACK seq=5000 ack=1001 win=8192 <mss 1460, ts 7 9> of the target. */
static void base_segment(struct segment *s)
{
	memset(s, 0, sizeof(*s));
	s->flags = TCP_SYN | TCP_ACK;
	s->seq = 5000;
	s->ack = 1001;
	s->window = 8192;
	s->ttl = 64;
	s->data_offset = 5;
	tcp_opt_mss(&s->opt[s->n_opt++], 1460);
	tcp_opt_simple(&s->opt[s->n_opt++], TCP_OPT_NOP);
	tcp_opt_timestamps(&s->opt[s->n_opt++], 7, 9);
}

/* As if our SYN, ISS 1000, with MSS alone was sent. */
static void base_tcb(void)
{
	struct segment syn = { .flags = TCP_SYN, .seq = 1000, .window = 65535 };

	tcb_init(&tcb, 1000, 65535, 1460);
	tcp_opt_mss(&syn.opt[syn.n_opt++], 1460);
	tcb_tx(&tcb, &syn);
}

static void diff_names(const struct match_result *r, struct buf *out)
{
	for (unsigned int i = 0; i < r->n; i++) {
		const struct field_diff *d = &r->diff[i];

		buf_printf(out, "%s%s", i ? " " : "",
			   d->data ? "data" : d->field >= 0 ? seg_fields[d->field].name
							    : tcp_opt_name((uint8_t)d->opt));
	}
}

static const struct {
	const char *expect, *differs;
	bool with_data;
} cases[] = {
	{ "SYN|ACK", "", false },
	{ "ACK", "flags", false },
	{ "{flags: SYN|ACK, seq: 5000, ack: snd.nxt}", "", false },
	{ "{flags: SYN|ACK, ack: snd.nxt + 1}", "ack", false },
	{ "{flags: ACK, seq: 1, ack: 2, window: 3}", "flags seq ack window", false },
	{ "{flags: {mask: SYN|ACK|RST, value: SYN|ACK}}", "", false },
	{ "{flags: {mask: SYN|ACK|RST, value: ACK}}", "flags", false },
	{ "{flags: {in: [SYN, SYN|ACK]}}", "", false },
	{ "{flags: {in: [SYN, RST]}}", "flags", false },
	{ "{flags: {not: RST}}", "", false },
	{ "{flags: any}", "", false },
	{ "{window: {range: [8192, 9000]}}", "", false },
	{ "{window: {range: [1, 8191]}}", "window", false },
	{ "{window: {not: 0}}", "", false },
	{ "{window: {not: 8192}}", "window", false },
	{ "{window: {mask: 0xf000, value: 0x2000}}", "", false },
	{ "{seq: {range: [0xffffff00, 6000]}}", "", false },
	{ "{seq: {range: [6000, 0xffffff00]}}", "seq", false },
	{ "{seq: {in: [1, 5000]}}", "", false },
	{ "{seq: {in: [1, 2]}}", "seq", false },
	{ "{options: {mss: 1460}}", "", false },
	{ "{options: {mss: 1400}}", "mss", false },
	{ "{options: {mss: present, timestamps: present}}", "", false },
	{ "{options: {mss: absent}}", "mss", false },
	{ "{options: {window-scale: absent, sack-permitted: absent}}", "", false },
	{ "{options: {window-scale: present}}", "window-scale", false },
	{ "{options: {timestamps: {val: 7, ecr: 9}}}", "", false },
	{ "{options: {timestamps: {val: 7, ecr: 8}}}", "timestamps", false },
	{ "{options: {only: offered}}", "timestamps", false },
	{ "{options: {only: [mss, timestamps]}}", "", false },
	{ "{options: {only: [timestamps]}}", "mss", false },
	{ "{length: 0}", "", false },
	{ "{length: 3}", "", true },
	{ "{length: {range: [4, 9]}}", "length", true },
	{ "{data: abc}", "", true },
	{ "{data: abd}", "data", true },
	{ "{data: abcd}", "data", true },
	{ "{ip: {ttl: 64}}", "", false },
	{ "{ip: {ttl: 255}}", "ttl", false },
};

static void check_case(size_t i)
{
	struct buf steps = BUF_INIT, names = BUF_INIT;
	struct match_env env = { .tcb = &tcb };
	struct match_result r;
	struct segment s;
	struct suite *suite;
	bool ok;

	base_segment(&s);
	if (cases[i].with_data) {
		s.data = body;
		s.data_len = sizeof(body);
	}
	buf_printf(&steps, "      - expect: %s\n", cases[i].expect);
	suite = case_suite("", buf_str(&steps));
	ok = match_expect(suite_plan(suite, 0)->step[0].expect, &s, &env, &r);
	diff_names(&r, &names);
	cr_assert_str_eq(buf_str(&names), cases[i].differs, "%s: %s",
			 cases[i].expect, buf_str(&names));
	cr_assert_eq(ok, !*cases[i].differs);
	suite_free(suite);
	buf_fini(&steps);
	buf_fini(&names);
}

Test(match, matchers)
{
	base_tcb();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_case(i);
}

Test(match, psh_is_nobodys_business)
{
	struct match_env env = { .tcb = &tcb };
	struct match_result r;
	struct segment s;
	struct suite *a = case_suite("", "      - expect: SYN|ACK\n");
	struct suite *b = case_suite("", "      - expect: SYN|PSH|ACK\n");

	base_tcb();
	base_segment(&s);
	cr_assert(match_expect(suite_plan(a, 0)->step[0].expect, &s, &env, &r));
	cr_assert(!match_expect(suite_plan(b, 0)->step[0].expect, &s, &env, &r));
	s.flags |= TCP_PSH;
	cr_assert(match_expect(suite_plan(a, 0)->step[0].expect, &s, &env, &r));
	cr_assert(match_expect(suite_plan(b, 0)->step[0].expect, &s, &env, &r));
	suite_free(a);
	suite_free(b);
}

Test(match, a_bad_checksum_matches_nothing_unless_asked)
{
	struct match_env env = { .tcb = &tcb };
	struct match_result r;
	struct segment s;
	struct suite *a = case_suite("", "      - expect: SYN|ACK\n");
	struct suite *b = case_suite("", "      - expect: {flags: SYN|ACK, checksum: any}\n");

	base_tcb();
	base_segment(&s);
	s.defects = SEG_DEFECT_CHECKSUM;
	cr_assert(!match_expect(suite_plan(a, 0)->step[0].expect, &s, &env, &r));
	cr_assert(match_expect(suite_plan(b, 0)->step[0].expect, &s, &env, &r));
	s.defects |= SEG_DEFECT_CHECKSUM_PARTIAL;
	cr_assert(match_expect(suite_plan(a, 0)->step[0].expect, &s, &env, &r),
		  "a partial checksum is ours to settle");
	suite_free(a);
	suite_free(b);
}

Test(match, names_without_a_value_match_nothing)
{
	struct match_env env = { .tcb = &tcb };
	struct match_result r;
	struct segment s;
	struct suite *a = case_suite("", "      - expect: {seq: rcv.nxt}\n");

	base_tcb();
	base_segment(&s);
	cr_assert(!match_expect(suite_plan(a, 0)->step[0].expect, &s, &env, &r));
	tcb_rx(&tcb, &s);
	s.flags = TCP_ACK;
	s.seq = 5001;
	cr_assert(match_expect(suite_plan(a, 0)->step[0].expect, &s, &env, &r));
	suite_free(a);
}

/* What becomes of a send step, as the describer shows it. */
static void check_send(const char *send, const char *want)
{
	struct trace_setup setup = { .tester = { 4, { 10, 0, 0, 2 } },
				     .target = { 4, { 10, 0, 0, 1 } },
				     .tester_port = 1,
				     .target_port = 2,
				     .mss = 1460 };
	struct match_env env = { .tcb = &tcb, .now_ns = 5000000 };
	struct buf steps = BUF_INIT, got = BUF_INIT;
	struct suite *suite;
	struct segment s;

	buf_printf(&steps, "      - send: %s\n", send);
	suite = case_suite("", buf_str(&steps));
	cr_assert_eq(build_send(suite_plan(suite, 0),
				suite_plan(suite, 0)->step[0].send, &setup, &env,
				&s),
		     0, "%s", send);
	segment_describe(&s, &got);
	cr_assert_str_eq(buf_str(&got), want, "%s: %s", send, buf_str(&got));
	suite_free(suite);
	buf_fini(&steps);
	buf_fini(&got);
}

Test(build, defaults_and_overrides)
{
	struct segment sa;

	base_tcb();
	base_segment(&sa);
	check_send("SYN", "SYN seq=0x3e9 win=65535 len=0 <mss 1460>");
	check_send("ACK", "ACK seq=0x3e9 ack=0x0 win=65535 len=0");
	tcb_rx(&tcb, &sa);
	check_send("ACK", "ACK seq=0x3e9 ack=0x1389 win=65535 len=0");
	check_send("{flags: ACK, seq: iss - 1, ack: rcv.nxt + 1, window: 5}",
		   "ACK seq=0x3e7 ack=0x138a win=5 len=0");
	check_send("{flags: PSH|ACK, data: hello}",
		   "PSH|ACK seq=0x3e9 ack=0x1389 win=65535 len=5");
	check_send("{flags: ACK, reserved: 1}",
		   "ACK|AE seq=0x3e9 ack=0x1389 win=65535 len=0");
	check_send("{flags: SYN, options: none}",
		   "SYN seq=0x3e9 win=65535 len=0");
}

/* RFC 7323 3.2: once agreed on, every segment but a reset carries them. */
Test(build, timestamps_once_agreed_on)
{
	struct segment syn = { .flags = TCP_SYN, .seq = 1000 }, sa;

	tcb_init(&tcb, 1000, 65535, 1460);
	tcp_opt_timestamps(&syn.opt[syn.n_opt++], 100, 0);
	tcb_tx(&tcb, &syn);
	base_segment(&sa);
	tcb_rx(&tcb, &sa);
	cr_assert(tcb.ts_ok);
	check_send("ACK", "ACK seq=0x3e9 ack=0x1389 win=65535 len=0 "
			  "<nop, nop, ts val 5 ecr 7>");
	check_send("RST", "RST seq=0x3e9 win=65535 len=0");
}

Test(tcb, what_is_bent_is_not_counted)
{
	struct segment s = { .flags = TCP_ACK, .seq = 1001, .data = body, .data_len = 3 };

	base_tcb();
	s.defects = SEG_DEFECT_CHECKSUM;
	tcb_tx(&tcb, &s);
	cr_assert_eq(tcb.snd_nxt, 1001, "bad checksum");
	s.defects = 0;
	s.seq = 1002;
	tcb_tx(&tcb, &s);
	cr_assert_eq(tcb.snd_nxt, 1001, "another sequence number");
	s.seq = 1001;
	s.flags = TCP_RST;
	tcb_tx(&tcb, &s);
	cr_assert_eq(tcb.snd_nxt, 1001, "a reset");
	s.flags = TCP_FIN | TCP_ACK;
	tcb_tx(&tcb, &s);
	cr_assert_eq(tcb.snd_nxt, 1005, "three octets and a FIN");
}

/* A second connection from the same port: ours once the target says so. */
Test(tcb, a_second_connection)
{
	struct segment syn = { .flags = TCP_SYN, .seq = 90000, .window = 65535 };
	struct segment sa = { .flags = TCP_SYN | TCP_ACK, .seq = 5000, .ack = 1001, .window = 100 };

	base_tcb();
	tcb_rx(&tcb, &sa);
	tcp_opt_wscale(&syn.opt[syn.n_opt++], 3);
	tcb_tx(&tcb, &syn);
	cr_assert_eq(tcb.iss, 1000);
	cr_assert_eq(tcb.snd_nxt, 1001);
	cr_assert(!tcb_offered(&tcb, TCP_OPT_WSCALE), "not yet");
	tcb_rx(&tcb, &sa);
	cr_assert_eq(tcb.iss, 1000, "the first SYN,ACK again");
	sa.seq = 6000;
	sa.ack = 90001;
	tcp_opt_wscale(&sa.opt[sa.n_opt++], 2);
	tcb_rx(&tcb, &sa);
	cr_assert_eq(tcb.iss, 90000);
	cr_assert_eq(tcb.snd_nxt, 90001);
	cr_assert_eq(tcb.snd_una, 90001);
	cr_assert_eq(tcb.irs, 6000);
	cr_assert_eq(tcb.rcv_nxt, 6001);
	cr_assert(tcb_offered(&tcb, TCP_OPT_WSCALE));
	cr_assert(tcb.ws_ok && tcb.our_shift == 3 && tcb.target_shift == 2);
}
