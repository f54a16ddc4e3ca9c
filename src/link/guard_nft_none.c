/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands in for guard_nft.c where libnftables is not built in.
 */
#include <errno.h>
#include <stddef.h>

#include "link/guard_nft.h"

int guard_nft_open(struct guard_nft **out)
{
	*out = NULL;
	return -EOPNOTSUPP;
}

void guard_nft_close(struct guard_nft *g)
{
	(void)g;
}

int guard_nft_add(struct guard_nft *g, const struct ip_addr *a, uint16_t port)
{
	(void)g;
	(void)a;
	(void)port;
	return -EOPNOTSUPP;
}

int guard_nft_remove(struct guard_nft *g, const struct ip_addr *a, uint16_t port)
{
	(void)g;
	(void)a;
	(void)port;
	return -EOPNOTSUPP;
}
