#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# tree_copy_test.sh COMMAND...: the command starts tree-copy.
source "$(dirname "$0")/program.bash"
cd "$scratch"

mkdir -p from/a/b from/empty
printf 'text\n' >from/f
head -c 5000001 /dev/urandom >from/a/b/large
ln -s ../f from/a/link
mkfifo from/a/pipe
truncate -s 10M from/a/holes
chmod 640 from/f
touch -d '2001-02-03 04:05:06' from/f from/a

expect_run "a tree" 0 from to
expect "what it says" "8 files and folders, 5000006 bytes" "$(<out)"
[[ $(tail -c 6 err) == *"100 %" ]] || fail "the bar ends with '$(tail -c 60 err)'"
(($(tr '\r' '\n' <err | wc -l) > 5)) || fail "the bar was not drawn again: $(<err)"
show() { (cd "$1" && find . -mindepth 1 \( -type d -printf "%P %m %T@\n" -o -printf "%P %y %m %s %T@ %l\n" \) | sort); }
expect "the copy" "$(show from)" "$(show to)"
cmp from/a/b/large to/a/b/large || fail "the contents differ"

expect_run "over what exists" 1 from to
[[ $(<err) == *"tree-copy: "*EEXIST* ]] || fail "over what exists: $(<err)"
expect_run "into itself" 1 from from/empty
expect_run "a missing folder" 1 missing to
expect_one_line "a missing folder" "tree-copy: openat: ENOENT"
mkdir none
expect_run "nothing to copy" 0 none other
expect "nothing to copy: what it says" "0 files and folders, 0 bytes" "$(<out)"
expect_run "no arguments" 2
expect_one_line "no arguments" "usage: "
finish
