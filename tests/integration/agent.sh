#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# shakedown-agent over loopback, in a network namespace of its own: what the
# services promise as a peer sees it (agent_client.c), limits, the command line,
# and that its manual page and completion say what the program does.
. "$abs_top_srcdir/tests/lib.sh"
. "$abs_top_srcdir/tests/integration/agent_lib.sh"
client=$abs_top_builddir/tests/integration/agent_client

peer() { "$client" "$@"; }

gone() { [ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }

cpu_ticks() { awk '{ print $14 + $15 }' "/proc/$pid/stat"; }

# spends_less TICKS COMMAND...: COMMAND succeeds, and the agent hardly runs.
spends_less() {
	local limit=$1 before after
	shift
	before=$(cpu_ticks)
	"$@" || return 1
	after=$(cpu_ticks)
	echo "$((after - before)) clock ticks"
	[ $((after - before)) -lt "$limit" ]
}

services() {
	local address case
	start "${addresses[@]/#/--bind=}"
	for address in "${addresses[@]}"; do
		for case in echo-then-fin echo-one-segment echo-backpressure echo-reset-midway \
			discard-all discard-four-segments chargen-pattern chargen-window \
			daytime-line daytime-half-closed garbage many; do
			check "$address: $case" peer $case "$address" 0
		done
	done
	check 'a chargen that nobody reads costs nothing' \
		spends_less 8 peer chargen-window 127.0.0.1 0
	check 'it has not said a word' cmp "$tmp/stderr" /dev/null
	"$client" wait-for-reset 127.0.0.1 0 >"$tmp/waiting" &
	local waiting=$!
	check 'a peer connects' poll 10 grep -q connected "$tmp/waiting"
	stop
	result 'SIGTERM ends it with status 0'
	wait $waiting
	result 'connections are reset in the end'
	start --bind 127.0.0.1
	stop INT
	result 'so does SIGINT'

	start --bind 127.0.0.1
	local firehoses=() i
	for i in 1 2 3 4; do
		"$client" firehose 127.0.0.1 0 >"$tmp/waiting" &
		firehoses+=($!)
		poll 10 grep -q connected "$tmp/waiting"
	done
	kill "$pid"
	check 'SIGTERM is heard above the noise' poll 10 gone "$pid"
	wait "$pid"
	result 'and ends it with status 0'
	wait "${firehoses[@]}"
}

binds_no_other() {
	start --bind 127.0.0.2 --services=echo --echo 2000
	check 'answers there' peer dial 127.0.0.2 1993
	check 'but not on its neighbour' says refused 1 peer dial 127.0.0.1 1993
	check 'nor with other services' says refused 1 peer dial 127.0.0.2 1995
	stops
}

limits() {
	start --bind 127.0.0.1 --max-connections 10 -v
	check 'too many: the one idle longest goes' peer crowd 127.0.0.1 0
	stop
	check 'and is counted' grep -q ' 1 reset as too many' "$tmp/stderr"
	start --bind 127.0.0.1 --max-connections 10
	check 'some go in the moment they speak' env AGENT_PID=$pid "$client" burst 127.0.0.1 0
	check 'after which the limit is what it was' peer crowd 127.0.0.1 0
	stops

	start --bind 127.0.0.1 --idle-limit 300ms -v
	check 'idle too long: reset, and only those' peer idle 127.0.0.1 0
	stop
	check 'and are counted' grep -q ' 3 reset as idle' "$tmp/stderr"
}

# Descriptors run out behind its back: first with connections to give up, then
# with none.
descriptors() {
	if ! prlimit --version >/dev/null 2>&1; then
		skip 'descriptors run out' 'no prlimit command'
		return
	fi
	start --bind 127.0.0.1
	prlimit --pid "$pid" --nofile=20:
	check 'no descriptor left: the one idle longest goes' peer hog 127.0.0.1 0
	prlimit --pid "$pid" --nofile=3:
	"$client" wait-for-reset 127.0.0.1 0 >"$tmp/waiting" &
	local waiting=$!
	poll 10 grep -q connected "$tmp/waiting"
	check 'no descriptor at all: it rests and does not spin' \
		spends_less 8 poll_for 1
	prlimit --pid "$pid" --nofile=1000:
	check 'then it goes on' peer echo-then-fin 127.0.0.1 0
	stops
	wait $waiting
}

# Nothing else to wait for: that something does not happen takes time.
poll_for() { ! poll "$1" false; }

mistakes() {
	local args
	while IFS='|' read -r args pattern; do
		# shellcheck disable=SC2086
		check "refused: $args" says "$pattern" 2 "$agent" $args
	done <<-'END'
	|no address to listen on: give at least one --bind
	--bind|requires an argument
	--bind 0|not a numeric
	--bind localhost|not a numeric
	--bind 0::0|if that is wanted, write ::
	--bind ::ffff:127.0.0.1|write the IPv4 address itself
	--bind fe80::1|needs its interface
	--bind fe80::1%nosuch|no such interface
	--bind 224.0.0.1|cannot carry TCP
	--bind ff02::1|cannot carry TCP
	--bind 127.0.0.1 --bind 127.0.0.1|given twice
	--bind 127.0.0.1 --port-base 65530|not a number from 0 to 65516
	--bind 127.0.0.1 --echo 0|not a number from 1 to 65535
	--bind 127.0.0.1 --echo 65536|not a number from 1 to 65535
	--bind 127.0.0.1 --echo 7x|not a number
	--bind 127.0.0.1 --echo -7|not a number
	--bind 127.0.0.1 --echo 9|echo and discard cannot both have port 9
	--bind 127.0.0.1 --services=echo,tftp|no service is called 'tftp'
	--bind 127.0.0.1 --services=|no service is called ''
	--bind 127.0.0.1 --idle-limit 120|such as 500ms
	--bind 127.0.0.1 --idle-limit s|such as 500ms
	--bind 127.0.0.1 --max-connections 0|not a number from 1
	--bind 127.0.0.1 --ready-fd 77|not open
	--bind 127.0.0.1 7|is not an option
	--bnid 127.0.0.1|nrecognized option.*--help
	END
}

trouble() {
	check 'an address of another machine' \
		says "Cannot assign.*help: no interface has this address" 1 \
		"$agent" --bind 192.0.2.1
	start --bind 127.0.0.1 --port-base 3000
	check 'a port in use' says "127.0.0.1:3007 .echo.*in use.*help: .*ss -ltnp" 1 \
		"$agent" --bind 127.0.0.1 --port-base 3000
	stop
	if unshare -U true 2>/dev/null; then
		# An unmapped user in a user namespace of no power over this network.
		check 'a port that needs privilege' \
			says "127.0.0.1:7 .*help: .*CAP_NET_BIND_SERVICE.*--port-base" 1 \
			unshare -U "$agent" --bind 127.0.0.1
	else
		skip 'a port that needs privilege' 'no user namespaces'
	fi
	! launch --bind 127.0.0.1 --bind 192.0.2.1
	result 'not ready when it cannot listen everywhere'
	[ ${#addresses[@]} -lt 2 ] || launch --bind 0.0.0.0 --bind :: && stop
	result 'the wildcards stand side by side'
}

manual() {
	local page=$top_srcdir/man/shakedown-agent.8 line
	sed -nE 's/^ .*--([a-z-]+)\[?(=[A-Z]+)?.*/\1\2/p' <<<"$("$agent" --help)" >"$tmp/help"
	sed -nE 's/^\.It .*\\-([a-z-]+)( .*)?$/\1\2/; T; s/ Ns Op = Ns Ar / Ns = Ns Ar /
		s/ Ns = Ns Ar /=/; p' "$page" >"$tmp/page"
	check 'the manual page has the options of --help' \
		diff <(sort "$tmp/help") <(sort "$tmp/page")
	while read -r line; do
		# shellcheck disable=SC2086
		launch ${line#shakedown-agent } && stop
		result "example: $line"
	done < <(sed -n 's/^\.Dl [#$] //p' "$page")
	if mandoc -V >/dev/null 2>&1 || command -v mandoc >/dev/null; then
		check_empty 'mandoc has nothing to say about the manual page' \
			mandoc -Tlint -W warning "$page"
	else
		skip 'mandoc has nothing to say about the manual page' 'no mandoc'
	fi
}

# complete WORDS...: what completion makes of a line that ends with the last word.
completes() {
	COMP_WORDS=(shakedown-agent "$@")
	COMP_LINE=${COMP_WORDS[*]}
	COMP_POINT=${#COMP_LINE}
	COMP_CWORD=$#
	_shakedown_agent "$agent"
	echo "${COMPREPLY[*]}"
}

completion() {
	# shellcheck source=/dev/null
	. "$top_srcdir/completions/shakedown-agent"
	local expected
	while IFS='|' read -r words expected; do
		# shellcheck disable=SC2086
		check "completes: $words" test "$(completes $words)" = "$expected"
	done <<-'END'
	--idl|--idle-limit=
	--s|--services
	--ver|--verbose --version
	--services=echo,d|echo,discard echo,daytime
	--bind=127|127.0.0.1
	--bind 127|127.0.0.1
	--echo=1|
	END
}

services
binds_no_other
limits
descriptors
mistakes
trouble
manual
completion
check_status 0 '--help' "$agent" --help
check '--version' says '^shakedown-agent [0-9]' 0 "$agent" --version
done_testing
