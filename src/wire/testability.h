/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The messages of the AUTOSAR Testability Protocol (document 778), by which a
 * tester has the application above the TCP under test make calls: a codec that
 * knows neither sockets nor who speaks.  docs/testability.md has the protocol
 * as this program speaks it.
 *
 * A message is a header of 16 bytes and parameters, all numbers big-endian:
 *
 *	0  service id u16	 8  request id u32: copied to the response
 *	2  event bit, group 7	12  protocol version u8
 *	   bits, primitive u8	13  interface version u8
 *	4  length u32: of what	14  type u8
 *	   follows, from 8 on	15  result u8
 *
 * Which parameters a primitive has is data: one line of tp_primitives each, in
 * which a letter stands for a type.
 *
 *	b bool	1 uint8	 2 uint16  4 uint32  v vint8  a ipxaddr  t text
 */
#ifndef WIRE_TESTABILITY_H
#define WIRE_TESTABILITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TP_SERVICE 0x0105
#define TP_PORT 10000
#define TP_HEAD 16
#define TP_PARAMS 8 /* that a layout may have */

/* The longest message: SEND_DATA with 65535 bytes has 16 + 7 + 65535. */
#define TP_MESSAGE_MAX (TP_HEAD + 65536 + 64)

#define TP_GENERAL 0x00
#define TP_TCP 0x02
#define TP_PRIVATE 0x7f

enum tp_type {
	TP_REQUEST = 0x00,
	TP_EVENT = 0x02,
	TP_RESPONSE = 0x80,
};

enum tp_result {
	TP_OK = 0x00,
	TP_NOK = 0x01,
	/* Texts of RFC 9293 3.10 for TCP; not every implementation has them. */
	TP_REFUSED = 0xe2,
	TP_USER_TIMEOUT = 0xe3,
	TP_RESET = 0xe4,
	TP_NOT_EXIST = 0xe5,
	TP_CLOSING = 0xe6,
	TP_EXISTS = 0xe7,
	TP_RESOURCES = 0xe8,
	TP_IIF = 0xec, /* bad interface */
	TP_UBS = 0xed, /* cannot bind */
	TP_UCS = 0xee, /* cannot create */
	TP_ISD = 0xef, /* bad socket id */
	TP_INV = 0xfc, /* bad parameter */
	TP_ISB = 0xfd, /* buffer too small */
	TP_PEN = 0xfe, /* pending */
	TP_NTF = 0xff, /* primitive not found */
};

/* An IP address without port. */
struct tp_addr {
	uint8_t len; /* 4 or 16 */
	uint8_t ip[16];
};

/* All zero, which stands for any address. */
bool tp_addr_is_any(const struct tp_addr *a);

/* One parameter; which member counts says its letter. */
struct tp_value {
	uint32_t num;		   /* b 1 2 4 */
	struct {		   /* v t: inside the message that was read, without the */
		const uint8_t *at; /* marks of a text */
		uint16_t len;
	} bytes;
	struct tp_addr addr; /* a */
};

struct tp_message {
	uint16_t service;
	bool event; /* the event bit */
	uint8_t group, primitive;
	uint32_t request_id;
	uint8_t protocol, interface;
	uint8_t type;	/* enum tp_type, or what was sent instead */
	uint8_t result; /* enum tp_result, or what was sent instead */
	const uint8_t *params;
	size_t params_len;
};

enum tp_primitive_id {
	TP_GET_VERSION,
	TP_START_TEST,
	TP_END_TEST,
	TP_CLOSE_SOCKET,
	TP_CREATE_AND_BIND,
	TP_SEND_DATA,
	TP_RECEIVE_AND_FORWARD,
	TP_LISTEN_AND_ACCEPT,
	TP_CONNECT,
	TP_CONFIGURE_SOCKET,
	TP_SHUTDOWN,
	/* Of the private group */
	TP_SET_OPTION,
	TP_GET_OPTION,
	TP_RECEIVE_ONCE,
	TP_GET_PENDING_ERROR,
	TP_PAUSE_READING,
	TP_RESUME_READING,
	TP_GET_LOCAL_ADDRESS,
	TP_N_PRIMITIVES
};

struct tp_primitive {
	uint8_t group, primitive;
	const char *name;
	const char *request, *response; /* layouts */
	const char *event;		/* or NULL */
};

/* All primitives, by enum tp_primitive_id. */
extern const struct tp_primitive tp_primitives[TP_N_PRIMITIVES];

/* The primitive with these numbers; TP_N_PRIMITIVES if there is none. */
enum tp_primitive_id tp_primitive_find(uint8_t group, uint8_t primitive);

/*
 * Reads the message that @p starts with; m->params points into it.  Returns its
 * length; 0 if more bytes are needed; or -EBADMSG if its length is none that a
 * message can have, after which a stream cannot be read on.
 */
long tp_message_decode(struct tp_message *m, const uint8_t *p, size_t len);

/* Whether it is a request of this protocol, as opposed to any other message. */
bool tp_message_is_request(const struct tp_message *m);

/*
 * Writes header and parameters.  Returns the length of the message, or 0 if
 * @room is too small.  m->params may lie where the parameters go, at
 * @out + TP_HEAD.
 */
size_t tp_message_encode(const struct tp_message *m, uint8_t *out, size_t room);

/*
 * Reads parameters by @layout into @values, TP_PARAMS of them.  0, or -EINVAL
 * if they are cut short, more than that, or not of their type.
 */
int tp_params_decode(const char *layout, const uint8_t *p, size_t len,
		     struct tp_value *values);

/* Writes @values by @layout.  0 and the length in @len, or -ENOSPC. */
int tp_params_encode(const char *layout, const struct tp_value *values,
		     uint8_t *out, size_t room, size_t *len);

#endif
