#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# shell_pipe_test.sh COMMAND...: the command starts shell-pipe.
source "$(dirname "$0")/program.bash"
cd "$scratch"

printf 'b\na\nb\n' >input
expect_run "one program" 0 sort <input
expect "one program" $'a\nb\nb' "$(<out)"
expect_run "three programs" 0 sort '|' uniq -c '|' tr -d ' ' <input
expect "three programs" $'1a\n2b' "$(<out)"
expect_run "a reader that ends first" 0 cat /dev/zero '|' head -c 3
expect "a reader that ends first" 3 "$(wc -c <out)"
expect_run "the last one's exit code" 7 true '|' sh -c 'exit 7'
expect_run "not the first one's" 0 false '|' true
expect_run "a signal" 143 sh -c 'kill -TERM $$'
expect_run "no such program" 127 cat /dev/zero '|' "no such program"
expect_one_line "no such program" "shell-pipe: execve: ENOENT"
expect_run "nothing between bars" 2 true '|' '|' true
expect_one_line "nothing between bars" "shell-pipe: PROGRAM"
finish
