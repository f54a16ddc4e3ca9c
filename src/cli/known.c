/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The known deviations that count in a run.
 */
#include "cli/known.h"

#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "cli/select.h"
#include "plan/pattern.h"

/* Given for a file: the bundled list does not count. */
#define NO_BUNDLED "none"
#define BUNDLED "reports/known/linux.yaml"

static bool wants_bundled(const struct options *o)
{
	for (size_t i = 0; i < o->known.n; i++)
		if (!strcmp(o->known.item[i], NO_BUNDLED))
			return false;
	return true;
}

/* "/usr/share/shakedown/reports/known/linux.yaml" for "/usr/share/shakedown/testcases". */
static const char *bundled_path(struct arena *arena)
{
	const char *dir = select_bundled_dir(arena);
	size_t len = strlen(dir);

	while (len && dir[len - 1] == '/')
		len--;
	while (len && dir[len - 1] != '/')
		len--;
	return arena_printf(arena, "%.*s" BUNDLED, (int)len, dir);
}

/* Beside the bundled cases, which it belongs to; other cases may have none. */
static int read_bundled(struct cli *cli, struct known_list *list, struct diags *ds)
{
	const char *path = bundled_path(cli->opt.arena);

	return access(path, F_OK) ? 0 : known_load(cli->opt.arena, path, list, ds);
}

static int read_users(struct cli *cli, struct known_list *list, struct diags *ds)
{
	int err = 0;

	for (size_t i = 0; i < cli->opt.known.n; i++)
		if (strcmp(cli->opt.known.item[i], NO_BUNDLED) &&
		    known_load(cli->opt.arena, cli->opt.known.item[i], list, ds))
			err = -1;
	return err;
}

int known_open(struct cli *cli, struct known *known)
{
	struct known_entry **users;
	struct diags ds;
	int err = 0;

	known_init(&known->list);
	diags_init(&ds);
	if (wants_bundled(&cli->opt))
		err = read_bundled(cli, &known->list, &ds);
	users = known->list.end;
	if (read_users(cli, &known->list, &ds))
		err = -1;
	known->users = *users;
	cli_show(cli, &ds);
	diags_fini(&ds);
	return err ? CLI_BAD_CASES : CLI_OK;
}

/* ---- entries that no case needs any more ---- */

static bool takes_any(const char *pattern, const struct suite *suite)
{
	for (size_t i = 0; i < suite_n_plans(suite); i++)
		if (pattern_takes_plan(pattern, suite_plan(suite, i)))
			return true;
	return false;
}

static void check_entry(const struct known_entry *e, const struct suite *suite, struct diags *ds)
{
	for (size_t i = 0; i < e->cases.n; i++) {
		if (takes_any(e->cases.word[i], suite))
			continue;
		diag_add(ds, DIAG_ERROR, &e->cases.at[i],
			 "a known deviation of \"%s\", which no case has", e->cases.word[i]);
		diag_add_help(ds, "delete it, or name the case as `shakedown list` shows it");
	}
}

int known_check_stale(const struct cli *cli, const struct known *known,
		      const struct suite *suite, const char *target)
{
	struct diags ds;
	int status;

	diags_init(&ds);
	for (const struct known_entry *e = known->users; e; e = e->next)
		if (known_is_about(e, target))
			check_entry(e, suite, &ds);
	status = ds.n_errors ? CLI_NONCONFORMING : CLI_OK;
	cli_show(cli, &ds);
	diags_fini(&ds);
	return status;
}
