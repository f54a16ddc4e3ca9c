#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Every tracked file says its license at its head, in whatever comment it has.
. "$abs_top_srcdir/tests/lib.sh"
need_git
cd "$top_srcdir" || exit 99

mapfile -t exempt < <(grep -v '^#' tests/spdx-exempt)

is_exempt() {
	local pattern
	for pattern in "${exempt[@]}"; do
		# shellcheck disable=SC2053 # a pattern
		[[ $1 == $pattern ]] && return 0
	done
	return 1
}

unmarked() {
	tracked_files | while read -r file; do
		is_exempt "$file" || [ ! -f "$file" ] ||
			head -n 5 "$file" | grep -q 'SPDX-License-Identifier: BSD-2-Clause' ||
			echo "$file"
	done
}

check_empty 'every tracked file has its SPDX line' unmarked
done_testing
