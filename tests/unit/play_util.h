/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests of the follower: segments of both sides, one behind the other, and
 * what it says of them.
 *
 * Sequence numbers are relative to the two initial ones, which stand just below
 * the wrap.  Unless a test says otherwise 300 ms pass between two segments, so
 * that nothing crosses on the wire by accident.
 */
#ifndef PLAY_UTIL_H
#define PLAY_UTIL_H

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

/* The target is in @state, and has not been heard of. */
static inline void begin(struct play *p, enum tcp_state state, bool lossless)
{
	memset(p, 0, sizeof(*p));
	model_init(&p->m, state, lossless);
	p->now_ns = 1000 * MS;
	p->gap_ns = 300 * MS;
	p->window = 20000;
	p->their_window = 20000;
}

static inline void fill(struct play *p, struct segment *s, uint16_t flags, uint32_t len)
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
static inline void tx(struct play *p, uint16_t flags, uint32_t seq, uint32_t ack, uint32_t len)
{
	struct segment s;

	fill(p, &s, flags, len);
	s.seq = US + seq;
	s.ack = flags & A ? THEM + ack : 0;
	s.window = p->window;
	model_tx(&p->m, &s, p->now_ns);
}

/* A segment of the target: the clause it breaks, or NULL. */
static inline const char *rx(struct play *p, uint16_t flags, uint32_t seq, uint32_t ack,
			     uint32_t len)
{
	struct segment s;

	fill(p, &s, flags, len);
	s.seq = THEM + seq;
	s.ack = flags & A ? US + ack : 0;
	s.window = p->their_window;
	p->v.clause = "no clause";
	return model_rx(&p->m, &s, p->now_ns, &p->v) ? NULL : p->v.clause;
}

/* The segment of the target is, and: it breaks this clause and no other. */
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

static inline void in_states(const struct play *p, uint16_t states)
{
	struct buf b = BUF_INIT;

	model_states_str(p->m.states, &b);
	cr_assert_eq(p->m.states, states, "%s", buf_str(&b));
	buf_fini(&b);
}

/* A target in LISTEN has answered a SYN, and offered @their_window. */
static inline void half_opened(struct play *p, uint16_t their_window)
{
	begin(p, TCP_LISTEN, true);
	p->their_window = their_window;
	tx(p, SY, 0, 0, 0);
	permitted(rx(p, SY | A, 0, 1, 0));
}

/* The tester opens a connection to a target in LISTEN. */
static inline void opened(struct play *p, bool lossless)
{
	begin(p, TCP_LISTEN, lossless);
	tx(p, SY, 0, 0, 0);
	permitted(rx(p, SY | A, 0, 1, 0));
	tx(p, A, 1, 1, 0);
}

/* A reset at @seq, after which @at is what it was. */
static inline void reset_at(uint32_t seq, uint16_t states, const struct play *at)
{
	struct play p = *at;

	tx(&p, R, seq, 0, 0);
	in_states(&p, states);
}

#endif
