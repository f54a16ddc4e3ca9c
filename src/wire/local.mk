# SPDX-License-Identifier: BSD-2-Clause
#
# Total codecs: segment, options, IPv4 and IPv6, Ethernet, ARP and neighbour
# discovery, checksum, sequence arithmetic.

libshakedown_a_SOURCES +=
