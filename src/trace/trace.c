/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trace: packets in one growing block, faults, and what each fault means.
 *
 * trace_add() stands between the capture and the answer to it, so storage grows
 * by doubling and is kept from run to run.
 */
#include "trace/trace.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* A handshake and a close, with room for a probe. */
#define FIRST_PACKETS 16
#define FIRST_BYTES 2048
#define FIRST_APP 8

const struct trace_fault_info trace_faults[FAULT_N] = {
	[FAULT_NONE] = { "none", "nothing went wrong", "nothing" },
	[FAULT_DROPS] = {
		"drops",
		"the capture lost packets, so what is missing here may have been on the wire",
		"run fewer cases at a time (-j) or on a less busy machine",
	},
	[FAULT_INJECT] = {
		"inject",
		"a segment could not be sent",
		"check that the interface is up and that raw sockets are permitted (CAP_NET_RAW)",
	},
	[FAULT_UNSEEN] = {
		"unseen",
		"a segment was sent but not captured, so it may not have left this host",
		"see whether the next hop is there (ip neigh), whether --interface names the one "
		"that leads to the target, and whether this host filters what it sends (nft list "
		"ruleset)",
	},
	[FAULT_LEAK] = {
		"leak",
		"this host's kernel answered on the tester's connection, most likely with a reset",
		"give --source an address that nobody owns, or choose another --rst-guard",
	},
	[FAULT_PARTIAL] = {
		"partial-checksum",
		"checksums were not yet filled in when the packets were captured",
		"turn off checksum offload of the target's interface, on its side: ethtool -K IF "
		"tx off",
	},
	[FAULT_SUPERSEGMENT] = {
		"supersegment",
		"segments were merged before they were captured: one is longer than the link's MTU",
		"turn off receive offload here (ethtool -K IF gro off lro off), or where the "
		"target is on this machine its segmentation offload (there: ethtool -K IF tso "
		"off gso off)",
	},
	[FAULT_TRUNCATED] = {
		"truncated",
		"a packet was captured shorter than it was on the wire",
		"turn off receive offload (ethtool -K IF gro off lro off) or lower the link's MTU",
	},
	[FAULT_LATE] = {
		"late",
		"a segment of the tester left too late for the answer to be judged by the clock",
		"run fewer cases at a time (-j) or on a less busy machine",
	},
	[FAULT_CLOCK] = {
		"clock",
		"this machine's clock was set, or the machine slept, while the run went on",
		"run it again",
	},
	[FAULT_INTERRUPTED] = {
		"interrupted",
		"the run was stopped before its end",
		"run it again",
	},
	[FAULT_PORT] = {
		"port",
		"no port could be had for the tester, or the connection it names was still open",
		"wait until earlier connections are gone, or use another address with --source",
	},
	[FAULT_LIMIT] = {
		"limit",
		"there were more packets than one run records",
		"look at the evidence for a target that repeats itself, or shorten the case",
	},
	[FAULT_UPPER] = {
		"upper-tester",
		"the upper tester did not answer",
		"see whether it still runs on the target's host, whether --agent names it, and "
		"whether it lets this host ask (shakedown-agent --allow)",
	},
};

void trace_init(struct trace *t)
{
	memset(t, 0, sizeof(*t));
}

void trace_fini(struct trace *t)
{
	free(t->packet);
	free(t->app);
	free(t->bytes);
	trace_init(t);
}

void trace_reset(struct trace *t)
{
	struct trace kept = {
		.packet = t->packet,
		.cap_packets = t->cap_packets,
		.app = t->app,
		.cap_app = t->cap_app,
		.bytes = t->bytes,
		.bytes_cap = t->bytes_cap,
	};

	*t = kept;
}

/* @p with room for @want elements of @size bytes, doubled as often as it takes. */
static void *grow(void *p, size_t *cap, size_t first, size_t want, size_t size)
{
	size_t n = *cap ? *cap : first;

	if (want <= *cap)
		return p;
	while (n < want)
		n *= 2;
	p = realloc(p, n * size);
	if (!p)
		log_panic("out of memory for a trace of %zu packets", n);
	*cap = n;
	return p;
}

long trace_add(struct trace *t, int64_t ts_ns, enum trace_dir dir, uint16_t step, uint8_t flow,
	       const uint8_t *ip, uint32_t cap_len, uint32_t len)
{
	struct trace_packet *p;

	if (t->n_packets >= TRACE_MAX_PACKETS || cap_len > TRACE_MAX_BYTES - t->bytes_len) {
		trace_add_fault(t, FAULT_LIMIT, ts_ns, step, (int64_t)t->n_packets);
		return -1;
	}
	t->packet = grow(t->packet, &t->cap_packets, FIRST_PACKETS, t->n_packets + 1, sizeof(*p));
	/* One more: a place to point to, also where no packet has any bytes. */
	t->bytes = grow(t->bytes, &t->bytes_cap, FIRST_BYTES, t->bytes_len + cap_len + 1, 1);

	p = &t->packet[t->n_packets];
	*p = (struct trace_packet){
		.ts_ns = ts_ns,
		.dir = dir,
		.step = step,
		.flow = flow,
		.cap_len = cap_len,
		.len = len > cap_len ? len : cap_len,
		.off = t->bytes_len,
	};
	if (cap_len)
		memcpy(t->bytes + t->bytes_len, ip, cap_len);
	t->bytes_len += cap_len;
	return (long)t->n_packets++;
}

long trace_add_app(struct trace *t, const struct trace_app *app, const uint8_t *data)
{
	struct trace_app *a;

	if (t->n_app >= TRACE_MAX_APP || app->len > TRACE_MAX_APP_BYTES - t->app_bytes) {
		trace_add_fault(t, FAULT_LIMIT, app->ts_ns, app->step, (int64_t)t->n_app);
		return -1;
	}
	t->app = grow(t->app, &t->cap_app, FIRST_APP, t->n_app + 1, sizeof(*a));
	t->bytes = grow(t->bytes, &t->bytes_cap, FIRST_BYTES, t->bytes_len + app->len + 1, 1);
	a = &t->app[t->n_app];
	*a = *app;
	a->packets = t->n_packets;
	a->off = t->bytes_len;
	if (a->len)
		memcpy(t->bytes + a->off, data, a->len);
	t->bytes_len += a->len;
	t->app_bytes += a->len;
	return (long)t->n_app++;
}

const uint8_t *trace_app_data(const struct trace *t, size_t i)
{
	return t->bytes + t->app[i].off;
}

void trace_add_fault(struct trace *t, enum trace_fault_kind kind, int64_t ts_ns, uint16_t step,
		     int64_t detail)
{
	for (size_t i = 0; i < t->n_faults; i++)
		if (t->fault[i].kind == kind)
			return;
	t->fault[t->n_faults++] = (struct trace_fault){ kind, ts_ns, step, detail };
}

uint64_t trace_frame(const struct trace *t, size_t i)
{
	return t->packet[i].frame ? t->packet[i].frame : i + 1;
}

int64_t trace_time(const struct trace *t, size_t i)
{
	return t->packet[i].ts_ns - (t->epoch_ns ? t->epoch_ns : t->packet[0].ts_ns);
}

const uint8_t *trace_bytes(const struct trace *t, size_t packet)
{
	return t->bytes + t->packet[packet].off;
}

void trace_decode(const struct trace *t, size_t i, struct segment *s)
{
	segment_decode(s, trace_bytes(t, i), t->packet[i].cap_len, t->packet[i].len);
}
