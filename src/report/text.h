/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pieces of text that several reports show.
 */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "base/buf.h"
#include "report/report.h"

/* A verdict as a person reads it: a broken `should` has a name of its own. */
enum status {
	STATUS_PASS,
	STATUS_FAIL,
	STATUS_WARNING,
	STATUS_INCONCLUSIVE,
	STATUS_ERROR,
	STATUS_SKIP,
	STATUS_KNOWN,	   /* failed, and is listed as a known deviation */
	STATUS_UNEXPECTED, /* passed, and is listed all the same */
	STATUS_N
};
extern const char *const status_names[STATUS_N]; /* "pass", "warning", ... */
/* @strict: a broken `should` is a failure. */
enum status status_of(const struct verdict *v, bool strict);

/*
 * Appends @s as part of one line that any terminal may see: valid UTF-8, and a
 * space for each control character.  Titles and messages may be anybody's.
 */
void text_add(struct buf *out, const char *s);

/* Appends @s in double quotes as JSON (and so YAML) has them. */
void text_add_quoted(struct buf *out, const char *s);

/* Appends @s as one word of a POSIX shell, quoted only if it must be. */
void text_add_shell(struct buf *out, const char *s);

/* Appends "RFC 9293 3.10.7.2" for a label; what is unknown stays as it is. */
void text_add_requirement(struct buf *out, const char *label);

/* Appends the command that gives just this result again. */
void text_add_rerun(struct buf *out, const struct report_suite *s,
		    const struct report_result *res);

/* False where nothing was broken: the question could not be asked. */
bool text_is_violation(const struct finding *f);

/*
 * Appends what a list of known deviations says of @v, which is in it:
 * "target-defect: the window is one too large (known.yaml:8:5)".
 */
void text_add_known(struct buf *out, const struct verdict *v);

/* "MUST", "SHOULD", "MAY". */
const char *text_level(enum req_level level);

/* Appends "file:line:col" of @at, or nothing. */
void text_add_place(struct buf *out, const struct mark *at);

/*
 * Appends packet @i of @t: "<  RST|ACK seq=0x00000000 ack=0x2e1f0002"; the
 * arrow points from the target to the tester or back.
 */
void text_add_packet(struct buf *out, const struct trace *t, size_t i);

/* Appends " (frame 7)" for packet @i; nothing if it is not there. */
void text_add_frame(struct buf *out, const struct trace *t, int i);

/* Seconds since the first packet, as Wireshark counts them. */
double text_packet_time(const struct trace *t, size_t i);

/* How many runs these are together. */
size_t text_runs(const size_t n[STATUS_N]);

/* Appends "12 passed, 1 failed, 2 warnings"; what is zero is left out. */
void text_add_counts(struct buf *out, const size_t n[STATUS_N]);

/*
 * Whether the target conforms: "YES", "NO", or "INCOMPLETE" where not everything
 * could be judged.
 */
const char *text_conformance(const size_t n[STATUS_N], const struct report_totals *t);

/* Appends the last sentence: "Conformance: NO - 1 MUST violated, 2 SHOULD". */
void text_add_conformance(struct buf *out, const size_t n[STATUS_N],
			  const struct report_totals *t, bool strict);

#endif
