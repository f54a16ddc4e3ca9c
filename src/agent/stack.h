/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the upper tester (upper.h) needs of a TCP stack: stream sockets that
 * never block.  To port it to another stack write these functions, and call
 * agent_upper_ready() when what was asked for by watch() holds.
 *
 * A socket is what the stack makes of it.  Functions that return int or long
 * give -errno for trouble; what upper.c tells apart is listed there in
 * result_of().
 */
#ifndef AGENT_STACK_H
#define AGENT_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/testability.h"

struct agent_upper_socket;

/* What can be waited for, and what is reported. */
enum agent_stack_event {
	AGENT_STACK_READABLE = 1, /* data, end of stream, a new connection */
	AGENT_STACK_WRITABLE = 2, /* room to send; connected, or it failed */
	AGENT_STACK_BROKEN = 4,	  /* reported only: reading says why */
};

/* For send(). */
enum agent_stack_flag {
	AGENT_STACK_URGENT = 1, /* the last byte is the last urgent one */
	AGENT_STACK_PUSH = 2,	/* of use to a stack that does not always push */
};

/* SHUTDOWN's typeId. */
enum agent_stack_half {
	AGENT_STACK_READ = 0,
	AGENT_STACK_WRITE = 1,
	AGENT_STACK_BOTH = 2,
};

/* paramId of CONFIGURE_SOCKET. */
enum agent_stack_param {
	AGENT_PARAM_TTL,
	AGENT_PARAM_PRIORITY,
	AGENT_PARAM_DF,
	AGENT_PARAM_IP_TIMESTAMP,
	AGENT_PARAM_TOS,
	AGENT_PARAM_MSS,
	AGENT_PARAM_NAGLE,
	AGENT_PARAM_UDP_CHECKSUM,
	AGENT_N_PARAMS
};

/* optionId of SET_OPTION and GET_OPTION, our private group. */
enum agent_stack_option {
	AGENT_OPTION_RCVBUF = 1,   /* bytes */
	AGENT_OPTION_SNDBUF,	   /* bytes */
	AGENT_OPTION_LINGER,	   /* seconds, AGENT_LINGER_OFF */
	AGENT_OPTION_USER_TIMEOUT, /* ms, 0: the system's own */
	AGENT_OPTION_NODELAY,
	AGENT_OPTION_KEEPALIVE,
	AGENT_OPTION_KEEPIDLE,	/* seconds */
	AGENT_OPTION_KEEPINTVL, /* seconds */
	AGENT_OPTION_KEEPCNT,
	AGENT_OPTION_OOBINLINE,
	AGENT_OPTION_AT_MARK, /* only to be read: next byte is urgent */
	AGENT_N_OPTIONS
};

#define AGENT_LINGER_OFF UINT32_MAX

struct agent_stack_ops {
	/*
	 * A new socket for IPv4 or IPv6 in @sock, which reports to @owner.  0,
	 * or -errno.
	 */
	int (*open)(void *stack, struct agent_upper_socket *owner, bool ipv6, void **sock);

	/* Binds to address (may be any) and port (0: any). */
	int (*bind)(void *stack, void *sock, const struct tp_addr *addr, uint16_t port);

	/* Listens; @backlog connections may wait.  May be called again. */
	int (*listen)(void *stack, void *sock, unsigned int backlog);

	/*
	 * The next connection that waits, which reports to @owner, and its
	 * peer.  0, -EAGAIN if none waits, or -errno.
	 */
	int (*accept)(void *stack, void *sock, struct agent_upper_socket *owner,
		      void **conn, struct tp_addr *peer, uint16_t *port);

	/* 0 once connected; -EINPROGRESS if that will be seen; or -errno. */
	int (*connect)(void *stack, void *sock, const struct tp_addr *addr, uint16_t port);

	/* Bytes taken; -EAGAIN without room or connection so far; or -errno. */
	long (*send)(void *stack, void *sock, const uint8_t *data, size_t len,
		     unsigned int flags);

	/* Bytes read; 0 at the end; -EAGAIN if there is nothing; or -errno. */
	long (*recv)(void *stack, void *sock, uint8_t *data, size_t len);

	int (*shutdown)(void *stack, void *sock, enum agent_stack_half half);

	/* Closes, with a reset if @abort; the socket is gone.  Never waits. */
	void (*close)(void *stack, void *sock, bool abort);

	/* The length of @value was checked; -EINVAL if it makes no sense. */
	int (*configure)(void *stack, void *sock, enum agent_stack_param param,
			 const uint8_t *value, size_t len);

	/* -EINVAL for an option that the stack has not. */
	int (*set_option)(void *stack, void *sock, enum agent_stack_option option,
			  uint32_t value);
	int (*get_option)(void *stack, void *sock, enum agent_stack_option option,
			  uint32_t *value);

	/* The error that waits to be asked for, which clears it; as -errno. */
	int (*pending_error)(void *stack, void *sock);

	int (*local_address)(void *stack, void *sock, struct tp_addr *addr, uint16_t *port);

	/* Reports these events from now on, and nothing at all with 0. */
	int (*watch)(void *stack, void *sock, unsigned int events);
};

#endif
