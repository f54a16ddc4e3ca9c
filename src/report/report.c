/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open, feed and close any report, and put on disk what it has to say.
 */
#include "report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "report/format.h"
#include "verify/verify.h"

#define STDOUT 1
#define STDERR 2

const struct report_format report_formats[] = {
	{ "human", "for a person at a terminal", true, false, &human_ops },
	{ "tap", "Test Anything Protocol, version 14", true, true, &tap_ops },
	{ "jsonl", "one JSON object per line and event, as it happens", true, true, &jsonl_ops },
	{ "junit", "JUnit XML that GitLab and Jenkins take", false, true, &junit_ops },
	{ "json", "one JSON document with everything", false, true, &json_ops },
	{ NULL, NULL, false, false, NULL },
};

static const struct report_format *find_format(const char *name, struct diags *ds)
{
	const char *names[sizeof(report_formats) / sizeof(report_formats[0])];
	const char *near;
	size_t n = 0;

	for (const struct report_format *f = report_formats; f->name; f++) {
		if (!strcmp(f->name, name))
			return f;
		names[n++] = f->name;
	}
	diag_add(ds, DIAG_ERROR, NULL, "unknown report format \"%s\"", name);
	near = diag_nearest(name, names, n);
	if (near)
		diag_add_help(ds, "did you mean \"%s\"?", near);
	return NULL;
}

/* Standard output, or a file of our own. */
static int open_output(struct report *r, const char *path)
{
	struct stat st;

	if (!path || !strcmp(path, "-")) {
		r->fd = STDOUT;
		return 0;
	}
	r->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (r->fd < 0)
		return -errno;
	r->owned = true;
	r->seekable = !fstat(r->fd, &st) && S_ISREG(st.st_mode);
	return 0;
}

struct report *report_open(const char *name, const char *path, const struct report_options *opt,
			   struct diags *ds)
{
	const struct report_format *f = find_format(name, ds);
	struct report *r;
	int err;

	if (!f)
		return NULL;
	r = calloc(1, f->ops->size);
	if (!r)
		log_panic("out of memory");
	r->ops = f->ops;
	r->opt = *opt;
	progress_init(&r->progress, opt->progress, STDERR);
	err = open_output(r, path);
	if (!err)
		return r;
	diag_add(ds, DIAG_ERROR, NULL, "cannot write the report %s: %s", path, strerror(-err));
	free(r);
	return NULL;
}

/* Writes at @off, or where the file is if it is none of ours. */
static void put(struct report *r, const struct buf *b, size_t off)
{
	const char *p = buf_str(b);
	size_t left = b->len;
	ssize_t n;

	while (left && !r->err) {
		if (r->seekable)
			n = pwrite(r->fd, p, left, (off_t)off);
		else
			n = write(r->fd, p, left);
		if (n < 0) {
			if (errno != EINTR)
				r->err = -errno;
			continue;
		}
		p += n;
		left -= (size_t)n;
		off += (size_t)n;
	}
}

/* Where nothing can be overwritten, a format that wants to is kept in memory. */
static void keep(struct report *r)
{
	if (r->all.len > r->written)
		r->all.len = r->written;
	buf_add(&r->all, buf_str(&r->out), r->out.len);
	if (r->head.len)
		memcpy(r->all.data, r->head.data, r->head.len);
}

static void flush(struct report *r)
{
	if (!r->out.len)
		return;
	progress_erase(&r->progress);
	if (!r->seekable && (r->tail || r->all.len)) {
		keep(r);
	} else {
		put(r, &r->out, r->written);
		if (r->head.len)
			put(r, &r->head, 0);
	}
	r->written += r->out.len - r->tail;
	r->tail = 0;
	buf_reset(&r->out);
	buf_reset(&r->head);
}

void report_start(struct report *r, const struct report_suite *s)
{
	r->suite = s;
	r->ops->start(r);
	flush(r);
}

static void count(struct report *r, const struct verdict *v)
{
	enum status status = status_of(v, r->suite->strict);

	r->n[status]++;
	if (status == STATUS_FAIL && v->level == LEVEL_MUST)
		r->must++;
	else if (status == STATUS_FAIL || status == STATUS_WARNING)
		r->should++;
	else if (status == STATUS_KNOWN && verdict_breaks(v, r->suite->strict))
		r->known++;
	r->deviations += v->n_deviations;
}

void report_result(struct report *r, const struct report_result *res)
{
	count(r, res->verdict);
	r->ops->result(r, res);
	flush(r);
}

void report_progress(struct report *r, size_t done, size_t running)
{
	int64_t now_ns;
	struct buf line = BUF_INIT;

	if (!r->progress.enabled)
		return;
	now_ns = progress_now();
	if (!progress_due(&r->progress, now_ns))
		return;
	buf_printf(&line, "(%zu/%zu) %zu running, ", done, r->suite->n_planned, running);
	text_add_counts(&line, r->n);
	progress_draw(&r->progress, buf_str(&line), now_ns);
	buf_fini(&line);
}

bool report_progress_due(struct report *r)
{
	return r->progress.enabled && progress_due(&r->progress, progress_now());
}

void report_progress_text(struct report *r, const char *text)
{
	if (report_progress_due(r))
		progress_draw(&r->progress, text, progress_now());
}

void report_finish(struct report *r, const struct report_totals *t)
{
	struct report_totals totals = *t;

	totals.must = r->must;
	totals.should = r->should;
	totals.known = r->known;
	totals.deviations = r->deviations;
	progress_erase(&r->progress);
	r->ops->finish(r, &totals);
	flush(r);
}

int report_close(struct report *r)
{
	int err;

	progress_erase(&r->progress);
	put(r, &r->all, 0);
	if (r->owned && close(r->fd) < 0 && !r->err)
		r->err = -errno;
	if (r->ops->fini)
		r->ops->fini(r);
	err = r->err;
	buf_fini(&r->out);
	buf_fini(&r->head);
	buf_fini(&r->all);
	free(r);
	return err;
}
