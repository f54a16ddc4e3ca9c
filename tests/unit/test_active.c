/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The follower and a target that opens the connection: its application's calls,
 * SYN-SENT, and what the words for a violation say.
 */
#include "play_util.h"

/* The application is told to connect, the SYN comes. */
static void opening(struct play *p)
{
	begin(p, TCP_CLOSED, true);
	model_app(&p->m, MODEL_CALL_OPEN_ACTIVE, p->now_ns);
	in_states(p, S(CLOSED) | S(SYN_SENT));
	permitted(rx(p, SY, 0, 0, 0));
	in_states(p, S(SYN_SENT));
}

/* RFC 9293 figure 6, seen from the other side. */
Test(active, handshake)
{
	struct play p;

	opening(&p);
	permitted(rx(&p, SY, 0, 0, 0));
	tx(&p, SY | A, 0, 1, 0);
	in_states(&p, S(ESTABLISHED));
	permitted(rx(&p, A, 1, 1, 0));
	permitted(rx(&p, A, 1, 1, 10));
	tx(&p, A, 1, 11, 5);
	permitted(rx(&p, F | A, 11, 6, 0));
	in_states(&p, S(FIN_WAIT_1));
	tx(&p, F | A, 6, 12, 0);
	in_states(&p, S(TIME_WAIT));
	permitted(rx(&p, A, 12, 7, 0));
}

/* Nobody told it to connect. */
Test(active, uncalled)
{
	struct play p;

	begin(&p, TCP_CLOSED, true);
	breaks("SA-LISTEN-3", rx(&p, SY, 0, 0, 0));
	begin(&p, TCP_LISTEN, true);
	breaks("SA-LISTEN-3", rx(&p, SY, 0, 0, 0));
	/* ... and once the connection is open it is too late for a SYN */
	opening(&p);
	tx(&p, SY | A, 0, 1, 0);
	permitted(rx(&p, A, 1, 1, 0));
	breaks("SA-LISTEN-3", rx(&p, SY, 0, 0, 0));
}

Test(active, one_iss)
{
	struct play p;

	opening(&p);
	breaks("OPEN-2", rx(&p, SY, 7, 0, 0));
	cr_assert(p.v.has_value);
	cr_assert_eq(p.v.value, THEM);
}

/* 3.10.7.3: before the handshake nothing but the SYN is sent. */
Test(active, too_early)
{
	struct play p;

	opening(&p);
	breaks("SA-SYNSENT-7", rx(&p, A, 1, 1, 5));
	breaks("3.5.2", rx(&p, R, 1, 0, 0));
}

/* First check: an ACK of something that was never sent is reset. */
Test(active, wrong_ack)
{
	struct play p;

	for (int syn = 0; syn < 2; syn++) {
		opening(&p);
		tx(&p, syn ? SY | A : A, 0, 2, 0);
		in_states(&p, S(SYN_SENT));
		permitted(rx(&p, R, 2, 0, 0));
		breaks("3.5.2", rx(&p, R, 2, 0, 0));
		tx(&p, A, 0, 0, 0);
		breaks("SA-SYNSENT-1", rx(&p, R | A, 0, 0, 0));
	}
}

/* Where packets may get lost: its ACK proves that ours came, so a SYN is a new one. */
Test(active, half_open_where_packets_get_lost)
{
	struct play p;

	begin(&p, TCP_CLOSED, false);
	model_app(&p.m, MODEL_CALL_OPEN_ACTIVE, p.now_ns);
	permitted(rx(&p, SY, 0, 0, 0));
	tx(&p, SY | A, 0, 1, 0);
	permitted(rx(&p, A, 1, 1, 0));
	cr_expect(!model_possible(&p.m, TCP_SYN_SENT));
	/* The SYN once more, which the network had kept. */
	permitted(rx(&p, SY, 0, 0, 0));
	tx(&p, SY, 0x40000000, 0, 0);
	permitted(rx(&p, A, 1, 1, 0));
	tx(&p, R, 1, 0, 0);
	cr_expect(model_possible(&p.m, TCP_CLOSED));
}

Test(active, refused)
{
	struct play p;

	opening(&p);
	tx(&p, R, 0, 0, 0);
	in_states(&p, S(SYN_SENT));
	tx(&p, R | A, 0, 2, 0);
	in_states(&p, S(SYN_SENT));
	tx(&p, R | A, 0, 1, 0);
	cr_assert(model_possible(&p.m, TCP_CLOSED));
	breaks("SA-SYNSENT-7", rx(&p, A, 1, 1, 0));
}

/* RFC 9293 figure 8. */
Test(active, simultaneous)
{
	struct play p;

	opening(&p);
	tx(&p, SY, 0, 0, 0);
	in_states(&p, S(SYN_RECEIVED));
	breaks("SA-LISTEN-3", rx(&p, SY | A, 0, 2, 0));
	permitted(rx(&p, SY | A, 0, 1, 0));
	breaks("SA-LISTEN-3", rx(&p, SY | A, 1, 1, 0));
	tx(&p, SY | A, 0, 1, 0);
	tx(&p, A, 1, 1, 0);
	in_states(&p, S(ESTABLISHED));
	permitted(rx(&p, A, 1, 1, 20));
	breaks("3.8.6-WINDOW", rx(&p, A, 21, 1, 20001));
}

/* Both SYNs cross: ours was seen first. */
Test(active, crossing)
{
	struct play p;

	begin(&p, TCP_CLOSED, true);
	model_app(&p.m, MODEL_CALL_OPEN_ACTIVE, p.now_ns);
	p.gap_ns = MS;
	tx(&p, SY, 0, 0, 0);
	permitted(rx(&p, SY, 0, 0, 0));
	in_states(&p, S(SYN_RECEIVED));
	permitted(rx(&p, SY | A, 0, 1, 0));
	tx(&p, A, 1, 1, 0);
	in_states(&p, S(ESTABLISHED));
}

/* MUST-11: an active opener does not go back to LISTEN (SA-RST-5). */
Test(active, reset_in_syn_received)
{
	struct play p;

	opening(&p);
	tx(&p, SY, 0, 0, 0);
	permitted(rx(&p, SY | A, 0, 1, 0));
	tx(&p, R, 1, 0, 0);
	in_states(&p, S(CLOSED));
}

/* Window scale holds if both have it, and not for the windows of SYNs. */
Test(active, window_scale)
{
	struct play p;

	begin(&p, TCP_CLOSED, true);
	model_app(&p.m, MODEL_CALL_OPEN_ACTIVE, p.now_ns);
	p.window = 100;
	tcp_opt_wscale(&p.opt, 2);
	permitted(rx(&p, SY, 0, 0, 0));
	tcp_opt_wscale(&p.opt, 3);
	tx(&p, SY | A, 0, 1, 0);
	breaks("3.8.6-WINDOW", rx(&p, A, 1, 1, 101));
	tx(&p, A, 1, 1, 0);
	permitted(rx(&p, A, 1, 1, 800));
	breaks("3.8.6-WINDOW", rx(&p, A, 801, 1, 2));
}

/* Text and FIN may come with the SYN,ACK; they are taken in order. */
Test(active, text_in_syn_ack)
{
	struct play p;

	opening(&p);
	tx(&p, SY | A | F, 0, 1, 5);
	in_states(&p, S(CLOSE_WAIT) | S(SYN_SENT)); /* or dropped, for SYN with FIN */
	permitted(rx(&p, A, 1, 7, 0));
	breaks("3.4-ACK-BEYOND", rx(&p, A, 1, 8, 0));
}

/* CLOSE in SYN-SENT deletes the connection without a word (3.10.4). */
Test(active, calls)
{
	struct play p;

	opening(&p);
	model_app(&p.m, MODEL_CALL_CLOSE, p.now_ns);
	in_states(&p, S(CLOSED) | S(SYN_SENT));
	tx(&p, SY | A, 0, 1, 0);
	permitted(rx(&p, R, 1, 0, 0));

	begin(&p, TCP_CLOSED, true);
	model_app(&p.m, MODEL_CALL_OPEN_PASSIVE, p.now_ns);
	tx(&p, SY, 0, 0, 0);
	permitted(rx(&p, SY | A, 0, 1, 0));
	in_states(&p, S(SYN_RECEIVED));
	tx(&p, A, 1, 1, 0);
	/* the states come with the segments */
	model_app(&p.m, MODEL_CALL_SEND, p.now_ns);
	model_app(&p.m, MODEL_CALL_SHUTDOWN, p.now_ns);
	in_states(&p, S(ESTABLISHED));
	permitted(rx(&p, A, 1, 1, 5));
	permitted(rx(&p, F | A, 6, 1, 0));
	in_states(&p, S(FIN_WAIT_1));
}

/* The same ports again, with other numbers. */
Test(active, connect_again)
{
	struct play p;

	opening(&p);
	tx(&p, R | A, 0, 1, 0);
	model_app(&p.m, MODEL_CALL_OPEN_ACTIVE, p.now_ns);
	p.m.states = S(CLOSED);
	model_app(&p.m, MODEL_CALL_OPEN_ACTIVE, p.now_ns);
	permitted(rx(&p, SY, 5000, 0, 0));
	tx(&p, SY | A, 9000, 5001, 0);
	permitted(rx(&p, A, 5001, 9001, 0));
	in_states(&p, S(ESTABLISHED));
}

/* A violation knows the states and says what was permitted. */
Test(active, words)
{
	struct buf b = BUF_INIT;
	struct play p;

	opening(&p);
	tx(&p, SY | A, 0, 1, 0);
	permitted(rx(&p, A, 1, 1, 0));
	tx(&p, A, 1, 1, 7);
	breaks("3.4-ACK-BEYOND", rx(&p, A, 1, 9, 0));
	cr_assert_eq(p.v.states, S(ESTABLISHED));
	model_permitted_str(&p.v, &b);
	cr_assert_str_eq(buf_str(&b), "data, ACK, FIN or an abort; SND.NXT=0xffffffff, "
				      "ACK=0xfffffffd to 0x00000004");
	buf_reset(&b);
	p.v.states = S(CLOSED) | S(ESTABLISHED) | S(CLOSE_WAIT);
	p.v.numbers = false;
	model_permitted_str(&p.v, &b);
	cr_assert_str_eq(buf_str(&b), "a reset that answers a segment; "
				      "data, ACK, FIN or an abort");
	buf_fini(&b);
}
