/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Evidence, read back.  The file may be anybody's: everything in it is checked,
 * and what does not make sense ends the reading with a message.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "trace/evidence.h"
#include "trace/evidence_text.h"
#include "trace/pcapng.h"

/* More than evidence_format() can write of a trace within its limits. */
#define FILE_MAX_BYTES (64u << 20)

struct reading {
	struct arena *arena;
	struct trace *t;
	struct evidence_setup setup;
	bool section, interface, statistics;
	const char *error;
};

static bool fail(struct reading *rd, const char *error)
{
	rd->error = error;
	return false;
}

/* Far enough from the end of the scale that durations can be added. */
static bool is_time(int64_t ns)
{
	return ns >= 0 && ns <= INT64_MAX / 2;
}

static bool read_section(struct reading *rd, struct pcapng_cursor *c)
{
	struct pcapng_option o;
	const char *bad = NULL;

	if (rd->section)
		return fail(rd, "there is more than one section");
	rd->section = true;
	while (!bad && pcapng_next_option(c, &o))
		if (o.code == PCAPNG_OPT_COMMENT)
			bad = evidence_read_setup(
				&rd->setup, arena_strndup(rd->arena, (const char *)o.value, o.len));
	if (!bad)
		bad = evidence_missing(&rd->setup);
	if (bad)
		return fail(rd,
			    arena_printf(rd->arena,
					 "\"%s\" in the section's comment is missing or wrong",
					 bad));
	return true;
}

static bool read_interface(struct reading *rd, struct pcapng_cursor *c)
{
	struct pcapng_option o;
	bool nanoseconds = false;

	if (rd->interface)
		return fail(rd, "there is more than one interface");
	rd->interface = true;
	if (pcapng_u16(c) != PCAPNG_LINKTYPE_RAW)
		return fail(rd, "the link type is not raw IP");
	pcapng_u16(c);
	pcapng_u32(c);
	while (pcapng_next_option(c, &o))
		if (o.code == PCAPNG_IF_TSRESOL)
			nanoseconds = o.len == 1 && o.value[0] == 9;
	return nanoseconds || fail(rd, "timestamps are not in nanoseconds");
}

static uint32_t option_u32(const struct pcapng_option *o, bool big_endian)
{
	struct pcapng_cursor c = { .p = o->value, .left = o->len, .big_endian = big_endian };

	return pcapng_u32(&c);
}

/* Direction, step and flow of a packet. */
static bool read_packet_options(struct reading *rd, struct pcapng_cursor *c, struct trace_packet *p)
{
	struct pcapng_option o;
	bool found = false;
	uint32_t flags = 0;

	while (pcapng_next_option(c, &o)) {
		if (o.code == PCAPNG_EPB_FLAGS)
			flags = option_u32(&o, c->big_endian) & PCAPNG_DIRECTION_MASK;
		if (o.code == PCAPNG_OPT_COMMENT && o.len) {
			const char *text = arena_strndup(rd->arena, (const char *)o.value, o.len);

			found |= evidence_read_packet(text, p);
		}
	}
	p->dir = flags == PCAPNG_DIRECTION_OUTBOUND ? TRACE_TX : TRACE_RX;
	if (!found)
		return fail(rd, "a packet's comment does not say its step");
	return flags == PCAPNG_DIRECTION_OUTBOUND || flags == PCAPNG_DIRECTION_INBOUND ||
		fail(rd, "a packet has no direction");
}

static bool read_packet(struct reading *rd, struct pcapng_cursor *c)
{
	struct trace_packet p = { 0 };
	const uint8_t *bytes;

	if (!rd->interface || pcapng_u32(c) != 0)
		return fail(rd, "a packet is of an unknown interface");
	p.ts_ns = (int64_t)pcapng_time(c);
	p.cap_len = pcapng_u32(c);
	p.len = pcapng_u32(c);
	bytes = pcapng_padded(c, p.cap_len);
	if (!bytes || p.len < p.cap_len)
		return fail(rd, "a packet's lengths are impossible");
	if (!is_time(p.ts_ns))
		return fail(rd, "a packet's time is impossible");
	if (!read_packet_options(rd, c, &p))
		return false;
	return trace_add(rd->t, p.ts_ns, p.dir, p.step, p.flow, bytes, p.cap_len, p.len) >= 0 ||
		fail(rd, "there are more packets than one run records");
}

static bool read_statistics(struct reading *rd, struct pcapng_cursor *c)
{
	struct pcapng_option o;
	unsigned int found = 0;

	pcapng_u32(c);
	pcapng_time(c);
	while (pcapng_next_option(c, &o)) {
		struct pcapng_cursor v = { o.value, o.len, c->big_endian, false };

		if (o.code == PCAPNG_ISB_START)
			rd->t->start_ns = (int64_t)pcapng_time(&v);
		else if (o.code == PCAPNG_ISB_END)
			rd->t->end_ns = (int64_t)pcapng_time(&v);
		else
			continue;
		found |= v.bad ? 0 : 1u << o.code;
	}
	if (found && (!is_time(rd->t->start_ns) || !is_time(rd->t->end_ns)))
		return fail(rd, "the times of start and end are impossible");
	rd->statistics = found == (1u << PCAPNG_ISB_START | 1u << PCAPNG_ISB_END);
	return rd->statistics || fail(rd, "the times of start and end are missing");
}

static bool read_untimed(struct reading *rd, struct pcapng_cursor *c)
{
	(void)c;
	return fail(rd, "a packet's block has no room for comments");
}

static const struct {
	uint32_t type;
	bool (*read)(struct reading *rd, struct pcapng_cursor *c);
} blocks[] = {
	{ PCAPNG_SECTION, read_section },
	{ PCAPNG_INTERFACE, read_interface },
	{ PCAPNG_PACKET, read_packet },
	{ PCAPNG_STATISTICS, read_statistics },
	{ PCAPNG_PACKET_OBSOLETE, read_untimed },
	{ PCAPNG_PACKET_SIMPLE, read_untimed },
};

/* Other blocks, such as Wireshark adds, say nothing that matters here. */
static bool read_block(struct reading *rd, struct pcapng_block *b)
{
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		if (blocks[i].type != b->type)
			continue;
		if (!blocks[i].read(rd, &b->body))
			return false;
		return !b->body.bad || fail(rd, "a block is shorter than what it holds");
	}
	return true;
}

/* A diagnostic about a whole file. */
static void complain(struct diags *ds, const char *name, const char *error, const char *help)
{
	struct source *src = arena_alloc(ds->arena, sizeof(*src));
	struct mark at = { .src = src };

	src->name = arena_strdup(ds->arena, name);
	diag_add(ds, DIAG_ERROR, &at, "%s", error);
	if (help)
		diag_add_help(ds, "%s", help);
}

int evidence_parse(const uint8_t *p, size_t len, const char *name, struct arena *arena,
		   struct trace *t, struct evidence_info *info, struct diags *ds)
{
	struct reading rd = { .arena = arena, .t = t, .setup = { .t = t, .info = info } };
	struct pcapng_reader r;
	struct pcapng_block b;
	size_t at = 0;

	trace_reset(t);
	memset(info, 0, sizeof(*info));
	pcapng_read(&r, p, len);
	while (!rd.error && (at = pcapng_offset(&r), pcapng_next(&r, &b)))
		read_block(&rd, &b);
	if (!rd.error)
		rd.error = r.error;
	if (!rd.error && !len)
		rd.error = "the file is empty";
	if (!rd.error && !rd.statistics)
		rd.error = "the times of start and end are missing";
	if (!rd.error)
		return 0;
	complain(ds, name, arena_printf(arena, "not evidence: %s (byte %zu)", rd.error, at),
		 "evidence is what `shakedown run` writes for each run");
	trace_reset(t);
	return -EINVAL;
}

/* Everything in @path, up to the limit. */
static int read_file(const char *path, struct buf *out)
{
	char chunk[16384];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	while (!err && (n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n > 0)
			buf_add(out, chunk, (size_t)n);
		else if (errno != EINTR)
			err = -errno;
		if (out->len > FILE_MAX_BYTES)
			err = -EFBIG;
	}
	close(fd);
	return err;
}

/* A section header with all its comments. */
#define PROBE_BYTES 65536

static bool holds_setup(struct pcapng_cursor *c, struct arena *arena)
{
	struct evidence_info info = { 0 };
	struct pcapng_option o;
	struct trace t;
	struct evidence_setup setup = { .t = &t, .info = &info };

	trace_init(&t);
	while (pcapng_next_option(c, &o)) {
		if (o.code == PCAPNG_OPT_COMMENT)
			evidence_read_setup(&setup,
					    arena_strndup(arena, (const char *)o.value, o.len));
	}
	trace_fini(&t);
	return setup.found;
}

bool evidence_probe(const char *path)
{
	uint8_t start[PROBE_BYTES];
	struct pcapng_reader r;
	struct pcapng_block b;
	struct arena *arena;
	bool found;
	FILE *f = strcmp(path, "-") ? fopen(path, "rbe") : NULL;
	size_t n = f ? fread(start, 1, sizeof(start), f) : 0;

	if (f)
		fclose(f);
	pcapng_read(&r, start, n);
	if (!pcapng_next(&r, &b) || b.type != PCAPNG_SECTION)
		return false;
	arena = arena_new();
	found = holds_setup(&b.body, arena);
	arena_free(arena);
	return found;
}

int evidence_read(const char *path, struct arena *arena, struct trace *t,
		  struct evidence_info *info, struct diags *ds)
{
	struct buf file = BUF_INIT;
	int err = read_file(path, &file);

	trace_reset(t);
	if (err)
		complain(ds, path, arena_printf(arena, "cannot be read: %s", strerror(-err)), NULL);
	else
		err = evidence_parse((const uint8_t *)buf_str(&file), file.len, path, arena, t,
				     info, ds);
	buf_fini(&file);
	return err;
}
