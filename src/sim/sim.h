/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated target: the table of RFC 9293 section 3.10 (model/table.h) driven
 * forward, as a TCP host in virtual time (link/vlink.h).  No privilege, no
 * waiting: protocol timers of minutes take no time.
 *
 * Theory of operation
 *
 * Every event (a segment, a call of a service, a timer) is put to the table as a
 * question, with the state of the connection and the conditions that hold; the
 * row that comes out is carried out: its effects on the variables, then its next
 * state, then its answer.  Nothing here decides what is answered or what state
 * follows.  Where the table leaves a choice the documents that the simulation
 * follows decide, in their order (sim_config.rules), then the stronger row, then
 * the order of the table.
 *
 * With a flip one row is wrong on purpose (sim_flip).  The suite is run against
 * every flip of every row to see what it does not notice.  A simulated target
 * shows how sharp the suite is; whether the table is right it cannot show, since
 * the suite's own model reads the same table.
 *
 * Services, as in the lab: echo 7, discard 9, daytime 13 (speaks, closes its side,
 * reads on), chargen 19.  Every other port is closed.  What RFC 9293 leaves to
 * other documents is kept simple: everything that comes is acknowledged at once,
 * ten segments may be in flight, a retransmission timeout is one second, doubled
 * each time.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <stddef.h>
#include <stdint.h>

#include "link/link.h"
#include "model/table.h"
#include "testcase/timer.h"

struct diags;
struct sim;

/* How a row is wrong. */
enum sim_flip_kind {
	FLIP_NO_ANSWER,	   /* nothing is sent */
	FLIP_OTHER_ANSWER, /* `value` (enum model_answer) is sent instead */
	FLIP_WRONG_SEQ,	   /* SEQ of the answer is one too high */
	FLIP_WRONG_ACK,	   /* its ACK is */
	FLIP_NEXT,	   /* the state that follows is `value` (enum tcp_state) */
	FLIP_GO_ON,	   /* the segment is not dropped, the checks go on */
	FLIP_DROP,	   /* it is dropped, the checks end */
	FLIP_NO_EFFECT,	   /* `value` (one enum model_effect) is left out */
	FLIP_ROW_MISSING,  /* the row is not there: the next that holds is taken */
	FLIP_N
};

struct sim_flip {
	size_t row; /* index into model_table */
	enum sim_flip_kind kind;
	uint32_t value;
	uint16_t states; /* set of enum tcp_state in which it is wrong; 0: in all */
};

/* Every plausible wrong version of a row, up to SIM_MAX_FLIPS; returns how many. */
#define SIM_MAX_FLIPS 24
size_t sim_flips(size_t row, struct sim_flip out[SIM_MAX_FLIPS]);

/*
 * True if a target with this row so wrong in @state does what another choice of
 * the table does, which is not wrong: its row is one of several, and the others
 * include this behaviour.
 */
bool sim_flip_is_choice(const struct sim_flip *f, enum tcp_state state);

struct buf;
/*
 * "SA-RST-3/next=CLOSED" or "SA-RST-3@CLOSING/next=CLOSED", as after flip=, appended
 * to @out.
 */
void sim_flip_str(const struct sim_flip *f, struct buf *out);

struct sim_config {
	uint32_t rules[MODEL_N_RULES]; /* one enum model_rules each, first preferred */
	size_t n_rules;		       /* 0: RFC 5961, then RFC 9293 */
	uint64_t seed;		       /* of the initial sequence numbers */
	struct sim_flip flip;
	bool flipped;
};

/*
 * Reads what follows "sim" in --target: "", or ":" and a list of rule sets, and
 * perhaps flip=ROW (the plainest wrong version: its answer missing, or its
 * next state wrong), flip=ROW/HOW or flip=ROW@STATE/HOW.  Returns 0, or -EINVAL
 * with a diagnostic.
 */
int sim_config_parse(const char *text, struct sim_config *cfg, struct diags *ds);

/* A new host with its link; never NULL.  sim_close() frees both. */
struct sim *sim_open(const struct sim_config *cfg);
struct link *sim_link(struct sim *sim);
void sim_close(struct sim *sim);

/* How long its timers are. */
void sim_timers(struct timer_values *values);

#endif
