/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of open conversations.
 *
 * Conversations stand in one of two lists in the order of their last packet:
 * those that are closed are given up after a short while (what comes late still
 * finds them), the others after a long one.  Each packet looks at the heads of
 * the lists only.
 */
#include "conv/conv.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "conv/internal.h"
#include "wire/frame.h"

/* Longer than SYNs and FINs are sent again. */
#define CLOSED_IDLE_NS INT64_C(130000000000)
#define OPEN_IDLE_NS INT64_C(600000000000)

/* What was sent before the capture began is on its way for so long. */
#define EARLY_NS INT64_C(3000000000)

/* What one link carries at most: beyond that it was put together by offload. */
#define JUMBO_MAX 9216

struct conv_list {
	struct conv *head, *tail;
};

struct conv_table {
	struct conv_config cfg;
	conv_result_fn *fn;
	void *arg;
	struct conv *hash, *latest;
	struct conv_list open, closed;
	struct conv_stats stats;
	int64_t now_ns, epoch_ns; /* latest and first frame */
	struct arena *arena;	  /* of one result */
	struct segment seg;
};

const char *const conv_unjudged_words[CONV_N_UNJUDGED] = {
	[CONV_NO_IP] = "no IP packets",
	[CONV_NO_TCP] = "other protocols than TCP",
	[CONV_FRAGMENT] = "IP fragments",
	[CONV_CUT] = "captured too short for a TCP header",
	[CONV_BROKEN] = "impossible IP headers",
	[CONV_OLD] = "left over from an earlier connection of the same ports",
};

struct conv_table *conv_new(const struct conv_config *cfg, conv_result_fn *fn, void *arg)
{
	struct conv_table *t = calloc(1, sizeof(*t));

	if (!t)
		log_panic("out of memory");
	t->cfg = *cfg;
	if (!t->cfg.max_open)
		t->cfg.max_open = CONV_MAX_OPEN;
	t->fn = fn;
	t->arg = arg;
	t->now_ns = INT64_MIN;
	t->arena = arena_new();
	return t;
}

const struct conv_stats *conv_stats(const struct conv_table *t)
{
	return &t->stats;
}

/* Lists */

static struct conv_list *list_of(struct conv_table *t, const struct conv *c)
{
	return c->closed ? &t->closed : &t->open;
}

static void list_remove(struct conv_list *l, struct conv *c)
{
	if (c->prev)
		c->prev->next = c->next;
	else
		l->head = c->next;
	if (c->next)
		c->next->prev = c->prev;
	else
		l->tail = c->prev;
}

static void list_append(struct conv_list *l, struct conv *c)
{
	c->prev = l->tail;
	c->next = NULL;
	if (l->tail)
		l->tail->next = c;
	else
		l->head = c;
	l->tail = c;
}

/* The end of a conversation */

/* A hole in so many segments is a capture that cannot be relied on. */
#define RELIABLE 1000

static void hand_out(struct conv_table *t, const struct conv *c)
{
	struct conv_view view = { .epoch_ns = t->epoch_ns };

	view.incomplete = c->holes || t->stats.holes * RELIABLE > t->stats.segments;
	for (int i = 0; i < 2; i++) {
		struct conv_result res;
		struct verdict v;

		if (!c->end[i].picked)
			continue;
		conv_result(c, i, &view, t->arena, &res, &v);
		t->fn(t->arg, &res);
		arena_reset(t->arena);
	}
}

static void free_end(struct conv_end *e)
{
	lint_fini(&e->lint);
	if (!e->trace)
		return;
	trace_fini(e->trace);
	free(e->trace);
	e->trace = NULL;
}

static void drop(struct conv_table *t, struct conv *c)
{
	if (t->latest == c)
		t->latest = NULL;
	HASH_DEL(t->hash, c);
	list_remove(list_of(t, c), c);
	free_end(&c->end[0]);
	free_end(&c->end[1]);
	free(c);
	t->stats.open--;
}

static void end_conv(struct conv_table *t, struct conv *c)
{
	hand_out(t, c);
	drop(t, c);
}

void conv_finish(struct conv_table *t)
{
	while (t->closed.head)
		end_conv(t, t->closed.head);
	while (t->open.head)
		end_conv(t, t->open.head);
}

void conv_free(struct conv_table *t)
{
	while (t->hash)
		drop(t, t->hash);
	arena_free(t->arena);
	free(t);
}

static void expire(struct conv_table *t, int64_t now_ns)
{
	while (t->closed.head && now_ns - t->closed.head->last_ns > CLOSED_IDLE_NS)
		end_conv(t, t->closed.head);
	while (t->open.head && now_ns - t->open.head->last_ns > OPEN_IDLE_NS)
		end_conv(t, t->open.head);
}

/* The beginning */

static bool is_picked(const struct conv_table *t, const struct conv_end *e)
{
	for (size_t i = 0; i < t->cfg.n_picks; i++) {
		const struct conv_pick *p = &t->cfg.pick[i];

		if (ip_addr_eq(&p->addr, &e->addr) && (!p->port || p->port == e->port))
			return true;
	}
	return !t->cfg.n_picks;
}

static void start_end(struct conv_table *t, struct conv_end *e, const struct ip_addr *addr,
		      uint16_t port)
{
	struct conv_end fresh = {
		.addr = *addr,
		.port = port,
		.claim = -1,
		.sums.packet = -1,
	};

	*e = fresh;
	model_init_anywhere(&e->model);
	if (t->cfg.rules)
		e->model.book = model_book_of(t->cfg.rules);
	lint_init(&e->lint, NULL, 0);
	e->picked = is_picked(t, e);
}

/* Which of the ends of its key the segment is from. */
static int make_key(const struct segment *s, struct conv_key *key)
{
	int order = memcmp(s->src.b, s->dst.b, sizeof(s->src.b));
	int from = order ? order > 0 : s->sport > s->dport;

	memset(key, 0, sizeof(*key));
	key->family = s->src.family;
	memcpy(key->addr[from], s->src.b, 16);
	memcpy(key->addr[!from], s->dst.b, 16);
	key->port[from] = s->sport;
	key->port[!from] = s->dport;
	return from;
}

static void make_room(struct conv_table *t)
{
	if (t->stats.open < t->cfg.max_open)
		return;
	t->stats.ended_early++;
	end_conv(t, t->closed.head ? t->closed.head : t->open.head);
}

static struct conv *start_conv(struct conv_table *t, const struct conv_key *key, int from,
			       const struct segment *s, int64_t ts_ns)
{
	struct conv *c;

	make_room(t);
	c = calloc(1, sizeof(*c));
	if (!c)
		log_panic("out of memory for %zu conversations", t->stats.open);
	c->key = *key;
	c->first_frame = t->stats.frames;
	c->first_ns = ts_ns;
	c->early = ts_ns - t->epoch_ns < EARLY_NS;
	start_end(t, &c->end[from], &s->src, s->sport);
	start_end(t, &c->end[!from], &s->dst, s->dport);
	HASH_ADD(hh, t->hash, key, sizeof(c->key), c);
	list_append(&t->open, c);
	t->stats.open++;
	t->stats.conversations++;
	return c;
}

/* The same ports, another connection: the numbers of the old one are remembered. */
static struct conv *start_anew(struct conv_table *t, struct conv *old, int from,
			       const struct segment *s, int64_t ts_ns)
{
	struct conv_key key = old->key;
	bool known[2];
	uint32_t nxt[2];
	struct conv *c;

	for (int i = 0; i < 2; i++) {
		known[i] = old->end[i].model.any.snd_nxt.set;
		nxt[i] = old->end[i].model.snd_nxt;
	}
	end_conv(t, old);
	c = start_conv(t, &key, from, s, ts_ns);
	c->again = true;
	for (int i = 0; i < 2; i++) {
		c->end[i].old_set = known[i];
		c->end[i].old_nxt = nxt[i];
		/* What is still on its way may be answered, even by SACK. */
		c->end[i].lint.path |= LINT_PARTIAL;
	}
	return c;
}

static struct conv *find_conv(struct conv_table *t, const struct conv_key *key)
{
	struct conv *c = t->latest;

	if (c && !memcmp(&c->key, key, sizeof(*key)))
		return c;
	HASH_FIND(hh, t->hash, key, sizeof(*key), c);
	return c;
}

/* A segment */

static void touch(struct conv_table *t, struct conv *c, int64_t ts_ns)
{
	struct conv_list *l = list_of(t, c);
	bool closed = conv_is_closed(c);

	c->last_ns = ts_ns;
	t->latest = c;
	if (c == l->tail && closed == c->closed)
		return;
	list_remove(l, c);
	c->closed = closed;
	list_append(list_of(t, c), c);
}

static void take_segment(struct conv_table *t, const struct conv_packet *p)
{
	const struct segment *s = p->s;
	struct conv_key key;
	int from = make_key(s, &key);
	struct conv *c = find_conv(t, &key);
	uint64_t holes;

	if (!c)
		c = start_conv(t, &key, from, s, p->ts_ns);
	else if ((s->flags & (TCP_SYN | TCP_RST)) == TCP_SYN &&
		 conv_is_anew(c, from, s))
		c = start_anew(t, c, from, s, p->ts_ns);
	if ((c->again || c->early) && conv_is_old(c, from, s, p->ts_ns)) {
		t->stats.unjudged[CONV_OLD]++;
		model_stray_tx(&c->end[!from].model, s, p->ts_ns);
		return;
	}
	t->stats.segments++;
	if (s->defects & SEG_DEFECT_CHECKSUM_PARTIAL)
		t->stats.partial++;
	if (s->ip_len > JUMBO_MAX)
		t->stats.supersegments++;
	holes = c->holes;
	conv_judge(c, from, p);
	t->stats.holes += c->holes - holes;
	touch(t, c, p->ts_ns);
}

/* CONV_N_UNJUDGED if it is to be judged. */
static enum conv_unjudged unjudged(const struct segment *s)
{
	if (s->defects & SEG_DEFECT_FRAGMENT)
		return CONV_FRAGMENT;
	if ((s->defects & SEG_DEFECT_IP_HEADER) && !(s->defects & SEG_DEFECT_TRUNCATED))
		return CONV_BROKEN;
	if (s->defects & SEG_DEFECT_NOT_TCP)
		return s->defects & SEG_DEFECT_TRUNCATED ? CONV_CUT : CONV_NO_TCP;
	if (s->defects & SEG_DEFECT_SHORT)
		return s->defects & SEG_DEFECT_TRUNCATED ? CONV_CUT : CONV_BROKEN;
	return CONV_N_UNJUDGED;
}

void conv_frame(struct conv_table *t, int64_t ts_ns, const uint8_t *frame, uint32_t cap_len,
		uint32_t len)
{
	struct conv_packet p = { .s = &t->seg, .ts_ns = ts_ns };
	enum conv_unjudged why;
	size_t off;

	if (t->now_ns == INT64_MIN)
		t->epoch_ns = ts_ns;
	if (ts_ns > t->now_ns) {
		t->now_ns = ts_ns;
		expire(t, ts_ns);
	}
	p.frame = ++t->stats.frames;
	if (!frame_ip_offset(t->cfg.linktype, frame, cap_len, &off)) {
		t->stats.unjudged[CONV_NO_IP]++;
		return;
	}
	p.ip = frame + off;
	p.cap_len = cap_len - (uint32_t)off;
	p.len = len > off ? len - (uint32_t)off : 0;
	segment_decode(&t->seg, p.ip, p.cap_len, p.len);
	why = unjudged(&t->seg);
	if (why != CONV_N_UNJUDGED)
		t->stats.unjudged[why]++;
	else
		take_segment(t, &p);
}
