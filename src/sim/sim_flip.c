/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows that are wrong on purpose, and what --target sim: says.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "sim/sim_priv.h"

#define RESETS (ANS_RST_SEQ | ANS_RST_ACK)
#define WITH_ACK (ANS_ACK | ANS_RST_ACK | ANS_SYN_ACK | ANS_FIN)
#define SAME TCP_N_STATES /* FLIP_NEXT: the state does not change */

static const char *const kind_names[FLIP_N] = {
	[FLIP_NO_ANSWER] = "no-answer",
	[FLIP_OTHER_ANSWER] = "answer",
	[FLIP_WRONG_SEQ] = "seq",
	[FLIP_WRONG_ACK] = "ack",
	[FLIP_NEXT] = "next",
	[FLIP_GO_ON] = "go-on",
	[FLIP_DROP] = "drop",
	[FLIP_NO_EFFECT] = "no-effect",
	[FLIP_ROW_MISSING] = "missing",
};

/* Words for the answers and effects of a flip; resets are of the form that fits. */
static const char *const answer_words[MODEL_N_ANSWERS] = {
	"ack", "reset", "reset", "syn-ack", "abort", "syn", "data", "fin", "front"
};
static const char *const effect_words[MODEL_N_EFFECTS] = {
	"iss", "irs", "ack", "window", "text", "fin", "2msl", "queue", "flush", "deliver"
};

static const char *bit_word(const char *const *words, uint32_t bits)
{
	return words[bits ? __builtin_ctz(bits) : 0];
}

static const char *state_word(uint32_t state)
{
	return state == SAME ? "same" : tcp_state_names[state];
}

void sim_flip_str(const struct sim_flip *f, struct buf *out)
{
	buf_adds(out, model_table[f->row].id);
	for (int st = 0; st < TCP_N_STATES; st++)
		if (f->states & 1u << st)
			buf_printf(out, "@%s", tcp_state_names[st]);
	buf_printf(out, "/%s", kind_names[f->kind]);
	if (f->kind == FLIP_OTHER_ANSWER)
		buf_printf(out, "=%s", bit_word(answer_words, f->value));
	else if (f->kind == FLIP_NEXT)
		buf_printf(out, "=%s", state_word(f->value));
	else if (f->kind == FLIP_NO_EFFECT)
		buf_printf(out, "=%s", bit_word(effect_words, f->value));
}

/* ---- which there are ---- */

struct list {
	struct sim_flip *out;
	size_t n, row;
};

static void add(struct list *l, enum sim_flip_kind kind, uint32_t value)
{
	l->out[l->n++] = (struct sim_flip){ l->row, kind, value, 0 };
}

/* What a careless stack might send instead. */
static void add_answers(struct list *l, const struct model_row *row)
{
	const uint16_t a = row->answers;

	if (row->event == EVENT_SEGMENT && !a && row->then == CHECK_N) {
		add(l, FLIP_OTHER_ANSWER, ANS_ACK);
		add(l, FLIP_OTHER_ANSWER, RESETS);
	}
	if (!a)
		return;
	add(l, FLIP_NO_ANSWER, 0);
	if (a & (ANS_ACK | ANS_SYN_ACK))
		add(l, FLIP_OTHER_ANSWER, RESETS);
	if (a & (RESETS | ANS_SYN_ACK))
		add(l, FLIP_OTHER_ANSWER, ANS_ACK);
	if (a & (RESETS | ANS_FIN))
		add(l, FLIP_OTHER_ANSWER, ANS_RST_ABORT);
	if (a & ANS_RST_ABORT)
		add(l, FLIP_OTHER_ANSWER, ANS_FIN);
	add(l, FLIP_WRONG_SEQ, 0);
	if (a & WITH_ACK)
		add(l, FLIP_WRONG_ACK, 0);
}

/* The state that is easily taken for another. */
static const uint8_t neighbour[TCP_N_STATES] = {
	[TCP_CLOSED] = TCP_TIME_WAIT,
	[TCP_LISTEN] = TCP_CLOSED,
	[TCP_SYN_SENT] = TCP_SYN_RECEIVED,
	[TCP_SYN_RECEIVED] = TCP_ESTABLISHED,
	[TCP_ESTABLISHED] = TCP_SYN_RECEIVED,
	[TCP_FIN_WAIT_1] = TCP_FIN_WAIT_2,
	[TCP_FIN_WAIT_2] = TCP_TIME_WAIT,
	[TCP_CLOSE_WAIT] = TCP_LAST_ACK,
	[TCP_CLOSING] = TCP_TIME_WAIT,
	[TCP_LAST_ACK] = TCP_TIME_WAIT,
	[TCP_TIME_WAIT] = TCP_CLOSING,
};

static void add_states(struct list *l, const struct model_row *row)
{
	if (row->next == NEXT_SAME) {
		if (row->states & ~((1u << TCP_CLOSED) | (1u << TCP_LISTEN)))
			add(l, FLIP_NEXT, TCP_CLOSED);
		return;
	}
	add(l, FLIP_NEXT, SAME);
	if (row->next != TCP_CLOSED && neighbour[row->next] != TCP_CLOSED)
		add(l, FLIP_NEXT, TCP_CLOSED);
	if (!(row->states == 1u << neighbour[row->next]))
		add(l, FLIP_NEXT, neighbour[row->next]);
}

size_t sim_flips(size_t i, struct sim_flip out[SIM_MAX_FLIPS])
{
	const struct model_row *row = &model_table[i];
	bool segment = row->event == EVENT_SEGMENT && row->check != CHECK_FIRST;
	struct list l = { out, 0, i };

	add_answers(&l, row);
	add_states(&l, row);
	if (segment && row->then == CHECK_N && row->next == NEXT_SAME)
		add(&l, FLIP_GO_ON, 0);
	if (segment && row->then != CHECK_N && row->check != CHECK_FIN)
		add(&l, FLIP_DROP, 0);
	for (unsigned int fx = 0; fx < MODEL_N_EFFECTS; fx++)
		if (row->effects & 1u << fx)
			add(&l, FLIP_NO_EFFECT, 1u << fx);
	add(&l, FLIP_ROW_MISSING, 0);
	return l.n;
}

/* Makes @row, a copy of the one that the flip is of, wrong. */
static void flip_row(const struct sim_flip *f, struct model_row *row)
{
	switch (f->kind) {
	case FLIP_NO_ANSWER:
		row->answers = 0;
		break;
	case FLIP_OTHER_ANSWER:
		row->answers = (uint16_t)f->value;
		break;
	case FLIP_NEXT:
		row->next = f->value == SAME ? NEXT_SAME : (int8_t)f->value;
		break;
	case FLIP_GO_ON:
		row->then = CHECK_FIRST; /* the next */
		break;
	case FLIP_DROP:
		row->then = CHECK_N;
		row->effects = 0;
		row->next = NEXT_SAME;
		break;
	case FLIP_NO_EFFECT:
		row->effects &= ~f->value;
		break;
	case FLIP_ROW_MISSING:
		row->states &= f->states ? (uint16_t)~f->states : 0;
		break;
	case FLIP_WRONG_SEQ:
	case FLIP_WRONG_ACK:
	case FLIP_N:
		break;
	}
}

void sim_flip_apply(struct sim *sim)
{
	flip_row(&sim->cfg.flip, &sim->rows[sim->cfg.flip.row]);
}

/* ---- which are not wrong ---- */

static bool ends(const struct model_row *row, enum tcp_state next)
{
	return row->then == CHECK_N || row->event != EVENT_SEGMENT || next <= TCP_LISTEN;
}

/* The same is seen from outside; what is left of a deleted TCB does not matter. */
static bool same_behaviour(const struct model_row *a, const struct model_row *b,
			   enum tcp_state state)
{
	enum tcp_state next = model_row_next(a, state);

	if (next != model_row_next(b, state) || a->answers != b->answers)
		return false;
	if (ends(a, next) != ends(b, next))
		return false;
	return next <= TCP_LISTEN || a->effects == b->effects;
}

/* Whenever @row may be taken in @state, @other may be as well. */
static bool is_companion(const struct model_row *row, const struct model_row *other,
			 enum tcp_state state)
{
	return other->event == row->event && other->check == row->check &&
		(other->states & 1u << state) && (other->cond & row->cond) == other->cond;
}

/* The rows before @row that hold are alternatives, too; so it can be asked for. */
static bool is_choice_with(size_t i, size_t k, enum tcp_state state)
{
	size_t first = i < k ? i : k, last = i < k ? k : i;

	for (size_t j = first; j < last; j++) {
		const struct model_row *row = &model_table[j];

		if (is_companion(&model_table[i], row, state) && !row->alternative)
			return false;
	}
	return true;
}

/* Nothing but choices hold: then doing nothing is one of them. */
static bool may_pass(size_t i, enum tcp_state state)
{
	for (size_t j = i; j < model_table_len; j++) {
		const struct model_row *row = &model_table[j];

		if (is_companion(&model_table[i], row, state) && !row->alternative)
			return false;
	}
	return true;
}

static bool does_nothing(const struct model_row *row, enum tcp_state state)
{
	return model_row_next(row, state) == state && !row->answers && !row->effects &&
		row->then != CHECK_N;
}

bool sim_flip_is_choice(const struct sim_flip *f, enum tcp_state state)
{
	struct model_row row = model_table[f->row];

	if (f->kind == FLIP_ROW_MISSING)
		return row.alternative || does_nothing(&row, state);
	if (f->kind == FLIP_WRONG_SEQ || f->kind == FLIP_WRONG_ACK)
		return false;
	flip_row(f, &row);
	if (same_behaviour(&row, &model_table[f->row], state))
		return true;
	if (may_pass(f->row, state) && does_nothing(&row, state))
		return true;
	for (size_t k = 0; k < model_table_len; k++)
		if (k != f->row &&
		    is_companion(&model_table[f->row], &model_table[k], state) &&
		    is_choice_with(f->row, k, state) &&
		    same_behaviour(&row, &model_table[k], state))
			return true;
	return false;
}

const struct model_row *sim_flip_row(const struct sim *sim, enum tcp_state state)
{
	const struct sim_flip *f = &sim->cfg.flip;

	if (f->states && !(f->states & 1u << state))
		return &model_table[f->row];
	return sim->flipped;
}

/* ---- --target sim: ---- */

static bool is_word(const char *word, const char *text, size_t len)
{
	return strlen(word) == len && strncmp(word, text, len) == 0;
}

/* Finds the wrong version of @row that @how names, or the first of all. */
static bool find_flip(size_t row, const char *how, size_t len, struct sim_flip *f)
{
	struct sim_flip all[SIM_MAX_FLIPS];
	size_t n = sim_flips(row, all);
	bool found = false;

	for (size_t i = 0; i < n && !found; i++) {
		struct buf b = BUF_INIT;
		const char *name;

		sim_flip_str(&all[i], &b);
		name = strchr(buf_str(&b), '/') + 1;
		found = !how || is_word(name, how, len);
		if (found)
			*f = all[i];
		buf_fini(&b);
	}
	return found;
}

/* What else @row can be got wrong by, for a message. */
static void help_flips(size_t row, struct diags *ds)
{
	struct sim_flip all[SIM_MAX_FLIPS];
	size_t n = sim_flips(row, all);
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < n; i++) {
		buf_adds(&b, i ? ", " : "");
		sim_flip_str(&all[i], &b);
	}
	diag_add_help(ds, "there are %s", buf_str(&b));
	buf_fini(&b);
}

/* "ROW[@STATE...][/HOW]" in its parts; NULL if there is no such part. */
struct flip_text {
	char id[64];
	const char *states, *how;
	size_t states_len, how_len;
};

static void split_flip(const char *text, size_t len, struct flip_text *t)
{
	const char *slash = memchr(text, '/', len);
	size_t head = slash ? (size_t)(slash - text) : len;
	const char *at = memchr(text, '@', head);
	size_t id_len = at ? (size_t)(at - text) : head;

	snprintf(t->id, sizeof(t->id), "%.*s", (int)id_len, text);
	t->states = at;
	t->states_len = at ? head - id_len : 0;
	t->how = slash ? slash + 1 : NULL;
	t->how_len = slash ? len - head - 1 : 0;
}

/* "@CLOSING@LAST-ACK"; false if one is no state of the row. */
static bool parse_states(const struct flip_text *t, const struct model_row *row, uint16_t *set)
{
	const char *p = t->states, *end = p + t->states_len;

	*set = 0;
	while (p < end) {
		size_t len = 0;
		int st = 0;

		for (p++; p + len < end && p[len] != '@'; len++)
			;
		while (st < TCP_N_STATES && !is_word(tcp_state_names[st], p, len))
			st++;
		if (st == TCP_N_STATES || !(row->states & 1u << st))
			return false;
		*set |= (uint16_t)(1u << st);
		p += len;
	}
	return true;
}

static int parse_flip(const char *text, size_t len, struct sim_config *cfg, struct diags *ds)
{
	const struct model_row *row;
	struct flip_text t;
	uint16_t states;

	split_flip(text, len, &t);
	row = model_row_find(t.id);
	if (!row) {
		diag_add(ds, DIAG_ERROR, NULL, "--target sim:flip=%s: the model has no such row",
			 t.id);
		diag_add_help(ds, "`shakedown model` lists the rows with their ids");
		return -EINVAL;
	}
	if (!parse_states(&t, row, &states)) {
		diag_add(ds, DIAG_ERROR, NULL, "--target sim:flip=%.*s: not a state of this row",
			 (int)len, text);
		diag_add_help(ds, "`shakedown model` lists the rows with their states");
		return -EINVAL;
	}
	cfg->flipped = find_flip((size_t)(row - model_table), t.how, t.how_len, &cfg->flip);
	cfg->flip.states = states;
	if (cfg->flipped)
		return 0;
	diag_add(ds, DIAG_ERROR, NULL, "--target sim:flip=%.*s: %s cannot be wrong in that way",
		 (int)len, text, t.id);
	help_flips((size_t)(row - model_table), ds);
	return -EINVAL;
}

static int parse_rules(const char *text, size_t len, struct sim_config *cfg, struct diags *ds)
{
	char word[64];
	const char *bad;
	size_t bad_len;
	uint32_t rules;

	snprintf(word, sizeof(word), "%.*s", (int)len, text);
	if (model_rules_parse(word, &rules, &bad, &bad_len)) {
		struct buf b = BUF_INIT;

		for (size_t i = 0; i < MODEL_N_RULES; i++)
			buf_printf(&b, "%s%s", i ? ", " : "", model_rules_names[i]);
		diag_add(ds, DIAG_ERROR, NULL, "--target sim:%s: no such set of rules", word);
		diag_add_help(ds, "there are %s; and flip=ROW", buf_str(&b));
		buf_fini(&b);
		return -EINVAL;
	}
	if (cfg->n_rules < MODEL_N_RULES)
		cfg->rules[cfg->n_rules++] = rules;
	return 0;
}

int sim_config_parse(const char *text, struct sim_config *cfg, struct diags *ds)
{
	static const char flip[] = "flip=";

	memset(cfg, 0, sizeof(*cfg));
	if (*text == ':')
		text++;
	else if (!*text)
		return 0;
	for (;; text++) {
		size_t len = strcspn(text, ",");
		int err = !strncmp(text, flip, sizeof(flip) - 1)
			? parse_flip(text + sizeof(flip) - 1, len - (sizeof(flip) - 1), cfg, ds)
			: parse_rules(text, len, cfg, ds);

		if (err)
			return err;
		text += len;
		if (!*text)
			return 0;
	}
}
