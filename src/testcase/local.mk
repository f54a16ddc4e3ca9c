# SPDX-License-Identifier: BSD-2-Clause
#
# YAML nodes with marks, schema tables, the typed case.

libshakedown_a_SOURCES += \
	%D%/node.c \
	%D%/node.h \
	%D%/schema.c \
	%D%/schema.h \
	%D%/schema_json.c \
	%D%/schema_known.c \
	%D%/schema_link.c \
	%D%/schema_priv.h \
	%D%/schema_scalar.c \
	%D%/schema_tables.c \
	%D%/schema_target.c \
	%D%/testcase.c \
	%D%/testcase.h \
	%D%/timer.c \
	%D%/timer.h \
	%D%/value.c \
	%D%/value.h \
	%D%/vocab.c \
	%D%/vocab.h \
	%D%/yaml.c

unit_tests += tests/unit/test_testcase
