#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A target that is wrong, on real packets: the reference peer of tests/peer on a
# veth link, with one fault at a time, and what `shakedown run` says of it.  A
# right one passes; that is what makes the others worth anything.
. "$abs_top_srcdir/tests/lib.sh"
for name in $(compgen -e SHAKEDOWN_); do unset "$name"; done
export SHAKEDOWN_TESTCASES=$top_srcdir/testcases
peer=$top_builddir/tests/peer/peer-live shakedown=$top_builddir/shakedown
need 'no network namespaces here' unshare -Urn true
need 'no iproute2' ip -V

# against FAULT COMMAND...: runs COMMAND beside a peer with FAULT ("": none).
against() {
	local fifo
	fifo=$(mktemp -u "$tmp/fifo.XXXXXX") && mkfifo "$fifo" || return 99
	unshare -Urn --kill-child --fork --pid --mount-proc bash -c '
	peer=$1 fifo=$2 fault=$3; shift 3
	ip link add here type veth peer name there
	ip link set here up && ip link set there up || exit 99
	exec 9<>"$fifo"
	"$peer" there ${fault:+"$fault"} >&9 &
	read -rt 10 ready <&9 || exit 99
	poll 10 link_is_up here || exit 99
	"$@"
	' against "$peer" "$fifo" "$@"
}
# run FAULT OPTION...: each shell that does has an evidence.PID of its own.
run() {
	local fault=$1
	shift
	against "$fault" "$shakedown" run --target 10.9.0.1:7 --target '[fd09::1]:7' \
		-i here --source 10.9.0.77 --source fd09::77 --closed-port 81 \
		-j 64 --evidence "$tmp/evidence.$BASHPID" "$@"
}

# finds FAULT WORDS STATUS TEXT...: the run of these selectors and options ends so and
# says each TEXT.
finds() {
	local fault=$1 selector=$2 wanted=$3 output status text
	shift 3
	output=$(set -f && run "$fault" $ports $selector 2>&1)
	status=$?
	[ $status -eq "$wanted" ] || { echo "exit status $status"; echo "$output"; return 1; }
	for text; do
		grep -qF -- "$text" <<<"$output" || { echo "no \"$text\" in"; echo "$output"; return 1; }
	done
}

ports='--port 9=quiet,closes-on-fin --port 13=speaks-first,closes-first,half-close'
ports+=' --port 19=sends-forever'
beside check 'a right one conforms' finds '' '-t textbook' 0 'Conformance: YES'
beside check 'a hole before its FIN' finds fin-seq-high close-by-target/four-way 1 'MUST'
ports=
beside check 'an ACK number too high' finds syn-ack-high handshake/three-way 1 \
	'SA-LISTEN-3' 'SYN,ACK acknowledges SEG.SEQ+1' 'ack=syn.seq + 1' 'nearest'
beside check 'a SYN that is not counted' finds syn-not-counted handshake/three-way 1 'SA-LISTEN-3'
beside check 'a FIN that is not counted' finds fin-not-counted close-by-tester/four-way 1 'SA-FIN-2'
beside check 'no reset from a closed port' finds closed-silent closed-port/syn 1 \
	'SA-CLOSED-2' 'no matching segment in 1.000 s'
beside check 'no reset for an ACK in LISTEN' finds listen-silent-to-ack listen/ack-draws-reset 1 \
	'SA-LISTEN-2'
beside check 'a reset that is off by one' finds rst-seq-high listen/ack-draws-reset 1 'probe.ack'
beside check 'wrong checksums' finds checksum-bad handshake/three-way 1 'MUST-2' 'checksum'
beside check 'an option that was not offered' finds scale-unasked handshake/no-option-offered 1 \
	'2.2-WS' 'a window scale option that the SYN did not offer'
beside check 'an answer that is late' finds ack-late data/acknowledged 1 \
	'no matching segment in 0.600 s'
beside check 'data that is spoilt' finds data-corrupted data/echo 1 'data'
beside check 'silence after the handshake' finds dead-after-handshake data/acknowledged 1 \
	'no matching segment'
beside check 'a weaker alternative is a warning' finds mss-missing handshake/mss-announced 0 \
	'SHOULD' 'WARN' 'Conformance: YES'
beside check 'nobody there' finds dead handshake/three-way 4 'no answer from 10.9.0.1 port 7'

# What is known of a target: known NAME CASES LABELS writes a list.
known() {
	printf '%s\n' 'format: 1' 'kind: deviations' 'deviations:' "  - cases: [$2]" \
		"    requirements: [$3]" '    reason: target-defect' \
		'    why: It counts one too many.' >"$tmp/$1.yaml"
}
known right handshake/three-way rfc9293:SA-LISTEN-3
known other handshake/three-way rfc9293:SA-LISTEN-2
known passes handshake/three-way,listen/ack-draws-reset rfc9293:SA-LISTEN-3
beside check 'a known deviation is no news' finds syn-ack-high \
	"handshake/three-way --known $tmp/right.yaml" 0 'known deviations' \
	'target-defect: It counts one too many.' 'Conformance: NO'
beside check 'TAP has it as something to do' finds syn-ack-high \
	"handshake/three-way --known $tmp/right.yaml --format tap" 0 \
	'# TODO target-defect: It counts one too many.'
beside check 'what it breaks besides is news' finds syn-ack-high \
	"handshake/three-way --known $tmp/other.yaml" 1 'FAIL' 'something else than what is listed' \
	'MUST violated'
beside check 'another list may have it' finds syn-ack-high \
	"handshake/three-way --known $tmp/other.yaml --known $tmp/right.yaml" 0 'known deviations'
beside check 'a known deviation that does not show is news' finds '' \
	"handshake/three-way --known $tmp/right.yaml" 1 'UNEXPECTED' 'it passed, but is listed' \
	'delete the entry' 'Conformance: YES'
beside check 'beside one that does show' finds syn-ack-high \
	"handshake/three-way listen/ack-draws-reset --known $tmp/passes.yaml" 1 'UNEXPECTED' \
	'known deviations' 'Conformance: NO'
beside check 'a list with a mistake in it stops the run' finds syn-ack-high \
	"handshake/three-way --known $tmp/missing.yaml" 3 'missing.yaml'
known gone handshake/four-way,handshake/three-way rfc9293:SA-LISTEN-3
beside check 'nobody asks for a case that is not selected' finds syn-ack-high \
	"handshake/three-way --known $tmp/gone.yaml" 0 'known deviations'
beside check 'an entry for a case that is gone is news' finds syn-ack-high \
	"--cases $SHAKEDOWN_TESTCASES/textbook/handshake.yaml --requirement SA-LISTEN-3 -t smoke
	--known $tmp/gone.yaml" 1 'handshake/four-way", which no case has'

# What was captured says the same.
run syn-ack-high handshake/three-way >/dev/null 2>&1
evidence=("$tmp/evidence.$BASHPID"/*.pcapng)
beside check_status 1 'the evidence fails too, offline' "$shakedown" verify "${evidence[@]}"
beside check_status 0 'and the list is for them too' "$shakedown" verify "${evidence[@]}" \
	--known "$tmp/right.yaml"
done_testing
