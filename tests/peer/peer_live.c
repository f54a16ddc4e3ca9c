/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference peer, with a fault or without, on a real Ethernet interface:
 *
 *	peer-live IF [FAULT]
 *
 * It is the host 10.9.0.1 and fd09::1, answers ARP and neighbour solicitations
 * for them, says "ready" and goes on until it is killed.  The interface has no
 * address, so that no kernel takes part.
 *
 * The peer lives in virtual time; here that time is kept where the real clock
 * stands, a millisecond behind at most.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "link/neighbour.h"
#include "peer.h"
#include "wire/segment.h"

#define FRAME_MAX 2048
#define TICK_MS 1

struct host {
	int fd;
	struct link *link; /* a virtual one, with the peer behind it */
	struct neighbours neighbours;
	uint8_t tester_mac[ETH_ADDR_LEN]; /* of the last frame */
};

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "peer-live: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int socket_open(const char *name)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));

	at.sll_ifindex = (int)if_nametoindex(name);
	if (fd < 0 || !at.sll_ifindex || bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die(name);
	return fd;
}

/* What the peer sends is captured by the virtual link; the tester's own as well. */
static void on_packet(void *arg, const struct link_packet *p)
{
	struct host *h = arg;
	uint8_t frame[FRAME_MAX];
	bool v6 = p->ip[0] >> 4 == 6;
	const struct ip_addr *own = &h->neighbours.family[v6].own;

	if (memcmp(p->ip + (v6 ? 8 : 12), own->b, v6 ? 16 : 4) != 0 ||
	    p->cap_len > sizeof(frame) - ETH_HDR_LEN)
		return;
	memcpy(frame, h->tester_mac, ETH_ADDR_LEN);
	memcpy(frame + ETH_ADDR_LEN, h->neighbours.mac, ETH_ADDR_LEN);
	frame[12] = v6 ? 0x86 : 0x08;
	frame[13] = v6 ? 0xdd : 0x00;
	memcpy(frame + ETH_HDR_LEN, p->ip, p->cap_len);
	if (write(h->fd, frame, ETH_HDR_LEN + p->cap_len) < 0)
		die("cannot send");
}

/* The peer's clock catches up. */
static void catch_up(struct host *h)
{
	while (h->link->ops->poll(h->link, now_ns(), on_packet, h) > 0)
		;
}

static void take_frame(struct host *h, const uint8_t *frame, size_t len)
{
	uint8_t answer[NEIGH_FRAME_MAX];
	size_t off, n = neighbour_hear(&h->neighbours, frame, len, answer);
	struct segment s;

	if (n && write(h->fd, answer, n) < 0)
		die("cannot answer");
	if (n || len < ETH_HDR_LEN || memcmp(frame, h->neighbours.mac, ETH_ADDR_LEN) != 0 ||
	    !frame_ip_offset(FRAME_ETHERNET, frame, len, &off))
		return;
	memcpy(h->tester_mac, frame + ETH_ADDR_LEN, ETH_ADDR_LEN);
	segment_decode(&s, frame + off, len - off, len - off);
	h->link->ops->inject(h->link, &s, frame + off, len - off);
	catch_up(h);
}

static void serve(struct host *h)
{
	uint8_t frame[FRAME_MAX];
	struct pollfd pfd = { .fd = h->fd, .events = POLLIN };
	ssize_t n;

	catch_up(h);
	if (poll(&pfd, 1, TICK_MS) < 0)
		die("cannot wait");
	while ((n = recv(h->fd, frame, sizeof(frame), 0)) > 0)
		take_frame(h, frame, (size_t)n);
}

int main(int argc, char **argv)
{
	static const uint8_t mac[ETH_ADDR_LEN] = { 2, 9, 9, 9, 9, 1 };
	struct host h = { .fd = -1 };
	struct vlink_config where = { .start_ns = now_ns(), .latency_ns = -1 };
	struct peer_config cfg = { .fault = argc == 3 ? peer_fault_find(argv[2]) : NULL };
	struct vlink_peer callbacks;

	errno = EINVAL;
	if (argc < 2 || argc > 3 || (argc == 3 && !cfg.fault))
		die("usage: peer-live IF [FAULT]");
	ip_addr_parse("10.9.0.1", &where.target4);
	ip_addr_parse("fd09::1", &where.target6);
	ip_addr_parse("10.9.0.77", &where.tester4);
	ip_addr_parse("fd09::77", &where.tester6);
	memcpy(h.neighbours.mac, mac, sizeof(mac));
	h.neighbours.family[0].own = where.target4;
	h.neighbours.family[1].own = where.target6;
	h.fd = socket_open(argv[1]);
	callbacks = peer_callbacks(peer_new(&cfg));
	h.link = vlink_open(&where, &callbacks);
	puts("ready");
	fflush(stdout);
	for (;;)
		serve(&h);
}
