#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The JSON Schema that `shakedown schema` prints is one, takes every bundled case
# file, and rejects those of tests/diag whose mistake a schema can see; the same of
# the schemas of target profiles and of known deviations.
. "$abs_top_srcdir/tests/lib.sh"
need 'python3-jsonschema and python3-yaml are not installed' python3 -c 'import jsonschema, yaml'

# What an editor does: YAML by its own rules, then the schema.
#	check.py takes|rejects SCHEMA FILE...
# prints which of the files it does not take, or does.
cat >"$tmp/check.py" <<'END'
import json, sys, yaml
from jsonschema import Draft7Validator
wanted, schema = sys.argv[1], json.load(open(sys.argv[2]))
Draft7Validator.check_schema(schema)
for name in sys.argv[3:]:
    error = next(Draft7Validator(schema).iter_errors(yaml.safe_load(open(name))), None)
    if error and wanted == "takes":
        print("%s: %s: %s" % (name, list(error.absolute_path), error.message[:200]))
    if not error and wanted == "rejects":
        print("%s is taken" % name)
END

# schema_of KIND: prints it, as a file for check.py.
schema_of() { check "shakedown schema $1" eval "'$top_builddir/shakedown' schema $1 >$tmp/$1"; }

# takes KIND WHAT FILE...
takes() {
	local kind=$1 what=$2
	shift 2
	check_empty "it takes $what" python3 "$tmp/check.py" takes "$tmp/$kind" "$@"
}

# rejects KIND WHAT NAME...: those of tests/diag, or of a directory there.
rejects() {
	local kind=$1 what=$2
	shift 2
	check_empty "it rejects $what" python3 "$tmp/check.py" rejects "$tmp/$kind" \
		"${@/#/$top_srcdir/tests/diag/}"
}

schema_of case
mapfile -t bundled < <(find "$top_srcdir/testcases" -name '*.yaml' | sort)
takes case "the ${#bundled[@]} bundled case files" "${bundled[@]}"
rejects case 'case files of tests/diag' \
	case-{covers-wrong,is-a-text,keys-missing,values-wrong}.yaml \
	defaults-wrong.yaml exclude-without-reason.yaml expect-{keys,matchers,options}.yaml \
	file-{area-not-a-word,cases-empty,format-missing,format-unknown,is-a-list}.yaml \
	file-unknown-key.yaml fragment-keys.yaml matrix-{empty,ip-wrong}.yaml \
	send-{data,fields,flags,options}.yaml step-{alive,kinds,one-of,state,wait}.yaml

schema_of target
takes target examples/target.yaml "$top_srcdir/examples/target.yaml"
rejects target 'target profiles of tests/diag' target/{case-file,keys-missing,kind-wrong}.yaml \
	target/{ports-empty,ports-wrong,timers,unknown-keys,values-wrong}.yaml

schema_of deviations
takes deviations 'the published lists' "$top_srcdir"/reports/known/*.yaml
rejects deviations 'lists of tests/diag' known/{keys-missing,kind-wrong,not-a-list}.yaml \
	known/{target-profile,unknown-keys,values-wrong}.yaml
done_testing
