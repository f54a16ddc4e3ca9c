/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libpcap, live and from a file.
 */
#include "link/capture_pcap.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/log.h"
#include "wire/frame.h"

struct capture {
	pcap_t *pcap;
	int fd, linktype;
};

/* Where a frame goes, through pcap_dispatch()'s one pointer. */
struct delivery {
	capture_frame_fn *fn;
	void *arg;
};

/* libpcap's errors that a person can do something about. */
static const struct remedy {
	int pcap_error, err;
	const char *help;
} remedies[] = {
	{ PCAP_ERROR_PERM_DENIED, -EPERM, NULL }, /* the caller knows */
	{ PCAP_ERROR_PROMISC_PERM_DENIED, -EPERM, NULL },
	{ PCAP_ERROR_NO_SUCH_DEVICE, -ENODEV, "`ip link` lists the interfaces" },
	{ PCAP_ERROR_IFACE_NOT_UP, -ENETDOWN, "bring it up: ip link set INTERFACE up" },
};

static int open_failed(const char *interface, pcap_t *pcap, int error, struct diags *ds)
{
	const char *detail = pcap ? pcap_geterr(pcap) : "";

	diag_add(ds, DIAG_ERROR, NULL, "cannot capture on %s: %s%s%s", interface,
		 pcap_statustostr(error), *detail ? ": " : "", detail);
	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++) {
		if (remedies[i].pcap_error != error)
			continue;
		if (remedies[i].help)
			diag_add_help(ds, "%s", remedies[i].help);
		return remedies[i].err;
	}
	return -EIO;
}

static int filter_set(pcap_t *pcap, const char *text)
{
	struct bpf_program program;
	int err = pcap_compile(pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN);

	if (err)
		return err;
	err = pcap_setfilter(pcap, &program);
	pcap_freecode(&program);
	return err;
}

static int pcap_start(pcap_t *pcap, const struct capture_config *cfg)
{
	uint32_t buffer_size = cfg->buffer_size ? cfg->buffer_size : CAPTURE_BUFFER_SIZE;
	char message[PCAP_ERRBUF_SIZE];
	int err;

	pcap_set_snaplen(pcap, (int)cfg->snap_len);
	pcap_set_promisc(pcap, cfg->promiscuous);
	pcap_set_immediate_mode(pcap, 1);
	pcap_set_buffer_size(pcap, (int)buffer_size);
	pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
	err = pcap_activate(pcap);
	if (err < 0)
		return err;
	if (err > 0)
		log_msg(LOG_INFO, "capture on %s: %s", cfg->interface, pcap_geterr(pcap));
	err = pcap_setnonblock(pcap, 1, message);
	return err ? err : filter_set(pcap, cfg->filter);
}

/* The DLT_ values that differ from the link types of files. */
static int linktype_of(pcap_t *pcap)
{
	int dlt = pcap_datalink(pcap);

	return dlt == DLT_RAW ? FRAME_RAW : dlt;
}

int capture_open_live(const struct capture_config *cfg, struct capture **out, struct diags *ds)
{
	char message[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap = pcap_create(cfg->interface, message);
	struct capture *c;
	int err;

	if (!pcap) {
		diag_add(ds, DIAG_ERROR, NULL, "cannot capture on %s: %s", cfg->interface, message);
		return -EIO;
	}
	err = pcap_start(pcap, cfg);
	if (err) {
		err = open_failed(cfg->interface, pcap, err, ds);
		pcap_close(pcap);
		return err;
	}
	c = calloc(1, sizeof(*c));
	if (!c)
		log_panic("out of memory");
	c->pcap = pcap;
	c->fd = pcap_get_selectable_fd(pcap);
	c->linktype = linktype_of(pcap);
	*out = c;
	return 0;
}

static int no_capture(const char *path, const char *why, int err, struct diags *ds)
{
	diag_add(ds, DIAG_ERROR, NULL, "%s: not evidence, and no other capture: %s", path, why);
	diag_add_help(ds, "captures are pcap or pcapng files");
	return err;
}

static int unreadable(const char *path, int err, struct diags *ds)
{
	diag_add(ds, DIAG_ERROR, NULL, "%s: cannot be read: %s", path, strerror(err));
	return -err;
}

/* Large reads: a capture of gigabytes is read once, from front to back. */
#define FILE_BUFFER_SIZE (1u << 20)

static FILE *file_open(const char *path)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "rbe") : stdin;

	if (f)
		setvbuf(f, NULL, _IOFBF, FILE_BUFFER_SIZE);
	return f;
}

static int check_linktype(const char *path, pcap_t *pcap, struct diags *ds)
{
	int dlt = pcap_datalink(pcap);
	const char *name = pcap_datalink_val_to_description_or_dlt(dlt);

	if (frame_linktype_known(dlt))
		return 0;
	diag_add(ds, DIAG_ERROR, NULL, "%s: frames of the link type \"%s\" cannot be read", path,
		 name);
	diag_add_help(ds, "Ethernet, Linux cooked, loopback and raw IP can be read");
	return -EPROTONOSUPPORT;
}

int capture_open_file(const char *path, struct capture **out, struct diags *ds)
{
	char message[PCAP_ERRBUF_SIZE] = "";
	FILE *f = file_open(path);
	struct capture *c;
	pcap_t *pcap;
	int err;

	if (!f)
		return unreadable(path, errno, ds);
	pcap = pcap_fopen_offline_with_tstamp_precision(f, PCAP_TSTAMP_PRECISION_NANO, message);
	if (!pcap) {
		if (f != stdin)
			fclose(f);
		return no_capture(path, message, -EINVAL, ds);
	}
	err = check_linktype(path, pcap, ds);
	if (err) {
		pcap_close(pcap);
		return err;
	}
	c = calloc(1, sizeof(*c));
	if (!c)
		log_panic("out of memory");
	c->pcap = pcap;
	c->fd = -1;
	c->linktype = linktype_of(pcap);
	*out = c;
	return 0;
}

/* A damaged file may hold any time: what cannot be meant is kept within bounds. */
static int64_t file_time(const struct pcap_pkthdr *h)
{
	const int64_t last = INT64_MAX / 2 / 1000000000;
	int64_t s = h->ts.tv_sec, ns = h->ts.tv_usec;

	s = s < 0 ? 0 : s > last ? last
				 : s;
	ns = ns < 0 || ns > 999999999 ? 0 : ns;
	return s * 1000000000 + ns;
}

int capture_next(struct capture *c, struct capture_frame *frame, const char **why)
{
	struct pcap_pkthdr *h;
	const u_char *bytes;
	int n = pcap_next_ex(c->pcap, &h, &bytes);

	*why = NULL;
	if (n == PCAP_ERROR_BREAK)
		return 0;
	if (n < 0) {
		*why = pcap_geterr(c->pcap);
		return -EBADMSG;
	}
	*frame = (struct capture_frame){
		.ts_ns = file_time(h),
		.bytes = bytes,
		.cap_len = h->caplen,
		.len = h->len,
	};
	return 1;
}

uint64_t capture_file_position(struct capture *c)
{
	FILE *f = pcap_file(c->pcap);
	long at = f ? ftell(f) : -1;

	return at < 0 ? 0 : (uint64_t)at;
}

void capture_close(struct capture *c)
{
	if (!c)
		return;
	pcap_close(c->pcap);
	free(c);
}

static void frame_seen(u_char *arg, const struct pcap_pkthdr *h, const u_char *bytes)
{
	const struct delivery *to = (const struct delivery *)arg;
	struct capture_frame frame = {
		/* With nanosecond precision tv_usec holds nanoseconds. */
		.ts_ns = (int64_t)h->ts.tv_sec * 1000000000 + h->ts.tv_usec,
		.bytes = bytes,
		.cap_len = h->caplen,
		.len = h->len,
	};

	to->fn(to->arg, &frame);
}

int capture_dispatch(struct capture *c, int max, capture_frame_fn *fn, void *arg)
{
	struct delivery to = { fn, arg };
	int n = pcap_dispatch(c->pcap, max, frame_seen, (u_char *)&to);

	if (n >= 0)
		return n;
	log_msg(LOG_INFO, "capture: %s", pcap_geterr(c->pcap));
	return -ENETDOWN;
}

int capture_fd(const struct capture *c)
{
	return c->fd;
}

int capture_linktype(const struct capture *c)
{
	return c->linktype;
}

uint64_t capture_dropped(struct capture *c)
{
	struct pcap_stat st;

	if (pcap_stats(c->pcap, &st))
		return 0;
	return (uint64_t)st.ps_drop + st.ps_ifdrop;
}
