# SPDX-License-Identifier: BSD-2-Clause
#
# The mutation score: see mutation.c.

check_PROGRAMS += %D%/mutation
tests_mutation_mutation_SOURCES = %D%/mutation.c
tests_mutation_mutation_LDADD = libshakedown.a $(DEPS_LIBS)

EXTRA_DIST += %D%/survivors.tsv

mutation: %D%/mutation
	$(BUILD_TREE_ENVIRONMENT) %D%/mutation $(top_srcdir)/%D%/survivors.tsv

.PHONY: mutation
