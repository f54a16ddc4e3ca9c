/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Evidence, written.  The section has two comments, one for people and one for
 * evidence_read.c, and so has each packet; the latter consist of "key: value"
 * lines that evidence_text.c knows.
 */
#include "trace/evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "trace/evidence_text.h"
#include "trace/pcapng.h"

/* What a person reads of one comment; the option could hold 65535. */
#define SECTION_TEXT_MAX 30000
#define PACKET_TEXT_MAX 2000

/* Text of others as a comment must be: UTF-8, newlines the only controls. */
static void add_clean(struct buf *out, const char *text, size_t max)
{
	size_t len = strlen(text), n;
	uint32_t cp;

	for (size_t i = 0; i < len && i < max; i += n) {
		n = utf8_get(text + i, len - i, &cp);
		if (cp == '\n' || (cp >= 0x20 && cp != 0x7f))
			utf8_add(out, cp);
		else
			buf_addc(out, ' ');
	}
}

static void add_comment(struct buf *out, const struct buf *text)
{
	pcapng_add_option(out, PCAPNG_OPT_COMMENT, buf_str(text), text->len);
}

static void add_section(struct buf *out, struct buf *text, const struct trace *t,
			const struct evidence_note *note)
{
	size_t block = pcapng_begin_section(out);

	buf_reset(text);
	buf_printf(text, "%s: %s", note->variant, note->verdict ? note->verdict : "not judged");
	if (note->summary) {
		buf_addc(text, '\n');
		add_clean(text, note->summary, SECTION_TEXT_MAX);
	}
	add_comment(out, text);
	buf_reset(text);
	evidence_add_setup(text, t, note);
	add_comment(out, text);
	if (note->program)
		pcapng_add_option(out, PCAPNG_SHB_PROGRAM, note->program, strlen(note->program));
	pcapng_end(out, block);
}

static void add_interface(struct buf *out)
{
	static const uint8_t nanoseconds = 9;
	size_t block = pcapng_begin(out, PCAPNG_INTERFACE);

	pcapng_add_u16(out, PCAPNG_LINKTYPE_RAW);
	pcapng_add_u16(out, 0);
	pcapng_add_u32(out, 0); /* no snap length */
	pcapng_add_option(out, PCAPNG_IF_NAME, "tester", 6);
	pcapng_add_option(out, PCAPNG_IF_TSRESOL, &nanoseconds, 1);
	pcapng_end(out, block);
}

static void add_flags(struct buf *out, uint32_t flags)
{
	pcapng_add_u16(out, PCAPNG_EPB_FLAGS);
	pcapng_add_u16(out, 4);
	pcapng_add_u32(out, flags);
}

static void add_packet(struct buf *out, struct buf *text, const struct trace *t, size_t i,
		       const char *note)
{
	const struct trace_packet *p = &t->packet[i];
	size_t block = pcapng_begin(out, PCAPNG_PACKET);

	pcapng_add_u32(out, 0); /* interface */
	pcapng_add_time(out, (uint64_t)p->ts_ns);
	pcapng_add_u32(out, p->cap_len);
	pcapng_add_u32(out, p->len);
	pcapng_add_padded(out, trace_bytes(t, i), p->cap_len);
	if (note && *note) {
		buf_reset(text);
		add_clean(text, note, PACKET_TEXT_MAX);
		add_comment(out, text);
	}
	buf_reset(text);
	evidence_add_packet(text, p);
	add_comment(out, text);
	add_flags(out, p->dir == TRACE_TX ? PCAPNG_DIRECTION_OUTBOUND : PCAPNG_DIRECTION_INBOUND);
	pcapng_end(out, block);
}

static void add_time_option(struct buf *out, uint16_t code, int64_t ns)
{
	pcapng_add_u16(out, code);
	pcapng_add_u16(out, 8);
	pcapng_add_time(out, (uint64_t)ns);
}

static uint64_t packets_dropped(const struct trace *t)
{
	for (size_t i = 0; i < t->n_faults; i++)
		if (t->fault[i].kind == FAULT_DROPS && t->fault[i].detail > 0)
			return (uint64_t)t->fault[i].detail;
	return 0;
}

static void add_statistics(struct buf *out, const struct trace *t)
{
	size_t block = pcapng_begin(out, PCAPNG_STATISTICS);
	uint64_t dropped = packets_dropped(t);

	pcapng_add_u32(out, 0); /* interface */
	pcapng_add_time(out, (uint64_t)t->end_ns);
	add_time_option(out, PCAPNG_ISB_START, t->start_ns);
	add_time_option(out, PCAPNG_ISB_END, t->end_ns);
	pcapng_add_u16(out, PCAPNG_ISB_DROPPED);
	pcapng_add_u16(out, 8);
	pcapng_add_u32(out, (uint32_t)dropped);
	pcapng_add_u32(out, (uint32_t)(dropped >> 32));
	pcapng_end(out, block);
}

void evidence_format(const struct trace *t, const struct evidence_note *note, struct buf *out)
{
	struct buf text = BUF_INIT;

	add_section(out, &text, t, note);
	add_interface(out);
	for (size_t i = 0; i < t->n_packets; i++)
		add_packet(out, &text, t, i, note->packet ? note->packet[i] : NULL);
	add_statistics(out, t);
	buf_fini(&text);
}

static int write_all(int fd, const char *p, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int write_file(const char *path, const struct buf *b)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, b->data, b->len);
	if (close(fd) < 0 && !err)
		err = -errno;
	return err;
}

/*
 * Straight into its place: a rename would cost as much as the writing, and half
 * a file is known as such because the statistics come last.
 */
int evidence_write(const char *path, const struct trace *t, const struct evidence_note *note)
{
	struct buf file = BUF_INIT;
	int err;

	evidence_format(t, note, &file);
	err = write_file(path, &file);
	buf_fini(&file);
	return err;
}
