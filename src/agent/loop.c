/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The event loop of the agent over epoll: see loop.h.  Level triggered, because
 * then a handler may stop wherever it likes and is called again.
 */
#include "agent/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

/* Events fetched at once: enough to make one wait cheap among hundreds. */
#define BATCH 256

struct agent_loop {
	int epfd;
	uint64_t now_ms;
	struct epoll_event batch[BATCH];
};

static void read_clock(struct agent_loop *loop)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	loop->now_ms = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

struct agent_loop *agent_loop_new(void)
{
	struct agent_loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return NULL;
	loop->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epfd < 0) {
		free(loop);
		return NULL;
	}
	read_clock(loop);
	return loop;
}

void agent_loop_free(struct agent_loop *loop)
{
	if (!loop)
		return;
	close(loop->epfd);
	free(loop);
}

int agent_loop_watch(struct agent_loop *loop, struct agent_watch *w,
		     unsigned int events)
{
	struct epoll_event ev = { .data.ptr = w };
	int op = w->armed == AGENT_UNARMED ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

	if (w->armed == events)
		return 0;
	if (events & AGENT_READABLE)
		ev.events |= EPOLLIN | EPOLLRDHUP;
	if (events & AGENT_WRITABLE)
		ev.events |= EPOLLOUT;
	if (epoll_ctl(loop->epfd, op, w->fd, &ev) < 0)
		return -errno;
	w->armed = events;
	return 0;
}

void agent_loop_forget(struct agent_loop *loop, struct agent_watch *w)
{
	if (w->armed == AGENT_UNARMED)
		return;
	epoll_ctl(loop->epfd, EPOLL_CTL_DEL, w->fd, NULL);
	w->armed = AGENT_UNARMED;
}

static unsigned int events_from_epoll(uint32_t e)
{
	unsigned int events = 0;

	if (e & EPOLLIN)
		events |= AGENT_READABLE;
	if (e & EPOLLOUT)
		events |= AGENT_WRITABLE;
	if (e & EPOLLRDHUP)
		events |= AGENT_HANGUP;
	if (e & (EPOLLERR | EPOLLHUP))
		events |= AGENT_BROKEN;
	return events;
}

int agent_loop_turn(struct agent_loop *loop, int timeout_ms)
{
	int n = epoll_wait(loop->epfd, loop->batch, BATCH, timeout_ms);
	int err = errno;

	read_clock(loop);
	if (n < 0)
		return err == EINTR ? 0 : -err;
	for (int i = 0; i < n; i++) {
		struct agent_watch *w = loop->batch[i].data.ptr;

		/* An earlier handler of this batch may have closed it. */
		if (w->fd >= 0 && w->armed != AGENT_UNARMED)
			w->ready(w, events_from_epoll(loop->batch[i].events));
	}
	return 0;
}

uint64_t agent_loop_now_ms(const struct agent_loop *loop)
{
	return loop->now_ms;
}
