/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libnet: its builders fill a list of protocol blocks from the payload down to
 * the link header; culling or writing joins them and fills in the checksums.
 * The list is thrown away after each packet: changing blocks in place would
 * save a tenth, and libnet's own length bookkeeping is not worth that trust.
 */
#include "link/inject_libnet.h"

#include <errno.h>
#include <libnet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"

#define RETRIES 50 /* of a write that found full buffers */
#define RETRY_NS 20000
#define FRAME_MAX (ETH_HDR_LEN + SEGMENT_PACKET_MAX)

struct ethernet {
	uint8_t dst[ETH_ADDR_LEN], src[ETH_ADDR_LEN];
};

struct inject {
	enum inject_mode mode;
	libnet_t *net;
	uint8_t *culled;	     /* the frame inject_build() gave out last */
	struct ethernet ethernet[2]; /* IPv4, IPv6 */
	uint8_t frame[FRAME_MAX];    /* an encoded packet with its header */
};

/*
 * libnet's link socket hears every interface and is never read.  Bound to a
 * protocol that nobody speaks (IEEE 802's for experiments), with a filter that
 * takes nothing, it costs nothing.
 */
static void socket_deafen(int fd)
{
	struct sockaddr_ll nobody = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(0x88b5),
	};
	struct sock_filter nothing[] = { BPF_STMT(BPF_RET | BPF_K, 0) };
	struct sock_fprog program = { 1, nothing };

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ||
	    bind(fd, (struct sockaddr *)&nobody, sizeof(nobody)) < 0)
		log_msg(LOG_DEBUG, "libnet's socket listens on: %s", strerror(errno));
}

static void packet_clear(struct inject *in)
{
	if (in->culled)
		libnet_adv_free_packet(in->net, in->culled);
	in->culled = NULL;
	libnet_clear_packet(in->net);
}

void inject_close(struct inject *in)
{
	if (!in)
		return;
	packet_clear(in);
	libnet_destroy(in->net);
	free(in);
}

/* Link-local addresses (RFC 4007) have no meaning without an interface. */
static int socket_bind(struct inject *in, const char *interface)
{
	if (setsockopt(libnet_getfd(in->net), SOL_SOCKET, SO_BINDTODEVICE, interface,
		       (socklen_t)strlen(interface)) == 0)
		return 0;
	return -errno;
}

int inject_open(enum inject_mode mode, const char *interface, struct inject **out)
{
	static const int injection_type[] = {
		[INJECT_LINK] = LIBNET_LINK_ADV,
		[INJECT_RAW4] = LIBNET_RAW4_ADV,
		[INJECT_RAW6] = LIBNET_RAW6_ADV,
	};
	char message[LIBNET_ERRBUF_SIZE] = "";
	struct inject *in = calloc(1, sizeof(*in));
	int err;

	if (!in)
		log_panic("out of memory");
	errno = 0;
	in->mode = mode;
	in->net = libnet_init(injection_type[mode], mode == INJECT_LINK ? interface : NULL,
			      message);
	if (!in->net) {
		err = errno ? -errno : -EIO;
		log_msg(LOG_INFO, "libnet: %s", message);
		free(in);
		return err;
	}
	err = 0;
	if (mode == INJECT_LINK)
		socket_deafen(libnet_getfd(in->net));
	else if (interface)
		err = socket_bind(in, interface);
	if (err)
		inject_close(in);
	else
		*out = in;
	return err;
}

void inject_set_ethernet(struct inject *in, uint8_t family, const uint8_t dst[ETH_ADDR_LEN],
			 const uint8_t src[ETH_ADDR_LEN])
{
	memcpy(in->ethernet[family == 6].dst, dst, ETH_ADDR_LEN);
	memcpy(in->ethernet[family == 6].src, src, ETH_ADDR_LEN);
}

/* ---- building ---- */

/* Bytes of the options with their padding, by what each says of itself. */
static size_t options_len(const struct segment *s)
{
	size_t len = 0;

	for (int i = 0; i < s->n_opt; i++)
		len += s->opt[i].kind <= TCP_OPT_NOP ? 1 : 2u + s->opt[i].raw_len;
	return (len + 3) / 4 * 4;
}

/* An end-of-list or no-operation that was given a length or a body. */
static bool options_odd(const struct segment *s)
{
	for (int i = 0; i < s->n_opt; i++)
		if (s->opt[i].kind <= TCP_OPT_NOP && s->opt[i].raw_len)
			return true;
	return false;
}

bool inject_can_build(const struct segment *s)
{
	uint32_t room = s->src.family == 4 ? UINT16_MAX - LIBNET_IPV4_H : UINT16_MAX;

	if (s->raw || s->checksum_set || s->checksum_bad || s->data_offset_set ||
	    s->opt_nopad || s->reserved || s->flags > UINT8_MAX)
		return false;
	/* libnet 1.1.6 writes the flow label's last byte twice. */
	if (s->flow_label)
		return false;
	if (s->src.family != s->dst.family || (s->src.family != 4 && s->src.family != 6))
		return false;
	return !options_odd(s) && options_len(s) <= TCP_OPT_SPACE &&
		LIBNET_TCP_H + options_len(s) + s->data_len <= room;
}

/*
 * The options as bytes.  Padded here: libnet 1.1.6 pads by copying up to three
 * bytes from an array of one.
 */
static size_t options_write(const struct segment *s, uint8_t *out)
{
	size_t n = 0;

	for (int i = 0; i < s->n_opt; i++) {
		const struct tcp_opt *o = &s->opt[i];

		out[n++] = o->kind;
		if (o->kind <= TCP_OPT_NOP)
			continue;
		out[n++] = o->length;
		memcpy(out + n, o->raw, o->raw_len);
		n += o->raw_len;
	}
	while (n % 4)
		out[n++] = 0;
	return n;
}

static libnet_ptag_t tcp_build(struct inject *in, const struct segment *s, size_t *len)
{
	uint8_t options[TCP_OPT_SPACE];
	size_t n = options_write(s, options);

	if (n && libnet_build_tcp_options(options, n, in->net, 0) < 0)
		return -1;
	*len = LIBNET_TCP_H + n + s->data_len;
	return libnet_build_tcp(s->sport, s->dport, s->seq, s->ack, (uint8_t)s->flags, s->window, 0,
				s->urgent, *len, s->data, s->data_len, in->net, 0);
}

static libnet_ptag_t ipv4_build(struct inject *in, const struct segment *s, size_t len)
{
	uint32_t src, dst;

	memcpy(&src, s->src.b, sizeof(src));
	memcpy(&dst, s->dst.b, sizeof(dst));
	return libnet_build_ipv4(LIBNET_IPV4_H + len, s->tos, s->ip_id, s->df ? IP_DF : 0,
				 s->ttl || s->ttl_set ? s->ttl : 64, IPPROTO_TCP, 0, src,
				 dst, NULL, 0, in->net, 0);
}

static libnet_ptag_t ipv6_build(struct inject *in, const struct segment *s, size_t len)
{
	struct libnet_in6_addr src, dst;

	memcpy(&src, s->src.b, sizeof(src));
	memcpy(&dst, s->dst.b, sizeof(dst));
	return libnet_build_ipv6(s->tos, s->flow_label, len, IPPROTO_TCP,
				 s->ttl || s->ttl_set ? s->ttl : 64, src, dst, NULL, 0, in->net, 0);
}

static libnet_ptag_t ethernet_build(struct inject *in, uint8_t family)
{
	const struct ethernet *e = &in->ethernet[family == 6];

	return libnet_build_ethernet(e->dst, e->src, family == 4 ? ETHERTYPE_IP : ETHERTYPE_IPV6,
				     NULL, 0, in->net, 0);
}

/* Fills libnet's list of blocks with @s; -EINVAL if it cannot. */
static int blocks_build(struct inject *in, const struct segment *s)
{
	size_t len;

	packet_clear(in);
	if (!inject_can_build(s))
		return -EINVAL;
	if (tcp_build(in, s, &len) < 0)
		goto failed;
	if ((s->src.family == 4 ? ipv4_build(in, s, len) : ipv6_build(in, s, len)) < 0)
		goto failed;
	if (in->mode == INJECT_LINK && ethernet_build(in, s->src.family) < 0)
		goto failed;
	return 0;
failed:
	log_msg(LOG_INFO, "libnet: %s", libnet_geterror(in->net));
	return -EINVAL;
}

/* Our encoder's packet behind its Ethernet header. */
static size_t frame_wrap(struct inject *in, const uint8_t *packet, size_t len)
{
	bool ip6 = len > 0 && packet[0] >> 4 == 6;
	uint16_t type = htons(ip6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);

	memcpy(in->frame, &in->ethernet[ip6], 2 * ETH_ADDR_LEN);
	memcpy(in->frame + 2 * ETH_ADDR_LEN, &type, sizeof(type));
	memcpy(in->frame + ETH_HDR_LEN, packet, len);
	return ETH_HDR_LEN + len;
}

int inject_build(struct inject *in, const struct segment *s, const uint8_t *packet, size_t len,
		 const uint8_t **frame, size_t *frame_len)
{
	uint32_t size;

	if (blocks_build(in, s) == 0 &&
	    libnet_adv_cull_packet(in->net, &in->culled, &size) >= 0) {
		*frame = in->culled;
		*frame_len = size;
		return 0;
	}
	if (len > SEGMENT_PACKET_MAX)
		return -EMSGSIZE;
	*frame = in->frame;
	*frame_len = frame_wrap(in, packet, len);
	return 0;
}

/* ---- sending ---- */

static int write_built(struct inject *in, const uint8_t *packet, size_t len)
{
	(void)packet;
	(void)len;
	return libnet_write(in->net);
}

static int write_link(struct inject *in, const uint8_t *packet, size_t len)
{
	return libnet_adv_write_link(in->net, packet, len);
}

static int write_raw4(struct inject *in, const uint8_t *packet, size_t len)
{
	return libnet_adv_write_raw_ipv4(in->net, packet, len);
}

/* libnet has no name for this one in its advanced interface. */
static int write_raw6(struct inject *in, const uint8_t *packet, size_t len)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6 };

	if (len < LIBNET_IPV6_H) {
		errno = EINVAL;
		return -1;
	}
	memcpy(&to.sin6_addr, packet + 24, sizeof(to.sin6_addr));
	return (int)sendto(libnet_getfd(in->net), packet, len, 0, (struct sockaddr *)&to,
			   sizeof(to));
}

/*
 * Full buffers empty themselves within microseconds; a moment's wait is kinder
 * than a failed run.  Bounded: a queue that does not drain is an error.
 */
static int write_retrying(struct inject *in, int (*write)(struct inject *, const uint8_t *, size_t),
			  const uint8_t *packet, size_t len)
{
	const struct timespec pause = { .tv_nsec = RETRY_NS };

	for (int i = 0;; i++) {
		errno = 0;
		if (write(in, packet, len) >= 0)
			return 0;
		if ((errno != ENOBUFS && errno != EAGAIN && errno != EINTR) || i == RETRIES)
			return errno ? -errno : -EIO;
		nanosleep(&pause, NULL);
	}
}

int inject_frame(struct inject *in, const uint8_t *frame, size_t len)
{
	return write_retrying(in, write_link, frame, len);
}

int inject_segment(struct inject *in, const struct segment *s, const uint8_t *packet, size_t len)
{
	const uint8_t *frame;
	size_t frame_len;
	int err;

	if (in->mode == INJECT_LINK) {
		err = inject_build(in, s, packet, len, &frame, &frame_len);
		return err ? err : inject_frame(in, frame, frame_len);
	}
	if (blocks_build(in, s) == 0)
		return write_retrying(in, write_built, NULL, 0);
	return write_retrying(in, in->mode == INJECT_RAW4 ? write_raw4 : write_raw6, packet, len);
}
