/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Resets: what ends the connections of a run for good where packets get lost.
 */
#ifndef RUN_RESETS_H
#define RUN_RESETS_H

#include "link/link.h"
#include "trace/trace.h"

/*
 * Where packets get lost, the resets that end the run's connections go out more
 * than once, and if it @missed something for whatever the target may expect: what
 * is left would meet a later run, of this process or another.  Once more is enough
 * where nothing was missed: a burst after each run would itself fill queues.  No
 * run hears of these, since the ports have been given back.  @n_flows: of the run
 * whose trace is @t; @packet: space for SEGMENT_PACKET_MAX octets.
 */
void resets_again(struct link *link, const struct trace *t, uint8_t n_flows, bool missed,
		  uint8_t *packet);

#endif
