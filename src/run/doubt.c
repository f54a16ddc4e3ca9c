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

bool doubt_may_ask(const struct doubt *d, unsigned int n_used, int64_t now_ns)
{
	int64_t wait_ns = d->next_ns - now_ns;

	if (d->asking || d->level == DOUBT_ASK)
		return !d->asking;
	/* A clock that was set back shall not hold everything up. */
	return !n_used && (wait_ns <= 0 || wait_ns > DOUBT_AGAIN_NS);
}

int64_t doubt_due(const struct doubt *d, unsigned int n_used)
{
	return d->level == DOUBT_ASK_ALONE && !n_used ? d->next_ns : INT64_MAX;
}

const struct plan *doubt_plan(struct doubt *d, const struct sched_config *cfg)
{
	for (size_t i = 0; i < cfg->n_sanity && d->level; i++)
		if (cfg->sanity[i]->family == d->family)
			return cfg->sanity[i];
	d->level = DOUBT_NONE;
	return NULL;
}

static void unanswered(struct doubt *d, const struct sched_sink *sink, const struct run *r)
{
	if (d->level == DOUBT_ASK) {
		d->level = DOUBT_ASK_ALONE;
		d->since_ns = r->trace.start_ns;
	} else if (r->ended_ns - d->since_ns >= DOUBT_NS) {
		d->level = DOUBT_GONE;
		sink->gone(sink->arg);
	}
	d->next_ns = r->ended_ns + DOUBT_AGAIN_NS;
}

void doubt_settle(struct doubt *d, const struct sched_sink *sink, const struct run *r)
{
	d->asking = false;
	if (sink->asked(sink->arg, r->plan, &r->trace)) {
		d->level = d->more ? DOUBT_ASK : DOUBT_NONE;
	} else {
		unanswered(d, sink, r);
	}
	d->more = false;
}
