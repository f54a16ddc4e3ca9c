/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segments and their parts as people write and read them: flags, addresses,
 * options, defects.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "wire/segment.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define ALL_FLAGS (TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK | TCP_URG)

/* By bit, from the lowest. */
const char *const tcp_flag_names[] = {
	"FIN",
	"SYN",
	"RST",
	"PSH",
	"ACK",
	"URG",
	"ECE",
	"CWR",
	"AE",
	NULL,
};

#define N_FLAGS (COUNT(tcp_flag_names) - 1)

_Static_assert(1 << (N_FLAGS - 1) == TCP_AE, "a name for each flag");

const char *tcp_flags_str(uint16_t flags, char *out, size_t cap)
{
	size_t i, len = 0;

	if (!cap)
		return out;
	out[0] = '\0';
	for (i = 0; i < N_FLAGS && len < cap; i++)
		if (flags & 1u << i)
			len += (size_t)snprintf(out + len, cap - len, "%s%s", len ? "|" : "",
						tcp_flag_names[i]);
	if (!len)
		snprintf(out, cap, "none");
	return out;
}

/* The flags that one word stands for, or -EINVAL. */
static int flag_word(const char *word, size_t len)
{
	size_t i;

	if (len == 3 && !memcmp(word, "all", 3))
		return ALL_FLAGS;
	if (len == 4 && !memcmp(word, "none", 4))
		return 0;
	for (i = 0; i < N_FLAGS; i++)
		if (strlen(tcp_flag_names[i]) == len && !memcmp(word, tcp_flag_names[i], len))
			return 1 << i;
	return -EINVAL;
}

int tcp_flags_parse(const char *text, size_t len, uint16_t *flags)
{
	const char *end = text + len, *bar, *next, *word;
	uint16_t all = 0;
	int f;

	for (word = text; word; word = next) {
		bar = memchr(word, '|', (size_t)(end - word));
		next = bar ? bar + 1 : NULL;
		if (!bar)
			bar = end;
		while (word < bar && *word == ' ')
			word++;
		while (bar > word && bar[-1] == ' ')
			bar--;
		f = flag_word(word, (size_t)(bar - word));
		if (f < 0)
			return f;
		all |= (uint16_t)f;
	}
	*flags = all;
	return 0;
}

struct opt_name {
	uint8_t kind;
	const char *name;  /* in the test language */
	const char *brief; /* in a line about a segment */
};

static const struct opt_name opt_names[] = {
	{ TCP_OPT_EOL, "eol", "eol" },
	{ TCP_OPT_NOP, "nop", "nop" },
	{ TCP_OPT_MSS, "mss", "mss" },
	{ TCP_OPT_WSCALE, "window-scale", "wscale" },
	{ TCP_OPT_SACK_PERMITTED, "sack-permitted", "sackOK" },
	{ TCP_OPT_SACK, "sack", "sack" },
	{ TCP_OPT_TIMESTAMPS, "timestamps", "ts" },
	{ TCP_OPT_MD5, "md5", "md5" },
	{ TCP_OPT_AO, "ao", "ao" },
	{ TCP_OPT_FASTOPEN, "fast-open", "tfo" },
};

static const struct opt_name *find_opt_name(uint8_t kind)
{
	size_t i;

	for (i = 0; i < COUNT(opt_names); i++)
		if (opt_names[i].kind == kind)
			return &opt_names[i];
	return NULL;
}

const char *tcp_opt_name(uint8_t kind)
{
	const struct opt_name *n = find_opt_name(kind);

	return n ? n->name : NULL;
}

int tcp_opt_kind_parse(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(opt_names); i++)
		if (!strcmp(opt_names[i].name, name))
			return opt_names[i].kind;
	return -EINVAL;
}

static void add_hex(struct buf *out, const uint8_t *p, size_t len)
{
	size_t i;

	buf_adds(out, len ? " 0x" : "");
	for (i = 0; i < len; i++)
		buf_printf(out, "%02x", p[i]);
}

static void add_typed(const struct tcp_opt *o, struct buf *out)
{
	uint8_t i;

	switch (o->kind) {
	case TCP_OPT_MSS:
		buf_printf(out, " %u", o->mss);
		break;
	case TCP_OPT_WSCALE:
		buf_printf(out, " %u", o->wscale);
		break;
	case TCP_OPT_TIMESTAMPS:
		buf_printf(out, " val %u ecr %u", o->ts.val, o->ts.ecr);
		break;
	case TCP_OPT_SACK:
		for (i = 0; i < o->sack.n; i++)
			buf_printf(out, " 0x%x-0x%x", o->sack.block[i].left,
				   o->sack.block[i].right);
		break;
	}
}

void tcp_opt_describe(const struct tcp_opt *o, struct buf *out)
{
	const struct opt_name *n = find_opt_name(o->kind);

	if (n)
		buf_adds(out, n->brief);
	else
		buf_printf(out, "kind %u", o->kind);
	if (o->known) {
		add_typed(o, out);
		return;
	}
	if (o->kind == TCP_OPT_EOL || o->kind == TCP_OPT_NOP)
		buf_adds(out, " then");
	else if (o->bare)
		buf_adds(out, " without length");
	else
		buf_printf(out, " length %u", o->length);
	add_hex(out, o->raw, o->raw_len);
}

const char *ip_addr_str(const struct ip_addr *a, char *out, size_t cap)
{
	int af = a->family == 6 ? AF_INET6 : AF_INET;

	if (a->family == 0)
		snprintf(out, cap, "-");
	else if (!inet_ntop(af, a->b, out, (socklen_t)cap) && cap)
		out[0] = '\0';
	return out;
}

int ip_addr_parse(const char *text, struct ip_addr *a)
{
	struct ip_addr r = { 0 };

	r.family = strchr(text, ':') ? 6 : 4;
	if (inet_pton(r.family == 6 ? AF_INET6 : AF_INET, text, r.b) != 1)
		return -EINVAL;
	*a = r;
	return 0;
}

bool ip_addr_eq(const struct ip_addr *a, const struct ip_addr *b)
{
	if (a->family != b->family)
		return false;
	return a->family == 0 || !memcmp(a->b, b->b, a->family == 6 ? 16 : 4);
}

/* By bit, from the lowest. */
static const char *const defect_names[] = {
	"truncated",
	"IP header",
	"IP checksum",
	"not TCP",
	"fragment",
	"too short",
	"data offset",
	"checksum",
	"partial checksum",
	"option length",
	"option padding",
	"reserved bits",
};

_Static_assert(1u << (COUNT(defect_names) - 1) == SEG_DEFECT_RESERVED, "a name for each defect");

void segment_defects_str(uint32_t defects, struct buf *out)
{
	const char *sep = "";
	size_t i;

	for (i = 0; i < COUNT(defect_names); i++)
		if (defects & 1u << i) {
			buf_printf(out, "%s%s", sep, defect_names[i]);
			sep = ", ";
		}
}

static void add_options(const struct segment *s, struct buf *out)
{
	uint8_t i;

	if (!s->n_opt)
		return;
	buf_adds(out, " <");
	for (i = 0; i < s->n_opt && i < TCP_OPT_MAX; i++) {
		buf_adds(out, i ? ", " : "");
		tcp_opt_describe(&s->opt[i], out);
	}
	buf_addc(out, '>');
}

static void add_header(const struct segment *s, struct buf *out)
{
	char flags[TCP_FLAGS_STRLEN];

	buf_printf(out, "%s seq=0x%x", tcp_flags_str(s->flags, flags, sizeof(flags)), s->seq);
	if (s->ack || s->flags & TCP_ACK)
		buf_printf(out, " ack=0x%x", s->ack);
	buf_printf(out, " win=%u", s->window);
	if (s->urgent || s->flags & TCP_URG)
		buf_printf(out, " urg=%u", s->urgent);
	buf_printf(out, " len=%u", s->data_len + s->data_missing);
	add_options(s, out);
}

void segment_describe(const struct segment *s, struct buf *out)
{
	if (s->raw)
		buf_printf(out, "raw segment, %u bytes", s->raw_len);
	else if (segment_has_tcp(s))
		add_header(s, out);
	else
		buf_printf(out, "packet of %u bytes, protocol %u", s->ip_len, s->ip_proto);
	if (!s->defects)
		return;
	buf_adds(out, " [");
	segment_defects_str(s->defects, out);
	buf_addc(out, ']');
}
