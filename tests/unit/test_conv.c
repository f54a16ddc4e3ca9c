/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Conversations in captures.  First against the reference peer: the packets of
 * every bundled case, whatever the tester does in it, show nothing wrong of a
 * correct peer; and faults that can be seen without knowing the case are seen.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../peer/peer_run.h"
#include "base/buf.h"
#include "conv/conv.h"
#include "wire/frame.h"

/* ---- captures of runs ---- */

struct watched {
	const char *peer;
	const struct plan *plan;
	size_t ends, wrong;
	char first[300]; /* words of the first finding */
};

static void end_seen(void *arg, const struct conv_result *res)
{
	struct watched *w = arg;

	w->ends++;
	if (!res->verdict->n_findings)
		return;
	if (!w->wrong++)
		snprintf(w->first, sizeof(w->first), "frame %llu: %s: %s",
			 (unsigned long long)trace_frame(res->trace,
							 (size_t)res->verdict->finding[0].packet),
			 res->verdict->finding[0].requirement, res->verdict->finding[0].message);
}

/* The packets of @t as a capture, in which the target is judged. */
static void watch(struct watched *w, const struct trace *t)
{
	struct conv_pick target = { .addr = t->setup.target };
	struct conv_config cfg = { .linktype = FRAME_RAW, .pick = &target, .n_picks = 1 };
	struct conv_table *table = conv_new(&cfg, end_seen, w);

	for (size_t i = 0; i < t->n_packets; i++)
		conv_frame(table, t->packet[i].ts_ns, trace_bytes(t, i), t->packet[i].cap_len,
			   t->packet[i].len);
	conv_finish(table);
	conv_free(table);
}

static void correct(void *arg, const struct plan *plan, const struct verdict *v,
		    const struct trace *t)
{
	struct watched w = { .plan = plan };

	if (v->kind == VERDICT_SKIP)
		return;
	watch(&w, t);
	cr_expect(w.ends > 0, "%s: %s", (const char *)arg, plan->id);
	cr_expect(!w.wrong, "%s, %s: %s", (const char *)arg, plan->id, w.first);
}

Test(conv, a_correct_peer_of_any_kind_breaks_nothing)
{
	struct suite *s = peer_bundled_suite();
	const struct plan **plans;
	size_t n = peer_plans_matching(s, NULL, &plans);

	for (size_t i = 0; i < peer_n_kinds; i++)
		cr_expect(!peer_run(plans, n, &peer_kinds[i].config, 16, correct,
				    (void *)peer_kinds[i].name));
	free(plans);
	suite_free(s);
}

/*
 * What can be seen of a target without knowing what was asked of it.  Answers
 * that are missing or late, and what the tester alone can tell, are not here.
 */
static const char *const visible[] = {
	"syn-ack-high",
	"syn-not-counted",
	"syn-ack-with-fin",
	"syn-data-overcounted",
	"syn-ack-again-moves",
	"own-syn-not-counted",
	"mss-zero",
	"mss-later",
	"scale-unasked",
	"scale-later",
	"scale-too-large",
	"timestamps-unasked",
	"timestamp-not-echoed",
	"timestamp-stale",
	"timestamps-lost",
	"timestamps-later",
	"checksum-bad",
	"checksum-bad-later",
	"reserved-set",
	"padding-not-zero",
	"window-shrinks-once",
	"window-shrinks",
	"ack-goes-back",
	"ack-flag-missing",
	"fin-seq-high",
	"fin-again-moves",
	"fin-without-ack",
	"syn-fin-overcounted",
	"rst-ack-seq",
	"rst-ack-low",
	"rst-ack-bare",
	"rst-data-not-counted",
	"rst-fin-not-counted",
	"rst-seq-zero",
	"rst-seq-high",
	"rst-with-ack",
	"rst-answered",
	"challenge-copied",
	"data-again-corrupted",
};

static void noticed(void *arg, const struct plan *plan, const struct verdict *v,
		    const struct trace *t)
{
	struct watched *w = arg;

	if (v->kind != VERDICT_SKIP)
		watch(w, t);
}

Test(conv, visible_faults_are_noticed)
{
	struct suite *s = peer_bundled_suite();
	const struct plan **plans;
	size_t n = peer_plans_matching(s, NULL, &plans);

	for (size_t i = 0; i < sizeof(visible) / sizeof(visible[0]); i++) {
		struct peer_config cfg = { .fault = peer_fault_find(visible[i]) };
		struct watched w = { .peer = visible[i] };

		cr_assert(cfg.fault != NULL, "%s", visible[i]);
		cr_expect(!peer_run(plans, n, &cfg, 16, noticed, &w));
		cr_expect(w.wrong > 0, "%s: not seen", visible[i]);
	}
	free(plans);
	suite_free(s);
}
