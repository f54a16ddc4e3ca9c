#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# `shakedown doctor`: all is well in the lab, on a link and on the loopback; and
# each thing that may be in the way is found, and told with its remedy.
. "$abs_top_srcdir/tests/lib.sh"
. "$abs_top_srcdir/tests/integration/device.sh"

services='--port 9 --port 13 --port 19 --closed-port 81'

# lab STATUS TEXT OPTION...: without a device.
lab() {
	local wanted=$1 text=$2 output status
	shift 2
	output=$(shakedown doctor "$@" 2>&1)
	status=$?
	grep -qF -- "$text" <<<"$output" && [ $status -eq "$wanted" ] && return
	echo "$output"
	return 1
}
beside check 'the lab is well' lab 0 '0 to mind, 0 wrong'
beside check 'so is the simulated target' lab 0 'needs no network' --target sim
beside check 'what is no target is a mistake' lab 2 'no port behind the address' --target 192.0.2.1
beside check 'and so is a profile that is wrong' lab 3 'holds no YAML' --target-profile /dev/null

# finds SCRIPT TEXT...: status 4, and the texts.
finds() { ends 4 "$@" 'help: '; }

beside check 'an address that nobody has' ends 0 "clean; shakedown doctor \$both \$own $services" \
	'10.9.0.1 is reached through here from 10.9.0.77, which is no address of this host' \
	'packets may be captured and sent' 'here is up, its MTU is 1500' \
	'offloads of here that are on: none' \
	'nobody else has 10.9.0.77, and the next hop 10.9.0.1 answers ARP' \
	'nobody else has fd09::77, and the next hop fd09::1 answers neighbour solicitations' \
	'10 of 10 handshakes with port 7 answered' 'port 7, IPv6: echoes' \
	'port 9, IPv4: closes on FIN' 'port 13, IPv4: closes first' 'port 19, IPv6: sends by itself' \
	'port 81, IPv4: is closed' 'the capture lost none' '0 to mind, 0 wrong'
beside check "the host's own address" ends 0 'clean; shakedown doctor $both' \
	'10.9.0.1 is reached through here from 10.9.0.2, an address of this host' '0 wrong'
beside check 'the loopback' ends 0 '
	"$SHAKEDOWN_AGENT" --services --bind 127.0.0.1 --ready-fd 9 &
	read -rt 10 ready <&9
	shakedown doctor --target 127.0.0.1:7' 'port 7, IPv4: echoes' '0 wrong'
beside check 'a profile says where the target is' ends 0 '
	clean
	echo "{format: 1, kind: target, name: x, addresses: {ipv4: 10.9.0.1}, ports: [{port: 9}]}" \
		>"$fifo.yaml"
	shakedown doctor --target-profile "$fifo.yaml"' 'port 9, IPv4: closes on FIN' '0 wrong'

beside check 'the upper tester' ends 0 'clean
	device "$SHAKEDOWN_AGENT" --services=discard --discard=99 --bind 10.9.0.1 --testability \
		--allow 10.9.0.2 --ready-fd 9 &
	read -rt 10 ready <&9
	shakedown doctor --target 10.9.0.1:7 $own4 --agent 10.9.0.1' \
	'the upper tester answers: 10.9.0.1 port 10000, version 1.2.0' '0 wrong'
beside check 'no upper tester' finds 'clean
	shakedown doctor --target 10.9.0.1:7 $own4 --agent 10.9.0.1' \
	'upper tester' 'port 7, IPv4: echoes' ' 1 wrong'

beside check 'no privileges' finds 'clean
	setpriv --bounding-set -net_raw --inh-caps -net_raw shakedown doctor $both $own' \
	'no permission to capture and send packets (CAP_NET_RAW)' 'setcap'
beside check 'an interface that is not there' finds 'shakedown doctor $both $own -i elsewhere' \
	'no interface "elsewhere"'
beside check 'an interface that is down' finds '
	ip link set here down; shakedown doctor $both $own -i here' \
	'here is down' 'ip link set here up'
beside check 'no way to the target' finds 'shakedown doctor --target 192.0.2.1:7' 'no route to 192.0.2.1'
beside check 'a target that is not there' finds 'clean
	shakedown doctor --target 10.9.0.5:7 --source 10.9.0.77' 'no answer to ARP for 10.9.0.5'
beside check 'nor over IPv6' finds 'clean
	shakedown doctor --target "[fd09::5]:7" --source fd09::77' \
	'no answer to neighbour solicitations for fd09::5'
beside check 'an address that somebody has' finds 'clean
	device ip addr add 10.9.0.3/24 dev there
	shakedown doctor --target 10.9.0.1:7 --source 10.9.0.3' '10.9.0.3 is in use by'
beside check 'a service that is not started' finds 'clean; shakedown doctor --target 10.9.0.1:80 $own4' \
	'port 80, IPv4: refuses connections' 'start the service there'
beside check 'a service that does something else' finds 'clean
	shakedown doctor --target 10.9.0.1:9 --provides=echo $own4' \
	'port 9, IPv4: does not send back what it was sent'
beside check 'a port that is not closed' finds 'clean
	shakedown doctor --target 10.9.0.1:7 --closed-port 9 $own4' \
	'port 9, IPv4: does not answer a SYN with a reset'
beside check "checksums that the target's interface is to fill in" finds '
	shakedown doctor --target 10.9.0.1:7 $own4' 'checksums were not yet filled in' 'ethtool -K IF tx off'
beside check 'offloads that merge are told' ends 0 'clean; ethtool -K here gro on
	shakedown doctor --target 10.9.0.1:7 $own4' 'warn  here merges segments' 'ethtool -K here gro off'
beside check 'and turned off, and on again' ends 0 'clean; ethtool -K here gro on
	shakedown doctor --target 10.9.0.1:7 $own4 --set-offloads
	ethtool -k here | grep generic-receive' \
	'offloads of here that are on: none' '0 to mind, 0 wrong' 'generic-receive-offload: on'
done_testing
