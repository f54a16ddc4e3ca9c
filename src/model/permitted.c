/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words for what a target may send: for reports, after it sent something
 * else.
 */
#include <string.h>

#include "base/buf.h"
#include "model/internal.h"

/* By state, in words; the numbers come after them. */
static const char *const may_send[TCP_N_STATES] = {
	[TCP_CLOSED] = "a reset that answers a segment",
	[TCP_LISTEN] = "SYN,ACK to a SYN, a reset to an ACK",
	[TCP_SYN_SENT] = "its SYN, or SYN,ACK to a SYN",
	[TCP_SYN_RECEIVED] = "SYN,ACK or FIN",
	[TCP_ESTABLISHED] = "data, ACK, FIN or an abort",
	[TCP_FIN_WAIT_1] = "ACK, or data and FIN again",
	[TCP_FIN_WAIT_2] = "ACK",
	[TCP_CLOSE_WAIT] = "data, ACK, FIN or an abort",
	[TCP_CLOSING] = "ACK, or data and FIN again",
	[TCP_LAST_ACK] = "ACK, or data and FIN again",
	[TCP_TIME_WAIT] = "ACK",
};

/* States that know both ends' numbers. */
#define NUMBERED (RECEIVING_STATES & ~STATE_BIT(TCP_SYN_RECEIVED))

static bool said_before(uint16_t states, int state)
{
	for (int st = 0; st < state; st++) {
		if ((states & STATE_BIT(st)) && !strcmp(may_send[st], may_send[state]))
			return true;
	}
	return false;
}

void model_permitted_str(const struct model_violation *v, struct buf *out)
{
	const char *sep = "";

	for (int st = 0; st < TCP_N_STATES; st++) {
		if (!(v->states & STATE_BIT(st)) || said_before(v->states, st))
			continue;
		buf_printf(out, "%s%s", sep, may_send[st]);
		sep = "; ";
	}
	if (!v->numbers || !(v->states & NUMBERED))
		return;
	buf_printf(out, "%sSND.NXT=0x%08x, ACK=0x%08x", sep, v->snd_nxt, v->ack_lo);
	if (v->ack_hi != v->ack_lo)
		buf_printf(out, " to 0x%08x", v->ack_hi);
}
