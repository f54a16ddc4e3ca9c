# SPDX-License-Identifier: BSD-2-Clause
#
# Walks a plan along a trace.

libshakedown_a_SOURCES += \
	%D%/app.c \
	%D%/backlog.c \
	%D%/internal.h \
	%D%/walk.h \
	%D%/finding.c \
	%D%/probe.c \
	%D%/walk.c
