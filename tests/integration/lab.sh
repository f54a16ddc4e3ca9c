#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The lab on real packets, as whoever runs this and as an ordinary user, and
# that nothing of it stays behind when it is killed at any moment.
. "$abs_top_srcdir/tests/lib.sh"
probe=$abs_top_builddir/tests/integration/link_probe
need 'no network namespaces here' unshare -Urn true

# As an ordinary user, who must be able to reach the programs.
as_nobody() {
	local dir=$tmp/nobody
	if [ ! -d "$dir" ]; then
		mkdir "$dir" || return
		cp "$probe" "$abs_top_builddir/shakedown-agent" "$dir" || return
		chmod -R a+rX "$tmp"
	fi
	SHAKEDOWN_AGENT=$dir/shakedown-agent setpriv --reuid=65534 --regid=65534 \
		--clear-groups --inh-caps=-all --bounding-set=-all "$dir/link_probe" "$@"
}

check 'SYN, SYN|ACK, RST over the lab' "$probe" lab
if [ "$(id -u)" -ne 0 ]; then
	skip 'the same as an ordinary user' 'not root: it was one'
elif ! setpriv --reuid=65534 --regid=65534 --clear-groups unshare -Urn true 2>/dev/null; then
	skip 'the same as an ordinary user' 'user namespaces are forbidden'
else
	check 'the same as an ordinary user' as_nobody lab
fi

no_agent() { SHAKEDOWN_AGENT=/nonexistent "$probe" lab; }
check_status 1 'without its agent the lab is an error' no_agent
broken_agent() { SHAKEDOWN_AGENT=/bin/false "$probe" lab; }
check_status 1 'an agent that ends at once is an error' broken_agent

# Where the system forbids namespaces, the switch that does it is named.
forbidden() {
	local switch=$1 output
	output=$(unshare -Ur sh -c 'echo 0 >"$1" && shift && exec "$@"' sh \
		"/proc/sys/user/$switch" "$probe" lab) && return 1
	grep -qF "sysctl user.$switch" <<<"$output" || { echo "$output"; return 1; }
}
check 'forbidden network namespaces: the remedy is told' forbidden max_net_namespaces

# Processes of ours: marked by their environment, which a child inherits.
mark=SHAKEDOWN_LAB_TEST=$$
marked() {
	local f
	for f in /proc/[0-9]*/environ; do
		if tr '\0' '\n' 2>/dev/null <"$f" | grep -qxF "$mark"; then
			f=${f#/proc/}
			echo "${f%/environ}"
		fi
	done
}
none_left() { [ -z "$(marked)" ]; }
held() { grep -q held "$tmp/held"; }

# The namespaces of a lab, by their inode numbers.
namespaces_of() { local p; for p; do readlink "/proc/$p/ns/net"; done | sort -u; }
namespaces_gone() {
	local ns
	for ns in $1; do
		! readlink /proc/[0-9]*/ns/net 2>/dev/null | grep -qxF "$ns" || return 1
	done
}

: >"$tmp/held"
env "$mark" "$probe" hold >"$tmp/held" &
pid=$!
at_exit eval "kill -9 $pid 2>/dev/null"
check 'a lab is held' poll 20 held
namespaces=$(namespaces_of $(marked) | grep -vxF "$(readlink /proc/self/ns/net)")
check 'it has two namespaces' test "$(wc -l <<<"$namespaces")" -eq 2
check 'it has three processes' test "$(marked | wc -l)" -eq 3
kill -9 $pid
wait $pid 2>/dev/null
check 'SIGKILL leaves no process' poll 10 none_left
check 'and no namespace, so no interface' poll 10 namespaces_gone "$namespaces"

# At moments all over the start, which takes some 100 ms.
for i in $(seq 1 4 100); do
	env "$mark" timeout --foreground -s KILL "0.$(printf '%03d' "$i")" \
		"$probe" hold >/dev/null 2>&1
done
check 'SIGKILL while starting leaves no process' poll 10 none_left

env "$mark" "$probe" hold >"$tmp/held" &
pid=$!
at_exit eval "kill -9 $pid 2>/dev/null"
check 'a lab is held again' poll 20 held
kill -TERM $pid
wait $pid 2>/dev/null
check 'SIGTERM leaves no process' poll 10 none_left
done_testing
