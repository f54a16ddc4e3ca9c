# SPDX-License-Identifier: BSD-2-Clause
#
# Criterion programs, one per room: src/ROOM/local.mk says
#	unit_tests += tests/unit/test_ROOM
# and the program is made of tests/unit/test_ROOM.c and libshakedown.a.

# What a program is linked with that does not say it itself: a unit test.
LDADD = libshakedown.a $(CRITERION_LIBS) $(DEPS_LIBS)

if HAVE_CRITERION
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
else
TESTS += %D%/no-criterion.sh
endif
# Compared byte for byte; `UPDATE_GOLDEN=1 make check` writes the files anew.
EXTRA_DIST += %D%/report

EXTRA_DIST += %D%/no-criterion.sh
