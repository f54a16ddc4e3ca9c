#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# lwIP as a target (examples/lwip): a TCP that is no kernel's, on a TAP interface
# in a network namespace of its own.  The suite finds what reports/lwip.md says,
# and nothing else.
. "$abs_top_srcdir/tests/lib.sh"
for name in $(compgen -e SHAKEDOWN_); do unset "$name"; done
export SHAKEDOWN_TESTCASES=$top_srcdir/testcases
target=$top_builddir/examples/lwip/lwip-target
profile=$top_srcdir/examples/lwip/profile.yaml
need 'liblwip-dev was not there when this was configured' test -x "$target"
need 'no network namespaces here' unshare -Urn true
need 'no iproute2' ip -V
need 'no ethtool' ethtool --version
need 'no python3' python3 --version
need 'no TAP interfaces here' unshare -Urn ip tuntap add mode tap
cd "$tmp" || exit 99

# beside_lwip COMMAND...: with lwIP's end of the TAP interface lwip0 in a program
# that ends with the command, and the kernel's end without an address.
beside_lwip() {
	unshare -Urnpf --kill-child bash -c '
		target=$1
		shift
		exec 3< <(exec "$target" --tap lwip0 --bind 192.0.2.1/24 --bind 2001:db8::1 \
			--testability 127.0.0.1:10000 --ready-fd 1)
		read -r _ <&3 || exit 99
		ethtool -K lwip0 gro off
		ip link set lo up
		ip link set lwip0 up txqueuelen 10000 addrgenmode none
		"$@"' - "$target" "$@"
}
shakedown() { beside_lwip "$top_builddir/shakedown" "$@" --target-profile "$profile"; }

# What is wrong with lwIP 2.1.3, and why, is written down; reports/lwip.md has more.
# A run that fails otherwise, or passes although it is listed, is news.
known=$top_srcdir/reports/known/lwip.yaml
news() { grep -oE '"id": ?"[^"]*"|"status": ?"(fail|error|inconclusive|unexpected-pass)"' "$1" |
	grep -B 1 '"status"'; }

# The matrix of states and segments: half of it, which goes through every state.  Here
# only that every cell is reached and judged; what lwIP does in them is in the report.
# A tester that had to wait for a processor says so, and is not what is tested.
unjudged() { grep -E '"status": ?"(error|inconclusive|skip)"' "$1" | grep -v 'left too late'; }
matrix() {
	shakedown run 'transitions/closed*' transitions/{listen,syn-received,fin-wait-1,closing} \
		transitions/{established-text,fin-wait-2-text,last-ack,time-wait-fin-wait-2} \
		-j 256 --evidence none --format jsonl >transitions.jsonl 2>transitions.err
	check 'the matrix runs to its end' test $? -eq 1
	check_empty 'and every cell is judged' unjudged transitions.jsonl
	diag <transitions.err
}
beside matrix
beside check 'in CLOSE-WAIT nothing is wrong' \
	shakedown run 'transitions/close-wait*' -j 256 --evidence none

# lwIP cannot open at the same time as its peer: what comes after that is not asked.
shakedown run --tag 'textbook and not after-simultaneous-open' --known "$known" \
	--evidence all --format jsonl >textbook.jsonl 2>err
check 'the suite runs to its end, and nothing is new' test $? -eq 0
check_empty 'lwIP breaks what it is known to break, and no more' news textbook.jsonl
check 'it does break that' grep -q '"conformance": *"NO"' textbook.jsonl
[ -s err ] && diag <err
# Its listeners have no size of a receive buffer that could be set.
check 'nothing else was skipped' eval \
	'! grep "\"verdict\": *\"skip\"" textbook.jsonl | grep -qv "window/zero"'
check_empty 'no verdict changes offline' \
	eval '"$top_builddir/shakedown" verify -q all/*.pcapng 2>&1 >/dev/null | grep "the verdict was"'

# What is published can be computed again.
published() { "$top_builddir/shakedown" verify -q "$@" 2>&1 >/dev/null | grep 'the verdict was'; }
check_empty 'the published captures have their verdicts' \
	published "$top_srcdir"/reports/lwip/[acdhlt]*.pcapng
check_status 1 'which are failures' \
	"$top_builddir/shakedown" verify -q "$top_srcdir"/reports/lwip/[acdhlt]*.pcapng
check_empty 'the one of an example has' published \
	--cases "$top_srcdir/examples/window-edge.yaml" "$top_srcdir"/reports/lwip/window-edge.*.pcapng

# The addresses of the tester are nobody else's: its own answers find it there.
answers() {
	tshark -r all/handshake.three-way.ip-"$1".iss-random.pcapng -Y "$2" 2>/dev/null | grep -q .
}
if command -v tshark >/dev/null; then
	check 'IPv4 is from an address of the tester' answers 4 'tcp && ip.src == 192.0.2.2'
	check 'IPv6 is' answers 6 'tcp && ipv6.src == 2001:db8::2'
else
	skip 'whose addresses they are' 'no tshark'
fi
beside check 'a case that lwIP passes' shakedown run close-by-tester/four-way --evidence none
beside check_status 1 'and one that it fails' shakedown run closed-port/ack --evidence none

# The upper tester on lwIP, the kernel being the peer this time.
upper() {
	beside_lwip bash -c '
		ip address add 192.0.2.254/24 dev lwip0
		ip address add 2001:db8::fe/64 dev lwip0 nodad
		exec "$@"' - "$top_builddir/tests/integration/upper_client" foreign "$1" \
		127.0.0.1 10000 20000 "$2" "$3"
}
for transport in udp tcp; do
	beside check "the upper tester, IPv4, asked over $transport" \
		upper $transport 192.0.2.1 192.0.2.254
	beside check "the upper tester, IPv6, asked over $transport" \
		upper $transport 2001:db8::1 2001:db8::fe
done
done_testing
