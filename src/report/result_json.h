/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of a report as JSON values, for the formats made of them.  Their
 * form is promised: reports/schema says which it is.
 */
#ifndef REPORT_RESULT_JSON_H
#define REPORT_RESULT_JSON_H

#include "base/json.h"
#include "report/format.h"

/* Each sets members of @o. */
void suite_to_json(struct json *o, const struct report_suite *s);
void result_to_json(struct json *o, const struct report_result *res,
		    const struct report_suite *s);
void totals_to_json(struct json *o, const struct report *r, const struct report_totals *t);

#endif
