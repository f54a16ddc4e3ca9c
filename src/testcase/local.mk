# SPDX-License-Identifier: BSD-2-Clause
#
# YAML nodes with marks, schema tables, the typed case.

libshakedown_a_SOURCES +=
