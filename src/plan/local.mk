# SPDX-License-Identifier: BSD-2-Clause
#
# Includes, parameters and matrix resolved: an immutable plan.

libshakedown_a_SOURCES += \
	%D%/compile.c \
	%D%/compile.h \
	%D%/compile_app.c \
	%D%/compile_expect.c \
	%D%/compile_link.c \
	%D%/compile_scope.c \
	%D%/compile_send.c \
	%D%/fragments.c \
	%D%/fragments.h \
	%D%/file_kind.c \
	%D%/file_kind.h \
	%D%/known.c \
	%D%/known.h \
	%D%/params.c \
	%D%/params.h \
	%D%/pattern.c \
	%D%/pattern.h \
	%D%/plan.h \
	%D%/duration.c \
	%D%/plan_names.c \
	%D%/plan_text.c \
	%D%/plan_text.h \
	%D%/profile.c \
	%D%/profile.h \
	%D%/suite.c \
	%D%/suite.h \
	%D%/suite_files.c \
	%D%/suite_files.h \
	%D%/tally.c \
	%D%/tally.h \
	%D%/target.c \
	%D%/target.h \
	%D%/variants.c \
	%D%/variants.h

unit_tests += tests/unit/test_plan tests/unit/test_known tests/unit/test_suite tests/unit/test_ways
EXTRA_DIST += tests/unit/plan_util.h
