/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan: one variant of one case, resolved and immutable.
 *
 * Parameters are filled in, fragments and `reach` are expanded, names are
 * references, durations are nanoseconds.  The engine drives it, verify judges
 * by it, and neither needs YAML.  Steps stand in one array; each knows the
 * index of the step after it, so that alternatives are branches that join
 * again.  The last step is always PLAN_END.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "expr/expr.h"
#include "testcase/timer.h"
#include "testcase/vocab.h"
#include "wire/app.h"
#include "wire/path_rule.h"
#include "wire/segment.h"

/*
 * Names in expressions, as expr references: one of these, or
 * PLAN_REF_STEP(step, field) for a named segment.
 */
enum plan_var {
	VAR_ISS,
	VAR_IRS,
	VAR_SND_UNA,
	VAR_SND_NXT,
	VAR_SND_WND,
	VAR_RCV_NXT,
	VAR_RCV_WND,
	VAR_MSS,	/* the tester's */
	VAR_TARGET_ISS, /* = irs, for symmetry */
	VAR_TARGET_SND_UNA,
	VAR_TARGET_SND_NXT,
	VAR_TARGET_SND_WND,
	VAR_TARGET_RCV_NXT,
	VAR_TARGET_RCV_WND, /* the target's, from the wire */
	VAR_TARGET_MSS,
	VAR_TS_RECENT, /* last TSval from the target */
	VAR_TS_NOW,    /* the tester's timestamp clock, ms */
	VAR_N
};
extern const char *const plan_var_names[VAR_N]; /* "snd.nxt", "target.rcv.wnd" */

/*
 * Fields of a segment that a case can set, match and refer to.  One table
 * serves the loader, the matcher, the failure report and `explain`.
 */
enum seg_field {
	FIELD_FLAGS,
	FIELD_SEQ,
	FIELD_ACK,
	FIELD_WINDOW,
	FIELD_URGENT,
	FIELD_DATA_LEN, /* "length": octets of data */
	FIELD_DATA_OFFSET,
	FIELD_RESERVED,
	FIELD_CHECKSUM,
	FIELD_TTL,
	FIELD_TOS,
	FIELD_DF,
	FIELD_IP_ID,
	FIELD_FLOW_LABEL,
	FIELD_SPORT,
	FIELD_DPORT,
	FIELD_LEN, /* SEG.LEN, in expressions: NAME.len */
	FIELD_END, /* SEG.SEQ + SEG.LEN, in expressions: NAME.end */
	FIELD_TSVAL,
	FIELD_TSECR, /* in expressions: NAME.tsval */
	FIELD_N
};
struct seg_field_info {
	const char *name; /* "seq", "window", "ttl" */
	bool modular;	  /* a sequence number: ranges wrap */
	bool in_send, in_expect, in_expr;
	bool ip; /* stands below "ip:" in YAML */
	const char *about;
};
extern const struct seg_field_info seg_fields[FIELD_N];

#define PLAN_REF_STEP_BIT 0x80000000u
#define PLAN_REF_STEP(step, field) \
	(PLAN_REF_STEP_BIT | (uint32_t)(step) << 8 | (uint32_t)(field))
#define PLAN_REF_STEP_OF(ref) (((ref) & ~PLAN_REF_STEP_BIT) >> 8)
#define PLAN_REF_FIELD_OF(ref) ((enum seg_field)((ref)&0xff))

enum match_op {
	MATCH_NONE,    /* field not mentioned: not looked at */
	MATCH_ANY,     /* "any": written, but every value will do */
	MATCH_EQ,      /* arg[0] */
	MATCH_NE,      /* {not: V} */
	MATCH_IN,      /* {in: [..]}: any of arg[0..n) */
	MATCH_RANGE,   /* {range: [a, b]}: a <= x <= b, modular for seq */
	MATCH_MASK,    /* {mask: M, value: V}: (x & arg[0]) == arg[1] */
	MATCH_PRESENT, /* options: there, any value */
	MATCH_ABSENT,  /* options: not there */
	MATCH_GOOD,
	MATCH_BAD, /* checksum */
};
struct matcher {
	enum match_op op;
	uint8_t n;
	const struct expr *const *arg;
	struct mark at;	  /* of the value in the case file */
	const char *text; /* the value as a person reads it */
};

/* One option in `send`. */
struct plan_opt {
	struct mark at;
	uint8_t kind;
	int16_t length; /* length byte; -1: the right one */
	uint8_t n_val;	/* typed values: mss 1, wscale 1, ts 2, sack 2n */
	const struct expr *const *val;
	const uint8_t *body; /* or raw body */
	uint8_t body_len;
};

/* One option in `expect`. */
struct plan_opt_match {
	struct mark at;
	uint8_t kind;
	uint8_t value; /* which typed value: timestamps 0 val, 1 ecr */
	struct matcher m;
};

enum plan_checksum {
	CHECKSUM_GOOD,
	CHECKSUM_BAD,
	CHECKSUM_ZERO,
	CHECKSUM_VALUE
};

struct plan_send {
	uint16_t flags;
	const struct expr *field[FIELD_N]; /* NULL: what a correct peer would use */
	enum plan_checksum checksum;	   /* CHECKSUM_VALUE: field[FIELD_CHECKSUM] */
	bool options_set;		   /* options given, maybe none */
	bool options_nopad;
	uint8_t n_opt;
	const struct plan_opt *opt;
	const uint8_t *data;
	uint32_t data_len;
	const uint8_t *raw; /* whole TCP segment instead */
	uint32_t raw_len;
};

struct plan_expect {
	struct matcher field[FIELD_N]; /* FLAGS: exact, PSH ignored unless named */
	uint8_t n_opt;
	const struct plan_opt_match *opt;
	bool only_offered;	/* options: only kinds the tester's SYN had */
	bool only_set;		/* options: only those in only_kinds */
	uint64_t only_kinds[4]; /* bit set over 256 kinds; NOP, EOL always */
	const uint8_t *data;	/* exact bytes, or NULL */
	uint32_t data_len;
	bool data_set;
	struct timer_sum within; /* deadline after the step before */
	struct timer_sum after;	 /* not before */
	bool within_given;	 /* written, not the default */
};

enum alive_kind {
	ALIVE_HANDSHAKE,  /* a new connection to a listening port */
	ALIVE_CONNECTION, /* an old segment on this connection draws an ACK */
};

/* What the target's application is asked for, and must answer. */
struct plan_app {
	enum app_call call;
	bool of_listener;
	enum app_shutdown how;
	bool urgent, push;
	uint8_t option; /* index of app_options */
	uint32_t value;
	const uint8_t *data; /* SEND: what; RECEIVE: what must be received */
	uint32_t data_len;
	bool data_set;
	uint32_t bytes;	   /* RECEIVE: how many are waited for */
	uint8_t result[4]; /* enum tp_result of wire/testability.h: any of these */
	uint8_t n_result;
	bool result_set;	 /* written: another one is the target's fault */
	struct timer_sum within; /* ACCEPT, RECEIVE, ERROR: how long they wait */
};

enum plan_step_kind {
	PLAN_SEND,
	PLAN_EXPECT,
	PLAN_EXPECT_NONE,
	PLAN_ONE_OF,
	PLAN_WAIT,
	PLAN_APP,
	PLAN_ALIVE,
	PLAN_STATE,   /* only the claim of the step */
	PLAN_MODEL,   /* the answer that the model asks for, or silence */
	PLAN_CONFIRM, /* the target is asked for its state */
	PLAN_END,
	PLAN_N_KINDS
};
extern const char *const plan_step_kind_names[PLAN_N_KINDS];

/* One branch of one-of: its first step is PLAN_EXPECT or PLAN_EXPECT_NONE. */
struct plan_alt {
	uint16_t first;	  /* index of that step; its chain joins the one-of's next */
	int8_t level;	  /* enum req_level of choosing it, or -1: the case's */
	const char *name; /* deviation name, or NULL */
	struct mark at;
};

struct plan_step {
	enum plan_step_kind kind;
	uint16_t next;	   /* index of the step after it */
	bool optional;	   /* expect only: may be absent */
	bool precondition; /* from `reach`: not met means inconclusive */
	int8_t state;	   /* enum tcp_state claimed after it, or TCP_STATE_NONE */
	struct mark at;	   /* of the step's key in the case file */
	struct mark state_at;
	const char *name; /* `as:`, or NULL */
	const char *from; /* fragment it came from ("reach ESTABLISHED"), or NULL */
	union {
		const struct plan_send *send;
		const struct plan_expect *expect;
		const struct plan_app *app;
		const struct timer_sum *wait; /* WAIT, EXPECT_NONE, MODEL */
		enum alive_kind alive;
		struct {
			const struct plan_alt *alt;
			uint16_t n;
		} one_of;
	};
};

struct plan_param {
	const char *key, *value;
};

struct plan {
	const char *id;	     /* "close/four-way[ip=4,iss=wrap]" */
	const char *case_id; /* "close/four-way" */
	const char *area, *slug;
	const char *title;
	const char *about; /* for explain, or NULL */
	const char *file;  /* case file, as opened */
	struct mark at;	   /* of the case's id */
	const char *const *covers;
	size_t n_covers;
	const char *const *tags;
	size_t n_tags;
	enum req_level level;
	uint32_t needs;			/* set of enum plan_need */
	uint32_t uses;			/* set of enum plan_use */
	bool patient;			/* silence is waited for in full */
	const struct plan_param *param; /* sorted by key */
	size_t n_param;
	uint8_t family; /* 4 or 6 */

	/* the tester's end */
	const struct expr *iss; /* NULL: derived from the seed */
	uint16_t window;	/* default 65535 */
	bool syn_options_set;
	const struct plan_opt *syn_opt; /* default: MSS alone */
	uint8_t n_syn_opt;

	/* what the path does to segments of this case, in order */
	const struct path_rule *link;
	uint8_t n_link;

	const struct plan_step *step;
	uint16_t n_steps; /* PLAN_END included */
};

/*
 * Who acts for the target where a case leaves it open: what its ports do by
 * themselves, or its application, which is asked.
 */
enum plan_way {
	PLAN_AS_WRITTEN, /* the first that there is */
	PLAN_BY_SERVICES,
	PLAN_BY_APPLICATION,
	PLAN_N_WAYS
};
extern const char *const plan_way_names[PLAN_N_WAYS]; /* "as-written", "services", .. */

/* The application is asked: the target opens nothing before it is told to. */
static inline bool plan_asks_app(const struct plan *p)
{
	return p->needs >> NEED_UPPER_TESTER & 1;
}

static inline enum plan_way plan_way_of(const struct plan *p)
{
	return plan_asks_app(p) ? PLAN_BY_APPLICATION : PLAN_BY_SERVICES;
}

/* True if the first thing is that the application listens. */
static inline bool plan_opens(const struct plan *p)
{
	return p->step[0].kind == PLAN_APP && p->step[0].app->call == APP_LISTEN;
}

/* The timers that @p names: set of enum timer. */
uint32_t plan_timers(const struct plan *p);

/* How long @p takes at least with these timers, by what it waits for, in ns. */
int64_t plan_least_ns(const struct plan *p, const struct timer_values *timers);

/* How long alternative @alt waits: within, or as long as its silence. */
int64_t plan_alt_ns(const struct plan *p, const struct plan_alt *alt,
		    const struct timer_values *timers);

/* The longest of a PLAN_ONE_OF. */
int64_t plan_one_of_ns(const struct plan *p, const struct plan_step *one_of,
		       const struct timer_values *timers);

/* Default for `within` where a case does not say: 1 s. */
#define PLAN_WITHIN_DEFAULT_NS INT64_C(1000000000)

#endif
