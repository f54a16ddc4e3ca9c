/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole report as one JSON document: the suite, the results, the totals.
 * The document is complete after each result; without totals, the run was cut
 * short.
 */
#include <string.h>

#include "report/result_json.h"

struct json_report {
	struct report report;
	bool any; /* results so far */
};

/* Closes the list of results and the document. */
static void add_end(struct report *r)
{
	static const char end[] = "\n]}\n";

	buf_adds(&r->out, end);
	r->tail = strlen(end);
}

/* The text of an object without its closing brace. */
static void add_open(struct report *r, struct json *o)
{
	json_add_text(&r->out, o, 0);
	r->out.data[--r->out.len] = '\0';
	json_free(o);
}

static void json_start(struct report *r)
{
	struct json *o = json_new_object(), *suite = json_new_object();

	suite_to_json(suite, r->suite);
	json_set(o, "suite", suite);
	add_open(r, o);
	buf_adds(&r->out, ",\n\"results\":[");
	add_end(r);
}

static void json_result(struct report *r, const struct report_result *res)
{
	struct json_report *j = (struct json_report *)r;
	struct json *o = json_new_object();

	buf_adds(&r->out, j->any ? ",\n" : "\n");
	j->any = true;
	result_to_json(o, res, r->suite);
	json_add_text(&r->out, o, 0);
	json_free(o);
	add_end(r);
}

static void json_finish(struct report *r, const struct report_totals *t)
{
	struct json *o = json_new_object();

	totals_to_json(o, r, t);
	buf_adds(&r->out, "\n],\n\"totals\":");
	json_add_text(&r->out, o, 0);
	json_free(o);
	buf_adds(&r->out, "}\n");
}

const struct report_ops json_ops = {
	.size = sizeof(struct json_report),
	.start = json_start,
	.result = json_result,
	.finish = json_finish,
};
