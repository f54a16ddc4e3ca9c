/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Evidence: a trace as an annotated pcapng file that Wireshark opens and that
 * holds everything verify needs.
 *
 * One section, one interface (LINKTYPE_RAW, nanoseconds).  Comments of the
 * section: one for people, what the run was and what became of it; then one for
 * us, its setup and faults as "key: value" lines.  Each packet: likewise a
 * comment for people (step, what was expected, verdict), if there is one, then
 * the line "shakedown: step=3 flow=0"; epb_flags give the direction.  Interface
 * statistics: the capture's drops and the times of start and end.
 *
 * pcapng: draft-ietf-opsawg-pcapng.
 */
#ifndef TRACE_EVIDENCE_H
#define TRACE_EVIDENCE_H

#include "base/buf.h"
#include "base/diag.h"
#include "trace/trace.h"

/* What is written besides the trace. */
struct evidence_note {
	const char *variant;	   /* plan id */
	const char *verdict;	   /* "pass", ...; informative only, verify judges anew */
	const char *summary;	   /* reason and findings, several lines, or NULL */
	const char *program;	   /* "shakedown 0.1.0" */
	const char *target;	   /* name of the target */
	const char *impairment;	   /* what was done to the path on purpose, or NULL */
	const char *const *packet; /* comment of each packet, or NULL entries */
};

/* Appends the whole file to @out. */
void evidence_format(const struct trace *t, const struct evidence_note *note, struct buf *out);

/* Writes it to @path.  0 or -errno; what is there then is no evidence. */
int evidence_write(const char *path, const struct trace *t, const struct evidence_note *note);

/* What was read besides the trace; strings live in @arena. */
struct evidence_info {
	const char *variant;
	const char *verdict;
	const char *program;
	const char *target;
	const char *impairment; /* or NULL */
};

/*
 * True if @path can be read and starts as evidence does, whatever becomes of it
 * further on; false for captures of other programs, which hold no plan.
 */
bool evidence_probe(const char *path);

/*
 * Reads evidence from @path, or from memory, into @t, which was initialised and
 * is emptied first.  Total: any bytes give either a trace or an error in @ds,
 * never a crash.  Returns 0, -errno (file trouble) or -EINVAL (not evidence);
 * unless 0, @ds says why and @t is empty.  Step numbers are what the file says:
 * whoever has the plan checks them against it.
 */
int evidence_read(const char *path, struct arena *arena, struct trace *t,
		  struct evidence_info *info, struct diags *ds);
int evidence_parse(const uint8_t *p, size_t len, const char *name, struct arena *arena,
		   struct trace *t, struct evidence_info *info, struct diags *ds);

#endif
