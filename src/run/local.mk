# SPDX-License-Identifier: BSD-2-Clause
#
# The engine, the scheduler, the client of the agent.

unit_tests += tests/unit/test_run tests/unit/test_walk
EXTRA_DIST += tests/unit/run_util.h

libshakedown_a_SOURCES += \
	%D%/deadlines.h \
	%D%/run.h \
	%D%/deadlines.c \
	%D%/sched.h \
	%D%/run.c \
	%D%/sched.c
