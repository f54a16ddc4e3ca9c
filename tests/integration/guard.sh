#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The host's own address, on the loopback of a namespace of its own and over a
# veth pair: with the guard the kernel stays silent, without it it does not.
. "$abs_top_srcdir/tests/lib.sh"
probe=$abs_top_builddir/tests/integration/link_probe
need 'no network namespaces here' unshare -Urn true
need 'no iproute2' ip -V

on_loopback() { unshare -Urn sh -c 'ip link set lo up && exec "$@"' sh "$probe" loopback "$1"; }
check 'loopback: no kernel RST with the guard' on_loopback guard
check 'loopback: a kernel RST without it' on_loopback bare
if on_loopback nft 2>&1 | grep -q 'Operation not supported'; then
	skip 'loopback: no kernel RST with the nftables guard' 'built without libnftables'
else
	check 'loopback: no kernel RST with the nftables guard' on_loopback nft
fi

# What the manual page says is enough.
with_net_raw() {
	unshare -Urn sh -c 'ip link set lo up
		echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
		exec setpriv --bounding-set=-all,+net_raw --inh-caps=-all,+net_raw "$@"' \
		sh "$probe" loopback guard
}
check 'CAP_NET_RAW alone is enough for the loopback' with_net_raw
without_net_raw() {
	local output
	output=$(unshare -Urn sh -c 'ip link set lo up
		echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
		exec setpriv --bounding-set=-all --inh-caps=-all "$@"' \
		sh "$probe" loopback guard) && return 1
	grep -q 'sudo setcap cap_net_raw' <<<"$output" || { echo "$output"; return 1; }
}
check 'without it the remedy is told' without_net_raw

# Two namespaces, the plain services in the second, which is also a gateway to an
# address behind it; runs a command in the first.
network() {
	unshare -Urn --kill-child --fork --pid --mount-proc bash -c '
	set -e
	fifo=$1; shift
	ip link set lo up
	ip link add here type veth peer name there
	exec 8< <(exec unshare -n sh -c "echo; exec sleep infinity")
	other=$!
	read -rt 10 _ <&8
	ip link set there netns $other
	in_other() { nsenter -t $other -n "$@"; }
	ip addr add 10.9.0.2/24 dev here
	ip addr add fd09::2/64 dev here nodad
	ip link set here up
	in_other ip link set lo up
	in_other ip addr add 10.9.0.1/24 dev there
	in_other ip addr add 10.9.0.5/24 dev there
	in_other ip addr add 10.8.0.1/32 dev lo
	in_other ip addr add fd09::1/64 dev there nodad
	in_other ip addr add fe80::5/64 dev there nodad
	ip addr add fe80::6/64 dev here nodad
	in_other ip link set there up
	ip route add 10.8.0.0/24 via 10.9.0.1
	ethtool -K here tx off tso off gso off gro off >/dev/null
	in_other ethtool -K there tx off tso off gso off gro off >/dev/null
	exec 9<>"$fifo"
	in_other "$SHAKEDOWN_AGENT" --services --bind 0.0.0.0 --bind :: --ready-fd 9 >&2 &
	read -rt 10 ready <&9
	"$SHAKEDOWN_AGENT" --services --bind 10.9.0.2 --bind fd09::2 --ready-fd 9 >&2 &
	read -rt 10 ready <&9
	poll 10 link_is_up here && poll 10 link_is_up there in_other
	"$@"
	' network "$tmp/fifo" "$@"
}
mkfifo "$tmp/fifo"
need_tools() { command -v ethtool && command -v nsenter; }
if ! need_tools >/dev/null; then
	skip 'the ways over a link' 'no ethtool or nsenter'
	done_testing
fi
check 'own address, found by route' network "$probe" target 10.9.0.1
check 'own address, IPv6' network "$probe" target fd09::1
check 'own address, behind a gateway' network "$probe" target 10.8.0.1
check 'own address, to itself' network "$probe" target 10.9.0.2
check 'own address, to itself, IPv6' network "$probe" target fd09::2
check 'own address, link-local' network "$probe" target fe80::5 here
check 'address of nobody, link-local' network "$probe" target fe80::5 here fe80::77
check 'address of nobody, on the link' network "$probe" target 10.9.0.1 here 10.9.0.77
check 'address of nobody, IPv6' network "$probe" target fd09::1 here fd09::77
check 'address of nobody, behind a gateway' network "$probe" target 10.8.0.1 here 10.9.0.77

fails_with() {
	local what=$1 output
	shift
	output=$(network "$@") && return 1
	grep -qF "$what" <<<"$output" || { echo "$output"; return 1; }
}
check 'nobody answers ARP' \
	fails_with 'no answer to ARP for 10.9.0.99 on here' "$probe" target 10.9.0.99 here 10.9.0.77
check 'an address in use' \
	fails_with '10.9.0.5 is in use by' "$probe" target 10.9.0.1 here 10.9.0.5
check 'no such interface' fails_with 'no interface "eth7"' "$probe" target 10.9.0.1 eth7
check 'no route' fails_with 'no route to 203.0.113.5' "$probe" target 203.0.113.5
done_testing
