/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The peer of shakedown-agent in agent.sh: an ordinary TCP user that looks at
 * what the services promise (src/agent/service.h) from the far side.
 *
 *	agent_client CASE ADDRESS PORT-BASE
 *
 * Ends with 0 if the promise holds, else with 1 and the reason.  What the
 * services should send is worked out here once more, not taken from them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Far beyond what anything here takes; only reached by a failure. */
#define PATIENCE_MS 10000

#define MANY 2000

/* How the state of a socket is called in struct tcp_info; see netinet/tcp.h. */
enum {
	STATE_CLOSE_WAIT = 8
};

static const char *address;
static unsigned int port_base;

__attribute__((format(printf, 1, 2), noreturn)) static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	exit(1);
}

static void expect(bool holds, const char *what)
{
	if (!holds)
		die("not so: %s", what);
}

/* Sockets */

static int dial_with_rcvbuf(unsigned int port, int rcvbuf)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				  .ai_socktype = SOCK_STREAM };
	struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };
	struct addrinfo *ai;
	char service[8];
	int fd;

	snprintf(service, sizeof(service), "%u", port_base + port);
	if (getaddrinfo(address, service, &hints, &ai) != 0)
		die("%s is no address", address);
	fd = socket(ai->ai_family, SOCK_STREAM, 0);
	if (fd < 0)
		die("socket: %s", strerror(errno));
	if (rcvbuf)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof(rcvbuf));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) < 0)
		die("connect to %s port %s: %s", address, service, strerror(errno));
	freeaddrinfo(ai);
	return fd;
}

static int dial(unsigned int port)
{
	return dial_with_rcvbuf(port, 0);
}

static void send_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			die("send: %s", strerror(errno));
		p += n;
		len -= (size_t)n;
	}
}

/* Bytes read until @len, the peer's FIN (fewer) or trouble (the end). */
static size_t read_up_to(int fd, void *data, size_t len)
{
	size_t have = 0;

	while (have < len) {
		ssize_t n = recv(fd, (char *)data + have, len - have, 0);

		if (n < 0)
			die("recv after %zu bytes: %s", have, strerror(errno));
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return have;
}

static void expect_eof(int fd)
{
	char byte;

	expect(read_up_to(fd, &byte, 1) == 0, "the FIN comes next");
}

/*
 * Waits until the peer resets; everything it may still send is thrown away.
 * After its FIN the error is another one, and recv() does not tell.
 */
static void expect_reset(int fd)
{
	struct pollfd broken = { .fd = fd };
	int error = 0;
	socklen_t len = sizeof(error);
	char junk[4096];
	ssize_t n;

	while ((n = recv(fd, junk, sizeof(junk), 0)) > 0)
		;
	if (n < 0)
		error = errno;
	else if (poll(&broken, 1, PATIENCE_MS) > 0)
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	expect(error == ECONNRESET || error == EPIPE, "the connection is reset");
}

static void reset(int fd)
{
	struct linger now = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

static struct tcp_info info_of(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		die("TCP_INFO: %s", strerror(errno));
	return info;
}

static void nap(void)
{
	poll(NULL, 0, 5);
}

/* Polls until the peer has acknowledged all that was sent. */
static void expect_acknowledged(int fd)
{
	int left = 1;

	for (int ms = 0; ms < PATIENCE_MS; ms += 5) {
		if (ioctl(fd, SIOCOUTQ, &left) < 0)
			die("SIOCOUTQ: %s", strerror(errno));
		if (!left)
			return;
		nap();
	}
	die("%d bytes are never acknowledged", left);
}

/* Sends until the peer takes no more; returns how much that was. */
static size_t fill(int fd, const uint8_t *data, size_t len)
{
	struct pollfd room = { .fd = fd, .events = POLLOUT };
	size_t sent = 0;

	/* A tenth of a second without room: nobody reads over there. */
	while (sent < len && poll(&room, 1, 100) > 0) {
		ssize_t n = send(fd, data + sent, len - sent, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			die("send: %s", strerror(errno));
		if (n > 0)
			sent += (size_t)n;
	}
	return sent;
}

static uint8_t *noise(size_t len)
{
	uint8_t *data = malloc(len);
	uint32_t x = 1;

	if (!data)
		die("out of memory");
	for (size_t i = 0; i < len; i++) {
		x = x * 1664525 + 1013904223;
		data[i] = (uint8_t)(x >> 24);
	}
	return data;
}

/* echo */

static void echo_then_fin(void)
{
	char back[16];
	int fd = dial(7);

	send_all(fd, "shake", 5);
	expect(read_up_to(fd, back, 5) == 5 && !memcmp(back, "shake", 5), "the data comes back");
	send_all(fd, "down", 4);
	shutdown(fd, SHUT_WR);
	expect(read_up_to(fd, back, sizeof(back)) == 4 && !memcmp(back, "down", 4),
	       "what was sent before the FIN comes back before the FIN");
	close(fd);
}

/* What the cork holds back leaves with the FIN. */
static void echo_one_segment(void)
{
	char back[16];
	int one = 1, fd = dial(7);

	setsockopt(fd, IPPROTO_TCP, TCP_CORK, &one, sizeof(one));
	send_all(fd, "both", 4);
	expect(info_of(fd).tcpi_notsent_bytes == 4, "the data waits for the FIN");
	shutdown(fd, SHUT_WR);
	expect(read_up_to(fd, back, sizeof(back)) == 4 && !memcmp(back, "both", 4),
	       "data that shares a segment with the FIN comes back");
	close(fd);
}

static void echo_backpressure(void)
{
	size_t len = 64 << 20, sent;
	uint8_t *data = noise(len), *back = malloc(len);
	int fd = dial_with_rcvbuf(7, 65536);

	sent = fill(fd, data, len);
	expect(sent < len, "an echo that nobody reads closes the window");
	shutdown(fd, SHUT_WR);
	expect(back && read_up_to(fd, back, len) == sent, "all comes back in the end");
	expect(!memcmp(data, back, sent), "all comes back as it was");
	close(fd);
	free(data);
	free(back);
}

static void echo_reset_midway(void)
{
	uint8_t *data = noise(16 << 20);
	int fd;

	for (int i = 0; i < 20; i++) {
		fd = dial(7);
		send(fd, data, 16 << 20, MSG_DONTWAIT | MSG_NOSIGNAL);
		reset(fd);
	}
	free(data);
	echo_then_fin();
}

/* discard */

static void discard_all(void)
{
	size_t len = 8 << 20;
	uint8_t *data = noise(len);
	int fd = dial(9);

	send_all(fd, data, len);
	expect_acknowledged(fd);
	expect(info_of(fd).tcpi_bytes_received == 0, "discard says nothing");
	shutdown(fd, SHUT_WR);
	expect_eof(fd);
	close(fd);
	free(data);
}

/* The FIN is acknowledged in a segment of its own: two come, not one. */
static void discard_four_segments(void)
{
	int fd = dial(9);
	uint32_t before = info_of(fd).tcpi_segs_in;

	shutdown(fd, SHUT_WR);
	expect_eof(fd);
	expect(info_of(fd).tcpi_segs_in == before + 2, "ACK of the FIN, then the other FIN");
	close(fd);
}

/* chargen */

static uint8_t chargen_byte(size_t at)
{
	size_t line = at / 74, column = at % 74;

	if (column >= 72)
		return column == 72 ? '\r' : '\n';
	return (uint8_t)(32 + (line + column) % 95);
}

static void expect_pattern(const uint8_t *data, size_t from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] != chargen_byte(from + i))
			die("byte %zu of the pattern is 0x%02x", from + i, data[i]);
}

static void chargen_pattern(void)
{
	size_t len = 4 << 20;
	uint8_t *data = malloc(len);
	int fd = dial(19);

	expect(data && read_up_to(fd, data, len) == len, "it goes on and on");
	expect_pattern(data, 0, len);
	reset(fd);
	free(data);
}

/* Bytes that have come and wait to be read, once no more come. */
static size_t settled(int fd)
{
	int before = -1, now = 0;

	for (int ms = 0; ms < PATIENCE_MS && (now != before || !now); ms += 100) {
		before = now;
		poll(NULL, 0, 100);
		if (ioctl(fd, FIONREAD, &now) < 0)
			die("FIONREAD: %s", strerror(errno));
	}
	return (size_t)now;
}

static void chargen_window(void)
{
	size_t len = 4 << 20, waiting, all;
	uint8_t *data = malloc(len);
	int fd = dial_with_rcvbuf(19, 16384);

	waiting = settled(fd);
	expect(waiting < 65536, "it stops when the window is full");
	send_all(fd, "thrown away", 11);
	expect_acknowledged(fd);
	shutdown(fd, SHUT_WR);
	all = data ? read_up_to(fd, data, len) : 0;
	expect(all >= waiting && all < len, "it ends after our FIN");
	expect(all - waiting <= 65536, "at most 64 KiB were queued");
	expect_pattern(data, 0, all);
	close(fd);
	free(data);
}

/* daytime */

/* The target closes first: it is all here before we have sent anything. */
static int daytime_dial(void)
{
	char line[128];
	int fd = dial(13);
	size_t len = read_up_to(fd, line, sizeof(line));

	expect(len > 30 && len < sizeof(line), "a line and the FIN");
	expect(line[len - 2] == '\r' && line[len - 1] == '\n', "the line ends in CR LF");
	expect(info_of(fd).tcpi_data_segs_in == 1, "the line is one segment");
	expect(info_of(fd).tcpi_state == STATE_CLOSE_WAIT, "the target closed first");
	return fd;
}

static void daytime_line(void)
{
	close(daytime_dial());
}

static void daytime_half_closed(void)
{
	uint8_t *data = noise(1 << 20);
	int fd = daytime_dial();

	for (int i = 0; i < 10; i++) {
		send_all(fd, data, 100);
		expect_acknowledged(fd);
	}
	send_all(fd, data, 1 << 20);
	expect_acknowledged(fd);
	expect(info_of(fd).tcpi_state == STATE_CLOSE_WAIT, "data is taken in FIN-WAIT-2");
	close(fd);
	free(data);
}

/* Many at once */

static size_t allow_many(void)
{
	struct rlimit rl;

	getrlimit(RLIMIT_NOFILE, &rl);
	rl.rlim_cur = rl.rlim_max;
	setrlimit(RLIMIT_NOFILE, &rl);
	return rl.rlim_cur < MANY + 32 ? rl.rlim_cur / 2 : MANY;
}

static void many(void)
{
	static const unsigned int ports[] = { 7, 9, 19, 13 };
	static int fds[MANY];
	size_t n = allow_many();
	char back[8];

	for (size_t i = 0; i < n; i++)
		fds[i] = dial_with_rcvbuf(ports[i % 4], 4096);
	for (size_t i = 0; i < n; i += 4)
		send_all(fds[i], "ping", 4);
	for (size_t i = 0; i < n; i += 4)
		expect(read_up_to(fds[i], back, 4) == 4, "every echo answers");
	for (size_t i = 0; i < n; i++) {
		if (i % 3)
			close(fds[i]);
		else
			reset(fds[i]);
	}
	echo_then_fin();
}

/* Needs --max-connections=10. */
static void crowd(void)
{
	int fds[11];
	char back;

	for (int i = 0; i < 10; i++)
		fds[i] = dial(7);
	/* Backwards, so that the last to come is now the one idle longest. */
	for (int i = 9; i >= 0; i--) {
		send_all(fds[i], "x", 1);
		read_up_to(fds[i], &back, 1);
	}
	fds[10] = dial(7);
	expect_reset(fds[9]);
	for (int i = 0; i < 11; i++) {
		if (i == 9)
			continue;
		send_all(fds[i], "x", 1);
		expect(read_up_to(fds[i], &back, 1) == 1, "the others stay");
	}
}

/*
 * Needs --max-connections=10, and the agent's process id in AGENT_PID: while it
 * is stopped ten come and ten that are to make room for them speak, in this
 * order, so that it hears of all in one go.
 */
static void burst(void)
{
	pid_t agent = (pid_t)atol(getenv("AGENT_PID") ? getenv("AGENT_PID") : "0");
	int old[10], young[10];
	char back;

	expect(agent > 1, "AGENT_PID is set");
	for (int i = 0; i < 10; i++) {
		old[i] = dial(7);
		send_all(old[i], "x", 1);
		read_up_to(old[i], &back, 1);
	}
	kill(agent, SIGSTOP);
	for (int i = 0; i < 10; i++)
		young[i] = dial(7);
	for (int i = 0; i < 10; i++)
		send_all(old[i], "x", 1);
	kill(agent, SIGCONT);
	for (int i = 0; i < 10; i++)
		expect_reset(old[i]);
	for (int i = 0; i < 10; i++) {
		send_all(young[i], "x", 1);
		expect(read_up_to(young[i], &back, 1) == 1, "the new ones are served");
	}
}

/* Needs --idle-limit=300ms. */
static void idle(void)
{
	int lazy = dial(9), busy = dial(9), half_closed = dial(13);
	int full = dial_with_rcvbuf(19, 4096);

	for (int ms = 0; ms < 1000; ms += 5) {
		send_all(busy, "x", 1);
		nap();
	}
	expect_reset(lazy);
	expect_reset(half_closed);
	expect_reset(full);
	shutdown(busy, SHUT_WR);
	expect_eof(busy);
}

/* What a scanner sends; the services do not care. */
static void garbage(void)
{
	static const unsigned int ports[] = { 7, 9, 19, 13 };
	uint8_t *data = noise(200000);

	for (int i = 0; i < 200; i++) {
		int fd = dial_with_rcvbuf(ports[i % 4], 8192);

		send(fd, data + i * 7, (size_t)i * 991, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (i % 5 == 0)
			send(fd, "!", 1, MSG_OOB | MSG_NOSIGNAL);
		if (i % 7 == 0)
			shutdown(fd, SHUT_WR);
		if (i % 2)
			close(fd);
		else
			reset(fd);
	}
	free(data);
	echo_then_fin();
}

/* Tells agent.sh it is connected, then waits to be told what comes. */
static void wait_for_reset(void)
{
	int fd = dial(9);

	puts("connected");
	fflush(stdout);
	expect_reset(fd);
}

/* Keeps the agent from ever sleeping, until it ends. */
static void firehose(void)
{
	static char junk[1 << 20];
	int fd = dial(19);

	puts("connected");
	fflush(stdout);
	while (recv(fd, junk, sizeof(junk), 0) > 0)
		;
}

/* Takes as many descriptors of the agent's as it has, and keeps them. */
static void hog(void)
{
	int last = -1;

	for (int i = 0; i < 100; i++)
		last = dial(9);
	shutdown(last, SHUT_WR);
	expect_eof(last);
}

static void dial_only(void)
{
	close(dial(7));
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "echo-then-fin", echo_then_fin },
	{ "echo-one-segment", echo_one_segment },
	{ "echo-backpressure", echo_backpressure },
	{ "echo-reset-midway", echo_reset_midway },
	{ "discard-all", discard_all },
	{ "discard-four-segments", discard_four_segments },
	{ "chargen-pattern", chargen_pattern },
	{ "chargen-window", chargen_window },
	{ "daytime-line", daytime_line },
	{ "daytime-half-closed", daytime_half_closed },
	{ "many", many },
	{ "crowd", crowd },
	{ "burst", burst },
	{ "idle", idle },
	{ "garbage", garbage },
	{ "wait-for-reset", wait_for_reset },
	{ "firehose", firehose },
	{ "hog", hog },
	{ "dial", dial_only },
};

int main(int argc, char **argv)
{
	if (argc != 4)
		die("usage: agent_client CASE ADDRESS PORT-BASE");
	address = argv[2];
	port_base = (unsigned int)strtoul(argv[3], NULL, 10);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (!strcmp(cases[i].name, argv[1])) {
			cases[i].run();
			return 0;
		}
	}
	die("no case is called %s", argv[1]);
}
