/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A segment of ours that arrives once more, or behind later ones.
 *
 * On a path that doubles and overtakes on purpose (--impair, `link:`), the target
 * need not have seen our segments as we sent them.  All orders cannot be followed at
 * every step; but when the target sends what nothing explains, what it would have
 * done had the latest of ours come again, singly or in pairs, is looked at before it
 * is blamed.  Not so on a real network, where that is rare: it would excuse too much.
 */
#include <string.h>

#include "model/internal.h"
#include "wire/seq.h"

/* Nothing of ours is on its way for longer than this. */
#define LATE_NS INT64_C(2000000000)

void model_remember(struct model *m, const struct segment *s, int64_t ts_ns)
{
	const struct tcp_opt *ws = segment_opt(s, TCP_OPT_WSCALE);
	const struct tcp_opt *ts = segment_opt(s, TCP_OPT_TIMESTAMPS);
	struct model_sent *sent;

	if (m->n_sent == MODEL_MAX_SENT) {
		memmove(m->sent, m->sent + 1, sizeof(m->sent) - sizeof(m->sent[0]));
		m->n_sent--;
	}
	sent = &m->sent[m->n_sent++];
	*sent = (struct model_sent){
		.ts_ns = ts_ns,
		.seq = s->seq,
		.ack = s->ack,
		.data_len = s->data_len,
		.flags = s->flags,
		.window = s->window,
	};
	sent->ws = ws && ws->known;
	if (sent->ws)
		sent->shift = ws->wscale;
	sent->ts = ts && ts->known;
	if (sent->ts)
		sent->ts_val = ts->ts.val;
}

/* As far as the table looks at it. */
static void rebuild(const struct model_sent *sent, struct segment *s)
{
	static const uint8_t octets[UINT16_MAX];

	memset(s, 0, offsetof(struct segment, opt));
	memset(&s->n_opt, 0, sizeof(*s) - offsetof(struct segment, n_opt));
	s->seq = sent->seq;
	s->ack = sent->ack;
	s->flags = sent->flags;
	s->window = sent->window;
	s->data = octets;
	s->data_len = sent->data_len;
	if (sent->ws) {
		memset(&s->opt[s->n_opt], 0, sizeof(s->opt[0]));
		tcp_opt_raw(&s->opt[s->n_opt++], TCP_OPT_WSCALE, 3, &sent->shift, 1);
	}
	if (sent->ts) {
		memset(&s->opt[s->n_opt], 0, sizeof(s->opt[0]));
		tcp_opt_timestamps(&s->opt[s->n_opt++], sent->ts_val, 0);
	}
}

static void arrives(struct model *m, uint8_t i, int64_t ts_ns)
{
	const struct model_sent sent = m->sent[i];
	struct segment s;

	rebuild(&sent, &s);
	model_follow_tx(m, &s, ts_ns);
}

static bool may_arrive(const struct model *m, uint8_t i, int64_t ts_ns)
{
	return ts_ns - m->sent[i].ts_ns < LATE_NS;
}

/* What the target would have been like; our last segment calls for what it did. */
static bool explains(struct model *m, const struct model *before, struct model *now,
		     const struct segment *s, int64_t ts_ns)
{
	struct model_violation v;

	if (!model_follow_rx(now, s, ts_ns, &v))
		return false;
	now->due = before->due;
	*m = *now;
	return true;
}

/* The target sent it on the connection before this one, by the same ports. */
static bool is_of_past(const struct model *m, const struct segment *s, int64_t ts_ns)
{
	const struct model_past *p = &m->past;
	uint32_t end = s->seq + segment_len(s);

	return p->set && m->n_sent && may_arrive(m, 0, ts_ns) && (s->flags & TCP_ACK) &&
		seq_ge(s->seq, p->iss) && seq_le(end, p->snd_nxt) && seq_gt(s->ack, p->irs) &&
		seq_le(s->ack, p->rcv_nxt);
}

bool model_rx_late(struct model *m, const struct model *before, const struct segment *s,
		   int64_t ts_ns)
{
	struct model one, two;

	if (is_of_past(before, s, ts_ns)) {
		*m = *before;
		return true;
	}
	for (uint8_t i = before->n_sent; i-- > 0;) {
		if (!may_arrive(before, i, ts_ns))
			continue;
		one = *before;
		arrives(&one, i, ts_ns);
		two = one;
		if (explains(m, before, &two, s, ts_ns))
			return true;
		for (uint8_t k = before->n_sent; k-- > 0;) {
			if (!may_arrive(before, k, ts_ns))
				continue;
			two = one;
			arrives(&two, k, ts_ns);
			if (explains(m, before, &two, s, ts_ns))
				return true;
		}
	}
	return false;
}
