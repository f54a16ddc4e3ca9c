/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The segment codec: one TCP segment in one IPv4 or IPv6 packet.
 *
 * Both directions are total.  segment_decode() takes any bytes and gives the
 * best reading of them together with marks for each defect: a malformed segment
 * is a result, not an error.  segment_encode() writes what it is told, also
 * what no correct stack could emit.  A decoded segment without defects encodes
 * to the same bytes, with two exceptions that are no defects: a length of 0 in
 * the IP header, which segmentation offload leaves there, and a checksum of
 * 0xffff, the other zero of ones' complement, are written as what they stand for.
 *
 * RFC 9293 section 3.1 (header), 3.2 (options); RFC 791; RFC 8200.
 */
#ifndef WIRE_SEGMENT_H
#define WIRE_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* Control bits (RFC 9293 3.1), as they stand in bytes 12-13 of the header. */
enum tcp_flag {
	TCP_FIN = 0x001,
	TCP_SYN = 0x002,
	TCP_RST = 0x004,
	TCP_PSH = 0x008,
	TCP_ACK = 0x010,
	TCP_URG = 0x020,
	TCP_ECE = 0x040,
	TCP_CWR = 0x080,
	TCP_AE = 0x100, /* RFC 9768; otherwise the lowest reserved bit */
};

/* Option kinds (IANA "TCP Option Kind Numbers"). */
enum tcp_opt_kind {
	TCP_OPT_EOL = 0,
	TCP_OPT_NOP = 1,
	TCP_OPT_MSS = 2,
	TCP_OPT_WSCALE = 3,
	TCP_OPT_SACK_PERMITTED = 4,
	TCP_OPT_SACK = 5,
	TCP_OPT_TIMESTAMPS = 8,
	TCP_OPT_MD5 = 19,
	TCP_OPT_AO = 29,
	TCP_OPT_FASTOPEN = 34,
};

/* Most options a header can hold: forty one-byte options. */
#define TCP_OPT_MAX 40
#define TCP_OPT_SPACE 40 /* bytes of option space in a full header */
#define TCP_SACK_MAX 4

struct ip_addr {
	uint8_t family; /* 4 or 6; 0: unset */
	uint8_t b[16];	/* network order; IPv4 uses the first 4 */
};

/*
 * One option.  @raw holds the bytes after kind and length as they stand on the
 * wire (@raw_len of them; only those are set); the typed fields are set where
 * kind and length are those of the RFC that defines the option (`known`).
 *
 * EOL and NOP have no length byte.  What follows EOL is padding, not an option:
 * zeros are not kept, since segment.opt_len says how many there are; if any is
 * not zero they are all in @raw.  An option of a wrong length ends the list and
 * has everything up to the end of the header in @raw.
 */
struct tcp_opt {
	uint8_t kind;
	uint8_t length; /* the length byte; 1 for EOL and NOP */
	bool known;	/* typed fields below are valid */
	bool bare;	/* the header ends after the kind: no length byte */
	uint8_t raw_len;
	uint8_t raw[TCP_OPT_SPACE];
	union {
		uint16_t mss;
		uint8_t wscale;
		struct {
			uint32_t val, ecr;
		} ts;
		struct {
			uint8_t n;
			struct {
				uint32_t left, right;
			} block[TCP_SACK_MAX];
		} sack;
	};
};

/* What is wrong with a decoded packet; several may be set. */
enum segment_defect {
	SEG_DEFECT_TRUNCATED = 1u << 0, /* capture shorter than the packet */
	SEG_DEFECT_IP_HEADER = 1u << 1, /* version, IHL, lengths inconsistent */
	SEG_DEFECT_IP_CHECKSUM = 1u << 2,
	SEG_DEFECT_NOT_TCP = 1u << 3,	  /* other protocol, no IP, a later fragment,
						   or a routing header sends it on */
	SEG_DEFECT_FRAGMENT = 1u << 4,	  /* first fragment of several, or with
						   NOT_TCP a later one */
	SEG_DEFECT_SHORT = 1u << 5,	  /* no room for a TCP header, or not
						   captured as far as that */
	SEG_DEFECT_DATA_OFFSET = 1u << 6, /* < 5 or beyond the segment */
	SEG_DEFECT_CHECKSUM = 1u << 7,
	SEG_DEFECT_CHECKSUM_PARTIAL = 1u << 8, /* checksum is the pseudo-header sum:
						   offload artefact, set with the above */
	SEG_DEFECT_OPT_LENGTH = 1u << 9,       /* option length 0, 1 or past the end */
	SEG_DEFECT_OPT_PADDING = 1u << 10,     /* bytes after EOL not zero (MUST-69) */
	SEG_DEFECT_RESERVED = 1u << 11,	       /* reserved bits not zero */
};

/*
 * One TCP segment.  In a decoded one @data and @ip_opt point into the caller's
 * packet.  In one to be encoded the fields marked (e) may ask for nonsense.
 *
 * A segment to be encoded starts as all zeros ("struct segment s = { 0 }").  It
 * is 3 KB, nearly all of it room for options: decoding sets only opt[0] to
 * opt[n_opt - 1], and in them only what the option has.
 */
struct segment {
	/* IP */
	struct ip_addr src, dst;
	uint8_t ttl;	       /* or hop limit; 0 encodes as 64 unless ttl_set */
	uint8_t tos;	       /* DSCP and ECN, or traffic class */
	uint16_t ip_id;	       /* IPv4 */
	bool df;	       /* IPv4 */
	uint32_t flow_label;   /* IPv6 */
	uint8_t ip_proto;      /* protocol, or IPv6 the first next header */
	uint16_t ip_frag;      /* IPv4: reserved bit, MF and offset; no DF */
	uint16_t ip_checksum;  /* IPv4 */
	const uint8_t *ip_opt; /* IPv4 options, IPv6 extension headers */
	uint16_t ip_opt_len;   /* bytes; IPv4 is padded to a multiple of 4 */

	/* TCP */
	uint16_t sport, dport;
	uint32_t seq, ack;
	uint16_t flags;	     /* enum tcp_flag */
	uint8_t reserved;    /* the three bits between data offset and AE */
	uint8_t data_offset; /* as on the wire, in 32-bit words */
	uint16_t window;     /* unscaled, as on the wire */
	uint16_t checksum;
	uint16_t urgent;

	struct tcp_opt opt[TCP_OPT_MAX]; /* in order, NOP and EOL included */
	uint8_t n_opt;
	uint8_t opt_len; /* bytes of option space, padding included;
					   encode: at least so many, unless opt_nopad */

	const uint8_t *data;
	uint32_t data_len;
	uint32_t data_missing; /* further payload bytes, sent but not captured */

	uint32_t defects; /* enum segment_defect, decode only */
	uint32_t ip_len;  /* whole packet according to the IP header, or
					   as captured if that says 0 (offload) */

	/* (e) overrides, encode only */
	bool data_offset_set;  /* use data_offset as given */
	bool checksum_set;     /* use checksum as given */
	bool checksum_bad;     /* correct checksum, then spoilt: surely wrong, but
					   neither 0 nor the offload value */
	bool ttl_set;	       /* use ttl as given, also 0 */
	bool opt_nopad;	       /* do not pad options to a multiple of 4 */
	bool ip_proto_set;     /* use ip_proto as given; IPv6 with ip_opt
					   always does */
	bool ip_total_len_set; /* use ip_total_len as given */
	bool ip_checksum_set;  /* use ip_checksum as given */
	uint16_t ip_total_len; /* whole packet; the IPv6 field gets 40 less */
	const uint8_t *raw;    /* if set: the whole TCP segment, as it is */
	uint32_t raw_len;
};

/*
 * SEG.LEN: octets of sequence space, SYN and FIN counted (RFC 9293 3.3.1).
 * Payload that was not captured counts as well.
 */
uint32_t segment_len(const struct segment *s);

/* True if a decoded packet has a TCP header that could be read. */
static inline bool segment_has_tcp(const struct segment *s)
{
	return !(s->defects & (SEG_DEFECT_NOT_TCP | SEG_DEFECT_SHORT));
}

/* First option of @kind, or NULL. */
const struct tcp_opt *segment_opt(const struct segment *s, uint8_t kind);

/*
 * Reads one IP packet (no link header).  @cap_len bytes are there of which the
 * original had @orig_len.  Never fails; see @s->defects.  @s->data points into
 * @packet.  Extension headers of IPv6 are skipped.
 */
void segment_decode(struct segment *s, const uint8_t *packet, size_t cap_len,
		    size_t orig_len);

/* Fills the typed part and wire form of one option from its typed value. */
void tcp_opt_mss(struct tcp_opt *o, uint16_t mss);
void tcp_opt_wscale(struct tcp_opt *o, uint8_t shift);
void tcp_opt_timestamps(struct tcp_opt *o, uint32_t val, uint32_t ecr);
void tcp_opt_simple(struct tcp_opt *o, uint8_t kind); /* EOL, NOP, SACK-permitted */
void tcp_opt_sack(struct tcp_opt *o, uint8_t n, const uint32_t (*block)[2]);
/*
 * Any kind and length byte with any body: may be inconsistent on purpose.  The
 * body is cut at TCP_OPT_SPACE bytes.  EOL and NOP are written without @length.
 * `known` and the typed part are set if it is consistent all the same.
 */
void tcp_opt_raw(struct tcp_opt *o, uint8_t kind, uint8_t length,
		 const uint8_t *body, uint8_t body_len);

/*
 * Reads @len bytes of option space (@len <= TCP_OPT_SPACE) into @opt, which has
 * room for TCP_OPT_MAX, and sets *n.  Returns the defects found: OPT_LENGTH,
 * OPT_PADDING.
 */
uint32_t tcp_opts_decode(struct tcp_opt *opt, uint8_t *n, const uint8_t *p, size_t len);

/* Bytes that @n options take on the wire, without padding. */
size_t tcp_opts_len(const struct tcp_opt *opt, uint8_t n);
/* Writes them to @out, which has room; returns their length. */
size_t tcp_opts_encode(const struct tcp_opt *opt, uint8_t n, uint8_t *out);

/* Largest packet segment_encode() can write. */
#define SEGMENT_PACKET_MAX 65575

/*
 * Writes the IP packet for @s into @out (@cap bytes) and returns its length, or
 * 0 if @cap is too small: the only failure.  Lengths, checksums, data offset
 * and option padding are computed unless overridden.  Options beyond 40 bytes
 * are written all the same (the data offset then saturates at 15).  Options
 * that are not padded have the data offset rounded up.  It is IPv6 if the
 * source or destination is.
 */
size_t segment_encode(const struct segment *s, uint8_t *out, size_t cap);

/* "SYN|ACK", "none" for no flag.  Writes at most @cap bytes, returns @out. */
#define TCP_FLAGS_STRLEN 48
const char *tcp_flags_str(uint16_t flags, char *out, size_t cap);
/*
 * Parses "SYN|ACK", "none", "all" (FIN..URG); -EINVAL if a name is unknown.
 * Blanks around the names are allowed.
 */
int tcp_flags_parse(const char *text, size_t len, uint16_t *flags);
/* The names in order, for messages: "FIN", "SYN", ...; NULL-terminated. */
extern const char *const tcp_flag_names[];

/*
 * Name of an option kind as the test language has it ("mss", "window-scale",
 * ...), or NULL if unknown; and the kind of a name, or -EINVAL.
 */
const char *tcp_opt_name(uint8_t kind);
int tcp_opt_kind_parse(const char *name);

/* Text forms; at most @cap bytes; return @out. */
#define IP_ADDR_STRLEN 46
const char *ip_addr_str(const struct ip_addr *a, char *out, size_t cap);
int ip_addr_parse(const char *text, struct ip_addr *a); /* 0 or -EINVAL */
bool ip_addr_eq(const struct ip_addr *a, const struct ip_addr *b);

/* Names of the defects set in @defects, comma separated, appended to @out. */
void segment_defects_str(uint32_t defects, struct buf *out);

/* "mss 1460", "sack 0x1-0x2", "kind 254 length 6 0xf9890000", appended to @out. */
void tcp_opt_describe(const struct tcp_opt *o, struct buf *out);

/*
 * One line that a person reads, appended to @out, numbers absolute:
 * "SYN|ACK seq=0x1 ack=0x2 win=65535 len=0 <mss 1460, nop, wscale 7>".
 */
void segment_describe(const struct segment *s, struct buf *out);

/* Ones' complement sum (RFC 1071), folded but not inverted; @sum to go on. */
uint32_t inet_sum(const void *p, size_t len, uint32_t sum);

#endif
