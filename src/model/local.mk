# SPDX-License-Identifier: BSD-2-Clause
#
# RFC 9293 as a table: states, transitions, permitted answers.

libshakedown_a_SOURCES +=
