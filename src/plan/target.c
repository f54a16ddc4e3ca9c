/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ports provide, and which port a case is run against.
 */
#include "plan/target.h"

#include <string.h>

#define HAS(need) (1u << NEED_##need)

/* Most services close their side when they read the end of the peer's. */
#define QUIET_SERVICE (HAS(LISTENER) | HAS(QUIET) | HAS(CLOSES_ON_FIN))
#define SPEAKS_AND_CLOSES (HAS(LISTENER) | HAS(SPEAKS_FIRST) | HAS(CLOSES_FIRST))
#define CHARGEN \
	(HAS(LISTENER) | HAS(SPEAKS_FIRST) | HAS(SENDS_FOREVER) | HAS(CLOSES_ON_FIN))

static const struct target_port wellknown[] = {
	{ 7, QUIET_SERVICE | HAS(ECHO) }, /* echo, RFC 862 */
	{ 9, QUIET_SERVICE },		  /* discard, RFC 863 */
	{ 13, SPEAKS_AND_CLOSES },	  /* daytime, RFC 867 */
	{ 17, SPEAKS_AND_CLOSES },	  /* quote of the day, RFC 865 */
	/* chargen, RFC 864 */
	{ 19, CHARGEN },
	{ 22, HAS(LISTENER) | HAS(SPEAKS_FIRST) | HAS(CLOSES_ON_FIN) },
	{ 37, SPEAKS_AND_CLOSES }, /* time, RFC 868 */
	{ 80, QUIET_SERVICE },
	{ 443, QUIET_SERVICE },
};

/* Nobody listens there: the agent offers what is in its table only. */
#define LAB_CLOSED_PORT 1

void target_init_lab(struct target *t)
{
	static const struct target_port ports[] = {
		{ 7, QUIET_SERVICE | HAS(ECHO) },
		{ 9, QUIET_SERVICE },
		/* The agent's daytime reads on after its FIN (agent/service.h). */
		{ 13, SPEAKS_AND_CLOSES | HAS(HALF_CLOSE) },
		{ 19, CHARGEN },
		{ LAB_CLOSED_PORT, HAS(CLOSED_PORT) },
	};

	memset(t, 0, sizeof(*t));
	t->name = "lab";
	memcpy(t->port, ports, sizeof(ports));
	t->n_ports = sizeof(ports) / sizeof(ports[0]);
	target_set_agent(t, &t->agent, 0, false);
}

void target_init_way(struct target *t, enum plan_way way)
{
	memset(t, 0, sizeof(*t));
	if (way == PLAN_BY_APPLICATION) {
		target_set_agent(t, &t->agent, 0, false);
		return;
	}
	t->port[t->n_ports++] = (struct target_port){ 1, ~HAS(UPPER_TESTER) };
}

void target_set_agent(struct target *t, const struct ip_addr *agent, uint16_t port, bool udp)
{
	t->upper_tester = true;
	t->agent = *agent;
	t->agent_port = port;
	t->agent_udp = udp;
	t->app_first = TARGET_APP_FIRST;
	t->app_last = TARGET_APP_LAST;
}

uint32_t target_wellknown(uint16_t port)
{
	size_t i;

	for (i = 0; i < sizeof(wellknown) / sizeof(wellknown[0]); i++)
		if (wellknown[i].port == port)
			return wellknown[i].provides;
	return HAS(LISTENER);
}

#define MISSING(what, need) \
	"the target has no port " what "; if there is one, say --port N=" need

static const char *const missing_need[NEED_N] = {
	[NEED_LISTENER] = MISSING("that accepts connections", "listener"),
	[NEED_CLOSED_PORT] = "the target has no port that is known to be closed; if there is one, "
			     "say --closed-port N",
	[NEED_ECHO] = MISSING("that sends back what it reads", "echo"),
	[NEED_QUIET] = MISSING("that is quiet until it is spoken to", "quiet"),
	[NEED_SPEAKS_FIRST] = MISSING("that speaks first", "speaks-first"),
	[NEED_CLOSES_ON_FIN] = MISSING("that closes on FIN", "closes-on-fin"),
	[NEED_CLOSES_FIRST] = MISSING("that closes first", "closes-first"),
	[NEED_HALF_CLOSE] = MISSING("that goes on reading after it closed", "half-close"),
	[NEED_SENDS_FOREVER] = MISSING("that sends without end", "sends-forever"),
	[NEED_UPPER_TESTER] = "nobody makes the calls that the case asks the target's "
			      "application for; run shakedown-agent there and say --agent ADDR",
};

#define UNKNOWN(timer) \
	"how long the target's " timer " is has to be known; \"timers\" in its profile says it"

static const char *const unknown_timer[TIMER_N] = {
	[TIMER_MSL] = UNKNOWN("msl"),
	[TIMER_RTO_INITIAL] = UNKNOWN("rto-initial"),
	[TIMER_RTO_MIN] = UNKNOWN("rto-min"),
	[TIMER_RTO_MAX] = UNKNOWN("rto-max"),
	[TIMER_FIN_WAIT_2] = UNKNOWN("fin-wait-2"),
};

/* Names the first need that no port provides; if there is none, no port provides all. */
static const char *what_is_missing(const struct target *t, uint32_t needs)
{
	uint32_t any = 0;
	size_t i;

	for (i = 0; i < t->n_ports; i++)
		any |= t->port[i].provides;
	for (i = 0; i < NEED_N; i++)
		if (needs & ~any & (1u << i))
			return missing_need[i];
	return "the target has no single port that provides all the case needs; if there is one, "
	       "say --port N=NEED,NEED";
}

/* A port that the upper tester opens, or leaves closed, as the case goes on. */
static int choose_app(const struct target *t, uint32_t needs, const char **missing)
{
	/* It reads on where it was asked to shut down its own side only. */
	const uint32_t any = HAS(UPPER_TESTER) | HAS(LISTENER) | HAS(CLOSED_PORT) | HAS(HALF_CLOSE);

	if (t->upper_tester && !(needs & ~any))
		return t->app_first;
	*missing = missing_need[NEED_UPPER_TESTER];
	if (t->upper_tester)
		*missing = "a port of the upper tester has no service that the case could need";
	return -1;
}

int target_choose(const struct target *t, uint32_t needs, const char **missing)
{
	size_t i;

	needs &= ~HAS(KNOWN_TIMERS);
	if (needs & HAS(UPPER_TESTER))
		return choose_app(t, needs, missing);
	for (i = 0; i < t->n_ports; i++)
		if ((t->port[i].provides & needs) == needs)
			return t->port[i].port;
	*missing = what_is_missing(t, needs);
	return -1;
}

int target_choose_for(const struct target *t, const struct plan *p, const char **missing)
{
	uint32_t named = p->needs & HAS(KNOWN_TIMERS) ? plan_timers(p) : 0;

	for (int i = 0; i < TIMER_N; i++) {
		if (!(named >> i & 1) || t->timers.ns[i])
			continue;
		*missing = unknown_timer[i];
		return -1;
	}
	return target_choose(t, p->needs, missing);
}
