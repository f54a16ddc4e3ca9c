# SPDX-License-Identifier: BSD-2-Clause
#
# Compares a segment with an expectation, field by field.

libshakedown_a_SOURCES +=
