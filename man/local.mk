# SPDX-License-Identifier: BSD-2-Clause
#
# Manual pages, mdoc by hand.

dist_man_MANS += %D%/shakedown-agent.8
dist_man_MANS += %D%/shakedown.1 %D%/shakedown-deviations.5 %D%/shakedown-model.7 \
	%D%/shakedown-target.5 %D%/shakedown-testcase.5
