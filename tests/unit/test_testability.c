/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Testability Protocol of the agent: known bytes for the codec, and every
 * primitive of the upper tester above a stack in memory.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "fake_stack.h"
#include "wire/testability.h"

/* Reads "01 05 00" into @out; how many bytes. */
static size_t unhex(const char *hex, uint8_t *out)
{
	size_t n = 0;
	unsigned int byte;
	int used;

	while (sscanf(hex, " %2x%n", &byte, &used) == 1) {
		out[n++] = (uint8_t)byte;
		hex += used;
	}
	return n;
}

/* The codec */

#define HEAD_END " 12 34 56 78 01 01 00 00 "

/* Written by hand from the document, not by the encoder. */
static const struct {
	enum tp_primitive_id id;
	const char *method, *length, *params;
} requests[] = {
	{ TP_GET_VERSION, "00 01", "00 00 00 08", "" },
	{ TP_START_TEST, "00 02", "00 00 00 08", "" },
	{ TP_END_TEST, "00 03", "00 00 00 12", "00 07 00 06 ef bb bf 54 31 00" },
	{ TP_CLOSE_SOCKET, "02 00", "00 00 00 0b", "00 05 01" },
	{ TP_CREATE_AND_BIND, "02 01", "00 00 00 11", "01 ff ff 00 04 00 00 00 00" },
	{ TP_CREATE_AND_BIND, "02 01", "00 00 00 1d",
	  "01 00 50 00 10 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01" },
	{ TP_SEND_DATA, "02 02", "00 00 00 12", "00 05 00 64 28 00 03 61 62 63" },
	{ TP_RECEIVE_AND_FORWARD, "02 03", "00 00 00 0e", "00 05 00 10 ff ff" },
	{ TP_LISTEN_AND_ACCEPT, "02 04", "00 00 00 0c", "00 05 00 02" },
	{ TP_CONNECT, "02 05", "00 00 00 12", "00 05 1f 90 00 04 c0 00 02 01" },
	{ TP_CONFIGURE_SOCKET, "02 06", "00 00 00 10", "00 05 00 05 00 02 02 18" },
	{ TP_SHUTDOWN, "02 07", "00 00 00 0b", "00 05 01" },
	{ TP_SET_OPTION, "7f 00", "00 00 00 10", "00 05 00 04 00 00 75 30" },
	{ TP_GET_OPTION, "7f 01", "00 00 00 0c", "00 05 00 04" },
	{ TP_RECEIVE_ONCE, "7f 02", "00 00 00 0c", "00 05 01 00" },
	{ TP_GET_PENDING_ERROR, "7f 03", "00 00 00 0a", "00 05" },
	{ TP_PAUSE_READING, "7f 04", "00 00 00 0a", "00 05" },
	{ TP_RESUME_READING, "7f 05", "00 00 00 0a", "00 05" },
	{ TP_GET_LOCAL_ADDRESS, "7f 06", "00 00 00 0a", "00 05" },
};

Test(testability_codec, requests_are_read_and_written_byte_for_byte)
{
	uint8_t bytes[128], params[128], again[128];
	struct tp_value values[TP_PARAMS];
	struct tp_message m;
	char hex[400];

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		const char *name = tp_primitives[requests[i].id].name;
		size_t n, len;

		snprintf(hex, sizeof(hex), "01 05 %s %s" HEAD_END "%s", requests[i].method,
			 requests[i].length, requests[i].params);
		n = unhex(hex, bytes);
		cr_assert_eq(tp_message_decode(&m, bytes, n), n, "%s", name);
		cr_expect(tp_message_is_request(&m));
		cr_expect_eq(m.request_id, 0x12345678);
		cr_expect_eq(tp_primitive_find(m.group, m.primitive), requests[i].id, "%s", name);
		cr_assert_eq(tp_params_decode(tp_primitives[requests[i].id].request, m.params,
					      m.params_len, values),
			     0, "%s", name);
		cr_assert_eq(tp_params_encode(tp_primitives[requests[i].id].request, values,
					      params, sizeof(params), &len),
			     0);
		m.params = params;
		m.params_len = len;
		cr_expect_eq(tp_message_encode(&m, again, sizeof(again)), n, "%s", name);
		cr_expect_arr_eq(again, bytes, n, "%s", name);
		cr_expect_eq(tp_message_encode(&m, again, n - 1), 0, "no room for %s", name);
	}
}

Test(testability_codec, every_cut_is_seen)
{
	uint8_t bytes[128];
	struct tp_value values[TP_PARAMS];
	struct tp_message m;

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		size_t n = unhex(requests[i].params, bytes);
		const char *layout = tp_primitives[requests[i].id].request;

		for (size_t cut = 0; cut < n; cut++)
			cr_expect_eq(tp_params_decode(layout, bytes, cut, values), -EINVAL,
				     "%s cut to %zu", tp_primitives[requests[i].id].name, cut);
		bytes[n] = 0;
		cr_expect_eq(tp_params_decode(layout, bytes, n + 1, values), -EINVAL);
	}
	for (size_t n = unhex("01 05 00 01 00 00 00 09" HEAD_END "00", bytes); n--;)
		cr_expect_eq(tp_message_decode(&m, bytes, n), 0, "%zu bytes are not all", n);
}

Test(testability_codec, values_have_their_meaning)
{
	struct tp_value v[TP_PARAMS];
	uint8_t bytes[64];
	size_t n;

	n = unhex("01 02 0304 05060708 0003 616263 0004 c0000201 0006 efbbbf 5431 00", bytes);
	cr_assert_eq(tp_params_decode("b124vat", bytes, n, v), 0);
	cr_expect_eq(v[0].num, 1);
	cr_expect_eq(v[1].num, 2);
	cr_expect_eq(v[2].num, 0x0304);
	cr_expect_eq(v[3].num, 0x05060708);
	cr_expect_eq(v[4].bytes.len, 3);
	cr_expect_arr_eq(v[4].bytes.at, "abc", 3);
	cr_expect_eq(v[5].addr.len, 4);
	cr_expect_not(tp_addr_is_any(&v[5].addr));
	cr_expect_eq(v[6].bytes.len, 2);
	cr_expect_arr_eq(v[6].bytes.at, "T1", 2);
}

Test(testability_codec, what_is_not_of_its_type_is_refused)
{
	static const struct {
		const char *layout, *hex;
	} cases[] = {
		{ "b", "02" },
		{ "a", "0000" },
		{ "a", "0003 010203" },
		{ "a", "0005 0102030405" },
		{ "v", "ffff 00" },
		{ "t", "0001 00" },
		{ "t", "0003 efbbbf" },
		{ "t", "0004 efbbbf 41" },
		{ "t", "0004 41424300" },
	};
	struct tp_value v[TP_PARAMS];
	uint8_t bytes[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t n = unhex(cases[i].hex, bytes);

		cr_expect_eq(tp_params_decode(cases[i].layout, bytes, n, v), -EINVAL, "%s as %s",
			     cases[i].hex, cases[i].layout);
	}
	cr_expect_eq(tp_params_decode("t", bytes, unhex("0000", bytes), v), 0, "an empty text");
	cr_expect_eq(tp_params_decode("v", bytes, unhex("0000", bytes), v), 0, "no bytes");
}

Test(testability_codec, only_requests_of_this_protocol_are_requests)
{
	static const struct {
		const char *hex;
		long length; /* as decoded */
	} cases[] = {
		{ "01 05 00 01 00 00 00 07" HEAD_END, -EBADMSG },
		{ "01 05 00 01 00 00 00 00" HEAD_END, -EBADMSG },
		{ "01 05 00 01 7f ff ff ff" HEAD_END, -EBADMSG },
		{ "01 05 00 01 ff ff ff ff" HEAD_END, -EBADMSG },
		{ "01 06 00 01 00 00 00 08" HEAD_END, TP_HEAD },
		{ "01 05 80 01 00 00 00 08" HEAD_END, TP_HEAD },
		{ "01 05 00 01 00 00 00 08 00 00 00 00 02 01 00 00", TP_HEAD },
		{ "01 05 00 01 00 00 00 08 00 00 00 00 01 02 00 00", TP_HEAD },
		{ "01 05 00 01 00 00 00 08 00 00 00 00 01 01 80 00", TP_HEAD },
		{ "01 05 00 01 00 00 00 08 00 00 00 00 01 01 02 00", TP_HEAD },
	};
	uint8_t bytes[64];
	struct tp_message m;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		long n = tp_message_decode(&m, bytes, unhex(cases[i].hex, bytes));

		cr_expect_eq(n, cases[i].length, "%s: %ld", cases[i].hex, n);
		cr_expect_not(n > 0 && tp_message_is_request(&m), "%s", cases[i].hex);
	}
}

/* The upper tester */

#define ZERO16 "00000000000000000000000000000000"

struct bench {
	struct fake_stack stack;
	struct agent_upper_limits limits;
	struct agent_upper *upper;
	uint8_t response[AGENT_UPPER_REPLY_MAX];
	struct tp_message m;
	struct tp_value out[TP_PARAMS]; /* of the response, if it is E_OK */
	uint8_t event[AGENT_UPPER_REPLY_MAX];
	struct tp_value told[TP_PARAMS]; /* of the last event */
	uint8_t event_primitive;
	unsigned int n_events;
};

static struct bench b;

static void on_event(void *requester, const uint8_t *event, size_t len)
{
	enum tp_primitive_id id;
	struct tp_message m;

	cr_assert_eq(requester, &b);
	memcpy(b.event, event, len);
	cr_assert_eq(tp_message_decode(&m, b.event, len), len);
	cr_expect_eq(m.type, TP_EVENT);
	cr_expect(m.event);
	cr_expect_eq(m.group, TP_TCP);
	id = tp_primitive_find(m.group, m.primitive);
	cr_assert_eq(tp_params_decode(tp_primitives[id].event, m.params, m.params_len, b.told), 0);
	b.event_primitive = m.primitive;
	b.n_events++;
}

static void bench_open(void)
{
	struct agent_upper_config cfg = {
		.ops = &fake_ops,
		.stack = &b.stack,
		.limits = &b.limits,
		.emit = on_event,
		.requester = &b,
	};

	memset(&b, 0, sizeof(b));
	b.limits.sockets = 8;
	b.limits.queued = 1 << 20;
	b.upper = agent_upper_new(&cfg);
	cr_assert_not_null(b.upper);
}

static void bench_close(void)
{
	agent_upper_free(b.upper);
	cr_expect_eq(fake_count_open(&b.stack), 0, "no socket is left");
	cr_expect_eq(b.limits.n_sockets, 0);
	cr_expect_eq(b.limits.n_queued, 0);
}

TestSuite(testability, .init = bench_open, .fini = bench_close);

/* Sends group and primitive with parameters in hex; the result. */
static int ask_raw(uint8_t group, uint8_t primitive, const uint8_t *params, size_t len)
{
	enum tp_primitive_id id = tp_primitive_find(group, primitive);
	struct tp_message request = {
		.service = TP_SERVICE,
		.group = group,
		.primitive = primitive,
		.request_id = 77,
		.protocol = 1,
		.interface = 1,
		.params = params,
		.params_len = len,
	};
	size_t n = agent_upper_serve(b.upper, &request, b.response);

	cr_assert_eq(tp_message_decode(&b.m, b.response, n), n);
	cr_expect_eq(b.m.type, TP_RESPONSE);
	cr_expect_eq(b.m.request_id, 77);
	cr_expect_eq(b.m.group, group);
	cr_expect_eq(b.m.primitive, primitive);
	if (b.m.result == TP_OK)
		cr_expect_eq(tp_params_decode(tp_primitives[id].response, b.m.params,
					      b.m.params_len, b.out),
			     0);
	else
		cr_expect_eq(b.m.params_len, 0);
	return b.m.result;
}

static int ask(enum tp_primitive_id id, const char *hex)
{
	uint8_t params[256];

	return ask_raw(tp_primitives[id].group, tp_primitives[id].primitive, params,
		       unhex(hex, params));
}

/* A connected socket, which is the first: id 1, and the stack's first. */
static struct fake_sock *connected(void)
{
	cr_assert_eq(ask(TP_CREATE_AND_BIND, "01 ffff 0004 00000000"), TP_OK);
	cr_assert_eq(b.out[0].num, 1);
	cr_assert_eq(ask(TP_CONNECT, "0001 1f90 0004 c0000201"), TP_OK);
	return &b.stack.socks[0];
}

static void receive(struct fake_sock *s, const char *data)
{
	memcpy(s->rx + s->rx_len, data, strlen(data));
	s->rx_len += strlen(data);
}

Test(testability, every_primitive_has_a_handler)
{
	for (int i = 0; i < TP_N_PRIMITIVES; i++)
		cr_expect_neq(ask(i, ""), TP_NTF, "%s", tp_primitives[i].name);
}

Test(testability, the_version_is_that_of_the_document)
{
	cr_assert_eq(ask(TP_GET_VERSION, ""), TP_OK);
	cr_expect_eq(b.out[0].num, 1);
	cr_expect_eq(b.out[1].num, 2);
	cr_expect_eq(b.out[2].num, 0);
	cr_expect_eq(ask(TP_START_TEST, ""), TP_OK);
}

Test(testability, what_is_unknown_is_not_found)
{
	static const uint8_t unknown[][2] = {
		{ 0, 0 }, { 0, 4 }, { 1, 0 }, { 2, 8 }, { 2, 255 }, { 3, 0 }, { 12, 1 }, { 0x7f, 7 }
	};

	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
		cr_expect_eq(ask_raw(unknown[i][0], unknown[i][1], (const uint8_t *)"", 0), TP_NTF);
}

Test(testability, sockets_are_made_and_bound)
{
	static const uint8_t any[16] = { 0 };

	cr_assert_eq(ask(TP_CREATE_AND_BIND, "01 0050 0004 c0000201"), TP_OK);
	cr_expect_eq(b.stack.socks[0].port, 80);
	cr_expect_not(b.stack.socks[0].ipv6);
	cr_assert_eq(ask(TP_CREATE_AND_BIND, "01 ffff 0010" ZERO16), TP_OK);
	cr_expect_eq(b.out[0].num, 2, "each has its id");
	cr_expect(b.stack.socks[1].ipv6);
	cr_expect_eq(b.stack.socks[1].port, 50000, "FFFF is any port");
	cr_expect_arr_eq(b.stack.socks[1].addr.ip, any, 16);
	cr_assert_eq(ask(TP_CREATE_AND_BIND, "00 ffff 0004 00000000"), TP_OK);
	cr_expect_eq(b.stack.socks[2].port, 0, "not bound");
	cr_expect_eq(ask(TP_CREATE_AND_BIND, "01 0000 0004 00000000"), TP_INV);
	cr_assert_eq(ask(TP_GET_LOCAL_ADDRESS, "0001"), TP_OK);
	cr_expect_eq(b.out[0].num, 80);
	cr_expect_eq(b.out[1].addr.len, 4);
}

Test(testability, what_cannot_be_made_leaves_nothing)
{
	b.stack.fails[FAKE_OPEN] = -EMFILE;
	cr_expect_eq(ask(TP_CREATE_AND_BIND, "01 ffff 0004 00000000"), TP_UCS);
	b.stack.fails[FAKE_OPEN] = 0;
	b.stack.fails[FAKE_BIND] = -EADDRINUSE;
	cr_expect_eq(ask(TP_CREATE_AND_BIND, "01 ffff 0004 00000000"), TP_UBS);
	b.stack.fails[FAKE_BIND] = -ENODEV;
	cr_expect_eq(ask(TP_CREATE_AND_BIND, "01 ffff 0004 00000000"), TP_IIF);
	b.stack.fails[FAKE_BIND] = 0;
	cr_expect_eq(agent_upper_count_sockets(b.upper), 0);
	for (int i = 0; i < 8; i++)
		cr_expect_eq(ask(TP_CREATE_AND_BIND, "01 ffff 0004 00000000"), TP_OK);
	cr_expect_eq(ask(TP_CREATE_AND_BIND, "01 ffff 0004 00000000"), TP_UCS, "the limit");
}

Test(testability, an_id_that_is_none_is_told)
{
	static const enum tp_primitive_id simple[] = { TP_GET_PENDING_ERROR, TP_PAUSE_READING,
						       TP_RESUME_READING, TP_GET_LOCAL_ADDRESS };

	connected();
	for (size_t i = 0; i < sizeof(simple) / sizeof(*simple); i++)
		cr_expect_eq(ask(simple[i], "0009"), TP_ISD);
	cr_expect_eq(ask(TP_CLOSE_SOCKET, "0000 00"), TP_ISD);
	cr_expect_eq(ask(TP_CLOSE_SOCKET, "0101 00"), TP_ISD, "of the same bucket");
	cr_expect_eq(ask(TP_CLOSE_SOCKET, "0001 00"), TP_OK);
	cr_expect_eq(ask(TP_CLOSE_SOCKET, "0001 00"), TP_ISD);
	cr_expect_eq(ask(TP_CREATE_AND_BIND, "01 ffff 0004 00000000"), TP_OK);
	cr_expect_eq(b.out[0].num, 2, "the id is not another's at once");
	cr_expect_not(b.stack.socks[0].aborted);
	cr_expect_eq(ask(TP_CLOSE_SOCKET, "0002 01"), TP_OK);
	cr_expect(b.stack.socks[1].aborted);
}

Test(testability, cut_parameters_are_bad_parameters)
{
	connected();
	cr_expect_eq(ask(TP_CLOSE_SOCKET, "0001"), TP_INV);
	cr_expect_eq(ask(TP_CLOSE_SOCKET, "0001 02"), TP_INV, "no bool");
	cr_expect_eq(ask(TP_CLOSE_SOCKET, "0001 00 00"), TP_INV);
	cr_expect_eq(ask(TP_END_TEST, "0001 0009"), TP_OK, "these are ignored");
}

Test(testability, a_connection_is_made)
{
	b.stack.slow_connect = true;
	connected();
	cr_expect_eq(b.stack.socks[0].dest_port, 8080);
	cr_expect_eq(b.stack.socks[0].watched, AGENT_STACK_WRITABLE);
	cr_expect_eq(ask(TP_GET_PENDING_ERROR, "0001"), TP_PEN, "not known yet");
	cr_expect_eq(ask(TP_RECEIVE_ONCE, "0001 0010"), TP_PEN);
	cr_expect_eq(ask(TP_SEND_DATA, "0001 0000 00 0003 616263"), TP_OK, "data are queued");
	cr_expect_eq(b.stack.socks[0].tx_len, 0);
	b.stack.socks[0].connecting = false;
	agent_upper_ready(b.stack.socks[0].owner, AGENT_STACK_WRITABLE);
	cr_expect_eq(b.stack.socks[0].tx_len, 3);
	cr_expect_eq(b.stack.socks[0].watched, 0);
	cr_assert_eq(ask(TP_GET_PENDING_ERROR, "0001"), TP_OK);
	cr_expect_eq(b.out[0].num, 0);
	cr_expect_eq(ask(TP_CONNECT, "0001 1f90 0004 c0000201"), TP_EXISTS);
}

Test(testability, a_connection_is_not_made)
{
	cr_assert_eq(ask(TP_CREATE_AND_BIND, "01 ffff 0004 00000000"), TP_OK);
	cr_expect_eq(ask(TP_CONNECT, "0001 0000 0004 c0000201"), TP_INV);
	cr_expect_eq(ask(TP_CONNECT, "0001 1f90 0004 00000000"), TP_INV);
	cr_expect_eq(ask(TP_CONNECT, "0001 1f90 0010 00000000000000000000000000000001"), TP_INV);
	b.stack.fails[FAKE_CONNECT] = -EADDRNOTAVAIL;
	cr_expect_eq(ask(TP_CONNECT, "0001 1f90 0004 c0000201"), TP_NOK);
	b.stack.fails[FAKE_CONNECT] = -EINPROGRESS;
	cr_expect_eq(ask(TP_CONNECT, "0001 1f90 0004 c0000201"), TP_OK);
	b.stack.socks[0].error = -ECONNREFUSED;
	agent_upper_ready(b.stack.socks[0].owner, AGENT_STACK_BROKEN);
	cr_expect_eq(b.stack.socks[0].watched, 0, "nothing more to hear of it");
	cr_expect_eq(ask(TP_SEND_DATA, "0001 0000 00 0003 616263"), TP_REFUSED);
	cr_assert_eq(ask(TP_GET_PENDING_ERROR, "0001"), TP_OK);
	cr_expect_eq(b.out[0].num, TP_REFUSED);
	cr_expect_eq(b.out[1].num, ECONNREFUSED);
	cr_assert_eq(ask(TP_GET_PENDING_ERROR, "0001"), TP_OK);
	cr_expect_eq(b.out[0].num, 0, "it is told once");
	cr_expect_eq(ask(TP_SEND_DATA, "0001 0000 00 0003 616263"), TP_NOT_EXIST);
}

Test(testability, data_are_repeated_up_to_the_total)
{
	struct fake_sock *s = connected();

	cr_expect_eq(ask(TP_SEND_DATA, "0001 0008 00 0003 616263"), TP_OK);
	cr_expect_eq(s->tx_len, 8);
	cr_expect_arr_eq(s->tx, "abcabcab", 8);
	cr_expect_eq(s->send_flags, 0);
	cr_expect_eq(ask(TP_SEND_DATA, "0001 0001 28 0003 616263"), TP_OK);
	cr_expect_eq(s->tx_len, 11, "never less than the data");
	cr_expect_eq(s->send_flags, AGENT_STACK_URGENT | AGENT_STACK_PUSH);
	cr_expect_eq(ask(TP_SEND_DATA, "0001 ffff 00 0001 ff"), TP_OK);
	cr_expect_eq(ask(TP_SEND_DATA, "0001 0000 00 0000"), TP_OK, "nothing");
	cr_expect_eq(ask(TP_SEND_DATA, "0001 0001 00 0000"), TP_INV, "nothing to repeat");
	cr_expect_eq(ask(TP_SEND_DATA, "0001 0001 01 0001 61"), TP_INV, "no such flag");
}

Test(testability, what_the_window_does_not_take_waits)
{
	struct fake_sock *s = connected();
	int i, result = TP_OK;

	s->tx_room = 10;
	cr_expect_eq(ask(TP_SEND_DATA, "0001 0008 00 0001 61"), TP_OK);
	cr_expect_eq(s->watched, 0);
	cr_expect_eq(ask(TP_SEND_DATA, "0001 0008 00 0001 62"), TP_OK);
	cr_expect_eq(s->watched, AGENT_STACK_WRITABLE);
	cr_expect_eq(ask(TP_SHUTDOWN, "0001 01"), TP_OK);
	cr_expect_eq(s->shut, 0, "the FIN waits for the data");
	cr_expect_eq(ask(TP_SEND_DATA, "0001 0008 00 0001 63"), TP_CLOSING);
	s->tx_room = 100;
	agent_upper_ready(s->owner, AGENT_STACK_WRITABLE);
	cr_expect_arr_eq(s->tx, "aaaaaaaabbbbbbbb", 16);
	cr_expect_eq(s->shut, 1 << AGENT_STACK_WRITE);
	cr_expect_eq(s->watched, 0);

	cr_assert_eq(ask(TP_CREATE_AND_BIND, "01 ffff 0004 00000000"), TP_OK);
	cr_assert_eq(ask(TP_CONNECT, "0002 1f90 0004 c0000201"), TP_OK);
	b.stack.socks[1].tx_room = 1;
	for (i = 0; i < 40 && result == TP_OK; i++)
		result = ask(TP_SEND_DATA, "0002 ffff 00 0001 61");
	cr_expect_eq(result, TP_ISB, "there is a limit");
	cr_expect_gt(i, 10);
	cr_expect_leq(b.limits.n_queued, 1 << 20);
}

Test(testability, a_close_sends_what_waits_first)
{
	struct fake_sock *s = connected();

	s->tx_room = 2;
	cr_expect_eq(ask(TP_SEND_DATA, "0001 0008 00 0001 61"), TP_OK);
	cr_expect_eq(ask(TP_CLOSE_SOCKET, "0001 00"), TP_OK);
	cr_expect_eq(ask(TP_CLOSE_SOCKET, "0001 00"), TP_ISD, "it is gone for the requester");
	cr_expect(s->open);
	s->tx_room = 100;
	agent_upper_ready(s->owner, AGENT_STACK_WRITABLE);
	cr_expect_eq(s->tx_len, 8);
	cr_expect_not(s->open);
	cr_expect_not(s->aborted);
}

Test(testability, a_close_while_connecting_drops_what_waits)
{
	struct fake_sock *s;

	b.stack.slow_connect = true;
	s = connected();
	cr_expect_eq(ask(TP_SEND_DATA, "0001 0000 00 0003 616263"), TP_OK);
	cr_expect_eq(ask(TP_CLOSE_SOCKET, "0001 00"), TP_OK);
	cr_expect_not(s->open);
	cr_expect_eq(s->tx_len, 0);
}

Test(testability, unless_the_connection_is_there_unheard_of)
{
	struct fake_sock *s;

	b.stack.slow_connect = true;
	s = connected();
	cr_expect_eq(ask(TP_SEND_DATA, "0001 0000 00 0003 616263"), TP_OK);
	s->connecting = false;
	s->tx_room = 2;
	cr_expect_eq(ask(TP_CLOSE_SOCKET, "0001 00"), TP_OK);
	cr_expect(s->open);
	s->tx_room = 10;
	agent_upper_ready(s->owner, AGENT_STACK_WRITABLE);
	cr_expect_eq(s->tx_len, 3);
	cr_expect_not(s->open);
}

Test(testability, received_data_are_forwarded)
{
	struct fake_sock *s = connected();

	receive(s, "before");
	cr_expect_eq(s->watched, 0, "nobody reads unless told");
	cr_assert_eq(ask(TP_RECEIVE_AND_FORWARD, "0001 0004 000a"), TP_OK);
	cr_expect_eq(b.out[0].num, 6, "dropped");
	cr_expect_eq(s->watched, AGENT_STACK_READABLE);
	receive(s, "hello");
	agent_upper_ready(s->owner, AGENT_STACK_READABLE);
	cr_assert_eq(b.n_events, 1);
	cr_expect_eq(b.event_primitive, 3);
	cr_expect_eq(b.told[0].num, 5, "as many were received");
	cr_expect_eq(b.told[1].bytes.len, 4, "as many forwarded");
	cr_expect_arr_eq(b.told[1].bytes.at, "hell", 4);
	receive(s, "world, hello");
	agent_upper_ready(s->owner, AGENT_STACK_READABLE);
	cr_expect_eq(b.told[0].num, 5, "not more than maxLen in all");
	cr_expect_eq(s->watched, 0);
	cr_expect_eq(s->rx_len, 7);
	cr_assert_eq(ask(TP_RECEIVE_AND_FORWARD, "0001 ffff ffff"), TP_OK);
	cr_expect_eq(b.out[0].num, 7);
	s->eof = true;
	agent_upper_ready(s->owner, AGENT_STACK_READABLE);
	cr_assert_eq(b.n_events, 3);
	cr_expect_eq(b.told[0].num, 0, "the end is an empty event");
	cr_expect_eq(s->watched, 0);
}

Test(testability, reading_pauses_and_resumes)
{
	struct fake_sock *s = connected();

	cr_assert_eq(ask(TP_RECEIVE_AND_FORWARD, "0001 ffff ffff"), TP_OK);
	cr_expect_eq(ask(TP_PAUSE_READING, "0001"), TP_OK);
	cr_expect_eq(s->watched, 0);
	receive(s, "kept");
	agent_upper_ready(s->owner, AGENT_STACK_READABLE);
	cr_expect_eq(b.n_events, 0);
	cr_assert_eq(ask(TP_RECEIVE_ONCE, "0001 0002"), TP_OK, "once all the same");
	cr_expect_eq(b.out[0].num, 0);
	cr_expect_arr_eq(b.out[1].bytes.at, "ke", 2);
	cr_expect_eq(ask(TP_RESUME_READING, "0001"), TP_OK);
	cr_expect_eq(s->watched, AGENT_STACK_READABLE);
	agent_upper_ready(s->owner, AGENT_STACK_READABLE);
	cr_expect_eq(b.n_events, 1);
	cr_expect_arr_eq(b.told[1].bytes.at, "pt", 2);
	agent_upper_hold(b.upper, true);
	cr_expect_eq(s->watched, 0, "nor while the requester is slow");
	agent_upper_hold(b.upper, false);
	cr_expect_eq(s->watched, AGENT_STACK_READABLE);
}

Test(testability, receive_once_tells_nothing_end_and_trouble)
{
	struct fake_sock *s = connected();

	cr_expect_eq(ask(TP_RECEIVE_ONCE, "0001 0010"), TP_PEN);
	cr_expect_eq(ask(TP_RECEIVE_ONCE, "0001 0000"), TP_INV);
	s->eof = true;
	cr_assert_eq(ask(TP_RECEIVE_ONCE, "0001 0010"), TP_OK);
	cr_expect_eq(b.out[0].num, 1);
	cr_expect_eq(b.out[1].bytes.len, 0);
	b.stack.fails[FAKE_RECV] = -ECONNRESET;
	cr_expect_eq(ask(TP_RECEIVE_ONCE, "0001 0010"), TP_RESET);
	cr_expect_eq(ask(TP_RECEIVE_ONCE, "0001 0010"), TP_RESET);
	cr_expect_eq(ask(TP_RECEIVE_AND_FORWARD, "0001 ffff ffff"), TP_RESET);
	cr_expect_eq(ask(TP_PAUSE_READING, "0001"), TP_RESET);
	cr_expect_eq(ask(TP_SHUTDOWN, "0001 02"), TP_RESET);
	cr_assert_eq(ask(TP_GET_PENDING_ERROR, "0001"), TP_OK);
	cr_expect_eq(b.out[0].num, TP_RESET);
}

Test(testability, a_listener_accepts_so_many)
{
	struct fake_sock *s = &b.stack.socks[0];

	cr_assert_eq(ask(TP_CREATE_AND_BIND, "01 0050 0004 00000000"), TP_OK);
	cr_assert_eq(ask(TP_LISTEN_AND_ACCEPT, "0001 0002"), TP_OK);
	cr_expect_eq(s->backlog, 2);
	s->waiting = 3;
	for (int i = 0; i < 3; i++)
		agent_upper_ready(s->owner, AGENT_STACK_READABLE);
	cr_expect_eq(b.n_events, 2);
	cr_expect_eq(s->watched, 0);
	cr_expect_eq(b.event_primitive, 4);
	cr_expect_eq(b.told[0].num, 1);
	cr_expect_eq(b.told[1].num, 3, "the second has id 3");
	cr_expect_eq(b.told[2].num, 4711);
	cr_expect_arr_eq(b.told[3].addr.ip, "\xc0\x00\x02\x09", 4);
	cr_expect_eq(ask(TP_SEND_DATA, "0002 0000 00 0003 616263"), TP_OK);
	cr_expect_eq(b.stack.socks[1].tx_len, 3);
	cr_expect_eq(ask(TP_LISTEN_AND_ACCEPT, "0001 ffff"), TP_OK, "again, without end");
	cr_expect_eq(s->watched, AGENT_STACK_READABLE);
	cr_expect_eq(ask(TP_LISTEN_AND_ACCEPT, "0002 0001"), TP_EXISTS);
	cr_expect_eq(ask(TP_CONNECT, "0001 1f90 0004 c0000201"), TP_EXISTS);
	cr_expect_eq(ask(TP_SEND_DATA, "0001 0000 00 0003 616263"), TP_NOT_EXIST);
	cr_expect_eq(ask(TP_SHUTDOWN, "0001 02"), TP_NOT_EXIST);
}

Test(testability, a_listener_that_cannot_accept_waits)
{
	struct fake_sock *s = &b.stack.socks[0];

	b.limits.sockets = 2;
	cr_assert_eq(ask(TP_CREATE_AND_BIND, "01 0050 0004 00000000"), TP_OK);
	b.stack.fails[FAKE_LISTEN] = -EADDRINUSE;
	cr_expect_eq(ask(TP_LISTEN_AND_ACCEPT, "0001 ffff"), TP_EXISTS);
	b.stack.fails[FAKE_LISTEN] = 0;
	cr_assert_eq(ask(TP_LISTEN_AND_ACCEPT, "0001 ffff"), TP_OK);
	s->waiting = 2;
	agent_upper_ready(s->owner, AGENT_STACK_READABLE);
	agent_upper_ready(s->owner, AGENT_STACK_READABLE);
	cr_expect_eq(b.n_events, 1);
	cr_expect_eq(s->watched, 0, "it does not spin");
	cr_expect_eq(ask(TP_CLOSE_SOCKET, "0002 01"), TP_OK);
	cr_expect_eq(s->watched, AGENT_STACK_READABLE);
	agent_upper_ready(s->owner, AGENT_STACK_READABLE);
	cr_expect_eq(b.n_events, 2);
	b.stack.fails[FAKE_ACCEPT] = -EINVAL;
	cr_expect_eq(ask(TP_CLOSE_SOCKET, "0003 01"), TP_OK);
	agent_upper_ready(s->owner, AGENT_STACK_READABLE);
	cr_expect_eq(s->watched, 0, "nor when it is broken");
}

Test(testability, sockets_are_configured)
{
	static const struct {
		const char *hex;
		int result;
	} cases[] = {
		{ "0001 0000 0001 40", TP_OK },
		{ "0001 0001 0001 07", TP_OK },
		{ "0001 0002 0001 01", TP_OK },
		{ "0001 0003 0004 44040500", TP_OK },
		{ "0001 0004 0001 b8", TP_OK },
		{ "0001 0005 0002 01f4", TP_OK },
		{ "0001 0005 0002 05b4", TP_OK },
		{ "0001 0006 0001 00", TP_OK },
		{ "0001 0007 0001 00", TP_OK },
		{ "0001 0008 0001 00", TP_INV },
		{ "0001 ffff 0001 00", TP_INV },
		{ "0001 0000 0000", TP_INV },
		{ "0001 0000 0002 0040", TP_INV },
		{ "0001 0002 0001 02", TP_INV },
		{ "0001 0005 0002 01f3", TP_INV },
		{ "0001 0005 0002 05b5", TP_INV },
		{ "0001 0006 0001 02", TP_INV },
		{ "0002 0006 0001 00", TP_ISD },
	};

	connected();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_expect_eq(ask(TP_CONFIGURE_SOCKET, cases[i].hex), cases[i].result, "%s",
			     cases[i].hex);
	cr_expect_arr_eq(b.stack.socks[0].params[AGENT_PARAM_MSS], "\x05\xb4", 2);
	b.stack.fails[FAKE_CONFIGURE] = -EPERM;
	cr_expect_eq(ask(TP_CONFIGURE_SOCKET, "0001 0001 0001 07"), TP_NOK);
}

Test(testability, options_are_set_and_asked_for)
{
	connected();
	cr_expect_eq(ask(TP_SET_OPTION, "0001 0001 00002000"), TP_OK);
	cr_assert_eq(ask(TP_GET_OPTION, "0001 0001"), TP_OK);
	cr_expect_eq(b.out[0].num, 0x2000);
	cr_expect_eq(ask(TP_SET_OPTION, "0001 0000 00002000"), TP_INV);
	cr_expect_eq(ask(TP_SET_OPTION, "0001 000b 00000001"), TP_INV, "only to be read");
	cr_expect_eq(ask(TP_GET_OPTION, "0001 000b"), TP_OK);
	cr_expect_eq(ask(TP_GET_OPTION, "0001 000c"), TP_INV);
	b.stack.fails[FAKE_SET] = -EINVAL;
	cr_expect_eq(ask(TP_SET_OPTION, "0001 0001 00000000"), TP_INV);
}

Test(testability, halves_are_shut_down)
{
	struct fake_sock *s = connected();

	cr_expect_eq(ask(TP_SHUTDOWN, "0001 03"), TP_INV);
	cr_expect_eq(ask(TP_SHUTDOWN, "0001 00"), TP_OK);
	cr_expect_eq(s->shut, 1 << AGENT_STACK_READ);
	cr_expect_eq(ask(TP_SEND_DATA, "0001 0000 00 0003 616263"), TP_OK);
	cr_expect_eq(ask(TP_SHUTDOWN, "0001 02"), TP_OK);
	cr_expect_eq(ask(TP_SEND_DATA, "0001 0000 00 0003 616263"), TP_CLOSING);
}

Test(testability, the_end_of_the_test_resets_every_socket)
{
	for (int i = 0; i < 5; i++)
		cr_assert_eq(ask(TP_CREATE_AND_BIND, "01 ffff 0004 00000000"), TP_OK);
	cr_expect_eq(fake_count_open(&b.stack), 5);
	cr_expect_eq(ask(TP_END_TEST, "0001 0000"), TP_OK);
	cr_expect_eq(fake_count_open(&b.stack), 0);
	cr_expect_eq(agent_upper_count_sockets(b.upper), 0);
	for (int i = 0; i < 5; i++)
		cr_expect(b.stack.socks[i].aborted);
}

Test(testability_results, each_error_has_its_result)
{
	static const struct {
		int err;
		enum tp_result result;
	} cases[] = {
		{ 0, TP_OK },
		{ -EPERM, TP_NOK },
		{ -EINVAL, TP_INV },
		{ -EAGAIN, TP_PEN },
		{ -EINPROGRESS, TP_OK },
		{ -ENODEV, TP_IIF },
		{ -EISCONN, TP_EXISTS },
		{ -ENOTCONN, TP_NOT_EXIST },
		{ -EPIPE, TP_CLOSING },
		{ -ECONNRESET, TP_RESET },
		{ -ETIMEDOUT, TP_USER_TIMEOUT },
		{ -ECONNREFUSED, TP_REFUSED },
		{ -ENOBUFS, TP_RESOURCES },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_expect_eq(agent_upper_result(cases[i].err), cases[i].result, "%d", cases[i].err);
}
