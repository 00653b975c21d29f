#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# supervise_test.sh COMMAND...: the command starts supervise.
source "$(dirname "$0")/program.bash"
cd "$scratch"

expect_run "a program that succeeds" 0 true
expect "a program that succeeds: its lines" "" "$(<err)"
expect_run "a program that fails twice" 0 sh -c 'echo x >>runs; test "$(wc -l <runs)" = 3 || exit 5'
expect "a program that fails twice: its runs" 3 "$(wc -l <runs)"
expect "a program that fails twice: its lines" \
    "supervise: exit code 5, starting again in 100 ms
supervise: exit code 5, starting again in 200 ms" "$(<err)"
expect_run "a program that is killed once" 0 sh -c 'test -e killed || { : >killed; kill -KILL $$; }'
expect_one_line "a program that is killed once" "supervise: ended by signal 9, starting again in 100 ms"
expect_run "no such program" 1 "no such program"
expect_one_line "no such program" "supervise: execve: ENOENT"
expect_run "no arguments" 2
expect_one_line "no arguments" "supervise: PROGRAM"

# Asked to end, it ends the program first. The pipe ends when both have.
mkfifo started
"${program[@]}" sh -c 'trap "echo stopped; exit 1" TERM; echo running >started; while :; do sleep 0.01; done' >out &
supervise=$!
started+=("$supervise")
expect "a program under way" running "$(cat started)"
kill -TERM "$supervise"
code=0
wait "$supervise" || code=$?
expect "a program under way: exit code" 0 "$code"
expect "a program under way: its end" stopped "$(<out)"
finish
