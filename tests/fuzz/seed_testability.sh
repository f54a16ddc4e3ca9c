#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Writes the seeds of fuzz_testability into corpus/testability, one file per
# line below: its name, then words.  GGPP:PARAMETERS is a request of group GG,
# primitive PP; a word in hex without colon stands for itself.  What the fuzzer
# finds is added to the corpus as it is, under other names.
set -eu
cd "$(dirname "$0")/corpus/testability"

create4=0201:01ffff000400000000
create6=0201:01ffff001000000000000000000000000000000000
connect=0205:00011f900004c0000201
accept='0204:0001ffff c140 c400'

while read -r name words; do
	[ -n "$name" ] || continue
	out=
	for word in $words; do
		if [[ $word == *:* ]]; then
			params=${word#*:}
			out+=0105${word%%:*}$(printf '%08x' $((8 + ${#params} / 2)))0000000101010000$params
		else
			out+=$word
		fi
	done
	printf '%b' "$(sed 's/../\\x&/g' <<<"$out")" >"$name"
done <<END
version      0001: 0002:
end          $create4 $create6 0003:0001000aefbbbf5445535453 0003:00010000
create-none  0201:00ffff000400000000 0201:020000000400000000 0201:01ffff0003000000
connect-send $create4 $connect 0202:0001000a280003616263 0200:000100
connect-slow 9000 $create4 $connect 0202:00010fff000003616263 8200 0207:000101 8203 7f03:0001
send-stuck   $create4 $connect c01f 0202:0001ffff000001ff 0202:0001ffff000001ff c210 0207:000102 0200:000100 c200
forward      $create4 $connect 0203:000100100400 c10f c117 0203:00010000ffff
accept       $create4 $accept c103 c107 0203:00020100ffff c110 0200:000201
starve       8823 8803 $create4 $accept c103 0001:
held         a001 $create4 $accept a000 c103
configure    $create4 0206:0001000000010a 0206:0001000500020218 0206:00010005000201f3 0206:0001000600 0206:00010009000100
options      $create4 7f00:0001000100002000 7f01:00010001 7f01:0001000b 7f00:0001000b00000001 7f01:000100ff
once         $create4 $connect c007 7f02:00010100 7f02:00010100 7f04:0001 7f05:0001 7f06:0001 7f03:0001
unknown      0299: 0100: 7f7f: 0200:000900
END
