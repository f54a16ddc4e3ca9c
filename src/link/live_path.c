/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a target to an interface, a source and a next hop.
 */
#include "link/live_path.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/diag.h"

#define LOOPBACK_INDEX 1 /* in every network namespace */

void live_path_random_mac(uint8_t mac[ETH_ADDR_LEN])
{
	struct timespec now;

	if (getrandom(mac, ETH_ADDR_LEN, GRND_NONBLOCK) < 0) {
		clock_gettime(CLOCK_REALTIME, &now);
		memcpy(mac, &now.tv_nsec, 4);
	}
	mac[0] = (uint8_t)((mac[0] & 0xfc) | 0x02);
}

static int no_such_interface(const char *name, int err, struct diags *ds)
{
	diag_add(ds, DIAG_ERROR, NULL, "no interface \"%s\": %s", name, strerror(-err));
	diag_add_help(ds, "`ip link` lists the interfaces of this machine");
	return err;
}

static int no_route(const struct ip_addr *target, const char *interface, int err,
		    struct diags *ds)
{
	char text[IP_ADDR_STRLEN];

	ip_addr_str(target, text, sizeof(text));
	diag_add(ds, DIAG_ERROR, NULL, "no route to %s%s%s: %s", text,
		 interface ? " through " : "", interface ? interface : "", strerror(-err));
	diag_add_help(ds, "`ip route get %s` shows what the kernel would do; a target on the link "
			  "itself needs no route with --interface and --source",
		      text);
	return err;
}

static int no_source(const struct ip_addr *target, struct diags *ds)
{
	char text[IP_ADDR_STRLEN];

	diag_add(ds, DIAG_ERROR, NULL, "no source address to reach %s from",
		 ip_addr_str(target, text, sizeof(text)));
	diag_add_help(ds, "give one with --source: the host's own, or better one that nobody uses");
	return -EADDRNOTAVAIL;
}

/*
 * The kernel's way to @target.  Where it has none, but the user named both the
 * interface and the source, the target is taken to be on the link.
 */
static int family_route(const struct live_config *cfg, const struct ip_addr *target,
			const struct ip_addr *source, int index, struct route *route,
			struct diags *ds)
{
	int err = route_find(target, index, route);

	/* This host's own address is reached over the loopback, whatever the
	 * user believes. */
	if (err && index && route_owns_address(target, index) == 1)
		err = route_find(target, 0, route);
	/* For IPv6 the route names the interface that has the address. */
	if (!err && route->own)
		route->index = LOOPBACK_INDEX;
	if (!err)
		return 0;
	if (!index || !source->family)
		return no_route(target, cfg->interface, err, ds);
	memset(route, 0, sizeof(*route));
	route->index = index;
	return 0;
}

static int interface_join(struct live_path *path, const struct route *route, struct diags *ds)
{
	struct route_interface found;
	int err = route_interface_by_index(route->index, &found);

	if (err)
		return no_such_interface("(of the route)", err, ds);
	if (path->interface.index && path->interface.index != found.index) {
		diag_add(ds, DIAG_ERROR, NULL,
			 "the targets are behind different interfaces, %s and %s",
			 path->interface.name, found.name);
		diag_add_help(ds, "test them one at a time");
		return -EXDEV;
	}
	path->interface = found;
	return 0;
}

static int link_check(const struct live_path *path, const struct ip_addr *tester, struct diags *ds)
{
	char text[IP_ADDR_STRLEN];

	if (path->interface.ethernet)
		return 0;
	diag_add(ds, DIAG_ERROR, NULL,
		 "%s is not an address of this host, and %s is no Ethernet to use it on",
		 ip_addr_str(tester, text, sizeof(text)), path->interface.name);
	if (path->interface.loopback)
		diag_add_help(ds, "the target is this host: leave --source out");
	else
		diag_add_help(ds, "give --source an address of this host, or leave it out");
	return -EADDRNOTAVAIL;
}

static int family_find(const struct live_config *cfg, const struct ip_addr *target,
		       const struct ip_addr *source, int index, struct live_path *path,
		       struct diags *ds)
{
	struct live_family *f = &path->family[target->family == 6];
	struct route route;
	int err = family_route(cfg, target, source, index, &route, ds);

	if (!err)
		err = interface_join(path, &route, ds);
	if (err)
		return err;
	f->target = *target;
	f->tester = source->family ? *source : route.source;
	if (f->tester.family != target->family)
		return no_source(target, ds);
	f->next_hop = route.gateway.family ? route.gateway : *target;
	err = route_owns_address(&f->tester, path->interface.index);
	if (err < 0)
		return no_source(target, ds);
	f->mode = err ? LIVE_RAW : LIVE_LINK;
	return f->mode == LIVE_LINK ? link_check(path, &f->tester, ds) : 0;
}

int live_path_find(const struct live_config *cfg, struct live_path *path, struct diags *ds)
{
	struct route_interface named = { .index = 0 };
	int err = 0;

	memset(path, 0, sizeof(*path));
	if (cfg->interface)
		err = route_interface_by_name(cfg->interface, &named);
	if (err)
		return no_such_interface(cfg->interface, err, ds);
	if (cfg->target4.family)
		err = family_find(cfg, &cfg->target4, &cfg->source4, named.index, path, ds);
	if (!err && cfg->target6.family)
		err = family_find(cfg, &cfg->target6, &cfg->source6, named.index, path, ds);
	if (err)
		return err;
	live_path_random_mac(path->mac);
	/* Loopback loses nothing, but it reorders what several CPUs send. */
	path->lossless = false;
	path->set_offloads = cfg->set_offloads;
	path->guard = cfg->guard;
	path->control_port = cfg->control_port;
	return 0;
}
