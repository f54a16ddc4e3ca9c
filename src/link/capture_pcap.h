/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capture through libpcap, live and from a file; its .c file is the only one that
 * knows libpcap.
 *
 * A live capture delivers each packet at once (immediate mode), never blocks,
 * sees both directions - our own packets too, if something else than this
 * handle sent them - and stamps with nanoseconds.
 */
#ifndef LINK_CAPTURE_PCAP_H
#define LINK_CAPTURE_PCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture;
struct diags;

struct capture_config {
	const char *interface;
	const char *filter; /* pcap-filter(7) */
	bool promiscuous;
	uint32_t snap_len;    /* bytes of a frame that are kept */
	uint32_t buffer_size; /* bytes; 0: CAPTURE_BUFFER_SIZE */
};

/* Eight thousand full-sized frames; opening costs about 1 ms per MB. */
#define CAPTURE_BUFFER_SIZE (16u << 20)

/* One frame with its link header; valid during the callback only. */
struct capture_frame {
	int64_t ts_ns; /* CLOCK_REALTIME */
	const uint8_t *bytes;
	uint32_t cap_len; /* bytes there */
	uint32_t len;	  /* bytes it had */
};
typedef void capture_frame_fn(void *arg, const struct capture_frame *frame);

/*
 * Starts a live capture.  Returns 0, or -errno with a diagnostic in @ds: -EPERM
 * without CAP_NET_RAW (no help added: the caller knows what else could be
 * done), -ENODEV, -ENETDOWN and so on.
 */
int capture_open_live(const struct capture_config *cfg, struct capture **out, struct diags *ds);
void capture_close(struct capture *c);

/*
 * Opens a capture file, pcap or pcapng of any byte order, version and resolution
 * of time; "-" is standard input.  Returns 0, or -errno with a diagnostic in @ds:
 * file trouble, -EINVAL (no capture) or -EPROTONOSUPPORT (a link type without IP
 * that frame_ip_offset() could find).
 */
int capture_open_file(const char *path, struct capture **out, struct diags *ds);

/*
 * The next frame of a file; its bytes are valid until the next call.  Returns 1,
 * 0 at the end of the file, or -EBADMSG if the file is damaged or cut short there:
 * @why then says how, in libpcap's words, valid until capture_close().
 */
int capture_next(struct capture *c, struct capture_frame *frame, const char **why);

/* Bytes of the file that were read so far; 0 where that cannot be told. */
uint64_t capture_file_position(struct capture *c);

/*
 * Delivers frames that are waiting, at most @max.  Returns their number, 0 if
 * there are none, or -errno (-ENETDOWN: the interface went away).
 */
int capture_dispatch(struct capture *c, int max, capture_frame_fn *fn, void *arg);

/* Becomes readable when a frame is waiting. */
int capture_fd(const struct capture *c);

/* What frames start with: enum frame_linktype. */
int capture_linktype(const struct capture *c);

/* Packets that the filter took but nobody got: the buffer was full. */
uint64_t capture_dropped(struct capture *c);

#endif
