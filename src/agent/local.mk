# SPDX-License-Identifier: BSD-2-Clause
#
# The second program: it runs on the host of the target, so it links no
# library; of libshakedown.a it takes what base offers.

sbin_PROGRAMS += shakedown-agent
shakedown_agent_SOURCES = %D%/main.c
shakedown_agent_LDADD = libshakedown.a
