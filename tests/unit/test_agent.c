/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent's pure parts, and its services over a socket pair: no network.
 */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/allow.h"
#include "agent/conn.h"
#include "agent/loop.h"
#include "agent/options.h"
#include "agent/service.h"
#include "agent/sock.h"

Test(agent_service, the_pattern_of_chargen_is_that_of_rfc_864)
{
	static uint8_t pattern[AGENT_CHARGEN_PERIOD + 1];

	pattern[AGENT_CHARGEN_PERIOD] = 0xee;
	agent_chargen_fill(pattern);
	cr_expect_arr_eq(pattern, " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "[\\]^_`abcdefg\r\n!\"#",
			 77);
	/* The last line but one starts with '}', and the line turns over. */
	cr_expect_arr_eq(pattern + 93 * 74, "}~ !\"#", 6);
	cr_expect_arr_eq(pattern + 94 * 74, "~ !\"#$", 6);
	cr_expect_arr_eq(pattern + AGENT_CHARGEN_PERIOD - 2, "\r\n", 2);
	cr_expect_eq(pattern[AGENT_CHARGEN_PERIOD], 0xee, "it keeps within its bounds");
}

Test(agent_service, daytime_says_the_time_as_rfc_867_suggests)
{
	char line[80];

	cr_expect_eq(agent_daytime_format(383247463, line, sizeof(line)), 40);
	cr_expect_str_eq(line, "Monday, February 22, 1982 17:37:43-UTC\r\n");
	cr_expect_eq(agent_daytime_format(0, line, 10), 0, "too small is empty");
}

Test(agent_sock, an_address_is_read_and_written)
{
	static const struct {
		const char *text, *out;
	} cases[] = {
		{ "127.0.0.1", "127.0.0.1:7" },
		{ "0.0.0.0", "0.0.0.0:7" },
		{ "::", "[::]:7" },
		{ "::1", "[::1]:7" },
		{ "2001:DB8:0::1", "[2001:db8::1]:7" },
		{ "fe80::1%lo", "[fe80::1%lo]:7" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char out[AGENT_ADDR_TEXT];
		struct agent_addr a, b;

		cr_assert_null(agent_addr_parse(&a, cases[i].text), "%s", cases[i].text);
		agent_addr_format(&a, 7, out);
		cr_expect_str_eq(out, cases[i].out, "%s: %s", cases[i].text, out);
		agent_addr_parse(&b, "192.0.2.1");
		cr_expect(agent_addr_equal(&a, &a));
		cr_expect_not(agent_addr_equal(&a, &b), "%s", cases[i].text);
	}
}

Test(agent_sock, what_is_no_address_is_refused_with_a_reason)
{
	static const char *const cases[] = {
		"", "0", "0x0", "127.1", "00.0.0.0", "0::", "::0", "::%lo", "::ffff:0.0.0.0",
		"::ffff:127.0.0.1", "fe80::1", "fe80::1%", "fe80::1%nosuchif", "255.255.255.255",
		"239.1.2.3", "ff02::1", "[::1]", "::1 ", "localhost", "1.2.3.4.5", "1.2.3.256",
		"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111"
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct agent_addr a;

		cr_expect_not_null(agent_addr_parse(&a, cases[i]), "%s", cases[i]);
	}
}

static int get_int(int fd, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	cr_assert_eq(getsockopt(fd, level, name, &value, &len), 0);
	return value;
}

static int connect_to(int listener)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int fd;

	cr_assert_eq(getsockname(listener, (struct sockaddr *)&ss, &len), 0);
	fd = socket(ss.ss_family, SOCK_STREAM, 0);
	cr_assert_eq(connect(fd, (struct sockaddr *)&ss, len), 0);
	return fd;
}

Test(agent_sock, what_is_accepted_inherits_the_options)
{
	struct agent_addr a;

	cr_assert_null(agent_addr_parse(&a, "127.0.0.1"));
	for (int short_queue = 0; short_queue < 2; short_queue++) {
		int listener = agent_sock_listen(&a, 0, short_queue), peer, fd;

		cr_assert_geq(listener, 0);
		cr_expect_eq(agent_sock_accept(listener), -EAGAIN);
		peer = connect_to(listener);
		fd = agent_sock_accept(listener);
		cr_assert_geq(fd, 0);
		cr_expect(get_int(fd, IPPROTO_TCP, TCP_NODELAY));
		cr_expect(fcntl(fd, F_GETFL) & O_NONBLOCK);
		if (short_queue)
			cr_expect_leq(get_int(fd, SOL_SOCKET, SO_SNDBUF), 65536);
		agent_sock_abort(fd);
		cr_expect_eq(get_int(peer, SOL_SOCKET, SO_ERROR), ECONNRESET);
		close(peer);
		close(listener);
	}
}

/* The command line, split at blanks. */
static int parse(struct agent_options *o, const char *line)
{
	static char copy[256];
	char *argv[32] = { NULL }, *next = copy;
	int argc = 0;

	snprintf(copy, sizeof(copy), "shakedown-agent %s", line);
	while (argc < 31 && (argv[argc] = strsep(&next, " ")))
		argc++;
	optind = 0;
	return agent_options_parse(o, argc, argv);
}

Test(agent_options, ports_come_from_base_choice_and_themselves)
{
	static const struct {
		const char *line;
		uint16_t ports[AGENT_N_SERVICES];
	} cases[] = {
		{ "--bind ::1", { 7, 9, 19, 13 } },
		{ "--bind ::1 --port-base 10000", { 10007, 10009, 10019, 10013 } },
		{ "--bind ::1 --port-base 65516", { 65523, 65525, 65535, 65529 } },
		{ "--bind ::1 --chargen=1 --port-base 20", { 27, 29, 1, 33 } },
		{ "--bind ::1 --services=echo,daytime", { 7, 0, 0, 13 } },
		{ "--bind ::1 --services=discard --discard 7", { 0, 7, 0, 0 } },
		{ "--bind ::1 --services=echo --services", { 7, 9, 19, 13 } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct agent_options o;

		cr_assert_eq(parse(&o, cases[i].line), 0, "%s", cases[i].line);
		cr_expect_arr_eq(o.ports, cases[i].ports, sizeof(o.ports), "%s", cases[i].line);
		cr_expect_eq(o.n_addrs, 1);
		agent_options_fini(&o);
	}
}

Test(agent_options, times_carry_a_unit)
{
	static const struct {
		const char *line;
		uint64_t ms;
	} cases[] = {
		{ "--bind ::1", 600000 },
		{ "--bind ::1 --idle-limit 0", 0 },
		{ "--bind ::1 --idle-limit 0s", 0 },
		{ "--bind ::1 --idle-limit 250ms", 250 },
		{ "--bind ::1 --idle-limit=3s", 3000 },
		{ "--bind ::1 --idle-limit 1000000000min", 60000000000000 },
	};
	static const char *const wrong[] = {
		"1", "s", "1h", "1 s", "-1s", "+1s", "1.5s", "1000000001s", "99999999999999999999s"
	};
	struct agent_options o;
	char line[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cr_assert_eq(parse(&o, cases[i].line), 0, "%s", cases[i].line);
		cr_expect_eq(o.idle_ms, cases[i].ms, "%s", cases[i].line);
		agent_options_fini(&o);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		snprintf(line, sizeof(line), "--bind ::1 --idle-limit=%s", wrong[i]);
		cr_expect_eq(parse(&o, line), -EINVAL, "%s", line);
		agent_options_fini(&o);
	}
}

/* A connection whose far end the test holds; the pair ends as TCP would. */
struct pair {
	struct agent_conn conn; /* first */
	struct agent_loop *loop;
	int peer;
};

static void pair_ready(struct agent_watch *w, unsigned int events)
{
	agent_conn_handle((struct agent_conn *)w, events);
}

static void pair_open(struct pair *p, enum agent_service_id id)
{
	int fds[2], small = 4096;

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	for (int i = 0; i < 2; i++)
		setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	p->peer = fds[1];
	p->loop = agent_loop_new();
	cr_assert_not_null(p->loop);
	p->conn.watch.ready = pair_ready;
	agent_conn_init(&p->conn, p->loop, fds[0], &agent_services[id]);
}

static void pair_close(struct pair *p)
{
	agent_conn_fini(&p->conn);
	agent_loop_free(p->loop);
	close(p->peer);
}

/* Turns until nothing is ready any more. */
static void pair_turn(struct pair *p)
{
	for (int i = 0; i < 10; i++)
		cr_assert_eq(agent_loop_turn(p->loop, 0), 0);
}

Test(agent_conn, echo_keeps_what_the_peer_does_not_take)
{
	static char out[100000], back[sizeof(out)];
	size_t sent = 0, have = 0;
	struct pair p;
	ssize_t n;

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7 / 5);
	pair_open(&p, AGENT_ECHO);
	while ((n = send(p.peer, out + sent, sizeof(out) - sent, 0)) > 0) {
		sent += (size_t)n;
		pair_turn(&p);
	}
	cr_expect_lt(sent, sizeof(out), "it stops reading");
	cr_expect_not_null(p.conn.pending);
	shutdown(p.peer, SHUT_WR);
	pair_turn(&p);
	cr_expect(agent_conn_is_open(&p.conn), "the FIN waits for the data");
	while (have < sent && (n = recv(p.peer, back + have, 1000, 0)) > 0) {
		have += (size_t)n;
		pair_turn(&p);
	}
	cr_expect_eq(have, sent);
	cr_expect_arr_eq(out, back, sent);
	cr_expect_not(agent_conn_is_open(&p.conn));
	cr_expect_eq(recv(p.peer, back, 1, 0), 0, "then comes the end");
	pair_close(&p);
}

Test(agent_conn, discard_closes_at_the_end_of_the_stream)
{
	char byte;
	struct pair p;

	pair_open(&p, AGENT_DISCARD);
	send(p.peer, "abc", 3, 0);
	pair_turn(&p);
	cr_expect(agent_conn_is_open(&p.conn));
	cr_expect_eq(recv(p.peer, &byte, 1, 0), -1);
	cr_expect_eq(errno, EAGAIN);
	shutdown(p.peer, SHUT_WR);
	pair_turn(&p);
	cr_expect_not(agent_conn_is_open(&p.conn));
	cr_expect_eq(recv(p.peer, &byte, 1, 0), 0);
	pair_close(&p);
}

Test(agent_conn, chargen_goes_on_where_the_window_stopped_it)
{
	static uint8_t pattern[2 * AGENT_CHARGEN_PERIOD], got[sizeof(pattern)];
	size_t have = 0;
	struct pair p;
	ssize_t n;

	agent_chargen_fill(pattern);
	agent_chargen_fill(pattern + AGENT_CHARGEN_PERIOD);
	pair_open(&p, AGENT_CHARGEN);
	while (have < sizeof(got)) {
		size_t want = sizeof(got) - have < 999 ? sizeof(got) - have : 999;

		n = recv(p.peer, got + have, want, 0);
		cr_assert_gt(n, 0, "after %zu bytes", have);
		have += (size_t)n;
		pair_turn(&p);
	}
	cr_expect_arr_eq(got, pattern, sizeof(got));
	close(p.peer);
	pair_turn(&p);
	cr_expect_not(agent_conn_is_open(&p.conn), "a peer that is gone ends it");
	p.peer = dup(STDERR_FILENO);
	pair_close(&p);
}

Test(agent_conn, daytime_speaks_closes_its_half_and_listens_on)
{
	char line[80];
	struct pair p;

	pair_open(&p, AGENT_DAYTIME);
	cr_expect_gt(recv(p.peer, line, sizeof(line), 0), 30);
	cr_expect_eq(recv(p.peer, line, sizeof(line), 0), 0, "the end is there at once");
	for (int i = 0; i < 100; i++) {
		cr_expect_eq(send(p.peer, "still here", 10, MSG_NOSIGNAL), 10);
		pair_turn(&p);
	}
	cr_expect(agent_conn_is_open(&p.conn));
	shutdown(p.peer, SHUT_WR);
	pair_turn(&p);
	cr_expect_not(agent_conn_is_open(&p.conn));
	pair_close(&p);
}

Test(agent_conn, an_aborted_connection_takes_nothing_more)
{
	struct pair p;

	pair_open(&p, AGENT_ECHO);
	send(p.peer, "abc", 3, 0);
	agent_conn_abort(&p.conn);
	pair_turn(&p);
	agent_conn_send(&p.conn, (const uint8_t *)"x", 1);
	agent_conn_finish(&p.conn);
	agent_conn_close(&p.conn);
	agent_conn_abort(&p.conn);
	cr_expect_not(agent_conn_is_open(&p.conn));
	pair_close(&p);
}

static int n_calls;

static void count_calls(struct agent_watch *w, unsigned int events)
{
	n_calls++;
}

Test(agent_loop, what_is_forgotten_is_not_heard_of)
{
	struct agent_watch w = { .armed = AGENT_UNARMED, .ready = count_calls };
	struct agent_loop *loop = agent_loop_new();
	int fds[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	w.fd = fds[0];
	agent_loop_forget(loop, &w);
	cr_assert_eq(agent_loop_watch(loop, &w, 0), 0);
	close(fds[1]);
	cr_assert_eq(agent_loop_turn(loop, 0), 0);
	cr_expect_eq(n_calls, 1, "breakage is heard of unasked");
	agent_loop_forget(loop, &w);
	cr_assert_eq(agent_loop_turn(loop, 0), 0);
	cr_expect_eq(n_calls, 1);
	cr_assert_eq(agent_loop_watch(loop, &w, AGENT_READABLE), 0);
	cr_assert_eq(agent_loop_turn(loop, 0), 0);
	cr_expect_eq(n_calls, 2, "and it can come back");
	close(fds[0]);
	agent_loop_free(loop);
}

/* From where requests are taken */

static struct sockaddr_storage address(const char *text)
{
	struct agent_net net;
	struct sockaddr_storage ss = { 0 };

	cr_assert_null(agent_net_parse(&net, text), "%s", text);
	ss.ss_family = (sa_family_t)net.family;
	if (net.family == AF_INET)
		memcpy(&((struct sockaddr_in *)&ss)->sin_addr, net.ip, 4);
	else
		memcpy(&((struct sockaddr_in6 *)&ss)->sin6_addr, net.ip, 16);
	return ss;
}

Test(agent_allow, networks_hold_their_addresses_and_no_others)
{
	static const struct {
		const char *net, *peer;
		bool allowed;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.2", false },
		{ "192.0.2.1", "127.0.0.1", true },
		{ "192.0.2.1", "127.9.9.9", true },
		{ "192.0.2.1", "128.0.0.1", false },
		{ "192.0.2.1", "::1", true },
		{ "192.0.2.1", "::2", false },
		{ "10.8.0.0/13", "10.15.255.255", true },
		{ "10.8.0.0/13", "10.16.0.0", false },
		{ "0.0.0.0/0", "255.255.255.255", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false },
		{ "fe80::/10", "fe80::1", true },
	};
	static const char *const wrong[] = {
		"", "10.0.0", "10.0.0.1/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.1/8", "::1/129",
		"2001:db8::1/64", "localhost", "1.2.3.4/24x",
		"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111"
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sockaddr_storage peer = address(cases[i].peer);
		struct agent_net net;

		cr_assert_null(agent_net_parse(&net, cases[i].net));
		cr_expect_eq(agent_net_allows(&net, 1, &peer), cases[i].allowed, "%s in %s",
			     cases[i].peer, cases[i].net);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct agent_net net;

		cr_expect_not_null(agent_net_parse(&net, wrong[i]), "%s", wrong[i]);
	}
}
