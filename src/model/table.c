/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 9293 section 3.10.7, SEGMENT ARRIVES, as a table.
 *
 * For a state and a check, the rows are tried from the top; the first whose
 * conditions hold is taken, and with `alternative` the next that holds as well.
 * No row: the check passes without effect.
 */
#include "model/model.h"

#define S(x) STATE_BIT(TCP_##x)
#define SYNCHRONIZED (S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2) | \
		      S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK) | S(TIME_WAIT))
#define RECEIVING (S(SYN_RECEIVED) | SYNCHRONIZED)
#define OPEN (S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2) | S(CLOSE_WAIT))

#define DROP .next = NEXT_SAME, .stop = true
#define STAY .next = NEXT_SAME
#define TO(x) .next = TCP_##x
#define OR_ELSE .alternative = true
#define REF(c, s) .clause = c, .section = s, .rules = "rfc9293"
#define REF_OF(c, s, r) .clause = c, .section = s, .rules = r

/* clang-format off */
const struct model_row model_table[] = {
	/* 3.10.7.1 CLOSED */
	{ CHECK_FIRST, S(CLOSED), C_RST, ANS_NONE, DROP,
	  REF("SA-CLOSED-1", "3.10.7.1") },
	{ CHECK_FIRST, S(CLOSED), C_NO_ACK, ANS_RST_ACK, DROP,
	  REF("SA-CLOSED-2", "3.10.7.1") },
	{ CHECK_FIRST, S(CLOSED), C_ACK, ANS_RST_SEQ, DROP,
	  REF("SA-CLOSED-3", "3.10.7.1") },

	/* 3.10.7.2 LISTEN */
	{ CHECK_FIRST, S(LISTEN), C_RST, ANS_NONE, DROP,
	  REF("SA-LISTEN-1", "3.10.7.2") },
	{ CHECK_FIRST, S(LISTEN), C_ACK, ANS_RST_SEQ, DROP,
	  REF("SA-LISTEN-2", "3.10.7.2") },
	/* SYN with FIN: processed as a SYN, or dropped as no stack sends it. */
	{ CHECK_FIRST, S(LISTEN), C_SYN | C_FIN, ANS_NONE, DROP, OR_ELSE,
	  REF_OF("SA-LISTEN-4", "3.10.7.2", "drop-synfin") },
	{ CHECK_FIRST, S(LISTEN), C_SYN, ANS_SYN_ACK, TO(SYN_RECEIVED), .stop = true,
	  REF("SA-LISTEN-3", "3.10.7.2") },
	{ CHECK_FIRST, S(LISTEN), 0, ANS_NONE, DROP,
	  REF("SA-LISTEN-5", "3.10.7.2") },

	/* 3.10.7.4 first: timestamps (RFC 7323 3.2 and 5.3) and sequence number */
	{ CHECK_SEQ, RECEIVING, C_TS_ODD | C_NO_RST, ANS_ACK, DROP, OR_ELSE,
	  REF_OF("SA-SEQ-1", "5.3", "rfc7323") },
	/* The window may be larger than it was told, and where it is zero an ACK
	 * should be taken all the same. */
	{ CHECK_SEQ, S(SYN_RECEIVED) | S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2),
	  C_SEQ_BAD | C_SEQ_NEXT | C_NO_RST | C_NO_SYN, ANS_NONE, STAY, OR_ELSE,
	  REF("SA-SEQ-1", "3.10.7.4") },
	{ CHECK_SEQ, RECEIVING, C_SEQ_BAD | C_RST, ANS_NONE, DROP,
	  REF("SA-RST-1", "3.10.7.4") },
	/* A SYN that begins beyond what TIME-WAIT remembers may reopen (MAY-2). */
	{ CHECK_SEQ, S(TIME_WAIT), C_SEQ_BAD | C_SEQ_ABOVE | C_SYN | C_NO_ACK,
	  ANS_SYN_ACK, TO(SYN_RECEIVED), .stop = true, OR_ELSE,
	  REF_OF("SA-SYN-3", "3.6.1", "rfc6191") },
	/* With timestamps any number will do (RFC 6191 2). */
	{ CHECK_SEQ, S(TIME_WAIT), C_SEQ_BAD | C_TS | C_SYN | C_NO_ACK,
	  ANS_SYN_ACK, TO(SYN_RECEIVED), .stop = true, OR_ELSE,
	  REF_OF("SA-SYN-3", "3.6.1", "rfc6191") },
	{ CHECK_SEQ, S(TIME_WAIT), C_SEQ_BAD, ANS_ACK, DROP,
	  REF("SA-SEQ-5", "3.10.7.4") },
	{ CHECK_SEQ, S(SYN_RECEIVED), C_SEQ_BAD | C_SYN, ANS_ACK | ANS_SYN_ACK, DROP,
	  REF("SA-SEQ-1", "3.10.7.4") },
	{ CHECK_SEQ, S(SYN_RECEIVED), C_SEQ_BAD, ANS_ACK, DROP,
	  REF("SA-SEQ-1", "3.10.7.4") },
	{ CHECK_SEQ, S(ESTABLISHED), C_SEQ_BAD, ANS_ACK, DROP,
	  REF("SA-SEQ-2", "3.10.7.4") },
	{ CHECK_SEQ, S(CLOSE_WAIT), C_SEQ_BAD, ANS_ACK, DROP,
	  REF("SA-SEQ-3", "3.10.7.4") },
	{ CHECK_SEQ, RECEIVING, C_SEQ_BAD, ANS_ACK, DROP,
	  REF("SA-SEQ-4", "3.10.7.4") },

	/* second: RST */
	{ CHECK_RST, S(SYN_RECEIVED), C_RST | C_SEQ_EXACT, ANS_NONE, TO(LISTEN), .stop = true,
	  REF("SA-RST-4", "3.10.7.4") },
	{ CHECK_RST, S(TIME_WAIT), C_RST | C_SEQ_EXACT, ANS_NONE, DROP, OR_ELSE,
	  REF_OF("SA-RST-6", "3.10.7.4", "rfc1337") },
	{ CHECK_RST, S(CLOSING) | S(LAST_ACK) | S(TIME_WAIT), C_RST | C_SEQ_EXACT,
	  ANS_NONE, TO(CLOSED), .stop = true,
	  REF("SA-RST-6", "3.10.7.4") },
	{ CHECK_RST, OPEN, C_RST | C_SEQ_EXACT, ANS_NONE, TO(CLOSED), .stop = true,
	  REF("SA-RST-2", "3.10.7.4") },
	{ CHECK_RST, RECEIVING, C_RST | C_SEQ_INEXACT, ANS_ACK, DROP, OR_ELSE,
	  REF_OF("SA-RST-3", "3.10.7.4", "rfc5961") },
	{ CHECK_RST, S(TIME_WAIT), C_RST | C_SEQ_INEXACT, ANS_NONE, DROP, OR_ELSE,
	  REF_OF("SA-RST-6", "3.10.7.4", "rfc1337") },
	{ CHECK_RST, S(SYN_RECEIVED), C_RST | C_SEQ_INEXACT, ANS_NONE, TO(LISTEN), .stop = true,
	  REF_OF("SA-RST-3", "3.10.7.4", "rfc793") },
	{ CHECK_RST, SYNCHRONIZED, C_RST | C_SEQ_INEXACT, ANS_NONE, TO(CLOSED), .stop = true,
	  REF_OF("SA-RST-3", "3.10.7.4", "rfc793") },

	/* fourth: SYN */
	{ CHECK_SYN, S(SYN_RECEIVED), C_SYN, ANS_ACK, DROP, OR_ELSE,
	  REF_OF("SA-SYN-1", "3.10.7.4", "rfc5961") },
	{ CHECK_SYN, S(SYN_RECEIVED), C_SYN, ANS_RST_SEQ | ANS_RST_ACK,
	  TO(LISTEN), .stop = true, OR_ELSE,
	  REF_OF("SA-SYN-1", "3.10.7.4", "rfc793") },
	{ CHECK_SYN, S(SYN_RECEIVED), C_SYN, ANS_NONE, TO(LISTEN), .stop = true,
	  REF("SA-SYN-1", "3.10.7.4") },
	{ CHECK_SYN, S(TIME_WAIT), C_SYN | C_NO_ACK,
	  ANS_SYN_ACK, TO(SYN_RECEIVED), .stop = true, OR_ELSE,
	  REF_OF("SA-SYN-3", "3.6.1", "rfc6191") },
	{ CHECK_SYN, SYNCHRONIZED, C_SYN, ANS_ACK, DROP, OR_ELSE,
	  REF_OF("SA-SYN-2", "3.10.7.4", "rfc5961") },
	{ CHECK_SYN, SYNCHRONIZED, C_SYN, ANS_RST_SEQ | ANS_RST_ACK | ANS_RST_ABORT,
	  TO(CLOSED), .stop = true,
	  REF_OF("SA-SYN-2", "3.10.7.4", "rfc793") },

	/* fifth: ACK */
	{ CHECK_ACK, RECEIVING, C_NO_ACK, ANS_NONE, DROP,
	  REF("SA-ACK-1", "3.10.7.4") },
	{ CHECK_ACK, S(SYN_RECEIVED), C_ACK_GOOD, ANS_NONE, TO(ESTABLISHED),
	  REF("SA-ACK-2", "3.10.7.4") },
	{ CHECK_ACK, S(SYN_RECEIVED), C_ACK_NOT_GOOD, ANS_RST_SEQ, DROP,
	  REF("SA-ACK-3", "3.10.7.4") },
	{ CHECK_ACK, SYNCHRONIZED, C_ACK_BEYOND, ANS_ACK, DROP,
	  REF("SA-ACK-4", "3.10.7.4") },
	{ CHECK_ACK, SYNCHRONIZED, C_ACK_TOO_OLD, ANS_ACK, DROP, OR_ELSE,
	  REF_OF("SA-ACK-6", "3.10.7.4", "rfc5961") },
	{ CHECK_ACK, S(FIN_WAIT_1), C_ACK_FIN, ANS_NONE, TO(FIN_WAIT_2),
	  REF("SA-ACK-8", "3.10.7.4") },
	{ CHECK_ACK, S(CLOSING), C_ACK_FIN, ANS_NONE, TO(TIME_WAIT),
	  REF("SA-ACK-9", "3.10.7.4") },
	{ CHECK_ACK, S(LAST_ACK), C_ACK_FIN, ANS_NONE, TO(CLOSED), .stop = true,
	  REF("SA-ACK-10", "3.10.7.4") },

	/* seventh: segment text; after CLOSE a reset may say that it is lost (SHLD-3) */
	{ CHECK_TEXT, S(FIN_WAIT_1) | S(FIN_WAIT_2), C_TEXT,
	  ANS_RST_ABORT | ANS_RST_SEQ, TO(CLOSED), .stop = true, OR_ELSE,
	  REF("SHLD-3", "3.6.1") },
	{ CHECK_TEXT, S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2), C_TEXT, ANS_ACK, STAY,
	  REF("SA-TXT-1", "3.10.7.4") },
	{ CHECK_TEXT, S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK) | S(TIME_WAIT), C_TEXT,
	  ANS_ACK, STAY,
	  REF("SA-TXT-2", "3.10.7.4") },

	/* eighth: FIN */
	{ CHECK_FIN, S(SYN_RECEIVED) | S(ESTABLISHED), C_FIN, ANS_ACK, TO(CLOSE_WAIT),
	  REF("SA-FIN-2", "3.10.7.4") },
	{ CHECK_FIN, S(FIN_WAIT_1), C_FIN, ANS_ACK, TO(CLOSING),
	  REF("SA-FIN-3", "3.10.7.4") },
	{ CHECK_FIN, S(FIN_WAIT_2), C_FIN, ANS_ACK, TO(TIME_WAIT),
	  REF("SA-FIN-5", "3.10.7.4") },
	{ CHECK_FIN, S(TIME_WAIT), C_FIN, ANS_ACK, STAY,
	  REF("SA-FIN-6", "3.10.7.4") },
	{ CHECK_FIN, S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK), C_FIN, ANS_ACK, STAY,
	  REF("SA-FIN-7", "3.10.7.4") },
};
/* clang-format on */

const size_t model_table_len = sizeof(model_table) / sizeof(model_table[0]);
