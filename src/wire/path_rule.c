/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which segments a rule of the path is about.
 */
#include "wire/path_rule.h"

const char *const path_act_names[PATH_N_ACTS] = {
	[PATH_DROP] = "drop",
	[PATH_DUPLICATE] = "duplicate",
	[PATH_DELAY] = "delay",
	[PATH_REORDER] = "reorder",
};

bool path_rule_takes(const struct path_rule *r, bool from_target, uint16_t flags,
		     uint32_t data_len)
{
	if (r->from_target != from_target)
		return false;
	if (r->data != PATH_DATA_EITHER && (r->data == PATH_DATA_SOME) != (data_len > 0))
		return false;
	if (!(r->flags & TCP_PSH))
		flags &= (uint16_t)~TCP_PSH;
	return !r->flags_set || flags == r->flags;
}

bool path_rule_touches(const struct path_rule *r, uint32_t n)
{
	return n >= r->nth && (r->times == PATH_TIMES_ALL || n - r->nth < r->times);
}
