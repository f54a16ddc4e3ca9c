# SPDX-License-Identifier: BSD-2-Clause
#
# Injection, capture, clock; the lab; links in memory and from a file.

libshakedown_a_SOURCES +=

# Only this object sees libnet's feature macros.
%D%/inject_libnet.$(OBJEXT): OBJECT_CPPFLAGS = $(LIBNET_CFLAGS)
