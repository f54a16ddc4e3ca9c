/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a capture file frame by frame, lets the conversations in it be judged, and
 * says at the end what was judged and what was not.
 */
#include "cli/capture.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cli/cli.h"
#include "conv/conv.h"
#include "link/capture_pcap.h"
#include "report/text.h"

/* ---- --end ---- */

/* "[2001:db8::1]:80", "2001:db8::1", "192.0.2.1:80", "192.0.2.1" */
static bool parse_end(const char *text, struct conv_pick *p, struct arena *arena)
{
	const char *colon = strrchr(text, ':'), *close = strchr(text, ']');
	char *addr = arena_strdup(arena, text);
	uint64_t port = 0;

	p->port = 0;
	if (*text == '[') {
		if (!close || (close[1] && close[1] != ':'))
			return false;
		addr[close - text] = '\0';
		addr++;
		colon = close[1] ? close + 1 : NULL;
	} else if (colon && strchr(text, ':') != colon) {
		colon = NULL; /* an IPv6 address alone */
	} else if (colon) {
		addr[colon - text] = '\0';
	}
	if (colon && option_number(colon + 1, 1, 65535, &port))
		return false;
	p->port = (uint16_t)port;
	return !ip_addr_parse(addr, &p->addr);
}

int capture_ends_parse(const struct options *o, struct capture_ends *ends, struct diags *ds)
{
	*ends = (struct capture_ends){
		.pick = arena_calloc(o->arena, o->end.n + 1, sizeof(*ends->pick)),
		.n = o->end.n,
	};
	for (size_t i = 0; i < o->end.n; i++) {
		if (parse_end(o->end.item[i], &ends->pick[i], o->arena))
			continue;
		diag_add(ds, DIAG_ERROR, NULL, "--end \"%s\": not ADDR[:PORT]", o->end.item[i]);
		diag_add_help(ds, "such as --end 192.0.2.1:80 or --end '[2001:db8::1]:80'");
		return CLI_USAGE;
	}
	return CLI_OK;
}

/* ---- results ---- */

struct reading {
	struct results *r;
	const char *path;
	struct capture *capture;
	struct conv_table *table;
	uint64_t size; /* of the file; 0: not known */
	struct buf text;
	int64_t start_ns;
	size_t results;
};

/* The command that shows just this end. */
static const char *rerun(struct reading *rd, const struct conv_result *res)
{
	struct buf *b = &rd->text;

	buf_reset(b);
	text_add_shell(b, rd->r->cli->program);
	buf_adds(b, " verify ");
	text_add_shell(b, rd->path);
	buf_adds(b, " -v --end ");
	text_add_shell(b, res->plan->param[0].value);
	return buf_str(b);
}

static void end_judged(void *arg, const struct conv_result *res)
{
	struct reading *rd = arg;
	struct report_result out = {
		.plan = res->plan,
		.trace = res->trace,
		.verdict = res->verdict,
		.evidence = rd->path,
		.capture = true,
		.rerun = rerun(rd, res),
		.duration_ns = res->duration_ns,
	};

	rd->results++;
	results_add(rd->r, &out);
}

/* ---- what was read ---- */

static int64_t clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static const char *progress_text(void *arg)
{
	struct reading *rd = arg;
	const struct conv_stats *st = conv_stats(rd->table);
	uint64_t at = capture_file_position(rd->capture);

	buf_reset(&rd->text);
	if (rd->size && at <= rd->size)
		buf_printf(&rd->text, "%3u %%, ", (unsigned int)(at * 100 / rd->size));
	buf_printf(&rd->text, "%" PRIu64 " segments, %zu conversations open, %zu ends judged",
		   st->segments, st->open, rd->results);
	return buf_str(&rd->text);
}

static void add_note(struct reading *rd)
{
	struct report_totals *t = &rd->r->totals;
	struct arena *arena = rd->r->cli->opt.arena;
	const char **note = arena_calloc(arena, t->n_notes + 1, sizeof(*note));

	if (t->n_notes)
		memcpy(note, t->note, t->n_notes * sizeof(*note));
	note[t->n_notes++] = arena_strdup(arena, buf_str(&rd->text));
	t->note = note;
	buf_reset(&rd->text);
}

/* "3 x WHAT", if there are any. */
static void note_count(struct reading *rd, uint64_t n, const char *what)
{
	if (!n)
		return;
	buf_printf(&rd->text, "%s: %" PRIu64 " %s", rd->path, n, what);
	add_note(rd);
}

static void sum_up(struct reading *rd)
{
	const struct conv_stats *st = conv_stats(rd->table);
	double seconds = (double)(clock_ns() - rd->start_ns) / 1e9;

	buf_reset(&rd->text);
	buf_printf(&rd->text,
		   "%s: %" PRIu64 " frames, %" PRIu64 " segments of %" PRIu64
		   " conversation%s judged, %.0f segments/s",
		   rd->path, st->frames, st->segments, st->conversations,
		   st->conversations == 1 ? "" : "s",
		   seconds > 0 ? (double)st->segments / seconds : 0);
	add_note(rd);
	for (int i = 0; i < CONV_N_UNJUDGED; i++) {
		if (!st->unjudged[i])
			continue;
		buf_printf(&rd->text, "%s: %" PRIu64 " frames not judged: %s", rd->path,
			   st->unjudged[i], conv_unjudged_words[i]);
		add_note(rd);
	}
	note_count(rd, st->partial,
		   "checksums left to the network card, not held against anybody");
	note_count(rd, st->supersegments,
		   "segments longer than a link carries, put together by offload");
	note_count(rd, st->holes, "places where the capture has missed something");
	note_count(rd, st->ended_early,
		   "conversations ended before their end, because too many were open");
}

/* A glance at the clock now and then. */
#define PROGRESS_EVERY 8192

static int read_frames(struct reading *rd, struct diags *ds)
{
	struct capture_frame f;
	const char *why;
	uint64_t n = 0;
	int got;

	while ((got = capture_next(rd->capture, &f, &why)) > 0) {
		conv_frame(rd->table, f.ts_ns, f.bytes, f.cap_len, f.len);
		if (++n % PROGRESS_EVERY == 0)
			results_progress_text(rd->r, progress_text, rd);
	}
	conv_finish(rd->table);
	if (!got)
		return CLI_OK;
	diag_add(ds, DIAG_ERROR, NULL, "%s: damaged after frame %" PRIu64 ": %s", rd->path, n,
		 why);
	diag_add_help(ds, "what stands before that was judged");
	return CLI_INCOMPLETE;
}

static uint64_t size_of(const char *path)
{
	struct stat st;

	return strcmp(path, "-") && !stat(path, &st) && S_ISREG(st.st_mode) ? (uint64_t)st.st_size
									    : 0;
}

int capture_judge(struct results *r, const char *path, const struct capture_ends *ends,
		  struct diags *ds)
{
	struct conv_config cfg = {
		.pick = ends->pick,
		.n_picks = ends->n,
		.rules = options_rules(&r->cli->opt),
	};
	struct reading rd = {
		.r = r,
		.path = strcmp(path, "-") ? path : "standard input",
		.size = size_of(path),
		.text = BUF_INIT,
		.start_ns = clock_ns(),
	};
	int status;

	if (capture_open_file(path, &rd.capture, ds))
		return CLI_INCOMPLETE;
	cfg.linktype = capture_linktype(rd.capture);
	rd.table = conv_new(&cfg, end_judged, &rd);
	status = read_frames(&rd, ds);
	sum_up(&rd);
	conv_free(rd.table);
	capture_close(rd.capture);
	buf_fini(&rd.text);
	return status;
}
