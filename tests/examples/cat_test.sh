#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# cat_test.sh COMMAND...: the command starts cat.
source "$(dirname "$0")/program.bash"
cd "$scratch"

same() { cmp -- "$2" "$3" >/dev/null || fail "$1: $2 and $3 differ"; }

printf 'first\n' >a
printf 'no newline at the end' >b
: >empty
head -c 20000001 /dev/urandom >large  # more than one mapped piece
cat a b >wanted
head -c 300000 large >input

expect_run "two files" 0 a b
same "two files" wanted out
expect_run "a large file" 0 large
same "a large file" large out
expect_run "an empty file" 0 empty
same "an empty file" empty out
expect_run "a file of /proc that says it is empty" 0 /proc/version
same "a file of /proc" /proc/version out

expect_run "standard input without arguments" 0 <input
same "standard input" input out
expect_run "standard input between files" 0 a - b <empty
same "standard input between files" wanted out
code=0
head -c 300000 large | "${program[@]}" - >piped || code=$?
expect "a pipe: exit code" 0 "$code"
same "a pipe" input piped

expect_run "a missing file between others" 1 a missing b
same "the others are written" wanted out
expect_one_line "a missing file" "cat: missing: no such file or directory"
mkdir folder
expect_run "a folder" 1 folder
expect_one_line "a folder" "cat: folder: is a directory"

code=0
"${program[@]}" a missing >/dev/full 2>err || code=$?
expect "a full device: exit code" 1 "$code"
expect_one_line "a full device" "cat: standard output: no space left on device"

finish
