/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of target profiles: what the user knows of a target, in a file.
 * Only what something makes use of has a key here.
 */
#include "testcase/schema.h"

#include "testcase/schema_priv.h"
#include "testcase/timer.h"
#include "testcase/value.h"

#define KEYS(a) .key = a, .n_keys = sizeof(a) / sizeof((a)[0])

#define SCHEMA(id) static const struct schema id = { .scalar = &scalar_##id }
SCHEMA(format);
SCHEMA(target);
SCHEMA(title);
SCHEMA(text);
SCHEMA(ipv4);
SCHEMA(ipv6);
SCHEMA(interface);
SCHEMA(port);
SCHEMA(need);
SCHEMA(jobs);
SCHEMA(rate);
SCHEMA(yes_no);
SCHEMA(address);
SCHEMA(transport);
SCHEMA(timer);

static const struct schema_key address_keys[] = {
	{ "ipv4", &ipv4, 0, "the IPv4 address" },
	{ "ipv6", &ipv6, 0, "the IPv6 address" },
};
static const struct schema_map address_map = { "addresses", KEYS(address_keys) };
static const struct schema addresses = { .name = "addresses",
					 .map = &address_map,
					 .expected = "a map of addresses, such as {ipv4: "
						     "192.0.2.1}" };

static const struct schema needs = { .name = "needs",
				     .expected = "a list of needs such as [echo, closes-on-fin]",
				     .item = &need };

static const struct schema_key port_keys[] = {
	{ "port", &port, KEY_REQUIRED, "its number" },
	{ "provides", &needs, 0,
	  "what the service does besides accepting connections; default: by the number" },
};

/* A port that is closed provides nothing else, and stands in its own list. */
static bool is_open(const struct node *n, struct schema_check *c)
{
	const struct node *provides = node_get(n, "provides");
	size_t i;

	for (i = 0; provides && i < provides->n_items; i++) {
		if (node_is(provides->item[i], "upper-tester")) {
			diag_add(c->ds, DIAG_ERROR, &provides->item[i]->at,
				 "the upper tester is behind no port of its own");
			diag_add_help(c->ds, "\"agent\" says where it is");
			return false;
		}
		if (node_is(provides->item[i], "known-timers")) {
			diag_add(c->ds, DIAG_ERROR, &provides->item[i]->at,
				 "the timers are the target's, not those of a port");
			diag_add_help(c->ds, "\"timers\" says how long they are");
			return false;
		}
		if (!node_is(provides->item[i], "closed-port"))
			continue;
		diag_add(c->ds, DIAG_ERROR, &provides->item[i]->at,
			 "a port with a service is not closed");
		diag_add_help(c->ds, "ports where nobody listens go into \"closed-ports\"");
		return false;
	}
	return true;
}

static const struct schema_map port_map = { "a port", KEYS(port_keys), .check = is_open };
static const struct schema open_port = {
	.name = "open-port",
	.expected = "a port such as {port: 7, provides: [echo]}",
	.map = &port_map,
};
static const struct schema ports = { .name = "ports",
				     .expected = "a list of ports",
				     .item = &open_port,
				     .min_items = 1,
				     .max_items = 32 };
static const struct schema closed_ports = { .name = "closed-ports",
					    .expected = "a list of ports such as [1]",
					    .item = &port,
					    .min_items = 1,
					    .max_items = 16 };

static const struct schema port_range = { .name = "port-range",
					  .expected = "two ports: [first, last]",
					  .item = &port,
					  .min_items = 2,
					  .max_items = 2 };
static const struct schema_key agent_keys[] = {
	{ "address", &address, KEY_REQUIRED, "where it is asked" },
	{ "port", &port, 0, "on which port; default 10000" },
	{ "transport", &transport, 0, "udp or tcp; default tcp" },
	{ "ports", &port_range, 0, "ports of the target that it may use; default [20000, 29999]" },
};

static bool is_range(const struct node *n, struct schema_check *c)
{
	const struct node *range = node_get(n, "ports");
	int64_t first = 0, last = 0;

	if (!range)
		return true;
	value_number(range->item[0]->text, range->item[0]->len, &first);
	value_number(range->item[1]->text, range->item[1]->len, &last);
	if (first <= last)
		return true;
	diag_add(c->ds, DIAG_ERROR, &range->at, "the first port is beyond the last");
	return false;
}

static const struct schema_map agent_map = { "agent", KEYS(agent_keys), .check = is_range };
static const struct schema agent = { .name = "agent",
				     .map = &agent_map,
				     .expected = "a map such as {address: 192.0.2.1}" };

/* In the order of enum timer; profile.c reads them by their names. */
static const struct schema_key timer_keys[TIMER_N] = {
	{ "msl", &timer, 0, "the maximum segment lifetime; default 2min" },
	{ "rto-initial", &timer, 0, "the retransmission timeout of a SYN; default 3s" },
	{ "rto-min", &timer, 0, "the least retransmission timeout; default 1s" },
	{ "rto-max", &timer, 0, "the greatest retransmission timeout; default 2min" },
	{ "fin-wait-2", &timer, 0,
	  "how long FIN-WAIT-2 lasts after the application has closed; default 1min" },
};

static bool is_ordered(const struct node *n, enum timer less, enum timer more,
		       struct schema_check *c)
{
	const struct node *a = node_get(n, timer_infos[less].name);
	const struct node *b = node_get(n, timer_infos[more].name);
	int64_t least = 0, most = 0;

	if (!a || !b)
		return true;
	value_duration(a->text, a->len, &least);
	value_duration(b->text, b->len, &most);
	if (least <= most)
		return true;
	diag_add(c->ds, DIAG_ERROR, &a->at, "%s is longer than %s", timer_infos[less].name,
		 timer_infos[more].name);
	return false;
}

static bool are_ordered(const struct node *n, struct schema_check *c)
{
	return is_ordered(n, TIMER_RTO_MIN, TIMER_RTO_MAX, c) &&
		is_ordered(n, TIMER_RTO_INITIAL, TIMER_RTO_MAX, c);
}

static const struct schema_map timer_map = { "timers", KEYS(timer_keys), .check = are_ordered };
static const struct schema target_timers = { .name = "timers",
					     .map = &timer_map,
					     .expected = "a map of durations, such as {msl: 30s}" };

static const struct schema_key target_keys[] = {
	{ "format", &format, KEY_REQUIRED, "version of the language: 1" },
	{ "kind", &target, KEY_REQUIRED, "target, which tells a profile from a case file" },
	{ "name", &title, KEY_REQUIRED, "what reports call the target" },
	{ "vendor", &title, 0, "who made it, for reports" },
	{ "version", &title, 0, "of its hardware or software, for reports" },
	{ "notes", &text, 0, "what else those who read reports should know" },
	{ "addresses", &addresses, 0, "the target's; default: what --target says" },
	{ "interface", &interface, 0, "the tester's interface that leads there" },
	{ "source", &addresses, 0, "the tester's addresses; default: the host's own" },
	{ "ports", &ports, 0, "ports that accept connections" },
	{ "closed-ports", &closed_ports, 0, "ports where nobody listens" },
	{ "agent", &agent, 0, "the upper tester, which makes calls of the application" },
	{ "timers", &target_timers, 0, "how long its timers are, as far as that is known" },
	{ "jobs", &jobs, 0, "at most so many runs at a time; default 1" },
	{ "rate", &rate, 0, "at most so many runs started a second; default: no limit" },
	{ "challenge-acks", &rate, 0,
	  "so many challenge ACKs it sends a second, in all; default: no limit is known" },
	{ "ordered", &yes_no, 0,
	  "answers come in the order of what they answer, whatever the connection" },
};

/* A source address for which there is no target would be ignored. */
static bool sources_have_targets(const struct node *n, struct schema_check *c)
{
	const struct node *from = node_get(n, "source"), *to = node_get(n, "addresses");
	bool good = true;
	size_t i;

	for (i = 0; from && to && i < from->n_pairs; i++) {
		const struct node *key = from->pair[i].key;

		if (node_get(to, key->text))
			continue;
		diag_add(c->ds, DIAG_ERROR, &key->at, "\"addresses\" has no %s address for this",
			 key->text);
		good = false;
	}
	return good;
}

static const struct schema_map target_map = { "a target profile", KEYS(target_keys),
					      .check = sources_have_targets };
const struct schema schema_target = { .name = "target-profile",
				      .map = &target_map,
				      .expected = "a map with format, kind and name" };

const struct schema_map *schema_target_map_at(size_t i)
{
	static const struct schema_map *const maps[] = { &target_map, &address_map, &port_map,
							 &agent_map, &timer_map };

	return i < sizeof(maps) / sizeof(maps[0]) ? maps[i] : NULL;
}
