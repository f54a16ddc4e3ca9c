# SPDX-License-Identifier: BSD-2-Clause
#
# `make bench` prints figures; it tests nothing and `make check` does not run it.
#	make bench BENCH_FLAGS=--json

EXTRA_PROGRAMS = %D%/bench
CLEANFILES += %D%/bench
%C%_bench_SOURCES = \
	%D%/bare.c \
	%D%/bench.h \
	%D%/child.c \
	%D%/judge.c \
	%D%/main.c \
	%D%/peers.c \
	%D%/rates.c \
	%D%/show.c \
	%D%/stat.c \
	%D%/suite.c
%C%_bench_LDADD = libshakedown.a $(DEPS_LIBS)
EXTRA_DIST += %D%/held.yaml %D%/scapy_close.py %D%/soak.sh %D%/verify.sh

# Not a prerequisite beside `all`, which is a make of its own: with -j both would
# make the library.
bench: all
	@$(MAKE) $(AM_MAKEFLAGS) %D%/bench
	@$(BUILD_TREE_ENVIRONMENT) %D%/bench --testcases $(abs_top_srcdir)/testcases \
		--bench $(abs_top_srcdir)/%D% --program $(abs_top_builddir)/shakedown $(BENCH_FLAGS)

# The suite a hundred times on a machine that is busy with something else.
soak: all
	@$(BUILD_TREE_ENVIRONMENT) bash $(top_srcdir)/%D%/soak.sh $(abs_top_builddir)/shakedown

# How fast a capture is judged, against tshark.
bench-verify: all
	@bash $(top_srcdir)/%D%/verify.sh $(abs_top_builddir)/shakedown $(CAPTURE)

# Sixty conversations of each program over a bad path, with several paths.
soak-captures: all $(check_PROGRAMS)
	@for seed in 1 2 3; do for loss in 5 20 80; do \
		echo "# seed $$seed, $$loss of a thousand lost"; \
		out=$$(abs_top_srcdir='$(abs_top_srcdir)' abs_top_builddir='$(abs_top_builddir)' \
			CAPTURE_CONVERSATIONS=60 CAPTURE_SEED=$$seed CAPTURE_LOSS=$$loss \
			bash $(top_srcdir)/tests/integration/captures.sh); \
		echo "$$out"; \
		case $$out in *"not ok"*) exit 1 ;; esac; \
	done; done
.PHONY: bench soak bench-verify soak-captures
