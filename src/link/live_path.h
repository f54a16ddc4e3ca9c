/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the tester reaches a target: the interface, whose address it uses, and
 * the next hop.  Decided from what the user said and what the kernel's routing
 * says, before any packet is sent.
 */
#ifndef LINK_LIVE_PATH_H
#define LINK_LIVE_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "link/guard.h"
#include "link/route_mnl.h"
#include "wire/segment.h"

struct diags;

/* What the user said; everything but one target may be left out. */
struct live_config {
	struct ip_addr target4, target6; /* family 0: not tested */
	const char *interface;		 /* NULL: the one the route takes */
	struct ip_addr source4, source6; /* family 0: the kernel's choice */
	bool set_offloads;		 /* may change the interface, until closed */
	enum guard_kind guard;		 /* against the kernel's RST, where needed */
	uint16_t control_port;		 /* TCP, of an upper tester there: not captured; or 0 */
};

enum live_mode {
	LIVE_UNUSED, /* no target of this family */
	LIVE_LINK,   /* an address nobody owns: own MAC, Ethernet frames */
	LIVE_RAW,    /* the host's own address: raw IP, RST guard */
};

struct live_family {
	enum live_mode mode;
	struct ip_addr tester, target;
	struct ip_addr next_hop; /* LIVE_LINK: whose MAC the frames go to */
};

struct live_path {
	struct route_interface interface;
	struct live_family family[2]; /* IPv4, IPv6 */
	uint8_t mac[ETH_ADDR_LEN];    /* the tester's own, for LIVE_LINK */
	bool lossless;		      /* nothing is lost or overtaken: the lab */
	bool set_offloads;
	enum guard_kind guard;
	uint16_t control_port; /* not captured; 0: none */
};

/*
 * Finds the way.  Returns 0, or -errno with a diagnostic that says what to do:
 * no route, no such interface, an interface without Ethernet, targets behind
 * different interfaces, a source of the wrong family.
 */
int live_path_find(const struct live_config *cfg, struct live_path *path, struct diags *ds);

/* A random MAC that no vendor gives out (locally administered, unicast). */
void live_path_random_mac(uint8_t mac[ETH_ADDR_LEN]);

#endif
