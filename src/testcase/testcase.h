/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A case file with its types: what stands around the steps is read here (ids,
 * levels, needs, parameters); the steps themselves stay nodes, held to the
 * schema, until the plan has put the parameters in.
 */
#ifndef TESTCASE_TESTCASE_H
#define TESTCASE_TESTCASE_H

#include "testcase/node.h"
#include "testcase/schema.h"
#include "testcase/vocab.h"

/* One value of a parameter. */
struct testcase_value {
	const char *name;  /* as it stands in the variant id */
	struct node *node; /* what is put in for $parameter */
};

struct testcase_param {
	const char *name;
	struct mark at;
	const struct testcase_value *value;
	size_t n_values;
	bool from_defaults; /* dropped where a case does not use it */
};

/* Variants left out: those in which each parameter has one of its values. */
struct testcase_exclude {
	struct mark at;
	const char *because;
	bool from_defaults;
	struct {
		const struct node *key;
		const struct node *values; /* a scalar, or a list of them */
	} * param;
	size_t n_params;
};

struct testcase {
	const struct testcase_file *file;
	struct mark at;		       /* of the id */
	const char *area, *id, *title; /* "" where missing, after an error */
	const char *about;	       /* or NULL */
	const char *const *covers;
	size_t n_covers;
	const char *const *tags;
	size_t n_tags;
	enum req_level level;
	uint32_t needs;			    /* set of enum plan_need */
	uint32_t uses;			    /* set of enum plan_use */
	bool patient;			    /* no fence ends a silence */
	const struct testcase_param *param; /* sorted by name; `ip` is among them */
	size_t n_params;
	bool matrix_bad; /* parameters are missing because they are wrong */
	const struct testcase_exclude *exclude;
	size_t n_excludes;
	struct node *tester[2]; /* the case's and the defaults', or NULL */
	struct node *link;	/* what the path does, or NULL */
	struct node *steps;	/* a list, or NULL after an error */
};

struct testcase_fragment {
	const struct testcase_file *file;
	struct mark at;
	const char *name; /* or NULL: it reaches a state */
	int reaches;	  /* enum tcp_state, or TCP_STATE_NONE */
	const char *via;  /* or NULL */
	uint32_t needs;
	struct node *steps; /* a list, or NULL after an error */
};

struct testcase_file {
	const struct source *src;
	const char *area; /* "" where missing */
	const struct testcase *testcase;
	size_t n_cases;
	const struct testcase_fragment *fragment;
	size_t n_fragments;
};

/*
 * Reads @src; never NULL: after errors (which go to @ds) it holds what could
 * be read, so that more errors can be found in it.  Everything lives in @arena.
 */
const struct testcase_file *testcase_load(struct arena *arena, const struct source *src,
					  struct diags *ds);

/* "reach ESTABLISHED via passive", "use NAME": what a step of it says it came from. */
const char *testcase_fragment_label(struct arena *arena, const struct testcase_fragment *f);

#endif
