/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sends finished Ethernet frames through a packet socket bound to one
 * interface: half the cost of libnet's own write, which looks the interface up
 * anew for each frame.  Frames pass the queueing discipline, so that the
 * capture sees them.
 */
#ifndef LINK_INJECT_PACKET_H
#define LINK_INJECT_PACKET_H

#include <stddef.h>
#include <stdint.h>

/* A socket that sends on the interface @index and hears nothing, or -errno. */
int inject_packet_open(int index);

/*
 * Sends one frame; tries again for a moment where buffers are full.  Returns 0
 * or -errno.
 */
int inject_packet_send(int fd, const uint8_t *frame, size_t len);

#endif
