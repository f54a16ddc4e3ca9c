/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan: a dry run, which needs neither a target nor privileges.  Where a target is
 * described, it says what of it each case would be run against, and on which way.
 */
#include <stdio.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/rehearse.h"
#include "cli/select.h"
#include "plan/plan_text.h"

/* "  on the target: port 13, by services", or why not at all. */
static void add_choice(const struct plan *p, const struct target *t, struct buf *out)
{
	const char *missing = NULL;
	int port = target_choose_for(t, p, &missing);

	buf_adds(out, "  on the target: ");
	if (port < 0)
		buf_printf(out, "skipped, %s\n", missing);
	else if (plan_asks_app(p))
		buf_printf(out, "a port from %u to %u, by the application\n", t->app_first,
			   t->app_last);
	else
		buf_printf(out, "port %d, by services\n", port);
}

static void show_plans(const struct cli *cli, const struct selection *sel, const struct target *t)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sel->n; i++) {
		buf_reset(&b);
		plan_add_text(sel->plan[i], &b);
		if (t)
			add_choice(sel->plan[i], t, &b);
		if (cli->opt.hex)
			rehearse_plan(sel->plan[i], cli->opt.seed, &b);
		printf("%s%s", i ? "\n" : "", buf_str(&b));
	}
	buf_fini(&b);
}

int command_plan(struct cli *cli)
{
	bool described = cli->opt.target.n || cli->opt.target_profile;
	const struct target *target = NULL;
	struct connection conn;
	struct selection sel;
	int status;

	cli->slow_too = true;
	if (described) {
		status = connection_describe(cli, &conn);
		if (status)
			return status;
		target = &conn.target;
	}
	status = selection_open_for(cli, &sel, target);
	if (status == CLI_OK)
		show_plans(cli, &sel, target);
	selection_fini(&sel);
	return status;
}
