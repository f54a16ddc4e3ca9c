/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of stack.h on plain sockets: see there for what each promises.
 */
#include "agent/stack_sockets.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/sock.h"
#include "agent/upper.h"

struct agent_stack_socket {
	struct agent_watch watch; /* first: the loop hands it back */
	struct agent_upper_socket *owner;
	bool ipv6;
	SLIST_ENTRY(agent_stack_socket)
	link;
};

/* Room for an address of either family. */
struct endpoint {
	struct sockaddr_storage ss;
	socklen_t len;
};

static int errno_of(int rc)
{
	return rc < 0 ? -errno : 0;
}

static int fd_of(const void *sock)
{
	return ((const struct agent_stack_socket *)sock)->watch.fd;
}

/* Addresses */

/* 0, or -ENODEV for a link-local address of no known interface. */
static int endpoint_make(struct endpoint *e, const struct agent_stack *stack,
			 const struct tp_addr *addr, uint16_t port)
{
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)&e->ss;
	struct sockaddr_in *sin = (struct sockaddr_in *)&e->ss;

	memset(e, 0, sizeof(*e));
	if (addr->len == 4) {
		e->len = sizeof(*sin);
		sin->sin_family = AF_INET;
		sin->sin_port = htons(port);
		memcpy(&sin->sin_addr, addr->ip, 4);
		return 0;
	}
	e->len = sizeof(*sin6);
	sin6->sin6_family = AF_INET6;
	sin6->sin6_port = htons(port);
	memcpy(&sin6->sin6_addr, addr->ip, 16);
	if (!IN6_IS_ADDR_LINKLOCAL(&sin6->sin6_addr))
		return 0;
	sin6->sin6_scope_id = stack->scope_id;
	return stack->scope_id ? 0 : -ENODEV;
}

static void endpoint_read(const struct endpoint *e, struct tp_addr *addr, uint16_t *port)
{
	const struct sockaddr_in6 *sin6 = (const void *)&e->ss;
	const struct sockaddr_in *sin = (const void *)&e->ss;

	if (e->ss.ss_family == AF_INET) {
		addr->len = 4;
		memcpy(addr->ip, &sin->sin_addr, 4);
		*port = ntohs(sin->sin_port);
	} else {
		addr->len = 16;
		memcpy(addr->ip, &sin6->sin6_addr, 16);
		*port = ntohs(sin6->sin6_port);
	}
}

/* Life and death */

static void socket_ready(struct agent_watch *w, unsigned int events)
{
	struct agent_stack_socket *s = (struct agent_stack_socket *)w;
	unsigned int told = 0;

	if (events & (AGENT_READABLE | AGENT_HANGUP))
		told |= AGENT_STACK_READABLE;
	if (events & AGENT_WRITABLE)
		told |= AGENT_STACK_WRITABLE;
	if (events & AGENT_BROKEN)
		told |= AGENT_STACK_BROKEN;
	agent_upper_ready(s->owner, told);
}

/* Takes @fd over, or closes it and returns NULL. */
static void *socket_new(int fd, struct agent_upper_socket *owner, bool ipv6)
{
	struct agent_stack_socket *s = calloc(1, sizeof(*s));

	if (!s) {
		agent_sock_abort(fd);
		return NULL;
	}
	s->watch.fd = fd;
	s->watch.armed = AGENT_UNARMED;
	s->watch.ready = socket_ready;
	s->owner = owner;
	s->ipv6 = ipv6;
	return s;
}

/* So that a port can be used again while old connections are in TIME-WAIT. */
static int configure_new(int fd, bool ipv6)
{
	int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	if (ipv6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
		return -errno;
	return 0;
}

static int stack_open(void *stack, struct agent_upper_socket *owner, bool ipv6, void **sock)
{
	int fd = socket(ipv6 ? AF_INET6 : AF_INET,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int rc;

	(void)stack;
	if (fd < 0)
		return -errno;
	rc = configure_new(fd, ipv6);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	*sock = socket_new(fd, owner, ipv6);
	return *sock ? 0 : -ENOMEM;
}

/*
 * Linux waits in close() for as long as SO_LINGER says even if the socket does
 * not block; without it the data are sent all the same.
 */
static void forget_linger(int fd)
{
	struct linger l = { 0 };
	socklen_t len = sizeof(l);

	if (getsockopt(fd, SOL_SOCKET, SO_LINGER, &l, &len) < 0 || !l.l_onoff || !l.l_linger)
		return;
	l.l_onoff = 0;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
}

static void stack_close(void *stack, void *sock, bool abort)
{
	struct agent_stack *st = stack;
	struct agent_stack_socket *s = sock;
	int fd = s->watch.fd;

	s->watch.fd = -1;
	if (abort) {
		agent_sock_abort(fd);
	} else {
		forget_linger(fd);
		close(fd);
	}
	SLIST_INSERT_HEAD(st->ended, s, link);
}

void agent_stack_bury(struct agent_stack_sockets *ended)
{
	struct agent_stack_socket *s;

	while ((s = SLIST_FIRST(ended))) {
		SLIST_REMOVE_HEAD(ended, link);
		free(s);
	}
}

static int stack_watch(void *stack, void *sock, unsigned int events)
{
	struct agent_stack *st = stack;
	struct agent_stack_socket *s = sock;

	if (!events) {
		agent_loop_forget(st->loop, &s->watch);
		return 0;
	}
	return agent_loop_watch(st->loop, &s->watch,
				(events & AGENT_STACK_READABLE ? AGENT_READABLE : 0u) |
					(events & AGENT_STACK_WRITABLE ? AGENT_WRITABLE : 0u));
}

/* Connections */

static int stack_bind(void *stack, void *sock, const struct tp_addr *addr, uint16_t port)
{
	struct endpoint e;
	int rc = endpoint_make(&e, stack, addr, port);

	if (rc < 0)
		return rc;
	return errno_of(bind(fd_of(sock), (struct sockaddr *)&e.ss, e.len));
}

static int stack_listen(void *stack, void *sock, unsigned int backlog)
{
	(void)stack;
	return errno_of(listen(fd_of(sock), (int)backlog));
}

static int stack_accept(void *stack, void *sock, struct agent_upper_socket *owner, void **conn,
			struct tp_addr *peer, uint16_t *port)
{
	const struct agent_stack_socket *s = sock;
	struct endpoint e = { .len = sizeof(e.ss) };
	int fd = accept4(s->watch.fd, (struct sockaddr *)&e.ss, &e.len,
			 SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)stack;
	if (fd < 0 && errno == ENFILE)
		return -EMFILE;
	if (fd < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	endpoint_read(&e, peer, port);
	*conn = socket_new(fd, owner, s->ipv6);
	return *conn ? 0 : -ENOMEM;
}

static int stack_connect(void *stack, void *sock, const struct tp_addr *addr, uint16_t port)
{
	struct endpoint e;
	int rc = endpoint_make(&e, stack, addr, port);

	if (rc < 0)
		return rc;
	return errno_of(connect(fd_of(sock), (struct sockaddr *)&e.ss, e.len));
}

static int stack_shutdown(void *stack, void *sock, enum agent_stack_half half)
{
	static const int how[] = { SHUT_RD, SHUT_WR, SHUT_RDWR };

	(void)stack;
	return errno_of(shutdown(fd_of(sock), how[half]));
}

static int stack_pending_error(void *stack, void *sock)
{
	int err = 0;
	socklen_t len = sizeof(err);

	(void)stack;
	if (getsockopt(fd_of(sock), SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		return -errno;
	return -err;
}

static int stack_local_address(void *stack, void *sock, struct tp_addr *addr, uint16_t *port)
{
	struct endpoint e = { .len = sizeof(e.ss) };

	(void)stack;
	if (getsockname(fd_of(sock), (struct sockaddr *)&e.ss, &e.len) < 0)
		return -errno;
	endpoint_read(&e, addr, port);
	return 0;
}

/* Data */

static long data_result(ssize_t n)
{
	if (n >= 0)
		return (long)n;
	return errno == EINTR || errno == EWOULDBLOCK ? -EAGAIN : -errno;
}

/* Linux pushes at the end of every call, so there is nothing to do for that. */
static long stack_send(void *stack, void *sock, const uint8_t *data, size_t len,
		       unsigned int flags)
{
	int oob = flags & AGENT_STACK_URGENT ? MSG_OOB : 0;

	(void)stack;
	return data_result(send(fd_of(sock), data, len, MSG_NOSIGNAL | oob));
}

static long stack_recv(void *stack, void *sock, uint8_t *data, size_t len)
{
	(void)stack;
	return data_result(recv(fd_of(sock), data, len, 0));
}

/* Options */

static int set_int(int fd, int level, int name, int value)
{
	return errno_of(setsockopt(fd, level, name, &value, sizeof(value)));
}

/* One whole timestamp option, RFC 791 3.1: type, its length, and the rest. */
static int set_ip_timestamp(const struct agent_stack_socket *s, const uint8_t *value, size_t len)
{
	if (s->ipv6 || len < 4 || value[0] != IPOPT_TS || value[1] != len)
		return -EINVAL;
	return errno_of(setsockopt(s->watch.fd, IPPROTO_IP, IP_OPTIONS, value, (socklen_t)len));
}

static int set_df(const struct agent_stack_socket *s, bool on)
{
	if (s->ipv6)
		return set_int(s->watch.fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER,
			       on ? IPV6_PMTUDISC_DO : IPV6_PMTUDISC_DONT);
	return set_int(s->watch.fd, IPPROTO_IP, IP_MTU_DISCOVER,
		       on ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT);
}

static int stack_configure(void *stack, void *sock, enum agent_stack_param param,
			   const uint8_t *value, size_t len)
{
	const struct agent_stack_socket *s = sock;
	int level = s->ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, fd = s->watch.fd;

	(void)stack;
	switch (param) {
	case AGENT_PARAM_TTL:
		return set_int(fd, level, s->ipv6 ? IPV6_UNICAST_HOPS : IP_TTL, value[0]);
	case AGENT_PARAM_PRIORITY:
		return set_int(fd, SOL_SOCKET, SO_PRIORITY, value[0]);
	case AGENT_PARAM_DF:
		return set_df(s, value[0]);
	case AGENT_PARAM_IP_TIMESTAMP:
		return set_ip_timestamp(s, value, len);
	case AGENT_PARAM_TOS:
		return set_int(fd, level, s->ipv6 ? IPV6_TCLASS : IP_TOS, value[0]);
	case AGENT_PARAM_MSS:
		return set_int(fd, IPPROTO_TCP, TCP_MAXSEG, value[0] << 8 | value[1]);
	case AGENT_PARAM_NAGLE:
		return set_int(fd, IPPROTO_TCP, TCP_NODELAY, !value[0]);
	default:
		return -EINVAL;
	}
}

/* Options that are one int, by enum agent_stack_option; level 0: not one. */
static const struct {
	int level, name;
} int_options[AGENT_N_OPTIONS] = {
	[AGENT_OPTION_RCVBUF] = { SOL_SOCKET, SO_RCVBUF },
	[AGENT_OPTION_SNDBUF] = { SOL_SOCKET, SO_SNDBUF },
#ifdef TCP_USER_TIMEOUT
	[AGENT_OPTION_USER_TIMEOUT] = { IPPROTO_TCP, TCP_USER_TIMEOUT },
#endif
	[AGENT_OPTION_NODELAY] = { IPPROTO_TCP, TCP_NODELAY },
	[AGENT_OPTION_KEEPALIVE] = { SOL_SOCKET, SO_KEEPALIVE },
	[AGENT_OPTION_KEEPIDLE] = { IPPROTO_TCP, TCP_KEEPIDLE },
	[AGENT_OPTION_KEEPINTVL] = { IPPROTO_TCP, TCP_KEEPINTVL },
	[AGENT_OPTION_KEEPCNT] = { IPPROTO_TCP, TCP_KEEPCNT },
	[AGENT_OPTION_OOBINLINE] = { SOL_SOCKET, SO_OOBINLINE },
};

static int set_linger(int fd, uint32_t value)
{
	struct linger l = { .l_onoff = value != AGENT_LINGER_OFF };

	if (l.l_onoff && value > UINT16_MAX)
		return -EINVAL;
	l.l_linger = l.l_onoff ? (int)value : 0;
	return errno_of(setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l)));
}

static int stack_set_option(void *stack, void *sock, enum agent_stack_option option,
			    uint32_t value)
{
	(void)stack;
	if (option == AGENT_OPTION_LINGER)
		return set_linger(fd_of(sock), value);
	if (!int_options[option].level || value > INT_MAX)
		return -EINVAL;
	return set_int(fd_of(sock), int_options[option].level, int_options[option].name,
		       (int)value);
}

static int get_linger(int fd, uint32_t *value)
{
	struct linger l = { 0 };
	socklen_t len = sizeof(l);

	if (getsockopt(fd, SOL_SOCKET, SO_LINGER, &l, &len) < 0)
		return -errno;
	*value = l.l_onoff ? (uint32_t)l.l_linger : AGENT_LINGER_OFF;
	return 0;
}

static int stack_get_option(void *stack, void *sock, enum agent_stack_option option,
			    uint32_t *value)
{
	int fd = fd_of(sock), n = 0, rc;
	socklen_t len = sizeof(n);

	(void)stack;
	if (option == AGENT_OPTION_LINGER)
		return get_linger(fd, value);
	if (option == AGENT_OPTION_AT_MARK)
		rc = ioctl(fd, SIOCATMARK, &n);
	else if (int_options[option].level)
		rc = getsockopt(fd, int_options[option].level, int_options[option].name, &n, &len);
	else
		return -EINVAL;
	*value = (uint32_t)n;
	return errno_of(rc);
}

const struct agent_stack_ops agent_stack_sockets_ops = {
	.open = stack_open,
	.bind = stack_bind,
	.listen = stack_listen,
	.accept = stack_accept,
	.connect = stack_connect,
	.send = stack_send,
	.recv = stack_recv,
	.shutdown = stack_shutdown,
	.close = stack_close,
	.configure = stack_configure,
	.set_option = stack_set_option,
	.get_option = stack_get_option,
	.pending_error = stack_pending_error,
	.local_address = stack_local_address,
	.watch = stack_watch,
};
