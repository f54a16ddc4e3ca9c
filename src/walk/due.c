/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `expect: model`: the answer to the last segment sent, judged by the rows of the
 * model that it went through.
 *
 * Where the rows ask for an answer, one of them has to come, with the exact
 * numbers.  An acknowledgment may ride on data or on a FIN (RFC 9293 3.8.6.3); one
 * that covers new text also on what is sent again, and any one on what is sent
 * again sooner than a timer would: BSD's TCP repeats its FIN with each ACK until it is
 * acknowledged.  Where the rows drop the
 * segment, nothing may answer it.  Where the RFCs leave the choice, whichever
 * comes is taken, and the name of its row is kept.  What a target sends by
 * itself (data, the FIN of a service that closes, retransmissions) is no answer.
 */
#include "walk/internal.h"
#include "wire/seq.h"

/*
 * An answer to what is dropped or refused is never delayed; only the
 * acknowledgment of text may be (RFC 9293 MUST-59, 0.5 s).
 */
#define SILENCE_NS INT64_C(300000000)

/* See is_prompt(). */
#define TIMER_LEAST_NS INT64_C(150000000)
#define PROMPT_NS INT64_C(10000000)

/* RFC 5961 7: so many milliseconds may pass between two challenge ACKs. */
#define LIMIT_NS INT64_C(1000000000)

void due_note(struct walk *w, size_t packet, const struct segment *s, uint32_t before)
{
	/* Of a SYN with text it may take that as well, or not. */
	if (w->model.due.opens)
		before = w->model.irs + 1;
	w->due = (struct walk_due){
		.set = true,
		.what = w->model.due,
		.reset = s->flags & TCP_RST,
		.ack = s->ack,
		.end = s->seq + segment_len(s),
		.before = before,
		.after = w->model.rcv_nxt,
		.at_ns = w->now_ns,
		.packet = (int32_t)packet,
	};
}

/* RCV.NXT after a segment that may be taken or not, or in part. */
static bool ack_fits(const struct walk *w, uint32_t ack)
{
	const struct walk_due *d = &w->due;
	bool any = d->what.opens;
	uint32_t lo = d->what.keeps || any ? d->before : d->after;
	uint32_t hi = seq_max(d->what.takes || any ? d->after : d->before, w->model.rcv_max);

	return seq_ge(ack, lo) && seq_le(ack, hi);
}

static uint16_t reset_fits(const struct walk *w, const struct segment *s)
{
	const struct walk_due *d = &w->due;
	uint16_t a = d->what.answers;
	bool ack = s->flags & TCP_ACK;

	if ((a & ANS_RST_SEQ) && !ack && s->seq == d->ack)
		return ANS_RST_SEQ;
	if ((a & ANS_RST_ACK) && ack && s->seq == 0 && s->ack == d->end)
		return ANS_RST_ACK;
	if ((a & ANS_RST_ABORT) && w->model.iss_known && s->seq == w->model.snd_nxt)
		return ANS_RST_ABORT;
	return 0;
}

/* A window probe or keep-alive: by its timer. */
static bool is_timed(const struct model *m, const struct segment *s)
{
	return m->snd_wnd == 0 && s->seq != m->snd_nxt;
}

/*
 * No retransmission timer is as fast (RFC 6298 2.4: a second; in practice 200 ms), or
 * it follows our segment too closely to be chance.
 */
static bool is_prompt(const struct walk *w)
{
	return w->text_gap_ns < TIMER_LEAST_NS ||
		w->now_ns - w->due.at_ns < 3 * w->rtt_ns + PROMPT_NS;
}

static enum due_fit fit_ack(const struct walk *w, const struct segment *s, bool old,
			    uint16_t *answer)
{
	const struct model *m = &w->model;
	bool wanted = (w->due.what.answers & ANS_ACK) && ack_fits(w, s->ack);
	bool exact = s->seq == m->snd_nxt || !m->lossless;

	*answer = ANS_ACK;
	if (segment_len(s) && model_is_retransmission(m, s))
		return wanted && (seq_gt(s->ack, w->due.before) || is_prompt(w)) ? DUE_RIGHT
										 : DUE_NOTHING;
	if (segment_len(s) || is_timed(m, s))
		return wanted && exact ? DUE_RIGHT : DUE_NOTHING;
	if (wanted && exact)
		return DUE_RIGHT;
	return old ? DUE_NOTHING : DUE_WRONG;
}

enum due_fit due_fit(const struct walk *w, const struct segment *s, bool old,
		     uint16_t *answer)
{
	*answer = 0;
	if (!w->due.set)
		return DUE_NOTHING;
	if (s->flags & TCP_RST) {
		*answer = reset_fits(w, s);
		return *answer ? DUE_RIGHT : DUE_WRONG;
	}
	if (!(s->flags & TCP_SYN))
		return fit_ack(w, s, old, answer);
	*answer = ANS_SYN_ACK;
	if ((w->due.what.answers & ANS_SYN_ACK) && (s->flags & TCP_ACK))
		return DUE_RIGHT;
	return model_is_retransmission(&w->model, s) ? DUE_NOTHING : DUE_WRONG;
}

static struct walk_finding *find_due(struct walk *w, enum finding_kind kind,
				     enum req_level level, int32_t packet)
{
	struct walk_finding *f = walk_find(w, kind, level, w->step, packet);

	f->row = w->due.what.row;
	f->answers = w->due.what.answers;
	f->silent = w->due.what.silent;
	return f;
}

static bool is_choice(const struct model_due *d)
{
	return d->answers && (d->silent || (d->answers & (d->answers - 1)));
}

/* Which of several permitted ways the target went; 0: it was silent. */
static void note_choice(struct walk *w, uint16_t answer)
{
	const struct model_due *d = &w->due.what;
	const char *id = NULL;

	for (uint8_t i = 0; i < d->n_choices && !id; i++) {
		if (d->choice[i].row == NULL)
			continue;
		if (answer ? d->choice[i].answers & answer : !d->choice[i].answers)
			id = d->choice[i].row->id;
	}
	if (!id || !is_choice(d) || w->n_choices == 8)
		return;
	for (uint8_t i = 0; i < w->n_choices; i++) {
		if (w->choice[i] == id)
			return;
	}
	w->choice[w->n_choices++] = id;
}

/*
 * How much it matters that a segment which is dropped was answered.  A reset is
 * never answered and kills a connection where none is due (3.5.2, 3.10.7.4); an
 * ACK too many, where the text does not say "silently", does no harm.
 */
static enum req_level too_much(const struct walk *w)
{
	if ((w->scratch.flags & TCP_RST) || w->due.reset)
		return LEVEL_MUST;
	return w->due.what.level == LEVEL_MAY ? LEVEL_MAY : LEVEL_SHOULD;
}

/* An ACK too many of what is processed is allowed. */
static void wrong_answer(struct walk *w, size_t packet)
{
	const struct model_due *d = &w->due.what;
	bool reset = w->scratch.flags & TCP_RST;

	w->nearest = (int32_t)packet;
	w->noise = true;
	if (reset && d->answers)
		walk_fail(w, find_due(w, FINDING_UNEXPECTED, LEVEL_MUST, (int32_t)packet));
	else if (reset || (!d->answers && d->drops))
		walk_fail(w, find_due(w, FINDING_NOT_SILENT, too_much(w), (int32_t)packet));
	else if (!d->answers)
		w->noise = false;
}

void due_rx(struct walk *w, size_t packet, enum due_fit fit, uint16_t answer,
	    bool permitted, const struct model_violation *v)
{
	if (!permitted) {
		walk_fail(w, walk_find_unexpected(w, packet, v));
		return;
	}
	if (fit == DUE_WRONG)
		wrong_answer(w, packet);
	if (fit != DUE_RIGHT)
		return;
	if (answer == ANS_ACK && !w->due.what.takes)
		w->limited_ns = w->now_ns;
	note_choice(w, answer);
	model_answered(&w->model, &w->due.what, answer);
	walk_complete(w, w->step, (int32_t)packet, w->now_ns);
}

int64_t due_time(const struct walk *w)
{
	int64_t within = walk_span(w, w->plan->step[w->step].wait);

	if (!w->due.what.answers && within > SILENCE_NS)
		within = SILENCE_NS;
	return w->ref_ns + within;
}

/* RFC 5961 7: the target may have spent what it allows for such ACKs. */
static bool is_limited(const struct walk *w)
{
	const struct model_due *d = &w->due.what;

	return (d->answers & ANS_ACK) && !d->takes && w->limited_ns &&
		w->due.at_ns - w->limited_ns < LIMIT_NS;
}

void due_expired(struct walk *w)
{
	const struct model_due *d = &w->due.what;
	struct walk_finding *f;

	if (!w->noise && (d->silent || !d->answers || is_limited(w))) {
		note_choice(w, 0);
		if (!is_limited(w))
			model_answered(&w->model, d, 0);
		walk_complete(w, w->step, -1, w->now_ns);
		return;
	}
	f = find_due(w, FINDING_NO_ANSWER, d->level, w->nearest);
	f->waited_ns = w->now_ns - w->ref_ns;
	walk_fail(w, f);
}
