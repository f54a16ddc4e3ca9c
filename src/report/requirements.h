/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The requirements a case may cover, with the place where they stand.
 */
#ifndef REPORT_REQUIREMENTS_H
#define REPORT_REQUIREMENTS_H

#include <stddef.h>

struct requirement {
	const char *label;    /* "rfc9293:SA-LISTEN-3", as in a case's `covers` */
	const char *rfc;      /* "9293": where the text stands */
	const char *section;  /* "3.10.7.2" */
	const char *strength; /* "MUST", "SHOULD NOT", or "" where the RFC only says
				 what is done */
	const char *meaning;  /* one line in our words */
};
/* All of them, in the order of the RFCs; ends with label NULL. */
extern const struct requirement requirements[];

/*
 * The requirement with this label, or NULL.  A name of our own is found under any
 * RFC: "rfc9293:R7323-TS-1" is "rfc7323:R7323-TS-1".
 */
const struct requirement *requirement_find(const char *label);

#endif
