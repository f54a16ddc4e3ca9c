# SPDX-License-Identifier: BSD-2-Clause
#
# Includes, parameters and matrix resolved: an immutable plan.

libshakedown_a_SOURCES +=
