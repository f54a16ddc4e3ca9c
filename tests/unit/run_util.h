/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests of the engine in virtual time: a case as text, a scripted peer, and
 * the verdict that comes out.
 */
#ifndef RUN_UTIL_H
#define RUN_UTIL_H

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "link/vlink.h"
#include "plan/suite.h"
#include "run/sched.h"
#include "trace/evidence.h"
#include "verify/verify.h"

/*
 * What the scripted peer sends when the tester's @on-th segment (from 1, all
 * flows together) has arrived.  Numbers are relative: seq to the peer's ISN
 * 0x7ffffff0, ack to the SEQ of the segment answered plus its length.
 */
struct reply {
	int on;
	uint16_t flags;
	uint32_t seq;
	int32_t ack;
	int64_t delay_ns;
	const char *data;
	enum {
		R_NORMAL,
		R_BAD_CHECKSUM,
		R_PARTIAL,     /* pseudo-header sum only */
		R_AS_TESTER,   /* forged: source is the tester */
		R_RST_FOR_ACK, /* SEQ = SEG.ACK of the segment answered */
		R_RST_FOR_SYN, /* SEQ = 0 */
		R_DROP_ONE,    /* no packet: the capture lost one */
	} how;
};
#define PEER_ISN 0x7ffffff0u

struct script {
	const struct reply *reply;
	size_t n;
	int count;	     /* segments of the tester so far */
	bool answers_probes; /* SYNs of other flows are answered */
	bool answers_fences; /* and ACKs of other flows, with a reset */
	uint32_t fence_off;  /* whose SEQ is so much too high */
	uint16_t main_port;
};

struct outcome {
	size_t n; /* runs ended */
	size_t skipped;
	size_t not_started;
	struct arena *arena;
	struct suite *suite; /* the findings' marks point into it */
	struct verdict v;    /* of the last */
	char reason[256];
	struct trace *trace; /* copy through evidence */
	int64_t duration_ns; /* of the last */
	bool same_offline;   /* evidence gave the same verdict */
};

static inline void reply_send(struct script *sc, struct vlink *vl,
			      const struct segment *in, const struct reply *r)
{
	struct segment s;
	uint8_t out[2048];
	size_t len;

	(void)sc;
	if (r->how == R_DROP_ONE) {
		vlink_add_dropped(vl, 1);
		return;
	}
	memset(&s, 0, sizeof(s));
	s.src = in->dst;
	s.dst = in->src;
	s.sport = in->dport;
	s.dport = in->sport;
	s.flags = r->flags;
	s.seq = PEER_ISN + r->seq;
	s.ack = r->flags & TCP_ACK
		? in->seq + segment_len(in) + (uint32_t)r->ack
		: 0;
	s.window = 60000;
	s.data = (const uint8_t *)r->data;
	s.data_len = r->data ? (uint32_t)strlen(r->data) : 0;
	if (r->flags & TCP_SYN)
		tcp_opt_mss(&s.opt[s.n_opt++], 1460);
	if (r->how == R_RST_FOR_ACK)
		s.seq = in->ack + r->seq;
	if (r->how == R_RST_FOR_SYN)
		s.seq = 0;
	if (r->how == R_AS_TESTER) {
		s.src = in->src;
		s.dst = in->dst;
		s.sport = in->sport;
		s.dport = in->dport;
	}
	s.checksum_bad = r->how == R_BAD_CHECKSUM;
	len = segment_encode(&s, out, sizeof(out));
	if (r->how == R_PARTIAL) {
		uint8_t pseudo[12];
		uint32_t sum;

		memcpy(pseudo, out + 12, 8);
		pseudo[8] = 0;
		pseudo[9] = 6;
		pseudo[10] = (uint8_t)((len - 20) >> 8);
		pseudo[11] = (uint8_t)(len - 20);
		sum = inet_sum(pseudo, 12, 0);
		out[20 + 16] = (uint8_t)(sum >> 8);
		out[20 + 17] = (uint8_t)sum;
	}
	vlink_send(vl, r->delay_ns, out, len);
}

static inline void script_receive(void *arg, struct vlink *vl, int64_t now_ns,
				  const uint8_t *packet, size_t len)
{
	static const struct reply probe = { 0, TCP_SYN | TCP_ACK, 0, 0, 0, NULL,
					    R_NORMAL };
	struct script *sc = arg;
	struct reply fence = { .flags = TCP_RST, .how = R_RST_FOR_ACK };
	struct segment s;

	(void)now_ns;
	segment_decode(&s, packet, len, len);
	if (!sc->main_port && (s.flags & TCP_SYN))
		sc->main_port = s.sport;
	if (s.sport != sc->main_port && sc->answers_probes) {
		if (s.flags & TCP_SYN)
			reply_send(sc, vl, &s, &probe);
		fence.seq = sc->fence_off;
		if (s.flags == TCP_ACK && sc->answers_fences)
			reply_send(sc, vl, &s, &fence);
		return;
	}
	sc->count++;
	for (size_t i = 0; i < sc->n; i++) {
		if (sc->reply[i].on == sc->count)
			reply_send(sc, vl, &s, &sc->reply[i]);
	}
}

static inline bool same_verdict(const struct verdict *a, const struct verdict *b,
				const struct plan *p)
{
	bool same = a->kind == b->kind && a->n_findings == b->n_findings &&
		a->final_states == b->final_states && !strcmp(a->reason, b->reason);

	for (size_t i = 0; same && i < a->n_findings; i++)
		same = a->finding[i].kind == b->finding[i].kind &&
			!strcmp(a->finding[i].message, b->finding[i].message);
	for (uint16_t i = 0; same && i < p->n_steps; i++)
		same = a->step[i].status == b->step[i].status &&
			a->step[i].packet == b->step[i].packet;
	return same;
}

/* Through the evidence file and back: nothing may be lost that matters. */
static inline void verify_offline(struct outcome *o, const struct plan *p,
				  const struct trace *t)
{
	struct evidence_note note = {
		.variant = p->id,
		.program = "test",
		.verdict = verdict_names[o->v.kind],
		.packet = o->v.packet_note,
	};
	struct evidence_info info;
	struct buf b = BUF_INIT;
	struct verdict v;
	struct trace back;
	struct diags ds;

	diags_init(&ds);
	trace_init(&back);
	evidence_format(t, &note, &b);
	cr_assert_eq(evidence_parse((const uint8_t *)b.data, b.len, "mem",
				    o->arena, &back, &info, &ds),
		     0);
	verify_run(p, &back, o->arena, &v);
	o->same_offline = same_verdict(&o->v, &v, p);
	trace_fini(&back);
	diags_fini(&ds);
	buf_fini(&b);
}

static inline void outcome_ended(void *arg, const struct plan *p,
				 const struct trace *t, int64_t duration_ns)
{
	struct outcome *o = arg;

	o->duration_ns = duration_ns;
	o->n++;
	verify_run(p, t, o->arena, &o->v);
	verify_offline(o, p, t);
}

static inline void outcome_skipped(void *arg, const struct plan *p,
				   const char *reason)
{
	struct outcome *o = arg;

	(void)p;
	o->skipped++;
	snprintf(o->reason, sizeof(o->reason), "%s", reason);
}

static inline void outcome_not_started(void *arg, const struct plan *p)
{
	struct outcome *o = arg;

	(void)p;
	o->not_started++;
}

/* The steps of one case, indented by four, as a whole file. */
static inline struct suite *case_suite(const char *head, const char *steps)
{
	struct buf b = BUF_INIT;
	struct suite *s;
	struct diags ds;

	diags_init(&ds);
	buf_printf(&b, "format: 1\narea: t\ncases:\n  - id: c\n    title: test\n"
		       "    covers: [rfc9293:MUST-2]\n    matrix: {ip: [4]}\n%s    steps:\n%s",
		   head, steps);
	s = suite_load_text("t.yaml", b.data, b.len, &ds);
	buf_reset(&b);
	diags_render(&ds, false, &b);
	cr_assert(s, "%s", buf_str(&b));
	buf_fini(&b);
	diags_fini(&ds);
	return s;
}

/* Runs one case against a script on @link (NULL: a new virtual link). */
static inline void play_on(struct link *link, const char *head, const char *steps,
			   struct outcome *o)
{
	struct sched_sink sink = { .ended = outcome_ended, .skipped = outcome_skipped, .arg = o };
	struct suite *s = case_suite(head, steps);
	const struct plan *p = suite_plan(s, 0);
	struct target t;
	struct sched_config cfg = { .link = link, .target = &t, .seed = 7 };

	memset(o, 0, sizeof(*o));
	o->arena = arena_new();
	target_init_lab(&t);
	t.addr4 = link->target4;
	t.addr6 = link->target6;
	cr_assert_eq(sched_run(&cfg, &p, 1, &sink), 0);
	o->suite = s;
}

static inline void outcome_free(struct outcome *o)
{
	arena_free(o->arena);
	suite_free(o->suite);
}

static inline void play(const char *head, const char *steps,
			const struct reply *reply, size_t n, bool probes,
			struct outcome *o)
{
	struct script sc = { .reply = reply, .n = n, .answers_probes = probes };
	struct vlink_peer peer = { .receive = script_receive, .arg = &sc };
	struct link *link = vlink_open(NULL, &peer);

	play_on(link, head, steps, o);
	link->ops->close(link);
}

#endif
