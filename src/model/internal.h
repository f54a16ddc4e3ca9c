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

/* LISTEN took a SYN: a new connection record (RFC 9293 3.10.7.2). */
void model_open(struct model *m, const struct model_syn *syn);

/*
 * The target, in SYN-SENT, took our SYN or SYN,ACK (RFC 9293 3.10.7.3): where its
 * receiving side begins.  @in_order: text in it is taken as it comes.
 */
void model_learn_irs(struct model *m, const struct segment *s, bool in_order);

/* The two ways of a segment, without a thought of what may come again (late.c). */
void model_follow_tx(struct model *m, const struct segment *s, int64_t ts_ns);
bool model_follow_rx(struct model *m, const struct segment *s, int64_t ts_ns,
		     struct model_violation *v);
/* Keeps a segment of ours in mind. */
void model_remember(struct model *m, const struct segment *s, int64_t ts_ns);
/*
 * True if what the target sends is explained when one or two of our latest
 * segments come again; @m follows that then.  @before: @m before the segment.
 */
bool model_rx_late(struct model *m, const struct model *before, const struct segment *s,
		   int64_t ts_ns);

/* Both directions of a capture from anywhere (anywhere.c). */
void model_anywhere_tx(struct model *m, const struct segment *s, int64_t ts_ns);
bool model_anywhere_rx(struct model *m, const struct segment *s, int64_t ts_ns,
		       struct model_violation *v);

/* Runs our segment through the table: the states of @m afterwards. */
void model_run_states(struct model *m, const struct segment *s);

/* A reset that answers one of our segments has the form that it asks for. */
bool model_credit_fits(const struct model *m, const struct segment *s);
/* The form that an answer to our last segment should have had; false. */
bool model_wrong_form(const struct model_credit *c, const struct segment *s,
		      struct model_violation *v);

/* A SYN without ACK of the target: it opens. */
bool model_rx_syn(struct model *m, const struct segment *s, int64_t ts_ns,
		  struct model_violation *v);

/* What our SYN says. */
struct model_syn model_read_syn(const struct segment *s);

/* Fills @v; always false, for the caller to return. */
bool model_violate(struct model_violation *v, const char *clause, enum seg_field field,
		   const char *what);
bool model_violate_value(struct model_violation *v, const char *clause, enum seg_field field,
			 uint32_t value, const char *what);

/* What was sent on the old connection has arrived by now. */
void model_forget_old(struct model *m, int64_t ts_ns);

/*
 * The states that explain a segment seen at @ts_ns: the target may have sent it
 * before our last ones came.
 */
uint16_t model_states_at(const struct model *m, int64_t ts_ns);

#endif
