/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is found out before the suite, and in which words.
 */
#include "cli/sanity.h"
#include "run_util.h"

static void check(const struct reply *reply, bool sane, const char *words)
{
	struct script sc = { .reply = reply, .n = reply ? 1 : 0 };
	struct vlink_peer peer = { .receive = script_receive, .arg = &sc };
	struct link *link = vlink_open(NULL, &peer);
	struct target t = { .addr4 = link->target4 };
	struct buf b = BUF_INIT;
	struct diags ds;

	t.port[0].port = 80;
	t.port[0].provides = 1u << NEED_LISTENER;
	t.n_ports = 1;
	diags_init(&ds);
	cr_assert_eq(sanity_check(link, &t, &ds), sane);
	diags_render(&ds, false, &b);
	cr_assert(strstr(buf_str(&b), words), "%s", buf_str(&b));
	cr_assert_eq(ds.n_errors == 0, sane);
	buf_fini(&b);
	diags_fini(&ds);
	link->ops->close(link);
}

Test(sanity, answered)
{
	struct reply r = { 1, TCP_SYN | TCP_ACK, 0, 0, 0, NULL, R_NORMAL };

	check(&r, true, "");
}

Test(sanity, the_second_syn_is_answered)
{
	struct reply r = { 1, TCP_SYN | TCP_ACK, 0, 0, 0, NULL, R_NORMAL };

	r.on = 2;
	check(&r, true, "");
}

Test(sanity, refused)
{
	struct reply r = { 1, TCP_RST | TCP_ACK, 0, 0, 0, NULL, R_RST_FOR_SYN };

	check(&r, false, "192.0.2.1 refuses connections to port 80");
}

Test(sanity, nobody_there)
{
	check(NULL, false, "no answer from 192.0.2.1 port 80 within 5 s");
}

/* What is answered wrong is for the suite to judge. */
Test(sanity, a_wrong_answer_is_an_answer)
{
	struct reply r = { 1, TCP_SYN | TCP_ACK, 0, 5, 0, NULL, R_NORMAL };

	check(&r, true, "");
}

Test(sanity, trouble_of_ours_is_told)
{
	struct reply r = { 1, TCP_SYN | TCP_ACK, 0, 0, 0, NULL, R_PARTIAL };

	check(&r, false, "ethtool -K");
}
