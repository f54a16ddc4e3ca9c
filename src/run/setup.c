/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From plan, path and configuration to the set-up of one run.
 */
#include "run/setup.h"

/* FNV-1a, then the finaliser of SplitMix64. */
uint64_t setup_mix(uint64_t seed, const char *s, uint64_t salt)
{
	uint64_t h = seed ^ UINT64_C(0xcbf29ce484222325) ^ salt * 31;

	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * UINT64_C(0x100000001b3);
	h = (h ^ (h >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ (h >> 27)) * UINT64_C(0x94d049bb133111eb);
	return h ^ (h >> 31);
}

void setup_numbers(uint64_t seed, const char *variant, uint32_t *iss, uint32_t *ts_offset)
{
	uint64_t h = setup_mix(seed, variant, 0);

	*iss = (uint32_t)h;
	*ts_offset = (uint32_t)(h >> 32);
}

/* Order is kept on the way and by the target, and the time is not wanted. */
static bool fences_are_sound(const struct sched_config *cfg, const struct link *path,
			     const struct plan *p)
{
	return (path->in_order || cfg->target->ordered) && !cfg->patience && !cfg->impair &&
		!path->unordered && !p->n_link && !p->patient;
}

void setup_of(const struct sched_config *cfg, const struct link *path, const struct plan *p,
	      struct trace_setup *s)
{
	bool v6 = p->family == 6;
	uint32_t headers = v6 ? 60 : 40;

	*s = (struct trace_setup){
		.tester = v6 ? path->tester6 : path->tester4,
		.target = v6 ? cfg->target->addr6 : cfg->target->addr4,
		.mss = (uint16_t)((path->mtu > 65535 ? 65535 : path->mtu) - headers),
		.seed = cfg->seed,
		.rules = cfg->rules,
		.partial_ok = path->partial_ok,
		.lossless = path->lossless && !p->n_link,
		.unordered = path->unordered || p->n_link,
		.way = (uint8_t)plan_way_of(p),
		.timers = cfg->target->timers,
		.fences = fences_are_sound(cfg, path, p),
	};
	setup_numbers(cfg->seed, p->id, &s->iss, &s->ts_offset);
}

void setup_ports(const struct plan *p, uint16_t port, uint16_t tester_port, uint16_t alive_port,
		 struct trace_setup *s)
{
	bool closed = (p->needs >> NEED_CLOSED_PORT & 1) || plan_asks_app(p);

	s->tester_port = tester_port;
	s->target_port = port;
	/* The service in question is the one to ask. */
	s->alive_port = !closed || (!alive_port && plan_opens(p)) ? port : alive_port;
}
