/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Setup, faults and steps as lines of text.  A table says which field of which
 * struct a key stands for, and both directions go by it.
 */
#include "trace/evidence_text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan.h"
#include "wire/testability.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define MAGIC "shakedown-evidence"
#define VERSION "1"
#define PACKET_MAGIC "shakedown:"

struct key {
	const char *name;
	void (*add)(struct buf *out, const void *field);
	bool (*read)(char *text, void *field);
	size_t offset; /* in struct trace_setup */
};

static bool read_number(const char *text, uint64_t max, uint64_t *v)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false; /* strtoull() would take " -1" */
	errno = 0;
	*v = strtoull(text, &end, 0);
	return !errno && !*end && *v <= max;
}

static void add_u16(struct buf *out, const void *field)
{
	buf_printf(out, "%u", *(const uint16_t *)field);
}

static bool read_u16(char *text, void *field)
{
	uint64_t v;

	if (!read_number(text, UINT16_MAX, &v))
		return false;
	*(uint16_t *)field = (uint16_t)v;
	return true;
}

static void add_u32(struct buf *out, const void *field)
{
	buf_printf(out, "0x%08" PRIx32, *(const uint32_t *)field);
}

static bool read_u32(char *text, void *field)
{
	uint64_t v;

	if (!read_number(text, UINT32_MAX, &v))
		return false;
	*(uint32_t *)field = (uint32_t)v;
	return true;
}

static void add_u64(struct buf *out, const void *field)
{
	buf_printf(out, "0x%" PRIx64, *(const uint64_t *)field);
}

static bool read_u64(char *text, void *field)
{
	return read_number(text, UINT64_MAX, field);
}

static void add_bool(struct buf *out, const void *field)
{
	buf_adds(out, *(const bool *)field ? "yes" : "no");
}

static bool read_bool(char *text, void *field)
{
	*(bool *)field = !strcmp(text, "yes");
	return *(bool *)field || !strcmp(text, "no");
}

static void add_addr(struct buf *out, const void *field)
{
	const struct ip_addr *a = field;
	char text[IP_ADDR_STRLEN];

	buf_adds(out, a->family ? ip_addr_str(a, text, sizeof(text)) : "none");
}

static bool read_addr(char *text, void *field)
{
	struct ip_addr *a = field;

	memset(a, 0, sizeof(*a));
	return !strcmp(text, "none") || !ip_addr_parse(text, a);
}

static void add_way(struct buf *out, const void *field)
{
	buf_adds(out, plan_way_names[*(const uint8_t *)field]);
}

static bool read_way(char *text, void *field)
{
	uint8_t *way = field;

	for (*way = 0; *way < PLAN_N_WAYS; ++*way)
		if (!strcmp(plan_way_names[*way], text))
			return true;
	*way = PLAN_AS_WRITTEN;
	return false;
}

/* "msl=30000000000 rto-min=200000000": those that are known. */
static void add_timers(struct buf *out, const void *field)
{
	const struct timer_values *v = field;
	const char *blank = "";

	for (int i = 0; i < TIMER_N; i++) {
		if (!v->ns[i])
			continue;
		buf_printf(out, "%s%s=%" PRId64, blank, timer_infos[i].name, v->ns[i]);
		blank = " ";
	}
	buf_adds(out, *blank ? "" : "none");
}

static bool read_timer(char *text, struct timer_values *values)
{
	char *value = strchr(text, '=');
	uint64_t ns;

	if (!value || !read_number(value + 1, TIMER_MAX_NS, &ns))
		return false;
	*value = '\0';
	for (int i = 0; i < TIMER_N; i++) {
		if (strcmp(timer_infos[i].name, text))
			continue;
		values->ns[i] = (int64_t)ns;
		return true;
	}
	return false;
}

static bool read_timers(char *text, void *field)
{
	struct timer_values *values = field;
	char *word;

	memset(values, 0, sizeof(*values));
	if (!strcmp(text, "none"))
		return true;
	while ((word = strsep(&text, " ")))
		if (!read_timer(word, values))
			return false;
	return true;
}

#define FIELD(name, type, member)                                                   \
	{                                                                           \
		name, add_##type, read_##type, offsetof(struct trace_setup, member) \
	}
static const struct key setup_keys[] = {
	FIELD("tester-address", addr, tester),
	FIELD("tester-port", u16, tester_port),
	FIELD("target-address", addr, target),
	FIELD("target-port", u16, target_port),
	FIELD("alive-port", u16, alive_port),
	FIELD("mss", u16, mss),
	FIELD("iss", u32, iss),
	FIELD("ts-offset", u32, ts_offset),
	FIELD("seed", u64, seed),
	FIELD("rules", u32, rules),
	FIELD("partial-ok", bool, partial_ok),
	FIELD("lossless", bool, lossless),
	FIELD("unordered", bool, unordered),
	FIELD("impaired", u32, impaired),
	FIELD("way", way, way),
	FIELD("timers", timers, timers),
	FIELD("fences", bool, fences),
};

/* Strings of the note that come back as strings of the info. */
static const struct {
	const char *name;
	size_t note, info;
} note_keys[] = {
#define TEXT(name)                                                                                \
	{                                                                                         \
#name, offsetof(struct evidence_note, name), offsetof(struct evidence_info, name) \
	}
	TEXT(variant),
	TEXT(verdict),
	TEXT(program),
	TEXT(target),
	TEXT(impairment),
};

/* Steps that are not of the plan. */
static const struct {
	uint16_t step;
	const char *name;
} step_names[] = {
	{ TRACE_STEP_NONE, "none" },
	{ TRACE_STEP_CONFIRM, "confirm" },
	{ TRACE_STEP_ALIVE, "alive" },
	{ TRACE_STEP_CLEANUP, "cleanup" },
	{ TRACE_STEP_FOREIGN, "foreign" },
	{ TRACE_STEP_FENCE, "fence" },
};

static void add_step(struct buf *out, uint16_t step)
{
	for (size_t i = 0; i < COUNT(step_names); i++) {
		if (step_names[i].step == step) {
			buf_adds(out, step_names[i].name);
			return;
		}
	}
	buf_printf(out, "%u", step);
}

static bool read_step(const char *text, uint16_t *step)
{
	uint64_t v;

	for (size_t i = 0; i < COUNT(step_names); i++) {
		if (!strcmp(step_names[i].name, text)) {
			*step = step_names[i].step;
			return true;
		}
	}
	if (!read_number(text, UINT16_MAX, &v))
		return false;
	*step = (uint16_t)v;
	return true;
}

/* A line must stay one, and nobody's file may steer a terminal. */
static void clean(char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			*text = ' ';
}

static void add_line(struct buf *out, const char *key, const char *value)
{
	size_t at;

	buf_printf(out, "%s: ", key);
	at = out->len;
	buf_adds(out, value);
	clean(out->data + at);
	buf_addc(out, '\n');
}

static void add_fault(struct buf *out, const struct trace_fault *f)
{
	buf_printf(out, "fault: %s time=%" PRId64 " step=", trace_faults[f->kind].name, f->ts_ns);
	add_step(out, f->step);
	buf_printf(out, " detail=%" PRId64 "\n", f->detail);
}

static void add_app(struct buf *out, const struct trace *t, size_t i)
{
	const struct trace_app *a = &t->app[i];

	buf_printf(out, "app: %s call=%s time=%" PRId64 " step=", a->answer ? "answer" : "question",
		   app_calls[a->call].name, a->ts_ns);
	add_step(out, a->step);
	buf_printf(out, " packets=%zu", a->packets);
	if (a->answer)
		buf_printf(out, " result=%u", a->result);
	if (a->answer && a->missing < TP_N_PRIMITIVES)
		buf_printf(out, " missing=%s", tp_primitives[a->missing].name);
	buf_adds(out, a->len ? " data=" : "");
	for (uint32_t k = 0; k < a->len; k++)
		buf_printf(out, "%02x", trace_app_data(t, i)[k]);
	buf_addc(out, '\n');
}

void evidence_add_setup(struct buf *out, const struct trace *t, const struct evidence_note *note)
{
	add_line(out, MAGIC, VERSION);
	for (size_t i = 0; i < COUNT(note_keys); i++) {
		const char *s;

		memcpy(&s, (const char *)note + note_keys[i].note, sizeof(s));
		if (s)
			add_line(out, note_keys[i].name, s);
	}
	for (size_t i = 0; i < COUNT(setup_keys); i++) {
		buf_printf(out, "%s: ", setup_keys[i].name);
		setup_keys[i].add(out, (const char *)&t->setup + setup_keys[i].offset);
		buf_addc(out, '\n');
	}
	for (size_t i = 0; i < t->n_faults; i++)
		add_fault(out, &t->fault[i]);
	for (size_t i = 0; i < t->n_app; i++)
		add_app(out, t, i);
}

void evidence_add_packet(struct buf *out, const struct trace_packet *p)
{
	buf_adds(out, PACKET_MAGIC " step=");
	add_step(out, p->step);
	buf_printf(out, " flow=%u", p->flow);
}

/* The value of "name=value", which ends at a space, as a string of its own. */
static bool read_named(const char *text, const char *name, char *value, size_t cap)
{
	size_t name_len = strlen(name), len;

	for (; *text; text += strcspn(text, " "), text += strspn(text, " ")) {
		if (strncmp(text, name, name_len) || text[name_len] != '=')
			continue;
		text += name_len + 1;
		len = strcspn(text, " ");
		if (len >= cap)
			return false;
		memcpy(value, text, len);
		value[len] = '\0';
		return true;
	}
	return false;
}

static bool read_signed(const char *text, int64_t *v)
{
	char *end;

	if (!isdigit((unsigned char)text[*text == '-']))
		return false;
	errno = 0;
	*v = strtoll(text, &end, 10);
	return !errno && !*end;
}

static bool read_fault(const char *text, struct trace *t)
{
	size_t len = strcspn(text, " ");
	char time[32], step[16], detail[32];
	struct trace_fault f;

	if (!read_named(text, "time", time, sizeof(time)) || !read_signed(time, &f.ts_ns) ||
	    !read_named(text, "step", step, sizeof(step)) || !read_step(step, &f.step) ||
	    !read_named(text, "detail", detail, sizeof(detail)) || !read_signed(detail, &f.detail))
		return false;
	for (int kind = FAULT_NONE + 1; kind < FAULT_N; kind++) {
		const char *name = trace_faults[kind].name;

		if (strlen(name) != len || memcmp(name, text, len))
			continue;
		trace_add_fault(t, kind, f.ts_ns, f.step, f.detail);
		return true;
	}
	return false;
}

static bool read_app_call(const char *name, uint8_t *call)
{
	for (uint8_t i = 0; i < APP_N_CALLS; i++) {
		if (strcmp(app_calls[i].name, name))
			continue;
		*call = i;
		return true;
	}
	return false;
}

static bool read_app_missing(const char *text, uint8_t *missing)
{
	char name[32];

	*missing = TP_N_PRIMITIVES;
	if (!read_named(text, "missing", name, sizeof(name)))
		return true;
	for (uint8_t i = 0; i < TP_N_PRIMITIVES; i++)
		if (!strcmp(tp_primitives[i].name, name))
			*missing = i;
	return *missing < TP_N_PRIMITIVES;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *d = strchr(digits, c);

	return c && d ? (int)(d - digits) : -1;
}

/* The octets behind "data=", in place; false if they are none. */
static bool read_app_data(char *text, const uint8_t **data, uint32_t *len)
{
	char *hex = strstr(text, " data=");
	uint8_t *out;

	*data = NULL;
	*len = 0;
	if (!hex)
		return true;
	hex += strlen(" data=");
	*data = out = (uint8_t *)hex;
	for (; *hex && *hex != ' '; hex += 2) {
		if (hex_digit(hex[0]) < 0 || hex_digit(hex[1]) < 0)
			return false;
		*out++ = (uint8_t)(hex_digit(hex[0]) << 4 | hex_digit(hex[1]));
	}
	*len = (uint32_t)(out - *data);
	return true;
}

/* Far enough from the end of the scale that durations can be added. */
static bool is_app_time(int64_t ns)
{
	return ns >= 0 && ns <= INT64_MAX / 2;
}

static bool read_app(char *text, struct trace *t)
{
	char call[16], time[32], step[16], packets[16], result[8] = "0";
	struct trace_app a = { .answer = !strncmp(text, "answer ", 7) };
	const uint8_t *data;
	uint64_t n, code;
	long i;

	if (!a.answer && strncmp(text, "question ", 9))
		return false;
	if (!read_named(text, "call", call, sizeof(call)) || !read_app_call(call, &a.call) ||
	    !read_named(text, "time", time, sizeof(time)) || !read_signed(time, &a.ts_ns) ||
	    !read_named(text, "step", step, sizeof(step)) || !read_step(step, &a.step) ||
	    !read_named(text, "packets", packets, sizeof(packets)) ||
	    !read_number(packets, TRACE_MAX_PACKETS, &n) || !is_app_time(a.ts_ns))
		return false;
	if (a.answer && !read_named(text, "result", result, sizeof(result)))
		return false;
	if (!read_number(result, UINT8_MAX, &code) || !read_app_missing(text, &a.missing) ||
	    !read_app_data(text, &data, &a.len))
		return false;
	a.result = (uint8_t)code;
	i = trace_add_app(t, &a, data);
	if (i >= 0)
		t->app[i].packets = (size_t)n;
	return i >= 0;
}

/* One line of the setup; false if its value cannot be. */
static bool read_key(struct evidence_setup *s, const char *name, char *value)
{
	for (size_t i = 0; i < COUNT(setup_keys); i++) {
		if (strcmp(setup_keys[i].name, name))
			continue;
		s->seen |= 1u << i;
		return setup_keys[i].read(value, (char *)&s->t->setup + setup_keys[i].offset);
	}
	for (size_t i = 0; i < COUNT(note_keys); i++) {
		if (strcmp(note_keys[i].name, name))
			continue;
		clean(value);
		memcpy((char *)s->info + note_keys[i].info, &value, sizeof(value));
	}
	if (!strcmp("app", name))
		return read_app(value, s->t);
	return strcmp("fault", name) || read_fault(value, s->t);
}

/* The setup is what follows the last line with the magic. */
static bool read_magic(struct evidence_setup *s, const char *version)
{
	s->found = true;
	s->seen = 0;
	s->t->n_faults = s->t->n_app = s->t->app_bytes = 0;
	memset(&s->t->setup, 0, sizeof(s->t->setup));
	memset(s->info, 0, sizeof(*s->info));
	return !strcmp(version, VERSION);
}

const char *evidence_read_setup(struct evidence_setup *s, char *text)
{
	char *line, *value;
	bool ok;

	while ((line = strsep(&text, "\n"))) {
		value = strstr(line, ": ");
		if (!value)
			continue;
		*value = '\0';
		value += 2;
		if (!strcmp(line, MAGIC))
			ok = read_magic(s, value);
		else
			ok = !s->found || read_key(s, line, value);
		if (!ok)
			return line;
	}
	return NULL;
}

/* Older evidence lacks these: zero is the default. */
static bool came_later(const char *name)
{
	static const char *const names[] = { "rules", "impaired", "unordered", "way", "timers",
					     "fences" };

	for (size_t i = 0; i < COUNT(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

const char *evidence_missing(const struct evidence_setup *s)
{
	if (!s->found)
		return MAGIC;
	for (size_t i = 0; i < COUNT(setup_keys); i++)
		if (!(s->seen & 1u << i) && !came_later(setup_keys[i].name))
			return setup_keys[i].name;
	return s->info->variant ? NULL : "variant";
}

bool evidence_read_packet(const char *text, struct trace_packet *p)
{
	char step[16], flow[8];
	uint64_t v;

	/* Alone in its comment, or the last line where a tool has joined them. */
	const char *line = strrchr(text, '\n');

	line = line ? line + 1 : text;
	if (strncmp(line, PACKET_MAGIC, strlen(PACKET_MAGIC)))
		return false;
	if (!read_named(line, "step", step, sizeof(step)) || !read_step(step, &p->step) ||
	    !read_named(line, "flow", flow, sizeof(flow)) || !read_number(flow, UINT8_MAX, &v))
		return false;
	p->flow = (uint8_t)v;
	return true;
}
