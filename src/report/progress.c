/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The progress line.  Whether a terminal takes it or not is nobody's trouble:
 * what write() says is ignored.
 */
#include "report/progress.h"

#include <time.h>
#include <unistd.h>

#include "base/buf.h"

#define INTERVAL_NS 100000000
#define ERASE "\r\033[K"

void progress_init(struct progress *p, bool enabled, int fd)
{
	*p = (struct progress){ .enabled = enabled, .fd = fd };
}

int64_t progress_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

bool progress_due(struct progress *p, int64_t now_ns)
{
	return p->enabled && now_ns >= p->next_ns;
}

static void put(const struct progress *p, const struct buf *b)
{
	ssize_t n = write(p->fd, buf_str(b), b->len);

	(void)n;
}

void progress_draw(struct progress *p, const char *text, int64_t now_ns)
{
	struct buf line = BUF_INIT;

	buf_adds(&line, p->shown ? ERASE : "");
	buf_adds(&line, text);
	put(p, &line);
	buf_fini(&line);
	p->shown = true;
	p->next_ns = now_ns + INTERVAL_NS;
}

void progress_erase(struct progress *p)
{
	struct buf line = BUF_INIT;

	if (!p->shown)
		return;
	buf_adds(&line, ERASE);
	put(p, &line);
	buf_fini(&line);
	p->shown = false;
}
