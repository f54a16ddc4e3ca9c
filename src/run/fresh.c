/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking the target about a 4-tuple, and reading its answer.
 */
#include "run/fresh.h"

#include <string.h>

void fresh_ask(struct fresh *f, const struct trace_setup *setup, uint32_t number,
	       int64_t now_ns, struct segment *s)
{
	memset(s, 0, sizeof(*s));
	s->src = setup->tester;
	s->dst = setup->target;
	s->sport = setup->tester_port;
	s->dport = setup->target_port;
	s->flags = TCP_ACK;
	s->seq = ~number;
	s->ack = number;
	s->window = 1024;
	f->asked = true;
	f->ports++;
	f->number = number;
	f->due_ns = now_ns + FRESH_WAIT_NS;
}

enum fresh_answer fresh_hear(const struct link_packet *p)
{
	struct segment s;

	segment_decode(&s, p->ip, p->cap_len, p->len);
	if (!segment_has_tcp(&s))
		return FRESH_NOTHING;
	/* One of the wrong form says the same; its form is not the question here. */
	if (s.flags & TCP_RST)
		return FRESH_CLOSED;
	return FRESH_IN_USE;
}

bool fresh_is_echo(const struct fresh *f, const struct link_packet *p)
{
	struct segment s;

	if (!f->asked)
		return false;
	segment_decode(&s, p->ip, p->cap_len, p->len);
	return segment_has_tcp(&s) && (s.flags & TCP_RST) && s.seq == f->number;
}
