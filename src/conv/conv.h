/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Conversations: the TCP connections in somebody's capture, each judged from
 * both of its ends.
 *
 * Frames are given one after the other.  They are taken apart and sorted by
 * addresses and ports; each end of a conversation has a follower of the model
 * and a lint of its own, for which the other end is the tester.  What an end
 * broke is kept with the packet that broke it, and is handed out as one result
 * for each end when the conversation is over, has been idle for long, or the
 * capture ends.  So memory grows with the conversations that are open, not with
 * the capture.
 *
 * No judgement rests on where the capture was taken: see model/anywhere.c.
 */
#ifndef CONV_CONV_H
#define CONV_CONV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/trace.h"
#include "verify/verdict.h"

/* An end of conversations: an address, or one port of it. */
struct conv_pick {
	struct ip_addr addr;
	uint16_t port; /* 0: any */
};

struct conv_config {
	int linktype; /* enum frame_linktype */
	const struct conv_pick *pick;
	size_t n_picks;	 /* ends to be judged; 0: all */
	uint32_t rules;	 /* enum model_rules: documents to judge by; 0: the default */
	size_t max_open; /* conversations at a time; 0: CONV_MAX_OPEN */
};
#define CONV_MAX_OPEN 100000

/* Why a frame is not judged. */
enum conv_unjudged {
	CONV_NO_IP,    /* the frame holds no IP packet */
	CONV_NO_TCP,   /* another protocol */
	CONV_FRAGMENT, /* of an IP packet: its segment is not whole */
	CONV_CUT,      /* not captured as far as its TCP header goes */
	CONV_BROKEN,   /* an impossible IP header */
	CONV_OLD,      /* left over from an earlier connection of the same ports */
	CONV_N_UNJUDGED
};
extern const char *const conv_unjudged_words[CONV_N_UNJUDGED];

struct conv_stats {
	uint64_t frames, segments;	     /* segments: those that were judged */
	uint64_t holes;			     /* where the capture missed something */
	uint64_t conversations, ended_early; /* the latter for want of room */
	uint64_t supersegments;		     /* longer than any path carries: offload */
	uint64_t partial;		     /* checksums left to the network card */
	uint64_t unjudged[CONV_N_UNJUDGED];
	size_t open; /* conversations now */
};

/* One end of one conversation; everything is valid during the callback only. */
struct conv_result {
	const struct plan *plan;   /* its names: id, title; no steps */
	const struct trace *trace; /* the packets that findings are about, or NULL */
	const struct verdict *verdict;
	int64_t duration_ns;
};
typedef void conv_result_fn(void *arg, const struct conv_result *res);

struct conv_table;

/* @cfg->pick must outlive the table.  Freed by conv_free(); never NULL. */
struct conv_table *conv_new(const struct conv_config *cfg, conv_result_fn *fn, void *arg);
void conv_free(struct conv_table *t);

/*
 * The next frame of the capture, with its link header: @cap_len bytes of @len.
 * May hand out results of conversations that ended before.
 */
void conv_frame(struct conv_table *t, int64_t ts_ns, const uint8_t *frame, uint32_t cap_len,
		uint32_t len);

/* The capture ends: hands out the results of all that is still open. */
void conv_finish(struct conv_table *t);

const struct conv_stats *conv_stats(const struct conv_table *t);

#endif
