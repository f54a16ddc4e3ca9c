#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Ordinary programs talk over a path that loses, duplicates and reorders, and are
# captured at both ends and on either side of the path: `shakedown verify` finds
# nothing wrong with them.
#
# CAPTURE_CONVERSATIONS=N of each program (4; `make soak-captures` has 60).
# CAPTURE_KEEP=DIR keeps the captures.
#
#	client namespace: a0 -- ma0 [lossy_path] mb0 -- b0 :server namespace
set -u
if [ -z "${IN_NAMESPACES-}" ]; then
	. "$abs_top_srcdir/tests/lib.sh"
	need 'no namespaces here' unshare --net --mount --pid --fork --kill-child true
	for program in tcpdump ip ethtool python3 nsenter; do
		need "no $program" command -v $program
	done
	# Whatever kills this test takes the processes in its namespaces along.
	IN_NAMESPACES=$tmp timeout -k 5 900 unshare --net --mount --pid --fork --kill-child --mount-proc \
		bash "$0" >"$tmp/output" 2>&1 ||
		{ diag <"$tmp/output"; skip_all 'the path could not be set up'; }
	diag <"$tmp/output"
	[ -z "${CAPTURE_KEEP-}" ] || cp "$tmp"/*.pcap "$CAPTURE_KEEP"
	# Once in a million segments Linux's timestamp goes back by one tick, where a
	# segment is answered on another processor: seen, and rightly so (RFC 7323 5.4).
	nothing_wrong() {
		"$abs_top_builddir/shakedown" verify "$1" >"$tmp/said" && return
		grep -q 'FAIL' "$tmp/said" && ! grep 'FAIL\|ERROR\|INCONCLUSIVE' "$tmp/said" |
			grep -v '(5.4-CLOCK): its timestamp is older'
	}
	for capture in "$tmp"/*.pcap; do
		name=$(basename "$capture" .pcap)
		check "nothing wrong is seen at: $name" nothing_wrong "$capture"
	done
	for kind in holes late short oneway swapped; do
		for place in client server; do
			python3 "$abs_top_srcdir/tests/integration/vary.py" $kind \
				"$tmp/$place.pcap" "$tmp/varied"
			check "nor is it at: $place, $kind" nothing_wrong "$tmp/varied"
			[ -z "${CAPTURE_KEEP-}" ] || mv "$tmp/varied" "$CAPTURE_KEEP/$place-$kind"
		done
	done
	done_testing
fi

# ---- inside ----

dir=$IN_NAMESPACES
n=${CAPTURE_CONVERSATIONS:-4}
integration=$abs_top_srcdir/tests/integration
export no_proxy='*'

exec {held}< <(exec unshare --net sh -c 'echo; exec sleep infinity')
client=$!
read -rt 10 _ <&$held || exit 1
exec {held}< <(exec unshare --net sh -c 'echo; exec sleep infinity')
server=$!
read -rt 10 _ <&$held || exit 1
in_client() { nsenter -t $client -n "$@"; }
in_server() { nsenter -t $server -n "$@"; }

ip link set lo up
in_client ip link set lo up
in_server ip link set lo up
ip link add ma0 type veth peer name a0 netns $client || exit 1
ip link add mb0 type veth peer name b0 netns $server || exit 1
for link in ma0 mb0; do
	ethtool -K $link tx off gso off tso off gro off >/dev/null 2>&1
	ip link set $link up
done
in_client ethtool -K a0 tx off gso off tso off gro off >/dev/null 2>&1 || exit 1
in_server ethtool -K b0 tx off gso off tso off gro off >/dev/null 2>&1 || exit 1
in_client ip addr add 192.0.2.1/24 dev a0
in_client ip addr add 2001:db8::1/64 dev a0 nodad
in_server ip addr add 192.0.2.2/24 dev b0
in_server ip addr add 2001:db8::2/64 dev b0 nodad
in_client ip link set a0 up
in_server ip link set b0 up

# By the seed: what the SYNs agree on.
both() { in_client "$@" >/dev/null 2>&1; in_server "$@" >/dev/null 2>&1; }
both sysctl -w net.ipv4.tcp_fastopen=3
case $((${CAPTURE_SEED:-1} % 6)) in
2) both sysctl -w net.ipv4.tcp_ecn=1 ;;
3) both sysctl -w net.ipv4.tcp_timestamps=0 ;;
4) both sysctl -w net.ipv4.tcp_sack=0 ;;
5)
	in_client sysctl -w net.ipv4.tcp_window_scaling=0 net.ipv4.tcp_ecn=1 >/dev/null 2>&1
	# Where both open at once Linux goes on scaling its windows all the same
	# (RFC 7323 2.2), and that is seen.
	export NOT_AT_ONCE=1
	;;
esac

"$abs_top_builddir/tests/integration/lossy_path" ma0 mb0 "${CAPTURE_SEED:-1}" \
	"${CAPTURE_LOSS:-20}" 10 30 2000 >"$dir/path" & path=$!
poll 10 in_file ready "$dir/path" || exit 1

dumps=()
# dump NAME INTERFACE [NSENTER...]: captures into NAME.pcap.
dump() {
	local name=$1 interface=$2
	shift 2
	"$@" tcpdump -i "$interface" --immediate-mode -B 32768 -s 200 -U -Z root \
		-w "$dir/$name.pcap" 'tcp or ip6 proto 6' 2>"$dir/$name.log" &
	dumps+=($!)
	poll 10 in_file listening "$dir/$name.log"
}
dump client a0 nsenter -t $client -n || exit 1
dump middle-near-client ma0 || exit 1
dump middle-near-server mb0 || exit 1
dump server b0 nsenter -t $server -n || exit 1

# repeat COMMAND...: $n times, a few at a time.
repeat() {
	local i
	for ((i = 0; i < n; i++)); do
		"$@" >/dev/null 2>&1 &
		jobs_running+=($!)
		((i % 8 == 7)) && { wait "${jobs_running[@]}"; jobs_running=(); }
	done
	# Without a name it would wait for the servers too.
	[ ${#jobs_running[@]} -eq 0 ] || wait "${jobs_running[@]}"
	jobs_running=()
}

have() { command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || { echo "no $1: left out"; false; }; }

talk() {
	in_server python3 "$integration/talk.py" serve 192.0.2.2 7000 >"$dir/talk4" &
	in_server python3 "$integration/talk.py" serve 2001:db8::2 7000 >"$dir/talk6" &
	poll 10 in_file ready "$dir/talk4" && poll 10 in_file ready "$dir/talk6" || return
	in_server timeout 60 python3 "$integration/talk.py" meet 192.0.2.1 $n &
	in_client timeout 120 python3 "$integration/talk.py" rude 192.0.2.2 7000 7001 $n
	in_client timeout 120 python3 "$integration/talk.py" rude 2001:db8::2 7000 7001 $n
}

web() {
	have curl && have nginx || return
	mkdir -p "$dir/www" "$dir/nginx"
	head -c 300000 /dev/zero >"$dir/www/large"
	echo small >"$dir/www/small"
	cat >"$dir/nginx/nginx.conf" <<-CONF
		daemon off; user root; pid $dir/nginx/pid; error_log $dir/nginx/error;
		events {}
		http {
			access_log off; client_body_temp_path $dir/nginx/c; proxy_temp_path $dir/nginx/p;
			fastcgi_temp_path $dir/nginx/f; uwsgi_temp_path $dir/nginx/u;
			scgi_temp_path $dir/nginx/s; keepalive_timeout 1;
			server { listen 80; listen [::]:80; root $dir/www; }
		}
	CONF
	in_server nginx -p "$dir/nginx" -c "$dir/nginx/nginx.conf" &
	poll 10 test -s "$dir/nginx/pid" || return
	repeat in_client curl -sS -m 60 -o /dev/null http://192.0.2.2/large
	repeat in_client curl -sS -m 60 -o /dev/null 'http://[2001:db8::2]/small'
	repeat in_client curl -sS -m 60 -o /dev/null http://192.0.2.2/none http://192.0.2.2/small
}

secure_shell() {
	have ssh && have sshd && have ssh-keygen || return
	mkdir -p "$dir/ssh" /run/sshd && chmod 700 "$dir/ssh"
	ssh-keygen -q -t ed25519 -N '' -f "$dir/ssh/host" && cp "$dir/ssh/host.pub" "$dir/ssh/known"
	ssh-keygen -q -t ed25519 -N '' -f "$dir/ssh/user"
	in_server /usr/sbin/sshd -D -p 2222 -h "$dir/ssh/host" -f /dev/null -o UsePAM=no \
		-o StrictModes=no -o PermitRootLogin=yes -o MaxStartups=200 \
		-o AuthorizedKeysFile="$dir/ssh/user.pub" 2>"$dir/ssh/log" &
	poll 10 in_server python3 -c 'import socket; socket.create_connection(("192.0.2.2", 2222))' \
		2>/dev/null || return
	repeat in_client timeout 60 ssh -p 2222 -i "$dir/ssh/user" -o BatchMode=yes \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@192.0.2.2 \
		'head -c 100000 /dev/zero'
}

# One server takes one test at a time; each has a connection to talk about the
# other, so that there are twice as many.
throughput() {
	have iperf3 || return
	local i
	in_server iperf3 -s -p 5201 --forceflush >"$dir/iperf3" 2>&1 &
	poll 10 in_file listening "$dir/iperf3" || return
	for ((i = 0; i < (n + 1) / 2; i++)); do
		in_client timeout 60 iperf3 -c 192.0.2.2 -n 400K -4 >/dev/null 2>&1
		in_client timeout 60 iperf3 -c 192.0.2.2 -n 400K -R >/dev/null 2>&1
	done
}

jobs_running=()
talk & jobs=($!)
web & jobs+=($!)
secure_shell & jobs+=($!)
throughput & jobs+=($!)
wait "${jobs[@]}"
kill "${dumps[@]}"
wait "${dumps[@]}"
exit 0
