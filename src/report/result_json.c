/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of a report as JSON values.  Numbers that may not fit into the 53
 * bits of somebody's reader (seeds) are strings; times are integers of
 * nanoseconds.
 */
#include "report/result_json.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "report/requirements.h"

#define FORMAT_VERSION 1

/* The value of what @add appends: a string. */
static void set_buf(struct json *o, const char *key, struct buf *b)
{
	json_set_string(o, key, buf_str(b));
	buf_fini(b);
}

static void set_hex(struct json *o, const char *key, uint64_t v)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "0x%" PRIx64, v);
	set_buf(o, key, &b);
}

static void set_time(struct json *o, const char *key, int64_t ns)
{
	time_t seconds = (time_t)(ns / 1000000000);
	struct buf b = BUF_INIT;
	struct tm tm;
	char text[32];

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	buf_printf(&b, "%s.%03dZ", text, (int)(ns / 1000000 % 1000));
	set_buf(o, key, &b);
}

static struct json *strings(const char *const *list, size_t n)
{
	struct json *a = json_new_array();

	for (size_t i = 0; i < n; i++)
		json_push_string(a, list[i]);
	return a;
}

void suite_to_json(struct json *o, const struct report_suite *s)
{
	json_set_int(o, "format", FORMAT_VERSION);
	json_set_string(o, "program", s->program);
	json_set_string(o, "run_id", s->run_id);
	json_set_string(o, "target", s->target);
	if (s->target_notes)
		json_set_string(o, "target_notes", s->target_notes);
	if (s->impaired)
		json_set_string(o, "impaired", s->impaired);
	json_set_string(o, "tester", s->tester);
	json_set_string(o, "hostname", s->hostname);
	set_time(o, "start", s->start_ns);
	set_hex(o, "seed", s->seed);
	json_set_int(o, "planned", (int64_t)s->n_planned);
	json_set_bool(o, "strict", s->strict);
}

static struct json *place(const struct mark *at)
{
	struct json *o = json_new_object();

	json_set_string(o, "file", at->src->name);
	json_set_int(o, "line", at->line);
	json_set_int(o, "column", at->col);
	return o;
}

static struct json *packet(const struct trace *t, size_t i)
{
	struct json *o = json_new_object();
	struct buf b = BUF_INIT;

	json_set_int(o, "frame", (int64_t)trace_frame(t, i));
	json_set_int(o, "time_ns", trace_time(t, i));
	json_set_string(o, "from", t->packet[i].dir == TRACE_RX ? "target" : "tester");
	text_add_packet(&b, t, i);
	json_set_string(o, "segment", buf_str(&b) + strlen("<  "));
	buf_fini(&b);
	return o;
}

static bool has_packet(const struct trace *t, int i)
{
	return t && i >= 0 && (size_t)i < t->n_packets;
}

static struct json *mismatches(const struct finding *f)
{
	struct json *a = json_new_array();

	for (size_t i = 0; i < f->n_mismatch; i++) {
		struct json *o = json_new_object();

		json_set_string(o, "field", f->mismatch[i].field);
		json_set_string(o, "expected", f->mismatch[i].expected);
		json_set_string(o, "actual", f->mismatch[i].actual);
		json_push(a, o);
	}
	return a;
}

static struct json *finding(const struct finding *f, const struct trace *t)
{
	const struct requirement *r = requirement_find(f->requirement);
	struct json *o = json_new_object();

	json_set_string(o, "kind", finding_names[f->kind]);
	json_set_string(o, "level", req_level_names[f->level]);
	json_set_string(o, "requirement", f->requirement);
	if (r) {
		json_set_string(o, "rfc", r->rfc);
		json_set_string(o, "section", r->section);
	}
	json_set_string(o, "message", f->message);
	if (f->step >= 0)
		json_set_int(o, "step", f->step);
	if (f->at.src)
		json_set(o, "at", place(&f->at));
	if (f->expected)
		json_set_string(o, "expected", f->expected);
	if (has_packet(t, f->packet))
		json_set(o, "packet", packet(t, (size_t)f->packet));
	if (f->n_mismatch)
		json_set(o, "differs", mismatches(f));
	if (f->states)
		json_set_string(o, "states", f->states);
	if (f->permitted)
		json_set_string(o, "permitted", f->permitted);
	if (f->remedy)
		json_set_string(o, "remedy", f->remedy);
	return o;
}

static struct json *findings(const struct report_result *res)
{
	struct json *a = json_new_array();

	for (size_t i = 0; i < res->verdict->n_findings; i++)
		json_push(a, finding(&res->verdict->finding[i], res->trace));
	return a;
}

/* What became of each step, with the packet that did it. */
static struct json *steps(const struct report_result *res)
{
	static const char *const names[] = {
		[STEP_NOT_REACHED] = "not-reached",
		[STEP_DONE] = "done",
		[STEP_SKIPPED] = "skipped",
		[STEP_FAILED] = "failed",
	};
	struct json *a = json_new_array();

	for (size_t i = 0; i < res->plan->n_steps; i++) {
		const struct plan_step *step = &res->plan->step[i];
		const struct step_result *done = &res->verdict->step[i];
		struct json *o;

		if (step->kind == PLAN_END)
			continue;
		o = json_new_object();
		json_set_int(o, "step", (int64_t)i);
		json_set_string(o, "kind", plan_step_kind_names[step->kind]);
		json_set_string(o, "status", names[done->status]);
		if (has_packet(res->trace, done->packet))
			json_set_int(o, "frame", done->packet + 1);
		if (done->fenced)
			json_set_bool(o, "fenced", true);
		json_push(a, o);
	}
	return a;
}

static struct json *faults(const struct trace *t)
{
	struct json *a = json_new_array();

	for (size_t i = 0; i < t->n_faults; i++) {
		struct json *o = json_new_object();

		json_set_string(o, "kind", trace_faults[t->fault[i].kind].name);
		json_set_int(o, "detail", t->fault[i].detail);
		json_push(a, o);
	}
	return a;
}

static struct json *states(uint32_t set)
{
	struct json *a = json_new_array();

	for (int i = 0; i < TCP_N_STATES; i++)
		if (set & 1u << i)
			json_push_string(a, tcp_state_names[i]);
	return a;
}

static struct json *known(const struct verdict *v)
{
	static const char *const outcomes[] = {
		[KNOWN_EXPECTED] = "expected",
		[KNOWN_PASSED] = "passed",
		[KNOWN_OTHERWISE] = "otherwise",
	};
	const struct known_entry *e = v->entry;
	struct json *o = json_new_object();

	json_set_string(o, "outcome", outcomes[v->known]);
	json_set_string(o, "reason", known_reasons[e->reason].name);
	json_set_string(o, "why", e->why);
	if (e->link)
		json_set_string(o, "link", e->link);
	if (e->since)
		json_set_string(o, "since", e->since);
	json_set(o, "at", place(&e->at));
	return o;
}

static void plan_to_json(struct json *o, const struct plan *p)
{
	struct json *params = json_new_object();

	json_set_string(o, "id", p->id);
	json_set_string(o, "case", p->case_id);
	json_set_string(o, "title", p->title);
	for (size_t i = 0; i < p->n_param; i++)
		json_set_string(params, p->param[i].key, p->param[i].value);
	json_set(o, "parameters", params);
	json_set(o, "covers", strings(p->covers, p->n_covers));
	json_set(o, "tags", strings(p->tags, p->n_tags));
}

void result_to_json(struct json *o, const struct report_result *res,
		    const struct report_suite *s)
{
	const struct verdict *v = res->verdict;
	struct buf rerun = BUF_INIT;

	plan_to_json(o, res->plan);
	json_set_string(o, "verdict", verdict_names[v->kind]);
	json_set_string(o, "status", status_names[status_of(v, s->strict)]);
	json_set_string(o, "level", req_level_names[v->level]);
	json_set_string(o, "reason", v->reason);
	json_set_int(o, "duration_ns", res->duration_ns);
	json_set(o, "findings", findings(res));
	json_set(o, "deviations", strings(v->deviation, v->n_deviations));
	if (v->entry)
		json_set(o, "known", known(v));
	if (res->trace) {
		json_set(o, "steps", steps(res));
		json_set_int(o, "packets", (int64_t)res->trace->n_packets);
		json_set(o, "faults", faults(res->trace));
		json_set(o, "final_states", states(v->final_states));
	}
	if (res->evidence)
		json_set_string(o, "evidence", res->evidence);
	text_add_rerun(&rerun, s, res);
	set_buf(o, "rerun", &rerun);
}

void totals_to_json(struct json *o, const struct report *r, const struct report_totals *t)
{
	struct buf sentence = BUF_INIT;
	struct json *counts = json_new_object();

	for (int i = 0; i < STATUS_N; i++)
		json_set_int(counts, status_names[i], (int64_t)r->n[i]);
	json_set(o, "counts", counts);
	json_set_int(o, "must_violated", (int64_t)t->must);
	json_set_int(o, "should_violated", (int64_t)t->should);
	json_set_int(o, "known_violated", (int64_t)t->known);
	json_set_int(o, "deviations", (int64_t)t->deviations);
	json_set_int(o, "duration_ns", t->duration_ns);
	json_set_bool(o, "interrupted", t->interrupted);
	json_set_int(o, "exit_status", t->exit_status);
	if (t->n_notes)
		json_set(o, "notes", strings(t->note, t->n_notes));
	text_add_conformance(&sentence, r->n, t, r->suite->strict);
	json_set_string(o, "conformance", text_conformance(r->n, t));
	set_buf(o, "summary", &sentence);
}
