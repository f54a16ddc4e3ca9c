/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program as a whole: `shakedown run`, in the lab and simulated.
 */
#include "bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX 4

static const struct {
	const char *what;
	const char *arg[ARGS_MAX]; /* of `shakedown run` */
	const char *cases;	   /* a file or directory of the bundled cases */
	unsigned int reps;	   /* at most */
} commands[BENCH_SUITES] = {
	{ "the textbook in the lab", { "--tag", "textbook and not slow" }, NULL, BENCH_REPS_MAX },
	{ "every state by each way, in the lab", { NULL }, "textbook/states.yaml", BENCH_REPS_MAX },
	{ "all but the slow, simulated", { "--target", "sim", "--evidence", "none" }, NULL, 5 },
	{ "the matrix of the transitions in the lab", { "--evidence", "none" }, "transitions", 1 },
};

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

static _Noreturn void child_run(const struct bench_config *cfg, int i, const char *dir, int out)
{
	char *argv[2 + ARGS_MAX + 3] = { (char *)"shakedown", (char *)"run" };
	char path[4096];
	int n = 2;
	int null = open("/dev/null", O_WRONLY);

	dup2(out, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	if (chdir(dir) < 0)
		_exit(127);
	for (int k = 0; k < ARGS_MAX && commands[i].arg[k]; k++)
		argv[n++] = (char *)commands[i].arg[k];
	snprintf(path, sizeof(path), "%s/%s", cfg->testcases,
		 commands[i].cases ? commands[i].cases : "");
	if (commands[i].cases) {
		argv[n++] = (char *)"--cases";
		argv[n] = path;
	}
	execv(cfg->program, argv);
	_exit(127);
}

static int run_once(const struct bench_config *cfg, int i, const char *dir,
		    struct bench_suite *out)
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
		child_run(cfg, i, dir, fd[1]);
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

int bench_suites(const struct bench_config *cfg, struct bench_suite *out)
{
	char dir[] = "/tmp/shakedown-bench-XXXXXX";

	memset(out, 0, BENCH_SUITES * sizeof(*out));
	if (!mkdtemp(dir))
		return -1;
	for (int i = 0; i < BENCH_SUITES; i++) {
		out[i].what = commands[i].what;
		out[i].status = -1;
		for (unsigned int k = 0; k < cfg->reps && k < commands[i].reps; k++)
			if (run_once(cfg, i, dir, &out[i]))
				break;
	}
	bench_remove_dir(dir);
	return 0;
}
