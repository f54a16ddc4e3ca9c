# SPDX-License-Identifier: BSD-2-Clause
#
# The commands.

libshakedown_a_SOURCES += \
	%D%/cli.c \
	%D%/cli.h

unit_tests += tests/unit/test_cli
