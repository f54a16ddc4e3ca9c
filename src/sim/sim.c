/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated target: packets in, ports that listen or not, connection records
 * and their timers.
 */
#include "sim/sim.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "sim/sim_priv.h"

/* A segment with one of these did not arrive (MUST-3, RFC 791). */
#define DISCARDED                                                               \
	(SEG_DEFECT_TRUNCATED | SEG_DEFECT_IP_HEADER | SEG_DEFECT_IP_CHECKSUM | \
	 SEG_DEFECT_NOT_TCP | SEG_DEFECT_FRAGMENT | SEG_DEFECT_SHORT |          \
	 SEG_DEFECT_DATA_OFFSET | SEG_DEFECT_CHECKSUM)

/* ---- connection records ---- */

static void address_copy(struct ip_addr *to, const struct ip_addr *from)
{
	to->family = from->family;
	memcpy(to->b, from->b, from->family == 6 ? 16 : 4);
}

/* The key of the connection that @s, which arrived, belongs to. */
static struct sim_key key_of(const struct segment *s)
{
	struct sim_key key;

	memset(&key, 0, sizeof(key));
	key.lport = s->dport;
	key.rport = s->sport;
	address_copy(&key.local, &s->dst);
	address_copy(&key.remote, &s->src);
	return key;
}

void *sim_zalloc(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		log_panic("out of memory");
	return p;
}

void sim_key_of(const struct sim *sim, uint8_t family, uint16_t lport, uint16_t rport,
		struct sim_key *key)
{
	memset(key, 0, sizeof(*key));
	key->lport = lport;
	key->rport = rport;
	address_copy(&key->local, family == 6 ? &sim->link->target6 : &sim->link->target4);
	address_copy(&key->remote, family == 6 ? &sim->link->tester6 : &sim->link->tester4);
}

struct sim_conn *sim_conn_new(struct sim *sim, const struct sim_key *key)
{
	struct sim_conn *c = sim_zalloc(sizeof(*c));

	c->key = *key;
	c->service = sim_service_find(key->lport);
	c->limit_ns = sim_app_limit(sim, key);
	c->rto_ns = c->app_ns = c->wait_ns = c->user_ns = SIM_NEVER;
	HASH_ADD(hh, sim->conns, key, sizeof(c->key), c);
	DL_APPEND(sim->active, c);
	return c;
}

static void conn_free(struct sim *sim, struct sim_conn *c)
{
	HASH_DEL(sim->conns, c);
	if (c->in_time_wait)
		DL_DELETE(sim->time_wait, c);
	else
		DL_DELETE(sim->active, c);
	for (unsigned int i = 0; i < c->n_held; i++)
		free(c->held[i].data);
	buf_fini(&c->in);
	buf_fini(&c->out);
	free(c);
}

void sim_conn_settle(struct sim *sim, struct sim_conn *c)
{
	if (c->state == TCP_CLOSED || c->state == TCP_LISTEN)
		conn_free(sim, c);
}

void sim_timer(struct sim *sim, int64_t *slot, int64_t at_ns)
{
	*slot = at_ns;
	if (at_ns < sim->next_ns)
		sim->next_ns = at_ns;
}

/* All of them last equally long, so that the list is in the order of its ends. */
static void time_wait_start(struct sim *sim, struct sim_conn *c)
{
	if (c->in_time_wait)
		DL_DELETE(sim->time_wait, c);
	else
		DL_DELETE(sim->active, c);
	c->in_time_wait = true;
	DL_APPEND(sim->time_wait, c);
	c->rto_ns = c->user_ns = SIM_NEVER;
	sim_timer(sim, &c->wait_ns, sim->now_ns + 2 * SIM_MSL_NS);
}

static void time_wait_stop(struct sim *sim, struct sim_conn *c)
{
	DL_DELETE(sim->time_wait, c);
	DL_APPEND(sim->active, c);
	c->in_time_wait = false;
	c->wait_ns = SIM_NEVER;
}

void sim_enter(struct sim *sim, struct sim_conn *c, enum tcp_state state)
{
	enum tcp_state before = c->state;

	c->state = state;
	if (state == TCP_TIME_WAIT)
		time_wait_start(sim, c);
	else if (c->in_time_wait)
		time_wait_stop(sim, c);
	if (state != TCP_ESTABLISHED || before == state)
		return;
	c->opened = before == TCP_SYN_RECEIVED || before == TCP_SYN_SENT;
}

/* splitmix64: the same seed, the same numbers. */
static uint64_t random_next(struct sim *sim)
{
	uint64_t x = sim->random += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* RFC 9293 3.4.1: a 4 us clock and something that nobody can guess. */
uint32_t sim_isn(struct sim *sim)
{
	return (uint32_t)(sim->now_ns / 4000) + (uint32_t)random_next(sim);
}

/* ---- the callbacks ---- */

/* No connection: a port that listens, or none. */
static void segment_without_conn(struct sim *sim, const struct sim_key *key,
				 struct segment *s)
{
	struct sim_conn none, *c;

	memset(&none, 0, sizeof(none));
	none.key = *key;
	none.state = sim_app_state(sim, key->local.family, s->dport);
	if (sim_service_find(s->dport))
		none.state = TCP_LISTEN;
	/* A row that is wrong on purpose: neither a listener nor none. */
	if (none.state > TCP_LISTEN)
		return;
	sim_segment(sim, &none, s);
	HASH_FIND(hh, sim->conns, key, sizeof(*key), c);
	if (c)
		sim_conn_settle(sim, c);
}

static void on_receive(void *arg, struct vlink *v, int64_t now_ns, const uint8_t *packet,
		       size_t len)
{
	struct sim *sim = arg;
	struct sim_conn *c;
	struct sim_key key;
	struct segment s;

	sim->v = v;
	sim->now_ns = now_ns;
	segment_decode(&s, packet, len, len);
	if (s.defects & DISCARDED)
		return;
	key = key_of(&s);
	HASH_FIND(hh, sim->conns, &key, sizeof(key), c);
	if (c) {
		sim_segment(sim, c, &s);
		sim_conn_settle(sim, c);
	} else {
		segment_without_conn(sim, &key, &s);
	}
}

static int64_t on_next_timer(void *arg)
{
	return ((struct sim *)arg)->next_ns;
}

static void conn_expire(struct sim *sim, struct sim_conn *c)
{
	if (c->app_ns <= sim->now_ns) {
		c->app_ns = SIM_NEVER;
		sim_service_run(sim, c);
	}
	if (c->user_ns <= sim->now_ns) {
		c->user_ns = SIM_NEVER;
		sim_call(sim, c, EVENT_USER_TIMEOUT);
	}
	if (c->rto_ns <= sim->now_ns && c->state > TCP_LISTEN) {
		c->rto_ns = SIM_NEVER;
		sim_call(sim, c, EVENT_RETRANSMISSION_TIMEOUT);
	}
}

static void expire_time_wait(struct sim *sim)
{
	struct sim_conn *c, *next;

	DL_FOREACH_SAFE(sim->time_wait, c, next) {
		if (c->app_ns <= sim->now_ns)
			conn_expire(sim, c);
		if (c->wait_ns > sim->now_ns)
			continue;
		sim_call(sim, c, EVENT_TIME_WAIT_TIMEOUT);
		/* A row that is wrong on purpose may keep it. */
		if (c->in_time_wait && c->state == TCP_TIME_WAIT)
			c->wait_ns = SIM_NEVER;
		sim_conn_settle(sim, c);
	}
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t conn_due(const struct sim_conn *c)
{
	return earlier(c->app_ns, earlier(c->rto_ns, c->user_ns));
}

static void on_timer(void *arg, struct vlink *v, int64_t now_ns)
{
	struct sim *sim = arg;
	struct sim_conn *c, *next;
	int64_t due = SIM_NEVER;

	sim->v = v;
	sim->now_ns = now_ns;
	DL_FOREACH_SAFE(sim->active, c, next) {
		if (conn_due(c) > now_ns)
			continue;
		conn_expire(sim, c);
		sim_conn_settle(sim, c);
	}
	expire_time_wait(sim);
	due = earlier(due, sim_app_expire(sim));
	DL_FOREACH(sim->active, c)
		due = earlier(due, conn_due(c));
	DL_FOREACH(sim->time_wait, c)
		due = earlier(due, earlier(c->app_ns, c->wait_ns));
	sim->next_ns = due;
}

/* ---- open and close ---- */

static void book_open(struct sim *sim)
{
	uint32_t rules = 0;

	memcpy(sim->rows, model_table, model_table_len * sizeof(model_table[0]));
	for (size_t i = 0; i < sim->cfg.n_rules; i++)
		rules |= sim->cfg.rules[i];
	if (sim->cfg.flipped) {
		sim->flipped = &sim->rows[sim->cfg.flip.row];
		rules |= sim->flipped->rules;
		sim_flip_apply(sim);
	}
	if (model_book_init(&sim->book, sim->rows, model_table_len, rules))
		log_panic("the table is too large");
}

struct sim *sim_open(const struct sim_config *cfg)
{
	struct sim *sim = sim_zalloc(sizeof(*sim));
	struct vlink_peer peer = {
		.receive = on_receive,
		.next_timer = on_next_timer,
		.timer = on_timer,
		.app = sim_app_ask,
		.app_end = sim_app_end,
		.arg = sim,
	};

	sim->cfg = *cfg;
	if (!sim->cfg.n_rules) {
		sim->cfg.rules[0] = RULES_RFC5961;
		sim->cfg.rules[1] = RULES_RFC9293;
		sim->cfg.n_rules = 2;
	}
	sim->random = cfg->seed;
	sim->next_ns = SIM_NEVER;
	book_open(sim);
	sim->link = vlink_open(NULL, &peer);
	return sim;
}

void sim_timers(struct timer_values *values)
{
	*values = (struct timer_values){ { [TIMER_MSL] = SIM_MSL_NS,
					   [TIMER_RTO_INITIAL] = SIM_RTO_NS,
					   [TIMER_RTO_MIN] = SIM_RTO_NS,
					   [TIMER_RTO_MAX] = SIM_RTO_MAX_NS } };
}

struct link *sim_link(struct sim *sim)
{
	return sim->link;
}

void sim_close(struct sim *sim)
{
	struct sim_conn *c, *next;

	if (!sim)
		return;
	sim->link->ops->close(sim->link);
	HASH_ITER(hh, sim->conns, c, next)
		conn_free(sim, c);
	sim_app_free_all(sim);
	free(sim);
}
