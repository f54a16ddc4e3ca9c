/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report for a person at a terminal.  Runs that went well take a line (with
 * --verbose) or none; of the others everything is shown that helps to see what
 * happened, and the commands that show more.  Colour is all that a terminal
 * changes.
 */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "report/format.h"
#include "report/pair.h"
#include "report/requirements.h"

#define INDENT "    "
#define GUTTER 12      /* "INCONCLUSIVE" */
#define FINDINGS_MAX 5 /* shown in full */

/* What was said how often. */
struct said {
	const char *text;
	size_t n;
};

struct tally {
	struct said of[32];
	size_t n;
	size_t further; /* times that another text was said */
};
#define SEEN_MAX 8 /* choices that are named */
#define SAME_MAX 3 /* runs shown in full that ended for the same reason */

struct human {
	struct report report;
	struct arena *arena; /* scratch, for one result */
	struct buf scratch;
	struct arena *kept; /* for the tallies */
	bool after_block;
	struct tally deviations; /* alternatives that were seen */
	struct tally reasons;	 /* of runs without an answer to their question */
	struct tally skipped;
	struct tally known; /* deviations, and where they are listed */
};

#define COLOR_OFF "\033[0m"
#define COLOR_CARET "\033[1;31m"
#define COLOR_PLACE "\033[34m"
#define COLOR_BOLD "\033[1m"

static const struct {
	const char *word, *color;
} looks[STATUS_N] = {
	[STATUS_PASS] = { "PASS", "\033[32m" },
	[STATUS_FAIL] = { "FAIL", "\033[1;31m" },
	[STATUS_WARNING] = { "WARN", "\033[1;33m" },
	[STATUS_INCONCLUSIVE] = { "INCONCLUSIVE", "\033[1;35m" },
	[STATUS_ERROR] = { "ERROR", "\033[1;35m" },
	[STATUS_SKIP] = { "SKIP", "\033[2m" },
	[STATUS_KNOWN] = { "KNOWN", "\033[36m" },
	[STATUS_UNEXPECTED] = { "UNEXPECTED", "\033[1;31m" },
};

static const char *color(const struct human *h, const char *code)
{
	return h->report.opt.color ? code : "";
}

static void human_start(struct report *r)
{
	struct human *h = (struct human *)r;
	const struct report_suite *s = r->suite;

	h->arena = arena_new();
	h->kept = arena_new();
	if (r->opt.verbose < 0)
		return;
	text_add(&r->out, s->program);
	if (s->n_planned)
		buf_printf(&r->out, ": %zu run%s against ", s->n_planned,
			   s->n_planned == 1 ? "" : "s");
	else
		buf_adds(&r->out, ": judging ");
	text_add(&r->out, s->target);
	if (s->tester) {
		buf_adds(&r->out, " from ");
		text_add(&r->out, s->tester);
	}
	buf_printf(&r->out, ", seed 0x%" PRIx64 ", run ", s->seed);
	text_add(&r->out, s->run_id);
	buf_addc(&r->out, '\n');
	if (s->impaired) {
		buf_adds(&r->out, "the path is impaired on purpose: ");
		text_add(&r->out, s->impaired);
		buf_addc(&r->out, '\n');
	}
	if (s->target_notes) {
		buf_adds(&r->out, "notes on the target: ");
		text_add(&r->out, s->target_notes);
		buf_addc(&r->out, '\n');
	}
}

static int digits(size_t n)
{
	int width = 1;

	while (n /= 10)
		width++;
	return width;
}

/* "    FAIL [  1.003s] ( 7/51) listen/ack-draws-reset[ip=4]" */
static void add_headline(struct human *h, const struct report_result *res, enum status status)
{
	struct buf *out = &h->report.out;
	size_t planned = h->report.suite->n_planned;

	buf_printf(out, "%s%*s%s [%7.3fs] (%*zu/%zu) ", color(h, looks[status].color), GUTTER,
		   looks[status].word, color(h, COLOR_OFF), (double)res->duration_ns / 1e9,
		   digits(planned), res->index, planned);
	text_add(out, res->plan->id);
}

/* One line of the block below: "    evidence  PATH" without its end. */
static void add_label(struct human *h, const char *label)
{
	buf_printf(&h->report.out, INDENT "%-10s", label);
}

static void add_line(struct human *h, const char *label, const char *text)
{
	add_label(h, label);
	text_add(&h->report.out, text);
	buf_addc(&h->report.out, '\n');
}

static void add_requirement(struct human *h, const struct finding *f)
{
	struct buf *out = &h->report.out;
	const struct requirement *known = requirement_find(f->requirement);
	const char *name = strchr(f->requirement, ':');

	add_label(h, text_level(f->level));
	text_add_requirement(out, f->requirement);
	if (known)
		buf_printf(out, " (%s): %s", name ? name + 1 : known->label, known->meaning);
	buf_addc(out, '\n');
}

/* The place in the case file, with the message under the carets. */
static void add_excerpt(struct human *h, const struct finding *f)
{
	struct buf *out = &h->report.out, *block = &h->scratch;
	char *line, *rest;
	const char *message;

	if (!f->at.src) {
		add_line(h, "finding", f->message);
		return;
	}
	buf_printf(out, INDENT "%*s%s-->%s ", digits(f->at.line), "", color(h, COLOR_PLACE),
		   color(h, COLOR_OFF));
	text_add_place(out, &f->at);
	buf_addc(out, '\n');
	buf_reset(block);
	text_add(block, f->message);
	message = arena_strdup(h->arena, buf_str(block));
	buf_reset(block);
	diag_render_excerpt(&f->at, message, h->report.opt.color, block);
	for (rest = block->data; rest && (line = strsep(&rest, "\n")) && (*line || rest);)
		buf_printf(out, INDENT "%s\n", line);
}

static void add_finding(struct human *h, const struct report_result *res, const struct finding *f)
{
	const struct pair_look look = {
		.indent = INDENT,
		.caret_on = color(h, COLOR_CARET),
		.caret_off = color(h, COLOR_OFF),
	};

	if (f->kind == FINDING_FAULT) {
		if (strcmp(f->message, res->verdict->reason))
			add_line(h, "fault", f->message);
	} else {
		if (text_is_violation(f))
			add_requirement(h, f);
		add_excerpt(h, f);
		pair_add(&h->report.out, f, res->trace, &look, h->arena);
	}
	if (f->states)
		add_line(h, "state", f->states);
	if (f->permitted)
		add_line(h, "permitted", f->permitted);
	if (f->remedy)
		add_line(h, "remedy", f->remedy);
}

/* What the target may do is no news here: deviations name it. */
static void add_findings(struct human *h, const struct report_result *res)
{
	const struct verdict *v = res->verdict;

	size_t n = 0;

	for (size_t i = 0; i < v->n_findings; i++)
		if (v->finding[i].level != LEVEL_MAY && n++ < FINDINGS_MAX)
			add_finding(h, res, &v->finding[i]);
	if (n > FINDINGS_MAX)
		buf_printf(&h->report.out, INDENT "and %zu more\n", n - FINDINGS_MAX);
}

static void add_deviations(struct human *h, const struct verdict *v)
{
	if (!v->n_deviations)
		return;
	add_label(h, "deviation");
	for (size_t i = 0; i < v->n_deviations; i++) {
		buf_adds(&h->report.out, i ? ", " : "");
		text_add(&h->report.out, v->deviation[i]);
	}
	buf_addc(&h->report.out, '\n');
}

/* "known     target-defect: the window is one too large (known.yaml:8:5)" */
static void add_known(struct human *h, const struct verdict *v)
{
	if (!v->entry)
		return;
	add_label(h, "known");
	text_add_known(&h->report.out, v);
	buf_addc(&h->report.out, '\n');
	if (v->known == KNOWN_PASSED)
		add_line(h, "remedy", "delete the entry, or name in it only what still fails");
}

/* Where to look further. */
static void add_pointers(struct human *h, const struct report_result *res)
{
	struct buf *out = &h->report.out;
	const char *explain = h->report.suite->explain_prefix;
	int packet = res->verdict->n_findings ? res->verdict->finding[0].packet : -1;

	if (res->evidence) {
		add_label(h, "evidence");
		text_add(out, res->evidence);
		text_add_frame(out, res->trace, packet);
		buf_addc(out, '\n');
	}
	buf_reset(&h->scratch);
	text_add_rerun(&h->scratch, h->report.suite, res);
	add_line(h, "rerun", buf_str(&h->scratch));
	buf_reset(&h->scratch);
	buf_adds(&h->scratch, explain ? explain : "shakedown explain");
	buf_addc(&h->scratch, ' ');
	text_add_shell(&h->scratch, res->plan->case_id);
	add_line(h, "explain", buf_str(&h->scratch));
}

/* Whether the first finding shows the reason anyway. */
static bool reason_is_new(const struct verdict *v)
{
	const struct finding *f = v->finding;

	return !v->n_findings || f->kind == FINDING_FAULT || strcmp(f->message, v->reason) != 0;
}

static void add_block(struct human *h, const struct report_result *res, enum status status)
{
	struct buf *out = &h->report.out;

	buf_addc(out, '\n');
	add_headline(h, res, status);
	buf_printf(out, "   %s", color(h, COLOR_BOLD));
	text_add(out, res->plan->title);
	buf_printf(out, "%s\n", color(h, COLOR_OFF));
	if (reason_is_new(res->verdict))
		add_line(h, "reason", res->verdict->reason);
	add_findings(h, res);
	add_deviations(h, res->verdict);
	add_known(h, res->verdict);
	add_pointers(h, res);
	h->after_block = true;
}

/* One line, for what is nothing to worry about or was shown often enough. */
static void add_brief(struct human *h, const struct report_result *res, enum status status)
{
	struct buf *out = &h->report.out;
	const struct verdict *v = res->verdict;

	if (h->after_block)
		buf_addc(out, '\n');
	h->after_block = false;
	add_headline(h, res, status);
	if (status != STATUS_PASS) {
		buf_adds(out, "   ");
		text_add(out, v->reason);
	}
	for (size_t i = 0; i < v->n_deviations; i++) {
		buf_adds(out, i ? ", " : "   ");
		text_add(out, v->deviation[i]);
	}
	if (status == STATUS_PASS && v->n_fenced)
		buf_adds(out, "   silence proven by a fence");
	buf_addc(out, '\n');
}

/* "    FAIL frame 7 at 0.001500 s  192.0.2.1:80 towards 192.0.2.2:4000" */
static void add_capture_place(struct human *h, const struct report_result *res,
			      const struct finding *f, enum status status)
{
	struct buf *out = &h->report.out;

	buf_printf(out, "%s%*s%s ", color(h, looks[status].color), GUTTER, looks[status].word,
		   color(h, COLOR_OFF));
	if (f && res->trace && f->packet >= 0)
		buf_printf(out, "frame %" PRIu64 " at %.6f s  ",
			   trace_frame(res->trace, (size_t)f->packet),
			   text_packet_time(res->trace, (size_t)f->packet));
	text_add(out, res->plan->title);
}

/* One line for each violation; with --verbose the segment and what else could be. */
static void add_capture_finding(struct human *h, const struct report_result *res,
				const struct finding *f, enum status status)
{
	struct buf *out = &h->report.out;
	const char *name = strchr(f->requirement, ':');

	add_capture_place(h, res, f, status);
	buf_printf(out, "  %s ", text_level(f->level));
	text_add_requirement(out, f->requirement);
	buf_printf(out, " (%s): ", name ? name + 1 : f->requirement);
	text_add(out, f->message);
	if (f->states && h->report.opt.verbose < 1)
		buf_printf(out, "; in %s", f->states);
	buf_addc(out, '\n');
	if (h->report.opt.verbose < 1)
		return;
	if (res->trace && f->packet >= 0) {
		add_label(h, "seen");
		text_add_packet(out, res->trace, (size_t)f->packet);
		buf_addc(out, '\n');
	}
	if (f->states)
		add_line(h, "state", f->states);
	if (f->permitted)
		add_line(h, "permitted", f->permitted);
	if (f->remedy)
		add_line(h, "remedy", f->remedy);
}

static void add_capture(struct human *h, const struct report_result *res, enum status status)
{
	const struct verdict *v = res->verdict;

	for (size_t i = 0; i < v->n_findings; i++)
		add_capture_finding(h, res, &v->finding[i], status);
	if (v->n_findings)
		return;
	add_capture_place(h, res, NULL, status);
	buf_adds(&h->report.out, ": ");
	text_add(&h->report.out, v->reason);
	buf_addc(&h->report.out, '\n');
}

/* Counts @text; how often it came so far. */
static size_t note(struct human *h, struct tally *t, const char *text)
{
	size_t i = 0;

	while (i < t->n && strcmp(t->of[i].text, text) != 0)
		i++;
	if (i == sizeof(t->of) / sizeof(t->of[0])) {
		t->further++;
		return 0;
	}
	if (i == t->n)
		t->of[t->n++].text = arena_strdup(h->kept, text);
	return ++t->of[i].n;
}

/* Takes out of @t what was said most often, of equals the first. */
static struct said take_most(struct tally *t)
{
	struct said most = { NULL, 0 };
	size_t at = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->of[i].n > most.n) {
			at = i;
			most = t->of[i];
		}
	t->of[at].n = 0;
	return most;
}

/*
 * Where the RFCs allow several answers: which ones this target gave, those it gave
 * most often; with --verbose all.
 */
static void add_seen(struct human *h)
{
	struct buf *out = &h->report.out;
	struct tally t = h->deviations;
	size_t shown = h->report.opt.verbose > 0 || t.n < SEEN_MAX ? t.n : SEEN_MAX;

	if (!t.n)
		return;
	buf_adds(out, "Where the RFCs leave a choice: ");
	for (size_t i = 0; i < shown; i++) {
		struct said most = take_most(&t);

		buf_adds(out, i ? ", " : "");
		text_add(out, most.text);
		buf_printf(out, " (%zu)", most.n);
	}
	for (size_t i = shown; i < t.n; i++)
		t.further += take_most(&t).n;
	if (t.further)
		buf_printf(out, ", others (%zu)", t.further);
	buf_addc(out, '\n');
}

/*
 * How often, and what: why so many were not run, or which deviations are known.
 */
static void add_tally(struct human *h, const char *title, const struct tally *t)
{
	struct buf *out = &h->report.out;
	int width = digits(h->report.suite->n_planned);

	if (t->n)
		buf_adds(out, title);
	for (size_t i = 0; i < t->n; i++) {
		buf_printf(out, INDENT "%*zu  ", width, t->of[i].n);
		text_add(out, t->of[i].text);
		buf_addc(out, '\n');
	}
	if (t->further)
		buf_printf(out, INDENT "%*zu  others\n", width, t->further);
}

/* Trouble that one run has, most others have too: a line is enough then. */
static bool is_brief(struct human *h, const struct verdict *v, enum status status)
{
	if (status == STATUS_PASS || status == STATUS_SKIP)
		return true;
	if (status != STATUS_ERROR && status != STATUS_INCONCLUSIVE)
		return false;
	return note(h, &h->reasons, v->reason) > SAME_MAX && h->report.opt.verbose < 1;
}

static void note_known(struct human *h, const struct verdict *v)
{
	buf_reset(&h->scratch);
	text_add_known(&h->scratch, v);
	note(h, &h->known, buf_str(&h->scratch));
}

/* What is only shown to those who want to see each run. */
static bool is_no_news(enum status status)
{
	return status == STATUS_PASS || status == STATUS_SKIP || status == STATUS_KNOWN;
}

static void human_result(struct report *r, const struct report_result *res)
{
	struct human *h = (struct human *)r;
	enum status status = status_of(res->verdict, r->suite->strict);
	bool brief = is_brief(h, res->verdict, status);

	for (size_t i = 0; i < res->verdict->n_deviations; i++)
		note(h, &h->deviations, res->verdict->deviation[i]);
	if (status == STATUS_SKIP)
		note(h, &h->skipped, res->verdict->reason);
	if (status == STATUS_KNOWN)
		note_known(h, res->verdict);
	if (r->opt.verbose < (is_no_news(status) ? 1 : 0))
		return;
	if (res->capture)
		add_capture(h, res, status);
	else if (brief)
		add_brief(h, res, status);
	else
		add_block(h, res, status);
	arena_reset(h->arena);
}

static void human_finish(struct report *r, const struct report_totals *t)
{
	struct human *h = (struct human *)r;
	struct buf *out = &r->out;
	size_t runs = text_runs(r->n);

	for (size_t i = 0; i < t->n_notes; i++) {
		buf_adds(out, i ? "" : "\n");
		text_add(out, t->note[i]);
		buf_addc(out, '\n');
	}
	buf_printf(out, "\n%zu run%s in %.3f s: ", runs, runs == 1 ? "" : "s",
		   (double)t->duration_ns / 1e9);
	text_add_counts(out, r->n);
	buf_addc(out, '\n');
	add_tally(h, "Skipped because\n", &h->skipped);
	add_tally(h, "Known deviations\n", &h->known);
	add_seen(h);
	buf_adds(out, color(h, COLOR_BOLD));
	text_add_conformance(out, r->n, t, r->suite->strict);
	buf_printf(out, "%s\n", color(h, COLOR_OFF));
}

static void human_fini(struct report *r)
{
	struct human *h = (struct human *)r;

	arena_free(h->arena);
	arena_free(h->kept);
	buf_fini(&h->scratch);
}

const struct report_ops human_ops = {
	.size = sizeof(struct human),
	.start = human_start,
	.result = human_result,
	.finish = human_finish,
	.fini = human_fini,
};
