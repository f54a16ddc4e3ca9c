# SPDX-License-Identifier: BSD-2-Clause
#
# lwIP on a TAP interface, for make check where the library is there.

EXTRA_DIST += \
	%D%/README.md \
	%D%/profile.yaml

if LWIP
check_PROGRAMS += %D%/lwip-target
endif
%C%_lwip_target_SOURCES = \
	%D%/main.c \
	%D%/services.c \
	%D%/services.h \
	%D%/stack.c \
	%D%/stack.h \
	%D%/tap.c \
	%D%/tap.h
%C%_lwip_target_CFLAGS = $(LWIP_CFLAGS) $(AM_CFLAGS)
%C%_lwip_target_LDADD = libshakedown.a $(LWIP_LIBS)
