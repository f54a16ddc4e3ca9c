/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The link in virtual time: one heap of pending packets ordered by time and
 * then by age, and a clock that is set to the time of whatever comes next.
 */
#include "link/vlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "link/ports.h"

#define POLL_MAX 128 /* packets one poll() delivers at most */
#define START_NS 1000000000LL

/* The bytes of a packet; an injection is pending twice with the same bytes. */
struct packet {
	unsigned int refs;
	uint32_t len;
	uint8_t bytes[];
};

enum event_kind {
	EVENT_CAPTURE,
	EVENT_ARRIVE,
	EVENT_ASK,
	EVENT_ASK_END,
	EVENT_REPLY
};

struct event {
	int64_t at_ns;
	uint64_t order; /* age: makes ties deterministic */
	enum event_kind kind;
	struct packet *packet;
};

struct vlink {
	struct link link; /* first: see link.h */
	struct vlink_peer peer;
	int64_t now_ns, latency_ns;
	uint64_t next_order;
	struct event *heap; /* binary heap, earliest first */
	size_t n_heap, cap_heap;
	struct link_stats stats;
	struct ports ports;
};

struct vlink *vlink_of(struct link *l)
{
	return (struct vlink *)l;
}

int64_t vlink_now(const struct vlink *v)
{
	return v->now_ns;
}

void vlink_add_dropped(struct vlink *v, uint64_t n)
{
	v->stats.dropped += n;
}

/* ---- packets and the heap ---- */

/* A struct, and behind it the data that it points to. */
static struct packet *packet_of(const void *head, size_t size, const void *data, size_t len)
{
	struct packet *p = malloc(sizeof(*p) + size + len);

	if (!p)
		log_panic("out of memory");
	p->refs = 0;
	p->len = (uint32_t)(size + len);
	if (size)
		memcpy(p->bytes, head, size);
	if (len)
		memcpy(p->bytes + size, data, len);
	return p;
}

static struct packet *packet_new(const void *bytes, size_t len)
{
	return packet_of(bytes, len, NULL, 0);
}

static void packet_put(struct packet *p)
{
	if (--p->refs == 0)
		free(p);
}

static bool event_before(const struct event *a, const struct event *b)
{
	if (a->at_ns != b->at_ns)
		return a->at_ns < b->at_ns;
	return a->order < b->order;
}

static void heap_grow(struct vlink *v)
{
	v->cap_heap = v->cap_heap ? 2 * v->cap_heap : 64;
	v->heap = realloc(v->heap, v->cap_heap * sizeof(*v->heap));
	if (!v->heap)
		log_panic("out of memory");
}

static void event_add(struct vlink *v, int64_t at_ns, enum event_kind kind, struct packet *p)
{
	struct event e = { at_ns, v->next_order++, kind, p };
	size_t i = v->n_heap, up;

	if (v->n_heap == v->cap_heap)
		heap_grow(v);
	v->n_heap++;
	for (; i > 0; i = up) {
		up = (i - 1) / 2;
		if (!event_before(&e, &v->heap[up]))
			break;
		v->heap[i] = v->heap[up];
	}
	v->heap[i] = e;
	p->refs++;
}

static struct event event_take(struct vlink *v)
{
	struct event first = v->heap[0], last = v->heap[--v->n_heap];
	size_t i = 0, down;

	while ((down = 2 * i + 1) < v->n_heap) {
		if (down + 1 < v->n_heap && event_before(&v->heap[down + 1], &v->heap[down]))
			down++;
		if (!event_before(&v->heap[down], &last))
			break;
		v->heap[i] = v->heap[down];
		i = down;
	}
	v->heap[i] = last;
	return first;
}

/* Adding to a time must not wrap round: "very late" is late enough. */
static int64_t time_add(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? VLINK_NEVER - 1 : sum;
}

void vlink_send(struct vlink *v, int64_t delay_ns, const void *packet, size_t len)
{
	int64_t leaves = time_add(v->now_ns, delay_ns > 0 ? delay_ns : 0);

	event_add(v, time_add(leaves, v->latency_ns), EVENT_CAPTURE, packet_new(packet, len));
}

void vlink_reply(struct vlink *v, int64_t delay_ns, const struct app_reply *reply)
{
	int64_t leaves = time_add(v->now_ns, delay_ns > 0 ? delay_ns : 0);

	event_add(v, time_add(leaves, v->latency_ns), EVENT_REPLY,
		  packet_of(reply, sizeof(*reply), reply->data, reply->data_len));
}

/* ---- the operations ---- */

static int64_t op_now(struct link *l)
{
	return vlink_of(l)->now_ns;
}

static int op_inject(struct link *l, const struct segment *s, const uint8_t *packet, size_t len)
{
	struct vlink *v = vlink_of(l);
	struct packet *p;

	(void)s;
	if (len > UINT32_MAX)
		return -EMSGSIZE;
	p = packet_new(packet, len);
	event_add(v, v->now_ns, EVENT_CAPTURE, p);
	event_add(v, time_add(v->now_ns, v->latency_ns), EVENT_ARRIVE, p);
	v->stats.injected++;
	return 0;
}

static int64_t peer_next(const struct vlink *v)
{
	if (!v->peer.next_timer || !v->peer.timer)
		return VLINK_NEVER;
	return v->peer.next_timer(v->peer.arg);
}

static void clock_set(struct vlink *v, int64_t at_ns)
{
	if (at_ns > v->now_ns)
		v->now_ns = at_ns;
}

static void packet_deliver(struct vlink *v, const struct packet *p, link_packet_fn *fn, void *arg)
{
	struct link_packet lp = {
		.ts_ns = v->now_ns,
		.ip = p->bytes,
		.cap_len = p->len,
		.len = p->len,
	};

	v->stats.captured++;
	fn(arg, &lp);
}

static void reply_deliver(struct vlink *v, const struct packet *p)
{
	struct app_reply reply;

	memcpy(&reply, p->bytes, sizeof(reply));
	reply.ts_ns = v->now_ns;
	reply.data = p->bytes + sizeof(reply);
	if (v->link.on_reply)
		v->link.on_reply(v->link.reply_arg, &reply);
}

static void ask_deliver(struct vlink *v, enum event_kind kind, const struct packet *p)
{
	struct app_request req;

	memcpy(&req, p->bytes, sizeof(req));
	req.data = p->bytes + sizeof(req);
	if (kind == EVENT_ASK)
		v->peer.app(v->peer.arg, v, v->now_ns, &req);
	else
		v->peer.app_end(v->peer.arg, v, v->now_ns, req.family, req.tester_port);
}

/* Lets the earliest event of the heap happen; true if it was seen by the tester. */
static bool event_happen(struct vlink *v, link_packet_fn *fn, void *arg)
{
	struct event e = event_take(v);

	clock_set(v, e.at_ns);
	if (e.kind == EVENT_CAPTURE)
		packet_deliver(v, e.packet, fn, arg);
	else if (e.kind == EVENT_REPLY)
		reply_deliver(v, e.packet);
	else if (e.kind == EVENT_ASK || e.kind == EVENT_ASK_END)
		ask_deliver(v, e.kind, e.packet);
	else if (v->peer.receive)
		v->peer.receive(v->peer.arg, v, v->now_ns, e.packet->bytes, e.packet->len);
	packet_put(e.packet);
	return e.kind == EVENT_CAPTURE || e.kind == EVENT_REPLY;
}

static int op_poll(struct link *l, int64_t until_ns, link_packet_fn *fn, void *arg)
{
	struct vlink *v = vlink_of(l);
	int n = 0;

	while (n < POLL_MAX) {
		int64_t timer = peer_next(v);
		int64_t event = v->n_heap ? v->heap[0].at_ns : VLINK_NEVER;
		int64_t next = event <= timer ? event : timer;

		/* What is due now belongs to this call; later things only if
		 * there was nothing yet. */
		if (next > v->now_ns && (n > 0 || next > until_ns))
			break;
		if (next == VLINK_NEVER)
			return -EDEADLK;
		if (event <= timer) {
			n += event_happen(v, fn, arg);
		} else {
			clock_set(v, timer);
			v->peer.timer(v->peer.arg, v, v->now_ns);
		}
	}
	if (n == 0)
		clock_set(v, until_ns);
	return n;
}

static int op_claim(struct link *l, uint8_t family, uint16_t port)
{
	return ports_take(&vlink_of(l)->ports, family, port);
}

static void op_release(struct link *l, uint8_t family, uint16_t port)
{
	ports_give(&vlink_of(l)->ports, family, port);
}

static int op_app(struct link *l, const struct app_request *req)
{
	struct vlink *v = vlink_of(l);

	if (!v->peer.app)
		return -EOPNOTSUPP;
	/* Not before what was sent before it. */
	event_add(v, time_add(v->now_ns, v->latency_ns), EVENT_ASK,
		  packet_of(req, sizeof(*req), req->data, req->data ? req->data_len : 0));
	return 0;
}

static void op_app_end(struct link *l, uint8_t family, uint16_t tester_port)
{
	const struct app_request req = { .family = family, .tester_port = tester_port };
	struct vlink *v = vlink_of(l);

	if (v->peer.app_end)
		event_add(v, time_add(v->now_ns, v->latency_ns), EVENT_ASK_END,
			  packet_of(&req, sizeof(req), NULL, 0));
}

static void op_stats(struct link *l, struct link_stats *st)
{
	*st = vlink_of(l)->stats;
}

static void op_close(struct link *l)
{
	struct vlink *v = vlink_of(l);

	while (v->n_heap)
		packet_put(event_take(v).packet);
	free(v->heap);
	free(v);
}

static const struct link_ops vlink_ops = {
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

/* ---- opening ---- */

/* The addresses of the built-in lab (RFC 5737, RFC 3849: documentation). */
static void addresses_default(struct link *l)
{
	static const struct ip_addr addr[] = {
		{ 4, { 192, 0, 2, 2 } },
		{ 4, { 192, 0, 2, 1 } },
		{ 6, { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 } },
		{ 6, { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } },
	};

	l->tester4 = addr[0];
	l->target4 = addr[1];
	l->tester6 = addr[2];
	l->target6 = addr[3];
}

static void addresses_set(struct link *l, const struct vlink_config *cfg)
{
	if (!cfg->tester4.family && !cfg->target4.family && !cfg->tester6.family &&
	    !cfg->target6.family) {
		addresses_default(l);
		return;
	}
	l->tester4 = cfg->tester4;
	l->target4 = cfg->target4;
	l->tester6 = cfg->tester6;
	l->target6 = cfg->target6;
}

struct link *vlink_open(const struct vlink_config *cfg, const struct vlink_peer *peer)
{
	static const struct vlink_config none;
	struct vlink *v = calloc(1, sizeof(*v));

	if (!v)
		log_panic("out of memory");
	if (!cfg)
		cfg = &none;
	if (peer)
		v->peer = *peer;
	v->link.ops = &vlink_ops;
	v->link.name = "virtual";
	v->link.mtu = cfg->mtu ? cfg->mtu : 1500;
	v->link.lossless = true;
	v->link.upper_tester = v->peer.app != NULL;
	addresses_set(&v->link, cfg);
	v->now_ns = cfg->start_ns ? cfg->start_ns : START_NS;
	v->latency_ns = cfg->latency_ns ? cfg->latency_ns : VLINK_LATENCY_NS;
	if (v->latency_ns < 0)
		v->latency_ns = 0;
	ports_init(&v->ports, 0);
	return &v->link;
}
