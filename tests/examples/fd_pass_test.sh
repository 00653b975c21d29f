#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# fd_pass_test.sh COMMAND...: the command starts fd-pass.
source "$(dirname "$0")/program.bash"
cd "$scratch"

expect_run "no arguments" 2
expect_one_line "no arguments" "usage: fd-pass"
expect_run "a missing file" 1 send socket missing
expect_one_line "a missing file" "fd-pass: openat: ENOENT"
expect_run "nobody listens" 1 receive socket
expect_one_line "nobody listens" "fd-pass: connect: ENOENT"

head -c 300000 /dev/urandom >large
echo small >small
chmod 600 large
start_server send socket large small large
expect_run "the receiver" 0 receive socket
cat large small large >wanted
cmp -- wanted out || fail "what came out is not what is in the files"
IFS= read -r -t 60 line <&"$ready" || true
[[ $line == "handing 3 files to process "* ]] || fail "the sender says '$line', '$(<server.err)'"
code=0
wait "$server" || code=$?
started=()
expect "the sender's exit code" 0 "$code"
[[ ! -e socket ]] || fail "the socket's file is still there"

# Standard output that is closed is an error, and the socket does not take its place.
start_server send socket small
code=0
timeout 120 "${program[@]}" receive socket >&- 2>err || code=$?
expect "standard output is closed: exit code" 1 "$code"
expect_one_line "standard output is closed" "fd-pass: write: EBADF"
code=0
wait "$server" || code=$?
started=()
expect "the sender's exit code" 0 "$code"

finish
