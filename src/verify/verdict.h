/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verdict on one run: what reports show.
 *
 * Verdicts are those of DESIGN (after ISO/IEC 9646 and TTCN-3): `fail` means
 * that the target broke a requirement, `error` that the tester failed,
 * `inconclusive` that the question could not be asked.
 */
#ifndef VERIFY_VERDICT_H
#define VERIFY_VERDICT_H

#include "base/diag.h"
#include "plan/plan.h"
#include "trace/trace.h"

enum verdict_kind {
	VERDICT_PASS, VERDICT_FAIL, VERDICT_INCONCLUSIVE, VERDICT_ERROR,
	VERDICT_SKIP,
	VERDICT_N
};
extern const char *const verdict_names[VERDICT_N];	/* "pass", ... */

enum finding_kind {
	FINDING_NO_ANSWER,	/* no segment matched an expectation in time */
	FINDING_LATE,		/* the right segment, after the deadline */
	FINDING_EARLY,		/* the right segment, before `after` */
	FINDING_UNEXPECTED,	/* a segment that no expectation takes and the
				   model does not permit */
	FINDING_NOT_SILENT,	/* a segment where silence was required */
	FINDING_STATE,		/* a state claim that the packets contradict */
	FINDING_LINT,		/* an invariant every segment must keep */
	FINDING_DEAD,		/* the target stopped answering */
	FINDING_PRECONDITION,	/* a step of `reach` was not met */
	FINDING_FAULT,		/* trouble on our side */
	FINDING_N
};
extern const char *const finding_names[FINDING_N];	/* "no-answer", ... */

/* One field of the nearest segment that differs. */
struct mismatch {
	const char *field;	/* "ack", "flags", "option mss" */
	const char *expected;	/* "snd.nxt (0x2e1f0002)" */
	const char *actual;	/* "0x2e1f0003" */
};

struct finding {
	enum finding_kind kind;
	enum req_level level;
	const char *requirement;	/* "rfc9293:SA-LISTEN-3"; never NULL */
	int step;			/* plan step, or -1 */
	struct mark at;			/* in the case file; src NULL if none */
	const char *message;		/* one line, for under the carets */
	const char *expected;		/* "RST seq=probe.ack (0x2e1f0002)", or NULL */
	int packet;			/* nearest or offending packet, or -1 */
	const struct mismatch *mismatch;
	size_t n_mismatch;
	const char *remedy;		/* FAULT: what to do, or NULL */
};

/* What became of each step, for reports and packet comments. */
enum step_status {
	STEP_NOT_REACHED, STEP_DONE, STEP_SKIPPED,	/* optional, other branch */
	STEP_FAILED,
};
struct step_result {
	enum step_status status;
	int packet;		/* that sent or satisfied it, or -1 */
	int64_t at_ns;		/* when it was complete */
};

struct verdict {
	enum verdict_kind kind;
	enum req_level level;	/* of the worst finding; of the case if none */
	const char *reason;	/* one line; never NULL */
	const struct finding *finding;	/* worst first */
	size_t n_findings;
	const char *const *deviation;	/* named alternatives that were seen */
	size_t n_deviations;
	const struct step_result *step;	/* one for each step of the plan */
	const char *const *packet_note;	/* one for each packet; never NULL entries */
	uint32_t final_states;	/* set of enum tcp_state the target may be in */
};

#endif
