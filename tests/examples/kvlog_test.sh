#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# kvlog_test.sh COMMAND...: the command starts kvlog. WALI_KILL_ROUNDS: how often it is killed while it writes; 40 by
# default, because each round waits for the disk a dozen times.
source "$(dirname "$0")/program.bash"
cd "$scratch"

expect_run "a first key" 0 store set colour "dark blue"
expect_run "a second key" 0 store set size 3
expect_run "a new value" 0 store set size 4
expect_run "what was set" 0 store get colour
expect "what was set" "dark blue" "$(<out)"
expect_run "all" 0 store list
expect "all" $'colour dark blue\nsize 4' "$(<out)"
before=$(stat -c %s store)
expect_run "compaction" 0 store compact
(($(stat -c %s store) < before)) || fail "compaction made the log no smaller"
expect_run "a key goes" 0 store delete colour
expect_run "a key that is gone" 1 store get colour
expect_one_line "a key that is gone" "kvlog: ENOENT"
expect_run "a key with a space" 1 store set "a key" 1
expect_run "a line in a value" 1 store set key $'a\nb'
expect_run "no such command" 1 store sing
expect_run "no command" 2 store
expect_one_line "no command" "usage: "

# A crash in the middle of a write leaves a line that is cut off, or that is not what its checksum says.
printf '00000000 size 5' >>store
expect_run "a line that is cut off" 0 store get size
expect "a line that is cut off" 4 "$(<out)"
printf '00000000 size 5\n' >>store
expect_run "a line that is wrong" 0 store set other 1
expect_run "a line that is wrong" 0 store list
expect "a line that is wrong" $'other 1\nsize 4' "$(<out)"
expect "what is left beside the store" "store store.lock" "$(echo .store* store*| sed 's/^\.store\* //')"

# Killed again and again while it writes and compacts, it keeps every value that it has answered; of the line that it
# was about to answer it may have the new value or the old.
declare -A answered
number=0
value=$(head -c 200 /dev/zero | tr '\0' v)
for ((round = 0; round < ${WALI_KILL_ROUNDS:-40}; round++)); do
  first=$((number + 1))
  count=$((1 + RANDOM % 20))
  coproc store { exec "${program[@]}" killed load 2>>errors; }
  pid=$!
  started=("$pid")
  # More lines than are waited for: it is busy when it is killed.
  for ((i = 0; i < count + 5; i++)); do
    number=$((number + 1))
    printf 'key%d %d.%s\n' $((number % 7)) "$number" "$value"
  done >&"${store[1]}"
  for ((i = first; i < first + count; i++)); do
    read -r -t 120 -u "${store[0]}" word key || { fail "round $round: no answer to line $i: $(<errors)"; break 2; }
    expect "round $round: the answer" "ok key$((i % 7))" "$word $key"
    answered[key$((i % 7))]=$i
  done
  kill -KILL "$pid"
  wait "$pid" 2>/dev/null || true
  declare -A kept=()
  while IFS=' .' read -r key found _; do kept[$key]=$found; done < <("${program[@]}" killed list)
  for key in "${!answered[@]}"; do
    ((${kept[$key]:-0} >= answered[$key] && ${kept[$key]:-0} <= number)) ||
      fail "round $round: $key was answered at ${answered[$key]}, and is ${kept[$key]:-gone}"
    answered[$key]=${kept[$key]:-0}
  done
done
expect "what it complained of" "" "$(<errors)"
started=()
finish
