/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model: RFC 9293 as the program has it, for those who want to look it up or
 * check it.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/model_forms.h"

static int unknown_state(const struct cli *cli, const char *name)
{
	const char *near;
	struct buf b = BUF_INIT;
	struct diags ds;

	/* As they are written. */
	for (const char *p = name; *p; p++)
		buf_addc(&b, *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p);
	near = diag_nearest(buf_str(&b), tcp_state_names, TCP_N_STATES);
	diags_init(&ds);
	diag_add(&ds, DIAG_ERROR, NULL, "no state is called \"%s\"", name);
	if (near)
		diag_add_help(&ds, "did you mean %s?", near);
	else
		diag_add_help(&ds, "states are those of RFC 9293, such as FIN-WAIT-1");
	cli_show(cli, &ds);
	diags_fini(&ds);
	buf_fini(&b);
	return CLI_USAGE;
}

/* The states that were named, or all; in any case. */
static int read_states(const struct cli *cli, uint32_t *states)
{
	*states = cli->n_operands ? 0 : ~(uint32_t)0;
	for (size_t i = 0; i < cli->n_operands; i++) {
		int st = 0;

		while (st < TCP_N_STATES && strcasecmp(cli->operand[i], tcp_state_names[st]))
			st++;
		if (st == TCP_N_STATES)
			return unknown_state(cli, cli->operand[i]);
		*states |= 1u << st;
	}
	return CLI_OK;
}

static uint32_t read_events(const struct options *o)
{
	uint32_t events = 0;

	for (size_t i = 0; i < o->event.n; i++)
		for (const struct model_event_word *w = model_event_words; w->word; w++)
			if (option_has_word(o->event.item[i], w->word))
				events |= w->events;
	return o->event.n ? events : ~(uint32_t)0;
}

int command_model(struct cli *cli)
{
	const struct model_form *form = model_forms;
	uint32_t rules = options_rules(&cli->opt);
	struct model_view view = {
		.events = read_events(&cli->opt),
		.rules = rules ? rules : RULES_ALL,
	};
	int status = read_states(cli, &view.states);
	struct buf out = BUF_INIT;

	if (status)
		return status;
	while (strcmp(form->name, cli->opt.format))
		form++;
	form->add(&view, &out);
	fputs(buf_str(&out), stdout);
	buf_fini(&out);
	return model_view_next(&view, 0) < model_table_len ? CLI_OK : CLI_NOTHING;
}
