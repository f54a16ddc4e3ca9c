/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The target as the command line describes it: addresses and ports.
 */
#include "cli/target_arg.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "cli/cli.h"

/* ---- needs and ports ---- */

static int need_of(const char *text, size_t len)
{
	for (int i = 0; i < NEED_N; i++)
		if (strlen(plan_needs[i].name) == len && !strncmp(plan_needs[i].name, text, len))
			return i;
	return -EINVAL;
}

static void unknown_need(const char *text, size_t len, struct diags *ds)
{
	const char *names[NEED_N];
	char word[64];
	const char *near;

	for (size_t i = 0; i < NEED_N; i++)
		names[i] = plan_needs[i].name;
	snprintf(word, sizeof(word), "%.*s", (int)len, text);
	near = diag_nearest(word, names, NEED_N);
	diag_add(ds, DIAG_ERROR, NULL, "unknown service property \"%s\"", word);
	if (near)
		diag_add_help(ds, "did you mean \"%s\"?", near);
	else
		diag_add_help(ds, "`shakedown run --help` lists them under --provides");
}

int target_arg_needs(const char *text, uint32_t *set, struct diags *ds)
{
	for (const char *p = text;; p++) {
		size_t len = strcspn(p, ",");
		int need = need_of(p, len);

		if (need < 0) {
			unknown_need(p, len, ds);
			return need;
		}
		*set |= 1u << need;
		p += len;
		if (!*p)
			return 0;
	}
}

static bool parse_port(const char *text, size_t len, uint16_t *port)
{
	char digits[8];
	uint64_t n;

	if (len >= sizeof(digits))
		return false;
	memcpy(digits, text, len);
	digits[len] = '\0';
	if (option_number(digits, 1, 65535, &n))
		return false;
	*port = (uint16_t)n;
	return true;
}

static void add_port(struct target *t, uint16_t port, uint32_t provides, struct diags *ds)
{
	for (size_t i = 0; i < t->n_ports; i++) {
		if (t->port[i].port != port)
			continue;
		diag_add(ds, DIAG_ERROR, NULL, "port %u of the target is described twice", port);
		return;
	}
	if (t->n_ports == TARGET_MAX_PORTS)
		diag_add(ds, DIAG_ERROR, NULL, "at most %d ports of the target can be described",
			 TARGET_MAX_PORTS);
	else
		t->port[t->n_ports++] = (struct target_port){ port, provides };
}

/* "7=echo,closes-on-fin", or "7" for what its number says. */
static void take_port(struct target *t, const char *text, struct diags *ds)
{
	const char *list = strchr(text, '=');
	size_t len = list ? (size_t)(list - text) : strlen(text);
	uint32_t provides = 1u << NEED_LISTENER;
	uint16_t port;

	if (!parse_port(text, len, &port)) {
		diag_add(ds, DIAG_ERROR, NULL, "--port \"%s\": not a port from 1 to 65535", text);
		diag_add_help(ds, "such as --port 7=echo,closes-on-fin");
		return;
	}
	if (!list)
		provides = target_wellknown(port);
	else if (target_arg_needs(list + 1, &provides, ds))
		return;
	add_port(t, port, provides, ds);
}

static void take_closed_port(struct target *t, const char *text, struct diags *ds)
{
	uint16_t port;

	if (parse_port(text, strlen(text), &port))
		add_port(t, port, 1u << NEED_CLOSED_PORT, ds);
	else
		diag_add(ds, DIAG_ERROR, NULL, "--closed-port \"%s\": not a port from 1 to 65535",
			 text);
}

/* ---- addresses ---- */

/* ADDR, ADDR:PORT, [ADDR], [ADDR]:PORT; *port is NULL without one. */
static bool split(struct arena *arena, const char *text, const char **host, const char **port)
{
	const char *end;

	if (*text == '[') {
		end = strchr(text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return false;
		*host = arena_strndup(arena, text + 1, (size_t)(end - text - 1));
		*port = end[1] ? end + 2 : NULL;
		return true;
	}
	end = strchr(text, ':');
	/* Several colons: an IPv6 address without a port. */
	if (end && strchr(end + 1, ':'))
		end = NULL;
	*host = end ? arena_strndup(arena, text, (size_t)(end - text)) : text;
	*port = end ? end + 1 : NULL;
	return true;
}

static void from_sockaddr(const struct sockaddr *sa, struct ip_addr *a)
{
	if (sa->sa_family == AF_INET6) {
		a->family = 6;
		memcpy(a->b, &((const struct sockaddr_in6 *)sa)->sin6_addr, 16);
	} else {
		a->family = 4;
		memcpy(a->b, &((const struct sockaddr_in *)sa)->sin_addr, 4);
	}
}

/* The address the system likes best; the other family is asked for by number. */
static int look_up(const char *host, struct ip_addr *a, struct diags *ds)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	int err;

	if (!ip_addr_parse(host, a))
		return CLI_OK;
	err = getaddrinfo(host, NULL, &hints, &found);
	if (err) {
		diag_add(ds, DIAG_ERROR, NULL, "--target: no address for \"%s\": %s", host,
			 gai_strerror(err));
		return CLI_INCOMPLETE;
	}
	from_sockaddr(found->ai_addr, a);
	freeaddrinfo(found);
	return CLI_OK;
}

static int bad_target(const char *text, const char *why, struct diags *ds)
{
	diag_add(ds, DIAG_ERROR, NULL, "--target \"%s\": %s", text, why);
	diag_add_help(ds, "such as --target 192.0.2.1:80 or --target [2001:db8::1]:80");
	return CLI_USAGE;
}

static int take_target(const struct options *o, const char *text, struct target *t,
		       uint16_t *port, struct diags *ds)
{
	struct ip_addr a = { .family = 0 }, *slot;
	const char *host, *digits;
	int status;

	if (!split(o->arena, text, &host, &digits) || !*host)
		return bad_target(text, "no address and port", ds);
	if (!digits && strchr(host, ':') && *text != '[')
		return bad_target(text, "an IPv6 address goes into brackets", ds);
	if (digits && !parse_port(digits, strlen(digits), port))
		return bad_target(text, "no port from 1 to 65535 behind the colon", ds);
	status = look_up(host, &a, ds);
	if (status)
		return status;
	slot = a.family == 6 ? &t->addr6 : &t->addr4;
	if (slot->family)
		return bad_target(text, "a second address of this family", ds);
	*slot = a;
	return CLI_OK;
}

static int take_targets(const struct options *o, struct target *t, uint16_t *port,
			struct diags *ds)
{
	for (size_t i = 0; i < o->target.n; i++) {
		uint16_t before = *port;
		int status = take_target(o, o->target.item[i], t, port, ds);

		if (status)
			return status;
		if (before && before != *port)
			return bad_target(o->target.item[i],
					  "not the port of the other; see --port", ds);
	}
	t->name = o->target.n ? o->target.item[0] : NULL;
	for (size_t i = 1; i < o->target.n; i++)
		t->name = arena_printf(o->arena, "%s, %s", t->name, o->target.item[i]);
	return CLI_OK;
}

/* What --target's own port does: what --provides says, or what its number says. */
static void take_main_port(const struct options *o, struct target *t, uint16_t port,
			   struct diags *ds)
{
	uint32_t provides = 1u << NEED_LISTENER;

	if (port && !o->provides.n)
		provides = target_wellknown(port);
	for (size_t i = 0; i < o->provides.n; i++)
		target_arg_needs(o->provides.item[i], &provides, ds);
	if (port)
		add_port(t, port, provides, ds);
	else if (o->provides.n)
		diag_add(ds, DIAG_ERROR, NULL, "--provides needs a port in --target");
}

static void take_ports(const struct options *o, struct target *t, struct diags *ds)
{
	for (size_t i = 0; i < o->port.n; i++)
		take_port(t, o->port.item[i], ds);
	for (size_t i = 0; i < o->closed_port.n; i++)
		take_closed_port(t, o->closed_port.item[i], ds);
}

/* ---- the upper tester ---- */

/* [udp:|tcp:]ADDR[:PORT] */
static void take_agent(const struct options *o, struct target *t, struct diags *ds)
{
	const char *text = o->agent, *host, *digits;
	uint16_t port = TARGET_AGENT_PORT;
	struct ip_addr a = { .family = 0 };
	bool udp;

	if (!text)
		return;
	udp = !strncmp(text, "udp:", 4);
	text += udp || !strncmp(text, "tcp:", 4) ? 4 : 0;
	if (split(o->arena, text, &host, &digits) && !ip_addr_parse(host, &a) &&
	    (!digits || parse_port(digits, strlen(digits), &port))) {
		target_set_agent(t, &a, port, udp);
		return;
	}
	diag_add(ds, DIAG_ERROR, NULL, "--agent \"%s\": not an address, perhaps with a port",
		 o->agent);
	diag_add_help(ds, "such as --agent 192.0.2.1:10000, or udp:192.0.2.1 for UDP");
}

/* ---- the profile ---- */

static bool is_described(const struct target *t, uint16_t port)
{
	for (size_t i = 0; i < t->n_ports; i++)
		if (t->port[i].port == port)
			return true;
	return false;
}

/* What the command line does not say; the addresses of two hosts are not mixed. */
static void take_profile(const struct profile *p, struct target *t, struct diags *ds)
{
	if (!t->addr4.family && !t->addr6.family) {
		t->addr4 = p->target.addr4;
		t->addr6 = p->target.addr6;
	}
	for (size_t i = 0; i < p->target.n_ports; i++)
		if (!is_described(t, p->target.port[i].port))
			add_port(t, p->target.port[i].port, p->target.port[i].provides, ds);
	t->rate = p->target.rate;
	t->timers = p->target.timers;
	t->challenge_acks = p->target.challenge_acks;
	t->ordered = p->target.ordered;
	if (!p->target.upper_tester)
		return;
	if (!t->upper_tester)
		target_set_agent(t, &p->target.agent, p->target.agent_port, p->target.agent_udp);
	t->app_first = p->target.app_first;
	t->app_last = p->target.app_last;
}

static int incomplete(const struct options *o, const struct target *t, struct diags *ds)
{
	const char *file = o->target_profile;

	if (file && !t->addr4.family && !t->addr6.family) {
		diag_add(ds, DIAG_ERROR, NULL, "the profile %s has no address", file);
		diag_add_help(ds, "put \"addresses\" into it, or say --target ADDR");
		return CLI_USAGE;
	}
	if (t->n_ports || t->upper_tester)
		return CLI_OK;
	if (!file)
		return bad_target(o->target.item[0], "no port behind the address", ds);
	diag_add(ds, DIAG_ERROR, NULL, "the profile %s has no port", file);
	diag_add_help(ds, "put \"ports\" or \"agent\" into it, or say --port N");
	return CLI_USAGE;
}

int target_arg_parse(const struct options *o, const struct profile *p, struct target *t,
		     struct diags *ds)
{
	uint16_t port = 0;
	int status;

	memset(t, 0, sizeof(*t));
	status = take_targets(o, t, &port, ds);
	if (status)
		return status;
	take_main_port(o, t, port, ds);
	take_ports(o, t, ds);
	take_agent(o, t, ds);
	if (p)
		take_profile(p, t, ds);
	if (ds->n_errors)
		return CLI_USAGE;
	if (p)
		t->name = profile_label(o->arena, p, t);
	return incomplete(o, t, ds);
}

int target_arg_sources(const struct options *o, struct ip_addr *v4, struct ip_addr *v6,
		       struct diags *ds)
{
	for (size_t i = 0; i < o->source.n; i++) {
		struct ip_addr a, *slot;

		if (ip_addr_parse(o->source.item[i], &a)) {
			diag_add(ds, DIAG_ERROR, NULL, "--source \"%s\": not an IP address",
				 o->source.item[i]);
			return CLI_USAGE;
		}
		slot = a.family == 6 ? v6 : v4;
		if (slot->family) {
			diag_add(ds, DIAG_ERROR, NULL, "--source \"%s\": second of its family",
				 o->source.item[i]);
			return CLI_USAGE;
		}
		*slot = a;
	}
	return CLI_OK;
}
