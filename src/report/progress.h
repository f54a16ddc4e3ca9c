/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line on standard error that says how far the runs are.  It is erased
 * before anything else is written, and drawn at most ten times a second.
 */
#ifndef REPORT_PROGRESS_H
#define REPORT_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

struct progress {
	bool enabled;
	bool shown;
	int fd;
	int64_t next_ns; /* not drawn before */
};

/* @fd is the terminal's. */
void progress_init(struct progress *p, bool enabled, int fd);

/* True if it is time to draw. */
bool progress_due(struct progress *p, int64_t now_ns);
/* Draws @text in place of what is shown. */
void progress_draw(struct progress *p, const char *text, int64_t now_ns);
void progress_erase(struct progress *p);

int64_t progress_now(void);

#endif
