# SPDX-License-Identifier: BSD-2-Clause
#
# The conversations in somebody's capture.

libshakedown_a_SOURCES += \
	%D%/conv.c \
	%D%/conv.h \
	%D%/internal.h \
	%D%/judge.c \
	%D%/result.c

unit_tests += tests/unit/test_conv
tests_unit_test_conv_LDADD = libpeer.a $(LDADD)
