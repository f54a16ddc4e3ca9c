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
mkfifo "$tmp/fifo"

# against FAULT COMMAND...: runs COMMAND beside a peer with FAULT ("": none).
against() {
	unshare -Urn --kill-child --fork --pid --mount-proc bash -c '
	peer=$1 fifo=$2 fault=$3; shift 3
	ip link add here type veth peer name there
	ip link set here up && ip link set there up || exit 99
	exec 9<>"$fifo"
	"$peer" there ${fault:+"$fault"} >&9 &
	read -rt 10 ready <&9 || exit 99
	for ((i = 0; i < 500; i++)); do
		ip link show here | grep -q "state UP" && break
		read -rt 0.01 <&9
	done
	"$@"
	' against "$peer" "$tmp/fifo" "$@"
}
run() {
	local fault=$1
	shift
	against "$fault" "$shakedown" run --target 10.9.0.1:7 --target '[fd09::1]:7' \
		-i here --source 10.9.0.77 --source fd09::77 --closed-port 81 \
		-j 64 --evidence "$tmp/evidence" "$@"
}

# finds FAULT SELECTOR STATUS TEXT...: the run ends so and says each TEXT.
finds() {
	local fault=$1 selector=$2 wanted=$3 output status text
	shift 3
	output=$(run "$fault" $ports "$selector" 2>&1)
	status=$?
	[ $status -eq "$wanted" ] || { echo "exit status $status"; echo "$output"; return 1; }
	for text; do
		grep -qF -- "$text" <<<"$output" || { echo "no \"$text\" in"; echo "$output"; return 1; }
	done
}

ports='--port 9=quiet,closes-on-fin --port 13=speaks-first,closes-first,half-close'
ports+=' --port 19=sends-forever'
check 'a right one conforms' finds '' '*' 0 'Conformance: YES'
check 'a hole before its FIN' finds fin-seq-high close-by-target/four-way 1 'MUST'
ports=
check 'an ACK number too high' finds syn-ack-high handshake/three-way 1 \
	'SA-LISTEN-3' 'SYN,ACK acknowledges SEG.SEQ+1' 'ack=syn.seq + 1' 'nearest'
check 'a SYN that is not counted' finds syn-not-counted handshake/three-way 1 'SA-LISTEN-3'
check 'a FIN that is not counted' finds fin-not-counted close-by-tester/four-way 1 'SA-FIN-2'
check 'no reset from a closed port' finds closed-silent closed-port/syn 1 \
	'SA-CLOSED-2' 'no matching segment in 1.000 s'
check 'no reset for an ACK in LISTEN' finds listen-silent-to-ack listen/ack-draws-reset 1 \
	'SA-LISTEN-2'
check 'a reset that is off by one' finds rst-seq-high listen/ack-draws-reset 1 'probe.ack'
check 'wrong checksums' finds checksum-bad handshake/three-way 1 'MUST-2' 'checksum'
check 'an option that was not offered' finds scale-unasked handshake/no-option-offered 1 \
	'2.2-WS' 'a window scale option that the SYN did not offer'
check 'an answer that is late' finds ack-late data/acknowledged 1 \
	'no matching segment in 0.600 s'
check 'data that is spoilt' finds data-corrupted data/echo 1 'data'
check 'silence after the handshake' finds dead-after-handshake data/acknowledged 1 \
	'no matching segment'
check 'a weaker alternative is a warning' finds mss-missing handshake/mss-announced 0 \
	'SHOULD' 'WARN' 'Conformance: YES'
check 'nobody there' finds dead handshake/three-way 4 'no answer from 10.9.0.1 port 7'

# What was captured says the same.
rm -rf "$tmp/evidence"
run syn-ack-high handshake/three-way >/dev/null 2>&1
check_status 1 'the evidence fails too, offline' "$shakedown" verify "$tmp"/evidence/*.pcapng
done_testing
