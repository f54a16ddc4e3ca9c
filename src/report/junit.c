/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JUnit XML in the profile that both GitLab and Jenkins (xUnit plugin) take; see
 * reports/schema/junit.xsd.
 *
 * One suite, one <testcase> for each variant, classname = area.  The totals
 * stand in attributes at the start: they are written anew, in a space kept for
 * them, with each result, so that the file is complete at any moment.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/utf8.h"
#include "report/format.h"
#include "report/requirements.h"

struct junit {
	struct report report;
	size_t head_len;     /* kept for the start of the file */
	int64_t duration_ns; /* so far: the sum, or what report_finish() says */
	struct buf scratch;
};

/* XML 1.0 has no way to write most control characters, nor these two. */
static bool is_xml_char(uint32_t cp)
{
	if (cp < 0x20)
		return cp == '\t' || cp == '\n';
	return (cp < 0x7f || cp >= 0xa0) && cp != 0xfffe && cp != 0xffff;
}

/* As text or attribute. */
static void add_xml(struct buf *out, const char *s)
{
	static const struct {
		uint32_t cp;
		const char *text;
	} escapes[] = {
		{ '&', "&amp;" },
		{ '<', "&lt;" },
		{ '>', "&gt;" },
		{ '"', "&quot;" },

	};
	size_t len = strlen(s), n, i;
	uint32_t cp;

	for (; len; s += n, len -= n) {
		n = utf8_get(s, len, &cp);
		for (i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
			if (escapes[i].cp == cp)
				break;
		if (i < sizeof(escapes) / sizeof(escapes[0]))
			buf_adds(out, escapes[i].text);
		else if (is_xml_char(cp))
			utf8_add(out, cp);
	}
}

static void add_attribute(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, " %s=\"", name);
	add_xml(out, value);
	buf_addc(out, '"');
}

static void add_counts(struct buf *out, const struct junit *j, bool skipped)
{
	const size_t *n = j->report.n;
	size_t tests = 0;

	for (int i = 0; i < STATUS_N; i++)
		tests += n[i];
	buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", tests,
		   n[STATUS_FAIL] + n[STATUS_UNEXPECTED], n[STATUS_INCONCLUSIVE] + n[STATUS_ERROR]);
	if (skipped)
		buf_printf(out, " skipped=\"%zu\"", n[STATUS_SKIP] + n[STATUS_KNOWN]);
	buf_printf(out, " time=\"%.3f\"", (double)j->duration_ns / 1e9);
}

static void add_property(struct buf *out, const char *name, const char *value)
{
	buf_adds(out, "    <property");
	add_attribute(out, "name", name);
	add_attribute(out, "value", value);
	buf_adds(out, "/>\n");
}

static void add_properties(struct junit *j, struct buf *out)
{
	const struct report_suite *s = j->report.suite;

	buf_adds(out, "  <properties>\n");
	add_property(out, "program", s->program);
	add_property(out, "run-id", s->run_id);
	add_property(out, "target", s->target);
	if (s->target_notes)
		add_property(out, "target-notes", s->target_notes);
	if (s->impaired)
		add_property(out, "impaired", s->impaired);
	if (s->tester)
		add_property(out, "tester", s->tester);
	buf_reset(&j->scratch);
	buf_printf(&j->scratch, "0x%" PRIx64, s->seed);
	add_property(out, "seed", buf_str(&j->scratch));
	buf_adds(out, "  </properties>\n");
}

/* Everything before the first test case. */
static void add_head(struct junit *j, struct buf *out)
{
	const struct report_suite *s = j->report.suite;
	time_t seconds = (time_t)(s->start_ns / 1000000000);
	struct tm tm;
	char timestamp[32];

	gmtime_r(&seconds, &tm);
	strftime(timestamp, sizeof(timestamp), "%Y-%m-%dT%H:%M:%S", &tm);
	buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	add_attribute(out, "name", "shakedown");
	add_counts(out, j, false);
	buf_adds(out, ">\n <testsuite");
	add_attribute(out, "name", s->target);
	add_counts(out, j, true);
	add_attribute(out, "timestamp", timestamp);
	add_attribute(out, "hostname", s->hostname ? s->hostname : "localhost");
	buf_adds(out, ">\n");
	add_properties(j, out);
}

static void add_padding(struct buf *out, size_t len)
{
	if (len > 1)
		buf_pad(out, ' ', len - 1);
	buf_pad(out, '\n', len > 0);
}

/* The same again with the totals of now, as long as at the first time. */
static void renew_head(struct junit *j)
{
	struct buf *head = &j->report.head;

	add_head(j, head);
	if (head->len > j->head_len)
		buf_reset(head); /* more than a file can hold: leave it */
	else
		add_padding(head, j->head_len - head->len);
}

static void add_end(struct report *r)
{
	static const char end[] = " </testsuite>\n</testsuites>\n";

	buf_adds(&r->out, end);
	r->tail = strlen(end);
}

/* Seven numbers and two times grow: room for 10 digits more in each. */
#define HEAD_ROOM 100

static void junit_start(struct report *r)
{
	struct junit *j = (struct junit *)r;

	add_head(j, &r->out);
	add_padding(&r->out, HEAD_ROOM);
	j->head_len = r->out.len;
	add_end(r);
}

static void add_finding(struct junit *j, const struct report_result *res, const struct finding *f)
{
	struct buf *s = &j->scratch;

	if (text_is_violation(f)) {
		buf_printf(s, "%s ", text_level(f->level));
		text_add_requirement(s, f->requirement);
		buf_adds(s, ": ");
	}
	text_add(s, f->message);
	if (f->at.src) {
		buf_adds(s, "\n  at        ");
		text_add_place(s, &f->at);
	}
	if (f->expected) {
		buf_adds(s, "\n  expected  <  ");
		text_add(s, f->expected);
	}
	if (f->packet >= 0 && res->trace && (size_t)f->packet < res->trace->n_packets) {
		buf_adds(s, "\n  seen      ");
		text_add_packet(s, res->trace, (size_t)f->packet);
		text_add_frame(s, res->trace, f->packet);
	}
	for (size_t i = 0; i < f->n_mismatch; i++) {
		buf_printf(s, "\n  %s: expected %s, not %s", f->mismatch[i].field,
			   f->mismatch[i].expected, f->mismatch[i].actual);
	}
	if (f->states) {
		buf_adds(s, "\n  state     ");
		text_add(s, f->states);
	}
	if (f->permitted) {
		buf_adds(s, "\n  permitted ");
		text_add(s, f->permitted);
	}
	if (f->remedy) {
		buf_adds(s, "\n  remedy    ");
		text_add(s, f->remedy);
	}
	buf_addc(s, '\n');
}

/* What happened and where to look, as plain text. */
static void add_details(struct junit *j, const struct report_result *res)
{
	struct buf *s = &j->scratch;
	const struct verdict *v = res->verdict;

	buf_reset(s);
	for (size_t i = 0; i < v->n_findings; i++)
		add_finding(j, res, &v->finding[i]);
	for (size_t i = 0; i < v->n_deviations; i++)
		buf_printf(s, "deviation %s\n", v->deviation[i]);
	if (v->known == KNOWN_PASSED || v->known == KNOWN_OTHERWISE) {
		buf_adds(s, "known     ");
		text_add_known(s, v);
		buf_addc(s, '\n');
	}
	if (res->evidence)
		buf_printf(s, "evidence  %s\n", res->evidence);
	buf_adds(s, "rerun     ");
	text_add_rerun(s, j->report.suite, res);
	buf_addc(s, '\n');
}

/* <failure type= message=>details</failure>, or the like. */
static void add_outcome(struct junit *j, const struct report_result *res, const char *element,
			const char *type)
{
	struct buf *out = &j->report.out;

	buf_printf(out, "   <%s", element);
	add_attribute(out, "type", type);
	add_attribute(out, "message", res->verdict->reason);
	buf_addc(out, '>');
	add_details(j, res);
	add_xml(out, buf_str(&j->scratch));
	buf_printf(out, "</%s>\n", element);
}

static void add_skipped(struct junit *j, const char *why)
{
	buf_adds(&j->report.out, "   <skipped");
	add_attribute(&j->report.out, "message", why);
	buf_adds(&j->report.out, "/>\n");
}

/* A test that passed, with something to say. */
static void add_output(struct junit *j, const struct report_result *res, enum status status)
{
	struct buf *out = &j->report.out;

	buf_printf(out, "   <system-out>%s: ", status_names[status]);
	add_xml(out, res->verdict->reason);
	buf_addc(out, '\n');
	add_details(j, res);
	add_xml(out, buf_str(&j->scratch));
	buf_adds(out, "</system-out>\n");
}

/* What was expected to fail is none of JUnit's outcomes: this comes nearest. */
static void add_known(struct junit *j, const struct report_result *res, enum status status)
{
	struct buf why = BUF_INIT;

	buf_adds(&why, "known deviation, ");
	text_add_known(&why, res->verdict);
	add_skipped(j, buf_str(&why));
	buf_fini(&why);
	add_output(j, res, status);
}

static void add_body(struct junit *j, const struct report_result *res, enum status status)
{
	switch (status) {
	case STATUS_FAIL:
		add_outcome(j, res, "failure", text_level(res->verdict->level));
		break;
	case STATUS_INCONCLUSIVE:
	case STATUS_ERROR:
		add_outcome(j, res, "error", status_names[status]);
		break;
	case STATUS_SKIP:
		add_skipped(j, res->verdict->reason);
		break;
	case STATUS_KNOWN:
		add_known(j, res, status);
		break;
	case STATUS_UNEXPECTED:
		add_outcome(j, res, "failure", status_names[status]);
		break;
	default:
		add_output(j, res, status);
		break;
	}
}

static void junit_result(struct report *r, const struct report_result *res)
{
	struct junit *j = (struct junit *)r;
	enum status status = status_of(res->verdict, r->suite->strict);
	const char *slash = strchr(res->plan->id, '/');
	bool empty = status == STATUS_PASS && !res->verdict->n_deviations &&
		!res->verdict->n_findings;

	j->duration_ns += res->duration_ns;
	buf_adds(&r->out, "  <testcase");
	add_attribute(&r->out, "classname", res->plan->area);
	add_attribute(&r->out, "name", slash ? slash + 1 : res->plan->id);
	buf_printf(&r->out, " time=\"%.3f\"", (double)res->duration_ns / 1e9);
	buf_adds(&r->out, empty ? "/>\n" : ">\n");
	if (!empty) {
		add_body(j, res, status);
		buf_adds(&r->out, "  </testcase>\n");
	}
	add_end(r);
	renew_head(j);
}

static void junit_finish(struct report *r, const struct report_totals *t)
{
	struct junit *j = (struct junit *)r;

	j->duration_ns = t->duration_ns;
	add_end(r);
	renew_head(j);
}

static void junit_fini(struct report *r)
{
	buf_fini(&((struct junit *)r)->scratch);
}

const struct report_ops junit_ops = {
	.size = sizeof(struct junit),
	.start = junit_start,
	.result = junit_result,
	.finish = junit_finish,
	.fini = junit_fini,
};
