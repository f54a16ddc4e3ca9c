/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses and stream sockets of the agent: see sock.h.
 */
#include "agent/sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The system shortens this to net.core.somaxconn. */
#define BACKLOG 4096

/*
 * What a service that always has more to say may leave in the kernel, so that
 * its FIN is not stuck behind megabytes when the peer has closed: some initial
 * windows (RFC 6928) in all, little of it unsent.  Linux doubles the first.
 */
#define SHORT_QUEUE 32768
#define SHORT_UNSENT 8192

/* Splits "fe80::1%eth0" and looks the interface up. */
static const char *parse_scope(const char *scope, uint32_t *id)
{
	*id = if_nametoindex(scope);
	return *id ? NULL : "there is no such interface after '%'";
}

static const char *parse_ipv6(struct sockaddr_in6 *sin6, const char *text)
{
	const char *percent = strchr(text, '%');
	size_t len = percent ? (size_t)(percent - text) : strlen(text);
	char host[INET6_ADDRSTRLEN] = "";

	if (len >= sizeof(host))
		return "not an IPv4 or IPv6 address";
	memcpy(host, text, len);
	sin6->sin6_family = AF_INET6;
	if (inet_pton(AF_INET6, host, &sin6->sin6_addr) != 1)
		return "not a numeric IPv4 or IPv6 address";
	if (IN6_IS_ADDR_V4MAPPED(&sin6->sin6_addr))
		return "an IPv4 address in IPv6 clothes: "
		       "write the IPv4 address itself";
	if (IN6_IS_ADDR_MULTICAST(&sin6->sin6_addr))
		return "a multicast address cannot carry TCP";
	if (IN6_IS_ADDR_UNSPECIFIED(&sin6->sin6_addr) && strcmp(text, "::"))
		return "this means every address of the machine: "
		       "if that is wanted, write ::";
	if (percent)
		return parse_scope(percent + 1, &sin6->sin6_scope_id);
	if (IN6_IS_ADDR_LINKLOCAL(&sin6->sin6_addr))
		return "a link-local address needs its interface: "
		       "write it as fe80::1%eth0";
	return NULL;
}

static const char *check_ipv4(const struct sockaddr_in *sin)
{
	uint32_t host = ntohl(sin->sin_addr.s_addr);

	if (IN_MULTICAST(host) || host == INADDR_BROADCAST)
		return "a multicast or broadcast address cannot carry TCP";
	return NULL;
}

const char *agent_addr_parse(struct agent_addr *a, const char *text)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)&a->ss;

	memset(a, 0, sizeof(*a));
	/* inet_pton() takes four decimals only: "0" is no wildcard here. */
	if (inet_pton(AF_INET, text, &sin->sin_addr) == 1) {
		sin->sin_family = AF_INET;
		a->len = sizeof(*sin);
		return check_ipv4(sin);
	}
	a->len = sizeof(struct sockaddr_in6);
	return parse_ipv6((struct sockaddr_in6 *)&a->ss, text);
}

bool agent_addr_equal(const struct agent_addr *a, const struct agent_addr *b)
{
	return a->len == b->len && !memcmp(&a->ss, &b->ss, a->len);
}

void agent_addr_format(const struct agent_addr *a, uint16_t port, char *out)
{
	const struct sockaddr_in *sin = (const void *)&a->ss;
	const struct sockaddr_in6 *sin6 = (const void *)&a->ss;
	char host[INET6_ADDRSTRLEN], ifname[IF_NAMESIZE];
	const char *percent = "", *scope = "";

	if (a->ss.ss_family == AF_INET) {
		inet_ntop(AF_INET, &sin->sin_addr, host, sizeof(host));
		snprintf(out, AGENT_ADDR_TEXT, "%s:%u", host, port);
		return;
	}
	inet_ntop(AF_INET6, &sin6->sin6_addr, host, sizeof(host));
	if (sin6->sin6_scope_id &&
	    if_indextoname(sin6->sin6_scope_id, ifname)) {
		percent = "%";
		scope = ifname;
	}
	snprintf(out, AGENT_ADDR_TEXT, "[%s%s%s]:%u", host, percent, scope,
		 port);
}

static int set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value));
}

/* Options are set on the listener: what it accepts inherits them. */
static int configure(int fd, int family, bool short_queue)
{
	if (set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1) < 0)
		return -1;
	if (family == AF_INET6 && set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) < 0)
		return -1;
	if (set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1) < 0)
		return -1;
	if (!short_queue)
		return 0;
#ifdef TCP_NOTSENT_LOWAT
	if (set_int(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, SHORT_UNSENT) < 0)
		return -1;
#endif
	return set_int(fd, SOL_SOCKET, SO_SNDBUF, SHORT_QUEUE);
}

/* @a with a port. */
static struct agent_addr with_port(const struct agent_addr *a, uint16_t port)
{
	struct agent_addr local = *a;

	if (a->ss.ss_family == AF_INET)
		((struct sockaddr_in *)&local.ss)->sin_port = htons(port);
	else
		((struct sockaddr_in6 *)&local.ss)->sin6_port = htons(port);
	return local;
}

int agent_sock_listen(const struct agent_addr *a, uint16_t port,
		      bool short_queue)
{
	struct agent_addr local = with_port(a, port);
	int family = a->ss.ss_family;
	int fd, err;

	fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (configure(fd, family, short_queue) < 0 ||
	    bind(fd, (struct sockaddr *)&local.ss, local.len) < 0 ||
	    listen(fd, BACKLOG) < 0) {
		err = errno;
		close(fd);
		return -err;
	}
	return fd;
}

static int configure_datagram(int fd, int family)
{
	if (family == AF_INET)
		return set_int(fd, IPPROTO_IP, IP_PKTINFO, 1);
	if (set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) < 0)
		return -1;
	return set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

int agent_sock_datagram(const struct agent_addr *a, uint16_t port)
{
	struct agent_addr local = with_port(a, port);
	int family = a->ss.ss_family;
	int fd, err;

	fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (configure_datagram(fd, family) < 0 ||
	    bind(fd, (struct sockaddr *)&local.ss, local.len) < 0) {
		err = errno;
		close(fd);
		return -err;
	}
	return fd;
}

int agent_sock_accept(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0)
		return fd;
	switch (errno) {
	case EAGAIN:
		return -EAGAIN;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		return -EMFILE;
	case EBADF:
	case EINVAL:
	case ENOTSOCK:
	case EFAULT:
		return -errno;
	default:
		/* accept(2): errors of the new connection come this way too. */
		return -ECONNABORTED;
	}
}

void agent_sock_ack_now(int fd)
{
#ifdef TCP_QUICKACK
	set_int(fd, IPPROTO_TCP, TCP_QUICKACK, 1);
#else
	(void)fd;
#endif
}

void agent_sock_abort(int fd)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
}
