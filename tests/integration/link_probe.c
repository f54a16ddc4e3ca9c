/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Drives the live link and the lab by hand, for lab.sh and guard.sh:
 *
 *	link_probe lab			SYN, SYN|ACK, RST over the lab, both families
 *	link_probe hold			builds the lab, says "held", waits to be killed
 *	link_probe loopback GUARD	the same exchange with 127.0.0.1 and ::1, in the
 *					caller's namespace; GUARD is "guard", "nft" or "bare"
 *	link_probe target ADDR [IF [SOURCE]]	the same with port 7 of any host
 *	link_probe time N		cost of an injection, and reaction time
 *
 * Exits 0 if all was as it should be, else prints what was not and exits 1.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "link/lab.h"
#include "link/link.h"
#include "link/live.h"
#include "wire/segment.h"

#define MS 1000000LL
#define ISS 0xfffffff0u /* soon wraps */

/* One exchange and what was seen of it. */
struct exchange {
	struct link *link;
	struct ip_addr tester, target;
	uint16_t sport, dport;
	int64_t syn_ns, synack_ns, kernel_rst_ns; /* 0: not seen */
	struct segment synack;
	int our_rsts;
};

static void seen(void *arg, const struct link_packet *p)
{
	struct exchange *x = arg;
	struct segment s;

	segment_decode(&s, p->ip, p->cap_len, p->len);
	if (s.defects & SEG_DEFECT_NOT_TCP)
		return;
	if (s.sport == x->sport && s.dport == x->dport) {
		if (s.flags == TCP_SYN)
			x->syn_ns = p->ts_ns;
		else if (s.flags == TCP_RST && s.window == 4321)
			x->our_rsts++; /* the kernel's have window 0 */
		else if (s.flags & TCP_RST)
			x->kernel_rst_ns = p->ts_ns;
	} else if (s.sport == x->dport && s.dport == x->sport &&
		   s.flags == (TCP_SYN | TCP_ACK)) {
		x->synack_ns = p->ts_ns;
		x->synack = s;
	}
}

static int send_segment(struct exchange *x, uint16_t flags, uint32_t seq)
{
	static uint8_t packet[2000];
	struct segment s = {
		.src = x->tester,
		.dst = x->target,
		.df = true,
		.sport = x->sport,
		.dport = x->dport,
		.seq = seq,
		.flags = flags,
		.window = 4321,
	};
	size_t len;

	if (flags & TCP_SYN)
		tcp_opt_mss(&s.opt[s.n_opt++], 1200);
	len = segment_encode(&s, packet, sizeof(packet));
	return x->link->ops->inject(x->link, &s, packet, len);
}

/* Polls until *what is set or @ms passed. */
static void watch(struct exchange *x, const int64_t *what, int ms)
{
	int64_t end = x->link->ops->now_ns(x->link) + ms * MS;

	while (!*what && x->link->ops->now_ns(x->link) < end)
		if (x->link->ops->poll(x->link, end, seen, x) < 0)
			break;
}

static int complain(const char *what, const char *why)
{
	printf("%s: %s\n", what, why);
	return 1;
}

/* SYN, SYN|ACK, and our RST. */
static int exchange_run(struct exchange *x, const char *what)
{
	int64_t never = 0;

	if (send_segment(x, TCP_SYN, ISS))
		return complain(what, "cannot inject");
	watch(x, &x->synack_ns, 1000);
	if (!x->syn_ns)
		return complain(what, "own SYN not captured");
	if (!x->synack_ns)
		return complain(what, "no SYN|ACK");
	if (x->synack.ack != ISS + 1)
		return complain(what, "SYN|ACK with a wrong acknowledgment");
	if (x->synack_ns < x->syn_ns || x->synack_ns > x->syn_ns + 1000 * MS)
		return complain(what, "times out of order");
	if (x->synack.defects & SEG_DEFECT_CHECKSUM && !x->link->partial_ok)
		return complain(what, "partial checksum");
	watch(x, &never, 20); /* time for a kernel to reset */
	send_segment(x, TCP_RST, ISS + 1);
	watch(x, &never, 5);
	if (!x->our_rsts)
		return complain(what, "own RST not captured");
	printf("%s: SYN|ACK after %lld us\n", what, (long long)(x->synack_ns - x->syn_ns) / 1000);
	return 0;
}

static int link_exchange(struct link *l, int family, bool guard, bool leak)
{
	const char *what = family == 4 ? "IPv4" : "IPv6";
	struct exchange x = {
		.link = l,
		.tester = family == 4 ? l->tester4 : l->tester6,
		.target = family == 4 ? l->target4 : l->target6,
		.dport = 7,
		.sport = 50000,
	};
	int port, err;

	if (guard) {
		port = l->ops->claim(l, (uint8_t)family, 0);
		if (port < 0)
			return complain(what, strerror(-port));
		x.sport = (uint16_t)port;
	}
	err = exchange_run(&x, what);
	if (!err && leak && !x.kernel_rst_ns)
		err = complain(what, "no kernel RST without a guard: the test is void");
	if (!err && !leak && x.kernel_rst_ns)
		err = complain(what, "a kernel RST leaked");
	if (guard)
		l->ops->release(l, (uint8_t)family, x.sport);
	return err;
}

static int diags_show(struct diags *ds)
{
	struct buf text = BUF_INIT;

	diags_render(ds, false, &text);
	fputs(buf_str(&text), stdout);
	buf_fini(&text);
	return 1;
}

static int check_stats(struct link *l)
{
	struct link_stats st;

	l->ops->stats(l, &st);
	if (st.dropped)
		return complain("capture", "packets lost");
	if (!st.injected || st.captured <= st.injected)
		return complain("statistics", "do not add up");
	return 0;
}

static int run_lab(struct diags *ds)
{
	struct lab *lab;
	int bad;

	if (lab_open(NULL, &lab, ds))
		return diags_show(ds);
	printf("target: %s\n", lab_target_name(lab));
	bad = link_exchange(lab_link(lab), 4, true, false);
	bad |= link_exchange(lab_link(lab), 6, true, false);
	bad |= check_stats(lab_link(lab));
	if (!lab_alive(lab))
		bad = complain("target", "is dead");
	lab_close(lab);
	return bad;
}

static int run_hold(struct diags *ds)
{
	struct lab *lab;

	if (lab_open(NULL, &lab, ds))
		return diags_show(ds);
	puts("held");
	fflush(stdout);
	for (;;)
		pause();
}

static int listen_on(int family, uint16_t port)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int fd = socket(family == 4 ? AF_INET : AF_INET6, SOCK_STREAM, 0);
	int on = 1, bound;

	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (family == 4)
		bound = bind(fd, (struct sockaddr *)&in4, sizeof(in4));
	else
		bound = bind(fd, (struct sockaddr *)&in6, sizeof(in6));
	if (bound)
		return -1;
	return listen(fd, 16);
}

/* A guarded port is nobody else's. */
static int port_is_reserved(struct link *l)
{
	int port = l->ops->claim(l, 4, 0), again;

	if (port < 0)
		return complain("claim", strerror(-port));
	again = l->ops->claim(l, 4, (uint16_t)port);
	if (again != -EADDRINUSE)
		return complain("claim", "the same port twice");
	if (listen_on(4, (uint16_t)port) == 0)
		return complain("claim", "another socket may listen there");
	l->ops->release(l, 4, (uint16_t)port);
	again = l->ops->claim(l, 4, (uint16_t)port);
	if (again != port)
		return complain("claim", "a released port is not free");
	l->ops->release(l, 4, (uint16_t)port);
	return l->ops->claim(l, 4, 7) == -EADDRINUSE ? 0 : complain("claim", "a port in use");
}

static int run_loopback(const char *guard, struct diags *ds)
{
	bool guarded = strcmp(guard, "bare") != 0;
	struct live_config cfg = {
		.guard = strcmp(guard, "nft") ? GUARD_LISTENER : GUARD_NFT,
	};
	struct link *l;
	int bad;

	ip_addr_parse("127.0.0.1", &cfg.target4);
	ip_addr_parse("::1", &cfg.target6);
	if (listen_on(4, 7) || listen_on(6, 7))
		return complain("listen", strerror(errno));
	if (live_open(&cfg, &l, ds))
		return diags_show(ds);
	bad = guarded ? port_is_reserved(l) : 0;
	bad |= link_exchange(l, 4, guarded, !guarded);
	bad |= link_exchange(l, 6, guarded, !guarded);
	bad |= check_stats(l);
	l->ops->close(l);
	return bad;
}

static int run_target(char **argv, struct diags *ds)
{
	struct live_config cfg = { .interface = NULL };
	struct ip_addr target, source = { 0 };
	struct link *l;
	int bad;

	if (ip_addr_parse(argv[0], &target))
		return complain(argv[0], "not an address");
	cfg.interface = argv[1];
	if (argv[1] && argv[2] && ip_addr_parse(argv[2], &source))
		return complain(argv[2], "not an address");
	*(target.family == 4 ? &cfg.target4 : &cfg.target6) = target;
	*(target.family == 4 ? &cfg.source4 : &cfg.source6) = source;
	if (live_open(&cfg, &l, ds))
		return diags_show(ds);
	bad = link_exchange(l, target.family, true, false);
	bad |= check_stats(l);
	l->ops->close(l);
	return bad;
}

/* ---- times ---- */

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Injections back to back of RSTs that nobody answers. */
static void time_injections(struct link *l, int n)
{
	struct exchange x = { l, l->tester4, l->target4, 50001, 7, .our_rsts = 0 };
	int64_t start = l->ops->now_ns(l), took;

	for (int i = 0; i < n; i++)
		send_segment(&x, TCP_RST, (uint32_t)i);
	took = l->ops->now_ns(l) - start;
	printf("injection: %lld ns each\n", (long long)(took / n));
	while (l->ops->poll(l, 0, seen, &x) > 0)
		;
}

/* From the target's SYN|ACK to our RST, both by the capture's clock. */
static void time_reactions(struct link *l, int n)
{
	int64_t *took = calloc((size_t)n, sizeof(*took));
	int got = 0;

	for (int i = 0; i < n; i++) {
		struct exchange x = { l, l->tester4, l->target4, (uint16_t)(20000 + i % 30000), 7,
				      .our_rsts = 0 };
		int64_t rst_ns = 0;

		send_segment(&x, TCP_SYN, ISS);
		watch(&x, &x.synack_ns, 1000);
		send_segment(&x, TCP_RST | TCP_ACK, ISS + 1);
		/* Other flags than our RST's: counted as the kernel's. */
		watch(&x, &x.kernel_rst_ns, 1000);
		rst_ns = x.kernel_rst_ns;
		if (x.synack_ns && rst_ns)
			took[got++] = rst_ns - x.synack_ns;
	}
	qsort(took, (size_t)got, sizeof(*took), by_value);
	if (got)
		printf("reaction: p50 %lld us, p99 %lld us of %d\n",
		       (long long)took[got / 2] / 1000,
		       (long long)took[got * 99 / 100] / 1000, got);
	free(took);
}

static int run_time(int n, struct diags *ds)
{
	struct lab *lab;

	if (lab_open(NULL, &lab, ds))
		return diags_show(ds);
	time_injections(lab_link(lab), n);
	time_reactions(lab_link(lab), n);
	lab_close(lab);
	return 0;
}

int main(int argc, char **argv)
{
	struct diags ds;
	int bad = 2;

	diags_init(&ds);
	if (argc == 2 && !strcmp(argv[1], "lab"))
		bad = run_lab(&ds);
	else if (argc == 2 && !strcmp(argv[1], "hold"))
		bad = run_hold(&ds);
	else if (argc == 3 && !strcmp(argv[1], "loopback"))
		bad = run_loopback(argv[2], &ds);
	else if (argc >= 3 && !strcmp(argv[1], "target"))
		bad = run_target(argv + 2, &ds);
	else if (argc == 3 && !strcmp(argv[1], "time"))
		bad = run_time(atoi(argv[2]), &ds);
	diags_fini(&ds);
	return bad;
}
