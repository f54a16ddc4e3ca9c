#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Compiles each header alone: what a header needs, it includes.
. "$abs_top_srcdir/tests/lib.sh"
cd "$top_builddir" || exit 99

compiles_alone() {
	eval "$COMPILE -x c -fsyntax-only -include '$top_srcdir/$1' /dev/null"
}

for header in $(sources .h); do
	check "$header" compiles_alone "$header"
done
done_testing
