# SPDX-License-Identifier: BSD-2-Clause
#
# Completion for shells.

bashcompdir = $(datadir)/bash-completion/completions
dist_bashcomp_DATA = %D%/shakedown-agent
