# SPDX-License-Identifier: BSD-2-Clause
#
# The reference peer, for tests that need a TCP to talk to; the suite run
# against it; and a table of who notices which fault.

check_LIBRARIES += libpeer.a
libpeer_a_SOURCES = \
	%D%/peer.c \
	%D%/peer.h \
	%D%/peer_app.c \
	%D%/peer_fault.c \
	%D%/peer_open.c \
	%D%/peer_output.c \
	%D%/peer_priv.h \
	%D%/peer_run.c \
	%D%/peer_run.h \
	%D%/peer_segment.c \
	%D%/peer_service.c

check_PROGRAMS += %D%/peer-matrix
tests_peer_peer_matrix_SOURCES = %D%/matrix.c
tests_peer_peer_matrix_LDADD = libpeer.a libshakedown.a $(DEPS_LIBS)

# The peer on real packets, for tests/integration/faulty.sh.
check_PROGRAMS += %D%/peer-live
tests_peer_peer_live_SOURCES = %D%/peer_live.c
tests_peer_peer_live_LDADD = libpeer.a libshakedown.a $(DEPS_LIBS)

EXTRA_DIST += tests/catalogue.tsv tests/clauses.tsv tests/faults.tsv

unit_tests += tests/unit/test_catalogue tests/unit/test_faults tests/unit/test_peer tests/unit/test_share
tests_unit_test_catalogue_LDADD = libpeer.a $(LDADD)
tests_unit_test_faults_LDADD = libpeer.a $(LDADD)
tests_unit_test_peer_LDADD = libpeer.a $(LDADD)
tests_unit_test_share_LDADD = libpeer.a $(LDADD)
