/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as evidence.  What is accepted is written again, and must then be
 * read as the same trace.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "trace/evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

/* Field by field: what lies between them is nobody's. */
static void must_be_same_packet(const struct trace_packet *a, const struct trace_packet *b)
{
	must(a->ts_ns == b->ts_ns && a->dir == b->dir && a->step == b->step);
	must(a->flow == b->flow && a->off == b->off);
	must(a->cap_len == b->cap_len && a->len == b->len);
}

/* Everything but where the bytes of the packets stand. */
static void must_be_same(const struct trace *a, const struct trace *b)
{
	must(!memcmp(&a->setup, &b->setup, sizeof(a->setup)));
	must(a->start_ns == b->start_ns && a->end_ns == b->end_ns);
	must(a->n_faults == b->n_faults);
	for (size_t i = 0; i < a->n_faults; i++)
		must(a->fault[i].kind == b->fault[i].kind &&
		     a->fault[i].ts_ns == b->fault[i].ts_ns &&
		     a->fault[i].step == b->fault[i].step &&
		     a->fault[i].detail == b->fault[i].detail);
	must(a->n_packets == b->n_packets && a->bytes_len == b->bytes_len);
	for (size_t i = 0; i < a->n_packets; i++)
		must_be_same_packet(&a->packet[i], &b->packet[i]);
	must(!a->bytes_len || !memcmp(a->bytes, b->bytes, a->bytes_len));
}

static void write_and_read_again(const struct trace *t, const struct evidence_info *info,
				 struct arena *arena, struct diags *ds)
{
	struct evidence_note note = {
		.variant = info->variant,
		.verdict = info->verdict,
		.program = info->program,
		.target = info->target,
	};
	struct evidence_info info_again;
	struct buf file = BUF_INIT;
	struct trace again;

	trace_init(&again);
	evidence_format(t, &note, &file);
	must(!evidence_parse((const uint8_t *)file.data, file.len, "again", arena, &again,
			     &info_again, ds));
	must_be_same(t, &again);
	must(!strcmp(info->variant, info_again.variant));
	buf_fini(&file);
	trace_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct evidence_info info;
	struct segment s;
	struct diags ds;
	struct trace t;

	trace_init(&t);
	diags_init(&ds);
	if (!evidence_parse(data, size, "input", arena, &t, &info, &ds)) {
		write_and_read_again(&t, &info, arena, &ds);
		for (size_t i = 0; i < t.n_packets; i++)
			trace_decode(&t, i, &s);
	}
	diags_fini(&ds);
	trace_fini(&t);
	arena_free(arena);
	return 0;
}
