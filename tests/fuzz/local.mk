# SPDX-License-Identifier: BSD-2-Clause
#
# A fuzz target defines LLVMFuzzerTestOneInput().  With --enable-fuzzing it is
# linked with libFuzzer; without, with replay_main.c, which feeds it every file
# of its corpus (tests/fuzz/corpus/NAME of the target) in `make check`.
# To add fuzz_x, write fuzz_x.c, start its corpus, and here the two lines
#	fuzz_tests += %D%/fuzz_x
#	tests_fuzz_fuzz_x_LDADD = $(fuzz_ldadd)

check_PROGRAMS += $(fuzz_tests)
EXTRA_DIST += %D%/corpus

if FUZZING
fuzz_ldadd = libshakedown.a $(DEPS_LIBS) -fsanitize=fuzzer
else
check_LIBRARIES += %D%/libreplay.a
fuzz_ldadd = %D%/libreplay.a libshakedown.a $(DEPS_LIBS)
endif
tests_fuzz_libreplay_a_SOURCES = %D%/replay_main.c

