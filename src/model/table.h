/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 9293 section 3.10, event processing, as data.
 *
 * A row says: when this event comes, in one of these states, and these
 * conditions hold, then this may be answered, this state follows, and this is
 * done to the variables.  Segments go through the RFC's checks in its order
 * (3.10.7.4); each check is a question of its own.
 *
 * For one question the rows are tried from the top; the first whose conditions
 * hold is taken.  With `alternative` the RFCs leave a choice, and the next row
 * that holds is possible as well; if there is none, so is doing nothing.  A row
 * names the documents that allow it, so that a choice can be narrowed to some of
 * them (--rules).  No row at all: the check passes without effect.
 *
 * The follower (model.h) takes every choice at once; the simulated target
 * (sim.h) takes one.  Both read the rows through a book, which is a table with
 * an index, so that a table with one row wrong on purpose can take its place.
 */
#ifndef MODEL_TABLE_H
#define MODEL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "testcase/vocab.h" /* enum tcp_state, enum req_level */

/* Events, in the order of 3.10.1 to 3.10.8. */
enum model_event {
	EVENT_OPEN_PASSIVE,
	EVENT_OPEN_ACTIVE,
	EVENT_SEND,
	EVENT_RECEIVE,
	EVENT_CLOSE, /* also shutdown of the sending side: "no more data" */
	EVENT_ABORT,
	EVENT_STATUS,
	EVENT_SEGMENT,
	EVENT_USER_TIMEOUT,
	EVENT_RETRANSMISSION_TIMEOUT,
	EVENT_TIME_WAIT_TIMEOUT,
	EVENT_N
};

/* The checks of EVENT_SEGMENT, in the RFC's order (3.10.7.4). */
enum model_check {
	CHECK_FIRST, /* CLOSED, LISTEN, SYN-SENT: one decision list each */
	CHECK_SEQ,   /* first: sequence number */
	CHECK_RST,   /* second; the third, security, is not modelled */
	CHECK_SYN,   /* fourth */
	CHECK_ACK,   /* fifth */
	CHECK_URG,   /* sixth */
	CHECK_TEXT,  /* seventh */
	CHECK_FIN,   /* eighth */
	CHECK_N
};

/* What a row asks of segment and connection; all bits given must hold. */
enum model_cond {
	C_RST = 1u << 0,
	C_NO_RST = 1u << 1,
	C_SYN = 1u << 2,
	C_NO_SYN = 1u << 3,
	C_ACK = 1u << 4,
	C_NO_ACK = 1u << 5,
	C_FIN = 1u << 6,
	C_TEXT = 1u << 7,
	C_SEQ_BAD = 1u << 8,	  /* outside the receive window */
	C_SEQ_EXACT = 1u << 9,	  /* SEG.SEQ = RCV.NXT */
	C_SEQ_INEXACT = 1u << 10, /* in the window, not RCV.NXT */
	C_ACK_GOOD = 1u << 11,	  /* SND.UNA < SEG.ACK =< SND.NXT */
	C_ACK_OLD = 1u << 12,	  /* SEG.ACK =< SND.UNA */
	C_ACK_BEYOND = 1u << 13,  /* SEG.ACK > SND.NXT */
	C_ACK_TOO_OLD = 1u << 14, /* SEG.ACK < SND.UNA - MAX.SND.WND */
	C_ACK_FIN = 1u << 15,	  /* acknowledges the target's FIN */
	C_SEQ_ABOVE = 1u << 16,	  /* SEG.SEQ > RCV.NXT (TIME-WAIT re-use) */
	C_ACK_NOT_GOOD = 1u << 17,
	C_SEQ_NEXT = 1u << 18, /* text that may be new follows what was sent before */
	C_TS = 1u << 19,       /* has a timestamps option */
	C_TS_ODD = 1u << 20,   /* agreed on, but an older value or none */
	C_URG = 1u << 21,
	C_PASSIVE = 1u << 22,	  /* this end was opened by a passive OPEN */
	C_ACTIVE = 1u << 23,	  /* by an active one */
	C_PENDING = 1u << 24,	  /* data was given to SEND and has not left */
	C_UNREAD = 1u << 25,	  /* data has come that the user has not received */
	C_OUTSTANDING = 1u << 26, /* something sent is not acknowledged */
	C_HELD = 1u << 27,	  /* text or FIN beyond a hole */
	C_ABANDONED = 1u << 28,	  /* the user reads no more */
};
#define MODEL_N_CONDS 29

/* What is sent; bits. */
enum model_answer {
	ANS_NONE = 0,
	ANS_ACK = 1u << 0,	 /* <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK> */
	ANS_RST_SEQ = 1u << 1,	 /* <SEQ=SEG.ACK><CTL=RST> */
	ANS_RST_ACK = 1u << 2,	 /* <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK> */
	ANS_SYN_ACK = 1u << 3,	 /* <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK> */
	ANS_RST_ABORT = 1u << 4, /* <SEQ=SND.NXT><CTL=RST>, also with ACK */
	ANS_SYN = 1u << 5,	 /* <SEQ=ISS><CTL=SYN> */
	ANS_DATA = 1u << 6,	 /* segments of what SEND gave */
	ANS_FIN = 1u << 7,	 /* <SEQ=SND.NXT><ACK=RCV.NXT><CTL=FIN,ACK> */
	ANS_FRONT = 1u << 8,	 /* the front of the retransmission queue again */
};
#define MODEL_N_ANSWERS 9

/*
 * What is done to the variables; bits.  Entering CLOSED deletes the TCB and
 * entering TIME-WAIT starts its timer without being told here.
 */
enum model_effect {
	FX_NONE = 0,
	FX_ISS = 1u << 0,     /* ISS is chosen, SND.UNA = ISS, SND.NXT = ISS+1 */
	FX_IRS = 1u << 1,     /* IRS = SEG.SEQ, RCV.NXT = SEG.SEQ+1 */
	FX_ACK = 1u << 2,     /* SND.UNA = SEG.ACK */
	FX_WINDOW = 1u << 3,  /* SND.WND, WL1, WL2 unless the segment is old */
	FX_TEXT = 1u << 4,    /* text in order is taken, RCV.NXT moves over it */
	FX_FIN = 1u << 5,     /* RCV.NXT moves over the FIN; the user is told */
	FX_2MSL = 1u << 6,    /* the time-wait timer starts again */
	FX_QUEUE = 1u << 7,   /* the call is queued: for ESTABLISHED, or to be sent */
	FX_FLUSH = 1u << 8,   /* the retransmission queue is emptied */
	FX_DELIVER = 1u << 9, /* what has come goes to the user */
};
#define MODEL_N_EFFECTS 10

/* Documents; bits.  A row says which of them allow it. */
enum model_rules {
	RULES_RFC9293 = 1u << 0,
	RULES_RFC5961 = 1u << 1,
	RULES_RFC793 = 1u << 2,
	RULES_RFC1122 = 1u << 3,
	RULES_RFC1337 = 1u << 4,
	RULES_RFC6191 = 1u << 5,
	RULES_RFC7323 = 1u << 6,
	RULES_PRACTICE = 1u << 7, /* no RFC, but long and widely deployed */
};
#define MODEL_N_RULES 8
#define RULES_ALL ((1u << MODEL_N_RULES) - 1)
/*
 * Unless the user says otherwise: every choice that some RFC leaves, so that no
 * target is blamed for one of them.  RFC 793 speaks only through what RFC 9293
 * keeps of it.
 */
#define RULES_DEFAULT (RULES_ALL & ~(uint32_t)RULES_RFC793)

#define NEXT_SAME (-1)

struct model_row {
	const char *id; /* unique: "SA-SEQ-1", "SA-SEQ-1.rfc7323" */
	enum model_event event;
	enum model_check check; /* EVENT_SEGMENT only */
	uint16_t states;	/* set of enum tcp_state */
	uint32_t cond;		/* set of enum model_cond */
	uint16_t answers;	/* set of enum model_answer; of two resets the form
				   that fits the segment (3.10.7.1) */
	int8_t next;		/* enum tcp_state, or NEXT_SAME */
	enum model_check then;	/* the check that follows; 0: the next; CHECK_N: none */
	bool alternative;	/* a choice: see above */
	enum req_level level;	/* how strongly the answer, or silence, is asked for */
	uint32_t effects;	/* set of enum model_effect */
	uint32_t rules;		/* set of enum model_rules */
	const char *clause;	/* "SA-SEQ-1" */
	const char *section;	/* "3.10.7.4" */
	const char *user;	/* what the user is told, or NULL */
};
extern const struct model_row model_table[];
extern const size_t model_table_len;

/* Words, by bit or value; NULL-terminated. */
extern const char *const model_event_names[];  /* "OPEN (passive)", ... */
extern const char *const model_check_names[];  /* "sequence number", ... */
extern const char *const model_cond_names[];   /* "RST", "no RST", "SEG.SEQ=RCV.NXT" */
extern const char *const model_answer_names[]; /* "<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>" */
extern const char *const model_effect_names[];
extern const char *const model_rules_names[]; /* "rfc9293", as for --rules */

/* The state that follows when @row is taken in @state. */
static inline enum tcp_state model_row_next(const struct model_row *row,
					    enum tcp_state state)
{
	return row->next == NEXT_SAME ? state : (enum tcp_state)row->next;
}

/* The row with this id in model_table, or NULL. */
const struct model_row *model_row_find(const char *id);

/*
 * Reads "rfc9293,rfc5961" into a set of enum model_rules.  Returns 0, or -EINVAL
 * with the offending word in @bad (@len octets of @text).
 */
int model_rules_parse(const char *text, uint32_t *rules, const char **bad, size_t *len);

/* A question: one check of a segment, or another event. */
#define MODEL_N_QUESTIONS (CHECK_N + EVENT_N)
static inline unsigned int model_question(enum model_event event, enum model_check check)
{
	return event == EVENT_SEGMENT ? (unsigned int)check : CHECK_N + (unsigned int)event;
}

#define MODEL_MAX_ROWS 250  /* of a table */
#define MODEL_MAX_ASKED 14  /* rows for one question in one state */
#define MODEL_MAX_CHOICES 6 /* possible at once */

/* A table with an index by question and state. */
struct model_book {
	const struct model_row *row;
	size_t n_rows;
	uint32_t rules; /* documents whose choices are permitted */
	uint8_t asked[MODEL_N_QUESTIONS][TCP_N_STATES][MODEL_MAX_ASKED + 1];
};

/*
 * Indexes @n rows, which must outlive the book.  Returns 0, or -E2BIG if there
 * are too many of them.
 */
int model_book_init(struct model_book *b, const struct model_row *row, size_t n,
		    uint32_t rules);

/*
 * The book of model_table with these rules, a set of enum model_rules; 0 is
 * RULES_DEFAULT.  Made once and kept; never fails.
 */
const struct model_book *model_book_of(uint32_t rules);

/*
 * The rows that may be taken in @state, where @cond is all that holds: up to
 * MODEL_MAX_CHOICES in @out, in the order of the table.  *@pass says whether doing
 * nothing is possible too (it is if no row holds).  Returns how many.
 *
 * Of a choice those rows remain that a document of the book's rules allows; all
 * of them if none does.
 */
size_t model_choices(const struct model_book *b, unsigned int question,
		     enum tcp_state state, uint32_t cond,
		     const struct model_row *out[MODEL_MAX_CHOICES], bool *pass);

#endif
