/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent's event loop: file descriptors that are watched for being readable
 * or writable, level triggered, and a clock that is read once per turn.
 *
 * loop.c is the only file that knows epoll; to move the agent to a system
 * without it, rewrite that file over poll() or select().
 */
#ifndef AGENT_LOOP_H
#define AGENT_LOOP_H

#include <stdint.h>

enum agent_event {
	AGENT_READABLE = 1, /* data, end of stream or an error to be read */
	AGENT_WRITABLE = 2, /* room in the send queue */
	AGENT_HANGUP = 4,   /* the peer sent its FIN; never asked for */
	AGENT_BROKEN = 8,   /* reset, or closed both ways; never asked for */
};

/*
 * Somebody who waits for a file descriptor.  Embedded as first member in the
 * structure of its owner, who also closes the descriptor.
 */
struct agent_watch {
	int fd;		    /* -1: closed, no event is delivered any more */
	unsigned int armed; /* events asked for; kept by the loop */
	/* Called with the events that hold, a mask of enum agent_event. */
	void (*ready)(struct agent_watch *w, unsigned int events);
};

struct agent_loop;

/* A new loop, or NULL with errno set. */
struct agent_loop *agent_loop_new(void);

/* Closes the loop; the watched descriptors stay open.  NULL is accepted. */
void agent_loop_free(struct agent_loop *loop);

/*
 * Watches w->fd for @events (AGENT_READABLE, AGENT_WRITABLE, both or, to hear
 * of breakage only, 0).  Says what is wanted from now on: called first it adds
 * the watch, later it changes it, and costs nothing if nothing changes.  There
 * is no need to remove it: closing the descriptor and setting w->fd to -1 does, and
 * the memory of @w must then stay until agent_loop_turn() has returned.
 * w->armed must be AGENT_UNARMED before the first call.  0 or -errno.
 */
int agent_loop_watch(struct agent_loop *loop, struct agent_watch *w,
		     unsigned int events);

#define AGENT_UNARMED (~0u)

/*
 * Takes the watch out of the loop while its descriptor stays open: then not
 * even breakage is heard of, which with level triggering would be without end.
 * It may be watched again.
 */
void agent_loop_forget(struct agent_loop *loop, struct agent_watch *w);

/*
 * Waits up to @timeout_ms (-1: for ever) and calls every watch that is ready.
 * Returns 0, also when a signal or the timeout ended the wait, or -errno.
 */
int agent_loop_turn(struct agent_loop *loop, int timeout_ms);

/* The monotonic clock as read when the last wait ended, in milliseconds. */
uint64_t agent_loop_now_ms(const struct agent_loop *loop);

#endif
