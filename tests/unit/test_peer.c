/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference peer against hand-made segments.  The suite is judged by it, so
 * it is judged here without the suite: number by number, state by state.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "../peer/peer.h"
#include "link/vlink.h"
#include "wire/segment.h"

#define ISS 0xfffffff0u /* the tester's; data crosses the wrap */
#define SECOND 1000000000LL
#define MS 1000000LL

/* One tester's end, and all that came back. */
struct end {
	struct link *l;
	struct peer *peer;
	uint8_t family;
	uint16_t port;
	uint16_t lport;
	struct segment got[64];
	uint8_t data[64][1500];
	int64_t at_ns[64];
	int n, next;
	uint32_t irs;
};

static void see(void *arg, const struct link_packet *packet)
{
	struct end *e = arg;
	struct segment *s = &e->got[e->n];

	segment_decode(s, packet->ip, packet->cap_len, packet->len);
	if (ip_addr_eq(&s->src, &e->l->tester4) || ip_addr_eq(&s->src, &e->l->tester6))
		return;
	cr_assert(eq(u32, s->defects, 0));
	cr_assert(lt(int, e->n, 63));
	if (s->data_len)
		memcpy(e->data[e->n], s->data, s->data_len);
	s->data = e->data[e->n];
	e->at_ns[e->n++] = packet->ts_ns;
}

static struct end *end_open(const struct peer_config *cfg, uint16_t port)
{
	struct end *e = calloc(1, sizeof(*e));
	struct vlink_peer callbacks;

	cr_assert_not_null(e);
	e->peer = peer_new(cfg);
	callbacks = peer_callbacks(e->peer);
	e->l = vlink_open(NULL, &callbacks);
	e->family = 4;
	e->port = port;
	e->lport = 50000;
	return e;
}

static void end_close(struct end *e)
{
	e->l->ops->close(e->l);
	peer_free(e->peer);
	free(e);
}

static int64_t now(struct end *e)
{
	return e->l->ops->now_ns(e->l);
}

static void pass(struct end *e, int64_t ns)
{
	int64_t until = now(e) + ns;

	while (now(e) < until)
		e->l->ops->poll(e->l, until, see, e);
}

static struct segment blank(struct end *e, uint16_t flags, uint32_t seq, uint32_t ack)
{
	struct segment s;

	memset(&s, 0, sizeof(s));
	s.src = e->family == 6 ? e->l->tester6 : e->l->tester4;
	s.dst = e->family == 6 ? e->l->target6 : e->l->target4;
	s.sport = e->lport;
	s.dport = e->port;
	s.flags = flags;
	s.seq = seq;
	s.ack = ack;
	s.window = 65535;
	return s;
}

static void inject(struct end *e, const struct segment *s)
{
	uint8_t packet[2048];
	size_t len = segment_encode(s, packet, sizeof(packet));

	cr_assert(gt(sz, len, 0));
	e->l->ops->inject(e->l, s, packet, len);
}

static void put(struct end *e, uint16_t flags, uint32_t seq, uint32_t ack, const char *data)
{
	struct segment s = blank(e, flags, seq, ack);

	s.data = (const uint8_t *)data;
	s.data_len = (uint32_t)strlen(data);
	inject(e, &s);
	pass(e, 5 * MS);
}

/* The next segment that came; fails if there is none. */
static struct segment *take(struct end *e)
{
	cr_assert(lt(int, e->next, e->n), "no segment came");
	return &e->got[e->next++];
}

static void expect(struct end *e, uint16_t flags, uint32_t seq, uint32_t ack, const char *data)
{
	struct segment *s = take(e);
	char text[TCP_FLAGS_STRLEN];

	cr_assert(eq(u16, s->flags & (uint16_t)~TCP_PSH, flags), "%s",
		  tcp_flags_str(s->flags, text, sizeof(text)));
	cr_assert(eq(u32, s->seq, seq));
	cr_assert(eq(u32, s->ack, ack));
	cr_assert(eq(u32, s->data_len, (uint32_t)strlen(data)));
	cr_assert_arr_eq(s->data, data, s->data_len);
}

static void expect_silence(struct end *e)
{
	cr_assert(eq(int, e->next, e->n), "a segment came");
}

static void handshake(struct end *e)
{
	struct segment *s;

	put(e, TCP_SYN, ISS, 0, "");
	s = take(e);
	cr_assert(eq(u16, s->flags, TCP_SYN | TCP_ACK));
	cr_assert(eq(u32, s->ack, ISS + 1));
	e->irs = s->seq;
	put(e, TCP_ACK, ISS + 1, e->irs + 1, "");
}

/* After it, the connection is there or gone: an old ACK tells. */
static void expect_gone(struct end *e)
{
	put(e, TCP_ACK, ISS + 7, 0x11111111, "");
	expect(e, TCP_RST, 0x11111111, 0, "");
}

Test(peer, echo_and_close_by_the_tester)
{
	struct end *e = end_open(NULL, 7);

	handshake(e);
	put(e, TCP_ACK | TCP_PSH, ISS + 1, e->irs + 1, "twenty octets of data");
	expect(e, TCP_ACK, e->irs + 1, ISS + 22, "");
	expect(e, TCP_ACK, e->irs + 1, ISS + 22, "twenty octets of data");
	put(e, TCP_FIN | TCP_ACK, ISS + 22, e->irs + 22, "");
	expect(e, TCP_ACK, e->irs + 22, ISS + 23, "");
	expect(e, TCP_FIN | TCP_ACK, e->irs + 22, ISS + 23, "");
	cr_assert(eq(sz, peer_n_conns(e->peer), 1));
	put(e, TCP_ACK, ISS + 23, e->irs + 23, "");
	expect_silence(e);
	cr_assert(eq(sz, peer_n_conns(e->peer), 0));
	expect_gone(e);
	end_close(e);
}

Test(peer, ipv6)
{
	struct end *e = end_open(NULL, 9);

	e->family = 6;
	handshake(e);
	cr_assert(eq(int, e->got[0].src.family, 6));
	cr_assert(eq(u16, segment_opt(&e->got[0], TCP_OPT_MSS)->mss, 1440));
	put(e, TCP_ACK, ISS + 1, e->irs + 1, "x");
	expect(e, TCP_ACK, e->irs + 1, ISS + 2, "");
	end_close(e);
}

Test(peer, delayed_ack_rides_on_data_and_fin)
{
	struct peer_config cfg = { .ack_delay_ns = 200 * MS };
	struct end *e = end_open(&cfg, 7);

	handshake(e);
	put(e, TCP_ACK | TCP_FIN, ISS + 1, e->irs + 1, "ab");
	expect(e, TCP_ACK, e->irs + 1, ISS + 4, "ab");
	expect(e, TCP_FIN | TCP_ACK, e->irs + 3, ISS + 4, "");
	expect_silence(e);
	end_close(e);
}

Test(peer, daytime_closes_first_and_reads_on)
{
	struct end *e = end_open(NULL, 13);
	uint32_t fin;

	handshake(e);
	fin = e->irs + 1 + take(e)->data_len;
	expect(e, TCP_FIN | TCP_ACK, fin, ISS + 1, "");
	put(e, TCP_ACK, ISS + 1, fin + 1, "");
	expect_silence(e);
	put(e, TCP_ACK, ISS + 1, fin + 1, "half");
	expect(e, TCP_ACK, fin + 1, ISS + 5, "");
	put(e, TCP_FIN | TCP_ACK, ISS + 5, fin + 1, "");
	expect(e, TCP_ACK, fin + 1, ISS + 6, "");
	put(e, TCP_FIN | TCP_ACK, ISS + 5, fin + 1, "");
	expect(e, TCP_ACK, fin + 1, ISS + 6, "");
	pass(e, 59 * SECOND);
	cr_assert(eq(sz, peer_n_conns(e->peer), 1), "TIME-WAIT lasts 2 MSL");
	pass(e, 2 * SECOND);
	cr_assert(eq(sz, peer_n_conns(e->peer), 0));
	expect_gone(e);
	end_close(e);
}

Test(peer, time_wait_starts_over_with_a_fin)
{
	struct peer_config cfg = { .fin_with_data = true, .msl_ns = SECOND };
	struct end *e = end_open(&cfg, 13);
	uint32_t fin;

	handshake(e);
	fin = e->irs + 1 + e->got[1].data_len;
	cr_assert(eq(u16, take(e)->flags, TCP_FIN | TCP_PSH | TCP_ACK));
	put(e, TCP_FIN | TCP_ACK, ISS + 1, fin + 1, "");
	expect(e, TCP_ACK, fin + 1, ISS + 2, "");
	pass(e, SECOND);
	put(e, TCP_FIN | TCP_ACK, ISS + 1, fin + 1, "");
	expect(e, TCP_ACK, fin + 1, ISS + 2, "");
	pass(e, 3 * SECOND / 2);
	cr_assert(eq(sz, peer_n_conns(e->peer), 1));
	pass(e, SECOND);
	cr_assert(eq(sz, peer_n_conns(e->peer), 0));
	end_close(e);
}

Test(peer, closing)
{
	struct end *e = end_open(NULL, 13);
	uint32_t fin;

	handshake(e);
	fin = e->irs + 1 + take(e)->data_len;
	take(e);
	put(e, TCP_FIN | TCP_ACK, ISS + 1, fin, "");
	expect(e, TCP_ACK, fin + 1, ISS + 2, "");
	pass(e, 1100 * MS);
	expect(e, TCP_FIN | TCP_ACK, fin, ISS + 2, "");
	put(e, TCP_ACK, ISS + 2, fin + 1, "");
	pass(e, 10 * SECOND);
	expect_silence(e);
	end_close(e);
}

Test(peer, closed_port)
{
	struct end *e = end_open(NULL, 5);

	put(e, TCP_SYN, 0xffffffff, 0, "");
	expect(e, TCP_RST | TCP_ACK, 0, 0, "");
	put(e, TCP_SYN, 10, 0, "abc");
	expect(e, TCP_RST | TCP_ACK, 0, 14, "");
	put(e, TCP_SYN | TCP_FIN, 10, 0, "");
	expect(e, TCP_RST | TCP_ACK, 0, 12, "");
	put(e, 0, 10, 0, "");
	expect(e, TCP_RST | TCP_ACK, 0, 10, "");
	put(e, TCP_ACK, 10, 77, "");
	expect(e, TCP_RST, 77, 0, "");
	put(e, TCP_SYN | TCP_ACK, 10, 78, "");
	expect(e, TCP_RST, 78, 0, "");
	put(e, TCP_RST, 10, 0, "");
	put(e, TCP_RST | TCP_ACK, 10, 9, "");
	expect_silence(e);
	end_close(e);
}

Test(peer, listen)
{
	struct end *e = end_open(NULL, 9);

	put(e, TCP_ACK, 10, 77, "");
	expect(e, TCP_RST, 77, 0, "");
	put(e, TCP_SYN | TCP_ACK, 10, 78, "");
	expect(e, TCP_RST, 78, 0, "");
	put(e, TCP_RST | TCP_SYN, 10, 78, "");
	put(e, TCP_FIN, 10, 0, "");
	put(e, 0, 10, 0, "x");
	expect_silence(e);
	cr_assert(eq(sz, peer_n_conns(e->peer), 0));
	handshake(e);
	end_close(e);
}

Test(peer, syn_received)
{
	struct end *e = end_open(NULL, 9);

	put(e, TCP_SYN, ISS, 0, "");
	e->irs = take(e)->seq;
	put(e, TCP_ACK, ISS + 1, e->irs, "");
	expect(e, TCP_RST, e->irs, 0, "");
	put(e, TCP_ACK, ISS + 1, e->irs + 2, "");
	expect(e, TCP_RST, e->irs + 2, 0, "");
	put(e, TCP_SYN, ISS, 0, "");
	expect(e, TCP_ACK, e->irs + 1, ISS + 1, "");
	put(e, TCP_RST, ISS, 0, "");
	put(e, TCP_RST, ISS + 1 + 65535, 0, "");
	expect_silence(e);
	put(e, TCP_RST, ISS + 2, 0, "");
	expect(e, TCP_ACK, e->irs + 1, ISS + 1, "");
	put(e, TCP_RST, ISS + 1, 0, "");
	expect_silence(e);
	expect_gone(e);
	end_close(e);
}

Test(peer, syn_ack_and_fin_are_sent_again_and_given_up)
{
	struct end *e = end_open(NULL, 9);
	static const int64_t gaps[] = { 1, 2, 4, 8, 16, 32, 64 };

	put(e, TCP_SYN, ISS, 0, "");
	e->irs = take(e)->seq;
	pass(e, 200 * SECOND);
	for (int i = 0; i < 7; i++) {
		expect(e, TCP_SYN | TCP_ACK, e->irs, ISS + 1, "");
		cr_assert(eq(i64, e->at_ns[i + 1] - e->at_ns[i], gaps[i] * SECOND));
	}
	expect_silence(e);
	cr_assert(eq(sz, peer_n_conns(e->peer), 0));
	end_close(e);
}

Test(peer, echo_is_sent_again)
{
	struct end *e = end_open(NULL, 7);

	handshake(e);
	put(e, TCP_ACK, ISS + 1, e->irs + 1, "data");
	take(e);
	expect(e, TCP_ACK, e->irs + 1, ISS + 5, "data");
	pass(e, 1100 * MS);
	expect(e, TCP_ACK, e->irs + 1, ISS + 5, "data");
	put(e, TCP_ACK, ISS + 5, e->irs + 3, "");
	expect(e, TCP_ACK, e->irs + 3, ISS + 5, "ta");
	put(e, TCP_ACK, ISS + 5, e->irs + 5, "");
	pass(e, 100 * SECOND);
	expect_silence(e);
	end_close(e);
}

Test(peer, order_overlap_and_duplicates)
{
	struct end *e = end_open(NULL, 7);

	handshake(e);
	put(e, TCP_ACK | TCP_FIN, ISS + 9, e->irs + 1, "ij");
	expect(e, TCP_ACK, e->irs + 1, ISS + 1, "");
	put(e, TCP_ACK, ISS + 5, e->irs + 1, "efgh");
	expect(e, TCP_ACK, e->irs + 1, ISS + 1, "");
	put(e, TCP_ACK, ISS + 1, e->irs + 1, "abcdef");
	expect(e, TCP_ACK, e->irs + 1, ISS + 12, "");
	expect(e, TCP_ACK, e->irs + 1, ISS + 12, "abcdefghij");
	expect(e, TCP_FIN | TCP_ACK, e->irs + 11, ISS + 12, "");
	put(e, TCP_ACK, ISS + 1, e->irs + 1, "abcd");
	expect(e, TCP_ACK, e->irs + 12, ISS + 12, "");
	expect_silence(e);
	end_close(e);
}

Test(peer, established_checks_in_their_order)
{
	struct end *e = end_open(NULL, 9);
	const uint32_t nxt = ISS + 1;

	handshake(e);
	put(e, TCP_ACK, nxt + 65535, e->irs + 1, "");
	expect(e, TCP_ACK, e->irs + 1, nxt, "");
	put(e, TCP_SYN, nxt + 5, 0, "");
	expect(e, TCP_ACK, e->irs + 1, nxt, "");
	put(e, TCP_ACK, nxt, e->irs + 2, "unsent");
	expect(e, TCP_ACK, e->irs + 1, nxt, "");
	put(e, TCP_ACK, nxt, e->irs + 1 - 70000, "too old");
	expect(e, TCP_ACK, e->irs + 1, nxt, "");
	put(e, 0, nxt, 0, "no ACK");
	put(e, TCP_FIN, nxt, 0, "");
	put(e, TCP_RST, nxt - 1, 0, "");
	put(e, TCP_RST, nxt + 65535, 0, "");
	expect_silence(e);
	put(e, TCP_RST, nxt + 65534, 0, "");
	expect(e, TCP_ACK, e->irs + 1, nxt, "");
	put(e, TCP_RST | TCP_ACK, nxt, 1, "with data");
	expect_silence(e);
	expect_gone(e);
	end_close(e);
}

Test(peer, rfc793_resets_inside_the_window)
{
	struct peer_config cfg = { .rfc793 = true };
	struct end *e = end_open(&cfg, 9);

	handshake(e);
	put(e, TCP_RST, ISS + 100, 0, "");
	expect_silence(e);
	expect_gone(e);
	handshake(e);
	put(e, TCP_SYN, ISS + 100, 0, "");
	expect(e, TCP_RST | TCP_ACK, 0, ISS + 101, "");
	expect_gone(e);
	end_close(e);
}

Test(peer, throttled_challenges)
{
	struct peer_config cfg = { .throttles = true };
	struct end *e = end_open(&cfg, 9);

	handshake(e);
	put(e, TCP_RST, ISS + 100, 0, "");
	expect(e, TCP_ACK, e->irs + 1, ISS + 1, "");
	put(e, TCP_RST, ISS + 100, 0, "");
	expect_silence(e);
	pass(e, 500 * MS);
	put(e, TCP_RST, ISS + 100, 0, "");
	expect(e, TCP_ACK, e->irs + 1, ISS + 1, "");
	end_close(e);
}

static void syn_with(struct end *e, int n, const struct tcp_opt *opt)
{
	struct segment s = blank(e, TCP_SYN, ISS, 0);

	s.n_opt = (uint8_t)n;
	memcpy(s.opt, opt, (size_t)n * sizeof(*opt));
	inject(e, &s);
	pass(e, 5 * MS);
}

Test(peer, only_options_that_were_offered)
{
	struct end *e = end_open(NULL, 9);
	struct tcp_opt o[4];
	struct segment *s;

	put(e, TCP_SYN, ISS, 0, "");
	s = take(e);
	cr_assert(eq(int, s->n_opt, 1));
	cr_assert(eq(int, s->opt[0].kind, TCP_OPT_MSS));
	e->lport++;
	tcp_opt_mss(&o[0], 1400);
	tcp_opt_wscale(&o[1], 7);
	tcp_opt_simple(&o[2], TCP_OPT_SACK_PERMITTED);
	tcp_opt_timestamps(&o[3], 4711, 0);
	syn_with(e, 4, o);
	s = take(e);
	cr_assert(eq(int, segment_opt(s, TCP_OPT_WSCALE)->wscale, 2));
	cr_assert_not_null(segment_opt(s, TCP_OPT_SACK_PERMITTED));
	cr_assert(eq(u32, segment_opt(s, TCP_OPT_TIMESTAMPS)->ts.ecr, 4711));
	end_close(e);
}

Test(peer, timestamps_once_agreed_on)
{
	struct end *e = end_open(NULL, 9);
	struct segment s;
	struct tcp_opt o;

	tcp_opt_timestamps(&o, 100, 0);
	syn_with(e, 1, &o);
	e->irs = take(e)->seq;
	put(e, TCP_ACK, ISS + 1, e->irs + 1, "without");
	expect_silence(e);
	s = blank(e, TCP_ACK, ISS + 1, e->irs + 1);
	s.n_opt = 1;
	tcp_opt_timestamps(&s.opt[0], 101, 0);
	s.data = (const uint8_t *)"with";
	s.data_len = 4;
	inject(e, &s);
	pass(e, 5 * MS);
	cr_assert(eq(u32, segment_opt(&e->got[e->next], TCP_OPT_TIMESTAMPS)->ts.ecr, 101));
	expect(e, TCP_ACK, e->irs + 1, ISS + 5, "");
	tcp_opt_timestamps(&s.opt[0], 99, 0); /* PAWS */
	s.seq = ISS + 5;
	inject(e, &s);
	pass(e, 5 * MS);
	expect(e, TCP_ACK, e->irs + 1, ISS + 5, "");
	end_close(e);
}

Test(peer, mss_and_windows_are_kept)
{
	struct end *e = end_open(NULL, 19);
	struct tcp_opt o;
	struct segment s;
	int n;

	tcp_opt_mss(&o, 100);
	syn_with(e, 1, &o);
	e->irs = take(e)->seq;
	s = blank(e, TCP_ACK, ISS + 1, e->irs + 1);
	s.window = 250;
	inject(e, &s);
	pass(e, 5 * MS);
	n = e->n - e->next;
	cr_assert(eq(int, n, 2), "two segments fit a window of 250, not three");
	cr_assert(eq(u32, take(e)->data_len, 100));
	cr_assert(eq(u32, take(e)->data_len, 100));
	s.ack = e->irs + 201;
	s.window = 0;
	inject(e, &s);
	pass(e, 900 * MS);
	expect_silence(e);
	pass(e, 200 * MS);
	cr_assert(eq(u32, take(e)->data_len, 1), "a probe of the closed window");
	end_close(e);
}

Test(peer, defaults_of_the_mss)
{
	static const struct {
		uint8_t family;
		uint32_t mss;
	} row[] = { { 4, 536 }, { 6, 1220 } };

	for (int i = 0; i < 2; i++) {
		struct end *e = end_open(NULL, 19);

		e->family = row[i].family;
		handshake(e);
		cr_assert(eq(u32, take(e)->data_len, row[i].mss));
		end_close(e);
	}
}

Test(peer, bad_checksum_did_not_arrive)
{
	struct end *e = end_open(NULL, 9);
	struct segment s = blank(e, TCP_SYN, ISS, 0);

	s.checksum_bad = true;
	inject(e, &s);
	pass(e, 5 * MS);
	expect_silence(e);
	end_close(e);
}

Test(peer, many_connections_at_a_time)
{
	struct end *e = end_open(NULL, 7);

	for (int i = 0; i < 500; i++) {
		e->n = e->next = 0;
		e->lport = (uint16_t)(1000 + i);
		handshake(e);
	}
	cr_assert(eq(sz, peer_n_conns(e->peer), 500));
	e->n = e->next = 0;
	for (int i = 0; i < 500; i++) {
		e->lport = (uint16_t)(1000 + i);
		put(e, TCP_RST, ISS + 1, 0, "");
	}
	cr_assert(eq(sz, peer_n_conns(e->peer), 0));
	end_close(e);
}

Test(peer, faults_have_names_of_their_own)
{
	for (size_t i = 0; i < peer_n_faults; i++) {
		const struct peer_fault *f = &peer_faults[i];

		cr_assert(peer_fault_find(f->name) == f, "%s", f->name);
		cr_assert(f->bug || f->how, "%s does something", f->name);
		cr_assert(strlen(f->about) > 0);
	}
	cr_assert_null(peer_fault_find("no-such-fault"));
}

/* The wire side of the faults: each changes what it says and nothing else. */
Test(peer, a_fault_on_the_wire)
{
	struct peer_config cfg = { .fault = peer_fault_find("fin-not-counted") };
	struct end *e = end_open(&cfg, 7);

	handshake(e);
	put(e, TCP_ACK, ISS + 1, e->irs + 1, "ab");
	expect(e, TCP_ACK, e->irs + 1, ISS + 3, "");
	expect(e, TCP_ACK, e->irs + 1, ISS + 3, "ab");
	put(e, TCP_FIN | TCP_ACK, ISS + 3, e->irs + 3, "");
	expect(e, TCP_ACK, e->irs + 3, ISS + 3, "");
	end_close(e);
}
