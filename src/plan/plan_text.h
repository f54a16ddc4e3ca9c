/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plans as a person reads them: what would be sent and what is expected, in the
 * names of the case ("seq=snd.nxt", "ack one of iss + 1, iss + 5").
 */
#ifndef PLAN_PLAN_TEXT_H
#define PLAN_PLAN_TEXT_H

#include "plan/plan.h"

struct buf;

/*
 * Appends what PLAN_SEND step @step sends: "SYN seq=snd.nxt win=65535 <mss>".
 * Fields that the case leaves out show what a correct peer would use.
 */
void plan_describe_send(const struct plan *p, size_t step, struct buf *out);

/*
 * Appends what step @step waits for: "SYN|ACK ack=iss + 1 within 1 s", or
 * "nothing for 300 ms"; for a PLAN_ONE_OF what each alternative waits for,
 * joined by " or ".  Nothing for other steps.
 */
void plan_describe_expect(const struct plan *p, size_t step, struct buf *out);

/* Appends what PLAN_APP step @step asks for: "shutdown write".  Nothing for others. */
void plan_describe_app(const struct plan *p, size_t step, struct buf *out);

/* Appends one line (without newline) for any step, its name and claim included. */
void plan_describe_step(const struct plan *p, size_t step, struct buf *out);

/* Appends the whole plan: a head, then a line for each step, branches indented. */
void plan_add_text(const struct plan *p, struct buf *out);

/* Appends a duration in the largest unit that shows it exactly: "1.5 s", "300 ms". */
void plan_add_duration(int64_t ns, struct buf *out);

/* Appends what may hold timers: "300 ms", "2 * msl + 5 s". */
void plan_add_span(const struct timer_sum *sum, struct buf *out);

#endif
