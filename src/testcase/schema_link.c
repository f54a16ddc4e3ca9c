/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of `link`: what the path does to segments of a case.
 */
#include "testcase/schema_priv.h"

#define KEYS(a) .key = a, .n_keys = sizeof(a) / sizeof((a)[0])
/* Names of their own: the JSON Schema of a case file has each name once. */
#define SCHEMA(id) \
	static const struct schema id = { .name = "link-" #id, .scalar = &scalar_##id }
SCHEMA(end);
SCHEMA(flags);
SCHEMA(yes_no);
SCHEMA(duration);
SCHEMA(nth);
SCHEMA(times);
SCHEMA(behind);

static const struct schema_key link_keys[] = {
	{ "drop", &end, KEY_CHOICE, "segments of this end get lost" },
	{ "duplicate", &end, KEY_CHOICE, "segments of this end arrive twice" },
	{ "delay", &end, KEY_CHOICE, "segments of this end arrive late; others overtake them" },
	{ "reorder", &end, KEY_CHOICE, "segments of this end arrive behind later ones" },
	{ "flags", &flags, 0,
	  "only those with exactly these flags; PSH only counts if it is named" },
	{ "data", &yes_no, 0, "only those with data (yes), or without (no)" },
	{ "nth", &nth, 0, "which of them, counted in each run; default 1" },
	{ "times", &times, 0, "how many from that one on, or all; default 1" },
	{ "by", &duration, 0, "with delay: how late; with duplicate: of the copy, default 0s" },
	{ "behind", &behind, 0, "with reorder: so many later ones; default 1" },
};

static bool only_with(const struct node *n, const char *key, const char *a, const char *b,
		      struct schema_check *c)
{
	const struct node *k = node_get_key(n, key);

	if (!k || node_get(n, a) || (b && node_get(n, b)))
		return true;
	diag_add(c->ds, DIAG_ERROR, &k->at, "\"%s\" goes with %s%s%s only", key, a,
		 b ? " and " : "", b ? b : "");
	return false;
}

static bool check_link(const struct node *n, struct schema_check *c)
{
	const struct node *delay = node_get_key(n, "delay");

	if (!only_with(n, "by", "delay", "duplicate", c) ||
	    !only_with(n, "behind", "reorder", NULL, c))
		return false;
	if (!delay || node_get(n, "by"))
		return true;
	diag_add(c->ds, DIAG_ERROR, &delay->at, "\"by\" is missing: how late?");
	diag_add_help(c->ds, "{delay: target, flags: SYN|ACK, by: 300ms}");
	return false;
}

const struct schema_map schema_link_map = {
	"a rule of the link",
	KEYS(link_keys),
	.choice = "an act",
	.check = check_link,
};
static const struct schema link_rule = {
	.name = "link-rule",
	.map = &schema_link_map,
	.expected = "a rule: a map such as {drop: target, flags: SYN|ACK}",
};
const struct schema schema_link = {
	.name = "link",
	.expected = "a list of rules such as {drop: target, flags: SYN|ACK}",
	.item = &link_rule,
	.min_items = 1,
	.max_items = 16,
};
