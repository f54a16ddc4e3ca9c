# SPDX-License-Identifier: BSD-2-Clause
"""What the tester sent in one run, from its evidence.

    sent.py FILE.pcapng...

A line for each segment of the tester, with the name of the file and the flow, and
without what another run may do otherwise with the same seed: the tester's ports, what
the target chose (so the acknowledgment), checksums, the IP identification, timestamps.
"""
import os
import struct
import sys


def blocks(data):
    at = 0
    while at + 12 <= len(data):
        kind, length = struct.unpack_from("<II", data, at)
        yield kind, data[at + 8:at + length - 4]
        at += length


def options(body):
    """The TCP options, the values of timestamps left out."""
    out, at = [], 0
    while at < len(body):
        kind = body[at]
        if kind < 2 or at + 1 == len(body) or body[at + 1] < 2:
            out.append(str(kind))
            at += 1
            continue
        value = body[at + 2:at + body[at + 1]]
        out.append("%d:%s" % (kind, "" if kind == 8 else value.hex()))
        at += body[at + 1]
    return ",".join(out)


def segment(ip):
    """Source address, TCP header and what follows."""
    if ip[0] >> 4 == 4:
        return ip[12:16], ip[(ip[0] & 15) * 4:]
    return ip[8:24], ip[40:]


def show(name):
    with open(name, "rb") as f:
        data = f.read()
    tester = None
    for kind, body in blocks(data):
        if kind != 6:
            continue
        src, tcp = segment(body[20:20 + struct.unpack_from("<I", body, 12)[0]])
        tester = tester or src
        if src != tester or len(tcp) < 20:
            continue
        dport, seq, _, flags, window, _, urgent = struct.unpack_from(">HIIHHHH", tcp, 2)
        header = max(20, (flags >> 12) * 4)
        print(os.path.basename(name), dport, "%08x" % seq, "%04x" % flags, window, urgent,
              options(tcp[20:header]), tcp[header:].hex())


for arg in sys.argv[1:]:
    show(arg)
