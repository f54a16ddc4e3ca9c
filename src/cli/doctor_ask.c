/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions to the target, each one connection of a small case.  Whether the
 * target's TCP is right is for the suite; here it only matters whether what the
 * user said of the port can be seen: any SYN|ACK opens, any data speaks.
 */
#include "cli/doctor.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "plan/suite.h"
#include "run/sched.h"
#include "verify/verify.h"

/* To see whether the path loses packets; the median of their times is told. */
#define HANDSHAKES 10
/* Where it does, each question is asked so often before the answer is no. */
#define LOSSY_TRIES 4
#define LOSSY_HELP "the path loses packets: runs are tried again, which takes longer"

/* ---- what a trace shows ---- */

typedef bool sees_fn(const struct segment *s);

static bool sees(const struct trace *t, sees_fn *what)
{
	struct segment s;

	for (size_t i = 0; i < t->n_packets; i++) {
		if (t->packet[i].dir != TRACE_RX || t->packet[i].flow)
			continue;
		trace_decode(t, i, &s);
		if (what(&s))
			return true;
	}
	return false;
}

static bool is_handshake(const struct segment *s)
{
	return (s->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == (TCP_SYN | TCP_ACK);
}

static bool is_reset(const struct segment *s)
{
	return s->flags & TCP_RST;
}

static bool is_data(const struct segment *s)
{
	return s->data_len > 0;
}

static bool is_fin(const struct segment *s)
{
	return s->flags & TCP_FIN;
}

#define WORD "shakedown"

static bool is_echo(const struct segment *s)
{
	return s->data_len == strlen(WORD) && !memcmp(s->data, WORD, s->data_len);
}

/* ---- the questions ---- */

#define CASE(id, needs, steps)                                                   \
	"  - id: " id "\n    title: " id "\n    covers: [rfc9293:SA-LISTEN-3]\n" \
	"    needs: [" needs "]\n    steps:\n" steps
#define SYN_STEPS "      - send: SYN\n      - expect: {flags: SYN|ACK, ack: snd.nxt, within: 3s}\n"
#define OPEN_STEPS SYN_STEPS "      - send: ACK\n"
#define END_STEPS "      - send: RST\n"

#define DATA_STEP "      - expect: {length: {range: [1, 65535]}, within: 3s}\n"
#define FIN_STEP "      - expect: {flags: {mask: FIN, value: FIN}, within: 3s}\n"
#define RESET_STEPS "      - send: SYN\n      - expect: {flags: RST|ACK, within: 3s}\n"
#define HALF_STEPS                                                            \
	"      - send: ACK\n      - send: {flags: PSH|ACK, data: " WORD "}\n" \
	"      - expect: {flags: ACK, ack: snd.nxt, within: 3s}\n"
#define ECHO_STEPS                                         \
	"      - send: {flags: PSH|ACK, data: " WORD "}\n" \
	"      - expect: {flags: ACK, data: " WORD ", within: 3s}\n"

/* clang-format off */
static const char cases[] =
	"format: 1\narea: doctor\ncases:\n"
	CASE("listener", "listener", SYN_STEPS END_STEPS)
	CASE("closed-port", "closed-port", RESET_STEPS)
	CASE("echo", "echo", OPEN_STEPS ECHO_STEPS END_STEPS)
	CASE("quiet", "quiet", OPEN_STEPS "      - expect-none: 300ms\n" END_STEPS)
	CASE("speaks-first", "speaks-first", OPEN_STEPS DATA_STEP END_STEPS)
	CASE("closes-on-fin", "closes-on-fin",
	     OPEN_STEPS "      - send: FIN|ACK\n" FIN_STEP END_STEPS)
	CASE("closes-first", "closes-first", OPEN_STEPS FIN_STEP END_STEPS)
	CASE("half-close", "half-close", OPEN_STEPS FIN_STEP HALF_STEPS END_STEPS)
	CASE("sends-forever", "sends-forever", OPEN_STEPS DATA_STEP END_STEPS)
	CASE("application", "upper-tester", "      - app: listen\n" SYN_STEPS END_STEPS);
/* clang-format on */

static const struct question {
	const char *id;
	enum plan_need need;
	sees_fn *what;
	bool absent; /* good if it is not seen */
	const char *good, *bad, *remedy;
} questions[] = {
	{ "doctor/listener", NEED_LISTENER, is_handshake, false, "accepts connections",
	  "does not answer",
	  "is the address right, the target up, and nothing between that filters?" },
	{ "doctor/closed-port", NEED_CLOSED_PORT, is_reset, false, "is closed: a SYN draws a reset",
	  "does not answer a SYN with a reset",
	  "name a port where nobody listens and nothing filters, or leave it out" },
	{ "doctor/echo", NEED_ECHO, is_echo, false, "echoes", "does not send back what it was sent",
	  "leave out `echo` for this port" },
	{ "doctor/quiet", NEED_QUIET, is_data, true, "says nothing unasked",
	  "speaks without being asked", "leave out `quiet` for this port" },
	{ "doctor/speaks-first", NEED_SPEAKS_FIRST, is_data, false, "speaks first",
	  "says nothing within 3 s", "leave out `speaks-first` for this port" },
	{ "doctor/closes-on-fin", NEED_CLOSES_ON_FIN, is_fin, false, "closes on FIN",
	  "does not close its side within 3 s of a FIN",
	  "leave out `closes-on-fin` for this port" },
	{ "doctor/closes-first", NEED_CLOSES_FIRST, is_fin, false, "closes first",
	  "does not close by itself within 3 s", "leave out `closes-first` for this port" },
	{ "doctor/half-close", NEED_HALF_CLOSE, is_reset, true, "reads on after its FIN",
	  "resets what comes after its FIN", "leave out `half-close` for this port" },
	{ "doctor/sends-forever", NEED_SENDS_FOREVER, is_data, false, "sends by itself",
	  "sends nothing within 3 s", "leave out `sends-forever` for this port" },
	{ "doctor/application", NEED_UPPER_TESTER, is_handshake, false,
	  "listens when it is asked to", "does not answer where it was asked to listen",
	  "may the agent listen there, and does nothing filter its ports (\"ports\" of "
	  "\"agent\")?" },
};
#define N_QUESTIONS (sizeof(questions) / sizeof(questions[0]))

/* One question to one port over one family, asked once or more. */
struct asking {
	struct doctor *d;
	const struct question *q;
	bool yes, opened, refused;    /* of the last answer */
	bool alive;		      /* the target said something */
	const char *trouble, *remedy; /* of ours */
	size_t n, n_yes;
	int64_t rtt_ns[HANDSHAKES]; /* of those answered */
};

static int64_t rtt_of(const struct trace *t)
{
	for (size_t i = 1; i < t->n_packets; i++)
		if (t->packet[i].dir == TRACE_RX)
			return t->packet[i].ts_ns - t->packet[0].ts_ns;
	return 0;
}

static void ended(void *arg, const struct plan *plan, const struct trace *t, int64_t duration_ns)
{
	struct asking *a = arg;
	struct verdict v;

	(void)duration_ns;
	verify_run(plan, t, a->d->arena, &v);
	if (v.kind == VERDICT_ERROR) {
		a->trouble = v.reason;
		a->remedy = v.n_findings ? v.finding[0].remedy : NULL;
	}
	a->opened = sees(t, is_handshake);
	/* Flows of their own have the probes for being alive, which are asked again. */
	for (size_t i = 0; i < t->n_packets; i++)
		a->alive |= t->packet[i].dir == TRACE_RX;
	a->refused = !a->opened && sees(t, is_reset);
	a->yes = sees(t, a->q->what) != a->q->absent;
	if (a->yes && a->n_yes < HANDSHAKES)
		a->rtt_ns[a->n_yes++] = rtt_of(t);
	a->n++;
}

static void skipped(void *arg, const struct plan *plan, const char *reason)
{
	(void)arg;
	(void)plan;
	(void)reason;
}

/* The port that stands for those of the upper tester. */
#define APPLICATION SIZE_MAX

/* A target with this port alone. */
static void ask(struct asking *a, struct link *link, const struct target *t, size_t port,
		const struct plan *plan, size_t times)
{
	const struct plan *plans[HANDSHAKES];
	struct target one = *t;
	struct sched_config cfg = { .link = link, .target = &one, .seed = a->d->seed };
	struct sched_sink sink = { .ended = ended, .skipped = skipped, .arg = a };

	one.n_ports = port != APPLICATION;
	if (one.n_ports)
		one.port[0] = t->port[port];
	for (size_t i = 0; i < times; i++)
		plans[i] = plan;
	if (sched_run(&cfg, plans, times, &sink))
		a->trouble = "the link failed";
}

static const struct question *question_of(const struct plan *p)
{
	for (size_t i = 0; i < N_QUESTIONS; i++)
		if (!strcmp(questions[i].id, p->case_id))
			return &questions[i];
	return NULL;
}

/* ---- one port ---- */

/* Silence on a connection that did not come about says nothing. */
static bool is_good(const struct asking *a)
{
	return !a->trouble && a->yes && (a->opened || a->q->need == NEED_CLOSED_PORT);
}

static void judge(struct doctor *d, const struct asking *a, const struct plan *p, const char *whom)
{
	const struct question *q = a->q;

	if (a->trouble)
		doctor_say(d, DOCTOR_FAIL, a->remedy, "%s, IPv%u: %s", whom, p->family,
			   a->trouble);
	else if (is_good(a))
		doctor_say(d, DOCTOR_OK, NULL, "%s, IPv%u: %s", whom, p->family, q->good);
	else if (a->refused)
		doctor_say(d, DOCTOR_FAIL,
			   "start the service there, or name another port; a port that is meant to "
			   "be closed goes with --closed-port",
			   "%s, IPv%u: refuses connections", whom, p->family);
	else
		doctor_say(d, DOCTOR_FAIL, q->remedy, "%s, IPv%u: %s", whom, p->family,
			   q->bad);
}

/* The FIN of a service that sends without end stands behind all of its data. */
static bool can_be_asked(const struct question *q, uint32_t provides)
{
	return provides & 1u << q->need &&
		!(q->need == NEED_CLOSES_ON_FIN && provides & 1u << NEED_SENDS_FOREVER);
}

static const char *port_name(struct doctor *d, const struct target *t, size_t port)
{
	if (port == APPLICATION)
		return "the application";
	return arena_printf(d->arena, "port %u", t->port[port].port);
}

static const struct plan *plan_of(const struct suite *suite, const struct question *q,
				  uint8_t family)
{
	for (size_t i = 0; i < suite_n_plans(suite); i++) {
		const struct plan *p = suite_plan(suite, i);

		if (p->family == family && question_of(p) == q)
			return p;
	}
	return NULL;
}

/* A port that does not accept connections is asked nothing else. */
static void ask_port(struct doctor *d, struct link *link, const struct target *t, size_t port,
		     const struct suite *suite, uint8_t family)
{
	bool open = true;

	for (const struct question *q = questions; q < questions + N_QUESTIONS && open; q++) {
		const struct plan *p = plan_of(suite, q, family);
		struct asking a = { .d = d, .q = q };

		if (!can_be_asked(q, t->port[port].provides))
			continue;
		for (int n = d->lossy ? LOSSY_TRIES : 1; n > 0 && !is_good(&a); n--)
			ask(&a, link, t, port, p, 1);
		if (!a.n && !a.trouble)
			continue; /* no address of this family */
		judge(d, &a, p, port_name(d, t, port));
		open = q > questions || is_good(&a);
	}
}

/* ---- the way there ---- */

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void judge_way(struct doctor *d, struct asking *a, const struct plan *p, const char *whom)
{
	bool lossy = a->n_yes < a->n;
	double ms;

	if (a->trouble) {
		doctor_say(d, DOCTOR_FAIL, a->remedy, "IPv%u: %s", p->family, a->trouble);
		return;
	}
	doctor_say(d, DOCTOR_OK, NULL, "IPv%u: the capture sees what is sent", p->family);
	if (!a->n_yes)
		return; /* the port will be told of */
	qsort(a->rtt_ns, a->n_yes, sizeof(a->rtt_ns[0]), by_value);
	ms = (double)a->rtt_ns[a->n_yes / 2] / 1e6;
	d->lossy |= lossy;
	doctor_say(d, lossy ? DOCTOR_WARN : DOCTOR_OK, lossy ? LOSSY_HELP : NULL,
		   "IPv%u: %zu of %zu handshakes with %s answered, median %.3f ms", p->family,
		   a->n_yes, a->n, whom, ms);
}

/* The first port that listens; else the application, which may be asked to. */
static size_t port_to_ask(const struct target *t)
{
	size_t port = 0;

	while (port < t->n_ports && !(t->port[port].provides & 1u << NEED_LISTENER))
		port++;
	return port < t->n_ports ? port : APPLICATION;
}

static const struct question *question_for(size_t port)
{
	return &questions[port == APPLICATION ? N_QUESTIONS - 1 : 0];
}

/* One first: where nobody answers there is nothing to count. */
static void ask_way(struct doctor *d, struct link *link, const struct target *t,
		    const struct suite *suite, uint8_t family)
{
	size_t port = port_to_ask(t);
	struct asking a = { .d = d, .q = question_for(port) };
	const struct plan *p = plan_of(suite, a.q, family);

	ask(&a, link, t, port, p, 1);
	if (a.alive && !a.refused)
		ask(&a, link, t, port, p, HANDSHAKES - 1);
	if (a.n || a.trouble)
		judge_way(d, &a, p, port_name(d, t, port));
}

/* Where somebody makes such calls: one, and what comes of it on the wire. */
static void ask_application(struct doctor *d, struct link *link, const struct target *t,
			    const struct suite *suite, uint8_t family)
{
	struct asking a = { .d = d, .q = question_for(APPLICATION) };
	const struct plan *p = plan_of(suite, a.q, family);

	if (!t->upper_tester || !link->upper_tester)
		return;
	for (int n = d->lossy ? LOSSY_TRIES : 1; n > 0 && !is_good(&a); n--)
		ask(&a, link, t, APPLICATION, p, 1);
	if (a.n || a.trouble)
		judge(d, &a, p, port_name(d, t, APPLICATION));
}

static void judge_capture(struct doctor *d, struct link *link)
{
	struct link_stats st = { 0 };

	link->ops->stats(link, &st);
	if (st.dropped)
		doctor_say(d, DOCTOR_FAIL, "use fewer --jobs, or a machine with less to do",
			   "the capture lost %" PRIu64 " of %" PRIu64 " packets", st.dropped,
			   st.captured + st.dropped);
	else
		doctor_say(d, DOCTOR_OK, NULL, "the capture lost none of %" PRIu64 " packets",
			   st.captured);
}

void doctor_ask(struct doctor *d, struct link *link, const struct target *t)
{
	static const uint8_t families[] = { 4, 6 };
	struct suite *suite;
	struct diags ds;

	diags_init(&ds);
	suite = suite_load_text("doctor", cases, sizeof(cases) - 1, &ds);
	doctor_say_diags(d, &ds);
	diags_fini(&ds);
	for (size_t f = 0; suite && f < 2; f++)
		ask_way(d, link, t, suite, families[f]);
	for (size_t port = 0; suite && port < t->n_ports; port++)
		for (size_t f = 0; f < 2; f++)
			ask_port(d, link, t, port, suite, families[f]);
	for (size_t f = 0; suite && f < 2; f++)
		ask_application(d, link, t, suite, families[f]);
	judge_capture(d, link);
	suite_free(suite);
}
