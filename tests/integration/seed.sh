#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# --seed reproduces a run: against the simulated target octet by octet, whatever chance
# does to the path; in the lab all that does not depend on what the target chose, on
# the tester's ports and on real time.
. "$abs_top_srcdir/tests/lib.sh"
for name in $(compgen -e SHAKEDOWN_); do unset "$name"; done
export SHAKEDOWN_TESTCASES=$top_srcdir/testcases SHAKEDOWN_AGENT=$top_builddir/shakedown-agent
shakedown=$top_builddir/shakedown
cd "$tmp" || exit 99

# Runs into a directory.  What conforms is not the question.
into() { # DIRECTORY OPTION...
	local dir=$1
	shift
	"$shakedown" run --keep all --evidence "$dir" "$@" >"$dir.out" 2>&1
	[ $? -le 4 ] || { cat "$dir.out"; return 1; }
	[ "$(ls "$dir" | wc -l)" -gt 20 ]
}
same() { diff -r "$1" "$2"; }
other() { ! diff -rq "$1" "$2" >/dev/null; }

cases=('handshake/*' 'reset/*' 'options/*' 'transitions/fin-wait-1')
check 'against the simulated target' into sim1 --target sim --seed 77 "${cases[@]}"
check 'and again' into sim2 --target sim --seed 77 "${cases[@]}"
check 'is the same octet by octet' same sim1 sim2
check 'with another seed' into sim3 --target sim --seed 78 "${cases[@]}"
check 'it is not' other sim1 sim3

check 'without a seed' into chosen1 --target sim 'handshake/*'
chosen=$(grep -om1 'seed 0x[0-9a-f]*' chosen1.out | cut -d' ' -f2)
check 'the one that is shown' into chosen2 --target sim --seed "$chosen" 'handshake/*'
check 'gives the same' same chosen1 chosen2

bad=drop=10%,dup=5%,reorder=10%,delay=1ms..9ms
check 'on a bad path' into bad1 --target sim --seed 5 --impair $bad 'handshake/*'
check 'and again' into bad2 --target sim --seed 5 --impair $bad 'handshake/*'
check 'chance does the same' same bad1 bad2

# What the tester sent, whatever its ports.
sent() { python3 "$top_srcdir/tests/integration/sent.py" "$1"/*.pcapng >"$1.sent"; }

if command -v python3 >/dev/null; then
	sent bad1
	check 'with other ports, other runs beside it' \
		into bad3 --target sim --seed 5 --jobs 3 --impair $bad 'handshake/*'
	sent bad3
	check 'too' cmp bad1.sent bad3.sent
else
	skip 'with other ports too' 'needs python3'
fi

if command -v python3 >/dev/null && unshare -Urn true 2>/dev/null; then
	lab() { into "$@" 'handshake/*' 'reset/*' 'close-by-tester/*' && sent "$1"; }
	check 'in the lab' lab lab1 --seed 9
	check 'and again, fewer at a time' lab lab2 --seed 9 --jobs 7
	check 'the tester sends the same' cmp lab1.sent lab2.sent
	check 'with another seed' lab lab3 --seed 10
	check 'it does not' eval '! cmp -s lab1.sent lab3.sent'
else
	skip 'in the lab' 'needs python3 and namespaces'
fi
done_testing
