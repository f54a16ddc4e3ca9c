/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The link in virtual time: order and times of what is captured, the peer's
 * timers, the clock, and the ports.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include "link/vlink.h"

#define START 1000000000LL
#define LATENCY VLINK_LATENCY_NS

struct seen {
	struct {
		int64_t ts_ns;
		uint8_t first;
		uint32_t len;
	} packet[2000];
	int n;
};

static void see(void *arg, const struct link_packet *p)
{
	struct seen *seen = arg;

	seen->packet[seen->n].ts_ns = p->ts_ns;
	seen->packet[seen->n].first = p->ip[0];
	seen->packet[seen->n++].len = p->cap_len;
}

static int inject(struct link *l, uint8_t byte)
{
	return l->ops->inject(l, NULL, &byte, 1);
}

/* Answers each packet at once with its byte + 100. */
static void answer(void *arg, struct vlink *v, int64_t now_ns,
		   const uint8_t *packet, size_t len)
{
	uint8_t reply = packet[0] + 100;

	(void)now_ns;
	(void)len;
	if (arg)
		++*(int *)arg;
	vlink_send(v, 0, &reply, 1);
}

Test(vlink, own_packet_first_then_the_answer_two_latencies_later)
{
	struct vlink_peer peer = { .receive = answer };
	struct link *l = vlink_open(NULL, &peer);
	struct seen seen = { .n = 0 };
	struct link_stats st;

	cr_assert(eq(i64, l->ops->now_ns(l), START));
	cr_assert(eq(int, inject(l, 1), 0));
	cr_assert(eq(int, l->ops->poll(l, START, see, &seen), 1));
	cr_assert(eq(i64, seen.packet[0].ts_ns, START));
	cr_assert(eq(int, seen.packet[0].first, 1));
	cr_assert(eq(int, l->ops->poll(l, VLINK_NEVER, see, &seen), 1));
	cr_assert(eq(i64, seen.packet[1].ts_ns, START + 2 * LATENCY));
	cr_assert(eq(int, seen.packet[1].first, 101));
	cr_assert(eq(i64, l->ops->now_ns(l), START + 2 * LATENCY));
	l->ops->stats(l, &st);
	cr_assert(eq(u64, st.captured, 2));
	cr_assert(eq(u64, st.injected, 1));
	cr_assert(eq(u64, st.dropped, 0));
	l->ops->close(l);
}

Test(vlink, poll_stops_at_its_deadline_and_sets_the_clock)
{
	struct link *l = vlink_open(NULL, NULL);
	struct seen seen = { .n = 0 };

	vlink_send(vlink_of(l), 5000000, "x", 1);
	cr_assert(eq(int, l->ops->poll(l, START + 1000, see, &seen), 0));
	cr_assert(eq(i64, l->ops->now_ns(l), START + 1000));
	cr_assert(eq(int, l->ops->poll(l, START, see, &seen), 0));
	cr_assert(eq(i64, l->ops->now_ns(l), START + 1000), "never back");
	cr_assert(eq(int, l->ops->poll(l, START + 9000000, see, &seen), 1));
	cr_assert(eq(i64, l->ops->now_ns(l), START + 5000000 + LATENCY));
	cr_assert(eq(int, l->ops->poll(l, VLINK_NEVER, see, &seen), -EDEADLK));
	l->ops->close(l);
}

Test(vlink, order_is_by_time_and_then_by_age)
{
	static const int64_t delay[] = { 300, 100, 200, 100, 300, 0, 100 };
	static const char expected[] = "fbdgcae";
	struct vlink_config cfg = { .latency_ns = -1, .start_ns = 50 };
	struct link *l = vlink_open(&cfg, NULL);
	struct seen seen = { .n = 0 };

	for (int i = 0; i < 7; i++)
		vlink_send(vlink_of(l), delay[i], &"abcdefg"[i], 1);
	while (l->ops->poll(l, 350, see, &seen) > 0)
		;
	cr_assert(eq(int, seen.n, 7));
	for (int i = 0; i < 7; i++)
		cr_assert(eq(int, seen.packet[i].first, expected[i]), "at %d", i);
	l->ops->close(l);
}

Test(vlink, many_events_come_out_sorted_and_poll_is_bounded)
{
	struct link *l = vlink_open(NULL, NULL);
	struct seen seen = { .n = 0 };
	uint32_t x = 12345;

	for (int i = 0; i < 1000; i++) {
		x = x * 1103515245 + 12345;
		vlink_send(vlink_of(l), x >> 16 & 0xfff, &x, 4);
	}
	for (int i = 0; i < 500; i++)
		inject(l, 1);
	cr_assert(lt(int, l->ops->poll(l, START, see, &seen), 500));
	while (l->ops->poll(l, START + 1000000, see, &seen) > 0)
		;
	cr_assert(eq(int, seen.n, 1500));
	for (int i = 1; i < 1500; i++)
		cr_assert(ge(i64, seen.packet[i].ts_ns, seen.packet[i - 1].ts_ns));
	l->ops->close(l);
}

struct ticker {
	int64_t next_ns;
	int ticks;
};

static int64_t ticker_next(void *arg)
{
	return ((struct ticker *)arg)->next_ns;
}

static void ticker_fire(void *arg, struct vlink *v, int64_t now_ns)
{
	struct ticker *t = arg;

	cr_assert(eq(i64, now_ns, t->next_ns));
	t->next_ns = ++t->ticks == 3 ? VLINK_NEVER : now_ns + 1000000000;
	vlink_send(v, 0, "t", 1);
}

Test(vlink, timers_of_the_peer_move_the_clock)
{
	struct ticker t = { .next_ns = START + 1000000000 };
	struct vlink_peer peer = {
		.next_timer = ticker_next,
		.timer = ticker_fire,
		.arg = &t,
	};
	struct link *l = vlink_open(NULL, &peer);
	struct seen seen = { .n = 0 };

	for (int i = 1; i <= 3; i++) {
		cr_assert(eq(int, l->ops->poll(l, VLINK_NEVER, see, &seen), 1));
		cr_assert(eq(i64, seen.packet[i - 1].ts_ns,
			     START + i * 1000000000LL + LATENCY));
	}
	cr_assert(eq(int, l->ops->poll(l, VLINK_NEVER, see, &seen), -EDEADLK));
	l->ops->close(l);
}

static void see_and_inject(void *arg, const struct link_packet *p)
{
	struct {
		struct link *l;
		struct seen seen;
	} *both = arg;

	see(&both->seen, p);
	if (both->seen.n < 5)
		inject(both->l, both->seen.n);
}

Test(vlink, injecting_from_the_capture_callback)
{
	struct {
		struct link *l;
		struct seen seen;
	} both = {
		.l = vlink_open(NULL, NULL),
	};

	inject(both.l, 0);
	while (both.l->ops->poll(both.l, START, see_and_inject, &both) > 0)
		;
	cr_assert(eq(int, both.seen.n, 5));
	both.l->ops->close(both.l);
}

Test(vlink, ports)
{
	struct link *l = vlink_open(NULL, NULL);
	int a = l->ops->claim(l, 4, 0), b = l->ops->claim(l, 4, 0);

	cr_assert(gt(int, a, 0));
	cr_assert(ne(int, a, b));
	cr_assert(eq(int, l->ops->claim(l, 4, a), -EADDRINUSE));
	cr_assert(eq(int, l->ops->claim(l, 6, a), a), "families are apart");
	l->ops->release(l, 4, a);
	cr_assert(eq(int, l->ops->claim(l, 4, a), a));
	l->ops->close(l);
}

Test(vlink, close_with_events_pending)
{
	struct link *l = vlink_open(NULL, NULL);

	inject(l, 1);
	vlink_send(vlink_of(l), 1, "y", 1);
	l->ops->close(l); /* the sanitizer job says if something leaks */
}
