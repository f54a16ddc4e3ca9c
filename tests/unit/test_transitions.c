/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 9293 3.10.7, SEGMENT ARRIVES, written down a second time: every state and
 * every kind of segment, the states that may follow and the resets that may
 * answer.  By hand from the text, with what RFC 793, 1337, 5961 and 6191 allow
 * besides; a row of the model's table that is wrong or missing differs here.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "model/model.h"

#define US 0xfffffff0u	 /* the tester's ISS */
#define THEM 0xfffffff8u /* the target's */
#define F TCP_FIN
#define SY TCP_SYN
#define R TCP_RST
#define P TCP_PSH
#define A TCP_ACK
#define FAR 0x100000

/* One letter a state. */
static const char letters[] = "CLSREfFWGAT";
static const enum tcp_state by_letter[] = {
	TCP_CLOSED, TCP_LISTEN, TCP_SYN_SENT, TCP_SYN_RECEIVED, TCP_ESTABLISHED,
	TCP_FIN_WAIT_1, TCP_FIN_WAIT_2, TCP_CLOSE_WAIT, TCP_CLOSING, TCP_LAST_ACK,
	TCP_TIME_WAIT
};

struct play {
	struct model m;
	int64_t now_ns;
	uint32_t snd_nxt, rcv_nxt; /* the tester's */
};

static void tx(struct play *p, uint16_t flags, uint32_t seq, uint32_t ack, uint32_t len)
{
	struct segment s;

	memset(&s, 0, sizeof(s));
	s.flags = flags;
	s.seq = seq;
	s.ack = flags & A ? ack : 0;
	s.window = 20000;
	s.data_len = len;
	p->now_ns += 210000000;
	model_tx(&p->m, &s, p->now_ns);
}

static bool rx(struct play *p, uint16_t flags, uint32_t seq, uint32_t ack)
{
	struct model_violation v;
	struct segment s;

	memset(&s, 0, sizeof(s));
	s.flags = flags;
	s.seq = seq;
	s.ack = flags & A ? ack : 0;
	s.window = 20000;
	p->now_ns += 210000000;
	return model_rx(&p->m, &s, p->now_ns, &v);
}

/* The tester's and the target's correct segments, one octet long if FIN. */
static void ours(struct play *p, uint16_t flags)
{
	tx(p, flags, p->snd_nxt, p->rcv_nxt, 0);
	p->snd_nxt += (flags & (F | SY)) != 0;
}

static void theirs(struct play *p, uint16_t flags)
{
	cr_assert(rx(p, flags, p->rcv_nxt, p->snd_nxt));
	p->rcv_nxt += (flags & (F | SY)) != 0;
}

static void begin(struct play *p, char state)
{
	memset(p, 0, sizeof(*p));
	p->now_ns = 1000000000;
	p->snd_nxt = US;
	p->rcv_nxt = THEM;
	model_init(&p->m, state == 'C' ? TCP_CLOSED : TCP_LISTEN, true);
	if (state == 'C' || state == 'L')
		return;
	ours(p, SY);
	theirs(p, SY | A);
	if (state == 'R')
		return;
	ours(p, A);
	if (strchr("fFGT", state))
		theirs(p, F | A);
	if (strchr("FT", state))
		ours(p, A);
	if (strchr("WA", state))
		ours(p, F | A);
	if (strchr("A", state))
		theirs(p, F | A);
	if (strchr("T", state))
		ours(p, F | A);
	if (strchr("G", state)) {
		tx(p, F | A, p->snd_nxt, p->rcv_nxt - 1, 0);
		p->snd_nxt++;
	}
	/* Nothing of this crosses what comes next. */
	p->m.changed_ns -= 1000000000;
}

static uint16_t states_of(const char *text, char state)
{
	uint16_t set = 0;

	if (*text == '=')
		return STATE_BIT(by_letter[strchr(letters, state) - letters]);
	for (; *text && *text != '/' && *text != ' '; text++)
		set |= STATE_BIT(by_letter[strchr(letters, *text) - letters]);
	return set;
}

/*
 * SEQ counts from RCV.NXT of the target.  ACK: 'n' SND.NXT, 'u' what is before
 * its last octet, '+' one beyond SND.NXT, 'o' before any window, '-' none.
 * What follows is the states after, "=" if the same, and behind a slash whether
 * a reset may answer: 's' SEQ=SEG.ACK, 'a' SEQ=0 and ACK=SEG.SEQ+SEG.LEN.
 */
struct event {
	uint16_t flags;
	int32_t seq;
	char ack;
	uint32_t len;
	const char *after; /* words in the order of "REfFWGATLC" */
};
static const char order[] = "REfFWGATLC";

static const struct event events[] = {
	{ R, 0, '-', 0, "L C C C C C C TC = =" },
	{ R | A, 0, 'n', 0, "L C C C C C C TC = =" },
	{ R | A, 0, '+', 0, "L C C C C C C TC = =" },
	{ R | P, 0, '-', 4, "L C C C C C C TC = =" },
	{ R, 1, '-', 0, "RL EC fC FC WC GC AC TC = =" },
	{ R, 19998, '-', 0, "RL EC fC FC WC GC AC TC = =" },
	{ R, 20000, '-', 0, "= = = = = = = = = =" },
	{ R, -1, '-', 0, "= = = = = = = = = =" },
	{ R, FAR, '-', 0, "= = = = = = = = = =" },
	{ SY | R, 0, '-', 0, "L C C C C C C TC = =" },

	{ SY, 0, '-', 0, "RL EC/a fC/a FC/a WC/a GC/a AC/a TRC/a R =/a" },
	{ SY, 100, '-', 0, "RL EC/a fC/a FC/a WC/a GC/a AC/a TRC/a R =/a" },
	{ SY, -1, '-', 0, "= = = = = = = = R =/a" },
	{ SY, -500, '-', 0, "= = = = = = = = R =/a" },
	{ SY, FAR, '-', 0, "= = = = = = = TR R =/a" },
	{ SY, 0, '-', 5, "RL EC/a fC/a FC/a WC/a GC/a AC/a TRC/a R =/a" },
	{ SY | F, 0, '-', 0, "RL EC/a fC/a FC/a WC/a GC/a AC/a TRC/a RL =/a" },
	{ SY | A, 100, '+', 0, "RL/s EC/s fC/s FC/s WC/s GC/s AC/s TC/s =/s =/s" },
	{ SY | A, -500, '+', 0, "=/s = = = = = = = =/s =/s" },
	{ SY | A, FAR, '+', 0, "=/s = = = = = = = =/s =/s" },

	{ 0, 0, '-', 0, "= = = = = = = = = =/a" },
	{ P, 0, '-', 4, "= = = = = = = = = =/a" },
	{ F, 0, '-', 0, "= = = = = = = = = =/a" },

	{ A, 0, 'n', 0, "E = F = = T C = =/s =/s" },
	{ A, 0, 'u', 0, "=/s = = = = = = = =/s =/s" },
	{ A, 0, '+', 0, "=/s = = = = = = = =/s =/s" },
	{ A, 0, 'o', 0, "=/s = = = = = = = =/s =/s" },
	/* Beyond a hole it may be held whole, its ACK field included (SHLD-31). */
	{ A, 1, 'n', 0, "RE = fF = = GT AC = =/s =/s" },
	{ A, -1, 'n', 0, "= = = = = = = = =/s =/s" },
	{ A, FAR, 'n', 0, "= = = = = = = = =/s =/s" },

	{ A, 0, 'n', 4, "E = FC FC = T C = =/s =/s" },
	{ A, 0, 'u', 4, "=/s = fC/s FC/s = GC/s AC/s = =/s =/s" },
	{ A, 0, '+', 4, "=/s = = = = = = = =/s =/s" },
	{ A, 100, 'n', 4, "RE = fFC FC = GT AC = =/s =/s" },
	{ A, -2, 'n', 4, "E = FC FC = T C = =/s =/s" },
	{ A, -4, 'n', 4, "= = = = = = = = =/s =/s" },
	{ A, FAR, 'n', 4, "= = = = = = = = =/s =/s" },

	{ F | A, 0, 'n', 0, "W W T T = T C = =/s =/s" },
	{ F | A, 0, 'u', 0, "=/s W G T = = = = =/s =/s" },
	{ F | A, 0, '+', 0, "=/s = = = = = = = =/s =/s" },
	{ F | A, 0, 'n', 4, "W W TC TC = T C = =/s =/s" },
	{ F | A, 100, 'n', 0, "RE = fFC/s FC/s = GT AC = =/s =/s" },
	{ F | A, -1, 'n', 0, "= = = = = = = = =/s =/s" },
	{ F | A, FAR, 'n', 0, "= = = = = = = = =/s =/s" },
};

/* The word for the @k-th state. */
static const char *after(const struct event *e, size_t k)
{
	const char *word = e->after;

	while (k--)
		word = strchr(word, ' ') + 1;
	return word;
}

/* True if the word has @c behind its slash. */
static bool may_answer(const char *word, char c)
{
	size_t len = strcspn(word, " "), slash = strcspn(word, "/");

	return slash < len && memchr(word + slash, c, len - slash);
}

struct sent {
	uint32_t seq, end, ack;
};

static struct sent send_event(struct play *p, const struct event *e, char state)
{
	bool fresh = state == 'L' || state == 'C';
	uint32_t nxt = fresh ? THEM + 1000 : p->rcv_nxt;
	uint32_t ack = e->ack == 'n' ? nxt
		: e->ack == 'u'	     ? nxt - 1
		: e->ack == 'o'	     ? nxt - 200000
		: e->ack == '+'	     ? nxt + 1
				     : 0;
	struct sent s = { .seq = p->snd_nxt + (uint32_t)e->seq, .ack = ack };

	s.end = s.seq + e->len + ((e->flags & SY) != 0) + ((e->flags & F) != 0);
	tx(p, e->flags, s.seq, ack, e->len);
	return s;
}

static const char *describe(const struct event *e, char state)
{
	static char text[120];
	char flags[TCP_FLAGS_STRLEN];

	snprintf(text, sizeof(text), "%s seq=RCV.NXT%+d ack=%c length %u in %s",
		 tcp_flags_str(e->flags, flags, sizeof(flags)), e->seq, e->ack, e->len,
		 tcp_state_names[by_letter[strchr(letters, state) - letters]]);
	return text;
}

Test(transitions, states)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		for (size_t k = 0; order[k]; k++) {
			const struct event *e = &events[i];
			struct buf b = BUF_INIT;
			struct play p;

			begin(&p, order[k]);
			cr_assert_eq(p.m.states, states_of("=", order[k]), "%c", order[k]);
			send_event(&p, e, order[k]);
			model_states_str(p.m.states, &b);
			cr_expect_eq(p.m.states, states_of(after(e, k), order[k]), "%s: %s",
				     describe(e, order[k]), buf_str(&b));
			buf_fini(&b);
		}
	}
}

/* SEQ=SND.NXT is an abort, which needs no permission where there is a connection. */
static bool is_abort(const struct play *p, uint32_t seq, char state)
{
	return state != 'L' && state != 'C' && seq == p->rcv_nxt;
}

Test(transitions, resets)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		for (size_t k = 0; order[k]; k++) {
			const struct event *e = &events[i];
			bool by_seq = may_answer(after(e, k), 's');
			bool by_ack = may_answer(after(e, k), 'a');
			struct play p;
			struct sent s;

			begin(&p, order[k]);
			s = send_event(&p, e, order[k]);
			if (!is_abort(&p, s.ack, order[k]))
				cr_expect_eq(rx(&p, R, s.ack, 0), by_seq, "%s: <SEQ=SEG.ACK>",
					     describe(e, order[k]));
			begin(&p, order[k]);
			s = send_event(&p, e, order[k]);
			cr_expect_eq(rx(&p, R | A, 0, s.end), by_ack, "%s: <SEQ=0><ACK=..>",
				     describe(e, order[k]));
			begin(&p, order[k]);
			s = send_event(&p, e, order[k]);
			if (!is_abort(&p, s.ack + 7, order[k]))
				cr_expect(!rx(&p, R, s.ack + 7, 0), "%s", describe(e, order[k]));
		}
	}
}

/* Any synchronized TCP may acknowledge, in CLOSED and LISTEN none may. */
Test(transitions, acknowledgments)
{
	for (size_t k = 0; order[k]; k++) {
		bool there = order[k] != 'L' && order[k] != 'C';
		struct play p;

		begin(&p, order[k]);
		cr_expect_eq(rx(&p, A, p.rcv_nxt, p.snd_nxt), there, "%c", order[k]);
		begin(&p, order[k]);
		cr_expect(!rx(&p, A, p.rcv_nxt + 1, p.snd_nxt), "%c", order[k]);
		begin(&p, order[k]);
		cr_expect(!rx(&p, A, p.rcv_nxt, p.snd_nxt + 1), "%c", order[k]);
	}
}
