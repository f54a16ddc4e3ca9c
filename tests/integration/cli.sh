#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The commands that need no network, and how each command fails: as whoever runs
# this and, if that is root, as an ordinary user without any privilege.
. "$abs_top_srcdir/tests/lib.sh"
for name in $(compgen -e SHAKEDOWN_); do
	[ "$name" = SHAKEDOWN_TESTCASES ] || [ "$name" = SHAKEDOWN_AGENT ] || unset "$name"
done
export SHAKEDOWN_TESTCASES=$top_srcdir/testcases
unset NO_COLOR
shakedown=$top_builddir/shakedown
cd "$tmp" || exit 99

# says PATTERN WHAT COMMAND...: COMMAND prints a line that matches, here or there.
says() {
	local pattern=$1 what=$2 output
	shift 2
	output=$("$@" 2>&1)
	if grep -qE -- "$pattern" <<<"$output"; then
		ok "$what"
	else
		not_ok "$what"
		{ echo "no line matches: $pattern"; head -20 <<<"$output"; } | diag
	fi
}

# fails STATUS PATTERN COMMAND...: both the status and the words are checked.
fails() {
	local status=$1 pattern=$2
	shift 2
	check_status "$status" "exit status $status: ${*##*/}" "$@"
	says "$pattern" "and says why" "$@"
}

cat >good.yaml <<'YAML'
format: 1
area: mine
cases:
  - id: first
    title: A handshake
    covers: [rfc9293:MUST-2]
    tags: [quick]
    matrix: {flags: [SYN, SYN|PSH]}
    steps:
      - send: $flags
      - expect: {flags: SYN|ACK, ack: iss + 1}
        state: SYN-RECEIVED
  - id: second
    title: Another, which takes its time
    covers: [rfc9293:SA-LISTEN-3]
    level: may
    tags: [slow]
    steps:
      - send: SYN
      - expect: {flags: SYN|ACK}
YAML
sed 's/expect: {flags/expect: {flgas/; s/SYN-RECEIVED/SYN-RECIEVED/' good.yaml >bad.yaml

# Usage
fails 2 'no command' "$shakedown"
fails 2 'did you mean "validate"' "$shakedown" valdate
fails 2 'did you mean --target' "$shakedown" run --tagret 1
fails 2 'list does not take --jobs' "$shakedown" list -j 4
fails 2 'brackets' "$shakedown" run --target 2001:db8::1 --evidence none
fails 2 'goes with --target or --target-profile only' "$shakedown" run --source 192.0.2.1
fails 2 'not FORMAT=FILE' "$shakedown" run --report result.xml
fails 2 'is expected' "$shakedown" list --tag 'smoke and'
check_status 0 'help' "$shakedown" --help
check_status 0 'version' "$shakedown" --version
says "^shakedown $(sed -n "s/.*AC_INIT(\[shakedown\], \[\(.*\)\]).*/\1/p" "$top_srcdir/configure.ac")\$" \
	'the version is that of the package' "$shakedown" version

# validate
check 'validate: the bundled cases' "$shakedown" validate
says '^2 cases, 6 variants: good$' 'validate counts what is good' "$shakedown" validate good.yaml
fails 3 'bad.yaml:[0-9]+:[0-9]+: error: .*flgas' "$shakedown" validate bad.yaml
says 'SYN-RECIEVED' 'validate shows every error' "$shakedown" validate bad.yaml
says '^ *\| *\^' 'with a caret under it' "$shakedown" validate bad.yaml
fails 3 'nonexistent.yaml' "$shakedown" validate nonexistent.yaml
fails 3 'flgas' "$shakedown" run bad.yaml
check 'a bad case file is no evidence' test ! -e shakedown-out

# validate: target profiles
target=$top_srcdir/examples/target.yaml
says '^Example PLC 200 1.4 .*, 3 ports: good$' 'validate knows a target profile' \
	"$shakedown" validate "$target"
says '^2 cases, 6 variants: good$' 'also beside a case file' \
	"$shakedown" validate "$target" good.yaml
sed 's/^jobs/jbos/; s/quiet, echo/quiet, ecco/' "$target" >target.yaml
fails 3 'target.yaml:[0-9]+:[0-9]+: error: unknown key "jbos"' "$shakedown" validate target.yaml
says 'did you mean "echo"' 'validate shows every error of it' \
	"$shakedown" validate target.yaml good.yaml
says '^2 cases' 'and goes on to the next file' "$shakedown" validate target.yaml good.yaml
check_status 3 'one wrong file is enough' "$shakedown" validate target.yaml "$target" good.yaml
fails 3 'unknown key "jbos"' "$shakedown" run --target-profile target.yaml
fails 3 'nonexistent.yaml' "$shakedown" run --target-profile nonexistent.yaml
fails 3 'unknown key "cases" in a target profile' "$shakedown" run --target-profile good.yaml
sed '/^addresses/d; /^source/d' "$target" >target.yaml
fails 2 'target.yaml has no address' "$shakedown" run --target-profile target.yaml
sed '/^ports/,/^closed/d' "$target" >target.yaml
fails 2 'target.yaml has no port' "$shakedown" run --target-profile target.yaml
fails 2 'not a number from 1' "$shakedown" run --rate 0

# list
columns() { "$shakedown" list "$@" | awk -F '  +' 'NF != 4 { bad = 1 } END { exit bad || !NR }'; }
check 'list has four columns' columns
check 'for each variant too' columns --variants
says '^mine/second  may     slow' 'list shows slow cases' "$shakedown" list good.yaml
lines() { [ "$("$shakedown" list "${@:2}" 2>/dev/null | wc -l)" -eq "$1" ]; }
check 'list --variants counts like validate' lines 6 good.yaml --variants
check 'parameters in brackets select variants' \
	lines 2 --cases good.yaml --variants '*[flags=SYN]'
check 'brackets are no pattern' lines 2 --cases good.yaml --variants 'mine/first[ip=4]'
check '--tag' lines 1 --cases good.yaml --tag 'quick and not slow'
check '--level' lines 1 --cases good.yaml --level may
check '--requirement' lines 1 --cases good.yaml --requirement SA-LISTEN-3
check 'path and pattern together' lines 3 good.yaml closed-port/syn
fails 5 "did you mean 'closed-port/syn'" "$shakedown" list closed-port/sym
fails 5 'nothing is selected' "$shakedown" run --tag slow --level may --requirement NONE
says 'warning: no case is called' 'a selector that takes nothing is mentioned' \
	"$shakedown" list closed-port/syn closed-port/sym

# explain
says 'RFC 9293 3.5|RFC 9293 3.10' 'explain a case' "$shakedown" explain handshake/three-way
says 'handshake/three-way' 'explain a requirement' "$shakedown" explain MUST-2
fails 5 'no case, requirement or row' "$shakedown" explain nothing/such

# plan
says '^ *send +SYN' 'plan shows what is sent' "$shakedown" plan handshake/three-way
says '0000  +45 00' 'plan --hex shows bytes' "$shakedown" plan --hex 'handshake/three-way[ip=4]'
same_twice() { cmp -s <("$shakedown" "$@") <("$shakedown" "$@"); }
cat >alone.yaml <<'YAML'
{format: 1, kind: target, name: Alone, addresses: {ipv4: 192.0.2.7}, agent: {address: 192.0.2.7}}
YAML
says '^  app +shutdown write' 'by the application where no port closes by itself' \
	"$shakedown" plan 'close-by-target/half-closed*' --target-profile alone.yaml
says 'on the target: a port from 20000 to 29999, by the application' 'and plan says so' \
	"$shakedown" plan close-by-target/simultaneous --target-profile alone.yaml
says 'on the target: port 13, by services' 'by a service where there is one' \
	"$shakedown" plan close-by-target/simultaneous --target 192.0.2.7:13 --agent 192.0.2.7
says 'on the target: skipped, the target has no port that sends back' 'or not at all' \
	"$shakedown" plan data/echo --target-profile alone.yaml
check 'plan --hex is the same each time' same_twice plan --hex 'data/*' --seed 7
differs() { ! cmp -s <("$shakedown" plan --hex data/echo --seed 1) <("$shakedown" plan --hex data/echo --seed 2); }
check 'and the seed changes it' differs
all_plans() { "$shakedown" plan --hex '*' >plans && ! grep -q 'what follows' plans; }
check 'every bundled case can be rehearsed to its end' all_plans
right_checksums() {
	# Wireshark finds no fault in the bytes of a plain handshake.
	"$shakedown" plan --hex 'handshake/three-way[ip=4,iss=random]' --seed 3 |
		sed -nE 's/^ {6}([0-9a-f]{4})  /\1 /p' >bytes
	text2pcap -q -l 101 bytes bytes.pcap >/dev/null 2>&1 &&
		[ "$(tshark -r bytes.pcap -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE \
			-Y 'tcp.checksum.status == 1' 2>/dev/null | wc -l)" -ge 2 ]
}
if command -v text2pcap >/dev/null && command -v tshark >/dev/null; then
	check 'Wireshark reads those bytes' right_checksums
else
	skip 'Wireshark reads those bytes' 'no tshark'
fi

# verify
fails 4 'cannot be read' "$shakedown" verify nonexistent.pcapng
fails 4 'not evidence' "$shakedown" verify good.yaml

# schema, completion
if "$shakedown" schema | grep -q properties; then
	check 'schema is JSON' eval '"$shakedown" schema | python3 -m json.tool >/dev/null'
fi
check 'schema target is another' eval \
	'! cmp -s <("$shakedown" schema target) <("$shakedown" schema case)'
check 'schema is that of case files' eval \
	'cmp <("$shakedown" schema) <("$shakedown" schema case)'
fails 2 'no schema of "cases"' "$shakedown" schema cases
check 'completion is bash' eval '"$shakedown" completion bash | bash -n'
fails 2 'there is one for bash' "$shakedown" completion fish
check 'the installed completion is what the program prints' \
	eval 'cmp "$top_srcdir/completions/shakedown" <("$shakedown" completion bash)'

# complete LINE: what bash would offer, one a line.
complete_line() {
	bash --norc -c '
		PATH=$1:$PATH
		eval "$(shakedown completion bash)"
		COMP_LINE=$2 COMP_POINT=${#2}
		read -ra COMP_WORDS <<<"$2"
		[[ $2 == *" " ]] && COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_shakedown shakedown 2>/dev/null
		printf "%s\n" "${COMPREPLY[@]}"' - "$top_builddir" "$1"
}
offers() { complete_line "$1" | grep -qxF -- "$2"; }
check 'completes a command' offers 'shakedown va' validate
check 'completes an option' offers 'shakedown run --strict --rep' --repeat=
check 'completes no option of another command' eval '! offers "shakedown list --ta" --target='
check 'completes a case' offers 'shakedown explain handshake/thr' handshake/three-way
check 'completes a word' offers 'shakedown run --format ta' tap
check 'completes a word behind =' offers 'shakedown run --keep=fa' failed
check 'completes the last of a list' offers 'shakedown run --level must,sh' must,should
check 'completes a file' offers 'shakedown validate go' good.yaml
check 'completes a file behind a format' offers 'shakedown run --report junit=go' good.yaml
check 'completes a profile' offers 'shakedown run --target-profile=go' good.yaml
check 'completes a schema' offers 'shakedown schema ta' target
check 'completes help' offers 'shakedown help comp' completion

# Output that nobody takes
check_status 6 'a full disk' eval '"$shakedown" list >/dev/full 2>/dev/null'

# The environment
says 'good.yaml|mine/first' 'an option from the environment' \
	env SHAKEDOWN_CASES=good.yaml "$shakedown" list
check_status 2 'a wrong one is an error' env SHAKEDOWN_LEVEL=high "$shakedown" list
check 'which the command line overrides' \
	env SHAKEDOWN_LEVEL=high "$shakedown" list --level must
says 'SHAKEDOWN_LEVEL' 'and is named' env SHAKEDOWN_LEVEL=high "$shakedown" list

# Colour
escapes() { "$@" 2>&1 | grep -q $'\033'; }
check 'no colour without a terminal' eval '! escapes "$shakedown" validate bad.yaml'
check 'colour if it is asked for' escapes "$shakedown" validate --color always bad.yaml
check 'NO_COLOR is for terminals, the option is stronger' \
	env NO_COLOR=1 bash -c '"$0" validate --color=always bad.yaml 2>&1 | grep -q $'"'\\033'" "$shakedown"

# Nothing of this takes a privilege.
if [ "$(id -u)" -eq 0 ]; then
	mkdir nobody && cp "$shakedown" nobody && cp -r "$top_srcdir/testcases" nobody
	chmod -R a+rX "$tmp"
	as_nobody() {
		SHAKEDOWN_TESTCASES=$tmp/nobody/testcases setpriv --reuid=65534 --regid=65534 \
			--clear-groups --inh-caps=-all --bounding-set=-all "$tmp/nobody/shakedown" "$@"
	}
	check 'validate as an ordinary user' as_nobody validate
	check 'list as an ordinary user' as_nobody list
	check 'plan as an ordinary user' as_nobody plan --hex handshake/three-way
	check 'explain as an ordinary user' as_nobody explain handshake/three-way
	fails 4 'permission|setcap|privileg' as_nobody run --target 127.0.0.1:9 --evidence none
	fails 6 "evidence none" as_nobody run --evidence "$tmp/forbidden" closed-port/syn
fi
done_testing
