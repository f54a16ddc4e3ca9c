/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests of who acts for the target: its ports by themselves, or its application
 * that is asked.  What a case leaves open is planned by what the target has, and
 * nothing else is.
 */
#include <stdio.h>

#include "plan/target.h"
#include "plan_util.h"

#define FRAGMENTS                                                                          \
	"fragments:\n"                                                                     \
	"  - reaches: ESTABLISHED\n"                                                       \
	"    steps: [send: SYN, expect: SYN|ACK, send: ACK]\n"                             \
	"  - {reaches: FIN-WAIT-1, needs: [closes-first],\n"                               \
	"     steps: [reach: ESTABLISHED, {expect: FIN|ACK, state: FIN-WAIT-1}]}\n"        \
	"  - {reaches: ESTABLISHED, via: listen, needs: [upper-tester],\n"                 \
	"     steps: [app: listen, send: SYN, expect: SYN|ACK, send: ACK, app: accept]}\n" \
	"  - {reaches: FIN-WAIT-1, via: close, needs: [upper-tester],\n"                   \
	"     steps: [reach: ESTABLISHED, app: close, expect: FIN|ACK]}\n"                 \
	"  - {reaches: FIN-WAIT-1, via: shutdown, needs: [upper-tester, half-close],\n"    \
	"     steps: [reach: ESTABLISHED, app: shutdown, expect: FIN|ACK]}\n"

#define NEEDS(list) "    needs: [" list "]\n"

/* "app send expect": the kinds of the steps of the one plan of @text, by @way alone. */
static const char *planned(enum plan_way way, const char *text, enum plan_way *came)
{
	static char shape[400];
	struct target target;
	struct suite *s;
	struct diags ds;
	size_t n = 0;

	diags_init(&ds);
	target_init_way(&target, way);
	s = suite_load_text_for(&target, &suite_limits_default, "x.yaml", text, strlen(text), &ds);
	cr_assert_not_null(s, "%s", ds.n ? ds.list[0].message : "");
	cr_assert_eq(ds.n, 0);
	for (uint16_t i = 0; i < only(s)->n_steps; i++) {
		const struct plan_step *st = &only(s)->step[i];
		const char *kind = st->kind == PLAN_APP ? app_calls[st->app->call].name
							: plan_step_kind_names[st->kind];

		n += (size_t)snprintf(shape + n, sizeof(shape) - n, "%s%s", n ? " " : "", kind);
	}
	*came = plan_way_of(only(s));
	suite_free(s);
	diags_fini(&ds);
	return shape;
}

static void assert_planned(enum plan_way way, const char *text, enum plan_way wanted,
			   const char *shape)
{
	enum plan_way came;
	const char *got = planned(way, text, &came);

	cr_expect_eq(came, wanted, "%s: %s", text, plan_way_names[came]);
	cr_expect_str_eq(got, shape, "%s", text);
}

#define APP PLAN_BY_APPLICATION
#define SERVICES PLAN_BY_SERVICES
#define TEXT(needs, steps) HEAD FRAGMENTS CASE ONLY_IPV4 needs STEPS steps

Test(ways, the_application_does_what_ports_would)
{
	assert_planned(APP, TEXT("", "      - reach: ESTABLISHED\n      - send: RST\n"), APP,
		       "listen send expect send accept send end");
	assert_planned(APP, TEXT("", "      - send: SYN\n      - expect: SYN|ACK\n"), APP,
		       "listen send expect end");
	assert_planned(APP, TEXT(NEEDS("closes-first"), "      - reach: FIN-WAIT-1\n"), APP,
		       "listen send expect send accept close expect end");
	assert_planned(APP,
		       TEXT(NEEDS("half-close"), "      - reach: FIN-WAIT-1\n      - send: ACK\n"),
		       APP, "listen send expect send accept shutdown expect send end");
	assert_planned(APP, TEXT(NEEDS("quiet"), "      - {state: LISTEN}\n      - send: SYN\n"),
		       APP, "listen state send end");
	/* Nobody listens, and nobody is asked to. */
	assert_planned(APP, TEXT(NEEDS("closed-port"), "      - send: SYN\n"
						       "      - expect: RST|ACK\n"),
		       APP, "send expect end");
}

/* What only a service does is not done by somebody who is not told to. */
Test(ways, the_application_is_no_service)
{
	assert_planned(APP, TEXT(NEEDS("echo"), "      - reach: ESTABLISHED\n"), SERVICES,
		       "send expect send end");
	assert_planned(APP,
		       TEXT(NEEDS("closes-first"),
			    "      - reach: ESTABLISHED\n      - expect: FIN|ACK\n"),
		       SERVICES, "send expect send expect end");
	assert_planned(APP, TEXT(NEEDS("half-close"), "      - reach: ESTABLISHED\n"), SERVICES,
		       "send expect send end");
}

Test(ways, a_service_listens_and_accepts)
{
	assert_planned(SERVICES,
		       TEXT("", "      - {app: listen, state: LISTEN}\n"
				"      - send: SYN\n"
				"      - expect: SYN|ACK\n      - send: ACK\n"
				"      - app: accept\n"),
		       SERVICES, "state send expect send end");
	assert_planned(SERVICES,
		       TEXT("", "      - reach: {state: ESTABLISHED, via: listen}\n"), SERVICES,
		       "send expect send end");
}

/* In what else the application is asked for it says or does something of its own. */
Test(ways, a_service_is_no_application)
{
	assert_planned(SERVICES, TEXT("", "      - app: listen\n      - send: FIN|ACK\n"), APP,
		       "listen send end");
	assert_planned(SERVICES, TEXT("", "      - send: SYN\n      - app: listen\n"), APP,
		       "send listen end");
	assert_planned(SERVICES,
		       TEXT("", "      - app: listen\n"
				"      - app: {call: accept, result: pending}\n"),
		       APP, "listen accept end");
	assert_planned(SERVICES, TEXT("", "      - app: connect\n      - expect: SYN\n"), APP,
		       "connect expect end");
	assert_planned(SERVICES, TEXT("", "      - reach: {state: FIN-WAIT-1, via: close}\n"), APP,
		       "send expect send close expect end");
	/* Its port is closed as long as nobody is asked to listen. */
	assert_planned(SERVICES, TEXT(NEEDS("upper-tester"), "      - send: SYN\n"), APP,
		       "send end");
}

/* Who has both is asked as it is written. */
Test(ways, as_written_where_that_can_be)
{
	static const char text[] =
		TEXT(NEEDS("closes-first"), "      - reach: FIN-WAIT-1\n");
	struct target target;
	struct diags ds;
	struct suite *s;

	diags_init(&ds);
	target_init_lab(&target);
	s = suite_load_text_for(&target, &suite_limits_default, "x.yaml", text, strlen(text), &ds);
	cr_assert_not_null(s);
	cr_expect_eq(plan_way_of(only(s)), PLAN_BY_SERVICES);
	cr_expect_not(plan_opens(only(s)));
	suite_free(s);
	diags_fini(&ds);
}
