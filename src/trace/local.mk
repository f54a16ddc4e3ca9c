# SPDX-License-Identifier: BSD-2-Clause
#
# The append-only facts of a run.

libshakedown_a_SOURCES += \
	%D%/evidence.c \
	%D%/evidence.h \
	%D%/evidence_read.c \
	%D%/evidence_text.c \
	%D%/evidence_text.h \
	%D%/pcapng.c \
	%D%/pcapng.h \
	%D%/trace.c \
	%D%/trace.h

unit_tests += tests/unit/test_trace
