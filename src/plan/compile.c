/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Steps: the walk over a list of steps that appends to the plan's array.
 *
 * An array with `next` holds alternatives like this (indices on the left):
 *
 *	3  one-of	next 8
 *	4    expect A	next 5		first of alternative 0
 *	5    send ..	next 8
 *	6    expect B	next 7		first of alternative 1
 *	7    send ..	next 8
 *	8  what follows the one-of
 *
 * While a branch is written, the step after it is taken to be the next free
 * index; when all are written, every step of a branch that points behind its
 * branch is made to point behind the one-of.
 */
#include "plan/compile.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"

#define MAX_CHAIN 64

void compile_init(struct compiler *c, struct arena *arena, struct params *params,
		  struct fragments *fragments, const struct testcase_file *file,
		  struct diags *ds)
{
	memset(c, 0, sizeof(*c));
	c->arena = arena;
	c->params = params;
	c->fragments = fragments;
	c->file = file;
	c->ds = ds;
}

void compile_fini(struct compiler *c)
{
	free(c->step);
	c->step = NULL;
}

/* A new step at the end, or NULL if there are too many. */
static struct plan_step *emit(struct compiler *c, enum plan_step_kind kind,
			      const struct mark *at)
{
	struct plan_step *s;

	if (c->n_steps == COMPILE_MAX_STEPS || !params_spend(c->params, 1)) {
		if (!c->full && c->n_steps == COMPILE_MAX_STEPS)
			diag_add(c->ds, DIAG_ERROR, at, "the case has more than %d steps",
				 COMPILE_MAX_STEPS);
		c->full = true;
		return NULL;
	}
	if (c->n_steps == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 32;
		c->step = realloc(c->step, c->cap * sizeof(*c->step));
		if (!c->step)
			log_panic("out of memory");
	}
	s = &c->step[c->n_steps++];
	memset(s, 0, sizeof(*s));
	s->kind = kind;
	s->next = (uint16_t)c->n_steps;
	s->state = TCP_STATE_NONE;
	s->at = *at;
	s->precondition = c->chain->precondition;
	s->from = c->chain->label;
	return s;
}

static int state_by_name(const struct node *n)
{
	int i;

	for (i = 0; i < TCP_N_STATES; i++)
		if (node_is(n, tcp_state_names[i]))
			return i;
	return TCP_STATE_NONE;
}

static void claim(struct plan_step *s, const struct node *map)
{
	const struct node *state = node_get(map, "state");

	if (!s || !state)
		return;
	s->state = (int8_t)state_by_name(state);
	s->state_at = state->at;
}

/* A claim that cannot stand on the step itself becomes a step of its own. */
static void claim_after(struct compiler *c, const struct node *map)
{
	const struct node *state = node_get(map, "state");

	if (state)
		claim(emit(c, PLAN_STATE, &node_get_key(map, "state")->at), map);
}

static void name_step(struct compiler *c, struct plan_step *s, const struct node *map)
{
	const struct node *as = node_get(map, "as");

	if (!s || !as)
		return;
	s->name = as->text;
	compile_define(c, as->text, &as->at, (uint32_t)(s - c->step), s->optional);
}

static void add_send(struct compiler *c, const struct node *key, struct node *v,
		     const struct node *map)
{
	struct plan_step *s = emit(c, PLAN_SEND, &key->at);

	if (!s)
		return;
	c->failed = c->refers_to_step = false;
	params_spend(c->params, v->cache[0] ? 0 : v->count);
	s->send = v->cache[0] ? v->cache[0] : compile_send(c, v);
	if (!c->failed && !c->refers_to_step)
		v->cache[0] = s->send;
	c->asks_to_close |= s->send && ((s->send->flags & TCP_FIN) || s->send->raw);
	claim(s, map);
	name_step(c, s, map);
}

static struct plan_step *add_expect(struct compiler *c, const struct node *key, struct node *v,
				    const struct node *map, bool optional)
{
	struct plan_step *s = emit(c, PLAN_EXPECT, &key->at);

	if (!s)
		return NULL;
	if (v->kind == NODE_MAP && node_get(v, "by"))
		diag_add(c->ds, DIAG_ERROR, &node_get_key(v, "by")->at,
			 "only \"expect\" as a step of its own can be judged by the model");
	c->failed = c->refers_to_step = false;
	s->optional = optional;
	params_spend(c->params, v->cache[1] ? 0 : v->count);
	s->expect = v->cache[1] ? v->cache[1] : compile_expect(c, v);
	if (!c->failed && !c->refers_to_step)
		v->cache[1] = s->expect;
	claim(s, map);
	name_step(c, s, map);
	return s;
}

static void add_alive(struct compiler *c, const struct mark *at, enum alive_kind kind,
		      const struct node *map)
{
	struct plan_step *s = emit(c, PLAN_ALIVE, at);

	if (!s)
		return;
	s->alive = kind;
	if (map)
		claim(s, map);
}

/* expect: model, or {by: model, within: ..}. */
static bool is_by_model(const struct node *v)
{
	return v->kind == NODE_MAP ? node_get(v, "by") != NULL : node_is(v, "model");
}

static const struct timer_sum *wait_of(struct compiler *c, const struct node *n)
{
	struct timer_sum sum = compile_span(n);

	return arena_memdup(c->arena, &sum, sizeof(sum));
}

static void add_model(struct compiler *c, const struct node *key, const struct node *v,
		      const struct node *map, bool probe_follows)
{
	const struct node *within = v->kind == NODE_MAP ? node_get(v, "within") : NULL;
	struct plan_step *s;

	if (!c->n_steps || c->step[c->n_steps - 1].kind != PLAN_SEND) {
		diag_add(c->ds, DIAG_ERROR, &key->at, "no segment is sent in the step before");
		diag_add_help(c->ds, "\"model\" judges the answer to the \"send\" before it");
		return;
	}
	s = emit(c, PLAN_MODEL, &key->at);
	if (!s)
		return;
	s->wait = wait_of(c, within);
	claim(s, map);
	/* It may be silence that is asked for. */
	if (node_get(map, "as"))
		compile_define(c, node_get(map, "as")->text, &node_get(map, "as")->at,
			       (uint32_t)(s - c->step), true);
	if (!probe_follows)
		add_alive(c, &key->at, ALIVE_HANDSHAKE, NULL);
}

/* A claim beside it is what is confirmed. */
static void add_confirm(struct compiler *c, const struct node *key, const struct node *map)
{
	claim_after(c, map);
	emit(c, PLAN_CONFIRM, &key->at);
}

/* Silence proves nothing about a target that may be dead: a probe follows. */
static struct plan_step *add_silence(struct compiler *c, const struct node *key,
				     const struct node *v, const struct node *map,
				     bool alive_follows)
{
	struct plan_step *s = emit(c, PLAN_EXPECT_NONE, &key->at);
	size_t i = c->n_steps - 1;

	if (!s)
		return NULL;
	s->wait = wait_of(c, v->kind == NODE_MAP ? node_get(v, "for") : v);
	claim(s, map);
	if (!alive_follows)
		add_alive(c, &key->at, ALIVE_HANDSHAKE, NULL);
	return &c->step[i];
}

static void add_wait(struct compiler *c, const struct node *key, const struct node *v,
		     const struct node *map)
{
	struct plan_step *s = emit(c, PLAN_WAIT, &key->at);

	if (!s)
		return;
	s->wait = wait_of(c, v);
	claim(s, map);
}

/*
 * What every service does by itself: it listens, and accepts.  No other call can be
 * left to a service, since the numbers that follow depend on what it says.
 */
static bool is_served(struct compiler *c, const struct plan_app *app)
{
	if (c->way != PLAN_BY_SERVICES || app->result_set)
		return false;
	if (app->call == APP_LISTEN && !c->n_steps)
		c->served = true;
	return app->call == APP_ACCEPT || (app->call == APP_LISTEN && c->served);
}

static void add_app(struct compiler *c, const struct node *key, const struct node *v,
		    const struct node *map)
{
	const struct plan_app *app = compile_app(c, v);
	struct plan_step *s;

	if (is_served(c, app)) {
		claim_after(c, map);
		return;
	}
	s = emit(c, PLAN_APP, &key->at);
	c->needs |= 1u << NEED_UPPER_TESTER;
	c->closes |= !app->of_listener && (app->call == APP_CLOSE || app->call == APP_SHUTDOWN);
	if (!s)
		return;
	s->app = app;
	claim(s, map);
}

/* By the application nobody listens before it is asked to. */
static void open_first(struct compiler *c, const struct node *key)
{
	static const struct plan_app listen = { .call = APP_LISTEN,
						.n_result = 1,
						.within = { .ns = PLAN_WITHIN_DEFAULT_NS } };
	struct plan_step *s;

	if (!c->opens || c->n_steps || node_is(key, "app") || node_is(key, "reach"))
		return;
	s = emit(c, PLAN_APP, &key->at);
	if (s)
		s->app = &listen;
}

static void compile_list(struct compiler *c, const struct node *list, bool alive_follows);

/* Fragments */

static void cycle(struct compiler *c, const struct testcase_fragment *f, const struct mark *at)
{
	const struct compile_chain *link, *path[MAX_CHAIN];
	struct buf b = BUF_INIT;
	bool news = false;
	size_t n = 0;

	for (link = c->chain; link && link->fragment && n < MAX_CHAIN; link = link->up) {
		news |= fragments_add_cyclic(c->fragments, link->fragment);
		path[n++] = link;
		if (link->fragment == f)
			break;
	}
	while (n-- > 0)
		buf_printf(&b, "%s -> ", path[n]->label);
	buf_adds(&b, testcase_fragment_label(c->arena, f));
	if (news)
		diag_add(c->ds, DIAG_ERROR, at, "fragments use each other in a circle: %s",
			 buf_str(&b));
	buf_fini(&b);
}

/* True if @f can be written out here; otherwise says why not. */
static bool may_enter(struct compiler *c, const struct testcase_fragment *f,
		      const struct mark *at)
{
	const struct compile_chain *link;
	size_t depth = 0;

	for (link = c->chain; link; link = link->up) {
		if (link->fragment == f) {
			cycle(c, f, at);
			return false;
		}
		depth++;
	}
	if (depth < MAX_CHAIN && ++c->n_instances <= COMPILE_MAX_STEPS)
		return true;
	if (!c->full && !c->fragments->too_many) {
		diag_add(c->ds, DIAG_ERROR, at, "too many fragments are written out here");
		diag_add_help(c->ds, "at most %d in a case, and %d in each other",
			      COMPILE_MAX_STEPS, MAX_CHAIN);
	}
	c->full = c->fragments->too_many = true;
	return false;
}

/* True if the steps from @first on end where alternatives join again. */
static bool ends_in_join(const struct compiler *c, size_t first)
{
	for (; first < c->n_steps; first++)
		if (c->step[first].kind == PLAN_ONE_OF && c->step[first].next == c->n_steps)
			return true;
	return false;
}

/* The last step must be in the state that the fragment promises. */
static void check_arrival(struct compiler *c, const struct testcase_fragment *f, size_t first)
{
	struct plan_step *last =
		ends_in_join(c, first) ? emit(c, PLAN_STATE, &f->at) : &c->step[c->n_steps - 1];

	if (!last)
		return;
	if (last->state == TCP_STATE_NONE) {
		last->state = (int8_t)f->reaches;
		last->state_at = f->at;
	} else if (last->state != f->reaches) {
		diag_add(c->ds, DIAG_ERROR, &last->state_at,
			 "the last step claims %s, but its fragment reaches %s",
			 tcp_state_names[last->state], tcp_state_names[f->reaches]);
	}
}

static void enter(struct compiler *c, const struct testcase_fragment *f, const struct mark *at,
		  bool precondition, bool alive_follows)
{
	struct compile_chain link = { c->chain, f, NULL, 0, precondition };
	const struct testcase_file *file = c->file;
	size_t before = c->n_steps;

	if (!may_enter(c, f, at))
		return;
	c->needs |= c->way == PLAN_BY_SERVICES ? f->needs & ~(1u << NEED_UPPER_TESTER) : f->needs;
	if (!f->steps)
		return; /* it is wrong, and has been complained about */
	link.label = testcase_fragment_label(c->arena, f);
	link.instance = c->n_instances;
	link.precondition |= c->chain->precondition;
	c->chain = &link;
	c->file = f->file;
	compile_list(c, f->steps, alive_follows);
	c->file = file;
	if (f->reaches >= 0 && c->n_steps > before)
		check_arrival(c, f, before);
	c->chain = link.up;
}

static void add_use(struct compiler *c, const struct node *v, const struct node *map,
		    bool alive_follows)
{
	const struct testcase_fragment *f =
		fragments_find(c->fragments, c->file, v->text, TCP_STATE_NONE, NULL,
			       c->way, c->said);

	if (f) {
		enter(c, f, &v->at, false, alive_follows);
	} else {
		diag_add(c->ds, DIAG_ERROR, &v->at, "no fragment is named \"%s\"", v->text);
		fragments_suggest(c->fragments, c->file, v->text, TCP_STATE_NONE, c->ds);
	}
	claim_after(c, map);
}

static void add_reach(struct compiler *c, const struct node *v, const struct node *map,
		      bool alive_follows)
{
	const struct node *state = v->kind == NODE_MAP ? node_get(v, "state") : v;
	const struct node *via = v->kind == NODE_MAP ? node_get(v, "via") : NULL;
	const struct testcase_fragment *f = fragments_find(
		c->fragments, c->file, NULL, state_by_name(state), via ? via->text : NULL, c->way,
		c->said);

	if (f) {
		enter(c, f, &v->at, true, alive_follows);
	} else {
		diag_add(c->ds, DIAG_ERROR, &v->at, "no fragment reaches %s%s%s", state->text,
			 via ? " via " : "", via ? via->text : "");
		fragments_suggest(c->fragments, c->file, NULL, state_by_name(state), c->ds);
	}
	claim_after(c, map);
}

/* Alternatives */

static int8_t level_by_name(const struct node *n)
{
	int8_t i;

	for (i = 0; n && i < 3; i++)
		if (node_is(n, req_level_names[i]))
			return i;
	return -1;
}

/* A step that proves the target alive. */
static bool is_probe(const struct node *step)
{
	return step->kind == NODE_MAP && (node_get(step, "alive") || node_get(step, "confirm"));
}

static bool starts_alive(const struct node *list)
{
	return list && list->kind == NODE_LIST && list->n_items && is_probe(list->item[0]);
}

static void add_alternative(struct compiler *c, struct plan_alt *alt, const struct node *n,
			    bool alive_follows)
{
	const struct node *then = node_get(n, "then"), *deviation = node_get(n, "deviation");
	struct node *expect = node_get(n, "expect"), *none = node_get(n, "expect-none");
	const struct compile_name *mark = c->names;

	alt->first = (uint16_t)c->n_steps;
	alt->at = n->at;
	alt->level = level_by_name(node_get(n, "level"));
	alt->name = deviation ? deviation->text : NULL;
	if (expect)
		add_expect(c, node_get_key(n, "expect"), expect, n, false);
	else
		add_silence(c, node_get_key(n, "expect-none"), none, n,
			    then ? starts_alive(then) : alive_follows);
	if (then)
		compile_list(c, then, alive_follows);
	compile_hide(c, mark);
}

/* Steps first..end-1 that go on at @end go on at @join instead. */
static void join_branch(struct compiler *c, size_t first, size_t end, size_t join)
{
	for (; first < end; first++)
		if (c->step[first].next == end)
			c->step[first].next = (uint16_t)join;
}

static void add_one_of(struct compiler *c, const struct node *key, const struct node *list,
		       const struct node *map, bool alive_follows)
{
	size_t n = list->n_items, self = c->n_steps, i;
	struct plan_alt *alt;
	size_t *end;

	if (!emit(c, PLAN_ONE_OF, &key->at))
		return;
	alt = arena_calloc(c->arena, n, sizeof(*alt));
	end = arena_calloc(c->arena, n, sizeof(*end));
	alive_follows &= !node_get(map, "state");
	for (i = 0; i < n; i++) {
		add_alternative(c, &alt[i], list->item[i], alive_follows);
		end[i] = c->n_steps;
	}
	for (i = 0; i < n; i++)
		join_branch(c, alt[i].first, end[i], c->n_steps);
	c->step[self].next = (uint16_t)c->n_steps;
	c->step[self].one_of.alt = alt;
	c->step[self].one_of.n = (uint16_t)n;
	claim_after(c, map);
}

/* Steps */

static void compile_action(struct compiler *c, const struct node *map, const struct node *key,
			   struct node *v, bool alive_follows)
{
	if (node_is(key, "send"))
		add_send(c, key, v, map);
	else if (node_is(key, "expect") && is_by_model(v))
		add_model(c, key, v, map, alive_follows);
	else if (node_is(key, "confirm"))
		add_confirm(c, key, map);
	else if (node_is(key, "expect"))
		add_expect(c, key, v, map, false);
	else if (node_is(key, "optional"))
		add_expect(c, key, v, map, true);
	else if (node_is(key, "expect-none"))
		add_silence(c, key, v, map, alive_follows);
	else if (node_is(key, "one-of"))
		add_one_of(c, key, v, map, alive_follows);
	else if (node_is(key, "wait"))
		add_wait(c, key, v, map);
	else if (node_is(key, "app"))
		add_app(c, key, v, map);
	else if (node_is(key, "reach"))
		add_reach(c, v, map, alive_follows);
	else if (node_is(key, "use"))
		add_use(c, v, map, alive_follows);
	else if (node_is(key, "alive"))
		add_alive(c, &key->at,
			  node_is(v, "connection") ? ALIVE_CONNECTION : ALIVE_HANDSHAKE, map);
}

static void compile_step(struct compiler *c, struct node *map, bool alive_follows)
{
	const struct schema_key *k;
	size_t i;

	for (i = 0; i < map->n_pairs; i++) {
		k = schema_find_key(schema_step.map, map->pair[i].key->text);
		if (!(k->flags & KEY_CHOICE))
			continue;
		open_first(c, map->pair[i].key);
		compile_action(c, map, map->pair[i].key, map->pair[i].value, alive_follows);
		return;
	}
	open_first(c, map->pair[0].key);
	claim_after(c, map);
}

/*
 * A step that is wrong is left out, but what it names is known all the same,
 * so that one mistake makes one message.
 */
static void skip_step(struct compiler *c, const struct node *n)
{
	const struct node *as = n->kind == NODE_MAP ? node_get(n, "as") : NULL;

	params_use(c->params, n);
	params_spend(c->params, n->count);
	if (as && as->kind == NODE_SCALAR && !as->bad)
		compile_define(c, as->text, &as->at, 0, false);
}

/* The step with parameters put in, or NULL if it is wrong. */
static struct node *good_step(struct compiler *c, struct node *n)
{
	struct schema_check check = { .ds = c->ds };
	struct node *filled;

	if (n->bad || !n->has_param)
		return n->bad ? NULL : n;
	filled = params_substitute(c->params, c->arena, n, c->ds);
	return filled && schema_check_node(&schema_step, filled, &check) ? filled : NULL;
}

static void compile_list(struct compiler *c, const struct node *list, bool alive_follows)
{
	struct node *step;
	bool follows;
	size_t i;

	for (i = 0; i < list->n_items && !c->full; i++) {
		follows = alive_follows;
		if (i + 1 < list->n_items)
			follows = is_probe(list->item[i + 1]);
		step = good_step(c, list->item[i]);
		if (step)
			compile_step(c, step, follows);
		else
			skip_step(c, list->item[i]);
	}
}

void compile_case(struct compiler *c, const struct node *list)
{
	struct compile_chain self = { NULL, NULL, NULL, 0, false };

	c->chain = &self;
	compile_list(c, list, false);
	emit(c, PLAN_END, &list->at);
	c->chain = NULL;
}

void compile_fragment(struct compiler *c, const struct testcase_fragment *f)
{
	struct compile_chain self = { NULL, NULL, NULL, 0, false };

	c->chain = &self;
	enter(c, f, &f->at, false, false);
	c->chain = NULL;
}

/* The tester's end */

static struct node *tester_value(struct compiler *c, struct node *const tester[2],
				 const char *key)
{
	struct schema_check check = { .ds = c->ds };
	struct node *map, *filled = NULL;
	size_t i;

	for (i = 0; i < 2 && !filled; i++) {
		if (!tester[i] || tester[i]->kind != NODE_MAP || !node_get(tester[i], key))
			continue;
		if (node_get(tester[i], key)->bad) {
			params_use(c->params, tester[i]);
			return NULL;
		}
		map = arena_memdup(c->arena, tester[i], sizeof(*map));
		map->pair = arena_calloc(c->arena, 1, sizeof(*map->pair));
		map->pair->key = node_get_key(tester[i], key);
		map->pair->value =
			params_substitute(c->params, c->arena, node_get(tester[i], key), c->ds);
		map->n_pairs = 1;
		if (!map->pair->value || !schema_check_node(&schema_tester, map, &check))
			return NULL;
		filled = map->pair->value;
	}
	return filled;
}

void compile_tester(struct compiler *c, struct node *const tester[2], struct plan *plan)
{
	const struct node *iss = tester_value(c, tester, "iss");
	const struct node *window = tester_value(c, tester, "window");
	const struct node *options = tester_value(c, tester, "syn-options");
	uint32_t value;

	if (iss && !node_is(iss, "random"))
		plan->iss = compile_constant(c, iss);
	plan->window = 65535;
	if (window && expr_is_const(compile_constant(c, window), &value))
		plan->window = (uint16_t)value;
	if (options) {
		plan->syn_options_set = true;
		plan->syn_opt = compile_options(c, options, &plan->n_syn_opt);
	}
}
