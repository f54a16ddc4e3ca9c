/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of RFC 9293 as a state diagram that graphviz draws.
 */
#ifndef CLI_MODEL_DOT_H
#define CLI_MODEL_DOT_H

#include "cli/model_forms.h"

/*
 * Appends a digraph: one arrow for all rows that lead from one state to another,
 * labelled as in figure 5 of RFC 9293.  What cuts a connection short (resets, ABORT,
 * the user timeout) goes into dashed arrows of their own, so that the figure can
 * be seen.
 */
void model_add_dot(const struct model_view *view, struct buf *out);

#endif
