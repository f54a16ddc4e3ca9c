/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program as a whole: `shakedown run` of the textbook suite in the lab.
 */
#include "bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double ms_of(const struct timeval *t)
{
	return (double)t->tv_sec * 1e3 + (double)t->tv_usec / 1e3;
}

/* The line with the program's own summary. */
static void keep_summary(FILE *f, char *line, size_t cap)
{
	char text[512];

	while (fgets(text, sizeof(text), f)) {
		text[strcspn(text, "\n")] = '\0';
		if (strstr(text, " runs in "))
			snprintf(line, cap, "%.*s", (int)cap - 1, text);
	}
}

static _Noreturn void child_run(const struct bench_config *cfg, const char *dir, int out)
{
	int null = open("/dev/null", O_WRONLY);

	dup2(out, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	if (chdir(dir) < 0)
		_exit(127);
	execl(cfg->program, "shakedown", "run", "--tag", BENCH_SUITE_TAGS, (char *)NULL);
	_exit(127);
}

static int run_once(const struct bench_config *cfg, const char *dir, struct bench_suite *out)
{
	int64_t start_ns = bench_now_ns();
	struct rusage usage;
	int fd[2], status;
	FILE *f;
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC) < 0)
		return -1;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		child_run(cfg, dir, fd[1]);
	close(fd[1]);
	f = fdopen(fd[0], "r");
	keep_summary(f, out->summary, sizeof(out->summary));
	fclose(f);
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status))
		return -1;
	out->status = WEXITSTATUS(status);
	if (out->status > 5)
		return -1;
	bench_sample_add(&out->wall_ms, (double)(bench_now_ns() - start_ns) / 1e6);
	bench_sample_add(&out->cpu_ms, ms_of(&usage.ru_utime) + ms_of(&usage.ru_stime));
	if (usage.ru_maxrss > out->peak_kb)
		out->peak_kb = usage.ru_maxrss;
	return 0;
}

void bench_remove_dir(const char *dir)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp("rm", "rm", "-rf", dir, (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

int bench_suite(const struct bench_config *cfg, struct bench_suite *out)
{
	char dir[] = "/tmp/shakedown-bench-XXXXXX";
	int r = 0;

	memset(out, 0, sizeof(*out));
	out->status = -1;
	if (!mkdtemp(dir))
		return -1;
	for (unsigned int i = 0; i < cfg->reps && !r; i++)
		r = run_once(cfg, dir, out);
	bench_remove_dir(dir);
	return r;
}
