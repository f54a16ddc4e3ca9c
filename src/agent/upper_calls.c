/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The primitives, one handler each, and the table of them: see upper_priv.h.
 */
#include "agent/upper_priv.h"

#include <errno.h>

#define VERSION_MAJOR 1
#define VERSION_MINOR 2
#define VERSION_PATCH 0

#define PORT_ANY 0xffff

/* flags of SEND_DATA, as they stand in a TCP header. */
#define FLAG_PSH 0x08
#define FLAG_URG 0x20

/* flags of RECEIVE_ONCE. */
#define FLAG_END 0x01

#define MSS_MIN 500
#define MSS_MAX 1460

/* The longest option that an IP header may have. */
#define IP_OPTION_MAX 40

/* Reads in a row that drop what came before RECEIVE_AND_FORWARD. */
#define DROP_READS 64
#define DROP_CHUNK 16384

/* GENERAL */

static enum tp_result do_get_version(struct upper_call *c)
{
	c->out[0].num = VERSION_MAJOR;
	c->out[1].num = VERSION_MINOR;
	c->out[2].num = VERSION_PATCH;
	return TP_OK;
}

static enum tp_result do_start_test(struct upper_call *c)
{
	(void)c;
	return TP_OK;
}

static enum tp_result do_end_test(struct upper_call *c)
{
	upper_close_all(c->u);
	return TP_OK;
}

/* TCP */

static enum tp_result do_close(struct upper_call *c)
{
	bool abort = c->in[1].num;

	/*
	 * A connection that we have not heard of yet has its data sent; without
	 * one they are dropped: RFC 9293 3.10.4, SYN-SENT.
	 */
	if (!abort && c->s->state == UPPER_CONNECTING && !STAILQ_EMPTY(&c->s->queue))
		upper_queue_flush(c->s);
	if (!abort && c->s->state == UPPER_CONNECTED && !STAILQ_EMPTY(&c->s->queue)) {
		c->s->leaving = true;
		upper_rearm(c->s);
		return TP_OK;
	}
	upper_socket_close(c->s, abort);
	upper_feed_starved(c->u);
	return TP_OK;
}

static int bind_new(struct upper_call *c, struct agent_upper_socket *s)
{
	uint16_t port = (uint16_t)c->in[1].num;

	if (!c->in[0].num)
		return 0;
	return c->ops->bind(c->stack, s->sock, &c->in[2].addr, port == PORT_ANY ? 0 : port);
}

static enum tp_result do_create_and_bind(struct upper_call *c)
{
	struct agent_upper_socket *s;
	int rc;

	if (c->in[0].num && !c->in[1].num)
		return TP_INV;
	s = upper_socket_new(c->u, UPPER_FRESH);
	if (!s)
		return TP_UCS;
	s->ipv6 = c->in[2].addr.len == 16;
	if (c->ops->open(c->stack, s, s->ipv6, &s->sock) < 0) {
		upper_socket_free(s);
		return TP_UCS;
	}
	rc = bind_new(c, s);
	if (rc < 0) {
		upper_socket_close(s, true);
		return rc == -ENODEV ? TP_IIF : TP_UBS;
	}
	c->out[0].num = s->id;
	return TP_OK;
}

/* Whether the socket has a connection, or will have; else why not. */
static enum tp_result check_connection(struct agent_upper_socket *s)
{
	if (s->state == UPPER_CONNECTED || s->state == UPPER_CONNECTING)
		return TP_OK;
	return s->state == UPPER_BROKEN && s->error ? agent_upper_result(s->error) : TP_NOT_EXIST;
}

/* In SYN-SENT data are queued: RFC 9293 3.10.2. */
static enum tp_result do_send_data(struct upper_call *c)
{
	enum tp_result result = check_connection(c->s);
	uint32_t flags = c->in[2].num;

	if (flags & ~(uint32_t)(FLAG_PSH | FLAG_URG))
		return TP_INV;
	if (!c->in[3].bytes.len && c->in[1].num)
		return TP_INV;
	if (result != TP_OK)
		return result;
	if (c->s->fin)
		return TP_CLOSING;
	if (!c->in[3].bytes.len)
		return TP_OK;
	result = upper_queue_data(c->s, &c->in[3], c->in[1].num,
				  (flags & FLAG_URG ? AGENT_STACK_URGENT : 0u) |
					  (flags & FLAG_PSH ? AGENT_STACK_PUSH : 0u));
	if (result == TP_OK && c->s->state == UPPER_CONNECTED)
		result = agent_upper_result(upper_queue_flush(c->s));
	upper_rearm(c->s);
	return result;
}

/* Reads and drops what is there; how much, as far as dropCnt can say it. */
static uint16_t drop_received(struct upper_call *c)
{
	uint8_t chunk[DROP_CHUNK];
	size_t dropped = 0;

	for (int i = 0; i < DROP_READS; i++) {
		long n = c->ops->recv(c->stack, c->s->sock, chunk, sizeof(chunk));

		/* The end and trouble are found again by whoever reads next. */
		if (n <= 0) {
			if (n < 0 && n != -EAGAIN)
				upper_socket_fail(c->s, (int)n);
			break;
		}
		dropped += (size_t)n;
	}
	return dropped < UINT16_MAX ? (uint16_t)dropped : UINT16_MAX;
}

static enum tp_result do_receive_and_forward(struct upper_call *c)
{
	struct agent_upper_socket *s = c->s;
	enum tp_result result = check_connection(s);

	if (result != TP_OK)
		return result;
	if (s->state == UPPER_CONNECTED && !s->paused)
		c->out[0].num = drop_received(c);
	s->max_fwd = (uint16_t)c->in[1].num;
	s->max_len = (uint16_t)c->in[2].num;
	s->forwarded = 0;
	s->forwarding = s->max_len && s->state != UPPER_BROKEN;
	upper_rearm(s);
	return check_connection(s);
}

static enum tp_result do_listen_and_accept(struct upper_call *c)
{
	struct agent_upper_socket *s = c->s;
	int rc;

	if (s->state != UPPER_FRESH && s->state != UPPER_LISTENING)
		return TP_EXISTS;
	rc = c->ops->listen(c->stack, s->sock, c->in[1].num);
	if (rc < 0)
		return agent_upper_result(rc);
	s->state = UPPER_LISTENING;
	s->accepts_left = (uint16_t)c->in[1].num;
	upper_rearm(s);
	return TP_OK;
}

static enum tp_result do_connect(struct upper_call *c)
{
	const struct tp_addr *addr = &c->in[2].addr;
	struct agent_upper_socket *s = c->s;
	int rc;

	if ((addr->len == 16) != s->ipv6 || tp_addr_is_any(addr) || !c->in[1].num)
		return TP_INV;
	if (s->state != UPPER_FRESH)
		return TP_EXISTS;
	rc = c->ops->connect(c->stack, s->sock, addr, (uint16_t)c->in[1].num);
	if (rc < 0 && rc != -EINPROGRESS)
		return agent_upper_result(rc);
	s->state = rc == 0 ? UPPER_CONNECTED : UPPER_CONNECTING;
	upper_rearm(s);
	return TP_OK;
}

static enum tp_result do_configure_socket(struct upper_call *c)
{
	/* Bytes that a value has; 0: as many as an IP option may have. */
	static const uint8_t lengths[AGENT_N_PARAMS] = { 1, 1, 1, 0, 1, 2, 1, 1 };
	uint32_t param = c->in[1].num;
	const uint8_t *value = c->in[2].bytes.at;
	size_t len = c->in[2].bytes.len;

	if (param >= AGENT_N_PARAMS || !len || len > IP_OPTION_MAX ||
	    (lengths[param] && len != lengths[param]))
		return TP_INV;
	if ((param == AGENT_PARAM_NAGLE || param == AGENT_PARAM_DF) && value[0] > 1)
		return TP_INV;
	if (param == AGENT_PARAM_MSS) {
		unsigned int mss = (unsigned int)value[0] << 8 | value[1];

		if (mss < MSS_MIN || mss > MSS_MAX)
			return TP_INV;
	}
	return agent_upper_result(c->ops->configure(c->stack, c->s->sock,
						    (enum agent_stack_param)param, value, len));
}

static enum tp_result do_shutdown(struct upper_call *c)
{
	enum tp_result result = check_connection(c->s);
	enum agent_stack_half half = (enum agent_stack_half)c->in[1].num;
	int rc = 0;

	if (c->in[1].num > AGENT_STACK_BOTH)
		return TP_INV;
	if (result != TP_OK)
		return result;
	/* The FIN goes after the data: RFC 9293 3.10.4. */
	if (half != AGENT_STACK_READ && !STAILQ_EMPTY(&c->s->queue)) {
		c->s->fin = c->s->fin_due = true;
		if (half == AGENT_STACK_WRITE)
			return TP_OK;
		half = AGENT_STACK_READ;
	}
	rc = c->ops->shutdown(c->stack, c->s->sock, half);
	if (rc == 0 && half != AGENT_STACK_READ)
		c->s->fin = true;
	return agent_upper_result(rc);
}

/* The private group */

static enum tp_result do_set_option(struct upper_call *c)
{
	uint32_t option = c->in[1].num;

	if (!option || option >= AGENT_N_OPTIONS || option == AGENT_OPTION_AT_MARK)
		return TP_INV;
	return agent_upper_result(c->ops->set_option(
		c->stack, c->s->sock, (enum agent_stack_option)option, c->in[2].num));
}

static enum tp_result do_get_option(struct upper_call *c)
{
	uint32_t option = c->in[1].num;

	if (!option || option >= AGENT_N_OPTIONS)
		return TP_INV;
	return agent_upper_result(c->ops->get_option(
		c->stack, c->s->sock, (enum agent_stack_option)option, &c->out[0].num));
}

static enum tp_result do_receive_once(struct upper_call *c)
{
	enum tp_result result = check_connection(c->s);
	size_t room = c->in[1].num;
	long n;

	if (!room)
		return TP_INV;
	if (result != TP_OK)
		return result;
	if (room > AGENT_UPPER_CHUNK)
		room = AGENT_UPPER_CHUNK;
	if (c->s->state == UPPER_CONNECTING)
		return TP_PEN;
	n = c->ops->recv(c->stack, c->s->sock, c->bytes, room);
	if (n < 0 && n != -EAGAIN) {
		upper_socket_fail(c->s, (int)n);
		upper_rearm(c->s);
	}
	if (n < 0)
		return agent_upper_result((int)n);
	c->out[0].num = n == 0 ? FLAG_END : 0;
	c->out[1].bytes.at = c->bytes;
	c->out[1].bytes.len = (uint16_t)n;
	return TP_OK;
}

static enum tp_result do_get_pending_error(struct upper_call *c)
{
	struct agent_upper_socket *s = c->s;
	int err = s->error;

	if (!err)
		err = c->ops->pending_error(c->stack, s->sock);
	if (!err && s->state == UPPER_CONNECTING)
		return TP_PEN;
	if (err < 0) {
		upper_socket_fail(s, err);
		upper_rearm(s);
	}
	s->error = 0;
	c->out[0].num = agent_upper_result(err);
	c->out[1].num = (uint32_t)-err;
	return TP_OK;
}

static enum tp_result set_paused(struct agent_upper_socket *s, bool paused)
{
	enum tp_result result = check_connection(s);

	if (result != TP_OK)
		return result;
	s->paused = paused;
	upper_rearm(s);
	return TP_OK;
}

static enum tp_result do_pause_reading(struct upper_call *c)
{
	return set_paused(c->s, true);
}

static enum tp_result do_resume_reading(struct upper_call *c)
{
	return set_paused(c->s, false);
}

static enum tp_result do_get_local_address(struct upper_call *c)
{
	uint16_t port = 0;
	int rc = c->ops->local_address(c->stack, c->s->sock, &c->out[1].addr, &port);

	c->out[0].num = port;
	return agent_upper_result(rc);
}

/* Dispatch */

const struct upper_handler upper_handlers[TP_N_PRIMITIVES] = {
	[TP_GET_VERSION] = { do_get_version, .any_params = true },
	[TP_START_TEST] = { do_start_test, .any_params = true },
	[TP_END_TEST] = { do_end_test, .any_params = true },
	[TP_CLOSE_SOCKET] = { do_close, .on_socket = true },
	[TP_CREATE_AND_BIND] = { do_create_and_bind },
	[TP_SEND_DATA] = { do_send_data, .on_socket = true },
	[TP_RECEIVE_AND_FORWARD] = { do_receive_and_forward, .on_socket = true },
	[TP_LISTEN_AND_ACCEPT] = { do_listen_and_accept, .on_socket = true },
	[TP_CONNECT] = { do_connect, .on_socket = true },
	[TP_CONFIGURE_SOCKET] = { do_configure_socket, .on_socket = true },
	[TP_SHUTDOWN] = { do_shutdown, .on_socket = true },
	[TP_SET_OPTION] = { do_set_option, .on_socket = true },
	[TP_GET_OPTION] = { do_get_option, .on_socket = true },
	[TP_RECEIVE_ONCE] = { do_receive_once, .on_socket = true },
	[TP_GET_PENDING_ERROR] = { do_get_pending_error, .on_socket = true },
	[TP_PAUSE_READING] = { do_pause_reading, .on_socket = true },
	[TP_RESUME_READING] = { do_resume_reading, .on_socket = true },
	[TP_GET_LOCAL_ADDRESS] = { do_get_local_address, .on_socket = true },
};
