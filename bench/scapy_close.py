# SPDX-License-Identifier: BSD-2-Clause
"""Handshakes and closes with scapy, one after the other, for bench/peers.c.

usage: scapy_close.py INTERFACE IP MAC TARGET PORT RUNS; prints the seconds taken.
"""
import logging
import sys
import time

logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
from scapy.all import ARP, IP, TCP, Ether, conf, srp1  # noqa: E402

interface, ip, mac, target, port, runs = sys.argv[1:7]
conf.verb = 0
socket = conf.L2socket(iface=interface, filter="tcp and dst host " + ip)
ask = Ether(src=mac, dst="ff:ff:ff:ff:ff:ff") / ARP(psrc=ip, hwsrc=mac, pdst=target)
ether = Ether(src=mac, dst=srp1(ask, iface=interface, timeout=3).hwsrc)


def wait_for(sport, flags):
    """The next segment to sport that has all of flags."""
    while True:
        got = socket.recv()
        if got and TCP in got and got[TCP].dport == sport and got[TCP].flags & flags == flags:
            return got[TCP]


start = time.monotonic()
for n in range(int(runs)):
    sport = 20000 + n
    head = ether / IP(src=ip, dst=target)

    def send(flags, seq, ack):
        socket.send(head / TCP(sport=sport, dport=int(port), flags=flags, seq=seq, ack=ack))

    send("S", 1000, 0)
    irs = wait_for(sport, 0x12).seq
    send("A", 1001, irs + 1)
    send("FA", 1001, irs + 1)
    fin = wait_for(sport, 0x11).seq
    send("A", 1002, fin + 1)
print(time.monotonic() - start)
