/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What scalars look like: one constant per kind of value, with the check that
 * knows it.  Messages say what was expected, and where they can, which part of
 * the text is wrong.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "expr/expr.h"
#include "testcase/schema_priv.h"
#include "testcase/timer.h"
#include "testcase/value.h"
#include "testcase/vocab.h"
#include "wire/app.h"
#include "wire/path_rule.h"
#include "wire/segment.h"

#define WORDS_MAX 64

/* The mark of a part of a scalar, if its text stands in the source as it is. */
static struct mark part_of(const struct node *n, size_t pos, size_t len)
{
	struct mark m = n->at;

	if (n->quoted || m.width != n->len)
		return m;
	m.col += (uint32_t)pos;
	m.width = len ? (uint32_t)len : 1;
	return m;
}

/* As much of a text as a message shows. */
#define SHOWN_MAX 40

void schema_expected_not(const char *what, const struct node *n, struct schema_check *c)
{
	int shown = SHOWN_MAX;

	/* Not in the middle of a character. */
	while (n->len > SHOWN_MAX && shown > 0 &&
	       ((unsigned char)n->text[shown] & 0xc0) == 0x80)
		shown--;
	if (n->len == 0 && !n->quoted)
		diag_add(c->ds, DIAG_ERROR, &n->at, "expected %s, not nothing", what);
	else if (n->len > SHOWN_MAX)
		diag_add(c->ds, DIAG_ERROR, &n->at, "expected %s, not \"%.*s...\"", what, shown,
			 n->text);
	else
		diag_add(c->ds, DIAG_ERROR, &n->at, "expected %s, not \"%s\"", what, n->text);
}

static bool expected(const struct schema_scalar *s, const struct node *n,
		     struct schema_check *c)
{
	schema_expected_not(s->expected, n, c);
	if (n->has_param)
		diag_add_help(c->ds,
			      "parameters can stand in \"steps\", \"tester\" and \"link\" only");
	return false;
}

/* Words */

static bool is_word(const struct schema_scalar *s, const struct node *n)
{
	size_t i;

	for (i = 0; s->word && s->word(i); i++)
		if (node_is(n, s->word(i)))
			return true;
	return false;
}

/* The word that @text may have been meant to be, or NULL. */
static const char *near_word(const struct schema_scalar *s, const char *text)
{
	const char *words[WORDS_MAX];
	size_t n = 0;

	while (n < WORDS_MAX && s->word && s->word(n)) {
		words[n] = s->word(n);
		n++;
	}
	return diag_nearest(text, words, n);
}

/* From this many words on, what is expected does not name all of them. */
#define MANY_WORDS 5

static void list_words(const struct schema_scalar *s, struct schema_check *c)
{
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; s->word(i); i++)
		buf_printf(&b, "%s%s", i ? ", " : "", s->word(i));
	if (i >= MANY_WORDS)
		diag_add_help(c->ds, "one of: %s", buf_str(&b));
	buf_fini(&b);
}

static bool unknown_word(const struct schema_scalar *s, const struct node *n,
			 struct schema_check *c)
{
	const char *near = near_word(s, n->text);

	expected(s, n, c);
	if (near)
		diag_add_help(c->ds, "did you mean \"%s\"?", near);
	else if (!n->has_param && !s->check)
		list_words(s, c);
	return false;
}

#define WORDS(name, ...)                                                       \
	static const char *name(size_t i)                                      \
	{                                                                      \
		static const char *const words[] = { __VA_ARGS__ };            \
		return i < sizeof(words) / sizeof(words[0]) ? words[i] : NULL; \
	}

WORDS(words_any, "any")
WORDS(words_any_model, "any", "model")
WORDS(words_model, "model")
WORDS(words_claim, "state")
WORDS(words_presence, "present", "absent", "any")
WORDS(words_bool, "yes", "no", "true", "false")
WORDS(words_bool_any, "any", "yes", "no", "true", "false", "0", "1")
WORDS(words_random, "random")
WORDS(words_none, "none")
WORDS(words_offered, "offered")
WORDS(words_alive, "handshake", "connection")
WORDS(words_plain_option, "sack-permitted", "nop", "eol")
WORDS(words_checksum, "good", "bad", "zero")
WORDS(words_checksum_match, "good", "bad", "any")
WORDS(words_family, "4", "6")
WORDS(words_app_of, "connection", "listener")
WORDS(words_app_how, "read", "write", "both")
WORDS(words_end, "tester", "target")
WORDS(words_all, "all")
WORDS(words_transport, "udp", "tcp")
WORDS(words_target, "target")
WORDS(words_deviations, "deviations")
WORDS(words_option, "mss", "window-scale", "sack-permitted", "sack", "timestamps", "fast-open",
      "md5", "ao")

static const char *words_state(size_t i)
{
	return i < TCP_N_STATES ? tcp_state_names[i] : NULL;
}

static const char *words_level(size_t i)
{
	return i < 3 ? req_level_names[i] : NULL;
}

static const char *words_need(size_t i)
{
	return i < NEED_N ? plan_needs[i].name : NULL;
}

static const char *words_use(size_t i)
{
	return i < USE_N ? plan_uses[i].name : NULL;
}

static const char *words_known_reason(size_t i)
{
	return i < REASON_N ? known_reasons[i].name : NULL;
}

static const char *words_app_call(size_t i)
{
	return i < APP_N_CALLS ? app_calls[i].name : NULL;
}

static const char *words_app_result(size_t i)
{
	return i < app_n_results ? app_results[i].name : NULL;
}

static const char *words_app_option(size_t i)
{
	return i < app_n_options ? app_options[i].name : NULL;
}

/* Texts */

static bool check_text(const struct schema_scalar *s, const struct node *n,
		       struct schema_check *c)
{
	if (memchr(n->text, '\0', n->len)) {
		diag_add(c->ds, DIAG_ERROR, &n->at, "a NUL cannot stand in this text");
		return false;
	}
	return n->len || n->quoted || expected(s, n, c);
}

static bool check_title(const struct schema_scalar *s, const struct node *n,
			struct schema_check *c)
{
	if (!check_text(s, n, c))
		return false;
	return (n->len && !memchr(n->text, '\n', n->len)) || expected(s, n, c);
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_alnum(char c)
{
	return is_lower(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool looks_like_word(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!is_lower(text[i]) &&
		    (i == 0 || !(text[i] == '-' || (text[i] >= '0' && text[i] <= '9'))))
			return false;
	return len > 0 && text[len - 1] != '-';
}

static bool check_word(const struct schema_scalar *s, const struct node *n,
		       struct schema_check *c)
{
	return looks_like_word(n->text, n->len) || expected(s, n, c);
}

/* Variant ids are words on a command line and file names: keep them tame. */
static bool check_param_value(const struct schema_scalar *s, const struct node *n,
			      struct schema_check *c)
{
	size_t i;

	for (i = 0; i < n->len; i++)
		if (!is_alnum(n->text[i]) && !strchr("._|+-", n->text[i]))
			return expected(s, n, c);
	return n->len || expected(s, n, c);
}

/* rfc9293:MUST-12 */
static bool check_label(const struct schema_scalar *s, const struct node *n,
			struct schema_check *c)
{
	size_t i = 3, digits;

	if (n->len < 3 || memcmp(n->text, "rfc", 3))
		return expected(s, n, c);
	while (i < n->len && n->text[i] >= '0' && n->text[i] <= '9')
		i++;
	digits = i - 3;
	if (digits == 0 || digits > 5 || i >= n->len || n->text[i++] != ':' || i >= n->len)
		return expected(s, n, c);
	for (; i < n->len; i++)
		if (!is_alnum(n->text[i]) && !strchr("._-/", n->text[i]))
			return expected(s, n, c);
	return true;
}

/* Of lists of known deviations: a reason that says nothing is none. */
static bool check_why(const struct schema_scalar *s, const struct node *n, struct schema_check *c)
{
	if (!check_text(s, n, c))
		return false;
	return n->text[strspn(n->text, " \t\n")] || expected(s, n, c);
}

static bool check_pattern(const struct schema_scalar *s, const struct node *n,
			  struct schema_check *c)
{
	bool one_word = s->max;
	size_t i;

	for (i = 0; i < n->len; i++)
		if ((unsigned char)n->text[i] < ' ' + one_word || n->text[i] == 0x7f)
			return expected(s, n, c);
	return (n->len && n->len <= SCHEMA_MAX_PATTERN) || expected(s, n, c);
}

/* Numbers and values with units */

static bool out_of_range(const struct schema_scalar *s, const struct node *n, int64_t value,
			 struct schema_check *c)
{
	diag_add(c->ds, DIAG_ERROR, &n->at, "%" PRId64 " is out of range", value);
	diag_add_help(c->ds, "it must be from %" PRId64 " to %" PRId64, s->min, s->max);
	return false;
}

static bool check_number(const struct schema_scalar *s, const struct node *n,
			 struct schema_check *c)
{
	int64_t value;

	if (value_number(n->text, n->len, &value) == VALUE_MALFORMED)
		return expected(s, n, c);
	return (value >= s->min && value <= s->max) || out_of_range(s, n, value, c);
}

static bool check_format(const struct schema_scalar *s, const struct node *n,
			 struct schema_check *c)
{
	if (node_is(n, "1"))
		return true;
	diag_add(c->ds, DIAG_ERROR, &n->at, "format \"%s\" is not known to this version",
		 n->text);
	diag_add_help(c->ds, "this version reads format %" PRId64, s->max);
	return false;
}

static bool unit_error(const struct schema_scalar *s, const struct node *n,
		       enum value_error err, const char *units, const char *such_as,
		       struct schema_check *c)
{
	switch (err) {
	case VALUE_OK:
		return true;
	case VALUE_NO_UNIT:
		diag_add(c->ds, DIAG_ERROR, &n->at, "%s has no unit", n->text);
		diag_add_help(c->ds, "write %s%s; units are %s", n->text, such_as, units);
		return false;
	case VALUE_BAD_UNIT:
		diag_add(c->ds, DIAG_ERROR, &n->at, "unknown unit in \"%s\"", n->text);
		diag_add_help(c->ds, "units are %s", units);
		return false;
	case VALUE_TOO_LARGE:
		diag_add(c->ds, DIAG_ERROR, &n->at, "%s is too large", n->text);
		return false;
	default:
		return expected(s, n, c);
	}
}

static bool check_duration(const struct schema_scalar *s, const struct node *n,
			   struct schema_check *c)
{
	int64_t ns;

	return unit_error(s, n, value_duration(n->text, n->len, &ns), VALUE_DURATION_UNITS,
			  "ms", c);
}

static void unknown_timer(const struct node *n, size_t bad, size_t len, struct schema_check *c)
{
	struct mark at = part_of(n, bad, len);
	const char *names[TIMER_N], *near;
	struct buf word = BUF_INIT;

	for (size_t i = 0; i < TIMER_N; i++)
		names[i] = timer_infos[i].name;
	buf_add(&word, n->text + bad, len);
	near = diag_nearest(buf_str(&word), names, TIMER_N);
	diag_add(c->ds, DIAG_ERROR, &at, "no timer is named \"%s\"", buf_str(&word));
	if (near)
		diag_add_help(c->ds, "did you mean \"%s\"?", near);
	else
		diag_add_help(c->ds, "timers are msl, rto-initial, rto-min, rto-max and "
				     "fin-wait-2");
	buf_fini(&word);
}

/* A part of a sum that is wrong by itself, in the words for a whole duration: false. */
static bool bad_term(const struct schema_scalar *s, const struct node *n, size_t bad, size_t len,
		     struct schema_check *c)
{
	struct node part = *n;
	char word[64];

	snprintf(word, sizeof(word), "%.*s", (int)len, n->text + bad);
	part.at = part_of(n, bad, len);
	part.text = word;
	part.len = strlen(word);
	return check_duration(s, &part, c);
}

/* A sum of durations and timers. */
static bool check_time(const struct schema_scalar *s, const struct node *n, struct schema_check *c)
{
	struct timer_sum sum;
	size_t bad, len;
	struct mark at;

	switch (timer_sum_parse(n->text, n->len, &sum, &bad, &len)) {
	case TIMER_OK:
		return true;
	case TIMER_UNKNOWN:
		if (len == n->len)
			return expected(s, n, c);
		unknown_timer(n, bad, len, c);
		return false;
	case TIMER_NEGATIVE:
		at = part_of(n, bad, len);
		diag_add(c->ds, DIAG_ERROR, &at, "no minus can stand in a duration");
		diag_add_help(c->ds, "it could come out below zero; parts of a timer are "
				     "written as \"0.9 * msl\"");
		return false;
	case TIMER_NO_UNIT:
		if (!memchr(n->text + bad, '*', len) && !memchr(n->text + bad, '/', len))
			return bad_term(s, n, bad, len, c);
		at = part_of(n, bad, len);
		diag_add(c->ds, DIAG_ERROR, &at, "%.*s is a number, not a duration", (int)len,
			 n->text + bad);
		diag_add_help(c->ds, "one of its factors needs a unit, or to be a timer");
		return false;
	case TIMER_BAD_UNIT:
		return bad_term(s, n, bad, len, c);
	case TIMER_TOO_LARGE:
		diag_add(c->ds, DIAG_ERROR, &n->at, "%s is too large", n->text);
		diag_add_help(c->ds, "at most 24h, and 100 times a timer");
		return false;
	default:
		return expected(s, n, c);
	}
}

/* The length of one timer. */
static bool check_timer(const struct schema_scalar *s, const struct node *n, struct schema_check *c)
{
	int64_t ns = 0;

	if (!check_duration(s, n, c))
		return false;
	value_duration(n->text, n->len, &ns);
	if (ns >= TIMER_MIN_NS && ns <= TIMER_MAX_NS)
		return true;
	diag_add(c->ds, DIAG_ERROR, &n->at, "%s is out of range", n->text);
	diag_add_help(c->ds, "it must be from 1ms to 1h");
	return false;
}

static bool check_size(const struct schema_scalar *s, const struct node *n,
		       struct schema_check *c)
{
	uint32_t octets;
	enum value_error err = value_size(n->text, n->len, &octets);

	if (err == VALUE_OK && octets > s->max) {
		diag_add(c->ds, DIAG_ERROR, &n->at, "%s is more than a segment can hold",
			 n->text);
		diag_add_help(c->ds, "at most %" PRId64 "B", s->max);
		return false;
	}
	return unit_error(s, n, err, VALUE_SIZE_UNITS, "B", c);
}

static bool check_hex(const struct schema_scalar *s, const struct node *n,
		      struct schema_check *c)
{
	size_t octets;

	if (value_hex(NULL, n->text, n->len, NULL, &octets))
		return expected(s, n, c);
	if (octets <= (size_t)s->max)
		return true;
	diag_add(c->ds, DIAG_ERROR, &n->at, "%zu octets are more than fit here", octets);
	diag_add_help(c->ds, "at most %" PRId64, s->max);
	return false;
}

/* Addresses and interfaces */

static bool check_address(const struct schema_scalar *s, const struct node *n,
			  struct schema_check *c)
{
	struct ip_addr a;

	if (strlen(n->text) != n->len || ip_addr_parse(n->text, &a) ||
	    (s->max && a.family != s->max))
		return expected(s, n, c);
	return true;
}

static bool check_interface(const struct schema_scalar *s, const struct node *n,
			    struct schema_check *c)
{
	size_t i;

	for (i = 0; i < n->len; i++)
		if (n->text[i] <= ' ' || n->text[i] == '/' || n->text[i] == 0x7f)
			return expected(s, n, c);
	return (n->len && n->len <= (size_t)s->max) || expected(s, n, c);
}

/* Flags */

static const char *near_flag(const char *text, size_t len)
{
	char word[16];
	size_t n;

	if (len >= sizeof(word))
		return NULL;
	memcpy(word, text, len);
	word[len] = '\0';
	for (n = 0; tcp_flag_names[n]; n++)
		;
	return diag_nearest(word, tcp_flag_names, n);
}

static bool check_flags(const struct schema_scalar *s, const struct node *n,
			struct schema_check *c)
{
	size_t bad, bad_len;
	uint16_t flags;
	struct mark at;
	const char *near;

	if (value_flags(n->text, n->len, &flags, &bad, &bad_len) == VALUE_OK)
		return true;
	if (bad_len == 0)
		return expected(s, n, c);
	at = part_of(n, bad, bad_len);
	near = near_flag(n->text + bad, bad_len);
	diag_add(c->ds, DIAG_ERROR, &at, "unknown flag \"%.*s\"", (int)bad_len, n->text + bad);
	if (near)
		diag_add_help(c->ds, "did you mean \"%s\"?", near);
	else
		diag_add_help(c->ds,
			      "flags are FIN SYN RST PSH ACK URG ECE CWR AE, joined by \"|\", "
			      "or none or all");
	return false;
}

/* Expressions: the syntax only; names are the plan's business. */

static int any_name(void *arg, const char *name, size_t len, uint32_t *ref,
		    const char **suggestion)
{
	(void)arg, (void)name, (void)len, (void)suggestion;
	*ref = 0;
	return 0;
}

static int no_value(void *arg, uint32_t ref, uint32_t *value)
{
	(void)arg, (void)ref, (void)value;
	return -ENODATA;
}

static bool check_parsed(const struct schema_scalar *s, const struct node *n,
			 const struct expr *e, struct schema_check *c)
{
	uint32_t value;
	int err = expr_eval(e, no_value, NULL, &value);

	if (err == -EDOM) {
		diag_add(c->ds, DIAG_ERROR, &n->at, "division by zero");
		return false;
	}
	if (!err && value > s->max)
		return out_of_range(s, n, value, c);
	return true;
}

static bool check_expr(const struct schema_scalar *s, const struct node *n,
		       struct schema_check *c)
{
	struct arena *scratch;
	const struct expr *e;
	const char *near;
	bool good;

	if (n->len == 0)
		return expected(s, n, c);
	/* A single word that resembles one of those allowed: say so. */
	near = looks_like_word(n->text, n->len) ? near_word(s, n->text) : NULL;
	if (near)
		return unknown_word(s, n, c);
	scratch = arena_new();
	e = expr_parse(scratch, n->text, n->len, &n->at, any_name, NULL, c->ds);
	good = e && check_parsed(s, n, e, c);
	arena_free(scratch);
	return good;
}

bool schema_is_kind(const char *name)
{
	uint8_t kind;

	return value_kind(name, strlen(name), &kind) == VALUE_OK;
}

static bool check_option_name(const struct schema_scalar *s, const struct node *n,
			      struct schema_check *c)
{
	return schema_is_kind(n->text) || unknown_word(s, n, c);
}

static bool in_quotes(const struct schema_scalar *s, const struct node *n,
		      struct schema_check *c)
{
	diag_add(c->ds, DIAG_ERROR, &n->at, "expected %s, not a text in quotes", s->expected);
	diag_add_help(c->ds, "leave the quotes out");
	return false;
}

bool schema_check_scalar(const struct schema *schema, const struct node *n,
			 struct schema_check *c)
{
	const struct schema_scalar *s = schema->scalar;
	struct schema_scalar local = *s;

	/* A message speaks of everything that may stand here, maps included. */
	local.expected = schema_expected(schema);
	if (n->quoted && !s->text)
		return in_quotes(&local, n, c);
	if (is_word(s, n))
		return true;
	return s->check ? s->check(&local, n, c) : unknown_word(&local, n, c);
}

/* The constants */

#define SCALAR(id, ...) const struct schema_scalar scalar_##id = { __VA_ARGS__ }
#define WORD_PATTERN "^[a-z]([a-z0-9-]*[a-z0-9])?$"

SCALAR(text, "text", "a text", .check = check_text, .text = true);
SCALAR(title, "title", "a text of one line", .check = check_title, .text = true);
SCALAR(word, "word", "a word of lower-case letters, digits and \"-\"", .check = check_word,
       .text = true, .pattern = WORD_PATTERN);
SCALAR(label, "requirement", "a requirement such as rfc9293:MUST-12", .check = check_label,
       .text = true, .pattern = "^rfc[0-9]{1,5}:[A-Za-z0-9._/-]+$");
SCALAR(param_value, "parameter-value",
       "a short value of letters, digits and \"._|+-\" (name others: \"name: value\")",
       .check = check_param_value, .text = true, .number = true,
       .max = UINT32_MAX, .pattern = "^[A-Za-z0-9._|+-]+$");
SCALAR(level, "level", "must, should or may", .word = words_level, .text = true);
SCALAR(state, "state", "a state of RFC 9293 such as FIN-WAIT-1", .word = words_state,
       .text = true);
SCALAR(need, "need", "something a target can provide, such as listener", .word = words_need,
       .text = true);
SCALAR(use, "use", "something that runs share, such as challenge-acks", .word = words_use,
       .text = true);
SCALAR(yes_no, "yes-or-no", "yes or no", .word = words_bool);
SCALAR(format, "format", "the number 1", .check = check_format, .min = 1, .max = 1);
SCALAR(family, "family", "4 or 6", .word = words_family);
SCALAR(duration, "duration", "a duration with a unit, such as 300ms", .check = check_duration,
       .pattern = "^[0-9]+(\\.[0-9]+)? ?(ns|us|ms|s|min|h)$");
#define DURATION "[0-9]+(\\.[0-9]+)? ?(ns|us|ms|s|min|h)"
#define TIMER "msl|rto-initial|rto-min|rto-max|fin-wait-2"
SCALAR(span, "span", "a duration with a unit, such as 300ms, or a sum such as 2 * msl + 5s",
       .check = check_time,
       .pattern = "^[ (]*(" DURATION "|" TIMER "|[0-9.]+)([ ()*/+]+(" DURATION "|" TIMER
		  "|[0-9.]+))*[ )]*$");
SCALAR(timer, "timer", "a duration with a unit, such as 30s", .check = check_timer,
       .pattern = "^" DURATION "$");
SCALAR(size, "size", "a size with a unit, such as 100B", .check = check_size, .max = 65535,
       .pattern = "^[0-9]+(\\.[0-9]+)? ?(B|KiB|MiB)$");
#define HEX_PATTERN "^(0x)?([0-9A-Fa-f]{2}[ :]?)*$"
SCALAR(hex, "hex", "pairs of hexadecimal digits, such as 01 ff", .check = check_hex,
       .text = true, .max = 65535, .pattern = HEX_PATTERN);
SCALAR(option_body, "option-body", "pairs of hexadecimal digits, such as 01 ff",
       .check = check_hex, .text = true, .max = 40, .pattern = HEX_PATTERN);
SCALAR(flags, "flags", "flags such as SYN|ACK", .check = check_flags,
       .pattern = "^[A-Z]{2,3}( ?\\| ?[A-Z]{2,3})*$|^none$|^all$");
SCALAR(flags_any, "flags-or-any", "flags such as SYN|ACK, or any", .word = words_any,
       .check = check_flags, .pattern = "^[A-Z]{2,3}( ?\\| ?[A-Z]{2,3})*$|^none$|^all$");

SCALAR(flags_model, "flags-any-or-model", "flags such as SYN|ACK, any, or model",
       .word = words_any_model, .check = check_flags,
       .pattern = "^[A-Z]{2,3}( ?\\| ?[A-Z]{2,3})*$|^none$|^all$");

SCALAR(byte, "byte", "a number from 0 to 255", .check = check_number, .max = 255);
SCALAR(window, "window", "a number from 0 to 65535", .check = check_number, .max = 65535);
SCALAR(iss, "initial-sequence-number", "a number, or random", .word = words_random,
       .check = check_expr, .max = UINT32_MAX);

/* Values of fields, by the width of the field */
SCALAR(u32, "expression", "a number or an expression", .check = check_expr, .max = UINT32_MAX);
SCALAR(u20, "expression-20-bit", "a number or an expression", .check = check_expr,
       .max = 0xfffff);
SCALAR(u16, "expression-16-bit", "a number or an expression", .check = check_expr,
       .max = 0xffff);
SCALAR(u8, "expression-8-bit", "a number or an expression", .check = check_expr, .max = 0xff);
SCALAR(u4, "expression-4-bit", "a number or an expression", .check = check_expr, .max = 0xf);
SCALAR(u3, "expression-3-bit", "a number or an expression", .check = check_expr, .max = 7);
SCALAR(checksum, "checksum", "good, bad, zero or a number", .word = words_checksum,
       .check = check_expr, .max = 0xffff);

/* What fields are matched with */
#define MATCH_EXPECTED "a value, any, or a matcher map"
SCALAR(m32, "value-or-any", MATCH_EXPECTED, .word = words_any, .check = check_expr,
       .max = UINT32_MAX);
SCALAR(m20, "value-or-any-20-bit", MATCH_EXPECTED, .word = words_any, .check = check_expr,
       .max = 0xfffff);
SCALAR(m16, "value-or-any-16-bit", MATCH_EXPECTED, .word = words_any, .check = check_expr,
       .max = 0xffff);
SCALAR(m8, "value-or-any-8-bit", MATCH_EXPECTED, .word = words_any, .check = check_expr,
       .max = 0xff);
SCALAR(m4, "value-or-any-4-bit", MATCH_EXPECTED, .word = words_any, .check = check_expr,
       .max = 0xf);
SCALAR(m3, "value-or-any-3-bit", MATCH_EXPECTED, .word = words_any, .check = check_expr,
       .max = 7);
SCALAR(mdf, "yes-no-or-any", "yes, no or any", .word = words_bool_any);
SCALAR(checksum_match, "good-bad-or-any", "good, bad or any", .word = words_checksum_match);

/* What options are matched with */
#define OPT_EXPECTED "present, absent, any, a value or a matcher map"
SCALAR(opt32, "option-value", OPT_EXPECTED, .word = words_presence, .check = check_expr,
       .max = UINT32_MAX);
SCALAR(opt16, "option-value-16-bit", OPT_EXPECTED, .word = words_presence, .check = check_expr,
       .max = 0xffff);
SCALAR(opt8, "option-value-8-bit", OPT_EXPECTED, .word = words_presence, .check = check_expr,
       .max = 0xff);
SCALAR(presence, "presence", "present, absent or any", .word = words_presence);

SCALAR(none, "none", "none", .word = words_none);
SCALAR(plain_option, "plain-option", "sack-permitted, nop or eol", .word = words_plain_option);
SCALAR(option_name, "option-name", "an option such as mss, or kind-N", .word = words_option,
       .check = check_option_name);
SCALAR(offered, "offered", "offered, or a list of options", .word = words_offered);
SCALAR(model, "model", "model", .word = words_model);
SCALAR(confirmed, "confirmed", "state", .word = words_claim);
SCALAR(alive, "probe", "handshake or connection", .word = words_alive);

/* Of calls of the target's application */
SCALAR(app_call, "call", "a call of the target's application, such as connect",
       .word = words_app_call, .text = true);
SCALAR(app_result, "result", "a result of a call, such as ok", .word = words_app_result,
       .text = true);
SCALAR(app_option, "socket-option", "an option of a socket, such as user-timeout",
       .word = words_app_option, .text = true);
SCALAR(app_of, "connection-or-listener", "connection or listener", .word = words_app_of);
SCALAR(app_how, "direction", "read, write or both", .word = words_app_how);

/* Of targets; in those of addresses the limits are the family. */
SCALAR(end, "end", "tester or target", .word = words_end);
SCALAR(nth, "ordinal", "a number from 1 to 1000", .check = check_number, .min = 1,
       .max = PATH_MAX_COUNT);
SCALAR(times, "times", "a number from 1 to 1000, or all", .word = words_all,
       .check = check_number, .min = 1, .max = PATH_MAX_COUNT);
SCALAR(behind, "how-many", "a number from 1 to 10", .check = check_number, .min = 1,
       .max = PATH_MAX_BEHIND);

SCALAR(target, "kind", "target", .word = words_target, .text = true);
SCALAR(port, "port", "a port from 1 to 65535", .check = check_number, .min = 1, .max = 65535);
SCALAR(jobs, "jobs", "a number from 1 to 60000", .check = check_number, .min = 1,
       .max = SCHEMA_MAX_JOBS);
SCALAR(rate, "rate", "a number from 1 to 1000000", .check = check_number, .min = 1,
       .max = SCHEMA_MAX_RATE);
SCALAR(ipv4, "ipv4-address", "an IPv4 address such as 192.0.2.1", .check = check_address,
       .text = true, .max = 4, .pattern = "^[0-9]{1,3}([.][0-9]{1,3}){3}$");
SCALAR(ipv6, "ipv6-address", "an IPv6 address such as 2001:db8::1", .check = check_address,
       .text = true, .max = 6, .pattern = "^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$");
SCALAR(interface, "interface", "the name of an interface such as eth0", .check = check_interface,
       .text = true, .max = 15, .pattern = "^[^ /]{1,15}$");
SCALAR(address, "address", "an IP address such as 192.0.2.1", .check = check_address,
       .text = true, .pattern = "^[0-9A-Fa-f:.]+$");
SCALAR(transport, "transport", "udp or tcp", .word = words_transport);

/* Of lists of known deviations; the limit of a pattern says whether blanks may stand in it. */
SCALAR(deviations, "kind-deviations", "deviations", .word = words_deviations, .text = true);
SCALAR(pattern, "case-pattern", "a case id, or a pattern such as reset/*[ip=4]",
       .check = check_pattern, .text = true, .max = 1, .pattern = "^[^ ]{1,256}$");
SCALAR(target_pattern, "target-pattern", "a target's name, or a pattern such as *Linux 6.*",
       .check = check_pattern, .text = true, .max = 0, .pattern = "^.{1,256}$");
SCALAR(known_reason, "reason", "a reason such as target-defect", .word = words_known_reason,
       .text = true);
SCALAR(why, "explanation", "a text that says why", .check = check_why, .text = true,
       .pattern = "[^ ]");
