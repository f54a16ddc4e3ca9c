/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of this room share and nobody else needs.
 */
#ifndef MODEL_INTERNAL_H
#define MODEL_INTERNAL_H

#include "model/model.h"

#define RECEIVING_STATES                                            \
	(STATE_BIT(TCP_SYN_RECEIVED) | STATE_BIT(TCP_ESTABLISHED) | \
	 STATE_BIT(TCP_FIN_WAIT_1) | STATE_BIT(TCP_FIN_WAIT_2) |    \
	 STATE_BIT(TCP_CLOSE_WAIT) | STATE_BIT(TCP_CLOSING) |       \
	 STATE_BIT(TCP_LAST_ACK) | STATE_BIT(TCP_TIME_WAIT))

/* LISTEN took a SYN: a new connection record (RFC 9293 3.10.7.2). */
void model_open(struct model *m, const struct model_syn *syn);

/* What was sent on the old connection has arrived by now. */
void model_forget_old(struct model *m, int64_t ts_ns);

/*
 * The states that explain a segment seen at @ts_ns: the target may have sent it
 * before our last ones came.
 */
uint16_t model_states_at(const struct model *m, int64_t ts_ns);

#endif
