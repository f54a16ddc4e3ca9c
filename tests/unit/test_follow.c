/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The follower in the odd corners of a connection: what a correct TCP may send
 * there must be permitted, and what it may not must be named.  Those at the edges
 * of a window are in test_follow_window.c.
 */
#include "play_util.h"

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

	half_opened(&p, 20000);
	permitted(rx(&p, F | A, 1, 1, 0));
	in_states(&p, S(FIN_WAIT_1));

	half_opened(&p, 20000);
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

/* A SYN,ACK and our reset were lost: the next SYN meets the first connection. */
Test(follow, lost_reset_between_two_syns)
{
	struct play p;

	for (int old = 0; old < 2; old++) {
		begin(&p, TCP_LISTEN, false);
		tx(&p, SY, 0, 0, 0);
		tx(&p, R, 1, 0, 0);
		tx(&p, SY, 100000, 0, 0);
		if (!old) {
			permitted(rx(&p, SY | A, 0, 100001, 0));
			continue;
		}
		permitted(rx(&p, A, 1, 1, 0));
		permitted(rx(&p, SY | A, 0, 1, 0));
		breaks("SA-LISTEN-3", rx(&p, SY | A, 0, 2, 0));
	}
	begin(&p, TCP_LISTEN, true);
	tx(&p, SY, 0, 0, 0);
	tx(&p, R, 1, 0, 0);
	tx(&p, SY, 100000, 0, 0);
	breaks("SA-LISTEN-3", rx(&p, A, 1, 1, 0));
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

/*
 * A SYN in the window before the connection is synchronized: RFC 793 has a reset for
 * it, RFC 9293 3.10.7.4 has none after a passive OPEN.
 */
Test(follow, syn_in_syn_received)
{
	struct play p;
	const uint16_t left = S(SYN_RECEIVED) | S(LISTEN);

	for (int how = 0; how < 4; how++) {
		half_opened(&p, 20000);
		if (how == 1)
			p.m.book = model_book_of(RULES_ALL);
		tx(&p, SY, 100, 0, 0);
		in_states(&p, left);
		if (how == 0)
			permitted(rx(&p, A, 1, 1, 0));
		else if (how == 1)
			permitted(rx(&p, R | A, -THEM, 101, 0));
		else if (how == 2)
			breaks("3.10.5-ABORT", rx(&p, R | A, -THEM, 101, 0));
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

/* Our ACK may have been lost; the clause to cite is that of where it has arrived. */
Test(follow, the_clause_is_of_the_latest_state)
{
	struct play p;

	opened(&p, false);
	in_states(&p, S(SYN_RECEIVED) | S(ESTABLISHED));
	tx(&p, A, 1, 2, 0);
	cr_assert_str_eq(p.m.due.row->clause, "SA-ACK-4");
	cr_assert_eq(p.m.due.from, TCP_ESTABLISHED);
}
