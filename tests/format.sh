#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The C sources are as .clang-format has them (`make format` makes them so), and
# no line is wider than 100 columns.
. "$abs_top_srcdir/tests/lib.sh"
cd "$top_srcdir" || exit 99
mapfile -t files < <(sources .c .h)

# A tab goes to the next multiple of 8.
too_wide() {
	awk -F '\t' '{
		width = 0
		for (i = 1; i < NF; i++)
			width = int((width + length($i)) / 8 + 1) * 8
		width += length($NF)
		if (width > 100)
			print FILENAME ":" FNR ": " width " columns"
	}' "$@"
}

check_empty 'no line is wider than 100 columns' too_wide "${files[@]}"
# Other versions disagree with version 14 in details.
if clang-format-14 --version >/dev/null 2>&1; then
	check_empty 'formatted as .clang-format has it' \
		clang-format-14 --dry-run -Werror "${files[@]}"
else
	skip 'formatted as .clang-format has it' 'clang-format-14 is not installed'
fi
done_testing
