/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The packet socket: protocol 0, so that the kernel gives it no packets.
 */
#include "link/inject_packet.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define RETRIES 50 /* of a send that found full buffers */
#define RETRY_NS 20000

int inject_packet_open(int index)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = index };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

int inject_packet_send(int fd, const uint8_t *frame, size_t len)
{
	const struct timespec pause = { .tv_nsec = RETRY_NS };

	for (int i = 0;; i++) {
		if (send(fd, frame, len, 0) >= 0)
			return 0;
		if ((errno != ENOBUFS && errno != EAGAIN && errno != EINTR) || i == RETRIES)
			return -errno;
		nanosleep(&pause, NULL);
	}
}
