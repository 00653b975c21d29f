#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# ring_buffer_test.sh COMMAND...: the command starts ring-buffer.
source "$(dirname "$0")/program.bash"
cd "$scratch"

head -c 3000001 /dev/urandom >input
expect_run "a file" 0 <input
cmp -- input out || fail "a file: input and output differ"
expect_run "a small ring" 0 4096 <input
cmp -- input out || fail "a small ring: input and output differ"
expect_run "nothing" 0 </dev/null
expect "nothing: its output" "" "$(<out)"
expect "what goes through pipes" 12 "$(printf 'first\nsecond' | timeout 120 "${program[@]}" | wc -c)"

expect_run "a capacity that is no power of two" 1 5000 <input
expect_one_line "a capacity that is no power of two" "ring-buffer: "
expect_run "no number" 1 many <input
expect_one_line "no number" "ring-buffer: "

code=0
timeout 120 "${program[@]}" 4096 <input >/dev/full 2>err || code=$?
expect "a full device: exit code" 1 "$code"
expect_one_line "a full device" "ring-buffer: write: ENOSPC"
code=0
timeout 120 "${program[@]}" . <. >/dev/null 2>err || code=$?
expect "standard input is a folder: exit code" 1 "$code"

# The child is ended by SIGPIPE, which the parent notices though it only waits for room.
code=0
timeout 120 "${program[@]}" 4096 </dev/zero 2>err | head -c 100 >/dev/null || code=$?
expect "a killed child: exit code" 1 "$code"

# A child whose parent is killed ends, too, though it only waits for data.
mkfifo input.fifo output.fifo
"${program[@]}" <input.fifo >output.fifo 2>err &
parent=$!
started+=("$parent")
exec 3>input.fifo 4<output.fifo
printf 'x' >&3
IFS= read -r -n 1 byte <&4
expect "the byte that came through" x "$byte"
kill -KILL "$parent"
{ wait "$parent"; } 2>/dev/null || true
expect "what comes behind it" "" "$(cat <&4)"
expect_one_line "a killed parent" "ring-buffer: EOWNERDEAD"

finish
