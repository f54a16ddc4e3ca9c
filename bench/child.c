/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each measurement in a process of its own: the lab changes the namespaces of
 * the process that opens it, and peak memory is a figure of a whole process.
 */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"

static bool read_all(int fd, void *p, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = read(fd, (char *)p + done, len - done);
		if (n <= 0 && !(n < 0 && errno == EINTR))
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

static bool write_all(int fd, const void *p, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = write(fd, (const char *)p + done, len - done);
		if (n < 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

int bench_in_child(int (*fn)(const struct bench_config *cfg, void *result),
		   const struct bench_config *cfg, void *result, size_t len, long *peak_kb)
{
	struct rusage usage;
	int fd[2], status, r;
	bool complete;
	pid_t pid;

	fflush(NULL);
	if (pipe(fd) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(fd[0]);
		r = fn(cfg, result);
		if (r == 0 && !write_all(fd[1], result, len))
			r = -1;
		_exit(r ? 1 : 0);
	}
	close(fd[1]);
	complete = pid > 0 && read_all(fd[0], result, len);
	close(fd[0]);
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		return -1;
	if (peak_kb)
		*peak_kb = usage.ru_maxrss;
	return complete && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

struct lab *bench_lab(struct target *target)
{
	struct lab_config cfg = { 0 };
	struct buf text = BUF_INIT;
	struct lab *lab = NULL;
	struct diags ds;
	int err;

	diags_init(&ds);
	err = lab_open(&cfg, &lab, &ds);
	diags_render(&ds, false, &text);
	fputs(buf_str(&text), stderr);
	buf_fini(&text);
	diags_fini(&ds);
	if (err)
		exit(1);
	target_init_lab(target);
	target->addr4 = lab_link(lab)->target4;
	target->addr6 = lab_link(lab)->target6;
	return lab;
}
