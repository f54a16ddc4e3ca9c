# SPDX-License-Identifier: BSD-2-Clause
#
# Everything that is written about a run.

libshakedown_a_SOURCES +=
