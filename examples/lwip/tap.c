/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TAP interface: see tap.h.
 */
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/netif.h>
#include <netif/ethernet.h>

#define MTU 1500
#define FRAME_MAX (MTU + 14)

static struct netif tap_netif;
static int tap_fd = -1;

/* Locally administered, and not the kernel's end, which has a random one. */
static const uint8_t mac[ETH_HWADDR_LEN] = { 0x02, 0x6c, 0x77, 0x49, 0x50, 0x01 };

/* What the kernel does not take is lost, as on any Ethernet. */
static err_t output(struct netif *netif, struct pbuf *p)
{
	uint8_t frame[FRAME_MAX];
	u16_t len = pbuf_copy_partial(p, frame, sizeof(frame), 0);

	(void)netif;
	return write(tap_fd, frame, len) == len ? ERR_OK : ERR_IF;
}

static err_t interface_init(struct netif *netif)
{
	netif->name[0] = 't';
	netif->name[1] = 'p';
	netif->mtu = MTU;
	netif->hwaddr_len = sizeof(mac);
	memcpy(netif->hwaddr, mac, sizeof(mac));
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET |
		NETIF_FLAG_MLD6 | NETIF_FLAG_IGMP;
	netif->output = etharp_output;
	netif->output_ip6 = ethip6_output;
	netif->linkoutput = output;
	return ERR_OK;
}

static void set_ipv4(const struct tap_address *a)
{
	ip4_addr_t ip, mask, any = { 0 };

	memcpy(&ip.addr, a->ip, 4);
	mask.addr = lwip_htonl(a->prefix ? ~0u << (32 - a->prefix) : 0);
	netif_set_addr(&tap_netif, &ip, &mask, &any);
}

/* Used at once: nobody else has it, so there is nothing to find out. */
static void set_ipv6(const struct tap_address *a)
{
	ip6_addr_t ip;
	s8_t slot;

	memset(&ip, 0, sizeof(ip));
	memcpy(ip.addr, a->ip, 16);
	if (netif_add_ip6_address(&tap_netif, &ip, &slot) == ERR_OK && slot >= 0)
		netif_ip6_addr_set_state(&tap_netif, slot, IP6_ADDR_PREFERRED);
}

static int interface_add(const struct tap_address *addresses, size_t n)
{
	if (!netif_add_noaddr(&tap_netif, NULL, interface_init, ethernet_input))
		return -ENOMEM;
	netif_set_default(&tap_netif);
	netif_create_ip6_linklocal_address(&tap_netif, 1);
	netif_ip6_addr_set_state(&tap_netif, 0, IP6_ADDR_PREFERRED);
	for (size_t i = 0; i < n; i++) {
		if (addresses[i].len == 4)
			set_ipv4(&addresses[i]);
		else
			set_ipv6(&addresses[i]);
	}
	netif_set_link_up(&tap_netif);
	netif_set_up(&tap_netif);
	return 0;
}

int tap_open(const char *name, const struct tap_address *addresses, size_t n)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int rc;

	if (strlen(name) >= sizeof(ifr.ifr_name))
		return -ENAMETOOLONG;
	strcpy(ifr.ifr_name, name);
	tap_fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tap_fd < 0)
		return -errno;
	rc = ioctl(tap_fd, TUNSETIFF, &ifr) < 0 ? -errno : interface_add(addresses, n);
	if (rc < 0)
		close(tap_fd);
	return rc < 0 ? rc : tap_fd;
}

int tap_receive(int fd)
{
	uint8_t frame[FRAME_MAX];
	ssize_t n = read(fd, frame, sizeof(frame));
	struct pbuf *p;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	p = pbuf_alloc(PBUF_RAW, (u16_t)n, PBUF_POOL);
	if (!p)
		return 1; /* lost */
	pbuf_take(p, frame, (u16_t)n);
	if (tap_netif.input(p, &tap_netif) != ERR_OK)
		pbuf_free(p);
	return 1;
}
