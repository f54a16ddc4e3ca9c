/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known of the target: addresses, and what the service behind each port
 * does.  Cases say what they need; the target says which port provides it.
 */
#ifndef PLAN_TARGET_H
#define PLAN_TARGET_H

#include "plan/plan.h"

struct target_port {
	uint16_t port;
	uint32_t provides; /* set of enum plan_need */
};

#define TARGET_MAX_PORTS 64
struct target {
	const char *name;	     /* for the report: "lab (Linux 6.18)", "10.1.0.7:80" */
	struct ip_addr addr4, addr6; /* family 0: none */
	struct target_port port[TARGET_MAX_PORTS];
	size_t n_ports;
	struct timer_values timers;
	unsigned int rate; /* at most so many runs started a second; 0: no limit */
	/* Challenge ACKs that it sends in a second, over all connections; 0: no limit known. */
	unsigned int challenge_acks;
	bool ordered;	      /* it answers in the order of what comes, and so does the path */
	bool upper_tester;    /* an application makes the calls it is asked for */
	struct ip_addr agent; /* where it is asked; family 0: the link knows */
	uint16_t agent_port;
	bool agent_udp; /* not TCP */
	/* Ports that it opens, each for one run; free otherwise. */
	uint16_t app_first, app_last;
};

/* Where nothing else is said: below what systems give out by themselves. */
#define TARGET_APP_FIRST 20000
#define TARGET_APP_LAST 29999
#define TARGET_AGENT_PORT 10000 /* of the Testability Protocol */

/* A target where everybody acts on @way, and nobody otherwise: to plan for, not to run. */
void target_init_way(struct target *t, enum plan_way way);

/* The upper tester is asked at @agent, with what else is usual. */
void target_set_agent(struct target *t, const struct ip_addr *agent, uint16_t port, bool udp);

/* The built-in lab's ports: echo 7, discard 9, daytime 13, chargen 19, closed. */
void target_init_lab(struct target *t);

/* What a well-known port provides (RFC 862-867, and 80, 443, 22); else LISTENER. */
uint32_t target_wellknown(uint16_t port);

/*
 * The port that provides all of @needs, or -1 with *missing set to a sentence
 * that says what is missing and how to name it ("the target has no port that
 * closes on FIN; say --port ...").  *missing is static.  Where the upper tester
 * is needed it is the first of its ports, which stands for any of them.
 */
int target_choose(const struct target *t, uint32_t needs, const char **missing);

/* The same for a whole plan, which may need to know timers of the target. */
int target_choose_for(const struct target *t, const struct plan *p, const char **missing);

#endif
