#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The C sources are as .clang-format has them (`make format` makes them so), and
# no line is wider than 100 columns.
. "$abs_top_srcdir/tests/lib.sh"
cd "$top_srcdir" || exit 99
mapfile -t files < <(sources .c .h)

too_wide() {
	local file
	for file in "${files[@]}"; do
		expand "$file" | awk -v file="$file" \
			'length > 100 { print file ":" FNR ": " length " columns" }'
	done
}

check_empty 'no line is wider than 100 columns' too_wide
# Other versions disagree with version 14 in details.
if clang-format-14 --version >/dev/null 2>&1; then
	for file in "${files[@]}"; do
		check "$file" clang-format-14 --dry-run -Werror "$file"
	done
else
	skip 'formatted as .clang-format has it' 'clang-format-14 is not installed'
fi
done_testing
