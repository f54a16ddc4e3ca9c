/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of the test language that are not keys: states, levels, needs, reasons.
 * Here and not in plan.h because the schema has to know them too; plan.h
 * includes this header.
 */
#ifndef TESTCASE_VOCAB_H
#define TESTCASE_VOCAB_H

/* RFC 9293 3.3.2.  Bit (1 << state) in sets. */
enum tcp_state {
	TCP_STATE_NONE = -1, /* nothing claimed */
	TCP_CLOSED,
	TCP_LISTEN,
	TCP_SYN_SENT,
	TCP_SYN_RECEIVED,
	TCP_ESTABLISHED,
	TCP_FIN_WAIT_1,
	TCP_FIN_WAIT_2,
	TCP_CLOSE_WAIT,
	TCP_CLOSING,
	TCP_LAST_ACK,
	TCP_TIME_WAIT,
	TCP_N_STATES
};
/* "FIN-WAIT-1"; by index, TCP_N_STATES names. */
extern const char *const tcp_state_names[TCP_N_STATES];

enum req_level {
	LEVEL_MUST,
	LEVEL_SHOULD,
	LEVEL_MAY
};
extern const char *const req_level_names[3]; /* "must", "should", "may" */

/* What a case may need of the target; bit (1u << need) in sets. */
enum plan_need {
	NEED_LISTENER,	    /* a port that accepts connections */
	NEED_CLOSED_PORT,   /* a port nobody listens on */
	NEED_ECHO,	    /* sends back what it reads */
	NEED_QUIET,	    /* says nothing before it is spoken to */
	NEED_SPEAKS_FIRST,  /* sends data at once after the handshake */
	NEED_CLOSES_ON_FIN, /* closes its side soon after the tester's FIN */
	NEED_CLOSES_FIRST,  /* closes its side by itself after speaking */
	NEED_HALF_CLOSE,    /* goes on reading after it closed its side */
	NEED_SENDS_FOREVER, /* sends as much as the window takes */
	NEED_UPPER_TESTER,  /* makes the calls that `app` asks for */
	NEED_KNOWN_TIMERS,  /* its profile says how long the timers named are */
	NEED_N
};
struct plan_need_info {
	const char *name;  /* "closes-on-fin" */
	const char *about; /* one line for explain and the manual */
};
extern const struct plan_need_info plan_needs[NEED_N];

/*
 * What runs share beyond their own connections, and a case may use up or disturb for
 * others; bit (1u << use) in sets.
 */
enum plan_use {
	USE_CHALLENGE_ACKS, /* the target limits for all connections how many it sends */
	USE_BACKLOG,	    /* its listeners' queues of connections */
	USE_QUIET,	    /* nothing else is to go on: the case is about time */
	USE_N
};
extern const struct plan_need_info plan_uses[USE_N];

/* Why a deviation that is known is there. */
enum known_reason {
	REASON_TARGET_DEFECT,
	REASON_NOT_IMPLEMENTED,
	REASON_BY_DESIGN,
	REASON_CONFIGURATION,
	REASON_ENVIRONMENT,
	REASON_DISPUTED,
	REASON_UNDER_INVESTIGATION,
	REASON_N
};
struct known_reason_info {
	const char *name;  /* "target-defect" */
	const char *about; /* one line for the manual */
};
extern const struct known_reason_info known_reasons[REASON_N];

#endif
