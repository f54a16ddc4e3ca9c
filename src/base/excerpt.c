/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The caret block of a diagnostic: the line of source that a mark points into,
 * with carets under the marked bytes.  The source may be hostile: it is shown
 * as valid UTF-8 without control characters, and a long line as the part around
 * the mark.  Columns are counted as a terminal shows them.
 */
#include "base/diag.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

#define SHOWN_MAX 160	/* bytes of a line that are shown */
#define SHOWN_BEFORE 60 /* of them before the mark, where it is cut */
#define ELLIPSIS "..."

#define GUTTER "\033[34m"
#define CARET "\033[1;31m"
#define PLAIN "\033[0m"

struct line {
	const char *text;
	size_t len;
};

/* Line breaks as YAML 1.1 counts them: LF, CR, CR LF, NEL, LS and PS. */
static size_t break_len(const char *p, size_t left)
{
	if (p[0] == '\n')
		return 1;
	if (p[0] == '\r')
		return left > 1 && p[1] == '\n' ? 2 : 1;
	if (left > 1 && !memcmp(p, "\xc2\x85", 2))
		return 2;
	if (left > 2 && (!memcmp(p, "\xe2\x80\xa8", 3) || !memcmp(p, "\xe2\x80\xa9", 3)))
		return 3;
	return 0;
}

static struct line find_line(const struct source *src, uint32_t number)
{
	struct line l = { src->text, 0 };
	size_t i = 0, brk;

	while (i < src->len) {
		brk = break_len(src->text + i, src->len - i);
		if (!brk) {
			i++;
			l.len++;
			continue;
		}
		if (number <= 1)
			return l;
		number--;
		i += brk;
		l.text = src->text + i;
		l.len = 0;
	}
	if (number > 1)
		l.len = 0;
	return l;
}

struct mark mark_from_chars(const struct source *src, uint32_t line, uint32_t char_col,
			    uint32_t width)
{
	struct line l = find_line(src, line);
	struct mark m = { src, line, 1, width ? width : 1 };
	size_t i = 0;
	uint32_t cp;

	while (char_col-- > 1 && i < l.len)
		i += utf8_get(l.text + i, l.len - i, &cp);
	m.col = (uint32_t)i + 1;
	return m;
}

/* Appends @len bytes as a terminal may see them; returns the columns. */
static size_t show(struct buf *out, const char *text, size_t len)
{
	size_t i = 0, n, columns = 0;
	uint32_t cp;

	while (i < len) {
		n = utf8_get(text + i, len - i, &cp);
		if (cp == '\t')
			cp = ' ';
		if (cp == 0xfeff) { /* a byte order mark shows nothing */
			i += n;
			continue;
		}
		if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
			cp = UTF8_REPLACEMENT;
		columns += utf8_width(cp);
		utf8_add(out, cp);
		i += n;
	}
	return columns;
}

/* Not in the middle of a character: back to where it starts. */
static size_t char_start(const struct line *l, size_t i)
{
	while (i > 0 && i < l->len && ((unsigned char)l->text[i] & 0xc0) == 0x80)
		i--;
	return i;
}

static void gutter(struct buf *out, int width, uint32_t line, bool color)
{
	buf_adds(out, color ? GUTTER : "");
	if (line)
		buf_printf(out, "%*u |", width, line);
	else
		buf_printf(out, "%*s |", width, "");
	buf_adds(out, color ? PLAIN : "");
}

struct shown {
	size_t start, mark, mark_end, end; /* bytes of the line */
	size_t indent, carets;		   /* columns */
};

/* Which bytes of the line are shown, and which of them are marked. */
static void choose(struct shown *s, const struct line *l, const struct mark *at)
{
	size_t col = at->col ? at->col - 1 : 0;
	size_t left;

	s->mark = char_start(l, col < l->len ? col : l->len);
	left = l->len - s->mark;
	s->mark_end = char_start(l, s->mark + (at->width < left ? at->width : left));
	s->start = 0;
	if (l->len > SHOWN_MAX && s->mark > SHOWN_MAX - SHOWN_BEFORE)
		s->start = char_start(l, s->mark - SHOWN_BEFORE);
	s->end = l->len;
	if (s->end - s->start > SHOWN_MAX)
		s->end = char_start(l, s->start + SHOWN_MAX);
	if (s->mark_end > s->end)
		s->mark_end = s->end;
}

static void show_line(struct buf *out, const struct line *l, struct shown *s)
{
	if (!l->len)
		return;
	buf_addc(out, ' ');
	if (s->start) {
		buf_adds(out, ELLIPSIS);
		s->indent += strlen(ELLIPSIS);
	}
	s->indent += show(out, l->text + s->start, s->mark - s->start);
	s->carets = show(out, l->text + s->mark, s->mark_end - s->mark);
	show(out, l->text + s->mark_end, s->end - s->mark_end);
	if (s->end < l->len)
		buf_adds(out, ELLIPSIS);
}

void diag_render_excerpt(const struct mark *at, const char *label, bool color, struct buf *out)
{
	struct shown s = { 0 };
	struct line l;
	uint32_t n;
	int width = 0;

	if (!at->src || !at->line)
		return;
	for (n = at->line; n; n /= 10)
		width++;
	l = find_line(at->src, at->line);
	choose(&s, &l, at);
	gutter(out, width, 0, color);
	buf_addc(out, '\n');
	gutter(out, width, at->line, color);
	show_line(out, &l, &s);
	buf_addc(out, '\n');
	gutter(out, width, 0, color);
	buf_pad(out, ' ', 1 + s.indent);
	buf_adds(out, color ? CARET : "");
	buf_pad(out, '^', s.carets ? s.carets : 1);
	if (label)
		buf_printf(out, " %s", label);
	buf_printf(out, "%s\n", color ? PLAIN : "");
}
