/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bare loop, to compare with: a packet socket, epoll, and segments made by
 * hand.  No YAML, no plan, no options but MSS, no checks beyond what the next
 * segment needs, no capture of what it sends, no evidence.  It shares the lab
 * with the judged runs, with an address and a hardware address of its own.
 *
 *	SYN ->  <- SYN|ACK  ACK ->  FIN|ACK ->  <- [ACK]  <- FIN|ACK  ACK ->
 */
#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/frame.h"

#define GIVE_UP_MS 3000
#define RING_FRAME 256 /* headers and no data: enough */
#define RING_FRAMES 8192
#define PORT_FIRST 10000
#define PORT_END 60000
#define TCP_AT (ETH_HDR_LEN + 20)
#define FRAME_LEN_MAX (TCP_AT + 24)

const char *const bare_ip_text = "192.0.2.3";
const char *const bare_mac_text = "02:00:5e:00:00:03";
static const uint8_t own_mac[ETH_ADDR_LEN] = { 2, 0, 0x5e, 0, 0, 3 };
#define OWN_IP 0xc0000203 /* 192.0.2.3 */
static const struct ip_addr own_ip = { 4, { 192, 0, 2, 3 } };

struct connection {
	uint32_t snd_nxt, rcv_nxt;
	bool open, fin_sent;
};

struct bare {
	int ip_fd, arp_fd, epoll_fd;
	uint8_t *ring; /* of ip_fd */
	unsigned int ring_at;
	uint8_t frame[FRAME_LEN_MAX]; /* headers that stay the same */
	uint16_t target_port, next_port;
	struct connection connection[65536]; /* by our port */
	unsigned int left_to_open, left_to_close;
	bool failed;
};

static int packet_socket(int protocol, unsigned int index)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons((uint16_t)protocol),
		.sll_ifindex = (int)index
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, to.sll_protocol);

	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		fprintf(stderr, "bench: packet socket: %s\n", strerror(errno));
		exit(1);
	}
	return fd;
}

/* Only what is for our address: the judged runs are not to pay for us. */
static void filter_set(int fd)
{
	struct sock_filter ours[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ETH_HDR_LEN + 16),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_IP, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, RING_FRAME),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { sizeof(ours) / sizeof(ours[0]), ours };

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0)
		perror("bench: filter");
}

/*
 * A ring shared with the kernel, as libpcap has: a receive buffer of the size that
 * an ordinary user may have loses bursts, and nothing here sends twice.
 */
static void ring_open(struct bare *b)
{
	struct tpacket_req ring = {
		.tp_block_size = RING_FRAME * RING_FRAMES,
		.tp_block_nr = 1,
		.tp_frame_size = RING_FRAME,
		.tp_frame_nr = RING_FRAMES,
	};
	int version = TPACKET_V2;

	if (setsockopt(b->ip_fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) == 0 &&
	    setsockopt(b->ip_fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof(ring)) == 0)
		b->ring = mmap(NULL, ring.tp_block_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			       b->ip_fd, 0);
	if (b->ring && b->ring != MAP_FAILED)
		return;
	fprintf(stderr, "bench: packet ring: %s\n", strerror(errno));
	exit(1);
}

/* The target is asked for its hardware address; that it answers tells it ours. */
static void resolve(struct bare *b, const struct ip_addr *target)
{
	struct pollfd pfd = { .fd = b->arp_fd, .events = POLLIN };
	uint8_t frame[NEIGH_FRAME_MAX];
	struct neigh n = { .kind = NEIGH_NONE };
	size_t len = neigh_request(target, &own_ip, own_mac, frame);
	ssize_t got;

	if (send(b->arp_fd, frame, len, 0) < 0)
		perror("bench: ARP");
	while (n.kind != NEIGH_REPLY && poll(&pfd, 1, GIVE_UP_MS) > 0) {
		got = recv(b->arp_fd, frame, sizeof(frame), 0);
		if (got > 0)
			neigh_decode(&n, frame, (size_t)got);
	}
	if (n.kind != NEIGH_REPLY) {
		fprintf(stderr, "bench: the target does not answer ARP\n");
		exit(1);
	}
	memcpy(b->frame, n.mac, ETH_ADDR_LEN);
}

static void epoll_watch(struct bare *b, int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	epoll_ctl(b->epoll_fd, EPOLL_CTL_ADD, fd, &e);
}

struct bare *bare_open(const struct link *link)
{
	static const uint8_t ip[] = { 0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6 };
	unsigned int index = if_nametoindex(link->name);
	struct bare *b = calloc(1, sizeof(*b));

	if (!b)
		abort();
	b->ip_fd = packet_socket(ETH_P_IP, index);
	b->arp_fd = packet_socket(ETH_P_ARP, index);
	filter_set(b->ip_fd);
	ring_open(b);
	b->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	epoll_watch(b, b->ip_fd);
	epoll_watch(b, b->arp_fd);
	memcpy(b->frame + ETH_ADDR_LEN, own_mac, ETH_ADDR_LEN);
	b->frame[12] = 0x08;
	memcpy(b->frame + ETH_HDR_LEN, ip, sizeof(ip));
	memcpy(b->frame + ETH_HDR_LEN + 12, own_ip.b, 4);
	memcpy(b->frame + ETH_HDR_LEN + 16, link->target4.b, 4);
	resolve(b, &link->target4);
	b->next_port = PORT_FIRST;
	return b;
}

void bare_close(struct bare *b)
{
	munmap(b->ring, RING_FRAME * RING_FRAMES);
	close(b->ip_fd);
	close(b->arp_fd);
	close(b->epoll_fd);
	free(b);
}

static void put16(uint8_t *p, unsigned int v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t sum16(uint32_t sum, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	return sum;
}

static unsigned int fold(uint32_t sum)
{
	sum = (sum >> 16) + (sum & 0xffff);
	return ~(sum + (sum >> 16)) & 0xffff;
}

static void send_segment(struct bare *b, uint16_t port, uint8_t flags)
{
	const struct connection *c = &b->connection[port];
	uint8_t *ip = b->frame + ETH_HDR_LEN, *tcp = b->frame + TCP_AT;
	size_t tcp_len = flags & 0x02 ? 24 : 20;

	put16(ip + 2, (unsigned int)(20 + tcp_len));
	put16(ip + 10, 0);
	put16(ip + 10, fold(sum16(0, ip, 20)));
	put16(tcp, port);
	put16(tcp + 2, b->target_port);
	put32(tcp + 4, c->snd_nxt);
	put32(tcp + 8, flags & 0x10 ? c->rcv_nxt : 0);
	tcp[12] = (uint8_t)(tcp_len * 4);
	tcp[13] = flags;
	put16(tcp + 14, 0xffff);
	put32(tcp + 16, 0);
	put32(tcp + 20, 0x020405b4); /* MSS 1460; sent with a SYN only */
	put16(tcp + 16, fold(sum16((uint32_t)(6 + tcp_len), ip + 12, 8 + tcp_len)));
	if (send(b->ip_fd, b->frame, TCP_AT + tcp_len, 0) < 0)
		b->failed = true;
}

static void open_next(struct bare *b)
{
	uint16_t port = b->next_port;

	b->next_port = port + 1 < PORT_END ? port + 1 : PORT_FIRST;
	b->connection[port] = (struct connection){ .snd_nxt = 0x1000u * port, .open = true };
	b->left_to_open--;
	send_segment(b, port, 0x02);
}

static void take_segment(struct bare *b, const uint8_t *frame, size_t len)
{
	const uint8_t *tcp = frame + TCP_AT;
	struct connection *c;
	uint16_t port;

	if (len < TCP_AT + 20 || frame[ETH_HDR_LEN] != 0x45 || frame[ETH_HDR_LEN + 9] != 6)
		return;
	port = (uint16_t)(tcp[2] << 8 | tcp[3]);
	c = &b->connection[port];
	if (!c->open)
		return;
	if ((tcp[13] & 0x12) == 0x12 && !c->fin_sent) {
		c->rcv_nxt = get32(tcp + 4) + 1;
		c->snd_nxt++;
		send_segment(b, port, 0x10);
		send_segment(b, port, 0x11);
		c->snd_nxt++;
		c->fin_sent = true;
	} else if (tcp[13] & 0x01) {
		c->rcv_nxt = get32(tcp + 4) + 1;
		send_segment(b, port, 0x10);
		c->open = false;
		b->left_to_close--;
		if (b->left_to_open)
			open_next(b);
	}
}

static void answer_arp(struct bare *b)
{
	uint8_t frame[NEIGH_FRAME_MAX], reply[NEIGH_FRAME_MAX];
	ssize_t got = recv(b->arp_fd, frame, sizeof(frame), 0);
	struct neigh n;

	if (got <= 0)
		return;
	neigh_decode(&n, frame, (size_t)got);
	if (n.kind != NEIGH_REQUEST || memcmp(n.target.b, own_ip.b, 4))
		return;
	if (send(b->arp_fd, reply, neigh_reply(&n, own_mac, reply), 0) < 0)
		b->failed = true;
}

_Noreturn void bare_answer_arp(struct bare *b)
{
	struct pollfd pfd = { .fd = b->arp_fd, .events = POLLIN };

	for (;;)
		if (poll(&pfd, 1, -1) > 0)
			answer_arp(b);
}

static void take_ring(struct bare *b)
{
	struct tpacket2_hdr *h;

	for (;;) {
		h = (struct tpacket2_hdr *)(b->ring + (size_t)b->ring_at * RING_FRAME);
		if (!(__atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
			return;
		take_segment(b, (const uint8_t *)h + h->tp_mac, h->tp_snaplen);
		__atomic_store_n(&h->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		b->ring_at = (b->ring_at + 1) % RING_FRAMES;
	}
}

int bare_run(struct bare *b, uint16_t port, unsigned int runs, unsigned int in_flight,
	     double *seconds, double *cpu_seconds)
{
	int64_t cpu_ns = bench_cpu_ns(), start_ns = bench_now_ns();
	struct epoll_event e[2];
	int n;

	b->target_port = port;
	b->left_to_open = b->left_to_close = runs;
	b->failed = false;
	take_ring(b);
	for (unsigned int i = 0; i < in_flight && b->left_to_open; i++)
		open_next(b);
	while (b->left_to_close && !b->failed) {
		n = epoll_wait(b->epoll_fd, e, 2, GIVE_UP_MS);
		if (n == 0)
			b->failed = true;
		for (int i = 0; i < n; i++)
			if (e[i].data.fd == b->arp_fd)
				answer_arp(b);
		take_ring(b);
	}
	*seconds = (double)(bench_now_ns() - start_ns) / 1e9;
	*cpu_seconds = (double)(bench_cpu_ns() - cpu_ns) / 1e9;
	if (!b->failed)
		return 0;
	fprintf(stderr, "bench: the bare loop hangs with %u of %u runs to close\n",
		b->left_to_close, runs);
	return -1;
}
