/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The live link.
 *
 * Goals: what is delivered is what the capture saw, in its order and with its
 * time; an answer leaves as soon as the caller makes it; one thread.
 * Everything heard passes frame_heard(): neighbour talk is answered on the
 * spot, the rest goes to the caller of poll().
 *
 * The capture's time is CLOCK_REALTIME, so that is the clock of the link.
 * Waiting is relative, so a clock that is set meanwhile delays nothing; but it
 * makes deadlines worthless, and is counted for the runs to know.
 */
#include "link/live.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/log.h"
#include "link/app_client.h"
#include "link/capture_pcap.h"
#include "link/guard.h"
#include "link/inject_libnet.h"
#include "link/inject_packet.h"
#include "link/neighbour.h"
#include "link/offload.h"
#include "link/ports.h"
#include "wire/frame.h"

#define DISPATCH_MAX 128 /* frames between two looks at the clock */
#define RESOLVE_NS 3000000000LL
#define RESOLVE_FIRST_NS 4000000LL /* the first pause between two questions */
#define RESOLVE_PAUSE_MAX_NS 500000000LL

struct live {
	struct link link; /* first: see link.h */
	struct live_path path;
	struct capture *capture;
	int linktype;		  /* of captured frames */
	struct inject *inject[2]; /* IPv4, IPv6; the same one for LIVE_LINK */
	int packet_fd;		  /* LIVE_LINK: where built frames leave; or -1 */
	struct neighbours neighbours;
	struct ports ports;	/* LIVE_LINK */
	struct guard *guard;	/* LIVE_RAW; or NULL */
	struct app_client *app; /* or NULL */
	unsigned int offloads_were;
	struct link_stats stats;
	int64_t clock_lead; /* when last looked at; 0: not yet */

	link_packet_fn *fn; /* of the poll() under way, or NULL */
	void *fn_arg;
	int delivered;
};

static struct live *live_of(struct link *l)
{
	return (struct live *)l;
}

static bool live_has(const struct live *live, enum live_mode mode)
{
	return live->path.family[0].mode == mode || live->path.family[1].mode == mode;
}

/* More than this at once is no drift: the clock was set. */
#define CLOCK_STEP_NS INT64_C(20000000)

static int64_t clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* ---- hearing ---- */

static void neighbour_frame(struct live *live, const struct capture_frame *frame)
{
	uint8_t reply[NEIGH_FRAME_MAX];
	size_t len = neighbour_hear(&live->neighbours, frame->bytes, frame->cap_len, reply);

	if (len)
		inject_packet_send(live->packet_fd, reply, len);
}

/* ARP, or ICMPv6 right after the IPv6 header: all the filter lets through. */
static bool is_neighbour_frame(const uint8_t *frame, size_t len)
{
	if (len < ETH_HDR_LEN + 7)
		return false;
	if (frame[12] == 0x08 && frame[13] == 0x06)
		return true;
	return frame[12] == 0x86 && frame[13] == 0xdd && frame[ETH_HDR_LEN + 6] == 58;
}

static void frame_heard(void *arg, const struct capture_frame *frame)
{
	struct live *live = arg;
	struct link_packet packet;
	size_t off;

	if (live->packet_fd >= 0 && is_neighbour_frame(frame->bytes, frame->cap_len)) {
		neighbour_frame(live, frame);
		return;
	}
	if (!live->fn)
		return;
	if (!frame_ip_offset(live->linktype, frame->bytes, frame->cap_len, &off))
		return;
	packet.ts_ns = frame->ts_ns;
	packet.ip = frame->bytes + off;
	packet.cap_len = frame->cap_len - (uint32_t)off;
	packet.len = frame->len - (uint32_t)off;
	live->delivered++;
	live->stats.captured++;
	live->fn(live->fn_arg, &packet);
}

/* Waits for a frame until @until_ns: 1, 0 if there is none, or -errno. */
static int frame_wait(struct live *live, int64_t until_ns)
{
	struct pollfd pfd[2] = { { .fd = capture_fd(live->capture), .events = POLLIN },
				 { .fd = -1 } };
	int64_t left = until_ns - clock_now();
	struct timespec ts;
	bool early = false;
	sigset_t mask;
	int n;

	if (live->app && !app_client_is_idle(live->app)) {
		int64_t due = app_client_due_ns(live->app) - clock_now();

		pfd[1].fd = app_client_fd(live->app, &pfd[1].events);
		if (due < left) {
			left = due > 0 ? due : 0;
			early = true;
		}
	}
	if (left <= 0)
		return early;
	ts.tv_sec = left / 1000000000;
	ts.tv_nsec = left % 1000000000;
	sigprocmask(SIG_SETMASK, NULL, &mask);
	sigdelset(&mask, SIGINT);
	sigdelset(&mask, SIGTERM);
	sigdelset(&mask, SIGHUP);
	n = ppoll(pfd, 2, &ts, &mask);
	return n < 0 ? -errno : n || early;
}

/*
 * Answers of the application, and before them what was captured meanwhile: what
 * the target did for a call was there before the answer.  Returns 0 or -errno.
 */
static int app_turn(struct live *live)
{
	int n = 0;

	if (!live->app || app_client_is_idle(live->app))
		return 0;
	if (!app_client_turn(live->app, clock_now()))
		return 0;
	n = capture_dispatch(live->capture, DISPATCH_MAX, frame_heard, live);
	if (n >= 0)
		live->delivered += (int)app_client_deliver(live->app, live->link.on_reply,
							   live->link.reply_arg);
	return n < 0 ? n : 0;
}

static int op_poll(struct link *l, int64_t until_ns, link_packet_fn *fn, void *arg)
{
	struct live *live = live_of(l);
	int n, err = 0;

	live->fn = fn;
	live->fn_arg = arg;
	live->delivered = 0;
	do {
		n = capture_dispatch(live->capture, DISPATCH_MAX, frame_heard, live);
		if (n >= 0)
			err = app_turn(live);
		if (n < 0 || err || live->delivered)
			break;
		n = n == DISPATCH_MAX ? n : frame_wait(live, until_ns);
	} while (n > 0);
	live->fn = NULL;
	return n < 0 ? n : err ? err
			       : live->delivered;
}

/* ---- the other operations ---- */

static int64_t op_now(struct link *l)
{
	(void)l;
	return clock_now();
}

static int op_inject(struct link *l, const struct segment *s, const uint8_t *packet, size_t len)
{
	struct live *live = live_of(l);
	int i = len > 0 && packet[0] >> 4 == 6;
	const uint8_t *frame;
	size_t frame_len;
	int err;

	if (live->path.family[i].mode == LIVE_UNUSED)
		return -EAFNOSUPPORT;
	if (live->path.family[i].mode == LIVE_RAW) {
		err = inject_segment(live->inject[i], s, packet, len);
	} else {
		err = inject_build(live->inject[i], s, packet, len, &frame, &frame_len);
		if (!err)
			err = inject_packet_send(live->packet_fd, frame, frame_len);
	}
	if (!err)
		live->stats.injected++;
	return err;
}

static int op_claim(struct link *l, uint8_t family, uint16_t port)
{
	struct live *live = live_of(l);
	const struct live_family *f = &live->path.family[family == 6];

	if (f->mode == LIVE_UNUSED)
		return -EAFNOSUPPORT;
	if (f->mode == LIVE_LINK)
		return ports_take(&live->ports, family, port);
	return guard_take(live->guard, &f->tester, live->path.interface.index, port);
}

static void op_release(struct link *l, uint8_t family, uint16_t port)
{
	struct live *live = live_of(l);

	if (live->path.family[family == 6].mode == LIVE_LINK)
		ports_give(&live->ports, family, port);
	else if (live->guard)
		guard_give(live->guard, &live->path.family[family == 6].tester, port);
}

/* How far CLOCK_REALTIME is ahead of a clock that is never set. */
static int64_t clock_lead(void)
{
	struct timespec before, real, after;
	int64_t took;
	int tries = 5;

	/* Preempted in between, the two would seem to drift. */
	do {
		clock_gettime(CLOCK_MONOTONIC, &before);
		clock_gettime(CLOCK_REALTIME, &real);
		clock_gettime(CLOCK_MONOTONIC, &after);
		took = (after.tv_sec - before.tv_sec) * INT64_C(1000000000) + after.tv_nsec -
			before.tv_nsec;
	} while (took > CLOCK_STEP_NS / 4 && --tries);
	return (real.tv_sec - after.tv_sec) * INT64_C(1000000000) + real.tv_nsec - after.tv_nsec;
}

static void clock_watch(struct live *live)
{
	int64_t lead = clock_lead();

	if (live->clock_lead && llabs(lead - live->clock_lead) > CLOCK_STEP_NS)
		live->stats.clock_steps++;
	live->clock_lead = lead;
}

static int op_app(struct link *l, const struct app_request *req)
{
	struct live *live = live_of(l);

	return live->app ? app_client_ask(live->app, req, clock_now()) : -EOPNOTSUPP;
}

static void op_app_end(struct link *l, uint8_t family, uint16_t tester_port)
{
	if (live_of(l)->app)
		app_client_end(live_of(l)->app, family, tester_port);
}

void live_set_app(struct link *l, struct app_client *client)
{
	live_of(l)->app = client;
	l->upper_tester = true;
}

static void op_stats(struct link *l, struct link_stats *st)
{
	struct live *live = live_of(l);

	clock_watch(live);
	*st = live->stats;
	st->dropped = capture_dropped(live->capture);
}

static void op_close(struct link *l)
{
	struct live *live = live_of(l);

	if (live->offloads_were)
		offload_set(live->path.interface.name, live->offloads_were, 1);
	app_client_close(live->app);
	capture_close(live->capture);
	inject_close(live->inject[0]);
	if (live->inject[1] != live->inject[0])
		inject_close(live->inject[1]);
	if (live->packet_fd >= 0)
		close(live->packet_fd);
	guard_free(live->guard);
	free(live);
}

static const struct link_ops live_ops = {
	.now_ns = op_now,
	.inject = op_inject,
	.poll = op_poll,
	.claim = op_claim,
	.release = op_release,
	.app = op_app,
	.app_end = op_app_end,
	.stats = op_stats,
	.close = op_close,
};

/* ---- opening: who the next hops are ---- */

static void neighbours_ask(struct live *live, bool probe)
{
	uint8_t frame[NEIGH_FRAME_MAX];
	size_t len;

	for (int i = 0; i < 2; i++) {
		const struct neighbour_family *f = &live->neighbours.family[i];

		if (!f->own.family || f->known)
			continue;
		if (probe) {
			len = neighbour_probe(&live->neighbours, i, frame);
			inject_packet_send(live->packet_fd, frame, len);
		}
		len = neighbour_ask(&live->neighbours, i, frame);
		inject_packet_send(live->packet_fd, frame, len);
	}
}

static int address_in_use(const struct neighbour_family *f, struct diags *ds)
{
	const uint8_t *m = f->taken_mac;
	char text[IP_ADDR_STRLEN];

	diag_add(ds, DIAG_ERROR, NULL, "%s is in use by %02x:%02x:%02x:%02x:%02x:%02x",
		 ip_addr_str(&f->own, text, sizeof(text)), m[0], m[1], m[2], m[3], m[4], m[5]);
	diag_add_help(ds, "give --source an address that nobody uses");
	return -EADDRINUSE;
}

static int no_answer(const struct live *live, const struct neighbour_family *f, struct diags *ds)
{
	char text[IP_ADDR_STRLEN];

	diag_add(ds, DIAG_ERROR, NULL, "no answer to %s for %s on %s",
		 f->own.family == 4 ? "ARP" : "neighbour solicitations",
		 ip_addr_str(&f->next_hop, text, sizeof(text)), live->link.name);
	diag_add_help(ds, "is it up, and on this link? a switch or access point that lets only "
			  "known MACs pass needs --source with an address of this host");
	return -EHOSTUNREACH;
}

static int neighbours_check(const struct live *live, struct diags *ds)
{
	for (int i = 0; i < 2; i++) {
		const struct neighbour_family *f = &live->neighbours.family[i];

		/* Who has our address does not answer a question from it. */
		if (f->taken)
			return address_in_use(f, ds);
		if (f->own.family && !f->known)
			return no_answer(live, f, ds);
	}
	return 0;
}

/*
 * Asks for the next hops until they answer, more and more patiently, and at the
 * start also whether somebody has our own addresses: who is on the link answers
 * that as fast as the next hop does.
 */
static int neighbours_resolve(struct live *live, struct diags *ds)
{
	int64_t end = clock_now() + RESOLVE_NS, pause = RESOLVE_FIRST_NS;
	bool probe = true;

	while (neighbour_waiting(&live->neighbours) && clock_now() < end) {
		int64_t until = clock_now() + pause;
		int n = 0;

		neighbours_ask(live, probe);
		while (n >= 0 && neighbour_waiting(&live->neighbours) && clock_now() < until) {
			n = capture_dispatch(live->capture, DISPATCH_MAX, frame_heard, live);
			if (n == 0)
				n = frame_wait(live, until);
		}
		if (n < 0) {
			diag_add(ds, DIAG_ERROR, NULL, "interrupted on %s: %s", live->link.name,
				 strerror(-n));
			return n;
		}
		probe = false;
		pause = pause < RESOLVE_PAUSE_MAX_NS ? 2 * pause : pause;
	}
	return neighbours_check(live, ds);
}

/* ---- opening: the parts ---- */

/* TCP between tester and target (all of it, fragments too), and neighbours. */
static void filter_write(const struct live *live, struct buf *out)
{
	char tester[IP_ADDR_STRLEN], target[IP_ADDR_STRLEN];
	const char * or = "";

	for (int i = 0; i < 2; i++) {
		const struct live_family *f = &live->path.family[i];

		if (f->mode == LIVE_UNUSED)
			continue;
		/* IPv6 TCP may stand behind extension headers. */
		buf_printf(out, "%s(%s and host %s and host %s", or,
			   i ? "ip6 and not ip6 proto 58" : "ip proto 6",
			   ip_addr_str(&f->tester, tester, sizeof(tester)),
			   ip_addr_str(&f->target, target, sizeof(target)));
		/* What an upper tester on the target's address is asked is no test. */
		if (live->path.control_port)
			buf_printf(out, " and not tcp port %u", live->path.control_port);
		buf_adds(out, ")");
		or = " or ";
	}
	if (live_has(live, LIVE_LINK))
		buf_adds(out, " or arp or (ip6 proto 58 and ip6[40] >= 135 and ip6[40] <= 136)");
}

static void privilege_help(struct diags *ds)
{
	char program[256] = "PROGRAM";
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (n > 0)
		program[n] = '\0';
	diag_add_help(ds, "run as root, or: sudo setcap cap_net_raw,cap_net_admin+ep %s, "
			  "or run without --target to use the built-in lab",
		      program);
}

static int capture_start(struct live *live, struct diags *ds)
{
	struct buf filter = BUF_INIT;
	struct capture_config cfg = {
		.interface = live->path.interface.name,
		.promiscuous = live_has(live, LIVE_LINK),
		.snap_len = live->path.interface.mtu + ETH_HDR_LEN + 4, /* a VLAN tag */
	};
	int err;

	filter_write(live, &filter);
	cfg.filter = buf_str(&filter);
	err = capture_open_live(&cfg, &live->capture, ds);
	if (err == -EPERM)
		privilege_help(ds);
	if (!err)
		live->linktype = capture_linktype(live->capture);
	buf_fini(&filter);
	return err;
}

static int inject_failed(const char *what, int err, struct diags *ds)
{
	diag_add(ds, DIAG_ERROR, NULL, "cannot inject %s: %s", what, strerror(-err));
	if (err == -EPERM || err == -EACCES)
		privilege_help(ds);
	return err;
}

static int inject_start_link(struct live *live, struct diags *ds)
{
	struct inject *in;
	int err = inject_open(INJECT_LINK, live->path.interface.name, &in);

	if (err)
		return inject_failed("frames", err, ds);
	for (int i = 0; i < 2; i++)
		if (live->path.family[i].mode == LIVE_LINK)
			live->inject[i] = in;
	live->packet_fd = inject_packet_open(live->path.interface.index);
	if (live->packet_fd < 0) {
		err = live->packet_fd;
		return inject_failed("frames", err, ds);
	}
	return 0;
}

static int inject_start(struct live *live, struct diags *ds)
{
	const struct route_interface *interface = &live->path.interface;
	/* The loopback is where the host's own addresses are reached, but for
	 * IPv6 they are routed to the interfaces they stand on. */
	const char *bound = interface->loopback ? NULL : interface->name;
	int err;

	for (int i = 0; i < 2; i++) {
		if (live->path.family[i].mode != LIVE_RAW)
			continue;
		err = inject_open(i ? INJECT_RAW6 : INJECT_RAW4, bound, &live->inject[i]);
		if (err)
			return inject_failed(i ? "IPv6 packets" : "IPv4 packets", err, ds);
	}
	if (live_has(live, LIVE_RAW))
		live->guard = guard_new(live->path.guard);
	return live_has(live, LIVE_LINK) ? inject_start_link(live, ds) : 0;
}

static int neighbours_start(struct live *live, struct diags *ds)
{
	int err;

	memcpy(live->neighbours.mac, live->path.mac, ETH_ADDR_LEN);
	for (int i = 0; i < 2; i++) {
		const struct live_family *f = &live->path.family[i];

		if (f->mode != LIVE_LINK)
			continue;
		live->neighbours.family[i].own = f->tester;
		live->neighbours.family[i].next_hop = f->next_hop;
	}
	err = neighbours_resolve(live, ds);
	for (int i = 0; i < 2 && !err; i++)
		if (live->path.family[i].mode == LIVE_LINK)
			inject_set_ethernet(live->inject[i], i ? 6 : 4,
					    live->neighbours.family[i].next_hop_mac,
					    live->path.mac);
	return err;
}

/*
 * What merges or falsifies segments at our end.  The loopback's partial
 * checksums cannot be turned off, and need not: see link.partial_ok.
 */
static void offloads_start(struct live *live, struct diags *ds)
{
	const char *name = live->path.interface.name;
	unsigned int wrong = OFFLOAD_GRO | OFFLOAD_LRO;
	struct buf names = BUF_INIT;
	int on = offload_read(name);

	if (live->path.interface.loopback)
		wrong = OFFLOAD_TSO | OFFLOAD_GSO;
	if (on <= 0 || !((unsigned int)on & wrong))
		return;
	wrong &= (unsigned int)on;
	if (live->path.set_offloads) {
		on = offload_set(name, wrong, 0);
		live->offloads_were = wrong;
		wrong = on < 0 ? wrong : wrong & (unsigned int)on;
	}
	offload_describe(wrong, &names);
	if (wrong) {
		diag_add(ds, DIAG_NOTE, NULL,
			 "%s merges segments before they are captured (%s is on)",
			 name, buf_str(&names));
		diag_add_help(ds, "ethtool -K %s gro off lro off tso off gso off", name);
	}
	buf_fini(&names);
}

static void addresses_set(struct live *live)
{
	struct link *l = &live->link;

	l->tester4 = live->path.family[0].tester;
	l->target4 = live->path.family[0].target;
	l->tester6 = live->path.family[1].tester;
	l->target6 = live->path.family[1].target;
	l->name = live->path.interface.name;
	l->mtu = live->path.interface.mtu;
	l->partial_ok = live->path.interface.loopback;
	l->lossless = live->path.lossless;
	l->in_order = live->path.lossless;
}

static uint32_t random_start(void)
{
	uint32_t start = 0;

	/* Not twice the same: the target may remember earlier connections. */
	if (getrandom(&start, sizeof(start), GRND_NONBLOCK) < 0)
		start = (uint32_t)clock_now();
	return start;
}

int live_open_path(const struct live_path *path, struct link **out, struct diags *ds)
{
	struct live *live = calloc(1, sizeof(*live));
	int err;

	if (!live)
		log_panic("out of memory");
	live->link.ops = &live_ops;
	live->packet_fd = -1;
	live->path = *path;
	addresses_set(live);
	ports_init(&live->ports, random_start());
	/* Timers of 50 us slack would show in every timed segment. */
	prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
	offloads_start(live, ds);
	err = capture_start(live, ds);
	if (!err)
		err = inject_start(live, ds);
	if (!err && live_has(live, LIVE_LINK))
		err = neighbours_start(live, ds);
	if (err) {
		op_close(&live->link);
		return err;
	}
	*out = &live->link;
	return 0;
}

int live_open(const struct live_config *cfg, struct link **out, struct diags *ds)
{
	struct live_path path;
	int err = live_path_find(cfg, &path, ds);

	return err ? err : live_open_path(&path, out, ds);
}
