/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Target profiles: from nodes that the schema has found good to a target.
 */
#include "plan/profile.h"

#include <errno.h>
#include <string.h>

#include "testcase/schema.h"
#include "testcase/value.h"

/* ---- values; what the schema has found wrong is as good as missing ---- */

static const struct node *good(const struct node *map, const char *key)
{
	const struct node *n = node_get(map, key);

	return n && !n->bad ? n : NULL;
}

static const char *text_of(const struct node *map, const char *key)
{
	const struct node *n = good(map, key);

	return n ? n->text : NULL;
}

/* Good ones may stand among bad ones. */
static size_t n_items(const struct node *list)
{
	return list && list->kind == NODE_LIST ? list->n_items : 0;
}

static int64_t number_in(const struct node *n)
{
	int64_t value = 0;

	value_number(n->text, n->len, &value);
	return value;
}

static unsigned int number_of(const struct node *map, const char *key)
{
	const struct node *n = good(map, key);

	return n ? (unsigned int)number_in(n) : 0;
}

static bool is_yes(const struct node *n)
{
	bool yes = false;

	if (n)
		value_bool(n->text, n->len, &yes);
	return yes;
}

static void read_addresses(const struct node *map, struct ip_addr *v4, struct ip_addr *v6)
{
	if (map && node_get(map, "ipv4"))
		ip_addr_parse(text_of(map, "ipv4"), v4);
	if (map && node_get(map, "ipv6"))
		ip_addr_parse(text_of(map, "ipv6"), v6);
}

/* ---- ports ---- */

static void add_port(struct target *t, const struct node *number, uint32_t provides,
		     struct diags *ds)
{
	uint16_t port = (uint16_t)number_in(number);

	for (size_t i = 0; i < t->n_ports; i++) {
		if (t->port[i].port != port)
			continue;
		diag_add(ds, DIAG_ERROR, &number->at, "port %u is described twice", port);
		return;
	}
	/* There is room for as many as the schema allows. */
	if (t->n_ports < TARGET_MAX_PORTS)
		t->port[t->n_ports++] = (struct target_port){ port, provides };
}

static uint32_t needs_of(const struct node *list)
{
	uint32_t set = 1u << NEED_LISTENER;

	for (size_t i = 0; i < list->n_items; i++)
		for (size_t need = 0; need < NEED_N; need++)
			if (node_is(list->item[i], plan_needs[need].name))
				set |= 1u << need;
	return set;
}

static void read_port(const struct node *n, struct target *t, struct diags *ds)
{
	const struct node *number = node_get(n, "port"), *provides = node_get(n, "provides");

	add_port(t, number,
		 provides ? needs_of(provides) : target_wellknown((uint16_t)number_in(number)),
		 ds);
}

static void read_ports(const struct node *root, struct target *t, struct diags *ds)
{
	const struct node *open = node_get(root, "ports"), *closed = node_get(root, "closed-ports");

	for (size_t i = 0; i < n_items(open); i++)
		if (!open->item[i]->bad)
			read_port(open->item[i], t, ds);
	for (size_t i = 0; i < n_items(closed); i++)
		if (!closed->item[i]->bad)
			add_port(t, closed->item[i], 1u << NEED_CLOSED_PORT, ds);
}

/* ---- the upper tester ---- */

static void read_agent(const struct node *map, struct target *t)
{
	const struct node *transport = map ? good(map, "transport") : NULL;
	const struct node *ports = map ? good(map, "ports") : NULL;
	struct ip_addr a = { .family = 0 };
	unsigned int port;

	if (!map || !good(map, "address") || ip_addr_parse(text_of(map, "address"), &a))
		return;
	port = number_of(map, "port");
	target_set_agent(t, &a, port ? (uint16_t)port : TARGET_AGENT_PORT,
			 transport && node_is(transport, "udp"));
	if (!ports)
		return;
	t->app_first = (uint16_t)number_in(ports->item[0]);
	t->app_last = (uint16_t)number_in(ports->item[1]);
}

/* ---- timers ---- */

static void read_timers(const struct node *map, struct timer_values *values)
{
	for (int i = 0; map && i < TIMER_N; i++) {
		const struct node *n = good(map, timer_infos[i].name);

		if (n)
			value_duration(n->text, n->len, &values->ns[i]);
	}
}

/* ---- the whole ---- */

static void read_profile(const struct node *root, struct profile *p, struct diags *ds)
{
	p->name = text_of(root, "name");
	p->vendor = text_of(root, "vendor");
	p->version = text_of(root, "version");
	p->notes = text_of(root, "notes");
	p->interface = text_of(root, "interface");
	p->jobs = number_of(root, "jobs");
	p->target.rate = number_of(root, "rate");
	p->target.challenge_acks = number_of(root, "challenge-acks");
	p->target.ordered = is_yes(good(root, "ordered"));
	read_addresses(good(root, "addresses"), &p->target.addr4, &p->target.addr6);
	read_addresses(good(root, "source"), &p->source4, &p->source6);
	read_ports(root, &p->target, ds);
	read_agent(good(root, "agent"), &p->target);
	read_timers(good(root, "timers"), &p->target.timers);
}

int profile_load_source(struct arena *arena, const struct source *src, struct profile *p,
			struct diags *ds)
{
	struct schema_check c = { .ds = ds };
	size_t errors = ds->n_errors;
	struct node *root = node_parse(arena, src, ds);

	memset(p, 0, sizeof(*p));
	if (root)
		schema_check_node(&schema_target, root, &c);
	if (root && root->kind == NODE_MAP)
		read_profile(root, p, ds);
	return ds->n_errors > errors || !p->name ? -EINVAL : 0;
}

int profile_load(struct arena *arena, const char *path, struct profile *p, struct diags *ds)
{
	const struct source *src = node_read_file(arena, path, ds);

	memset(p, 0, sizeof(*p));
	return src ? profile_load_source(arena, src, p, ds) : -EINVAL;
}

static const char *after_blank(struct arena *arena, const char *text)
{
	return text ? arena_printf(arena, " %s", text) : "";
}

/* " (192.0.2.7 and 2001:db8::7)", or "". */
static const char *addresses_of(struct arena *arena, const struct target *t)
{
	char a4[IP_ADDR_STRLEN] = "", a6[IP_ADDR_STRLEN] = "";

	if (t->addr4.family)
		ip_addr_str(&t->addr4, a4, sizeof(a4));
	if (t->addr6.family)
		ip_addr_str(&t->addr6, a6, sizeof(a6));
	if (!*a4 && !*a6)
		return "";
	return arena_printf(arena, " (%s%s%s)", a4, *a4 && *a6 ? " and " : "", a6);
}

const char *profile_label(struct arena *arena, const struct profile *p, const struct target *t)
{
	return arena_printf(arena, "%s%s%s%s", p->vendor ? p->vendor : p->name,
			    after_blank(arena, p->vendor ? p->name : NULL),
			    after_blank(arena, p->version), addresses_of(arena, t));
}
