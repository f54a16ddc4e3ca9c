/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which captures of our own packets are to be shown, where some left more than once
 * or were shown already when they were sent (impair.h).  Equal packets are captured
 * in the order in which they were sent.
 */
#ifndef LINK_IMPAIR_ECHO_H
#define LINK_IMPAIR_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct echo;

/* Empty if zeroed. */
struct echoes {
	struct echo *list; /* oldest first */
};

/* Where the TCP header begins, or 0: this is no IP packet. */
size_t echo_tcp_offset(const uint8_t *ip, size_t len);

/* A packet is about to be sent at @now_ns; its capture is to be shown, or not. */
void echo_add(struct echoes *e, const uint8_t *ip, size_t len, int64_t now_ns, bool shown);

/* The last one was not sent after all. */
void echo_cancel(struct echoes *e);

/* A packet was captured: true if it is one of ours that is not to be shown. */
bool echo_swallows(struct echoes *e, const uint8_t *ip, size_t len);

/*
 * Forgets what should have been captured long ago.  Returns how many of those were
 * not to be shown: nobody else will miss them.
 */
uint64_t echo_expire(struct echoes *e, int64_t now_ns);

void echo_fini(struct echoes *e);

#endif
