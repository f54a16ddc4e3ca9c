/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Conversations in captures.  First against the reference peer: the packets of
 * every bundled case, whatever the tester does in it, show nothing wrong of a
 * correct peer; and faults that can be seen without knowing the case are seen.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../peer/peer_run.h"
#include "base/buf.h"
#include "conv/conv.h"
#include "wire/frame.h"

/* ---- captures of runs ---- */

struct watched {
	const char *peer;
	const struct plan *plan;
	size_t ends, wrong;
	char first[300]; /* words of the first finding */
};

static void end_seen(void *arg, const struct conv_result *res)
{
	struct watched *w = arg;

	w->ends++;
	if (!res->verdict->n_findings)
		return;
	if (!w->wrong++)
		snprintf(w->first, sizeof(w->first), "frame %llu: %s: %s",
			 (unsigned long long)trace_frame(res->trace,
							 (size_t)res->verdict->finding[0].packet),
			 res->verdict->finding[0].requirement, res->verdict->finding[0].message);
}

/* The packets of @t as a capture, in which the target is judged. */
static void watch(struct watched *w, const struct trace *t)
{
	struct conv_pick target = { .addr = t->setup.target };
	struct conv_config cfg = { .linktype = FRAME_RAW, .pick = &target, .n_picks = 1 };
	struct conv_table *table = conv_new(&cfg, end_seen, w);

	for (size_t i = 0; i < t->n_packets; i++)
		conv_frame(table, t->packet[i].ts_ns, trace_bytes(t, i), t->packet[i].cap_len,
			   t->packet[i].len);
	conv_finish(table);
	conv_free(table);
}

static void correct(void *arg, const struct plan *plan, const struct verdict *v,
		    const struct trace *t)
{
	struct watched w = { .plan = plan };

	if (v->kind == VERDICT_SKIP)
		return;
	watch(&w, t);
	cr_expect(w.ends > 0, "%s: %s", (const char *)arg, plan->id);
	cr_expect(!w.wrong, "%s, %s: %s", (const char *)arg, plan->id, w.first);
}

Test(conv, a_correct_peer_of_any_kind_breaks_nothing)
{
	struct suite *s = peer_bundled_suite();
	const struct plan **plans;
	size_t n = peer_plans_matching(s, NULL, &plans);

	for (size_t i = 0; i < peer_n_kinds; i++)
		cr_expect(!peer_run(plans, n, &peer_kinds[i].config, 16, correct,
				    (void *)peer_kinds[i].name));
	free(plans);
	suite_free(s);
}

/*
 * What can be seen of a target without knowing what was asked of it.  Answers
 * that are missing or late, and what the tester alone can tell, are not here.
 */
static const char *const visible[] = {
	"syn-ack-high",
	"syn-not-counted",
	"syn-ack-with-fin",
	"syn-data-overcounted",
	"syn-ack-again-moves",
	"own-syn-not-counted",
	"mss-zero",
	"mss-later",
	"scale-unasked",
	"scale-later",
	"scale-too-large",
	"timestamps-unasked",
	"timestamp-not-echoed",
	"timestamp-stale",
	"timestamps-lost",
	"timestamps-later",
	"checksum-bad",
	"checksum-bad-later",
	"reserved-set",
	"padding-not-zero",
	"window-shrinks-once",
	"window-shrinks",
	"ack-goes-back",
	"ack-flag-missing",
	"fin-seq-high",
	"fin-again-moves",
	"fin-without-ack",
	"syn-fin-overcounted",
	"rst-ack-seq",
	"rst-ack-low",
	"rst-ack-bare",
	"rst-data-not-counted",
	"rst-fin-not-counted",
	"rst-seq-zero",
	"rst-seq-high",
	"rst-with-ack",
	"rst-answered",
	"challenge-copied",
	"data-again-corrupted",
};

static void noticed(void *arg, const struct plan *plan, const struct verdict *v,
		    const struct trace *t)
{
	struct watched *w = arg;

	if (v->kind != VERDICT_SKIP)
		watch(w, t);
}

Test(conv, visible_faults_are_noticed)
{
	struct suite *s = peer_bundled_suite();
	const struct plan **plans;
	size_t n = peer_plans_matching(s, NULL, &plans);

	for (size_t i = 0; i < sizeof(visible) / sizeof(visible[0]); i++) {
		struct peer_config cfg = { .fault = peer_fault_find(visible[i]) };
		struct watched w = { .peer = visible[i] };

		cr_assert(cfg.fault != NULL, "%s", visible[i]);
		cr_expect(!peer_run(plans, n, &cfg, 16, noticed, &w));
		cr_expect(w.wrong > 0, "%s: not seen", visible[i]);
	}
	free(plans);
	suite_free(s);
}

/* ---- scripted conversations ---- */

/* Two ends, A and B; numbers are relative to their ISS. */
#define A_ISS 0xfffff000u
#define B_ISS 0x00001000u
#define F TCP_FIN
#define SY TCP_SYN
#define R TCP_RST
#define A TCP_ACK
#define MS INT64_C(1000000)

struct script {
	struct conv_table *t;
	int64_t now_ns, gap_ns;
	uint32_t iss[2];
	uint16_t window;
	uint8_t kind; /* option on the next segment: its kind, or 0 */
	bool bad_sum;
	struct {
		char id[100], text[300], reason[200];
		enum verdict_kind kind;
		size_t n;
	} end[16];
	size_t n_ends;
};

static void keep_end(void *arg, const struct conv_result *res)
{
	struct script *p = arg;
	const struct finding *f = res->verdict->finding;

	cr_assert(p->n_ends < 16);
	snprintf(p->end[p->n_ends].id, 100, "%s", res->plan->title);
	snprintf(p->end[p->n_ends].reason, 200, "%s", res->verdict->reason);
	if (res->verdict->n_findings)
		snprintf(p->end[p->n_ends].text, 300, "%s %s", f->requirement, f->message);
	p->end[p->n_ends].kind = res->verdict->kind;
	p->end[p->n_ends++].n = res->verdict->n_findings;
}

static void script_begin(struct script *p)
{
	struct conv_config cfg = { .linktype = FRAME_RAW };

	memset(p, 0, sizeof(*p));
	p->t = conv_new(&cfg, keep_end, p);
	p->now_ns = INT64_C(1700000000000000000);
	p->gap_ns = MS;
	p->iss[0] = A_ISS;
	p->iss[1] = B_ISS;
	p->window = 20000;
}

/* A segment of end @from (0: A, 1: B), @lost octets of it not captured. */
static void say_cut(struct script *p, int from, uint16_t flags, uint32_t seq, uint32_t ack,
		    uint32_t len, uint32_t lost)
{
	static const struct ip_addr addr[2] = { { 4, { 192, 0, 2, 1 } }, { 4, { 192, 0, 2, 2 } } };
	static uint8_t packet[SEGMENT_PACKET_MAX], text[65000];
	struct segment s = { .flags = flags, .window = p->window, .data = text, .data_len = len };
	size_t n;

	s.src = addr[from];
	s.dst = addr[!from];
	s.sport = from ? 80 : 4000;
	s.dport = from ? 4000 : 80;
	s.seq = p->iss[from] + seq;
	s.ack = flags & A ? p->iss[!from] + ack : 0;
	s.checksum_bad = p->bad_sum;
	if (p->kind == TCP_OPT_WSCALE)
		tcp_opt_wscale(&s.opt[s.n_opt++], 2);
	p->kind = 0;
	p->now_ns += p->gap_ns;
	n = segment_encode(&s, packet, sizeof(packet));
	conv_frame(p->t, p->now_ns, packet, (uint32_t)n - lost, (uint32_t)n);
}

static void say(struct script *p, int from, uint16_t flags, uint32_t seq, uint32_t ack,
		uint32_t len)
{
	say_cut(p, from, flags, seq, ack, len, 0);
}

static void handshake(struct script *p)
{
	script_begin(p);
	say(p, 0, SY, 0, 0, 0);
	say(p, 1, SY | A, 0, 1, 0);
	say(p, 0, A, 1, 1, 0);
}

/* The conversation is over: what was found of A and B, the part or NULL for nothing. */
static void found(struct script *p, const char *a, const char *b)
{
	const char *want[2] = { a, b };

	conv_finish(p->t);
	cr_assert(p->n_ends >= 2);
	for (size_t i = 0; i < 2; i++) {
		size_t k = p->n_ends - 2 + i;

		if (!want[i])
			cr_expect_str_empty(p->end[k].text, "%s", p->end[k].id);
		else
			cr_expect(strstr(p->end[k].text, want[i]), "%s: %s, not %s", p->end[k].id,
				  p->end[k].text, want[i]);
	}
	conv_free(p->t);
}

/* ... of all the ends there were. */
static void found_nothing(struct script *p)
{
	conv_finish(p->t);
	for (size_t i = 0; i < p->n_ends; i++)
		cr_expect_str_empty(p->end[i].text, "%s", p->end[i].id);
	conv_free(p->t);
}

Test(conv, names_and_counts)
{
	struct script p;

	handshake(&p);
	conv_finish(p.t);
	cr_expect_str_eq(p.end[0].id, "192.0.2.1:4000 towards 192.0.2.2:80");
	cr_expect_str_eq(p.end[1].id, "192.0.2.2:80 towards 192.0.2.1:4000");
	cr_expect_str_eq(p.end[0].reason, "2 segments, all permitted");
	cr_expect_eq(conv_stats(p.t)->conversations, 1);
	cr_expect_eq(conv_stats(p.t)->segments, 3);
	conv_free(p.t);
}

/* An end that says nothing is skipped. */
Test(conv, one_way)
{
	struct script p;

	script_begin(&p);
	say(&p, 1, A, 5, 5, 10);
	say(&p, 1, A, 15, 5, 10);
	conv_finish(p.t);
	cr_expect_eq(p.end[0].kind, VERDICT_SKIP);
	cr_expect_eq(p.end[1].kind, VERDICT_PASS);
	conv_free(p.t);
}

/* What is acknowledged but was not seen: denied, or a hole in the capture. */
Test(conv, acknowledged_but_not_seen)
{
	struct script p;

	handshake(&p);
	say(&p, 0, A, 1, 1, 10);
	say(&p, 1, A, 1, 12, 0);
	say(&p, 0, A, 11, 1, 0);
	found(&p, NULL, "3.4-ACK-BEYOND acknowledges what was never sent in order");

	handshake(&p);
	say(&p, 1, A, 1, 12, 0);
	say(&p, 0, A, 12, 1, 0);
	found(&p, NULL, NULL);

	/* nobody says more about it; a keep-alive says nothing */
	handshake(&p);
	say(&p, 1, A, 1, 2, 0);
	p.gap_ns = 1000 * MS;
	say(&p, 0, A, 1, 1, 0);
	found(&p, NULL, NULL);
}

/* Beyond the window: it is still shut, or it had been opened unseen. */
Test(conv, beyond_the_window)
{
	struct script p;

	handshake(&p);
	p.window = 0;
	say(&p, 0, A, 1, 1, 0);
	p.window = 20000;
	say(&p, 1, A, 1, 1, 20000);
	say(&p, 1, A, 20001, 1, 100);
	p.window = 0;
	say(&p, 0, A, 1, 20001, 0);
	found(&p, NULL, "3.8.6-WINDOW");

	handshake(&p);
	say(&p, 1, A, 1, 1, 20000);
	say(&p, 1, A, 20001, 1, 100);
	say(&p, 0, A, 1, 20101, 0);
	found(&p, NULL, NULL);
}

/* A window probe and a keep-alive repeat what was sent (3.8.4, 3.8.6.1). */
Test(conv, probes)
{
	struct script p;

	handshake(&p);
	p.window = 0;
	say(&p, 0, A, 1, 1, 0);
	for (int i = 0; i < 4; i++) {
		p.window = 20000;
		say(&p, 1, A, i ? 20001 : 0, 1, 0);
		say(&p, 1, A, 20001, 1, 1);
		p.window = 0;
		say(&p, 0, A, 1, 1, 0);
	}
	p.window = 20000;
	p.gap_ns = 60000 * MS;
	say(&p, 0, A, 0, 1, 1);
	p.gap_ns = MS;
	say(&p, 1, A, 20002, 1, 0);
	found(&p, NULL, NULL);

	handshake(&p);
	say(&p, 1, A, 0, 1, 0);
	found(&p, NULL, "3.10.7.4-SEQ");
}

/* A segment that was overtaken carries older numbers; one much later may not. */
Test(conv, overtaken)
{
	struct script p;

	handshake(&p);
	say(&p, 0, A, 1, 1, 100);
	say(&p, 0, A, 101, 1, 100);
	say(&p, 1, A, 1, 201, 0);
	say(&p, 1, A, 1, 101, 0);
	say(&p, 0, A, 101, 1, 0);
	found(&p, NULL, NULL);

	handshake(&p);
	say(&p, 0, A, 1, 1, 100);
	say(&p, 1, A, 1, 101, 0);
	p.gap_ns = 7000 * MS;
	say(&p, 1, A, 1, 51, 0);
	found(&p, NULL, "3.4-ACK-BACKWARDS");
}

/* What a FIN ends. */
Test(conv, after_the_fin)
{
	struct script p;

	handshake(&p);
	say(&p, 1, F | A, 1, 1, 10);
	say(&p, 0, A, 1, 12, 0);
	say(&p, 1, A, 12, 1, 5);
	found(&p, NULL, "3.6-AFTER-FIN sends new data");

	handshake(&p);
	say(&p, 1, A, 1, 1, 10);
	say(&p, 1, F | A, 6, 1, 0);
	found(&p, NULL, "3.6-AFTER-FIN its FIN stands before");

	handshake(&p);
	say(&p, 1, F | A, 1, 1, 10);
	say(&p, 1, A, 1, 1, 5);
	say(&p, 1, F | A, 6, 1, 5);
	say(&p, 0, F | A, 1, 12, 0);
	say(&p, 1, A, 12, 2, 0);
	found(&p, NULL, NULL);
}

/* Resets: at SND.NXT, or as the answer that they are. */
Test(conv, resets)
{
	struct script p;

	script_begin(&p);
	say(&p, 0, SY, 0, 0, 0);
	say(&p, 1, R | A, -B_ISS, 1, 0);
	found(&p, NULL, NULL);

	script_begin(&p);
	say(&p, 0, SY, 0, 0, 0);
	say(&p, 1, R | A, -B_ISS, 0, 0);
	found(&p, NULL, "SA-CLOSED-2");

	/* behind data that was lost before the capture; then the answers to ours */
	handshake(&p);
	say(&p, 1, R | A, 1001, 1, 0);
	say(&p, 0, A, 1, 501, 0);
	say(&p, 1, R, 501, 0, 0);
	found(&p, NULL, NULL);

	handshake(&p);
	say(&p, 1, A, 1, 1, 10);
	say(&p, 1, R | A, -1000u, 1, 0);
	found(&p, NULL, "3.10.5-ABORT");

	/* the capture begins with it */
	script_begin(&p);
	say(&p, 1, R, 77, 0, 0);
	found(&p, NULL, NULL);
}

/* It has reset the connection, and goes on. */
Test(conv, goes_on_after_its_reset)
{
	struct script p;

	handshake(&p);
	say(&p, 1, A, 1, 1, 10);
	say(&p, 1, R | A, 11, 1, 0);
	say(&p, 1, A, 1, 1, 10);
	p.gap_ns = 5000 * MS;
	say(&p, 1, A, 11, 1, 10);
	found(&p, NULL, "SA-CLOSED-1");
}

/* The same ports again, old segments between the new ones. */
Test(conv, the_same_ports_again)
{
	struct script p;

	handshake(&p);
	say(&p, 0, A, 1, 1, 100);
	say(&p, 1, A, 1, 101, 500);
	say(&p, 0, R | A, 101, 501, 0);
	p.iss[0] += 70000;
	p.iss[1] += 900000;
	say(&p, 0, SY, 0, 0, 0);
	p.iss[0] -= 70000;
	p.iss[1] -= 900000;
	say(&p, 0, R, 101, 0, 0);
	say(&p, 1, A, 501, 101, 200);
	p.iss[0] += 70000;
	p.iss[1] += 900000;
	say(&p, 1, SY | A, 0, 1, 0);
	p.iss[0] -= 70000;
	say(&p, 0, R, 101, 0, 0);
	p.iss[0] += 70000;
	say(&p, 0, A, 1, 1, 0);
	say(&p, 1, A, 1, 1, 10);
	cr_expect_eq(conv_stats(p.t)->conversations, 2);
	cr_expect_eq(conv_stats(p.t)->unjudged[CONV_OLD], 3);
	found_nothing(&p);
}

Test(conv, both_open_at_once)
{
	struct script p;

	script_begin(&p);
	say(&p, 0, SY, 0, 0, 0);
	say(&p, 1, SY, 0, 0, 0);
	say(&p, 0, SY | A, 0, 1, 0);
	say(&p, 1, SY | A, 0, 1, 0);
	say(&p, 0, A, 1, 1, 10);
	say(&p, 1, A, 1, 11, 0);
	cr_expect_eq(conv_stats(p.t)->conversations, 1);
	found(&p, NULL, NULL);
}

/* RFC 7413: data on the SYN, taken or not. */
Test(conv, data_on_the_syn)
{
	struct script p;

	for (uint32_t taken = 0; taken < 2; taken++) {
		script_begin(&p);
		say(&p, 0, SY, 0, 0, 50);
		say(&p, 1, SY | A, 0, 1 + 50 * taken, 0);
		if (!taken)
			say(&p, 0, A, 1, 1, 50);
		say(&p, 0, A, 51, 1, 0);
		say(&p, 1, A, 1, 51, 10);
		found(&p, NULL, NULL);
	}
	script_begin(&p);
	say(&p, 0, SY, 0, 0, 50);
	say(&p, 1, SY | A, 0, 52, 0);
	found(&p, NULL, "SA-LISTEN-3");
}

/* Segments go around the 32 bits more than once. */
Test(conv, five_gigabytes)
{
	const uint32_t step = 64000;
	struct script p;

	handshake(&p);
	p.gap_ns = 1000;
	p.window = 65535;
	for (uint32_t i = 0; i < 80000; i++) {
		say_cut(&p, 1, A, 1 + i * step, 1, step, step);
		say(&p, 0, A, 1, 1 + (i + 1) * step, 0);
	}
	found(&p, NULL, NULL);
}

/* A SYN that was cut off: nobody knows the scale of the windows. */
Test(conv, short_captures)
{
	struct script p;

	script_begin(&p);
	p.kind = TCP_OPT_WSCALE;
	say_cut(&p, 0, SY, 0, 0, 0, 4);
	p.kind = TCP_OPT_WSCALE;
	say_cut(&p, 1, SY | A, 0, 1, 0, 4);
	say(&p, 0, A, 1, 1, 0);
	say_cut(&p, 1, A, 1, 1, 40000, 39000);
	p.window = 0;
	say(&p, 0, A, 1, 40001, 0);
	found(&p, NULL, NULL);

	script_begin(&p);
	say_cut(&p, 0, A, 1, 1, 0, 25);
	cr_expect_eq(conv_stats(p.t)->unjudged[CONV_CUT], 1);
	found_nothing(&p);
}

/* Wrong as captured: sent so, not filled in yet, or damaged. */
Test(conv, checksums)
{
	struct script p;

	script_begin(&p);
	p.bad_sum = true;
	say(&p, 0, SY, 0, 0, 0);
	say(&p, 0, SY, 0, 0, 0);
	found(&p, "MUST-2", NULL);

	script_begin(&p);
	p.bad_sum = true;
	say(&p, 0, SY, 0, 0, 0);
	p.bad_sum = false;
	say(&p, 1, SY | A, 0, 1, 0);
	found(&p, NULL, NULL);

	handshake(&p);
	for (uint32_t i = 0; i < 20; i++)
		say(&p, 0, A, 1 + 10 * i, 1, 10);
	p.bad_sum = true;
	say(&p, 0, A, 201, 1, 10);
	conv_finish(p.t);
	cr_expect_eq(p.end[0].kind, VERDICT_INCONCLUSIVE);
	conv_free(p.t);
}

/* Idle conversations are given up; what comes later is a new one, from its middle. */
Test(conv, idle)
{
	struct script p;

	handshake(&p);
	p.gap_ns = 700000 * MS;
	say(&p, 1, A, 1, 1, 10);
	cr_expect_eq(p.n_ends, 2);
	cr_expect_eq(conv_stats(p.t)->open, 1);
	found_nothing(&p);
}
