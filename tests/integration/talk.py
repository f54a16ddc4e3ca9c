# SPDX-License-Identifier: BSD-2-Clause
"""Conversations for captures that curl and the like do not have.

    talk.py serve ADDR PORT             answers until killed
    talk.py meet ADDR N                 opens N connections that the other end opens too
    talk.py rude ADDR PORT CLOSED N     N of each kind of conversation with that

The server reads a line "SEND n", "SINK" or "RESET" and does so: sends n octets
and closes, reads up to the end and closes, or resets after the first octets.
The rude client resets, leaves data unread, half-closes, stops reading until the
window is shut, asks at a closed port, uses a source port again at once, speaks in its
SYN, and opens connections that the other end opens at the same time.
"""
import os
import select
import socket
import struct
import sys
import threading
import time

LINGER_0 = struct.pack("ii", 1, 0)


def answer(conn):
    try:
        line = b""
        while not line.endswith(b"\n"):
            got = conn.recv(1)
            if not got:
                conn.close()
                return
            line += got
        words = line.split()
        if words[0] == b"SEND":
            conn.sendall(b"x" * int(words[1]))
        elif words[0] == b"SINK":
            while conn.recv(65536):
                pass
            conn.sendall(b"y" * 3000)
        elif words[0] == b"RESET":
            conn.sendall(b"z" * 5000)
            conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
    except OSError:
        pass
    conn.close()


def serve(addr, port):
    family = socket.AF_INET6 if ":" in addr else socket.AF_INET
    s = socket.create_server((addr, port), family=family, backlog=128)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 64)
    print("ready", flush=True)
    while True:
        conn, _ = s.accept()
        threading.Thread(target=answer, args=(conn,), daemon=True).start()


def connect(addr, port, **kw):
    s = socket.socket(socket.AF_INET6 if ":" in addr else socket.AF_INET)
    s.settimeout(30)
    if "rcvbuf" in kw:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, kw["rcvbuf"])
    if "source" in kw:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("", kw["source"]))
    s.connect((addr, port))
    return s


def reset(addr, port, i):
    """Resets in the middle of what it reads."""
    s = connect(addr, port)
    s.sendall(b"SEND 200000\n")
    s.recv(1000)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
    s.close()


def unread(addr, port, i):
    """Closes with data unread."""
    s = connect(addr, port)
    s.sendall(b"SEND 50000\n")
    s.recv(1)
    select.select([s], [], [], 10)
    s.close()


def half_close(addr, port, i):
    """Closes its side and goes on reading."""
    s = connect(addr, port)
    s.sendall(b"SINK\n" + b"d" * 40000)
    s.shutdown(socket.SHUT_WR)
    while s.recv(65536):
        pass
    s.close()


def slow(addr, port, i):
    """Stops reading for so long that the window is shut, and is slow from then on."""
    s = connect(addr, port, rcvbuf=4096)
    s.sendall(b"SEND 60000\n")
    time.sleep(0.7)
    while s.recv(2000):
        time.sleep(0.002)
    s.close()


def is_reset(addr, port, i):
    """Is reset by the server."""
    s = connect(addr, port)
    s.sendall(b"RESET\n")
    while s.recv(65536):
        pass
    s.close()


def again(addr, port, i):
    """The same source port twice; a reset makes it free at once."""
    for _ in range(2):
        s = connect(addr, port, source=20000 + i)
        s.sendall(b"SEND 3000\n")
        s.recv(3000)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
        s.close()


def both(addr, port, i):
    """A lot in both directions at a time."""
    s = connect(addr, port)
    s.sendall(b"SINK\n")
    for _ in range(20):
        s.sendall(b"b" * 10000)
    s.shutdown(socket.SHUT_WR)
    while s.recv(65536):
        pass
    s.close()


def fast(addr, port, i):
    """Says something in its SYN (RFC 7413), from the second time on."""
    for _ in range(2):
        s = socket.socket(socket.AF_INET6 if ":" in addr else socket.AF_INET)
        s.settimeout(30)
        s.sendto(b"SEND 9000\n", socket.MSG_FASTOPEN, (addr, port))
        while s.recv(65536):
            pass
        s.close()


def at_once(addr, port, i):
    """Both ends open: each binds, and connects to the other (RFC 9293 3.5)."""
    s = socket.socket()
    s.settimeout(20)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", 31000 + i))
    s.connect((addr, 32000 + i))
    s.sendall(b"u" * 3000)
    s.shutdown(socket.SHUT_WR)
    while s.recv(65536):
        pass
    s.close()


def meet(addr, n):
    """The other side of at_once(): calls until each has come."""
    def call(i):
        for _ in range(200):
            s = socket.socket()
            s.settimeout(1)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("", 32000 + i))
                s.connect((addr, 31000 + i))
                s.sendall(b"v" * 3000)
                while s.recv(65536):
                    pass
                s.close()
                return
            except OSError:
                s.close()
                time.sleep(0.001)
    threads = [threading.Thread(target=call, args=(i,), daemon=True) for i in range(n)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(20)


def refused(addr, port, i):
    connect(addr, port)


def attempt(kind, addr, port, i):
    try:
        kind(addr, port, i)
    except OSError:
        pass


def rude(addr, port, closed, n):
    kinds = [reset, unread, half_close, slow, is_reset, again, both, fast]
    if ":" not in addr and "NOT_AT_ONCE" not in os.environ:
        kinds.append(at_once)
    threads = []
    for i in range(n):
        for kind in kinds:
            threads.append(threading.Thread(target=attempt, args=(kind, addr, port, i)))
        threads.append(threading.Thread(target=attempt, args=(refused, addr, closed, i)))
    for batch in range(0, len(threads), 24):
        for t in threads[batch:batch + 24]:
            t.start()
        for t in threads[batch:batch + 24]:
            t.join()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2], int(sys.argv[3]))
    elif sys.argv[1] == "meet":
        meet(sys.argv[2], int(sys.argv[3]))
    else:
        rude(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
