/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Command line to configuration: see options.h.
 */
#include "agent/options.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/testability.h"

#define PORT_MAX 65535ul
#define DEFAULT_MAX_CONNS 16384
/* Longer than a case waits for the timers of a target. */
#define DEFAULT_IDLE_MS 600000
#define DEFAULT_MAX_SOCKETS 1024
#define DEFAULT_CONTROL_IDLE_MS 1800000

struct option_row;

/* Takes @arg (NULL if left out); 0, or -EINVAL after a message. */
typedef int option_apply_fn(struct agent_options *o,
			    const struct option_row *row, const char *arg);

struct option_row {
	const char *name;
	char letter;	  /* or 0 */
	int has_arg;	  /* as in struct option */
	const char *form; /* of the argument, as --help shows it */
	option_apply_fn *apply;
	int id; /* for apply: which service */
	const char *help;
};

__attribute__((format(printf, 1, 2))) static int usage_error(const char *fmt, ...)
{
	va_list ap;

	fputs("shakedown-agent: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return -EINVAL;
}

/* A decimal number from @min to @max, digits only. */
static int parse_number(const struct option_row *row, const char *arg,
			unsigned long min, unsigned long max,
			unsigned long *out)
{
	char *end;

	errno = 0;
	*out = strtoul(arg, &end, 10);
	if (*arg < '0' || *arg > '9' || *end || errno || *out < min ||
	    *out > max)
		return usage_error("--%s %s: not a number from %lu to %lu",
				   row->name, arg, min, max);
	return 0;
}

static int apply_bind(struct agent_options *o, const struct option_row *row,
		      const char *arg)
{
	struct agent_addr *addrs = realloc(o->addrs, (o->n_addrs + 1) * sizeof(*addrs));
	const char *why;

	if (!addrs)
		return usage_error("out of memory");
	o->addrs = addrs;
	why = agent_addr_parse(&addrs[o->n_addrs], arg);
	if (why)
		return usage_error("--%s %s: %s", row->name, arg, why);
	for (size_t i = 0; i < o->n_addrs; i++)
		if (agent_addr_equal(&addrs[i], &addrs[o->n_addrs]))
			return usage_error("--%s %s: given twice", row->name,
					   arg);
	o->n_addrs++;
	return 0;
}

static int choose_service(struct agent_options *o, const char *name, size_t len)
{
	for (size_t i = 0; i < AGENT_N_SERVICES; i++) {
		if (strlen(agent_services[i].name) == len &&
		    !strncmp(agent_services[i].name, name, len)) {
			o->chosen[i] = true;
			return 0;
		}
	}
	return usage_error("--services: no service is called '%.*s'; "
			   "there are echo, discard, chargen and daytime",
			   (int)len, name);
}

static int apply_services(struct agent_options *o, const struct option_row *row,
			  const char *arg)
{
	(void)row;
	memset(o->chosen, arg ? 0 : 1, sizeof(o->chosen));
	while (arg) {
		size_t len = strcspn(arg, ",");

		if (choose_service(o, arg, len) < 0)
			return -EINVAL;
		arg = arg[len] ? arg + len + 1 : NULL;
	}
	return 0;
}

static int apply_base(struct agent_options *o, const struct option_row *row,
		      const char *arg)
{
	/* The highest service, chargen, must still fit above the base. */
	unsigned long max = PORT_MAX - agent_services[AGENT_CHARGEN].port;

	return parse_number(row, arg, 0, max, &o->port_base);
}

static int apply_port(struct agent_options *o, const struct option_row *row,
		      const char *arg)
{
	unsigned long port;

	if (parse_number(row, arg, 1, PORT_MAX, &port) < 0)
		return -EINVAL;
	o->ports[row->id] = (uint16_t)port;
	return 0;
}

static int apply_max(struct agent_options *o, const struct option_row *row,
		     const char *arg)
{
	unsigned long n;

	if (parse_number(row, arg, 1, 1000000, &n) < 0)
		return -EINVAL;
	o->max_conns = n;
	return 0;
}

/* A number and its unit: ms, s or min; 0 alone is clear enough. */
static int parse_time(const struct option_row *row, const char *arg, uint64_t *ms)
{
	static const struct {
		const char *unit;
		unsigned int ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "min", 60000 } };
	char *end;
	unsigned long n = strtoul(arg, &end, 10);

	if (*arg >= '0' && *arg <= '9' && n <= 1000000000) {
		for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
			if (!strcmp(end, units[i].unit)) {
				*ms = (uint64_t)n * units[i].ms;
				return 0;
			}
		}
		if (n == 0 && !*end) {
			*ms = 0;
			return 0;
		}
	}
	return usage_error("--%s %s: not a time such as 500ms, 120s or 2min",
			   row->name, arg);
}

static int apply_idle(struct agent_options *o, const struct option_row *row,
		      const char *arg)
{
	return parse_time(row, arg, &o->idle_ms);
}

static int apply_control_idle(struct agent_options *o, const struct option_row *row,
			      const char *arg)
{
	return parse_time(row, arg, &o->control_idle_ms);
}

/* "10.1.0.7" of "10.1.0.7:10000", or "::1" of "[::1]:10000". */
static int parse_control_addr(struct agent_options *o, const struct option_row *row,
			      const char *arg, size_t len)
{
	char host[64] = "";
	const char *why = "not a numeric IPv4 or IPv6 address";

	if (len >= 2 && arg[0] == '[' && arg[len - 1] == ']') {
		arg++;
		len -= 2;
	} else if (memchr(arg, ':', len)) {
		return usage_error("--%s: write an IPv6 address in brackets, "
				   "as in [::1]:10000",
				   row->name);
	}
	if (len < sizeof(host)) {
		memcpy(host, arg, len);
		why = agent_addr_parse(&o->control_addr, host);
	}
	if (why)
		return usage_error("--%s %s: %s", row->name, host, why);
	o->has_control_addr = true;
	return 0;
}

static int apply_testability(struct agent_options *o, const struct option_row *row,
			     const char *arg)
{
	const char *colon = arg ? strrchr(arg, ':') : NULL;
	unsigned long port = TP_PORT;

	o->testability = true;
	o->has_control_addr = false;
	if (colon && parse_control_addr(o, row, arg, (size_t)(colon - arg)) < 0)
		return -EINVAL;
	if (arg && parse_number(row, colon ? colon + 1 : arg, 1, PORT_MAX, &port) < 0)
		return -EINVAL;
	o->control_port = (uint16_t)port;
	return 0;
}

static int apply_allow(struct agent_options *o, const struct option_row *row,
		       const char *arg)
{
	struct agent_net *nets = realloc(o->nets, (o->n_nets + 1) * sizeof(*nets));
	const char *why;

	if (!nets)
		return usage_error("out of memory");
	o->nets = nets;
	why = agent_net_parse(&nets[o->n_nets], arg);
	if (why)
		return usage_error("--%s %s: %s", row->name, arg, why);
	o->n_nets++;
	return 0;
}

static int apply_max_sockets(struct agent_options *o, const struct option_row *row,
			     const char *arg)
{
	unsigned long n;

	if (parse_number(row, arg, 1, 60000, &n) < 0)
		return -EINVAL;
	o->max_sockets = n;
	return 0;
}

static int apply_ready(struct agent_options *o, const struct option_row *row,
		       const char *arg)
{
	unsigned long fd;

	if (parse_number(row, arg, 0, 1000000, &fd) < 0)
		return -EINVAL;
	if (fcntl((int)fd, F_GETFD) < 0)
		return usage_error("--%s %s: this descriptor is not open",
				   row->name, arg);
	o->ready_fd = (int)fd;
	return 0;
}

static int apply_verbose(struct agent_options *o, const struct option_row *row,
			 const char *arg)
{
	(void)row;
	(void)arg;
	o->verbose = true;
	return 0;
}

static int apply_help(struct agent_options *o, const struct option_row *row,
		      const char *arg)
{
	(void)row;
	(void)arg;
	o->help = true;
	return 0;
}

static int apply_version(struct agent_options *o, const struct option_row *row,
			 const char *arg)
{
	(void)row;
	(void)arg;
	o->version = true;
	return 0;
}

static const struct option_row rows[] = {
	{ "bind", 'b', required_argument, "=ADDR", apply_bind, 0,
	  "listen on this address; may be repeated" },
	{ "services", 's', optional_argument, "[=LIST]", apply_services, 0,
	  "only these services, as in echo,discard (default: all)" },
	{ "port-base", 'p', required_argument, "=N", apply_base, 0,
	  "listen on N+7, N+9, N+19 and N+13 (default: 0)" },
	{ "echo", 0, required_argument, "=PORT", apply_port, AGENT_ECHO,
	  "port of echo (default: 7)" },
	{ "discard", 0, required_argument, "=PORT", apply_port, AGENT_DISCARD,
	  "port of discard (default: 9)" },
	{ "chargen", 0, required_argument, "=PORT", apply_port, AGENT_CHARGEN,
	  "port of chargen (default: 19)" },
	{ "daytime", 0, required_argument, "=PORT", apply_port, AGENT_DAYTIME,
	  "port of daytime (default: 13)" },
	{ "idle-limit", 0, required_argument, "=TIME", apply_idle, 0,
	  "reset connections idle for so long, 0 for never (default: 10min)" },
	{ "max-connections", 0, required_argument, "=N", apply_max, 0,
	  "beyond N reset the one idle longest (default: 16384)" },
	{ "testability", 't', optional_argument, "[=WHERE]", apply_testability, 0,
	  "serve the Testability Protocol on [ADDR:]PORT (default: 10000)" },
	{ "allow", 'a', required_argument, "=NET", apply_allow, 0,
	  "take its requests from ADDR[/LEN] too, not only from loopback" },
	{ "max-sockets", 0, required_argument, "=N", apply_max_sockets, 0,
	  "sockets that all requesters may have (default: 1024)" },
	{ "tester-idle", 0, required_argument, "=TIME", apply_control_idle, 0,
	  "end requesters silent for so long, 0 for never (default: 30min)" },
	{ "ready-fd", 0, required_argument, "=FD", apply_ready, 0,
	  "write \"ready\" to this descriptor once all services listen" },
	{ "verbose", 'v', no_argument, "", apply_verbose, 0,
	  "say what is listened on, and what happened in the end" },
	{ "help", 'h', no_argument, "", apply_help, 0, "show this help" },
	{ "version", 'V', no_argument, "", apply_version, 0,
	  "show the version" },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

void agent_options_print_help(void)
{
	char text[40], letter[] = "-x, ";

	puts("Usage: shakedown-agent --bind ADDR [OPTION]...\n\n"
	     "Offers echo, discard, chargen and daytime over TCP on the host of "
	     "the target,\nand with --testability carries out what a tester asks "
	     "of the application there.\n");
	for (size_t i = 0; i < N_ROWS; i++) {
		const struct option_row *r = &rows[i];

		letter[1] = r->letter;
		snprintf(text, sizeof(text), "--%s%s", r->name, r->form);
		printf("  %s%-23s %s\n", r->letter ? letter : "    ", text,
		       r->help);
	}
	puts("\nExit status: 0 after SIGTERM or SIGINT, 1 trouble, 2 usage.");
}

/* The table in the form that getopt_long() takes. */
static void make_getopt_tables(struct option *longs, char *shorts)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		longs[i] = (struct option){ rows[i].name, rows[i].has_arg, NULL,
					    256 + (int)i };
		if (!rows[i].letter)
			continue;
		*shorts++ = rows[i].letter;
		for (int n = 0; n < rows[i].has_arg; n++)
			*shorts++ = ':';
	}
	longs[N_ROWS] = (struct option){ 0 };
	*shorts = '\0';
}

static const struct option_row *find_row(int value)
{
	if (value >= 256)
		return &rows[value - 256];
	for (size_t i = 0; i < N_ROWS; i++)
		if (rows[i].letter && rows[i].letter == value)
			return &rows[i];
	return NULL;
}

/* Settles the ports: none for services not chosen, and no port twice. */
static int resolve_ports(struct agent_options *o)
{
	for (size_t i = 0; i < AGENT_N_SERVICES; i++) {
		if (!o->chosen[i])
			o->ports[i] = 0;
		else if (!o->ports[i])
			o->ports[i] = (uint16_t)(o->port_base +
						 agent_services[i].port);
		for (size_t j = 0; o->ports[i] && j < i; j++)
			if (o->ports[j] == o->ports[i])
				return usage_error("%s and %s cannot both have "
						   "port %u",
						   agent_services[j].name,
						   agent_services[i].name,
						   o->ports[i]);
	}
	return 0;
}

static int check_complete(struct agent_options *o)
{
	if (o->help || o->version)
		return 0;
	if (!o->n_addrs)
		return usage_error("no address to listen on: give at least one "
				   "--bind ADDR (0.0.0.0 or :: for all)");
	if (o->n_nets && !o->testability)
		return usage_error("--allow is about the requests of "
				   "--testability, which is not given");
	return resolve_ports(o);
}

int agent_options_parse(struct agent_options *o, int argc, char **argv)
{
	struct option longs[N_ROWS + 1];
	char shorts[3 * N_ROWS + 1];
	int value;

	*o = (struct agent_options){
		.max_conns = DEFAULT_MAX_CONNS,
		.idle_ms = DEFAULT_IDLE_MS,
		.max_sockets = DEFAULT_MAX_SOCKETS,
		.control_idle_ms = DEFAULT_CONTROL_IDLE_MS,
		.ready_fd = -1,
	};
	memset(o->chosen, 1, sizeof(o->chosen));
	make_getopt_tables(longs, shorts);
	while ((value = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct option_row *row = find_row(value);

		/* getopt_long() has already said what is wrong. */
		if (!row || row->apply(o, row, optarg) < 0)
			return -EINVAL;
	}
	if (optind < argc)
		return usage_error("argument '%s' is not an option; addresses "
				   "go after --bind",
				   argv[optind]);
	return check_complete(o);
}

void agent_options_fini(struct agent_options *o)
{
	free(o->addrs);
	free(o->nets);
	o->addrs = NULL;
	o->nets = NULL;
}
