/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables behind vocab.h.
 */
#include "testcase/vocab.h"

const char *const tcp_state_names[TCP_N_STATES] = {
	[TCP_CLOSED] = "CLOSED",
	[TCP_LISTEN] = "LISTEN",
	[TCP_SYN_SENT] = "SYN-SENT",
	[TCP_SYN_RECEIVED] = "SYN-RECEIVED",
	[TCP_ESTABLISHED] = "ESTABLISHED",
	[TCP_FIN_WAIT_1] = "FIN-WAIT-1",
	[TCP_FIN_WAIT_2] = "FIN-WAIT-2",
	[TCP_CLOSE_WAIT] = "CLOSE-WAIT",
	[TCP_CLOSING] = "CLOSING",
	[TCP_LAST_ACK] = "LAST-ACK",
	[TCP_TIME_WAIT] = "TIME-WAIT",
};

const char *const req_level_names[3] = {
	[LEVEL_MUST] = "must",
	[LEVEL_SHOULD] = "should",
	[LEVEL_MAY] = "may",
};

const struct plan_need_info plan_needs[NEED_N] = {
	[NEED_LISTENER] = { "listener", "a port that accepts connections" },
	[NEED_CLOSED_PORT] = { "closed-port", "a port nobody listens on" },
	[NEED_ECHO] = { "echo", "a service that sends back what it reads" },
	[NEED_QUIET] = { "quiet", "a service that says nothing before it is spoken to" },
	[NEED_SPEAKS_FIRST] = { "speaks-first",
				"a service that sends data at once after the handshake" },
	[NEED_CLOSES_ON_FIN] = { "closes-on-fin",
				 "a service that closes its side soon after the tester's FIN" },
	[NEED_CLOSES_FIRST] = { "closes-first",
				"a service that closes its side by itself after speaking" },
	[NEED_HALF_CLOSE] = { "half-close",
			      "a service that goes on reading after it closed its side" },
	[NEED_SENDS_FOREVER] = { "sends-forever",
				 "a service that sends as much as the window takes" },
	[NEED_UPPER_TESTER] = { "upper-tester",
				"an application that makes the calls it is asked for (app)" },
	[NEED_KNOWN_TIMERS] = { "known-timers",
				"a profile that says how long the timers of the case are" },
};

const struct plan_need_info plan_uses[USE_N] = {
	[USE_CHALLENGE_ACKS] = { "challenge-acks",
				 "what the whole target may send of challenge ACKs in a time" },
	[USE_BACKLOG] = { "backlog", "the queues of its listeners, which the case fills" },
	[USE_QUIET] = { "quiet", "a moment in which no other run goes on" },
};

const struct known_reason_info known_reasons[REASON_N] = {
	[REASON_TARGET_DEFECT] = { "target-defect", "a mistake of the target, to be mended" },
	[REASON_NOT_IMPLEMENTED] = { "not-implemented", "the target leaves out what is asked for" },
	[REASON_BY_DESIGN] = { "by-design",
			       "the target's makers decided against the requirement" },
	[REASON_CONFIGURATION] = { "configuration",
				   "a setting of this target; with another one it conforms" },
	[REASON_ENVIRONMENT] = { "environment",
				 "something between tester and target gets in the way" },
	[REASON_DISPUTED] = { "disputed", "the case or its reading of the RFC may be wrong" },
	[REASON_UNDER_INVESTIGATION] = { "under-investigation", "nobody knows yet" },
};
