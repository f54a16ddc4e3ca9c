/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The child of the lab.  No step of it may outlive the parent: the signal of
 * the parent's death is asked for first, then the control socket says whether
 * the parent was gone before.
 */
#include "link/lab_target.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "link/offload.h"
#include "link/route_mnl.h"

#define LOOPBACK_INDEX 1
#define READY_FD 3 /* the agent's, next to standard input, output and error */

const struct ip_addr lab_tester4 = { 4, { 192, 0, 2, 2 } };
const struct ip_addr lab_target4 = { 4, { 192, 0, 2, 1 } };
const struct ip_addr lab_tester6 = { 6, { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 } };
const struct ip_addr lab_target6 = { 6, { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } };

const struct ip_addr lab_control = { 4, { 127, 0, 0, 1 } };

/*
 * The kernel asks for neighbours from a link-local address when it has no
 * packet to take the source from, so the target needs one.
 */
static const struct ip_addr link_local = { 6, { 0xfe, 0x80, [15] = 1 } };

/* The first error is the one that is told. */
static void step(struct lab_target_report *r, const char *what, int err)
{
	if (!err || r->err)
		return;
	r->err = err;
	snprintf(r->what, sizeof(r->what), "%s", what);
}

/* A number of /proc/sys/net/ipv4 of this namespace, in ns; 0: there is none. */
static int64_t setting(const char *name, int64_t unit_ns)
{
	char path[64], text[32];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	if (n <= 0)
		return 0;
	text[n] = '\0';
	return strtoll(text, NULL, 10) * unit_ns;
}

static void timers_read(struct lab_timers *t)
{
	t->fin_timeout_ns = setting("tcp_fin_timeout", 1000000000);
	t->rto_min_ns = setting("tcp_rto_min_us", 1000);
	t->rto_max_ns = setting("tcp_rto_max_ms", 1000000);
}

static void link_set_up(struct lab_target_report *r)
{
	struct route_interface target;
	int offloads;

	memset(r, 0, sizeof(*r));
	timers_read(&r->timers);
	step(r, "loopback", route_set_up(LOOPBACK_INDEX));
	step(r, "the target's interface", route_interface_by_name(LAB_TARGET_INTERFACE, &target));
	if (r->err)
		return;
	offloads = offload_set(LAB_TARGET_INTERFACE, OFFLOAD_ALL, 0);
	step(r, "offloads", offloads < 0 ? offloads : 0);
	r->offloads = offloads < 0 ? 0 : (uint32_t)offloads;
	step(r, "the target's IPv4 address", route_add_address(target.index, &lab_target4, 24));
	/* A kernel without IPv6 gives a lab without IPv6. */
	r->ip6 = route_set_no_link_local(target.index) == 0 &&
		route_add_address(target.index, &lab_target6, 64) == 0 &&
		route_add_address(target.index, &link_local, 64) == 0;
	step(r, "the target's interface up", route_set_up(target.index));
}

static void parent_watch(int control)
{
	struct pollfd pfd = { .fd = control };

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (poll(&pfd, 1, 0) > 0 && pfd.revents & POLLHUP)
		_exit(0);
}

/* As a shell would start it: nothing of ours but standard error. */
static void agent_prepare(int ready)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
	}
	if (ready == READY_FD)
		fcntl(ready, F_SETFD, 0);
	else
		dup2(ready, READY_FD);
	close_range(READY_FD + 1, ~0u, 0);
}

static _Noreturn void agent_exec(const char *path, int ready, bool ip6)
{
	char bind4[IP_ADDR_STRLEN], bind6[IP_ADDR_STRLEN], fd[8], control[64];
	const char *argv[] = {
		"shakedown-agent", "--services", control, "--max-sockets=16384",
		"--tester-idle=0", "--ready-fd", fd, "--bind", bind4,
		ip6 ? "--bind" : NULL, bind6, NULL
	};

	ip_addr_str(&lab_target4, bind4, sizeof(bind4));
	ip_addr_str(&lab_target6, bind6, sizeof(bind6));
	snprintf(fd, sizeof(fd), "%d", READY_FD);
	snprintf(control, sizeof(control), "--testability=127.0.0.1:%d", LAB_CONTROL_PORT);
	agent_prepare(ready);
	execv(path, (char **)argv);
	dprintf(STDERR_FILENO, "%s: %s\n", path, strerror(errno));
	_exit(127);
}

int lab_report_send(int control, const struct lab_target_report *r, int fd)
{
	char space[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { (void *)r, sizeof(*r) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (fd >= 0) {
		m.msg_control = space;
		m.msg_controllen = sizeof(space);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	return sendmsg(control, &m, MSG_NOSIGNAL) == sizeof(*r) ? 0 : -EPIPE;
}

int lab_report_receive(int control, struct lab_target_report *r, int *fd)
{
	char space[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { r, sizeof(*r) };
	struct msghdr m = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = space,
		.msg_controllen = sizeof(space),
	};
	ssize_t n = recvmsg(control, &m, MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = n < 0 ? NULL : CMSG_FIRSTHDR(&m);

	*fd = -1;
	if (c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	return n < 0 ? -errno : 0;
}

/* Waits for the agent, and for orphans of it; ends as the agent ended. */
static _Noreturn void agent_await(pid_t agent)
{
	int status;
	pid_t pid;

	for (;;) {
		pid = wait(&status);
		if (pid == agent)
			_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
		if (pid < 0 && errno != EINTR)
			_exit(1);
	}
}

_Noreturn void lab_target_run(const struct lab_target_config *cfg)
{
	struct lab_target_report report;
	pid_t agent;
	int fd = -1;
	char go;

	parent_watch(cfg->control);
	/* A Ctrl-C is for the tester; it ends us when it is done. */
	setsid();
	if (read(cfg->control, &go, 1) != 1)
		_exit(0);
	link_set_up(&report);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		step(&report, "a socket to the upper tester", -errno);
	if (lab_report_send(cfg->control, &report, fd) || report.err)
		_exit(1);
	close(fd);
	agent = fork();
	if (agent < 0)
		_exit(1);
	if (agent == 0)
		agent_exec(cfg->agent, cfg->ready, report.ip6);
	close(cfg->ready);
	agent_await(agent);
}
