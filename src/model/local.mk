# SPDX-License-Identifier: BSD-2-Clause
#
# RFC 9293 as a table: states, transitions, permitted answers.

unit_tests += \
	tests/unit/test_active \
	tests/unit/test_clauses \
	tests/unit/test_follow \
	tests/unit/test_follow_window \
	tests/unit/test_lint \
	tests/unit/test_lint_text \
	tests/unit/test_model \
	tests/unit/test_transitions
EXTRA_DIST += tests/unit/play_util.h

libshakedown_a_SOURCES += \
	%D%/internal.h \
	%D%/lint.h \
	%D%/lint_priv.h \
	%D%/lint_text.h \
	%D%/model.h \
	%D%/table.h \
	%D%/book.c \
	%D%/active.c \
	%D%/anywhere.c \
	%D%/late.c \
	%D%/lint.c \
	%D%/lint_state.c \
	%D%/lint_text.c \
	%D%/permitted.c \
	%D%/model.c \
	%D%/model_rx.c \
	%D%/row_text.c \
	%D%/row_text.h \
	%D%/table.c
