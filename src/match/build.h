/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Building what `send` asks for: a segment from the tester's connection record,
 * with what the case overrides.
 */
#ifndef MATCH_BUILD_H
#define MATCH_BUILD_H

#include "match/match.h"
#include "trace/trace.h"

/*
 * Fills @s from @send.  What the case does not say is what a correct peer would
 * use: SEQ=SND.NXT, ACK=RCV.NXT with the ACK bit, its window, on a SYN the
 * plan's options, and timestamps on every segment once both sides agreed on
 * them (RFC 7323 3.2).  @s->data points into the plan.  Returns 0, or -ENODATA
 * if an expression needs a value that the target never gave.
 */
int build_send(const struct plan *plan, const struct plan_send *send,
	       const struct trace_setup *setup, const struct match_env *env,
	       struct segment *s);

/* A plain segment of flow 0 with SEQ and ACK given: probes and resets. */
void build_plain(const struct trace_setup *setup, const struct match_env *env,
		 uint16_t flags, uint32_t seq, uint32_t ack, struct segment *s);

#endif
