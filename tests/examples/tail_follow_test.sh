#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# tail_follow_test.sh COMMAND...: the command starts tail-follow.
source "$(dirname "$0")/program.bash"
cd "$scratch"

printf 'first\n' >log
mkfifo output.fifo
"${program[@]}" log >output.fifo 2>err &
started+=("$!")
exec 3<output.fifo

# expect_line WHAT LINE: what comes next out of the program.
expect_line() {
  local line=
  IFS= read -r -t 60 -u 3 line || true
  expect "$1" "$2" "$line"
}

expect_line "what is there" first
printf 'second\n' >>log
expect_line "what is appended" second
printf 'other\n' >unrelated
printf 'third\n' >>log
expect_line "what is appended, after another file" third

# The old file is read to its end before the new one.
mv log log.1
printf 'late\n' >>log.1
printf 'of the new file\n' >new
mv new log
expect_line "before the change" late
expect_line "the new file" "of the new file"
rm log
printf 'made again\n' >log
expect_line "a file that is made again" "made again"
printf 'cut\n' >log
expect_line "a file that is cut off" cut
head -c 100000 /dev/zero | tr '\0' x >>log
printf '\nend\n' >>log
IFS= read -r -t 60 -u 3 line || true
expect "much at once" 100000 "${#line}"
expect_line "what follows much" end

exec 3<&-
expect_run "no file" 1
expect_one_line "no file" "tail-follow: "
expect_run "no folder" 1 missing/log
expect_one_line "no folder" "tail-follow: openat: ENOENT"
finish
