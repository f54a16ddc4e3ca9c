# SPDX-License-Identifier: BSD-2-Clause
#
# Walks a plan along a trace.

libshakedown_a_SOURCES += \
	%D%/app.c \
	%D%/internal.h \
	%D%/walk.h \
	%D%/backlog.c \
	%D%/confirm.c \
	%D%/debt.c \
	%D%/due.c \
	%D%/fence.c \
	%D%/ending.c \
	%D%/finding.c \
	%D%/probe.c \
	%D%/walk.c \
	%D%/want.c
unit_tests += tests/unit/test_app tests/unit/test_fence
