/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * list: the cases there are, one a line, in columns that other programs can
 * split at two blanks.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
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

int command_list(struct cli *cli)
{
	struct selection sel;
	struct row *row;
	int status;

	/* Slow cases are in the list like all others. */
	cli->slow_too = true;
	status = selection_open(cli, &sel);
	if (status == CLI_OK) {
		row = arena_calloc(sel.arena, sel.n, sizeof(*row));
		show_rows(row, make_rows(&sel, cli->opt.variants, row));
	}
	selection_fini(&sel);
	return status;
}
