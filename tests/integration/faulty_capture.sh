#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A target that is wrong, seen in a capture: this machine's own TCP talks to the
# reference peer of tests/peer, which has one fault at a time, and `shakedown
# verify` is given what tcpdump saw.  Of a right one nothing is found, nor is of
# the kernel.
. "$abs_top_srcdir/tests/lib.sh"
peer=$top_builddir/tests/peer/peer-live shakedown=$top_builddir/shakedown
need 'no network namespaces here, or not root' unshare --net true
for program in ip tcpdump python3; do
	need "no $program" command -v $program
done

# captured FILE FAULT: a few conversations with a peer that has FAULT ("": none).
captured() {
	unshare --net --kill-child --fork --pid --mount-proc bash -c '
	file=$1 peer=$2 fault=$3
	ip link add here type veth peer name there
	ethtool -K here tx off gso off tso off >/dev/null 2>&1
	ip link set there up && ip link set here up && ip addr add 10.9.0.77/24 dev here || exit 99
	poll 10 link_is_up here || exit 99
	"$peer" there ${fault:+"$fault"} >"$file.peer" 2>&1 &
	poll 10 in_file ready "$file.peer" || exit 99
	tcpdump -i here --immediate-mode -Z root -U -w "$file" "tcp and ip" 2>"$file.dump" & dump=$!
	poll 10 in_file listening "$file.dump" || exit 99
	python3 "$4"
	kill $dump
	wait $dump
	' captured "$1" "$peer" "$2" "$tmp/client.py"
}

cat >"$tmp/client.py" <<'PYTHON'
import socket
import threading


def talk(port, *words):
    s = socket.socket()
    s.settimeout(1)
    try:
        s.connect(("10.9.0.1", port))
        for word in words:
            s.sendall(word)
            s.recv(2000)
        s.shutdown(socket.SHUT_WR)
        while s.recv(2000):
            pass
    except OSError:
        pass
    s.close()


ports = [(7, b"one", b"two" * 100, b"three"), (7,), (7, b"x" * 4000, b"y"), (81,), (9, b"z")]
threads = [threading.Thread(target=talk, args=p) for p in ports]
for t in threads:
    t.start()
for t in threads:
    t.join()
PYTHON

# fault, and the clause that it breaks
list='
syn-ack-high SA-LISTEN-3
syn-not-counted SA-LISTEN-3
own-syn-not-counted 3.10.7.4-SEQ
ack-beyond 3.4-ACK-BEYOND
ack-goes-back 3.4-ACK-BACKWARDS
ack-flag-missing 3.1-ACK
fin-overcounted 3.4-ACK-BEYOND
fin-without-ack 3.1-ACK
rst-ack-low SA-CLOSED-2
rst-ack-seq SA-CLOSED-2
checksum-bad MUST-2
reserved-set 3.1-HEADER
mss-later MUST-65
padding-not-zero MUST-69
timestamp-not-echoed 3.2-ECHO
timestamps-lost R7323-TS-1
syn-ack-with-fin 3.5-SYN-FIN
'

# All at once: they wait for each other's clocks.
captured "$tmp/right" '' &
while read -r fault clause; do
	[ -z "$fault" ] || captured "$tmp/$fault" "$fault" &
done <<<"$list"
wait

finds() {
	"$shakedown" verify --end 10.9.0.1 "$tmp/$1" >"$tmp/out"
	grep -q "FAIL frame .*($2)" "$tmp/out" || { cat "$tmp/out"; return 1; }
}
check 'nothing is found of a right one' "$shakedown" verify "$tmp/right"
talked() { "$shakedown" verify -v --end 10.9.0.1 "$tmp/right" | grep -c 'PASS' | grep -qx 5; }
check 'it was talked to' talked
while read -r fault clause; do
	[ -z "$fault" ] || check "$fault breaks $clause" finds "$fault" "$clause"
done <<<"$list"
done_testing
