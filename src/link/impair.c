/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The link that makes another one worse: what becomes of each segment, and the
 * merging of what the inner link captures with what has been held up.
 */
#include "link/impair.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/log.h"
#include "link/impair_echo.h"

enum dir {
	OUT, /* from the tester */
	IN
};

/* A segment on its way, or waiting to be overtaken. */
struct transit {
	struct transit *prev, *next;
	int64_t at_ns; /* when it goes on; of one that waits: at the latest */
	const struct flow *flow;
	enum dir dir;
	uint16_t behind; /* so many are still to overtake it */
	uint32_t cap_len, len;
	uint8_t bytes[];
};

/* One tester port. */
struct flow {
	bool claimed, spared;
	uint64_t key;	    /* for chance */
	uint32_t n[2];	    /* segments since it has this key */
	int64_t last_ns[2]; /* when the last one that keeps its place arrives */
	uint32_t touched;
	const struct path_rule *rule;
	size_t n_rules;
	uint32_t seen[PATH_MAX_RULES]; /* segments that each is about */
};

struct fate {
	bool drop, copy;
	bool keeps_place; /* is not overtaken by later ones */
	int64_t delay_ns, copy_ns;
	uint16_t behind;
};

struct impair {
	struct link link; /* first: see link.h */
	struct link *inner;
	struct impair_config cfg;
	bool by_chance;
	struct flow *flow[2][65536]; /* IPv4, IPv6; made when claimed */
	/* By time: to be shown to the tester, and to be sent by the inner link. */
	struct transit *show, *send;
	struct transit *held; /* waiting to be overtaken */
	struct echoes echoes;
	struct impair_stats stats;
	uint64_t trouble; /* segments that were lost in earnest behind our back */
	int64_t seen_ns;  /* timestamp of the inner link's last packet */

	/* of the poll() that is going on */
	link_packet_fn *fn;
	void *arg;
	int n;
};

static struct impair *impair_of(const struct link *l)
{
	return (struct impair *)l;
}

static void *xcalloc(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		log_panic("out of memory");
	return p;
}

/* ---- whose segment it is ---- */

struct view {
	struct flow *flow; /* NULL: none of ours */
	enum dir dir;
	uint16_t port, flags;
	uint32_t data_len;
};

static struct flow *flow_at(const struct impair *im, uint8_t family, uint16_t port)
{
	struct flow *f = im->flow[family == 6][port];

	return f && f->claimed ? f : NULL;
}

/* On loopback both ends have one address: the port tells. */
static void look(const struct impair *im, const uint8_t *ip, uint32_t cap_len, uint32_t len,
		 struct view *v)
{
	size_t off = echo_tcp_offset(ip, cap_len), header;
	uint8_t family;

	memset(v, 0, sizeof(*v));
	if (!off || cap_len < off + 14)
		return;
	family = ip[0] >> 4;
	if ((family == 4 ? ip[9] : ip[6]) != 6)
		return;
	v->port = (uint16_t)(ip[off] << 8 | ip[off + 1]);
	v->dir = OUT;
	v->flow = flow_at(im, family, v->port);
	if (!v->flow) {
		v->port = (uint16_t)(ip[off + 2] << 8 | ip[off + 3]);
		v->dir = IN;
		v->flow = flow_at(im, family, v->port);
	}
	v->flags = (uint16_t)((ip[off + 12] & 1) << 8 | ip[off + 13]);
	header = off + (size_t)(ip[off + 12] >> 4) * 4;
	v->data_len = len > header ? len - (uint32_t)header : 0;
}

/* ---- what becomes of it ---- */

/* SplitMix64 over what the segment is, so that the same one meets the same fate. */
static uint64_t draw(const struct impair *im, const struct view *v, uint64_t salt)
{
	uint64_t h = im->cfg.seed + salt * UINT64_C(0x9e3779b97f4a7c15);

	h ^= v->flow->key ^ ((uint64_t)v->flow->n[v->dir] << 32 | v->dir);
	h = (h ^ (h >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ (h >> 27)) * UINT64_C(0x94d049bb133111eb);
	h = (h ^ (h >> 31)) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ (h >> 32);
}

static bool happens(const struct impair *im, const struct view *v, uint32_t chance, uint64_t salt)
{
	return chance && draw(im, v, salt) % IMPAIR_MILLION < chance;
}

static void fate_by_chance(const struct impair *im, const struct view *v, struct fate *f)
{
	const struct impair_config *cfg = &im->cfg;
	int64_t spread = cfg->delay_max_ns - cfg->delay_ns;

	if (v->flow->spared || (v->dir == OUT ? cfg->spare_tester : cfg->spare_target))
		return;
	f->drop = happens(im, v, cfg->drop, 1);
	f->copy = happens(im, v, cfg->duplicate, 2);
	if (happens(im, v, cfg->reorder, 3))
		f->behind = (uint16_t)(1 + draw(im, v, 4) % 3);
	f->delay_ns = cfg->delay_ns;
	if (spread > 0)
		f->delay_ns += (int64_t)(draw(im, v, 5) % (uint64_t)(spread + 1));
	f->keeps_place = true;
	if (f->drop || f->copy || f->behind || f->delay_ns)
		v->flow->touched++;
}

static void apply_rule(const struct path_rule *r, struct fate *f)
{
	switch (r->act) {
	case PATH_DROP:
		f->drop = true;
		break;
	case PATH_DUPLICATE:
		f->copy = true;
		f->copy_ns = r->by_ns;
		break;
	case PATH_DELAY:
		f->delay_ns = r->by_ns;
		break;
	case PATH_REORDER:
		f->behind = r->behind;
		break;
	case PATH_N_ACTS:
		break;
	}
}

static bool fate_by_rules(const struct view *v, struct fate *f)
{
	bool decided = false;

	for (size_t i = 0; i < v->flow->n_rules; i++) {
		const struct path_rule *r = &v->flow->rule[i];

		if (!path_rule_takes(r, v->dir == IN, v->flags, v->data_len))
			continue;
		if (!path_rule_touches(r, ++v->flow->seen[i]) || decided)
			continue;
		apply_rule(r, f);
		decided = true;
	}
	return decided;
}

static void count_fate(struct impair_stats *st, const struct fate *f)
{
	st->segments++;
	st->dropped += f->drop;
	st->duplicated += f->copy && !f->drop && !f->behind;
	st->reordered += f->behind && !f->drop;
	st->delayed += f->delay_ns && !f->drop && !f->behind;
}

static struct fate fate_of(struct impair *im, const struct view *v)
{
	struct fate f = { 0 };

	if (!fate_by_rules(v, &f) && im->by_chance)
		fate_by_chance(im, v, &f);
	v->flow->n[v->dir]++;
	count_fate(&im->stats, &f);
	return f;
}

/* When it arrives, if it leaves now: behind those that keep their place. */
static int64_t arrival(const struct view *v, const struct fate *f, int64_t now_ns)
{
	int64_t at = now_ns + f->delay_ns, *last = &v->flow->last_ns[v->dir];

	if (!f->keeps_place)
		return at;
	if (at < *last)
		at = *last;
	if (f->delay_ns)
		*last = at;
	return at;
}

/* ---- on the way ---- */

static struct transit *transit_new(const struct view *v, int64_t at_ns, const uint8_t *bytes,
				   uint32_t cap_len, uint32_t len)
{
	struct transit *t = xcalloc(sizeof(*t) + cap_len);

	t->at_ns = at_ns;
	t->flow = v->flow;
	t->dir = v->dir;
	t->cap_len = cap_len;
	t->len = len;
	memcpy(t->bytes, bytes, cap_len);
	return t;
}

/* Into its place by time, behind those of the same time. */
static void transit_add(struct transit **list, struct transit *t)
{
	struct transit *after = *list ? (*list)->prev : NULL;

	while (after && after->at_ns > t->at_ns)
		after = after == *list ? NULL : after->prev;
	if (after)
		DL_APPEND_ELEM(*list, after, t);
	else
		DL_PREPEND(*list, t);
}

static void free_all(struct transit **list)
{
	struct transit *t, *next;

	DL_FOREACH_SAFE(*list, t, next) {
		DL_DELETE(*list, t);
		free(t);
	}
}

static void show(struct impair *im, int64_t ts_ns, const struct link_packet *p)
{
	struct link_packet shown = *p;

	shown.ts_ns = ts_ns;
	im->n++;
	im->fn(im->arg, &shown);
}

/* Shows what is due; a packet that the inner link captured at @until_ns comes after. */
static void show_due(struct impair *im, int64_t until_ns)
{
	while (im->show && im->show->at_ns <= until_ns) {
		struct transit *t = im->show;
		struct link_packet p = { .ip = t->bytes, .cap_len = t->cap_len, .len = t->len };

		DL_DELETE(im->show, t);
		show(im, t->at_ns, &p);
		free(t);
	}
}

/*
 * Lets the inner link send what nobody waits for.  If it fails, or is never
 * captured, the segment is lost where no rule wants it: trouble, which is anybody's.
 */
static void send_quietly(struct impair *im, const uint8_t *packet, uint32_t len)
{
	size_t off = echo_tcp_offset(packet, len);
	struct segment s;

	segment_decode(&s, packet, len, len);
	/* As it is: a decoded segment does not say what is wrong on purpose. */
	s.raw = packet + off;
	s.raw_len = len - (uint32_t)off;
	echo_add(&im->echoes, packet, len, im->inner->ops->now_ns(im->inner), false);
	if (!im->inner->ops->inject(im->inner, &s, packet, len))
		return;
	echo_cancel(&im->echoes);
	im->trouble++;
}

static void send_due(struct impair *im, int64_t until_ns)
{
	while (im->send && im->send->at_ns <= until_ns) {
		struct transit *t = im->send;

		DL_DELETE(im->send, t);
		send_quietly(im, t->bytes, t->cap_len);
		free(t);
	}
}

/* What waited goes on, at @at_ns. */
static void let_go(struct impair *im, struct transit *t, int64_t at_ns)
{
	DL_DELETE(im->held, t);
	t->at_ns = at_ns;
	transit_add(t->dir == OUT ? &im->send : &im->show, t);
}

static void let_go_due(struct impair *im, int64_t until_ns)
{
	struct transit *t, *next;

	DL_FOREACH_SAFE(im->held, t, next) {
		if (t->at_ns <= until_ns)
			let_go(im, t, t->at_ns);
	}
}

/* A segment has passed, and arrives at @at_ns: who waited for that? */
static void overtake(struct impair *im, const struct view *v, int64_t at_ns)
{
	struct transit *t, *next;

	DL_FOREACH_SAFE(im->held, t, next) {
		if (t->flow == v->flow && t->dir == v->dir && --t->behind == 0)
			let_go(im, t, at_ns);
	}
}

static void hold(struct impair *im, const struct view *v, const struct fate *f, int64_t now_ns,
		 const struct link_packet *p)
{
	struct transit *t =
		transit_new(v, now_ns + PATH_HOLD_NS + f->delay_ns, p->ip, p->cap_len, p->len);

	t->behind = f->behind;
	DL_APPEND(im->held, t);
}

/* ---- from the tester ---- */

/* Captured here and now, whatever becomes of it. */
static void show_own(struct impair *im, const struct view *v, int64_t now_ns,
		     const struct link_packet *p)
{
	transit_add(&im->show, transit_new(v, now_ns, p->ip, p->cap_len, p->len));
}

/* It passes at once; the inner link's capture is the truth. */
static int pass_own(struct impair *im, const struct view *v, const struct fate *f, int64_t now_ns,
		    const struct segment *s, const struct link_packet *p)
{
	int r;

	/* Where copies can come, each of ours must be known when it is seen. */
	if (im->by_chance || v->flow->n_rules)
		echo_add(&im->echoes, p->ip, p->len, now_ns, true);
	r = im->inner->ops->inject(im->inner, s, p->ip, p->len);
	if (r) {
		if (im->by_chance || v->flow->n_rules)
			echo_cancel(&im->echoes);
		return r;
	}
	if (f->copy)
		transit_add(&im->send,
			    transit_new(v, now_ns + f->copy_ns, p->ip, p->len, p->len));
	overtake(im, v, now_ns);
	send_due(im, now_ns);
	return 0;
}

static int op_inject(struct link *l, const struct segment *s, const uint8_t *packet, size_t len)
{
	struct impair *im = impair_of(l);
	struct link_packet p = { .ip = packet, .cap_len = (uint32_t)len, .len = (uint32_t)len };
	int64_t now_ns = im->inner->ops->now_ns(im->inner), at;
	struct view v;
	struct fate f;

	look(im, packet, p.cap_len, p.len, &v);
	if (!v.flow || v.dir != OUT)
		return im->inner->ops->inject(im->inner, s, packet, len);
	f = fate_of(im, &v);
	at = f.drop || f.behind ? now_ns : arrival(&v, &f, now_ns);
	if (!f.drop && !f.behind && at <= now_ns)
		return pass_own(im, &v, &f, now_ns, s, &p);
	show_own(im, &v, now_ns, &p);
	if (f.drop)
		return 0;
	if (f.behind) {
		hold(im, &v, &f, now_ns, &p);
		return 0;
	}
	transit_add(&im->send, transit_new(&v, at, packet, p.len, p.len));
	if (f.copy)
		transit_add(&im->send, transit_new(&v, at + f.copy_ns, packet, p.len, p.len));
	overtake(im, &v, at);
	return 0;
}

/* ---- from the target ---- */

static void pass_on(struct impair *im, const struct view *v, const struct fate *f, int64_t at_ns,
		    const struct link_packet *p)
{
	if (at_ns <= im->seen_ns)
		show(im, p->ts_ns, p);
	else
		transit_add(&im->show, transit_new(v, at_ns, p->ip, p->cap_len, p->len));
	if (f->copy)
		transit_add(&im->show,
			    transit_new(v, at_ns + f->copy_ns, p->ip, p->cap_len, p->len));
	overtake(im, v, at_ns);
	show_due(im, im->seen_ns);
}

static void from_target(struct impair *im, const struct view *v, const struct link_packet *p)
{
	struct fate f = fate_of(im, v);

	if (f.drop)
		return;
	if (f.behind)
		hold(im, v, &f, im->seen_ns, p);
	else
		pass_on(im, v, &f, arrival(v, &f, im->seen_ns), p);
}

/* The inner link captured something: in the middle of its poll(), so nothing is sent. */
static void on_packet(void *arg, const struct link_packet *p)
{
	struct impair *im = arg;
	struct view v;

	if (p->ts_ns > im->seen_ns)
		im->seen_ns = p->ts_ns;
	show_due(im, im->seen_ns);
	if (echo_swallows(&im->echoes, p->ip, p->cap_len))
		return;
	look(im, p->ip, p->cap_len, p->len, &v);
	if (v.flow && v.dir == IN)
		from_target(im, &v, p);
	else
		show(im, p->ts_ns, p);
}

static void on_reply(void *arg, const struct app_reply *reply)
{
	struct impair *im = arg;

	im->n++;
	if (im->link.on_reply)
		im->link.on_reply(im->link.reply_arg, reply);
}

/* ---- the operations ---- */

static int64_t op_now(struct link *l)
{
	struct link *inner = impair_of(l)->inner;

	return inner->ops->now_ns(inner);
}

static int64_t next_event(const struct impair *im)
{
	int64_t next = INT64_MAX;
	const struct transit *t;

	if (im->show)
		next = im->show->at_ns;
	if (im->send && im->send->at_ns < next)
		next = im->send->at_ns;
	DL_FOREACH(im->held, t) {
		if (t->at_ns < next)
			next = t->at_ns;
	}
	return next;
}

static int op_poll(struct link *l, int64_t until_ns, link_packet_fn *fn, void *arg)
{
	struct impair *im = impair_of(l);

	im->fn = fn;
	im->arg = arg;
	im->n = 0;
	for (;;) {
		int64_t next = next_event(im), now_ns;
		int r = im->inner->ops->poll(im->inner, next < until_ns ? next : until_ns,
					     on_packet, im);

		now_ns = op_now(l);
		if (r < 0)
			return im->n ? im->n : r;
		let_go_due(im, now_ns);
		send_due(im, now_ns);
		/* More may wait in the ring, captured before what is due here. */
		show_due(im, r ? im->seen_ns : now_ns);
		if (im->n || (r == 0 && now_ns >= until_ns))
			return im->n;
	}
}

static int op_claim(struct link *l, uint8_t family, uint16_t port)
{
	struct impair *im = impair_of(l);
	int r = im->inner->ops->claim(im->inner, family, port);
	struct flow **f = r < 0 ? NULL : &im->flow[family == 6][r];

	if (!f)
		return r;
	if (!*f)
		*f = xcalloc(sizeof(**f));
	(*f)->claimed = true;
	(*f)->key = (uint64_t)r << 1;
	(*f)->spared = false;
	(*f)->touched = 0;
	(*f)->last_ns[OUT] = (*f)->last_ns[IN] = 0;
	return r;
}

static void op_release(struct link *l, uint8_t family, uint16_t port)
{
	struct impair *im = impair_of(l);
	struct flow *f = flow_at(im, family, port);

	if (f) {
		f->claimed = false;
		f->n_rules = 0;
	}
	im->inner->ops->release(im->inner, family, port);
}

static int op_app(struct link *l, const struct app_request *req)
{
	struct link *inner = impair_of(l)->inner;

	return inner->ops->app ? inner->ops->app(inner, req) : -EOPNOTSUPP;
}

static void op_app_end(struct link *l, uint8_t family, uint16_t tester_port)
{
	struct link *inner = impair_of(l)->inner;

	if (inner->ops->app_end)
		inner->ops->app_end(inner, family, tester_port);
}

static void op_stats(struct link *l, struct link_stats *st)
{
	struct impair *im = impair_of(l);

	im->trouble += echo_expire(&im->echoes, op_now(l));
	im->inner->ops->stats(im->inner, st);
	st->dropped += im->trouble;
}

/* What is still on its way to the target arrives: resets are among it. */
static void op_close(struct link *l)
{
	struct impair *im = impair_of(l);

	let_go_due(im, INT64_MAX);
	send_due(im, INT64_MAX);
	free_all(&im->show);
	echo_fini(&im->echoes);
	for (size_t i = 0; i < 65536; i++) {
		free(im->flow[0][i]);
		free(im->flow[1][i]);
	}
	im->inner->on_reply = NULL;
	free(im);
}

static const struct link_ops impair_ops = {
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

struct link *impair_open(struct link *inner, const struct impair_config *cfg)
{
	struct impair *im = xcalloc(sizeof(*im));

	im->link = *inner;
	im->link.ops = &impair_ops;
	im->link.on_reply = NULL;
	im->inner = inner;
	if (cfg)
		im->cfg = *cfg;
	im->by_chance = im->cfg.drop || im->cfg.duplicate || im->cfg.reorder ||
		im->cfg.delay_max_ns;
	if (im->by_chance)
		im->link.lossless = false;
	im->link.unordered |= im->cfg.duplicate || im->cfg.reorder || im->cfg.delay_max_ns;
	inner->on_reply = on_reply;
	inner->reply_arg = im;
	return &im->link;
}

void impair_set_rules(struct link *l, uint8_t family, uint16_t port,
		      const struct path_rule *rules, size_t n)
{
	struct flow *f = flow_at(impair_of(l), family, port);

	if (!f)
		return;
	f->rule = rules;
	f->n_rules = n < PATH_MAX_RULES ? n : PATH_MAX_RULES;
	memset(f->seen, 0, sizeof(f->seen));
}

void impair_set_key(struct link *l, uint8_t family, uint16_t port, uint64_t key)
{
	struct flow *f = flow_at(impair_of(l), family, port);

	if (!f)
		return;
	f->key = key;
	f->n[OUT] = f->n[IN] = 0;
}

void impair_spare(struct link *l, uint8_t family, uint16_t port, bool spared)
{
	struct flow *f = flow_at(impair_of(l), family, port);

	if (f)
		f->spared = spared;
}

uint32_t impair_touched(const struct link *l, uint8_t family, uint16_t port)
{
	const struct flow *f = flow_at(impair_of(l), family, port);

	return f ? f->touched : 0;
}

void impair_get_stats(const struct link *l, struct impair_stats *st)
{
	*st = impair_of(l)->stats;
}
