# SPDX-License-Identifier: BSD-2-Clause
#
# The engine, the scheduler, the client of the agent.

unit_tests += tests/unit/test_answers tests/unit/test_debt tests/unit/test_doubt tests/unit/test_run tests/unit/test_walk
EXTRA_DIST += tests/unit/run_util.h

libshakedown_a_SOURCES += \
	%D%/deadlines.h \
	%D%/demux.h \
	%D%/doubt.h \
	%D%/fresh.h \
	%D%/order.h \
	%D%/owners.h \
	%D%/queue.h \
	%D%/setup.h \
	%D%/share.h \
	%D%/tries.h \
	%D%/resets.h \
	%D%/run.h \
	%D%/deadlines.c \
	%D%/demux.c \
	%D%/doubt.c \
	%D%/fresh.c \
	%D%/order.c \
	%D%/owners.c \
	%D%/queue.c \
	%D%/setup.c \
	%D%/share.c \
	%D%/tries.c \
	%D%/resets.c \
	%D%/sched.h \
	%D%/path.c \
	%D%/path.h \
	%D%/run.c \
	%D%/sched.c
