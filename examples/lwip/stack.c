/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of agent/stack.h on lwIP: see stack.h.
 *
 * lwIP frees a connection by itself when it is over, and tells so only if that
 * was by an error.  So a socket lets go of its connection (detach()) as soon as
 * both sides are closed: what is left of it is lwIP's business.
 */
#include "stack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <lwip/tcp.h>

/* Of lwIP's send queue, at which it is worth while to be told of room. */
#define QUEUE_LOW (TCP_SND_QUEUELEN / 2)

struct socket {
	struct lwip_stack *stack;
	struct agent_upper_socket *owner;
	struct tcp_pcb *pcb; /* NULL: over, or lwIP's own business */
	struct pbuf *rx;     /* received, not read; NULL if none */
	int error;	     /* -errno, to be told once */
	unsigned int watched;
	bool ipv6, listening, connecting;
	bool eof;  /* the peer's FIN came, or an error */
	bool shut; /* our FIN was asked for */
	bool reset_on_close;
	bool closed; /* by the owner: to be freed */
	bool queued; /* in changed */
	TAILQ_HEAD(, socket)
	waiting; /* listener: connections not accepted yet */
	TAILQ_ENTRY(socket)
	wait_link;
	TAILQ_ENTRY(socket)
	link; /* in changed */
};

/* Sockets of which something may have to be told. */
static TAILQ_HEAD(, socket) changed = TAILQ_HEAD_INITIALIZER(changed);
static size_t n_changed;

static void touch(struct socket *s)
{
	if (s->queued)
		return;
	s->queued = true;
	TAILQ_INSERT_TAIL(&changed, s, link);
	n_changed++;
}

/* What holds */

static bool has_room(const struct socket *s)
{
	if (s->connecting)
		return false;
	/* To write to what is over tells why. */
	return !s->pcb || s->shut ||
		(tcp_sndbuf(s->pcb) >= TCP_MSS && tcp_sndqueuelen(s->pcb) < QUEUE_LOW);
}

static unsigned int what_holds(const struct socket *s)
{
	if (s->listening)
		return TAILQ_EMPTY(&s->waiting) ? 0 : AGENT_STACK_READABLE;
	return (s->rx || s->eof || s->error ? AGENT_STACK_READABLE : 0u) |
		(has_room(s) || s->error ? AGENT_STACK_WRITABLE : 0u) |
		(s->error || (s->eof && s->shut) ? AGENT_STACK_BROKEN : 0u);
}

static unsigned int what_to_tell(const struct socket *s)
{
	return s->watched ? what_holds(s) & (s->watched | AGENT_STACK_BROKEN) : 0;
}

static void tell(struct socket *s)
{
	unsigned int events = s->closed ? 0 : what_to_tell(s);

	if (events)
		s->stack->ready(s->owner, events);
	if (!s->closed && what_to_tell(s))
		touch(s);
	/* One that was closed by whom it told is in the queue once more. */
	if (s->closed && !s->queued)
		free(s);
}

bool stack_dispatch(void)
{
	for (size_t n = n_changed; n > 0; n--) {
		struct socket *s = TAILQ_FIRST(&changed);

		TAILQ_REMOVE(&changed, s, link);
		n_changed--;
		s->queued = false;
		tell(s);
	}
	return n_changed > 0;
}

/* Errors and addresses */

static int errno_of(err_t err)
{
	static const struct {
		err_t err;
		int error;
	} table[] = {
		{ ERR_OK, 0 },
		{ ERR_MEM, ENOBUFS },
		{ ERR_BUF, EADDRINUSE }, /* tcp_connect() without a free port */
		{ ERR_RTE, ENETUNREACH },
		{ ERR_VAL, EINVAL },
		{ ERR_USE, EADDRINUSE },
		{ ERR_ALREADY, EALREADY },
		{ ERR_ISCONN, EISCONN },
		{ ERR_CONN, ENOTCONN },
		{ ERR_ABRT, ETIMEDOUT }, /* it gave up */
		{ ERR_RST, ECONNRESET },
		{ ERR_CLSD, 0 },
		{ ERR_ARG, EINVAL },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].err == err)
			return -table[i].error;
	return -EIO;
}

static void ip_make(ip_addr_t *ip, const struct tp_addr *addr)
{
	memset(ip, 0, sizeof(*ip));
	if (addr->len == 4) {
		IP_SET_TYPE(ip, IPADDR_TYPE_V4);
		memcpy(&ip_2_ip4(ip)->addr, addr->ip, 4);
		return;
	}
	IP_SET_TYPE(ip, IPADDR_TYPE_V6);
	memcpy(ip_2_ip6(ip)->addr, addr->ip, 16);
	ip6_addr_assign_zone(ip_2_ip6(ip), IP6_UNICAST, netif_default);
}

static void ip_read(const ip_addr_t *ip, bool ipv6, struct tp_addr *addr)
{
	addr->len = ipv6 ? 16 : 4;
	memcpy(addr->ip, ipv6 ? (const void *)ip_2_ip6(ip)->addr : &ip_2_ip4(ip)->addr,
	       addr->len);
}

/* Callbacks of lwIP */

static void detach(struct socket *s)
{
	struct tcp_pcb *pcb = s->pcb;

	s->pcb = NULL;
	if (!pcb)
		return;
	tcp_arg(pcb, NULL);
	if (s->listening)
		return;
	tcp_recv(pcb, NULL);
	tcp_sent(pcb, NULL);
	tcp_err(pcb, NULL);
}

static err_t on_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	struct socket *s = arg;

	(void)err;
	touch(s);
	if (p) {
		if (s->rx)
			pbuf_cat(s->rx, p);
		else
			s->rx = p;
		return ERR_OK;
	}
	s->eof = true;
	if (s->shut || pcb->state == TIME_WAIT)
		detach(s);
	return ERR_OK;
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t len)
{
	(void)pcb;
	(void)len;
	touch(arg);
	return ERR_OK;
}

/* The connection is gone already. */
static void on_error(void *arg, err_t err)
{
	struct socket *s = arg;

	s->pcb = NULL;
	s->error = errno_of(err);
	if (s->connecting && err == ERR_RST)
		s->error = -ECONNREFUSED;
	s->connecting = false;
	s->eof = s->shut = true;
	touch(s);
}

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
	struct socket *s = arg;

	(void)pcb;
	(void)err;
	s->connecting = false;
	touch(s);
	return ERR_OK;
}

static struct socket *socket_new(struct lwip_stack *stack, struct agent_upper_socket *owner,
				 bool ipv6, struct tcp_pcb *pcb)
{
	struct socket *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->stack = stack;
	s->owner = owner;
	s->ipv6 = ipv6;
	s->pcb = pcb;
	TAILQ_INIT(&s->waiting);
	tcp_arg(pcb, s);
	tcp_recv(pcb, on_received);
	tcp_sent(pcb, on_sent);
	tcp_err(pcb, on_error);
	return s;
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	struct socket *listener = arg, *s;

	if (err != ERR_OK || !pcb)
		return ERR_VAL;
	s = socket_new(listener->stack, NULL, listener->ipv6, pcb);
	if (!s)
		return ERR_MEM;
	TAILQ_INSERT_TAIL(&listener->waiting, s, wait_link);
	touch(listener);
	return ERR_OK;
}

/* Life and death */

static int stack_open(void *stack, struct agent_upper_socket *owner, bool ipv6, void **sock)
{
	struct tcp_pcb *pcb = tcp_new_ip_type(ipv6 ? IPADDR_TYPE_V6 : IPADDR_TYPE_V4);

	*sock = pcb ? socket_new(stack, owner, ipv6, pcb) : NULL;
	if (*sock) {
		ip_set_option(pcb, SOF_REUSEADDR);
		return 0;
	}
	if (pcb)
		tcp_abort(pcb);
	return -ENOMEM;
}

/* With octets that nobody read lwIP makes a reset of it (RFC 9293 3.10.4). */
static void end(struct socket *s, bool abort)
{
	struct tcp_pcb *pcb = s->pcb;

	detach(s);
	if (pcb && abort && !s->listening)
		tcp_abort(pcb);
	else if (pcb)
		tcp_close(pcb);
	if (s->rx)
		pbuf_free(s->rx);
	s->rx = NULL;
	s->closed = true;
	touch(s);
}

static void stack_close(void *stack, void *sock, bool abort)
{
	struct socket *s = sock, *w;

	(void)stack;
	while ((w = TAILQ_FIRST(&s->waiting))) {
		TAILQ_REMOVE(&s->waiting, w, wait_link);
		end(w, true);
	}
	end(s, abort || s->reset_on_close);
}

static int stack_watch(void *stack, void *sock, unsigned int events)
{
	struct socket *s = sock;

	(void)stack;
	s->watched = events;
	touch(s);
	return 0;
}

/* Connections */

static int stack_bind(void *stack, void *sock, const struct tp_addr *addr, uint16_t port)
{
	struct socket *s = sock;
	ip_addr_t ip;

	(void)stack;
	ip_make(&ip, addr);
	return s->pcb ? errno_of(tcp_bind(s->pcb, &ip, port)) : -EINVAL;
}

/* lwIP puts another, smaller connection block in place of this one. */
static int stack_listen(void *stack, void *sock, unsigned int backlog)
{
	struct socket *s = sock;
	struct tcp_pcb *pcb;
	err_t err = ERR_VAL;

	(void)stack;
	if (s->listening)
		return 0;
	if (!s->pcb)
		return -EINVAL;
	pcb = tcp_listen_with_backlog_and_err(s->pcb, (u8_t)LWIP_MIN(backlog, 255u), &err);
	if (!pcb)
		return errno_of(err);
	s->pcb = pcb;
	s->listening = true;
	tcp_arg(pcb, s);
	tcp_accept(pcb, on_accept);
	return 0;
}

static void read_peer(const struct socket *s, struct tp_addr *peer, uint16_t *port)
{
	peer->len = 0;
	*port = 0;
	if (!s->pcb)
		return;
	ip_read(&s->pcb->remote_ip, s->ipv6, peer);
	*port = s->pcb->remote_port;
}

static int stack_accept(void *stack, void *sock, struct agent_upper_socket *owner, void **conn,
			struct tp_addr *peer, uint16_t *port)
{
	struct socket *s = sock, *w = TAILQ_FIRST(&s->waiting);

	(void)stack;
	if (!w)
		return -EAGAIN;
	TAILQ_REMOVE(&s->waiting, w, wait_link);
	if (!w->pcb && w->error) {
		end(w, true);
		return -ECONNABORTED;
	}
	w->owner = owner;
	tcp_nagle_disable(w->pcb);
	read_peer(w, peer, port);
	*conn = w;
	return 0;
}

static int stack_connect(void *stack, void *sock, const struct tp_addr *addr, uint16_t port)
{
	struct socket *s = sock;
	ip_addr_t ip;
	err_t err;

	(void)stack;
	if (!s->pcb || s->listening)
		return -EINVAL;
	if (s->connecting)
		return -EALREADY;
	ip_make(&ip, addr);
	err = tcp_connect(s->pcb, &ip, port, on_connected);
	s->connecting = err == ERR_OK;
	return err == ERR_OK ? -EINPROGRESS : errno_of(err);
}

/* Both halves are the same as to close, after which lwIP may free it any time. */
static int stack_shutdown(void *stack, void *sock, enum agent_stack_half half)
{
	struct socket *s = sock;
	struct tcp_pcb *pcb = s->pcb;
	err_t err;

	(void)stack;
	if (!pcb || s->listening || s->connecting)
		return -ENOTCONN;
	if (half == AGENT_STACK_BOTH) {
		detach(s);
		s->eof = true;
	}
	err = tcp_shutdown(pcb, half != AGENT_STACK_WRITE, half != AGENT_STACK_READ);
	if (half != AGENT_STACK_READ && err == ERR_OK) {
		s->shut = true;
		if (s->eof)
			detach(s);
	}
	touch(s);
	return errno_of(err);
}

static int stack_pending_error(void *stack, void *sock)
{
	struct socket *s = sock;
	int error = s->error;

	(void)stack;
	s->error = 0;
	return error;
}

static int stack_local_address(void *stack, void *sock, struct tp_addr *addr, uint16_t *port)
{
	const struct socket *s = sock;

	(void)stack;
	if (!s->pcb)
		return -ENOTCONN;
	ip_read(&s->pcb->local_ip, s->ipv6, addr);
	*port = s->pcb->local_port;
	return 0;
}

/* Data */

static int error_or(struct socket *s, int otherwise)
{
	int error = stack_pending_error(NULL, s);

	return error ? error : otherwise;
}

/* lwIP refuses what its queue has no room for as a whole. */
static long write_some(struct tcp_pcb *pcb, const uint8_t *data, size_t len)
{
	size_t n = LWIP_MIN(len, tcp_sndbuf(pcb));
	err_t err = ERR_MEM;

	if (n)
		err = tcp_write(pcb, data, (u16_t)n, TCP_WRITE_FLAG_COPY);
	if (err == ERR_MEM && n > TCP_MSS)
		err = tcp_write(pcb, data, (u16_t)(n = TCP_MSS), TCP_WRITE_FLAG_COPY);
	if (err == ERR_MEM)
		return -EAGAIN;
	if (err != ERR_OK)
		return errno_of(err);
	tcp_output(pcb);
	return (long)n;
}

static long stack_send(void *stack, void *sock, const uint8_t *data, size_t len,
		       unsigned int flags)
{
	struct socket *s = sock;

	(void)stack;
	if (flags & AGENT_STACK_URGENT)
		return -EOPNOTSUPP; /* lwIP cannot */
	if (s->connecting)
		return -EAGAIN;
	if (!s->pcb || s->shut || s->listening)
		return error_or(s, -EPIPE);
	return write_some(s->pcb, data, len);
}

static long stack_recv(void *stack, void *sock, uint8_t *data, size_t len)
{
	struct socket *s = sock;
	u16_t n;

	(void)stack;
	if (s->error)
		return error_or(s, 0);
	if (!s->rx)
		return s->eof ? 0 : -EAGAIN;
	n = pbuf_copy_partial(s->rx, data, (u16_t)LWIP_MIN(len, 0xffffu), 0);
	s->rx = pbuf_free_header(s->rx, n);
	if (s->pcb)
		tcp_recved(s->pcb, n);
	return n;
}

/* Options */

static int stack_configure(void *stack, void *sock, enum agent_stack_param param,
			   const uint8_t *value, size_t len)
{
	struct socket *s = sock;

	(void)stack;
	(void)len;
	if (!s->pcb)
		return -EINVAL;
	switch (param) {
	case AGENT_PARAM_TTL:
		s->pcb->ttl = value[0];
		return 0;
	case AGENT_PARAM_TOS:
		s->pcb->tos = value[0];
		return 0;
	case AGENT_PARAM_NAGLE:
		if (value[0])
			tcp_nagle_enable(s->pcb);
		else
			tcp_nagle_disable(s->pcb);
		return 0;
	default:
		return -EINVAL;
	}
}

static void set_flag(struct tcp_pcb *pcb, u8_t flag, bool on)
{
	if (on)
		ip_set_option(pcb, flag);
	else
		ip_reset_option(pcb, flag);
}

static int stack_set_option(void *stack, void *sock, enum agent_stack_option option,
			    uint32_t value)
{
	struct socket *s = sock;
	uint8_t nagle = !value;

	if (!s->pcb)
		return -EINVAL;
	/* What listens has a smaller record, without these. */
	if (s->listening)
		return -ENOPROTOOPT;
	switch (option) {
	case AGENT_OPTION_LINGER:
		s->reset_on_close = value == 0;
		return 0;
	case AGENT_OPTION_NODELAY:
		return stack_configure(stack, sock, AGENT_PARAM_NAGLE, &nagle, 1);
	case AGENT_OPTION_KEEPALIVE:
		set_flag(s->pcb, SOF_KEEPALIVE, value);
		return 0;
	case AGENT_OPTION_KEEPIDLE:
		s->pcb->keep_idle = value * 1000;
		return 0;
	case AGENT_OPTION_KEEPINTVL:
		s->pcb->keep_intvl = value * 1000;
		return 0;
	case AGENT_OPTION_KEEPCNT:
		s->pcb->keep_cnt = value;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

static int stack_get_option(void *stack, void *sock, enum agent_stack_option option,
			    uint32_t *value)
{
	const struct socket *s = sock;

	(void)stack;
	if (!s->pcb || s->listening)
		return -EINVAL;
	switch (option) {
	case AGENT_OPTION_LINGER:
		*value = s->reset_on_close ? 0 : AGENT_LINGER_OFF;
		return 0;
	case AGENT_OPTION_NODELAY:
		*value = tcp_nagle_disabled(s->pcb);
		return 0;
	case AGENT_OPTION_KEEPALIVE:
		*value = ip_get_option(s->pcb, SOF_KEEPALIVE) != 0;
		return 0;
	case AGENT_OPTION_KEEPIDLE:
		*value = s->pcb->keep_idle / 1000;
		return 0;
	case AGENT_OPTION_KEEPINTVL:
		*value = s->pcb->keep_intvl / 1000;
		return 0;
	case AGENT_OPTION_KEEPCNT:
		*value = s->pcb->keep_cnt;
		return 0;
	default:
		return -EINVAL;
	}
}

const struct agent_stack_ops lwip_stack_ops = {
	.open = stack_open,
	.bind = stack_bind,
	.listen = stack_listen,
	.accept = stack_accept,
	.connect = stack_connect,
	.send = stack_send,
	.recv = stack_recv,
	.shutdown = stack_shutdown,
	.close = stack_close,
	.configure = stack_configure,
	.set_option = stack_set_option,
	.get_option = stack_get_option,
	.pending_error = stack_pending_error,
	.local_address = stack_local_address,
	.watch = stack_watch,
};
