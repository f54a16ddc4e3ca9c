/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the nodes of one variant's steps to plan steps: parameters put in,
 * fragments written out, names resolved, alternatives flattened.
 */
#ifndef PLAN_COMPILE_H
#define PLAN_COMPILE_H

#include "plan/fragments.h"
#include "plan/params.h"
#include "plan/plan.h"

/* Most steps of one variant, and most fragments written out in it. */
#define COMPILE_MAX_STEPS 4096

/* A segment that later steps can refer to. */
struct compile_name {
	const struct compile_name *up; /* the one defined before it, or NULL */
	const char *name;
	struct mark at;
	uint32_t step;
	uint32_t instance; /* of the fragment it was named in */
	bool optional;	   /* the segment may not have come */
};

/* A fragment that is being written out, and who asked for it. */
struct compile_chain {
	const struct compile_chain *up;
	const struct testcase_fragment *fragment; /* NULL: the case itself */
	const char *label;			  /* "reach ESTABLISHED", NULL for the case */
	uint32_t instance;
	bool precondition;
};

struct compiler {
	struct arena *arena;
	struct diags *ds;
	struct params *params;
	struct fragments *fragments;
	const struct testcase_file *file; /* whose own fragments are visible */

	struct plan_step *step; /* malloc'ed, grows */
	size_t n_steps, cap;
	uint32_t needs; /* of the fragments used */
	uint32_t said;	/* of the case itself */
	enum plan_way way;
	bool closes;	    /* the application is asked to */
	bool opens;	    /* BY_APPLICATION: it listens before the first segment */
	bool served;	    /* BY_SERVICES: a service listens in place of the application */
	bool asks_to_close; /* the tester sends a FIN, which most services answer with theirs */
	bool full;	    /* COMPILE_MAX_STEPS was passed: said once */

	uint32_t n_names;		   /* ever defined */
	const struct compile_name *names;  /* visible here */
	const struct compile_name *hidden; /* those of finished branches */
	const struct compile_chain *chain;
	uint32_t n_instances;
	bool failed;	     /* the expression or the step at hand is wrong */
	bool refers_to_step; /* the expression at hand names a segment */
};

void compile_init(struct compiler *c, struct arena *arena, struct params *params,
		  struct fragments *fragments, const struct testcase_file *file,
		  struct diags *ds);
void compile_fini(struct compiler *c);

/* Appends the steps of @list, and PLAN_END after them.  Errors go to the diags. */
void compile_case(struct compiler *c, const struct node *list);

/* The same with a fragment alone, to find the errors in it. */
void compile_fragment(struct compiler *c, const struct testcase_fragment *f);

/* Fills in the tester's end; the case's own map stands before the defaults'. */
void compile_tester(struct compiler *c, struct node *const tester[2], struct plan *plan);

/* compile_link.c: fills in what the path does; @list may be NULL, or wrong */
void compile_link(struct compiler *c, struct node *list, struct plan *plan);

/* compile_scope.c: names in expressions */

/* Makes @name known from now on.  Errors: reserved, or taken in the same list. */
void compile_define(struct compiler *c, const char *name, const struct mark *at, uint32_t step,
		    bool optional);
/* Hides every name that is younger than @mark: the branch it stands in ends. */
void compile_hide(struct compiler *c, const struct compile_name *mark);
/* An expression in which any name of the plan may stand; NULL after an error. */
const struct expr *compile_expr(struct compiler *c, const struct node *n);
/* One in which no name may stand, since nothing has a value yet. */
const struct expr *compile_constant(struct compiler *c, const struct node *n);

/* compile_send.c, compile_expect.c, compile_app.c: values that the schema has found good */
const struct plan_send *compile_send(struct compiler *c, const struct node *n);
const struct plan_opt *compile_options(struct compiler *c, const struct node *n, uint8_t *n_opt);
const struct plan_expect *compile_expect(struct compiler *c, const struct node *n);
const struct plan_app *compile_app(struct compiler *c, const struct node *n);
void compile_data(struct compiler *c, const struct node *n, const uint8_t **data, uint32_t *len);
uint16_t compile_flags(const struct node *n);
int64_t compile_duration(const struct node *n);
/* What may hold timers; @n NULL is PLAN_WITHIN_DEFAULT_NS. */
struct timer_sum compile_span(const struct node *n);
/* The kind an option's name stands for. */
uint8_t compile_option_kind(const struct node *name);

#endif
