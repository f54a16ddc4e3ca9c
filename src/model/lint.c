/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lint rules.
 */
#include "model/lint.h"

#include "wire/seq.h"

static bool offered(const struct lint_context *c, uint8_t kind)
{
	return !c->syn_seen || (c->offered[kind >> 6] >> (kind & 63) & 1);
}

static bool bad_checksum(const struct segment *s, const struct lint_context *c)
{
	(void)c;
	return (s->defects & SEG_DEFECT_CHECKSUM) &&
		!(s->defects & SEG_DEFECT_CHECKSUM_PARTIAL);
}

static bool bad_ip_checksum(const struct segment *s, const struct lint_context *c)
{
	(void)c;
	return s->defects & SEG_DEFECT_IP_CHECKSUM;
}

static bool bad_offset(const struct segment *s, const struct lint_context *c)
{
	(void)c;
	return s->defects & SEG_DEFECT_DATA_OFFSET;
}

static bool reserved_bits(const struct segment *s, const struct lint_context *c)
{
	(void)c;
	return s->reserved != 0;
}

static bool bad_option_length(const struct segment *s, const struct lint_context *c)
{
	(void)c;
	return s->defects & SEG_DEFECT_OPT_LENGTH;
}

static bool padding(const struct segment *s, const struct lint_context *c)
{
	(void)c;
	return s->defects & SEG_DEFECT_OPT_PADDING;
}

static bool mss_outside_syn(const struct segment *s, const struct lint_context *c)
{
	(void)c;
	return !(s->flags & TCP_SYN) && segment_opt(s, TCP_OPT_MSS);
}

static bool wscale_outside_syn(const struct segment *s, const struct lint_context *c)
{
	(void)c;
	return !(s->flags & TCP_SYN) && segment_opt(s, TCP_OPT_WSCALE);
}

static bool sack_ok_outside_syn(const struct segment *s, const struct lint_context *c)
{
	(void)c;
	return !(s->flags & TCP_SYN) && segment_opt(s, TCP_OPT_SACK_PERMITTED);
}

static bool wscale_not_offered(const struct segment *s, const struct lint_context *c)
{
	return (s->flags & TCP_SYN) && (s->flags & TCP_ACK) &&
		segment_opt(s, TCP_OPT_WSCALE) && !offered(c, TCP_OPT_WSCALE);
}

static bool ts_not_offered(const struct segment *s, const struct lint_context *c)
{
	return (s->flags & TCP_SYN) && (s->flags & TCP_ACK) &&
		segment_opt(s, TCP_OPT_TIMESTAMPS) && !offered(c, TCP_OPT_TIMESTAMPS);
}

static bool ts_not_agreed(const struct segment *s, const struct lint_context *c)
{
	return c->syn_seen && !(s->flags & (TCP_SYN | TCP_RST)) && !c->ts_ok &&
		segment_opt(s, TCP_OPT_TIMESTAMPS);
}

static bool ts_missing(const struct segment *s, const struct lint_context *c)
{
	return c->ts_ok && !(s->flags & (TCP_SYN | TCP_RST)) &&
		!segment_opt(s, TCP_OPT_TIMESTAMPS);
}

static bool sack_not_permitted(const struct segment *s, const struct lint_context *c)
{
	return segment_opt(s, TCP_OPT_SACK) && !offered(c, TCP_OPT_SACK_PERMITTED);
}

static bool syn_fin(const struct segment *s, const struct lint_context *c)
{
	(void)c;
	return (s->flags & TCP_SYN) && (s->flags & TCP_FIN);
}

static bool rst_with_syn_fin(const struct segment *s, const struct lint_context *c)
{
	(void)c;
	return (s->flags & TCP_RST) && (s->flags & (TCP_SYN | TCP_FIN));
}

/* By less than one unit of the scaled field: rounding (RFC 7323 2.4). */
static bool window_shrunk(const struct segment *s, const struct lint_context *c)
{
	uint32_t unit = UINT32_C(1) << c->window_shift;
	uint32_t right = s->ack + ((uint32_t)s->window << c->window_shift);

	return c->window_known && (s->flags & TCP_ACK) &&
		!(s->flags & (TCP_SYN | TCP_RST)) && seq_ge(s->ack, c->ack_lo) &&
		seq_lt(right + unit - 1, c->window_right);
}

const struct lint_rule lint_rules[] = {
	{ "checksum", "rfc9293:MUST-2", LEVEL_MUST,
	  "its checksum is wrong", bad_checksum },
	{ "ip-checksum", "rfc791:3.1-CHECKSUM", LEVEL_MUST,
	  "the checksum of its IP header is wrong", bad_ip_checksum },
	{ "data-offset", "rfc9293:3.1-HEADER", LEVEL_MUST,
	  "its data offset points outside the segment", bad_offset },
	{ "reserved-bits", "rfc9293:3.1-HEADER", LEVEL_MUST,
	  "reserved bits are not zero", reserved_bits },
	{ "option-length", "rfc9293:MUST-68", LEVEL_MUST,
	  "an option has an impossible length", bad_option_length },
	{ "option-padding", "rfc9293:MUST-69", LEVEL_MUST,
	  "the padding after the options is not zero", padding },
	{ "mss-on-syn-only", "rfc9293:MUST-65", LEVEL_MUST,
	  "an MSS option outside a SYN", mss_outside_syn },
	{ "window-scale-on-syn-only", "rfc7323:2.2-WS", LEVEL_MUST,
	  "a window scale option outside a SYN", wscale_outside_syn },
	{ "sack-permitted-on-syn-only", "rfc2018:2-PERMITTED", LEVEL_MUST,
	  "a SACK-permitted option outside a SYN", sack_ok_outside_syn },
	{ "window-scale-unasked", "rfc7323:2.2-WS", LEVEL_MUST,
	  "a window scale option that the SYN did not offer", wscale_not_offered },
	{ "timestamps-unasked", "rfc7323:3.2-TS", LEVEL_MUST,
	  "a timestamps option that the SYN did not offer", ts_not_offered },
	{ "timestamps-not-agreed", "rfc7323:3.2-TS", LEVEL_SHOULD,
	  "a timestamps option although the SYNs did not agree on it", ts_not_agreed },
	{ "timestamps-missing", "rfc7323:R7323-TS-1", LEVEL_MUST,
	  "no timestamps option although both SYNs had one", ts_missing },
	{ "sack-not-permitted", "rfc2018:4-SACK", LEVEL_MUST,
	  "a SACK option that the tester's SYN did not permit", sack_not_permitted },
	{ "window-shrunk", "rfc9293:SHLD-14", LEVEL_SHOULD,
	  "the right edge of its window moved to the left", window_shrunk },
	{ "syn-and-fin", "rfc9293:3.5-SYN-FIN", LEVEL_MUST,
	  "SYN and FIN in one segment", syn_fin },
	{ "reset-form", "rfc9293:3.5.2-FORM", LEVEL_MUST,
	  "a reset with SYN or FIN", rst_with_syn_fin },
};
const size_t lint_n_rules = sizeof(lint_rules) / sizeof(lint_rules[0]);

size_t lint_segment(const struct segment *s, const struct lint_context *c,
		    uint8_t *out, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < lint_n_rules && n < cap; i++) {
		if (lint_rules[i].broken(s, c))
			out[n++] = (uint8_t)i;
	}
	return n;
}
