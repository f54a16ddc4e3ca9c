# SPDX-License-Identifier: BSD-2-Clause
#
# Integer expressions modulo 2^32, typed values.

libshakedown_a_SOURCES += \
	%D%/expr.c \
	%D%/expr.h

unit_tests += tests/unit/test_expr
