/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From where requests are taken: networks as a person writes them, ADDR or
 * ADDR/LEN, and this machine's loopback, which needs no writing.
 */
#ifndef AGENT_ALLOW_H
#define AGENT_ALLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct agent_net {
	int family;
	unsigned int prefix; /* bits of ip that count */
	uint8_t ip[16];
};

/*
 * Reads "10.1.0.7", "10.1.0.0/16" or "2001:db8::/32".  Returns NULL, or one
 * line saying what is wrong with @text.
 */
const char *agent_net_parse(struct agent_net *net, const char *text);

/* Whether @peer is on loopback or in one of the networks. */
bool agent_net_allows(const struct agent_net *nets, size_t n_nets,
		      const struct sockaddr_storage *peer);

#endif
