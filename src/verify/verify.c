/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Verify: walks the plan along the trace and turns what was found into a
 * verdict.
 *
 * Faults of the tester come first: with one of them no finding can be trusted
 * and the verdict is `error`.  Then a broken requirement is `fail`; a question
 * that could not be asked is `inconclusive`; everything else passes, perhaps
 * with warnings.
 */
#include "verify/verify.h"

#include <string.h>

#include "base/buf.h"
#include "verify/internal.h"

const char *const verdict_names[VERDICT_N] = {
	[VERDICT_PASS] = "pass",
	[VERDICT_FAIL] = "fail",
	[VERDICT_INCONCLUSIVE] = "inconclusive",
	[VERDICT_ERROR] = "error",
	[VERDICT_SKIP] = "skip",
};

const char *const finding_names[FINDING_N] = {
	[FINDING_NO_ANSWER] = "no-answer",
	[FINDING_LATE] = "late",
	[FINDING_EARLY] = "early",
	[FINDING_UNEXPECTED] = "unexpected",
	[FINDING_NOT_SILENT] = "not-silent",
	[FINDING_STATE] = "state",
	[FINDING_LINT] = "lint",
	[FINDING_DEAD] = "dead",
	[FINDING_PRECONDITION] = "precondition",
	[FINDING_ALTERNATIVE] = "alternative",
	[FINDING_FAULT] = "fault",
	[FINDING_APP] = "app",
	[FINDING_CANNOT] = "cannot",
};

/*
 * Of an alternative, the answer to the better one was lost; of a state or of what a
 * call reports, our segment which leads there was; what came early came after
 * something that was late; and what broke the silence, or answers otherwise than the
 * step wants while the model permits it, may answer something that came again.
 */
static bool is_by_path(const struct walk_finding *f)
{
	switch (f->kind) {
	case FINDING_NO_ANSWER:
	case FINDING_LATE:
	case FINDING_EARLY:
	case FINDING_PRECONDITION:
	case FINDING_ALTERNATIVE:
	case FINDING_STATE:
	case FINDING_DEAD:
	case FINDING_APP:
		return true;
	case FINDING_NOT_SILENT:
	case FINDING_UNEXPECTED:
		return !f->has_violation;
	default:
		return false;
	}
}

/* Which verdict a finding of each kind leads to. */
enum weight {
	W_NOTHING,
	W_WARNING,
	W_SKIP,
	W_INCONCLUSIVE,
	W_FAIL,
	W_ERROR
};

static enum weight weigh(const struct walk_finding *f)
{
	switch (f->kind) {
	case FINDING_FAULT:
		return W_ERROR;
	case FINDING_CANNOT:
		return W_SKIP;
	case FINDING_DEAD:
	case FINDING_PRECONDITION:
		return W_INCONCLUSIVE;
	default:
		break;
	}
	if (f->level == LEVEL_MAY)
		return W_NOTHING;
	return f->level == LEVEL_SHOULD ? W_WARNING : W_FAIL;
}

/* Facts that any packet shows about our side, whatever the case. */
static void scan_packets(const struct trace *t, struct verify *v)
{
	struct segment s;

	for (size_t i = 0; i < t->n_packets; i++) {
		const struct trace_packet *p = &t->packet[i];

		trace_decode(t, i, &s);
		if (s.defects & SEG_DEFECT_TRUNCATED)
			verify_fault(v, FAULT_TRUNCATED, (int)i, 0);
		if (p->dir != TRACE_RX)
			continue;
		if ((s.defects & SEG_DEFECT_CHECKSUM_PARTIAL) && !t->setup.partial_ok)
			verify_fault(v, FAULT_PARTIAL, (int)i, 0);
		/* Merged on the way in: a target cannot send more than our MSS
		 * in one segment; in the lab nothing merges. */
		if (s.data_len > t->setup.mss && !t->setup.lossless)
			verify_fault(v, FAULT_SUPERSEGMENT, (int)i, s.data_len);
	}
}

static bool fault_matters(const struct trace_fault *f, bool failed)
{
	/* A late segment of ours can only make a case fail or warn, never pass. */
	return f->kind != FAULT_LATE || failed;
}

static bool has_failed(const struct walk *w)
{
	for (uint8_t i = 0; i < w->n_findings; i++) {
		if (weigh(&w->finding[i]) == W_FAIL || weigh(&w->finding[i]) == W_WARNING)
			return true;
	}
	return false;
}

static void collect_faults(struct verify *v)
{
	bool failed = has_failed(v->walk);

	for (size_t i = 0; i < v->trace->n_faults; i++) {
		const struct trace_fault *f = &v->trace->fault[i];

		if (fault_matters(f, failed))
			verify_fault(v, f->kind, -1, f->detail);
	}
	scan_packets(v->trace, v);
	/* The trace ends before the plan does, and nothing says why. */
	if (!v->n_faults && v->walk->phase != WALK_DONE)
		verify_fault(v, FAULT_INTERRUPTED, -1, 0);
}

/* A missing answer of a target that is dead is no failure of the answer. */
static void settle_dead(struct walk *w)
{
	bool dead = false;

	for (uint8_t i = 0; i < w->n_findings; i++)
		dead |= w->finding[i].kind == FINDING_DEAD;
	if (!dead)
		return;
	for (uint8_t i = 0; i < w->n_findings; i++) {
		if (w->finding[i].kind == FINDING_NO_ANSWER || w->finding[i].by_reset)
			w->finding[i].kind = FINDING_DEAD;
	}
}

static int by_weight(const struct walk_finding *a, const struct walk_finding *b)
{
	int wa = (int)weigh(a), wb = (int)weigh(b);

	return wa != wb ? wb - wa : (int)(a > b) - (int)(a < b);
}

/* The order in which findings are shown: worst first, then as they came. */
static void order_findings(const struct walk *w, uint8_t *order)
{
	for (uint8_t i = 0; i < w->n_findings; i++) {
		uint8_t k = i;

		for (; k > 0 && by_weight(&w->finding[order[k - 1]], &w->finding[i]) > 0; k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
}

static void fill_findings(struct verify *v, struct verdict *out)
{
	const struct walk *w = v->walk;
	uint8_t order[WALK_MAX_FINDINGS];
	size_t n = 0, max = v->n_faults + w->n_findings;
	struct finding *list = arena_calloc(v->arena, max ? max : 1, sizeof(*list));

	for (size_t i = 0; i < v->n_faults; i++)
		verify_fault_text(v, &v->fault[i], &list[n++]);
	order_findings(w, order);
	for (uint8_t i = 0; i < w->n_findings; i++) {
		verify_finding_text(v, &w->finding[order[i]], &list[n]);
		list[n++].by_path = is_by_path(&w->finding[order[i]]);
	}
	out->finding = list;
	out->n_findings = n;
}

static enum weight worst_of(const struct walk *w, const struct walk_finding **which)
{
	enum weight worst = W_NOTHING;

	*which = NULL;
	for (uint8_t i = 0; i < w->n_findings; i++) {
		enum weight x = weigh(&w->finding[i]);

		if (x > worst) {
			worst = x;
			*which = &w->finding[i];
		}
	}
	return worst;
}

/*
 * The tester lost, doubled or held up segments of this run itself, by chance: then
 * nothing is proven by what did not come.
 */
static bool is_excused(const struct verify *v)
{
	bool excused = false;

	if (!v->trace->setup.impaired || v->n_faults)
		return false;
	for (uint8_t i = 0; i < v->walk->n_findings; i++) {
		const struct walk_finding *f = &v->walk->finding[i];

		if (weigh(f) == W_NOTHING)
			continue;
		if (!is_by_path(f) && weigh(f) != W_WARNING)
			return false;
		excused |= is_by_path(f);
	}
	return excused;
}

static void excuse(const struct verify *v, struct verdict *out)
{
	out->excused = true;
	out->kind = VERDICT_INCONCLUSIVE;
	out->reason = arena_printf(v->arena,
				   "%s; but %u segments of this run were impaired on purpose",
				   out->reason, (unsigned int)v->trace->setup.impaired);
}

static void judge(struct verify *v, struct verdict *out)
{
	static const enum verdict_kind kinds[] = {
		[W_NOTHING] = VERDICT_PASS,
		[W_WARNING] = VERDICT_PASS,
		[W_SKIP] = VERDICT_SKIP,
		[W_INCONCLUSIVE] = VERDICT_INCONCLUSIVE,
		[W_FAIL] = VERDICT_FAIL,
		[W_ERROR] = VERDICT_ERROR,
	};
	const struct walk_finding *which;
	enum weight worst = worst_of(v->walk, &which);

	out->kind = v->n_faults ? VERDICT_ERROR : kinds[worst];
	out->level = which && !v->n_faults ? which->level : v->plan->level;
	out->reason = out->n_fenced ? "every step was met, silence proven by a fence"
				    : "every step was met";
	if (out->n_findings)
		out->reason = out->finding[0].message;
	out->late = v->n_faults == 1 && v->fault[0].kind == FAULT_LATE;
	if (is_excused(v))
		excuse(v, out);
}

static unsigned int count_fenced(const struct verify *v)
{
	unsigned int n = 0;

	for (uint16_t i = 0; i < v->plan->n_steps; i++)
		n += v->walk->result[i].fenced;
	return n;
}

static void fill_deviations(struct verify *v, struct verdict *out)
{
	const struct walk *w = v->walk;
	const char **names =
		arena_calloc(v->arena, w->n_alts + w->n_choices + 1u, sizeof(*names));

	for (uint8_t i = 0; i < w->n_alts; i++) {
		const struct plan_step *st = &v->plan->step[w->alt[i]];
		const char *name = st->one_of.alt[w->alt_index[i]].name;

		if (name)
			names[out->n_deviations++] = name;
	}
	for (uint8_t i = 0; i < w->n_choices; i++)
		names[out->n_deviations++] = w->choice[i];
	out->deviation = names;
}

void verify_run(const struct plan *plan, const struct trace *trace,
		struct arena *arena, struct verdict *out)
{
	struct walk *w = arena_alloc(arena, sizeof(*w));
	struct verify v = { .plan = plan, .trace = trace, .arena = arena, .walk = w };

	memset(out, 0, sizeof(*out));
	walk_init(w, plan, trace, arena);
	walk_facts(w);
	walk_time(w, trace->end_ns);
	settle_dead(w);
	collect_faults(&v);
	fill_findings(&v, out);
	out->n_fenced = count_fenced(&v);
	judge(&v, out);
	fill_deviations(&v, out);
	out->step = w->result;
	out->final_states = w->model.states;
	out->packet_note = verify_packet_notes(&v, out);
}

void verdict_without_trace(const struct plan *plan, enum verdict_kind kind,
			   const char *reason, struct arena *arena,
			   struct verdict *out)
{
	struct step_result *step =
		arena_calloc(arena, plan->n_steps, sizeof(*step));

	memset(out, 0, sizeof(*out));
	for (uint16_t i = 0; i < plan->n_steps; i++)
		step[i].packet = -1;
	out->kind = kind;
	out->level = plan->level;
	out->reason = arena_strdup(arena, reason ? reason : "");
	out->step = step;
}

bool verdict_breaks(const struct verdict *v, bool strict)
{
	if (v->kind == VERDICT_FAIL)
		return true;
	if (v->kind != VERDICT_PASS || !strict)
		return false;
	for (size_t i = 0; i < v->n_findings; i++) {
		if (v->finding[i].level == LEVEL_SHOULD)
			return true;
	}
	return false;
}

bool verdict_is_nonconforming(const struct verdict *v, bool strict)
{
	switch (v->known) {
	case KNOWN_EXPECTED:
		return false;
	case KNOWN_PASSED:
	case KNOWN_OTHERWISE:
		return true;
	default:
		return verdict_breaks(v, strict);
	}
}
