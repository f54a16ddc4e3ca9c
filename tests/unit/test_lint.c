/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lint, rule by rule: what breaks it, and its nearest neighbours that do not.
 *
 * Each story is a list of packets in the order of the capture, '>' to the target
 * and '<' from it, with sequence numbers relative to the initial ones and
 * timestamps relative to one shortly before the wrap, so that every longer story
 * crosses it.  After each packet of the target stand the rules that it breaks.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/lint.h"

#define US 0xfffffffcu	  /* the tester's ISS */
#define THEM 0xfffffffeu  /* the target's */
#define CLOCK 0xffffff9cu /* 100 before the wrap */

#define F TCP_FIN
#define SY TCP_SYN
#define R TCP_RST
#define P TCP_PSH
#define A TCP_ACK
#define SA (TCP_SYN | TCP_ACK)
#define ECN (TCP_ECE | TCP_CWR)

#define ORDERED LINT_ORDERED
#define PARTIAL LINT_PARTIAL
#define MS INT64_C(1000000)
#define SECOND (1000 * MS)
#define DAY (86400 * SECOND)

struct line {
	char dir; /* 0: end */
	uint16_t flags;
	uint32_t seq, ack; /* relative */
	const char *data;  /* NULL: none */
	const char *opts;  /* "mss:1460 ws:7 ts:1/2 sok sack:1-2,4-5" */
	const char *rules; /* '<': those broken, NULL: none */
	uint16_t window;
	int64_t at;	  /* capture time; 0: a millisecond after the last */
	uint32_t defects; /* besides */
};

struct story {
	const char *name;
	uint8_t path;
	struct line line[14];
};

/* ---- building segments ---- */

static void add_sack(struct tcp_opt *o, const char *text)
{
	uint32_t block[TCP_SACK_MAX][2];
	uint8_t n = 0;
	char *end;

	while (*text && *text != ' ') {
		block[n][0] = US + (uint32_t)strtol(text, &end, 10);
		block[n][1] = US + (uint32_t)strtol(end + 1, &end, 10);
		n++;
		text = *end == ',' ? end + 1 : end;
	}
	tcp_opt_sack(o, n, (const uint32_t(*)[2])block);
}

/* The timestamps of both ends count from CLOCK; "=" before one: as it is. */
static uint32_t tick(const char *text, const char **end)
{
	uint32_t base = *text == '=' ? 0 : CLOCK;
	char *e;
	uint32_t v = (uint32_t)strtol(text + (*text == '='), &e, 10);

	*end = e;
	return base + v;
}

static void add_option(struct segment *s, const char *text)
{
	struct tcp_opt *o = &s->opt[s->n_opt++];
	const char *end;

	if (!strncmp(text, "mss:", 4)) {
		tcp_opt_mss(o, (uint16_t)atoi(text + 4));
	} else if (!strncmp(text, "ws:", 3)) {
		tcp_opt_wscale(o, (uint8_t)atoi(text + 3));
	} else if (!strncmp(text, "sok", 3)) {
		tcp_opt_simple(o, TCP_OPT_SACK_PERMITTED);
	} else if (!strncmp(text, "ts:", 3)) {
		uint32_t val = tick(text + 3, &end);

		tcp_opt_timestamps(o, val, tick(end + 1, &end));
	} else if (!strncmp(text, "sack:", 5)) {
		add_sack(o, text + 5);
	} else if (!strncmp(text, "oddsack", 7)) {
		tcp_opt_raw(o, TCP_OPT_SACK, 6, (const uint8_t *)"abcd", 4);
	} else {
		cr_assert(false, "option %s", text);
	}
}

static void build(struct segment *s, const struct line *l)
{
	const char *o = l->opts;

	memset(s, 0, sizeof(*s));
	s->flags = l->flags;
	s->seq = (l->dir == '>' ? US : THEM) + l->seq;
	s->ack = l->flags & A ? (l->dir == '>' ? THEM : US) + l->ack : 0;
	s->window = l->window ? l->window : 1000;
	s->data = (const uint8_t *)l->data;
	s->data_len = l->data ? (uint32_t)strlen(l->data) : 0;
	s->defects = l->defects;
	for (; o && *o; o = strchr(o, ' ') ? strchr(o, ' ') + 1 : NULL)
		add_option(s, o);
}

/* ---- the stories ---- */

/* What a line does not mention is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* clang-format off */
#define OPTS "mss:1460 ws:7 ts:1/=0 sok"
#define OPEN \
	{ '>', SY, 0, 0, .opts = OPTS }, \
	{ '<', SA, 0, 1, .opts = "mss:1460 ws:2 ts:1/1 sok" }, \
	{ '>', A, 1, 1, .opts = "ts:2/1" }
#define PLAIN \
	{ '>', SY, 0, 0, .opts = "mss:1460" }, \
	{ '<', SA, 0, 1, .opts = "mss:1460" }, \
	{ '>', A, 1, 1 }
#define PERMITTED \
	{ '>', SY, 0, 0, .opts = "mss:1460 sok" }, \
	{ '<', SA, 0, 1, .opts = "mss:1460 sok" }, \
	{ '>', A, 1, 1 }

static const struct story stories[] = {
	{ "nothing is wrong", ORDERED, { OPEN,
		{ '>', P | A, 1, 1, "abcd", "ts:90/1" },
		{ '<', A, 1, 5, NULL, "ts:95/90" },
		{ '<', P | A, 1, 5, "efgh", "ts:110/90" },
		{ '>', F | A, 5, 5, NULL, "ts:120/110" },
		{ '<', A, 5, 6, NULL, "ts:130/120" },
		{ '<', F | A, 5, 6, NULL, "ts:130/120" } } },

	/* header */
	{ "checksum", 0, { { '<', A, 1, 1, .defects = SEG_DEFECT_CHECKSUM,
		.rules = "checksum" } } },
	{ "checksum left to the card", 0, {
		{ '<', A, 1, 1, .defects = SEG_DEFECT_CHECKSUM | SEG_DEFECT_CHECKSUM_PARTIAL } } },
	{ "IP checksum", 0, {
		{ '<', A, 1, 1, .defects = SEG_DEFECT_IP_CHECKSUM, .rules = "ip-checksum" } } },
	{ "data offset", 0, {
		{ '<', A, 1, 1, .defects = SEG_DEFECT_DATA_OFFSET, .rules = "data-offset" } } },
	{ "option length", 0, {
		{ '<', A, 1, 1, .defects = SEG_DEFECT_OPT_LENGTH, .rules = "option-length" } } },
	{ "padding", 0, {
		{ '<', A, 1, 1, .defects = SEG_DEFECT_OPT_PADDING, .rules = "option-padding" } } },
	{ "AE that nobody asked for", 0, {
		{ '>', SY | ECN, 0, 0 },
		{ '<', SA | TCP_AE, 0, 1, .rules = "reserved-bits" } } },
	{ "AE later", 0, { PLAIN, { '<', A | TCP_AE, 1, 1, .rules = "reserved-bits" } } },
	{ "AE that our SYN asked for", 0, {
		{ '>', SY | ECN | TCP_AE, 0, 0 },
		{ '<', SA | TCP_AE, 0, 1 },
		{ '<', A | TCP_AE, 1, 1 } } },
	{ "AE that the target asked for", 0, {
		{ '<', SY | ECN | TCP_AE, 0, 0 },
		{ '>', SA | TCP_CWR, 0, 1 },
		{ '<', A | TCP_AE, 1, 1 } } },
	{ "AE where the SYNs are not known", 0, { { '<', A | TCP_AE, 1, 1 } } },
	{ "an option twice", 0, {
		{ '<', SY, 0, 0, .opts = "mss:1460 mss:1460", .rules = "option-twice" } } },
	{ "SYN and FIN", 0, { { '<', SA | F, 0, 1, .rules = "syn-and-fin" } } },
	{ "reset with FIN", 0, { { '<', R | F, 1, 0, .rules = "reset-form" } } },
	{ "reset with SYN", 0, { { '<', R | SA, 1, 1, .rules = "reset-form" } } },
	{ "reset with data, PSH and URG", 0, { { '<', R | A | P | TCP_URG, 1, 1, "why" } } },

	/* options of SYNs */
	{ "MSS outside a SYN", 0, {
		{ '<', A, 1, 1, .opts = "mss:1460", .rules = "mss-on-syn-only" } } },
	{ "MSS 0", 0, { { '<', SY, 0, 0, .opts = "mss:0", .rules = "mss-zero" } } },
	{ "MSS 1", 0, { { '<', SY, 0, 0, .opts = "mss:1" } } },
	{ "window scale outside a SYN", 0, {
		{ '<', A, 1, 1, .opts = "ws:1", .rules = "window-scale-on-syn-only" } } },
	{ "window scale unasked", 0, { { '>', SY, 0, 0 },
		{ '<', SA, 0, 1, .opts = "ws:1", .rules = "window-scale-unasked" } } },
	{ "window scale that another SYN asked for", 0, {
		{ '>', SY, 0, 0, .opts = "ws:0" }, { '>', SY, 0, 0 },
		{ '<', SA, 0, 1, .opts = "ws:1" } } },
	{ "window scale, our SYN not known", 0, { { '<', SA, 0, 1, .opts = "ws:1" } } },
	{ "window scale, our SYN not known for sure", PARTIAL, { { '>', SY, 0, 0 },
		{ '<', SA, 0, 1, .opts = "ws:1" } } },
	{ "window scale in the target's own SYN", 0, {
		{ '>', SY, 0, 0 }, { '<', SY, 0, 0, .opts = "ws:1" } } },
	{ "offers repeated when both open", 0, { { '<', SY, 0, 0, .opts = "ws:1 ts:9/=0" },
		{ '>', SY, 0, 0 }, { '<', SA, 0, 1, .opts = "ws:1 ts:9/=0" } } },
	{ "offers that come up when both open", 0, { { '<', SY, 0, 0 },
		{ '>', SY, 0, 0 },
		{ '<', SA, 0, 1, .opts = "ws:1", .rules = "window-scale-unasked" } } },
	{ "window scale 14", 0, { { '<', SY, 0, 0, .opts = "ws:14" } } },
	{ "window scale 15", 0, {
		{ '<', SY, 0, 0, .opts = "ws:15", .rules = "window-scale-too-large" } } },
	{ "window scale changes", 0, {
		{ '<', SY, 0, 0, .opts = "ws:3" },
		{ '<', SY, 0, 0, .opts = "ws:4", .rules = "window-scale-changes" } } },
	{ "window scale left out and there again", 0, {
		{ '<', SY, 0, 0, .opts = "ws:3" }, { '<', SY, 0, 0 },
		{ '<', SY, 0, 0, .opts = "ws:3" } } },
	{ "window scale of another connection", 0, {
		{ '<', SY, 0, 0, .opts = "ws:3" }, { '<', SY, 9, 0, .opts = "ws:4" } } },
	{ "SACK-permitted outside a SYN", 0, {
		{ '<', A, 1, 1, .opts = "sok", .rules = "sack-permitted-on-syn-only" } } },

	/* ECN */
	{ "ECN unasked", 0, { { '>', SY, 0, 0 },
		{ '<', SA | TCP_ECE, 0, 1, .rules = "ecn-unasked" } } },
	{ "ECN half asked for", 0, { { '>', SY | TCP_ECE, 0, 0 },
		{ '<', SA | TCP_ECE, 0, 1, .rules = "ecn-unasked" } } },
	{ "ECN agreed", 0, { { '>', SY | ECN, 0, 0 }, { '<', SA | TCP_ECE, 0, 1 },
		{ '<', A | TCP_ECE, 1, 1 }, { '<', A | TCP_CWR, 1, 1 } } },
	{ "ECN agreed, then asked without", 0, { { '>', SY | ECN, 0, 0 }, { '>', SY, 0, 0 },
		{ '<', SA | TCP_ECE, 0, 1 }, { '<', A | TCP_ECE, 1, 1 } } },
	{ "ECN refused, and used", 0, { { '>', SY | ECN, 0, 0 }, { '<', SA, 0, 1 },
		{ '<', A | TCP_ECE, 1, 1, .rules = "ecn-not-agreed" } } },
	{ "ECN not asked for, and used", 0, { PLAIN,
		{ '<', A | TCP_CWR, 1, 1, .rules = "ecn-not-agreed" },
		{ '<', R | A | ECN, 1, 1 } } },
	{ "ECN, SYNs not known", 0, { { '<', A | ECN, 1, 1 } } },
	{ "ECN reflected", 0, { { '>', SY | ECN, 0, 0 },
		{ '<', SA | ECN, 0, 1, .rules = "ecn-half" } } },
	{ "an answer of RFC 9768", 0, { { '>', SY | ECN | TCP_AE, 0, 0 },
		{ '<', SA | TCP_CWR, 0, 1 }, { '<', A | ECN, 1, 1 } } },
	{ "half a request", 0, { { '<', SY | TCP_CWR, 0, 0, .rules = "ecn-half" } } },
	{ "a whole request", 0, { { '<', SY | ECN, 0, 0 } } },

	/* timestamps */
	{ "timestamps unasked", 0, { { '>', SY, 0, 0 },
		{ '<', SA, 0, 1, .opts = "ts:1/1", .rules = "timestamps-unasked" } } },
	{ "timestamps not agreed", 0, { PLAIN,
		{ '<', A, 1, 1, .opts = "ts:1/1", .rules = "timestamps-not-agreed" } } },
	{ "timestamps refused and used", 0, {
		{ '>', SY, 0, 0, .opts = OPTS }, { '<', SA, 0, 1 },
		{ '<', A, 1, 1, .opts = "ts:1/1", .rules = "timestamps-not-agreed" } } },
	{ "timestamps missing", 0, { OPEN, { '<', A, 1, 1, .rules = "timestamps-missing" } } },
	{ "timestamps of which only one SYN is known", 0, {
		{ '>', SY, 0, 0, .opts = OPTS }, { '<', A, 1, 1 } } },
	{ "timestamps in one of two SYNs", 0, {
		{ '>', SY, 0, 0, .opts = OPTS }, { '>', SY, 0, 0 },
		{ '<', SA, 0, 1 }, { '<', A, 1, 1 } } },
	{ "a reset needs none", 0, { OPEN, { '<', R, 1, 0 } } },
	{ "the clock goes back", 0, { OPEN,
		{ '>', A, 1, 1, "abcd", "ts:3/1" },
		{ '<', A, 1, 5, NULL, "ts:0/3", "timestamp-backwards" } } },
	{ "the clock stands still", 0, { OPEN,
		{ '>', A, 1, 1, "abcd", "ts:3/1" },
		{ '<', A, 1, 5, NULL, "ts:1/3" } } },
	{ "one segment overtakes another", 0, { OPEN,
		{ '<', A, 5, 1, "efgh", "ts:9/2" },
		{ '<', A, 1, 1, "abcd", "ts:8/2" } } },
	{ "the clock goes back while the echo moves on", 0, { OPEN,
		{ '>', A, 1, 1, NULL, "ts:5/1" }, { '<', A, 1, 1, "abcd", "ts:9/2" },
		{ '<', A, 5, 1, "efgh", "ts:8/5", "timestamp-backwards" } } },
	{ "the echo goes back while the clock moves on", 0, { OPEN,
		{ '>', A, 1, 1, NULL, "ts:5/1" }, { '<', A, 1, 1, "abcd", "ts:9/5" },
		{ '<', A, 5, 1, "efgh", "ts:10/2", "timestamp-echo-backwards" } } },
	{ "both overtaken", 0, { OPEN,
		{ '>', A, 1, 1, NULL, "ts:5/1" }, { '<', A, 5, 1, "efgh", "ts:9/5" },
		{ '<', A, 1, 1, "abcd", "ts:8/2" } } },
	{ "nothing overtakes anything for long", ORDERED, { OPEN,
		{ '<', A, 1, 1, "abcd", "ts:8/2" },
		{ '<', A, 5, 1, "efgh", "ts:7/2", .at = SECOND,
		.rules = "timestamp-backwards" } } },
	{ "the same packet again", ORDERED, { OPEN,
		{ '<', A, 1, 1, "abcd", "ts:8/2" },
		{ '<', A, 5, 1, "efgh", "ts:9/2" },
		{ '<', A, 1, 1, "abcd", "ts:8/2", .at = SECOND } } },
	{ "a clock that was not looked at for 25 days", ORDERED, { OPEN,
		{ '>', A, 1, 1, "abcd", "ts:=2130000000/1", .at = 25 * DAY },
		{ '<', A, 1, 5, NULL, "ts:0/=2130000000", .at = 25 * DAY + 1 } } },
	{ "a reset without a clock", ORDERED, { OPEN,
		{ '>', A, 1, 1, "abcd", "ts:3/1" },
		{ '<', R | A, 1, 5, NULL, "ts:0/0" } } },
	{ "an echo of nothing", ORDERED, { OPEN,
		{ '<', A, 1, 1, NULL, "ts:3/4", "timestamp-echo" } } },
	{ "an echo of zero", ORDERED, { { '>', SY, 0, 0, .opts = OPTS },
		{ '<', SA, 0, 1, NULL, "ts:3/=0", "timestamp-echo" } } },
	{ "an echo of what was sent in between", ORDERED, { OPEN,
		{ '>', A, 1, 1, "a", "ts:3/1" }, { '>', A, 2, 1, "a", "ts:5/1" },
		{ '<', A, 1, 2, NULL, "ts:3/3" }, { '<', A, 1, 3, NULL, "ts:3/5" } } },
	{ "an echo captured too early", 0, { OPEN, { '<', A, 1, 1, NULL, "ts:3/9" } } },
	{ "an echo of another world", 0, { OPEN,
		{ '<', A, 1, 1, NULL, "ts:3/300000000", "timestamp-echo" } } },
	{ "an echo from before the capture", 0, {
		{ '>', A, 1, 1, "a", "ts:9/1" }, { '<', A, 1, 2, NULL, "ts:3/3" },
		{ '<', A, 1, 2, NULL, "ts:4/9" } } },
	{ "an echo from long before the capture", ORDERED, {
		{ '>', A, 1, 1, "a", "ts:500000000/1" }, { '<', A, 1, 2, NULL, "ts:3/3" } } },
	{ "an echo ahead of the capture", ORDERED, {
		{ '>', A, 1, 1, "a", "ts:9/1" },
		{ '<', A, 1, 2, NULL, "ts:3/10", "timestamp-echo" } } },
	{ "an echo without timestamps of ours", ORDERED, { { '>', A, 1, 1, "a" },
		{ '<', A, 1, 2, NULL, "ts:3/10" } } },
	{ "an echo without ACK", 0, {
		{ '<', SY, 0, 0, .opts = "ts:1/1", .rules = "timestamp-echo-without-ack" } } },
	{ "zero without ACK", 0, { { '<', SY, 0, 0, .opts = "ts:1/=0" } } },
	{ "an echo goes back", 0, { OPEN,
		{ '>', A, 1, 1, "a", "ts:3/1" }, { '<', A, 1, 2, NULL, "ts:3/3" },
		{ '>', A, 2, 1, "b", "ts:4/1" },
		{ '<', A, 1, 3, NULL, "ts:4/2", "timestamp-echo-backwards" } } },
	{ "an echo overtaken", 0, { OPEN,
		{ '>', A, 1, 1, "a", "ts:3/1" }, { '<', A, 1, 2, NULL, "ts:3/3" },
		{ '<', A, 1, 1, NULL, "ts:2/2" } } },
	{ "an echo of what lies beyond a hole", ORDERED, { OPEN,
		{ '>', A, 5, 1, "abcd", "ts:9/1" },
		{ '<', A, 1, 1, NULL, "ts:3/9 sack:5-9", "timestamp-echo-beyond-hole" } } },
	{ "an echo of what came before the hole", ORDERED, { OPEN,
		{ '>', A, 5, 1, "abcd", "ts:9/1" },
		{ '<', A, 1, 1, NULL, "ts:3/2 sack:5-9" },
		{ '>', A, 1, 1, "abcd", "ts:9/1" },
		{ '<', A, 1, 9, NULL, "ts:4/9" } } },
	{ "the same clock on both sides of the hole", ORDERED, { OPEN,
		{ '>', A, 1, 1, NULL, "ts:9/1" }, { '>', A, 5, 1, "abcd", "ts:9/1" },
		{ '<', A, 1, 1, NULL, "ts:3/9 sack:5-9" } } },

	/* SACK */
	{ "SACK not permitted", 0, { PLAIN, { '>', A, 5, 1, "abcd" },
		{ '<', A, 1, 1, NULL, "sack:5-9", "sack-not-permitted" } } },
	{ "SACK on a SYN", 0, { { '>', SY, 0, 0, .opts = "sok" },
		{ '<', SA, 0, 1, NULL, "sack:5-9", "sack-on-syn" } } },
	{ "SACK of odd length", 0, { PERMITTED,
		{ '<', A, 1, 1, NULL, "oddsack", "sack-length" } } },
	{ "a block", ORDERED, { PERMITTED, { '>', A, 5, 1, "abcd" },
		{ '<', A, 1, 1, NULL, "sack:5-9" } } },
	{ "an empty block", 0, { PERMITTED, { '>', A, 5, 1, "abcd" },
		{ '<', A, 1, 1, NULL, "sack:6-6", "sack-empty" } } },
	{ "a block the wrong way round", 0, { PERMITTED, { '>', A, 5, 1, "abcd" },
		{ '<', A, 1, 1, NULL, "sack:8-6", "sack-empty" } } },
	{ "a block at the ACK", 0, { PERMITTED, { '>', A, 1, 1, "abcd" },
		{ '<', A, 1, 1, NULL, "sack:1-5", "sack-below-ack" } } },
	{ "a block right above the ACK", 0, { PERMITTED, { '>', A, 2, 1, "abc" },
		{ '<', A, 1, 1, NULL, "sack:2-5" } } },
	{ "a duplicate below the ACK", 0, { PERMITTED, { '>', A, 1, 1, "abcd" },
		{ '<', A, 1, 5, NULL, "sack:1-5" } } },
	{ "our SYN is the duplicate", ORDERED, { PERMITTED, { '<', A, 1, 1, NULL, "sack:0-1" } } },
	{ "a second block below the ACK", 0, { PERMITTED, { '>', A, 1, 1, "abcdefgh" },
		{ '<', A, 1, 5, NULL, "sack:6-9,1-3", "sack-below-ack" } } },
	{ "two blocks", 0, { PERMITTED, { '>', A, 1, 1, "abcdefgh" },
		{ '<', A, 1, 1, NULL, "sack:3-4,5-9" } } },
	{ "two blocks that touch", 0, { PERMITTED, { '>', A, 1, 1, "abcdefgh" },
		{ '<', A, 1, 1, NULL, "sack:3-5,5-9" } } },
	{ "two blocks that overlap", 0, { PERMITTED, { '>', A, 1, 1, "abcdefgh" },
		{ '<', A, 1, 1, NULL, "sack:3-6,5-9", "sack-overlap" } } },
	{ "a duplicate within the second", 0, { PERMITTED, { '>', A, 1, 1, "abcdefgh" },
		{ '<', A, 1, 1, NULL, "sack:5-7,3-9" },
		{ '<', A, 1, 1, NULL, "sack:3-9,3-9" } } },
	{ "the second and third the same", 0, { PERMITTED, { '>', A, 1, 1, "abcdefgh" },
		{ '<', A, 1, 1, NULL, "sack:8-9,3-5,3-5", "sack-overlap" } } },
	{ "a block beyond what was sent", ORDERED, { PERMITTED, { '>', A, 5, 1, "abcd" },
		{ '<', A, 1, 1, NULL, "sack:5-10", "sack-of-nothing" } } },
	{ "a block that was captured too early", 0, { PERMITTED, { '>', A, 5, 1, "abcd" },
		{ '<', A, 1, 1, NULL, "sack:5-10" } } },
	{ "a block far beyond", 0, { PERMITTED, { '>', A, 5, 1, "abcd" },
		{ '<', A, 1, 1, NULL, "sack:5-2000010", "sack-of-nothing" } } },
	{ "a block of a hole", ORDERED, { PERMITTED, { '>', A, 5, 1, "abcd" },
		{ '<', A, 1, 1, NULL, "sack:4-9", "sack-of-nothing" } } },
	{ "a block of a hole that was filled", ORDERED, { PERMITTED, { '>', A, 5, 1, "abcd" },
		{ '>', A, 3, 1, "ab" }, { '<', A, 1, 1, NULL, "sack:3-9" },
		{ '<', A, 1, 1, NULL, "sack:2-9", "sack-of-nothing" } } },
	{ "a block of a hole that the capture has", PARTIAL, { PERMITTED, { '>', A, 5, 1, "abcd" },
		{ '<', A, 1, 1, NULL, "sack:4-12" } } },
	{ "a block from before the capture", ORDERED, { { '>', A, 5, 1, "abcd" },
		{ '<', A, 1, 1, NULL, "sack:3-9" } } },
	{ "a block of a wild number", ORDERED, { PERMITTED, { '>', A, 0x40000000, 1, "abcd" },
		{ '<', A, 1, 1, NULL, "sack:1073741824-1073741828" } } },
	{ "the last segment is not first", ORDERED, { PERMITTED, { '>', A, 3, 1, "a" },
		{ '<', A, 1, 1, NULL, "sack:3-4" }, { '>', A, 5, 1, "a" },
		{ '<', A, 1, 1, NULL, "sack:3-4,5-6", "sack-first-block" },
		{ '<', A, 1, 1, NULL, "sack:3-4,5-6" } } },
	{ "the last segment is first", ORDERED, { PERMITTED, { '>', A, 3, 1, "a" },
		{ '<', A, 1, 1, NULL, "sack:3-4" }, { '>', A, 5, 1, "a" },
		{ '<', A, 1, 1, NULL, "sack:5-6,3-4" } } },
	{ "the last segment moves the ACK as well", ORDERED, { PERMITTED, { '>', A, 3, 1, "a" },
		{ '<', A, 1, 1, NULL, "sack:3-4" }, { '>', A, 1, 1, "a" }, { '>', A, 5, 1, "a" },
		{ '<', A, 1, 2, NULL, "sack:3-4,5-6" } } },
	{ "the last segment is a duplicate", ORDERED, { PERMITTED, { '>', A, 3, 1, "a" },
		{ '>', A, 5, 1, "a" }, { '<', A, 1, 1, NULL, "sack:5-6,3-4" },
		{ '>', A, 3, 1, "a" }, { '<', A, 1, 1, NULL, "sack:5-6,3-4" } } },
	{ "the last segment where segments overtake", 0, { PERMITTED, { '>', A, 3, 1, "a" },
		{ '<', A, 1, 1, NULL, "sack:3-4" }, { '>', A, 5, 1, "a" },
		{ '<', A, 1, 1, NULL, "sack:3-4,5-6" } } },

	/* window */
	{ "the window shrinks", ORDERED, { PLAIN,
		{ '<', A, 1, 1, .window = 999, .rules = "window-shrunk" } } },
	{ "the window shrinks with the ACK", 0, { PLAIN, { '>', A, 1, 1, "ab" },
		{ '<', A, 1, 3, .window = 997, .rules = "window-shrunk" } } },
	{ "the window moves with the ACK", 0, { PLAIN, { '>', A, 1, 1, "ab" },
		{ '<', A, 1, 3, .window = 998 } } },
	{ "a window that was overtaken", 0, { PLAIN, { '<', A, 1, 1, .window = 999 } } },
	{ "the window shrinks while the clock moves on", 0, { OPEN,
		{ '<', A, 1, 1, NULL, "ts:5/2" },
		{ '<', A, 1, 1, NULL, "ts:6/2", "window-shrunk", .window = 998 },
		{ '<', A, 1, 1, NULL, "ts:4/2", .window = 990 },
		{ '<', A, 1, 1, NULL, "ts:7/2" } } },
	{ "the same packet, from when it was smaller", ORDERED, { PLAIN,
		{ '<', A, 1, 1, "abc" }, { '<', A, 4, 1, .window = 2000 },
		{ '<', A, 1, 1, "abc" } } },
	{ "rounding of a scaled window", ORDERED, { OPEN,
		{ '<', A, 1, 1, NULL, "ts:1/2", .window = 300 },
		{ '>', A, 1, 1, "abc", "ts:2/1" }, { '<', A, 1, 4, NULL, "ts:1/2", .window = 299 },
		{ '>', A, 4, 1, "ab", "ts:2/1" },
		{ '<', A, 1, 6, NULL, "ts:1/2", "window-shrunk", .window = 297 } } },
	{ "a window of unknown scale", ORDERED, { { '<', A, 1, 1, .window = 300 },
		{ '<', A, 1, 1, .window = 299 } } },

	/* the same octets */
	{ "sent again", 0, { PLAIN, { '<', A, 1, 1, "abcdef" }, { '<', A, 1, 1, "abcdef" },
		{ '<', A, 3, 1, "cd" }, { '<', A, 5, 1, "efgh" } } },
	{ "sent again, one octet changed", 0, { PLAIN, { '<', A, 1, 1, "abcdef" },
		{ '<', A, 1, 1, "abcdeF", .rules = "retransmission-differs" } } },
	{ "sent again, its middle changed", 0, { PLAIN, { '<', A, 1, 1, "abc" },
		{ '<', A, 4, 1, "def" }, { '<', A, 3, 1, "cX",
		.rules = "retransmission-differs" } } },
	{ "sent again together with more", 0, { PLAIN, { '<', A, 1, 1, "abc" },
		{ '<', A, 2, 1, "bX", .rules = "retransmission-differs" },
		{ '<', A, 2, 1, "bcde" }, { '<', A, 4, 1, "dX",
		.rules = "retransmission-differs" } } },
	{ "what the capture lacks is not compared", 0, { PLAIN, { '<', A, 1, 1, "abc" },
		{ '<', A, 7, 1, "ghi" }, { '<', A, 4, 1, "xyz" },
		{ '<', A, 3, 1, "cxyzgh" },
		{ '<', A, 6, 1, "Zg", .rules = "retransmission-differs" } } },
	{ "data on a SYN", 0, { { '<', SY, 0, 0, "abc" },
		{ '<', SY, 0, 0, "abX", .rules = "retransmission-differs" },
		{ '<', A, 1, 1, "abc" } } },
	{ "damaged on its way", 0, { PLAIN, { '<', A, 1, 1, "abc" },
		{ '<', A, 1, 1, "abX", .defects = SEG_DEFECT_CHECKSUM, .rules = "checksum" },
		{ '<', A, 1, 1, "abc" } } },
	{ "a keep-alive with garbage", 0, { PLAIN, { '<', A, 1, 1, "abc" }, { '>', A, 1, 4 },
		{ '<', A, 3, 1, "X" }, { '<', A, 3, 1, "c" } } },
	{ "no keep-alive: not acknowledged yet", 0, { PLAIN, { '<', A, 1, 1, "abc" },
		{ '>', A, 1, 3 }, { '<', A, 3, 1, "X", .rules = "retransmission-differs" } } },
	{ "what a reset says is no text", 0, { PLAIN, { '<', A, 1, 1, "abc" },
		{ '<', R | A, 1, 1, "xyz" } } },

	/* another connection */
	{ "our SYN opens another one", ORDERED, { OPEN, { '<', A, 1, 1, "abc", "ts:9/2" },
		{ '>', SY, 70000, 0, .opts = "mss:1460" },
		{ '<', SA, 0, 70001, .opts = "mss:1460" },
		{ '<', A, 1, 70001, "xyz" } } },
	{ "without what it did not offer", ORDERED, { OPEN, { '<', A, 1, 1, "abc", "ts:9/2" },
		{ '>', SY, 70000, 0, .opts = "mss:1460" },
		{ '<', SA, 0, 70001, .opts = "ws:1", .rules = "window-scale-unasked" } } },
	{ "the old one is still there", ORDERED, { OPEN, { '>', SY, 70000, 0, .opts = "mss:1460" },
		{ '<', A, 1, 1, NULL, "ts:9/2" },
		{ '<', A, 1, 1, .rules = "timestamps-missing" } } },
	{ "the target opens another one", ORDERED, {
		{ '<', SY, 0, 0, .opts = OPTS }, { '>', SA, 0, 1, .opts = OPTS },
		{ '<', A, 1, 1, "abc", "ts:9/1" },
		{ '<', SY, 90000, 0 }, { '>', SA, 9, 90001 }, { '<', A, 90001, 10, "xyz" } } },
	{ "the capture begins with the old one", 0, { { '>', A, 1, 1, "abc", "ts:5/5" },
		{ '<', A, 1, 4, "xyz", "ts:6/5" }, { '>', SY, 70000, 0 },
		{ '<', SA, 0, 70001 }, { '<', A, 1, 70001, "abc" } } },
};
/* clang-format on */

/* ---- playing them ---- */

static uint64_t seen; /* rules that some story breaks */

static void expect_rules(const struct story *story, size_t at, uint64_t broken, const char *rules)
{
	char text[500] = "";

	seen |= broken;
	for (size_t i = 0; i < lint_n_rules; i++) {
		if (!(broken >> i & 1))
			continue;
		if (*text)
			strcat(text, " ");
		strcat(text, lint_rules[i].name);
	}
	cr_expect_str_eq(text, rules ? rules : "", "%s, packet %zu: \"%s\"", story->name, at, text);
}

static void play(const struct story *story, struct arena *arena)
{
	int64_t now = SECOND / 2;
	struct segment s;
	struct lint l;

	lint_init(&l, arena, story->path);
	for (size_t i = 0; story->line[i].dir; i++) {
		const struct line *line = &story->line[i];

		now = line->at ? line->at : now + MS;
		build(&s, line);
		if (line->dir == '>')
			lint_tx(&l, &s, now);
		else
			expect_rules(story, i, lint_rx(&l, &s, now), line->rules);
	}
	lint_fini(&l);
}

Test(lint, stories)
{
	struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++)
		play(&stories[i], i % 2 ? arena : NULL);
	arena_free(arena);
	for (size_t i = 0; i < lint_n_rules; i++)
		cr_expect(seen >> i & 1 || !strcmp(lint_rules[i].name, "reserved-bits"),
			  "no story breaks %s", lint_rules[i].name);
}

Test(lint, reserved_bits)
{
	struct segment s = { .flags = A, .reserved = 4 };
	struct lint l;

	lint_init(&l, NULL, 0);
	cr_assert_str_eq(lint_rules[__builtin_ctzll(lint_rx(&l, &s, 1))].name, "reserved-bits");
	s.reserved = 0;
	cr_assert_eq(lint_rx(&l, &s, 2), 0);
	lint_fini(&l);
}
