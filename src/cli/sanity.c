/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sanity case, and what its outcomes mean.
 */
#include "cli/sanity.h"

#include <string.h>

#include "base/arena.h"
#include "plan/suite.h"
#include "run/sched.h"
#include "verify/verify.h"

static const char sanity_case[] =
	"format: 1\n"
	"area: sanity\n"
	"cases:\n"
	"  - id: handshake\n"
	"    title: a plain handshake is answered\n"
	"    covers: [rfc9293:SA-LISTEN-3]\n"
	"    needs: [listener]\n"
	"    steps:\n"
	"      - send: SYN\n"
	"      - expect: {flags: SYN|ACK, ack: snd.nxt, within: 3s}\n";

struct sanity {
	struct diags *ds;
	struct arena *arena;
	bool sane;
};

static bool was_reset(const struct trace *t)
{
	struct segment s;

	for (size_t i = 0; i < t->n_packets; i++) {
		trace_decode(t, i, &s);
		if (t->packet[i].dir == TRACE_RX && (s.flags & TCP_RST))
			return true;
	}
	return false;
}

static bool was_answered(const struct trace *t)
{
	for (size_t i = 0; i < t->n_packets; i++)
		if (t->packet[i].dir == TRACE_RX)
			return true;
	return false;
}

static void complain(struct sanity *s, const struct trace *t)
{
	char addr[IP_ADDR_STRLEN];

	ip_addr_str(&t->setup.target, addr, sizeof(addr));
	if (was_reset(t)) {
		diag_add(s->ds, DIAG_ERROR, NULL, "%s refuses connections to port %u", addr,
			 t->setup.target_port);
		diag_add_help(s->ds, "start the service there, or name another port; a port "
				     "that is meant to be closed goes with --closed-port");
	} else {
		diag_add(s->ds, DIAG_ERROR, NULL, "no answer from %s port %u within 5 s", addr,
			 t->setup.target_port);
		diag_add_help(s->ds, "is the address right, the target up, and nothing between "
				     "that filters?");
	}
}

/* An answer that is wrong is the suite's to judge. */
static void ended(void *arg, const struct plan *plan, const struct trace *t, int64_t duration_ns)
{
	struct sanity *s = arg;
	struct verdict v;

	(void)duration_ns;
	verify_run(plan, t, s->arena, &v);
	if (v.kind == VERDICT_PASS)
		return;
	if (v.kind == VERDICT_ERROR) {
		s->sane = false;
		diag_add(s->ds, DIAG_ERROR, NULL, "%s", v.reason);
		if (v.finding[0].remedy)
			diag_add_help(s->ds, "%s", v.finding[0].remedy);
		return;
	}
	if (was_answered(t) && !was_reset(t))
		return;
	s->sane = false;
	complain(s, t);
}

bool sanity_is_answered(const struct plan *plan, const struct trace *t)
{
	struct arena *arena = arena_new();
	struct verdict v;

	verify_run(plan, t, arena, &v);
	arena_free(arena);
	return v.kind == VERDICT_PASS || v.kind == VERDICT_ERROR ||
		(was_answered(t) && !was_reset(t));
}

struct suite *sanity_suite(void)
{
	struct suite *suite;
	struct diags ds;

	diags_init(&ds);
	suite = suite_load_text("sanity", sanity_case, sizeof(sanity_case) - 1, &ds);
	diags_fini(&ds);
	return suite;
}

static void skipped(void *arg, const struct plan *plan, const char *reason)
{
	(void)arg;
	(void)plan;
	(void)reason;
}

/*
 * The port alone: the only one that can be chosen, and no other to ask.  Where the
 * path swallows the answer, the liveness probe that follows asks three times more.
 */
static void check_port(struct sanity *s, struct link *link, const struct target *target,
		       size_t port, const struct plan *const *plans, size_t n)
{
	struct target one = *target;
	struct sched_config cfg = { .link = link, .target = &one, .jobs = (unsigned int)n };
	struct sched_sink sink = { .ended = ended, .skipped = skipped, .arg = s };

	one.port[0] = target->port[port];
	one.n_ports = 1;
	sched_run(&cfg, plans, n, &sink);
}

bool sanity_check(struct link *link, const struct target *target, struct diags *ds)
{
	struct sanity s = { .ds = ds, .arena = arena_new(), .sane = true };
	struct suite *suite = sanity_suite();
	const struct plan *plans[2];
	size_t n = suite_n_plans(suite);

	for (size_t i = 0; i < n && i < 2; i++)
		plans[i] = suite_plan(suite, i);
	/* Where one port is silent the others may take as long to say nothing. */
	for (size_t i = 0; i < target->n_ports && s.sane; i++)
		if (target->port[i].provides & 1u << NEED_LISTENER)
			check_port(&s, link, target, i, plans, n);
	suite_free(suite);
	arena_free(s.arena);
	return s.sane;
}
