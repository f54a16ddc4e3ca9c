/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities, read with libcap.
 */
#include "link/privilege.h"

#include <errno.h>
#include <stddef.h>
#include <sys/capability.h>

static const struct {
	enum privilege privilege;
	cap_value_t cap;
} privileges[] = {
	{ PRIVILEGE_NET_RAW, CAP_NET_RAW },
	{ PRIVILEGE_NET_ADMIN, CAP_NET_ADMIN },
};

int privilege_read(void)
{
	cap_t caps = cap_get_proc();
	int set = 0;

	if (!caps)
		return -errno;
	for (size_t i = 0; i < sizeof(privileges) / sizeof(privileges[0]); i++) {
		cap_flag_value_t value = CAP_CLEAR;

		cap_get_flag(caps, privileges[i].cap, CAP_EFFECTIVE, &value);
		if (value == CAP_SET)
			set |= (int)privileges[i].privilege;
	}
	cap_free(caps);
	return set;
}
