#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The C sources are as .clang-format has them; `make format` makes them so.
# Other versions than 14 disagree with it in details.
. "$abs_top_srcdir/tests/lib.sh"
need 'clang-format-14 is not installed' clang-format-14 --version
cd "$top_srcdir" || exit 99

for file in $(sources .c .h); do
	check "$file" clang-format-14 --dry-run -Werror "$file"
done
done_testing
