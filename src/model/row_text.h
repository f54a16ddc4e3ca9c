/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the table in words: for `shakedown model`, `explain`, and the manual.
 */
#ifndef MODEL_ROW_TEXT_H
#define MODEL_ROW_TEXT_H

#include "model/table.h"

struct buf;

/* "LISTEN, SYN-SENT"; "any synchronized" for the seven of them; "any state but CLOSED". */
void model_add_states(struct buf *out, uint16_t states);

/* "RST and SEG.SEQ=RCV.NXT"; @or_else if there are none. */
void model_add_conditions(struct buf *out, const struct model_row *row, const char *or_else);

/* "<SEQ=SEG.ACK><CTL=RST> or ...", or "nothing". */
void model_add_answers(struct buf *out, const struct model_row *row);

/*
 * What follows: "dropped", "CLOSED", "FIN-WAIT-2, goes on" with the next check;
 * "or another row" where the RFCs leave a choice.
 */
void model_add_outcome(struct buf *out, const struct model_row *row);

/* "RCV.NXT=SEG.SEQ+1, 2 MSL again"; nothing if there are none. */
void model_add_effects(struct buf *out, const struct model_row *row);

/* "rfc9293, rfc5961" */
void model_add_rules(struct buf *out, uint32_t rules);

/* "SEGMENT ARRIVES, RST bit": the question that @row answers. */
void model_add_question(struct buf *out, const struct model_row *row);

/*
 * All of it in a few sentences: "In ESTABLISHED, on CLOSE: sends ..., goes to
 * FIN-WAIT-1."  Two blanks stand between them.
 */
void model_add_sentence(struct buf *out, const struct model_row *row);

/* "rcv RST", "CLOSE", "timeout 2 MSL": the event of figure 5 (RFC 9293 3.3.2). */
void model_add_cause(struct buf *out, const struct model_row *row);

/* "snd SYN,ACK", as figure 5 has it; nothing if nothing is sent. */
void model_add_action(struct buf *out, const struct model_row *row);

#endif
