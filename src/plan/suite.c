/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loading a suite: files, fragments, then every case in every variant.
 *
 * Nothing stops at the first mistake.  Each part is checked as far as it can be
 * understood, and the tally sees to it that a mistake met again by other
 * variants or cases is told once.
 */
#include "plan/suite.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/buf.h"
#include "base/log.h"
#include "plan/compile.h"
#include "plan/fragments.h"
#include "plan/params.h"
#include "plan/suite_files.h"
#include "plan/tally.h"
#include "plan/target.h"
#include "plan/variants.h"

struct suite_entry {
	const char *id;
	const struct plan *plan;
	UT_hash_handle hh;
};

struct case_entry {
	const char *id;
	const struct testcase *testcase;
	UT_hash_handle hh;
};

struct suite {
	struct arena *arena;
	const struct plan **plan; /* malloc'ed */
	size_t n, cap;
	struct suite_entry *by_id;
};

struct loading {
	struct suite *suite;
	struct arena *arena; /* the suite's */
	const struct suite_limits *limits;
	const struct target *target; /* or NULL */
	uint64_t budget;
	struct diags *out;
	struct diags told; /* to be sorted into out */
	struct diags ds;   /* of the variant at hand */
	struct tally tally;
	struct fragments fragments;
	const struct testcase_file **file; /* malloc'ed */
	size_t n_files, cap_files;
	struct case_entry *cases;
};

const struct suite_limits suite_limits_default = { .max_plans = 100000, .budget = 10000000 };

static void loading_init(struct loading *l, const struct suite_limits *limits, struct diags *out)
{
	memset(l, 0, sizeof(*l));
	l->suite = calloc(1, sizeof(*l->suite));
	if (!l->suite)
		log_panic("out of memory");
	l->arena = l->suite->arena = arena_new();
	l->limits = limits;
	l->budget = limits->budget;
	l->out = out;
	diags_init(&l->ds);
	diags_init(&l->told);
	l->told.limit = SIZE_MAX;
	tally_init(&l->tally);
	fragments_init(&l->fragments);
}

static void loading_fini(struct loading *l)
{
	HASH_CLEAR(hh, l->cases);
	free(l->file);
	fragments_fini(&l->fragments);
	tally_fini(&l->tally);
	diags_fini(&l->ds);
	diags_fini(&l->told);
}

/* Tells what was found outside of any variant. */
static void tell(struct loading *l)
{
	tally_take(&l->tally, &l->ds, NULL);
	tally_flush(&l->tally, 1, &l->told);
}

static void add_file(struct loading *l, const struct testcase_file *file)
{
	if (l->n_files == l->cap_files) {
		l->cap_files = l->cap_files ? l->cap_files * 2 : 16;
		l->file = realloc(l->file, l->cap_files * sizeof(*l->file));
		if (!l->file)
			log_panic("out of memory");
	}
	l->file[l->n_files++] = file;
}

static void load_source(struct loading *l, const struct source *src, bool fragments)
{
	const struct testcase_file *file = testcase_load(l->arena, src, &l->ds);

	if (fragments)
		fragments_add(&l->fragments, file, &l->ds);
	tell(l);
	add_file(l, file);
}

/* Fragments that no case uses have mistakes as well. */
static void check_fragment(struct loading *l, const struct testcase_fragment *f)
{
	static const struct testcase none;
	struct params params;
	struct compiler c;

	if (!f->steps || f->steps->has_param)
		return;
	params_init(&params, l->arena, &none, &l->budget);
	compile_init(&c, l->arena, &params, &l->fragments, f->file, &l->ds);
	compile_fragment(&c, f);
	compile_fini(&c);
	tell(l);
}

static void check_own_fragments(struct loading *l, const struct testcase_file *file)
{
	size_t i, j;

	for (i = 0; i < file->n_fragments; i++) {
		const struct testcase_fragment *f = &file->fragment[i];

		for (j = 0; j < i; j++) {
			const struct testcase_fragment *g = &file->fragment[j];

			if ((f->name || f->reaches >= 0) && fragments_same(f, g)) {
				fragments_duplicate(g, f, &l->ds);
				break;
			}
		}
		check_fragment(l, f);
	}
}

/* Plans */

static void add_plan(struct loading *l, struct plan *p)
{
	struct suite *s = l->suite;
	struct suite_entry *e = arena_alloc(s->arena, sizeof(*e));

	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 64;
		s->plan = realloc(s->plan, s->cap * sizeof(*s->plan));
		if (!s->plan)
			log_panic("out of memory");
	}
	s->plan[s->n++] = p;
	e->id = p->id;
	e->plan = p;
	HASH_ADD_KEYPTR(hh, s->by_id, e->id, strlen(e->id), e);
}

static struct plan *new_plan(struct loading *l, const struct testcase *t, struct params *params)
{
	struct plan *p = arena_alloc(l->arena, sizeof(*p));

	p->case_id = arena_printf(l->arena, "%s/%s", t->area, t->id);
	p->area = t->area;
	p->slug = t->id;
	p->title = t->title;
	p->about = t->about;
	p->file = t->file->src->name;
	p->at = t->at;
	p->covers = t->covers;
	p->n_covers = t->n_covers;
	p->tags = t->tags;
	p->n_tags = t->n_tags;
	p->level = t->level;
	p->uses = t->uses;
	p->patient = t->patient;
	p->param = variants_params(l->arena, params, &p->n_param);
	p->id = variants_id(l->arena, p->case_id, params);
	p->family = !strcmp(params_value(params, "ip"), "6") ? 6 : 4;
	return p;
}

/* A case that needs nothing in particular needs somebody who listens. */
static uint32_t needs_or_listener(uint32_t needs)
{
	return needs ? needs : 1u << NEED_LISTENER;
}

#define HAS(need) (1u << NEED_##need)

/* It listens and closes when it is asked to, and says nothing by itself. */
static uint32_t needs_of_application(uint32_t needs, const struct compiler *c)
{
	needs &= ~(HAS(LISTENER) | HAS(QUIET));
	if (c->closes)
		needs &= ~(HAS(CLOSES_FIRST) | HAS(CLOSES_ON_FIN));
	return needs | HAS(UPPER_TESTER);
}

/* What a variant needs on @way, by what the case says and what its steps came to. */
static uint32_t needs_on(enum plan_way way, uint32_t said, const struct compiler *c)
{
	switch (way) {
	case PLAN_BY_SERVICES:
		return (said & ~HAS(UPPER_TESTER)) | c->needs | HAS(LISTENER) | HAS(QUIET);
	case PLAN_BY_APPLICATION:
		return needs_of_application(said | c->needs, c);
	default:
		return needs_or_listener(said | c->needs);
	}
}

/* Whether it comes to the same: the steps are what they were, but for who acts. */
static bool is_good_way(enum plan_way way, uint32_t said, const struct compiler *c)
{
	if (way == PLAN_BY_SERVICES)
		return c->served && !c->asks_to_close;
	/* After a close nobody reads. */
	return way != PLAN_BY_APPLICATION || !(said & ~c->needs & HAS(HALF_CLOSE));
}

/* Fills in the steps of @p; false if the case cannot be done @way. */
static bool compile_steps(struct loading *l, const struct testcase *t, struct params *params,
			  enum plan_way way, struct plan *p, struct diags *ds)
{
	struct compiler c;
	bool good;

	compile_init(&c, l->arena, params, &l->fragments, t->file, ds);
	c.way = way;
	c.said = t->needs;
	c.opens = way == PLAN_BY_APPLICATION && !(t->needs & HAS(CLOSED_PORT));
	if (t->steps)
		compile_case(&c, t->steps);
	good = !c.full && is_good_way(way, t->needs, &c);
	p->needs = needs_on(way, t->needs, &c);
	p->step = arena_memdup(l->arena, c.step, c.n_steps * sizeof(*c.step));
	p->n_steps = (uint16_t)c.n_steps;
	compile_fini(&c);
	return good;
}

static bool provides(const struct target *t, const struct plan *p)
{
	const char *missing;

	return target_choose(t, p->needs, &missing) >= 0;
}

/* Where the target has nobody to act as it is written, somebody else may do. */
static void compile_otherwise(struct loading *l, const struct testcase *t, struct params *params,
			      struct plan *p)
{
	enum plan_way way = plan_asks_app(p) ? PLAN_BY_SERVICES : PLAN_BY_APPLICATION;
	struct plan other = *p;
	struct diags ds;

	diags_init(&ds);
	if (compile_steps(l, t, params, way, &other, &ds) && !ds.n_errors &&
	    provides(l->target, &other))
		*p = other;
	diags_fini(&ds);
}

/* Compiles one variant; returns its id. */
static const char *compile_variant(struct loading *l, const struct testcase *t,
				   struct params *params)
{
	struct plan *p = new_plan(l, t, params);
	struct compiler c;

	compile_init(&c, l->arena, params, &l->fragments, t->file, &l->ds);
	compile_tester(&c, t->tester, p);
	compile_link(&c, t->link, p);
	compile_fini(&c);
	compile_steps(l, t, params, PLAN_AS_WRITTEN, p, &l->ds);
	if (l->told.n_errors || l->ds.n_errors || l->tally.n)
		return p->id;
	if (l->target && !provides(l->target, p))
		compile_otherwise(l, t, params, p);
	add_plan(l, p);
	return p->id;
}

#define TOO_LARGE "its variants have too many steps in all"

/* Telling an error apart from all others takes its time. */
#define ERROR_COST 50

/* False with an error if another variant would be too much. */
static bool may_go_on(struct loading *l, const struct testcase *t, struct params *params)
{
	if (l->suite->n == l->limits->max_plans)
		diag_add(&l->ds, DIAG_ERROR, &t->at, "the suite has more than %zu variants",
			 l->limits->max_plans);
	else if (params_spend(params, variants_exclude_cost(t)))
		return true;
	else
		diag_add(&l->ds, DIAG_ERROR, &t->at, "the suite is too large: " TOO_LARGE);
	tally_take(&l->tally, &l->ds, NULL);
	return false;
}

/* All variants of @t that are not excluded; returns how many. */
static size_t compile_variants(struct loading *l, const struct testcase *t, struct params *params,
			       bool *excluded)
{
	const char *id;
	size_t n = 0;

	do {
		if (!may_go_on(l, t, params))
			break;
		if (variants_excluded(t, params, excluded))
			continue;
		id = compile_variant(l, t, params);
		params_spend(params, l->ds.n_errors * ERROR_COST);
		tally_take(&l->tally, &l->ds, id);
		n++;
	} while (params_next(params));
	return n;
}

static void forget_plans(struct suite *s, size_t n)
{
	struct suite_entry *e;

	while (s->n > n) {
		const char *id = s->plan[--s->n]->id;

		HASH_FIND_STR(s->by_id, id, e);
		if (e)
			HASH_DEL(s->by_id, e);
	}
}

/*
 * Parameters that came from the defaults and that no step of this case uses
 * would make variants that do the same: they are dropped, and the variants made
 * anew without them.
 */
static void expand(struct loading *l, const struct testcase *t, struct params *params)
{
	size_t first = l->suite->n, n, i;
	bool *excluded = arena_calloc(l->arena, t->n_excludes + 1, sizeof(*excluded));

	n = compile_variants(l, t, params, excluded);
	if (variants_drop_unused(params)) {
		forget_plans(l->suite, first);
		tally_drop(&l->tally);
		n = compile_variants(l, t, params, excluded);
	}
	tally_flush(&l->tally, n, &l->told);
	if (!l->budget)
		return;
	if (n > 0 && t->steps)
		variants_check_used(params, &l->ds);
	for (i = 0; i < t->n_excludes; i++)
		if (!excluded[i] && t->exclude[i].n_params && !t->exclude[i].from_defaults)
			diag_add(&l->ds, DIAG_ERROR, &t->exclude[i].at,
				 "this excludes no variant that is not excluded already");
	if (n == 0)
		diag_add(&l->ds, DIAG_ERROR, &t->at, "every variant of this case is excluded");
	tell(l);
}

static bool is_new_case(struct loading *l, const struct testcase *t)
{
	const char *id = arena_printf(l->arena, "%s/%s", t->area, t->id);
	struct case_entry *e;

	HASH_FIND_STR(l->cases, id, e);
	if (e && *t->id) {
		diag_add(&l->ds, DIAG_ERROR, &t->at, "there is a case %s already", id);
		diag_add(&l->ds, DIAG_NOTE, &e->testcase->at, "the first one is here");
		return false;
	}
	if (e)
		return true;
	e = arena_alloc(l->arena, sizeof(*e));
	e->id = id;
	e->testcase = t;
	HASH_ADD_KEYPTR(hh, l->cases, e->id, strlen(e->id), e);
	return true;
}

static void load_case(struct loading *l, const struct testcase *t)
{
	struct params params;
	uint64_t count;

	is_new_case(l, t);
	params_init(&params, l->arena, t, &l->budget);
	count = params_count(&params);
	if (count > PARAMS_MAX_VARIANTS) {
		diag_add(&l->ds, DIAG_ERROR, &t->at, "the matrix of this case makes more than %d "
						     "variants",
			 PARAMS_MAX_VARIANTS);
		diag_add_help(&l->ds, "use fewer values, or split the case");
	} else if (variants_check_excludes(t, &l->ds)) {
		tell(l);
		expand(l, t, &params);
		return;
	}
	tell(l);
}

/*
 * The marks of diagnostics point into sources, which live in the suite; the
 * diagnostics are read when the suite is gone.
 */
static void keep_source(struct diags *ds, const struct source *src)
{
	struct source *copy = arena_memdup(ds->arena, src, sizeof(*src));
	size_t i;

	copy->name = arena_strdup(ds->arena, src->name);
	copy->text = arena_memdup(ds->arena, src->text, src->len + 1);
	for (i = 0; i < ds->n; i++)
		if (ds->list[i].at.src == src)
			ds->list[i].at.src = copy;
}

static struct suite *finish(struct loading *l)
{
	struct suite *s = l->suite;
	bool failed;
	size_t i, j;

	for (i = 0; i < l->n_files; i++)
		check_own_fragments(l, l->file[i]);
	for (i = 0; i < l->n_files; i++)
		for (j = 0; j < l->file[i]->n_cases; j++)
			load_case(l, &l->file[i]->testcase[j]);
	/* It may have run out in the middle of the very last variant. */
	if (!l->budget && !l->told.n_errors) {
		diag_add(&l->ds, DIAG_ERROR, NULL, "the suite is too large: " TOO_LARGE);
		tell(l);
	}
	failed = l->told.n_errors > 0;
	tally_sort(&l->told, l->out);
	for (i = 0; failed && i < l->n_files; i++)
		keep_source(l->out, l->file[i]->src);
	loading_fini(l);
	if (failed) {
		suite_free(s);
		s = NULL;
	}
	return s;
}

struct suite *suite_load(const char *const *paths, size_t n_paths, const char *bundled_dir,
			 struct diags *ds)
{
	return suite_load_for(NULL, paths, n_paths, bundled_dir, ds);
}

struct suite *suite_load_for(const struct target *target, const char *const *paths,
			     size_t n_paths, const char *bundled_dir, struct diags *ds)
{
	struct suite_files files;
	struct loading l;
	size_t i;

	loading_init(&l, &suite_limits_default, ds);
	l.target = target;
	suite_files_find(&files, paths, n_paths, bundled_dir, &l.ds);
	tell(&l);
	for (i = 0; i < files.n; i++) {
		const struct source *src = node_read_file(l.arena, files.path[i], &l.ds);

		if (src)
			load_source(&l, src, i < files.n_fragments);
	}
	tell(&l);
	suite_files_fini(&files);
	return finish(&l);
}

struct suite *suite_load_text(const char *name, const char *text, size_t len, struct diags *ds)
{
	return suite_load_text_within(&suite_limits_default, name, text, len, ds);
}

struct suite *suite_load_text_within(const struct suite_limits *limits, const char *name,
				     const char *text, size_t len, struct diags *ds)
{
	return suite_load_text_for(NULL, limits, name, text, len, ds);
}

struct suite *suite_load_text_for(const struct target *target, const struct suite_limits *limits,
				  const char *name, const char *text, size_t len, struct diags *ds)
{
	struct source *src;
	struct loading l;
	char *copy;

	loading_init(&l, limits, ds);
	l.target = target;
	copy = arena_alloc(l.arena, len + 1);
	memcpy(copy, text, len);
	src = arena_alloc(l.arena, sizeof(*src));
	src->name = arena_strdup(l.arena, name);
	src->text = copy;
	src->len = len;
	load_source(&l, src, false);
	return finish(&l);
}

void suite_free(struct suite *s)
{
	if (!s)
		return;
	HASH_CLEAR(hh, s->by_id);
	free(s->plan);
	arena_free(s->arena);
	free(s);
}

size_t suite_n_plans(const struct suite *s)
{
	return s->n;
}

const struct plan *suite_plan(const struct suite *s, size_t i)
{
	return s->plan[i];
}

const struct plan *suite_find(const struct suite *s, const char *id)
{
	struct suite_entry *e;

	HASH_FIND_STR(s->by_id, id, e);
	return e ? e->plan : NULL;
}
