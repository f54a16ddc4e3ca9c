# SPDX-License-Identifier: BSD-2-Clause
#
# Total codecs: segment, options, IPv4 and IPv6, Ethernet, ARP and neighbour
# discovery, checksum, sequence arithmetic.

libshakedown_a_SOURCES += \
	%D%/app.c \
	%D%/app.h \
	%D%/checksum.c \
	%D%/checksum.h \
	%D%/cursor.h \
	%D%/frame.c \
	%D%/frame.h \
	%D%/neigh.c \
	%D%/path_rule.c \
	%D%/path_rule.h \
	%D%/segment.c \
	%D%/segment.h \
	%D%/segment_decode.c \
	%D%/segment_text.c \
	%D%/seq.h \
	%D%/tcpopt.c \
	%D%/testability.c \
	%D%/testability.h

unit_tests += \
	tests/unit/test_wire \
	tests/unit/test_wire_frame \
	tests/unit/test_wire_options \
	tests/unit/test_wire_random
EXTRA_DIST += tests/unit/wire_util.h
