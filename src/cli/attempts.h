/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attempts: on a path that may lose packets a missing answer proves nothing.
 *
 * A run that only misses something, or takes a weaker alternative, is run again,
 * up to ATTEMPTS_MAX times, with a new connection each time.  If it fails each
 * time it is a failure; if it passes once, nobody can say whether the path lost a
 * packet or the target answers only sometimes, and the run is inconclusive.  From
 * then on chance may explain three failures in a row, and ATTEMPTS_MAX_LOSSY are
 * asked for; where even these may be chance, by what the plans missed that came
 * through at last, the run is inconclusive too.
 * What was seen and is wrong is a failure at once: no loss explains it.
 *
 * A run that the tester impaired itself (verdict.excused) says nothing of the path or
 * the target: it is tried again up to ATTEMPTS_MAX_LOSSY times, and is inconclusive
 * if it never comes through; once it passes, it has passed.  So is a run that the tester
 * was too late for (verdict.late), as on a machine that is busy: if it always is, the
 * run remains an error.
 *
 * With --retries the user says how often: whatever did not pass is run again, on
 * any path.  What passes then is flaky, which is a failure unless --flaky says
 * otherwise.
 */
#ifndef CLI_ATTEMPTS_H
#define CLI_ATTEMPTS_H

#include <stdbool.h>

#include "verify/verdict.h"

#define ATTEMPTS_MAX 3
#define ATTEMPTS_MAX_LOSSY 8

struct attempts;

/*
 * @retries: so many further attempts of what did not pass, and @flaky is the verdict
 * of what passes then; < 0: the rules above.
 */
struct attempts *attempts_new(int retries, enum verdict_kind flaky);
void attempts_free(struct attempts *a);

/*
 * To be asked of each run that ended: true if @v may be the path's doing and the
 * plan deserves another attempt.
 */
bool attempts_again(struct attempts *a, const struct plan *plan, const struct verdict *v);

/*
 * The last attempt has ended: turns a @v that passed after a failed attempt into
 * inconclusive (with retries, into what was said), and one that failed on a hopeless
 * path too, and forgets the plan's attempts.  Words live in @arena.
 */
void attempts_settle(struct attempts *a, const struct plan *plan, struct arena *arena,
		     struct verdict *v);

#endif
