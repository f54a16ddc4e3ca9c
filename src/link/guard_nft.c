/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table, through libnftables; the only file that knows it.
 */
#include "link/guard_nft.h"

#include <errno.h>
#include <nftables/libnftables.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"

struct guard_nft {
	struct nft_ctx *nft; /* its netlink socket is the table's owner */
	char table[32];
};

/* Before connection tracking and before the local delivery that would reset. */
static const char table_text[] =
	"table inet %s {\n"
	"	flags owner\n"
	"	set ports4 { type ipv4_addr . inet_service; }\n"
	"	set ports6 { type ipv6_addr . inet_service; }\n"
	"	chain swallow {\n"
	"		type filter hook prerouting priority raw; policy accept;\n"
	"		ip daddr . tcp dport @ports4 drop\n"
	"		ip6 daddr . tcp dport @ports6 drop\n"
	"	}\n"
	"}\n";

static int command_run(struct guard_nft *g, const char *text)
{
	errno = 0;
	if (nft_run_cmd_from_buffer(g->nft, text) == 0)
		return 0;
	log_msg(LOG_INFO, "nftables: %s", nft_ctx_get_error_buffer(g->nft));
	return errno == EPERM ? -EPERM : -EIO;
}

int guard_nft_open(struct guard_nft **out)
{
	struct guard_nft *g = calloc(1, sizeof(*g));
	char text[sizeof(table_text) + sizeof(g->table)];
	int err;

	if (!g)
		log_panic("out of memory");
	g->nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!g->nft) {
		free(g);
		return -EIO;
	}
	nft_ctx_buffer_error(g->nft);
	snprintf(g->table, sizeof(g->table), "shakedown-%d", (int)getpid());
	snprintf(text, sizeof(text), table_text, g->table);
	err = command_run(g, text);
	if (err)
		guard_nft_close(g);
	else
		*out = g;
	return err;
}

void guard_nft_close(struct guard_nft *g)
{
	if (!g)
		return;
	/* Closing the owner's socket takes the table away. */
	nft_ctx_free(g->nft);
	free(g);
}

static int element_change(struct guard_nft *g, const char *verb, const struct ip_addr *a,
			  uint16_t port)
{
	char text[128], address[IP_ADDR_STRLEN];

	snprintf(text, sizeof(text), "%s element inet %s ports%d { %s . %u }\n", verb, g->table,
		 a->family, ip_addr_str(a, address, sizeof(address)), port);
	return command_run(g, text);
}

int guard_nft_add(struct guard_nft *g, const struct ip_addr *a, uint16_t port)
{
	return element_change(g, "add", a, port);
}

int guard_nft_remove(struct guard_nft *g, const struct ip_addr *a, uint16_t port)
{
	return element_change(g, "delete", a, port);
}
