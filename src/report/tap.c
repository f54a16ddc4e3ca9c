/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Test Anything Protocol, version 14: a line for each run, and below what did
 * not go well a YAML block with the findings.
 */
#include <inttypes.h>

#include "report/format.h"

struct tap {
	struct report report;
	struct buf scratch;
};

static void tap_start(struct report *r)
{
	buf_adds(&r->out, "TAP version 14\n");
	if (r->suite->n_planned)
		buf_printf(&r->out, "1..%zu\n", r->suite->n_planned);
}

/* "#" starts a directive and "\" an escape. */
static void add_escaped(struct tap *t, const char *text)
{
	buf_reset(&t->scratch);
	text_add(&t->scratch, text);
	for (const char *p = buf_str(&t->scratch); *p; p++) {
		if (*p == '#' || *p == '\\')
			buf_addc(&t->report.out, '\\');
		buf_addc(&t->report.out, *p);
	}
}

static void add_key(struct tap *t, const char *indent, const char *key, const char *value)
{
	buf_printf(&t->report.out, "%s%s: ", indent, key);
	text_add_quoted(&t->report.out, value);
	buf_addc(&t->report.out, '\n');
}

static void add_mismatches(struct tap *t, const struct finding *f)
{
	struct buf *out = &t->report.out;

	if (f->n_mismatch)
		buf_adds(out, "      differs:\n");
	for (size_t i = 0; i < f->n_mismatch; i++) {
		add_key(t, "        - ", "field", f->mismatch[i].field);
		add_key(t, "          ", "expected", f->mismatch[i].expected);
		add_key(t, "          ", "actual", f->mismatch[i].actual);
	}
}

static void add_finding(struct tap *t, const struct report_result *res, const struct finding *f)
{
	struct buf *out = &t->report.out, *s = &t->scratch;

	add_key(t, "    - ", "kind", finding_names[f->kind]);
	add_key(t, "      ", "level", req_level_names[f->level]);
	add_key(t, "      ", "requirement", f->requirement);
	if (f->at.src) {
		buf_reset(s);
		text_add_place(s, &f->at);
		add_key(t, "      ", "at", buf_str(s));
	}
	add_key(t, "      ", "message", f->message);
	if (f->expected)
		add_key(t, "      ", "expected", f->expected);
	if (f->packet >= 0 && res->trace && (size_t)f->packet < res->trace->n_packets) {
		buf_reset(s);
		text_add_packet(s, res->trace, (size_t)f->packet);
		add_key(t, "      ", "packet", buf_str(s));
		buf_printf(out, "      frame: %" PRIu64 "\n",
			   trace_frame(res->trace, (size_t)f->packet));
	}
	add_mismatches(t, f);
	if (f->states)
		add_key(t, "      ", "states", f->states);
	if (f->permitted)
		add_key(t, "      ", "permitted", f->permitted);
	if (f->remedy)
		add_key(t, "      ", "remedy", f->remedy);
}

static void add_known(struct tap *t, const struct verdict *v)
{
	struct buf what = BUF_INIT;

	text_add_known(&what, v);
	add_key(t, "  ", "known", buf_str(&what));
	buf_fini(&what);
}

static void add_diagnostics(struct tap *t, const struct report_result *res, enum status status)
{
	struct buf *out = &t->report.out;
	const struct verdict *v = res->verdict;

	buf_adds(out, "  ---\n");
	add_key(t, "  ", "verdict", status_names[status]);
	add_key(t, "  ", "level", req_level_names[v->level]);
	add_key(t, "  ", "reason", v->reason);
	if (v->entry)
		add_known(t, v);
	buf_printf(out, "  duration_ms: %.3f\n", (double)res->duration_ns / 1e6);
	if (v->n_findings)
		buf_adds(out, "  findings:\n");
	for (size_t i = 0; i < v->n_findings; i++)
		add_finding(t, res, &v->finding[i]);
	if (res->evidence)
		add_key(t, "  ", "evidence", res->evidence);
	buf_reset(&t->scratch);
	text_add_rerun(&t->scratch, t->report.suite, res);
	add_key(t, "  ", "rerun", buf_str(&t->scratch));
	buf_adds(out, "  ...\n");
}

static void tap_result(struct report *r, const struct report_result *res)
{
	struct tap *t = (struct tap *)r;
	const struct known_entry *entry = res->verdict->entry;
	enum status status = status_of(res->verdict, r->suite->strict);
	bool ok = status == STATUS_PASS || status == STATUS_WARNING || status == STATUS_SKIP;

	buf_printf(&r->out, "%sok %zu - ", ok ? "" : "not ", res->index);
	add_escaped(t, res->plan->id);
	buf_adds(&r->out, ": ");
	add_escaped(t, res->plan->title);
	if (status == STATUS_SKIP) {
		buf_adds(&r->out, " # SKIP ");
		add_escaped(t, res->verdict->reason);
	} else if (status == STATUS_KNOWN) {
		buf_printf(&r->out, " # TODO %s: ", known_reasons[entry->reason].name);
		add_escaped(t, entry->why);
	}
	buf_addc(&r->out, '\n');
	if (status != STATUS_PASS && status != STATUS_SKIP)
		add_diagnostics(t, res, status);
}

static void tap_finish(struct report *r, const struct report_totals *t)
{
	/* A plan may stand at the end as well. */
	if (!r->suite->n_planned)
		buf_printf(&r->out, "1..%zu\n", text_runs(r->n));
	for (size_t i = 0; i < t->n_notes; i++) {
		buf_adds(&r->out, "# ");
		text_add(&r->out, t->note[i]);
		buf_addc(&r->out, '\n');
	}
	buf_adds(&r->out, "# ");
	text_add_conformance(&r->out, r->n, t, r->suite->strict);
	buf_addc(&r->out, '\n');
	if (t->interrupted)
		buf_adds(&r->out, "Bail out! interrupted\n");
}

static void tap_fini(struct report *r)
{
	buf_fini(&((struct tap *)r)->scratch);
}

const struct report_ops tap_ops = {
	.size = sizeof(struct tap),
	.start = tap_start,
	.result = tap_result,
	.finish = tap_finish,
	.fini = tap_fini,
};
