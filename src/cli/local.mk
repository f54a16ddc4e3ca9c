# SPDX-License-Identifier: BSD-2-Clause
#
# The commands.

unit_tests += tests/unit/test_attempts
unit_tests += tests/unit/test_sanity tests/unit/test_doctor

libshakedown_a_SOURCES += \
	%D%/attempts.c \
	%D%/attempts.h \
	%D%/capture.c \
	%D%/capture.h \
	%D%/cli.c \
	%D%/cli.h \
	%D%/cmd_doctor.c \
	%D%/cmd_explain.c \
	%D%/cmd_list.c \
	%D%/cmd_model.c \
	%D%/cmd_plan.c \
	%D%/cmd_run.c \
	%D%/cmd_validate.c \
	%D%/cmd_verify.c \
	%D%/command.h \
	%D%/commands.c \
	%D%/completion.c \
	%D%/connection.c \
	%D%/connection.h \
	%D%/doctor.c \
	%D%/doctor.h \
	%D%/doctor_ask.c \
	%D%/evidence_dir.c \
	%D%/evidence_dir.h \
	%D%/help.c \
	%D%/known.c \
	%D%/known.h \
	%D%/model_dot.c \
	%D%/model_dot.h \
	%D%/model_forms.c \
	%D%/model_forms.h \
	%D%/options.c \
	%D%/options.h \
	%D%/parse.c \
	%D%/rehearse.c \
	%D%/rehearse.h \
	%D%/results.c \
	%D%/results.h \
	%D%/sanity.c \
	%D%/sanity.h \
	%D%/select.c \
	%D%/select.h \
	%D%/tagexpr.c \
	%D%/tagexpr.h \
	%D%/target_arg.c \
	%D%/target_arg.h

unit_tests += tests/unit/test_cli tests/unit/test_manual tests/unit/test_model_forms
