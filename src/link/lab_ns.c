/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unshare(), identity maps, and why they are refused.
 */
#include "link/lab_ns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/diag.h"

/* Switches that forbid user namespaces: a file, and the value that does it. */
static const struct obstacle {
	const char *path;
	long forbids;
	const char *help;
} obstacles[] = {
	{ "/proc/sys/kernel/unprivileged_userns_clone", 0,
	  "sudo sysctl kernel.unprivileged_userns_clone=1, or run as root" },
	{ "/proc/sys/user/max_user_namespaces", 0,
	  "sudo sysctl user.max_user_namespaces=10000, or run as root" },
	{ "/proc/sys/user/max_net_namespaces", 0,
	  "sudo sysctl user.max_net_namespaces=10000" },
	{ "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 1,
	  "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0, or run as root" },
};

static const char no_net_ns[] = "no network namespace";

static const char *obstacle_find(void)
{
	for (size_t i = 0; i < sizeof(obstacles) / sizeof(obstacles[0]); i++) {
		FILE *f = fopen(obstacles[i].path, "re");
		char text[32] = "";
		bool there = f && fgets(text, sizeof(text), f);

		if (f)
			fclose(f);
		if (there && strtol(text, NULL, 10) == obstacles[i].forbids)
			return obstacles[i].help;
	}
	return "a container may forbid it (docker: --privileged); run as root, or give a --target";
}

static int refused(const char *what, int err, struct diags *ds)
{
	diag_add(ds, DIAG_ERROR, NULL, "cannot build the lab: %s: %s", what, strerror(-err));
	diag_add_help(ds, "%s", obstacle_find());
	return err;
}

static int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;
	int err;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	err = n < 0 ? -errno : 0;
	close(fd);
	return err;
}

/* Root in the new user namespace is who we are outside, and nobody else is. */
static int identity_map(uid_t uid, gid_t gid)
{
	char map[32];
	int err;

	/* A program with file capabilities cannot write its own maps else. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	snprintf(map, sizeof(map), "0 %u 1", uid);
	err = file_write("/proc/self/uid_map", map);
	if (err)
		return err;
	/* Older kernels have no such file, and no need of it. */
	err = file_write("/proc/self/setgroups", "deny");
	if (err && err != -ENOENT)
		return err;
	snprintf(map, sizeof(map), "0 %u 1", gid);
	return file_write("/proc/self/gid_map", map);
}

static int user_ns_enter(struct diags *ds)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int err;

	if (unshare(CLONE_NEWUSER) < 0)
		return refused("no user namespace", -errno, ds);
	err = identity_map(uid, gid);
	if (err)
		return refused("no identity in a user namespace", err, ds);
	if (unshare(CLONE_NEWNET) < 0)
		return refused(no_net_ns, -errno, ds);
	return 0;
}

int lab_ns_enter(struct diags *ds)
{
	int old = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int err = 0;

	if (old < 0)
		return refused("/proc/self/ns/net", -errno, ds);
	if (unshare(CLONE_NEWNET) < 0) {
		err = -errno;
		err = err == -EPERM ? user_ns_enter(ds) : refused(no_net_ns, err, ds);
	}
	if (err) {
		close(old);
		return err;
	}
	return old;
}

void lab_ns_leave(int old)
{
	/* Refused after a user namespace; nothing is lost by that. */
	if (setns(old, CLONE_NEWNET) < 0)
		errno = 0;
	close(old);
}

pid_t lab_ns_fork(void)
{
	long pid = syscall(SYS_clone, CLONE_NEWNET | CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);

	return pid < 0 ? -errno : (pid_t)pid;
}
