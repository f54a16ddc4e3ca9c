#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The JSON Schema that `shakedown schema` prints is one, takes every bundled case
# file, and rejects those of tests/diag whose mistake a schema can see; the same of
# the schemas of target profiles and of known deviations.
. "$abs_top_srcdir/tests/lib.sh"
need 'python3-jsonschema and python3-yaml are not installed' python3 -c 'import jsonschema, yaml'

# What an editor does: YAML by its own rules, then the schema.
cat >"$tmp/check.py" <<'END'
import json, sys, yaml
from jsonschema import Draft7Validator
schema = json.load(open(sys.argv[1]))
if len(sys.argv) == 2:
    Draft7Validator.check_schema(schema)
for name in sys.argv[2:]:
    for error in Draft7Validator(schema).iter_errors(yaml.safe_load(open(name))):
        print("%s: %s: %s" % (name, list(error.absolute_path), error.message[:200]))
        sys.exit(3)
END

check 'shakedown schema' sh -c '"$1" schema >"$2" && test -s "$2"' sh \
	"$top_builddir/shakedown" "$tmp/schema.json"
check 'it is a JSON Schema' python3 "$tmp/check.py" "$tmp/schema.json"

while read -r file; do
	check "it takes ${file#"$top_srcdir"/}" python3 "$tmp/check.py" "$tmp/schema.json" "$file"
done < <(find "$top_srcdir/testcases" -name '*.yaml' | sort)

for name in case-covers-wrong case-is-a-text case-keys-missing case-values-wrong defaults-wrong \
	exclude-without-reason expect-keys expect-matchers expect-options file-area-not-a-word \
	file-cases-empty file-format-missing file-format-unknown file-is-a-list file-unknown-key \
	fragment-keys matrix-empty matrix-ip-wrong send-data send-fields send-flags send-options \
	step-alive step-kinds step-one-of step-state step-wait; do
	check_status 3 "it rejects tests/diag/$name.yaml" \
		python3 "$tmp/check.py" "$tmp/schema.json" "$top_srcdir/tests/diag/$name.yaml"
done

check 'shakedown schema target' sh -c '"$1" schema target >"$2" && test -s "$2"' sh \
	"$top_builddir/shakedown" "$tmp/target.json"
check 'it is a JSON Schema' python3 "$tmp/check.py" "$tmp/target.json"
check 'it takes examples/target.yaml' python3 "$tmp/check.py" "$tmp/target.json" \
	"$top_srcdir/examples/target.yaml"
for name in case-file keys-missing kind-wrong ports-empty ports-wrong timers unknown-keys \
	values-wrong; do
	check_status 3 "it rejects tests/diag/target/$name.yaml" \
		python3 "$tmp/check.py" "$tmp/target.json" "$top_srcdir/tests/diag/target/$name.yaml"
done

check 'shakedown schema deviations' sh -c '"$1" schema deviations >"$2" && test -s "$2"' sh \
	"$top_builddir/shakedown" "$tmp/deviations.json"
check 'it is a JSON Schema' python3 "$tmp/check.py" "$tmp/deviations.json"
check 'it takes the published lists' python3 "$tmp/check.py" "$tmp/deviations.json" \
	"$top_srcdir"/reports/known/*.yaml
for name in keys-missing kind-wrong not-a-list target-profile unknown-keys values-wrong; do
	check_status 3 "it rejects tests/diag/known/$name.yaml" python3 "$tmp/check.py" \
		"$tmp/deviations.json" "$top_srcdir/tests/diag/known/$name.yaml"
done
done_testing
