# SPDX-License-Identifier: BSD-2-Clause
#
# The engine, the scheduler, the client of the agent.

libshakedown_a_SOURCES += \
	%D%/run.h \
	%D%/sched.h \
	%D%/run.c \
	%D%/sched.c
