# SPDX-License-Identifier: BSD-2-Clause
#
# For shell tests (bash), to be sourced: TAP, cleanup, waiting.  A test ends with
# done_testing; one that dies before has no plan and fails for that.
#
#	. "$abs_top_srcdir/tests/lib.sh"
#	check 'the program knows its version' "$abs_top_builddir/shakedown" --version
#	done_testing
set -u

top_srcdir=$abs_top_srcdir
top_builddir=$abs_top_builddir
tests_run=0

# ok WHAT, not_ok WHAT, skip WHAT WHY: one result.
ok() { echo "ok - $1"; tests_run=$((tests_run + 1)); }
not_ok() { echo "not ok - $1"; tests_run=$((tests_run + 1)); }
skip() { echo "ok - $1 # SKIP $2"; tests_run=$((tests_run + 1)); }

# diag: shows stdin as TAP comments.
diag() { sed 's/^/# /'; }

# skip_all WHY: gives up before the first result.
skip_all() { echo "1..0 # SKIP $1"; exit 0; }

# need WHY COMMAND...: skips everything unless COMMAND succeeds.
need() { local why=$1; shift; "$@" >/dev/null 2>&1 || skip_all "$why"; }

done_testing() { together; echo "1..$tests_run"; exit 0; }

# check_status STATUS WHAT COMMAND...: passes if COMMAND ends with STATUS; shows
# what it printed if not.
check_status() {
	local wanted=$1 what=$2 output status
	shift 2
	output=$("$@" 2>&1)
	status=$?
	if [ $status -eq "$wanted" ]; then
		ok "$what"
	else
		not_ok "$what"
		{ echo "$* => $status, not $wanted"; echo "$output"; } | diag
	fi
}

# check WHAT COMMAND...: passes if COMMAND succeeds.
check() { check_status 0 "$@"; }

# check_empty WHAT COMMAND...: passes if COMMAND prints nothing; a test that looks
# for offenders prints them.
check_empty() {
	local what=$1 output
	shift
	output=$("$@" 2>&1)
	if [ -z "$output" ]; then
		ok "$what"
	else
		not_ok "$what"
		echo "$output" | diag
	fi
}

# beside CHECK ARGUMENT...: makes the check (check, check_status ...) beside those
# that follow, up to four at a time; together prints what came of them, in the order
# they stand in.  For checks that mostly wait, each with files, names and
# namespaces of its own.
checks_beside=()
beside() {
	local output=$tmp/beside.${#checks_beside[@]} slot
	[ -n "${slots-}" ] || { mkfifo "$tmp/slots" && exec {slots}<>"$tmp/slots" && printf 1234 >&$slots; }
	read -rN 1 slot <&$slots
	# A process group each, so that all of it can be ended.
	set -m
	(tests_run=0; "$@" >"$output" 2>&1 </dev/null; printf %s "$slot" >&$slots) &
	set +m
	checks_beside+=($!)
	at_exit eval "kill -- -$! 2>/dev/null"
}
together() {
	local i
	for i in "${!checks_beside[@]}"; do
		wait "${checks_beside[i]}"
		cat "$tmp/beside.$i"
		tests_run=$((tests_run + $(grep -cE '^(not )?ok ' "$tmp/beside.$i")))
	done
	checks_beside=()
}

# at_exit COMMAND...: what to undo when the test ends, however it ends; the last
# registered is undone first.  Call it in the line after the acquisition.
cleanups=()
at_exit() { cleanups+=("$(printf '%q ' "$@")"); }
run_cleanups() {
	local status=$? i
	trap '' INT TERM
	for ((i = ${#cleanups[@]} - 1; i >= 0; i--)); do
		eval "${cleanups[i]}"
	done
	exit $status
}
trap run_cleanups EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# A directory of the test's own.
tmp=$(mktemp -d) || exit 99
at_exit rm -rf "$tmp"

# For tests and for the shells that they start in namespaces:

# poll SECONDS COMMAND...: waits until COMMAND succeeds; fails after SECONDS.
poll() {
	local deadline=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
	shift
	until "$@"; do
		[ "${EPOCHREALTIME/[.,]/}" -lt $deadline ] || return 1
		sleep 0.01
	done
}

# link_is_up INTERFACE [COMMAND...]: COMMAND is what runs `ip` where the interface is.
link_is_up() { "${@:2}" ip link show "$1" | grep -q 'state UP'; }

# in_file WORDS FILE: the file, which may not be there yet, has a line with WORDS.
in_file() { grep -q -- "$1" "$2" 2>/dev/null; }

export -f poll link_is_up in_file

# tracked_files: prints the names of the files under version control.
tracked_files() { git -C "$top_srcdir" -c "safe.directory=$top_srcdir" ls-files; }
need_git() { need 'not a git clone' test -e "$top_srcdir/.git"; need 'no git' git --version; }

# sources SUFFIX...: prints the files under src, tests, bench and examples that end so.
sources() {
	local suffix
	for suffix; do
		(cd "$top_srcdir" && find src tests bench examples -name "*$suffix" | LC_ALL=C sort)
	done
}
