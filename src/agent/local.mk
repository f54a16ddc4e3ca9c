# SPDX-License-Identifier: BSD-2-Clause
#
# The second program: it runs on the host of the target, so it needs nothing
# but the C library.

libshakedown_a_SOURCES += \
	%D%/conn.c \
	%D%/conn.h \
	%D%/loop.c \
	%D%/loop.h \
	%D%/options.c \
	%D%/options.h \
	%D%/server.c \
	%D%/server.h \
	%D%/service.c \
	%D%/service.h \
	%D%/sock.c \
	%D%/sock.h

sbin_PROGRAMS += shakedown-agent
shakedown_agent_SOURCES = %D%/main.c
shakedown_agent_LDADD = libshakedown.a

unit_tests += tests/unit/test_agent
