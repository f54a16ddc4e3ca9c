/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of options, and how each kind of option is set.
 */
#include "cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cli/command.h"
#include "cli/model_forms.h"
#include "model/table.h"
#include "plan/plan.h"
#include "report/report.h"
#include "testcase/schema.h"

static void *field_of(struct options *o, const struct option_row *row)
{
	return (char *)o + row->offset;
}

/* ---- words ---- */

static const char *word_level(size_t i)
{
	return i < 3 ? req_level_names[i] : NULL;
}

static const char *word_need(size_t i)
{
	return i < NEED_N ? plan_needs[i].name : NULL;
}

static const char *word_rules(size_t i)
{
	return i < MODEL_N_RULES ? model_rules_names[i] : NULL;
}

static const char *word_flaky(size_t i)
{
	static const enum verdict_kind kinds[] = { VERDICT_FAIL, VERDICT_INCONCLUSIVE,
						   VERDICT_PASS };

	return i < 3 ? verdict_names[kinds[i]] : NULL;
}

static const char *word_color(size_t i)
{
	static const char *const words[] = { "auto", "always", "never" };

	return i < 3 ? words[i] : NULL;
}

static const char *word_guard(size_t i)
{
	static const char *const words[] = { "listener", "nft" };

	return i < 2 ? words[i] : NULL;
}

static const char *word_keep(size_t i)
{
	static const char *const words[] = { "all", "failed", "none" };

	return i < 3 ? words[i] : NULL;
}

/* The i-th of the formats that @file (or standard output) takes. */
static const char *format_at(size_t i, bool file)
{
	for (const struct report_format *f = report_formats; f->name; f++)
		if ((file ? f->to_file : f->to_stdout) && i-- == 0)
			return f->name;
	return NULL;
}

static const char *word_format(size_t i)
{
	return format_at(i, false);
}

static const char *word_report(size_t i)
{
	return format_at(i, true);
}

static const char *word_model_form(size_t i)
{
	return model_forms[i].name;
}

static const char *word_list_form(size_t i)
{
	static const char *const words[] = { "text", "json" };

	return i < 2 ? words[i] : NULL;
}

static const char *word_event(size_t i)
{
	return model_event_words[i].word;
}

/* Appends "all, failed or none". */
static void add_words(struct buf *out, option_word_fn *word)
{
	for (size_t i = 0; word(i); i++) {
		if (i)
			buf_adds(out, word(i + 1) ? ", " : " or ");
		buf_adds(out, word(i));
	}
}

static bool has_words(const struct option_row *row, const char *text, size_t len)
{
	for (size_t i = 0; row->word(i); i++)
		if (strlen(row->word(i)) == len && !memcmp(row->word(i), text, len))
			return true;
	return false;
}

static const char *nearest_word(const struct option_row *row, const char *text)
{
	const char *words[64];
	size_t n = 0;

	while (n < 64 && row->word(n)) {
		words[n] = row->word(n);
		n++;
	}
	return diag_nearest(text, words, n);
}

static bool bad_word(const struct option_row *row, const char *text, struct diags *ds)
{
	struct buf b = BUF_INIT;
	const char *near = nearest_word(row, text);

	add_words(&b, row->word);
	diag_add(ds, DIAG_ERROR, NULL, "--%s: \"%s\" is not %s", row->name, text, buf_str(&b));
	if (near)
		diag_add_help(ds, "did you mean \"%s\"?", near);
	buf_fini(&b);
	return false;
}

/* ---- setters ---- */

static bool set_flag(struct options *o, const struct option_row *row, const char *arg,
		     struct diags *ds)
{
	(void)arg;
	(void)ds;
	*(bool *)field_of(o, row) = true;
	return true;
}

static bool set_count(struct options *o, const struct option_row *row, const char *arg,
		      struct diags *ds)
{
	(void)arg;
	(void)ds;
	++*(uint64_t *)field_of(o, row);
	return true;
}

static bool set_text(struct options *o, const struct option_row *row, const char *arg,
		     struct diags *ds)
{
	(void)ds;
	*(const char **)field_of(o, row) = arg;
	return true;
}

static bool set_word(struct options *o, const struct option_row *row, const char *arg,
		     struct diags *ds)
{
	return has_words(row, arg, strlen(arg)) ? set_text(o, row, arg, ds)
						: bad_word(row, arg, ds);
}

static bool set_number(struct options *o, const struct option_row *row, const char *arg,
		       struct diags *ds)
{
	if (!option_number(arg, row->min, row->max, field_of(o, row)))
		return true;
	diag_add(ds, DIAG_ERROR, NULL, "--%s: \"%s\" is not a number from %llu to %llu", row->name,
		 arg, (unsigned long long)row->min, (unsigned long long)row->max);
	return false;
}

static bool set_seed(struct options *o, const struct option_row *row, const char *arg,
		     struct diags *ds)
{
	o->seed_set = true;
	return set_number(o, row, arg, ds);
}

static bool set_retries(struct options *o, const struct option_row *row, const char *arg,
			struct diags *ds)
{
	o->retries_set = true;
	return set_number(o, row, arg, ds);
}

static bool set_list(struct options *o, const struct option_row *row, const char *arg,
		     struct diags *ds)
{
	struct option_list *l = field_of(o, row);

	(void)ds;
	if (l->n == l->cap) {
		const char **item = arena_calloc(o->arena, 2 * l->cap + 4, sizeof(*item));

		if (l->n)
			memcpy(item, l->item, l->n * sizeof(*item));
		l->item = item;
		l->cap = 2 * l->cap + 4;
	}
	l->item[l->n++] = arg;
	return true;
}

/* A list of words with commas between them. */
static bool set_words(struct options *o, const struct option_row *row, const char *arg,
		      struct diags *ds)
{
	for (const char *p = arg;; p++) {
		size_t len = strcspn(p, ",");

		if (!has_words(row, p, len))
			return bad_word(row, arena_strndup(o->arena, p, len), ds);
		p += len;
		if (!*p)
			return set_list(o, row, arg, ds);
	}
}

/* ---- the table ---- */

#define BIT(name) COMMAND_BIT(COMMAND_##name)
#define SELECTING (BIT(RUN) | BIT(LIST) | BIT(PLAN))
#define CONNECTING (BIT(RUN) | BIT(DOCTOR))
#define DESCRIBING (CONNECTING | BIT(PLAN))
#define LOADING (SELECTING | BIT(EXPLAIN) | BIT(VERIFY))
#define JUDGING (BIT(RUN) | BIT(VERIFY))
#define FIELD(f) .offset = offsetof(struct options, f)

/* clang-format off */
const struct option_row option_rows[] = {
	{ "tag", 't', "EXPR", "only cases with these tags, as in 'smoke and not slow'",
	  SELECTING, set_text, FIELD(tag) },
	{ "requirement", 0, "LABEL", "only cases that cover this requirement; may be repeated",
	  SELECTING, set_list, FIELD(requirement) },
	{ "level", 0, "LIST", "only cases of these levels",
	  SELECTING, set_words, FIELD(level), .word = word_level },
	{ "cases", 0, "PATH", "case files from here, not the bundled ones; may be repeated",
	  LOADING, set_list, FIELD(cases), .complete = "files" },

	{ "target", 0, "ADDR:PORT",
	  "test this, not the built-in lab; one each for IPv4 and IPv6; or sim[:LIST], simulated",
	  DESCRIBING, set_list, FIELD(target) },
	{ "target-profile", 0, "FILE", "what is known of the target: addresses, ports, limits",
	  DESCRIBING, set_text, FIELD(target_profile), .complete = "files" },
	{ "provides", 0, "LIST", "what the service behind the target's port does",
	  DESCRIBING, set_words, FIELD(provides), .word = word_need },
	{ "port", 0, "N[=LIST]", "a further port of the target, and what its service does",
	  DESCRIBING, set_list, FIELD(port) },
	{ "closed-port", 0, "N", "a port of the target where nobody listens",
	  DESCRIBING, set_list, FIELD(closed_port) },
	{ "agent", 0, "ADDR[:PORT]", "the upper tester, which makes calls of the application there",
	  /* SHAKEDOWN_AGENT is the program that the lab starts. */
	  DESCRIBING, set_text, FIELD(agent), .no_environment = true },
	{ "interface", 'i', "IF", "the interface that leads to the target",
	  CONNECTING, set_text, FIELD(interface), .complete = "interfaces" },
	{ "source", 0, "ADDR", "the tester's address: the host's own, or one that nobody uses",
	  CONNECTING, set_list, FIELD(source) },
	{ "rst-guard", 0, "KIND", "what keeps this host's kernel from resetting the tester",
	  CONNECTING, set_word, FIELD(rst_guard), .word = word_guard, .preset = "listener" },
	{ "set-offloads", 0, NULL, "turn off offloads of the interface that falsify the capture",
	  CONNECTING, set_flag, FIELD(set_offloads) },

	{ "impair", 0, "LIST", "make the path worse on purpose, as in drop=5%,delay=20ms",
	  BIT(RUN), set_text, FIELD(impair) },
	{ "jobs", 'j', "N", "at most so many runs at a time (256 in the lab, 1 elsewhere)",
	  BIT(RUN), set_number, FIELD(jobs), .min = 1, .max = SCHEMA_MAX_JOBS },
	{ "rate", 0, "N", "start at most so many runs a second (200 one at a time)",
	  CONNECTING, set_number, FIELD(rate), .min = 1, .max = SCHEMA_MAX_RATE },
	{ "seed", 0, "N", "derive all that is random from this number",
	  CONNECTING | BIT(PLAN), set_seed, FIELD(seed), .min = 0, .max = UINT64_MAX },
	{ "repeat", 0, "N", "run everything so many times",
	  BIT(RUN), set_number, FIELD(repeat), .min = 1, .max = 1000000, .preset = "1" },
	{ "max-fail", 0, "N", "start no further run after so many failures",
	  BIT(RUN), set_number, FIELD(max_fail), .min = 1, .max = UINT32_MAX },
	{ "patience", 0, NULL, "wait in full where silence is asked for, never prove it sooner",
	  BIT(RUN), set_flag, FIELD(patience) },
	{ "retries", 0, "N", "run again up to so many times what did not pass",
	  BIT(RUN), set_retries, FIELD(retries), .min = 0, .max = 1000 },
	{ "flaky", 0, "VERDICT", "what passes in a retry only: fail, inconclusive or pass",
	  BIT(RUN), set_word, FIELD(flaky), .word = word_flaky, .preset = "fail" },
	{ "strict", 0, NULL, "a broken SHOULD counts like a broken MUST",
	  JUDGING, set_flag, FIELD(strict) },
	{ "known", 0, "FILE", "known deviations, which are no news; none: not even bundled ones",
	  JUDGING, set_list, FIELD(known), .complete = "files" },

	{ "rules", 0, "LIST", "judge by these documents only, where they leave a choice",
	  JUDGING, set_words, FIELD(rules), .word = word_rules },

	{ "format", 'f', "FORMAT", "what to print on standard output",
	  JUDGING, set_word, FIELD(format), .word = word_format, .preset = "human" },
	{ "format", 'f', "FORMAT", "how to print the table",
	  BIT(MODEL), set_word, FIELD(format), .word = word_model_form, .preset = "text",
	  .no_environment = true },
	{ "format", 'f', "FORMAT", "how to print the list",
	  BIT(LIST), set_word, FIELD(format), .word = word_list_form, .preset = "text",
	  .no_environment = true },
	{ "event", 0, "LIST", "only rows about these events",
	  BIT(MODEL), set_words, FIELD(event), .word = word_event },
	{ "rules", 0, "LIST", "only rows that one of these documents allows",
	  BIT(MODEL), set_words, FIELD(rules), .word = word_rules, .no_environment = true },
	{ "report", 0, "FORMAT=FILE[,...]", "write a report into a file; may be repeated",
	  JUDGING, set_list, FIELD(report), .word = word_report, .complete = "files" },
	{ "evidence", 0, "DIR", "where captures go (shakedown-out/RUN), or none",
	  BIT(RUN), set_text, FIELD(evidence), .complete = "directories" },
	{ "keep", 0, "WHICH", "which captures to keep",
	  BIT(RUN), set_word, FIELD(keep), .word = word_keep, .preset = "all" },
	{ "case", 0, "ID", "judge the evidence by this variant, not by the one it names",
	  BIT(VERIFY), set_text, FIELD(case_id), .complete = "cases" },
	{ "end", 0, "ADDR[:PORT]", "judge only this end in captures; may be repeated",
	  BIT(VERIFY), set_list, FIELD(end) },
	{ "variants", 0, NULL, "list each variant, not each case",
	  BIT(LIST), set_flag, FIELD(variants) },
	{ "hex", 'x', NULL, "show the bytes of each segment, with example addresses and numbers",
	  BIT(PLAN), set_flag, FIELD(hex) },
	{ "color", 0, "WHEN", "colour in what people read",
	  COMMAND_ALL, set_word, FIELD(color), .word = word_color, .preset = "auto" },
	{ "verbose", 'v', NULL, "show each run, not only what went wrong",
	  JUDGING, set_count, FIELD(verbose) },
	{ "quiet", 'q', NULL, "show only the end",
	  JUDGING, set_flag, FIELD(quiet) },
	{ "help", 'h', NULL, "show this help",
	  COMMAND_ALL, set_flag, FIELD(help), .no_environment = true },
	{ "version", 'V', NULL, "show the version",
	  COMMAND_ALL, set_flag, FIELD(version), .no_environment = true },
};
/* clang-format on */
const size_t n_option_rows = sizeof(option_rows) / sizeof(option_rows[0]);

bool option_is_first(const struct option_row *row)
{
	for (const struct option_row *r = option_rows; r < row; r++)
		if (!strcmp(r->name, row->name))
			return false;
	return true;
}

const struct option_row *option_for(const struct option_row *row, uint32_t set)
{
	for (size_t i = 0; i < n_option_rows; i++)
		if (!strcmp(option_rows[i].name, row->name) && option_rows[i].commands & set)
			return &option_rows[i];
	return row;
}

int option_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hex ? text + 2 : text;
	unsigned long long v;

	if (!*digits || digits[strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789")])
		return -EINVAL;
	errno = 0;
	v = strtoull(digits, NULL, hex ? 16 : 10);
	if (errno || v < min || v > max)
		return -EINVAL;
	*out = v;
	return 0;
}

bool option_has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; *p; p += p[strcspn(p, ",")] ? strcspn(p, ",") + 1 : strlen(p))
		if (strcspn(p, ",") == len && !strncmp(p, word, len))
			return true;
	return false;
}

uint32_t options_rules(const struct options *o)
{
	uint32_t set = 0, rules;
	const char *bad;
	size_t len;

	/* The words were checked when they were read. */
	for (size_t i = 0; i < o->rules.n; i++)
		if (!model_rules_parse(o->rules.item[i], &rules, &bad, &len))
			set |= rules;
	return set;
}

uint64_t options_choose_seed(const struct options *o)
{
	struct timespec now;
	uint32_t random;

	if (o->seed_set)
		return o->seed;
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) == sizeof(random))
		return random;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint32_t)now.tv_nsec;
}
