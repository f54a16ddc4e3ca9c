/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of names behind plan.h.  Lines of the manual page and of `explain`
 * are made from them.
 */
#include "plan/plan.h"

const char *const plan_var_names[VAR_N] = {
	[VAR_ISS] = "iss",
	[VAR_IRS] = "irs",
	[VAR_SND_UNA] = "snd.una",
	[VAR_SND_NXT] = "snd.nxt",
	[VAR_SND_WND] = "snd.wnd",
	[VAR_RCV_NXT] = "rcv.nxt",
	[VAR_RCV_WND] = "rcv.wnd",
	[VAR_MSS] = "mss",
	[VAR_TARGET_ISS] = "target.iss",
	[VAR_TARGET_SND_UNA] = "target.snd.una",
	[VAR_TARGET_SND_NXT] = "target.snd.nxt",
	[VAR_TARGET_SND_WND] = "target.snd.wnd",
	[VAR_TARGET_RCV_NXT] = "target.rcv.nxt",
	[VAR_TARGET_RCV_WND] = "target.rcv.wnd",
	[VAR_TARGET_MSS] = "target.mss",
	[VAR_TS_RECENT] = "ts.recent",
	[VAR_TS_NOW] = "ts.now",
};

const char *const plan_way_names[PLAN_N_WAYS] = {
	[PLAN_AS_WRITTEN] = "as-written",
	[PLAN_BY_SERVICES] = "services",
	[PLAN_BY_APPLICATION] = "application",
};

const char *const plan_step_kind_names[PLAN_N_KINDS] = {
	[PLAN_SEND] = "send",
	[PLAN_EXPECT] = "expect",
	[PLAN_EXPECT_NONE] = "expect-none",
	[PLAN_ONE_OF] = "one-of",
	[PLAN_WAIT] = "wait",
	[PLAN_APP] = "app",
	[PLAN_ALIVE] = "alive",
	[PLAN_STATE] = "state",
	[PLAN_MODEL] = "expect",
	[PLAN_CONFIRM] = "confirm",
	[PLAN_END] = "end",
};

#define SEND true
#define EXPECT true
#define EXPR true
#define NO false

const struct seg_field_info seg_fields[FIELD_N] = {
	/*                     name         modular send   expect  expr  ip */
	[FIELD_FLAGS] = { "flags", false, SEND, EXPECT, EXPR, false, "control bits" },
	[FIELD_SEQ] = { "seq", true, SEND, EXPECT, EXPR, false, "sequence number" },
	[FIELD_ACK] = { "ack", true, SEND, EXPECT, EXPR, false, "acknowledgment number" },
	[FIELD_WINDOW] = { "window", false, SEND, EXPECT, EXPR, false, "window, not scaled" },
	[FIELD_URGENT] = { "urgent", false, SEND, EXPECT, EXPR, false, "urgent pointer" },
	[FIELD_DATA_LEN] = { "length", false, NO, EXPECT, EXPR, false, "octets of data" },
	[FIELD_DATA_OFFSET] = { "data-offset", false, SEND, EXPECT, EXPR, false,
				"header length in 32-bit words" },
	[FIELD_RESERVED] = { "reserved", false, SEND, EXPECT, EXPR, false, "reserved bits" },
	[FIELD_CHECKSUM] = { "checksum", false, SEND, EXPECT, EXPR, false, "checksum" },
	[FIELD_TTL] = { "ttl", false, SEND, EXPECT, EXPR, true, "time to live or hop limit" },
	[FIELD_TOS] = { "tos", false, SEND, EXPECT, EXPR, true,
			"DSCP and ECN, or traffic class" },
	[FIELD_DF] = { "df", false, SEND, EXPECT, EXPR, true, "\"don't fragment\" of IPv4" },
	[FIELD_IP_ID] = { "id", false, SEND, EXPECT, EXPR, true, "identification of IPv4" },
	[FIELD_FLOW_LABEL] = { "flow-label", false, SEND, EXPECT, EXPR, true,
			       "flow label of IPv6" },
	[FIELD_SPORT] = { "sport", false, SEND, NO, EXPR, false, "source port" },
	[FIELD_DPORT] = { "dport", false, SEND, NO, EXPR, false, "destination port" },
	[FIELD_LEN] = { "len", false, NO, NO, EXPR, false,
			"octets of sequence space: data, SYN and FIN (SEG.LEN)" },
	[FIELD_END] = { "end", true, NO, NO, EXPR, false,
			"seq + len: the number that follows it" },
	[FIELD_TSVAL] = { "tsval", true, NO, NO, EXPR, false,
			  "TSval of the timestamps option" },
	[FIELD_TSECR] = { "tsecr", true, NO, NO, EXPR, false,
			  "TSecr of the timestamps option" },
};
