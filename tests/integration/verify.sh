#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# `shakedown verify` and captures of others: every form they come in gives the same
# result, what is damaged is said, and what is wrong in them is found.
. "$abs_top_srcdir/tests/lib.sh"
need 'no python3' python3 --version

shakedown=$abs_top_builddir/shakedown
rude=$abs_top_srcdir/tests/fuzz/corpus/conv/rude
vary() { python3 "$abs_top_srcdir/tests/integration/vary.py" "$@"; }

# What was judged, without where and how fast: "N frames, N segments of N ... judged".
judged() {
	"$shakedown" verify "$@" 2>/dev/null |
		sed -n 's/.*: \([0-9]* frames, .* judged\),.*/\1/p'
}
same() { [ "$(judged "$1")" = "$whole" ] && "$shakedown" verify "$1" >/dev/null; }
prints() { local pattern=$1; shift; "$@" 2>&1 | grep -q -- "$pattern"; }

whole=$(judged "$rude")
check 'a capture is judged' test -n "$whole"
check_status 0 'and nothing is wrong in it' "$shakedown" verify "$rude"

# The one of its frames is the first; "ip" has no link type for both versions.
for kind in vlan qinq sll sll2 raw null loop nano big; do
	vary $kind "$rude" "$tmp/varied"
	check "the same as $kind" same "$tmp/varied"
done
if command -v editcap >/dev/null; then
	editcap -F pcapng "$rude" "$tmp/ng"
	check 'the same as pcapng' same "$tmp/ng"
else
	skip 'the same as pcapng' 'no editcap'
fi
check 'the same from standard input' prints "$whole" "$shakedown" verify - <"$rude"

# Damage
head -c 5000 "$rude" >"$tmp/cut"
check_status 4 'a capture that is cut off' "$shakedown" verify "$tmp/cut"
check 'it says after which frame' prints 'damaged after frame [0-9]*: ' "$shakedown" verify "$tmp/cut"
check 'what stands before is judged' prints 'segments of' "$shakedown" verify "$tmp/cut"
echo 'no capture' >"$tmp/text"
check_status 4 'no capture at all' "$shakedown" verify "$tmp/text"
vary raw "$rude" "$tmp/varied"
printf '\223' | dd of="$tmp/varied" bs=1 seek=20 conv=notrunc 2>/dev/null
check_status 4 'a link type that nobody knows' "$shakedown" verify "$tmp/varied"
check 'it is named' prints 'link type' "$shakedown" verify "$tmp/varied"
head -c 24 "$rude" >"$tmp/empty"
check_status 5 'a capture without a frame' "$shakedown" verify "$tmp/empty"

# Violations
vary spoilt "$rude" "$tmp/spoilt"
check_status 1 'a reserved bit is seen' "$shakedown" verify "$tmp/spoilt"
check 'the line has frame, time, ends, section and clause' \
	prints 'FAIL frame 9 at [0-9.]* s  .* towards .*  MUST RFC 9293 3.1 (3.1-HEADER): reserved' \
	"$shakedown" verify "$tmp/spoilt"
check 'more of it with -v' prints '^ *seen *<  ' "$shakedown" verify -v "$tmp/spoilt"
end=$("$shakedown" verify "$tmp/spoilt" | sed -n 's/.* s  \(.*\) towards .*/\1/p')
peer=$("$shakedown" verify "$tmp/spoilt" | sed -n 's/.* towards \([^ ]*\)  MUST.*/\1/p')
check_status 1 '--end: this end' "$shakedown" verify --end "$end" "$tmp/spoilt"
check_status 1 '--end: this address' "$shakedown" verify --end "${end%:*}" "$tmp/spoilt"
check_status 0 '--end: the other' "$shakedown" verify --end "$peer" "$tmp/spoilt"
check_status 5 '--end: nobody' "$shakedown" verify --end 203.0.113.9 "$tmp/spoilt"
for wrong in '' 1.2.3 1.2.3.4: 1.2.3.4:0 '[::1' '[::1]80' name; do
	check_status 2 "--end '$wrong' is a mistake" "$shakedown" verify --end "$wrong" "$rude"
done
check_status 0 'one end of IPv6 with a port' "$shakedown" verify \
	--end '[2001:db8::2]:7000' --end 192.0.2.2 "$rude"
check_status 1 'a good and a bad one' "$shakedown" verify "$rude" "$tmp/spoilt"

# Reports
"$shakedown" verify "$tmp/spoilt" >/dev/null \
	--report "json=$tmp/r.json,junit=$tmp/r.xml,tap=$tmp/r.tap,jsonl=$tmp/r.jsonl"
check 'TAP: frame and end' prints 'frame: 9' cat "$tmp/r.tap"
check 'TAP: the plan comes last' prints '^1\.\.[0-9]*$' cat "$tmp/r.tap"
check 'TAP: how to see it again' prints "rerun: .*verify .* --end $end" cat "$tmp/r.tap"
check 'JSON: frame' prints '"frame":9,' cat "$tmp/r.json"
check 'JSON: what was judged' prints '"notes":\["[^"]*segments of' cat "$tmp/r.json"
check 'JSON lines: frame' prints '"frame":9,' cat "$tmp/r.jsonl"
check 'JUnit: frame' prints '(frame 9)' cat "$tmp/r.xml"
done_testing
