/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SIOCETHTOOL, one command pair per offload.
 */
#include "link/offload.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"

static const struct feature {
	unsigned int bit;
	uint32_t get, set;
	uint32_t flag; /* where several share one command */
	const char *name;
} features[] = {
	{ OFFLOAD_TX_CHECKSUM, ETHTOOL_GTXCSUM, ETHTOOL_STXCSUM, 0, "tx" },
	{ OFFLOAD_TSO, ETHTOOL_GTSO, ETHTOOL_STSO, 0, "tso" },
	{ OFFLOAD_GSO, ETHTOOL_GGSO, ETHTOOL_SGSO, 0, "gso" },
	{ OFFLOAD_GRO, ETHTOOL_GGRO, ETHTOOL_SGRO, 0, "gro" },
	{ OFFLOAD_LRO, ETHTOOL_GFLAGS, ETHTOOL_SFLAGS, ETH_FLAG_LRO, "lro" },
};
#define N_FEATURES (sizeof(features) / sizeof(features[0]))

static int ethtool(int fd, const char *interface, struct ethtool_value *value)
{
	struct ifreq ifr;

	memset(&ifr, 0, sizeof(ifr));
	strncpy(ifr.ifr_name, interface, sizeof(ifr.ifr_name) - 1);
	ifr.ifr_data = (void *)value;
	return ioctl(fd, SIOCETHTOOL, &ifr) < 0 ? -errno : 0;
}

static int features_read(int fd, const char *interface)
{
	int set = 0;

	for (size_t i = 0; i < N_FEATURES; i++) {
		const struct feature *f = &features[i];
		struct ethtool_value value = { .cmd = f->get };
		int err = ethtool(fd, interface, &value);

		/* An interface that does not know an offload has it off. */
		if (err == -ENODEV)
			return err;
		if (err == 0 && (f->flag ? value.data & f->flag : value.data))
			set |= (int)f->bit;
	}
	return set;
}

static void feature_set(int fd, const char *interface, const struct feature *f, int on)
{
	struct ethtool_value value = { .cmd = f->get };

	if (f->flag && ethtool(fd, interface, &value) == 0)
		value.data = on ? value.data | f->flag : value.data & ~f->flag;
	else
		value.data = (uint32_t)on;
	value.cmd = f->set;
	ethtool(fd, interface, &value);
}

int offload_read(const char *interface)
{
	return offload_set(interface, 0, 0);
}

int offload_set(const char *interface, unsigned int which, int on)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int set;

	if (fd < 0)
		return -errno;
	for (size_t i = 0; i < N_FEATURES; i++)
		if (which & features[i].bit)
			feature_set(fd, interface, &features[i], on);
	set = features_read(fd, interface);
	close(fd);
	return set;
}

void offload_describe(unsigned int set, struct buf *out)
{
	const char *comma = "";

	for (size_t i = 0; i < N_FEATURES; i++) {
		if (!(set & features[i].bit))
			continue;
		buf_printf(out, "%s%s", comma, features[i].name);
		comma = ", ";
	}
}
