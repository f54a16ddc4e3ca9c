/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of lists of known deviations: which variants a target is known to
 * fail, and why.  What has no reason has no place in such a list.
 */
#include "testcase/schema.h"

#include "testcase/schema_priv.h"

#define KEYS(a) .key = a, .n_keys = sizeof(a) / sizeof((a)[0])

#define SCHEMA(id) static const struct schema id = { .scalar = &scalar_##id }
SCHEMA(format);
SCHEMA(deviations);
SCHEMA(title);
SCHEMA(text);
SCHEMA(pattern);
SCHEMA(target_pattern);
SCHEMA(label);
SCHEMA(known_reason);
SCHEMA(why);

static const struct schema patterns = { .name = "case-patterns",
					.expected = "a list of case ids such as "
						    "[close-by-tester/four-way, reset/*]",
					.item = &pattern,
					.min_items = 1 };
static const struct schema target_patterns = { .name = "target-patterns",
					       .expected = "a list of targets' names such as "
							   "[\"the lab (Linux 6.*)\"]",
					       .item = &target_pattern,
					       .min_items = 1 };
static const struct schema labels = { .name = "requirements",
				      .expected = "a list of requirements such as "
						  "[rfc9293:SA-RST-1]",
				      .item = &label,
				      .min_items = 1 };

static const struct schema_key entry_keys[] = {
	{ "cases", &patterns, KEY_REQUIRED, "the cases or variants that fail; all of them must" },
	{ "requirements", &labels, 0,
	  "what they break; a run that breaks something else fails all the same" },
	{ "targets", &target_patterns, 0, "the targets that do; default: those of the file" },
	{ "reason", &known_reason, KEY_REQUIRED, "of what kind the cause is" },
	{ "why", &why, KEY_REQUIRED, "the cause, for those who read the report" },
	{ "link", &title, 0, "where there is more to read: a report, a ticket" },
	{ "since", &title, 0, "since when it is known: a version or a date" },
};
static const struct schema_map entry_map = { "a known deviation", KEYS(entry_keys) };
static const struct schema entry = {
	.name = "known-deviation",
	.expected = "a known deviation such as {cases: [..], reason: target-defect, why: ..}",
	.map = &entry_map,
};
static const struct schema entries = { .name = "known-deviations",
				       .expected = "a list of known deviations",
				       .item = &entry };

static const struct schema_key file_keys[] = {
	{ "format", &format, KEY_REQUIRED, "version of the language: 1" },
	{ "kind", &deviations, KEY_REQUIRED, "deviations, which tells the list from a case file" },
	{ "about", &text, 0, "what the list is about" },
	{ "targets", &target_patterns, 0, "the targets it is about; default: any" },
	{ "deviations", &entries, KEY_REQUIRED, "the list" },
};
static const struct schema_map file_map = { "a list of known deviations", KEYS(file_keys) };
const struct schema schema_known = { .name = "deviations-file",
				     .map = &file_map,
				     .expected = "a map with format, kind and deviations" };

const struct schema_map *schema_known_map_at(size_t i)
{
	static const struct schema_map *const maps[] = { &file_map, &entry_map };

	return i < sizeof(maps) / sizeof(maps[0]) ? maps[i] : NULL;
}
