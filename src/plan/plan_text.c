/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text form of plans, for `shakedown plan` and for the failure report.
 */
#include "plan/plan_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"

struct time_unit {
	const char *name;
	int64_t ns;
};

static const struct time_unit time_units[] = {
	{ "min", INT64_C(60000000000) },
	{ "s", INT64_C(1000000000) },
	{ "ms", 1000000 },
	{ "us", 1000 },
	{ "ns", 1 },
};

/* A unit will do if three decimals of it are enough; minutes are whole. */
static bool shows(const struct time_unit *u, int64_t ns)
{
	if (ns < u->ns)
		return u->ns == 1;
	return ns % (u->ns >= INT64_C(60000000000) || u->ns == 1 ? u->ns : u->ns / 1000) == 0;
}

void plan_add_duration(int64_t ns, struct buf *out)
{
	const struct time_unit *u = time_units;
	int64_t rest;

	while (!shows(u, ns))
		u++;
	buf_printf(out, "%" PRId64, ns / u->ns);
	rest = ns % u->ns;
	if (rest) {
		buf_printf(out, ".%03" PRId64, rest / (u->ns / 1000));
		while (out->data[out->len - 1] == '0')
			out->data[--out->len] = '\0';
	}
	buf_printf(out, " %s", u->name);
}

static void add_timer(enum timer timer, int32_t milli, struct buf *out)
{
	if (milli == 1000) {
		buf_adds(out, timer_infos[timer].name);
		return;
	}
	buf_printf(out, "%d", milli / 1000);
	if (milli % 1000) {
		buf_printf(out, ".%03d", milli % 1000);
		while (out->data[out->len - 1] == '0')
			out->data[--out->len] = '\0';
	}
	buf_printf(out, " * %s", timer_infos[timer].name);
}

void plan_add_span(const struct timer_sum *sum, struct buf *out)
{
	const char *plus = "";

	for (int i = 0; i < TIMER_N; i++) {
		if (!sum->milli[i])
			continue;
		buf_adds(out, plus);
		add_timer((enum timer)i, sum->milli[i], out);
		plus = " + ";
	}
	if (!sum->ns && *plus)
		return;
	buf_adds(out, plus);
	plan_add_duration(sum->ns, out);
}

/* "iss + 1" as "iss+1": between fields stand blanks, so none inside a value. */
static void add_compact(const char *text, struct buf *out)
{
	for (; *text; text++) {
		if (text[0] == ' ' && text[1] && strchr("+-*/%", text[1]) && text[2] == ' ') {
			buf_addc(out, text[1]);
			text += 2;
		} else {
			buf_addc(out, *text);
		}
	}
}

#define DATA_SHOWN 24

/* Data as a text if it is one, otherwise in hexadecimal; not all of it. */
static void add_data(const uint8_t *data, uint32_t len, struct buf *out)
{
	uint32_t shown = len < DATA_SHOWN ? len : DATA_SHOWN, i;
	bool text = true;

	for (i = 0; i < shown; i++)
		text &= data[i] >= ' ' && data[i] < 0x7f && data[i] != '"';
	buf_adds(out, text ? " data \"" : " data ");
	for (i = 0; i < shown; i++)
		buf_printf(out, text ? "%c" : "%02x", data[i]);
	buf_adds(out, text ? "\"" : "");
	if (shown < len)
		buf_printf(out, ".. (%u octets)", len);
}

/* Options that are sent */

static void add_body(const struct plan_opt *o, struct buf *out)
{
	uint8_t i;

	if (o->length >= 0)
		buf_printf(out, " length %d", o->length);
	buf_adds(out, o->body_len ? " 0x" : "");
	for (i = 0; i < o->body_len; i++)
		buf_printf(out, "%02x", o->body[i]);
}

static void add_value(const struct expr *e, struct buf *out)
{
	add_compact(e ? expr_text(e) : "?", out);
}

static void add_option(const struct plan_opt *o, struct buf *out)
{
	const char *name = tcp_opt_name(o->kind);
	uint8_t i;

	if (name)
		buf_adds(out, name);
	else
		buf_printf(out, "kind %u", o->kind);
	for (i = 0; i < o->n_val; i++) {
		if (o->kind == TCP_OPT_TIMESTAMPS)
			buf_adds(out, i ? " ecr " : " val ");
		else
			buf_adds(out, i % 2 ? ".." : " ");
		add_value(o->val[i], out);
	}
	add_body(o, out);
}

static void add_options(const struct plan_opt *o, uint8_t n, struct buf *out)
{
	uint8_t i;

	buf_adds(out, " <");
	for (i = 0; i < n; i++) {
		buf_adds(out, i ? ", " : "");
		add_option(&o[i], out);
	}
	buf_addc(out, '>');
}

/* Whose options a segment gets when it has none of its own. */
static void add_default_options(const struct plan *p, const struct plan_send *s,
				struct buf *out)
{
	if (!(s->flags & TCP_SYN))
		return;
	if (!p->syn_options_set)
		buf_adds(out, " <mss>");
	else if (p->n_syn_opt)
		add_options(p->syn_opt, p->n_syn_opt, out);
}

/* Fields that are sent */

static const char *const checksum_names[] = { "good", "bad", "zero" };

static void add_field(const struct plan_send *s, size_t f, const char *otherwise,
		      struct buf *out)
{
	const char *text = s->field[f] ? expr_text(s->field[f]) : otherwise;

	if (!text)
		return;
	buf_printf(out, " %s=", f == FIELD_WINDOW ? "win" : seg_fields[f].name);
	add_compact(text, out);
}

static void add_fields(const struct plan *p, const struct plan_send *s, struct buf *out)
{
	size_t f;

	add_field(s, FIELD_SEQ, "snd.nxt", out);
	add_field(s, FIELD_ACK, s->flags & TCP_ACK ? "rcv.nxt" : "0", out);
	if (s->field[FIELD_WINDOW])
		add_field(s, FIELD_WINDOW, NULL, out);
	else
		buf_printf(out, " win=%u", p->window);
	for (f = FIELD_WINDOW + 1; f < FIELD_N; f++)
		if (f != FIELD_CHECKSUM)
			add_field(s, f, NULL, out);
	if (s->checksum == CHECKSUM_VALUE)
		add_field(s, FIELD_CHECKSUM, NULL, out);
	else if (s->checksum != CHECKSUM_GOOD)
		buf_printf(out, " checksum=%s", checksum_names[s->checksum]);
}

void plan_describe_send(const struct plan *p, size_t step, struct buf *out)
{
	const struct plan_send *s = p->step[step].send;
	char flags[TCP_FLAGS_STRLEN];

	if (p->step[step].kind != PLAN_SEND)
		return;
	if (s->raw) {
		buf_printf(out, "%u octets as they are", s->raw_len);
		return;
	}
	buf_adds(out, tcp_flags_str(s->flags, flags, sizeof(flags)));
	add_fields(p, s, out);
	if (s->options_set)
		add_options(s->opt, s->n_opt, out);
	else
		add_default_options(p, s, out);
	if (s->options_nopad)
		buf_adds(out, " not padded");
	if (s->data_len)
		add_data(s->data, s->data_len, out);
}

/* What is expected */

static void add_matcher(const char *name, const struct matcher *m, struct buf *out)
{
	buf_printf(out, " %s%s", name, m->op == MATCH_EQ ? "=" : " ");
	add_compact(m->text ? m->text : "", out);
}

static void add_flags(const struct matcher *m, struct buf *out)
{
	if (m->op == MATCH_NONE || m->op == MATCH_ANY)
		buf_adds(out, "any segment");
	else if (m->op == MATCH_EQ)
		buf_adds(out, m->text);
	else
		buf_printf(out, "flags %s", m->text);
}

static void add_option_matcher(const struct plan_opt_match *o, struct buf *out)
{
	static const char *const ts[] = { "timestamps val", "timestamps ecr" };
	const char *name = tcp_opt_name(o->kind);

	if (!name) {
		buf_printf(out, " kind-%u %s", o->kind, o->m.text ? o->m.text : "");
		return;
	}
	if (o->kind == TCP_OPT_TIMESTAMPS && o->m.op < MATCH_PRESENT)
		name = ts[o->value != 0];
	add_matcher(name, &o->m, out);
}

static void add_only(const struct plan_expect *x, struct buf *out)
{
	const char *sep = "";
	unsigned int kind;

	if (x->only_offered)
		buf_adds(out, " only options offered");
	if (!x->only_set)
		return;
	buf_adds(out, " only options ");
	for (kind = 0; kind < 256; kind++) {
		if (!(x->only_kinds[kind / 64] >> kind % 64 & 1))
			continue;
		if (tcp_opt_name((uint8_t)kind))
			buf_printf(out, "%s%s", sep, tcp_opt_name((uint8_t)kind));
		else
			buf_printf(out, "%skind-%u", sep, kind);
		sep = ", ";
	}
	buf_adds(out, *sep ? "" : "none");
}

static void add_expect(const struct plan_expect *x, struct buf *out)
{
	size_t f;
	uint8_t i;

	add_flags(&x->field[FIELD_FLAGS], out);
	for (f = FIELD_FLAGS + 1; f < FIELD_N; f++)
		if (x->field[f].op != MATCH_NONE)
			add_matcher(seg_fields[f].name, &x->field[f], out);
	for (i = 0; i < x->n_opt; i++)
		add_option_matcher(&x->opt[i], out);
	add_only(x, out);
	if (x->data_set && x->data_len)
		add_data(x->data, x->data_len, out);
	else if (x->data_set)
		buf_adds(out, " no data");
	if (x->after.ns || !timer_sum_is_const(&x->after)) {
		buf_adds(out, " after ");
		plan_add_span(&x->after, out);
	}
	buf_adds(out, " within ");
	plan_add_span(&x->within, out);
}

void plan_describe_expect(const struct plan *p, size_t step, struct buf *out)
{
	const struct plan_step *s = &p->step[step];
	uint16_t i;

	if (s->kind == PLAN_EXPECT) {
		add_expect(s->expect, out);
	} else if (s->kind == PLAN_EXPECT_NONE) {
		buf_adds(out, "nothing for ");
		plan_add_span(s->wait, out);
	} else if (s->kind == PLAN_MODEL) {
		buf_adds(out, "what the model asks for within ");
		plan_add_span(s->wait, out);
	} else if (s->kind == PLAN_ONE_OF) {
		for (i = 0; i < s->one_of.n; i++) {
			buf_adds(out, i ? " or " : "");
			plan_describe_expect(p, s->one_of.alt[i].first, out);
		}
	}
}

/* What the application is asked for */

static void add_app_words(const struct plan_app *a, struct buf *out)
{
	static const char *const how[] = { "read", "write", "both" };

	if (a->of_listener)
		buf_adds(out, " of the listener");
	if (a->call == APP_SHUTDOWN)
		buf_printf(out, " %s", how[a->how]);
	if (a->call == APP_OPTION)
		buf_printf(out, " %s=%u", app_options[a->option].name, a->value);
	if (a->call == APP_RECEIVE && !a->data_set)
		buf_printf(out, " %u octet%s", a->bytes, a->bytes == 1 ? "" : "s");
	buf_printf(out, "%s%s", a->urgent ? " urgent" : "", a->push ? " pushed" : "");
}

void plan_describe_app(const struct plan *p, size_t step, struct buf *out)
{
	const struct plan_app *a = p->step[step].app;
	const struct app_result_info *r;
	uint8_t i;

	if (p->step[step].kind != PLAN_APP)
		return;
	buf_adds(out, app_calls[a->call].name);
	add_app_words(a, out);
	if (a->data_set)
		add_data(a->data, a->data_len, out);
	for (i = 0; a->result_set && i < a->n_result; i++) {
		r = app_result_find(a->result[i]);
		buf_printf(out, "%s%s", i ? " or " : " result ", r ? r->name : "?");
	}
	if (a->call == APP_ACCEPT || a->call == APP_RECEIVE || a->call == APP_ERROR) {
		buf_adds(out, " within ");
		plan_add_span(&a->within, out);
	}
}

/* Lines */

static void add_action(const struct plan *p, size_t step, struct buf *out)
{
	const struct plan_step *s = &p->step[step];

	switch (s->kind) {
	case PLAN_SEND:
		plan_describe_send(p, step, out);
		break;
	case PLAN_EXPECT:
	case PLAN_EXPECT_NONE:
	case PLAN_MODEL:
		plan_describe_expect(p, step, out);
		break;
	case PLAN_ONE_OF:
		buf_printf(out, "%u alternatives", s->one_of.n);
		break;
	case PLAN_WAIT:
		plan_add_span(s->wait, out);
		break;
	case PLAN_APP:
		plan_describe_app(p, step, out);
		break;
	case PLAN_ALIVE:
		buf_adds(out, s->alive == ALIVE_CONNECTION ? "connection" : "handshake");
		break;
	case PLAN_CONFIRM:
		buf_adds(out, "state");
		break;
	default:
		break;
	}
}

/* What stands before the action; the longest is "expect-none". */
static void add_kind(const struct plan_step *s, struct buf *out)
{
	const char *name = s->kind == PLAN_EXPECT && s->optional
		? "optional"
		: plan_step_kind_names[s->kind];
	size_t len = strlen(name);

	buf_adds(out, name);
	buf_pad(out, ' ', len < 8 ? 8 - len : 1);
}

void plan_describe_step(const struct plan *p, size_t step, struct buf *out)
{
	const struct plan_step *s = &p->step[step];

	add_kind(s, out);
	add_action(p, step, out);
	if (s->state != TCP_STATE_NONE)
		buf_printf(out, "%sstate %s", s->kind == PLAN_STATE ? "" : "  ",
			   tcp_state_names[s->state]);
	if (s->name)
		buf_printf(out, "  as %s", s->name);
}

static void add_chain(const struct plan *p, size_t first, size_t end, unsigned int depth,
		      struct buf *out);

static void add_alternative(const struct plan *p, const struct plan_step *s, uint16_t k,
			    unsigned int depth, struct buf *out)
{
	const struct plan_alt *alt = &s->one_of.alt[k];

	buf_pad(out, ' ', depth * 2);
	buf_adds(out, k ? "or" : "either");
	if (alt->level >= 0)
		buf_printf(out, " (%s)", req_level_names[alt->level]);
	if (alt->name)
		buf_printf(out, " deviation %s", alt->name);
	buf_adds(out, ":\n");
	add_chain(p, alt->first, s->next, depth + 1, out);
}

static void add_chain(const struct plan *p, size_t first, size_t end, unsigned int depth,
		      struct buf *out)
{
	const char *from = NULL;
	uint16_t k;
	size_t i;

	for (i = first; i != end && p->step[i].kind != PLAN_END; i = p->step[i].next) {
		const struct plan_step *s = &p->step[i];

		if (s->from != from && (!s->from || !from || strcmp(from, s->from) != 0)) {
			buf_pad(out, ' ', depth * 2);
			buf_printf(out, "# %s\n", s->from ? s->from : "the case");
		}
		from = s->from;
		buf_pad(out, ' ', depth * 2);
		plan_describe_step(p, i, out);
		buf_addc(out, '\n');
		for (k = 0; s->kind == PLAN_ONE_OF && k < s->one_of.n; k++)
			add_alternative(p, s, k, depth + 1, out);
	}
}

static void add_words(const char *what, const char *const *words, size_t n, struct buf *out)
{
	size_t i;

	if (n == 0)
		return;
	buf_printf(out, "# %s", what);
	for (i = 0; i < n; i++)
		buf_printf(out, " %s", words[i]);
	buf_addc(out, '\n');
}

static void add_rule(const struct path_rule *r, struct buf *out)
{
	static const char *const data[] = { "", " with data", " without data" };
	char flags[TCP_FLAGS_STRLEN];

	buf_printf(out, "# link: %s %s's %s%s from the %u.", path_act_names[r->act],
		   r->from_target ? "target" : "tester",
		   r->flags_set ? tcp_flags_str(r->flags, flags, sizeof(flags)) : "segments",
		   data[r->data], r->nth);
	if (r->times == PATH_TIMES_ALL)
		buf_adds(out, " on, all");
	else
		buf_printf(out, " on, %u", r->times);
	if (r->by_ns) {
		buf_adds(out, ", by ");
		plan_add_duration(r->by_ns, out);
	}
	if (r->act == PATH_REORDER)
		buf_printf(out, ", behind %u", r->behind);
	buf_addc(out, '\n');
}

static void add_head(const struct plan *p, struct buf *out)
{
	size_t need;

	buf_printf(out, "%s\n# %s\n# %s", p->id, p->title, req_level_names[p->level]);
	buf_adds(out, "; needs");
	for (need = 0; need < NEED_N; need++)
		if (p->needs & 1u << need)
			buf_printf(out, " %s", plan_needs[need].name);
	if (p->uses)
		buf_adds(out, "; uses");
	for (size_t use = 0; use < USE_N; use++)
		if (p->uses & 1u << use)
			buf_printf(out, " %s", plan_uses[use].name);
	buf_adds(out, p->patient ? "; patient\n" : "\n");
	add_words("covers", p->covers, p->n_covers, out);
	if (p->iss)
		buf_printf(out, "# iss %s\n", expr_text(p->iss));
	for (uint8_t i = 0; i < p->n_link; i++)
		add_rule(&p->link[i], out);
}

void plan_add_text(const struct plan *p, struct buf *out)
{
	add_head(p, out);
	add_chain(p, 0, p->n_steps, 1, out);
}
