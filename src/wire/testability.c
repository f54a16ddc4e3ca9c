/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of the Testability Protocol: see testability.h.  Reading and writing
 * go through cursors with a sticky error, so no length is checked twice and
 * none is forgotten.
 */
#include "wire/testability.h"

#include <errno.h>
#include <string.h>

const struct tp_primitive tp_primitives[TP_N_PRIMITIVES] = {
	[TP_GET_VERSION] = { TP_GENERAL, 0x01, "GET_VERSION", "", "222", NULL },
	[TP_START_TEST] = { TP_GENERAL, 0x02, "START_TEST", "", "", NULL },
	[TP_END_TEST] = { TP_GENERAL, 0x03, "END_TEST", "2t", "", NULL },
	[TP_CLOSE_SOCKET] = { TP_TCP, 0x00, "CLOSE_SOCKET", "2b", "", NULL },
	[TP_CREATE_AND_BIND] = { TP_TCP, 0x01, "CREATE_AND_BIND", "b2a", "2", NULL },
	[TP_SEND_DATA] = { TP_TCP, 0x02, "SEND_DATA", "221v", "", NULL },
	[TP_RECEIVE_AND_FORWARD] = { TP_TCP, 0x03, "RECEIVE_AND_FORWARD", "222", "2", "2v" },
	[TP_LISTEN_AND_ACCEPT] = { TP_TCP, 0x04, "LISTEN_AND_ACCEPT", "22", "", "222a" },
	[TP_CONNECT] = { TP_TCP, 0x05, "CONNECT", "22a", "", NULL },
	[TP_CONFIGURE_SOCKET] = { TP_TCP, 0x06, "CONFIGURE_SOCKET", "22v", "", NULL },
	[TP_SHUTDOWN] = { TP_TCP, 0x07, "SHUTDOWN", "21", "", NULL },
	[TP_SET_OPTION] = { TP_PRIVATE, 0x00, "SET_OPTION", "224", "", NULL },
	[TP_GET_OPTION] = { TP_PRIVATE, 0x01, "GET_OPTION", "22", "4", NULL },
	[TP_RECEIVE_ONCE] = { TP_PRIVATE, 0x02, "RECEIVE_ONCE", "22", "1v", NULL },
	[TP_GET_PENDING_ERROR] = { TP_PRIVATE, 0x03, "GET_PENDING_ERROR", "2", "14", NULL },
	[TP_PAUSE_READING] = { TP_PRIVATE, 0x04, "PAUSE_READING", "2", "", NULL },
	[TP_RESUME_READING] = { TP_PRIVATE, 0x05, "RESUME_READING", "2", "", NULL },
	[TP_GET_LOCAL_ADDRESS] = { TP_PRIVATE, 0x06, "GET_LOCAL_ADDRESS", "2", "2a", NULL },
};

/* What stands around a text. */
static const uint8_t text_start[] = { 0xef, 0xbb, 0xbf };

enum tp_primitive_id tp_primitive_find(uint8_t group, uint8_t primitive)
{
	unsigned int i;

	for (i = 0; i < TP_N_PRIMITIVES; i++)
		if (tp_primitives[i].group == group &&
		    tp_primitives[i].primitive == primitive)
			break;
	return (enum tp_primitive_id)i;
}

bool tp_addr_is_any(const struct tp_addr *a)
{
	for (unsigned int i = 0; i < a->len; i++)
		if (a->ip[i])
			return false;
	return true;
}

/* Reading */

struct reader {
	const uint8_t *p;
	size_t left;
	bool bad;
};

/* The next @n bytes, or NULL if there are not so many. */
static const uint8_t *take(struct reader *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->bad || n > r->left) {
		r->bad = true;
		return NULL;
	}
	r->p += n;
	r->left -= n;
	return p;
}

static uint32_t take_number(struct reader *r, size_t size)
{
	const uint8_t *p = take(r, size);
	uint32_t value = 0;

	for (size_t i = 0; p && i < size; i++)
		value = value << 8 | p[i];
	return value;
}

static void take_bytes(struct reader *r, struct tp_value *v)
{
	size_t len = take_number(r, 2);

	v->bytes.at = take(r, len);
	v->bytes.len = v->bytes.at ? (uint16_t)len : 0;
}

static void take_addr(struct reader *r, struct tp_value *v)
{
	take_bytes(r, v);
	if (v->bytes.len != 4 && v->bytes.len != 16) {
		r->bad = true;
		return;
	}
	v->addr.len = (uint8_t)v->bytes.len;
	memcpy(v->addr.ip, v->bytes.at, v->bytes.len);
}

/* A text is its mark, UTF-8 and NUL; what is left of it is the UTF-8. */
static void take_text(struct reader *r, struct tp_value *v)
{
	uint16_t len;

	take_bytes(r, v);
	len = v->bytes.len;
	if (!len)
		return;
	if (len <= sizeof(text_start) || v->bytes.at[len - 1] ||
	    memcmp(v->bytes.at, text_start, sizeof(text_start)) != 0) {
		r->bad = true;
		return;
	}
	v->bytes.at += sizeof(text_start);
	v->bytes.len = (uint16_t)(len - sizeof(text_start) - 1);
}

static void take_value(struct reader *r, char letter, struct tp_value *v)
{
	switch (letter) {
	case 'v':
		take_bytes(r, v);
		break;
	case 'a':
		take_addr(r, v);
		break;
	case 't':
		take_text(r, v);
		break;
	case 'b':
		v->num = take_number(r, 1);
		r->bad |= v->num > 1;
		break;
	default:
		v->num = take_number(r, (size_t)(letter - '0'));
	}
}

int tp_params_decode(const char *layout, const uint8_t *p, size_t len,
		     struct tp_value *values)
{
	struct reader r = { .p = p, .left = len };

	memset(values, 0, TP_PARAMS * sizeof(*values));
	for (; *layout; layout++)
		take_value(&r, *layout, values++);
	return r.bad || r.left ? -EINVAL : 0;
}

long tp_message_decode(struct tp_message *m, const uint8_t *p, size_t len)
{
	struct reader r = { .p = p, .left = len };
	uint32_t method, length;

	if (len < TP_HEAD)
		return 0;
	m->service = (uint16_t)take_number(&r, 2);
	method = take_number(&r, 2);
	m->event = method >> 15;
	m->group = method >> 8 & 0x7f;
	m->primitive = method & 0xff;
	length = take_number(&r, 4);
	m->request_id = take_number(&r, 4);
	m->protocol = (uint8_t)take_number(&r, 1);
	m->interface = (uint8_t)take_number(&r, 1);
	m->type = (uint8_t)take_number(&r, 1);
	m->result = (uint8_t)take_number(&r, 1);
	if (length < 8 || length > TP_MESSAGE_MAX - 8)
		return -EBADMSG;
	m->params_len = length - 8;
	m->params = take(&r, m->params_len);
	return m->params ? (long)(TP_HEAD + m->params_len) : 0;
}

bool tp_message_is_request(const struct tp_message *m)
{
	return m->service == TP_SERVICE && !m->event && m->type == TP_REQUEST &&
		m->protocol == 1 && m->interface == 1;
}

/* Writing */

struct writer {
	uint8_t *p;
	size_t left;
	bool bad;
};

static void put_raw(struct writer *w, const uint8_t *p, size_t n)
{
	if (w->bad || n > w->left) {
		w->bad = true;
		return;
	}
	if (n)
		memmove(w->p, p, n);
	w->p += n;
	w->left -= n;
}

static void put_number(struct writer *w, uint32_t value, size_t size)
{
	uint8_t bytes[4];

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> 8 * (size - 1 - i));
	put_raw(w, bytes, size);
}

static void put_bytes(struct writer *w, const uint8_t *p, size_t len)
{
	put_number(w, (uint32_t)len, 2);
	put_raw(w, p, len);
}

static void put_text(struct writer *w, const struct tp_value *v)
{
	if (!v->bytes.len) {
		put_number(w, 0, 2);
		return;
	}
	w->bad |= v->bytes.len > UINT16_MAX - sizeof(text_start) - 1;
	put_number(w, (uint32_t)(v->bytes.len + sizeof(text_start) + 1), 2);
	put_raw(w, text_start, sizeof(text_start));
	put_raw(w, v->bytes.at, v->bytes.len);
	put_number(w, 0, 1);
}

static void put_value(struct writer *w, char letter, const struct tp_value *v)
{
	switch (letter) {
	case 'v':
		put_bytes(w, v->bytes.at, v->bytes.len);
		break;
	case 'a':
		put_bytes(w, v->addr.ip, v->addr.len);
		break;
	case 't':
		put_text(w, v);
		break;
	case 'b':
		put_number(w, v->num != 0, 1);
		break;
	default:
		put_number(w, v->num, (size_t)(letter - '0'));
	}
}

int tp_params_encode(const char *layout, const struct tp_value *values,
		     uint8_t *out, size_t room, size_t *len)
{
	struct writer w = { .p = out, .left = room };

	for (; *layout; layout++)
		put_value(&w, *layout, values++);
	*len = room - w.left;
	return w.bad ? -ENOSPC : 0;
}

size_t tp_message_encode(const struct tp_message *m, uint8_t *out, size_t room)
{
	struct writer w = { .p = out, .left = room };
	uint32_t method = (uint32_t)m->event << 15 |
		(uint32_t)(m->group & 0x7f) << 8 | m->primitive;

	put_number(&w, m->service, 2);
	put_number(&w, method, 2);
	put_number(&w, (uint32_t)(8 + m->params_len), 4);
	put_number(&w, m->request_id, 4);
	put_number(&w, m->protocol, 1);
	put_number(&w, m->interface, 1);
	put_number(&w, m->type, 1);
	put_number(&w, m->result, 1);
	put_raw(&w, m->params, m->params_len);
	return w.bad ? 0 : room - w.left;
}
