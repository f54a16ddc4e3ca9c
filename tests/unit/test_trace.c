/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests of src/trace: the trace itself, and evidence written, read back,
 * and read when it is broken.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "plan/plan.h"
#include "trace/evidence.h"
#include "trace/pcapng.h"

#define START 1700000000123456789LL

static const uint8_t syn[] = {
	0x45,
	0,
	0,
	40,
	0,
	0,
	0x40,
	0,
	64,
	6,
	0,
	0,
	10,
	99,
	0,
	1,
	10,
	99,
	0,
	2,
	0xc0,
	0,
	0,
	7,
	0,
	0,
	0,
	1,
	0,
	0,
	0,
	0,
	0x50,
	0x02,
	0xff,
	0xff,
	0,
	0,
	0,
	0,
};

/* A run that says something different in each field. */
static void make_trace(struct trace *t)
{
	uint8_t packet[sizeof(syn) + 3];

	trace_init(t);
	t->setup = (struct trace_setup){
		.tester = { 4, { 10, 99, 0, 1 } },
		.target = { 4, { 10, 99, 0, 2 } },
		.tester_port = 49152,
		.target_port = 7,
		.alive_port = 13,
		.mss = 1460,
		.iss = 0xfffffff0,
		.ts_offset = 0x01020304,
		.seed = 0xfedcba9876543210,
		.partial_ok = false,
		.lossless = true,
		.way = PLAN_BY_APPLICATION,
		.timers = { { [TIMER_MSL] = 30000000000, [TIMER_RTO_MAX] = 3600000000000 } },
	};
	t->start_ns = START - 1;
	t->end_ns = START + 1000000001;
	trace_add(t, START, TRACE_TX, 0, 0, syn, sizeof(syn), sizeof(syn));
	for (size_t i = 0; i < 4; i++) { /* lengths that need each padding */
		memcpy(packet, syn, sizeof(syn));
		packet[3] = (uint8_t)(40 + i);
		trace_add(t, START + 1 + (int64_t)i, TRACE_RX, TRACE_STEP_NONE, (uint8_t)i, packet,
			  (uint32_t)(sizeof(syn) - i), sizeof(syn));
	}
	trace_add(t, START + 7, TRACE_TX, TRACE_STEP_ALIVE, 255, syn, 20, 1500);
	trace_add(t, START + 8, TRACE_TX, TRACE_STEP_CONFIRM, 0, syn, sizeof(syn), sizeof(syn));
	trace_add(t, START + 9, TRACE_TX, TRACE_STEP_CLEANUP, 0, syn, sizeof(syn), sizeof(syn));
	trace_add(t, START + 9, TRACE_TX, TRACE_STEP_FOREIGN, 0, syn, sizeof(syn), sizeof(syn));
	trace_add(t, START + 10, TRACE_TX, 1234, 0, NULL, 0, 0);
	trace_add_fault(t, FAULT_DROPS, START + 5, TRACE_STEP_NONE, 3);
	trace_add_fault(t, FAULT_INJECT, -1, 2, -ENOBUFS);
}

static const char *const notes[] = {
	"step 1 of 4: SYN",
	NULL,
	"FAIL: expected SYN|ACK\nack=snd.nxt (0xfffffff1)",
	"bytes \xff\x01 that no comment may hold, and one it may: \xe2\x86\x90",
	"",
	NULL,
	NULL,
	NULL,
	NULL,
	NULL,
};

static const struct evidence_note note = {
	.variant = "close/four-way[ip=4,iss=wrap]",
	.verdict = "fail",
	.summary = "no segment matched\nseed: 7",
	.program = "shakedown 0.1.0",
	.target = "lab\nverdict: pass",
	.packet = notes,
};

static void assert_same_trace(const struct trace *a, const struct trace *b)
{
	/* field by field: padding may differ */
	cr_assert(ip_addr_eq(&a->setup.tester, &b->setup.tester));
	cr_assert(ip_addr_eq(&a->setup.target, &b->setup.target));
	cr_assert_eq(a->setup.tester_port, b->setup.tester_port);
	cr_assert_eq(a->setup.target_port, b->setup.target_port);
	cr_assert_eq(a->setup.alive_port, b->setup.alive_port);
	cr_assert_eq(a->setup.mss, b->setup.mss);
	cr_assert_eq(a->setup.iss, b->setup.iss);
	cr_assert_eq(a->setup.ts_offset, b->setup.ts_offset);
	cr_assert_eq(a->setup.seed, b->setup.seed);
	cr_assert_eq(a->setup.partial_ok, b->setup.partial_ok);
	cr_assert_eq(a->setup.lossless, b->setup.lossless);
	cr_assert_eq(a->setup.way, b->setup.way);
	for (int i = 0; i < TIMER_N; i++)
		cr_assert_eq(a->setup.timers.ns[i], b->setup.timers.ns[i]);
	cr_assert_eq(a->start_ns, b->start_ns);
	cr_assert_eq(a->end_ns, b->end_ns);
	cr_assert_eq(a->n_packets, b->n_packets);
	for (size_t i = 0; i < a->n_packets; i++) {
		const struct trace_packet *p = &a->packet[i], *q = &b->packet[i];

		cr_assert_eq(p->ts_ns, q->ts_ns, "packet %zu", i);
		cr_assert_eq(p->dir, q->dir, "packet %zu", i);
		cr_assert_eq(p->step, q->step, "packet %zu", i);
		cr_assert_eq(p->flow, q->flow, "packet %zu", i);
		cr_assert_eq(p->cap_len, q->cap_len, "packet %zu", i);
		cr_assert_eq(p->len, q->len, "packet %zu", i);
		cr_assert(!memcmp(trace_bytes(a, i), trace_bytes(b, i), p->cap_len), "packet %zu",
			  i);
	}
	cr_assert_eq(a->n_faults, b->n_faults);
	for (size_t i = 0; i < a->n_faults; i++) {
		cr_assert_eq(a->fault[i].kind, b->fault[i].kind);
		cr_assert_eq(a->fault[i].ts_ns, b->fault[i].ts_ns);
		cr_assert_eq(a->fault[i].step, b->fault[i].step);
		cr_assert_eq(a->fault[i].detail, b->fault[i].detail);
	}
}

Test(trace, keeps_packets_in_order_and_its_storage_on_reset)
{
	struct trace t;
	uint8_t *bytes;

	trace_init(&t);
	for (int round = 0; round < 2; round++) {
		for (uint8_t i = 0; i < 200; i++)
			cr_assert_eq(
				trace_add(&t, i, TRACE_TX, i, 0, (uint8_t[]){ i, 1 }, 2, 2), i);
		for (uint8_t i = 0; i < 200; i++)
			cr_assert_eq(trace_bytes(&t, i)[0], i);
		bytes = t.bytes;
		trace_reset(&t);
		cr_assert_eq(t.n_packets, 0);
		cr_assert_eq(t.bytes, bytes);
	}
	trace_fini(&t);
}

Test(trace, stops_at_its_limits_and_says_so)
{
	struct trace t;
	static uint8_t big[1 << 16];

	trace_init(&t);
	for (long i = 0; i < TRACE_MAX_PACKETS; i++)
		cr_assert_eq(trace_add(&t, i, TRACE_RX, TRACE_STEP_NONE, 0, syn, 20, 20), i);
	cr_assert_eq(t.n_faults, 0);
	cr_assert_eq(trace_add(&t, 5, TRACE_RX, 1, 0, syn, 20, 20), -1);
	cr_assert_eq(t.n_faults, 1);
	cr_assert_eq(t.fault[0].kind, FAULT_LIMIT);

	trace_reset(&t);
	for (long i = 0; i < 256; i++)
		cr_assert_eq(trace_add(&t, i, TRACE_RX, 0, 0, big, sizeof(big), sizeof(big)), i);
	cr_assert_eq(trace_add(&t, 5, TRACE_RX, 1, 0, big, 1, 1), -1);
	cr_assert_eq(t.bytes_len, TRACE_MAX_BYTES);
	trace_fini(&t);
}

Test(trace, keeps_the_first_fault_of_each_kind)
{
	struct trace t;

	trace_init(&t);
	for (int round = 0; round < 3; round++)
		for (int kind = 1; kind < FAULT_N; kind++)
			trace_add_fault(&t, kind, round, 0, 0);
	cr_assert_eq(t.n_faults, FAULT_N - 1);
	for (size_t i = 0; i < t.n_faults; i++) {
		cr_assert_eq(t.fault[i].kind, i + 1);
		cr_assert_eq(t.fault[i].ts_ns, 0);
	}
	trace_fini(&t);
}

Test(trace, every_fault_has_its_own_name_and_a_remedy)
{
	for (int i = 0; i < FAULT_N; i++) {
		cr_assert(trace_faults[i].name && *trace_faults[i].name);
		cr_assert(trace_faults[i].what && *trace_faults[i].what);
		cr_assert(trace_faults[i].remedy && *trace_faults[i].remedy);
		cr_assert_null(strchr(trace_faults[i].name, ' '));
		for (int j = 0; j < i; j++)
			cr_assert_str_neq(trace_faults[i].name, trace_faults[j].name);
	}
}

Test(trace, decodes_what_was_captured)
{
	struct trace t;
	struct segment s;

	make_trace(&t);
	trace_decode(&t, 0, &s);
	cr_assert_eq(s.flags, TCP_SYN);
	cr_assert_eq(s.seq, 1);
	trace_decode(&t, 5, &s);
	cr_assert(s.defects & SEG_DEFECT_TRUNCATED);
	trace_fini(&t);
}

/* Reading back, and the error text of what cannot be read. */
struct result {
	struct arena *arena;
	struct trace t;
	struct evidence_info info;
	struct diags ds;
	int err;
};

static void parse(struct result *r, const void *p, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1); /* so that a sanitizer sees the end */

	memcpy(exact, p, len);
	r->arena = arena_new();
	trace_init(&r->t);
	diags_init(&r->ds);
	r->err = evidence_parse(exact, len, "x.pcapng", r->arena, &r->t, &r->info, &r->ds);
	free(exact);
}

static void result_fini(struct result *r)
{
	arena_free(r->arena);
	trace_fini(&r->t);
	diags_fini(&r->ds);
}

Test(evidence, is_read_back_as_it_was_written)
{
	struct buf file = BUF_INIT;
	struct result r;
	struct trace t;

	make_trace(&t);
	evidence_format(&t, &note, &file);
	parse(&r, file.data, file.len);
	cr_assert_eq(r.err, 0, "%s", r.ds.n ? r.ds.list[0].message : "");
	assert_same_trace(&t, &r.t);
	cr_assert_str_eq(r.info.variant, note.variant);
	cr_assert_str_eq(r.info.verdict, "fail");
	cr_assert_str_eq(r.info.program, note.program);
	cr_assert_str_eq(r.info.target, "lab verdict: pass");
	result_fini(&r);
	buf_fini(&file);
	trace_fini(&t);
}

Test(evidence, takes_an_ipv6_run_without_packets)
{
	static const struct evidence_note short_note = { .variant = "a/b" };
	struct buf file = BUF_INIT;
	struct result r;
	struct trace t;

	make_trace(&t);
	trace_reset(&t);
	ip_addr_parse("2001:db8::1", &t.setup.tester);
	ip_addr_parse("::1", &t.setup.target);
	evidence_format(&t, &short_note, &file);
	parse(&r, file.data, file.len);
	cr_assert_eq(r.err, 0, "%s", r.ds.n ? r.ds.list[0].message : "");
	assert_same_trace(&t, &r.t);
	cr_assert_null(r.info.verdict);
	result_fini(&r);
	buf_fini(&file);
	trace_fini(&t);
}

/* The other byte order: every number of @file turned round, by its place. */
static void swap(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		uint8_t b = p[i];

		p[i] = p[n - 1 - i];
		p[n - 1 - i] = b;
	}
}

static void swap_fields(uint8_t *p, const char *sizes)
{
	for (; *sizes; p += *sizes++ - '0')
		swap(p, (size_t)(*sizes - '0'));
}

/* Numbers inside of options, by block type and code. */
static const char *option_numbers(uint32_t type, uint16_t code)
{
	if (type == PCAPNG_PACKET && code == PCAPNG_EPB_FLAGS)
		return "4";
	if (type == PCAPNG_STATISTICS)
		return code == PCAPNG_ISB_DROPPED ? "8" : "44";
	return "";
}

static void swap_options(uint32_t type, uint8_t *p)
{
	uint16_t code, len;

	do {
		code = (uint16_t)(p[0] | p[1] << 8);
		len = (uint16_t)(p[2] | p[3] << 8);
		swap_fields(p, "22");
		if (code)
			swap_fields(p + 4, option_numbers(type, code));
		p += 4 + (len + 3) / 4 * 4;
	} while (code);
}

static void swap_file(uint8_t *p, size_t len)
{
	uint32_t type, block_len, captured;

	for (uint8_t *end = p + len; p < end; p += block_len) {
		memcpy(&type, p, 4); /* this test is for little-endian machines */
		memcpy(&block_len, p + 4, 4);
		memcpy(&captured, p + 20, 4);
		swap_fields(p, "44");
		swap(p + block_len - 4, 4);
		if (type == PCAPNG_SECTION) {
			swap_fields(p + 8, "4228");
			swap_options(type, p + 24);
		} else if (type == PCAPNG_INTERFACE) {
			swap_fields(p + 8, "224");
			swap_options(type, p + 16);
		} else if (type == PCAPNG_PACKET) {
			swap_fields(p + 8, "44444");
			swap_options(type, p + 28 + (captured + 3) / 4 * 4);
		} else {
			swap_fields(p + 8, "444");
			swap_options(type, p + 20);
		}
	}
}

Test(evidence, is_read_in_either_byte_order)
{
	struct buf file = BUF_INIT;
	struct result r;
	struct trace t;

	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		cr_skip_test("turns the bytes round on little-endian machines only");
	make_trace(&t);
	evidence_format(&t, &note, &file);
	swap_file((uint8_t *)file.data, file.len);
	parse(&r, file.data, file.len);
	cr_assert_eq(r.err, 0, "%s", r.ds.n ? r.ds.list[0].message : "");
	assert_same_trace(&t, &r.t);
	result_fini(&r);
	buf_fini(&file);
	trace_fini(&t);
}

Test(evidence, cut_short_anywhere_is_an_error)
{
	struct buf file = BUF_INIT;
	struct result r;
	struct trace t;

	make_trace(&t);
	evidence_format(&t, &note, &file);
	for (size_t len = 0; len < file.len; len++) {
		parse(&r, file.data, len);
		cr_assert_eq(r.err, -EINVAL, "%zu of %zu bytes", len, file.len);
		cr_assert_eq(r.t.n_packets, 0);
		cr_assert_eq(r.ds.n_errors, 1);
		result_fini(&r);
	}
	buf_fini(&file);
	trace_fini(&t);
}

Test(evidence, with_any_byte_changed_is_read_or_refused)
{
	struct buf file = BUF_INIT;
	struct result r;
	struct trace t;

	make_trace(&t);
	evidence_format(&t, &note, &file);
	for (size_t i = 0; i < file.len; i++) {
		for (int bit = 0; bit < 8; bit += 7) {
			file.data[i] ^= (char)(1 << bit);
			parse(&r, file.data, file.len);
			cr_assert(r.err == 0 || r.err == -EINVAL);
			cr_assert_eq(r.ds.n_errors, r.err ? 1 : 0);
			file.data[i] ^= (char)(1 << bit);
			result_fini(&r);
		}
	}
	buf_fini(&file);
	trace_fini(&t);
}

/* Times that no sum of them and a case's durations can overflow. */
Test(evidence, impossible_times_are_refused)
{
	const int64_t times[] = { INT64_MAX, INT64_MAX / 2 + 1, -1, INT64_MIN };

	for (size_t i = 0; i < 3 * sizeof(times) / sizeof(times[0]); i++) {
		struct buf file = BUF_INIT;
		struct result r;
		struct trace t;

		make_trace(&t);
		*(i % 3 == 0	       ? &t.packet[1].ts_ns
			  : i % 3 == 1 ? &t.start_ns
				       : &t.end_ns) = times[i / 3];
		evidence_format(&t, &note, &file);
		parse(&r, file.data, file.len);
		cr_assert_eq(r.err, -EINVAL, "%zu", i);
		result_fini(&r);
		buf_fini(&file);
		trace_fini(&t);
	}
}

/* Evidence with @from replaced by @to of the same length. */
static void assert_refused(const char *from, const char *to, const char *message)
{
	struct buf file = BUF_INIT, text = BUF_INIT;
	struct result r;
	struct trace t;
	char *at;

	make_trace(&t);
	evidence_format(&t, &note, &file);
	at = memmem(file.data, file.len, from, strlen(from));
	cr_assert_not_null(at, "%s", from);
	memcpy(at, to, strlen(from));
	parse(&r, file.data, file.len);
	cr_assert_eq(r.err, -EINVAL, "%s", to);
	diags_render(&r.ds, false, &text);
	cr_assert_not_null(strstr(buf_str(&text), message), "%s: %s", to, buf_str(&text));
	result_fini(&r);
	buf_fini(&text);
	buf_fini(&file);
	trace_fini(&t);
}

Test(evidence, refuses_what_it_does_not_understand)
{
	static const char *const table[][3] = {
		{ "shakedown-evidence: 1", "shakedown-evidence: 2", "\"shakedown-evidence\" in" },
		{ "shakedown-evidence", "hakedown-evidences", "\"shakedown-evidence\" in" },
		{ "tester-port: 49152", "tester-port: 65536", "\"tester-port\" in the section" },
		{ "tester-port: 49152", "tester-port: -9152", "\"tester-port\" in the section" },
		{ "tester-port: 49152", "teater-port: 49152", "\"tester-port\" in the section" },
		{ "10.99.0.1", "10.99.0.x", "\"tester-address\" in the section" },
		{ "lossless: yes", "lossless: yep", "\"lossless\" in the section" },
		{ "way: application", "way: applicatiom", "\"way\" in the section" },
		{ "timers: msl", "timers: mls", "\"timers\" in the section" },
		{ "rto-max=3600000000000", "rto-max=3600000000001", "\"timers\" in the section" },
		{ "fault: drops", "fault: drips", "\"fault\" in the section" },
		{ "detail=3", "detail=x", "\"fault\" in the section" },
		{ "step=alive", "step=dead ", "a packet's comment does not say its step" },
		{ "flow=255", "flow=256", "a packet's comment does not say its step" },
		{ "\nvariant: ", "\nvaryant: ", "\"variant\" in the section" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_refused(table[i][0], table[i][1], table[i][2]);
}

Test(evidence, says_what_is_wrong_with_a_file)
{
	struct buf text = BUF_INIT;
	struct result r;

	parse(&r, "no capture at all, certainly", 28);
	diags_render(&r.ds, false, &text);
	cr_assert_str_eq(buf_str(&text),
			 "x.pcapng: error: not evidence: it does not start with a section header "
			 "(byte 0)\n"
			 "  = help: evidence is what `shakedown run` writes for each run\n");
	result_fini(&r);
	buf_fini(&text);
}

/* A directory of the test's own. */
static char *make_dir(char *path)
{
	strcpy(path, "/tmp/test_trace.XXXXXX");
	cr_assert_not_null(mkdtemp(path));
	return path;
}

static void remove_dir(const char *path)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r '%s'", path);
	cr_assert_eq(system(command), 0);
}

Test(evidence, is_written_to_a_file_and_read_from_it)
{
	char dir[32], path[64];
	struct result r = { .arena = arena_new() };
	struct trace t;

	make_trace(&t);
	snprintf(path, sizeof(path), "%s/a.pcapng", make_dir(dir));
	cr_assert_eq(evidence_write(path, &t, &note), 0);
	trace_init(&r.t);
	diags_init(&r.ds);
	cr_assert_eq(evidence_read(path, r.arena, &r.t, &r.info, &r.ds), 0);
	assert_same_trace(&t, &r.t);
	cr_assert_eq(evidence_read(dir, r.arena, &r.t, &r.info, &r.ds), -EISDIR);
	cr_assert_eq(r.t.n_packets, 0);
	cr_assert_eq(r.ds.n_errors, 1);
	remove_dir(dir);
	cr_assert_eq(evidence_write(path, &t, &note), -ENOENT);
	if (!access("/dev/full", W_OK))
		cr_assert_eq(evidence_write("/dev/full", &t, &note), -ENOSPC);
	cr_assert_eq(evidence_read(path, r.arena, &r.t, &r.info, &r.ds), -ENOENT);
	result_fini(&r);
	trace_fini(&t);
}

/* The output of a shell command. */
static const char *output_of(const char *command, struct buf *out)
{
	FILE *f = popen(command, "r");
	char line[512];

	buf_reset(out);
	while (fgets(line, sizeof(line), f))
		buf_adds(out, line);
	pclose(f);
	return buf_str(out);
}

Test(evidence, is_what_tshark_shows)
{
	char dir[32], path[64], command[256];
	struct buf out = BUF_INIT;
	struct trace t;

	if (system("tshark --version >/dev/null 2>&1"))
		cr_skip_test("tshark is not installed");
	make_trace(&t);
	t.n_packets = 3;
	snprintf(path, sizeof(path), "%s/a.pcapng", make_dir(dir));
	cr_assert_eq(evidence_write(path, &t, &note), 0);
	snprintf(command, sizeof(command),
		 "tshark -r %s -T fields -E separator='|' -e frame.time_epoch -e "
		 "frame.packet_flags_direction -e tcp.seq_raw -e frame.comment 2>/dev/null",
		 path);
	cr_assert_str_eq(output_of(command, &out),
			 "1700000000.123456789|0x00000002|1|step 1 of 4: SYN,shakedown: step=0 "
			 "flow=0\n"
			 "1700000000.123456790|0x00000001|1|shakedown: step=none flow=0\n"
			 "1700000000.123456791|0x00000001|1|FAIL: expected SYN|ACK\\nack=snd.nxt "
			 "(0xfffffff1),shakedown: step=none flow=1\n",
			 "%s", buf_str(&out));
	snprintf(command, sizeof(command), "tshark -r %s -Y _ws.malformed 2>&1", path);
	output_of(command, &out);
	cr_assert_null(strstr(buf_str(&out), "tshark:"), "%s", buf_str(&out));
	remove_dir(dir);
	buf_fini(&out);
	trace_fini(&t);
}

/* Not a benchmark: a tenth of the time a thousand runs may take on their way. */
Test(evidence, is_cheap_enough_to_write_for_every_run)
{
	char dir[32], path[64];
	struct timespec a, b;
	struct trace t;
	double ms;

	make_trace(&t);
	make_dir(dir);
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (int i = 0; i < 1000; i++) {
		snprintf(path, sizeof(path), "%s/%d.pcapng", dir, i);
		cr_assert_eq(evidence_write(path, &t, &note), 0);
	}
	clock_gettime(CLOCK_MONOTONIC, &b);
	ms = (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
	cr_log_info("1000 files of evidence: %.1f ms", ms);
	cr_assert_lt(ms, 5000);
	remove_dir(dir);
	trace_fini(&t);
}
