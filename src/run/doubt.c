/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a failure to a question, and from its answer to what is done next.
 */
#include "run/doubt.h"

void doubt_after(struct doubt *d, const struct sched_config *cfg, const struct sched_sink *sink,
		 const struct run *r)
{
	const struct trace_setup *s = &r->trace.setup;

	if (!cfg->n_sanity || !s->alive_port || !sink->in_doubt ||
	    !sink->in_doubt(sink->arg, r->plan, &r->trace))
		return;
	if (d->level != DOUBT_NONE) {
		d->more = d->asking;
		return;
	}
	d->level = DOUBT_ASK;
	d->family = r->plan->family;
	d->port = s->alive_port;
}

bool doubt_may_ask(const struct doubt *d, unsigned int n_used)
{
	return !d->asking && (d->level == DOUBT_ASK || !n_used);
}

const struct plan *doubt_plan(struct doubt *d, const struct sched_config *cfg)
{
	for (size_t i = 0; i < cfg->n_sanity && d->level; i++)
		if (cfg->sanity[i]->family == d->family)
			return cfg->sanity[i];
	d->level = DOUBT_NONE;
	return NULL;
}

void doubt_settle(struct doubt *d, const struct sched_sink *sink, const struct run *r)
{
	d->asking = false;
	if (sink->asked(sink->arg, r->plan, &r->trace)) {
		d->level = d->more ? DOUBT_ASK : DOUBT_NONE;
	} else if (d->level == DOUBT_ASK) {
		d->level = DOUBT_ASK_ALONE;
	} else {
		d->level = DOUBT_GONE;
		sink->gone(sink->arg);
	}
	d->more = false;
}
