#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# tee_test.sh COMMAND...: the command starts tee.
source "$(dirname "$0")/program.bash"
cd "$scratch"

same() { cmp -- "$2" "$3" >/dev/null || fail "$1: $2 and $3 differ"; }

head -c 300001 /dev/urandom >input
expect_run "two files" 0 a b <input
for copy in out a b; do same "two files" input "$copy"; done
expect_run "no file" 0 <input
same "no file" input out
expect_run "behind what is there" 0 -a a <input
cat input input >wanted
same "behind what is there" wanted a

expect_run "a folder between files" 1 a . b <input
expect_one_line "a folder between files" "tee: .: openat: EISDIR"
same "the others are written" input b
expect_run "a full device" 1 /dev/full b <input
expect_one_line "a full device" "tee: /dev/full: write: ENOSPC"
same "the others are written" input b

# A stream that is closed is an error, and no file takes its place.
code=0
timeout 120 "${program[@]}" a b <input >&- 2>err || code=$?
expect "standard output is closed: exit code" 1 "$code"
expect_one_line "standard output is closed" "tee: standard output: write: EBADF"
for copy in a b; do same "standard output is closed" input "$copy"; done
code=0
timeout 120 "${program[@]}" a b <&- >out 2>err || code=$?
expect "standard input is closed: exit code" 1 "$code"
expect_one_line "standard input is closed" "tee: standard input: read: EBADF"
for copy in out a b; do expect "standard input is closed: bytes in $copy" 0 "$(wc -c <"$copy")"; done
code=0
timeout 120 "${program[@]}" a /dev/full b <input >out 2>&- || code=$?
expect "standard error is closed: exit code" 1 "$code"
for copy in out a b; do same "standard error is closed" input "$copy"; done

# The reader of standard output has gone before anything is written: the end of `wait` says so.
mkfifo go
{ cat go >/dev/null; cat input; } | { code=0; "${program[@]}" b 2>err || code=$?; echo "$code" >code; } |
    { exec <&-; : >go; }
expect "a reader that has gone: exit code" 1 "$(<code)"
expect_one_line "a reader that has gone" "tee: standard output: write: EPIPE"
same "the others are written" input b
finish
