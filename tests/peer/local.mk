# SPDX-License-Identifier: BSD-2-Clause
#
# The reference peer, for tests that need a TCP to talk to.

check_LIBRARIES += libpeer.a
libpeer_a_SOURCES = \
	%D%/peer.c \
	%D%/peer.h \
	%D%/peer_fault.c \
	%D%/peer_output.c \
	%D%/peer_priv.h \
	%D%/peer_segment.c \
	%D%/peer_service.c

unit_tests += tests/unit/test_peer
tests_unit_test_peer_LDADD = libpeer.a $(LDADD)
