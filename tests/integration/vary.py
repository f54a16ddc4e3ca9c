# SPDX-License-Identifier: BSD-2-Clause
"""The same capture, as others might have taken it.

    vary.py KIND IN.pcap OUT.pcap

holes    a frame in twenty was not captured
late     the first third was not captured
short    only 60 octets of each frame were kept
oneway   only the frames of the first frame's sender
swapped  a frame in ten stands after the one behind it
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


def main():
    kind, source, target = sys.argv[1:]
    random.seed(1)
    with open(source, "rb") as f:
        data = f.read()
    with open(target, "wb") as f:
        f.write(data[:24])
        for sec, sub, octets, full in vary(kind, list(frames(data))):
            f.write(struct.pack("<IIII", sec, sub, len(octets), full) + octets)


main()
