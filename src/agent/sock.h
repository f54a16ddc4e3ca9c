/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent's socket calls: addresses as a person writes them, and stream
 * sockets that never block.
 */
#ifndef AGENT_SOCK_H
#define AGENT_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* A local address to listen on, without a port. */
struct agent_addr {
	struct sockaddr_storage ss; /* sockaddr_in or sockaddr_in6 */
	socklen_t len;		    /* of what is used in ss */
};

/* Room for "[address%interface]:port" with its NUL. */
#define AGENT_ADDR_TEXT 80

/*
 * Reads a numeric IPv4 or IPv6 address, for IPv6 with "%interface" where it is
 * link-local.  The wildcard must be written in full, as 0.0.0.0 or ::, so that
 * nobody opens every interface by a slip.  Returns NULL, or one line saying
 * what is wrong with @text and what to write instead.
 */
const char *agent_addr_parse(struct agent_addr *a, const char *text);

bool agent_addr_equal(const struct agent_addr *a, const struct agent_addr *b);

/* Writes "127.0.0.1:7" or "[::1]:7" to @out, AGENT_ADDR_TEXT bytes. */
void agent_addr_format(const struct agent_addr *a, uint16_t port, char *out);

/*
 * A non-blocking socket that listens on @a and @port only (IPV6_V6ONLY), with
 * the deepest queue the system grants.  What it accepts sends without delay
 * (TCP_NODELAY), and with @short_queue keeps little unsent data in the kernel.
 * The file descriptor, or -errno.
 */
int agent_sock_listen(const struct agent_addr *a, uint16_t port,
		      bool short_queue);

/*
 * A non-blocking datagram socket bound to @a and @port only, which tells with
 * each datagram the address it was sent to.  The file descriptor, or -errno.
 */
int agent_sock_datagram(const struct agent_addr *a, uint16_t port);

/*
 * The next connection that waits at @listener, non-blocking.  Its descriptor,
 * or -EAGAIN if none waits, -EMFILE if there is no descriptor or memory for
 * it, -ECONNABORTED if it went away meanwhile, or another -errno.
 */
int agent_sock_accept(int listener);

/*
 * Has the acknowledgment that the system may still be holding back (RFC 9293
 * 3.8.6.3) sent now, in a segment of its own, where the system lets us.
 */
void agent_sock_ack_now(int fd);

/* Closes @fd with a reset (RFC 9293 3.10.5) and throws away what is unsent. */
void agent_sock_abort(int fd);

#endif
