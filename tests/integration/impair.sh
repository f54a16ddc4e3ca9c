#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A path that is worse on purpose, with real packets: the lab's kernel keeps its
# connections through loss, copies and reordering; nothing of what the tester did to
# the path itself is called a failure, live or from the evidence; and what a case
# does exactly is done.
. "$abs_top_srcdir/tests/lib.sh"
for name in $(compgen -e SHAKEDOWN_); do unset "$name"; done
export SHAKEDOWN_TESTCASES=$top_srcdir/testcases SHAKEDOWN_AGENT=$top_builddir/shakedown-agent
shakedown=$top_builddir/shakedown
need 'no network namespaces here' unshare -Urn true
cd "$tmp" || exit 99

bad='drop=10%,dup=5%,reorder=10%,delay=1ms..10ms'

check 'the cases of a bad path conform' "$shakedown" run 'loss/*' --tag 'not slow' --evidence loss
check 'and from the evidence' "$shakedown" verify -q loss/*.pcapng

"$shakedown" run --tag smoke --impair "$bad" --seed 4 --evidence bad --report json=bad.json \
	--keep all >bad.out 2>&1
ended=$?
check 'chance makes nothing fail' eval '[ $ended -eq 0 ] || [ $ended -eq 4 ]'
[ $ended -eq 0 ] || [ $ended -eq 4 ] || diag <bad.out
check 'no run is a failure or an error' eval '! grep -qE "\"verdict\": ?\"(fail|error)\"" bad.json'
check 'the header says what is done to the path' \
	grep -q 'impaired on purpose: drop=10%,dup=5%,reorder=10%,delay=1ms..10ms,seed=4' bad.out
check 'the end says how often' \
	grep -qE 'of [0-9]+ segments [1-9][0-9]* lost, [1-9][0-9]* doubled, [1-9]' bad.out
check 'the JSON report has it too' grep -q '"impaired": *"drop=10%' bad.json
check_status $ended 'the evidence gives the same exit status' "$shakedown" verify -q bad/*.pcapng
check_empty 'no verdict changes offline' \
	eval '"$shakedown" verify -q bad/*.pcapng 2>&1 >/dev/null | grep "the verdict was"'
check 'the evidence says what was done' grep -qa 'impairment: drop=10%' bad/*.pcapng
check 'and how many segments were touched' grep -qaE 'impaired: 0x0*[1-9a-f]' bad/*.pcapng

# Everything lost: nothing is proven, and nobody is blamed (in virtual time).
"$shakedown" run handshake/three-way --target sim --impair drop=100%,dir=out --evidence none \
	>lost.out 2>&1
check_status 4 'with everything lost it is inconclusive' eval "exit $?"
check 'and says why' grep -q 'segments of this run were impaired on purpose' lost.out

# Against what is wrong a bad path is no excuse.
cat >wrong.yaml <<'END'
format: 1
area: wrong
cases:
  - id: number
    title: A number that no TCP sends
    covers: [rfc9293:SA-LISTEN-3]
    link:
      - {duplicate: tester, flags: SYN}
    steps:
      - send: SYN
      - expect: {flags: SYN|ACK, ack: iss + 1}
      - send: {flags: ACK, ack: irs + 1000}
      - expect: {flags: ACK, within: 300ms}
END
check_status 1 'a failure is a failure' "$shakedown" run --cases wrong.yaml --evidence none

check_status 2 'a share without a percent sign' "$shakedown" run --impair drop=5
check_status 2 'nothing impaired' "$shakedown" run --impair dir=in
check_status 0 'from the environment' \
	env SHAKEDOWN_IMPAIR=dup=20% "$shakedown" run 'handshake/three-way' --evidence none
done_testing
