/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of RFC 9293 as text, Markdown, JSON and for the manual.  Rows stand
 * in the order of the table, under a title for each question.
 */
#include "cli/model_forms.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "cli/model_dot.h"
#include "model/row_text.h"

size_t model_view_next(const struct model_view *view, size_t i)
{
	for (; i < model_table_len; i++) {
		const struct model_row *row = &model_table[i];

		if (row->states & view->states && view->events >> row->event & 1 &&
		    row->rules & view->rules)
			break;
	}
	return i;
}

#define EVENT(x) (1u << EVENT_##x)
const struct model_event_word model_event_words[] = {
	{ "open", EVENT(OPEN_PASSIVE) | EVENT(OPEN_ACTIVE) },
	{ "send", EVENT(SEND) },
	{ "receive", EVENT(RECEIVE) },
	{ "close", EVENT(CLOSE) },
	{ "abort", EVENT(ABORT) },
	{ "status", EVENT(STATUS) },
	{ "segment", EVENT(SEGMENT) },
	{ "timeout",
	  EVENT(USER_TIMEOUT) | EVENT(RETRANSMISSION_TIMEOUT) | EVENT(TIME_WAIT_TIMEOUT) },
	{ NULL, 0 },
};

/* ---- columns, for text and Markdown ---- */

static void add_id(struct buf *b, const struct model_row *row)
{
	buf_adds(b, row->id);
}

static void add_states(struct buf *b, const struct model_row *row)
{
	model_add_states(b, row->states);
}

static void add_conditions(struct buf *b, const struct model_row *row)
{
	model_add_conditions(b, row, "always");
}

static void add_level(struct buf *b, const struct model_row *row)
{
	buf_adds(b, req_level_names[row->level]);
}

static void add_rules(struct buf *b, const struct model_row *row)
{
	model_add_rules(b, row->rules);
}

static void add_clause(struct buf *b, const struct model_row *row)
{
	buf_printf(b, "%s, %s", row->clause, row->section);
}

static const struct {
	const char *title;
	void (*add)(struct buf *b, const struct model_row *row);
} columns[] = {
	{ "row", add_id },
	{ "in", add_states },
	{ "if", add_conditions },
	{ "answers", model_add_answers },
	{ "then", model_add_outcome },
	{ "level", add_level },
	{ "allowed by", add_rules },
	{ "clause, section", add_clause },
};
#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* The rows that answer one question; they need not stand together. */
struct group {
	const struct model_view *view;
	enum model_event event;
	enum model_check check;
	bool any; /* groups so far */
};

static bool is_in_group(const struct group *g, const struct model_row *row)
{
	return row->event == g->event && (row->event != EVENT_SEGMENT || row->check == g->check);
}

/* The first row of the group from @i on, or NULL. */
static const struct model_row *row_of(const struct group *g, size_t i)
{
	for (i = model_view_next(g->view, i); i < model_table_len;
	     i = model_view_next(g->view, i + 1))
		if (is_in_group(g, &model_table[i]))
			return &model_table[i];
	return NULL;
}

static const struct model_row *row_after(const struct group *g, const struct model_row *row)
{
	return row_of(g, (size_t)(row - model_table) + 1);
}

/* Moves on to the next question that has rows: its first row, or NULL. */
static const struct model_row *next_group(struct group *g)
{
	const struct model_row *row;

	do {
		if (!g->any)
			g->any = true;
		else if (g->event == EVENT_SEGMENT && g->check + 1 < CHECK_N)
			g->check++;
		else if (g->event + 1 < EVENT_N)
			g->event++;
		else
			return NULL;
		row = row_of(g, 0);
	} while (!row);
	return row;
}

/* ---- text ---- */

static void measure(const struct group *g, size_t width[N_COLUMNS])
{
	struct buf b = BUF_INIT;

	for (size_t c = 0; c < N_COLUMNS; c++) {
		width[c] = strlen(columns[c].title);
		for (const struct model_row *row = row_of(g, 0); row; row = row_after(g, row)) {
			buf_reset(&b);
			columns[c].add(&b, row);
			width[c] = b.len > width[c] ? b.len : width[c];
		}
	}
	buf_fini(&b);
}

/* What was added since @start is as wide as @width, with two blanks behind. */
static void pad_to(struct buf *out, size_t start, size_t width)
{
	buf_pad(out, ' ', width - (out->len - start) + 2);
}

static void add_text_row(struct buf *out, const struct model_row *row,
			 const size_t width[N_COLUMNS])
{
	buf_adds(out, "  ");
	for (size_t c = 0; c < N_COLUMNS; c++) {
		size_t start = out->len;

		if (row)
			columns[c].add(out, row);
		else
			buf_adds(out, columns[c].title);
		if (c + 1 < N_COLUMNS)
			pad_to(out, start, width[c]);
	}
	buf_addc(out, '\n');
}

static void add_text(const struct model_view *view, struct buf *out)
{
	struct group g = { .view = view };
	const struct model_row *row;
	size_t width[N_COLUMNS];

	while ((row = next_group(&g))) {
		buf_adds(out, out->len ? "\n" : "");
		model_add_question(out, row);
		buf_addc(out, '\n');
		measure(&g, width);
		add_text_row(out, NULL, width);
		for (; row; row = row_after(&g, row))
			add_text_row(out, row, width);
	}
}

/* ---- Markdown ---- */

/* In a cell "<" begins a tag and "|" ends the cell. */
static void add_cell(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("<>|*_\\`", *text))
			buf_addc(out, '\\');
		buf_addc(out, *text);
	}
	buf_adds(out, " |");
}

static void add_md_row(struct buf *out, const struct model_row *row)
{
	struct buf cell = BUF_INIT;

	buf_adds(out, "|");
	for (size_t c = 0; c < N_COLUMNS; c++) {
		buf_reset(&cell);
		columns[c].add(&cell, row);
		buf_addc(out, ' ');
		add_cell(out, buf_str(&cell));
	}
	buf_addc(out, '\n');
	buf_fini(&cell);
}

static void add_md_head(struct buf *out)
{
	buf_adds(out, "\n\n|");
	for (size_t c = 0; c < N_COLUMNS; c++)
		buf_printf(out, " %s |", columns[c].title);
	buf_adds(out, "\n|");
	for (size_t c = 0; c < N_COLUMNS; c++)
		buf_adds(out, "---|");
	buf_addc(out, '\n');
}

static void add_md(const struct model_view *view, struct buf *out)
{
	struct group g = { .view = view };
	const struct model_row *row;

	buf_adds(out, "# RFC 9293 section 3.10 as a table\n");
	while ((row = next_group(&g))) {
		buf_adds(out, "\n## ");
		model_add_question(out, row);
		add_md_head(out);
		for (; row; row = row_after(&g, row))
			add_md_row(out, row);
	}
}

/* ---- JSON ---- */

static struct json *names_of(uint32_t set, const char *const *names, size_t n)
{
	struct json *a = json_new_array();

	for (size_t i = 0; i < n && names[i]; i++)
		if (set >> i & 1)
			json_push_string(a, names[i]);
	return a;
}

static struct json *row_json(const struct model_row *row)
{
	bool segment = row->event == EVENT_SEGMENT;
	struct json *o = json_new_object();

	json_set_string(o, "id", row->id);
	json_set_string(o, "event", model_event_names[row->event]);
	if (segment)
		json_set_string(o, "check", model_check_names[row->check]);
	json_set(o, "states", names_of(row->states, tcp_state_names, TCP_N_STATES));
	json_set(o, "conditions", names_of(row->cond, model_cond_names, MODEL_N_CONDS));
	json_set(o, "answers", names_of(row->answers, model_answer_names, MODEL_N_ANSWERS));
	json_set_string(o, "next", row->next == NEXT_SAME ? NULL : tcp_state_names[row->next]);
	if (segment)
		json_set_bool(o, "goes_on", row->then != CHECK_N && row->check != CHECK_FIN);
	if (segment && row->then && row->then != CHECK_N)
		json_set_string(o, "goes_on_with", model_check_names[row->then]);
	json_set_bool(o, "alternative", row->alternative);
	json_set_string(o, "level", req_level_names[row->level]);
	json_set(o, "effects", names_of(row->effects, model_effect_names, MODEL_N_EFFECTS));
	json_set(o, "rules", names_of(row->rules, model_rules_names, MODEL_N_RULES));
	json_set_string(o, "clause", row->clause);
	json_set_string(o, "section", row->section);
	if (row->user)
		json_set_string(o, "user", row->user);
	return o;
}

static void add_json(const struct model_view *view, struct buf *out)
{
	struct json *o = json_new_object(), *rows = json_new_array();

	json_set_int(o, "format", 1);
	for (size_t i = model_view_next(view, 0); i < model_table_len;
	     i = model_view_next(view, i + 1))
		json_push(rows, row_json(&model_table[i]));
	json_set(o, "rows", rows);
	json_add_text(out, o, 2);
	buf_addc(out, '\n');
	json_free(o);
}

/* ---- mdoc, for shakedown-model(7) ---- */

#define LINE_MAX_COLUMNS 79

/* A new sentence on a new line, and no line longer than people read in a source. */
static void add_mdoc_text(struct buf *out, const char *text)
{
	size_t col = 0;

	while (*text) {
		size_t len = strcspn(text, " ");
		bool new_sentence = !strncmp(text + len, "  ", 2);

		if (col && col + 1 + len > LINE_MAX_COLUMNS)
			col = 0, buf_addc(out, '\n');
		buf_printf(out, "%s%.*s", col ? " " : "", (int)len, text);
		col += len + (col > 0);
		if (new_sentence)
			col = 0, buf_addc(out, '\n');
		text += len + strspn(text + len, " ");
	}
	buf_addc(out, '\n');
}

static void add_mdoc_row(struct buf *out, const struct model_row *row)
{
	struct buf b = BUF_INIT;

	buf_printf(out, ".It Li %s Pq %s; ", row->id, req_level_names[row->level]);
	if (strcmp(row->clause, row->id))
		buf_printf(out, "%s, ", row->clause);
	buf_printf(out, "%s; ", row->section);
	model_add_rules(out, row->rules);
	buf_addc(out, '\n');
	model_add_sentence(&b, row);
	add_mdoc_text(out, buf_str(&b));
	buf_fini(&b);
}

static void add_mdoc(const struct model_view *view, struct buf *out)
{
	struct group g = { .view = view };
	const struct model_row *row;

	while ((row = next_group(&g))) {
		buf_adds(out, ".Ss ");
		model_add_question(out, row);
		buf_adds(out, "\n.Bl -tag -width Ds\n");
		for (; row; row = row_after(&g, row))
			add_mdoc_row(out, row);
		buf_adds(out, ".El\n");
	}
}

const struct model_form model_forms[] = {
	{ "text", add_text },
	{ "md", add_md },
	{ "dot", model_add_dot },
	{ "json", add_json },
	{ "mdoc", add_mdoc },
	{ NULL, NULL },
};
