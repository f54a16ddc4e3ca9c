# SPDX-License-Identifier: BSD-2-Clause
"""The same capture, as others might have taken it.

    vary.py KIND IN.pcap OUT.pcap

holes    a frame in twenty was not captured
late     the first third was not captured
short    only 60 octets of each frame were kept
oneway   only the frames of the first frame's sender
swapped  a frame in ten stands after the one behind it
vlan, qinq, sll, sll2, raw, null, loop, ip
         with another header in front of the IP packets
nano     stamps count nanoseconds
big      written on a big-endian machine
spoilt   a reserved bit is set in the ninth frame, and its checksum kept right
"""
import random
import struct
import sys


def frames(data):
    at = 24
    while at + 16 <= len(data):
        sec, sub, cap, full = struct.unpack_from("<IIII", data, at)
        yield [sec, sub, data[at + 16:at + 16 + cap], full]
        at += 16 + cap


def swapped(all_frames):
    out = list(all_frames)
    for i in range(len(out) - 1):
        if random.random() < 0.1:
            out[i], out[i + 1] = out[i + 1], out[i]
            # the stamps go on upwards
            out[i][:2], out[i + 1][:2] = out[i + 1][:2], out[i][:2]
    return out


def vary(kind, all_frames):
    if kind == "holes":
        return [f for f in all_frames if random.random() >= 0.05]
    if kind == "late":
        return all_frames[len(all_frames) // 3:]
    if kind == "short":
        return [[f[0], f[1], f[2][:60], f[3]] for f in all_frames]
    if kind == "oneway":
        return [f for f in all_frames if f[2][6:12] == all_frames[0][2][6:12]]
    return swapped(all_frames)


# link type, and the header for an Ethernet type
HEADERS = {
    "vlan": (1, lambda t: bytes(12) + b"\x81\0\0\7" + t),
    "qinq": (1, lambda t: bytes(12) + b"\x88\xa8\0\7\x81\0\0\x08" + t),
    "sll": (113, lambda t: bytes(14) + t),
    "sll2": (276, lambda t: t + bytes(18)),
    "raw": (101, lambda t: b""),
    "null": (0, lambda t: b"\2\0\0\0" if t == b"\x08\0" else b"\x1e\0\0\0"),
    "loop": (108, lambda t: b"\0\0\0\2" if t == b"\x08\0" else b"\0\0\0\x18"),
    "ip": (228, lambda t: b""),
}


def reframed(kind, all_frames):
    header = HEADERS[kind][1]
    for f in all_frames:
        octets = header(f[2][12:14]) + f[2][14:]
        yield [f[0], f[1], octets, f[3] + len(octets) - len(f[2])]


def spoilt(all_frames):
    octets = bytearray(all_frames[8][2])
    at = 14 + (octets[14] & 15) * 4
    octets[at + 12] |= 8
    total = struct.unpack_from("!H", octets, at + 16)[0] - 0x0800
    struct.pack_into("!H", octets, at + 16, total % 0xffff)
    all_frames[8][2] = bytes(octets)
    return all_frames


def main():
    kind, source, target = sys.argv[1:]
    order, link, scale, magic = "<", 1, 1, 0xa1b2c3d4
    random.seed(1)
    with open(source, "rb") as f:
        data = f.read()
    out = list(frames(data))
    if kind in HEADERS:
        link = HEADERS[kind][0]
        out = reframed(kind, out)
    elif kind == "nano":
        scale, magic = 1000, 0xa1b23c4d
    elif kind == "big":
        order = ">"
    elif kind == "spoilt":
        out = spoilt(out)
    else:
        out = vary(kind, out)
    with open(target, "wb") as f:
        f.write(struct.pack(order + "IHHIIII", magic, 2, 4, 0, 0, 262144, link))
        for sec, sub, octets, full in out:
            f.write(struct.pack(order + "IIII", sec, sub * scale, len(octets), full) + octets)


main()
