/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening the way to the target.
 */
#include "config.h"

#include "cli/connection.h"

#include <string.h>

#include "base/arena.h"
#include "cli/sanity.h"
#include "cli/target_arg.h"
#include "link/app_client.h"
#include "link/lab.h"
#include "link/live.h"
#include "sim/sim.h"

#define LAB_JOBS 256
#define SECOND_NS INT64_C(1000000000)
#define LIVE_JOBS 1
/*
 * One run at a time is for weak targets: their service needs some time to notice
 * that a connection was reset, and a listen queue of five is soon full of those.
 */
#define LIVE_RATE 200

/* Options that say something of a target which is not there. */
static bool check_lab_options(const struct options *o, struct diags *ds)
{
	const struct {
		const char *name;
		bool given;
	} needs_target[] = {
		{ "provides", o->provides.n },
		{ "port", o->port.n },
		{ "closed-port", o->closed_port.n },
		{ "agent", o->agent },
		{ "interface", o->interface },
		{ "source", o->source.n },
		{ "set-offloads", o->set_offloads },
	};

	for (size_t i = 0; i < sizeof(needs_target) / sizeof(needs_target[0]); i++)
		if (needs_target[i].given)
			diag_add(ds, DIAG_ERROR, NULL,
				 "--%s goes with --target or --target-profile only",
				 needs_target[i].name);
	return ds->n_errors == 0;
}

/* What follows "sim" in --target, or NULL: the target is not simulated. */
static const char *sim_text(const struct options *o)
{
	for (size_t i = 0; i < o->target.n; i++)
		if (!strncmp(o->target.item[i], "sim", 3) &&
		    (!o->target.item[i][3] || o->target.item[i][3] == ':'))
			return o->target.item[i] + 3;
	return NULL;
}

/* Neither in the lab nor simulated. */
static bool is_elsewhere(const struct options *o)
{
	return (o->target.n || o->target_profile) && !sim_text(o);
}

static int describe_elsewhere(const struct options *o, struct connection *c, struct diags *ds)
{
	if (!o->target_profile)
		return target_arg_parse(o, NULL, &c->target, ds);
	if (profile_load(o->arena, o->target_profile, &c->profile, ds))
		return CLI_BAD_CASES;
	return target_arg_parse(o, &c->profile, &c->target, ds);
}

int connection_describe(struct cli *cli, struct connection *c)
{
	struct diags ds;
	int status = CLI_OK;

	memset(c, 0, sizeof(*c));
	diags_init(&ds);
	if (sim_text(&cli->opt) && (cli->opt.target.n > 1 || cli->opt.target_profile)) {
		diag_add(&ds, DIAG_ERROR, NULL, "--target sim goes with no other target");
		status = CLI_USAGE;
	} else if (is_elsewhere(&cli->opt))
		status = describe_elsewhere(&cli->opt, c, &ds);
	else if (check_lab_options(&cli->opt, &ds))
		target_init_lab(&c->target);
	else
		status = CLI_USAGE;
	if (cli->opt.rate)
		c->target.rate = (unsigned int)cli->opt.rate;
	if (cli->opt.impair && impair_config_parse(cli->opt.impair, &c->impair, &ds))
		status = CLI_USAGE;
	cli_show(cli, &ds);
	diags_fini(&ds);
	return status;
}

/* Of Linux; the net/tcp.h of its source has what is no setting. */
static void take_lab_timers(const struct lab_timers *l, struct timer_values *v)
{
	v->ns[TIMER_MSL] = 30 * SECOND_NS; /* TCP_TIMEWAIT_LEN is 60 s */
	v->ns[TIMER_RTO_INITIAL] = SECOND_NS;
	v->ns[TIMER_RTO_MIN] = l->rto_min_ns ? l->rto_min_ns : SECOND_NS / 5;
	v->ns[TIMER_RTO_MAX] = l->rto_max_ns ? l->rto_max_ns : 120 * SECOND_NS;
	v->ns[TIMER_FIN_WAIT_2] = l->fin_timeout_ns;
}

static int open_lab(struct cli *cli, struct connection *c, struct diags *ds)
{
	int err = lab_open(NULL, &c->lab, ds);

	if (err)
		return CLI_INCOMPLETE;
	c->link = lab_link(c->lab);
	c->target.name = arena_printf(cli->opt.arena, "the lab (%s)", lab_target_name(c->lab));
	c->target.challenge_acks = lab_challenge_acks(c->lab);
	c->target.addr4 = c->link->target4;
	c->target.addr6 = c->link->target6;
	take_lab_timers(lab_timers(c->lab), &c->target.timers);
	c->jobs = LAB_JOBS;
	return CLI_OK;
}

static int open_sim(struct cli *cli, struct connection *c, struct diags *ds)
{
	const char *text = sim_text(&cli->opt);
	struct sim_config cfg;

	if (sim_config_parse(text, &cfg, ds))
		return CLI_USAGE;
	cfg.seed = cli->opt.seed;
	c->sim = sim_open(&cfg);
	c->link = sim_link(c->sim);
	c->target.name = arena_printf(cli->opt.arena, "the simulated target (sim%s)", text);
	c->target.addr4 = c->link->target4;
	c->target.addr6 = c->link->target6;
	sim_timers(&c->target.timers);
	c->jobs = LAB_JOBS;
	return CLI_OK;
}

/* Asked for by name, it must be there: another guard is another experiment. */
static bool check_guard(const struct options *o, struct diags *ds)
{
#ifdef HAVE_NFTABLES
	(void)o;
	(void)ds;
	return true;
#else
	if (strcmp(o->rst_guard, "nft"))
		return true;
	diag_add(ds, DIAG_ERROR, NULL, "--rst-guard nft: this program was built without nftables");
	diag_add_help(ds, "leave it out, or build with ./configure --with-nftables");
	return false;
#endif
}

/* Where the command line does not say, and only to go with a target. */
static void take_sources(const struct connection *c, struct live_config *cfg)
{
	if (!cfg->source4.family && cfg->target4.family)
		cfg->source4 = c->profile.source4;
	if (!cfg->source6.family && cfg->target6.family)
		cfg->source6 = c->profile.source6;
}

/* Whoever makes the calls of the target's application, if anybody does. */
static int open_agent(struct arena *arena, struct connection *c, struct diags *ds)
{
	const struct target *t = &c->target;
	struct app_client_config cfg = {
		.agent = t->agent,
		.port = t->agent_port,
		.datagrams = t->agent_udp,
		.fd = -1,
		.tester4 = c->link->tester4,
		.tester6 = c->link->tester6,
		.target4 = c->link->target4,
		.target6 = c->link->target6,
	};
	struct app_client *client;
	char at[IP_ADDR_STRLEN];
	const uint16_t *v;
	int err;

	if (!t->agent.family)
		return 0;
	err = app_client_open(&cfg, &client, ds);
	if (err)
		return err;
	v = app_client_version(client);
	c->agent = arena_printf(arena, "%s port %u, version %u.%u.%u",
				ip_addr_str(&t->agent, at, sizeof(at)), t->agent_port, v[0], v[1],
				v[2]);
	live_set_app(c->link, client);
	return 0;
}

int connection_config(const struct cli *cli, const struct connection *c, struct live_config *cfg,
		      struct diags *ds)
{
	int status;

	*cfg = (struct live_config){
		.target4 = c->target.addr4,
		.target6 = c->target.addr6,
		.interface = cli->opt.interface ? cli->opt.interface : c->profile.interface,
		.set_offloads = cli->opt.set_offloads,
		.guard = strcmp(cli->opt.rst_guard, "nft") ? GUARD_LISTENER : GUARD_NFT,
		.control_port = c->target.agent_udp ? 0 : c->target.agent_port,
	};
	status = target_arg_sources(&cli->opt, &cfg->source4, &cfg->source6, ds);
	if (status)
		return status;
	take_sources(c, cfg);
	return check_guard(&cli->opt, ds) ? CLI_OK : CLI_USAGE;
}

static int open_live(struct cli *cli, struct connection *c, struct diags *ds)
{
	struct live_config cfg;
	int status = connection_config(cli, c, &cfg, ds);

	if (status)
		return status;
	c->jobs = c->profile.jobs ? c->profile.jobs : LIVE_JOBS;
	if (!c->target.rate && (cli->opt.jobs ? cli->opt.jobs : c->jobs) == 1)
		c->target.rate = LIVE_RATE;
	if (live_open(&cfg, &c->link, ds) || open_agent(cli->opt.arena, c, ds))
		return CLI_INCOMPLETE;
	return CLI_OK;
}

bool connection_is_live(const struct cli *cli)
{
	return is_elsewhere(&cli->opt);
}

int connection_start(struct cli *cli, struct connection *c, struct diags *ds)
{
	if (sim_text(&cli->opt))
		return open_sim(cli, c, ds);
	return is_elsewhere(&cli->opt) ? open_live(cli, c, ds) : open_lab(cli, c, ds);
}

/* "eth1 192.0.2.9 and 2001:db8::9" */
static const char *describe_tester(struct arena *arena, const struct link *l)
{
	char a4[IP_ADDR_STRLEN] = "", a6[IP_ADDR_STRLEN] = "";

	if (l->tester4.family)
		ip_addr_str(&l->tester4, a4, sizeof(a4));
	if (l->tester6.family)
		ip_addr_str(&l->tester6, a6, sizeof(a6));
	return arena_printf(arena, "%s%s%s (%s)", a4, *a4 && *a6 ? " and " : "", a6, l->name);
}

int connection_open(struct cli *cli, struct connection *c)
{
	struct diags ds;
	int status;

	diags_init(&ds);
	status = connection_start(cli, c, &ds);
	if (status == CLI_OK && is_elsewhere(&cli->opt) &&
	    !sanity_check(c->link, &c->target, &ds))
		status = CLI_INCOMPLETE;
	if (status == CLI_OK)
		c->tester = describe_tester(cli->opt.arena, c->link);
	else if (!ds.n_errors)
		diag_add(&ds, DIAG_ERROR, NULL, "the link to the target cannot be opened");
	cli_show(cli, &ds);
	diags_fini(&ds);
	return status;
}

bool connection_alive(struct connection *c)
{
	return !c->lab || lab_alive(c->lab);
}

void connection_close(struct connection *c)
{
	if (c->lab)
		lab_close(c->lab);
	else if (c->sim)
		sim_close(c->sim);
	else if (c->link)
		c->link->ops->close(c->link);
	c->lab = NULL;
	c->sim = NULL;
	c->link = NULL;
}
