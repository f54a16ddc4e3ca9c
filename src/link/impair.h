/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A link that makes another one worse on purpose: segments get lost, arrive twice,
 * late, or behind later ones, in both directions.  So that loss and reordering can
 * be tested where the kernel offers no netem, and in virtual time.
 *
 * What stays true of the capture: it stands at the tester's own end, before the
 * bad path.  What the tester sends is captured once, when it is sent, whatever
 * becomes of it on the way; what the target sends is captured when, and as often
 * as, it comes out of the path.  A segment of ours that passes unharmed is shown as
 * the inner link captured it; of one that is dropped or held up the link makes the
 * capture itself, and keeps the inner one's of the copies to itself.
 *
 * Chance decides for each segment anew, by the seed, the flow's key, the direction and
 * how many segments went that way before: what befalls one run does not depend on the
 * others, nor on which port it was given.  Rules (wire/path_rule.h) decide exactly, for one
 * tester port, and come first.  Only claimed ports are impaired.
 */
#ifndef LINK_IMPAIR_H
#define LINK_IMPAIR_H

#include "link/link.h"
#include "wire/path_rule.h"

struct buf;

#define IMPAIR_MILLION 1000000

/* What chance does.  All zero: nothing. */
struct impair_config {
	uint32_t drop, duplicate, reorder; /* of a million segments each */
	int64_t delay_ns, delay_max_ns;	   /* evenly from .. to, order is kept */
	bool spare_tester, spare_target;   /* segments of these are left alone */
	bool seed_set;			   /* by the text; otherwise the caller sets it */
	uint64_t seed;
};

/*
 * Reads "drop=5%,dup=2%,reorder=10%,delay=20ms..40ms,dir=in,seed=1".  Returns 0, or
 * -EINVAL with a diagnostic.
 */
int impair_config_parse(const char *text, struct impair_config *cfg, struct diags *ds);

/* The same text again, seed included, appended to @out. */
void impair_config_str(const struct impair_config *cfg, struct buf *out);

struct impair_stats {
	uint64_t segments; /* of claimed ports, both directions */
	uint64_t dropped, duplicated, delayed, reordered;
};

/*
 * A link around @inner, never NULL; @cfg NULL: rules only.  Closing it leaves
 * @inner open; while it is there, @inner is used through it alone.
 */
struct link *impair_open(struct link *inner, const struct impair_config *cfg);

/*
 * Rules for a tester port that was claimed, until it is released; they are not
 * copied.  From the first of its segments on, counts begin anew.
 */
void impair_set_rules(struct link *l, uint8_t family, uint16_t port,
		      const struct path_rule *rules, size_t n);

/*
 * What chance does to a claimed port from now on depends on @key and not on the port;
 * its segments are counted anew.
 */
void impair_set_key(struct link *l, uint8_t family, uint16_t port, uint64_t key);

/* Chance leaves a claimed port alone (@spared), or no longer. */
void impair_spare(struct link *l, uint8_t family, uint16_t port, bool spared);

/* How many segments of this port chance has touched since it was claimed. */
uint32_t impair_touched(const struct link *l, uint8_t family, uint16_t port);

void impair_get_stats(const struct link *l, struct impair_stats *st);

#endif
