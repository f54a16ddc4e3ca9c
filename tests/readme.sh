#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# README.md says what is so: the commands of its console blocks are run, and what
# it shows of their output comes out, but for numbers and where it says "...".
# Options of the commands that cannot be run here are looked for in the help.
. "$abs_top_srcdir/tests/lib.sh"
# The lab works as root, or where users may make namespaces.
namespaces() { [ "$(id -u)" -eq 0 ] && unshare -n true || unshare -Urn true; }
need 'no network namespaces here' namespaces
readme=$abs_top_srcdir/README.md
export PATH=$abs_top_builddir:$PATH
cp -r "$abs_top_srcdir/examples" "$tmp" && cd "$tmp" || exit 99

# blocks INFO: prints what stands in the blocks of README.md with this info string.
blocks() {
	awk -v fence="\`\`\`$1" '$0 == fence { on = 1; next } /^```/ { on = 0 } on' "$readme"
}

# What differs from run to run and from machine to machine.
normal() {
	sed -E 's/\(Linux [^)]*\)/(Linux)/; s/\b0x[0-9a-f]+/N/g; s/\b[0-9a-f]{16}\b/N/g
		s/[0-9]+(\.[0-9]+)?/N/g; s/; N deviations seen//; s/[ \t]+/ /g; s/ $//'
}

# shown_in SHOWN ACTUAL: each line of SHOWN is in ACTUAL, in this order.
shown_in() {
	awk '
	NR == FNR { want[++n] = $0; next }
	{ while (at < n && (want[at + 1] == "..." || want[at + 1] == "")) at++ }
	at < n && $0 == want[at + 1] { at++ }
	END {
		while (at < n && (want[at + 1] == "..." || want[at + 1] == "")) at++
		if (at < n) { print "not in the output: " want[at + 1]; exit 1 }
	}' "$1" "$2"
}

# One command with what the README shows of it.
compare=yes
run_shown() {
	local wanted=0 status
	[ -n "$command" ] || return
	if grep -q '^\[exit status [0-9]*\]$' shown; then
		wanted=$(sed -n 's/^\[exit status \([0-9]*\)\]$/\1/p' shown)
		sed -i '/^\[exit status/d' shown
	fi
	bash -c "$command" >actual 2>&1
	status=$?
	if [ $compare = no ]; then
		check "$command: runs" test $status -le 1
		return
	fi
	if [ $status -ne "$wanted" ]; then
		not_ok "$command: exit status $wanted"
		{ echo "it is $status"; cat actual; } | diag
		return
	fi
	normal <shown >shown.normal
	normal <actual >actual.normal
	if shown_in shown.normal actual.normal >missing; then
		ok "$command"
	else
		not_ok "$command"
		cat missing actual | diag
	fi
}

# Reads "$ COMMAND" and output lines from stdin.
run_console() {
	local line
	command=
	while IFS= read -r line; do
		case $line in
		'$ '*) run_shown; command=${line#'$ '}; : >shown ;;
		*) printf '%s\n' "$line" >>shown ;;
		esac
	done
	run_shown
}

blocks console >console
check 'there are commands to run' test "$(grep -c '^\$ ' console)" -ge 8
run_console <console
compare=no
blocks 'console kernel-dependent' >console
run_console <console

# Long options of `shakedown COMMAND` in the sh blocks, one in a line.
options_shown() {
	blocks sh | sed -n 's/^shakedown \([a-z]*\) /\1 /p' | while read -r command rest; do
		grep -oE -- '--[a-z-]+' <<<"$rest" | sed "s/^/$command /"
	done | sort -u
}
options_shown >options
check 'there are options to look for' test -s options
while read -r command option; do
	"$abs_top_builddir/shakedown" "$command" --help >help
	check "$command has $option" grep -qE -- "(^| )$option(=|\\[|,| |\$)" help
done <options

# Files that the documents name, from the top or from src/.
missing_files() {
	cd "$abs_top_srcdir" || return
	grep -oE '`[a-z_]+/[A-Za-z0-9_/-]+\.[a-z]+`' README.md docs/*.md reports/*.md |
		tr -d '`' | grep -v NAME | sort -u | while IFS=: read -r document file; do
		[ -e "$file" ] || [ -e "src/$file" ] || echo "$document: there is no $file"
	done
}
check_empty 'files that the documents name are there' missing_files

# The published evidence says what the report says, whatever kernel this is.
published() {
	shakedown verify --verbose --cases "$abs_top_srcdir/examples/window-edge.yaml" \
		--cases "$abs_top_srcdir/testcases" "$abs_top_srcdir"/reports/linux-lab/*.pcapng "$@"
}
check_status 0 'what is published is known' published
check_status 1 'published evidence is judged as it was' published --known none
published --known none >actual 2>&1
# What a failure says to do next can be done; what comes out is the kernel's.  The last
# one: the others may wait for timers of minutes.
follow() {
	command=$(sed -n "s/^ *$1  *shakedown/shakedown/p" actual | tail -n 1)
	[ -n "$command" ] || return 99
	bash -c "$command" >/dev/null || [ $? -eq "$2" ]
}
check 'the rerun that a failure names' follow rerun 1
check 'the explanation that a failure names' follow explain 0
for words in 'PASS.*inside' 'PASS.*edge-and-1]' 'FAIL.*seq=edge]' 'frame 5'; do
	check "published evidence: $words" grep -q "$words" actual
done

# Keys and words of the schema that docs/language.md does not mention.
cat >words.py <<'END'
import json, re, sys

words = set()


def collect(node):
    if isinstance(node, list):
        for part in node:
            collect(part)
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            words.update(node["properties"])
        words.update(w for w in node.get("enum", []) if isinstance(w, str))
        collect(list(node.values()))


collect(json.load(sys.stdin))
text = open(sys.argv[1]).read()
for word in sorted(words - {"true", "false"}):
    if not re.search(r"(?<![\w-])" + re.escape(word) + r"(?![\w-])", text):
        print(word)
END
if python3 -c '' 2>/dev/null; then
	shakedown schema >schema.json
	check 'there is a schema' test -s schema.json
	check_empty 'the language is described whole' \
		sh -c 'python3 words.py "$1" <schema.json' sh "$abs_top_srcdir/docs/language.md"
else
	skip 'the language is described whole' 'no python3'
fi

blocks yaml >shown
grep -v '^#' "$abs_top_srcdir/examples/hello.yaml" >actual
check 'the example shown is the example' cmp shown actual
done_testing
