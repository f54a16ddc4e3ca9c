/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * list: the cases there are, one a line, in columns that other programs can
 * split at two blanks, or as JSON.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/select.h"

struct row {
	const char *id;
	const struct plan *plan;
	size_t variants;
};

static const char *join_tags(const struct plan *p, struct buf *b)
{
	buf_reset(b);
	for (size_t i = 0; i < p->n_tags; i++)
		buf_printf(b, "%s%s", i ? "," : "", p->tags[i]);
	return p->n_tags ? buf_str(b) : "-";
}

/* Variants of one case stand together. */
static size_t make_rows(const struct selection *sel, bool variants, struct row *row)
{
	size_t n = 0;

	for (size_t i = 0; i < sel->n; i++) {
		const struct plan *p = sel->plan[i];

		if (!variants && n && !strcmp(row[n - 1].id, p->case_id))
			row[n - 1].variants++;
		else
			row[n++] = (struct row){ variants ? p->id : p->case_id, p, 1 };
	}
	return n;
}

static void show_rows(const struct row *row, size_t n)
{
	struct buf tags = BUF_INIT;
	size_t id_width = 0, tag_width = 0;

	for (size_t i = 0; i < n; i++) {
		size_t id_len = strlen(row[i].id), tag_len = strlen(join_tags(row[i].plan, &tags));

		id_width = id_len > id_width ? id_len : id_width;
		tag_width = tag_len > tag_width ? tag_len : tag_width;
	}
	for (size_t i = 0; i < n; i++) {
		const struct plan *p = row[i].plan;

		printf("%-*s  %-6s  %-*s  %s\n", (int)id_width, row[i].id,
		       req_level_names[p->level], (int)tag_width, join_tags(p, &tags), p->title);
	}
	buf_fini(&tags);
}

static struct json *strings(const char *const *list, size_t n)
{
	struct json *a = json_new_array();

	for (size_t i = 0; i < n; i++)
		json_push_string(a, list[i]);
	return a;
}

static struct json *needs_of(const struct plan *p)
{
	struct json *a = json_new_array();

	for (int i = 0; i < NEED_N; i++)
		if (p->needs >> i & 1)
			json_push_string(a, plan_needs[i].name);
	return a;
}

static struct json *uses_of(const struct plan *p)
{
	struct json *a = json_new_array();

	for (int i = 0; i < USE_N; i++)
		if (p->uses >> i & 1)
			json_push_string(a, plan_uses[i].name);
	return a;
}

static struct json *params_of(const struct plan *p)
{
	struct json *o = json_new_object();

	for (size_t i = 0; i < p->n_param; i++)
		json_set_string(o, p->param[i].key, p->param[i].value);
	return o;
}

static struct json *row_json(const struct row *row, bool variants)
{
	const struct plan *p = row->plan;
	struct json *o = json_new_object();

	json_set_string(o, "id", row->id);
	if (variants) {
		json_set_string(o, "case", p->case_id);
		json_set(o, "parameters", params_of(p));
	} else {
		json_set_int(o, "variants", (int64_t)row->variants);
	}
	json_set_string(o, "area", p->area);
	json_set_string(o, "title", p->title);
	json_set_string(o, "level", req_level_names[p->level]);
	json_set(o, "tags", strings(p->tags, p->n_tags));
	json_set(o, "covers", strings(p->covers, p->n_covers));
	json_set(o, "needs", needs_of(p));
	json_set(o, "uses", uses_of(p));
	json_set_string(o, "file", p->file);
	return o;
}

/* {"format": 1, "cases": [...]}, or "variants". */
static void show_json(const struct row *row, size_t n, bool variants)
{
	struct json *o = json_new_object(), *list = json_new_array();
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < n; i++)
		json_push(list, row_json(&row[i], variants));
	json_set_int(o, "format", 1);
	json_set(o, variants ? "variants" : "cases", list);
	json_add_text(&b, o, 2);
	puts(buf_str(&b));
	buf_fini(&b);
	json_free(o);
}

int command_list(struct cli *cli)
{
	struct selection sel;
	struct row *row;
	size_t n;
	int status;

	/* Slow cases are in the list like all others. */
	cli->slow_too = true;
	status = selection_open(cli, &sel);
	if (status == CLI_OK) {
		row = arena_calloc(sel.arena, sel.n, sizeof(*row));
		n = make_rows(&sel, cli->opt.variants, row);
		if (strcmp(cli->opt.format, "json"))
			show_rows(row, n);
		else
			show_json(row, n, cli->opt.variants);
	}
	selection_fini(&sel);
	return status;
}
