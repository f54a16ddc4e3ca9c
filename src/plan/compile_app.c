/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `app`: what the target's application is asked for.
 */
#include "plan/compile.h"
#include "testcase/value.h"
#include "wire/testability.h"

static enum app_call call_by_name(const struct node *n)
{
	enum app_call call = APP_LISTEN;

	while (call < APP_N_CALLS - 1 && !node_is(n, app_calls[call].name))
		call++;
	return call;
}

static uint8_t result_by_name(const struct node *n)
{
	for (size_t i = 0; i < app_n_results; i++)
		if (node_is(n, app_results[i].name))
			return app_results[i].result;
	return TP_OK;
}

static uint8_t option_by_name(const struct node *n)
{
	uint8_t i = 0;

	while (i < app_n_options - 1 && !node_is(n, app_options[i].name))
		i++;
	return i;
}

static bool is_yes(const struct node *map, const char *key)
{
	const struct node *n = node_get(map, key);
	bool yes = false;

	if (n)
		value_bool(n->text, n->len, &yes);
	return yes;
}

static enum app_shutdown direction(const struct node *n)
{
	if (!n || node_is(n, "write"))
		return APP_SHUTDOWN_WRITE;
	return node_is(n, "read") ? APP_SHUTDOWN_READ : APP_SHUTDOWN_BOTH;
}

static void read_option(struct compiler *c, struct plan_app *a, const struct node *n)
{
	const struct node *option = node_get(n, "option"), *value = node_get(n, "value");
	const struct expr *e = value ? compile_constant(c, value) : NULL;

	if (option)
		a->option = option_by_name(option);
	if (e)
		expr_is_const(e, &a->value);
}

static void read_results(struct plan_app *a, const struct node *n)
{
	a->result_set = true;
	if (n->kind == NODE_SCALAR) {
		a->result[0] = result_by_name(n);
		return;
	}
	for (a->n_result = 0; a->n_result < n->n_items && a->n_result < 4; a->n_result++)
		a->result[a->n_result] = result_by_name(n->item[a->n_result]);
}

static void read_map(struct compiler *c, struct plan_app *a, const struct node *n)
{
	const struct node *data = node_get(n, "data"), *bytes = node_get(n, "bytes");
	const struct node *result = node_get(n, "result"), *within = node_get(n, "within");
	const struct node *of = node_get(n, "of");

	a->call = call_by_name(node_get(n, "call"));
	a->of_listener = of && node_is(of, "listener");
	a->how = direction(node_get(n, "how"));
	a->urgent = is_yes(n, "urgent");
	a->push = is_yes(n, "push");
	read_option(c, a, n);
	if (data) {
		compile_data(c, data, &a->data, &a->data_len);
		a->data_set = true;
		a->bytes = a->data_len ? a->data_len : 1;
	}
	if (bytes)
		value_size(bytes->text, bytes->len, &a->bytes);
	if (a->call == APP_RECEIVE && a->bytes > APP_RECEIVE_MAX) {
		diag_add(c->ds, DIAG_ERROR, bytes ? &bytes->at : &data->at,
			 "at most %d octets can be received at once", APP_RECEIVE_MAX);
		diag_add_help(c->ds, "more than that takes several calls");
	}
	if (result)
		read_results(a, result);
	if (within)
		a->within = compile_span(within);
}

const struct plan_app *compile_app(struct compiler *c, const struct node *n)
{
	struct plan_app *a = arena_alloc(c->arena, sizeof(*a));

	a->result[0] = TP_OK;
	a->n_result = 1;
	a->bytes = 1;
	a->how = APP_SHUTDOWN_WRITE;
	a->within = compile_span(NULL);
	if (n->kind == NODE_SCALAR)
		a->call = call_by_name(n);
	else
		read_map(c, a, n);
	return a;
}
