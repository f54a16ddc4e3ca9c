/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * App: what the tester asks of the target's application, and what it answers.
 *
 * The calls are those of RFC 9293 section 3.10 (OPEN, SEND, RECEIVE, CLOSE,
 * ABORT) as sockets have them, and what only sockets know: accepting, half a
 * CLOSE, options, the pending error.  Cases ask with `app:`; a link carries the
 * question to an upper tester and the answer back; the trace keeps both.
 *
 * Results and options are numbered as in the Testability Protocol (testability.h).
 */
#ifndef WIRE_APP_H
#define WIRE_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum app_call {
	APP_LISTEN,  /* passive OPEN (3.10.1) on the target's port */
	APP_ACCEPT,  /* takes the connection that was made to it */
	APP_CONNECT, /* active OPEN (3.10.1) to the tester's port */
	APP_SEND,    /* SEND (3.10.2) */
	APP_RECEIVE, /* RECEIVE (3.10.3): what is there, or comes in time */
	APP_SHUTDOWN,
	APP_CLOSE,  /* CLOSE (3.10.4) */
	APP_ABORT,  /* ABORT (3.10.5) */
	APP_PAUSE,  /* reads no more, so that the window closes */
	APP_RESUME, /* reads from now on, and forgets */
	APP_OPTION, /* sets an option, also before the connection is open */
	APP_ERROR,  /* what the user was signalled: "connection reset" */
	APP_N_CALLS
};

struct app_call_info {
	const char *name;  /* "connect" */
	const char *about; /* one line for the manual */
};
extern const struct app_call_info app_calls[APP_N_CALLS];

/* What a call answered: enum tp_result of testability.h by name. */
struct app_result_info {
	uint8_t result;
	const char *name; /* "refused" */
	const char *what; /* "the connection was refused" */
};
extern const struct app_result_info app_results[];
extern const size_t app_n_results;

/* The row of @result, or NULL if no such result has a name. */
const struct app_result_info *app_result_find(uint8_t result);

/* Options of a socket that a case may set. */
struct app_option_info {
	const char *name;  /* "user-timeout" */
	uint8_t id;	   /* option of the private group, or parameter */
	uint8_t size;	   /* parameter: octets of its value; option: 0 */
	const char *about; /* with its unit */
};
extern const struct app_option_info app_options[];
extern const size_t app_n_options;

enum app_shutdown {
	APP_SHUTDOWN_READ,
	APP_SHUTDOWN_WRITE,
	APP_SHUTDOWN_BOTH
};

/* Octets that one RECEIVE may wait for: a trace keeps what comes. */
#define APP_RECEIVE_MAX 4096

/*
 * One call.  The connection that it is about is known by its ports; the socket,
 * and how many messages it takes, is the link's affair.
 */
struct app_request {
	enum app_call call;
	uint8_t family;
	uint16_t tester_port, target_port;
	bool of_listener; /* CLOSE, ABORT, OPTION: the listener, not a connection */
	enum app_shutdown how;
	uint8_t option;	     /* OPTION: index of app_options */
	uint32_t value;	     /* OPTION */
	bool urgent, push;   /* SEND: its last octet is urgent; PSH is asked for */
	const uint8_t *data; /* SEND; valid during the call */
	uint32_t data_len;
	uint32_t bytes;	  /* RECEIVE: so many are wanted, at least 1 */
	uint8_t wanted;	  /* ERROR: the result that is waited for */
	int64_t until_ns; /* ACCEPT, RECEIVE, ERROR: until then wait for it */
};

struct app_reply {
	uint8_t family;
	uint16_t tester_port; /* whose request */
	enum app_call call;
	int64_t ts_ns;	     /* when the answer came, by the link's clock */
	uint8_t result;	     /* enum tp_result */
	uint8_t missing;     /* TP_NTF: enum tp_primitive_id of what is not there */
	const uint8_t *data; /* RECEIVE; valid during the callback only */
	uint32_t data_len;
};

#endif
