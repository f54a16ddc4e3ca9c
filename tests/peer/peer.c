/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference peer: packets in, the ports that listen or not (RFC 9293
 * 3.10.7.1 and 3.10.7.2), connection records and their timers.
 */
#include "peer.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "peer_priv.h"

#define APP_DELAY_NS 50000

/* A segment with one of these did not arrive (RFC 9293 MUST-3, RFC 791). */
#define DISCARDED                                      \
	(SEG_DEFECT_TRUNCATED | SEG_DEFECT_IP_HEADER | \
	 SEG_DEFECT_IP_CHECKSUM | SEG_DEFECT_NOT_TCP | \
	 SEG_DEFECT_FRAGMENT | SEG_DEFECT_SHORT |      \
	 SEG_DEFECT_DATA_OFFSET)

/* Every choice once at least; the first is the plainest TCP. */
const struct peer_kind peer_kinds[] = {
	{
		.name = "plain",
		.about = "acknowledges at once, keeps all apart",
	},
	{
		.name = "combining",
		.about = "delays ACKs until data or a FIN takes them along",
		.config.ack_delay_ns = 200000000,
		.config.fin_with_data = true,
	},
	{
		.name = "slow",
		.about = "delays ACKs, and its services are slower still",
		.config.ack_delay_ns = 40000000,
		.config.app_delay_ns = 120000000,
	},
	{
		.name = "instant",
		.about = "services act before the ACK leaves",
		.config.app_delay_ns = -1,
		.config.fin_with_data = true,
		.config.syn_ack_again = true,
	},
	{
		.name = "rfc793",
		.about = "no RFC 5961, no RFC 7323, no RFC 2018",
		.config.rfc793 = true,
		.config.no_options = true,
	},
	{
		.name = "linux-like",
		.about = "one challenge in 500 ms, SYN|ACK again, waits with ACKs",
		.config.throttles = true,
		.config.syn_ack_again = true,
		.config.ack_delay_ns = 40000000,
	},
	{
		.name = "lenient",
		.about = "takes data on a SYN, drops SYN|FIN",
		.config.takes_syn_data = true,
		.config.drops_syn_fin = true,
	},
	{
		.name = "bsd-like",
		.about = "repeats its FIN with each ACK until that is acknowledged",
		.config.repeats_fin = true,
		.config.ack_delay_ns = 100000000,
	},
	{
		.name = "wrapping",
		.about = "its SYN, data and FIN cross 2^32",
		.config.isn_set = true,
		.config.isn = 0xfffffffe,
	},
};
const size_t peer_n_kinds = sizeof(peer_kinds) / sizeof(peer_kinds[0]);

void *peer_realloc(void *mem, size_t size)
{
	mem = realloc(mem, size);
	if (!mem)
		log_panic("out of memory");
	return mem;
}

void peer_timers(const struct peer_config *cfg, struct timer_values *values)
{
	*values = (struct timer_values){
		{ [TIMER_MSL] = cfg && cfg->msl_ns ? cfg->msl_ns : PEER_MSL_NS,
		  [TIMER_RTO_INITIAL] = PEER_RTO_NS,
		  [TIMER_RTO_MIN] = PEER_RTO_NS,
		  [TIMER_RTO_MAX] = PEER_RTO_MAX_NS }
	};
}

struct peer *peer_new(const struct peer_config *cfg)
{
	struct peer *p = peer_realloc(NULL, sizeof(*p));

	memset(p, 0, sizeof(*p));
	if (cfg)
		p->cfg = *cfg;
	if (!p->cfg.msl_ns)
		p->cfg.msl_ns = PEER_MSL_NS;
	if (!p->cfg.app_delay_ns)
		p->cfg.app_delay_ns = APP_DELAY_NS;
	p->random = p->cfg.seed;
	p->next_ns = PEER_NEVER;
	return p;
}

static void conn_free(struct peer *p, struct peer_conn *c)
{
	HASH_DEL(p->conns, c);
	if (c->app)
		peer_app_conn_gone(p, c);
	for (unsigned int i = 0; i < c->n_held; i++)
		free(c->held[i].data);
	free(c->in);
	free(c->out);
	free(c);
}

void peer_conn_drop(struct peer *p, struct peer_conn *c)
{
	conn_free(p, c);
}

void peer_free(struct peer *p)
{
	struct peer_conn *c, *next;

	if (!p)
		return;
	HASH_ITER(hh, p->conns, c, next)
		conn_free(p, c);
	peer_app_free_all(p);
	free(p);
}

size_t peer_n_conns(const struct peer *p)
{
	return HASH_COUNT(p->conns);
}

/* ---- connections ---- */

static void address_copy(struct ip_addr *to, const struct ip_addr *from)
{
	to->family = from->family;
	memcpy(to->b, from->b, from->family == 6 ? 16 : 4);
}

/* The key of the connection that @s, which arrived, belongs to. */
static struct peer_key key_of(const struct segment *s)
{
	struct peer_key key;

	memset(&key, 0, sizeof(key));
	key.lport = s->dport;
	key.rport = s->sport;
	address_copy(&key.local, &s->dst);
	address_copy(&key.remote, &s->src);
	return key;
}

/* splitmix64: the same seed, the same numbers. */
static uint64_t random_next(struct peer *p)
{
	uint64_t x = p->random += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* RFC 9293 3.4.1: a 4 us clock and something that nobody can guess. */
static uint32_t isn_choose(struct peer *p, const struct segment *syn, uint16_t port)
{
	if (peer_has(p, BUG_ISN_ZERO))
		return 0;
	if (syn && peer_has(p, BUG_ISN_ECHOED))
		return syn->seq;
	if (syn && peer_has(p, BUG_ISN_ECHOED_PLUS_ONE))
		return syn->seq + 1;
	if (peer_has(p, BUG_ISN_CONSTANT))
		return 0x12345678;
	if (peer_has(p, BUG_ISN_STEPS))
		return 64000u * ++p->opened[port];
	if (p->cfg.isn_set && !p->opened[port]++)
		return p->cfg.isn;
	return (uint32_t)(p->now_ns / 4000) + (uint32_t)random_next(p);
}

/* RFC 9293 3.7.1 (MUST-14 to MUST-16): what may be sent in one segment. */
static uint32_t mss_choose(struct peer *p, const struct segment *syn)
{
	const struct tcp_opt *o = segment_opt(syn, TCP_OPT_MSS);
	uint32_t link = syn->src.family == 6 ? 1440 : 1460;
	uint32_t mss = syn->src.family == 6 ? 1220 : 536;

	if (peer_has(p, BUG_MSS_IGNORED) ||
	    (peer_has(p, BUG_MSS_DEFAULT_TOO_LARGE) && !o))
		return link;
	if (peer_has(p, BUG_MSS_ALIGNED_ONLY) && o && o != syn->opt)
		return link;
	if (o && o->known && o->mss)
		mss = o->mss;
	return mss < link ? mss : link;
}

/* RFC 7323, RFC 2018: only what the SYN offered. */
void peer_options_take(struct peer *p, struct peer_conn *c, const struct segment *syn)
{
	const struct tcp_opt *ts = segment_opt(syn, TCP_OPT_TIMESTAMPS);
	const struct tcp_opt *scale = segment_opt(syn, TCP_OPT_WSCALE);

	c->send_mss = mss_choose(p, syn);
	c->ts_on = c->scale_on = c->sack_on = false;
	if (p->cfg.no_options)
		return;
	c->sack_on = segment_opt(syn, TCP_OPT_SACK_PERMITTED);
	if (scale && scale->known) {
		c->scale_on = true;
		c->snd_shift = scale->wscale > 14 ? 14 : scale->wscale;
		if (peer_has(p, BUG_SCALE_UNLIMITED))
			c->snd_shift = scale->wscale & 63;
		c->rcv_shift = PEER_SCALE;
	}
	if (ts && ts->known) {
		c->ts_on = true;
		c->ts_recent = c->ts_first = ts->ts.val;
		if (c->send_mss > 12)
			c->send_mss -= 12;
	}
}

static struct peer_conn *conn_alloc(struct peer *p, const struct peer_key *key, uint32_t iss)
{
	struct peer_conn *c = peer_realloc(NULL, sizeof(*c));

	memset(c, 0, sizeof(*c));
	c->key = *key;
	c->rcv_wnd = PEER_WINDOW;
	c->iss = c->snd_una = iss;
	c->snd_nxt = c->out_seq = iss + 1;
	c->rto_ns = c->app_ns = c->ack_ns = c->wait_ns = c->user_ns = PEER_NEVER;
	c->challenged_ns = -PEER_RTO_NS;
	HASH_ADD(hh, p->conns, key, sizeof(c->key), c);
	return c;
}

struct peer_conn *peer_conn_new(struct peer *p, const struct segment *syn)
{
	struct peer_key key = key_of(syn);
	struct peer_conn *c = conn_alloc(p, &key, isn_choose(p, syn, key.rport));

	c->state = PEER_SYN_RECEIVED;
	c->service = peer_service_find(syn->dport);
	c->irs = syn->seq;
	c->rcv_nxt = syn->seq + 1;
	c->syn_data = syn->data_len > 0;
	c->snd_wnd = c->max_snd_wnd = syn->window;
	peer_options_take(p, c, syn);
	c->cwnd = 4 * c->send_mss;
	return c;
}

struct peer_conn *peer_conn_open(struct peer *p, const struct peer_key *key)
{
	struct peer_conn *c = conn_alloc(p, key, isn_choose(p, NULL, key->rport));

	c->state = PEER_SYN_SENT;
	c->active = true;
	c->service = &peer_app_service;
	/* All that it offers, until the other end says what it takes. */
	c->ts_on = c->scale_on = c->sack_on = !p->cfg.no_options;
	return c;
}

void peer_conn_timer(struct peer *p, int64_t *slot, int64_t at_ns)
{
	*slot = at_ns;
	if (at_ns < p->next_ns)
		p->next_ns = at_ns;
}

/* ---- LISTEN and CLOSED ---- */

/* What has no meaning in a SYN. */
static bool syn_is_odd(const struct segment *s)
{
	return (s->flags & (TCP_PSH | TCP_URG)) || s->urgent || s->ack || s->reserved;
}

static bool syn_is_refused(const struct peer *p, const struct segment *s)
{
	if ((s->flags & TCP_FIN) && p->cfg.drops_syn_fin)
		return true;
	if (peer_has(p, BUG_ODD_SYN_DROPPED) && syn_is_odd(s))
		return true;
	for (int i = 0; i < s->n_opt; i++) {
		if (peer_has(p, BUG_OPTION_TWICE_DROPPED) && s->opt[i].kind != TCP_OPT_NOP &&
		    segment_opt(s, s->opt[i].kind) != &s->opt[i])
			return true;
		if (peer_has(p, BUG_UNKNOWN_OPTION_DROPS) && s->opt[i].kind >= 253)
			return true;
		if (peer_has(p, BUG_UNALIGNED_SYN_DROPPED) && i == 0 &&
		    s->opt[i].kind == TCP_OPT_NOP)
			return true;
	}
	return false;
}

/* RFC 9293 3.10.7.2, third: a SYN. */
static void listen_syn(struct peer *p, struct segment *s)
{
	struct peer_conn *c;

	if (syn_is_refused(p, s))
		return;
	c = peer_conn_new(p, s);
	if (!c->service) {
		c->service = &peer_app_service;
		/* Others than who asked it to listen may come as well. */
		c->app = peer_app_listening(p, s);
		if (c->app)
			c->app->conn = c;
	}
	if (p->cfg.takes_syn_data && s->data_len) {
		c->in = peer_realloc(NULL, s->data_len);
		memcpy(c->in, s->data, s->data_len);
		c->in_len = c->in_cap = s->data_len;
		c->rcv_nxt += s->data_len;
	}
	if (peer_has(p, BUG_SYN_FIN_OVERCOUNTED) && (s->flags & TCP_FIN))
		c->rcv_nxt += 2;
	peer_send_syn_ack(p, c, false);
}

/* RFC 9293 3.10.7.2. */
static void listen_segment(struct peer *p, struct segment *s)
{
	if (s->flags & TCP_RST) {
		if (peer_has(p, BUG_LISTEN_ANSWERS_RST))
			peer_send_reset(p, s);
		p->deaf |= peer_has(p, BUG_LISTEN_RST_DEAFENS);
	} else if (s->flags & TCP_ACK) {
		if (!peer_has(p, BUG_LISTEN_SILENT_TO_ACK))
			peer_send_reset(p, s);
	} else if (s->flags & TCP_SYN) {
		if (!p->deaf)
			listen_syn(p, s);
	} else if (peer_has(p, BUG_LISTEN_ANSWERS_NOTHING)) {
		peer_send_reset(p, s);
	}
}

/* RFC 9293 3.10.7.1. */
static void closed_segment(struct peer *p, struct segment *s)
{
	if ((s->flags & TCP_RST) && !peer_has(p, BUG_CLOSED_ANSWERS_RST))
		return;
	if (peer_has(p, BUG_CLOSED_SILENT))
		return;
	if (peer_has(p, BUG_CLOSED_SILENT_TO_ACK) && (s->flags & TCP_ACK))
		return;
	peer_send_reset(p, s);
}

/* ---- the callbacks ---- */

static void conn_settle(struct peer *p, struct peer_conn *c)
{
	if (c->state == PEER_CLOSED)
		conn_free(p, c);
}

static bool is_discarded(const struct peer *p, const struct segment *s)
{
	uint32_t bad = DISCARDED;

	if (!peer_has(p, BUG_ACCEPTS_BAD_CHECKSUM))
		bad |= SEG_DEFECT_CHECKSUM;
	if (peer_has(p, BUG_BAD_OFFSET_TAKEN))
		bad &= ~(uint32_t)SEG_DEFECT_DATA_OFFSET;
	return s->defects & bad;
}

static void on_receive(void *arg, struct vlink *v, int64_t now_ns,
		       const uint8_t *packet, size_t len)
{
	struct peer *p = arg;
	struct segment s;
	struct peer_key key;
	struct peer_conn *c;
	struct peer_app *app;

	p->v = v;
	p->now_ns = now_ns;
	segment_decode(&s, packet, len, len);
	if (is_discarded(p, &s))
		return;
	key = key_of(&s);
	HASH_FIND(hh, p->conns, &key, sizeof(key), c);
	if (c) {
		app = c->app;
		peer_segment(p, c, &s);
		conn_settle(p, c);
		if (app)
			peer_app_news(p, app);
	} else if (peer_service_find(s.dport) || peer_app_listens(p, &s)) {
		listen_segment(p, &s);
	} else {
		closed_segment(p, &s);
	}
}

static int64_t on_next_timer(void *arg)
{
	return ((struct peer *)arg)->next_ns;
}

/* RFC 9293 3.10.8 and the delays of ACK and service. */
static void conn_expire(struct peer *p, struct peer_conn *c)
{
	if (c->wait_ns <= p->now_ns) {
		c->wait_ns = PEER_NEVER;
		if (!peer_has(p, BUG_TIME_WAIT_STAYS))
			c->state = PEER_CLOSED;
		return;
	}
	if (c->user_ns <= p->now_ns) {
		c->error = TP_USER_TIMEOUT;
		c->state = PEER_CLOSED;
		return;
	}
	if (c->app_ns <= p->now_ns) {
		c->app_ns = PEER_NEVER;
		peer_service_run(p, c);
		peer_output(p, c);
	}
	if (c->ack_ns <= p->now_ns) {
		c->ack_ns = PEER_NEVER;
		c->ack_at_once = true;
		peer_output(p, c);
	}
	if (c->rto_ns <= p->now_ns) {
		c->rto_ns = PEER_NEVER;
		peer_retransmit(p, c);
	}
}

static int64_t conn_next(const struct peer_conn *c)
{
	int64_t a = c->rto_ns < c->app_ns ? c->rto_ns : c->app_ns;
	int64_t b = c->ack_ns < c->wait_ns ? c->ack_ns : c->wait_ns;
	int64_t first = a < b ? a : b;

	return first < c->user_ns ? first : c->user_ns;
}

static void on_timer(void *arg, struct vlink *v, int64_t now_ns)
{
	struct peer *p = arg;
	struct peer_conn *c, *next;
	int64_t earliest = PEER_NEVER, due;

	p->v = v;
	p->now_ns = now_ns;
	HASH_ITER(hh, p->conns, c, next) {
		if (conn_next(c) <= now_ns)
			conn_expire(p, c);
		if (c->state != PEER_CLOSED && conn_next(c) < earliest)
			earliest = conn_next(c);
		conn_settle(p, c);
	}
	due = peer_app_expire(p);
	p->next_ns = due < earliest ? due : earliest;
}

struct vlink_peer peer_callbacks(struct peer *p)
{
	return (struct vlink_peer){
		.receive = on_receive,
		.next_timer = on_next_timer,
		.timer = on_timer,
		.app = peer_app_call,
		.app_end = peer_app_end,
		.arg = p,
	};
}
