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

#endif
