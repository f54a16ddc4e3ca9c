#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# shakedown-agent --testability over loopback, in a network namespace of its
# own: every primitive over UDP and TCP, IPv4 and IPv6, by upper_client.c; who is
# not answered; and what is left of sockets afterwards, which is nothing.
. "$abs_top_srcdir/tests/lib.sh"
. "$abs_top_srcdir/tests/integration/agent_lib.sh"
client=$abs_top_builddir/tests/integration/upper_client

descriptors() { find "/proc/$pid/fd" -mindepth 1 | wc -l; }
has_descriptors() { [ "$(descriptors)" -eq "$1" ]; }

# Sockets in any state but TIME-WAIT (06) that have the port of the tests.
on_test_port() {
	awk -v port=":$(printf %04X 20000)" \
		'$2 ~ port "$" && $4 != "06"' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

primitives() {
	local address transport case before
	start "${addresses[@]/#/--bind=}" --testability
	before=$(descriptors)
	for address in "${addresses[@]}"; do
		for transport in udp tcp; do
			for case in all bind-twice pieces garbage; do
				check "$address $transport: $case" \
					"$client" $case $transport "$address" 10000
			done
			check "$address $transport: every descriptor is closed" \
				poll 10 has_descriptors "$before"
			check_empty "$address $transport: no socket is left" on_test_port
		done
		check "$address tcp: a requester that does not read" \
			"$client" slow tcp "$address" 10000
	done
	check 'the plain services are there as ever' \
		"$top_builddir/tests/integration/agent_client" echo-then-fin 127.0.0.1 0
	check 'it has not said a word' cmp "$tmp/stderr" /dev/null
	stops
}

# The requester goes, and its sockets with it.
leaving() {
	local before requester
	start --bind 127.0.0.1 --testability=7777
	before=$(descriptors)
	mkfifo "$tmp/hold"
	exec 4<>"$tmp/hold"
	"$client" leave tcp 127.0.0.1 7777 <&4 >"$tmp/leave" &
	requester=$!
	exec 4>&-
	check 'a requester makes sockets' poll 10 grep -q ready "$tmp/leave"
	check 'so there are more descriptors' test "$(descriptors)" -gt $((before + 20))
	kill $requester
	check 'its connection ends: every descriptor is closed' poll 10 has_descriptors "$before"
	check_empty 'and no socket is left' on_test_port
	stops

	start --bind 127.0.0.1 --testability --tester-idle 300ms -v
	before=$(descriptors)
	check 'one over TCP is silent for too long' "$client" idle tcp 127.0.0.1 10000
	check 'one over UDP is' "$client" idle udp 127.0.0.1 10000
	check 'every descriptor is closed' poll 10 has_descriptors "$before"
	check_empty 'no socket is left' on_test_port
	stops
	check 'that is counted' grep -q '2 requesters ended as idle' "$tmp/stderr"
}

# 192.0.2.1 and .2 are this machine's, too, but not loopback.
refusals() {
	ip address add 192.0.2.1/32 dev lo
	ip address add 192.0.2.2/32 dev lo
	start --bind 192.0.2.1 --testability -v
	check 'not allowed over UDP: silence' "$client" refused udp 192.0.2.1 10000
	check 'not allowed over TCP: a reset' "$client" refused tcp 192.0.2.1 10000
	stops
	check 'they are counted' grep -q '2 refused for their address' "$tmp/stderr"
	start --bind 192.0.2.1 --testability --allow 192.0.2.0/30
	check 'allowed over UDP' "$client" all udp 192.0.2.1 10000
	check 'allowed over TCP' "$client" all tcp 192.0.2.1 10000
	check 'on no other address' says refused 1 "$client" refused tcp 192.0.2.2 10000
	stops
	start --bind 192.0.2.1 --testability=127.0.0.1:4000
	check 'on an address of its own' "$client" all tcp 127.0.0.1 4000
	check 'and on that only' says refused 1 "$client" refused tcp 192.0.2.1 4000
	stops
	start --bind 0.0.0.0 --testability --allow 192.0.2.2
	check 'the wildcard answers from where it was asked' "$client" pieces udp 192.0.2.2 10000
	stops
	start --bind 127.0.0.1
	check 'nothing is served unless asked for' says refused 1 "$client" refused tcp 127.0.0.1 10000
	stops
}

mistakes() {
	local args pattern
	while IFS='|' read -r args pattern; do
		# shellcheck disable=SC2086
		check "refused: $args" says "$pattern" 2 "$agent" --bind 127.0.0.1 $args
	done <<-'END'
	--testability=0|not a number from 1 to 65535
	--testability=x|not a number
	--testability=localhost:7|not a numeric
	--testability=::1:7|in brackets
	--testability=[::1]:|not a number
	--testability --allow 10.0.0.1/8|beyond the length
	--testability --allow 10.0.0.0/33|no such length
	--testability --allow here|not a numeric
	--allow 10.0.0.1|--testability, which is not given
	--testability --max-sockets 0|not a number from 1
	--testability --tester-idle 5|such as 500ms
	END
	start --bind 127.0.0.1 --testability=5000
	check 'a port in use' says '127.0.0.1:5000 .testability.*in use' 1 \
		"$agent" --bind 127.0.0.1 --port-base 100 --testability=5000
	stops
}

primitives
leaving
refusals
mistakes
done_testing
