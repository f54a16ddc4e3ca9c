# SPDX-License-Identifier: BSD-2-Clause
#
# `make bench`: each program or script of BENCHES prints its figures.

BENCHES =

bench: all
	@for b in $(BENCHES); do \
		$(BUILD_TREE_ENVIRONMENT) $(top_srcdir)/$$b || exit 1; \
	done
.PHONY: bench
