/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of this room share and nobody else needs.
 */
#ifndef CONV_INTERNAL_H
#define CONV_INTERNAL_H

#include <uthash.h>

#include "base/arena.h"
#include "conv/conv.h"
#include "model/lint.h"
#include "model/model.h"

/* Kept of one end: more are counted. */
#define CONV_MAX_FINDINGS 8
/* ... of these of one clause or rule */
#define CONV_MAX_SAME 3

struct conv_finding {
	bool lint; /* by the rule, else by the model's violation */
	uint8_t rule;
	bool proven; /* or nothing has to be */
	struct model_violation violation;
	int32_t packet; /* in the end's trace */
};

/* Checksums as they were captured. */
struct conv_sums {
	uint64_t good, bad, partial;
	int32_t packet; /* the first bad one, or -1 */
	bool accepted;	/* the other end acknowledged what came with a bad one */
	bool pending;	/* ... up to here would show it: */
	uint32_t end;
};

struct conv_end {
	struct ip_addr addr;
	uint16_t port;
	bool picked;
	uint64_t segments;
	struct model model; /* this end as the target */
	struct lint lint;   /* likewise */
	struct conv_sums sums;
	struct conv_finding finding[CONV_MAX_FINDINGS];
	uint8_t n_findings;
	int8_t claim; /* finding that waits for the other end's denial, or -1 */
	uint64_t n_more;
	struct trace *trace; /* NULL until something is found */
	/* of an earlier connection of the same ports */
	bool old_set;
	uint32_t old_nxt;
};

struct conv_key {
	uint8_t addr[2][16]; /* the lower end first */
	uint16_t port[2];
	uint8_t family, zero[3];
};

struct conv {
	struct conv_key key;
	UT_hash_handle hh;
	struct conv *prev, *next; /* of its list, longest idle first */
	bool closed;		  /* in the list of those */
	bool again;		  /* the same ports had a connection before */
	bool early;		  /* ... or may have, before the capture began */
	uint64_t first_frame;
	int64_t first_ns, last_ns;
	uint64_t holes; /* segments that the capture has missed, at least */
	bool cut;	/* some were not captured as far as their options */
	struct conv_end end[2];
};

/*
 * Judges one segment of end @from.  @frame is its number, @ip the packet's bytes
 * (@cap_len of @len).
 */
struct conv_packet {
	const struct segment *s;
	int64_t ts_ns;
	uint64_t frame;
	const uint8_t *ip;
	uint32_t cap_len, len;
};
void conv_judge(struct conv *c, int from, const struct conv_packet *p);

/* The SYN, or SYN,ACK, begins another connection of the same ports. */
bool conv_is_anew(const struct conv *c, int from, const struct segment *s);
/* The segment belongs to the connection before this one. */
bool conv_is_old(const struct conv *c, int from, const struct segment *s, int64_t ts_ns);
/* Nobody has gone beyond SYNs, both have ended, or one has reset the connection. */
bool conv_is_closed(const struct conv *c);

/* What is known of the capture. */
struct conv_view {
	int64_t epoch_ns; /* of its first frame */
	bool incomplete;  /* it misses too much for what rests on that it does not */
};

/* The result of one end, with everything in @arena. */
void conv_result(const struct conv *c, int end, const struct conv_view *view,
		 struct arena *arena, struct conv_result *out, struct verdict *v);

#endif
