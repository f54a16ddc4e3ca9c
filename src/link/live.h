/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The link to live packets: libnet and a packet socket to inject, libpcap to
 * capture.  Three ways to be somebody on a network:
 *
 * - an address that nobody owns, with a MAC of our own: frames on an Ethernet
 *   link, ARP and neighbour solicitations answered from the capture.  Nothing
 *   on the host is touched, and the kernel takes no interest.
 * - an address of the host: raw IP packets, and a guard on each port so that
 *   the kernel does not reset what it knows nothing of (guard.h).
 * - the loopback: the same, with checksums that are partial by nature.
 */
#ifndef LINK_LIVE_H
#define LINK_LIVE_H

#include "link/link.h"
#include "link/live_path.h"

/*
 * Finds the way to the target (live_path_find()) and opens it.  Returns the
 * link, closed with its close operation, in *out and 0; or -errno with a
 * diagnostic that says what to do about it.
 *
 * While poll() waits, SIGINT, SIGTERM and SIGHUP are unblocked: a caller that
 * blocks them at other times loses none of them.
 */
int live_open(const struct live_config *cfg, struct link **out, struct diags *ds);

/* Opens a way that is already found; @path is copied. */
int live_open_path(const struct live_path *path, struct link **out, struct diags *ds);

struct app_client;

/*
 * From now on @client (taken over) carries out what the application is asked
 * for.  Its answers come after the packets that were captured before them.
 */
void live_set_app(struct link *l, struct app_client *client);

#endif
