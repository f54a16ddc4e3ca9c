/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan: a dry run, which needs neither a target nor privileges.
 */
#include <stdio.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/rehearse.h"
#include "cli/select.h"
#include "plan/plan_text.h"

int command_plan(struct cli *cli)
{
	struct buf b = BUF_INIT;
	struct selection sel;
	int status;

	cli->slow_too = true;
	status = selection_open(cli, &sel);
	for (size_t i = 0; i < sel.n && status == CLI_OK; i++) {
		buf_reset(&b);
		plan_add_text(sel.plan[i], &b);
		if (cli->opt.hex)
			rehearse_plan(sel.plan[i], cli->opt.seed, &b);
		printf("%s%s", i ? "\n" : "", buf_str(&b));
	}
	buf_fini(&b);
	selection_fini(&sel);
	return status;
}
