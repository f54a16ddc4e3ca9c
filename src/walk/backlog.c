/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The backlog: segments of the target that came while the walk waited for none,
 * kept for the next expectation.
 */
#include <string.h>

#include "walk/internal.h"

void walk_backlog_drop(struct walk *w, uint8_t n)
{
	for (uint8_t i = 0; i < n; i++) {
		struct walk_finding *f;

		if (!w->backlog[i].suspect)
			continue;
		f = walk_find(w, FINDING_UNEXPECTED, w->backlog[i].violation.level,
			      w->step, (int32_t)w->backlog[i].packet);
		f->has_violation = true;
		f->violation = w->backlog[i].violation;
	}
	memmove(w->backlog, w->backlog + n,
		(size_t)(w->n_backlog - n) * sizeof(w->backlog[0]));
	w->n_backlog -= n;
}

void walk_backlog_add(struct walk *w, size_t packet, const struct tcb *before,
		      bool permitted, bool old, const struct model_violation *v)
{
	struct walk_backlog *b;

	if (w->n_backlog == WALK_MAX_BACKLOG)
		walk_backlog_drop(w, 1);
	b = &w->backlog[w->n_backlog++];
	b->packet = (uint32_t)packet;
	b->rcv_nxt = before->rcv_nxt;
	b->target_snd_nxt = before->target_snd_nxt;
	b->suspect = !permitted;
	b->old = old;
	if (!permitted)
		b->violation = *v;
}
