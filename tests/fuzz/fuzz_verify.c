/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any trace against any plan: hostile segments in a hostile order must give a
 * verdict, and the same one twice.  Each nine octets of input are one packet,
 * its numbers near those that matter, or one question to the application, or one
 * answer of it.
 */
#include <stdlib.h>
#include <string.h>

#include "plan/suite.h"
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char cases[] =
	"format: 1\n"
	"area: f\n"
	"defaults: {matrix: {ip: [4]}}\n"
	"cases:\n"
	"  - id: open\n"
	"    title: open\n"
	"    covers: [rfc9293:MUST-2]\n"
	"    steps:\n"
	"      - send:\n"
	"          flags: SYN\n"
	"          options: [{mss: 1460}, {timestamps: {val: 1, ecr: 0}}, {window-scale: 7}]\n"
	"      - expect: {flags: SYN|ACK, ack: snd.nxt, options: {mss: present, only: offered}}\n"
	"        as: sa\n"
	"      - send: {flags: ACK, ack: sa.end}\n"
	"        state: ESTABLISHED\n"
	"      - send: {flags: PSH|ACK, data: abc}\n"
	"      - optional: {flags: ACK, ack: snd.nxt}\n"
	"      - expect: {flags: ACK, data: abc, seq: rcv.nxt}\n"
	"      - send: FIN|ACK\n"
	"      - optional: {flags: ACK, ack: snd.nxt, seq: rcv.nxt}\n"
	"        state: CLOSE-WAIT\n"
	"      - expect: {flags: FIN|ACK}\n"
	"        state: LAST-ACK\n"
	"      - send: ACK\n"
	"        state: CLOSED\n"
	"  - id: silence\n"
	"    title: silence\n"
	"    covers: [rfc9293:MUST-2]\n"
	"    steps:\n"
	"      - send: RST\n"
	"      - expect-none: 1ms\n"
	"      - send: {flags: SYN, checksum: bad}\n"
	"      - wait: 1ms\n"
	"      - one-of:\n"
	"          - expect: RST\n"
	"            deviation: a\n"
	"          - expect-none: 2ms\n"
	"            deviation: b\n"
	"      - alive: connection\n"
	"  - id: closed\n"
	"    title: closed\n"
	"    covers: [rfc9293:MUST-2]\n"
	"    needs: [closed-port]\n"
	"    steps:\n"
	"      - send: FIN\n"
	"      - expect: {flags: RST|ACK, seq: 0, ack: snd.nxt}\n"
	"        state: CLOSED\n"
	"  - id: asked\n"
	"    title: asked\n"
	"    covers: [rfc9293:MUST-2]\n"
	"    steps:\n"
	"      - app: connect\n"
	"      - expect: SYN\n"
	"        state: SYN-SENT\n"
	"      - send: SYN|ACK\n"
	"      - expect: ACK\n"
	"        state: ESTABLISHED\n"
	"      - send: {flags: ACK, data: abc}\n"
	"      - app: {call: receive, data: abc}\n"
	"      - app: close\n"
	"      - expect-none: 1ms\n"
	"      - app: {call: error, result: [reset, refused]}\n"
	"        state: CLOSED\n";

#define US 0xfffffff0u
#define THEM 0x7ffffff0u

static void set_up(struct trace *t)
{
	t->setup.tester = (struct ip_addr){ 4, { 192, 0, 2, 2 } };
	t->setup.target = (struct ip_addr){ 4, { 192, 0, 2, 1 } };
	t->setup.tester_port = 1000;
	t->setup.target_port = 7;
	t->setup.alive_port = 7;
	t->setup.mss = 1460;
	t->setup.iss = US;
	t->start_ns = t->end_ns = 1000000000;
}

static void add_packet(struct trace *t, const uint8_t *d)
{
	static const uint16_t tags[] = { TRACE_STEP_NONE, TRACE_STEP_CONFIRM,
					 TRACE_STEP_ALIVE, TRACE_STEP_CLEANUP, TRACE_STEP_FOREIGN };
	uint16_t tag = d[8] == 255 ? TRACE_STEP_FENCE : tags[d[8] % 5];
	bool tx = d[0] & 1;
	uint8_t flow = d[0] >> 1 & 3;
	uint8_t packet[256];
	struct segment s;
	size_t len;

	memset(&s, 0, sizeof(s));
	s.src = tx ? t->setup.tester : t->setup.target;
	s.dst = tx ? t->setup.target : t->setup.tester;
	s.sport = tx ? 1000 : 7;
	s.dport = tx ? 7 : 1000;
	s.flags = d[1];
	s.seq = (tx ? US : THEM) + (uint32_t)(int8_t)d[2];
	s.ack = (tx ? THEM : US) + (uint32_t)(int8_t)d[3];
	s.window = (uint16_t)(d[4] << 8);
	s.data = d;
	s.data_len = d[5] & 7;
	if (d[5] & 8)
		tcp_opt_timestamps(&s.opt[s.n_opt++], d[6], d[7]);
	if (d[5] & 16)
		tcp_opt_wscale(&s.opt[s.n_opt++], d[6]);
	if (d[5] & 32)
		tcp_opt_mss(&s.opt[s.n_opt++], 1460);
	s.checksum_bad = (d[5] & 0xc0) == 0xc0;
	len = segment_encode(&s, packet, sizeof(packet));
	/* Mostly small steps in time, sometimes far beyond every deadline. */
	t->end_ns += d[7] < 250 ? d[7] * INT64_C(20000) : INT64_C(800000000);
	trace_add(t, t->end_ns, tx ? TRACE_TX : TRACE_RX,
		  tx ? (d[8] < 32 ? d[8] : tag) : TRACE_STEP_NONE,
		  flow, packet, (uint32_t)len, (uint32_t)len);
}

static void add_app(struct trace *t, const uint8_t *d)
{
	struct trace_app app = {
		.step = d[3],
		.answer = d[0] & 1,
		.call = d[1] % APP_N_CALLS,
		.result = d[2],
		.missing = d[5],
		.len = d[4] & 3,
	};

	t->end_ns += d[7] < 250 ? d[7] * INT64_C(20000) : INT64_C(800000000);
	app.ts_ns = t->end_ns;
	trace_add_app(t, &app, (const uint8_t *)"abc");
}

static void judge_twice(const struct plan *p, const struct trace *t)
{
	struct arena *a = arena_new(), *b = arena_new();
	struct verdict x, y;

	verify_run(p, t, a, &x);
	verify_run(p, t, b, &y);
	if (x.kind != y.kind || x.n_findings != y.n_findings ||
	    strcmp(x.reason, y.reason))
		abort();
	arena_free(a);
	arena_free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct suite *suite;
	struct trace t;

	if (!suite) {
		struct diags ds;

		diags_init(&ds);
		suite = suite_load_text("fuzz", cases, sizeof(cases) - 1, &ds);
		if (!suite)
			abort();
		diags_fini(&ds);
	}
	if (size < 2 || size > 4096)
		return 0;
	trace_init(&t);
	set_up(&t);
	t.setup.lossless = data[1] & 1;
	t.setup.alive_port = data[1] & 2 ? 7 : 0;
	t.setup.fences = data[1] & 4;
	for (size_t i = 2; i + 9 <= size; i += 9)
		(data[i] & 0x80 ? add_app : add_packet)(&t, data + i);
	t.end_ns += INT64_C(3000000000);
	judge_twice(suite_plan(suite, data[0] % suite_n_plans(suite)), &t);
	trace_fini(&t);
	return 0;
}
