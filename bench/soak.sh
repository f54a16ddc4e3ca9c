#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# soak.sh SHAKEDOWN [REPETITIONS]: the suite against the lab, again and again, with
# every processor kept busy by something else.  Fails if a verdict ever changes.
set -u
program=$1
repetitions=${2:-100}

work=$(mktemp -d) || exit 1
busy=()
trap 'kill "${busy[@]}" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
for _ in $(seq "$(nproc)"); do
	while :; do :; done &
	busy+=($!)
done

cd "$work" || exit 1
SECONDS=0
"$program" run --repeat="$repetitions" --evidence=none --format=jsonl >events
status=$?
sed -nE 's/^\{"event":"result","id":"([^"]*)".*"verdict":"([a-z]*)".*/\1 \2/p' events >verdicts
runs=$(wc -l <verdicts)
variants=$(cut -d' ' -f1 verdicts | sort -u | wc -l)
if [ "$runs" -eq 0 ] || [ "$runs" -ne $((variants * repetitions)) ]; then
	echo "soak: $runs runs of $variants variants, $repetitions repetitions (exit status $status)"
	exit 1
fi
changed=$(sort -u verdicts | cut -d' ' -f1 | uniq -d)
echo "$variants variants, $repetitions repetitions, $(nproc) busy processors: $runs runs in $SECONDS s"
cut -d' ' -f2 verdicts | sort | uniq -c | sed 's/^ *//; s/^/  /'
[ -z "$changed" ] && { echo 'no verdict ever changed'; exit 0; }
echo 'verdicts that changed:'
grep -F "$changed" verdicts | sort | uniq -c
exit 1
