/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The follower in the odd corners of a connection: what a correct TCP may send
 * there must be permitted, and what it may not must be named.
 *
 * Sequence numbers are relative to the two initial ones, which stand just below
 * the wrap.  Unless a test says otherwise 300 ms pass between two segments, so
 * that nothing crosses on the wire by accident.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/buf.h"
#include "model/model.h"

#define US 0xfffffffcu	 /* the tester's ISS */
#define THEM 0xfffffffeu /* the target's */

#define S(x) STATE_BIT(TCP_##x)
#define F TCP_FIN
#define SY TCP_SYN
#define R TCP_RST
#define A TCP_ACK
#define MS INT64_C(1000000)

struct play {
	struct model m;
	int64_t now_ns;
	int64_t gap_ns;
	uint16_t window, their_window;
	struct tcp_opt opt; /* on the next segment, if its kind is not 0 */
	struct model_violation v;
};

static void begin(struct play *p, enum tcp_state state, bool lossless)
{
	memset(p, 0, sizeof(*p));
	model_init(&p->m, state, lossless);
	p->now_ns = 1000 * MS;
	p->gap_ns = 300 * MS;
	p->window = 20000;
	p->their_window = 20000;
}

static void fill(struct play *p, struct segment *s, uint16_t flags, uint32_t len)
{
	memset(s, 0, sizeof(*s));
	s->flags = flags;
	s->data_len = len;
	if (p->opt.kind)
		s->opt[s->n_opt++] = p->opt;
	p->opt.kind = 0;
	p->now_ns += p->gap_ns;
}

/* A segment of the tester. */
static void tx(struct play *p, uint16_t flags, uint32_t seq, uint32_t ack, uint32_t len)
{
	struct segment s;

	fill(p, &s, flags, len);
	s.seq = US + seq;
	s.ack = flags & A ? THEM + ack : 0;
	s.window = p->window;
	model_tx(&p->m, &s, p->now_ns);
}

/* A segment of the target: the clause it breaks, or NULL. */
static const char *rx(struct play *p, uint16_t flags, uint32_t seq, uint32_t ack, uint32_t len)
{
	struct segment s;

	fill(p, &s, flags, len);
	s.seq = THEM + seq;
	s.ack = flags & A ? US + ack : 0;
	s.window = p->their_window;
	p->v.clause = "no clause";
	return model_rx(&p->m, &s, p->now_ns, &p->v) ? NULL : p->v.clause;
}

#define permitted(what)                              \
	do {                                         \
		const char *c_ = (what);             \
		cr_assert(!c_, "%s: %s", #what, c_); \
	} while (0)
#define breaks(clause, what)                                                  \
	do {                                                                  \
		const char *c_ = (what);                                      \
		cr_assert(c_, "%s: permitted, but breaks %s", #what, clause); \
		cr_assert_str_eq(c_, clause, "%s: %s", #what, c_);            \
	} while (0)

static void in_states(const struct play *p, uint16_t states)
{
	struct buf b = BUF_INIT;

	model_states_str(p->m.states, &b);
	cr_assert_eq(p->m.states, states, "%s", buf_str(&b));
	buf_fini(&b);
}

static void opened(struct play *p, bool lossless)
{
	begin(p, TCP_LISTEN, lossless);
	tx(p, SY, 0, 0, 0);
	permitted(rx(p, SY | A, 0, 1, 0));
	tx(p, A, 1, 1, 0);
}

/* MAY-4: a retransmission may be the same octets again, old ACK included. */
Test(follow, a_retransmission_may_be_verbatim)
{
	struct play p;

	opened(&p, true);
	permitted(rx(&p, A, 1, 1, 10));
	tx(&p, A, 1, 1, 5);
	permitted(rx(&p, A, 11, 6, 0));
	permitted(rx(&p, A, 1, 1, 10));
	breaks("3.4-ACK-BACKWARDS", rx(&p, A, 11, 1, 0));
	breaks("3.4-ACK-BACKWARDS", rx(&p, A, 11, 1, 3));
	breaks("3.4-ACK-BACKWARDS", rx(&p, A, 1, 0, 10));
}

/* SHLD-12, MAY-6: SEQ = SND.NXT-1, with an octet of garbage or without. */
Test(follow, keep_alive)
{
	struct play p;

	for (uint32_t len = 0; len < 2; len++) {
		opened(&p, true);
		p.gap_ns = 7200000 * MS;
		permitted(rx(&p, A, 0, 1, len));
		p.gap_ns = 300 * MS;
		cr_assert(rx(&p, A, 0, 1, len), "not idle");
	}
}

/* A reset that crosses the SYN,ACK: the target was in LISTEN when we saw that. */
Test(follow, reset_and_syn_ack_cross)
{
	struct play p;

	begin(&p, TCP_LISTEN, true);
	p.gap_ns = MS;
	tx(&p, SY, 0, 0, 0);
	tx(&p, R, 1, 0, 0);
	permitted(rx(&p, SY | A, 0, 1, 0));
	in_states(&p, S(LISTEN));
}

/* 3.10.4, CLOSE in SYN-RECEIVED: nothing is queued, so a FIN goes out. */
Test(follow, fin_in_syn_received)
{
	struct play p;

	begin(&p, TCP_LISTEN, true);
	tx(&p, SY, 0, 0, 0);
	permitted(rx(&p, SY | A, 0, 1, 0));
	permitted(rx(&p, F | A, 1, 1, 0));
	in_states(&p, S(FIN_WAIT_1));

	begin(&p, TCP_LISTEN, true);
	tx(&p, SY, 0, 0, 0);
	permitted(rx(&p, SY | A, 0, 1, 0));
	breaks("3.3.2-SENDING", rx(&p, F | A, 1, 1, 1));
}

/* What was lost on the way is not the target's fault. */
Test(follow, lossy_path)
{
	struct play p;

	opened(&p, false);
	permitted(rx(&p, A, 100, 1, 50));
	/* behind data that was lost */
	permitted(rx(&p, R, 170, 0, 0));

	begin(&p, TCP_CLOSED, false);
	tx(&p, A, 5, 77, 0);
	permitted(rx(&p, R, 77, 0, 0));
	/* the network delivers it twice */
	permitted(rx(&p, R, 77, 0, 0));
	breaks("SA-CLOSED-3", rx(&p, R, 78, 0, 0));

	/* data that a reset overtook */
	opened(&p, false);
	p.gap_ns = MS;
	permitted(rx(&p, R | A, 11, 1, 0));
	permitted(rx(&p, A, 1, 1, 10));
}

/* Nothing of this is so where nothing is lost. */
Test(follow, lossless_path)
{
	struct play p;

	opened(&p, true);
	breaks("3.10.5-ABORT", rx(&p, R, 170, 0, 0));
	opened(&p, true);
	p.gap_ns = MS;
	permitted(rx(&p, R | A, 1, 1, 0));
	breaks("SA-CLOSED-1", rx(&p, A, 1, 1, 10));
}

/*
 * Beyond the window that it told of a target may take what we send: the window
 * has grown since (3.8.6.2.2: not every update is sent).  It need not.
 */
Test(follow, text_beyond_the_window)
{
	struct play p;

	for (uint32_t taken = 0; taken < 2; taken++) {
		begin(&p, TCP_LISTEN, true);
		p.their_window = 4;
		tx(&p, SY, 0, 0, 0);
		permitted(rx(&p, SY | A, 0, 1, 0));
		tx(&p, A, 1, 1, 4);
		p.their_window = 0;
		permitted(rx(&p, A, 1, 5, 0));
		/* a probe of one octet */
		tx(&p, A, 5, 1, 1);
		permitted(rx(&p, A, 1, 5 + taken, 0));
		breaks("3.4-ACK-BEYOND", rx(&p, A, 1, 7, 0));
	}
}

Test(follow, fin_beyond_the_window)
{
	struct play p;

	begin(&p, TCP_LISTEN, true);
	p.their_window = 4;
	tx(&p, SY, 0, 0, 0);
	permitted(rx(&p, SY | A, 0, 1, 0));
	tx(&p, A, 1, 1, 4);
	p.their_window = 0;
	permitted(rx(&p, A, 1, 5, 0));
	tx(&p, F | A, 5, 1, 0);
	in_states(&p, S(ESTABLISHED) | S(CLOSE_WAIT));
	permitted(rx(&p, A, 1, 6, 0));
	in_states(&p, S(CLOSE_WAIT));
}

/* What no ACK field vouches for is not taken, wherever the window is. */
Test(follow, not_taken)
{
	struct play p;

	opened(&p, true);
	tx(&p, TCP_PSH, 1, 0, 4);
	breaks("3.4-ACK-BEYOND", rx(&p, A, 1, 5, 0));
	opened(&p, true);
	tx(&p, A, 1, 2, 4);
	breaks("3.4-ACK-BEYOND", rx(&p, A, 1, 5, 0));
	opened(&p, true);
	p.their_window = 0;
	permitted(rx(&p, A, 1, 1, 0));
	tx(&p, A, 1 + 20000, 1, 4);
	breaks("3.4-ACK-BEYOND", rx(&p, A, 1, 5 + 20000, 0));
}

/* Every other segment is missing, then they come. */
Test(follow, many_holes)
{
	struct play p;
	const uint32_t n = 40;

	opened(&p, true);
	for (uint32_t i = 1; i <= n; i++)
		tx(&p, A, 1 + 20 * i, 1, 10);
	for (uint32_t i = 0; i < n; i++)
		tx(&p, A, 11 + 20 * i, 1, 10);
	tx(&p, A, 1, 1, 10);
	permitted(rx(&p, A, 1, 1 + 20 * n + 10, 0));
	breaks("3.4-ACK-BEYOND", rx(&p, A, 1, 1 + 20 * n + 11, 0));
}

/* Many questions before the first answer. */
Test(follow, many_resets)
{
	struct play p;
	const uint32_t n = 40;

	begin(&p, TCP_CLOSED, true);
	for (uint32_t i = 0; i < n; i++)
		tx(&p, A, 1, 100 + i, 0);
	for (uint32_t i = 0; i < n; i++)
		permitted(rx(&p, R, 100 + i, 0, 0));
	breaks("3.5.2", rx(&p, R, 100, 0, 0));
}

/* The connection is gone, the port still listens: a SYN may be answered. */
Test(follow, the_same_ports_again)
{
	struct play p;

	for (int refused = 0; refused < 2; refused++) {
		opened(&p, true);
		tx(&p, R, 1, 0, 0);
		in_states(&p, S(CLOSED));
		tx(&p, SY, 100000, 0, 0);
		if (refused) {
			permitted(rx(&p, R | A, -THEM, 100001, 0));
			continue;
		}
		permitted(rx(&p, SY | A, 777777, 100001, 0));
		in_states(&p, S(SYN_RECEIVED));
		tx(&p, A, 100001, 777778, 0);
		in_states(&p, S(ESTABLISHED));
		permitted(rx(&p, A, 777778, 100001, 5));
	}
	opened(&p, true);
	tx(&p, R, 1, 0, 0);
	tx(&p, SY, 100000, 0, 0);
	breaks("SA-LISTEN-3", rx(&p, SY | A, 777777, 100000, 0));
	/* one answer is enough */
	opened(&p, true);
	tx(&p, R, 1, 0, 0);
	tx(&p, A, 1, 1, 0);
	permitted(rx(&p, R, 1, 0, 0));
	breaks("3.5.2", rx(&p, R, 1, 0, 0));
	/* where nobody listened, nobody does */
	begin(&p, TCP_CLOSED, true);
	tx(&p, SY, 0, 0, 0);
	breaks("SA-LISTEN-2", rx(&p, SY | A, 0, 1, 0));
}

static void to_time_wait(struct play *p)
{
	opened(p, true);
	permitted(rx(p, F | A, 1, 1, 0));
	tx(p, F | A, 1, 2, 0);
	in_states(p, S(TIME_WAIT));
	permitted(rx(p, A, 2, 2, 0));
}

/* MAY-2, RFC 6191: a SYN may reopen the connection, or draw an ACK. */
Test(follow, syn_in_time_wait)
{
	struct play p;

	to_time_wait(&p);
	tx(&p, SY, 100000, 0, 0);
	permitted(rx(&p, SY | A, 777777, 100001, 0));
	in_states(&p, S(SYN_RECEIVED));
	tx(&p, A, 100001, 777778, 0);
	in_states(&p, S(ESTABLISHED));
	permitted(rx(&p, A, 777778, 100001, 5));

	to_time_wait(&p);
	tx(&p, SY, 100000, 0, 0);
	permitted(rx(&p, A, 2, 2, 0));
	breaks("3.10.7.4-SEQ", rx(&p, A, 777778, 2, 0));

	/* A number that was seen before does not, unless timestamps tell. */
	to_time_wait(&p);
	tx(&p, SY, (uint32_t)-100000, 0, 0);
	breaks("SA-LISTEN-2", rx(&p, SY | A, 777777, (uint32_t)-99999, 0));
	to_time_wait(&p);
	tcp_opt_timestamps(&p.opt, 1, 0);
	tx(&p, SY, (uint32_t)-100000, 0, 0);
	permitted(rx(&p, SY | A, 777777, (uint32_t)-99999, 0));
}

/* What was sent before a reset arrives after the SYN behind that. */
Test(follow, the_old_connection_crosses_the_new)
{
	struct play p;

	opened(&p, true);
	p.gap_ns = MS;
	tx(&p, A, 1, 1, 10);
	tx(&p, R, 11, 0, 0);
	tx(&p, SY, 100000, 0, 0);
	permitted(rx(&p, A, 1, 11, 10));
	permitted(rx(&p, SY | A, 777777, 100001, 0));
	in_states(&p, S(SYN_RECEIVED));
	p.gap_ns = 300 * MS;
	breaks("3.4-ACK-BACKWARDS", rx(&p, A, 11, 11, 0));
}

/* RFC 793 3.4: before it is synchronized a TCP resets a SYN in its window. */
Test(follow, syn_in_syn_received)
{
	struct play p;
	const uint16_t left = S(SYN_RECEIVED) | S(LISTEN);

	for (int how = 0; how < 3; how++) {
		begin(&p, TCP_LISTEN, true);
		tx(&p, SY, 0, 0, 0);
		permitted(rx(&p, SY | A, 0, 1, 0));
		tx(&p, SY, 100, 0, 0);
		in_states(&p, left);
		if (how == 0)
			permitted(rx(&p, A, 1, 1, 0));
		else if (how == 1)
			permitted(rx(&p, R | A, -THEM, 101, 0));
		else
			permitted(rx(&p, R, 1, 0, 0));
	}
}

static void ts(struct play *p, uint32_t val)
{
	tcp_opt_timestamps(&p->opt, val, 0);
}

static void opened_with_timestamps(struct play *p)
{
	begin(p, TCP_LISTEN, true);
	ts(p, 1000);
	tx(p, SY, 0, 0, 0);
	ts(p, 5);
	permitted(rx(p, SY | A, 0, 1, 0));
	ts(p, 1001);
	tx(p, A, 1, 1, 0);
	in_states(p, S(ESTABLISHED));
}

/* RFC 7323 5.3, R1: with PAWS what has an older timestamp is not acceptable. */
Test(follow, old_timestamps)
{
	struct play p;

	opened_with_timestamps(&p);
	ts(&p, 1000);
	tx(&p, F | A, 1, 1, 4);
	in_states(&p, S(ESTABLISHED) | S(CLOSE_WAIT));
	cr_assert_eq(p.m.rcv_nxt, US + 1, "not for sure");
	ts(&p, 6);
	permitted(rx(&p, A, 1, 1, 0));
	/* the same again, with a new one */
	ts(&p, 1001);
	tx(&p, F | A, 1, 1, 4);
	in_states(&p, S(CLOSE_WAIT));
	permitted(rx(&p, A, 1, 6, 0));

	/* a reset is exempt */
	opened_with_timestamps(&p);
	ts(&p, 1000);
	tx(&p, R, 1, 0, 0);
	in_states(&p, S(CLOSED));

	/* without an agreement the option means nothing */
	begin(&p, TCP_LISTEN, true);
	ts(&p, 1000);
	tx(&p, SY, 0, 0, 0);
	permitted(rx(&p, SY | A, 0, 1, 0));
	ts(&p, 5);
	tx(&p, A, 1, 1, 4);
	in_states(&p, S(ESTABLISHED));
	permitted(rx(&p, A, 1, 5, 0));
}

/* RFC 7323 3.2: without the option a segment should be dropped. */
Test(follow, missing_timestamps)
{
	struct play p;

	for (int taken = 0; taken < 2; taken++) {
		opened_with_timestamps(&p);
		tx(&p, F | A, 1, 1, 4);
		in_states(&p, S(ESTABLISHED) | S(CLOSE_WAIT));
		cr_assert_eq(p.m.rcv_nxt, US + 1, "not for sure");
		ts(&p, 6);
		permitted(rx(&p, A, 1, taken ? 6 : 1, 0));
		if (taken)
			in_states(&p, S(CLOSE_WAIT));
	}
	opened_with_timestamps(&p);
	tx(&p, R, 1, 0, 0);
	in_states(&p, S(CLOSED));
}

/* MAY-12: an ACK older than any window may stop the text, or may not. */
Test(follow, very_old_ack)
{
	struct play p;

	for (int taken = 0; taken < 2; taken++) {
		opened(&p, true);
		tx(&p, A, 1, (uint32_t)-100000, 4);
		in_states(&p, S(ESTABLISHED));
		cr_assert_eq(p.m.rcv_nxt, US + 1, "not for sure");
		permitted(rx(&p, A, 1, taken ? 5 : 1, 0));
		breaks("3.4-ACK-BEYOND", rx(&p, A, 1, 6, 0));
	}
}

/* 3.8.6: what we offered, in whatever segment, may be filled and no more. */
Test(follow, the_window_we_offered)
{
	struct play p;

	begin(&p, TCP_LISTEN, true);
	p.window = 10;
	tx(&p, SY, 0, 0, 0);
	permitted(rx(&p, SY | A, 0, 1, 0));
	p.window = 0;
	tx(&p, A, 1, 1, 0);
	permitted(rx(&p, A, 1, 1, 10));
	permitted(rx(&p, A, 11, 1, 1)); /* a probe */
	breaks("3.8.6-WINDOW", rx(&p, A, 11, 1, 2));
	cr_assert_eq(p.v.field, FIELD_DATA_LEN);
	cr_assert(p.v.has_value && p.v.value == 0);
	breaks("3.8.6-WINDOW", rx(&p, A, 9, 1, 7));
	cr_assert_eq(p.v.value, 2);
	p.window = 20;
	tx(&p, A, 1, 11, 0);
	permitted(rx(&p, A, 11, 1, 20));
	breaks("3.8.6-WINDOW", rx(&p, A, 31, 1, 2));
}

Test(follow, the_scaled_window_we_offered)
{
	struct play p;

	for (uint8_t shift = 13; shift <= 15; shift++) {
		uint32_t wnd = UINT32_C(1) << (shift > 14 ? 14 : shift);

		begin(&p, TCP_LISTEN, true);
		p.window = 1;
		tcp_opt_wscale(&p.opt, shift);
		tx(&p, SY, 0, 0, 0);
		tcp_opt_wscale(&p.opt, 0);
		permitted(rx(&p, SY | A, 0, 1, 0));
		tx(&p, A, 1, 1, 0);
		permitted(rx(&p, A, 1, 1, wnd));
		breaks("3.8.6-WINDOW", rx(&p, A, 1 + wnd, 1, 2));
	}
}

/* After our window shrank an ACK's SEQ may lie anywhere from SND.UNA on. */
Test(follow, our_window_shrinks)
{
	struct play p;

	opened(&p, true);
	permitted(rx(&p, A, 1, 1, 100));
	p.window = 10;
	tx(&p, A, 1, 51, 0);
	permitted(rx(&p, A, 51, 1, 0));
	permitted(rx(&p, A, 61, 1, 0));
	permitted(rx(&p, A, 101, 1, 0));
	breaks("3.10.7.4-SEQ", rx(&p, A, 50, 1, 0));
	breaks("3.10.7.4-SEQ", rx(&p, A, 102, 1, 0));
	cr_assert_eq(p.v.field, FIELD_SEQ);
	cr_assert(p.v.has_value && p.v.value == THEM + 101);
	p.window = 20000;
	tx(&p, A, 1, 51, 0);
	breaks("3.10.7.4-SEQ", rx(&p, A, 61, 1, 0));
}

static void reset_at(uint32_t seq, uint16_t states, const struct play *at)
{
	struct play p = *at;

	tx(&p, R, seq, 0, 0);
	in_states(&p, states);
}

/* The window that the target told of: the furthest, since it should not shrink. */
Test(follow, the_window_it_told_of)
{
	const uint16_t near_syn = S(SYN_RECEIVED) | S(LISTEN), near = S(ESTABLISHED) | S(CLOSED);
	struct play p;

	begin(&p, TCP_LISTEN, true);
	tx(&p, SY, 0, 0, 0);
	reset_at(65535, near_syn, &p); /* not known yet */
	reset_at(1 + 65535, S(SYN_RECEIVED), &p);
	p.their_window = 100;
	permitted(rx(&p, SY | A, 0, 1, 0));
	reset_at(100, near_syn, &p);
	reset_at(101, S(SYN_RECEIVED), &p);
	tx(&p, A, 1, 1, 0);
	p.their_window = 50;
	permitted(rx(&p, A, 1, 1, 0));
	reset_at(100, near, &p);
	p.their_window = 500;
	permitted(rx(&p, A, 1, 1, 0));
	reset_at(500, near, &p);
	reset_at(501, S(ESTABLISHED), &p);
}

Test(follow, the_scaled_window_it_told_of)
{
	struct play p;

	for (uint8_t shift = 13; shift <= 15; shift++) {
		uint32_t wnd = UINT32_C(1) << (shift > 14 ? 14 : shift);

		begin(&p, TCP_LISTEN, true);
		tcp_opt_wscale(&p.opt, 0);
		tx(&p, SY, 0, 0, 0);
		p.their_window = 1;
		tcp_opt_wscale(&p.opt, shift);
		permitted(rx(&p, SY | A, 0, 1, 0));
		tx(&p, A, 1, 1, 0);
		permitted(rx(&p, A, 1, 1, 0));
		reset_at(wnd, S(ESTABLISHED) | S(CLOSED), &p);
		reset_at(wnd + 1, S(ESTABLISHED), &p);
	}
}

/* 3.10.7.4, table 6: what is acceptable where the window is zero. */
Test(follow, their_window_is_zero)
{
	struct play p;

	begin(&p, TCP_LISTEN, true);
	p.their_window = 0;
	tx(&p, SY, 0, 0, 0);
	permitted(rx(&p, SY | A, 0, 1, 0));
	tx(&p, A, 1, 1, 0);
	reset_at(1, S(CLOSED), &p);
	reset_at(2, S(ESTABLISHED), &p);
	reset_at(0, S(ESTABLISHED), &p);
	tx(&p, A, 1, 1, 1);
	tx(&p, A, 2, 1, 1);
	reset_at(1, S(CLOSED), &p);
	permitted(rx(&p, A, 1, 3, 0));
	reset_at(3, S(CLOSED), &p);
	reset_at(1, S(ESTABLISHED), &p);
}

/* MUST-66: a reset at RCV.NXT counts there, also one with octets (SHLD-2). */
Test(follow, reset_with_data_into_a_zero_window)
{
	struct play p;

	for (uint32_t seq = 0; seq <= 2; seq++) {
		begin(&p, TCP_LISTEN, true);
		p.their_window = 0;
		tx(&p, SY, 0, 0, 0);
		permitted(rx(&p, SY | A, 0, 1, 0));
		tx(&p, A, 1, 1, 0);
		tx(&p, R, seq, 0, 4);
		in_states(&p, seq == 1 ? S(CLOSED) : S(ESTABLISHED));
	}
}

/* An ACK field is to be used all the same. */
Test(follow, ack_into_a_zero_window)
{
	struct play p;

	begin(&p, TCP_LISTEN, true);
	p.their_window = 0;
	tx(&p, SY, 0, 0, 0);
	permitted(rx(&p, SY | A, 0, 1, 0));
	tx(&p, A, 1, 1, 4);
	in_states(&p, S(SYN_RECEIVED) | S(ESTABLISHED));
	tx(&p, A, 1, 1, 0);
	permitted(rx(&p, F | A, 1, 1, 0));
	in_states(&p, S(FIN_WAIT_1));
	tx(&p, A, 1, 2, 4);
	cr_assert(model_possible(&p.m, TCP_FIN_WAIT_1));
	cr_assert(model_possible(&p.m, TCP_FIN_WAIT_2));
}

/* Data on our SYN: kept, not kept, or kept and acknowledged later. */
Test(follow, data_on_the_syn)
{
	struct play p;

	for (uint32_t kept = 0; kept < 2; kept++) {
		begin(&p, TCP_LISTEN, true);
		tx(&p, SY, 0, 0, 5);
		permitted(rx(&p, SY | A, 0, 1 + 5 * kept, 0));
		tx(&p, A, 1 + 5 * kept, 1, 0);
		permitted(rx(&p, A, 1, 6, 0));
		reset_at(6, S(CLOSED), &p);
		breaks("3.4-ACK-BEYOND", rx(&p, A, 1, 7, 0));
	}
	begin(&p, TCP_LISTEN, true);
	tx(&p, SY, 0, 0, 5);
	breaks("SA-LISTEN-3", rx(&p, SY | A, 0, 7, 0));
	cr_assert(p.v.has_value && p.v.value == US + 1);
	breaks("SA-LISTEN-3", rx(&p, SY | A, 0, 0, 0));
	breaks("SA-LISTEN-3", rx(&p, A, 1, 1, 0));
}

Test(follow, fin_again)
{
	struct play p;

	opened(&p, true);
	permitted(rx(&p, F | A, 1, 1, 10));
	permitted(rx(&p, F | A, 1, 1, 10));
	permitted(rx(&p, F | A, 11, 1, 0));
	permitted(rx(&p, A, 1, 1, 10));
	breaks("3.6-AFTER-FIN", rx(&p, F | A, 1, 1, 5));
	cr_assert(p.v.has_value && p.v.value == THEM + 11);
	breaks("3.6-AFTER-FIN", rx(&p, F | A, 12, 1, 0));
	breaks("3.6-AFTER-FIN", rx(&p, A, 12, 1, 1));
	in_states(&p, S(FIN_WAIT_1));
}

/* Its FIN tells by its ACK whether it had seen ours. */
Test(follow, fin_beyond_the_window_and_its_fin)
{
	struct play p;

	begin(&p, TCP_LISTEN, true);
	p.their_window = 0;
	tx(&p, SY, 0, 0, 0);
	permitted(rx(&p, SY | A, 0, 1, 0));
	tx(&p, A, 1, 1, 0);
	tx(&p, F | A, 1, 1, 0);
	in_states(&p, S(ESTABLISHED) | S(CLOSE_WAIT));
	permitted(rx(&p, F | A, 1, 2, 0));
	in_states(&p, S(LAST_ACK));
}

/* A FIN that our reset has crossed. */
Test(follow, fin_and_reset_cross)
{
	struct play p;

	opened(&p, true);
	p.gap_ns = MS;
	tx(&p, R, 1, 0, 0);
	in_states(&p, S(CLOSED));
	permitted(rx(&p, F | A, 1, 1, 3));
	permitted(rx(&p, A, 5, 1, 0));
	in_states(&p, S(CLOSED));
	p.gap_ns = 300 * MS;
	breaks("SA-CLOSED-1", rx(&p, A, 5, 1, 0));
}

/* Segments that changed places, up to where the first stood. */
Test(follow, overtaken)
{
	struct play p;

	opened(&p, true);
	tx(&p, A, 1, 1, 30);
	p.gap_ns = MS;
	permitted(rx(&p, A, 1, 11, 10));
	permitted(rx(&p, A, 11, 31, 10));
	permitted(rx(&p, A, 11, 21, 0));
	permitted(rx(&p, A, 1, 1, 0));
	breaks("3.10.7.4-SEQ", rx(&p, A, 0, 1, 0));
	breaks("3.4-ACK-BACKWARDS", rx(&p, A, 21, 0, 0));
	cr_assert(p.v.field == FIELD_ACK && p.v.has_value && p.v.value == US + 31);
	p.gap_ns = 300 * MS;
	breaks("3.10.7.4-SEQ", rx(&p, A, 11, 31, 0));
}

/* A reset of the wrong form: what is wrong with it. */
Test(follow, resets_of_the_wrong_form)
{
	struct play p;

	begin(&p, TCP_CLOSED, true);
	tx(&p, A, 5, 77, 0);
	breaks("SA-CLOSED-3", rx(&p, R | A, 77, 5, 0));
	cr_assert(p.v.field == FIELD_FLAGS && p.v.value == TCP_RST);
	breaks("SA-CLOSED-3", rx(&p, R, 0, 0, 0));
	cr_assert(p.v.field == FIELD_SEQ && p.v.value == THEM + 77);
	begin(&p, TCP_CLOSED, true);
	tx(&p, SY, 5, 0, 0);
	breaks("SA-CLOSED-2", rx(&p, R, -THEM, 0, 0));
	cr_assert(p.v.field == FIELD_FLAGS && p.v.value == (TCP_RST | TCP_ACK));
	breaks("SA-CLOSED-2", rx(&p, R | A, 1, 6, 0));
	cr_assert(p.v.field == FIELD_SEQ && p.v.value == 0);
	breaks("SA-CLOSED-2", rx(&p, R | A, -THEM, 5, 0));
	cr_assert(p.v.field == FIELD_ACK && p.v.value == US + 6);
	permitted(rx(&p, R | A, -THEM, 6, 0));
	breaks("3.5.2", rx(&p, R | A, -THEM, 6, 0));
	opened(&p, true);
	breaks("3.10.5-ABORT", rx(&p, R, 2, 0, 0));
	cr_assert(p.v.field == FIELD_SEQ && p.v.value == THEM + 1);
}

/* SHLD-3: data after CLOSE may draw a reset, and then the connection is gone. */
Test(follow, data_after_close_is_reset)
{
	struct play p;

	opened(&p, true);
	permitted(rx(&p, F | A, 1, 1, 0));
	tx(&p, A, 1, 1, 4);
	permitted(rx(&p, R, 2, 0, 0));
	in_states(&p, S(CLOSED));
	opened(&p, true);
	permitted(rx(&p, F | A, 1, 1, 0));
	tx(&p, A, 1, 1, 4);
	permitted(rx(&p, R, 1, 0, 0)); /* SEQ=SEG.ACK */
	in_states(&p, S(CLOSED));
}

/* An ACK tells that the connection is there, unless a reset was on its way. */
Test(follow, ack_and_reset_cross)
{
	struct play p;

	opened(&p, true);
	tx(&p, R, 2, 0, 0);
	p.gap_ns = MS;
	permitted(rx(&p, A, 1, 1, 0));
	in_states(&p, S(ESTABLISHED) | S(CLOSED));
	p.gap_ns = 300 * MS;
	permitted(rx(&p, A, 1, 1, 0));
	in_states(&p, S(ESTABLISHED));
}

#define same(field) cr_assert_eq(p.m.field, q.m.field, #field)

/* Nothing of the old connection is left in the record of the new one. */
Test(follow, a_new_connection_starts_afresh)
{
	struct play p, q;

	begin(&p, TCP_LISTEN, true);
	p.window = 60000;
	p.opt.kind = 0;
	tcp_opt_wscale(&p.opt, 7);
	tx(&p, SY, 0, 0, 0);
	tcp_opt_wscale(&p.opt, 5);
	permitted(rx(&p, SY | A, 0, 1, 0));
	tx(&p, A, 1, 1, 10);
	tx(&p, A, 100, 1, 10);
	permitted(rx(&p, F | A, 1, 11, 10));
	tx(&p, R, 11, 0, 0);
	p.window = 20000;
	tx(&p, SY, 100000, 0, 0);
	begin(&q, TCP_LISTEN, true);
	q.now_ns = p.now_ns - q.gap_ns;
	tx(&q, SY, 100000, 0, 0);
	for (int answered = 0; answered < 2; answered++) {
		same(irs);
		same(rcv_nxt);
		same(rcv_nxt_lo);
		same(rcv_max);
		same(fin_max);
		same(syn_end);
		same(rcv_wnd_known);
		same(fin_received);
		same(n_ranges);
		same(iss_known);
		same(fin_sent);
		same(snd_wnd);
		same(max_snd_wnd);
		same(our_ws);
		same(our_shift);
		same(our_ts);
		same(ts_ok);
		same(ws_ok);
		same(target_shift);
		same(time_wait_ns);
		same(snd_moved_ns);
		same(rcv_moved_ns);
		if (answered)
			break;
		permitted(rx(&p, SY | A, 777777, 100001, 0));
		permitted(rx(&q, SY | A, 777777, 100001, 0));
	}
	same(iss);
	same(snd_una);
	same(snd_nxt);
	same(rcv_right);
	same(offered_right);
}
