/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counting who has what.
 */
#include "run/share.h"

#include <stdlib.h>

#include "base/log.h"

#define N_PORTS 65536
#define SECOND_NS INT64_C(1000000000)
/* The closing probe, or those of `confirm: state`, each sent up to three times. */
#define PROBES_COST 6

static bool uses(const struct plan *p, enum plan_use use)
{
	return p->uses >> use & 1;
}

static void *table(size_t size)
{
	void *p = calloc(N_PORTS, size);

	if (!p)
		log_panic("out of memory");
	return p;
}

void share_init(struct share *s, const struct target *target)
{
	*s = (struct share){
		.budget = target->challenge_acks,
		.port_runs = table(sizeof(*s->port_runs)),
		.port_taken = table(sizeof(*s->port_taken)),
	};
}

void share_fini(struct share *s)
{
	free(s->port_runs);
	free(s->port_taken);
	free(s->q);
}

unsigned int share_cost(const struct plan *p)
{
	unsigned int n = PROBES_COST;

	if (!uses(p, USE_CHALLENGE_ACKS))
		return 0;
	for (uint16_t i = 0; i < p->n_steps; i++)
		n += p->step[i].kind == PLAN_SEND;
	return n;
}

/* What was drawn more than a second ago no longer counts. */
static void forget_old(struct share *s, int64_t now_ns)
{
	while (s->n) {
		int64_t left_ns = s->q[s->first].until_ns - now_ns;

		/* Or the clock was set back. */
		if (left_ns > 0 && left_ns <= SECOND_NS)
			break;
		s->spent -= s->q[s->first++].cost;
		s->n--;
	}
}

static bool fits(const struct share *s, const struct plan *p)
{
	/* Where one alone is too much already, it is at least alone with that. */
	return !s->budget || !s->spent || s->spent + share_cost(p) <= s->budget;
}

static bool port_is_free(const struct share *s, const struct plan *p, uint16_t port)
{
	return !port ||
		(!s->port_taken[port] && (!uses(p, USE_BACKLOG) || !s->port_runs[port]));
}

bool share_may_begin(struct share *s, const struct plan *p, uint16_t port, uint16_t alive,
		     int64_t now_ns)
{
	forget_old(s, now_ns);
	if (s->alone || (uses(p, USE_QUIET) && s->running))
		return false;
	if (!port_is_free(s, p, port) || !port_is_free(s, p, alive))
		return false;
	return !uses(p, USE_CHALLENGE_ACKS) || fits(s, p);
}

/* Both ports once, if they are one. */
static void count_ports(struct share *s, const struct plan *p, uint16_t port, uint16_t alive,
			int by)
{
	const uint16_t ports[] = { port, alive == port ? 0 : alive };

	for (int i = 0; i < 2; i++) {
		if (!ports[i])
			continue;
		s->port_runs[ports[i]] = (uint16_t)(s->port_runs[ports[i]] + by);
		if (uses(p, USE_BACKLOG))
			s->port_taken[ports[i]] = by > 0;
	}
}

void share_begin(struct share *s, const struct plan *p, uint16_t port, uint16_t alive)
{
	s->running++;
	s->alone = uses(p, USE_QUIET);
	s->spent += share_cost(p);
	count_ports(s, p, port, alive, 1);
}

/* Its challenge ACKs count for a second more. */
static void remember(struct share *s, unsigned int cost, int64_t now_ns)
{
	if (!cost)
		return;
	if (s->first + s->n == s->cap) {
		for (size_t i = 0; s->first && i < s->n; i++)
			s->q[i] = s->q[s->first + i];
		s->first = 0;
		if (2 * s->n >= s->cap) {
			s->cap = s->cap ? 2 * s->cap : 64;
			s->q = realloc(s->q, s->cap * sizeof(*s->q));
			if (!s->q)
				log_panic("out of memory");
		}
	}
	s->q[s->first + s->n++] = (struct share_spent){ now_ns + SECOND_NS, cost };
}

void share_end(struct share *s, const struct plan *p, uint16_t port, uint16_t alive,
	       int64_t now_ns)
{
	s->running--;
	if (uses(p, USE_QUIET))
		s->alone = false;
	count_ports(s, p, port, alive, -1);
	if (s->budget)
		remember(s, share_cost(p), now_ns);
	else
		s->spent -= share_cost(p);
}

int64_t share_due(const struct share *s)
{
	return s->n ? s->q[s->first].until_ns : INT64_MAX;
}
