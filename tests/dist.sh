#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# `make dist` ships what is under version control, and of the rest only what
# autoreconf made: a file missing from a local.mk shows here.
. "$abs_top_srcdir/tests/lib.sh"
need_git

# The way in from a clone is of no use in a tarball.
only_in_git='^(\.gitignore|\.ci/.*|GNUmakefile)$'
only_in_tarball='^(aclocal\.m4|config\.h\.in|configure|Makefile\.in|build-aux/(ar-lib|compile|config\.(guess|sub)|depcomp|install-sh|missing|tap-driver\.sh|test-driver))$'

check 'make distdir' env MAKEFLAGS= make -s -C "$top_builddir" distdir distdir="$tmp/dist" am__remove_distdir=:

tracked_files | grep -vE "$only_in_git" | LC_ALL=C sort >"$tmp/tracked"
(cd "$tmp/dist" && find . -type f -printf '%P\n') | grep -vE "$only_in_tarball" |
	LC_ALL=C sort >"$tmp/shipped"
check_empty 'every tracked file is shipped' comm -23 "$tmp/tracked" "$tmp/shipped"
check_empty 'every shipped file is tracked' comm -13 "$tmp/tracked" "$tmp/shipped"
done_testing
