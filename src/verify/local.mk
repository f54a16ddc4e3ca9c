# SPDX-License-Identifier: BSD-2-Clause
#
# Plan, trace and model in, verdict out.

libshakedown_a_SOURCES += \
	%D%/internal.h \
	%D%/verdict.h \
	%D%/verify.c \
	%D%/verify.h \
	%D%/verify_known.c \
	%D%/verify_text.c
