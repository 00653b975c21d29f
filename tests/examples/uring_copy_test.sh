#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# uring_copy_test.sh COMMAND...: the command starts uring-copy.
source "$(dirname "$0")/program.bash"
cd "$scratch"

head -c 5000001 /dev/urandom >from
chmod 640 from
printf 'longer than nothing' >to
expect_run "a file" 0 from to
cmp from to || fail "the contents differ"
[[ $(tail -c 6 err) == *"100 %" ]] || fail "the bar ends with '$(tail -c 60 err)'"
(($(tr '\r' '\n' <err | wc -l) > 5)) || fail "the bar was not drawn again: $(<err)"
expect_run "into a new file" 0 from new
cmp from new || fail "the contents of the new file differ"
expect "its permissions" 640 "$(stat -c %a new)"
: >empty
expect_run "an empty file" 0 empty none
[[ -f none && ! -s none ]] || fail "an empty file: $(stat none)"

expect_run "a missing file" 1 missing to
expect_one_line "a missing file" "uring-copy: statx: ENOENT"
expect_run "a folder" 1 . to
expect_one_line "a folder" "uring-copy: EINVAL"
ln from same
expect_run "the same file" 1 from same
expect_one_line "the same file" "uring-copy: EINVAL"
cmp from to || fail "the file is not what it was"
expect_run "no arguments" 2
expect_one_line "no arguments" "usage: "
if [[ -w /dev/full ]]; then
    expect_run "a full device" 1 from /dev/full
    [[ $(<err) == *"uring-copy: pwrite64: ENOSPC"* ]] || fail "a full device: $(<err)"
fi
finish
