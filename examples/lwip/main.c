/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lwip-target: lwIP on a TAP interface, with the plain services of
 * shakedown-agent and its upper tester above it.  It is a target for
 * `shakedown run --target`, and the example of how the agent is put on top of a
 * stack that is not the system's: stack.c is the port, services.c and this file
 * would be the same for any other.
 *
 * The control port of the upper tester is the system's own, as it would be on a
 * board with a second interface: what the tester asks for does not take the way
 * that is tested.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <lwip/init.h>
#include <lwip/timeouts.h>

#include "agent/allow.h"
#include "agent/control.h"
#include "agent/loop.h"
#include "agent/upper.h"
#include "services.h"
#include "stack.h"
#include "tap.h"

#define ADDRESSES_MAX 8
#define FRAMES_PER_TURN 64
#define MAX_SOCKETS 1024

struct options {
	const char *tap;
	struct tap_address bind[ADDRESSES_MAX];
	size_t n_bind;
	struct agent_addr control;
	uint16_t control_port; /* 0: no upper tester */
	int ready_fd;	       /* -1: nobody waits */
};

/* Set when the TAP interface is gone, or something else. */
static int trouble;

static int usage(void)
{
	fputs("Usage: lwip-target --tap NAME --bind ADDR[/BITS]... [--testability ADDR:PORT]\n"
	      "                   [--ready-fd FD]\n\n"
	      "Runs lwIP on the TAP interface NAME with these addresses, and on them echo (7),\n"
	      "discard (9), daytime (13) and chargen (19).\n",
	      stderr);
	return 2;
}

static int parse_bind(struct options *o, char *text)
{
	struct tap_address *a = &o->bind[o->n_bind];
	char *slash = strchr(text, '/');
	struct agent_net net;

	if (o->n_bind == ADDRESSES_MAX)
		return -EINVAL;
	if (slash)
		*slash++ = '\0';
	if (agent_net_parse(&net, text))
		return -EINVAL;
	a->len = net.family == AF_INET ? 4 : 16;
	memcpy(a->ip, net.ip, sizeof(a->ip));
	a->prefix = a->len == 4 ? 24 : 64;
	if (slash)
		a->prefix = (unsigned int)strtoul(slash, NULL, 10);
	o->n_bind++;
	return a->prefix <= 8 * a->len ? 0 : -EINVAL;
}

static int parse_control(struct options *o, char *text)
{
	char *colon = strrchr(text, ':');

	if (!colon)
		return -EINVAL;
	*colon = '\0';
	o->control_port = (uint16_t)strtoul(colon + 1, NULL, 10);
	return o->control_port && !agent_addr_parse(&o->control, text) ? 0 : -EINVAL;
}

static int parse(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "tap", required_argument, NULL, 't' },
		{ "bind", required_argument, NULL, 'b' },
		{ "testability", required_argument, NULL, 'c' },
		{ "ready-fd", required_argument, NULL, 'r' },
		{ 0 },
	};
	int opt, rc = 0;

	*o = (struct options){ .ready_fd = -1 };
	while (rc == 0 && (opt = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (opt == 't')
			o->tap = optarg;
		else if (opt == 'b')
			rc = parse_bind(o, optarg);
		else if (opt == 'c')
			rc = parse_control(o, optarg);
		else if (opt == 'r')
			o->ready_fd = atoi(optarg);
		else
			rc = -EINVAL;
	}
	return rc == 0 && optind == argc && o->tap && o->n_bind ? 0 : -EINVAL;
}

static void tap_ready(struct agent_watch *w, unsigned int events)
{
	int rc = 1;

	(void)events;
	for (int i = 0; i < FRAMES_PER_TURN && rc == 1; i++) {
		rc = tap_receive(w->fd);
		stack_dispatch();
	}
	if (rc < 0)
		trouble = rc;
}

static int listen_everywhere(const struct options *o)
{
	static struct lwip_stack stack = { services_ready };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < o->n_bind; i++) {
		struct tp_addr addr = { .len = (uint8_t)o->bind[i].len };

		memcpy(addr.ip, o->bind[i].ip, sizeof(addr.ip));
		rc = services_listen(&lwip_stack_ops, &stack, &addr);
	}
	return rc;
}

static int control_open(const struct options *o, struct agent_loop *loop,
			struct agent_control **control)
{
	static struct lwip_stack stack = { agent_upper_ready };
	const struct agent_control_config cfg = {
		.addrs = &o->control,
		.n_addrs = 1,
		.port = o->control_port,
		.max_sockets = MAX_SOCKETS,
		.ops = &lwip_stack_ops,
		.stack = &stack,
	};
	const struct agent_addr *where;

	return o->control_port ? agent_control_new(&cfg, loop, control, &where) : 0;
}

static void run(struct agent_loop *loop, struct agent_control *control)
{
	while (!trouble) {
		u32_t sleep = sys_timeouts_sleeptime();
		int rc;

		if (stack_dispatch())
			sleep = 0;
		rc = agent_loop_turn(loop, sleep < INT32_MAX ? (int)sleep : -1);
		sys_check_timeouts();
		if (control)
			agent_control_tick(control);
		if (rc < 0)
			trouble = rc;
	}
}

/* lwIP's local ports come from rand(). */
static void start_lwip(void)
{
	unsigned int seed = 0;

	if (getrandom(&seed, sizeof(seed), 0) == sizeof(seed))
		srand(seed);
	lwip_init();
}

static int start(const struct options *o, struct agent_loop *loop, struct agent_watch *tap,
		 struct agent_control **control)
{
	int rc;

	start_lwip();
	tap->fd = tap_open(o->tap, o->bind, o->n_bind);
	rc = tap->fd < 0 ? tap->fd : listen_everywhere(o);
	if (rc == 0)
		rc = control_open(o, loop, control);
	return rc == 0 ? agent_loop_watch(loop, tap, AGENT_READABLE) : rc;
}

int main(int argc, char **argv)
{
	struct agent_watch tap = { .armed = AGENT_UNARMED, .ready = tap_ready };
	struct agent_loop *loop = agent_loop_new();
	struct agent_control *control = NULL;
	struct options o;

	if (parse(&o, argc, argv) < 0)
		return usage();
	trouble = loop ? start(&o, loop, &tap, &control) : -errno;
	if (!trouble && o.ready_fd >= 0 && write(o.ready_fd, "ready\n", 6) != 6)
		trouble = -EPIPE;
	run(loop, control);
	fprintf(stderr, "lwip-target: %s\n", strerror(-trouble));
	return 1;
}
