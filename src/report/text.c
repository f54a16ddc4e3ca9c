/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pieces of text that several reports show.
 */
#include "report/text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"
#include "report/requirements.h"
#include "verify/verify.h"

const char *const status_names[STATUS_N] = {
	[STATUS_PASS] = "pass",
	[STATUS_FAIL] = "fail",
	[STATUS_WARNING] = "warning",
	[STATUS_INCONCLUSIVE] = "inconclusive",
	[STATUS_ERROR] = "error",
	[STATUS_SKIP] = "skip",
	[STATUS_KNOWN] = "known",
	[STATUS_UNEXPECTED] = "unexpected-pass",
};

static bool breaks_should(const struct verdict *v)
{
	for (size_t i = 0; i < v->n_findings; i++)
		if (v->finding[i].level == LEVEL_SHOULD)
			return true;
	return false;
}

enum status status_of(const struct verdict *v, bool strict)
{
	static const enum status of[VERDICT_N] = {
		[VERDICT_PASS] = STATUS_PASS,
		[VERDICT_FAIL] = STATUS_FAIL,
		[VERDICT_INCONCLUSIVE] = STATUS_INCONCLUSIVE,
		[VERDICT_ERROR] = STATUS_ERROR,
		[VERDICT_SKIP] = STATUS_SKIP,
	};

	if (v->known == KNOWN_EXPECTED)
		return STATUS_KNOWN;
	if (v->known == KNOWN_PASSED)
		return STATUS_UNEXPECTED;
	if (verdict_is_nonconforming(v, strict))
		return STATUS_FAIL;
	if (v->kind == VERDICT_FAIL || (v->kind == VERDICT_PASS && breaks_should(v)))
		return STATUS_WARNING;
	return of[v->kind];
}

/* Decodes at @p, as a code point that is no control character. */
static size_t get_clean(const char *p, size_t len, uint32_t *cp)
{
	size_t n = utf8_get(p, len, cp);

	if (*cp < 0x20 || (*cp >= 0x7f && *cp < 0xa0))
		*cp = ' ';
	return n;
}

void text_add(struct buf *out, const char *s)
{
	size_t len = strlen(s);
	uint32_t cp;

	while (len) {
		size_t n = get_clean(s, len, &cp);

		utf8_add(out, cp);
		s += n;
		len -= n;
	}
}

void text_add_quoted(struct buf *out, const char *s)
{
	size_t len = strlen(s);
	uint32_t cp;

	buf_addc(out, '"');
	while (len) {
		size_t n = get_clean(s, len, &cp);

		if (cp == '"' || cp == '\\')
			buf_addc(out, '\\');
		utf8_add(out, cp);
		s += n;
		len -= n;
	}
	buf_addc(out, '"');
}

void text_add_shell(struct buf *out, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./:=@%+,-";

	if (*s && !s[strspn(s, plain)]) {
		buf_adds(out, s);
		return;
	}
	buf_addc(out, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			buf_adds(out, "'\\''");
		else
			buf_addc(out, *s);
	}
	buf_addc(out, '\'');
}

/*
 * A label that is in no table may name a section: "rfc9293:3.6-case-2".
 */
static void add_unknown_requirement(struct buf *out, const char *label)
{
	size_t digits, section;

	digits = strncmp(label, "rfc", 3) ? 0 : strspn(label + 3, "0123456789");
	if (!digits || label[3 + digits] != ':') {
		text_add(out, label);
		return;
	}
	buf_printf(out, "RFC %.*s ", (int)digits, label + 3);
	label += 3 + digits + 1;
	section = strspn(label, "0123456789.");
	buf_printf(out, "%.*s", (int)section, label);
	if (section)
		label += section + (label[section] == '-');
	if (section && *label)
		buf_addc(out, ' ');
	text_add(out, label);
}

void text_add_requirement(struct buf *out, const char *label)
{
	const struct requirement *r = requirement_find(label);

	if (r)
		buf_printf(out, "RFC %s %s", r->rfc, r->section);
	else
		add_unknown_requirement(out, label);
}

void text_add_rerun(struct buf *out, const struct report_suite *s,
		    const struct report_result *res)
{
	if (res->rerun) {
		text_add(out, res->rerun);
		return;
	}
	buf_adds(out, s->rerun_prefix);
	buf_addc(out, ' ');
	text_add_shell(out, res->plan->id);
	buf_printf(out, " --seed 0x%" PRIx64, s->seed);
}

bool text_is_violation(const struct finding *f)
{
	return f->kind != FINDING_FAULT && f->kind != FINDING_DEAD &&
		f->kind != FINDING_PRECONDITION;
}

void text_add_known(struct buf *out, const struct verdict *v)
{
	const struct known_entry *e = v->entry;

	if (v->known == KNOWN_OTHERWISE)
		buf_adds(out, "something else than what is listed, ");
	buf_printf(out, "%s: ", known_reasons[e->reason].name);
	text_add(out, e->why);
	buf_adds(out, " (");
	if (e->link) {
		text_add(out, e->link);
		buf_adds(out, "; ");
	}
	text_add_place(out, &e->at);
	buf_addc(out, ')');
}

const char *text_level(enum req_level level)
{
	static const char *const names[] = { "MUST", "SHOULD", "MAY" };

	return names[level];
}

void text_add_place(struct buf *out, const struct mark *at)
{
	if (!at->src)
		return;
	text_add(out, at->src->name);
	if (at->line)
		buf_printf(out, ":%" PRIu32 ":%" PRIu32, at->line, at->col);
}

void text_add_packet(struct buf *out, const struct trace *t, size_t i)
{
	struct segment s;

	trace_decode(t, i, &s);
	buf_adds(out, t->packet[i].dir == TRACE_RX ? "<  " : ">  ");
	segment_describe(&s, out);
}

void text_add_frame(struct buf *out, const struct trace *t, int i)
{
	if (t && i >= 0 && (size_t)i < t->n_packets)
		buf_printf(out, " (frame %" PRIu64 ")", trace_frame(t, (size_t)i));
}

double text_packet_time(const struct trace *t, size_t i)
{
	return (double)trace_time(t, i) / 1e9;
}

/* Appends ", 3 NAME" if there are any. */
static void add_count(struct buf *out, size_t at, size_t n, const char *one, const char *many)
{
	if (n)
		buf_printf(out, "%s%zu %s", out->len > at ? ", " : "", n, n == 1 ? one : many);
}

size_t text_runs(const size_t n[STATUS_N])
{
	size_t runs = 0;

	for (int i = 0; i < STATUS_N; i++)
		runs += n[i];
	return runs;
}

void text_add_counts(struct buf *out, const size_t n[STATUS_N])
{
	static const struct {
		enum status status;
		const char *one, *many;
	} words[] = {
		{ STATUS_FAIL, "failed", "failed" },
		{ STATUS_WARNING, "warning", "warnings" },
		{ STATUS_INCONCLUSIVE, "inconclusive", "inconclusive" },
		{ STATUS_ERROR, "error", "errors" },
		{ STATUS_SKIP, "skipped", "skipped" },
		{ STATUS_KNOWN, "known deviation", "known deviations" },
		{ STATUS_UNEXPECTED, "unexpected pass", "unexpected passes" },
	};
	size_t at = out->len;

	buf_printf(out, "%zu passed", n[STATUS_PASS]);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		add_count(out, at, n[words[i].status], words[i].one, words[i].many);
}

/*
 * A target conforms if something was judged, everything that was to be judged
 * was, and nothing that counts was broken.  What was known before is broken all
 * the same.
 */
const char *text_conformance(const size_t n[STATUS_N], const struct report_totals *t)
{
	size_t judged;

	if (n[STATUS_FAIL] || t->known)
		return "NO";
	if (n[STATUS_INCONCLUSIVE] || n[STATUS_ERROR] || t->interrupted)
		return "INCOMPLETE";
	judged = n[STATUS_PASS] + n[STATUS_WARNING] + n[STATUS_KNOWN] + n[STATUS_UNEXPECTED];
	return judged ? "YES" : "INCOMPLETE";
}

void text_add_conformance(struct buf *out, const size_t n[STATUS_N], const struct report_totals *t,
			  bool strict)
{
	size_t at;

	buf_printf(out, "Conformance: %s", text_conformance(n, t));
	at = out->len;
	buf_adds(out, " - ");
	at = out->len;
	add_count(out, at, t->must, "MUST violated", "MUST violated");
	add_count(out, at, t->should, strict ? "SHOULD violated" : "SHOULD",
		  strict ? "SHOULD violated" : "SHOULD");
	add_count(out, at, n[STATUS_KNOWN], "known deviation", "known deviations");
	add_count(out, at, n[STATUS_UNEXPECTED], "listed as known that passed",
		  "listed as known that passed");
	add_count(out, at, n[STATUS_INCONCLUSIVE], "inconclusive", "inconclusive");
	add_count(out, at, n[STATUS_ERROR], "error", "errors");
	add_count(out, at, n[STATUS_SKIP], "skipped", "skipped");
	if (t->interrupted)
		buf_printf(out, "%sinterrupted", out->len > at ? ", " : "");
	if (out->len == at) {
		out->len -= strlen(" - ");
		out->data[out->len] = '\0';
	}
}
