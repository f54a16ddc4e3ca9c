/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Anybody's capture: any bytes as a capture file, and hostile segments in any
 * order.  Every conversation must be judged once from each end, with a verdict
 * that has a reason.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/diag.h"
#include "conv/conv.h"
#include "link/capture_pcap.h"
#include "wire/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define US 0xfffffff0u
#define THEM 0x7ffffff0u

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void result(void *arg, const struct conv_result *res)
{
	must(res->verdict->reason && *res->verdict->reason && res->plan->id);
	for (size_t i = 0; i < res->verdict->n_findings; i++)
		must(res->verdict->finding[i].packet < 0 ||
		     (size_t)res->verdict->finding[i].packet < res->trace->n_packets);
	++*(uint64_t *)arg;
}

static void end(struct conv_table *t, const uint64_t *results)
{
	conv_finish(t);
	must(*results == 2 * conv_stats(t)->conversations);
	must(conv_stats(t)->open == 0);
	conv_free(t);
}

/* Through libpcap, as the program does it. */
static void judge_file(const uint8_t *data, size_t size)
{
	int fd = memfd_create("capture", 0);
	struct conv_config cfg = { .max_open = 8 };
	struct capture *c = NULL;
	struct capture_frame f;
	struct conv_table *t;
	uint64_t results = 0;
	char path[64];
	const char *why;
	struct diags ds;

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	diags_init(&ds);
	if (!capture_open_file(path, &c, &ds)) {
		cfg.linktype = capture_linktype(c);
		t = conv_new(&cfg, result, &results);
		while (capture_next(c, &f, &why) > 0)
			conv_frame(t, f.ts_ns, f.bytes, f.cap_len, f.len);
		end(t, &results);
		capture_close(c);
	}
	diags_fini(&ds);
	close(fd);
}

/* Eight octets are one segment, its numbers near those that matter. */
static size_t build(const uint8_t *d, uint8_t *packet, size_t cap)
{
	bool tx = d[0] & 1;
	struct ip_addr a = { 4, { 192, 0, 2, 1 } }, b = { 4, { 192, 0, 2, 2 } };
	struct segment s;

	memset(&s, 0, sizeof(s));
	s.src = tx ? a : b;
	s.dst = tx ? b : a;
	s.sport = tx ? 1000 + (d[0] >> 1 & 1) : 7;
	s.dport = tx ? 7 : 1000 + (d[0] >> 1 & 1);
	s.flags = d[1] & 0x3f;
	s.seq = (tx ? US : THEM) + (uint32_t)(int8_t)d[2] * (d[0] & 4 ? 0x1000000u : 1);
	s.ack = (tx ? THEM : US) + (uint32_t)(int8_t)d[3] * (d[0] & 8 ? 0x1000000u : 1);
	s.window = (uint16_t)(d[4] << 8);
	s.data = d;
	s.data_len = d[5] & 7;
	if (d[5] & 8)
		tcp_opt_timestamps(&s.opt[s.n_opt++], d[6], d[7]);
	if (d[5] & 16)
		tcp_opt_wscale(&s.opt[s.n_opt++], d[6]);
	s.checksum_bad = (d[5] & 0xe0) == 0xe0;
	return segment_encode(&s, packet, cap);
}

static void judge_segments(const uint8_t *data, size_t size)
{
	struct conv_config cfg = { .linktype = FRAME_RAW, .max_open = 2 };
	uint64_t results = 0;
	struct conv_table *t = conv_new(&cfg, result, &results);
	int64_t now_ns = 1000000000;
	uint8_t packet[256];

	for (size_t i = 0; i + 8 <= size; i += 8) {
		size_t len = build(data + i, packet, sizeof(packet));
		uint32_t cut = (data[i] & 0xc0) == 0xc0 ? data[i + 7] % 20u : 0;

		now_ns += data[i + 6] < 240 ? data[i + 6] * INT64_C(20000)
					    : data[i + 6] * INT64_C(300000000);
		conv_frame(t, now_ns, packet, (uint32_t)len - cut, (uint32_t)len);
	}
	end(t, &results);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 65536)
		return 0;
	judge_file(data, size);
	judge_segments(data, size);
	return 0;
}
