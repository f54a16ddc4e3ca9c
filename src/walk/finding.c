/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a walk finds: which findings are kept, what lint and the model say of a
 * segment.
 */
#include "walk/internal.h"

/* What settles a verdict stays, before what breaks a must, before the rest. */
static int weight_of(enum finding_kind kind, enum req_level level)
{
	if (kind == FINDING_FAULT || kind == FINDING_DEAD)
		return 3;
	return level == LEVEL_MUST ? 2 : level == LEVEL_SHOULD;
}

static struct walk_finding *room_for(struct walk *w, int weight)
{
	if (w->n_findings < WALK_MAX_FINDINGS)
		return &w->finding[w->n_findings++];
	for (uint8_t i = WALK_MAX_FINDINGS; i-- > 0;) {
		if (i != w->failed_finding &&
		    weight_of(w->finding[i].kind, w->finding[i].level) < weight)
			return &w->finding[i];
	}
	return &w->finding[WALK_MAX_FINDINGS];
}

struct walk_finding *walk_find(struct walk *w, enum finding_kind kind,
			       enum req_level level, uint16_t step,
			       int32_t packet)
{
	struct walk_finding *f = room_for(w, weight_of(kind, level));

	f->kind = kind;
	f->level = level;
	f->step = step;
	f->packet = packet;
	f->since_ns = w->ref_ns;
	f->waited_ns = 0;
	f->states = w->model.states;
	f->claim = TCP_STATE_NONE;
	f->lint = 0;
	f->fault = FAULT_NONE;
	f->app = -1;
	f->has_violation = f->has_diff = f->by_reset = false;
	f->diff.n = 0;
	f->note = NULL;
	f->row = NULL;
	f->silent = false;
	f->answers = f->asked = 0;
	return f;
}

void walk_lint(struct walk *w, size_t packet, const struct segment *s)
{
	uint64_t broken = lint_rx(&w->lint, s, w->now_ns);

	/* Once per rule is enough. */
	broken &= ~w->lint_told;
	w->lint_told |= broken;
	for (size_t i = 0; i < lint_n_rules; i++)
		if (broken >> i & 1)
			walk_find(w, FINDING_LINT, lint_rules[i].level, w->step, (int32_t)packet)
				->lint = (uint8_t)i;
}

/*
 * What an expectation pins is its author's to decide, and so is an alternative
 * that is named as one; of everything else the model has the last word.
 */
static bool is_excused(const struct walk *w, int taker, int alt,
		       const struct model_violation *v)
{
	const struct plan_step *st = &w->plan->step[taker];

	if (alt >= 0) {
		const struct plan_alt *a = &st->one_of.alt[alt];

		if (a->name || a->level >= 0)
			return true;
		st = &w->plan->step[a->first];
	}
	if (v->field == FIELD_DATA_LEN && st->expect->data_set)
		return true;
	return v->field >= 0 && st->expect->field[v->field].op != MATCH_NONE;
}

void walk_find_taken(struct walk *w, int taker, int alt, size_t packet,
		     const struct model_violation *v)
{
	struct walk_finding *f;

	if (is_excused(w, taker, alt, v))
		return;
	f = walk_find(w, FINDING_UNEXPECTED, v->level, (uint16_t)taker, (int32_t)packet);
	f->has_violation = true;
	f->violation = *v;
}

struct walk_finding *walk_find_unexpected(struct walk *w, size_t packet,
					  const struct model_violation *v)
{
	const struct plan_step *st = &w->plan->step[w->step];
	bool refused = st->precondition && (w->scratch.flags & TCP_RST);
	struct walk_finding *f;

	f = walk_find(w, refused ? FINDING_PRECONDITION : FINDING_UNEXPECTED,
		      v->level, w->step, (int32_t)packet);
	f->has_violation = true;
	f->violation = *v;
	if (walk_waits_for_segment(st) && w->nearest == (int32_t)packet) {
		f->has_diff = true;
		f->diff = w->nearest_diff;
	}
	return f;
}
