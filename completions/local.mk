# SPDX-License-Identifier: BSD-2-Clause
#
# Completion for shells.

bashcompdir = $(datadir)/bash-completion/completions
# %D%/shakedown is what `shakedown completion bash` prints.
dist_bashcomp_DATA = %D%/shakedown %D%/shakedown-agent
