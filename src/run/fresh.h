/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fresh: proof that the target knows nothing of a 4-tuple before a run uses it.
 *
 * An ACK that acknowledges a number of ours draws <SEQ=SEG.ACK><CTL=RST> from LISTEN
 * and from CLOSED (RFC 9293 3.10.7.1, 3.10.7.2).  From whatever is left of an earlier
 * connection, of this program or another, it draws an ACK: then another port is
 * taken.  No answer proves nothing, since a filter may drop such segments, nor does
 * an ACK from every port, since the target may just be wrong, which is for the cases to
 * find; after a few of those it is not asked again.
 */
#ifndef RUN_FRESH_H
#define RUN_FRESH_H

#include "link/link.h"
#include "trace/trace.h"

#define FRESH_WAIT_NS INT64_C(200000000)
#define FRESH_MAX_PORTS 4  /* tried for one run */
#define FRESH_MAX_SILENT 3 /* runs in a row of which nothing could be proven */

struct fresh {
	bool asked;
	uint8_t ports;	 /* tried so far, this one included */
	uint32_t number; /* that was acknowledged */
	int64_t due_ns;
};

enum fresh_answer {
	FRESH_NOTHING, /* nothing that answers */
	FRESH_CLOSED,  /* proven */
	FRESH_IN_USE,
};

/* The segment that asks, for the ports of @setup; it leaves at @now_ns. */
void fresh_ask(struct fresh *f, const struct trace_setup *setup, uint32_t number,
	       int64_t now_ns, struct segment *s);

/* What a packet of the target on this 4-tuple says. */
enum fresh_answer fresh_hear(const struct link_packet *p);

/* It is the answer to what was asked, and came late or twice: not the run's. */
bool fresh_is_echo(const struct fresh *f, const struct link_packet *p);

#endif
