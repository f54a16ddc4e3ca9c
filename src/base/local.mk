# SPDX-License-Identifier: BSD-2-Clause
#
# Diagnostics with marks, buffers, arena, log.

libshakedown_a_SOURCES +=
