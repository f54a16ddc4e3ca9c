/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the simulated target share:
 *
 *	sim.c		packets in, ports, connection records, timers
 *	sim_event.c	an event put to the table, and its row carried out
 *	sim_output.c	what is sent
 *	sim_service.c	the services
 *	sim_app.c	the application that cases ask to act
 *	sim_flip.c	wrong versions of rows; what --target sim: says
 */
#ifndef SIM_SIM_PRIV_H
#define SIM_SIM_PRIV_H

#include <uthash.h>
#include <utlist.h>

#include "base/buf.h"
#include "link/vlink.h"
#include "sim/sim.h"
#include "wire/app.h"
#include "wire/segment.h"

#define SIM_NEVER VLINK_NEVER
#define SIM_WINDOW 65535u	/* octets that wait for the user at most */
#define SIM_SCALE 2		/* shift of its window, if negotiated */
#define SIM_RTO_NS 1000000000LL /* RFC 6298 2.1 */
#define SIM_RTO_MAX_NS (64 * SIM_RTO_NS)
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
	bool abandoned; /* the user closed and reads no more */
	uint8_t ttl;	/* that the user wants; 0: none in particular */
	bool drained;	/* what comes is read at once, and forgotten */
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
	int64_t limit_ns; /* the user timeout (3.9.1.1), or SIM_NEVER */
	/* When due, or SIM_NEVER. */
	int64_t rto_ns, app_ns, wait_ns, user_ns;
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
	struct sim_app *apps;
	const void *give; /* what SEND takes, while it is called */
	size_t give_len;
	bool quiet;	 /* of choices, one that sends nothing is taken */
	int64_t next_ns; /* no timer is due before */
	uint64_t random;
};

struct sim_service {
	uint16_t port;
	void (*open)(struct sim *sim, struct sim_conn *c);
	void (*data)(struct sim *sim, struct sim_conn *c);
	bool endless; /* sends for ever */
};

/* An endpoint of the application that cases ask to act. */
struct sim_app_key {
	uint8_t family;
	uint16_t tester_port;
};
struct sim_app {
	struct sim_app_key key;
	UT_hash_handle hh;
	uint16_t port; /* the target's */
	/* LISTEN or CLOSED, unless a row is wrong on purpose. */
	enum tcp_state listener;
	int64_t limit_ns;	/* option user-timeout, or SIM_NEVER */
	uint8_t error;		/* enum tp_result that the user was told, or 0 */
	bool busy;		/* with: */
	struct app_request req; /* its data is in: */
	struct buf data;
	int64_t due_ns; /* looks again, or SIM_NEVER */
};

/* sim.c */
void *sim_zalloc(size_t size);
void sim_key_of(const struct sim *sim, uint8_t family, uint16_t lport, uint16_t rport,
		struct sim_key *key);
/* Deletes the TCB if the connection is no more. */
void sim_conn_settle(struct sim *sim, struct sim_conn *c);
struct sim_conn *sim_conn_new(struct sim *sim, const struct sim_key *key);
void sim_timer(struct sim *sim, int64_t *slot, int64_t at_ns);
uint32_t sim_isn(struct sim *sim);
/* The state changes: TIME-WAIT has a timer, and other lists. */
void sim_enter(struct sim *sim, struct sim_conn *c, enum tcp_state state);

/* sim_event.c: a segment (trimmed as the RFC says), or another event. */
void sim_segment(struct sim *sim, struct sim_conn *c, struct segment *s);
/* Returns what the user is told, or NULL. */
const char *sim_call(struct sim *sim, struct sim_conn *c, enum model_event event);
/* SEND with @len octets; the same. */
const char *sim_send(struct sim *sim, struct sim_conn *c, const void *data, size_t len);
/* RECEIVE of all that came; the same. */
const char *sim_receive(struct sim *sim, struct sim_conn *c);
/* A call for what has no connection, and is in @state, which may change; the same. */
const char *sim_call_listener(struct sim *sim, enum tcp_state *state, enum model_event event);
/* The user timeout runs while something is not acknowledged. */
void sim_user_timer(struct sim *sim, struct sim_conn *c);
/* Octets it is ready to take. */
uint32_t sim_window(const struct sim_conn *c);

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

/* sim_app.c */
/* Of the target's port, without a connection. */
enum tcp_state sim_app_state(const struct sim *sim, uint8_t family, uint16_t port);
/* The user timeout of a new connection, or SIM_NEVER. */
int64_t sim_app_limit(struct sim *sim, const struct sim_key *key);
void sim_app_signal(struct sim *sim, const struct sim_conn *c, const char *signal);
void sim_app_ask(void *arg, struct vlink *v, int64_t now_ns, const struct app_request *req);
void sim_app_end(void *arg, struct vlink *v, int64_t now_ns, uint8_t family,
		 uint16_t tester_port);
/* Calls that wait; returns when the next is due. */
int64_t sim_app_expire(struct sim *sim);
void sim_app_free_all(struct sim *sim);

/* sim_flip.c: makes the row wrong in sim->rows; the row as it is in @state. */
void sim_flip_apply(struct sim *sim);
const struct model_row *sim_flip_row(const struct sim *sim, enum tcp_state state);

#endif
