# SPDX-License-Identifier: BSD-2-Clause
#
# For shell tests, to be sourced after lib.sh: a device to test, which is another
# kernel behind a veth pair, with the plain services of shakedown-agent.
for name in $(compgen -e SHAKEDOWN_); do unset "$name"; done
export SHAKEDOWN_TESTCASES=$top_srcdir/testcases SHAKEDOWN_AGENT=$top_builddir/shakedown-agent
need 'no network namespaces here' unshare -Urn true
need 'no iproute2' ip -V
need 'no nsenter' nsenter --version
need 'no ethtool' ethtool --version
PATH=$top_builddir:$PATH

# network SCRIPT: the device's namespace has 10.9.0.1 and fd09::1 on `there` and
# the agent's services; SCRIPT runs in the tester's, `device COMMAND` in the other.
# Each has a $fifo, which gives its name to whatever other files SCRIPT wants.
network() {
	local fifo
	fifo=$(mktemp -u "$tmp/fifo.XXXXXX") && mkfifo "$fifo" || return 99
	timeout --foreground 100 unshare -Urn --kill-child --fork --pid --mount-proc bash -c '
	fifo=$1
	exec 9<>"$fifo"
	ip link set lo up
	ip link add here type veth peer name there
	exec 8< <(exec unshare -n sh -c "echo; exec sleep infinity")
	other=$!
	read -rt 10 _ <&8 || exit 99
	ip link set there netns $other
	device() { nsenter -t $other -n "$@"; }
	clean() {
		ethtool -K here tx off tso off gso off gro off &&
			device ethtool -K there tx off tso off gso off gro off
	} >/dev/null
	ip addr add 10.9.0.2/24 dev here
	ip addr add fd09::2/64 dev here nodad
	ip link set here up
	device ip link set lo up
	device ip addr add 10.9.0.1/24 dev there
	device ip addr add fd09::1/64 dev there nodad
	device ip link set there up
	# Not with the function: the process is to be the agent itself.
	nsenter -t $other -n "$SHAKEDOWN_AGENT" --services --bind 0.0.0.0 --bind :: \
		--ready-fd 9 >&2 &
	agent=$!
	read -rt 10 ready <&9
	# Each end for itself: until then what it sends is lost.
	poll 10 link_is_up here && poll 10 link_is_up there device || exit 99
	both="--target 10.9.0.1:7 --target [fd09::1]:7"
	own4="--source 10.9.0.77"
	own="$own4 --source fd09::77"
	run() { shakedown run --evidence none --color never "$@"; }
	'"$1" network "$fifo"
}

# ends STATUS SCRIPT TEXT...: the network's SCRIPT ends so and says each TEXT, and
# calls nothing a failure of the target.
ends() {
	local wanted=$1 script=$2 output status text
	shift 2
	output=$(network "$script" 2>&1)
	status=$?
	for text; do
		grep -qF -- "$text" <<<"$output" || { echo "no \"$text\""; status=; }
	done
	! grep 'FAIL \[' <<<"$output" && [ "$status" = "$wanted" ] && return
	echo "exit status $status, not $wanted"
	echo "$output"
	return 1
}
