/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Evidence on disk.  A thousand runs a second pass through here: buffers are
 * used again, and files are opened relative to the directory.
 */
#include "cli/evidence_dir.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace/evidence.h"

#define NAME_LEN 180 /* of a file, without hash, number and suffix */

/* Makes @path and what is missing above it. */
static int make_dirs(const char *path)
{
	char part[PATH_MAX];
	size_t len = strlen(path);

	if (len == 0 || len >= sizeof(part))
		return len ? -ENAMETOOLONG : -ENOENT;
	memcpy(part, path, len + 1);
	for (size_t i = 1; i <= len; i++) {
		if (part[i] != '/' && part[i] != '\0')
			continue;
		part[i] = '\0';
		if (mkdir(part, 0777) < 0 && errno != EEXIST)
			return -errno;
		part[i] = path[i];
	}
	return 0;
}

int evidence_dir_open(struct evidence_dir *d)
{
	int err;

	d->fd = -1;
	buf_init(&d->file);
	buf_init(&d->summary);
	if (!d->dir)
		return 0;
	d->made = access(d->dir, F_OK) < 0;
	err = make_dirs(d->dir);
	if (err)
		return err;
	d->fd = open(d->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return d->fd < 0 ? -errno : 0;
}

void evidence_dir_close(struct evidence_dir *d)
{
	if (d->fd >= 0) {
		close(d->fd);
		if (d->made && !d->n_written)
			rmdir(d->dir);
	}
	d->fd = -1;
	buf_fini(&d->file);
	buf_fini(&d->summary);
}

static uint32_t hash(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * 16777619u;
	return h;
}

/*
 * "close/four-way[ip=4,iss=random]" becomes "close.four-way.ip-4.iss-random";
 * what gets lost on the way is told apart by a hash.
 */
void evidence_dir_name(const char *id, struct buf *out)
{
	bool lossy = false;
	size_t n = 0;

	for (const char *p = id; *p && n < NAME_LEN; p++, n++) {
		if (isalnum((unsigned char)*p) || strchr("-_.+", *p)) {
			buf_addc(out, *p);
		} else if (strchr("/[,", *p)) {
			buf_addc(out, '.');
		} else if (*p == '=') {
			buf_addc(out, '-');
		} else if (*p != ']' || p[1]) {
			buf_addc(out, '_');
			lossy = true;
		}
	}
	if (lossy || n == NAME_LEN)
		buf_printf(out, ".%08x", hash(id));
}

/* Reason and findings, a line each: what Wireshark shows of the whole file. */
static const char *summarise(struct evidence_dir *d, const struct verdict *v)
{
	buf_reset(&d->summary);
	buf_adds(&d->summary, v->reason);
	for (size_t i = 0; i < v->n_findings; i++)
		buf_printf(&d->summary, "\n%s: %s", v->finding[i].requirement,
			   v->finding[i].message);
	return buf_str(&d->summary);
}

static int write_all(int fd, const struct buf *b)
{
	size_t done = 0;

	while (done < b->len) {
		ssize_t n = write(fd, b->data + done, b->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return 0;
}

static int write_file(struct evidence_dir *d, const char *name)
{
	int fd = openat(d->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, &d->file);
	if (close(fd) < 0 && !err)
		err = -errno;
	return err;
}

static const char *set_path(struct evidence_dir *d, const char *id, size_t index)
{
	struct buf name = BUF_INIT;

	evidence_dir_name(id, &name);
	if (d->numbered)
		buf_printf(&name, ".%06zu", index);
	snprintf(d->path, sizeof(d->path), "%s/%s.pcapng", d->dir, buf_str(&name));
	buf_fini(&name);
	return strrchr(d->path, '/') + 1;
}

int evidence_dir_write(struct evidence_dir *d, const struct report_suite *suite,
		       const struct report_result *res, size_t index, const char **path)
{
	const struct verdict *v = res->verdict;
	struct evidence_note note = {
		.variant = res->plan->id,
		.verdict = verdict_names[v->kind],
		.program = suite->program,
		.target = suite->target,
		.impairment = suite->impaired,
		.packet = v->packet_note,
	};
	const char *name;

	*path = NULL;
	if (d->fd < 0 || !res->trace)
		return 0;
	if (d->failed_only && v->kind == VERDICT_PASS && v->n_findings == 0)
		return 0;
	note.summary = summarise(d, v);
	name = set_path(d, res->plan->id, index);
	*path = d->path;
	buf_reset(&d->file);
	evidence_format(res->trace, &note, &d->file);
	d->n_written++;
	return write_file(d, name);
}
