# SPDX-License-Identifier: BSD-2-Clause
#
# Plan, trace and model in, verdict out.

libshakedown_a_SOURCES +=
