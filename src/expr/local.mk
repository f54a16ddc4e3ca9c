# SPDX-License-Identifier: BSD-2-Clause
#
# Integer expressions modulo 2^32, typed values.

libshakedown_a_SOURCES +=
