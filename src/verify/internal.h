/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of this room share and nobody else needs.
 */
#ifndef VERIFY_INTERNAL_H
#define VERIFY_INTERNAL_H

#include "verify/verdict.h"

struct verify_fault {
	enum trace_fault_kind kind;
	int packet;
	int64_t detail;
};

/* One judgement in progress. */
struct verify {
	const struct plan *plan;
	const struct trace *trace;
	struct arena *arena;
	struct walk *walk;
	struct verify_fault fault[FAULT_N]; /* one of each kind at most */
	size_t n_faults;
};

/* Notes a fault once per kind. */
void verify_fault(struct verify *v, enum trace_fault_kind kind, int packet,
		  int64_t detail);

/* The words (verify_text.c). */
void verify_fault_text(struct verify *v, const struct verify_fault *f,
		       struct finding *out);
void verify_finding_text(struct verify *v, const struct walk_finding *f,
			 struct finding *out);
const char *const *verify_packet_notes(struct verify *v,
				       const struct verdict *verdict);

#endif
