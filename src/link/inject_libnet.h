/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Crafting and injection through libnet; its .c file is the only one that
 * knows libnet.
 *
 * A well-formed segment is built field by field by libnet's own builders, so
 * that a mistake in our encoder and the same mistake in libnet would have to
 * meet for a wrong packet to leave unnoticed (a unit test compares the two byte
 * for byte).  What libnet cannot say - a spoilt checksum, a wrong data offset,
 * reserved bits, the AE flag, unpadded or too many options, an IPv6 flow label,
 * raw bytes - leaves as our encoder wrote it, still through libnet.
 */
#ifndef LINK_INJECT_LIBNET_H
#define LINK_INJECT_LIBNET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/frame.h"
#include "wire/segment.h"

enum inject_mode {
	INJECT_LINK, /* Ethernet frames on one interface */
	INJECT_RAW4, /* IPv4 packets, routed by the kernel, which rewrites the IP
		      * checksum and replaces an identification of 0 */
	INJECT_RAW6, /* IPv6 packets, routed by the kernel */
};

struct inject;

/*
 * Opens one way to inject, in the network namespace of now.  @interface is for
 * INJECT_LINK, and what the others are bound to unless NULL.
 * Opening INJECT_RAW4 costs 4 ms in libnet 1.1.6: keep the handle.  Returns 0;
 * -EPERM without CAP_NET_RAW; or another -errno.
 */
int inject_open(enum inject_mode mode, const char *interface, struct inject **out);
void inject_close(struct inject *in);

/* INJECT_LINK: the Ethernet addresses of packets of @family (4 or 6). */
void inject_set_ethernet(struct inject *in, uint8_t family, const uint8_t dst[ETH_ADDR_LEN],
			 const uint8_t src[ETH_ADDR_LEN]);

/* Whether libnet's builders can express @s. */
bool inject_can_build(const struct segment *s);

/*
 * INJECT_LINK: makes the frame of @s without sending it: built by libnet if it
 * can, else @packet (@len bytes, segment_encode() of @s) behind its Ethernet
 * header.  The frame is valid until the next call with @in.  Returns 0 or
 * -errno.
 */
int inject_build(struct inject *in, const struct segment *s, const uint8_t *packet, size_t len,
		 const uint8_t **frame, size_t *frame_len);

/*
 * Sends @s: built by libnet if it can, else as @packet (@len bytes), which is
 * segment_encode() of @s.  Tries again for a moment where buffers are full.
 * Returns 0 or -errno.
 */
int inject_segment(struct inject *in, const struct segment *s, const uint8_t *packet, size_t len);

/* INJECT_LINK: sends a whole frame as it is.  Returns 0 or -errno. */
int inject_frame(struct inject *in, const uint8_t *frame, size_t len);

#endif
