/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tester's side of the lab.
 */
#include "link/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/log.h"
#include "link/app_client.h"
#include "link/lab_ns.h"
#include "link/lab_target.h"
#include "link/live.h"
#include "link/offload.h"

#define LOOPBACK_INDEX 1
#define TESTER_INDEX 2 /* of the interfaces: see struct route_veth */
#define TARGET_INDEX 3
#define STEP_MS 10000 /* what any step may take on a loaded machine */
#define AGENT_NAME "shakedown-agent"

struct lab {
	struct link *link;
	int old_ns; /* the namespace we came from, or -1 */
	pid_t child;
	int control;  /* socket to the child, or -1 */
	int ready;    /* pipe from the agent, or -1 */
	int agent_fd; /* to be connected to the agent, or -1 */
	bool ip6;
	bool pinned;
	cpu_set_t cpus; /* where we were allowed to run before */
	struct lab_timers timers;
	char agent[4096];
	char target_name[200];
	unsigned int challenge_acks;
};

struct link *lab_link(struct lab *lab)
{
	return lab->link;
}

unsigned int lab_challenge_acks(const struct lab *lab)
{
	return lab->challenge_acks;
}

const char *lab_target_name(const struct lab *lab)
{
	return lab->target_name;
}

const struct lab_timers *lab_timers(const struct lab *lab)
{
	return &lab->timers;
}

/* ---- the agent's program ---- */

static bool agent_next_to_us(char *path, size_t cap)
{
	ssize_t n = readlink("/proc/self/exe", path, cap - sizeof(AGENT_NAME));
	char *slash;

	if (n <= 0)
		return false;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return false;
	memcpy(slash + 1, AGENT_NAME, sizeof(AGENT_NAME));
	return access(path, X_OK) == 0;
}

static int agent_find(const struct lab_config *cfg, struct lab *lab, struct diags *ds)
{
	const char *given = cfg && cfg->agent ? cfg->agent : getenv("SHAKEDOWN_AGENT");

	if (!given && agent_next_to_us(lab->agent, sizeof(lab->agent)))
		return 0;
	snprintf(lab->agent, sizeof(lab->agent), "%s", given ? given : DEFAULT_AGENT_PATH);
	if (access(lab->agent, X_OK) == 0)
		return 0;
	diag_add(ds, DIAG_ERROR, NULL, "cannot build the lab: no agent at %s: %s", lab->agent,
		 strerror(errno));
	diag_add_help(ds, "SHAKEDOWN_AGENT names the program " AGENT_NAME);
	return -ENOENT;
}

/* ---- one processor ---- */

/*
 * A veth pair queues packets per processor: what the target's kernel sends in
 * answer to us and what its service sends from another processor can overtake
 * each other.  Tester and target share one, so that the link keeps its order.
 */
static void cpu_pin(struct lab *lab)
{
	cpu_set_t one;
	int cpu = sched_getcpu();

	if (cpu < 0 || sched_getaffinity(0, sizeof(lab->cpus), &lab->cpus))
		return;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	lab->pinned = sched_setaffinity(0, sizeof(one), &one) == 0;
}

static void cpu_unpin(struct lab *lab)
{
	if (lab->pinned)
		sched_setaffinity(0, sizeof(lab->cpus), &lab->cpus);
}

/* ---- the child ---- */

static int lab_failed(const char *what, int err, struct diags *ds)
{
	diag_add(ds, DIAG_ERROR, NULL, "cannot build the lab: %s: %s", what, strerror(-err));
	return err;
}

static int child_start(struct lab *lab, struct diags *ds)
{
	struct lab_target_config cfg = { .agent = lab->agent };
	int control[2], ready[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) < 0)
		return lab_failed("socket", -errno, ds);
	if (pipe2(ready, O_CLOEXEC) < 0) {
		close(control[0]);
		close(control[1]);
		return lab_failed("pipe", -errno, ds);
	}
	lab->control = control[0];
	lab->ready = ready[0];
	lab->child = lab_ns_fork();
	if (lab->child == 0) {
		close(control[0]);
		close(ready[0]);
		cfg.control = control[1];
		cfg.ready = ready[1];
		lab_target_run(&cfg);
	}
	close(control[1]);
	close(ready[1]);
	return lab->child < 0 ? lab_failed("no process for the target", lab->child, ds) : 0;
}

/* Something to read, or the end of it: 0, -ETIMEDOUT or another -errno. */
static int await(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int n;

	do
		n = poll(&pfd, 1, STEP_MS);
	while (n < 0 && errno == EINTR);
	return n > 0 ? 0 : n == 0 ? -ETIMEDOUT
				  : -errno;
}

/* ---- the link ---- */

static int offloads_failed(const char *end, unsigned int on, struct diags *ds)
{
	struct buf names = BUF_INIT;

	offload_describe(on, &names);
	diag_add(ds, DIAG_ERROR, NULL,
		 "cannot build the lab: %s cannot be turned off at the %s's end",
		 buf_str(&names), end);
	buf_fini(&names);
	return -EOPNOTSUPP;
}

/*
 * Makes the pair and our end of it.  The kernel on our side gets no address of
 * any kind: it takes no part in what happens on the link.
 */
static int pair_make(struct lab *lab, struct live_path *path, struct diags *ds)
{
	struct route_veth veth = {
		.name = LAB_TESTER_INTERFACE,
		.peer = LAB_TARGET_INTERFACE,
		.peer_pid = lab->child,
		.index = TESTER_INDEX,
		.peer_index = TARGET_INDEX,
	};
	int err, on;

	live_path_random_mac(veth.mac);
	live_path_random_mac(veth.peer_mac);
	err = route_add_veth(&veth);
	if (err)
		return lab_failed("no veth pair (is the module veth there?)", err, ds);
	err = route_set_up(LOOPBACK_INDEX);
	if (!err)
		err = route_interface_by_name(LAB_TESTER_INTERFACE, &path->interface);
	if (err)
		return lab_failed(LAB_TESTER_INTERFACE, err, ds);
	on = offload_set(LAB_TESTER_INTERFACE, OFFLOAD_ALL, 0);
	if (on < 0)
		return lab_failed("offloads", on, ds);
	if (on > 0)
		return offloads_failed("tester", (unsigned int)on, ds);
	/* -EAFNOSUPPORT and its like: a kernel without IPv6. */
	route_set_no_link_local(path->interface.index);
	err = route_set_up(path->interface.index);
	return err ? lab_failed(LAB_TESTER_INTERFACE, err, ds) : 0;
}

/* Tells the child to go on with its end, and hears how that went. */
static int child_await_link(struct lab *lab, struct diags *ds)
{
	struct lab_target_report report = { .err = -ECHILD, .what = "the target's process ended" };
	int err = 0;

	if (write(lab->control, "", 1) == 1)
		err = await(lab->control);
	if (err)
		return lab_failed("the target's process", err, ds);
	err = lab_report_receive(lab->control, &report, &lab->agent_fd);
	if (err)
		return lab_failed("the target's process", err, ds);
	if (report.err)
		return lab_failed(report.what, report.err, ds);
	if (report.offloads)
		return offloads_failed("target", report.offloads, ds);
	lab->ip6 = report.ip6;
	lab->timers = report.timers;
	if (!lab->ip6)
		diag_add(ds, DIAG_WARNING, NULL, "this kernel has no IPv6: the lab is IPv4 only");
	return 0;
}

static int agent_failed(struct lab *lab, struct diags *ds)
{
	int status = 0;

	if (waitpid(lab->child, &status, 0) == lab->child)
		lab->child = -1;
	diag_add(ds, DIAG_ERROR, NULL,
		 "cannot build the lab: %s ended before it was ready (status %d)",
		 lab->agent, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	diag_add_help(ds, "it is part of shakedown; SHAKEDOWN_AGENT says which one to start");
	return -ECHILD;
}

/* The agent writes "ready\n" when all its services listen. */
static int agent_await_ready(struct lab *lab, struct diags *ds)
{
	char line[64];
	size_t len = 0;
	ssize_t n;
	int err;

	do {
		err = await(lab->ready);
		if (err)
			return lab_failed("the agent is not ready", err, ds);
		n = read(lab->ready, line + len, sizeof(line) - len);
		if (n <= 0)
			return agent_failed(lab, ds);
		len += (size_t)n;
	} while (!memchr(line, '\n', len) && len < sizeof(line));
	return 0;
}

static void path_fill(const struct lab *lab, struct live_path *path)
{
	path->family[0] = (struct live_family){
		LIVE_LINK, lab_tester4, lab_target4, lab_target4
	};
	if (lab->ip6)
		path->family[1] = (struct live_family){
			LIVE_LINK, lab_tester6, lab_target6, lab_target6
		};
	live_path_random_mac(path->mac);
	path->lossless = lab->pinned;
}

/* ---- the upper tester ---- */

static int app_start(struct lab *lab, struct diags *ds)
{
	struct app_client_config cfg = {
		.agent = lab_control,
		.port = LAB_CONTROL_PORT,
		.fd = lab->agent_fd,
		.tester4 = lab_tester4,
		.target4 = lab_target4,
		.tester6 = lab_tester6,
		.target6 = lab_target6,
	};
	struct app_client *client;
	int err;

	lab->agent_fd = -1;
	err = app_client_open(&cfg, &client, ds);
	if (!err)
		live_set_app(lab->link, client);
	return err;
}

/* ---- the whole ---- */

static void target_name_set(struct lab *lab)
{
	struct utsname uts;

	uname(&uts);
	snprintf(lab->target_name, sizeof(lab->target_name), "%s %s", uts.sysname, uts.release);
}

static int lab_build(const struct lab_config *cfg, struct lab *lab, struct diags *ds)
{
	struct live_path path = { 0 };
	int err = agent_find(cfg, lab, ds);

	if (err)
		return err;
	lab->old_ns = lab_ns_enter(ds);
	if (lab->old_ns < 0)
		return lab->old_ns;
	cpu_pin(lab);
	err = child_start(lab, ds);
	if (!err)
		err = pair_make(lab, &path, ds);
	if (!err)
		err = child_await_link(lab, ds);
	if (!err)
		err = agent_await_ready(lab, ds);
	if (err)
		return err;
	path_fill(lab, &path);
	err = live_open_path(&path, &lab->link, ds);
	return err ? err : app_start(lab, ds);
}

/*
 * Linux draws its limit anew each second, from half of this to one and a half.  Asked
 * for where we come from: older kernels have one limit for all namespaces, newer ones
 * begin each with none.
 */
static unsigned int read_challenge_acks(void)
{
	FILE *f = fopen("/proc/sys/net/ipv4/tcp_challenge_ack_limit", "re");
	int limit = INT_MAX;

	if (!f)
		return 0;
	if (fscanf(f, "%d", &limit) != 1)
		limit = INT_MAX;
	fclose(f);
	return limit == INT_MAX || limit < 0 ? 0 : (unsigned int)limit / 2 + 1;
}

int lab_open(const struct lab_config *cfg, struct lab **out, struct diags *ds)
{
	struct lab *lab = calloc(1, sizeof(*lab));
	int err;

	if (!lab)
		log_panic("out of memory");
	lab->old_ns = lab->control = lab->ready = lab->agent_fd = -1;
	lab->child = -1;
	target_name_set(lab);
	lab->challenge_acks = read_challenge_acks();
	err = lab_build(cfg, lab, ds);
	if (err) {
		lab_close(lab);
		return err;
	}
	*out = lab;
	return 0;
}

bool lab_alive(struct lab *lab)
{
	int status;

	if (lab->child > 0 && waitpid(lab->child, &status, WNOHANG) == lab->child)
		lab->child = -1;
	return lab->child > 0;
}

void lab_close(struct lab *lab)
{
	if (!lab)
		return;
	if (lab->link)
		lab->link->ops->close(lab->link);
	if (lab->child > 0) {
		kill(lab->child, SIGKILL);
		waitpid(lab->child, NULL, 0);
	}
	if (lab->control >= 0)
		close(lab->control);
	if (lab->ready >= 0)
		close(lab->ready);
	if (lab->agent_fd >= 0)
		close(lab->agent_fd);
	if (lab->old_ns >= 0)
		lab_ns_leave(lab->old_ns);
	cpu_unpin(lab);
	free(lab);
}
