/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The follower at the edges of the windows: what either side may send into the
 * window that the other told of, and what it takes from beyond (RFC 9293 3.8.6,
 * and table 6 in 3.10.7.4).
 */
#include "play_util.h"

/*
 * Beyond the window that it told of a target may take what we send: the window
 * has grown since (3.8.6.2.2: not every update is sent).  It need not.
 */
Test(follow_window, text_beyond_the_window)
{
	struct play p;

	for (uint32_t taken = 0; taken < 2; taken++) {
		half_opened(&p, 4);
		tx(&p, A, 1, 1, 4);
		p.their_window = 0;
		permitted(rx(&p, A, 1, 5, 0));
		/* a probe of one octet */
		tx(&p, A, 5, 1, 1);
		permitted(rx(&p, A, 1, 5 + taken, 0));
		breaks("3.4-ACK-BEYOND", rx(&p, A, 1, 7, 0));
	}
}

Test(follow_window, fin_beyond_the_window)
{
	struct play p;

	half_opened(&p, 4);
	tx(&p, A, 1, 1, 4);
	p.their_window = 0;
	permitted(rx(&p, A, 1, 5, 0));
	tx(&p, F | A, 5, 1, 0);
	in_states(&p, S(ESTABLISHED) | S(CLOSE_WAIT));
	permitted(rx(&p, A, 1, 6, 0));
	in_states(&p, S(CLOSE_WAIT));
}

/* What no ACK field vouches for is not taken, wherever the window is. */
Test(follow_window, not_taken)
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

/* 3.8.6: what we offered, in whatever segment, may be filled and no more. */
Test(follow_window, the_window_we_offered)
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

Test(follow_window, the_scaled_window_we_offered)
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
Test(follow_window, our_window_shrinks)
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

/* The window that the target told of: the furthest, since it should not shrink. */
Test(follow_window, the_window_it_told_of)
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

Test(follow_window, the_scaled_window_it_told_of)
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
Test(follow_window, their_window_is_zero)
{
	struct play p;

	half_opened(&p, 0);
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
Test(follow_window, reset_with_data_into_a_zero_window)
{
	struct play p;

	for (uint32_t seq = 0; seq <= 2; seq++) {
		half_opened(&p, 0);
		tx(&p, A, 1, 1, 0);
		tx(&p, R, seq, 0, 4);
		in_states(&p, seq == 1 ? S(CLOSED) : S(ESTABLISHED));
	}
}

/* An ACK field is to be used all the same. */
Test(follow_window, ack_into_a_zero_window)
{
	struct play p;

	half_opened(&p, 0);
	tx(&p, A, 1, 1, 4);
	in_states(&p, S(SYN_RECEIVED) | S(ESTABLISHED));
	tx(&p, A, 1, 1, 0);
	permitted(rx(&p, F | A, 1, 1, 0));
	in_states(&p, S(FIN_WAIT_1));
	tx(&p, A, 1, 2, 4);
	cr_assert(model_possible(&p.m, TCP_FIN_WAIT_1));
	cr_assert(model_possible(&p.m, TCP_FIN_WAIT_2));
}

/* Its FIN tells by its ACK whether it had seen ours. */
Test(follow_window, fin_beyond_the_window_and_its_fin)
{
	struct play p;

	half_opened(&p, 0);
	tx(&p, A, 1, 1, 0);
	tx(&p, F | A, 1, 1, 0);
	in_states(&p, S(ESTABLISHED) | S(CLOSE_WAIT));
	permitted(rx(&p, F | A, 1, 2, 0));
	in_states(&p, S(LAST_ACK));
}
