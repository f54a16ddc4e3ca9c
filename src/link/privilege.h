/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this process may do: the capabilities that live packets take.
 */
#ifndef LINK_PRIVILEGE_H
#define LINK_PRIVILEGE_H

enum privilege {
	PRIVILEGE_NET_RAW = 1u << 0,   /* capture and inject */
	PRIVILEGE_NET_ADMIN = 1u << 1, /* change offloads, nftables */
};

/* Those that are effective, as a set of enum privilege, or -errno. */
int privilege_read(void);

#endif
