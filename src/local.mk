# SPDX-License-Identifier: BSD-2-Clause
#
# The programs.  Everything but the two main.c is in libshakedown.a, which the
# unit tests link as well; each room adds its files in its own local.mk.

noinst_LIBRARIES += libshakedown.a
libshakedown_a_SOURCES =

bin_PROGRAMS += shakedown
shakedown_SOURCES = %D%/main.c
shakedown_LDADD = libshakedown.a $(DEPS_LIBS)

include %D%/base/local.mk
include %D%/wire/local.mk
include %D%/expr/local.mk
include %D%/testcase/local.mk
include %D%/plan/local.mk
include %D%/trace/local.mk
include %D%/match/local.mk
include %D%/model/local.mk
include %D%/walk/local.mk
include %D%/link/local.mk
include %D%/sim/local.mk
include %D%/run/local.mk
include %D%/verify/local.mk
include %D%/conv/local.mk
include %D%/report/local.mk
include %D%/cli/local.mk
include %D%/agent/local.mk
