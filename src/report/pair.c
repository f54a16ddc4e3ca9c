/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The aligned pair.  Both lines are cut into cells, one for each field; cells of
 * the same field share a column.  Sequence numbers of the expectation come with
 * their value from verify ("snd.nxt (0x2e1f0002)"), those of the segment are
 * absolute.
 */
#include "report/pair.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "report/text.h"

#define COLUMNS_MAX 48
#define WIDTH_MAX 110 /* further columns are listed below */
#define GAP 2
#define OR " or " /* between alternatives, in plan_describe_expect() */

struct column {
	const char *key;      /* "ack" */
	const char *expected; /* "ack=snd.nxt (0x2e1f0002)", "" */
	const char *actual;   /* "ack=0x2e1f0003", "" */
	const struct mismatch *differs;
};

struct pair {
	struct arena *arena;
	const char *whole; /* an expectation that cannot be cut: alternatives */
	struct column column[COLUMNS_MAX];
	size_t n, shown;
};

/* What else the fields are called, and the order in which they are shown. */
static const struct {
	const char *alias, *key;
} aliases[] = { { "win", "window" }, { "len", "length" }, { "up", "urgent" } };
static const char *const first_keys[] = { "flags", "seq", "ack" };
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *canonical(const char *key)
{
	if (!strncmp(key, "option ", 7))
		key += 7;
	for (size_t i = 0; i < COUNT(aliases); i++)
		if (!strcmp(aliases[i].alias, key))
			return aliases[i].key;
	return key;
}

static size_t rank(const char *key)
{
	size_t i = 0;

	while (i < COUNT(first_keys) && strcmp(first_keys[i], key))
		i++;
	return i;
}

/* The column of @key, made in its place if there is none. */
static struct column *column(struct pair *p, const char *key)
{
	size_t at = p->n;

	for (size_t i = 0; i < p->n; i++)
		if (!strcmp(p->column[i].key, key))
			return &p->column[i];
	if (p->n == COLUMNS_MAX)
		return NULL;
	while (at > 0 && rank(p->column[at - 1].key) > rank(key)) {
		p->column[at] = p->column[at - 1];
		at--;
	}
	p->column[at] = (struct column){ .key = key, .expected = "", .actual = "" };
	p->n++;
	return &p->column[at];
}

/* "ack=0x2e1f0003"; flags speak for themselves. */
static const char *cell(struct pair *p, const char *key, const char *value)
{
	return strcmp(key, "flags") ? arena_printf(p->arena, "%s=%s", key, value) : value;
}

/* Bytes up to the next space that is not inside brackets or quotes. */
static size_t word_len(const char *s)
{
	bool quoted = false;
	int depth = 0;
	size_t i;

	for (i = 0; s[i] && (s[i] != ' ' || depth > 0 || quoted); i++) {
		quoted ^= s[i] == '"';
		depth += strchr("(<[{", s[i]) != NULL;
		depth -= strchr(")>]}", s[i]) != NULL;
	}
	return i;
}

static bool is_word(const char *s, size_t len, const char *word)
{
	return word && strlen(word) == len && !memcmp(s, word, len);
}

/* What plan_describe_expect() starts a part with, besides names of fields. */
static const char *const openers[] = { "only", "no", "data", "after", "within" };

static bool opens_cell(const char *s, size_t len)
{
	if (!strncmp(s, "ecr=", 4) || !strncmp(s, "val=", 4))
		return false; /* "timestamps ecr=5" */
	if (s[0] != '(' && memchr(s, '=', len))
		return true;
	for (size_t i = 0; i < COUNT(openers); i++)
		if (is_word(s, len, openers[i]))
			return true;
	for (size_t i = 0; i < FIELD_N; i++)
		if (is_word(s, len, seg_fields[i].name))
			return true;
	for (int kind = 0; kind < 256; kind++)
		if (is_word(s, len, tcp_opt_name((uint8_t)kind)))
			return true;
	return false;
}

/* A cell takes the words up to one that opens the next. */
static size_t cell_len(const char *s)
{
	size_t len = word_len(s), next;

	while (s[len]) {
		next = word_len(s + len + 1);
		if (!next || (s[len - 1] != ',' && opens_cell(s + len + 1, next)))
			break;
		len += 1 + next;
	}
	return len;
}

/* "ack" of "ack=snd.nxt", "mss" of "mss present". */
static const char *cell_key(struct pair *p, const char *s)
{
	size_t len = strcspn(s, "=");

	if (!s[len])
		len = strcspn(s, " ");
	return canonical(arena_strndup(p->arena, s, len));
}

/* Cuts "RST seq=probe.ack within 1 s" into cells; the first is for the flags. */
static void add_expected(struct pair *p, const char *text)
{
	const char *key = "flags";

	while (*text) {
		size_t len = cell_len(text);
		char *s = arena_strndup(p->arena, text, len);
		struct column *c = column(p, key ? key : cell_key(p, s));

		if (c)
			c->expected = s;
		key = NULL;
		text += len;
		text += strspn(text, " ");
	}
}

static void add_mismatches(struct pair *p, const struct finding *f)
{
	for (size_t i = 0; i < f->n_mismatch; i++) {
		const struct mismatch *m = &f->mismatch[i];
		const char *key = canonical(m->field);
		struct column *c = column(p, key);

		if (!c)
			continue;
		c->differs = m;
		c->actual = cell(p, key, m->actual);
		if (!p->whole)
			c->expected = cell(p, key, m->expected); /* with the number, too */
	}
}

static void set_actual(struct pair *p, const char *key, const char *value)
{
	struct column *c = column(p, key);

	if (c && !*c->actual)
		c->actual = cell(p, key, value);
}

/* The value of one more field, if the expectation speaks of it; NULL: unknown. */
static const char *field_value(struct pair *p, const char *key, const struct segment *s)
{
	const struct {
		const char *key;
		uint32_t value;
	} numbers[] = {
		{ "window", s->window },
		{ "length", s->data_len },
		{ "urgent", s->urgent },
		{ "ttl", s->ttl },
		{ "tos", s->tos },
		{ "data-offset", s->data_offset },
	};

	for (size_t i = 0; i < COUNT(numbers); i++)
		if (!strcmp(numbers[i].key, key))
			return arena_printf(p->arena, "%" PRIu32, numbers[i].value);
	for (size_t i = 0; i < s->n_opt; i++) {
		const struct tcp_opt *o = &s->opt[i];
		const char *name = tcp_opt_name(o->kind);

		if (!name || strcmp(name, key) || !o->known)
			continue;
		if (o->kind == TCP_OPT_MSS)
			return arena_printf(p->arena, "%u", o->mss);
		if (o->kind == TCP_OPT_WSCALE)
			return arena_printf(p->arena, "%u", o->wscale);
		return "present";
	}
	return NULL;
}

static void add_actual(struct pair *p, const struct segment *s)
{
	char flags[TCP_FLAGS_STRLEN];
	const char *value;

	tcp_flags_str(s->flags, flags, sizeof(flags));
	set_actual(p, "flags", arena_strdup(p->arena, flags));
	set_actual(p, "seq", arena_printf(p->arena, "0x%08" PRIx32, s->seq));
	if (s->flags & TCP_ACK || s->ack)
		set_actual(p, "ack", arena_printf(p->arena, "0x%08" PRIx32, s->ack));
	if (s->data_len)
		set_actual(p, "length", arena_printf(p->arena, "%" PRIu32, s->data_len));
	for (size_t i = 0; i < p->n; i++) {
		value = field_value(p, p->column[i].key, s);
		if (value)
			set_actual(p, p->column[i].key, value);
	}
}

static size_t width(const struct column *c)
{
	size_t a = strlen(c->expected), b = strlen(c->actual);

	return a > b ? a : b;
}

static void trim(struct buf *out)
{
	while (out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
}

static void add_cell(struct buf *out, const char *text, size_t columns)
{
	text_add(out, text);
	buf_pad(out, ' ', columns - strlen(text));
}

/* As many columns as fit. */
static void choose(struct pair *p)
{
	size_t sum = 0;

	while (p->shown < p->n) {
		sum += width(&p->column[p->shown]) + GAP;
		if (sum > WIDTH_MAX && p->shown)
			break;
		p->shown++;
	}
}

static void add_row(struct buf *out, const struct pair *p, bool expected)
{
	for (size_t i = 0; i < p->shown; i++) {
		const struct column *c = &p->column[i];

		add_cell(out, expected ? c->expected : c->actual, width(c) + GAP);
	}
	trim(out);
}

static void add_carets(struct buf *out, const struct pair *p, const struct pair_look *look)
{
	size_t last = 0, pad = 13; /* "nearest   <  " */

	for (size_t i = 0; i < p->shown; i++)
		if (p->column[i].differs)
			last = i + 1;
	if (!last)
		return;
	buf_printf(out, "%s", look->indent);
	for (size_t i = 0; i < last; i++) {
		const struct column *c = &p->column[i];
		size_t carets = c->differs ? strlen(c->actual) : 0;

		if (carets) {
			buf_pad(out, ' ', pad);
			pad = 0;
			buf_adds(out, look->caret_on);
			buf_pad(out, '^', carets);
			buf_adds(out, look->caret_off);
		}
		pad += width(c) + GAP - carets;
	}
	buf_addc(out, '\n');
}

/* What the columns do not show: those that did not fit, or whose upper half is missing. */
static void add_rest(struct buf *out, const struct pair *p, const struct pair_look *look)
{
	for (size_t i = p->whole ? 0 : p->shown; i < p->n; i++) {
		const struct mismatch *m = p->column[i].differs;

		if (!m)
			continue;
		buf_printf(out, "%s%-13s", look->indent, "");
		text_add(out, m->field);
		buf_adds(out, ": expected ");
		text_add(out, m->expected);
		buf_adds(out, ", not ");
		text_add(out, m->actual);
		buf_addc(out, '\n');
	}
}

/* Alternatives, one below the other. */
static void add_alternatives(struct buf *out, const struct pair *p, const struct pair_look *look)
{
	const char *text = p->whole, *end, *label = "expected";

	while (text) {
		end = strstr(text, OR);
		buf_printf(out, "%s%-10s<  ", look->indent, label);
		text_add(out, end ? arena_strndup(p->arena, text, (size_t)(end - text)) : text);
		buf_addc(out, '\n');
		text = end ? end + strlen(OR) : NULL;
		label = "or";
	}
}

static void add_expectation(struct buf *out, const struct pair *p, const struct finding *f,
			    const struct pair_look *look)
{
	if (p->whole) {
		add_alternatives(out, p, look);
	} else if (f->expected || f->n_mismatch) {
		buf_printf(out, "%s%-10s<  ", look->indent, "expected");
		add_row(out, p, true);
		buf_addc(out, '\n');
	}
}

static const char *label(const struct finding *f)
{
	return f->n_mismatch ? "nearest" : "seen";
}

void pair_add(struct buf *out, const struct finding *f, const struct trace *t,
	      const struct pair_look *look, struct arena *arena)
{
	struct pair p = { .arena = arena };
	struct segment s;
	bool packet = t && f->packet >= 0 && (size_t)f->packet < t->n_packets;

	/* What the application must answer is no segment. */
	if (f->kind == FINDING_APP && f->expected) {
		buf_printf(out, "%s%-10sapp: ", look->indent, "expected");
		text_add(out, f->expected);
		buf_addc(out, '\n');
		return;
	}
	if (f->expected && strstr(f->expected, OR))
		p.whole = f->expected;
	else
		add_expected(&p, f->expected ? f->expected : "");
	add_mismatches(&p, f);
	if (packet) {
		trace_decode(t, (size_t)f->packet, &s);
		add_actual(&p, &s);
	}
	choose(&p);
	add_expectation(out, &p, f, look);
	if (!packet)
		return;
	buf_printf(out, "%s%-10s%c  ", look->indent, label(f),
		   t->packet[f->packet].dir == TRACE_RX ? '<' : '>');
	add_row(out, &p, false);
	buf_printf(out, "     frame %" PRIu64 ", %+.6f s\n",
		   trace_frame(t, (size_t)f->packet),
		   text_packet_time(t, (size_t)f->packet));
	add_carets(out, &p, look);
	add_rest(out, &p, look);
}
