/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target of lint: whatever comes in whatever order, it stays in its memory,
 * and a copy that is fed the same says the same.
 *
 * The first byte is what is known of the path.  Then packets: direction and flags,
 * how far SEG.SEQ and SEG.ACK jump, the length of text and of options, and the
 * octets of both.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/lint.h"

#define HEAD 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Small steps, and large ones: two bits choose the size. */
static uint32_t jump(const uint8_t *p)
{
	static const unsigned int shift[] = { 0, 8, 16, 22 };

	return (uint32_t)(p[0] & 0x3f) << shift[p[0] >> 6];
}

/* Reads one packet into @s; returns how long it was, or 0. */
static size_t read_packet(struct segment *s, const uint8_t *p, size_t left, const uint32_t base[2])
{
	size_t text, opts;

	if (left < HEAD)
		return 0;
	memset(s, 0, sizeof(*s));
	s->flags = (uint16_t)(p[1] | (p[0] & 2 ? TCP_AE : 0));
	s->seq = base[p[0] & 1] + jump(p + 2) - (p[0] & 4 ? 0x40u : 0);
	s->ack = s->flags & TCP_ACK ? base[!(p[0] & 1)] + jump(p + 3) : 0;
	s->window = (uint16_t)(p[4] << 8 | p[5]);
	s->defects = p[0] & 8 ? SEG_DEFECT_CHECKSUM : 0;
	text = p[6];
	opts = p[7] % (TCP_OPT_SPACE + 1);
	if (left < HEAD + text + opts)
		return 0;
	s->defects |= tcp_opts_decode(s->opt, &s->n_opt, p + HEAD, opts);
	s->opt_len = (uint8_t)opts;
	s->data = p + HEAD + opts;
	s->data_len = (uint32_t)text;
	return HEAD + text + opts;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t base[2] = { 0xffffff00, 0xfffffff0 };
	struct arena *arena = arena_new();
	struct lint one, two;
	struct segment s;
	int64_t now = 0;
	size_t at = 1, n;

	lint_init(&one, NULL, size ? data[0] & 3 : 0);
	lint_init(&two, arena, size ? data[0] & 3 : 0);
	while (at < size && (n = read_packet(&s, data + at, size - at, base))) {
		now += INT64_C(1) << (data[at] >> 4) * 4 % 56;
		if (data[at] & 1) {
			lint_tx(&one, &s, now);
			lint_tx(&two, &s, now);
		} else if (lint_rx(&one, &s, now) != lint_rx(&two, &s, now)) {
			abort();
		}
		at += n;
	}
	lint_fini(&one);
	lint_fini(&two);
	arena_free(arena);
	return 0;
}
