/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plain services: what the target's application does with a connection,
 * so that a tester knows who speaks and who closes first from the port alone.
 * A tester may rely on exactly this:
 *
 * echo (RFC 862)
 *	Sends back what it reads.  On the peer's FIN it sends what is left and
 *	then closes: its FIN follows the last byte.  A segment with data and FIN
 *	is answered with the data first, then the FIN.
 * discard (RFC 863)
 *	Reads and never sends.  On the peer's FIN it closes.
 * chargen (RFC 864)
 *	Sends the rotating pattern from the start, line 1 first, for as long as
 *	the peer's window lets it, and throws away what it reads.  On the peer's
 *	FIN it closes: its FIN follows what was queued by then, at most 64 KiB
 *	that are not acknowledged yet.
 * daytime (RFC 867)
 *	Sends one line at once, in one segment, and its FIN right after it:
 *	the target is the one who closes first.  From then on it reads and
 *	throws away, so that data is accepted and acknowledged in FIN-WAIT-2,
 *	and closes on the peer's FIN.
 *
 * Whoever closes on the peer's FIN has that FIN acknowledged by itself first,
 * where the system can do that (Linux): the close takes four segments, and the
 * step to CLOSE-WAIT shows.  A FIN that has to wait for the peer's window may
 * ride on the last segment of data.
 *
 * None of them answers a reset, and none keeps data of its own but the part of
 * an echo that the peer's window does not take; while there is such a part,
 * echo does not read, so its receive window closes.
 *
 * A service only uses the functions below, not sockets: conn.c has them on the
 * system's own, and the port to another stack has them on that.
 */
#ifndef AGENT_SERVICE_H
#define AGENT_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct agent_conn;

struct agent_service {
	const char *name;
	uint16_t port;	/* as assigned by IANA */
	bool talkative; /* always has more to send */

	/* The connection is established. */
	void (*on_open)(struct agent_conn *c);
	/* @len > 0 bytes were read. */
	void (*on_data)(struct agent_conn *c, const uint8_t *data, size_t len);
	/* The peer's FIN was read: nothing more will come. */
	void (*on_eof)(struct agent_conn *c);
	/* There is room to send; only asked for by agent_conn_want_room(). */
	void (*on_writable)(struct agent_conn *c);
};

enum agent_service_id {
	AGENT_ECHO,
	AGENT_DISCARD,
	AGENT_CHARGEN,
	AGENT_DAYTIME,
	AGENT_N_SERVICES
};

/* All services, by enum agent_service_id. */
extern const struct agent_service agent_services[AGENT_N_SERVICES];

/* Bytes after which the chargen pattern repeats: 95 lines of 72 and CR LF. */
#define AGENT_CHARGEN_PERIOD (95 * 74)

/* Writes one period of the pattern to @out, AGENT_CHARGEN_PERIOD bytes. */
void agent_chargen_fill(uint8_t *out);

/*
 * Writes the daytime line for @unix_time with CR LF and NUL to @out, as in
 * "Monday, February 22, 1982 17:37:43-UTC".  Returns its length, 0 if @size
 * is too small.
 */
size_t agent_daytime_format(int64_t unix_time, char *out, size_t size);

/* What a service may do.  After any of these the connection may have ended. */

/*
 * Sends all of @data, now or as the peer's window opens; until it is gone
 * nothing more is read.  @data is copied as needed.
 */
void agent_conn_send(struct agent_conn *c, const uint8_t *data, size_t len);

/* Sends what fits now; returns how much that was.  Not with data pending. */
size_t agent_conn_offer(struct agent_conn *c, const uint8_t *data, size_t len);

/* From now on calls on_writable whenever there is room. */
void agent_conn_want_room(struct agent_conn *c);

/* Sends FIN after everything pending, and goes on reading. */
void agent_conn_finish(struct agent_conn *c);

/* Closes after everything pending was sent; nothing more is read. */
void agent_conn_close(struct agent_conn *c);

/* A number the service may keep with the connection, 0 at first. */
uint32_t *agent_conn_cursor(struct agent_conn *c);

#endif
