#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# sandboxed_cat_test.sh COMMAND...: the command starts sandboxed-cat.
source "$(dirname "$0")/program.bash"
cd "$scratch"

same() { cmp -- "$2" "$3" >/dev/null || fail "$1: $2 and $3 differ"; }

printf 'first\n' >a
head -c 300001 /dev/urandom >b
cat a b >wanted
printf 'secret\n' >secret

expect_run "two files" 0 a b
same "two files" wanted out
expect "two files: nothing to say" "" "$(<err)"

expect_run "a file that was not named" 1 a b -- secret
same "the others are written" wanted out
expect_one_line "a file that was not named" "sandboxed-cat: secret: openat: EACCES"

ln -s secret link
expect_run "what a link leads to is allowed, the link's neighbour is not" 1 link -- b
expect "what a link leads to" "secret" "$(<out)"
expect_one_line "its neighbour" "sandboxed-cat: b: openat: EACCES"

expect_run "a missing file" 2 missing a
expect_one_line "a missing file" "sandboxed-cat: cannot be confined: openat: ENOENT"
expect_run "no file" 2
expect_one_line "no file" "sandboxed-cat: usage"
expect_run "a folder" 1 . a
expect_one_line "a folder" "sandboxed-cat: .: openat: EACCES"
same "a folder: the other is written" a out
finish
