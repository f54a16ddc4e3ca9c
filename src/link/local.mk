# SPDX-License-Identifier: BSD-2-Clause
#
# Injection, capture, clock; the lab; links in memory and from a file.

libshakedown_a_SOURCES += \
	%D%/link.h \
	%D%/offload.c \
	%D%/offload.h \
	%D%/ports.c \
	%D%/ports.h \
	%D%/route_mnl.c \
	%D%/route_mnl.h \
	%D%/vlink.c \
	%D%/vlink.h

unit_tests += tests/unit/test_vlink

# Only this object sees libnet's feature macros.
%D%/inject_libnet.$(OBJEXT): OBJECT_CPPFLAGS = $(LIBNET_CFLAGS)
