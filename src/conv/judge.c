/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judging one segment of a conversation, and what becomes of a finding when the
 * other end's segments show more.
 *
 * A finding that only holds if the capture missed nothing is dropped when it did;
 * that it did is seen when an end acknowledges, undenied, what never passed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "conv/internal.h"
#include "wire/seq.h"

/* Of a packet that a finding is about: headers are enough. */
#define KEPT_BYTES 160

/* Numbers nearer than this belong to one connection. */
#define NEAR (UINT32_C(1) << 20)
/* Further apart than a mistake in counting makes them. */
#define OTHER_ISS 70000

/* Nothing is on its way for longer than this. */
#define CROSSING_NS INT64_C(3000000000)

/* After so long a silence a segment may be a keep-alive (RFC 9293 3.8.4). */
#define QUIET_NS INT64_C(900000000)

static bool is_near(uint32_t a, uint32_t b)
{
	return a - b < NEAR || b - a < NEAR;
}

bool conv_is_anew(const struct conv *c, int from, const struct segment *s)
{
	const struct conv_end *e = &c->end[from], *other = &c->end[!from];

	/* The answer to a SYN that was missed, or comes only now. */
	if (s->flags & TCP_ACK)
		return e->model.any.iss_exact && s->seq != e->model.iss && e->model.any.opened;
	if (e->model.any.iss_exact)
		return s->seq != e->model.iss;
	if (e->model.any.snd_nxt.set)
		return true;
	/* Nothing but resets was heard of it: a simultaneous open, or a first SYN. */
	return other->model.any.opened;
}

/*
 * Refuses a SYN that was sent before this connection's: one that was seen, or may
 * have passed before the capture began, and is not nearly the same.
 */
static bool refuses_another(const struct conv *c, const struct model *m, const struct segment *s)
{
	if ((s->flags & (TCP_RST | TCP_ACK)) != (TCP_RST | TCP_ACK) || s->seq || !m->any.irs_exact)
		return false;
	if (c->again)
		return s->ack != m->syn_end && s->ack != m->irs + 1;
	return c->early && s->ack - m->irs > OTHER_ISS && m->irs - s->ack > OTHER_ISS;
}

bool conv_is_old(const struct conv *c, int from, const struct segment *s, int64_t ts_ns)
{
	const struct conv_end *e = &c->end[from];
	const struct model *m = &e->model;

	if (ts_ns - c->first_ns < CROSSING_NS && refuses_another(c, m, s))
		return true;
	if (!e->old_set)
		return false;
	/* Its SYN,ACK once more: the SYN that made the new one was not taken. */
	if (s->flags & TCP_SYN)
		return (s->flags & TCP_ACK) && seq_lt(s->seq, e->old_nxt) &&
			is_near(e->old_nxt, s->seq) && !e->model.iss_known;
	/* It may be beyond what was seen of the old one, if that was lost. */
	if (!is_near(e->old_nxt, s->seq))
		return false;
	/* A new ISS is often not far above the old numbers (RFC 6191 2). */
	if (m->any.iss_exact && is_near(m->snd_nxt, m->iss))
		return seq_lt(s->seq, m->iss);
	return !m->any.snd_nxt.set || !is_near(s->seq, m->snd_nxt);
}

bool conv_is_closed(const struct conv *c)
{
	const struct model *a = &c->end[0].model, *b = &c->end[1].model;

	if (!a->any.opened && !b->any.opened)
		return true; /* never open: a scan, a flood */
	return (a->fin_sent && b->fin_sent) || a->any.ended || b->any.ended;
}

/* Findings */

static struct trace *trace_of(struct conv *c, int end)
{
	struct conv_end *e = &c->end[end], *other = &c->end[!end];

	if (e->trace)
		return e->trace;
	e->trace = malloc(sizeof(*e->trace));
	if (!e->trace)
		log_panic("out of memory");
	trace_init(e->trace);
	e->trace->setup.target = e->addr;
	e->trace->setup.target_port = e->port;
	e->trace->setup.tester = other->addr;
	e->trace->setup.tester_port = other->port;
	return e->trace;
}

static int32_t keep_packet(struct conv *c, int end, const struct conv_packet *p)
{
	struct trace *t = trace_of(c, end);
	uint32_t kept = p->cap_len < KEPT_BYTES ? p->cap_len : KEPT_BYTES;
	size_t last = t->n_packets;

	if (last && t->packet[last - 1].frame == p->frame)
		return (int32_t)last - 1;
	trace_add(t, p->ts_ns, TRACE_RX, TRACE_STEP_NONE, 0, p->ip, kept, p->len);
	t->packet[last].frame = p->frame;
	return (int32_t)last;
}

static bool is_same(const struct conv_finding *a, const struct conv_finding *b)
{
	if (a->lint != b->lint)
		return false;
	return a->lint ? a->rule == b->rule : !strcmp(a->violation.clause, b->violation.clause);
}

/* Room for it, or NULL: it is only counted. */
static struct conv_finding *add_finding(struct conv *c, int end, const struct conv_packet *p,
					const struct conv_finding *f)
{
	struct conv_end *e = &c->end[end];
	unsigned int same = 0;

	for (uint8_t i = 0; i < e->n_findings; i++)
		same += is_same(&e->finding[i], f);
	if (same >= CONV_MAX_SAME || e->n_findings == CONV_MAX_FINDINGS) {
		e->n_more++;
		return NULL;
	}
	e->finding[e->n_findings] = *f;
	e->finding[e->n_findings].packet = keep_packet(c, end, p);
	return &e->finding[e->n_findings++];
}

static void add_violation(struct conv *c, int end, const struct conv_packet *p,
			  const struct model_violation *v)
{
	struct conv_finding f = { .violation = *v, .proven = v->proof <= PROOF_COMPLETE };
	struct conv_end *e = &c->end[end];

	/* One in question at a time; more of them say the same. */
	if (!f.proven && e->claim >= 0)
		return;
	if (add_finding(c, end, p, &f) && !f.proven)
		e->claim = (int8_t)(e->n_findings - 1);
}

/* From now on lint counts with segments that it does not see. */
static void note_hole(struct conv *c)
{
	c->holes++;
	c->end[0].lint.path |= LINT_PARTIAL;
	c->end[1].lint.path |= LINT_PARTIAL;
}

enum answer {
	ANSWER_NONE,
	ANSWER_DENIES,
	ANSWER_ADMITS,
};

/*
 * What the other end says to an acknowledgment of what was not seen: an empty
 * segment with SEQ below it denies it, a segment beyond it admits that there is
 * a hole in the capture.
 */
static enum answer on_unsent(const struct conv *c, uint32_t claimed, const struct conv_packet *p)
{
	const struct segment *s = p->s;

	if (seq_ge(s->seq + segment_len(s), claimed))
		return ANSWER_ADMITS;
	/* One below it may be a keep-alive's. */
	if (!segment_len(s) && (p->ts_ns - c->last_ns < QUIET_NS || seq_lt(s->seq + 1, claimed)))
		return ANSWER_DENIES;
	return ANSWER_NONE;
}

/* ... and to what is beyond the windows that were seen. */
static enum answer on_shut(const struct conv_end *e, uint32_t claimed, const struct segment *s)
{
	const struct model *m = &e->model;

	if (!(s->flags & TCP_ACK) || seq_lt(s->ack, m->snd_una))
		return ANSWER_NONE;
	return seq_ge(model_offered_right(m, s), claimed) ? ANSWER_ADMITS : ANSWER_DENIES;
}

static void settle_claim(struct conv *c, int accused, const struct conv_packet *p)
{
	struct conv_end *e = &c->end[accused];
	struct conv_finding *f;
	enum answer answer;

	if (e->claim < 0 || (p->s->flags & (TCP_SYN | TCP_RST)))
		return;
	f = &e->finding[e->claim];
	answer = f->violation.proof == PROOF_SHUT ? on_shut(e, f->violation.claimed, p->s)
						  : on_unsent(c, f->violation.claimed, p);
	if (answer == ANSWER_NONE)
		return;
	e->claim = -1;
	f->proven = answer == ANSWER_DENIES;
	if (!f->proven)
		note_hole(c);
}

/* Checksums */

static void settle_sums(struct conv_sums *sums, const struct segment *s)
{
	if (!sums->pending || !(s->flags & TCP_ACK) || !seq_ge(s->ack, sums->end))
		return;
	sums->accepted = true;
	sums->pending = false;
}

static void count_sum(struct conv *c, int from, const struct conv_packet *p)
{
	const struct segment *s = p->s;
	struct conv_sums *sums = &c->end[from].sums;

	if (!(s->defects & SEG_DEFECT_CHECKSUM)) {
		sums->good += !(s->defects & SEG_DEFECT_TRUNCATED);
		return;
	}
	if (s->defects & SEG_DEFECT_CHECKSUM_PARTIAL) {
		sums->partial++;
		return;
	}
	if (!sums->bad++)
		sums->packet = keep_packet(c, from, p);
	if (segment_len(s) && !sums->pending) {
		sums->pending = true;
		sums->end = s->seq + segment_len(s);
	}
}

/* Checksums are counted, and judged at the end. */
static bool is_checksum(const struct lint_rule *rule)
{
	return !strcmp(rule->name, "checksum");
}

static void add_lint(struct conv *c, int end, const struct conv_packet *p, uint64_t broken)
{
	for (uint8_t i = 0; i < lint_n_rules; i++) {
		struct conv_finding f = { .lint = true, .rule = i, .proven = true };

		if ((broken >> i & 1) && !is_checksum(&lint_rules[i]))
			add_finding(c, end, p, &f);
	}
}

/* Captured, but not as far as its options go. */
static bool is_cut(const struct conv_packet *p)
{
	const struct segment *s = p->s;

	return p->cap_len < s->ip_len - s->data_len - s->data_missing;
}

static bool is_damaged(const struct conv_end *e, const struct segment *s)
{
	return (s->defects & SEG_DEFECT_CHECKSUM) &&
		!(s->defects & SEG_DEFECT_CHECKSUM_PARTIAL) && e->sums.good;
}

void conv_judge(struct conv *c, int from, const struct conv_packet *p)
{
	struct conv_end *e = &c->end[from], *other = &c->end[!from];
	struct model_violation v;
	uint64_t broken;

	e->segments++;
	settle_sums(&other->sums, p->s);
	count_sum(c, from, p);
	/* Among good ones: damaged, so that its numbers mean nothing. */
	if (is_damaged(e, p->s))
		return;
	settle_claim(c, !from, p);
	if (!model_rx(&e->model, p->s, p->ts_ns, &v))
		add_violation(c, from, p, &v);
	model_tx(&other->model, p->s, p->ts_ns);
	/* What the SYNs offered is not known, perhaps. */
	c->cut |= is_cut(p);
	if (c->cut)
		return;
	broken = lint_rx(&e->lint, p->s, p->ts_ns);
	if (broken)
		add_lint(c, from, p, broken);
	lint_tx(&other->lint, p->s, p->ts_ns);
}
