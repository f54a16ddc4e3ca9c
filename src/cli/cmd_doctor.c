/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * doctor: is everything there that a run needs?  From the tester outwards: the
 * way, privileges, the interface and its offloads, addresses; then the target's
 * ports.  What stands in the way of the rest is the last line.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/doctor.h"
#include "link/lab.h"
#include "link/live_path.h"
#include "link/offload.h"
#include "link/privilege.h"

/* ---- what can be known without a packet ---- */

static void say_family(struct doctor *d, const struct live_path *path, int i)
{
	const struct live_family *f = &path->family[i];
	char from[IP_ADDR_STRLEN], to[IP_ADDR_STRLEN];

	if (f->mode == LIVE_UNUSED)
		return;
	ip_addr_str(&f->tester, from, sizeof(from));
	ip_addr_str(&f->target, to, sizeof(to));
	doctor_say(d, DOCTOR_OK, NULL, "%s is reached through %s from %s, %s", to,
		   path->interface.name, from,
		   f->mode == LIVE_RAW ? "an address of this host"
				       : "which is no address of this host");
}

static bool say_interface(struct doctor *d, const struct route_interface *i)
{
	if (i->up)
		doctor_say(d, DOCTOR_OK, NULL, "%s is up, its MTU is %u", i->name, i->mtu);
	else
		doctor_say(d, DOCTOR_FAIL, arena_printf(d->arena, "ip link set %s up", i->name),
			   "%s is down", i->name);
	return i->up;
}

#define SETCAP "run as root, or: setcap cap_net_raw,cap_net_admin+ep on this program"

static bool say_privileges(struct doctor *d, bool set_offloads)
{
	int has = privilege_read();
	bool raw = has < 0 || has & PRIVILEGE_NET_RAW;

	if (has < 0)
		doctor_say(d, DOCTOR_WARN, NULL, "the privileges cannot be read: %s",
			   strerror(-has));
	else if (!raw)
		doctor_say(d, DOCTOR_FAIL, SETCAP "; the built-in lab takes no privilege",
			   "no permission to capture and send packets (CAP_NET_RAW)");
	else
		doctor_say(d, DOCTOR_OK, NULL, "packets may be captured and sent (CAP_NET_RAW)");
	if (raw && has >= 0 && set_offloads && !(has & PRIVILEGE_NET_ADMIN))
		doctor_say(d, DOCTOR_WARN, SETCAP,
			   "no permission to turn off offloads (CAP_NET_ADMIN)");
	return raw;
}

static bool find_way(struct cli *cli, struct doctor *d, const struct connection *c,
		     struct live_path *path, struct diags *ds)
{
	struct live_config cfg;
	bool may;

	if (connection_config(cli, c, &cfg, ds) || live_path_find(&cfg, path, ds))
		return false;
	for (int i = 0; i < 2; i++)
		say_family(d, path, i);
	may = say_privileges(d, cfg.set_offloads);
	return say_interface(d, &path->interface) && may;
}

/* ---- what opening the link shows ---- */

/* Read back, after --set-offloads changed them; opening has complained of bad ones. */
static void say_offloads(struct doctor *d, const char *interface)
{
	struct buf names = BUF_INIT;
	int on = offload_read(interface);

	if (on > 0)
		offload_describe((unsigned int)on, &names);
	if (on >= 0)
		doctor_say(d, DOCTOR_OK, NULL, "offloads of %s that are on: %s", interface,
			   names.len ? buf_str(&names) : "none");
	else
		doctor_say(d, DOCTOR_WARN, NULL, "the offloads of %s cannot be read: %s",
			   interface, strerror(-on));
	buf_fini(&names);
}

static void say_neighbours(struct doctor *d, const struct live_path *path)
{
	for (int i = 0; i < 2; i++) {
		const struct live_family *f = &path->family[i];
		char own[IP_ADDR_STRLEN], hop[IP_ADDR_STRLEN];

		if (f->mode != LIVE_LINK)
			continue;
		ip_addr_str(&f->tester, own, sizeof(own));
		ip_addr_str(&f->next_hop, hop, sizeof(hop));
		doctor_say(d, DOCTOR_OK, NULL,
			   "nobody else has %s, and the next hop %s answers %s", own, hop,
			   i ? "neighbour solicitations" : "ARP");
	}
}

/* The upper tester is there to make calls; without it cases are skipped. */
static void say_agent(struct doctor *d, const struct connection *c)
{
	if (c->agent)
		doctor_say(d, DOCTOR_OK, NULL, "the upper tester answers: %s", c->agent);
	else if (c->link->upper_tester)
		doctor_say(d, DOCTOR_OK, NULL, "there is an upper tester");
}

/* That the upper tester did not answer leaves a link. */
static void open_link(struct cli *cli, struct doctor *d, struct connection *c,
		      const struct live_path *path, struct diags *ds)
{
	connection_start(cli, c, ds);
	if (!c->link)
		return;
	if (c->lab)
		doctor_say(d, DOCTOR_OK, NULL, "%s is built, and its services listen",
			   c->target.name);
	else if (c->sim)
		doctor_say(d, DOCTOR_OK, NULL, "%s needs no network", c->target.name);
	else
		say_offloads(d, path->interface.name);
	if (path)
		say_neighbours(d, path);
	say_agent(d, c);
}

/* ---- the flow ---- */

static void examine(struct cli *cli, struct doctor *d, struct connection *c)
{
	bool live = connection_is_live(cli);
	struct live_path path;
	struct diags ds;

	diags_init(&ds);
	if (!live || find_way(cli, d, c, &path, &ds))
		open_link(cli, d, c, live ? &path : NULL, &ds);
	doctor_say_diags(d, &ds);
	diags_fini(&ds);
	if (c->link)
		doctor_ask(d, c->link, &c->target);
	else if (!d->n[DOCTOR_FAIL])
		doctor_say(d, DOCTOR_FAIL, NULL, "the link to the target cannot be opened");
	connection_close(c);
}

int command_doctor(struct cli *cli)
{
	struct doctor d = { .out = stdout,
			    .arena = cli->opt.arena,
			    .seed = options_choose_seed(&cli->opt) };
	struct connection c;
	int status = connection_describe(cli, &c);

	if (status)
		return status;
	examine(cli, &d, &c);
	doctor_sum_up(&d);
	return d.n[DOCTOR_FAIL] ? CLI_INCOMPLETE : CLI_OK;
}
