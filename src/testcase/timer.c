/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The timers that cases can name, and sums of them.
 *
 *   sum    := term ("+" term)*
 *   term   := factor (("*" | "/") factor)*	one of the factors is a time
 *   factor := number | duration | timer | "(" sum ")"
 *
 * Thousandths are exact enough, and keep the arithmetic in integers.  There is no
 * minus, so that no value of a profile can make a deadline that has passed before
 * it begins.
 */
#include "testcase/timer.h"

#include <string.h>

#include "testcase/value.h"

#define MINUTE_NS INT64_C(60000000000)
#define SECOND_NS INT64_C(1000000000)

/* clang-format off */
const struct timer_info timer_infos[TIMER_N] = {
	[TIMER_MSL] = { "msl", 2 * MINUTE_NS,
		"the maximum segment lifetime; TIME-WAIT lasts twice as long",
		"RFC 9293 section 3.4.2" },
	[TIMER_RTO_INITIAL] = { "rto-initial", 3 * SECOND_NS,
		"the retransmission timeout of a SYN",
		"the longest that is customary; RFC 6298 section 2.1 allows any from 1s on" },
	[TIMER_RTO_MIN] = { "rto-min", SECOND_NS,
		"the least retransmission timeout",
		"RFC 6298 section 2.4" },
	[TIMER_RTO_MAX] = { "rto-max", 2 * MINUTE_NS,
		"the greatest retransmission timeout",
		"customary; RFC 6298 section 2.5 allows any from 60s on" },
	[TIMER_FIN_WAIT_2] = { "fin-wait-2", MINUTE_NS,
		"how long FIN-WAIT-2 lasts after the application has closed",
		"customary; the RFCs have no such timer" },
};
/* clang-format on */

#define MILLI 1000
#define FACTOR_MAX (100 * MILLI)
#define DURATION_MAX_NS INT64_C(86400000000000)
#define DEPTH_MAX 16

struct scan {
	const char *text;
	size_t len, pos;
	size_t at, width; /* of the token at hand */
	unsigned int depth;
	enum timer_error err;
};

/* One term while it is read. */
struct term {
	bool timed; /* its time was there */
	struct timer_sum time;
	int64_t milli;
};

static char peek(struct scan *s)
{
	while (s->pos < s->len && (s->text[s->pos] == ' ' || s->text[s->pos] == '\n'))
		s->pos++;
	return s->pos < s->len ? s->text[s->pos] : '\0';
}

static void fail(struct scan *s, enum timer_error err)
{
	if (!s->err)
		s->err = err;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

/* Whether the character at @i goes on with what begins at @p: "rto-min", "1.5s". */
static bool is_glued(const char *p, size_t i, size_t len, bool number)
{
	if (is_letter(p[i]) || is_digit(p[i]))
		return true;
	if (number)
		return p[i] == '.';
	return p[i] == '-' && i + 1 < len && (is_letter(p[i + 1]) || is_digit(p[i + 1]));
}

/* A word, or a number with what is glued to it: "rto-min", "1.5", "5s", "5 s". */
static size_t token_len(const char *p, size_t len)
{
	bool number = is_digit(p[0]);
	size_t i = 1;

	while (i < len && is_glued(p, i, len, number))
		i++;
	if (!number || !is_digit(p[i - 1]))
		return i;
	/* The unit may stand apart: one blank, and then a letter. */
	if (i + 1 < len && p[i] == ' ' && is_letter(p[i + 1]))
		i += 1 + token_len(p + i + 1, len - i - 1);
	return i;
}

/* Digits with at most three decimals, as thousandths; false if it is none. */
static bool plain_number(const char *p, size_t len, int64_t *milli)
{
	int decimals = -1;

	*milli = 0;
	for (size_t i = 0; i < len; i++) {
		if (p[i] == '.' && decimals < 0 && i > 0 && i + 1 < len) {
			decimals = 0;
			continue;
		}
		if (!is_digit(p[i]) || decimals == 3 || *milli > FACTOR_MAX * MILLI)
			return false;
		*milli = *milli * 10 + (p[i] - '0');
		decimals += decimals >= 0;
	}
	for (decimals = decimals < 0 ? 0 : decimals; decimals < 3; decimals++)
		*milli *= 10;
	return true;
}

static int find_timer(const char *p, size_t len)
{
	for (int i = 0; i < TIMER_N; i++)
		if (strlen(timer_infos[i].name) == len && !memcmp(timer_infos[i].name, p, len))
			return i;
	return -1;
}

static void take_sum(struct scan *s, struct timer_sum *sum);

static enum timer_error duration_error(enum value_error err)
{
	switch (err) {
	case VALUE_OK:
		return TIMER_OK;
	case VALUE_BAD_UNIT:
		return TIMER_BAD_UNIT;
	case VALUE_TOO_LARGE:
		return TIMER_TOO_LARGE;
	default:
		return TIMER_MALFORMED;
	}
}

/* A timer or a duration. */
static void take_word(struct scan *s, struct timer_sum *time, const char *p)
{
	int timer = find_timer(p, s->width);

	if (timer >= 0)
		time->milli[timer] = MILLI;
	else if (is_letter(*p))
		fail(s, TIMER_UNKNOWN);
	else
		fail(s, duration_error(value_duration(p, s->width, &time->ns)));
}

static void take_group(struct scan *s, struct timer_sum *time)
{
	s->pos++;
	if (++s->depth > DEPTH_MAX)
		fail(s, TIMER_MALFORMED);
	else
		take_sum(s, time);
	s->depth--;
	if (s->err)
		return;
	if (peek(s) == ')') {
		s->pos++;
		return;
	}
	s->at = s->pos < s->len ? s->pos : s->len - 1;
	s->width = 1;
	fail(s, TIMER_MALFORMED);
}

/* The time of a term: a timer, a duration or a sum in parentheses, once. */
static void take_time(struct scan *s, struct term *t, const char *p, bool divide)
{
	if (t->timed || divide) {
		fail(s, TIMER_MALFORMED);
		return;
	}
	t->timed = true;
	if (*p == '(')
		take_group(s, &t->time);
	else
		take_word(s, &t->time, p);
}

static void scale(struct scan *s, struct term *t, int64_t milli, bool divide)
{
	if (divide && !milli) {
		fail(s, TIMER_MALFORMED);
		return;
	}
	t->milli = divide ? t->milli * MILLI / milli : t->milli * milli / MILLI;
	if (t->milli > FACTOR_MAX)
		fail(s, TIMER_TOO_LARGE);
}

static void take_factor(struct scan *s, struct term *t, bool divide)
{
	char c = peek(s);
	const char *p = s->text + s->pos;
	int64_t milli;

	s->at = s->pos < s->len || !s->len ? s->pos : s->len - 1;
	s->width = 1;
	if (c == '(') {
		take_time(s, t, p, divide);
		return;
	}
	if (!is_digit(c) && !is_letter(c)) {
		fail(s, c == '-' ? TIMER_NEGATIVE : TIMER_MALFORMED);
		return;
	}
	s->width = token_len(p, s->len - s->pos);
	s->pos += s->width;
	if (plain_number(p, s->width, &milli))
		scale(s, t, milli, divide);
	else
		take_time(s, t, p, divide);
}

static void add_term(struct scan *s, const struct term *t, struct timer_sum *sum)
{
	const struct timer_sum *time = &t->time;

	sum->ns += time->ns / MILLI * t->milli + time->ns % MILLI * t->milli / MILLI;
	if (sum->ns > DURATION_MAX_NS)
		fail(s, TIMER_TOO_LARGE);
	for (int i = 0; i < TIMER_N; i++) {
		sum->milli[i] += (int32_t)(time->milli[i] * t->milli / MILLI);
		if (sum->milli[i] > FACTOR_MAX)
			fail(s, TIMER_TOO_LARGE);
	}
}

static void take_term(struct scan *s, struct timer_sum *sum)
{
	struct term t = { .milli = MILLI };
	char c = peek(s);
	size_t start = s->pos, end;

	take_factor(s, &t, false);
	end = s->pos;
	while (!s->err && ((c = peek(s)) == '*' || c == '/')) {
		s->pos++;
		take_factor(s, &t, c == '/');
		end = s->pos;
	}
	if (s->err)
		return;
	if (!t.timed) {
		s->at = start;
		s->width = end - start;
		fail(s, TIMER_NO_UNIT);
		return;
	}
	add_term(s, &t, sum);
}

static void take_sum(struct scan *s, struct timer_sum *sum)
{
	take_term(s, sum);
	while (!s->err && peek(s) == '+') {
		s->pos++;
		take_term(s, sum);
	}
}

enum timer_error timer_sum_parse(const char *text, size_t len, struct timer_sum *sum, size_t *bad,
				 size_t *bad_len)
{
	struct scan s = { .text = text, .len = len };
	char c;

	memset(sum, 0, sizeof(*sum));
	take_sum(&s, sum);
	c = peek(&s);
	if (!s.err && s.pos < len) {
		s.at = s.pos;
		s.width = 1;
		fail(&s, c == '-' ? TIMER_NEGATIVE : TIMER_MALFORMED);
	}
	*bad = s.at;
	*bad_len = s.width;
	return s.err;
}

int64_t timer_ns(const struct timer_values *values, enum timer timer)
{
	return values->ns[timer] ? values->ns[timer] : timer_infos[timer].default_ns;
}

int64_t timer_sum_ns(const struct timer_sum *sum, const struct timer_values *values)
{
	int64_t ns = sum->ns;

	for (int i = 0; i < TIMER_N; i++)
		if (sum->milli[i])
			ns += timer_ns(values, (enum timer)i) / MILLI * sum->milli[i];
	return ns;
}

bool timer_sum_is_less(const struct timer_sum *a, const struct timer_sum *b)
{
	bool less = a->ns < b->ns;

	for (int i = 0; i < TIMER_N; i++) {
		if (a->milli[i] > b->milli[i])
			return false;
		less |= a->milli[i] < b->milli[i];
	}
	return less && a->ns <= b->ns;
}

bool timer_sum_is_const(const struct timer_sum *sum)
{
	for (int i = 0; i < TIMER_N; i++)
		if (sum->milli[i])
			return false;
	return true;
}
