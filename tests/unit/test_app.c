/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Steps that ask the target's application, in virtual time: what each kind of
 * answer leads to, and that the evidence leads to the same.
 */
#include "run_util.h"
#include "wire/testability.h"

#define MS 1000000LL

/* What the scripted application does for each call in turn. */
struct act {
	uint8_t result;
	bool silent; /* no answer at all */
	int64_t delay_ns;
	const char *data;
	uint8_t missing;
	uint16_t sends; /* flags of a segment that it has the target send; 0: none */
	int64_t sends_after_ns;
};

struct application {
	const struct act *act;
	size_t n, asked, ended;
	enum app_call last;
};

static void send_segment(struct vlink *v, const struct app_request *req, const struct act *act)
{
	struct link *l = (struct link *)v;
	struct segment s;
	uint8_t out[200];

	memset(&s, 0, sizeof(s));
	s.src = l->target4;
	s.dst = l->tester4;
	s.sport = req->target_port;
	s.dport = req->tester_port;
	s.flags = act->sends;
	s.seq = PEER_ISN;
	s.window = 60000;
	vlink_send(v, act->sends_after_ns, out, segment_encode(&s, out, sizeof(out)));
}

static void on_app(void *arg, struct vlink *v, int64_t now_ns, const struct app_request *req)
{
	struct application *app = arg;
	const struct act *act = &app->act[app->asked];
	struct app_reply r = {
		.family = req->family,
		.tester_port = req->tester_port,
		.call = req->call,
		.missing = TP_N_PRIMITIVES,
	};

	(void)now_ns;
	cr_assert_lt(app->asked, app->n, "asked more often than scripted");
	app->asked++;
	app->last = req->call;
	if (act->sends)
		send_segment(v, req, act);
	if (act->silent)
		return;
	r.result = act->result;
	if (act->missing)
		r.missing = act->missing;
	r.data = (const uint8_t *)act->data;
	r.data_len = act->data ? (uint32_t)strlen(act->data) : 0;
	vlink_reply(v, act->delay_ns, &r);
}

static void on_end(void *arg, struct vlink *v, int64_t now_ns, uint8_t family,
		   uint16_t tester_port)
{
	(void)v;
	(void)now_ns;
	(void)family;
	(void)tester_port;
	((struct application *)arg)->ended++;
}

struct app_case {
	const char *name, *steps;
	struct act act[3];
	size_t n; /* calls that are made */
	enum verdict_kind verdict;
	int finding;	    /* of the first one, or -1 */
	const char *reason; /* part of it, or NULL */
};

#define CONNECT "      - app: connect\n"
#define WANT_SYN CONNECT "      - expect: SYN\n        state: SYN-SENT\n"
#define DATA "      - app: {call: receive, data: abc}\n"
#define EITHER "      - app: {call: error, result: [reset, refused]}\n"

static const struct app_case cases[] = {
	{ "a SYN comes before the answer",
	  WANT_SYN,
	  { { .sends = TCP_SYN, .delay_ns = 5 * MS } },
	  1,
	  VERDICT_PASS,
	  -1,
	  NULL },
	{ "a SYN comes after the answer",
	  WANT_SYN,
	  { { .sends = TCP_SYN, .sends_after_ns = 5 * MS } },
	  1,
	  VERDICT_PASS,
	  -1,
	  NULL },
	{ "an upper tester that is slow is not the target's fault",
	  WANT_SYN,
	  { { .sends = TCP_SYN, .sends_after_ns = 1400 * MS, .delay_ns = 500 * MS } },
	  1,
	  VERDICT_PASS,
	  -1,
	  NULL },
	{ "the SYN is late, counted from the answer",
	  WANT_SYN,
	  { { .sends = TCP_SYN, .sends_after_ns = 1600 * MS, .delay_ns = 500 * MS } },
	  1,
	  VERDICT_FAIL,
	  FINDING_LATE,
	  NULL },
	{ "a segment where the case wants silence, before the answer",
	  CONNECT "      - expect-none: 200ms\n",
	  { { .sends = TCP_SYN, .delay_ns = 5 * MS } },
	  1,
	  VERDICT_FAIL,
	  FINDING_NOT_SILENT,
	  NULL },
	{ "a segment that the model does not permit breaks that silence too",
	  "      - app: listen\n      - expect-none: 200ms\n",
	  { { .sends = TCP_FIN | TCP_ACK, .delay_ns = 5 * MS } },
	  1,
	  VERDICT_FAIL,
	  FINDING_NOT_SILENT,
	  NULL },
	{ "no answer is no fault of the target",
	  CONNECT,
	  { { .silent = true } },
	  1,
	  VERDICT_ERROR,
	  FINDING_FAULT,
	  "did not answer" },
	{ "an answer that comes far too late is none",
	  CONNECT,
	  { { .delay_ns = 5000 * MS } },
	  1,
	  VERDICT_ERROR,
	  FINDING_FAULT,
	  "did not answer" },
	{ "a primitive that is not there skips the case",
	  "      - app: pause\n",
	  { { .result = TP_NTF, .missing = TP_PAUSE_READING } },
	  1,
	  VERDICT_SKIP,
	  FINDING_CANNOT,
	  "has no PAUSE_READING" },
	{ "a call that cannot be made leaves the question open",
	  CONNECT,
	  { { .result = TP_UBS } },
	  1,
	  VERDICT_INCONCLUSIVE,
	  FINDING_PRECONDITION,
	  "the port could not be had" },
	{ "a result that is written is the target's to keep",
	  "      - app: {call: error, result: reset}\n",
	  { { .result = TP_OK } },
	  1,
	  VERDICT_FAIL,
	  FINDING_APP,
	  "it was done" },
	{ "and kept",
	  "      - app: {call: error, result: reset}\n",
	  { { .result = TP_RESET } },
	  1,
	  VERDICT_PASS,
	  -1,
	  NULL },
	{ "one of two results", EITHER, { { .result = TP_REFUSED } }, 1, VERDICT_PASS, -1, NULL },
	{ "neither of two results",
	  EITHER,
	  { { .result = TP_USER_TIMEOUT } },
	  1,
	  VERDICT_FAIL,
	  FINDING_APP,
	  "user timeout" },
	{ "ok is another result than the one written",
	  "      - app: {call: connect, result: exists}\n",
	  { { .result = TP_OK } },
	  1,
	  VERDICT_FAIL,
	  FINDING_APP,
	  NULL },
	{ "the data", DATA, { { .data = "abc" } }, 1, VERDICT_PASS, -1, NULL },
	{ "other data",
	  DATA,
	  { { .data = "abd" } },
	  1,
	  VERDICT_FAIL,
	  FINDING_APP,
	  "3 octets received" },
	{ "less data",
	  DATA,
	  { { .data = "ab" } },
	  1,
	  VERDICT_FAIL,
	  FINDING_APP,
	  "2 octets received" },
	{ "no data in time",
	  DATA,
	  { { .result = TP_PEN } },
	  1,
	  VERDICT_FAIL,
	  FINDING_APP,
	  "nothing came in time" },
	{ "so many octets, whatever they are",
	  "      - app: {call: receive, bytes: 3B}\n",
	  { { .data = "xyz!" } },
	  1,
	  VERDICT_PASS,
	  -1,
	  NULL },
	{ "not so many octets",
	  "      - app: {call: receive, bytes: 3B}\n",
	  { { .data = "xy" } },
	  1,
	  VERDICT_FAIL,
	  FINDING_APP,
	  NULL },
	{ "no connection to accept",
	  "      - app: listen\n      - app: accept\n",
	  { { .result = TP_OK }, { .result = TP_PEN } },
	  2,
	  VERDICT_FAIL,
	  FINDING_APP,
	  NULL },
	{ "a call that only time led to",
	  "      - app: listen\n      - wait: 50ms\n      - app: resume\n",
	  { { .delay_ns = 5 * MS }, { .delay_ns = 5 * MS } },
	  2,
	  VERDICT_PASS,
	  -1,
	  NULL },
	{ "one call after the other",
	  "      - app: listen\n      - app: accept\n" DATA,
	  { { .delay_ns = 30 * MS }, { .delay_ns = 900 * MS }, { .data = "abc" } },
	  3,
	  VERDICT_PASS,
	  -1,
	  NULL },
};

static void play_case(const struct app_case *c, struct application *app, struct outcome *o)
{
	struct vlink_peer peer = { .app = on_app, .app_end = on_end, .arg = app };
	struct link *link = vlink_open(NULL, &peer);

	*app = (struct application){ .act = c->act, .n = c->n };
	play_on(link, "", c->steps, o);
	/* What the end of the run asked for arrives one latency later. */
	link->ops->poll(link, link->ops->now_ns(link) + MS, NULL, NULL);
	link->ops->close(link);
}

Test(app, each_answer_leads_where_it_should)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct app_case *c = &cases[i];
		struct application app;
		struct outcome o;
		int first;

		play_case(c, &app, &o);
		first = o.v.n_findings ? (int)o.v.finding[0].kind : -1;
		cr_expect_eq(o.n, 1, "%s", c->name);
		cr_expect_eq(o.v.kind, c->verdict, "%s: %s: %s", c->name, verdict_names[o.v.kind],
			     o.v.reason);
		cr_expect_eq(first, c->finding, "%s: finding %d: %s", c->name, first, o.v.reason);
		if (c->reason)
			cr_expect(strstr(o.v.reason, c->reason), "%s: %s", c->name, o.v.reason);
		cr_expect(o.same_offline, "%s: not the same offline", c->name);
		cr_expect_eq(app.asked, c->n, "%s: asked %zu times", c->name, app.asked);
		cr_expect_eq(app.ended, 1, "%s: ended %zu times", c->name, app.ended);
		outcome_free(&o);
	}
}

Test(app, without_an_upper_tester_the_case_is_skipped)
{
	struct vlink_peer peer = { .arg = NULL };
	struct link *link = vlink_open(NULL, &peer);
	struct outcome o;

	play_on(link, "", CONNECT, &o);
	cr_expect_eq(o.skipped, 1);
	cr_expect(strstr(o.reason, "--agent"), "%s", o.reason);
	outcome_free(&o);
	link->ops->close(link);
}

/* ---- the trace and its evidence ---- */

Test(app, a_trace_keeps_so_many_answers_and_no_more)
{
	struct trace_app a = { .answer = true, .len = 4000 };
	static uint8_t data[4000];
	struct trace t;

	trace_init(&t);
	for (int i = 0; i < 3; i++)
		cr_expect_eq(trace_add_app(&t, &a, data), i);
	cr_expect_eq(trace_add_app(&t, &a, data), -1);
	cr_expect_eq(t.n_faults, 1);
	cr_expect_eq(t.fault[0].kind, FAULT_LIMIT);
	a.len = 0;
	while (t.n_app < TRACE_MAX_APP)
		cr_assert_geq(trace_add_app(&t, &a, NULL), 0);
	cr_expect_eq(trace_add_app(&t, &a, NULL), -1);
	trace_reset(&t);
	cr_expect_eq(t.n_app, 0);
	cr_expect_eq(trace_add_app(&t, &a, NULL), 0);
	trace_fini(&t);
}

static bool reads_back(const char *before, const char *after)
{
	struct evidence_note note = { .variant = "t/c", .program = "test", .verdict = "pass" };
	struct trace_app a = {
		.ts_ns = 5,
		.answer = true,
		.call = APP_RECEIVE,
		.missing = TP_N_PRIMITIVES,
		.len = 3,
	};
	struct arena *arena = arena_new();
	struct evidence_info info;
	struct buf b = BUF_INIT;
	struct trace t, back;
	struct diags ds;
	char *at;
	bool good;

	diags_init(&ds);
	trace_init(&t);
	trace_init(&back);
	trace_add_app(&t, &a, (const uint8_t *)"\x01\xfe\x80");
	evidence_format(&t, &note, &b);
	at = memmem(b.data, b.len, before, strlen(before));
	cr_assert(at, "\"%s\" is not in the evidence", before);
	memcpy(at, after, strlen(after));
	good = !evidence_parse((const uint8_t *)b.data, b.len, "mem", arena, &back, &info, &ds);
	if (good && !strcmp(before, after)) {
		cr_expect_eq(back.n_app, 1);
		cr_expect_eq(back.app[0].call, APP_RECEIVE);
		cr_expect_eq(back.app[0].len, 3);
		cr_expect_arr_eq(trace_app_data(&back, 0), "\x01\xfe\x80", 3);
	}
	trace_fini(&t);
	trace_fini(&back);
	diags_fini(&ds);
	buf_fini(&b);
	arena_free(arena);
	return good;
}

Test(app, evidence_of_calls_is_checked)
{
	static const struct {
		const char *before, *after;
	} wrong[] = {
		{ "app: answer", "app: anser " },
		{ "call=receive", "call=recieve" },
		{ "time=5", "time=x" },
		{ "packets=0", "packets=z" },
		{ "result=0", "result=-" },
		{ "data=01fe80", "data=01fe8g" },
		{ "data=01fe80", "data=01fe8 " },
		{ "step=0", "step=q" },
	};

	cr_expect(reads_back("app: answer", "app: answer"));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_expect(!reads_back(wrong[i].before, wrong[i].after), "%s", wrong[i].after);
}

/* ---- the tester's record as the passive end ---- */

static struct segment syn_of_target(bool options)
{
	struct segment s = { .flags = TCP_SYN, .seq = 0xffffffff, .window = 1000 };

	if (!options)
		return s;
	tcp_opt_mss(&s.opt[s.n_opt++], 1200);
	tcp_opt_wscale(&s.opt[s.n_opt++], 3);
	tcp_opt_timestamps(&s.opt[s.n_opt++], 77, 0);
	return s;
}

static struct segment syn_of_tester(uint16_t flags, bool options)
{
	struct segment s = syn_of_target(options);

	s.flags = flags;
	s.seq = 500;
	s.ack = 0;
	return s;
}

Test(app, the_tester_learns_from_a_syn_that_comes_first)
{
	struct segment syn = syn_of_target(true), answer = syn_of_tester(TCP_SYN | TCP_ACK, true);
	struct tcb t;

	tcb_init(&t, 500, 65535, 1460);
	tcb_rx(&t, &syn);
	cr_expect(t.irs_known);
	cr_expect_eq(t.irs, 0xffffffff);
	cr_expect_eq(t.rcv_nxt, 0);
	cr_expect_eq(t.target_mss, 1200);
	cr_expect(!t.ws_ok && !t.ts_ok, "our SYN is still to come");
	tcb_tx(&t, &answer);
	cr_expect(t.ws_ok && t.ts_ok);
	cr_expect_eq(t.target_shift, 3);
	cr_expect_eq(t.snd_nxt, 501);
}

Test(app, options_that_one_side_does_not_offer_are_not_in_use)
{
	struct segment syn = syn_of_target(true), plain = syn_of_tester(TCP_SYN | TCP_ACK, false);
	struct tcb t;

	tcb_init(&t, 500, 65535, 1460);
	tcb_rx(&t, &syn);
	tcb_tx(&t, &plain);
	cr_expect(!t.ws_ok && !t.ts_ok);
	cr_expect_eq(t.target_shift, 0);
}

Test(app, syns_that_cross_agree_as_well)
{
	struct segment ours = syn_of_tester(TCP_SYN, true), theirs = syn_of_target(true);
	struct segment again = syn_of_tester(TCP_SYN | TCP_ACK, false);
	struct tcb t;

	tcb_init(&t, 500, 65535, 1460);
	tcb_tx(&t, &ours);
	tcb_rx(&t, &theirs);
	cr_expect(t.ws_ok && t.ts_ok);
	/* What was agreed stays, whatever a repetition has. */
	tcb_tx(&t, &again);
	cr_expect(t.ws_ok && t.ts_ok);
	cr_expect_eq(t.snd_nxt, 501);
}
