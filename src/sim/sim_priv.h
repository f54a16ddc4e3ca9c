/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the simulated target share:
 *
 *	sim.c		packets in, ports, connection records, timers
 *	sim_event.c	an event put to the table, and its row carried out
 *	sim_output.c	what is sent
 *	sim_service.c	the services
 *	sim_flip.c	wrong versions of rows; what --target sim: says
 */
#ifndef SIM_SIM_PRIV_H
#define SIM_SIM_PRIV_H

#include <uthash.h>
#include <utlist.h>

#include "base/buf.h"
#include "link/vlink.h"
#include "sim/sim.h"
#include "wire/segment.h"

#define SIM_NEVER VLINK_NEVER
#define SIM_WINDOW 65535u	/* octets it is ready to take, always */
#define SIM_SCALE 2		/* shift of its window, if negotiated */
#define SIM_RTO_NS 1000000000LL /* RFC 6298 2.1 */
#define SIM_MSL_NS 30000000000LL
#define SIM_HELD_MAX 16 /* segments kept beyond a hole */
#define SIM_FLIGHT 10	/* segments in flight (RFC 6928) */

struct sim_key {
	uint16_t lport, rport;
	struct ip_addr local, remote;
};

/* A segment beyond a hole. */
struct sim_held {
	uint32_t seq, len;
	bool fin;
	uint8_t *data;
};

struct sim_conn {
	struct sim_key key;
	UT_hash_handle hh;
	struct sim_conn *prev, *next; /* in its list: active, or TIME-WAIT */
	enum tcp_state state;
	bool active_open, in_time_wait;
	const struct sim_service *service;

	uint32_t iss, snd_una, snd_nxt, snd_wnd, snd_wl1, snd_wl2, max_snd_wnd;
	uint32_t irs, rcv_nxt;
	uint32_t send_mss;
	bool ts_on, scale_on, sack_on;
	uint8_t snd_shift, rcv_shift;
	uint32_t ts_recent, last_ack_sent;

	struct buf out;	  /* what SEND gave and nobody acknowledged */
	uint32_t out_seq; /* sequence number of its first octet */
	bool fin_queued;  /* CLOSE was called */
	bool close_waits; /* it waits for ESTABLISHED */
	bool fin_sent;	  /* it has a sequence number: */
	uint32_t fin_seq;

	struct buf in;	  /* for the service, until it acts */
	bool opened, eof; /* news for it */
	bool fin_received;

	struct sim_held held[SIM_HELD_MAX];
	unsigned int n_held;

	/* An ACK, data, the FIN is due, because of this row; or NULL. */
	const struct model_row *ack_row, *data_row, *fin_row;
	unsigned int retries;
	int64_t rto_ns, app_ns, wait_ns; /* when due, or SIM_NEVER */
};

struct sim {
	struct link *link;
	struct vlink *v; /* during a callback */
	int64_t now_ns;
	struct sim_config cfg;
	struct model_book book;
	struct model_row rows[MODEL_MAX_ROWS];
	const struct model_row *flipped; /* in rows, or NULL */
	struct sim_conn *conns, *active, *time_wait;
	int64_t next_ns; /* no timer is due before */
	uint64_t random;
};

struct sim_service {
	uint16_t port;
	void (*open)(struct sim *sim, struct sim_conn *c);
	void (*data)(struct sim *sim, struct sim_conn *c);
	bool endless; /* sends for ever */
};

/* sim.c */
struct sim_conn *sim_conn_new(struct sim *sim, const struct sim_key *key);
void sim_timer(struct sim *sim, int64_t *slot, int64_t at_ns);
uint32_t sim_isn(struct sim *sim);
/* The state changes: TIME-WAIT has a timer, and other lists. */
void sim_enter(struct sim *sim, struct sim_conn *c, enum tcp_state state);

/* sim_event.c: a segment (trimmed as the RFC says), or another event. */
void sim_segment(struct sim *sim, struct sim_conn *c, struct segment *s);
void sim_call(struct sim *sim, struct sim_conn *c, enum model_event event);

/* sim_output.c; @row is what the answer is given by. */
void sim_answer(struct sim *sim, struct sim_conn *c, const struct model_row *row,
		const struct segment *cause);
/* Data, FIN or a due ACK: what may be sent now. */
void sim_output(struct sim *sim, struct sim_conn *c);
bool sim_fin_acked(const struct sim_conn *c);
bool sim_outstanding(const struct sim_conn *c);

/* sim_service.c */
const struct sim_service *sim_service_find(uint16_t port);
void sim_service_run(struct sim *sim, struct sim_conn *c);
void sim_service_refill(struct sim *sim, struct sim_conn *c);

/* sim_flip.c: makes the row wrong in sim->rows; the row as it is in @state. */
void sim_flip_apply(struct sim *sim);
const struct model_row *sim_flip_row(const struct sim *sim, enum tcp_state state);

#endif
