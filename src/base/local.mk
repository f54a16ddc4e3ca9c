# SPDX-License-Identifier: BSD-2-Clause
#
# Diagnostics with marks, buffers, arena, log.

libshakedown_a_SOURCES += \
	%D%/arena.c \
	%D%/arena.h \
	%D%/buf.c \
	%D%/buf.h \
	%D%/diag.c \
	%D%/diag.h \
	%D%/excerpt.c \
	%D%/json.c \
	%D%/json.h \
	%D%/log.c \
	%D%/log.h \
	%D%/nearest.c \
	%D%/utf8.c \
	%D%/utf8.h

unit_tests += tests/unit/test_base
