/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pcapng blocks, written and read (draft-ietf-opsawg-pcapng).
 *
 * libpcap reads the format without its comments and does not write it, and the
 * comments are why evidence is pcapng.  This file knows blocks, options and byte
 * order; evidence.c knows which blocks make evidence.
 */
#ifndef TRACE_PCAPNG_H
#define TRACE_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

enum pcapng_block_type {
	PCAPNG_SECTION = 0x0a0d0d0a,
	PCAPNG_INTERFACE = 1,
	PCAPNG_PACKET_OBSOLETE = 2,
	PCAPNG_PACKET_SIMPLE = 3,
	PCAPNG_STATISTICS = 5,
	PCAPNG_PACKET = 6,
};

enum pcapng_option_code {
	PCAPNG_OPT_END = 0,
	PCAPNG_OPT_COMMENT = 1,
	PCAPNG_SHB_PROGRAM = 4, /* shb_userappl */
	PCAPNG_IF_NAME = 2,
	PCAPNG_IF_TSRESOL = 9,
	PCAPNG_EPB_FLAGS = 2,
	PCAPNG_ISB_START = 2,
	PCAPNG_ISB_END = 3,
	PCAPNG_ISB_DROPPED = 5, /* isb_ifdrop */
};

/* epb_flags, bits 0 and 1: direction seen from the machine that captured. */
#define PCAPNG_DIRECTION_MASK 3u
#define PCAPNG_DIRECTION_INBOUND 1u
#define PCAPNG_DIRECTION_OUTBOUND 2u

#define PCAPNG_LINKTYPE_RAW 101 /* IP without a link header */

/*
 * Writing, little-endian on every machine.  A block is begun, gets its fixed
 * fields and then its options in the calls that follow, and is ended; @block is
 * what pcapng_begin() returned.
 */
size_t pcapng_begin(struct buf *out, uint32_t type);
void pcapng_add_u16(struct buf *out, uint16_t v);
void pcapng_add_u32(struct buf *out, uint32_t v);
/* A timestamp: the upper half first, whatever the byte order. */
void pcapng_add_time(struct buf *out, uint64_t v);
/* @len bytes, padded to a multiple of four. */
void pcapng_add_padded(struct buf *out, const void *p, size_t len);
/* One option; what does not fit into its 16 bits of length is cut off. */
void pcapng_add_option(struct buf *out, uint16_t code, const void *p, size_t len);
void pcapng_end(struct buf *out, size_t block);
/* The fixed fields of a section header, which starts every file. */
size_t pcapng_begin_section(struct buf *out);

/*
 * Reading.  A cursor over bytes of somebody else: what is read past the end is
 * 0 and sets `bad`, so one look at the end tells whether all was there.
 */
struct pcapng_cursor {
	const uint8_t *p;
	size_t left;
	bool big_endian;
	bool bad;
};
uint16_t pcapng_u16(struct pcapng_cursor *c);
uint32_t pcapng_u32(struct pcapng_cursor *c);
uint64_t pcapng_u64(struct pcapng_cursor *c);
uint64_t pcapng_time(struct pcapng_cursor *c);
/* @len bytes and their padding; NULL if they are not there. */
const uint8_t *pcapng_padded(struct pcapng_cursor *c, size_t len);

struct pcapng_option {
	uint16_t code;
	uint16_t len;
	const uint8_t *value; /* not NUL-terminated */
};
/* The next option of a block; false at the end of the options. */
bool pcapng_next_option(struct pcapng_cursor *c, struct pcapng_option *o);

struct pcapng_reader {
	const uint8_t *start, *p;
	size_t left;
	bool big_endian;   /* of the section that is being read */
	const char *error; /* what is wrong with the file, or NULL */
};
struct pcapng_block {
	uint32_t type;
	struct pcapng_cursor body; /* without the lengths */
};

void pcapng_read(struct pcapng_reader *r, const uint8_t *p, size_t len);
/*
 * The next block.  A section header sets the byte order, and its body starts
 * after the version.  False at the end and at the first error.
 */
bool pcapng_next(struct pcapng_reader *r, struct pcapng_block *b);
/* Bytes of the file before the block that comes next, for messages. */
size_t pcapng_offset(const struct pcapng_reader *r);

#endif
