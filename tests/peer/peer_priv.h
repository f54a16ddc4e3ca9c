/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the reference peer share: the connection record (RFC 9293
 * section 3.3.1, from the target's point of view) and who calls whom:
 *
 *	peer.c		packets in, LISTEN and CLOSED, timers
 *	peer_segment.c	RFC 9293 3.10.7.4, check by check
 *	peer_output.c	what is sent, and when it is sent again
 *	peer_open.c	SYN-SENT: RFC 9293 3.10.7.3
 *	peer_service.c	the plain services
 *	peer_app.c	the application that is asked
 *	peer_fault.c	the faults, and the spoiling of segments on the way out
 */
#ifndef PEER_PEER_PRIV_H
#define PEER_PEER_PRIV_H

#include <uthash.h>

#include "peer.h"
#include "wire/segment.h"
#include "wire/testability.h"

#define PEER_NEVER VLINK_NEVER
#define PEER_WINDOW 65535u /* bytes a connection is ready to take, always */
#define PEER_SCALE 2	   /* shift of its window, if negotiated */
#define PEER_RTO_MAX_NS (64 * PEER_RTO_NS)
#define PEER_RTO_NS 1000000000LL /* RFC 6298 2.1: one second, doubled each time */
#define PEER_HELD_MAX 16	 /* segments kept beyond a hole */

/* RFC 9293 3.3.2; LISTEN has no connection here, CLOSED is one to be freed. */
enum peer_state {
	PEER_CLOSED,
	PEER_SYN_SENT,
	PEER_SYN_RECEIVED,
	PEER_ESTABLISHED,
	PEER_FIN_WAIT_1,
	PEER_FIN_WAIT_2,
	PEER_CLOSE_WAIT,
	PEER_CLOSING,
	PEER_LAST_ACK,
	PEER_TIME_WAIT
};

/* Faults in the logic; what each does is in the table of peer_fault.c. */
enum peer_bug {
	BUG_NONE,
	BUG_ABORT_SILENT,
	BUG_ABORT_STAYS,
	BUG_ACCEPTS_BAD_CHECKSUM,
	BUG_ACK_OF_UNSENT_IGNORED,
	BUG_ACK_OF_UNSENT_TAKEN,
	BUG_BAD_OFFSET_TAKEN,
	BUG_CLOSED_ANSWERS_RST,
	BUG_CLOSED_SILENT,
	BUG_CLOSED_SILENT_TO_ACK,
	BUG_CLOSE_AGAIN_ENDS,
	BUG_CLOSING_ENDS,
	BUG_CLOSING_SKIPPED,
	BUG_DATA_REFUSED_IN_FIN_WAIT,
	BUG_DATA_WITHOUT_ACK_TAKEN,
	BUG_DUPLICATE_IGNORED,
	BUG_DUPLICATE_TAKEN,
	BUG_EARLY_DATA_LOST,
	BUG_EARLY_FIN_LOST,
	BUG_EARLY_SEND_LOST,
	BUG_FIN_IGNORED,
	BUG_FIN_RESETS,
	BUG_FIN_WAIT_2_ENDS,
	BUG_FIN_WAIT_2_TIMER,
	BUG_GIVES_UP_EARLY,
	BUG_HOLE_ACKED,
	BUG_ISN_CHANGES,
	BUG_ISN_CONSTANT,
	BUG_ISN_ECHOED,
	BUG_ISN_ECHOED_PLUS_ONE,
	BUG_ISN_STEPS,
	BUG_ISN_ZERO,
	BUG_LAST_ACK_STAYS,
	BUG_LISTEN_ANSWERS_NOTHING,
	BUG_LISTEN_ANSWERS_RST,
	BUG_LISTEN_RST_DEAFENS,
	BUG_LISTENER_STAYS,
	BUG_LISTEN_SILENT_TO_ACK,
	BUG_MSS_ALIGNED_ONLY,
	BUG_MSS_DEFAULT_TOO_LARGE,
	BUG_MSS_IGNORED,
	BUG_NEAR_RST_IGNORED,
	BUG_NEAR_RST_PROCESSED,
	BUG_NO_FIN,
	BUG_NO_BACKOFF,
	BUG_NO_RETRANSMISSION,
	BUG_ODD_SYN_DROPPED,
	BUG_OLD_ACK_DROPS_DATA,
	BUG_OPEN_ACK_OPENS,
	BUG_OPEN_CLOSE_STAYS,
	BUG_OPEN_FIN_RESETS,
	BUG_OPEN_REFUSED_LISTENS,
	BUG_OPEN_RST_BAD_ACK_TAKEN,
	BUG_OPEN_RST_IGNORED,
	BUG_OPEN_RST_NO_ACK_TAKEN,
	BUG_OPEN_SYN_ACK_UNANSWERED,
	BUG_OPEN_SYN_IGNORED,
	BUG_OPEN_SYN_RESETS,
	BUG_OPEN_WRONG_ACK_IGNORED,
	BUG_OPEN_WRONG_ACK_OPENS,
	BUG_RECEIVED_TWICE,
	BUG_RESET_NOT_TOLD,
	BUG_OPTIONS_ON_DATA_DROPPED,
	BUG_OPTION_TWICE_DROPPED,
	BUG_OUT_OF_ORDER_DROPPED,
	BUG_OUT_OF_WINDOW_IGNORED,
	BUG_OUT_OF_WINDOW_OPENS,
	BUG_OVERLAP_TAKEN_TWICE,
	BUG_OWN_FIN_NOT_COUNTED,
	BUG_RST_ACK_NUMBER_CHECKED,
	BUG_RST_ANSWERED,
	BUG_RST_ANYWHERE,
	BUG_RST_DATA_NOT_COUNTED,
	BUG_RST_FIN_NOT_COUNTED,
	BUG_RST_IGNORED,
	BUG_RST_IN_FIN_WAIT_IGNORED,
	BUG_RST_IN_LAST_ACK_IGNORED,
	BUG_RST_IN_SYN_RECEIVED_IGNORED,
	BUG_RST_WITH_DATA_IGNORED,
	BUG_SACK_UNPERMITTED,
	BUG_SCALE_UNLIMITED,
	BUG_SYN_AGAIN_IGNORED,
	BUG_SYN_IN_ESTABLISHED_IGNORED,
	BUG_SYN_IN_ESTABLISHED_REOPENS,
	BUG_SYN_FIN_OVERCOUNTED,
	BUG_SYN_OLD_RESETS,
	BUG_SYN_IN_SYN_RECEIVED_IGNORED,
	BUG_TIMESTAMP_ECHO_RELAPSES,
	BUG_TIMESTAMP_OF_HOLE,
	BUG_TIMESTAMPS_LATER,
	BUG_TIMESTAMPS_LOST,
	BUG_TIME_WAIT_OPENS,
	BUG_WINDOW_UPDATE_IGNORED,
	BUG_TIME_WAIT_SHORT,
	BUG_TIME_WAIT_SILENT,
	BUG_TIME_WAIT_SKIPPED,
	BUG_TIME_WAIT_STAYS,
	BUG_TTL_FIXED,
	BUG_UNALIGNED_SYN_DROPPED,
	BUG_UNKNOWN_OPTION_DROPS,
	BUG_UNREAD_NOT_TOLD,
	BUG_URGENT_DROPPED,
	BUG_USER_TIMEOUT_IGNORED,
	BUG_WINDOW_SHRINKS,
	BUG_WRONG_ACK_ENDS,
	BUG_WRONG_ACK_IGNORED,
	BUG_WRONG_ACK_OPENS,
	BUG_N
};

struct peer_key {
	uint16_t lport, rport;
	struct ip_addr local, remote;
};

/* A segment beyond a hole. */
struct peer_held {
	uint32_t seq, len;
	bool fin;
	uint8_t *data;
};

struct peer_conn {
	struct peer_key key;
	UT_hash_handle hh;
	enum peer_state state;
	const struct peer_service *service;
	struct peer_app *app; /* whose connection it is, or NULL */
	bool active;	      /* opened by this end */
	uint8_t error;	      /* enum tp_result: what its user is told */
	uint8_t ttl;	      /* that its user wants; 0: none in particular */

	uint32_t iss, snd_una, snd_nxt, snd_wnd, snd_wl1, snd_wl2, max_snd_wnd;
	uint32_t irs, rcv_nxt, rcv_wnd, last_ack_sent;
	uint32_t send_mss, cwnd;
	bool ts_on, scale_on, sack_on;
	bool syn_data; /* its SYN had data */
	uint8_t snd_shift, rcv_shift;
	uint32_t ts_recent, ts_first;

	uint8_t *out; /* what the service sent and nobody acknowledged */
	uint32_t out_len, out_cap;
	uint32_t out_seq; /* sequence number of out[0] */
	bool closing;	  /* the service closed its side */
	bool fin_sent, fin_received;
	uint32_t fin_seq;

	uint8_t *in; /* for the service, until it acts */
	uint32_t in_len, in_cap;
	bool in_open, in_eof; /* news for it */

	struct peer_held held[PEER_HELD_MAX];
	unsigned int n_held;

	bool ack_pending, ack_at_once;
	unsigned int retries;
	unsigned int n_segments; /* sent so far */
	/* When due, or PEER_NEVER. */
	int64_t rto_ns, app_ns, ack_ns, wait_ns, user_ns;
	int64_t challenged_ns; /* last challenge ACK, for throttling */
};

/* The application's end of a run: all that has to do with a port of the tester. */
struct peer_app_key {
	uint16_t family, tester_port;
};
struct peer_app {
	struct peer_app_key key;
	UT_hash_handle hh;
	uint16_t target_port;
	bool listens;
	struct peer_conn *conn; /* or NULL */
	int64_t limit_ns;	/* user timeout, or 0 */
	bool eof;
	uint8_t error; /* of a connection that is gone, until asked for */
	uint8_t *got;  /* received, and not asked for yet */
	uint32_t n_got;
	bool asked; /* a call waits */
	struct app_request req;
};

struct peer {
	struct peer_config cfg;
	struct vlink *v; /* during a callback */
	int64_t now_ns;
	struct peer_conn *conns;
	struct peer_app *apps;
	int64_t next_ns; /* no timer is due before */
	uint64_t random;
	int64_t challenge_second; /* in which so many challenge ACKs were sent */
	unsigned int challenged;
	bool deaf;	       /* BUG_LISTEN_RST_DEAFENS happened */
	uint8_t opened[65536]; /* connections so far, by the tester's port */
};

/* A plain service: what it does when a connection opens, data comes, EOF. */
struct peer_service {
	uint16_t port;
	void (*on_open)(struct peer_conn *c);
	void (*on_data)(struct peer_conn *c, const uint8_t *data, uint32_t len);
	bool endless; /* sends for ever */
};

static inline bool peer_has(const struct peer *p, enum peer_bug bug)
{
	return p->cfg.fault && p->cfg.fault->bug == (int)bug;
}

/* peer.c */
void peer_conn_timer(struct peer *p, int64_t *slot, int64_t at_ns);
struct peer_conn *peer_conn_new(struct peer *p, const struct segment *syn);
/* What the other end's SYN offers, as far as this end does too. */
void peer_options_take(struct peer *p, struct peer_conn *c, const struct segment *syn);
/* A connection in SYN-SENT. */
struct peer_conn *peer_conn_open(struct peer *p, const struct peer_key *key);
/* Deletes the record; nothing is sent. */
void peer_conn_drop(struct peer *p, struct peer_conn *c);
void *peer_realloc(void *mem, size_t size);

/* peer_open.c */
void peer_syn_sent(struct peer *p, struct peer_conn *c, struct segment *s);

/* peer_app.c */
extern const struct peer_service peer_app_service;
/* Whether an application listens on the port of @s, for whomever. */
bool peer_app_listens(const struct peer *p, const struct segment *s);
/* The end that listens where @s, a SYN, goes; or NULL. */
struct peer_app *peer_app_listening(struct peer *p, const struct segment *s);
/* The connection is gone. */
void peer_app_conn_gone(struct peer *p, struct peer_conn *c);
/* Something may have come that a call waits for. */
void peer_app_news(struct peer *p, struct peer_app *a);
/* Calls whose time is over; returns when the next one is. */
int64_t peer_app_expire(struct peer *p);
void peer_app_call(void *arg, struct vlink *v, int64_t now_ns, const struct app_request *req);
void peer_app_end(void *arg, struct vlink *v, int64_t now_ns, uint8_t family,
		  uint16_t tester_port);
void peer_app_free_all(struct peer *p);

/* peer_segment.c */
void peer_segment(struct peer *p, struct peer_conn *c, struct segment *s);

/* peer_service.c */
const struct peer_service *peer_service_find(uint16_t port);
/* The service acts on what has come; true if anything had. */
bool peer_service_run(struct peer *p, struct peer_conn *c);
void peer_service_refill(struct peer_conn *c);

/* peer_output.c */
void peer_send_syn_ack(struct peer *p, struct peer_conn *c, bool again);
/* <SEQ=ISS><CTL=SYN>: an active OPEN (3.10.1). */
void peer_send_syn(struct peer *p, struct peer_conn *c, bool again);
/* <SEQ=SND.NXT><CTL=RST>: ABORT (3.10.5). */
void peer_send_abort(struct peer *p, struct peer_conn *c);
/* <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, now. */
void peer_send_ack(struct peer *p, struct peer_conn *c);
/* The same as an answer to an unacceptable segment @cause; may be throttled. */
void peer_send_challenge(struct peer *p, struct peer_conn *c, const struct segment *cause);
/* A reset for @cause as RFC 9293 3.10.7.1 forms it. */
void peer_send_reset(struct peer *p, const struct segment *cause);
/* Sends what may be sent: data, FIN, or a pending ACK. */
void peer_output(struct peer *p, struct peer_conn *c);
void peer_retransmit(struct peer *p, struct peer_conn *c);
/* The user timeout runs while the retransmission timer does. */
void peer_user_arm(struct peer *p, struct peer_conn *c);
void peer_retransmit_front(struct peer *p, struct peer_conn *c);
bool peer_fin_acked(const struct peer_conn *c);

/* A segment about to leave. */
struct peer_emission {
	struct segment s;
	const struct peer_conn *conn; /* NULL: none */
	const struct segment *cause;  /* what it answers, or NULL */
	bool again;		      /* a retransmission */
	bool challenge;
	int64_t delay_ns;
	unsigned int copies;
	uint8_t data[2048]; /* a copy, when the data is spoilt */
};
void peer_fault_spoil(const struct peer *p, struct peer_emission *e);

#endif
