# SPDX-License-Identifier: BSD-2-Clause
#
# Compares a segment with an expectation, field by field.

unit_tests += tests/unit/test_match

libshakedown_a_SOURCES += \
	%D%/build.h \
	%D%/match.h \
	%D%/tcb.h \
	%D%/build.c \
	%D%/match.c \
	%D%/tcb.c
