/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trace: the append-only facts of one run.
 *
 * The packets of the run's own connections in capture order, both directions,
 * our own injections included, each of ours attributed to the step that asked
 * for it; what the target's application was asked and answered; how the run was
 * set up; and what went wrong on our side.  No
 * judgement in here: verify makes the verdict from plan + trace, live and
 * later, and must come to the same one.
 */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "testcase/timer.h"
#include "wire/app.h"
#include "wire/segment.h"

enum trace_dir {
	TRACE_TX,
	TRACE_RX
}; /* from the tester, from the target */

/* Steps of a packet that no step of the plan sent. */
#define TRACE_STEP_NONE 0xffff	  /* everything from the target */
#define TRACE_STEP_CONFIRM 0xfffe /* closing probe of the last state claim */
#define TRACE_STEP_ALIVE 0xfffd	  /* liveness probe after a missing answer */
#define TRACE_STEP_CLEANUP 0xfffc /* the reset that ends a connection */
#define TRACE_STEP_FOREIGN 0xfffb /* from our address, but not by us: a leak */
#define TRACE_STEP_FENCE 0xfffa	  /* its answer proves a silence before its time is over */
#define TRACE_STEP_FIRST 0xfffa	  /* all from here on are not of the plan */

struct trace_packet {
	int64_t ts_ns; /* capture's timestamp */
	enum trace_dir dir;
	uint16_t step;	       /* plan step index or TRACE_STEP_* */
	uint8_t flow;	       /* 0: the connection under test; 1..: liveness probes */
	uint32_t cap_len, len; /* bytes here, bytes on the wire */
	size_t off;	       /* of the IP header in the trace's bytes */
	uint64_t frame;	       /* its number in the file it was taken from; 0: its place here */
};

/* The target's application was asked for something, or answered. */
struct trace_app {
	int64_t ts_ns; /* of the question as it left, of the answer as it came */
	uint16_t step;
	bool answer;	 /* of the last question */
	uint8_t call;	 /* enum app_call */
	uint8_t result;	 /* answer: enum tp_result of wire/testability.h */
	uint8_t missing; /* TP_NTF: enum tp_primitive_id of what is not there */
	size_t packets;	 /* of the trace that came before it */
	uint32_t len;	 /* octets received ... */
	size_t off;	 /* ... in the trace's bytes */
};

/* How the run was set up: what verify must know besides plan and packets. */
struct trace_setup {
	struct ip_addr tester, target;
	uint16_t tester_port, target_port;
	uint16_t alive_port; /* a listening port of the target, 0: none known */
	uint16_t mss;	     /* the tester's default MSS option */
	uint32_t iss;	     /* the tester's */
	uint32_t ts_offset;  /* tester's TSval at start */
	uint64_t seed;
	uint32_t rules;	 /* documents to judge by, set of enum model_rules; 0: the default */
	bool partial_ok; /* partial checksums are normal here (loopback) */
	bool lossless;	 /* ordered path on this machine */
	bool unordered;	 /* segments are doubled or overtaken, on purpose */
	bool fences;	 /* order is kept: fences may end silences early (walk/fence.c) */
	/*
	 * Segments of the run that the tester itself lost, doubled, held up or let
	 * be overtaken, by chance; set when the run has ended.
	 */
	uint32_t impaired;
	uint8_t way;		    /* enum plan_way of the plan; 0 in older evidence */
	struct timer_values timers; /* what the target's are said to be */
};

/* Trouble on the tester's side; any makes the run `error`. */
enum trace_fault_kind {
	FAULT_NONE,
	FAULT_DROPS,	    /* the capture lost packets */
	FAULT_INJECT,	    /* a segment could not be sent */
	FAULT_UNSEEN,	    /* sent, but never seen in the capture */
	FAULT_LEAK,	    /* this host's kernel answered for the tester */
	FAULT_PARTIAL,	    /* checksums not filled in (offload) */
	FAULT_SUPERSEGMENT, /* coalesced by offload: longer than the link's MTU */
	FAULT_TRUNCATED,    /* captured shorter than it was */
	FAULT_LATE,	    /* our own segment left too late to be judged by */
	FAULT_CLOCK,	    /* the clock was set while the run went on */
	FAULT_INTERRUPTED,  /* the user stopped the run */
	FAULT_PORT,	    /* no free port, or the 4-tuple was not closed */
	FAULT_LIMIT,	    /* too many packets in one run */
	FAULT_UPPER,	    /* the upper tester did not answer */
	FAULT_N
};
struct trace_fault_info {
	const char *name;   /* "leak": stable, in reports and evidence */
	const char *what;   /* one sentence */
	const char *remedy; /* what the user can do */
};
extern const struct trace_fault_info trace_faults[FAULT_N];

struct trace_fault {
	enum trace_fault_kind kind;
	int64_t ts_ns;
	uint16_t step;
	int64_t detail; /* FAULT_INJECT: errno; DROPS: packets lost */
};

struct trace {
	struct trace_setup setup;
	int64_t epoch_ns; /* times are shown from here; 0: from the first packet */
	int64_t start_ns; /* first moment of the run */
	int64_t end_ns;	  /* up to here the capture was watched */
	struct trace_packet *packet;
	size_t n_packets, cap_packets;
	struct trace_app *app;
	size_t n_app, cap_app;
	size_t app_bytes; /* of its data */
	uint8_t *bytes;	  /* all packets, back to back */
	size_t bytes_len, bytes_cap;
	struct trace_fault fault[FAULT_N];
	size_t n_faults; /* kept; the first of each kind */
};

/* Most packets and bytes one run records before FAULT_LIMIT. */
#define TRACE_MAX_PACKETS 10000
#define TRACE_MAX_BYTES (16u << 20)
/* Most questions and answers, and what was received by them. */
#define TRACE_MAX_APP 200
#define TRACE_MAX_APP_BYTES 12288

void trace_init(struct trace *t);
void trace_fini(struct trace *t);
/* Empties it for another run and keeps the storage. */
void trace_reset(struct trace *t);

/*
 * Appends a packet; returns its index.  Beyond the limits it notes FAULT_LIMIT
 * and returns -1.
 */
long trace_add(struct trace *t, int64_t ts_ns, enum trace_dir dir, uint16_t step, uint8_t flow,
	       const uint8_t *ip, uint32_t cap_len, uint32_t len);
/*
 * Appends a question or an answer; packets and off are filled in, @data is
 * copied.  Returns its index.  Beyond the limits it notes FAULT_LIMIT and
 * returns -1.
 */
long trace_add_app(struct trace *t, const struct trace_app *app, const uint8_t *data);
/* Notes a fault; further ones of the same kind are ignored. */
void trace_add_fault(struct trace *t, enum trace_fault_kind kind, int64_t ts_ns, uint16_t step,
		     int64_t detail);

/* Number of packet @i as Wireshark shows it, and its time since the first one. */
uint64_t trace_frame(const struct trace *t, size_t i);
int64_t trace_time(const struct trace *t, size_t i);

const uint8_t *trace_bytes(const struct trace *t, size_t packet);
/* What answer @i received: len octets. */
const uint8_t *trace_app_data(const struct trace *t, size_t i);
/* Decodes packet @i into @s; data points into the trace. */
void trace_decode(const struct trace *t, size_t i, struct segment *s);

#endif
