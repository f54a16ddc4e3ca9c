/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Others who do handshakes and closes, from Debian's packages, against the same
 * target: scapy crafts them as we do, one after the other and unchecked; nping
 * asks the kernel for connections.  (packetdrill is not in Debian 12; hping3
 * never completes a handshake; ab wants HTTP.)
 */
#include "bench.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PYTHON "/usr/bin/python3" /* the one that Debian's scapy is for */
#define SCAPY_RUNS "100"
#define NPING_RUNS "1000"
#define NPING_ADDRESS "192.0.2.4/24"

static bool installed(const char *program)
{
	const char *path = getenv("PATH");
	char file[4096];

	for (const char *p = path ? path : "/usr/bin:/bin"; *p; p += *p == ':') {
		size_t len = strcspn(p, ":");

		snprintf(file, sizeof(file), "%.*s/%s", (int)len, p, program);
		if (access(file, X_OK) == 0)
			return true;
		p += len;
	}
	return false;
}

/* Runs a program; its output goes to @out, or is thrown away.  Exit status or -1. */
static int run(const char *const argv[], char *out, size_t cap)
{
	int fd[2], status, null = open("/dev/null", O_RDWR | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	if (null < 0 || pipe2(fd, O_CLOEXEC) < 0)
		return -1;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDERR_FILENO);
		dup2(out ? fd[1] : null, STDOUT_FILENO);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(null);
	close(fd[1]);
	while (out && len + 1 < cap && (n = read(fd[0], out + len, cap - 1 - len)) > 0)
		len += (size_t)n;
	if (out)
		out[len] = '\0';
	close(fd[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void skip(struct bench_peer *p, const char *why)
{
	snprintf(p->skipped, sizeof(p->skipped), "%s", why);
}

/* The script prints the seconds its connections took. */
static void scapy(const struct bench_config *cfg, const struct link *link, const char *port,
		  struct bench_peer *p)
{
	const char *const have[] = { PYTHON, "-c", "import scapy", NULL };
	char script[4096], target[INET_ADDRSTRLEN], out[256];
	const char *const argv[] = { PYTHON, script, link->name, bare_ip_text, bare_mac_text,
				     target, port, SCAPY_RUNS, NULL };
	struct bare *b;
	pid_t arp;

	if (run(have, NULL, 0) != 0) {
		skip(p, "python3-scapy is not installed");
		return;
	}
	snprintf(script, sizeof(script), "%s/scapy_close.py", cfg->bench_dir);
	inet_ntop(AF_INET, link->target4.b, target, sizeof(target));
	b = bare_open(link);
	arp = fork();
	if (arp == 0)
		bare_answer_arp(b);
	if (run(argv, out, sizeof(out)) == 0 && atof(out) > 0)
		p->rate = atof(SCAPY_RUNS) / atof(out);
	else
		skip(p, "the script failed");
	kill(arp, SIGKILL);
	waitpid(arp, NULL, 0);
	bare_close(b);
}

/* The kernel needs an address on the tester's interface. */
static void nping(const struct link *link, const char *port, struct bench_peer *p)
{
	const char *const address[] = { "ip", "address", "add", NPING_ADDRESS,
					"dev", link->name, NULL };
	char target[INET_ADDRSTRLEN];
	const char *const argv[] = { "nping", "--tcp-connect", "-q", "-c", NPING_RUNS,
				     "--rate", "100000", "-p", port, target, NULL };
	int64_t start_ns;

	if (!installed("nping")) {
		skip(p, "nping is not installed");
		return;
	}
	if (run(address, NULL, 0) != 0) {
		skip(p, "ip address add failed");
		return;
	}
	inet_ntop(AF_INET, link->target4.b, target, sizeof(target));
	start_ns = bench_now_ns();
	if (run(argv, NULL, 0) == 0)
		p->rate = atof(NPING_RUNS) * 1e9 / (double)(bench_now_ns() - start_ns);
	else
		skip(p, "it failed");
}

void bench_peers(const struct bench_config *cfg, const struct link *link, uint16_t port,
		 struct bench_peer *peer)
{
	char text[8];

	snprintf(text, sizeof(text), "%u", port);
	snprintf(peer[0].name, sizeof(peer[0].name), "scapy");
	snprintf(peer[0].what, sizeof(peer[0].what), "crafted, one at a time, unchecked");
	scapy(cfg, link, text, &peer[0]);
	snprintf(peer[1].name, sizeof(peer[1].name), "nping --tcp-connect");
	snprintf(peer[1].what, sizeof(peer[1].what), "connect() and close() of the kernel");
	nping(link, text, &peer[1]);
}
