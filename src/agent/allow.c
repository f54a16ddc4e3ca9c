/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Networks that requests are taken from: see allow.h.
 */
#include "agent/allow.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

static const struct agent_net loopback[] = {
	{ AF_INET, 8, { 127 } },
	{ AF_INET6, 128, { [15] = 1 } },
};

static bool matches(const struct agent_net *net, int family, const uint8_t *ip)
{
	unsigned int whole = net->prefix / 8, bits = net->prefix % 8;

	if (net->family != family || memcmp(net->ip, ip, whole) != 0)
		return false;
	return !bits || (net->ip[whole] ^ ip[whole]) >> (8 - bits) == 0;
}

bool agent_net_allows(const struct agent_net *nets, size_t n_nets,
		      const struct sockaddr_storage *peer)
{
	const struct sockaddr_in6 *sin6 = (const void *)peer;
	const struct sockaddr_in *sin = (const void *)peer;
	const uint8_t *ip = (const uint8_t *)&sin6->sin6_addr;

	if (peer->ss_family == AF_INET)
		ip = (const uint8_t *)&sin->sin_addr;
	for (size_t i = 0; i < sizeof(loopback) / sizeof(*loopback); i++)
		if (matches(&loopback[i], peer->ss_family, ip))
			return true;
	for (size_t i = 0; i < n_nets; i++)
		if (matches(&nets[i], peer->ss_family, ip))
			return true;
	return false;
}

/* What stands after the slash; false if that is no length from 0 to @max. */
static bool parse_prefix(const char *text, unsigned int max, unsigned int *out)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || n > max)
		return false;
	*out = (unsigned int)n;
	return true;
}

/* Whether a bit is set that the length leaves out. */
static bool has_host_bits(const struct agent_net *net)
{
	for (unsigned int i = net->prefix; i < sizeof(net->ip) * 8; i++)
		if (net->ip[i / 8] & 0x80u >> i % 8)
			return true;
	return false;
}

const char *agent_net_parse(struct agent_net *net, const char *text)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char host[INET6_ADDRSTRLEN] = "";

	memset(net, 0, sizeof(*net));
	if (len >= sizeof(host))
		return "not an IPv4 or IPv6 address";
	memcpy(host, text, len);
	net->family = strchr(host, ':') ? AF_INET6 : AF_INET;
	net->prefix = net->family == AF_INET ? 32 : 128;
	if (inet_pton(net->family, host, net->ip) != 1)
		return "not a numeric IPv4 or IPv6 address";
	if (slash && !parse_prefix(slash + 1, net->prefix, &net->prefix))
		return "no such length of a network after '/'";
	if (has_host_bits(net))
		return "bits are set beyond the length of the network";
	return NULL;
}
