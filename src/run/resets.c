/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reset that was sent last, once more and at other places.
 */
#include "run/resets.h"

#include "run/path.h"

/* Rounds of further resets at the end of a run that missed something. */
#define RESETS_MORE 2
#define RESET_PLACES 16 /* of the latest segments */

/* The last segment of flow @f that left is a reset: decodes it. */
static bool ends_in_reset(const struct trace *t, uint8_t f, struct segment *s)
{
	for (size_t i = t->n_packets; i-- > 0;) {
		if (t->packet[i].dir != TRACE_TX || t->packet[i].flow != f ||
		    t->packet[i].step == TRACE_STEP_FOREIGN)
			continue;
		trace_decode(t, i, s);
		return s->flags & TCP_RST;
	}
	return false;
}

/* What the target expects next, if it got everything up to some segment of ours. */
static void reset_at_each(struct link *link, const struct trace *t, uint8_t f,
			  const struct segment *reset, uint8_t *packet)
{
	struct segment s = *reset, sent;
	uint32_t last = reset->seq;
	int n = 0;

	for (size_t i = t->n_packets; i-- > 0 && n < RESET_PLACES;) {
		if (t->packet[i].dir != TRACE_TX || t->packet[i].flow != f)
			continue;
		trace_decode(t, i, &sent);
		s.seq = sent.seq + segment_len(&sent);
		if (s.seq == last)
			continue;
		path_send(link, &s, packet);
		last = s.seq;
		n++;
	}
}

void resets_again(struct link *link, const struct trace *t, uint8_t n_flows, bool missed,
		  uint8_t *packet)
{
	struct segment s;

	for (uint8_t f = 0; f < n_flows; f++) {
		if (!ends_in_reset(t, f, &s))
			continue;
		path_send(link, &s, packet);
		for (int k = 0; k < RESETS_MORE && missed; k++) {
			reset_at_each(link, t, f, &s, packet);
			path_send(link, &s, packet);
		}
	}
}
