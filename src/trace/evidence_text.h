/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines in evidence that are for the program, written and read by the same
 * tables.  Inside src/trace only.
 */
#ifndef TRACE_EVIDENCE_TEXT_H
#define TRACE_EVIDENCE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "trace/evidence.h"

/* Appends the setup, the faults and what @note says of the run. */
void evidence_add_setup(struct buf *out, const struct trace *t, const struct evidence_note *note);

/* Appends what pcapng itself does not say of a packet. */
void evidence_add_packet(struct buf *out, const struct trace_packet *p);

/* What reading has found so far. */
struct evidence_setup {
	struct trace *t;
	struct evidence_info *info;
	bool found;    /* the line the setup starts with */
	uint32_t seen; /* keys, by their place in the table */
};

/*
 * Reads one comment of the section, changing @text; strings go on living in it.
 * Keys it does not know are skipped, for the sake of later versions.  NULL, or
 * what is wrong: the name of the key.
 */
const char *evidence_read_setup(struct evidence_setup *s, char *text);
/* NULL if nothing is missing, else the name of a missing key. */
const char *evidence_missing(const struct evidence_setup *s);

/* Reads one comment of a packet; true if it held the step and the flow. */
bool evidence_read_packet(const char *text, struct trace_packet *p);

#endif
