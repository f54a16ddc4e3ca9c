# SPDX-License-Identifier: BSD-2-Clause
#
# Everything that is written about a run.

libshakedown_a_SOURCES += \
	%D%/format.h \
	%D%/human.c \
	%D%/json.c \
	%D%/jsonl.c \
	%D%/junit.c \
	%D%/pair.c \
	%D%/pair.h \
	%D%/progress.c \
	%D%/progress.h \
	%D%/report.c \
	%D%/report.h \
	%D%/requirements.c \
	%D%/requirements.h \
	%D%/result_json.c \
	%D%/result_json.h \
	%D%/tap.c \
	%D%/text.c \
	%D%/text.h

unit_tests += tests/unit/test_report
