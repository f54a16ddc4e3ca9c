#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The manual pages: mandoc has nothing to complain of, whole files in them are
# good, and the examples that are marked so can be run.
. "$abs_top_srcdir/tests/lib.sh"
for name in $(compgen -e SHAKEDOWN_); do unset "$name"; done
export SHAKEDOWN_TESTCASES=$top_srcdir/testcases SHAKEDOWN_AGENT=$top_builddir/shakedown-agent
pages=("$top_srcdir"/man/*.[1-8])
cd "$tmp" || exit 99

for page in "${pages[@]}"; do
	if command -v mandoc >/dev/null; then
		check_empty "mandoc on ${page##*/}" mandoc -Tlint -W warning "$page"
	else
		skip "mandoc on ${page##*/}" 'mandoc is not installed'
	fi
done

# Whole files stand in displays of their own.
for page in testcase target deviations; do
	awk -v page=$page '
		/^\.Bd -literal/ { file = sprintf("example-%s-%d.yaml", page, ++n); inside = 1; next }
		/^\.Ed/ { inside = 0; close(file) }
		inside { gsub(/\\e/, "\\"); print > file }' "$top_srcdir/man/shakedown-$page.5"
done
n=0
for file in example-*.yaml; do
	grep -q '^format: 1' "$file" || continue
	check "the file in $file" "$top_builddir/shakedown" validate "$file"
	n=$((n + 1))
done
check 'there were files of each kind' test $n -ge 7

# Examples after `.\" run`; those with "lab" need namespaces.
lab=yes
unshare -Urn true 2>/dev/null || lab=
while IFS=$'\t' read -r needs command; do
	if [ "$needs" = lab ] && [ -z "$lab" ]; then
		skip "$command" 'no network namespaces here'
		continue
	fi
	check "$command" env PATH="$top_builddir:$PATH" bash -o pipefail -c "$command"
done < <(sed -nE '/^\.\\" run( lab)?$/ { s/^\.\\" run ?//; h; :a; n; /^\.Dl/!ba; s/^\.Dl [#$] //; s/\\e/\\/g; H; g; s/\n/\t/; p }' \
	"$top_srcdir/man/shakedown.1" | sed 's/^\t/-\t/')
check 'there were examples' test "$tests_run" -ge $((${#pages[@]} + n + 7))
done_testing
