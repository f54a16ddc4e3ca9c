/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of a verdict: findings and packet notes as a person reads them.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "model/lint.h"
#include "plan/plan_text.h"
#include "verify/internal.h"
#include "verify/verify.h"
#include "wire/testability.h"

void verify_fault(struct verify *v, enum trace_fault_kind kind, int packet,
		  int64_t detail)
{
	for (size_t i = 0; i < v->n_faults; i++) {
		if (v->fault[i].kind == kind)
			return;
	}
	v->fault[v->n_faults++] = (struct verify_fault){ kind, packet, detail };
}

void verify_fault_text(struct verify *v, const struct verify_fault *f,
		       struct finding *out)
{
	const struct trace_fault_info *info = &trace_faults[f->kind];
	const char *what = info->what;

	if (f->kind == FAULT_INJECT && f->detail < 0)
		what = arena_printf(v->arena, "%s (%s)", what,
				    strerror((int)-f->detail));
	*out = (struct finding){
		.kind = FINDING_FAULT,
		.level = v->plan->level,
		.requirement = "tester",
		.step = -1,
		.packet = f->packet,
		.message = what,
		.remedy = info->remedy,
	};
}

/* The step a finding is about, or NULL for probes. */
static const struct plan_step *step_of(const struct verify *v,
				       const struct walk_finding *f)
{
	return f->step < v->plan->n_steps ? &v->plan->step[f->step] : NULL;
}

static const char *requirement_of(struct verify *v, const struct walk_finding *f)
{
	const char *c;

	if (f->row)
		return arena_printf(v->arena, "rfc9293:%s", f->row->clause);
	switch (f->kind) {
	case FINDING_LINT:
		return lint_rules[f->lint].requirement;
	case FINDING_FAULT:
		return "tester";
	case FINDING_UNEXPECTED:
		c = f->violation.clause;
		if (f->has_violation)
			return arena_printf(v->arena, "%s:%s", f->violation.rfc, c);
		break;
	default:
		break;
	}
	return v->plan->n_covers ? v->plan->covers[0] : v->plan->case_id;
}

/* Segments of the target from the finding's step on: "2 segments seen". */
static size_t seen_since(const struct verify *v, const struct walk_finding *f)
{
	size_t n = 0;

	for (size_t i = 0; i < v->trace->n_packets; i++) {
		const struct trace_packet *p = &v->trace->packet[i];

		if (p->dir == TRACE_RX && p->flow == 0 &&
		    p->ts_ns >= f->since_ns)
			n++;
	}
	return n;
}

static const char *claim_name(int8_t claim)
{
	return claim >= 0 ? tcp_state_names[claim] : "the state";
}

static void states_words(struct buf *b, const struct walk_finding *f)
{
	if (f->asked) {
		buf_adds(b, f->claim != TCP_STATE_NONE ? "claimed is " : "the model has it in ");
		model_states_str(f->asked, b);
		buf_adds(b, ", but its answers say ");
		model_states_str(f->states, b);
		return;
	}
	buf_printf(b, "%s is claimed, but the segments so far leave the target in ",
		   claim_name(f->claim));
	model_states_str(f->states, b);
}

/* What the model asks for: the forms, and where it is written. */
static void due_words(const struct walk_finding *f, struct buf *b)
{
	const char *sep = "";

	for (unsigned int i = 0; i < MODEL_N_ANSWERS; i++) {
		if (!(f->answers >> i & 1))
			continue;
		buf_printf(b, "%s%s", sep, model_answer_names[i]);
		sep = " or ";
	}
	if (f->silent)
		buf_printf(b, "%sno answer", sep);
}

static void row_words(const struct walk_finding *f, struct buf *b)
{
	buf_printf(b, "%s, section %s", f->row->id, f->row->section);
}

static void no_answer_words(struct verify *v, const struct walk_finding *f,
			    struct buf *b)
{
	size_t n = seen_since(v, f);

	if (f->row) {
		due_words(f, b);
		buf_printf(b, " was due (");
		row_words(f, b);
		buf_printf(b, ") and did not come in %.3f s (%zu segment%s seen)",
			   (double)f->waited_ns / 1e9, n, n == 1 ? "" : "s");
		return;
	}
	if (f->claim != TCP_STATE_NONE)
		buf_printf(b, "the closing probe of %s had no answer in %.3f s",
			   claim_name(f->claim), (double)f->waited_ns / 1e9);
	else
		buf_printf(b, "no matching segment in %.3f s (%zu segment%s seen)",
			   (double)f->waited_ns / 1e9, n, n == 1 ? "" : "s");
}

static void unexpected_words(const struct walk_finding *f, struct buf *b)
{
	if (f->row) {
		buf_adds(b, "a reset, where ");
		due_words(f, b);
		buf_adds(b, " was due (");
		row_words(f, b);
		buf_adds(b, ")");
		return;
	}
	if (!f->has_violation) {
		buf_adds(b, "a segment that nothing called for");
		return;
	}
	buf_adds(b, f->violation.what);
	if (f->has_violation && f->violation.has_value &&
	    f->violation.field != FIELD_FLAGS)
		buf_printf(b, " (%s should be 0x%08x)",
			   seg_fields[f->violation.field].name, f->violation.value);
	if (f->claim != TCP_STATE_NONE)
		buf_printf(b, "; probing %s", claim_name(f->claim));
}

/* What the application answered: "connection refused". */
static void app_words(struct verify *v, const struct walk_finding *f, struct buf *b)
{
	const struct trace_app *t = &v->trace->app[f->app];
	const struct app_result_info *r = app_result_find(t->result);

	buf_printf(b, "the application's %s: ", app_calls[t->call].name);
	if (t->result == TP_NTF && t->missing < TP_N_PRIMITIVES)
		buf_printf(b, "the upper tester has no %s", tp_primitives[t->missing].name);
	else if (t->result == TP_OK && t->call == APP_RECEIVE)
		buf_printf(b, "%u octet%s received, not what was sent", t->len,
			   t->len == 1 ? "" : "s");
	else if (r)
		buf_adds(b, r->what);
	else
		buf_printf(b, "result 0x%02x", t->result);
}

static const char *message_of(struct verify *v, const struct walk_finding *f)
{
	static const char no_handshake[] = "the target does not answer a plain handshake either";
	static const char disagree[] = "the capture and the run disagree about what was sent when";
	struct buf b = BUF_INIT;
	const char *s;

	switch (f->kind) {
	case FINDING_NO_ANSWER:
		no_answer_words(v, f, &b);
		break;
	case FINDING_LATE:
		buf_printf(&b, "the segment came after %.3f s, too late",
			   (double)f->waited_ns / 1e9);
		break;
	case FINDING_EARLY:
		buf_printf(&b, "the segment came after %.6f s, too early",
			   (double)f->waited_ns / 1e9);
		break;
	case FINDING_UNEXPECTED:
		unexpected_words(f, &b);
		break;
	case FINDING_NOT_SILENT:
		if (f->row) {
			buf_adds(&b, "an answer to what is dropped in silence (");
			row_words(f, &b);
			buf_adds(&b, ")");
			break;
		}
		buf_adds(&b, f->note ? f->note : "a segment where silence is required");
		break;
	case FINDING_STATE:
		if (f->note && f->claim == TCP_STATE_NONE)
			buf_adds(&b, f->note);
		else if (f->note)
			buf_printf(&b, "%s is claimed, but %s",
				   claim_name(f->claim), f->note);
		else
			states_words(&b, f);
		break;
	case FINDING_LINT:
		buf_adds(&b, lint_rules[f->lint].what);
		break;
	case FINDING_DEAD:
		buf_adds(&b, f->note ? f->note : no_handshake);
		break;
	case FINDING_PRECONDITION:
		buf_adds(&b, "the precondition was not reached");
		if (f->note || f->has_violation)
			buf_printf(&b, ": %s", f->note ? f->note : f->violation.what);
		if (f->app >= 0)
			buf_adds(&b, ": ");
		if (f->app >= 0)
			app_words(v, f, &b);
		break;
	case FINDING_APP:
	case FINDING_CANNOT:
		app_words(v, f, &b);
		break;
	case FINDING_ALTERNATIVE:
		buf_printf(&b, "took the alternative%s%s", f->note ? " " : "",
			   f->note ? f->note : "");
		break;
	case FINDING_FAULT:
		buf_adds(&b, f->fault ? trace_faults[f->fault].what : disagree);
		break;
	case FINDING_N:
		break;
	}
	s = arena_strdup(v->arena, buf_str(&b));
	buf_fini(&b);
	return s;
}

/* Values */

static const char *number(struct verify *v, enum seg_field f, uint32_t x)
{
	char flags[TCP_FLAGS_STRLEN];

	switch (f) {
	case FIELD_FLAGS:
		return arena_strdup(v->arena,
				    tcp_flags_str((uint16_t)x, flags, sizeof(flags)));
	case FIELD_SEQ:
	case FIELD_ACK:
	case FIELD_END:
		return arena_printf(v->arena, "0x%08x", x);
	default:
		return arena_printf(v->arena, "%u", x);
	}
}

static const char *expected_text(struct verify *v, const struct field_diff *d)
{
	const char *text = d->m && d->m->text ? d->m->text : NULL;
	enum seg_field f = d->field >= 0 ? (enum seg_field)d->field : FIELD_N;

	if (d->data)
		return arena_printf(v->arena, "%u octets as given", d->expected);
	if (!d->m)
		return d->field == FIELD_CHECKSUM ? "good" : "absent";
	if (!d->expected_known || f == FIELD_FLAGS)
		return text ? text : "?";
	if (text && strcmp(text, number(v, f, d->expected)))
		return arena_printf(v->arena, "%s (%s)", text,
				    number(v, f, d->expected));
	return number(v, f, d->expected);
}

static const char *actual_text(struct verify *v, const struct field_diff *d)
{
	enum seg_field f = d->field >= 0 ? (enum seg_field)d->field : FIELD_N;

	if (d->data)
		return arena_printf(v->arena, "%u octets%s", d->actual,
				    d->actual == d->expected ? ", others" : "");
	if (!d->actual_known)
		return "absent";
	if (f == FIELD_CHECKSUM)
		return arena_printf(v->arena, "0x%04x, wrong", d->actual);
	if (d->opt >= 0 && (!d->m || d->m->op == MATCH_ABSENT))
		return "present";
	return number(v, f, d->actual);
}

static const char *field_text(struct verify *v, const struct field_diff *d)
{
	const char *name;

	if (d->data)
		return "data";
	if (d->field >= 0)
		return seg_fields[d->field].name;
	name = tcp_opt_name((uint8_t)d->opt);
	if (!name)
		return arena_printf(v->arena, "option kind %d", d->opt);
	if (d->opt == TCP_OPT_TIMESTAMPS && d->opt_value)
		return "option timestamps ecr";
	return arena_printf(v->arena, "option %s", name);
}

static void fill_mismatches(struct verify *v, const struct walk_finding *f,
			    struct finding *out)
{
	size_t n = f->diff.n < MATCH_MAX_DIFFS ? f->diff.n : MATCH_MAX_DIFFS;
	struct mismatch *m;

	if (!f->has_diff || !n)
		return;
	m = arena_calloc(v->arena, n, sizeof(*m));
	for (size_t i = 0; i < n; i++) {
		m[i].field = field_text(v, &f->diff.diff[i]);
		m[i].expected = expected_text(v, &f->diff.diff[i]);
		m[i].actual = actual_text(v, &f->diff.diff[i]);
	}
	out->mismatch = m;
	out->n_mismatch = n;
}

static bool waits_for_target(const struct plan_step *st)
{
	return st->kind == PLAN_MODEL || st->kind == PLAN_EXPECT || st->kind == PLAN_ONE_OF ||
		st->kind == PLAN_EXPECT_NONE;
}

static const char *expectation(struct verify *v, const struct walk_finding *f)
{
	const struct plan_step *st = step_of(v, f);
	struct buf b = BUF_INIT;
	const char *s = NULL;

	bool waits = st && waits_for_target(st);

	if (!waits && f->kind != FINDING_APP)
		return NULL;
	if (waits)
		plan_describe_expect(v->plan, f->step, &b);
	else
		plan_describe_app(v->plan, f->step, &b);
	if (b.len)
		s = arena_strdup(v->arena, buf_str(&b));
	buf_fini(&b);
	return s;
}

static struct mark mark_of(const struct verify *v, const struct walk_finding *f)
{
	const struct plan_step *st = step_of(v, f);

	/* Claims and probes of claims point at the claim. */
	if (f->step == TRACE_STEP_CONFIRM && v->walk->claim_step < v->plan->n_steps)
		st = &v->plan->step[v->walk->claim_step];
	if (!st)
		return v->plan->at;
	if ((f->kind == FINDING_STATE || f->step == TRACE_STEP_CONFIRM) &&
	    st->state_at.src)
		return st->state_at;
	/* The nearest candidate differs in one field: point at its value. */
	if (f->has_diff && f->diff.n == 1 && f->diff.diff[0].m &&
	    f->diff.diff[0].m->at.src)
		return f->diff.diff[0].m->at;
	return st->at.src ? st->at : v->plan->at;
}

void verify_violation_text(const struct model_violation *violation, struct arena *arena,
			   struct finding *out)
{
	struct buf b = BUF_INIT;

	model_states_str(violation->states, &b);
	out->states = arena_strdup(arena, buf_str(&b));
	buf_reset(&b);
	model_permitted_str(violation, &b);
	out->permitted = arena_strdup(arena, buf_str(&b));
	buf_fini(&b);
}

void verify_finding_text(struct verify *v, const struct walk_finding *f,
			 struct finding *out)
{
	*out = (struct finding){
		.kind = f->kind,
		.level = f->level,
		.requirement = requirement_of(v, f),
		.step = f->step < v->plan->n_steps ? f->step : -1,
		.at = mark_of(v, f),
		.message = message_of(v, f),
		.expected = expectation(v, f),
		.packet = f->packet,
	};
	if (f->fault)
		out->remedy = trace_faults[f->fault].remedy;
	if (f->kind == FINDING_UNEXPECTED && f->has_violation)
		verify_violation_text(&f->violation, v->arena, out);
	fill_mismatches(v, f, out);
}

/* Packet notes */

static const char *const tag_names[] = {
	[TRACE_STEP_NONE - TRACE_STEP_NONE] = "",
	[TRACE_STEP_NONE -
		TRACE_STEP_CONFIRM] = "closing probe",
	[TRACE_STEP_NONE -
		TRACE_STEP_ALIVE] = "liveness probe",
	[TRACE_STEP_NONE -
		TRACE_STEP_CLEANUP] = "cleanup",
	[TRACE_STEP_NONE -
		TRACE_STEP_FOREIGN] = "not sent by shakedown",
	[TRACE_STEP_NONE -
		TRACE_STEP_FENCE] = "fence: its answer proves the silence before it",
};

static const char *step_note(struct verify *v, uint16_t step, const char *verdict)
{
	const char *note;
	struct buf b = BUF_INIT;

	buf_printf(&b, "step %u: ", step + 1u);
	plan_describe_step(v->plan, step, &b);
	buf_adds(&b, verdict);
	note = arena_strdup(v->arena, buf_str(&b));
	buf_fini(&b);
	return note;
}

static const char *tx_note(struct verify *v, const struct trace_packet *p)
{
	if (p->step < v->plan->n_steps)
		return step_note(v, p->step, "");
	return p->step >= TRACE_STEP_FIRST ? tag_names[TRACE_STEP_NONE - p->step] : "";
}

static const char *rx_note(const struct verify *v, const struct trace_packet *p)
{
	if (!p->flow)
		return "permitted by the model";
	return p->flow == v->walk->fence.flow ? "answer to the fence"
					      : "answer to the liveness probe";
}

/* The steps that packets of the target completed. */
static void step_notes(struct verify *v, const char **note)
{
	for (uint16_t i = 0; i < v->plan->n_steps; i++) {
		const struct step_result *r = &v->walk->result[i];

		enum plan_step_kind kind = v->plan->step[i].kind;

		if (r->packet >= 0 && r->status == STEP_DONE &&
		    (kind == PLAN_EXPECT || kind == PLAN_MODEL || kind == PLAN_CONFIRM))
			note[r->packet] = step_note(v, i, ": pass");
	}
	if (v->walk->confirmed >= 0)
		note[v->walk->confirmed] = arena_printf(v->arena,
							"answer to the closing probe of %s: pass",
							claim_name(v->walk->claim));
}

const char *const *verify_packet_notes(struct verify *v,
				       const struct verdict *verdict)
{
	size_t n = v->trace->n_packets;
	const char **note = arena_calloc(v->arena, n + 1, sizeof(*note));

	step_notes(v, note);
	for (size_t i = 0; i < n; i++) {
		const struct trace_packet *p = &v->trace->packet[i];

		if (p->dir == TRACE_TX)
			note[i] = tx_note(v, p);
		else if (!note[i])
			note[i] = rx_note(v, p);
	}
	for (size_t i = 0; i < verdict->n_findings; i++) {
		const struct finding *f = &verdict->finding[i];

		if (f->packet >= 0 && (size_t)f->packet < n)
			note[f->packet] = arena_printf(v->arena, "%s: %s: %s",
						       verdict_names[verdict->kind], f->requirement,
						       f->message);
	}
	return note;
}
