/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The event loop over all runs in flight.
 */
#include "run/sched.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "run/deadlines.h"
#include "run/demux.h"
#include "run/doubt.h"
#include "run/fresh.h"
#include "run/order.h"
#include "run/owners.h"
#include "run/path.h"
#include "run/queue.h"
#include "run/resets.h"
#include "run/setup.h"
#include "run/share.h"
#include "run/tries.h"

/*
 * A deadline is acted on this long after it passed, so that a packet that was
 * captured in time but waits in the ring is seen first.
 */
#define GUARD_NS INT64_C(2000000)
#define PROGRESS_NS INT64_C(100000000)
#define SECOND_NS INT64_C(1000000000)
/* Sets a run's key apart from its other numbers. */
#define KEY_SALT (UINT64_C(1) << 32)
/* New runs a round: the target's listen queues want a breath between. */
#define STARTS_PER_ROUND 64

struct slot {
	struct run run;
	bool used;
	bool dirty;   /* to be asked what it wants */
	bool proving; /* the run has not begun: is its 4-tuple closed? */
	bool asking;  /* no run of the suite: is the target still sane? */
	uint16_t shared_port, shared_alive;
	uint64_t key; /* for chance: by seed, variant, and the how manieth run of it */
	struct fresh fresh;
	struct trace_setup setup; /* meanwhile */
	int64_t due_ns;		  /* WAIT until then */
};

struct sched {
	const struct sched_config *cfg;
	const struct sched_sink *sink;
	struct link *link;
	struct slot *slot;
	unsigned int n_slots, n_used;
	uint16_t *free_slot; /* a stack: the slot used last is still in the cache */
	unsigned int n_free;
	struct deadlines deadlines;
	uint16_t *dirty; /* slots to look at, each once */
	unsigned int n_dirty;
	struct owners owners;
	struct queue queue;
	struct share share;
	struct tries *tries;
	struct doubt doubt;
	size_t n_plans, done;
	int64_t watched_ns; /* timestamp of the last packet delivered */
	int64_t progress_ns;
	int64_t gate_ns;	/* no run is started before this */
	bool blocked;		/* all plans that wait have to, until a run ends ... */
	int64_t unblock_ns;	/* ... or then */
	struct link_stats seen; /* when last looked at */
	bool looked;		/* for drops, since packets were polled last */
	unsigned int silent;	/* 4-tuples in a row of which nobody said anything */
	uint16_t alive_port;
	int error;
	uint8_t packet[SEGMENT_PACKET_MAX];
};

static void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		log_panic("out of memory");
	return p;
}

static void mark_dirty(struct sched *sc, unsigned int i)
{
	if (sc->slot[i].dirty)
		return;
	sc->slot[i].dirty = true;
	sc->dirty[sc->n_dirty++] = (uint16_t)i;
}

/* A port for flow @flow of slot @i: 0 or -errno. */
static int take_port(struct sched *sc, unsigned int i, uint8_t flow, uint8_t family)
{
	int port = owners_take(&sc->owners, (uint16_t)i, flow, family);

	if (port < 0)
		return port;
	sc->slot[i].run.port[flow] = (uint16_t)port;
	return 0;
}

/* What the application of the run still has open ends with the run. */
static void end_app(struct sched *sc, const struct run *r)
{
	const struct trace_setup *s = &r->trace.setup;

	if (!plan_asks_app(r->plan))
		return;
	owners_give_app(&sc->owners, s->target_port);
	if (sc->link->ops->app_end && r->trace.n_app)
		sc->link->ops->app_end(sc->link, r->plan->family, s->tester_port);
}

static void give_ports_back(struct sched *sc, struct run *r)
{
	uint8_t family = r->plan->family;

	for (int f = 0; f < RUN_MAX_FLOWS; f++) {
		if (!r->port[f])
			continue;
		owners_give(&sc->owners, family, r->port[f]);
		r->port[f] = 0;
	}
}

/* Trouble of the whole link may be anybody's: every run in flight is told. */
static void tell_all(struct sched *sc, enum trace_fault_kind kind, int64_t now_ns, uint64_t more)
{
	for (unsigned int i = 0; i < sc->n_slots && more; i++) {
		struct run *r = &sc->slot[i].run;

		if (sc->slot[i].used && !sc->slot[i].proving)
			trace_add_fault(&r->trace, kind, now_ns, r->walk.step, (int64_t)more);
	}
}

/*
 * Lost packets, a clock that was set.  One look a round is enough, since packets
 * come by poll alone, and it is a dear one: libpcap reads a file of sysfs.
 */
static void notice_trouble(struct sched *sc, int64_t now_ns)
{
	struct link_stats st = { 0 };

	if (sc->looked)
		return;
	sc->looked = true;
	sc->link->ops->stats(sc->link, &st);
	tell_all(sc, FAULT_DROPS, now_ns, st.dropped - sc->seen.dropped);
	tell_all(sc, FAULT_CLOCK, now_ns, st.clock_steps - sc->seen.clock_steps);
	sc->seen = st;
}

static int stop_level(const struct sched *sc)
{
	return sc->cfg->stop ? (int)*sc->cfg->stop : 0;
}

/* A plan is waiting to be started, at some time. */
static bool has_more(const struct sched *sc)
{
	return !stop_level(sc) && sc->doubt.level != DOUBT_GONE && !queue_is_empty(&sc->queue);
}

/* ---- the gate: a target may want its runs spaced ---- */

static void close_gate(struct sched *sc, int64_t now_ns)
{
	if (sc->cfg->target->rate)
		sc->gate_ns = now_ns + SECOND_NS / sc->cfg->target->rate;
}

static bool gate_is_open(struct sched *sc, int64_t now_ns)
{
	if (!sc->cfg->target->rate || now_ns >= sc->gate_ns)
		return true;
	/* A clock that was set back shall not hold everything up. */
	if (sc->gate_ns - now_ns > SECOND_NS / sc->cfg->target->rate)
		close_gate(sc, now_ns);
	return false;
}

static void tell_ended(struct sched *sc, const struct run *r)
{
	sc->done++;
	sc->sink->ended(sc->sink->arg, r->plan, &r->trace, r->ended_ns - r->trace.start_ns);
	doubt_after(&sc->doubt, sc->cfg, sc->sink, r);
}

static void end_run(struct sched *sc, unsigned int i, int64_t now_ns)
{
	struct slot *sl = &sc->slot[i];
	struct run *r = &sl->run;
	bool missed = false;

	notice_trouble(sc, now_ns);
	r->trace.setup.impaired = path_touched(sc->cfg, sc->link, r);
	if (sc->sink->again && !sl->asking)
		missed = sc->sink->again(sc->sink->arg, r->plan, &r->trace);
	if (missed)
		queue_again(&sc->queue, r->plan);
	else if (sl->asking)
		doubt_settle(&sc->doubt, sc->sink, r);
	else
		tell_ended(sc, r);
	share_end(&sc->share, r->plan, sl->shared_port, sl->shared_alive, now_ns);
	sc->blocked = false;
	end_app(sc, r);
	give_ports_back(sc, r);
	if (!r->trace.setup.lossless)
		resets_again(sc->link, &r->trace, RUN_MAX_FLOWS, missed, sc->packet);
	sl->used = false;
	sl->due_ns = INT64_MAX;
	sc->n_used--;
	sc->free_slot[sc->n_free++] = (uint16_t)i;
}

static bool has_address(const struct sched *sc, uint8_t family)
{
	const struct target *t = sc->cfg->target;

	return family == 6 ? t->addr6.family && sc->link->tester6.family
			   : t->addr4.family && sc->link->tester4.family;
}

/* The run of slot @i begins. */
static void begin(struct sched *sc, unsigned int i, int64_t now_ns)
{
	struct slot *sl = &sc->slot[i];

	sl->proving = false;
	sl->key = setup_mix(sc->cfg->seed, sl->run.plan->id,
			    KEY_SALT + tries_count(&sc->tries, sl->run.plan));
	run_start(&sl->run, sl->run.plan, &sl->setup, now_ns);
	if (sl->asking)
		path_spare(sc->cfg, sc->link, sl->run.plan->family, sl->run.port[0]);
	else
		path_set_up(sc->cfg, sc->link, &sl->run);
	path_key(sc->cfg, sc->link, &sl->run, 0, sl->key);
	mark_dirty(sc, i);
}

/* ---- is its 4-tuple closed? ---- */

static void prove(struct sched *sc, unsigned int i, int64_t now_ns)
{
	struct slot *sl = &sc->slot[i];
	uint32_t number =
		(uint32_t)setup_mix(sc->cfg->seed, sl->run.plan->id, UINT32_MAX - sl->fresh.ports);
	struct segment s;

	sl->proving = true;
	path_spare(sc->cfg, sc->link, sl->run.plan->family, sl->setup.tester_port);
	fresh_ask(&sl->fresh, &sl->setup, number, now_ns, &s);
	path_send(sc->link, &s, sc->packet);
	sl->due_ns = sl->fresh.due_ns;
	deadlines_set(&sc->deadlines, i, sl->due_ns);
}

/* Something of an earlier connection is there: another port. */
static void prove_another(struct sched *sc, unsigned int i, int64_t now_ns)
{
	struct slot *sl = &sc->slot[i];
	uint16_t taken = sl->run.port[0];
	int e = take_port(sc, i, 0, sl->run.plan->family);

	/* Given back only now, or it would be the next one. */
	owners_give(&sc->owners, sl->run.plan->family, taken);
	if (e < 0)
		sl->run.port[0] = 0;
	sl->setup.tester_port = sl->run.port[0];
	if (!e && sl->fresh.ports < FRESH_MAX_PORTS) {
		prove(sc, i, now_ns);
		return;
	}
	sc->silent++;
	begin(sc, i, now_ns);
	if (e)
		run_abort(&sl->run, FAULT_PORT, now_ns, e);
}

static void hear_proof(struct sched *sc, unsigned int i, const struct link_packet *p)
{
	enum fresh_answer a = fresh_hear(p);

	if (a == FRESH_IN_USE)
		prove_another(sc, i, p->ts_ns);
	if (a != FRESH_CLOSED)
		return;
	sc->silent = 0;
	begin(sc, i, p->ts_ns);
}

/* The port of the target that @p runs against, or -1 and what is *missing. */
static int port_for(const struct sched *sc, const struct plan *p, const char **missing)
{
	static const struct target nobody;
	int port = target_choose_for(sc->cfg->target, p, missing);

	if (plan_asks_app(p) && port >= 0 && !sc->link->upper_tester)
		port = target_choose(&nobody, p->needs, missing);
	if (has_address(sc, p->family))
		return port;
	*missing = p->family == 6 ? "no IPv6 address for target and tester"
				  : "no IPv4 address for target and tester";
	return -1;
}

/* Ports that @p may share with other runs; what the upper tester opens is its own. */
static void shared_ports(const struct sched *sc, const struct plan *p, int port, uint16_t *own,
			 uint16_t *alive)
{
	bool elsewhere = (p->needs >> NEED_CLOSED_PORT & 1) || plan_asks_app(p);

	*own = plan_asks_app(p) ? 0 : (uint16_t)port;
	*alive = elsewhere ? sc->alive_port : (uint16_t)port;
}

static bool may_begin(void *arg, const struct plan *p, uint32_t *group)
{
	struct sched *sc = arg;
	const char *missing;
	int port = port_for(sc, p, &missing);
	uint16_t own, alive;

	/* It is reported at once that it cannot be run. */
	if (port < 0)
		return true;
	shared_ports(sc, p, port, &own, &alive);
	*group = p->uses | (uint32_t)own << 8;
	return share_may_begin(&sc->share, p, own, alive, sc->link->ops->now_ns(sc->link));
}

/* A free slot, and ports of both ends for @p: 0 or -errno. */
static int prepare(struct sched *sc, const struct plan *p, int port, unsigned int *slot)
{
	unsigned int i = sc->free_slot[--sc->n_free];
	struct slot *sl = &sc->slot[i];
	int r;

	*slot = i;
	sl->run.plan = p;
	shared_ports(sc, p, port, &sl->shared_port, &sl->shared_alive);
	share_begin(&sc->share, p, sl->shared_port, sl->shared_alive);
	r = take_port(sc, i, 0, p->family);
	if (plan_asks_app(p))
		port = owners_take_app(&sc->owners);
	setup_of(sc->cfg, sc->link, p, &sl->setup);
	setup_ports(p, (uint16_t)port, sl->run.port[0], sc->alive_port, &sl->setup);
	memset(&sl->fresh, 0, sizeof(sl->fresh));
	sl->asking = false;
	sl->used = true;
	sc->n_used++;
	return port < 0 ? port : r;
}

/*
 * Always, where others may have used the 4-tuple; in a lab of our own only once all
 * ports were used, and something of an earlier run may linger: a TIME-WAIT, or a
 * connection that a case left behind on purpose.
 */
static bool is_to_be_proven(const struct sched *sc, const struct run *r)
{
	return sc->silent < FRESH_MAX_SILENT &&
		(sc->cfg->prove_closed ||
		 owners_of(&sc->owners, r->plan->family, r->port[0])->worn);
}

static void start(struct sched *sc, const struct plan *p, int port, bool asking, int64_t now_ns)
{
	unsigned int i;
	int r = prepare(sc, p, port, &i);

	sc->slot[i].asking = asking;
	sc->doubt.asking |= asking;
	close_gate(sc, now_ns);
	if (r < 0) {
		begin(sc, i, now_ns);
		run_abort(&sc->slot[i].run, FAULT_PORT, now_ns, r);
	} else if (is_to_be_proven(sc, &sc->slot[i].run)) {
		prove(sc, i, now_ns);
	} else {
		begin(sc, i, now_ns);
	}
}

/* Starts the next plan in a free slot, or reports that it is skipped. */
static void start_next(struct sched *sc, int64_t now_ns)
{
	const struct plan *p = doubt_plan(&sc->doubt, sc->cfg);
	const char *missing = NULL;
	int port;

	if (p) {
		start(sc, p, sc->doubt.port, true, now_ns);
		return;
	}
	p = queue_next(&sc->queue);
	sc->blocked = !p;
	sc->unblock_ns = share_due(&sc->share);
	if (!p)
		return;
	port = port_for(sc, p, &missing);
	if (port >= 0) {
		start(sc, p, port, false, now_ns);
		return;
	}
	sc->done++;
	sc->sink->skipped(sc->sink->arg, p, missing);
}

static void send(struct sched *sc, unsigned int i, uint8_t flow)
{
	struct run *r = &sc->slot[i].run;
	int64_t now_ns = sc->link->ops->now_ns(sc->link);
	struct segment s;
	size_t len;
	bool is_new = !r->port[flow];
	int e = 0;

	if (is_new)
		e = take_port(sc, i, flow, r->plan->family);
	if (e < 0) {
		run_abort(r, FAULT_PORT, now_ns, e);
		return;
	}
	if (is_new)
		path_key(sc->cfg, sc->link, r, flow, sc->slot[i].key);
	if (run_segment(r, now_ns, &s))
		return;
	len = segment_encode(&s, sc->packet, sizeof(sc->packet));
	e = sc->link->ops->inject(sc->link, &s, sc->packet, len);
	run_sent(r, sc->packet, len, now_ns, e);
}

static void ask(struct sched *sc, unsigned int i)
{
	struct run *r = &sc->slot[i].run;
	int64_t now_ns = sc->link->ops->now_ns(sc->link);
	struct app_request req;

	run_request(r, now_ns, &req);
	run_asked(r, now_ns, sc->link->ops->app ? sc->link->ops->app(sc->link, &req) : -EOPNOTSUPP);
}

static void on_reply(void *arg, const struct app_reply *reply)
{
	struct sched *sc = arg;
	const struct owner *o = owners_of(&sc->owners, reply->family, reply->tester_port);

	if (!o->slot)
		return;
	run_reply(&sc->slot[o->slot - 1].run, reply);
	mark_dirty(sc, o->slot - 1u);
}

/* Carries out what run @i wants until it waits or is done. */
static void serve(struct sched *sc, unsigned int i, int64_t now_ns)
{
	struct slot *sl = &sc->slot[i];
	struct run_action a;

	sl->dirty = false;
	if (!sl->used)
		return;
	for (;;) {
		run_next(&sl->run, now_ns, &a);
		if (a.kind == RUN_SEND)
			send(sc, i, a.flow);
		else if (a.kind == RUN_APP)
			ask(sc, i);
		else
			break;
	}
	if (a.kind == RUN_DONE) {
		end_run(sc, i, now_ns);
		return;
	}
	sl->due_ns = a.until_ns;
	deadlines_set(&sc->deadlines, i, a.until_ns);
}

static void serve_dirty(struct sched *sc, int64_t now_ns)
{
	for (unsigned int k = 0; k < sc->n_dirty; k++)
		serve(sc, sc->dirty[k], now_ns);
	sc->n_dirty = 0;
}

/*
 * Tells runs whose deadline has passed.  @watched_ns is the time up to which every
 * captured packet has been delivered.
 */
static void expire(struct sched *sc, int64_t watched_ns)
{
	uint32_t i;

	while (deadlines_pop(&sc->deadlines, watched_ns, &i)) {
		struct slot *sl = &sc->slot[i];

		if (!sl->used)
			continue;
		/* It may have moved to later since. */
		if (sl->due_ns >= watched_ns) {
			deadlines_set(&sc->deadlines, i, sl->due_ns);
			continue;
		}
		if (sl->proving) {
			sc->silent++;
			begin(sc, i, watched_ns);
			continue;
		}
		run_time(&sl->run, watched_ns);
		mark_dirty(sc, i);
	}
}

/* The case itself speaks to other ports than the one it was given. */
static bool plan_sets_dport(const struct plan *p)
{
	for (uint16_t i = 0; i < p->n_steps; i++) {
		if (p->step[i].kind == PLAN_SEND && p->step[i].send->field[FIELD_DPORT])
			return true;
	}
	return false;
}

/* A connection is both addresses and both ports: who answers from elsewhere? */
static bool is_of_flow(const struct run *r, uint8_t flow, uint16_t target_port)
{
	const struct trace_setup *setup = &r->trace.setup;

	/* Other flows ask whether somebody listens, here or on another port. */
	return target_port == setup->target_port ||
		(flow && target_port == setup->alive_port) ||
		plan_sets_dport(r->plan);
}

static void on_packet(void *arg, const struct link_packet *p)
{
	struct sched *sc = arg;
	const struct owner *o = NULL;
	const struct trace_setup *setup;
	uint16_t sport, dport;
	uint8_t family;
	bool tx;

	sc->watched_ns = p->ts_ns;
	if (!demux_ports(p, &sport, &dport, &family))
		return;
	tx = demux_is_from(p, family == 6 ? &sc->link->tester6 : &sc->link->tester4);
	/* On loopback both ends have one address: the port tells. */
	if (tx && owners_of(&sc->owners, family, sport)->slot)
		o = owners_of(&sc->owners, family, sport);
	else if (owners_of(&sc->owners, family, dport)->slot) {
		o = owners_of(&sc->owners, family, dport);
		tx = false;
	}
	if (!o)
		return;
	setup = sc->slot[o->slot - 1].proving ? &sc->slot[o->slot - 1].setup
					      : &sc->slot[o->slot - 1].run.trace.setup;
	if (!demux_is_from(p, tx ? &setup->tester : &setup->target))
		return;
	if (sc->slot[o->slot - 1].proving) {
		if (!tx && sport == setup->target_port)
			hear_proof(sc, o->slot - 1u, p);
		return;
	}
	if (!is_of_flow(&sc->slot[o->slot - 1].run, o->flow, tx ? dport : sport))
		return;
	/* The answer to what was asked before the run, late or twice. */
	if (!tx && !o->flow && fresh_is_echo(&sc->slot[o->slot - 1].fresh, p))
		return;
	run_packet(&sc->slot[o->slot - 1].run, tx ? TRACE_TX : TRACE_RX, o->flow,
		   p->ts_ns, p->ip, p->cap_len, p->len);
	mark_dirty(sc, o->slot - 1u);
}

static void abort_all(struct sched *sc, enum trace_fault_kind why, int64_t now_ns,
		      int64_t detail)
{
	for (unsigned int i = 0; i < sc->n_slots; i++) {
		if (!sc->slot[i].used)
			continue;
		if (sc->slot[i].proving)
			begin(sc, i, now_ns);
		run_abort(&sc->slot[i].run, why, now_ns, detail);
		mark_dirty(sc, i);
	}
	serve_dirty(sc, now_ns);
}

static void show_progress(struct sched *sc, int64_t now_ns)
{
	if (!sc->sink->progress || now_ns - sc->progress_ns < PROGRESS_NS)
		return;
	sc->progress_ns = now_ns;
	sc->sink->progress(sc->sink->arg, sc->done, sc->n_used);
}

static bool has_room(const struct sched *sc)
{
	return sc->n_used < sc->n_slots && has_more(sc);
}

/* A run may be started now, if the gate is open. */
static bool may_start(const struct sched *sc, int64_t now_ns)
{
	if (!has_room(sc))
		return false;
	if (sc->doubt.level)
		return doubt_may_ask(&sc->doubt, sc->n_used, now_ns);
	if (!sc->blocked || now_ns >= sc->unblock_ns)
		return true;
	/* As with the gate. */
	return sc->unblock_ns < INT64_MAX && sc->unblock_ns - now_ns > SECOND_NS;
}

static void start_some(struct sched *sc, int64_t now_ns)
{
	for (int k = 0; k < STARTS_PER_ROUND; k++) {
		if (!may_start(sc, now_ns) || !gate_is_open(sc, now_ns))
			return;
		start_next(sc, now_ns);
	}
}

/* Until when to wait for packets. */
static int64_t wait_until(struct sched *sc, int64_t now_ns)
{
	int64_t first = deadlines_first(&sc->deadlines);
	int64_t until = first > INT64_MAX - GUARD_NS - 1 ? INT64_MAX : first + GUARD_NS + 1;

	if (sc->sink->progress && until > now_ns + PROGRESS_NS)
		until = now_ns + PROGRESS_NS;
	if (!has_room(sc))
		return until;
	if (!may_start(sc, now_ns)) {
		int64_t then = sc->doubt.level ? doubt_due(&sc->doubt, sc->n_used) : sc->unblock_ns;

		if (until > now_ns + SECOND_NS)
			until = now_ns + SECOND_NS;
		return then < until ? then : until;
	}
	/* More to start: only collect what is there. */
	if (gate_is_open(sc, now_ns))
		return now_ns;
	return until < sc->gate_ns ? until : sc->gate_ns;
}

/* One round: start, serve, wait for packets, look at the clock. */
static int round_trip(struct sched *sc)
{
	struct link *l = sc->link;
	int64_t now_ns = l->ops->now_ns(l), until;
	int n;

	start_some(sc, now_ns);
	serve_dirty(sc, now_ns);
	if (!sc->n_used &&
	    (!has_more(sc) || (may_start(sc, now_ns) && gate_is_open(sc, now_ns))))
		return 0;
	until = wait_until(sc, now_ns);
	n = l->ops->poll(l, until, on_packet, sc);
	sc->looked = false;
	now_ns = l->ops->now_ns(l);
	if (n < 0 && n != -EINTR)
		return n;
	serve_dirty(sc, now_ns);
	/* While more may wait in the ring, the last packet is the clock. */
	expire(sc, n == 0 ? now_ns - GUARD_NS : sc->watched_ns);
	serve_dirty(sc, now_ns);
	show_progress(sc, now_ns);
	return 0;
}

/* Not always the same: an earlier program's connections may linger there. */
static uint16_t first_app_port(const struct sched *sc)
{
	const struct target *t = sc->cfg->target;
	uint32_t n = (uint32_t)(t->app_last - t->app_first) + 1;

	return (uint16_t)(t->app_first + setup_mix(sc->cfg->seed, "app", 0) % n);
}

static void sched_open(struct sched *sc)
{
	const char *missing;
	int port = target_choose(sc->cfg->target, 1u << NEED_LISTENER, &missing);

	sc->alive_port = port > 0 ? (uint16_t)port : 0;
	sc->n_slots = sc->cfg->jobs ? sc->cfg->jobs : 1;
	if (sc->n_slots > 65000)
		sc->n_slots = 65000;
	if (sc->n_slots > sc->n_plans && sc->n_plans)
		sc->n_slots = (unsigned int)sc->n_plans;
	sc->slot = xcalloc(sc->n_slots, sizeof(*sc->slot));
	sc->dirty = xcalloc(sc->n_slots, sizeof(*sc->dirty));
	sc->free_slot = xcalloc(sc->n_slots, sizeof(*sc->free_slot));
	deadlines_init(&sc->deadlines, sc->n_slots);
	for (unsigned int i = sc->n_slots; i-- > 0;) {
		run_init(&sc->slot[i].run);
		sc->free_slot[sc->n_free++] = (uint16_t)i;
	}
	owners_init(&sc->owners, sc->link, sc->cfg->target, first_app_port(sc));
	sc->link->on_reply = on_reply;
	sc->link->reply_arg = sc;
	sc->link->ops->stats(sc->link, &sc->seen);
	/* Another scheduler may have started a run just before. */
	close_gate(sc, sc->link->ops->now_ns(sc->link));
}

static void tell_not_started(struct sched *sc)
{
	const struct plan *p;

	while (sc->sink->not_started && (p = queue_any(&sc->queue)))
		sc->sink->not_started(sc->sink->arg, p);
}

static void sched_close(struct sched *sc)
{
	for (unsigned int i = 0; i < sc->n_slots; i++)
		run_fini(&sc->slot[i].run);
	free(sc->slot);
	free(sc->free_slot);
	deadlines_fini(&sc->deadlines);
	free(sc->dirty);
	owners_fini(&sc->owners);
	sc->link->on_reply = NULL;
	queue_fini(&sc->queue);
	share_fini(&sc->share);
	tries_free(sc->tries);
	path_close(sc->cfg, sc->link);
}

int sched_run(const struct sched_config *cfg, const struct plan *const *plans,
	      size_t n_plans, const struct sched_sink *sink)
{
	struct sched *sc = xcalloc(1, sizeof(*sc));
	int r = 0;

	sc->cfg = cfg;
	sc->sink = sink;
	sc->link = path_open(cfg, plans, n_plans);
	queue_init(&sc->queue, order_plans(plans, n_plans, cfg->jobs > 1, &cfg->target->timers),
		   n_plans, may_begin, sc);
	share_init(&sc->share, cfg->target);
	sc->n_plans = n_plans;
	sched_open(sc);
	while (r == 0 && stop_level(sc) < 2 &&
	       (sc->n_used || has_more(sc)))
		r = round_trip(sc);
	abort_all(sc, r ? FAULT_INJECT : FAULT_INTERRUPTED,
		  cfg->link->ops->now_ns(cfg->link), r);
	if (!r && !queue_is_empty(&sc->queue))
		r = -EINTR;
	tell_not_started(sc);
	sched_close(sc);
	free(sc);
	return r;
}
