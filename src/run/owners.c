/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A table of all ports for each family: asked with every packet.
 */
#include "run/owners.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"

#define N_PORTS 65536

static void *table(size_t size)
{
	void *p = calloc(N_PORTS, size);

	if (!p)
		log_panic("out of memory");
	return p;
}

void owners_init(struct owners *o, struct link *link, const struct target *target,
		 uint16_t app_first)
{
	*o = (struct owners){
		.link = link,
		.target = target,
		.of = { table(sizeof(struct owner)), table(sizeof(struct owner)) },
		.app_used = table(1),
		.next_app = app_first,
	};
}

void owners_fini(struct owners *o)
{
	free(o->of[0]);
	free(o->of[1]);
	free(o->app_used);
}

int owners_take(struct owners *o, uint16_t slot, uint8_t flow, uint8_t family)
{
	int port = o->link->ops->claim(o->link, family, 0);
	struct owner *own;

	if (port < 0)
		return port;
	own = &o->of[family == 6][port];
	*own = (struct owner){ .slot = (uint16_t)(slot + 1), .flow = flow, .worn = own->worn };
	return port;
}

void owners_give(struct owners *o, uint8_t family, uint16_t port)
{
	o->of[family == 6][port].slot = 0;
	o->of[family == 6][port].worn = true;
	o->link->ops->release(o->link, family, port);
}

int owners_take_app(struct owners *o)
{
	const struct target *t = o->target;
	uint32_t n = (uint32_t)(t->app_last - t->app_first) + 1;

	for (uint32_t i = 0; i < n; i++) {
		uint16_t port = o->next_app;

		o->next_app = port == t->app_last ? t->app_first : (uint16_t)(port + 1);
		if (o->app_used[port])
			continue;
		o->app_used[port] = 1;
		return port;
	}
	return -EADDRINUSE;
}

void owners_give_app(struct owners *o, uint16_t port)
{
	o->app_used[port] = 0;
}
