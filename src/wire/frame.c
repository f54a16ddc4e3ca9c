/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the IP packet starts in a captured frame, by link type.
 */
#include "wire/frame.h"

#include "wire/cursor.h"

#define ETHERTYPE_IP4 0x0800
#define ETHERTYPE_IP6 0x86dd
#define ETHERTYPE_VLAN 0x8100  /* IEEE 802.1Q, customer tag */
#define ETHERTYPE_SVLAN 0x88a8 /* service tag, around a customer tag */
#define ETHERTYPE_QINQ 0x9100  /* the same before it was standardised */
#define AF_INET_ALL 2
#define SLL_HDR_LEN 16
#define SLL2_HDR_LEN 20

/* The cursor is behind an Ethernet type: true if IP follows, tags skipped. */
static bool skip_tags(struct rcur *c, uint16_t type)
{
	while (type == ETHERTYPE_VLAN || type == ETHERTYPE_SVLAN || type == ETHERTYPE_QINQ) {
		rcur_u16(c);
		type = rcur_u16(c);
	}
	return type == ETHERTYPE_IP4 || type == ETHERTYPE_IP6;
}

static bool skip_ethernet(struct rcur *c)
{
	rcur_take(c, 2 * ETH_ADDR_LEN);
	return skip_tags(c, rcur_u16(c));
}

/* The protocol comes first (SLL2) or last (SLL) in the cooked header. */
static bool skip_sll(struct rcur *c)
{
	rcur_take(c, SLL_HDR_LEN - 2);
	return skip_tags(c, rcur_u16(c));
}

static bool skip_sll2(struct rcur *c)
{
	uint16_t type = rcur_u16(c);

	rcur_take(c, SLL2_HDR_LEN - 2);
	return skip_tags(c, type);
}

/* In the byte order of the host that captured; each system has its AF_INET6. */
static bool skip_null(struct rcur *c)
{
	static const uint8_t families[] = { AF_INET_ALL, 10, 24, 28, 30 };
	uint32_t family = rcur_u32(c);

	if (family > 0xffff)
		family = __builtin_bswap32(family);
	return family < 0x100 && memchr(families, (int)family, sizeof(families));
}

static bool skip_nothing(struct rcur *c)
{
	(void)c;
	return true;
}

struct link {
	int type;
	bool (*skip)(struct rcur *c);
};

static const struct link links[] = {
	{ FRAME_ETHERNET, skip_ethernet },
	{ FRAME_NULL, skip_null },
	{ FRAME_LOOP, skip_null },
	{ FRAME_RAW, skip_nothing },
	{ FRAME_RAW_DLT, skip_nothing },
	{ FRAME_LINUX_SLL, skip_sll },
	{ FRAME_LINUX_SLL2, skip_sll2 },
	{ FRAME_IPV4, skip_nothing },
	{ FRAME_IPV6, skip_nothing },
};

static const struct link *find_link(int linktype)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (links[i].type == linktype)
			return &links[i];
	return NULL;
}

bool frame_linktype_known(int linktype)
{
	return find_link(linktype);
}

bool frame_ip_offset(int linktype, const uint8_t *frame, size_t len, size_t *off)
{
	const struct link *l = find_link(linktype);
	struct rcur c = rcur_make(frame, len);
	uint8_t version;

	if (!l || !l->skip(&c))
		return false;
	*off = (size_t)(c.p - frame);
	version = rcur_u8(&c) >> 4;
	/* After an Ethernet type the version may be wrong: that is the packet's defect. */
	return !c.error && (l->skip != skip_nothing || version == 4 || version == 6);
}
