/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was expected and what came nearest, one above the other, field below
 * field, with carets under what differs:
 *
 *     expected  <  RST      seq=probe.ack (0x2e1f0002)
 *     nearest   <  RST|ACK  seq=0x00000000              ack=0x2e1f0002     frame 4, +0.001523 s
 *                  ^^^^^^^  ^^^^^^^^^^^^^^
 */
#ifndef REPORT_PAIR_H
#define REPORT_PAIR_H

#include "base/buf.h"
#include "verify/verdict.h"

struct arena;

/* How the lines look: what starts each, and what switches carets on and off. */
struct pair_look {
	const char *indent;
	const char *caret_on, *caret_off;
};

/*
 * Appends the pair for @f, whose packet, if it has one, is in @t.  Lines that
 * would say nothing are left out.  Scratch space comes from @arena.
 */
void pair_add(struct buf *out, const struct finding *f, const struct trace *t,
	      const struct pair_look *look, struct arena *arena);

#endif
