/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the doctor finds of a target, over links in virtual time: the simulated
 * target where it does what it should, scripts where something is in the way.
 */
#include "base/arena.h"
#include "cli/doctor.h"
#include "link/privilege.h"
#include "run_util.h"
#include "sim/sim.h"

struct found {
	char *text;
	size_t len, n[DOCTOR_N];
};

/* Asks over @link, which is closed by @close or else by itself. */
static struct found ask(struct link *link, const struct target *t)
{
	struct found f = { 0 };
	struct doctor d = { .arena = arena_new(), .seed = 1 };

	d.out = open_memstream(&f.text, &f.len);
	doctor_ask(&d, link, t);
	fclose(d.out);
	memcpy(f.n, d.n, sizeof(f.n));
	arena_free(d.arena);
	return f;
}

static void says(const struct found *f, const char *words)
{
	cr_expect(strstr(f->text, words), "no \"%s\" in\n%s", words, f->text);
}

static struct found ask_sim(struct target *t)
{
	struct sim_config cfg = { .seed = 1 };
	struct sim *sim = sim_open(&cfg);
	struct found f;

	t->addr4 = sim_link(sim)->target4;
	t->addr6 = sim_link(sim)->target6;
	f = ask(sim_link(sim), t);
	sim_close(sim);
	return f;
}

static struct target one_port(uint16_t port, uint32_t provides)
{
	struct target t = { .n_ports = 1 };

	t.port[0].port = port;
	t.port[0].provides = provides | 1u << NEED_LISTENER;
	return t;
}

Test(doctor, a_good_target_is_good)
{
	struct target t;
	struct found f;

	target_init_lab(&t);
	f = ask_sim(&t);
	cr_expect_eq(f.n[DOCTOR_FAIL] + f.n[DOCTOR_WARN], 0, "%s", f.text);
	says(&f, "ok    IPv4: 10 of 10 handshakes with port 7 answered, median 0.020 ms");
	says(&f, "ok    IPv6: 10 of 10 handshakes");
	says(&f, "ok    port 7, IPv4: accepts connections");
	says(&f, "ok    port 7, IPv6: echoes");
	says(&f, "ok    port 7, IPv4: closes on FIN");
	says(&f, "ok    port 9, IPv4: says nothing unasked");
	says(&f, "ok    port 13, IPv4: closes first");
	says(&f, "ok    port 13, IPv6: reads on after its FIN");
	says(&f, "ok    the application, IPv4: listens when it is asked to");
	says(&f, "ok    port 19, IPv6: sends by itself");
	says(&f, "ok    port 1, IPv4: is closed: a SYN draws a reset");
	says(&f, "ok    the capture lost none of ");
	cr_expect_not(strstr(f.text, "help:"), "%s", f.text);
	free(f.text);
}

/* No port at all: the application stands for them. */
Test(doctor, an_upper_tester_alone)
{
	struct target t;
	struct found f;

	target_init_lab(&t);
	t.n_ports = 0;
	f = ask_sim(&t);
	cr_expect_eq(f.n[DOCTOR_FAIL] + f.n[DOCTOR_WARN], 0, "%s", f.text);
	says(&f, "ok    IPv4: 10 of 10 handshakes with the application answered");
	says(&f, "ok    the application, IPv6: listens when it is asked to");
	cr_expect_not(strstr(f.text, "port "), "%s", f.text);
	free(f.text);
}

/* One family less is asked less. */
Test(doctor, one_family)
{
	struct sim_config cfg = { .seed = 1 };
	struct target t = one_port(7, 0);
	struct sim *sim = sim_open(&cfg);
	struct found f;

	t.addr4 = sim_link(sim)->target4;
	f = ask(sim_link(sim), &t);
	cr_expect_not(strstr(f.text, "IPv6"), "%s", f.text);
	says(&f, "ok    port 7, IPv4: accepts connections");
	sim_close(sim);
	free(f.text);
}

/* What is said of a port, and is not so: one line for each family, no other. */
static const struct {
	uint16_t port;
	uint32_t need;
	const char *words;
} wrong[] = {
	{ 9, NEED_ECHO, "port 9, IPv4: does not send back what it was sent" },
	{ 13, NEED_QUIET, "port 13, IPv4: speaks without being asked" },
	{ 9, NEED_SPEAKS_FIRST, "port 9, IPv4: says nothing within 3 s" },
	{ 13, NEED_ECHO, "port 13, IPv4: does not send back what it was sent" },
	{ 9, NEED_CLOSES_FIRST, "port 9, IPv4: does not close by itself within 3 s" },
	{ 9, NEED_SENDS_FOREVER, "port 9, IPv4: sends nothing within 3 s" },
	{ 1, NEED_ECHO, "port 1, IPv4: refuses connections" },
};

Test(doctor, what_is_said_of_a_port_and_is_not_so)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct target t = one_port(wrong[i].port, 1u << wrong[i].need);
		struct found f = ask_sim(&t);

		says(&f, wrong[i].words);
		says(&f, "help: ");
		cr_expect_eq(f.n[DOCTOR_FAIL], 2, "%s", f.text);
		free(f.text);
	}
}

Test(doctor, a_port_is_not_closed)
{
	struct target t = { .n_ports = 1 };
	struct found f;

	t.port[0].port = 9;
	t.port[0].provides = 1u << NEED_CLOSED_PORT;
	f = ask_sim(&t);
	says(&f, "fail  port 9, IPv4: does not answer a SYN with a reset");
	cr_expect_eq(f.n[DOCTOR_FAIL], 2, "%s", f.text);
	free(f.text);
}

/* ---- scripts ---- */

static struct found ask_script(struct script *sc)
{
	struct vlink_peer peer = { .receive = script_receive, .arg = sc };
	struct link *link = vlink_open(NULL, sc ? &peer : NULL);
	struct target t = one_port(80, 0);
	struct found f;

	t.addr4 = link->target4;
	f = ask(link, &t);
	link->ops->close(link);
	return f;
}

Test(doctor, nobody_there)
{
	struct found f = ask_script(NULL);

	says(&f, "fail  port 80, IPv4: does not answer");
	says(&f, "help: is the address right");
	cr_expect_not(strstr(f.text, "handshakes"), "%s", f.text);
	free(f.text);
}

/* Of the tester's SYNs, all flows together, every third is lost. */
struct lossy {
	struct script script;
	int syns;
};

static void lossy_receive(void *arg, struct vlink *vl, int64_t now_ns, const uint8_t *packet,
			  size_t len)
{
	static const struct reply answer = { 0, TCP_SYN | TCP_ACK, 0, 0, 0, NULL, R_NORMAL };
	struct lossy *l = arg;
	struct segment s;

	(void)now_ns;
	segment_decode(&s, packet, len, len);
	if (s.flags & TCP_SYN && ++l->syns % 3)
		reply_send(&l->script, vl, &s, &answer);
}

static void check_lossy(int syns)
{
	struct lossy l = { .syns = syns };
	struct vlink_peer peer = { .receive = lossy_receive, .arg = &l };
	struct link *link = vlink_open(NULL, &peer);
	struct target t = one_port(80, 0);
	struct found f;

	t.addr4 = link->target4;
	f = ask(link, &t);
	says(&f, " of 10 handshakes with port 80 answered");
	cr_expect_eq(f.n[DOCTOR_WARN], 1, "%s", f.text);
	says(&f, "help: the path loses packets");
	/* Asked again, it answers. */
	says(&f, "ok    port 80, IPv4: accepts connections");
	cr_expect_eq(f.n[DOCTOR_FAIL], 0, "%s", f.text);
	link->ops->close(link);
	free(f.text);
}

Test(doctor, packets_are_lost)
{
	check_lossy(0);
}

Test(doctor, the_first_packet_is_lost)
{
	check_lossy(2);
}

Test(doctor, the_capture_loses_packets)
{
	struct reply r[] = { { 1, TCP_SYN | TCP_ACK, 0, 0, 0, NULL, R_NORMAL },
			     { 1, 0, 0, 0, 0, NULL, R_DROP_ONE } };
	struct script sc = { .reply = r, .n = 2 };
	struct found f = ask_script(&sc);

	says(&f, "fail  the capture lost 1 of ");
	free(f.text);
}

/* Trouble of the tester's is no answer of the target. */
Test(doctor, partial_checksums_are_ours)
{
	struct reply r = { 1, TCP_SYN | TCP_ACK, 0, 0, 0, NULL, R_PARTIAL };
	struct script sc = { .reply = &r, .n = 1 };
	struct found f = ask_script(&sc);

	says(&f, "fail  IPv4: ");
	says(&f, "ethtool -K");
	free(f.text);
}

/* ---- lines ---- */

Test(doctor, diagnostics_are_lines)
{
	struct found f = { 0 };
	struct doctor d = { .arena = NULL };
	struct diags ds;

	diags_init(&ds);
	diag_add(&ds, DIAG_NOTE, NULL, "something to mind");
	diag_add(&ds, DIAG_ERROR, NULL, "something wrong");
	diag_add_help(&ds, "what to do about %s", "it");
	d.out = open_memstream(&f.text, &f.len);
	doctor_say_diags(&d, &ds);
	doctor_say(&d, DOCTOR_OK, NULL, "well");
	doctor_sum_up(&d);
	fclose(d.out);
	cr_expect_str_eq(f.text, "warn  something to mind\n"
				 "fail  something wrong\n"
				 "      help: what to do about it\n"
				 "ok    well\n"
				 "\n1 ok, 1 to mind, 1 wrong\n");
	diags_fini(&ds);
	free(f.text);
}

Test(doctor, privileges_can_be_read)
{
	cr_expect_geq(privilege_read(), 0);
}
