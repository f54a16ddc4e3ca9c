/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of the language.  docs/language.md says the same in prose.
 */
#include "testcase/schema.h"

#include <string.h>

#include "testcase/schema_priv.h"

#define KEYS(a) .key = a, .n_keys = sizeof(a) / sizeof((a)[0])

/* A schema that is one scalar and nothing else. */
#define SCHEMA(id) static const struct schema id = { .scalar = &scalar_##id }
SCHEMA(text);
SCHEMA(title);
SCHEMA(word);
SCHEMA(label);
SCHEMA(param_value);
SCHEMA(level);
SCHEMA(state);
SCHEMA(need);
SCHEMA(yes_no);
SCHEMA(use);
SCHEMA(format);
SCHEMA(family);
SCHEMA(span);
SCHEMA(size);
SCHEMA(hex);
SCHEMA(option_body);
SCHEMA(flags);
SCHEMA(byte);
SCHEMA(window);
SCHEMA(iss);
SCHEMA(u32);
SCHEMA(u20);
SCHEMA(u16);
SCHEMA(u8);
SCHEMA(u4);
SCHEMA(u3);
SCHEMA(checksum);
SCHEMA(mdf);
SCHEMA(checksum_match);
SCHEMA(presence);
SCHEMA(option_name);
SCHEMA(alive);
SCHEMA(app_call);
SCHEMA(app_result);
SCHEMA(app_option);
SCHEMA(app_of);
SCHEMA(app_how);
SCHEMA(model);
SCHEMA(confirmed);

static const struct schema anything = { .name = "value", .anything = true };

/* Lists */
#define LIST(id, text, ...) \
	static const struct schema id = { .name = #id, .expected = text, .item = __VA_ARGS__ }
LIST(labels, "a list of requirements such as [rfc9293:MUST-12]", &label, .min_items = 1);
LIST(words, "a list of words", &word);
LIST(needs, "a list of needs such as [listener]", &need);
LIST(uses, "a list of what runs share, such as [challenge-acks]", &use);
LIST(numbers, "a list of values", &u32, .min_items = 1);
LIST(pair, "two values: [first, last]", &u32, .min_items = 2, .max_items = 2);
LIST(flags_list, "a list of flags such as [RST, RST|ACK]", &flags, .min_items = 1);
LIST(families, "a list of 4 and 6", &family, .min_items = 1, .max_items = 2);
LIST(blocks, "a list of [left, right] edges", &pair, .min_items = 1, .max_items = 4);

/* Matchers of numbers */
static const struct schema_key matcher_keys[] = {
	{ "in", &numbers, KEY_CHOICE, "one of these values" },
	{ "range", &pair, KEY_CHOICE, "from the first to the last, which both belong to it" },
	{ "not", &u32, KEY_CHOICE, "anything but this value" },
	{ "mask", &u32, KEY_CHOICE, "the bits of the mask must be those of \"value\"" },
	{ "value", &u32, 0, "the bits under \"mask\"" },
};

static bool mask_and_value(const struct node *n, struct schema_check *c)
{
	if (!node_get(n, "mask") == !node_get(n, "value"))
		return true;
	diag_add(c->ds, DIAG_ERROR, &n->at, "\"mask\" and \"value\" go together");
	diag_add_help(c->ds, "{mask: M, value: V} takes x if (x & M) == V");
	return false;
}

static const struct schema_map matcher_map = {
	"a matcher",
	KEYS(matcher_keys),
	.choice = "a rule",
	.check = mask_and_value,
};
#define MATCHER(id)                                               \
	static const struct schema id = { .name = #id,            \
					  .scalar = &scalar_##id, \
					  .map = &matcher_map,    \
					  .expected = "a value, any, or a matcher map" }
MATCHER(m32);
MATCHER(m20);
MATCHER(m16);
MATCHER(m8);
MATCHER(m4);
MATCHER(m3);

static const struct schema_key flags_matcher_keys[] = {
	{ "in", &flags_list, KEY_CHOICE, "exactly one of these sets" },
	{ "not", &flags, KEY_CHOICE, "any set but this" },
	{ "mask", &flags, KEY_CHOICE,
	  "of these flags, those of \"value\" are set and no others" },
	{ "value", &flags, 0, "the flags under \"mask\" that are set" },
};
static const struct schema_map flags_matcher_map = {
	"a matcher of flags",
	KEYS(flags_matcher_keys),
	.choice = "a rule",
	.check = mask_and_value,
};
static const struct schema flags_matcher = {
	.name = "flags-matcher",
	.expected = "flags such as SYN|ACK, any, or a matcher map",
	.scalar = &scalar_flags_any,
	.map = &flags_matcher_map,
};

/* Data */
static const struct schema_key data_keys[] = {
	{ "hex", &hex, KEY_CHOICE, "the octets as pairs of hexadecimal digits" },
	{ "fill", &byte, KEY_CHOICE, "one octet, repeated \"size\" times" },
	{ "size", &size, 0, "how many octets \"fill\" makes, such as 100B" },
};

static bool fill_and_size(const struct node *n, struct schema_check *c)
{
	if (!node_get(n, "fill") == !node_get(n, "size"))
		return true;
	diag_add(c->ds, DIAG_ERROR, &n->at, "\"fill\" and \"size\" go together");
	diag_add_help(c->ds, "{fill: 0x55, size: 100B} is a hundred octets 0x55");
	return false;
}

static const struct schema_map data_map = {
	"data",
	KEYS(data_keys),
	.choice = "contents",
	.check = fill_and_size,
};
static const struct schema data = {
	.name = "data",
	.expected = "a text, {hex: ..} or {fill: BYTE, size: 100B}",
	.scalar = &scalar_text,
	.map = &data_map,
};

/* Options in a segment that is sent */
static const struct schema_key ts_send_keys[] = {
	{ "val", &u32, 0, "TSval; default: the tester's clock" },
	{ "ecr", &u32, 0,
	  "TSecr; default: the last TSval from the target, 0 before there is one" },
};
static const struct schema_map ts_send_map = { "timestamps", KEYS(ts_send_keys) };
static const struct schema ts_send = { .name = "timestamps-to-send",
				       .map = &ts_send_map,
				       .expected = "a map {val: E, ecr: E}" };

static const struct schema_key option_keys[] = {
	{ "mss", &u16, KEY_CHOICE, "maximum segment size (RFC 9293 3.7.1)" },
	{ "window-scale", &u8, KEY_CHOICE, "shift count (RFC 7323 2.2)" },
	{ "timestamps", &ts_send, KEY_CHOICE, "TSval and TSecr (RFC 7323 3.2)" },
	{ "sack", &blocks, KEY_CHOICE, "up to four [left, right] edges (RFC 2018)" },
	{ "fast-open", &option_body, KEY_CHOICE, "cookie, may be empty (RFC 7413)" },
	{ "md5", &option_body, KEY_CHOICE, "digest (RFC 2385)" },
	{ "ao", &option_body, KEY_CHOICE, "key ids and MAC (RFC 5925)" },
	{ "kind", &byte, KEY_CHOICE, "any kind, with the body given as \"data\"" },
	{ "length", &byte, 0, "with \"kind\": the length byte; default: the right one" },
	{ "data", &option_body, 0, "with \"kind\": what follows kind and length" },
};

static bool only_with_kind(const struct node *n, struct schema_check *c)
{
	const struct node *k = node_get_key(n, "length");

	k = k ? k : node_get_key(n, "data");
	if (!k || node_get(n, "kind"))
		return true;
	diag_add(c->ds, DIAG_ERROR, &k->at, "\"%s\" goes with \"kind\" only", k->text);
	diag_add_help(c->ds,
		      "{kind: N, length: N, data: hex} writes any option, also a wrong one");
	return false;
}

static const struct schema_map option_map = {
	"an option",
	KEYS(option_keys),
	.choice = "a kind",
	.check = only_with_kind,
};
static const struct schema option = {
	.name = "option",
	.expected = "an option: sack-permitted, nop, eol, or a map such as {mss: 1460}",
	.scalar = &scalar_plain_option,
	.map = &option_map,
};
static const struct schema options = {
	.name = "options",
	.expected = "a list of options, or none",
	.scalar = &scalar_none,
	.item = &option,
	.max_items = 40,
};

/* A segment that is sent */
static const struct schema_key ip_send_keys[] = {
	{ "ttl", &u8, 0, "time to live, or hop limit; default 64" },
	{ "tos", &u8, 0, "DSCP and ECN bits, or traffic class" },
	{ "df", &yes_no, 0, "\"don't fragment\"; IPv4" },
	{ "id", &u16, 0, "identification; IPv4" },
	{ "flow-label", &u20, 0, "flow label; IPv6" },
};
static const struct schema_map ip_send_map = { "ip", KEYS(ip_send_keys) };
static const struct schema ip_send = { .name = "ip-header-to-send",
				       .map = &ip_send_map,
				       .expected = "a map of IP header fields" };

static const struct schema_key segment_keys[] = {
	{ "flags", &flags, 0, "control bits, such as SYN|ACK; default none" },
	{ "seq", &u32, 0, "sequence number; default snd.nxt" },
	{ "ack", &u32, 0, "acknowledgment number; default rcv.nxt with ACK, otherwise 0" },
	{ "window", &u16, 0, "window as on the wire; default the tester's" },
	{ "urgent", &u16, 0, "urgent pointer; default 0" },
	{ "data", &data, 0, "payload" },
	{ "options", &options, 0,
	  "options in order; default: the case's on SYN, otherwise those "
	  "that were negotiated" },
	{ "options-padding", &yes_no, 0, "no: the options are not padded to 32 bits" },
	{ "checksum", &checksum, 0, "good (default), bad, zero or a number" },
	{ "data-offset", &u4, 0, "header length in 32-bit words; default: the right one" },
	{ "reserved", &u3, 0, "the three reserved bits; default 0" },
	{ "sport", &u16, 0, "source port; default the tester's" },
	{ "dport", &u16, 0, "destination port; default the target's" },
	{ "ip", &ip_send, 0, "fields of the IP header" },
	{ "raw", &hex, 0, "the whole TCP segment as it is; excludes all other keys but ip" },
};

static bool raw_alone(const struct node *n, struct schema_check *c)
{
	const struct node *raw = node_get_key(n, "raw");
	size_t i;

	for (i = 0; raw && i < n->n_pairs; i++) {
		const struct node *k = n->pair[i].key;

		if (k == raw || node_is(k, "ip"))
			continue;
		diag_add(c->ds, DIAG_ERROR, &k->at, "\"%s\" cannot stand beside \"raw\"",
			 k->text);
		diag_add_help(c->ds, "raw is the whole TCP segment, header and data");
		return false;
	}
	return true;
}

static const struct schema_map segment_map = { "send", KEYS(segment_keys), .check = raw_alone };
static const struct schema segment = {
	.name = "segment",
	.expected = "flags such as SYN|ACK, or a segment map",
	.scalar = &scalar_flags,
	.map = &segment_map,
};

/* Options in a segment that is expected */
#define OPTION_MATCHER(id, m)                                             \
	static const struct schema id = {                                 \
		.name = #id,                                              \
		.scalar = &scalar_##id,                                   \
		.map = m,                                                 \
		.expected = "present, absent, any, a value or a matcher " \
			    "map"                                         \
	}
OPTION_MATCHER(opt32, &matcher_map);
OPTION_MATCHER(opt16, &matcher_map);
OPTION_MATCHER(opt8, &matcher_map);

static const struct schema_key ts_match_keys[] = {
	{ "val", &opt32, 0, "TSval" },
	{ "ecr", &opt32, 0, "TSecr" },
};
static const struct schema_map ts_match_map = { "timestamps to expect", KEYS(ts_match_keys) };
static const struct schema ts_match = {
	.name = "timestamps",
	.expected = "present, absent, any, a value for TSval, or a map {val: .., ecr: ..}",
	.scalar = &scalar_opt32,
	.map = &ts_match_map,
};
static const struct schema sack_match = {
	.name = "sack",
	.expected = "present, absent, any, or a list of [left, right] edges",
	.scalar = &scalar_presence,
	.item = &pair,
	.min_items = 1,
	.max_items = 4,
};
static const struct schema only = {
	.name = "only",
	.expected = "offered, or a list of options",
	.scalar = &scalar_offered,
	.item = &option_name,
};

static const struct schema_key options_match_keys[] = {
	{ "mss", &opt16, 0, "maximum segment size" },
	{ "window-scale", &opt8, 0, "shift count" },
	{ "sack-permitted", &presence, 0, "SACK permitted" },
	{ "sack", &sack_match, 0, "SACK blocks in this order" },
	{ "timestamps", &ts_match, 0, "TSval, or TSval and TSecr" },
	{ "fast-open", &presence, 0, "fast open cookie" },
	{ "md5", &presence, 0, "MD5 signature" },
	{ "ao", &presence, 0, "authentication option" },
	{ "kind-N", &presence, KEY_PATTERN, "any option by its number" },
	{ "only", &only, 0, "no other options: offered (by the tester's SYN), or a list" },
};
static const struct schema_map options_match_map = { "options to expect",
						     KEYS(options_match_keys) };
static const struct schema options_match = {
	.name = "options-to-expect",
	.map = &options_match_map,
	.expected = "a map of options, such as {mss: present}"
};

/* A segment that is expected */
static const struct schema_key ip_match_keys[] = {
	{ "ttl", &m8, 0, "time to live, or hop limit" },
	{ "tos", &m8, 0, "DSCP and ECN bits, or traffic class" },
	{ "df", &mdf, 0, "\"don't fragment\"; IPv4" },
	{ "id", &m16, 0, "identification; IPv4" },
	{ "flow-label", &m20, 0, "flow label; IPv6" },
};
static const struct schema_map ip_match_map = { "ip to expect", KEYS(ip_match_keys) };
static const struct schema ip_match = { .name = "ip-header-to-expect",
					.map = &ip_match_map,
					.expected = "a map of IP header fields" };

static const struct schema_key expectation_keys[] = {
	{ "flags", &flags_matcher, 0,
	  "exactly these control bits; PSH only counts if it is named" },
	{ "seq", &m32, 0, "sequence number; ranges wrap" },
	{ "ack", &m32, 0, "acknowledgment number; ranges wrap" },
	{ "window", &m16, 0, "window as on the wire" },
	{ "urgent", &m16, 0, "urgent pointer" },
	{ "length", &m16, 0, "octets of data" },
	{ "data", &data, 0, "exactly these octets of data" },
	{ "data-offset", &m4, 0, "header length in 32-bit words" },
	{ "reserved", &m3, 0, "the three reserved bits" },
	{ "checksum", &checksum_match, 0, "good (default), bad, or any" },
	{ "options", &options_match, 0, "matchers of options" },
	{ "ip", &ip_match, 0, "matchers of the IP header" },
	{ "within", &span, 0, "deadline after the step before; default 1s" },
	{ "after", &span, 0, "not before this time after the step before; default 0s" },
	{ "by", &model, 0, "model: what RFC 9293 calls for; excludes all other keys but within" },
};

static bool model_alone(const struct node *n, struct schema_check *c)
{
	const struct node *by = node_get_key(n, "by");
	size_t i;

	for (i = 0; by && i < n->n_pairs; i++) {
		const struct node *k = n->pair[i].key;

		if (k == by || node_is(k, "within"))
			continue;
		diag_add(c->ds, DIAG_ERROR, &k->at, "\"%s\" cannot stand beside \"by: model\"",
			 k->text);
		diag_add_help(c->ds, "the model knows which segments are permitted");
		return false;
	}
	return true;
}

static const struct schema_map expectation_map = { "expect", KEYS(expectation_keys),
						   .check = model_alone };
static const struct schema expectation = {
	.name = "expectation",
	.expected = "flags such as SYN|ACK, or an expectation map",
	.scalar = &scalar_flags_any,
	.map = &expectation_map,
};
static const struct schema expectation_or_model = {
	.name = "expectation-or-model",
	.expected = "flags such as SYN|ACK, model, or an expectation map",
	.scalar = &scalar_flags_model,
	.map = &expectation_map,
};

/* Steps */
static const struct schema_key silence_keys[] = {
	{ "for", &span, KEY_REQUIRED, "how long the target must be silent" },
};
static const struct schema_map silence_map = { "expect-none", KEYS(silence_keys) };
static const struct schema silence = {
	.name = "silence",
	.expected = "a duration with a unit, such as 300ms, or {for: 300ms}",
	.scalar = &scalar_span,
	.map = &silence_map,
};

static const struct schema_key reach_keys[] = {
	{ "state", &state, KEY_REQUIRED, "the state to bring the target into" },
	{ "via", &word, 0, "which way in, where there are several" },
};
static const struct schema_map reach_map = { "reach", KEYS(reach_keys) };
static const struct schema reach = {
	.name = "reach",
	.expected = "a state such as ESTABLISHED, or {state: .., via: ..}",
	.scalar = &scalar_state,
	.map = &reach_map,
};

/* Calls of the target's application */
static const struct schema app_results_any = {
	.name = "results",
	.expected = "a result such as ok, or a list of them",
	.scalar = &scalar_app_result,
	.item = &app_result,
	.min_items = 1,
	.max_items = 4,
};
static const struct schema_key app_keys[] = {
	{ "call", &app_call, KEY_REQUIRED, "what it is asked to do" },
	{ "of", &app_of, 0, "with close, abort and option: of what; default connection" },
	{ "how", &app_how, 0, "with shutdown: which direction; default write" },
	{ "data", &data, 0, "what is sent, or what must be received" },
	{ "bytes", &size, 0, "with receive: how many octets are waited for; default 1B" },
	{ "urgent", &yes_no, 0, "with send: the last octet is urgent" },
	{ "push", &yes_no, 0, "with send: asks for PSH" },
	{ "option", &app_option, 0, "with option: which" },
	{ "value", &u32, 0, "with option: its value, a number" },
	{ "result", &app_results_any, 0, "what the call must answer, or a list; default ok" },
	{ "within", &span, 0, "how long accept, receive and error wait; default 1s" },
};

/* Which keys of an app map go with which calls only. */
static const struct {
	const char *key, *calls[4];
} app_goes_with[] = {
	{ "of", { "close", "abort", "option" } },
	{ "how", { "shutdown" } },
	{ "data", { "send", "receive" } },
	{ "bytes", { "receive" } },
	{ "urgent", { "send" } },
	{ "push", { "send" } },
	{ "option", { "option" } },
	{ "value", { "option" } },
};

static bool goes_with(const char *const calls[4], const struct node *call)
{
	size_t i;

	for (i = 0; i < 4 && calls[i]; i++)
		if (node_is(call, calls[i]))
			return true;
	return false;
}

static bool check_app(const struct node *n, struct schema_check *c)
{
	const struct node *call = node_get(n, "call");
	size_t i;

	for (i = 0; i < sizeof(app_goes_with) / sizeof(app_goes_with[0]); i++) {
		const struct node *k = node_get_key(n, app_goes_with[i].key);

		if (!k || call->has_param || goes_with(app_goes_with[i].calls, call))
			continue;
		diag_add(c->ds, DIAG_ERROR, &k->at, "\"%s\" does not go with the call \"%s\"",
			 k->text, call->text);
		return false;
	}
	if (node_is(call, "option") && (!node_get(n, "option") || !node_get(n, "value"))) {
		diag_add(c->ds, DIAG_ERROR, &call->at, "which option, and to what?");
		diag_add_help(c->ds, "{call: option, option: no-delay, value: 1}");
		return false;
	}
	if (node_is(call, "send") && !node_get(n, "data")) {
		diag_add(c->ds, DIAG_ERROR, &call->at, "\"data\" is missing: what is sent?");
		return false;
	}
	return true;
}

static const struct schema_map app_map = { "app", KEYS(app_keys), .check = check_app };
static const struct schema app = {
	.name = "app",
	.expected = "a call such as connect, or a map {call: .., ..}",
	.scalar = &scalar_app_call,
	.map = &app_map,
};

static const struct schema_map alternative_map;
static const struct schema alternative = { .name = "alternative",
					   .map = &alternative_map,
					   .expected = "an alternative: a map with expect or "
						       "expect-none" };
static const struct schema alternatives = {
	.name = "alternatives",
	.expected = "a list of alternatives",
	.item = &alternative,
	.min_items = 2,
};

static const struct schema_key step_keys[] = {
	{ "send", &segment, KEY_CHOICE, "sends a segment" },
	{ "expect", &expectation_or_model, KEY_CHOICE,
	  "waits for a segment that matches, or for what the model calls for" },
	{ "optional", &expectation, KEY_CHOICE, "as expect, but the segment may be absent" },
	{ "expect-none", &silence, KEY_CHOICE,
	  "the target must be silent, and alive afterwards" },
	{ "one-of", &alternatives, KEY_CHOICE,
	  "goes on with the alternative that comes true first" },
	{ "wait", &span, KEY_CHOICE, "lets time pass" },
	{ "app", &app, KEY_CHOICE, "asks the target's application to do something" },
	{ "reach", &reach, KEY_CHOICE, "brings the target into a state" },
	{ "use", &word, KEY_CHOICE, "puts a named fragment here" },
	{ "alive", &alive, KEY_CHOICE, "proves that the target still answers" },
	{ "confirm", &confirmed, KEY_CHOICE, "asks the target for its state, by probes" },
	{ "as", &word, 0,
	  "names the segment of send, expect or optional for NAME.seq and so on" },
	{ "state", &state, 0, "claims the target's state after the step" },
	{ "note", &text, 0, "a remark" },
};

static bool has_segment(const struct node *step)
{
	return node_get(step, "send") || node_get(step, "expect") || node_get(step, "optional");
}

static bool check_as(const struct node *n, struct schema_check *c)
{
	const struct node *as = node_get_key(n, "as");

	if (!as || has_segment(n))
		return true;
	diag_add(c->ds, DIAG_ERROR, &as->at, "only send, expect and optional can be named");
	diag_add_help(c->ds, "\"as\" names a segment");
	return false;
}

static bool check_step(const struct node *n, struct schema_check *c)
{
	size_t i, choices = 0;

	for (i = 0; i < n->n_pairs; i++) {
		const struct schema_key *k =
			schema_find_key(schema_step.map, n->pair[i].key->text);

		choices += k && k->flags & KEY_CHOICE;
	}
	if (choices || node_get(n, "state"))
		return check_as(n, c);
	diag_add(c->ds, DIAG_ERROR, &n->at, "a step needs an action, or a \"state\" to claim");
	diag_add_help(c->ds,
		      "actions are send, expect, optional, expect-none, one-of, wait, app, "
		      "reach, use, alive and confirm");
	return false;
}

static const struct schema_map step_map = {
	"a step",
	KEYS(step_keys),
	.choice = "an action",
	.choice_optional = true,
	.check = check_step,
};
const struct schema schema_step = { .name = "step",
				    .expected = "a step: a map such as {send: SYN}",
				    .map = &step_map };
LIST(steps, "a list of steps", &schema_step, .min_items = 1);

static const struct schema_key alternative_keys[] = {
	{ "expect", &expectation, KEY_CHOICE, "this segment comes" },
	{ "expect-none", &silence, KEY_CHOICE, "nothing comes" },
	{ "as", &word, 0, "names the segment, for the steps below \"then\"" },
	{ "state", &state, 0, "claims the target's state after it" },
	{ "level", &level, 0, "level of the requirement if this alternative is taken" },
	{ "deviation", &word, 0, "name of what is deviated to" },
	{ "note", &text, 0, "a remark" },
	{ "then", &steps, 0, "steps that follow in this alternative only" },
};

static const struct schema_map alternative_map = {
	"an alternative",
	KEYS(alternative_keys),
	.choice = "an expectation",
	.check = check_as,
};

/* Cases */
static const struct schema matrix_values;
static const struct schema_map matrix_values_map = {
	"values of a parameter",
	.other = &anything,
	.other_key = &scalar_param_value,
	.other_help = "the value by which the variant is known: what is put in for it",
};
static const struct schema matrix_values = {
	.name = "parameter-values",
	.expected = "a list of values, or a map of names and values",
	.item = &anything,
	.min_items = 1,
	.map = &matrix_values_map,
};
static const struct schema_key matrix_keys[] = {
	{ "ip", &families, 0, "address families; default [4, 6]" },
};
static const struct schema_map matrix_map = {
	"matrix",
	KEYS(matrix_keys),
	.other = &matrix_values,
	.other_key = &scalar_word,
	.other_help = "a parameter, used as $name in steps, tester and link",
};
static const struct schema matrix = { .name = "matrix",
				      .map = &matrix_map,
				      .expected = "a map of parameters" };

static const struct schema excluded = {
	.name = "excluded-values",
	.expected = "a value of the parameter, or a list of them",
	.scalar = &scalar_param_value,
	.item = &param_value,
	.min_items = 1,
};
static const struct schema_key exclude_keys[] = {
	{ "because", &text, KEY_REQUIRED, "why these variants make no sense" },
};
static const struct schema_map exclude_map = {
	"exclude",
	KEYS(exclude_keys),
	.other = &excluded,
	.other_key = &scalar_word,
	.other_help = "a parameter: variants with this value (or one of these) are left out",
};
static const struct schema exclude = { .name = "exclude",
				       .map = &exclude_map,
				       .expected = "a map of parameters and \"because\"" };
LIST(excludes, "a list of maps of parameters and \"because\"", &exclude);

static const struct schema_key tester_keys[] = {
	{ "iss", &iss, 0, "initial sequence number: a number, or random (default)" },
	{ "window", &window, 0, "window; default 65535" },
	{ "syn-options", &options, 0,
	  "options of the tester's SYN; default [{mss: ..}] by the link" },
};
static const struct schema_map tester_map = { "tester", KEYS(tester_keys) };
const struct schema schema_tester = { .name = "tester",
				      .map = &tester_map,
				      .expected = "a map of iss, window, syn-options" };

static const struct schema_key case_keys[] = {
	{ "id", &word, KEY_REQUIRED, "second half of the stable id, unique in the area" },
	{ "title", &title, KEY_REQUIRED, "what the case shows, in one line" },
	{ "about", &text, 0, "background, for explain" },
	{ "covers", &labels, KEY_REQUIRED,
	  "the requirements it tests, such as [rfc9293:MUST-12]" },
	{ "level", &level, 0, "must (default), should or may" },
	{ "tags", &words, 0, "words to select cases by" },
	{ "needs", &needs, 0, "what the target must provide; default [listener]" },
	{ "uses", &uses, 0, "what it shares with other runs, which wait for it" },
	{ "patient", &yes_no, 0, "silence is waited for in full; default no" },
	{ "matrix", &matrix, 0, "parameters that multiply the case" },
	{ "exclude", &excludes, 0, "variants left out, with the reason" },
	{ "tester", &schema_tester, KEY_PARAMS, "the tester's end of the connection" },
	{ "link", &schema_link, KEY_PARAMS, "what the path does to segments on purpose" },
	{ "steps", &steps, KEY_REQUIRED | KEY_PARAMS, "what happens, in order" },
};
static const struct schema_map case_map = { "a case", KEYS(case_keys) };
static const struct schema case_schema = {
	.name = "case",
	.map = &case_map,
	.expected = "a case: a map with id, title, covers, steps"
};
LIST(cases, "a list of cases", &case_schema, .min_items = 1);

static const struct schema_key fragment_keys[] = {
	{ "name", &word, KEY_CHOICE, "what \"use\" calls it" },
	{ "reaches", &state, KEY_CHOICE, "the state that \"reach\" gets with it" },
	{ "via", &word, 0, "which way into the state, where there are several" },
	{ "about", &text, 0, "what it does" },
	{ "needs", &needs, 0, "what it needs of the target: added to the needs of the case" },
	{ "steps", &steps, KEY_REQUIRED | KEY_PARAMS, "what happens, in order" },
};

static bool via_with_reaches(const struct node *n, struct schema_check *c)
{
	const struct node *via = node_get_key(n, "via");

	if (!via || node_get(n, "reaches"))
		return true;
	diag_add(c->ds, DIAG_ERROR, &via->at, "\"via\" goes with \"reaches\" only");
	return false;
}

static const struct schema_map fragment_map = {
	"a fragment",
	KEYS(fragment_keys),
	.choice = "a name",
	.check = via_with_reaches,
};
static const struct schema fragment = { .name = "fragment",
					.map = &fragment_map,
					.expected =
						"a fragment: a map with name or reaches, and "
						"steps" };
LIST(fragments, "a list of fragments", &fragment, .min_items = 1);

static const struct schema_key defaults_keys[] = {
	{ "level", &level, 0, "level of cases that do not say" },
	{ "tags", &words, 0, "added to the tags of every case" },
	{ "needs", &needs, 0, "added to the needs of every case" },
	{ "uses", &uses, 0, "added to what every case uses" },
	{ "matrix", &matrix, 0, "parameters of every case that uses them" },
	{ "exclude", &excludes, 0, "variants left out of every case that has the parameters" },
	{ "tester", &schema_tester, KEY_PARAMS, "the tester's end, where a case does not say" },
};
static const struct schema_map defaults_map = { "defaults", KEYS(defaults_keys) };
static const struct schema defaults = { .name = "defaults",
					.map = &defaults_map,
					.expected = "a map of defaults for every case" };

static const struct schema_key file_keys[] = {
	{ "format", &format, KEY_REQUIRED, "version of the language: 1" },
	{ "area", &word, 0, "first half of every case id" },
	{ "about", &text, 0, "what the file is about" },
	{ "defaults", &defaults, 0, "what holds for every case of the file" },
	{ "fragments", &fragments, 0, "named lists of steps" },
	{ "cases", &cases, 0, "the cases" },
};

static bool check_file(const struct node *n, struct schema_check *c)
{
	if (!node_get(n, "cases") && !node_get(n, "fragments")) {
		diag_add(c->ds, DIAG_ERROR, &n->at,
			 "the file holds neither cases nor fragments");
		return false;
	}
	if (!node_get(n, "cases") || node_get(n, "area"))
		return true;
	diag_add(c->ds, DIAG_ERROR, &n->at, "\"area\" is missing in a case file");
	diag_add_help(c->ds, "area: first half of every case id");
	return false;
}

static const struct schema_map file_map = { "a case file", KEYS(file_keys),
					    .check = check_file };
const struct schema schema_file = { .name = "case-file",
				    .map = &file_map,
				    .expected = "a map with format, area and cases" };

const struct schema_map *schema_map_at(size_t i)
{
	static const struct schema_map *const maps[] = {
		&file_map,
		&defaults_map,
		&fragment_map,
		&case_map,
		&matrix_map,
		&exclude_map,
		&tester_map,
		&schema_link_map,
		&step_map,
		&segment_map,
		&data_map,
		&option_map,
		&ts_send_map,
		&ip_send_map,
		&expectation_map,
		&matcher_map,
		&flags_matcher_map,
		&options_match_map,
		&ts_match_map,
		&ip_match_map,
		&silence_map,
		&app_map,
		&alternative_map,
		&reach_map,
		&matrix_values_map,
	};

	return i < sizeof(maps) / sizeof(maps[0]) ? maps[i] : NULL;
}
