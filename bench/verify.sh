#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# verify.sh SHAKEDOWN [CAPTURE]: how fast anybody's capture is judged, and how
# many times as fast as `tshark -q -z expert` goes through it.  Without a CAPTURE
# one of about 1 GB is made: four streams of iperf3 in namespaces, 200 octets of
# each frame.  Processor time counts, so that other work on the machine does not.
set -u

shakedown=$1
capture=${2-}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

make_capture() {
	unshare --net --pid --fork --kill-child --mount-proc bash -s "$1" <<-'IN'
		set -u
		exec 8< <(exec unshare --net sh -c 'echo; exec sleep infinity')
		peer=$!
		read -r _ <&8
		there() { nsenter -t $peer -n "$@"; }
		ip link add a0 type veth peer name b0 netns $peer || exit 1
		for command in '' there; do
			$command ip link set lo up
		done
		ethtool -K a0 tx off gso off tso off gro off >/dev/null
		there ethtool -K b0 tx off gso off tso off gro off >/dev/null
		ip addr add 192.0.2.1/24 dev a0 && ip link set a0 up
		there ip addr add 192.0.2.2/24 dev b0 && there ip link set b0 up
		# says FD WORD: reads on until a line has it.
		says() {
			while read -ru "$1" line; do
				[[ $line != *"$2"* ]] || return 0
			done
			exit 1
		}
		exec 9< <(there iperf3 -s --forceflush)
		says 9 listening
		cat <&9 >/dev/null &
		exec 7< <(exec tcpdump -i a0 -B 400000 -s 200 -Z root -w "$1" tcp 2>&1)
		dump=$!
		says 7 listening
		iperf3 -c 192.0.2.2 -n 6500M -P 4 -b 700M >/dev/null || exit 1
		kill $dump
		cat <&7 >/dev/null
	IN
}

# cpu COMMAND...: seconds of processor time.
cpu() {
	local TIMEFORMAT='%U %S'
	{ time "$@" >"$work/out" 2>"$work/err"; } 2>&1 | awk '{ print $1 + $2 }'
}

if [ -z "$capture" ]; then
	capture=$work/capture.pcap
	make_capture "$capture" || { echo 'the capture could not be made'; exit 1; }
fi
ours=$(cpu "$shakedown" verify "$capture")
segments=$(sed -n 's/.* frames, \([0-9]*\) segments.*/\1/p' "$work/out")
echo "$(stat -c %s "$capture") octets, $segments segments"
echo "shakedown verify: $ours s, $(awk "BEGIN { printf \"%.0f\", $segments / $ours }") segments/s"
if command -v tshark >/dev/null; then
	theirs=$(cpu tshark -r "$capture" -q -z expert)
	echo "tshark -q -z expert: $theirs s," \
		"$(awk "BEGIN { printf \"%.1f\", $theirs / $ours }") times as long"
fi
