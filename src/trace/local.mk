# SPDX-License-Identifier: BSD-2-Clause
#
# The append-only facts of a run.

libshakedown_a_SOURCES += \
	%D%/trace.c \
	%D%/trace.h
