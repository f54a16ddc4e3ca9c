/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bad path between two interfaces, for kernels without netem: frames of either
 * go to the other later, some never, some twice, some after those behind them.
 *
 *	lossy_path IF IF SEED LOSS DUPLICATE REORDER DELAY-US
 *
 * LOSS, DUPLICATE and REORDER are in frames of a thousand.  The interfaces must
 * not offload anything: what is longer than a frame is not carried.  Runs until it
 * is killed; prints "ready" first.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME_MAX 2048
#define MAX_WAITING 8192
/* What is reordered waits so many times the delay longer, at most. */
#define REORDER_TIMES 4

struct frame {
	int64_t due_ns;
	uint64_t order; /* of frames due at the same time */
	int to;
	uint32_t len;
	uint8_t bytes[FRAME_MAX];
};

struct path {
	int fd[2];
	uint64_t random, order;
	unsigned int loss, duplicate, reorder;
	int64_t delay_ns;
	struct frame *heap[MAX_WAITING];
	size_t n;
};

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "lossy_path: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* xorshift64* */
static uint32_t draw(struct path *p, uint32_t below)
{
	p->random ^= p->random >> 12;
	p->random ^= p->random << 25;
	p->random ^= p->random >> 27;
	return (uint32_t)((p->random * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % below;
}

static int open_interface(const char *name)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(name),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));
	int size = 8 << 20;

	if (fd < 0 || !addr.sll_ifindex || bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		die(name);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

/* ---- what waits, by time ---- */

static bool before(const struct frame *a, const struct frame *b)
{
	return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

static void swap(struct path *p, size_t i, size_t k)
{
	struct frame *f = p->heap[i];

	p->heap[i] = p->heap[k];
	p->heap[k] = f;
}

static void push(struct path *p, struct frame *f)
{
	size_t i = p->n++;

	p->heap[i] = f;
	for (; i && before(p->heap[i], p->heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(p, i, (i - 1) / 2);
}

static struct frame *pop(struct path *p)
{
	struct frame *f = p->heap[0];
	size_t i = 0, k;

	p->heap[0] = p->heap[--p->n];
	while ((k = 2 * i + 1) < p->n) {
		if (k + 1 < p->n && before(p->heap[k + 1], p->heap[k]))
			k++;
		if (!before(p->heap[k], p->heap[i]))
			break;
		swap(p, i, k);
		i = k;
	}
	return f;
}

/* ---- frames ---- */

static void enqueue(struct path *p, int to, const uint8_t *bytes, uint32_t len, bool late)
{
	struct frame *f;
	int64_t due = now() + p->delay_ns;

	if (p->n == MAX_WAITING)
		return; /* a full queue loses as well */
	if (late)
		due += draw(p, (uint32_t)(p->delay_ns * REORDER_TIMES / 1000) + 1) * INT64_C(1000);
	f = malloc(sizeof(*f));
	if (!f)
		die("memory");
	f->due_ns = due;
	f->order = p->order++;
	f->to = to;
	f->len = len;
	memcpy(f->bytes, bytes, len);
	push(p, f);
}

static void take(struct path *p, int from)
{
	uint8_t bytes[FRAME_MAX];
	struct sockaddr_ll addr;
	socklen_t size = sizeof(addr);
	ssize_t n;

	while ((n = recvfrom(p->fd[from], bytes, sizeof(bytes), MSG_TRUNC,
			     (struct sockaddr *)&addr, &size)) > 0) {
		size = sizeof(addr);
		if (addr.sll_pkttype == PACKET_OUTGOING || n > FRAME_MAX)
			continue;
		if (draw(p, 1000) < p->loss)
			continue;
		enqueue(p, !from, bytes, (uint32_t)n, draw(p, 1000) < p->reorder);
		if (draw(p, 1000) < p->duplicate)
			enqueue(p, !from, bytes, (uint32_t)n, draw(p, 2));
	}
}

static void deliver(struct path *p)
{
	while (p->n && p->heap[0]->due_ns <= now()) {
		struct frame *f = pop(p);

		if (send(p->fd[f->to], f->bytes, f->len, 0) < 0 && errno != ENOBUFS &&
		    errno != EAGAIN && errno != ENETDOWN)
			die("send");
		free(f);
	}
}

static void wait_for(struct path *p)
{
	struct pollfd fds[2] = { { .fd = p->fd[0], .events = POLLIN },
				 { .fd = p->fd[1], .events = POLLIN } };
	int64_t left = p->n ? p->heap[0]->due_ns - now() : INT64_C(1000000000);
	struct timespec ts = { 0, 0 };

	if (left > 0)
		ts = (struct timespec){ left / 1000000000, left % 1000000000 };
	ppoll(fds, 2, &ts, NULL);
}

int main(int argc, char **argv)
{
	static struct path p;

	if (argc != 8) {
		fprintf(stderr, "usage: lossy_path IF IF SEED LOSS DUPLICATE REORDER DELAY-US\n");
		return 2;
	}
	p.fd[0] = open_interface(argv[1]);
	p.fd[1] = open_interface(argv[2]);
	p.random = strtoull(argv[3], NULL, 10) * 2 + 1;
	p.loss = (unsigned int)atoi(argv[4]);
	p.duplicate = (unsigned int)atoi(argv[5]);
	p.reorder = (unsigned int)atoi(argv[6]);
	p.delay_ns = atoi(argv[7]) * INT64_C(1000);
	puts("ready");
	fflush(stdout);
	for (;;) {
		wait_for(&p);
		take(&p, 0);
		take(&p, 1);
		deliver(&p);
	}
}
