/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel knows about interfaces, addresses and routes, and the few
 * things the lab has it change: questions and orders over rtnetlink.  All of it
 * is about the network namespace that the process is in.
 */
#ifndef LINK_ROUTE_MNL_H
#define LINK_ROUTE_MNL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "wire/frame.h"
#include "wire/segment.h"

#define ROUTE_NAME_MAX 16 /* IFNAMSIZ: with the NUL */

struct route_interface {
	int index;
	char name[ROUTE_NAME_MAX];
	uint32_t mtu; /* bytes of the largest IP packet */
	bool up;
	bool loopback;
	bool ethernet; /* frames have Ethernet headers, and there is a @mac */
	uint8_t mac[ETH_ADDR_LEN];
};

/* How the kernel would send to an address. */
struct route {
	int index;		/* of the interface */
	bool own;		/* the address is one of this host */
	struct ip_addr gateway; /* family 0: the address is on the link */
	struct ip_addr source;	/* the kernel's choice; family 0: none */
};

/* Looks an interface up by name.  Returns 0, -ENODEV, or another -errno. */
int route_interface_by_name(const char *name, struct route_interface *out);
int route_interface_by_index(int index, struct route_interface *out);

/*
 * Asks how the kernel would send to @to, if @index is not 0 through that
 * interface.  Returns 0, -ENETUNREACH and its like if it would not, or another
 * -errno.
 */
int route_find(const struct ip_addr *to, int index, struct route *out);

/*
 * Whether the kernel of this host answers for @a (on the interface @index, if
 * @a is an IPv6 link-local address).  Returns 1, 0 or -errno.
 */
int route_owns_address(const struct ip_addr *a, int index);

/*
 * Makes a pair of veth interfaces, the one called @peer in the network
 * namespace of the process @peer_pid, each with its MAC; both down.  If the two
 * had the same index, as they would in two new namespaces, the kernel (6.18)
 * would take neither for an end of a pair, and let up to a second pass before
 * it believed that the link is up.  Returns 0 or -errno.
 */
struct route_veth {
	const char *name, *peer;
	int index, peer_index;
	pid_t peer_pid;
	uint8_t mac[ETH_ADDR_LEN], peer_mac[ETH_ADDR_LEN];
};
int route_add_veth(const struct route_veth *v);

/* Gives @index an address, for IPv6 usable at once (no duplicate detection). */
int route_add_address(int index, const struct ip_addr *a, uint8_t prefix_len);

/* No IPv6 link-local address of the kernel's own making when it comes up. */
int route_set_no_link_local(int index);

int route_set_up(int index);

#endif
