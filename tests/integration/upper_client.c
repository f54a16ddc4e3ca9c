/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A requester of the Testability Protocol, for upper.sh: asks shakedown-agent
 * for sockets and plays their peer with sockets of its own.
 *
 *	upper_client CASE TRANSPORT ADDRESS PORT [PORT-OF-THE-TESTS]
 *
 * Ends with 0 if all went as it should, else with 1 and the reason.  Messages
 * are put together here once more, not by the agent's own codec.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 10000
#define SILENCE_MS 300
#define HEAD 16
#define ANY 0xffff

enum {
	OK = 0x00,
	REFUSED = 0xe2,
	NOT_EXIST = 0xe5,
	UBS = 0xed,
	ISD = 0xef,
	INV = 0xfc,
	PEN = 0xfe,
	NTF = 0xff
};

/* Primitives as they stand in the header. */
enum {
	GET_VERSION = 0x0001,
	START_TEST,
	END_TEST,
	CLOSE_SOCKET = 0x0200,
	CREATE_AND_BIND,
	SEND_DATA,
	RECEIVE_AND_FORWARD,
	LISTEN_AND_ACCEPT,
	CONNECT,
	CONFIGURE_SOCKET,
	SHUTDOWN,
	SET_OPTION = 0x7f00,
	GET_OPTION,
	RECEIVE_ONCE,
	GET_PENDING_ERROR,
	PAUSE_READING,
	RESUME_READING,
	GET_LOCAL_ADDRESS
};

static bool udp;
static int control;

/* Where the control port is, the sockets of the tests, and their peers. */
static struct place {
	const char *text;
	uint8_t ip[16];
	unsigned int ip_len;
} control_at, target_at, peer_at;
static unsigned int test_port;
static uint32_t request_id;

struct message {
	uint8_t bytes[70000];
	size_t len;
};

static struct message request, response, event;
static bool has_event;
static const uint8_t two_pages[8192];

__attribute__((format(printf, 1, 2), noreturn)) static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	exit(1);
}

#define EXPECT(what)                                                 \
	do {                                                         \
		if (!(what))                                         \
			die("line %d: not so: %s", __LINE__, #what); \
	} while (0)

/* Sockets of the peer */

static socklen_t make_address(struct sockaddr_storage *ss, const struct place *where,
			      unsigned int port)
{
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *sin = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	if (where->ip_len == 4) {
		sin->sin_family = AF_INET;
		sin->sin_port = htons((uint16_t)port);
		memcpy(&sin->sin_addr, where->ip, 4);
		return sizeof(*sin);
	}
	sin6->sin6_family = AF_INET6;
	sin6->sin6_port = htons((uint16_t)port);
	memcpy(&sin6->sin6_addr, where->ip, 16);
	return sizeof(*sin6);
}

static struct place make_place(const char *text)
{
	struct place p = { .text = text };

	p.ip_len = strchr(text, ':') ? 16 : 4;
	if (inet_pton(p.ip_len == 4 ? AF_INET : AF_INET6, text, p.ip) != 1)
		die("%s is no address", text);
	return p;
}

static int dial(const struct place *where, unsigned int port, int type)
{
	struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };
	struct sockaddr_storage ss;
	socklen_t len = make_address(&ss, where, port);
	int fd = socket(ss.ss_family, type, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&ss, len) < 0)
		die("connect to %s port %u: %s", where->text, port, strerror(errno));
	return fd;
}

static int listen_there(unsigned int *port)
{
	struct sockaddr_storage ss;
	socklen_t len = make_address(&ss, &peer_at, 0);
	int fd = socket(ss.ss_family, SOCK_STREAM, 0);

	EXPECT(bind(fd, (struct sockaddr *)&ss, len) == 0 && listen(fd, 16) == 0);
	EXPECT(getsockname(fd, (struct sockaddr *)&ss, &len) == 0);
	*port = ntohs(((struct sockaddr_in *)&ss)->sin_port);
	return fd;
}

static int accept_there(int listener)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };

	EXPECT(poll(&p, 1, PATIENCE_MS) == 1);
	return accept(listener, NULL, NULL);
}

/* Messages */

static void put(uint32_t value, unsigned int size)
{
	while (size--)
		request.bytes[request.len++] = (uint8_t)(value >> 8 * size);
}

static void put_bytes(const void *p, size_t len)
{
	put((uint32_t)len, 2);
	memcpy(request.bytes + request.len, p, len);
	request.len += len;
}

static void begin(unsigned int method)
{
	request.len = 0;
	put(0x0105, 2);
	put(method, 2);
	put(0, 4);
	put(++request_id, 4);
	put(0x01010000, 4);
}

static uint32_t number_at(const struct message *m, size_t off, unsigned int size)
{
	uint32_t value = 0;

	EXPECT(off + size <= m->len);
	while (size--)
		value = value << 8 | m->bytes[off++];
	return value;
}

static bool readable(int timeout_ms)
{
	struct pollfd p = { .fd = control, .events = POLLIN };

	return poll(&p, 1, timeout_ms) == 1;
}

static void read_exactly(uint8_t *p, size_t len)
{
	while (len) {
		ssize_t n;

		if (!readable(PATIENCE_MS))
			die("no answer");
		n = recv(control, p, len, 0);
		if (n <= 0)
			die("the agent hung up");
		p += n;
		len -= (size_t)n;
	}
}

static void receive(struct message *m)
{
	if (udp) {
		if (!readable(PATIENCE_MS))
			die("no answer");
		m->len = (size_t)recv(control, m->bytes, sizeof(m->bytes), 0);
	} else {
		read_exactly(m->bytes, HEAD);
		m->len = HEAD;
		m->len = number_at(m, 4, 4) + 8;
		read_exactly(m->bytes + HEAD, m->len - HEAD);
	}
	EXPECT(m->len >= HEAD && number_at(m, 4, 4) == m->len - 8);
	EXPECT(number_at(m, 0, 2) == 0x0105 && number_at(m, 12, 2) == 0x0101);
}

static void transmit(void)
{
	uint32_t length = (uint32_t)(request.len - 8);

	for (int i = 0; i < 4; i++)
		request.bytes[4 + i] = (uint8_t)(length >> 8 * (3 - i));
	EXPECT(send(control, request.bytes, request.len, MSG_NOSIGNAL) == (ssize_t)request.len);
}

/* Sends the request; its result.  An event that comes first is kept. */
static unsigned int finish(void)
{
	transmit();
	for (;;) {
		receive(&response);
		if (response.bytes[14] == 0x80)
			break;
		event = response;
		has_event = true;
	}
	EXPECT(number_at(&response, 2, 2) == number_at(&request, 2, 2));
	EXPECT(number_at(&response, 8, 4) == request_id);
	return response.bytes[15];
}

/* Waits for an event of this method. */
static void wait_event(unsigned int method)
{
	if (!has_event)
		receive(&event);
	has_event = false;
	EXPECT(event.bytes[14] == 0x02 && event.bytes[15] == 0);
	EXPECT(number_at(&event, 2, 2) == (method | 0x8000));
}

static unsigned int ask(unsigned int method)
{
	begin(method);
	return finish();
}

/* A request of u16 parameters. */
static unsigned int ask16(unsigned int method, int n, ...)
{
	va_list ap;

	begin(method);
	va_start(ap, n);
	while (n--)
		put(va_arg(ap, unsigned int), 2);
	va_end(ap);
	return finish();
}

static unsigned int create(unsigned int port)
{
	begin(CREATE_AND_BIND);
	put(1, 1);
	put(port, 2);
	put_bytes(target_at.ip, target_at.ip_len);
	if (finish() != OK)
		die("cannot create: %02x", response.bytes[15]);
	return number_at(&response, HEAD, 2);
}

static unsigned int connect_to(unsigned int id, unsigned int port)
{
	begin(CONNECT);
	put(id, 2);
	put(port, 2);
	put_bytes(peer_at.ip, peer_at.ip_len);
	return finish();
}

static unsigned int send_data(unsigned int id, unsigned int total, unsigned int flags,
			      const char *data)
{
	begin(SEND_DATA);
	put(id, 2);
	put(total, 2);
	put(flags, 1);
	put_bytes(data, strlen(data));
	return finish();
}

static unsigned int with_byte(unsigned int method, unsigned int id, unsigned int byte)
{
	begin(method);
	put(id, 2);
	put(byte, 1);
	return finish();
}

static unsigned int configure(unsigned int id, unsigned int param, uint32_t value,
			      unsigned int size)
{
	begin(CONFIGURE_SOCKET);
	put(id, 2);
	put(param, 2);
	put(size, 2);
	put(value, size);
	return finish();
}

static unsigned int set_option(unsigned int id, unsigned int option, uint32_t value)
{
	begin(SET_OPTION);
	put(id, 2);
	put(option, 2);
	put(value, 4);
	return finish();
}

static unsigned int end_test(void)
{
	begin(END_TEST);
	put(7, 2);
	put_bytes("\xef\xbb\xbftest", 8);
	return finish();
}

/* What the peer reads must be this. */
static void peer_reads(int fd, const char *data)
{
	char got[256];
	size_t have = 0, len = strlen(data);

	while (have < len) {
		ssize_t n = recv(fd, got + have, len - have, 0);

		EXPECT(n > 0);
		have += (size_t)n;
	}
	EXPECT(memcmp(got, data, len) == 0);
}

/* Cases */

/* Waits until a connection is there or has failed; how that is called. */
static unsigned int pending_error(unsigned int id)
{
	unsigned int result;

	while ((result = ask16(GET_PENDING_ERROR, 1, id)) == PEN)
		poll(NULL, 0, 5);
	EXPECT(result == OK);
	return number_at(&response, HEAD, 1);
}

static void general(void)
{
	EXPECT(ask(GET_VERSION) == OK);
	EXPECT(number_at(&response, HEAD, 2) == 1 && number_at(&response, HEAD + 2, 2) == 2);
	EXPECT(ask(START_TEST) == OK);
	EXPECT(ask(0x0000) == NTF && ask(0x0100) == NTF && ask(0x0208) == NTF);
	EXPECT(ask(0x7f07) == NTF && ask(0x0101) == NTF);
	EXPECT(ask16(RECEIVE_ONCE, 2, 4711u, 1u) == ISD);
	EXPECT(ask16(RECEIVE_ONCE, 1, 4711u) == INV);
}

/* The agent listens; ids of the listener and of what it accepted. */
static void passive(void)
{
	unsigned int listener = create(test_port), id;
	int fd;

	EXPECT(ask16(LISTEN_AND_ACCEPT, 2, listener, 5u) == OK);
	fd = dial(&target_at, test_port, SOCK_STREAM);
	wait_event(LISTEN_AND_ACCEPT);
	EXPECT(number_at(&event, HEAD, 2) == listener);
	id = number_at(&event, HEAD + 2, 2);
	EXPECT(number_at(&event, HEAD + 6, 2) == peer_at.ip_len);
	EXPECT(memcmp(event.bytes + HEAD + 8, peer_at.ip, peer_at.ip_len) == 0);
	EXPECT(ask16(RECEIVE_AND_FORWARD, 3, id, 3u, 5u) == OK);
	EXPECT(send(fd, "abcd", 4, 0) == 4);
	wait_event(RECEIVE_AND_FORWARD);
	EXPECT(number_at(&event, HEAD, 2) == 4 && number_at(&event, HEAD + 2, 2) == 3);
	EXPECT(memcmp(event.bytes + HEAD + 4, "abc", 3) == 0);
	EXPECT(send_data(id, 10, 0x08, "xyz") == OK);
	peer_reads(fd, "xyzxyzxyzx");
	EXPECT(with_byte(SHUTDOWN, id, 1) == OK);
	EXPECT(recv(fd, request.bytes, 1, 0) == 0);
	EXPECT(with_byte(CLOSE_SOCKET, id, 1) == OK);
	EXPECT(recv(fd, request.bytes, 1, 0) <= 0);
	EXPECT(with_byte(CLOSE_SOCKET, listener, 0) == OK);
	EXPECT(with_byte(CLOSE_SOCKET, listener, 0) == ISD);
	close(fd);
}

static void urgent(unsigned int id, int fd)
{
	char got[8];

	EXPECT(send_data(id, 0, 0x20, "urgent") == OK);
	peer_reads(fd, "urgen");
	EXPECT(recv(fd, got, 1, MSG_OOB) == 1 && got[0] == 't');
}

/* Not every stack has urgent data. */
static void active(bool has_urgent)
{
	unsigned int port, id = create(ANY);
	int listener = listen_there(&port), fd;
	char got[8];

	EXPECT(connect_to(id, port) == OK);
	fd = accept_there(listener);
	EXPECT(pending_error(id) == OK);
	if (has_urgent)
		urgent(id, fd);
	else
		EXPECT(send_data(id, 0, 0x20, "urgent") == INV);
	EXPECT(ask16(GET_LOCAL_ADDRESS, 1, id) == OK);
	EXPECT(number_at(&response, HEAD + 2, 2) == target_at.ip_len);
	EXPECT(with_byte(CLOSE_SOCKET, id, 0) == OK);
	EXPECT(recv(fd, got, 1, 0) == 0);
	close(fd);
	close(listener);
	id = create(ANY);
	EXPECT(connect_to(id, port) == OK || response.bytes[15] == REFUSED);
	if (response.bytes[15] == OK)
		EXPECT(pending_error(id) == REFUSED);
	EXPECT(with_byte(CLOSE_SOCKET, id, 0) == OK);
}

static void reading(void)
{
	unsigned int port, id = create(ANY);
	int listener = listen_there(&port), fd;

	EXPECT(connect_to(id, port) == OK);
	fd = accept_there(listener);
	EXPECT(pending_error(id) == OK);
	EXPECT(ask16(RECEIVE_ONCE, 2, id, 10u) == PEN);
	EXPECT(send(fd, "12345", 5, 0) == 5);
	while (ask16(RECEIVE_ONCE, 2, id, 2u) == PEN)
		poll(NULL, 0, 5);
	EXPECT(response.bytes[15] == OK && number_at(&response, HEAD + 1, 2) == 2);
	EXPECT(memcmp(response.bytes + HEAD + 3, "12", 2) == 0);
	EXPECT(ask16(RECEIVE_AND_FORWARD, 3, id, (unsigned int)ANY, (unsigned int)ANY) == OK);
	EXPECT(number_at(&response, HEAD, 2) == 3);
	EXPECT(ask16(PAUSE_READING, 1, id) == OK);
	EXPECT(send(fd, "67", 2, 0) == 2);
	EXPECT(!readable(SILENCE_MS));
	EXPECT(ask16(RESUME_READING, 1, id) == OK);
	wait_event(RECEIVE_AND_FORWARD);
	EXPECT(memcmp(event.bytes + HEAD + 4, "67", 2) == 0);
	shutdown(fd, SHUT_WR);
	wait_event(RECEIVE_AND_FORWARD);
	EXPECT(number_at(&event, HEAD, 2) == 0);
	EXPECT(with_byte(CLOSE_SOCKET, id, 0) == OK);
	close(fd);
	close(listener);
}

static void options(void)
{
	static const uint32_t values[] = { 0, 30000, 40000, 5, 12345, 1, 1, 60, 10, 4, 1 };
	unsigned int id = create(ANY);

	EXPECT(configure(id, 0, 33, 1) == OK && configure(id, 1, 3, 1) == OK);
	EXPECT(configure(id, 2, 1, 1) == OK && configure(id, 4, 0x10, 1) == OK);
	EXPECT(configure(id, 3, 0x44080500, 4) == INV);
	EXPECT(configure(id, 3, 0x44040500, 4) == (target_at.ip_len == 4 ? OK : INV));
	EXPECT(configure(id, 5, 536, 2) == OK && configure(id, 6, 0, 1) == OK);
	EXPECT(configure(id, 7, 0, 1) == INV && configure(id, 5, 1461, 2) == INV);
	for (unsigned int i = 1; i < sizeof(values) / sizeof(*values); i++) {
		EXPECT(set_option(id, i, values[i]) == OK);
		EXPECT(ask16(GET_OPTION, 2, id, i) == OK);
		/* Linux doubles the buffers. */
		EXPECT(number_at(&response, HEAD, 4) == values[i] * (i <= 2 ? 2 : 1));
	}
	EXPECT(set_option(id, 3, 0xffffffff) == OK && ask16(GET_OPTION, 2, id, 3u) == OK);
	EXPECT(number_at(&response, HEAD, 4) == 0xffffffff);
	EXPECT(ask16(GET_OPTION, 2, id, 99u) == INV);
	EXPECT(with_byte(CLOSE_SOCKET, id, 0) == OK);
}

/* More than the window takes, and a close behind it that loses nothing. */
static void bulk(void)
{
	unsigned int port, id = create(ANY);
	int listener = listen_there(&port), fd;
	size_t total = 0;
	ssize_t n;

	EXPECT(connect_to(id, port) == OK);
	fd = accept_there(listener);
	for (int i = 0; i < 15; i++)
		EXPECT(send_data(id, 65535, 0, "0123456789") == OK);
	EXPECT(set_option(id, 3, 3600) == OK);
	EXPECT(with_byte(CLOSE_SOCKET, id, 0) == OK);
	EXPECT(ask(GET_VERSION) == OK);
	while ((n = recv(fd, event.bytes, sizeof(event.bytes), 0)) > 0)
		total += (size_t)n;
	if (n != 0 || total != 15u * 65535)
		die("bulk: %zu bytes, then %s", total, n ? strerror(errno) : "the end");
	close(fd);
	close(listener);
}

/* Two hundred sockets at once, all gone with END_TEST. */
static void many(void)
{
	unsigned int ids[100], listener = create(test_port);
	int fds[100];

	EXPECT(ask16(LISTEN_AND_ACCEPT, 2, listener, (unsigned int)ANY) == OK);
	for (int i = 0; i < 100; i++) {
		fds[i] = dial(&target_at, test_port, SOCK_STREAM);
		wait_event(LISTEN_AND_ACCEPT);
		ids[i] = create(ANY);
	}
	EXPECT(ids[99] != ids[0]);
	EXPECT(end_test() == OK);
	for (int i = 0; i < 100; i++) {
		EXPECT(recv(fds[i], request.bytes, 1, 0) < 0 && errno == ECONNRESET);
		close(fds[i]);
	}
	EXPECT(with_byte(CLOSE_SOCKET, ids[5], 0) == ISD);
}

static void all(void)
{
	general();
	passive();
	active(true);
	reading();
	options();
	bulk();
	many();
	EXPECT(end_test() == OK);
}

/* What a stack on a board has of options. */
static void few_options(void)
{
	static const unsigned int has[] = { 3, 5, 6, 7, 8, 9 };
	unsigned int id = create(ANY);

	EXPECT(configure(id, 0, 33, 1) == OK && configure(id, 4, 0x10, 1) == OK);
	EXPECT(configure(id, 6, 0, 1) == OK && configure(id, 7, 0, 1) == INV);
	for (size_t i = 0; i < sizeof(has) / sizeof(*has); i++) {
		EXPECT(set_option(id, has[i], i > 0) == OK);
		EXPECT(ask16(GET_OPTION, 2, id, has[i]) == OK);
		EXPECT(number_at(&response, HEAD, 4) == (i > 0));
	}
	EXPECT(with_byte(CLOSE_SOCKET, id, 0) == OK);
}

/* All, on a stack that is not this system's. */
static void foreign(void)
{
	general();
	passive();
	active(false);
	reading();
	few_options();
	bulk();
	many();
	EXPECT(end_test() == OK);
}

static void bind_twice(void)
{
	unsigned int id = create(test_port);

	EXPECT(ask16(LISTEN_AND_ACCEPT, 2, id, 1u) == OK);
	begin(CREATE_AND_BIND);
	put(1, 1);
	put(test_port, 2);
	put_bytes(target_at.ip, target_at.ip_len);
	EXPECT(finish() == UBS);
	EXPECT(send_data(id, 0, 0, "x") == NOT_EXIST);
	EXPECT(end_test() == OK);
}

/* No answer, and over TCP not even a connection that lasts. */
static void refused(void)
{
	begin(GET_VERSION);
	request.bytes[7] = 8;
	if (send(control, request.bytes, request.len, MSG_NOSIGNAL) < 0)
		return;
	if (!readable(udp ? SILENCE_MS : PATIENCE_MS)) {
		EXPECT(udp);
		return;
	}
	EXPECT(recv(control, response.bytes, 1, 0) <= 0);
}

/* Junk of many lengths; whoever comes after it is served. */
static void garbage(void)
{
	unsigned int seed = 1;

	for (int i = 0; i < 300; i++) {
		size_t len = (size_t)(rand_r(&seed) % 200);
		int fd = udp ? control : dial(&control_at, 10000, SOCK_STREAM);

		begin(GET_VERSION);
		for (size_t k = (size_t)(rand_r(&seed) % 3) * 2; k < len; k++)
			request.bytes[k] = (uint8_t)rand_r(&seed);
		if (send(fd, request.bytes, len, MSG_NOSIGNAL) < 0)
			die("send: %s", strerror(errno));
		if (!udp)
			close(fd);
	}
	while (udp && readable(SILENCE_MS))
		(void)!recv(control, request.bytes, sizeof(request.bytes), 0);
	EXPECT(ask(GET_VERSION) == OK);
}

/* A message in small pieces, and several in one. */
static void pieces(void)
{
	struct message two;

	begin(GET_VERSION);
	request.bytes[7] = 8;
	for (size_t i = 0; !udp && i < HEAD; i++)
		EXPECT(send(control, request.bytes + i, 1, MSG_NOSIGNAL) == 1);
	if (!udp)
		receive(&response);
	two = request;
	memcpy(two.bytes + HEAD, request.bytes, HEAD);
	two.len = 2 * HEAD;
	EXPECT(send(control, two.bytes, two.len, MSG_NOSIGNAL) == (ssize_t)two.len);
	receive(&response);
	receive(&response);
	EXPECT(response.bytes[15] == OK);
}

/* A requester that does not read its events, and then does. */
static void slow(void)
{
	unsigned int listener = create(test_port), id;
	size_t sent = 0, got = 0;
	int fd;

	EXPECT(ask16(LISTEN_AND_ACCEPT, 2, listener, 1u) == OK);
	fd = dial(&target_at, test_port, SOCK_STREAM);
	wait_event(LISTEN_AND_ACCEPT);
	id = number_at(&event, HEAD + 2, 2);
	EXPECT(ask16(RECEIVE_AND_FORWARD, 3, id, (unsigned int)ANY, (unsigned int)ANY) == OK);
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLOUT };
		ssize_t n;

		if (poll(&p, 1, SILENCE_MS) == 0)
			break;
		n = send(fd, two_pages, sizeof(two_pages), MSG_DONTWAIT);
		EXPECT(n > 0);
		sent += (size_t)n;
		EXPECT(sent < 100000000);
	}
	shutdown(fd, SHUT_WR);
	do {
		wait_event(RECEIVE_AND_FORWARD);
		got += number_at(&event, HEAD, 2);
	} while (number_at(&event, HEAD, 2));
	EXPECT(got == sent);
}

/* Sockets that are there when the connection ends. */
static void leave(void)
{
	for (int i = 0; i < 20; i++)
		create(ANY);
	EXPECT(ask16(LISTEN_AND_ACCEPT, 2, create(test_port), 1u) == OK);
	puts("ready");
	fflush(stdout);
	(void)!read(0, request.bytes, 1);
}

/* Silent for too long: its listener goes. */
static void idle(void)
{
	EXPECT(ask16(LISTEN_AND_ACCEPT, 2, create(test_port), 1u) == OK);
	close(dial(&target_at, test_port, SOCK_STREAM));
	wait_event(LISTEN_AND_ACCEPT);
	if (!udp)
		EXPECT(readable(PATIENCE_MS) && recv(control, request.bytes, 1, 0) <= 0);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "all", all },
	{ "foreign", foreign },
	{ "bind-twice", bind_twice },
	{ "refused", refused },
	{ "garbage", garbage },
	{ "pieces", pieces },
	{ "slow", slow },
	{ "leave", leave },
	{ "idle", idle },
};

int main(int argc, char **argv)
{
	if (argc < 5)
		die("usage: upper_client CASE udp|tcp ADDRESS PORT [PORT-OF-THE-TESTS "
		    "[ITS-ADDRESS OURS]]");
	udp = !strcmp(argv[2], "udp");
	control_at = make_place(argv[3]);
	target_at = make_place(argv[argc > 7 ? 6 : 3]);
	peer_at = make_place(argv[argc > 7 ? 7 : 3]);
	test_port = argc > 5 ? (unsigned int)atoi(argv[5]) : 20000;
	control = dial(&control_at, (unsigned int)atoi(argv[4]), udp ? SOCK_DGRAM : SOCK_STREAM);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (!strcmp(cases[i].name, argv[1])) {
			cases[i].run();
			return 0;
		}
	}
	die("no case %s", argv[1]);
}
