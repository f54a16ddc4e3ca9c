#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The main job: `shakedown run` in the built-in lab, as whoever runs this and as
# an ordinary user; every verdict again from the evidence alone; the files it
# writes; and what it leaves behind when it is stopped.
. "$abs_top_srcdir/tests/lib.sh"
for name in $(compgen -e SHAKEDOWN_); do unset "$name"; done
export SHAKEDOWN_TESTCASES=$top_srcdir/testcases SHAKEDOWN_AGENT=$top_builddir/shakedown-agent
shakedown=$top_builddir/shakedown
need 'no network namespaces here' unshare -Urn true
cd "$tmp" || exit 99

check 'the smoke cases conform' "$shakedown" run --tag smoke --evidence smoke
check 'and so does one case by its id' "$shakedown" run 'close-by-tester/four-way[ip=4]' \
	--evidence none --strict
count_files() { ls "$1" | wc -l; }
planned=$("$shakedown" list --variants --tag smoke | wc -l)
check 'there is one capture for each run' test "$(count_files smoke)" -eq "$planned"

# The whole suite: takes longest, because of what waits for timers.
whole_suite() {
	local status
	"$shakedown" run --evidence all --format jsonl --report junit=j.xml,json=j.json,tap=t.tap \
		>all.jsonl 2>all.err
	status=$?
	check 'the whole suite runs' test $status -le 1
	check_empty 'no run is an error or inconclusive' \
		eval 'grep -E "\"verdict\": ?\"(error|inconclusive)\"" all.jsonl | cut -c1-600'
	offline $status
	files
}

# Evidence in, same verdict out.
wrong_case() { "$shakedown" verify "$1" --case "$2"; }
offline() {
	check_status "$1" 'the evidence gives the same exit status' \
		"$shakedown" verify -q all/*.pcapng
	check_empty 'no verdict changes offline' \
		eval '"$shakedown" verify -q all/*.pcapng 2>&1 >/dev/null | grep "the verdict was"'
	check 'offline there are as many' \
		eval 'test "$("$shakedown" verify all/*.pcapng -v --format tap | grep -cE "^(not )?ok")" -eq "$(count_files all)"'
	check_status 4 'evidence of another case is refused' \
		wrong_case "$(ls all/closed-port.syn.*ip-4* | head -1)" 'nothing/such'
}

# The files it writes.
xpath() { [ "$(xmllint --xpath "$1" "$2")" = "$3" ]; }
tap_good() { [ "$(grep -cE '^(not )?ok ' t.tap)" -eq "$(sed -n 's/^1\.\.//p' t.tap)" ]; }
files() {
	if command -v xmllint >/dev/null; then
		check 'junit is XML' xmllint --noout j.xml
		check 'with every run in it' \
			xpath 'string(count(//testcase))' j.xml "$(grep -c . <(ls all))"
	else
		skip 'junit is XML' 'no xmllint'
	fi
	if command -v python3 >/dev/null; then
		check 'json is JSON' python3 -m json.tool j.json /dev/null
		check 'every line of jsonl is JSON' \
			python3 -c 'import json,sys; [json.loads(l) for l in open(sys.argv[1])]' all.jsonl
	else
		skip 'json is JSON' 'no python3'
	fi
	check 'tap has as many results as it planned' tap_good
}
beside whole_suite

if command -v tshark >/dev/null; then
	one=$(echo smoke/close-by-tester.four-way.*ip-4*random*.pcapng)
	check 'tshark shows the comments' \
		eval 'tshark -r "$one" -T fields -e frame.comment 2>/dev/null | grep -q "[a-z]"'
	check 'tshark finds nothing malformed' \
		eval '! tshark -r "$one" -Y _ws.malformed 2>/dev/null | grep -q .'
else
	skip 'tshark reads the evidence' 'no tshark'
fi

# --keep, --repeat, --max-fail, --seed
check 'repeated runs each leave a capture' eval '
	"$shakedown" run closed-port/syn --repeat 3 --evidence repeated -q >/dev/null &&
	test "$(count_files repeated)" -eq $((3 * $("$shakedown" list --variants closed-port/syn | wc -l)))'
check 'what passes is not kept' eval '
	"$shakedown" run closed-port/syn --keep failed --evidence kept -q >/dev/null && test ! -e kept'
numbers() {
	"$shakedown" run 'handshake/three-way[ip=4,iss=random]' --seed "$1" --evidence "$2" -q >/dev/null &&
		tshark -r "$2"/*.pcapng -o tcp.relative_sequence_numbers:FALSE -T fields -e tcp.seq \
			2>/dev/null | head -1
}
if command -v tshark >/dev/null; then
	check 'the same seed gives the same numbers' \
		eval '[ "$(numbers 5 s1)" = "$(numbers 5 s2)" ] && [ "$(numbers 6 s3)" != "$(numbers 5 s1)" ]'
fi

# A case that cannot pass
cat >wrong.yaml <<'YAML'
format: 1
area: wrong
cases:
  - id: ack-off-by-one
    title: The acknowledgment number is one too high
    covers: [rfc9293:SA-LISTEN-3]
    steps:
      - send: SYN
      - expect: {flags: SYN|ACK, ack: iss + 2, within: 200ms}
  - id: should
    title: The same as a recommendation
    level: should
    covers: [rfc9293:SA-LISTEN-3]
    steps:
      - send: SYN
      - expect: {flags: SYN|ACK, ack: iss + 2, within: 200ms}
YAML
check_status 1 'a broken MUST is status 1' "$shakedown" run --cases wrong.yaml wrong/ack-off-by-one
check_status 0 'a broken SHOULD is status 0' "$shakedown" run --cases wrong.yaml wrong/should
check_status 1 'and with --strict 1' "$shakedown" run --cases wrong.yaml wrong/should --strict
"$shakedown" run --cases wrong.yaml 'wrong/ack-off-by-one[ip=4]' --evidence wrong >wrong.out 2>&1
for pattern in 'wrong.yaml:9:[0-9]*' 'SYN|ACK' 'ack' 'evidence *wrong/' 'rerun .*wrong/ack-off-by-one\[ip=4\]'; do
	check "the failure shows $pattern" grep -q -- "$pattern" wrong.out
done
rerun=$(sed -n 's/^ *rerun *//p' wrong.out)
check_status 1 'the command it shows reruns it' eval "$rerun --evidence none"
check_status 1 'the evidence fails too' "$shakedown" verify --cases wrong.yaml wrong/*.pcapng
stopped() {
	[ "$("$shakedown" run --cases wrong.yaml wrong/ack-off-by-one --repeat 50 -j 1 --max-fail 2 \
		--evidence none --format tap 2>/dev/null | grep -c '^not ok')" -lt 10 ]
}
check '--max-fail stops' stopped
# on_loopback COMMAND...: beside a discard service on 127.0.0.1, in a network of its own.
on_loopback() {
	unshare -Urnpf --kill-child bash -c '
		ip link set lo up
		exec 3< <("$SHAKEDOWN_AGENT" --services=discard --bind 127.0.0.1 --ready-fd 1)
		read -r _ <&3
		"$@"' - "$@"
}
check_status 5 'if everything is skipped nothing was tested' on_loopback \
	"$shakedown" run closed-port/syn --target 127.0.0.1:9 --evidence none
check_status 4 'a port that is closed is found out before the suite' eval '
	on_loopback "$shakedown" run --target 127.0.0.1:10 --tag smoke --evidence none \
		2>refused.err'
check 'and told' grep -q 'refuses connections to port 10' refused.err
check_status 0 'the smoke cases against a loopback target' on_loopback \
	"$shakedown" run --tag smoke --target 127.0.0.1:9 --evidence none

# The application asked over the network, by either transport
beside_agent() {
	unshare -Urnpf --kill-child bash -c '
		ip link set lo up
		exec 3< <("$SHAKEDOWN_AGENT" --services=discard --bind 127.0.0.1 \
			--testability=127.0.0.1:10000 --ready-fd 1)
		read -r _ <&3
		"$@"' - "$@"
}
asked_at() {
	local agent=$1
	check_status 0 "the application asked at $agent" eval '
		beside_agent "$shakedown" run --tag application --target 127.0.0.1:9 \
			--agent "$agent" -j 32 --evidence "app-$agent" --keep all >"app-$agent.out"'
	check 'and it acts' grep -Eq '^[0-9]+ runs in .*: [1-9][0-9]+ passed' "app-$agent.out"
	check_status 0 'and judged again without it' \
		"$shakedown" verify -q "app-$agent"/*.pcapng
}
for agent in 127.0.0.1 tcp:127.0.0.1:10000 udp:127.0.0.1:10000; do
	beside asked_at $agent
done
# No service at all: what ports would do by themselves the application is asked for.
nothing_but_agent() {
	unshare -Urnpf --kill-child bash -c '
		ip link set lo up
		exec 3< <("$SHAKEDOWN_AGENT" --bind 127.0.0.1 --testability=127.0.0.1:10000 \
			--ready-fd 1)
		read -r _ <&3
		"$@"' - "$@"
}
check_status 0 'by the application alone' eval '
	nothing_but_agent "$shakedown" run --tag "textbook and not slow" --target 127.0.0.1 \
		--agent 127.0.0.1 -j 32 --evidence alone --keep all >alone.out'
check 'most of the textbook can be run' grep -Eq '^[0-9]+ runs in .*: (39[0-9]|[4-9][0-9]{2}) passed' alone.out
check 'what it cannot do is told' grep -q 'no port that sends back what it reads' alone.out
check_status 0 'and judged again that way' "$shakedown" verify -q alone/*.pcapng
# Services alone: to listen and to accept is what they do anyway.
check_status 0 'by a service instead of the application' eval '
	beside_agent "$shakedown" run "states/synchronized[ip=4,path=established-listen]" \
		--target 127.0.0.1:9 --evidence served --keep all >served.out'
check 'which is asked nothing' grep -q '1 passed' served.out
check_status 0 'and judged again so' "$shakedown" verify -q served/*.pcapng
check_status 4 'nobody answers there' eval '
	beside_agent "$shakedown" run --tag application --target 127.0.0.1:9 --evidence none \
		--agent 127.0.0.1:9999 2>agent.err'
check 'and that is said' grep -q 'no upper tester at 127.0.0.1 port 9999' agent.err
check_status 5 'without an upper tester such cases are skipped' eval '
	beside_agent "$shakedown" run "application/*" --target 127.0.0.1:9 --evidence none \
		>skip.out'
check 'with the reason' grep -q 'say --agent' skip.out

# A target profile
cat >profile.yaml <<'YAML'
format: 1
kind: target
name: loop
vendor: Example
notes: "one service, which is quiet"
addresses: {ipv4: 127.0.0.1}
ports:
  - {port: 9, provides: [quiet, closes-on-fin]}
closed-ports: [10]
jobs: 8
rate: 20
YAML
check_status 0 'the smoke cases against a target with a profile' eval '
	on_loopback "$shakedown" run --tag smoke --target-profile profile.yaml --evidence none \
		--report json=p.json >profile.out'
check 'the header names it' grep -q 'against Example loop (127.0.0.1)' profile.out
check 'and has the notes' grep -q 'notes on the target: one service, which is quiet' profile.out
check 'the report in JSON too' grep -q '"target_notes":"one service, which is quiet"' p.json
# Two runs at least 50 ms after each other, by what the captures say.
spaced() {
	on_loopback "$shakedown" run closed-port/syn 'handshake/three-way[ip=4]' --repeat 4 \
		--target-profile profile.yaml --evidence spaced -q >/dev/null
	capinfos -T -r -a -S spaced/*.pcapng | cut -f 2 | sort -n |
		awk 'NR > 1 && $1 - last < 0.04 { bad = 1 } { last = $1 }
			END { exit bad || NR < 4 }'
}
if command -v capinfos >/dev/null; then
	beside check 'runs are started no faster than it says' spaced
else
	skip 'runs are started no faster than it says' 'no capinfos'
fi
check_status 4 'the command line overrides it' eval '
	on_loopback "$shakedown" run --target-profile profile.yaml --port 11 --evidence none \
		2>refused.err && exit 1'
check 'and adds to it' grep -q 'refuses connections to port 11' refused.err
on_loopback "$shakedown" run --cases wrong.yaml --target-profile profile.yaml --evidence none \
	wrong/ack-off-by-one >wrong.out 2>&1
rerun=$(sed -n 's/^ *rerun *//p' wrong.out | head -1)
check 'the command to rerun has the profile' grep -q -- '--target-profile profile.yaml' <<<"$rerun"
check_status 1 'and works' on_loopback bash -c "$rerun --evidence none"

# Trouble
check_status 4 'no agent' env SHAKEDOWN_AGENT=/nonexistent "$shakedown" run --evidence none \
	--report junit=none.xml
check 'leaves a report all the same' grep -q '<testsuites' none.xml
check_status 6 'a report that cannot be written' \
	"$shakedown" run closed-port/syn --evidence none --report junit=/nonexistent/x
check_status 6 'a reader that goes away' eval \
	'"$shakedown" run --tag smoke --format tap --evidence none 2>/dev/null | true; (exit ${PIPESTATUS[0]})'

# As an ordinary user
if [ "$(id -u)" -ne 0 ]; then
	skip 'the same as an ordinary user' 'not root: it was one'
elif ! setpriv --reuid=65534 --regid=65534 --clear-groups unshare -Urn true 2>/dev/null; then
	skip 'the same as an ordinary user' 'user namespaces are forbidden'
else
	mkdir nobody && cp "$shakedown" "$SHAKEDOWN_AGENT" nobody && cp -r "$top_srcdir/testcases" nobody
	chmod -R a+rX "$tmp" && chmod a+rwx nobody
	check 'the smoke cases as an ordinary user' env -C nobody \
		SHAKEDOWN_TESTCASES=testcases SHAKEDOWN_AGENT=./shakedown-agent \
		setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
		--bounding-set=-all ./shakedown run --tag smoke --evidence out
	check 'with evidence' test "$(count_files nobody/out)" -eq "$planned"
fi

# Stopped: processes of ours are marked by their environment.
mark=SHAKEDOWN_RUN_TEST=$$
marked() {
	local f
	for f in /proc/[0-9]*/environ; do
		tr '\0' '\n' 2>/dev/null <"$f" | grep -qxF "$mark" && echo "$f"
	done
}
none_left() { [ -z "$(marked)" ]; }
# A run that takes its time: each case waits.
cat >long.yaml <<'YAML'
format: 1
area: long
cases:
  - id: wait
    title: Waits
    covers: [rfc9293:MUST-2]
    steps:
      - send: SYN
      - expect: {flags: SYN|ACK}
      - wait: 400ms
YAML
start_long() {
	rm -f long.jsonl
	env "$mark" "$shakedown" run --cases long.yaml --repeat 200 -j 4 --format jsonl \
		--evidence none --report junit=long.xml >long.jsonl 2>long.err &
	pid=$!
	at_exit eval "kill -9 $pid 2>/dev/null"
	poll 20 grep -q long/wait long.jsonl
}
start_long
check 'a long run starts' test $? -eq 0
kill -INT $pid
wait $pid
check 'SIGINT ends it with status 4' test $? -eq 4
check 'and says so' grep -q interrupted long.err
check 'its report is whole' eval '! command -v xmllint >/dev/null || xmllint --noout long.xml'
check 'what was in flight is in it' eval '! grep -q "<error" long.xml'
check 'nothing is left of it' poll 10 none_left
start_long
check 'a long run starts again' test $? -eq 0
kill -INT $pid
kill -INT $pid
wait $pid
check 'SIGINT twice ends it too' test $? -eq 4
check 'nothing is left of that either' poll 10 none_left
start_long
check 'a third one starts' test $? -eq 0
kill -KILL $pid
wait $pid 2>/dev/null
check 'SIGKILL leaves no process' poll 10 none_left
check 'but a report' eval '! command -v xmllint >/dev/null || xmllint --noout long.xml'
done_testing
