#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# `shakedown run --target` as one who qualifies a device uses it: another kernel
# behind a veth pair, with the plain services, addresses of the tester's own and
# the host's; and what is said when something is in the way, of which nothing
# may be called a failure of the target.
. "$abs_top_srcdir/tests/lib.sh"
. "$abs_top_srcdir/tests/integration/device.sh"

beside check 'addresses that nobody has' \
	ends 0 'clean; run $both $own --tag smoke --closed-port 81' 'Conformance: YES'
beside check "the host's own addresses" \
	ends 0 'clean; run $both --tag smoke --closed-port 81 -i here' 'Conformance: YES'
beside check 'no reset of the kernel got out meanwhile' ends 0 '
	resets() { awk "/^Tcp:/ && n++ { print \$15 }" /proc/net/snmp; }
	clean; before=$(resets)
	run $both --tag smoke -j 16 && echo "resets $(($(resets) - before))"' 'resets 0'
beside check 'a target on the loopback' ends 0 '
	"$SHAKEDOWN_AGENT" --services --bind 127.0.0.1 --bind ::1 --ready-fd 9 &
	read -rt 10 ready <&9
	run --target 127.0.0.1:7 --target [::1]:7 --tag smoke --closed-port 81' 'Conformance: YES'
beside check 'offloads are an error with the remedy' \
	ends 4 'run $both $own handshake/three-way' 'checksums were not yet filled in' 'ethtool -K IF tx off'
beside check 'what is skipped, and how it would not be' \
	ends 0 'clean; run --target 10.9.0.1:9 $own --tag smoke' 'no IPv6 address' '--port N=echo'

beside check 'a port that is closed' \
	ends 4 'clean; run --target 10.9.0.1:81 $own' '10.9.0.1 refuses connections to port 81'
beside check 'a host that is not there' ends 4 'clean; run --target 10.9.0.5:80 $own' \
	'no answer to ARP for 10.9.0.5'
beside check "nor with the host's own address" ends 4 'clean; run --target 10.9.0.5:80' 'ip neigh'
beside check 'an address without a way back' \
	ends 4 'clean; run --target 10.9.0.1:7 -i here --source 192.0.2.1' \
	'no answer from 10.9.0.1 port 7'
beside check 'a service that ends in the middle' ends 4 '
	clean
	run --target 10.9.0.1:7 $own -v "close-by-tester/*" "listen/*" --repeat 4 --rate 50 >"$fifo.out" 2>&1 & run=$!
	some() { [ "$(grep -c PASS "$fifo.out")" -gt 20 ]; }
	poll 30 some || exit 99
	kill -9 $agent
	wait $run; status=$?
	cat "$fifo.out"
	grep -q "no longer answered a plain handshake" "$fifo.out" || exit 99
	exit $status' 'the target cannot be reached any more'
beside check 'a link that goes down in the middle' ends 4 '
	clean
	run --target 10.9.0.1:7 $own -v "close-by-tester/*" "listen/*" --repeat 4 --rate 50 >"$fifo.out" 2>&1 & run=$!
	some() { [ "$(grep -c PASS "$fifo.out")" -gt 20 ]; }
	poll 30 some || exit 99
	device ip link set there down
	wait $run; status=$?
	cat "$fifo.out"
	exit $status' 'the target cannot be reached any more'

# The listen queue of one connection is full all the time.
listen_queue='
import socket
s = socket.create_server(("10.9.0.1", 90), backlog=1)
print("ready", flush=True)
while True:
    s.accept()[0].close()'
if command -v python3 >/dev/null; then
	# It may be full when a SYN comes, which proves nothing against the target: such a
	# run is inconclusive, and no run is a failure.
	beside check 'a short listen queue' ends 0 '
	clean
	device python3 -c '"'$listen_queue'"' >&9 & read -rt 10 ready <&9
	run --target 10.9.0.1:90 $own "handshake/*"
	case $? in 0 | 4) exit 0 ;; esac
	exit 1' ' passed'
else
	skip 'a short listen queue' 'no python3'
fi

# One packet in twenty is lost, both ways.
lossy='
	clean
	device nft -f - <<-END || exit 99
	table inet lossy {
		chain in { type filter hook input priority 0; tcp dport 7 numgen random mod 20 0 drop; }
		chain out { type filter hook output priority 0; tcp sport 7 numgen random mod 20 0 drop; }
	}
	END
'
if network "$lossy" >/dev/null 2>&1; then
	beside check 'a path that loses packets' ends 4 \
		"$lossy"'run $both $own -j 64 --tag "textbook and not slow"' 'the path loses packets'
else
	skip 'a path that loses packets' 'no nftables here'
fi
done_testing
