# SPDX-License-Identifier: BSD-2-Clause
#
# Injection, capture, clock; the lab; links in memory and from a file.

libshakedown_a_SOURCES += \
	%D%/app_client.c \
	%D%/app_client.h \
	%D%/app_wire.c \
	%D%/app_wire.h \
	%D%/capture_pcap.c \
	%D%/capture_pcap.h \
	%D%/guard.c \
	%D%/guard.h \
	%D%/guard_nft.h \
	%D%/impair.c \
	%D%/impair.h \
	%D%/impair_config.c \
	%D%/impair_echo.c \
	%D%/impair_echo.h \
	%D%/inject_libnet.c \
	%D%/inject_libnet.h \
	%D%/inject_packet.c \
	%D%/inject_packet.h \
	%D%/lab.c \
	%D%/lab.h \
	%D%/lab_ns.c \
	%D%/lab_ns.h \
	%D%/lab_target.c \
	%D%/lab_target.h \
	%D%/link.h \
	%D%/live.c \
	%D%/live.h \
	%D%/live_path.c \
	%D%/live_path.h \
	%D%/neighbour.c \
	%D%/neighbour.h \
	%D%/offload.c \
	%D%/offload.h \
	%D%/ports.c \
	%D%/ports.h \
	%D%/privilege.c \
	%D%/privilege.h \
	%D%/route_mnl.c \
	%D%/route_mnl.h \
	%D%/vlink.c \
	%D%/vlink.h

if NFTABLES
libshakedown_a_SOURCES += %D%/guard_nft.c
else
libshakedown_a_SOURCES += %D%/guard_nft_none.c
endif

unit_tests += tests/unit/test_link tests/unit/test_vlink tests/unit/test_impair
unit_tests += tests/unit/test_app_client

# Only this object sees libnet's feature macros.
%D%/inject_libnet.$(OBJEXT): OBJECT_CPPFLAGS = $(LIBNET_CFLAGS)

tests_unit_test_impair_LDADD = libpeer.a $(LDADD) -lm
