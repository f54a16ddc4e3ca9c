/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From what was found of one end to a verdict in words.
 */
#include <string.h>

#include "base/buf.h"
#include "conv/internal.h"
#include "verify/verify.h"

/* A SYN is sent again within this time. */
#define SYN_AGAIN_NS INT64_C(70000000000)

/* Rules that compare with all that the other end sent. */
static const char *const comparing[] = {
	"window-scale-unasked",
	"timestamps-unasked",
	"ecn-unasked",
	"timestamp-echo",
	"sack-of-nothing",
};

static bool is_comparing(const char *rule)
{
	for (size_t i = 0; i < sizeof(comparing) / sizeof(comparing[0]); i++) {
		if (!strcmp(comparing[i], rule))
			return true;
	}
	return false;
}

/* A SYN that is sent again may ask for less; the first may not have been captured. */
static bool may_have_asked(const struct conv *c, const struct conv_view *view,
			   const struct conv_finding *f)
{
	return f->lint && !strcmp(lint_rules[f->rule].name, "ecn-unasked") &&
		c->first_ns - view->epoch_ns < SYN_AGAIN_NS;
}

static bool is_dropped(const struct conv *c, const struct conv_view *view,
		       const struct conv_finding *f)
{
	if (!f->proven || may_have_asked(c, view, f))
		return true;
	if (!view->incomplete)
		return false;
	return f->lint ? is_comparing(lint_rules[f->rule].name)
		       : f->violation.proof != PROOF_SEEN;
}

/* Text of one finding that stands. */

static const char *violation_message(const struct model_violation *v, struct arena *arena)
{
	if (!v->has_value || v->field == FIELD_FLAGS)
		return arena_strdup(arena, v->what);
	if (v->field == FIELD_DATA_LEN)
		return arena_printf(arena, "%s (%u octets were left of it)", v->what, v->value);
	return arena_printf(arena, "%s (%s should be 0x%08x)", v->what, seg_fields[v->field].name,
			    v->value);
}

static struct finding put_finding(const struct conv_finding *f, struct arena *arena)
{
	struct finding out = { .step = -1, .packet = f->packet };

	if (f->lint) {
		const struct lint_rule *rule = &lint_rules[f->rule];

		out.kind = FINDING_LINT;
		out.level = rule->level;
		out.requirement = rule->requirement;
		out.message = rule->what;
		return out;
	}
	out.kind = FINDING_UNEXPECTED;
	out.level = f->violation.level;
	out.requirement = arena_printf(arena, "%s:%s", f->violation.rfc, f->violation.clause);
	out.message = violation_message(&f->violation, arena);
	verify_violation_text(&f->violation, arena, &out);
	return out;
}

/* Checksums */

/* Less than one in ten: a bad link does that, and so does a bad sender. */
static bool is_rare(const struct conv_sums *sums)
{
	return sums->bad * 10 < sums->good + sums->bad;
}

/* Bad as captured, but the other end took it: filled in by the network card. */
static bool is_offload(const struct conv_sums *sums)
{
	return sums->accepted || sums->partial > 0;
}

/*
 * A wrong checksum, unless it was only captured before it was filled in.  One
 * among many may as well have been damaged on its way.
 */
static bool put_checksum(const struct conv *c, int end, struct arena *arena, struct finding *out)
{
	const struct conv_sums *sums = &c->end[end].sums;

	if (!sums->bad || is_offload(sums))
		return false;
	*out = (struct finding){
		.kind = FINDING_LINT,
		.requirement = "rfc9293:MUST-2",
		.step = -1,
		.packet = sums->packet,
		.message = arena_printf(arena, "the checksum of %llu of %llu segments is wrong",
					(unsigned long long)sums->bad,
					(unsigned long long)(sums->good + sums->bad)),
	};
	if (is_rare(sums)) {
		out->kind = FINDING_PRECONDITION;
		out->message = arena_printf(arena, "%s, or they were damaged before the capture",
					    out->message);
		out->remedy = "capture on the host that sent them";
	}
	return true;
}

/* The verdict */

static bool is_worse(const struct finding *a, const struct finding *b)
{
	bool va = a->kind != FINDING_PRECONDITION, vb = b->kind != FINDING_PRECONDITION;

	return va != vb ? va : a->level < b->level;
}

static void insert(struct finding *list, size_t *n, const struct finding *f)
{
	size_t i = (*n)++;

	for (; i && is_worse(f, &list[i - 1]); i--)
		list[i] = list[i - 1];
	list[i] = *f;
}

static void put_findings(const struct conv *c, int end, const struct conv_view *view,
			 struct arena *arena, struct verdict *v)
{
	const struct conv_end *e = &c->end[end];
	struct finding *list = arena_calloc(arena, CONV_MAX_FINDINGS + 1u, sizeof(*list));
	struct finding f;

	for (uint8_t i = 0; i < e->n_findings; i++) {
		if (is_dropped(c, view, &e->finding[i]))
			continue;
		f = put_finding(&e->finding[i], arena);
		insert(list, &v->n_findings, &f);
	}
	if (put_checksum(c, end, arena, &f))
		insert(list, &v->n_findings, &f);
	v->finding = list;
}

static void settle(const struct conv_end *e, struct arena *arena, struct verdict *v)
{
	const struct finding *worst = v->finding;

	v->kind = VERDICT_PASS;
	v->level = LEVEL_MUST;
	if (!e->segments) {
		v->kind = VERDICT_SKIP;
		v->reason = "it sent nothing in this capture";
		return;
	}
	v->reason = arena_printf(arena, "%llu segments, all permitted",
				 (unsigned long long)e->segments);
	if (!v->n_findings)
		return;
	v->reason = worst->message;
	v->level = worst->level;
	if (worst->kind == FINDING_PRECONDITION)
		v->kind = VERDICT_INCONCLUSIVE;
	else if (worst->level == LEVEL_MUST)
		v->kind = VERDICT_FAIL;
	if (e->n_more)
		v->reason = arena_printf(arena, "%s (%llu more like these)", v->reason,
					 (unsigned long long)e->n_more);
}

/* "192.0.2.1:80", "[2001:db8::1]:80". */
static const char *end_name(const struct conv_end *e, struct arena *arena)
{
	char addr[IP_ADDR_STRLEN];

	ip_addr_str(&e->addr, addr, sizeof(addr));
	return arena_printf(arena, e->addr.family == 6 ? "[%s]:%u" : "%s:%u", addr, e->port);
}

/* A plan for its names only: what reports call a run is an end here. */
static const struct plan *name_end(const struct conv *c, int end, struct arena *arena)
{
	struct plan *p = arena_alloc(arena, sizeof(*p));
	struct plan_param *param = arena_calloc(arena, 3, sizeof(*param));

	param[0] = (struct plan_param){ "end", end_name(&c->end[end], arena) };
	param[1].key = "frame";
	param[1].value = arena_printf(arena, "%llu", (unsigned long long)c->first_frame);
	param[2] = (struct plan_param){ "peer", end_name(&c->end[!end], arena) };
	p->param = param;
	p->n_param = 3;
	p->id = arena_printf(arena, "capture/end[end=%s,frame=%s,peer=%s]", param[0].value,
			     param[1].value, param[2].value);
	p->case_id = "capture/end";
	p->area = "capture";
	p->slug = "end";
	p->title = arena_printf(arena, "%s towards %s", param[0].value, param[2].value);
	p->file = "";
	p->family = c->end[end].addr.family;
	return p;
}

void conv_result(const struct conv *c, int end, const struct conv_view *view,
		 struct arena *arena, struct conv_result *out, struct verdict *v)
{
	const struct conv_end *e = &c->end[end];

	memset(v, 0, sizeof(*v));
	put_findings(c, end, view, arena, v);
	settle(e, arena, v);
	v->final_states = e->model.states;
	if (e->trace) {
		e->trace->epoch_ns = view->epoch_ns;
		e->trace->start_ns = c->first_ns;
		e->trace->end_ns = c->last_ns;
	}
	*out = (struct conv_result){
		.plan = name_end(c, end, arena),
		.trace = e->trace,
		.verdict = v,
		.duration_ns = c->last_ns - c->first_ns,
	};
}
