/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One listening socket per guarded port, found by family and port.
 */
#include "link/guard.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "link/guard_nft.h"
#include "link/ports.h"

#define TRIES 2000 /* of ports, when asked for any */

struct guard {
	enum guard_kind kind;
	struct guard_nft *nft; /* opened with the first port of GUARD_NFT */
	struct ports ports;
	int *fd[2]; /* per family: 65536 descriptors + 1, so that 0 is none */
};

/* One descriptor per port: more than the 1024 that a process usually gets. */
static void descriptors_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

struct guard *guard_new(enum guard_kind kind)
{
	struct guard *g = calloc(1, sizeof(*g));
	uint32_t start = 0;

	if (!g)
		log_panic("out of memory");
	/* Not twice the same: the target may remember earlier connections. */
	if (getrandom(&start, sizeof(start), GRND_NONBLOCK) < 0)
		start = (uint32_t)getpid() * 2654435761u;
	g->kind = kind;
	descriptors_raise();
	ports_init(&g->ports, start);
	for (int i = 0; i < 2; i++) {
		g->fd[i] = calloc(UINT16_MAX + 1, sizeof(int));
		if (!g->fd[i])
			log_panic("out of memory");
	}
	return g;
}

void guard_free(struct guard *g)
{
	if (!g)
		return;
	for (int i = 0; i < 2; i++) {
		for (int port = 0; port <= UINT16_MAX; port++)
			if (g->fd[i][port])
				close(g->fd[i][port] - 1);
		free(g->fd[i]);
	}
	guard_nft_close(g->nft);
	free(g);
}

static socklen_t address_fill(struct sockaddr_storage *ss, const struct ip_addr *a, int index,
			      uint16_t port)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;

	memset(ss, 0, sizeof(*ss));
	if (a->family == 4) {
		in4->sin_family = AF_INET;
		in4->sin_port = htons(port);
		memcpy(&in4->sin_addr, a->b, sizeof(in4->sin_addr));
		return sizeof(*in4);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	in6->sin6_scope_id = (uint32_t)index;
	memcpy(&in6->sin6_addr, a->b, sizeof(in6->sin6_addr));
	return sizeof(*in6);
}

/* Demands a signature of everybody: prefix length 0 covers every address. */
static int key_set(int fd, uint8_t family)
{
	struct tcp_md5sig key = {
		.tcpm_flags = TCP_MD5SIG_FLAG_PREFIX,
		.tcpm_prefixlen = 0,
		.tcpm_keylen = 9,
		.tcpm_key = "shakedown",
	};

	key.tcpm_addr.ss_family = family == 4 ? AF_INET : AF_INET6;
	return setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG_EXT, &key, sizeof(key));
}

static int socket_bind(int fd, const struct ip_addr *a, int index, uint16_t port)
{
	struct sockaddr_storage ss;
	socklen_t len = address_fill(&ss, a, index, port);
	int on = 1;

	if (a->family == 6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
		return -1;
	return bind(fd, (struct sockaddr *)&ss, len);
}

/*
 * A socket that holds the port, and listens if @listener: the key comes first,
 * so that no moment is without it.  The descriptor, or -errno.
 */
static int port_open(const struct ip_addr *a, int index, uint16_t port, bool listener)
{
	int fd = socket(a->family == 4 ? AF_INET : AF_INET6,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return -errno;
	if ((!listener || key_set(fd, a->family) == 0) && socket_bind(fd, a, index, port) == 0 &&
	    (!listener || listen(fd, 1) == 0))
		return fd;
	err = errno == ENOPROTOOPT ? -EOPNOTSUPP : -errno;
	close(fd);
	return err;
}

static int port_guard_nft(struct guard *g, const struct ip_addr *a, int index, uint16_t port)
{
	int fd, err = g->nft ? 0 : guard_nft_open(&g->nft);

	if (err)
		return err;
	fd = port_open(a, index, port, false);
	if (fd < 0)
		return fd;
	err = guard_nft_add(g->nft, a, port);
	if (err)
		close(fd);
	return err ? err : fd;
}

static int port_guard(struct guard *g, const struct ip_addr *a, int index, uint16_t port)
{
	int fd = -EOPNOTSUPP;

	if (g->kind == GUARD_LISTENER)
		fd = port_open(a, index, port, true);
	if (fd == -EOPNOTSUPP) {
		g->kind = GUARD_NFT;
		fd = port_guard_nft(g, a, index, port);
	}
	if (fd < 0)
		return fd;
	g->fd[a->family == 6][port] = fd + 1;
	return port;
}

int guard_take(struct guard *g, const struct ip_addr *a, int index, uint16_t port)
{
	int err, taken;

	if (port && ports_taken(&g->ports, a->family, port))
		return -EADDRINUSE;
	for (int i = 0; i < TRIES; i++) {
		taken = ports_take(&g->ports, a->family, port);
		if (taken < 0)
			return taken;
		err = port_guard(g, a, index, (uint16_t)taken);
		if (err > 0)
			return taken;
		ports_give(&g->ports, a->family, (uint16_t)taken);
		if (err != -EADDRINUSE || port)
			return err;
	}
	return -EADDRNOTAVAIL;
}

void guard_give(struct guard *g, const struct ip_addr *a, uint16_t port)
{
	int *fd = &g->fd[a->family == 6][port];

	if (*fd) {
		close(*fd - 1);
		if (g->nft)
			guard_nft_remove(g->nft, a, port);
	}
	*fd = 0;
	ports_give(&g->ports, a->family, port);
}
