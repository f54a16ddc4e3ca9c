/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the table in words.
 */
#include "model/row_text.h"

#include <string.h>

#include "base/buf.h"

#define S(x) (1u << TCP_##x)
#define ALL_STATES ((1u << TCP_N_STATES) - 1)

/* The names of the bits in @set, with @between them. */
static void add_names(struct buf *out, uint32_t set, const char *const *names,
		      const char *between)
{
	const char *before = "";

	for (size_t i = 0; names[i] && set >> i; i++) {
		if (!(set >> i & 1))
			continue;
		buf_adds(out, before);
		buf_adds(out, names[i]);
		before = between;
	}
}

/* What many rows are about; the RFC's own word is "synchronized" (3.4.1). */
static const struct {
	uint16_t set;
	const char *name;
} groups[] = {
	{ ALL_STATES, "any state" },
	{ ALL_STATES & ~S(CLOSED), "any state but CLOSED" },
	{ S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2) | S(CLOSE_WAIT) | S(CLOSING) |
		  S(LAST_ACK) | S(TIME_WAIT),
	  "any synchronized" },
};

static void add_state_names(struct buf *out, uint32_t set)
{
	const char *before = "";

	for (int i = 0; i < TCP_N_STATES; i++) {
		if (!(set >> i & 1))
			continue;
		buf_adds(out, before);
		buf_adds(out, tcp_state_names[i]);
		before = ", ";
	}
}

void model_add_states(struct buf *out, uint16_t states)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		uint16_t set = groups[i].set;

		if ((states & set) != set)
			continue;
		if (states != set) {
			add_state_names(out, states & ~(uint32_t)set);
			buf_adds(out, ", ");
		}
		buf_adds(out, groups[i].name);
		return;
	}
	add_state_names(out, states);
}

void model_add_conditions(struct buf *out, const struct model_row *row, const char *or_else)
{
	if (row->cond)
		add_names(out, row->cond, model_cond_names, " and ");
	else
		buf_adds(out, or_else);
}

void model_add_answers(struct buf *out, const struct model_row *row)
{
	if (row->answers)
		add_names(out, row->answers, model_answer_names, " or ");
	else
		buf_adds(out, "nothing");
}

/* Only segments go through further checks. */
static bool goes_on(const struct model_row *row)
{
	return row->event == EVENT_SEGMENT && row->then != CHECK_N && row->check != CHECK_FIN;
}

void model_add_outcome(struct buf *out, const struct model_row *row)
{
	if (row->next != NEXT_SAME)
		buf_adds(out, tcp_state_names[row->next]);
	else if (row->event == EVENT_SEGMENT && row->then == CHECK_N)
		buf_adds(out, "dropped");
	else
		buf_adds(out, "stays");
	if (goes_on(row) && row->then)
		buf_printf(out, ", goes on with %s", model_check_names[row->then]);
	else if (goes_on(row))
		buf_adds(out, ", goes on");
	if (row->alternative)
		buf_adds(out, "; or another row");
}

void model_add_effects(struct buf *out, const struct model_row *row)
{
	add_names(out, row->effects, model_effect_names, ", ");
}

void model_add_rules(struct buf *out, uint32_t rules)
{
	add_names(out, rules, model_rules_names, ", ");
}

void model_add_question(struct buf *out, const struct model_row *row)
{
	static const char *const ordinals[CHECK_N] = {
		[CHECK_SEQ] = "first, ",
		[CHECK_RST] = "second, ",
		[CHECK_SYN] = "fourth, ",
		[CHECK_ACK] = "fifth, ",
		[CHECK_URG] = "sixth, ",
		[CHECK_TEXT] = "seventh, ",
		[CHECK_FIN] = "eighth, ",
	};

	buf_adds(out, model_event_names[row->event]);
	if (row->event != EVENT_SEGMENT)
		return;
	if (row->check == CHECK_FIRST)
		buf_adds(out, " in CLOSED, LISTEN and SYN-SENT");
	else
		buf_printf(out, ": %s%s", ordinals[row->check], model_check_names[row->check]);
}

static bool drops(const struct model_row *row)
{
	return row->event == EVENT_SEGMENT && !row->answers && row->next == NEXT_SAME &&
		row->then == CHECK_N;
}

/* "answers ..., goes to LISTEN, goes on with the next check" */
static void add_what_is_done(struct buf *out, const struct model_row *row)
{
	size_t start = out->len;

	if (drops(row))
		buf_adds(out, "drops it");
	if (row->answers) {
		buf_adds(out, row->event == EVENT_SEGMENT ? "answers " : "sends ");
		model_add_answers(out, row);
	}
	if (row->next != NEXT_SAME)
		buf_printf(out, "%sgoes to %s", out->len > start ? ", " : "",
			   tcp_state_names[row->next]);
	if (goes_on(row))
		buf_printf(out, "%sgoes on with the %s", out->len > start ? ", " : "",
			   row->then ? model_check_names[row->then] : "next check");
	if (out->len == start)
		buf_adds(out, "sends nothing");
	buf_addc(out, '.');
}

void model_add_sentence(struct buf *out, const struct model_row *row)
{
	buf_adds(out, "In ");
	model_add_states(out, row->states);
	if (row->event != EVENT_SEGMENT)
		buf_printf(out, ", on %s", model_event_names[row->event]);
	if (row->cond)
		buf_adds(out, row->event == EVENT_SEGMENT ? ", if " : " with ");
	model_add_conditions(out, row, "");
	buf_adds(out, ": ");
	add_what_is_done(out, row);
	if (row->effects) {
		buf_adds(out, "  Effects: ");
		model_add_effects(out, row);
		buf_addc(out, '.');
	}
	if (row->user)
		buf_printf(out, "  The user is told \"%s\".", row->user);
	if (row->alternative)
		buf_adds(out, "  A choice: the next row that holds is right as well.");
}

/* ---- as figure 5 has it ---- */

/* What the segment is called, by what the check or its conditions ask for. */
static const char *segment_name(const struct model_row *row)
{
	static const char *const by_check[CHECK_N] = {
		[CHECK_SEQ] = "segment",
		[CHECK_RST] = "RST",
		[CHECK_SYN] = "SYN",
		[CHECK_ACK] = "ACK",
		[CHECK_URG] = "URG",
		[CHECK_TEXT] = "text",
		[CHECK_FIN] = "FIN",
	};

	if (row->check == CHECK_ACK && row->cond & C_ACK_FIN)
		return "ACK of FIN";
	if (row->check == CHECK_ACK && row->states == S(SYN_RECEIVED))
		return "ACK of SYN";
	if (row->check != CHECK_FIRST && row->check != CHECK_SEQ)
		return by_check[row->check];
	if (row->cond & C_RST)
		return "RST";
	if (row->cond & C_SYN)
		return row->cond & C_ACK ? "SYN,ACK" : "SYN";
	return row->cond & C_ACK ? "ACK" : "segment";
}

void model_add_cause(struct buf *out, const struct model_row *row)
{
	static const char *const causes[EVENT_N] = {
		[EVENT_OPEN_PASSIVE] = "passive OPEN",
		[EVENT_OPEN_ACTIVE] = "active OPEN",
		[EVENT_SEND] = "SEND",
		[EVENT_RECEIVE] = "RECEIVE",
		[EVENT_CLOSE] = "CLOSE",
		[EVENT_ABORT] = "ABORT",
		[EVENT_STATUS] = "STATUS",
		[EVENT_USER_TIMEOUT] = "user timeout",
		[EVENT_RETRANSMISSION_TIMEOUT] = "retransmission timeout",
		[EVENT_TIME_WAIT_TIMEOUT] = "timeout 2 MSL",
	};

	if (row->event == EVENT_SEGMENT)
		buf_printf(out, "rcv %s", segment_name(row));
	else
		buf_adds(out, causes[row->event]);
}

void model_add_action(struct buf *out, const struct model_row *row)
{
	static const char *const names[MODEL_N_ANSWERS] = {
		"ACK", "RST", "RST", "SYN,ACK", "RST", "SYN", "data", "FIN", "again"
	};
	const char *last = "";

	for (unsigned int i = 0; i < MODEL_N_ANSWERS; i++) {
		if (!(row->answers >> i & 1) || !strcmp(names[i], last))
			continue;
		buf_printf(out, "%s%s", *last ? " or " : "snd ", names[i]);
		last = names[i];
	}
}
