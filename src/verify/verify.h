/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Verify: plan + trace -> verdict.  Pure: no clock, no I/O, no global state; the
 * same input always gives the same verdict, on the machine that ran the case or
 * on a laptop later.
 */
#ifndef VERIFY_VERIFY_H
#define VERIFY_VERIFY_H

#include "base/arena.h"
#include "verify/verdict.h"

/* Judges @trace.  Everything in the result lives in @arena. */
void verify_run(const struct plan *plan, const struct trace *trace,
		struct arena *arena, struct verdict *out);

/* A verdict that needs no trace: skip, or an error before the first packet. */
void verdict_without_trace(const struct plan *plan, enum verdict_kind kind,
			   const char *reason, struct arena *arena,
			   struct verdict *out);

/*
 * Sets @out->states and @out->permitted to what @violation says of them; the
 * texts live in @arena.
 */
void verify_violation_text(const struct model_violation *violation, struct arena *arena,
			   struct finding *out);

/*
 * Compares @v with the known deviations of the target of this name, and sets its
 * `known` and `entry`; a run that passed all the same gets a reason that says so.
 * Runs without a judgement on the target are left alone.
 */
void verdict_compare_known(const struct known_list *list, const struct plan *plan,
			   const char *target, struct arena *arena, struct verdict *v);

/* True if the target broke something that counts with these settings. */
bool verdict_breaks(const struct verdict *v, bool strict);

/*
 * True if the run makes the whole fail: something was broken, and is not known; or
 * it should have been broken, and was not.
 */
bool verdict_is_nonconforming(const struct verdict *v, bool strict);

#endif
