#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# `shakedown model` and `shakedown explain` of its rows: forms that other programs
# read, filters, mistakes.
. "$abs_top_srcdir/tests/lib.sh"
for name in $(compgen -e SHAKEDOWN_); do unset "$name"; done
export SHAKEDOWN_TESTCASES=$top_srcdir/testcases
shakedown=$top_builddir/shakedown
cd "$tmp" || exit 99

check 'the table as text' eval '"$shakedown" model >all.txt && test $(wc -l <all.txt) -gt 100'
check 'states in any case' eval '"$shakedown" model time-wait Closed >some.txt'
check 'rows of these states' grep -q '^  TO-3 ' some.txt
check_status 1 'and of no others' grep -q 'SA-LISTEN-1' some.txt
check_status 2 'a state that is none' "$shakedown" model TIME-WAIT FIN-WAIT-3
check 'which is meant' eval '"$shakedown" model fin-wait-3 2>&1 | grep -q "did you mean FIN-WAIT-"'
check_status 2 'a form that is none' "$shakedown" model --format tap
check_status 2 'a form of another command' "$shakedown" run --format md
check_status 2 'a document that is none' "$shakedown" model --rules rfc9000
check_status 5 'nothing of this' "$shakedown" model CLOSED --event timeout
check 'an option of another command' \
	eval '"$shakedown" plan -f md 2>&1 | grep -q "an option of: run, list, verify, model"'
check 'one document of one state' eval \
	'"$shakedown" model TIME-WAIT --rules rfc1337 | grep -c "^  SA-RST" | grep -qx 2'
check 'what the environment says of reports is not for this' \
	env SHAKEDOWN_FORMAT=tap "$shakedown" model

if command -v python3 >/dev/null; then
	"$shakedown" model --format json >model.json
	check 'JSON' python3 -c '
import json
rows = json.load(open("model.json"))["rows"]
lines = [l for l in open("all.txt") if l.startswith("  ") and not l.startswith("  row ")]
assert len(rows) == len(lines) and len({r["id"] for r in rows}) == len(rows)
assert all(r["states"] and r["rules"] and r["level"] in ("must", "should", "may") for r in rows)'
	"$shakedown" list --format json >list.json
	"$shakedown" list >list.txt
	"$shakedown" list --format json --variants >variants.json
	check 'the list of cases as JSON' python3 -c '
import json
cases = json.load(open("list.json"))["cases"]
variants = json.load(open("variants.json"))["variants"]
assert [c["id"] for c in cases] == [l.split()[0] for l in open("list.txt")]
assert sum(c["variants"] for c in cases) == len(variants)
assert all(v["id"].startswith(v["case"]) and v["covers"] for v in variants)'
else
	skip 'JSON' 'there is no python3'
fi

"$shakedown" model --format dot >model.dot
if command -v dot >/dev/null; then
	check 'graphviz draws it' eval \
		'dot -Tsvg model.dot >model.svg && grep -q "TIME.*WAIT" model.svg'
else
	skip 'graphviz draws it' 'graphviz is not installed'
fi

check 'a row is explained' eval \
	'"$shakedown" explain sa-rst-3.rfc793 | grep -q "^  allowed by rfc9293, rfc793"'
check 'with the cases for its clause' eval \
	'"$shakedown" explain SA-RST-3.rfc793 | grep -q "reset/near-miss"'
check 'a requirement has its rows' eval '"$shakedown" explain SA-RST-3 | grep -q "SA-RST-3.rfc793"'
done_testing
