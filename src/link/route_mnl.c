/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rtnetlink through libmnl; the only file that knows libmnl.  Each request has
 * a socket of its own: they are few, and the process changes its namespace
 * between them.
 */
#include "link/route_mnl.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>

#define BUFFER_SIZE 8192 /* a link with all its attributes takes some 2000 */

/* A request, and where its answer goes. */
struct request {
	char buffer[BUFFER_SIZE];
	struct nlmsghdr *nlh;
};

static void *request_start(struct request *r, uint16_t type, uint16_t flags, size_t header_len)
{
	memset(r, 0, sizeof(*r));
	r->nlh = mnl_nlmsg_put_header(r->buffer);
	r->nlh->nlmsg_type = type;
	r->nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	r->nlh->nlmsg_seq = 1;
	return mnl_nlmsg_put_extra_header(r->nlh, header_len);
}

/* Sends, and feeds the answer to @cb until the acknowledgment came. */
static int request_run(struct request *r, mnl_cb_t cb, void *arg)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	ssize_t n;
	int ret = -1;

	if (!nl)
		return -errno;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(nl, r->nlh, r->nlh->nlmsg_len) < 0)
		goto out;
	do {
		n = mnl_socket_recvfrom(nl, r->buffer, sizeof(r->buffer));
		if (n < 0)
			goto out;
		ret = mnl_cb_run(r->buffer, (size_t)n, 1, mnl_socket_get_portid(nl), cb, arg);
	} while (ret > MNL_CB_STOP);
out:
	ret = ret < 0 ? -errno : 0;
	mnl_socket_close(nl);
	return ret;
}

static size_t address_len(uint8_t family)
{
	return family == 4 ? 4 : 16;
}

static uint8_t address_af(uint8_t family)
{
	return family == 4 ? AF_INET : AF_INET6;
}

static void put_address(struct request *r, uint16_t type, const struct ip_addr *a)
{
	mnl_attr_put(r->nlh, type, address_len(a->family), a->b);
}

static void get_address(const struct nlattr *attr, uint8_t af, struct ip_addr *a)
{
	size_t len = af == AF_INET ? 4 : 16;

	if (mnl_attr_get_payload_len(attr) < len)
		return;
	a->family = af == AF_INET ? 4 : 6;
	memcpy(a->b, mnl_attr_get_payload(attr), len);
}

/* ---- interfaces ---- */

static int interface_seen(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct route_interface *out = arg;
	const struct nlattr *attr;

	out->index = ifi->ifi_index;
	out->up = ifi->ifi_flags & IFF_UP;
	out->loopback = ifi->ifi_flags & IFF_LOOPBACK;
	out->ethernet = ifi->ifi_type == ARPHRD_ETHER;
	mnl_attr_for_each(attr, nlh, sizeof(*ifi)) {
		uint16_t type = mnl_attr_get_type(attr);
		size_t len = mnl_attr_get_payload_len(attr);

		if (type == IFLA_IFNAME)
			strncpy(out->name, mnl_attr_get_str(attr), sizeof(out->name) - 1);
		else if (type == IFLA_MTU)
			out->mtu = mnl_attr_get_u32(attr);
		else if (type == IFLA_ADDRESS && len == ETH_ADDR_LEN)
			memcpy(out->mac, mnl_attr_get_payload(attr), ETH_ADDR_LEN);
	}
	return MNL_CB_OK;
}

int route_interface_by_name(const char *name, struct route_interface *out)
{
	struct request r;

	memset(out, 0, sizeof(*out));
	if (strlen(name) >= ROUTE_NAME_MAX)
		return -ENODEV;
	request_start(&r, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(r.nlh, IFLA_IFNAME, name);
	return request_run(&r, interface_seen, out);
}

int route_interface_by_index(int index, struct route_interface *out)
{
	struct request r;
	struct ifinfomsg *ifi = request_start(&r, RTM_GETLINK, 0, sizeof(*ifi));

	memset(out, 0, sizeof(*out));
	ifi->ifi_index = index;
	return request_run(&r, interface_seen, out);
}

/* ---- routes ---- */

static int route_seen(const struct nlmsghdr *nlh, void *arg)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct route *out = arg;
	const struct nlattr *attr;

	out->own = rtm->rtm_type == RTN_LOCAL;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
		switch (mnl_attr_get_type(attr)) {
		case RTA_OIF:
			out->index = (int)mnl_attr_get_u32(attr);
			break;
		case RTA_GATEWAY:
			get_address(attr, rtm->rtm_family, &out->gateway);
			break;
		case RTA_PREFSRC:
			get_address(attr, rtm->rtm_family, &out->source);
			break;
		}
	}
	return MNL_CB_OK;
}

int route_find(const struct ip_addr *to, int index, struct route *out)
{
	struct request r;
	struct rtmsg *rtm = request_start(&r, RTM_GETROUTE, 0, sizeof(*rtm));

	memset(out, 0, sizeof(*out));
	rtm->rtm_family = address_af(to->family);
	rtm->rtm_dst_len = (uint8_t)(8 * address_len(to->family));
	put_address(&r, RTA_DST, to);
	if (index)
		mnl_attr_put_u32(r.nlh, RTA_OIF, (uint32_t)index);
	return request_run(&r, route_seen, out);
}

static bool is_link_local(const struct ip_addr *a)
{
	return a->family == 6 && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

int route_owns_address(const struct ip_addr *a, int index)
{
	struct route route;
	int err = route_find(a, is_link_local(a) ? index : 0, &route);

	if (err == 0)
		return route.own;
	/* No way to send to it: then it is certainly not our own. */
	if (err == -ENETUNREACH || err == -EHOSTUNREACH || err == -EACCES || err == -EINVAL)
		return 0;
	return err;
}

/* ---- orders ---- */

int route_add_veth(const struct route_veth *v)
{
	struct request r;
	struct nlattr *info, *data, *peer;
	struct ifinfomsg *ifi;

	ifi = request_start(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(*ifi));
	ifi->ifi_index = v->index;
	mnl_attr_put_strz(r.nlh, IFLA_IFNAME, v->name);
	mnl_attr_put(r.nlh, IFLA_ADDRESS, ETH_ADDR_LEN, v->mac);
	info = mnl_attr_nest_start(r.nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(r.nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(r.nlh, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(r.nlh, VETH_INFO_PEER);
	ifi = mnl_nlmsg_put_extra_header(r.nlh, sizeof(*ifi));
	ifi->ifi_index = v->peer_index;
	mnl_attr_put_strz(r.nlh, IFLA_IFNAME, v->peer);
	mnl_attr_put(r.nlh, IFLA_ADDRESS, ETH_ADDR_LEN, v->peer_mac);
	mnl_attr_put_u32(r.nlh, IFLA_NET_NS_PID, (uint32_t)v->peer_pid);
	mnl_attr_nest_end(r.nlh, peer);
	mnl_attr_nest_end(r.nlh, data);
	mnl_attr_nest_end(r.nlh, info);
	return request_run(&r, NULL, NULL);
}

int route_add_address(int index, const struct ip_addr *a, uint8_t prefix_len)
{
	struct request r;
	struct ifaddrmsg *ifa;

	ifa = request_start(&r, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(*ifa));
	ifa->ifa_family = address_af(a->family);
	ifa->ifa_prefixlen = prefix_len;
	ifa->ifa_index = (uint32_t)index;
	put_address(&r, IFA_LOCAL, a);
	put_address(&r, IFA_ADDRESS, a);
	mnl_attr_put_u32(r.nlh, IFA_FLAGS,
			 IFA_F_PERMANENT | (a->family == 6 ? (uint32_t)IFA_F_NODAD : 0));
	return request_run(&r, NULL, NULL);
}

int route_set_no_link_local(int index)
{
	struct request r;
	struct ifinfomsg *ifi = request_start(&r, RTM_NEWLINK, 0, sizeof(*ifi));
	struct nlattr *spec, *inet6;

	ifi->ifi_index = index;
	spec = mnl_attr_nest_start(r.nlh, IFLA_AF_SPEC);
	inet6 = mnl_attr_nest_start(r.nlh, AF_INET6);
	mnl_attr_put_u8(r.nlh, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(r.nlh, inet6);
	mnl_attr_nest_end(r.nlh, spec);
	return request_run(&r, NULL, NULL);
}

int route_set_up(int index)
{
	struct request r;
	struct ifinfomsg *ifi = request_start(&r, RTM_NEWLINK, 0, sizeof(*ifi));

	ifi->ifi_index = index;
	ifi->ifi_flags = IFF_UP;
	ifi->ifi_change = IFF_UP;
	return request_run(&r, NULL, NULL);
}
