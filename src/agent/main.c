/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shakedown-agent: the program that stands on the host of the target and is
 * the application above its TCP: it offers the plain services, and serves the
 * Testability Protocol.
 *
 * It links nothing but the C library, so that it can be carried to any host;
 * what is specific to this system is in loop.c, sock.c and stack_sockets.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "agent/options.h"
#include "agent/server.h"
#include "config.h"

enum {
	EXIT_OK = 0,
	EXIT_TROUBLE = 1,
	EXIT_USAGE = 2
};

/* Descriptors that are no connections: standard, epoll, pipe, a few spare. */
#define SPARE_FDS 16

/* Connections and sockets of the control port. */
struct grant {
	size_t conns, sockets;
};

/* A signal is a byte in this pipe, so the loop sees it like anything else. */
static int stop_pipe[2];

static void on_signal(int sig)
{
	int saved = errno;

	(void)sig;
	/* If the pipe is full there is enough in it. */
	if (write(stop_pipe[1], "", 1) < 0)
		errno = saved;
}

static int catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	if (pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	sigemptyset(&sa.sa_mask);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

/* Raises the limit of descriptors, and returns it. */
static size_t raise_limit(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) < 0)
		return SIZE_MAX;
	if (rl.rlim_cur < rl.rlim_max) {
		rl.rlim_cur = rl.rlim_max;
		setrlimit(RLIMIT_NOFILE, &rl);
		getrlimit(RLIMIT_NOFILE, &rl);
	}
	return rl.rlim_cur;
}

/*
 * How many descriptors there may be of each kind: what is wanted, else test
 * sockets get what they want up to half of what there is.
 */
static struct grant grant_fds(const struct agent_options *o)
{
	size_t limit = raise_limit();
	size_t others = o->n_addrs * AGENT_N_SERVICES + SPARE_FDS;
	struct grant g = { .conns = o->max_conns };
	size_t left;

	if (o->testability) {
		others += 2 * o->n_addrs;
		g.sockets = o->max_sockets;
	}
	left = limit > others + 1 ? limit - others : 1;
	if (g.sockets > left / 2)
		g.sockets = left / 2;
	left -= g.sockets;
	if (g.conns > left)
		g.conns = left;
	return g;
}

static const char *remedy(int err, uint16_t port)
{
	static const struct {
		int err;
		const char *text;
	} remedies[] = {
		{ EADDRINUSE,
		  "somebody listens there already (see ss -ltnp); stop that, "
		  "or choose other ports with --port-base" },
		{ EADDRNOTAVAIL,
		  "no interface has this address, or it is IPv6 and still "
		  "being checked for duplicates (see ip address; add it with "
		  "nodad)" },
		{ EAFNOSUPPORT,
		  "this address family is switched off on this machine" },
		{ EMFILE, "raise the limit of open files (ulimit -n)" },
	};

	if ((err == EACCES || err == EPERM) && port < 1024)
		return "ports below 1024 need CAP_NET_BIND_SERVICE: run this as "
		       "root, or choose other ports with --port-base 10000";
	for (size_t i = 0; i < sizeof(remedies) / sizeof(*remedies); i++)
		if (remedies[i].err == err)
			return remedies[i].text;
	return NULL;
}

static void print_trouble(const struct agent_trouble *t)
{
	const char *help = remedy(-t->error, t->port);
	char where[AGENT_ADDR_TEXT];

	if (t->service) {
		agent_addr_format(t->addr, t->port, where);
		fprintf(stderr, "shakedown-agent: cannot listen on %s (%s): ",
			where, t->service);
	} else {
		fputs("shakedown-agent: cannot start: ", stderr);
	}
	fprintf(stderr, "%s\n", strerror(-t->error));
	if (help)
		fprintf(stderr, "  help: %s\n", help);
}

static void print_listening(const struct agent_options *o)
{
	char where[AGENT_ADDR_TEXT];

	for (size_t i = 0; i < o->n_addrs * AGENT_N_SERVICES; i++) {
		size_t service = i % AGENT_N_SERVICES;

		if (!o->ports[service])
			continue;
		agent_addr_format(&o->addrs[i / AGENT_N_SERVICES],
				  o->ports[service], where);
		fprintf(stderr, "shakedown-agent: %s on %s\n",
			agent_services[service].name, where);
	}
}

static void print_control(const struct agent_control_config *cfg)
{
	char where[AGENT_ADDR_TEXT];

	for (size_t i = 0; cfg->port && i < cfg->n_addrs; i++) {
		agent_addr_format(&cfg->addrs[i], cfg->port, where);
		fprintf(stderr, "shakedown-agent: testability on %s\n", where);
	}
}

static void print_control_stats(const struct agent_server *s)
{
	struct agent_control_stats st = agent_server_get_control_stats(s);

	fprintf(stderr,
		"shakedown-agent: %llu requests, %llu refused for their address, "
		"%llu times garbage, %llu requesters ended as idle\n",
		(unsigned long long)st.requests, (unsigned long long)st.refused,
		(unsigned long long)st.garbage, (unsigned long long)st.expired);
}

static void print_stats(const struct agent_server *s)
{
	struct agent_server_stats st = agent_server_get_stats(s);

	fprintf(stderr,
		"shakedown-agent: %llu connections, %llu reset as too many, "
		"%llu reset as idle\n",
		(unsigned long long)st.accepted,
		(unsigned long long)st.crowded_out,
		(unsigned long long)st.expired);
}

/*
 * Tells whoever waits at @fd.  A standard descriptor is replaced, not closed,
 * lest a connection be given its number.
 */
static void tell_ready(int fd)
{
	static const char text[] = "ready\n";
	int null;

	if (fd < 0)
		return;
	if (write(fd, text, sizeof(text) - 1) < 0)
		fprintf(stderr, "shakedown-agent: --ready-fd %d: %s\n", fd,
			strerror(errno));
	if (fd > STDERR_FILENO) {
		close(fd);
		return;
	}
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		dup2(null, fd);
		close(null);
	}
}

static struct agent_server_config make_config(const struct agent_options *o)
{
	struct grant grant = grant_fds(o);
	struct agent_server_config cfg = {
		.addrs = o->addrs,
		.n_addrs = o->n_addrs,
		.max_conns = grant.conns,
		.idle_ms = o->idle_ms,
		.control = {
			.addrs = o->has_control_addr ? &o->control_addr : o->addrs,
			.n_addrs = o->has_control_addr ? 1 : o->n_addrs,
			.port = o->control_port,
			.nets = o->nets,
			.n_nets = o->n_nets,
			.max_sockets = grant.sockets,
			.idle_ms = o->control_idle_ms,
		},
	};

	memcpy(cfg.ports, o->ports, sizeof(cfg.ports));
	return cfg;
}

static int serve(const struct agent_options *o)
{
	struct agent_server_config cfg = make_config(o);
	struct agent_trouble trouble = { .error = catch_signals() };
	struct agent_server *s = NULL;
	int rc;

	if (trouble.error == 0)
		s = agent_server_new(&cfg, &trouble);
	if (!s) {
		print_trouble(&trouble);
		return EXIT_TROUBLE;
	}
	if (o->verbose) {
		print_listening(o);
		print_control(&cfg.control);
	}
	tell_ready(o->ready_fd);
	rc = agent_server_run(s, stop_pipe[0]);
	if (rc < 0)
		fprintf(stderr, "shakedown-agent: %s\n", strerror(-rc));
	if (o->verbose)
		print_stats(s);
	if (o->verbose && o->testability)
		print_control_stats(s);
	agent_server_free(s);
	return rc < 0 ? EXIT_TROUBLE : EXIT_OK;
}

int main(int argc, char **argv)
{
	struct agent_options o;
	int status = EXIT_OK;

	if (agent_options_parse(&o, argc, argv) < 0) {
		fputs("Try 'shakedown-agent --help'.\n", stderr);
		status = EXIT_USAGE;
	} else if (o.help) {
		agent_options_print_help();
	} else if (o.version) {
		puts("shakedown-agent " PACKAGE_VERSION);
	} else {
		status = serve(&o);
	}
	agent_options_fini(&o);
	return status;
}
