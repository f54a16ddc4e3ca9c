# SPDX-License-Identifier: BSD-2-Clause
#
# Every test speaks TAP and runs under tests/wrap, which knows how to run each
# of the three kinds and fails a test in which a sanitizer spoke up.

TEST_EXTENSIONS = .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_COMPILER = bash $(top_srcdir)/%D%/wrap
SH_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = $(LOG_COMPILER)

AM_TESTS_ENVIRONMENT = \
	export abs_top_srcdir='$(abs_top_srcdir)' abs_top_builddir='$(abs_top_builddir)'; \
	export COMPILE='$(COMPILE)' $(BUILD_TREE_ENVIRONMENT);

TESTS = $(shell_tests)
EXTRA_DIST += $(shell_tests) %D%/lib.sh %D%/wrap %D%/lsan.supp

# First, for what takes longest is there.
include %D%/integration/local.mk

# Of the tree itself
shell_tests += \
	%D%/dist.sh \
	%D%/format.sh \
	%D%/headers.sh \
	%D%/layers.sh \
	%D%/readme.sh \
	%D%/manual.sh \
	%D%/schema.sh \
	%D%/spdx.sh
EXTRA_DIST += %D%/layers.tsv %D%/spdx-exempt %D%/diag

include %D%/peer/local.mk
include %D%/unit/local.mk
include %D%/fuzz/local.mk
include %D%/mutation/local.mk
