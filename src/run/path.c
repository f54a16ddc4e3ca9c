/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between scheduler and link, where the path is made worse.
 */
#include "run/path.h"

static bool has_rules(const struct plan *const *plans, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (plans[i]->n_link)
			return true;
	return false;
}

struct link *path_open(const struct sched_config *cfg, const struct plan *const *plans,
		       size_t n_plans)
{
	if (!cfg->impair && !has_rules(plans, n_plans))
		return cfg->link;
	return impair_open(cfg->link, cfg->impair);
}

void path_close(const struct sched_config *cfg, struct link *path)
{
	if (path == cfg->link)
		return;
	if (cfg->impaired)
		impair_get_stats(path, cfg->impaired);
	path->ops->close(path);
}

void path_spare(const struct sched_config *cfg, struct link *path, uint8_t family,
		uint16_t port)
{
	if (path != cfg->link)
		impair_spare(path, family, port, true);
}

void path_key(const struct sched_config *cfg, struct link *path, const struct run *r,
	      uint8_t flow, uint64_t key)
{
	/* Far apart, whatever the key. */
	if (path != cfg->link)
		impair_set_key(path, r->plan->family, r->port[flow],
			       key + flow * UINT64_C(0xd1342543de82ef95));
}

void path_set_up(const struct sched_config *cfg, struct link *path, const struct run *r)
{
	if (path == cfg->link)
		return;
	impair_spare(path, r->plan->family, r->port[0], false);
	impair_set_rules(path, r->plan->family, r->port[0], r->plan->link, r->plan->n_link);
}

uint32_t path_touched(const struct sched_config *cfg, const struct link *path,
		      const struct run *r)
{
	uint32_t n = 0;

	for (int f = 0; f < RUN_MAX_FLOWS && path != cfg->link; f++)
		if (r->port[f])
			n += impair_touched(path, r->plan->family, r->port[f]);
	return n;
}

void path_send(struct link *path, const struct segment *s, uint8_t *packet)
{
	size_t len = segment_encode(s, packet, SEGMENT_PACKET_MAX);

	path->ops->inject(path, s, packet, len);
}
