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
#include "plan/known.h"
#include "plan/plan.h"
#include "trace/trace.h"
#include "walk/walk.h"

enum verdict_kind {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_INCONCLUSIVE,
	VERDICT_ERROR,
	VERDICT_SKIP,
	VERDICT_N
};
extern const char *const verdict_names[VERDICT_N]; /* "pass", ... */

extern const char *const finding_names[FINDING_N]; /* "no-answer", ... */

/* One field of the nearest segment that differs. */
struct mismatch {
	const char *field;    /* "ack", "flags", "option mss" */
	const char *expected; /* "snd.nxt (0x2e1f0002)" */
	const char *actual;   /* "0x2e1f0003" */
};

struct finding {
	enum finding_kind kind;
	enum req_level level;
	/*
	 * A path that loses, doubles or holds up segments explains it: something did
	 * not come, or not when it should have.  What is wrong in itself it does not.
	 */
	bool by_path;
	const char *requirement; /* "rfc9293:SA-LISTEN-3"; never NULL */
	int step;		 /* plan step, or -1 */
	struct mark at;		 /* in the case file; src NULL if none */
	const char *message;	 /* one line, for under the carets */
	const char *expected;	 /* "RST seq=probe.ack (0x2e1f0002)", or NULL */
	int packet;		 /* nearest or offending packet, or -1 */
	const struct mismatch *mismatch;
	size_t n_mismatch;
	const char *remedy; /* FAULT: what to do, or NULL */
	/* UNEXPECTED, by the model: the states the target could have been in, and
	 * what it could have sent there; or NULL. */
	const char *states, *permitted;
};

/* What a list of known deviations says of a run (plan/known.h). */
enum known_outcome {
	KNOWN_NOT,	 /* it is not listed, or was not judged */
	KNOWN_EXPECTED,	 /* listed, and it failed so */
	KNOWN_PASSED,	 /* listed, and it passed: the list is out of date */
	KNOWN_OTHERWISE, /* listed, but it broke something else */
};

struct verdict {
	enum verdict_kind kind;
	enum req_level level;	       /* of the worst finding; of the case if none */
	const char *reason;	       /* one line; never NULL */
	const struct finding *finding; /* worst first */
	size_t n_findings;
	unsigned int n_fenced;	      /* silences that a fence proved before their time */
	const char *const *deviation; /* named alternatives that were seen */
	size_t n_deviations;
	const struct step_result *step; /* one for each step of the plan */
	const char *const *packet_note; /* one for each packet; never NULL entries */
	/* What went wrong may be the doing of the tester's own impairment. */
	bool excused;
	/* `error` for nothing but that the tester was held up, and came too late. */
	bool late;
	uint32_t final_states; /* set of enum tcp_state the target may be in */
	enum known_outcome known;
	const struct known_entry *entry; /* NULL with KNOWN_NOT */
};

#endif
