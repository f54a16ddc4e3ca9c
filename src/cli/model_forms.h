/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The forms in which `shakedown model` prints the table of RFC 9293.
 */
#ifndef CLI_MODEL_FORMS_H
#define CLI_MODEL_FORMS_H

#include "model/table.h"

struct buf;

/* Which rows: those that have one of each. */
struct model_view {
	uint32_t states; /* set of enum tcp_state; the row is about one of them */
	uint32_t events; /* set of enum model_event */
	uint32_t rules;	 /* set of enum model_rules; one of them allows it */
};

struct model_form {
	const char *name; /* "dot" */
	/* Appends the rows of model_table that @view takes. */
	void (*add)(const struct model_view *view, struct buf *out);
};
extern const struct model_form model_forms[]; /* ends with name NULL */

/* "timeout": the words of --event, and the events they mean; ends with NULL. */
struct model_event_word {
	const char *word;
	uint32_t events;
};
extern const struct model_event_word model_event_words[];

/* The first row from @i on that @view takes; model_table_len at the end. */
size_t model_view_next(const struct model_view *view, size_t i);

#endif
