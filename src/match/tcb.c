/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tester's connection record: following segments, and reading variables.
 */
#include "match/tcb.h"

#include <errno.h>
#include <string.h>

#include "wire/seq.h"

void tcb_init(struct tcb *t, uint32_t iss, uint16_t window, uint16_t mss)
{
	memset(t, 0, sizeof(*t));
	t->iss = t->snd_una = t->snd_nxt = iss;
	t->window = window;
	t->rcv_wnd = window;
	t->mss = mss;
}

bool tcb_offered(const struct tcb *t, uint8_t kind)
{
	return t->offered[kind >> 6] >> (kind & 63) & 1;
}

uint32_t tcb_ts_now(const struct tcb *t, int64_t now_ns)
{
	return t->ts_offset + (uint32_t)((now_ns - t->start_ns) / 1000000);
}

/* RFC 7323 2.2: a shift above 14 is used as 14. */
static uint8_t shift_of(const struct tcp_opt *o)
{
	return o->wscale > 14 ? 14 : o->wscale;
}

static struct tcb_syn read_syn(const struct segment *s)
{
	struct tcb_syn syn = { .set = true, .seq = s->seq, .end = s->seq + segment_len(s) };
	const struct tcp_opt *o;

	for (uint8_t i = 0; i < s->n_opt; i++)
		syn.offered[s->opt[i].kind >> 6] |= UINT64_C(1) << (s->opt[i].kind & 63);
	o = segment_opt(s, TCP_OPT_WSCALE);
	syn.ws = o && o->known;
	syn.shift = syn.ws ? shift_of(o) : 0;
	o = segment_opt(s, TCP_OPT_TIMESTAMPS);
	syn.ts = o && o->known;
	return syn;
}

/* RFC 7323 2.2, 3.2: in use if both SYNs had the option, whoever was first. */
static void agree(struct tcb *t)
{
	t->ws_ok = t->our_ws && t->target_ws && t->irs_known;
	t->target_shift = t->ws_ok ? t->target_wscale : 0;
	t->ts_ok = t->our_ts && t->target_ts && t->irs_known;
}

static void take_offer(struct tcb *t, const struct tcb_syn *syn)
{
	t->iss = syn->seq;
	memcpy(t->offered, syn->offered, sizeof(t->offered));
	t->our_ws = syn->ws;
	t->our_shift = syn->shift;
	t->our_ts = syn->ts;
}

/* The target answers a SYN of ours with another number: a new connection. */
static void open_next(struct tcb *t)
{
	take_offer(t, &t->next);
	t->snd_una = t->next.seq;
	t->snd_nxt = t->next.end;
	t->irs_known = t->next.set = false;
}

void tcb_tx(struct tcb *t, const struct segment *s)
{
	/* A correct peer counts what it sent in order and intact. */
	const uint32_t broken = SEG_DEFECT_CHECKSUM | SEG_DEFECT_DATA_OFFSET |
		SEG_DEFECT_SHORT | SEG_DEFECT_NOT_TCP | SEG_DEFECT_IP_HEADER;
	bool partial = s->defects & SEG_DEFECT_CHECKSUM_PARTIAL;

	if ((s->defects & broken) && !partial)
		return;
	if (s->flags & TCP_RST)
		return;
	if (s->flags & TCP_SYN) {
		struct tcb_syn syn = read_syn(s);

		/* A second connection on the same ports, if the target says so. */
		if (t->syn_sent && s->seq != t->iss && !(s->flags & TCP_ACK)) {
			t->next = syn;
			return;
		}
		take_offer(t, &syn);
		if (!t->syn_sent) {
			t->snd_una = t->snd_nxt = s->seq;
			agree(t);
		}
		t->syn_sent = true;
	}
	if (s->seq == t->snd_nxt)
		t->snd_nxt = s->seq + segment_len(s);
	if (!(s->flags & TCP_ACK))
		return;
	t->last_ack = s->ack;
	t->rcv_wnd = (uint32_t)s->window << (t->ws_ok && !(s->flags & TCP_SYN) ? t->our_shift : 0);
}

static void take_syn(struct tcb *t, const struct segment *s)
{
	const struct tcp_opt *o;

	t->irs = s->seq;
	t->irs_known = true;
	t->rcv_nxt = s->seq;
	t->target_snd_nxt = s->seq;
	o = segment_opt(s, TCP_OPT_MSS);
	t->target_mss = o && o->known ? o->mss : 0;
	o = segment_opt(s, TCP_OPT_WSCALE);
	t->target_ws = o && o->known;
	t->target_wscale = t->target_ws ? shift_of(o) : 0;
	o = segment_opt(s, TCP_OPT_TIMESTAMPS);
	t->target_ts = o && o->known;
	agree(t);
}

/* Its SYN had no timestamps, its SYN,ACK to ours has (simultaneous open). */
static void take_late_offer(struct tcb *t)
{
	t->target_ts = true;
	t->ts_ok |= t->our_ts;
}

static void take_text(struct tcb *t, const struct segment *s)
{
	uint32_t end = s->seq + segment_len(s);

	if (!t->irs_known)
		return;
	if (seq_le(s->seq, t->rcv_nxt) && seq_gt(end, t->rcv_nxt))
		t->rcv_nxt = end;
	t->target_snd_nxt = seq_max(t->target_snd_nxt, end);
}

void tcb_rx(struct tcb *t, const struct segment *s)
{
	const struct tcp_opt *o;

	if (s->flags & TCP_RST)
		return;
	if (t->next.set && (s->flags & TCP_SYN) && seq_gt(s->ack, t->next.seq) &&
	    seq_le(s->ack, t->next.end))
		open_next(t);
	if ((s->flags & TCP_SYN) && (!t->irs_known || s->seq != t->irs))
		take_syn(t, s);
	else if ((s->flags & TCP_SYN) && segment_opt(s, TCP_OPT_TIMESTAMPS))
		take_late_offer(t);
	take_text(t, s);
	o = segment_opt(s, TCP_OPT_TIMESTAMPS);
	if (o && o->known)
		t->ts_recent = o->ts.val;
	if (!(s->flags & TCP_ACK))
		return;
	if (seq_gt(s->ack, t->snd_una) && seq_le(s->ack, t->snd_nxt))
		t->snd_una = s->ack;
	t->snd_wnd = (uint32_t)s->window << (s->flags & TCP_SYN ? 0 : t->target_shift);
}

int tcb_get(const struct tcb *t, enum plan_var var, int64_t now_ns, uint32_t *value)
{
	bool need_irs = var == VAR_IRS || var == VAR_RCV_NXT ||
		var == VAR_TARGET_ISS || var == VAR_TARGET_SND_NXT ||
		var == VAR_TARGET_SND_UNA || var == VAR_SND_WND ||
		var == VAR_TARGET_RCV_WND || var == VAR_TARGET_MSS;
	/* RFC 9293 3.7.1 (MUST-15): without the option, 536 or 1220; the
	 * smaller serves for both families here. */
	const uint32_t v[VAR_N] = {
		[VAR_ISS] = t->iss,
		[VAR_IRS] = t->irs,
		[VAR_SND_UNA] = t->snd_una,
		[VAR_SND_NXT] = t->snd_nxt,
		[VAR_SND_WND] = t->snd_wnd,
		[VAR_RCV_NXT] = t->rcv_nxt,
		[VAR_RCV_WND] = t->rcv_wnd,
		[VAR_MSS] = t->mss,
		[VAR_TARGET_ISS] = t->irs,
		[VAR_TARGET_SND_UNA] = t->rcv_nxt,
		[VAR_TARGET_SND_NXT] = t->target_snd_nxt,
		[VAR_TARGET_SND_WND] = t->rcv_wnd,
		[VAR_TARGET_RCV_NXT] = t->snd_una,
		[VAR_TARGET_RCV_WND] = t->snd_wnd,
		[VAR_TARGET_MSS] = t->target_mss ? t->target_mss : 536,
		[VAR_TS_RECENT] = t->ts_recent,
		[VAR_TS_NOW] = tcb_ts_now(t, now_ns),
	};

	if (need_irs && !t->irs_known)
		return -ENODATA;
	*value = v[var];
	return 0;
}

static int ts_field(const struct segment *s, bool ecr, uint32_t *value)
{
	const struct tcp_opt *o = segment_opt(s, TCP_OPT_TIMESTAMPS);

	if (!o || !o->known)
		return -ENODATA;
	*value = ecr ? o->ts.ecr : o->ts.val;
	return 0;
}

int segment_field(const struct segment *s, enum seg_field f, uint32_t *value)
{
	switch (f) {
	case FIELD_FLAGS:
		*value = s->flags;
		return 0;
	case FIELD_SEQ:
		*value = s->seq;
		return 0;
	case FIELD_ACK:
		*value = s->ack;
		return 0;
	case FIELD_WINDOW:
		*value = s->window;
		return 0;
	case FIELD_URGENT:
		*value = s->urgent;
		return 0;
	case FIELD_DATA_LEN:
		*value = s->data_len;
		return 0;
	case FIELD_DATA_OFFSET:
		*value = s->data_offset;
		return 0;
	case FIELD_RESERVED:
		/* Four bits in RFC 9293 3.1; the lowest is AE in RFC 9768. */
		*value = (uint32_t)s->reserved << 1 | ((s->flags & TCP_AE) != 0);
		return 0;
	case FIELD_CHECKSUM:
		*value = s->checksum;
		return 0;
	case FIELD_TTL:
		*value = s->ttl;
		return 0;
	case FIELD_TOS:
		*value = s->tos;
		return 0;
	case FIELD_DF:
		*value = s->df;
		return 0;
	case FIELD_IP_ID:
		*value = s->ip_id;
		return 0;
	case FIELD_FLOW_LABEL:
		*value = s->flow_label;
		return 0;
	case FIELD_SPORT:
		*value = s->sport;
		return 0;
	case FIELD_DPORT:
		*value = s->dport;
		return 0;
	case FIELD_LEN:
		*value = segment_len(s);
		return 0;
	case FIELD_END:
		*value = s->seq + segment_len(s);
		return 0;
	case FIELD_TSVAL:
		return ts_field(s, false, value);
	case FIELD_TSECR:
		return ts_field(s, true, value);
	case FIELD_N:
		break;
	}
	return -ENODATA;
}
