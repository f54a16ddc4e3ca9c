#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Holds src/ to layers.tsv: lower rooms never include higher ones, a third-party
# header is included by one file, and no headers include each other in a circle.
. "$abs_top_srcdir/tests/lib.sh"
cd "$top_srcdir" || exit 99
table=tests/layers.tsv

# Every include as "FILE<tab>QUOTE<tab>HEADER", FILE relative to src/ and HEADER
# too if it is one of ours.
includes() {
	(cd src && find . -name '*.[ch]' -printf '%P\0' | LC_ALL=C sort -z |
		xargs -0 sed -nE 's/^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]*)[>"].*/\1\t\2/; T; F; p' |
		paste - -) |
	while IFS=$'\t' read -r file quote header; do
		[ "$quote" = '"' ] && [ ! -e "src/$header" ] && [ -e "src/${file%/*}/$header" ] &&
			header=${file%/*}/$header
		printf '%s\t%s\t%s\n' "$file" "$quote" "$header"
	done
}
includes >"$tmp/includes"

unknown_rooms() {
	cut -f1 "$tmp/includes" | sed 's,/.*,,' | sort -u |
		comm -23 - <(awk '$1 == "room" { print $2 }' $table | sort)
}

upward() {
	awk -F'\t' '
	NR == FNR && $1 == "room" { n = split($3, to, " "); for (i = 1; i <= n; i++) may[$2, to[i]] = 1 }
	NR == FNR { next }
	$2 != "\"" || $3 == "config.h" { next }
	{
		room = $1; sub("/.*", "", room)
		other = $3; sub("/.*", "", other)
		if (room != other && !((room, other) in may))
			print "src/" $1 " includes " $3
	}' $table "$tmp/includes"
}

# The two rules for third-party headers: in the right room, in one file of it.
third_party() {
	local kind pattern room
	while IFS=$'\t' read -r kind pattern room; do
		[ "$kind" = only ] || continue
		awk -F'\t' -v room="$room/" -v pattern="^${pattern//\\/\\\\}\$" '
		$2 == "<" && $3 ~ pattern { files[$1] = $3; if (index($1, room) != 1) stray[$1] = 1 }
		END {
			for (f in stray)
				print "src/" f " includes " files[f] ", which is for src/" room
			if (length(files) > 1)
				for (f in files)
					print "src/" f " is one of " length(files) " files with " files[f]
		}' "$tmp/includes"
	done <$table
}

circles() {
	awk -F'\t' '$2 == "\"" { print $1, $3 }' "$tmp/includes" | tsort 2>&1 >/dev/null
}

check 'src has includes to look at' test -s "$tmp/includes"
check_empty 'every room is in the table' unknown_rooms
check_empty 'no room includes a higher one' upward
check_empty 'a third-party header is included by one file, in its room' third_party
check_empty 'no circle of includes' circles
done_testing
