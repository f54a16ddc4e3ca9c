# SPDX-License-Identifier: BSD-2-Clause
#
# For tests of shakedown-agent, to be sourced after lib.sh: goes on in a network
# namespace of its own, on its loopback, with helpers that start the agent and end
# it.  $addresses are those of the loopback.
agent=$SHAKEDOWN_AGENT

if [ -z "${AGENT_TEST_NAMESPACE-}" ]; then
	need 'no ip command' ip -V
	unshare=(unshare -Urn)
	"${unshare[@]}" true 2>/dev/null || unshare=(unshare -n)
	need 'no permission to make a network namespace' "${unshare[@]}" true
	"${unshare[@]}" env AGENT_TEST_NAMESPACE=1 bash "$0"
	exit $?
fi
ip link set lo up || exit 99
addresses=(127.0.0.1)
if [ -e /proc/net/if_inet6 ]; then
	addresses+=(::1)
fi

# These are jobs of this shell, which check would run in another.

# result WHAT: the status of the last command is the result.
result() {
	local status=$?
	if [ $status -eq 0 ]; then ok "$1"; else not_ok "$1 (status $status)"; fi
}

told() { [ ! -e "/proc/$pid/fd/3" ]; }

# launch OPTION...: runs the agent in the background as $pid; succeeds once it is
# ready, and has closed the descriptor that says so.
launch() {
	local word fifo=$tmp/ready
	[ -p "$fifo" ] || mkfifo "$fifo"
	"$agent" "$@" --ready-fd 3 3>"$fifo" >"$tmp/stderr" 2>&1 &
	pid=$!
	read -r word <"$fifo" && [ "$word" = ready ] && poll 10 told
}
start() { launch "$@"; result "starts: $*"; }

# stop [SIGNAL]: ends the agent the way it should be ended; its exit status.
stop() { kill "-${1-TERM}" "$pid" && wait "$pid"; }
stops() { stop; result 'ends'; }
at_exit eval 'kill $(jobs -p) 2>/dev/null'

# says PATTERN STATUS COMMAND...: ends with STATUS, and an error message like it.
says() {
	local pattern=$1 wanted=$2 output status
	shift 2
	output=$("$@" 2>&1 </dev/null)
	status=$?
	echo "$output"
	[ $status -eq "$wanted" ] && [[ $output =~ $pattern ]]
}
