#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# hello_test.sh COMMAND...: the command starts hello.
source "$(dirname "$0")/program.bash"

expect_run "hello" 0
expect "its output" "hello from C++20 modules on Linux system calls" "$(<"$scratch/out")"

code=0
"${program[@]}" >/dev/full 2>/dev/null || code=$?
expect "exit code on a full device" 1 "$code"

finish
