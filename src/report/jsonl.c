/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stream of events, one JSON object on each line as it happens: suite-start,
 * result for each run, suite-end.
 */
#include "report/result_json.h"

static void add_event(struct report *r, struct json *o)
{
	json_add_text(&r->out, o, 0);
	buf_addc(&r->out, '\n');
	json_free(o);
}

static struct json *event(const char *name)
{
	struct json *o = json_new_object();

	json_set_string(o, "event", name);
	return o;
}

static void jsonl_start(struct report *r)
{
	struct json *o = event("suite-start");

	suite_to_json(o, r->suite);
	add_event(r, o);
}

static void jsonl_result(struct report *r, const struct report_result *res)
{
	struct json *o = event("result");

	result_to_json(o, res, r->suite);
	add_event(r, o);
}

static void jsonl_finish(struct report *r, const struct report_totals *t)
{
	struct json *o = event("suite-end");

	totals_to_json(o, r, t);
	add_event(r, o);
}

const struct report_ops jsonl_ops = {
	.size = sizeof(struct report),
	.start = jsonl_start,
	.result = jsonl_result,
	.finish = jsonl_finish,
};
