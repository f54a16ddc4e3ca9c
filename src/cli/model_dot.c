/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state diagram: rows that change the state, put together by where they lead
 * from and to.
 */
#include "cli/model_dot.h"

#include <string.h>

#include "base/buf.h"
#include "model/row_text.h"

/* All rows from one state to another that are drawn alike. */
struct arrow {
	enum tcp_state from, to;
	bool cut; /* short */
};

/* Not the way a connection ends when all goes well. */
static bool cuts_short(const struct model_row *row)
{
	const uint32_t resets = ANS_RST_SEQ | ANS_RST_ACK | ANS_RST_ABORT;

	if (row->event == EVENT_ABORT || row->event == EVENT_USER_TIMEOUT ||
	    row->answers & resets)
		return true;
	if (row->event != EVENT_SEGMENT || row->cond & C_ACK_FIN)
		return false;
	/* A reset in SYN-RECEIVED is in the figure: the port goes on listening. */
	return row->next == TCP_CLOSED || (row->next == TCP_LISTEN && row->check != CHECK_RST);
}

static bool is_in(const struct arrow *a, const struct model_row *row)
{
	return row->states >> a->from & 1 && row->next == (int)a->to && a->to != a->from &&
		cuts_short(row) == a->cut;
}

/* "rcv SYN / snd SYN,ACK\n", where a line break of dot is a backslash and an n. */
static void add_step(struct buf *out, const struct model_row *row)
{
	model_add_cause(out, row);
	if (row->answers)
		buf_adds(out, " / ");
	model_add_action(out, row);
	buf_adds(out, "\\n");
}

/* The steps of all rows, those that read alike once. */
static size_t add_steps(const struct model_view *view, const struct arrow *a, struct buf *label)
{
	struct buf step = BUF_INIT;
	size_t n = 0;

	for (size_t i = model_view_next(view, 0); i < model_table_len;
	     i = model_view_next(view, i + 1)) {
		if (!is_in(a, &model_table[i]))
			continue;
		n++;
		buf_reset(&step);
		add_step(&step, &model_table[i]);
		if (!strstr(buf_str(label), buf_str(&step)))
			buf_adds(label, buf_str(&step));
	}
	buf_fini(&step);
	return n;
}

static void add_arrow(const struct model_view *view, const struct arrow *a, struct buf *out)
{
	struct buf label = BUF_INIT;

	if (add_steps(view, a, &label)) {
		buf_printf(out, "\t\"%s\" -> \"%s\" [label=\"%s\"", tcp_state_names[a->from],
			   tcp_state_names[a->to], buf_str(&label));
		if (a->cut)
			buf_adds(out, ", style=dashed, color=gray60, fontcolor=gray40, "
				      "constraint=false");
		buf_adds(out, "]\n");
	}
	buf_fini(&label);
}

void model_add_dot(const struct model_view *view, struct buf *out)
{
	struct arrow a;

	buf_adds(out, "// RFC 9293 section 3.10; compare with figure 5.  Draw it with: dot -Tsvg\n"
		      "digraph tcp {\n"
		      "\tnode [shape=box, style=rounded, fontname=\"Helvetica\"]\n"
		      "\tedge [fontname=\"Helvetica\", fontsize=10]\n"
		      "\tnodesep=0.6\n");
	for (int st = 0; st < TCP_N_STATES; st++)
		if (view->states >> st & 1)
			buf_printf(out, "\t\"%s\"\n", tcp_state_names[st]);
	for (int from = 0; from < TCP_N_STATES; from++)
		for (int to = 0; to < TCP_N_STATES; to++)
			for (int cut = 0; cut < 2 && view->states >> from & 1; cut++) {
				a = (struct arrow){ from, to, cut };
				add_arrow(view, &a, out);
			}
	buf_adds(out, "}\n");
}
