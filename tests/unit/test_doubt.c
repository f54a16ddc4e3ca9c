/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * After a run that fails the target is asked whether it still answers: by a plain
 * handshake, before any other run; if it does not, no other run is started.
 */
#include "cli/sanity.h"
#include "run_util.h"

#define RUNS 12
#define MS INT64_C(1000000)

/* A target that answers every SYN as it should, up to its nth, and is dead then. */
struct mortal {
	int syns, dies_after;
	bool refuses;	 /* not dead, only its service is */
	int64_t back_ns; /* until then; 0: for ever */
};

static void mortal_receive(void *arg, struct vlink *vl, int64_t now_ns, const uint8_t *packet,
			   size_t len)
{
	static const struct reply welcome = { .flags = TCP_SYN | TCP_ACK };
	static const struct reply refusal = { .flags = TCP_RST | TCP_ACK, .how = R_RST_FOR_SYN };
	struct mortal *m = arg;
	struct segment s;

	segment_decode(&s, packet, len, len);
	if (!(s.flags & TCP_SYN))
		return;
	if (++m->syns <= m->dies_after || (m->back_ns && now_ns >= m->back_ns))
		reply_send(NULL, vl, &s, &welcome);
	else if (m->refuses)
		reply_send(NULL, vl, &s, &refusal);
}

struct story {
	size_t ended, failed, inconclusive, asked, answered, not_started;
	bool gone;
	enum verdict_kind last;
};

static void on_ended(void *arg, const struct plan *p, const struct trace *t, int64_t duration_ns)
{
	struct story *st = arg;
	struct arena *arena = arena_new();
	struct verdict v;

	(void)duration_ns;
	verify_run(p, t, arena, &v);
	st->ended++;
	st->failed += v.kind == VERDICT_FAIL;
	st->inconclusive += v.kind == VERDICT_INCONCLUSIVE;
	st->last = v.kind;
	arena_free(arena);
}

static bool on_in_doubt(void *arg, const struct plan *p, const struct trace *t)
{
	(void)p;
	(void)t;
	return ((struct story *)arg)->last != VERDICT_PASS;
}

static bool on_asked(void *arg, const struct plan *p, const struct trace *t)
{
	struct story *st = arg;
	bool answers = sanity_is_answered(p, t);

	st->asked++;
	st->answered += answers;
	return answers;
}

static void on_gone(void *arg)
{
	((struct story *)arg)->gone = true;
}

static void on_skipped(void *arg, const struct plan *p, const char *reason)
{
	(void)arg;
	cr_assert(false, "%s: %s", p->id, reason);
}

static void on_not_started(void *arg, const struct plan *p)
{
	(void)p;
	((struct story *)arg)->not_started++;
}

/* RUNS runs of one case against @m. */
static void tell(const char *steps, struct mortal *m, unsigned int jobs, struct story *st)
{
	struct vlink_peer peer = { .receive = mortal_receive, .arg = m };
	struct link *link = vlink_open(NULL, &peer);
	struct suite *s = case_suite("", steps), *sanity = sanity_suite();
	const struct plan *plans[RUNS], *ask = suite_plan(sanity, 0);
	struct sched_sink sink = {
		.ended = on_ended,
		.in_doubt = on_in_doubt,
		.asked = on_asked,
		.gone = on_gone,
		.skipped = on_skipped,
		.not_started = on_not_started,
		.arg = st,
	};
	struct target t;
	struct sched_config cfg = {
		.link = link,
		.target = &t,
		.jobs = jobs,
		.sanity = &ask,
		.n_sanity = 1,
	};

	cr_assert_eq(ask->family, 4);
	memset(st, 0, sizeof(*st));
	for (int i = 0; i < RUNS; i++)
		plans[i] = suite_plan(s, 0);
	target_init_lab(&t);
	t.addr4 = link->target4;
	cr_assert_eq(sched_run(&cfg, plans, RUNS, &sink), st->gone ? -EINTR : 0);
	cr_assert_eq(st->ended + st->not_started, (size_t)RUNS);
	suite_free(s);
	suite_free(sanity);
	link->ops->close(link);
}

#define HANDSHAKE             \
	"      - send: SYN\n" \
	"      - expect: {flags: SYN|ACK, ack: snd.nxt}\n"
#define WRONG_OF_IT HANDSHAKE "      - state: CLOSED\n"

Test(doubt, a_target_that_passes_is_not_asked)
{
	struct mortal m = { .dies_after = 1000 };
	struct story st;

	tell(HANDSHAKE, &m, 1, &st);
	cr_assert_eq(st.failed + st.inconclusive, 0);
	cr_assert_eq(st.asked, 0);
}

/* After each that fails, whatever the way; and it goes on. */
Test(doubt, after_each_failure)
{
	struct mortal m = { .dies_after = 1000 };
	struct story st;

	tell(WRONG_OF_IT, &m, 1, &st);
	cr_assert_eq(st.ended, (size_t)RUNS);
	cr_assert_eq(st.failed, (size_t)RUNS);
	/* Not after the last: nothing depends on it. */
	cr_assert_eq(st.asked, (size_t)RUNS - 1);
	cr_assert_eq(st.answered, st.asked);
	cr_assert_not(st.gone);
}

/* Many that fail together are one doubt. */
Test(doubt, once_for_many)
{
	struct mortal m = { .dies_after = 1000 };
	struct story st;

	tell(WRONG_OF_IT, &m, 6, &st);
	cr_assert_eq(st.failed, (size_t)RUNS);
	cr_assert(st.asked >= 1 && st.asked <= 4, "%zu", st.asked);
}

static void dies(bool refuses, unsigned int jobs)
{
	struct mortal m = { .dies_after = 5, .refuses = refuses };
	struct story st;

	tell(HANDSHAKE, &m, jobs, &st);
	cr_assert(st.gone);
	cr_assert_eq(st.asked, refuses ? 4 : 2);
	cr_assert_eq(st.answered, 0);
	cr_assert_eq(st.failed, 0);
	cr_assert(st.inconclusive >= 1 && st.inconclusive <= jobs, "%zu", st.inconclusive);
	cr_assert(st.not_started >= RUNS - 5 - jobs, "%zu", st.not_started);
}

Test(doubt, a_target_that_dies_ends_it)
{
	dies(false, 1);
	dies(false, 4);
}

Test(doubt, and_one_whose_service_ends)
{
	dies(true, 1);
	dies(true, 4);
}

/* It was only away for a while: what follows is asked as ever. */
Test(doubt, a_target_that_comes_back)
{
	for (unsigned int jobs = 1; jobs <= 4; jobs += 3) {
		/* The clock begins with one second. */
		struct mortal m = { .dies_after = 5, .refuses = true, .back_ns = 2500 * MS };
		struct story st;

		tell(HANDSHAKE, &m, jobs, &st);
		cr_assert_not(st.gone);
		cr_assert_eq(st.ended, (size_t)RUNS);
		cr_assert(st.inconclusive >= 1 && st.inconclusive <= jobs, "%zu",
			  st.inconclusive);
		cr_assert_eq(st.answered, 1);
	}
}
