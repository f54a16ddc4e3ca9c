/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target of the Testability Protocol: codec and upper tester, above a stack
 * in memory.  The input is a row of steps: a byte with its top bit clear starts
 * a message (how long it is, it says itself); with the bit set it is something
 * that the stack or the transport does to a socket, with one byte of detail.
 *
 * Besides not crashing: each request has one response, of its own method and
 * request id, which can be read again; parameters that can be read are written
 * as they were; nothing is left when the upper tester ends.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/fake_stack.h"

#define CHECK(condition)          \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct fake_stack stack;
static uint8_t out[TP_MESSAGE_MAX];

static void emit(void *requester, const uint8_t *event, size_t len)
{
	struct tp_value values[TP_PARAMS];
	struct tp_message m;
	enum tp_primitive_id id;

	CHECK(tp_message_decode(&m, event, len) == (long)len);
	CHECK(m.event && m.type == TP_EVENT);
	id = tp_primitive_find(m.group, m.primitive);
	CHECK(id < TP_N_PRIMITIVES && tp_primitives[id].event);
	CHECK(tp_params_decode(tp_primitives[id].event, m.params, m.params_len, values) == 0);
}

static void check_params(const struct tp_message *m, enum tp_primitive_id id)
{
	struct tp_value values[TP_PARAMS];
	size_t len;

	if (tp_params_decode(tp_primitives[id].request, m->params, m->params_len, values) < 0)
		return;
	CHECK(tp_params_encode(tp_primitives[id].request, values, out, sizeof(out), &len) == 0);
	CHECK(len == m->params_len && (!len || !memcmp(out, m->params, len)));
}

static void serve(struct agent_upper *u, const struct tp_message *m)
{
	enum tp_primitive_id id = tp_primitive_find(m->group, m->primitive);
	uint8_t response[AGENT_UPPER_REPLY_MAX];
	struct tp_value values[TP_PARAMS];
	struct tp_message back;
	size_t len;

	if (id < TP_N_PRIMITIVES)
		check_params(m, id);
	if (!tp_message_is_request(m))
		return;
	len = agent_upper_serve(u, m, response);
	CHECK(tp_message_decode(&back, response, len) == (long)len);
	CHECK(back.type == TP_RESPONSE && back.request_id == m->request_id);
	CHECK(back.group == m->group && back.primitive == m->primitive && !back.event);
	CHECK(id < TP_N_PRIMITIVES || back.result == TP_NTF);
	if (back.result != TP_OK)
		CHECK(!back.params_len);
	else
		CHECK(tp_params_decode(tp_primitives[id].response, back.params, back.params_len,
				       values) == 0);
}

/* Something happens to the socket that the detail chooses. */
static void happen(struct agent_upper *u, uint8_t what, uint8_t detail)
{
	struct fake_sock *s = &stack.socks[detail % FAKE_SOCKS];
	unsigned int events = what & 7;
	int *fail = &stack.fails[detail % FAKE_N_CALLS];

	if (what & 8)
		*fail = *fail ? 0 : -(int)(detail / 2 + 1);
	if (what & 16)
		stack.slow_connect = !stack.slow_connect;
	if (what & 32)
		agent_upper_hold(u, detail & 1);
	if (!s->open)
		return;
	if (what & 64) {
		s->rx_len = detail * 16u;
		s->waiting = detail & 3;
		s->eof = detail & 4;
		s->error = detail & 8 ? -ECONNREFUSED : 0;
		s->tx_len = 0;
		s->connecting = detail & 32;
		s->tx_room = detail & 16 ? 100 : FAKE_ROOM;
	}
	events &= s->watched | AGENT_STACK_BROKEN;
	if (s->watched && events)
		agent_upper_ready(s->owner, events);
}

static void play(struct agent_upper *u, const uint8_t *data, size_t size)
{
	while (size) {
		struct tp_message m;
		long n;

		if (data[0] & 0x80) {
			if (size < 2)
				return;
			happen(u, data[0], data[1]);
			n = 2;
		} else {
			n = tp_message_decode(&m, data, size);
			CHECK(n <= (long)size);
			if (n <= 0)
				return;
			serve(u, &m);
		}
		data += n;
		size -= (size_t)n;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct agent_upper_limits limits = { .sockets = 20, .queued = 200000 };
	struct agent_upper_config cfg = {
		.ops = &fake_ops, .stack = &stack, .limits = &limits, .emit = emit
	};
	struct agent_upper *u = agent_upper_new(&cfg);

	CHECK(u);
	stack.n_made = 0;
	stack.slow_connect = false;
	memset(stack.fails, 0, sizeof(stack.fails));
	for (size_t i = 0; i < FAKE_SOCKS; i++)
		stack.socks[i].open = false;
	play(u, data, size);
	agent_upper_free(u);
	CHECK(!fake_count_open(&stack) && !limits.n_sockets && !limits.n_queued);
	return 0;
}
