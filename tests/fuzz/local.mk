# SPDX-License-Identifier: BSD-2-Clause
#
# A fuzz target defines LLVMFuzzerTestOneInput().  It is linked with
# replay_main.c, and `make check` feeds it every file of its corpus; with
# --enable-fuzzing it is linked with libFuzzer instead, to be run by hand:
#	./tests/fuzz/fuzz_x tests/fuzz/corpus/x
# To add fuzz_x, write fuzz_x.c, start its corpus in corpus/x, and add here
#	fuzz_tests += %D%/fuzz_x
#	tests_fuzz_fuzz_x_LDADD = $(fuzz_ldadd)

fuzz_tests += %D%/fuzz_capture
tests_fuzz_fuzz_capture_LDADD = $(fuzz_ldadd)

check_PROGRAMS += $(fuzz_tests)
EXTRA_DIST += %D%/corpus

check_LIBRARIES += %D%/libreplay.a
tests_fuzz_libreplay_a_SOURCES = %D%/replay_main.c

if FUZZING
fuzz_ldadd = $(LIBFUZZER) libshakedown.a $(DEPS_LIBS)
else
fuzz_ldadd = %D%/libreplay.a libshakedown.a $(DEPS_LIBS)
TESTS += $(fuzz_tests)
endif

fuzz_tests += %D%/fuzz_segment
tests_fuzz_fuzz_segment_LDADD = $(fuzz_ldadd)
EXTRA_DIST += %D%/seed_segment.sh

fuzz_tests += %D%/fuzz_lint
tests_fuzz_fuzz_lint_LDADD = $(fuzz_ldadd)

fuzz_tests += %D%/fuzz_verify
tests_fuzz_fuzz_verify_LDADD = $(fuzz_ldadd)

fuzz_tests += %D%/fuzz_yaml
tests_fuzz_fuzz_yaml_LDADD = $(fuzz_ldadd)

fuzz_tests += %D%/fuzz_testability
tests_fuzz_fuzz_testability_LDADD = $(fuzz_ldadd)
EXTRA_DIST += %D%/seed_testability.sh

fuzz_tests += %D%/fuzz_conv
tests_fuzz_fuzz_conv_LDADD = $(fuzz_ldadd)
