/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table itself: RFC 9293 section 3.10 in the order of its text, with what
 * its companions add.  Clause ids that begin with SA- are those of "segment
 * arrives", TO- of timeouts, the rest is named after the call.
 *
 * Not here: the third check (security and compartment, 3.10.7.4), since no
 * stack that speaks on the Internet sets them; and what only the user sees
 * (resources, access rights, push).
 */
#include "model/table.h"

#define S(x) (1u << TCP_##x)
#define ALL_STATES ((1u << TCP_N_STATES) - 1)
#define SYNCHRONIZED (S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2) | \
		      S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK) | S(TIME_WAIT))
#define RECEIVING (S(SYN_RECEIVED) | SYNCHRONIZED)
#define OPEN (S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2) | S(CLOSE_WAIT))
#define TAKES_TEXT (S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2))
#define ENDED (S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK) | S(TIME_WAIT))

#define CALL(ID, EVENT, STATES, COND, ANSWERS) \
	.id = ID, .event = EVENT_##EVENT, .states = STATES, .cond = COND, .answers = ANSWERS
#define SEGMENT(ID, CHECK, STATES, COND, ANSWERS)                                   \
	.id = ID, .event = EVENT_SEGMENT, .check = CHECK_##CHECK, .states = STATES, \
	.cond = COND, .answers = ANSWERS

#define DROP .next = NEXT_SAME, .then = CHECK_N
#define STAY .next = NEXT_SAME
#define TO(x) .next = TCP_##x
#define END .then = CHECK_N
#define OR_ELSE .alternative = true
#define FX(x) .effects = x
#define TELL(x) .user = x
#define SHOULD .level = LEVEL_SHOULD
#define MAY .level = LEVEL_MAY
#define REF(c, s) .clause = c, .section = s, .rules = RULES_RFC9293
#define REF_OF(c, s, r) .clause = c, .section = s, .rules = r

#define R9293 RULES_RFC9293
#define R5961 RULES_RFC5961
#define R793 RULES_RFC793
#define R1122 RULES_RFC1122
#define R1337 RULES_RFC1337
#define R6191 RULES_RFC6191
#define R7323 RULES_RFC7323

#define NO_CONNECTION TELL("error: connection does not exist")
#define CLOSING_ERROR TELL("error: connection closing")
#define RESET_SIGNAL TELL("connection reset")

/* clang-format off */
const struct model_row model_table[] = {
	/* 3.10.1 OPEN */
	{ CALL("OPEN-1", OPEN_PASSIVE, S(CLOSED), 0, ANS_NONE), TO(LISTEN),
	  REF("OPEN-1", "3.10.1") },
	{ CALL("OPEN-2", OPEN_ACTIVE, S(CLOSED), 0, ANS_SYN), TO(SYN_SENT), FX(FX_ISS),
	  REF("OPEN-2", "3.10.1") },
	{ CALL("OPEN-3", OPEN_ACTIVE, S(LISTEN), 0, ANS_SYN), TO(SYN_SENT), FX(FX_ISS),
	  REF("OPEN-3", "3.10.1") },
	{ CALL("OPEN-4", OPEN_PASSIVE, S(SYN_SENT) | RECEIVING, 0, ANS_NONE), STAY,
	  TELL("error: connection already exists"), REF("OPEN-4", "3.10.1") },
	{ CALL("OPEN-4.active", OPEN_ACTIVE, S(SYN_SENT) | RECEIVING, 0, ANS_NONE), STAY,
	  TELL("error: connection already exists"), REF("OPEN-4", "3.10.1") },

	/* 3.10.2 SEND */
	{ CALL("SEND-1", SEND, S(CLOSED), 0, ANS_NONE), STAY, NO_CONNECTION,
	  REF("SEND-1", "3.10.2") },
	{ CALL("SEND-2", SEND, S(LISTEN), 0, ANS_SYN), TO(SYN_SENT), FX(FX_ISS | FX_QUEUE),
	  OR_ELSE, REF("SEND-2", "3.10.2") },
	{ CALL("SEND-2.unspecified", SEND, S(LISTEN), 0, ANS_NONE), STAY,
	  TELL("error: remote socket unspecified"), REF("SEND-2", "3.10.2") },
	{ CALL("SEND-3", SEND, S(SYN_SENT) | S(SYN_RECEIVED), 0, ANS_NONE), STAY,
	  FX(FX_QUEUE), REF("SEND-3", "3.10.2") },
	{ CALL("SEND-4", SEND, S(ESTABLISHED) | S(CLOSE_WAIT), 0, ANS_DATA), STAY,
	  FX(FX_QUEUE), REF("SEND-4", "3.10.2") },
	{ CALL("SEND-5", SEND, S(FIN_WAIT_1) | S(FIN_WAIT_2) | S(CLOSING) | S(LAST_ACK) |
	  S(TIME_WAIT), 0, ANS_NONE), STAY, CLOSING_ERROR,
	  REF("SEND-5", "3.10.2") },

	/* 3.10.3 RECEIVE; an ACK may tell of the window that opens (3.8.6) */
	{ CALL("RECEIVE-1", RECEIVE, S(CLOSED), 0, ANS_NONE), STAY, NO_CONNECTION,
	  REF("RECEIVE-1", "3.10.3") },
	{ CALL("RECEIVE-2", RECEIVE, S(LISTEN) | S(SYN_SENT) | S(SYN_RECEIVED), 0,
	  ANS_NONE), STAY, FX(FX_QUEUE), REF("RECEIVE-2", "3.10.3") },
	{ CALL("RECEIVE-3", RECEIVE, TAKES_TEXT, C_UNREAD, ANS_ACK), STAY, FX(FX_DELIVER),
	  OR_ELSE, REF("RECEIVE-3", "3.10.3") },
	{ CALL("RECEIVE-3.quiet", RECEIVE, TAKES_TEXT, 0, ANS_NONE), STAY, FX(FX_DELIVER),
	  REF("RECEIVE-3", "3.10.3") },
	{ CALL("RECEIVE-4", RECEIVE, S(CLOSE_WAIT), C_UNREAD, ANS_NONE), STAY,
	  FX(FX_DELIVER), REF("RECEIVE-4", "3.10.3") },
	{ CALL("RECEIVE-4.none", RECEIVE, S(CLOSE_WAIT), 0, ANS_NONE), STAY, CLOSING_ERROR,
	  REF("RECEIVE-4", "3.10.3") },
	{ CALL("RECEIVE-5", RECEIVE, S(CLOSING) | S(LAST_ACK) | S(TIME_WAIT), 0, ANS_NONE),
	  STAY, CLOSING_ERROR, REF("RECEIVE-5", "3.10.3") },

	/* 3.10.4 CLOSE; with data unread a reset says that it is lost (SHLD-3) */
	{ CALL("CLOSE-1", CLOSE, S(CLOSED), 0, ANS_NONE), STAY, NO_CONNECTION,
	  REF("CLOSE-1", "3.10.4") },
	{ CALL("CLOSE-2", CLOSE, S(LISTEN), 0, ANS_NONE), TO(CLOSED),
	  REF("CLOSE-2", "3.10.4") },
	{ CALL("CLOSE-3", CLOSE, S(SYN_SENT), 0, ANS_NONE), TO(CLOSED),
	  TELL("error: closing"), REF("CLOSE-3", "3.10.4") },
	{ CALL("CLOSE-4.pending", CLOSE, S(SYN_RECEIVED), C_PENDING, ANS_NONE), STAY,
	  FX(FX_QUEUE), REF("CLOSE-4", "3.10.4") },
	{ CALL("CLOSE-4", CLOSE, S(SYN_RECEIVED), 0, ANS_FIN), TO(FIN_WAIT_1),
	  REF("CLOSE-4", "3.10.4") },
	{ CALL("CLOSE-5.unread", CLOSE, S(ESTABLISHED) | S(CLOSE_WAIT), C_UNREAD,
	  ANS_RST_ABORT), TO(CLOSED), OR_ELSE, SHOULD,
	  REF("SHLD-3", "3.6.1") },
	{ CALL("CLOSE-5", CLOSE, S(ESTABLISHED), 0, ANS_FIN), TO(FIN_WAIT_1),
	  REF("CLOSE-5", "3.10.4") },
	{ CALL("CLOSE-6", CLOSE, S(FIN_WAIT_1) | S(FIN_WAIT_2), 0, ANS_NONE), STAY,
	  CLOSING_ERROR, REF("CLOSE-6", "3.10.4") },
	{ CALL("CLOSE-7.pending", CLOSE, S(CLOSE_WAIT), C_PENDING, ANS_NONE), STAY,
	  FX(FX_QUEUE), REF("CLOSE-7", "3.10.4") },
	{ CALL("CLOSE-7", CLOSE, S(CLOSE_WAIT), 0, ANS_FIN), TO(LAST_ACK),
	  REF("CLOSE-7", "3.10.4") },
	{ CALL("CLOSE-8", CLOSE, S(CLOSING) | S(LAST_ACK) | S(TIME_WAIT), 0, ANS_NONE), STAY,
	  CLOSING_ERROR, REF("CLOSE-8", "3.10.4") },

	/* 3.10.5 ABORT */
	{ CALL("ABORT-1", ABORT, S(CLOSED), 0, ANS_NONE), STAY, NO_CONNECTION,
	  REF("ABORT-1", "3.10.5") },
	{ CALL("ABORT-2", ABORT, S(LISTEN), 0, ANS_NONE), TO(CLOSED), RESET_SIGNAL,
	  REF("ABORT-2", "3.10.5") },
	{ CALL("ABORT-3", ABORT, S(SYN_SENT), 0, ANS_NONE), TO(CLOSED), RESET_SIGNAL,
	  REF("ABORT-3", "3.10.5") },
	{ CALL("ABORT-4", ABORT, S(SYN_RECEIVED) | OPEN, 0, ANS_RST_ABORT), TO(CLOSED),
	  FX(FX_FLUSH), RESET_SIGNAL, REF("ABORT-4", "3.10.5") },
	/* Who closed first must linger (MUST-13), whatever the user says. */
	{ CALL("ABORT-5.linger", ABORT, S(TIME_WAIT), 0, ANS_NONE), STAY, OR_ELSE, MAY,
	  REF("MUST-13", "3.6.1") },
	{ CALL("ABORT-5", ABORT, S(CLOSING) | S(LAST_ACK) | S(TIME_WAIT), 0, ANS_NONE),
	  TO(CLOSED), REF("ABORT-5", "3.10.5") },

	/* 3.10.6 STATUS */
	{ CALL("STATUS-1", STATUS, S(CLOSED), 0, ANS_NONE), STAY, NO_CONNECTION,
	  REF("STATUS-1", "3.10.6") },
	{ CALL("STATUS-2", STATUS, ALL_STATES & ~S(CLOSED), 0, ANS_NONE), STAY,
	  TELL("its state"), REF("STATUS-2", "3.10.6") },

	/* 3.10.7.1 CLOSED */
	{ SEGMENT("SA-CLOSED-1", FIRST, S(CLOSED), C_RST, ANS_NONE), DROP,
	  REF("SA-CLOSED-1", "3.10.7.1") },
	{ SEGMENT("SA-CLOSED-2", FIRST, S(CLOSED), C_NO_ACK, ANS_RST_ACK), DROP,
	  REF("SA-CLOSED-2", "3.10.7.1") },
	{ SEGMENT("SA-CLOSED-3", FIRST, S(CLOSED), C_ACK, ANS_RST_SEQ), DROP,
	  REF("SA-CLOSED-3", "3.10.7.1") },

	/* 3.10.7.2 LISTEN */
	{ SEGMENT("SA-LISTEN-1", FIRST, S(LISTEN), C_RST, ANS_NONE), DROP,
	  REF("SA-LISTEN-1", "3.10.7.2") },
	{ SEGMENT("SA-LISTEN-2", FIRST, S(LISTEN), C_ACK, ANS_RST_SEQ), DROP,
	  REF("SA-LISTEN-2", "3.10.7.2") },
	/* SYN with FIN: processed as a SYN, or dropped as no stack sends it. */
	{ SEGMENT("SA-LISTEN-4", FIRST, S(LISTEN), C_SYN | C_FIN, ANS_NONE), DROP, OR_ELSE,
	  MAY, REF_OF("SA-LISTEN-4", "3.10.7.2", RULES_PRACTICE) },
	{ SEGMENT("SA-LISTEN-3", FIRST, S(LISTEN), C_SYN, ANS_SYN_ACK), TO(SYN_RECEIVED),
	  END, FX(FX_IRS | FX_ISS), REF("SA-LISTEN-3", "3.10.7.2") },
	{ SEGMENT("SA-LISTEN-5", FIRST, S(LISTEN), 0, ANS_NONE), DROP,
	  REF("SA-LISTEN-5", "3.10.7.2") },

	/* 3.10.7.3 SYN-SENT */
	{ SEGMENT("SA-SYNSENT-2", FIRST, S(SYN_SENT), C_ACK | C_ACK_NOT_GOOD | C_RST,
	  ANS_NONE), DROP, REF("SA-SYNSENT-2", "3.10.7.3") },
	{ SEGMENT("SA-SYNSENT-1", FIRST, S(SYN_SENT), C_ACK | C_ACK_NOT_GOOD, ANS_RST_SEQ),
	  DROP, REF("SA-SYNSENT-1", "3.10.7.3") },
	/* With RFC 5961 also SEG.SEQ = RCV.NXT is asked for, which nothing has set. */
	{ SEGMENT("SA-SYNSENT-3", FIRST, S(SYN_SENT), C_RST | C_ACK, ANS_NONE), TO(CLOSED),
	  END, OR_ELSE, RESET_SIGNAL,
	  REF_OF("SA-SYNSENT-3", "3.10.7.3", R9293 | R5961 | R793) },
	{ SEGMENT("SA-SYNSENT-3.sequence", FIRST, S(SYN_SENT), C_RST | C_ACK, ANS_NONE), DROP,
	  SHOULD, REF_OF("SA-SYNSENT-3", "3.10.7.3", R9293) },
	{ SEGMENT("SA-SYNSENT-4", FIRST, S(SYN_SENT), C_RST, ANS_NONE), DROP,
	  REF("SA-SYNSENT-4", "3.10.7.3") },
	/* SYN with FIN: as to LISTEN. */
	{ SEGMENT("SA-SYNSENT-6.drop", FIRST, S(SYN_SENT), C_SYN | C_FIN, ANS_NONE), DROP,
	  OR_ELSE, MAY, REF_OF("SA-SYNSENT-6", "3.10.7.3", RULES_PRACTICE) },
	{ SEGMENT("SA-SYNSENT-5", FIRST, S(SYN_SENT), C_SYN | C_ACK, ANS_ACK),
	  TO(ESTABLISHED), .then = CHECK_URG, FX(FX_IRS | FX_ACK | FX_WINDOW),
	  REF("SA-SYNSENT-5", "3.10.7.3") },
	{ SEGMENT("SA-SYNSENT-6", FIRST, S(SYN_SENT), C_SYN, ANS_SYN_ACK), TO(SYN_RECEIVED),
	  END, FX(FX_IRS | FX_WINDOW), REF("SA-SYNSENT-6", "3.10.7.3") },
	{ SEGMENT("SA-SYNSENT-7", FIRST, S(SYN_SENT), 0, ANS_NONE), DROP,
	  REF("SA-SYNSENT-7", "3.10.7.3") },

	/* 3.10.7.4 first: timestamps (RFC 7323 3.2 and 5.3) and sequence number */
	{ SEGMENT("SA-SEQ-1.rfc7323", SEQ, RECEIVING, C_TS_ODD | C_NO_RST, ANS_ACK), DROP,
	  OR_ELSE, SHOULD, REF_OF("SA-SEQ-1", "5.3", R7323) },
	{ SEGMENT("SA-SEQ-1.rfc7323-missing", SEQ, RECEIVING, C_TS_ODD | C_NO_RST, ANS_NONE),
	  DROP, OR_ELSE, SHOULD, REF_OF("SA-SEQ-1", "3.2", R7323) },
	/* The window may be larger than it was told, and where it is zero an ACK
	 * should be taken all the same. */
	{ SEGMENT("SA-SEQ-7", SEQ, S(SYN_RECEIVED) | TAKES_TEXT,
	  C_SEQ_BAD | C_SEQ_NEXT | C_NO_RST | C_NO_SYN, ANS_NONE), STAY, OR_ELSE, SHOULD,
	  REF("SA-SEQ-7", "3.10.7.4") },
	{ SEGMENT("SA-RST-1", SEQ, RECEIVING, C_SEQ_BAD | C_RST, ANS_NONE), DROP,
	  REF("SA-RST-1", "3.10.7.4") },
	/* A SYN that begins beyond what TIME-WAIT remembers may reopen (MAY-2). */
	{ SEGMENT("SA-SYN-3.above", SEQ, S(TIME_WAIT),
	  C_SEQ_BAD | C_SEQ_ABOVE | C_SYN | C_NO_ACK, ANS_SYN_ACK), TO(SYN_RECEIVED), END,
	  OR_ELSE, MAY, FX(FX_IRS | FX_ISS), REF_OF("SA-SYN-3", "3.6.1", R1122 | R6191) },
	{ SEGMENT("SA-SYN-3.above-fin", SEQ, S(TIME_WAIT),
	  C_SEQ_BAD | C_SEQ_ABOVE | C_SYN | C_NO_ACK | C_FIN, ANS_NONE), TO(CLOSED), END,
	  OR_ELSE, MAY, REF_OF("SA-SYN-3", "3.6.1", RULES_PRACTICE) },
	/* With timestamps any number will do (RFC 6191 2). */
	{ SEGMENT("SA-SYN-3.rfc6191", SEQ, S(TIME_WAIT), C_SEQ_BAD | C_TS | C_SYN | C_NO_ACK,
	  ANS_SYN_ACK), TO(SYN_RECEIVED), END, OR_ELSE, MAY, FX(FX_IRS | FX_ISS),
	  REF_OF("SA-SYN-3", "3.6.1", R6191) },
	/* The peer's FIN again, which the fifth check has restart the wait. */
	{ SEGMENT("SA-SEQ-5.fin", SEQ, S(TIME_WAIT), C_SEQ_BAD | C_FIN, ANS_ACK), DROP, SHOULD,
	  FX(FX_2MSL), REF("SA-SEQ-5", "3.10.7.4") },
	{ SEGMENT("SA-SEQ-5", SEQ, S(TIME_WAIT), C_SEQ_BAD, ANS_ACK), DROP, SHOULD,
	  REF("SA-SEQ-5", "3.10.7.4") },
	/* "In any non-synchronized state", whatever its sequence number (3.5.2). */
	{ SEGMENT("SA-SEQ-1.reset", SEQ, S(SYN_RECEIVED),
	  C_SEQ_BAD | C_ACK | C_ACK_NOT_GOOD | C_NO_RST, ANS_RST_SEQ), DROP, OR_ELSE,
	  REF("SA-ACK-3", "3.5.2") },
	/* The tester's SYN again: its answer was lost (3.8.1). */
	{ SEGMENT("SA-SEQ-1.syn", SEQ, S(SYN_RECEIVED), C_SEQ_BAD | C_SYN,
	  ANS_ACK | ANS_SYN_ACK), DROP, SHOULD, REF("SA-SEQ-1", "3.10.7.4") },
	{ SEGMENT("SA-SEQ-1", SEQ, S(SYN_RECEIVED), C_SEQ_BAD, ANS_ACK), DROP, SHOULD,
	  REF("SA-SEQ-1", "3.10.7.4") },
	{ SEGMENT("SA-SEQ-2", SEQ, S(ESTABLISHED), C_SEQ_BAD, ANS_ACK), DROP, SHOULD,
	  REF("SA-SEQ-2", "3.10.7.4") },
	{ SEGMENT("SA-SEQ-3", SEQ, S(CLOSE_WAIT), C_SEQ_BAD, ANS_ACK), DROP, SHOULD,
	  REF("SA-SEQ-3", "3.10.7.4") },
	{ SEGMENT("SA-SEQ-4", SEQ, S(FIN_WAIT_1) | S(FIN_WAIT_2) | S(CLOSING) | S(LAST_ACK),
	  C_SEQ_BAD, ANS_ACK), DROP, SHOULD,
	  REF("SA-SEQ-4", "3.10.7.4") },

	/* second: RST */
	{ SEGMENT("SA-RST-4", RST, S(SYN_RECEIVED), C_RST | C_SEQ_EXACT | C_PASSIVE, ANS_NONE),
	  TO(LISTEN), END, FX(FX_FLUSH), REF("SA-RST-4", "3.10.7.4") },
	{ SEGMENT("SA-RST-5", RST, S(SYN_RECEIVED), C_RST | C_SEQ_EXACT | C_ACTIVE, ANS_NONE),
	  TO(CLOSED), END, FX(FX_FLUSH), TELL("connection refused"),
	  REF("SA-RST-5", "3.10.7.4") },
	{ SEGMENT("SA-RST-6.rfc1337", RST, S(TIME_WAIT), C_RST | C_SEQ_EXACT, ANS_NONE), DROP,
	  OR_ELSE, REF_OF("SA-RST-6", "3.10.7.4", R1337) },
	{ SEGMENT("SA-RST-6", RST, S(CLOSING) | S(LAST_ACK) | S(TIME_WAIT),
	  C_RST | C_SEQ_EXACT, ANS_NONE), TO(CLOSED), END,
	  REF("SA-RST-6", "3.10.7.4") },
	{ SEGMENT("SA-RST-2", RST, OPEN, C_RST | C_SEQ_EXACT, ANS_NONE), TO(CLOSED), END,
	  FX(FX_FLUSH), RESET_SIGNAL, REF("SA-RST-2", "3.10.7.4") },
	{ SEGMENT("SA-RST-3", RST, RECEIVING, C_RST | C_SEQ_INEXACT, ANS_ACK), DROP, OR_ELSE,
	  REF_OF("SA-RST-3", "3.10.7.4", R9293 | R5961) },
	{ SEGMENT("SA-RST-3.rfc1337", RST, S(TIME_WAIT), C_RST | C_SEQ_INEXACT, ANS_NONE), DROP,
	  OR_ELSE, REF_OF("SA-RST-6", "3.10.7.4", R1337) },
	{ SEGMENT("SA-RST-4.rfc793", RST, S(SYN_RECEIVED), C_RST | C_SEQ_INEXACT | C_PASSIVE,
	  ANS_NONE), TO(LISTEN), END, FX(FX_FLUSH),
	  REF_OF("SA-RST-3", "3.10.7.4", R9293 | R793) },
	{ SEGMENT("SA-RST-3.rfc793", RST, RECEIVING, C_RST | C_SEQ_INEXACT, ANS_NONE),
	  TO(CLOSED), END, FX(FX_FLUSH), RESET_SIGNAL,
	  REF_OF("SA-RST-3", "3.10.7.4", R9293 | R793) },

	/* fourth: SYN */
	{ SEGMENT("SA-SYN-1.rfc5961", SYN, S(SYN_RECEIVED), C_SYN | C_PASSIVE, ANS_ACK), DROP,
	  OR_ELSE, REF_OF("SA-SYN-1", "3.10.7.4", R5961) },
	{ SEGMENT("SA-SYN-1.reset", SYN, S(SYN_RECEIVED),
	  C_SYN | C_ACK | C_ACK_NOT_GOOD, ANS_RST_SEQ), DROP, OR_ELSE,
	  REF("SA-ACK-3", "3.5.2") },
	{ SEGMENT("SA-SYN-1.rfc793", SYN, S(SYN_RECEIVED), C_SYN | C_PASSIVE,
	  ANS_RST_SEQ | ANS_RST_ACK), TO(LISTEN), END, OR_ELSE, FX(FX_FLUSH),
	  REF_OF("SA-SYN-1", "3.10.7.4", R793) },
	{ SEGMENT("SA-SYN-1", SYN, S(SYN_RECEIVED), C_SYN | C_PASSIVE, ANS_NONE), TO(LISTEN),
	  END, FX(FX_FLUSH), REF_OF("SA-SYN-1", "3.10.7.4", R9293 | R1122) },
	/* Reopening is LISTEN's to do, which may drop SYN with FIN. */
	{ SEGMENT("SA-SYN-3.fin", SYN, S(TIME_WAIT), C_SYN | C_NO_ACK | C_FIN, ANS_NONE),
	  TO(CLOSED), END, OR_ELSE, MAY, REF_OF("SA-SYN-3", "3.6.1", RULES_PRACTICE) },
	{ SEGMENT("SA-SYN-3", SYN, S(TIME_WAIT), C_SYN | C_NO_ACK, ANS_SYN_ACK),
	  TO(SYN_RECEIVED), END, OR_ELSE, MAY, FX(FX_IRS | FX_ISS),
	  REF_OF("SA-SYN-3", "3.6.1", R1122 | R6191) },
	{ SEGMENT("SA-SYN-2", SYN, RECEIVING, C_SYN, ANS_ACK), DROP, OR_ELSE,
	  REF_OF("SA-SYN-2", "3.10.7.4", R9293 | R5961) },
	{ SEGMENT("SA-SYN-2.rfc793", SYN, RECEIVING, C_SYN,
	  ANS_RST_SEQ | ANS_RST_ACK | ANS_RST_ABORT), TO(CLOSED), END, FX(FX_FLUSH),
	  RESET_SIGNAL, REF_OF("SA-SYN-2", "3.10.7.4", R9293 | R793) },

	/* fifth: ACK */
	{ SEGMENT("SA-ACK-1", ACK, RECEIVING, C_NO_ACK, ANS_NONE), DROP,
	  REF("SA-ACK-1", "3.10.7.4") },
	/* "Only processing further if the segment then begins at RCV.NXT": one that
	 * begins later may be held for later (SHLD-31), its ACK field included. */
	{ SEGMENT("SA-ACK-12", ACK, RECEIVING, C_ACK | C_SEQ_INEXACT | C_SEQ_ABOVE,
	  ANS_ACK), DROP, OR_ELSE,
	  MAY, REF("SHLD-31", "3.10.7.4") },
	{ SEGMENT("SA-ACK-12.quiet", ACK, RECEIVING, C_ACK | C_SEQ_INEXACT | C_SEQ_ABOVE,
	  ANS_NONE), DROP,
	  OR_ELSE, MAY, REF("SHLD-31", "3.10.7.4") },
	{ SEGMENT("SA-ACK-2", ACK, S(SYN_RECEIVED), C_ACK_GOOD, ANS_NONE), TO(ESTABLISHED),
	  FX(FX_ACK | FX_WINDOW), REF("SA-ACK-2", "3.10.7.4") },
	/* The range of RFC 5961 5 is asked for before the state is (MAY-12). */
	{ SEGMENT("SA-ACK-3.rfc5961", ACK, S(SYN_RECEIVED), C_ACK_BEYOND, ANS_ACK), DROP,
	  OR_ELSE, MAY, REF_OF("SA-ACK-6", "3.10.7.4", R9293 | R5961) },
	{ SEGMENT("SA-ACK-3.rfc5961-old", ACK, S(SYN_RECEIVED), C_ACK_TOO_OLD, ANS_ACK), DROP,
	  OR_ELSE, MAY, REF_OF("SA-ACK-6", "3.10.7.4", R9293 | R5961) },
	{ SEGMENT("SA-ACK-3", ACK, S(SYN_RECEIVED), C_ACK_NOT_GOOD, ANS_RST_SEQ), DROP,
	  REF_OF("SA-ACK-3", "3.10.7.4", R9293 | R5961) },
	{ SEGMENT("SA-ACK-4", ACK, OPEN | S(CLOSING), C_ACK_BEYOND, ANS_ACK), DROP,
	  REF("SA-ACK-4", "3.10.7.4") },
	/* In every synchronized state, also where the fifth check has no word of it. */
	{ SEGMENT("SA-ACK-4.last", ACK, S(LAST_ACK) | S(TIME_WAIT), C_ACK_BEYOND, ANS_ACK),
	  DROP, REF("SA-ACK-4", "3.5.2") },
	{ SEGMENT("SA-ACK-6", ACK, SYNCHRONIZED, C_ACK_TOO_OLD, ANS_ACK), DROP, OR_ELSE, MAY,
	  REF_OF("SA-ACK-6", "3.10.7.4", R9293 | R5961) },
	{ SEGMENT("SA-ACK-8", ACK, S(FIN_WAIT_1), C_ACK_FIN, ANS_NONE), TO(FIN_WAIT_2),
	  FX(FX_ACK | FX_WINDOW), REF("SA-ACK-8", "3.10.7.4") },
	{ SEGMENT("SA-ACK-9", ACK, S(CLOSING), C_ACK_FIN, ANS_NONE), TO(TIME_WAIT),
	  FX(FX_ACK), REF("SA-ACK-9", "3.10.7.4") },
	/* "Otherwise, ignore the segment": all of it, or its ACK field alone. */
	{ SEGMENT("SA-ACK-9.ignore", ACK, S(CLOSING), C_ACK_GOOD, ANS_NONE), DROP, OR_ELSE,
	  FX(FX_ACK | FX_WINDOW), REF("SA-ACK-9", "3.10.7.4") },
	{ SEGMENT("SA-ACK-9.ignore-old", ACK, S(CLOSING), C_ACK_OLD, ANS_NONE), DROP, OR_ELSE,
	  FX(FX_WINDOW), REF("SA-ACK-9", "3.10.7.4") },
	{ SEGMENT("SA-ACK-10", ACK, S(LAST_ACK), C_ACK_FIN, ANS_NONE), TO(CLOSED), END,
	  FX(FX_ACK), REF("SA-ACK-10", "3.10.7.4") },
	{ SEGMENT("SA-ACK-11", ACK, S(ESTABLISHED) | S(FIN_WAIT_1) | S(CLOSE_WAIT) |
	  S(CLOSING), C_ACK_GOOD, ANS_NONE), STAY,
	  FX(FX_ACK | FX_WINDOW), REF("SA-ACK-11", "3.10.7.4") },
	{ SEGMENT("SA-ACK-5", ACK, OPEN | S(CLOSING), C_ACK_OLD, ANS_NONE), STAY,
	  FX(FX_WINDOW), REF("SA-ACK-5", "3.10.7.4") },
	/* Everything has been sent: these two have no use for the window, and the text
	 * asks for none.  What is acknowledged is done with (3.4). */
	{ SEGMENT("SA-ACK-11.last", ACK, S(LAST_ACK), C_ACK_GOOD, ANS_NONE), STAY,
	  FX(FX_ACK), REF("SA-ACK-11", "3.10.7.4") },

	/* sixth: URG */
	{ SEGMENT("SA-URG-1", URG, TAKES_TEXT, C_URG, ANS_NONE), STAY,
	  TELL("urgent data"), REF("SA-URG-1", "3.10.7.4") },
	{ SEGMENT("SA-URG-2", URG, ENDED, C_URG, ANS_NONE), STAY,
	  REF("SA-URG-2", "3.10.7.4") },

	/* seventh: segment text; after CLOSE a reset may say that it is lost (SHLD-3) */
	{ SEGMENT("SA-TXT-1.lost", TEXT, S(FIN_WAIT_1) | S(FIN_WAIT_2),
	  C_TEXT | C_ABANDONED, ANS_RST_ABORT | ANS_RST_SEQ), TO(CLOSED), END, OR_ELSE, SHOULD,
	  REF_OF("SHLD-3", "3.6.1", R9293 | R1122) },
	/* A FIN beyond a hole tells of text in it, which will be lost as well. */
	{ SEGMENT("SA-TXT-1.lost-fin", TEXT, S(FIN_WAIT_1) | S(FIN_WAIT_2),
	  C_HELD | C_ABANDONED, ANS_RST_ABORT | ANS_RST_SEQ), TO(CLOSED), END, OR_ELSE, MAY,
	  REF_OF("SHLD-3", "3.6.1", R9293 | R1122) },
	/* Beyond a hole: an ACK says where the hole is (MAY-13; RFC 5681 4.2). */
	{ SEGMENT("SA-TXT-3", TEXT, TAKES_TEXT, C_HELD, ANS_ACK), STAY, OR_ELSE, SHOULD,
	  FX(FX_TEXT), REF("SA-TXT-3", "3.10.7.4") },
	{ SEGMENT("SA-TXT-3.quiet", TEXT, TAKES_TEXT, C_HELD, ANS_NONE), STAY, MAY,
	  FX(FX_TEXT), REF("SA-TXT-3", "3.10.7.4") },
	{ SEGMENT("SA-TXT-1", TEXT, TAKES_TEXT, C_TEXT, ANS_ACK), STAY, FX(FX_TEXT),
	  REF("SA-TXT-1", "3.10.7.4") },
	/* Ignored, but nothing forbids to repeat the acknowledgment. */
	{ SEGMENT("SA-TXT-2.ack", TEXT, ENDED, C_TEXT, ANS_ACK), STAY, OR_ELSE, MAY,
	  REF("SA-TXT-2", "3.10.7.4") },
	/* "If new data is received after CLOSE is called": behind a FIN, too. */
	{ SEGMENT("SA-TXT-2.lost", TEXT, S(CLOSING) | S(LAST_ACK), C_TEXT | C_ABANDONED,
	  ANS_RST_ABORT | ANS_RST_SEQ), TO(CLOSED), END, OR_ELSE, MAY,
	  REF_OF("SHLD-3", "3.6.1", R9293 | R1122) },
	{ SEGMENT("SA-TXT-2", TEXT, ENDED, C_TEXT, ANS_NONE), STAY,
	  REF("SA-TXT-2", "3.10.7.4") },

	/* eighth: FIN */
	{ SEGMENT("SA-FIN-2", FIN, S(SYN_RECEIVED) | S(ESTABLISHED), C_FIN, ANS_ACK),
	  TO(CLOSE_WAIT), FX(FX_FIN), TELL("connection closing"),
	  REF("SA-FIN-2", "3.10.7.4") },
	{ SEGMENT("SA-FIN-3", FIN, S(FIN_WAIT_1), C_FIN, ANS_ACK), TO(CLOSING), FX(FX_FIN),
	  TELL("connection closing"), REF("SA-FIN-3", "3.10.7.4") },
	{ SEGMENT("SA-FIN-5", FIN, S(FIN_WAIT_2), C_FIN, ANS_ACK), TO(TIME_WAIT), FX(FX_FIN),
	  TELL("connection closing"), REF("SA-FIN-5", "3.10.7.4") },
	/* In the window behind their FIN is another, which no correct peer sends.  Text
	 * and URG are ignored there, and a FIN behind such text is not at RCV.NXT; one
	 * that is gets acknowledged as ever. */
	{ SEGMENT("SA-FIN-6.text", FIN, ENDED, C_FIN | C_TEXT, ANS_NONE), STAY, OR_ELSE, MAY,
	  REF("SA-FIN-6", "3.10.7.4") },
	{ SEGMENT("SA-FIN-6", FIN, S(TIME_WAIT), C_FIN, ANS_ACK), STAY, FX(FX_2MSL),
	  REF("SA-FIN-6", "3.10.7.4") },
	{ SEGMENT("SA-FIN-7", FIN, S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK), C_FIN, ANS_ACK),
	  STAY, REF("SA-FIN-7", "3.10.7.4") },

	/* 3.10.8 timeouts */
	{ CALL("TO-4", USER_TIMEOUT, ALL_STATES & ~S(CLOSED), 0, ANS_NONE), TO(CLOSED),
	  FX(FX_FLUSH), TELL("error: connection aborted due to user timeout"),
	  REF("TO-4", "3.10.8") },
	{ CALL("TO-1", RETRANSMISSION_TIMEOUT, S(SYN_SENT) | S(SYN_RECEIVED), C_OUTSTANDING,
	  ANS_FRONT), STAY, REF("TO-1", "3.10.8") },
	{ CALL("TO-2", RETRANSMISSION_TIMEOUT, OPEN | S(CLOSING) | S(LAST_ACK),
	  C_OUTSTANDING, ANS_FRONT), STAY, REF("TO-2", "3.10.8") },
	{ CALL("TO-3", TIME_WAIT_TIMEOUT, S(TIME_WAIT), 0, ANS_NONE), TO(CLOSED),
	  REF("TO-3", "3.10.8") },
};
/* clang-format on */

const size_t model_table_len = sizeof(model_table) / sizeof(model_table[0]);
